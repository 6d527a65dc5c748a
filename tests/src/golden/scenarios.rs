//! The recorded scenarios, step by step as the recorder took them.

mod fake_master;
mod handshakes;
mod links;
mod phases;
mod scripts;
mod transfers;

pub use fake_master::u_fake_master;
pub use handshakes::{i_masterauth, l_old_sync};
pub use links::{aa_announce_writable, j_wait_getack, o_restart_partial, p_min_replicas, t_timeouts};
pub use phases::m_info_role_phases;
pub use scripts::{g_propagation, g2_evalsha_promotion, z_busy_script};
pub use transfers::{h_diskless_eof, v_obuf_limit};

use psyncscope_sim::frame::HostId;

use super::testbed::Testbed;
use super::transcript::Transcript;

/// No PINGs within a recording.
const NO_PING: &str = "repl-ping-replica-period 3600";

/// A first full sync, three writes, then 12 s in which one PING and an ACK a second pass.
#[must_use]
pub fn a_first_full_sync(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.cmd(a, &["INFO", "replication"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.sleep_ms(1500);
    s.cmd(a, &["SET", "a", "1"]);
    s.cmd(a, &["SET", "b", "hello"]);
    s.cmd(a, &["INCR", "a"]);
    s.sleep_ms(12_000);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    s.cmd(b, &["GET", "a"]);
    s.transcript()
}

/// The link is cut for two seconds; the replica goes on where it stopped.
#[must_use]
pub fn b_partial_resync(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.cmd(a, &["SET", "a", "1"]);
    s.sleep_ms(1500);
    s.refuse_and_cut("B>A");
    s.sleep_ms(300);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    s.cmd(a, &["SET", "a", "2"]);
    s.cmd(a, &["SET", "c", "3"]);
    s.sleep_ms(2000);
    s.accept("B>A");
    s.wait_up(b);
    s.sleep_ms(2200);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    s.cmd(b, &["GET", "a"]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["INFO", "stats"]);
    s.transcript()
}

/// As [`b_partial_resync`], but what the replica misses has left a backlog of 16 KiB.
#[must_use]
pub fn c_backlog_overrun(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "repl-backlog-size 16kb"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.cmd(a, &["SET", "a", "1"]);
    s.sleep_ms(1500);
    s.refuse_and_cut("B>A");
    s.sleep_ms(200);
    overrun(&mut s, a);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(b, &["INFO", "replication"]);
    s.accept("B>A");
    s.wait_up(b);
    s.cmd(a, &["SET", "after", "1"]);
    s.sleep_ms(2000);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["INFO", "stats"]);
    s.cmd(b, &["INFO", "replication"]);
    s.transcript()
}

/// A replica is promoted; its sibling and its old master follow it without a full resync.
#[must_use]
pub fn d_failover_psync2(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    s.proxy("C>A", 17012, a, 17001);
    let b = s.node("B", 17002, &[NO_PING, "replicaof 127.0.0.1 17011"]);
    let c = s.node("C", 17003, &[NO_PING, "replicaof 127.0.0.1 17012"]);
    s.proxy("C>B", 17013, b, 17002);
    s.proxy("A>B", 17014, b, 17002);
    s.wait_up(b);
    s.wait_up(c);
    s.cmd(a, &["SET", "a", "1"]);
    s.cmd(a, &["SET", "b", "2"]);
    s.wait_same_offset(a, b);
    s.wait_same_offset(a, c);
    s.sleep_ms(1200);
    for node in [a, b, c] {
        s.cmd(node, &["INFO", "replication"]);
    }
    s.cmd(b, &["REPLICAOF", "NO", "ONE"]);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(c, &["REPLICAOF", "127.0.0.1", "17013"]);
    s.cmd(a, &["REPLICAOF", "127.0.0.1", "17014"]);
    s.cmd(a, &["INFO", "replication"]);
    s.wait_up(c);
    s.wait_up(a);
    s.sleep_ms(1200);
    s.cmd(b, &["SET", "fromB", "1"]);
    s.wait_same_offset(b, a);
    s.wait_same_offset(b, c);
    s.sleep_ms(1200);
    for node in [a, b, c] {
        s.cmd(node, &["INFO", "replication"]);
        s.cmd(node, &["ROLE"]);
    }
    s.cmd(b, &["INFO", "stats"]);
    s.transcript()
}

/// In a chain, a full resync of the middle drops the end at once; it may come back only when the middle is done.
#[must_use]
pub fn f_chained_upstream_full(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "repl-backlog-size 16kb"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &[NO_PING, "replicaof 127.0.0.1 17011"]);
    s.proxy("C>B", 17012, b, 17002);
    s.wait_up(b);
    let c = s.node("C", 17003, &[NO_PING, "replicaof 127.0.0.1 17012"]);
    s.wait_up(c);
    s.cmd(a, &["SET", "a", "1"]);
    s.wait_same_offset(a, c);
    s.sleep_ms(1200);
    for node in [a, b, c] {
        s.cmd(node, &["INFO", "replication"]);
    }
    s.refuse_and_cut("B>A");
    s.sleep_ms(300);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(c, &["INFO", "replication"]);
    overrun(&mut s, a);
    s.accept("B>A");
    s.wait_for_bytes("B>A", 2, b"+FULLRESYNC");
    s.sleep_ms(20);
    s.hold_down("B>A", true);
    s.sleep_ms(300);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    s.cmd(c, &["INFO", "replication"]);
    s.sleep_ms(2900);
    s.hold_down("B>A", false);
    s.wait_up(b);
    s.wait_up(c);
    s.cmd(a, &["SET", "z", "9"]);
    s.wait_same_offset(a, c);
    s.sleep_ms(1500);
    for node in [a, b, c] {
        s.cmd(node, &["INFO", "replication"]);
    }
    s.transcript()
}

/// Thirty writes of 1000 bytes to one key: more than 16 KiB of stream.
fn overrun(s: &mut Testbed, node: HostId) {
    let big = "x".repeat(1000);
    for _ in 0..30 {
        s.cmd_unlogged(node, &["SET", "big", &big]);
    }
}
