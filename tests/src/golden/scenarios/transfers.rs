//! How the dataset and the stream get to a replica: diskless, and through full buffers.

use psyncscope_sim::frame::WireSettings;
use psyncscope_sim::{TcpSettings, WorldConfig};

use super::{NO_PING, Testbed, Transcript};

/// Two replicas share one RDB that goes straight to their sockets.
#[must_use]
pub fn h_diskless_eof(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
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

/// A replica that reads nothing while its master writes more than its output buffer may hold.
#[must_use]
pub fn v_obuf_limit(seed: u64) -> Transcript {
    // Kernels and a wire like those of the recording: a loopback with buffers of 2.5 MB.
    let tcp = TcpSettings { send_buffer: 2_500_000, receive_buffer: 2_500_000, mtu: 65_535, ..TcpSettings::default() };
    let wire = WireSettings { latency_us: 10, ..WireSettings::default() };
    let mut s = Testbed::with(WorldConfig { seed, fork_us: 50_000, tcp, wire, ..WorldConfig::default() });
    let limits = ["client-output-buffer-limit replica 1mb 0 0", "repl-backlog-size 64mb"];
    let a = s.node("A", 17001, &[&[NO_PING], &limits[..]].concat());
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.sleep_ms(1200);
    s.hold_down("B>A", true);
    let value = vec![b'x'; 1_000_000];
    for _ in 0..24 {
        s.cmd_unlogged(a, &[b"SET", &b"big"[..], &value]);
    }
    s.sleep_ms(500);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["CLIENT", "LIST"]);
    s.hold_down("B>A", false);
    s.sleep_ms(4000);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["INFO", "stats"]);
    s.cmd(a, &["CONFIG", "SET", "client-output-buffer-limit", "replica 0 0 0"]);
    s.sleep_ms(2500);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(a, &["INFO", "stats"]);
    s.transcript()
}
