//! How the dataset gets to a replica, other than by a file.

use super::{NO_PING, Stage, Transcript};

/// Two replicas share one RDB that goes straight to their sockets.
#[must_use]
pub fn h_diskless_eof(seed: u64) -> Transcript {
    let mut s = Stage::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "repl-diskless-sync yes", "repl-diskless-sync-delay 1"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.proxy("C>A", 17012, a, 17001);
    let c = s.node("C", 17003, &["replicaof 127.0.0.1 17012"]);
    s.sleep_ms(300);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.wait_for_bytes("C>A", 1, b"+FULLRESYNC");
    s.sleep_ms(10);
    s.cmd(a, &["SET", "w", "1"]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.wait_up(b);
    s.wait_up(c);
    s.cmd(a, &["INFO", "replication"]);
    s.sleep_ms(2500);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["ROLE"]);
    s.cmd(b, &["INFO", "replication"]);
    s.cmd(b, &["GET", "w"]);
    s.transcript()
}
