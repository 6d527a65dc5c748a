//! The life of a link: announced addresses, writable replicas, restarts, timeouts, acknowledgements.

use super::{NO_PING, Testbed, Transcript};

/// Restarts: a replica after a shutdown and after a kill, a master, and a master that comes back as a replica.
#[must_use]
pub fn o_restart_partial(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let of_b = ["replicaof 127.0.0.1 17011"];
    let b = s.node("B", 17002, &of_b);
    s.wait_up(b);
    s.cmd(a, &["SELECT", "2"]);
    s.cmd(a, &["SET", "in2", "1"]);
    s.wait_same_offset(a, b);
    s.sleep_ms(1200);
    s.send_cmd(b, &["SHUTDOWN", "SAVE"]);
    s.cmd(a, &["SET", "in2", "2"]);
    s.restart(b, 17002, &of_b);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["SELECT", "2"]);
    s.cmd(b, &["GET", "in2"]);
    // The replica is killed.
    s.cmd(a, &["SET", "in2", "3"]);
    s.wait_same_offset(a, b);
    s.world.crash(b).expect("it runs");
    s.restart(b, 17002, &of_b);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["SELECT", "2"]);
    s.cmd(b, &["GET", "in2"]);
    // The master is restarted.
    s.cmd(a, &["INFO", "replication"]);
    s.send_cmd(a, &["SHUTDOWN", "SAVE"]);
    s.restart(a, 17001, &[NO_PING]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["GET", "k0"]);
    s.sleep_ms(200);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(b, &["INFO", "replication"]);
    // The master comes back as a replica of the one that took its place.
    s.proxy("A>B", 17014, b, 17002);
    s.cmd(a, &["SET", "q", "1"]);
    s.wait_same_offset(a, b);
    s.send_cmd(a, &["SHUTDOWN", "SAVE"]);
    s.cmd(b, &["REPLICAOF", "NO", "ONE"]);
    s.cmd(b, &["SET", "onB", "1"]);
    s.restart(a, 17001, &[NO_PING, "replicaof 127.0.0.1 17014"]);
    s.wait_up(a);
    s.sleep_ms(1200);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["GET", "onB"]);
    s.transcript()
}

/// Silence at every stage of a link, for longer than `repl-timeout`.
#[must_use]
pub fn t_timeouts(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &["repl-timeout 3", "repl-ping-replica-period 1"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    s.sleep_ms(20);
    let b = s.node("B", 17002, &["repl-timeout 3", "replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.sleep_ms(2500);
    // The stream.
    s.hold_down("B>A", true);
    s.sleep_ms(4600);
    s.hold_down("B>A", false);
    s.sleep_ms(1000);
    s.wait_up(b);
    s.sleep_ms(2200);
    // The acknowledgements.
    s.hold_up("B>A", true);
    s.sleep_ms(5000);
    s.hold_up("B>A", false);
    s.sleep_ms(2500);
    s.wait_up(b);
    // The handshake.
    s.hold_down("B>A", true);
    s.cut("B>A");
    s.sleep_ms(6000);
    s.hold_down("B>A", false);
    s.sleep_ms(1200);
    s.wait_up(b);
    s.sleep_ms(1100);
    // The transfer.
    s.cmd(a, &["DEBUG", "CHANGE-REPL-ID"]);
    s.cut("B>A");
    s.wait_for_bytes("B>A", 6, b"+FULLRESYNC");
    s.sleep_ms(10);
    s.hold_down("B>A", true);
    s.sleep_ms(5600);
    s.hold_down("B>A", false);
    s.sleep_ms(1500);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.transcript()
}

/// A replica that announces another address, is writable, and has a replica of its own.
#[must_use]
pub fn aa_announce_writable(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let announces = ["replica-announce-ip 10.9.8.7", "replica-announce-port 7777", "replica-read-only no"];
    let b = s.node("B", 17002, &[&announces[..], &["replicaof 127.0.0.1 17011"]].concat());
    s.proxy("C>B", 17012, b, 17002);
    s.wait_up(b);
    let c = s.node("C", 17003, &["replicaof 127.0.0.1 17012"]);
    s.wait_up(c);
    s.sleep_ms(1200);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.cmd(b, &["SET", "local", "1"]);
    s.cmd(b, &["SET", "ttl", "1", "PX", "200"]);
    s.sleep_ms(600);
    s.cmd(b, &["DBSIZE"]);
    s.cmd(c, &["GET", "local"]);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(a, &["SET", "x", "1"]);
    s.sleep_ms(1200);
    s.cmd(c, &["GET", "x"]);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["BLPOP", "l", "1"]);
    s.cmd(b, &["WAIT", "1", "100"]);
    s.transcript()
}

/// WAIT in all its forms.
#[must_use]
pub fn j_wait_getack(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.proxy("C>A", 17012, a, 17001);
    let c = s.node("C", 17003, &["replicaof 127.0.0.1 17012"]);
    s.wait_up(b);
    s.wait_up(c);
    s.sleep_ms(1300);
    s.cmd(a, &["WAIT", "1", "1000"]);
    s.cmd(a, &["SET", "a", "1"]);
    s.cmd(a, &["WAIT", "1", "1000"]);
    s.cmd(a, &["SET", "a", "2"]);
    s.cmd(a, &["WAIT", "2", "1000"]);
    s.cmd(a, &["WAIT", "2", "1000"]);
    s.cmd(a, &["SET", "a", "3"]);
    s.cmd(a, &["WAIT", "3", "700"]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["MULTI"]);
    s.cmd(a, &["SET", "a", "4"]);
    s.cmd(a, &["WAIT", "2", "1000"]);
    s.cmd(a, &["EXEC"]);
    s.cmd(a, &["WAIT", "0", "0"]);
    // Nobody can answer.
    s.world.pause(b).expect("it runs");
    s.world.pause(c).expect("it runs");
    s.cmd(a, &["SET", "a", "5"]);
    s.cmd(a, &["WAIT", "1", "400"]);
    s.cmd(a, &["SET", "a", "6"]);
    s.send_cmd(a, &["WAIT", "1", "0"]);
    s.sleep_ms(600);
    s.world.resume(b).expect("it was stopped");
    s.read_cmd(a);
    s.world.resume(c).expect("it was stopped");
    s.sleep_ms(1200);
    s.cmd(b, &["WAIT", "1", "100"]);
    s.cmd(a, &["WAIT", "1", "-1"]);
    s.cmd(a, &["WAIT", "1", "x"]);
    s.cmd(a, &["WAIT", "x", "1"]);
    s.cmd(a, &["WAIT", "-5", "0"]);
    // Any command of a client moves what it waits for.
    let other = s.client(a, "c2");
    s.cmd_as(&other, &["SET", "o", "1"]);
    s.cmd(a, &["GET", "o"]);
    s.cmd(a, &["WAIT", "2", "1000"]);
    s.cmd(a, &["INFO", "replication"]);
    s.sleep_ms(300);
    s.transcript()
}

/// A master that wants one good replica before it takes a write.
#[must_use]
pub fn p_min_replicas(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "min-replicas-to-write 1", "min-replicas-max-lag 2"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["SET", "a", "1"]);
    s.sleep_ms(1200);
    s.cmd(a, &["SET", "a", "2"]);
    s.world.pause(b).expect("it runs");
    for _ in 0..5 {
        s.sleep_ms(1000);
        s.cmd(a, &["SET", "a", "3"]);
    }
    s.cmd(a, &["GET", "a"]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["MULTI"]);
    s.cmd(a, &["SET", "a", "1"]);
    s.cmd(a, &["EXEC"]);
    s.cmd(a, &["EVAL", "return redis.call('set','a','9')", "0"]);
    s.cmd(a, &["PING"]);
    s.cmd(a, &["PUBLISH", "c", "m"]);
    s.world.resume(b).expect("it was stopped");
    s.sleep_ms(1300);
    s.cmd(a, &["SET", "a", "4"]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["CONFIG", "SET", "min-slaves-to-write", "0"]);
    s.cmd(a, &["INFO", "replication"]);
    s.transcript()
}
