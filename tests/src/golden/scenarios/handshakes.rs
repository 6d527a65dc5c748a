//! Handshakes that do not go as usual: passwords, and replicas of old.

use super::{HostId, NO_PING, Testbed, Transcript};

/// A password that the replica does not know, gets wrong, knows, and that is taken away.
#[must_use]
pub fn i_masterauth(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "requirepass s3cret"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.cmd(a, &["AUTH", "s3cret"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.sleep_ms(2300);
    s.cmd(b, &["CONFIG", "SET", "masterauth", "wrong"]);
    s.sleep_ms(2200);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    s.cmd(b, &["CONFIG", "SET", "masterauth", "s3cret"]);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.cmd(a, &["CONFIG", "SET", "requirepass", ""]);
    s.cut("B>A");
    s.sleep_ms(2500);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["CONFIG", "SET", "masterauth", ""]);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.transcript()
}

/// SYNC, PSYNC without what usually goes before it, REPLCONF in odd forms.
#[must_use]
pub fn l_old_sync(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    let old1 = s.client(a, "old1");
    s.send_raw(&old1, b"SYNC\r\n");
    s.read_for_ms(&old1, 1200);
    s.cmd(a, &["SET", "a", "1"]);
    s.read_for_ms(&old1, 500);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.send_raw(&old1, b"PING\r\n");
    s.send_raw(&old1, b"SYNC\r\n");
    s.read_for_ms(&old1, 300);
    // PSYNC without REPLCONF.
    let old2 = s.client(a, "old2");
    s.send(&old2, &["PSYNC", "?", "-1"]);
    s.read_for_ms(&old2, 1200);
    s.cmd(a, &["SET", "a", "2"]);
    s.read_for_ms(&old2, 400);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["INFO", "replication"]);
    let (replid, offset) = {
        let history = s.node_of(a).history();
        (history.replid.to_string(), history.master_repl_offset.0)
    };
    // Without the capability, +CONTINUE names no ID.
    let old3 = s.client(a, "old3");
    s.cmd_as(&old3, &["REPLCONF", "capa", "eof"]);
    s.send(&old3, &["PSYNC", &replid, "1"]);
    s.read_for_ms(&old3, 500);
    let old3b = s.client(a, "old3b");
    s.cmd_as(&old3b, &["REPLCONF", "CAPA", "PSYNC2", "capa", "xyz"]);
    s.send(&old3b, &["psync", &replid.to_uppercase(), &(offset + 1).to_string()]);
    s.read_for_ms(&old3b, 500);
    // One byte that nobody has produced yet.
    let old3c = s.client(a, "old3c");
    s.cmd_as(&old3c, &["REPLCONF", "capa", "psync2"]);
    s.send(&old3c, &["PSYNC", &replid, &(offset + 2).to_string()]);
    s.read_for_ms(&old3c, 1000);
    // SYNC of a diskless master.
    s.cmd(a, &["CONFIG", "SET", "repl-diskless-sync", "yes"]);
    let old4 = s.client(a, "old4");
    s.send(&old4, &["SYNC"]);
    s.read_for_ms(&old4, 1000);
    s.cmd(a, &["CONFIG", "SET", "repl-diskless-sync", "no"]);
    replconf(&mut s, a);
    // An offset that is no number: an error, and a full resync.
    let old6 = s.client(a, "old6");
    s.send(&old6, &["PSYNC", &replid, "abc"]);
    s.read_for_ms(&old6, 1000);
    // Output is pending.
    let old7 = s.client(a, "old7");
    s.send_raw(&old7, b"*1\r\n$4\r\nPING\r\n*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n");
    s.read_for_ms(&old7, 500);
    s.send(&old7, &["PSYNC", "?"]);
    s.read_for_ms(&old7, 300);
    s.send(&old2, &["SLAVEOF", "127.0.0.1", "1"]);
    s.read_for_ms(&old2, 300);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.cmd(a, &["CLIENT", "LIST"]);
    // A master that knows no PSYNC.
    let a2 = s.node("A2", 17004, &[NO_PING, "rename-command PSYNC \"\""]);
    s.proxy("B>A2", 17014, a2, 17004);
    s.cmd(a2, &["SET", "k", "1"]);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17014"]);
    s.wait_up(b);
    s.cmd(a2, &["SET", "k", "2"]);
    s.sleep_ms(2200);
    s.cmd(a2, &["INFO", "replication"]);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["ROLE"]);
    s.transcript()
}

fn replconf(s: &mut Testbed, a: HostId) {
    let client = s.client(a, "rc");
    let long = "x".repeat(46);
    let cases: [&[&str]; 8] = [
        &["REPLCONF"],
        &["REPLCONF", "listening-port"],
        &["REPLCONF", "listening-port", "abc"],
        &["REPLCONF", "foo", "bar"],
        &["REPLCONF", "listening-port", "1", "foo", "bar"],
        &["REPLCONF", "ip-address", "1.2.3.4"],
        &["REPLCONF", "ip-address", &long],
        &["REPLCONF", "LISTENING-PORT", "7777", "IP-ADDRESS", "my.host", "capa", "eof", "capa", "psync2"],
    ];
    for words in cases {
        s.cmd_as(&client, words);
    }
    s.send(&client, &["REPLCONF", "ACK", "5"]);
    s.send(&client, &["REPLCONF", "GETACK", "*"]);
    s.read_for_ms(&client, 300);
    s.cmd_as(&client, &["PING"]);
}
