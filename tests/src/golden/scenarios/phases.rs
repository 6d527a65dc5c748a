//! What INFO and ROLE say in each phase of a link.

use psyncscope_sim::WorldConfig;

use super::{HostId, NO_PING, Testbed, Transcript};

/// INFO and ROLE of the first, then of the second.
fn phase(s: &mut Testbed, nodes: &[HostId]) {
    for &node in nodes {
        s.cmd(node, &["INFO", "replication"]);
        s.cmd(node, &["ROLE"]);
    }
}

/// INFO and ROLE of both sides in each phase. The dataset is smaller than the recording's, and a slow disk stands for
/// the child that was stopped there.
#[must_use]
pub fn m_info_role_phases(seed: u64) -> Transcript {
    let mut s = Testbed::with(WorldConfig { seed, fork_us: 50_000, disk_bps: 500_000, ..WorldConfig::default() });
    let a = s.node("A", 17001, &[NO_PING]);
    let b = s.node("B", 17002, &[NO_PING]);
    phase(&mut s, &[a, b]);
    s.cmd(b, &["REPLICAOF", "NO", "ONE"]);
    s.cmd(b, &["SLAVEOF", "no", "one"]);
    s.cmd(b, &["REPLICAOF", "127.0.0.1", "abc"]);
    s.cmd(b, &["REPLICAOF", "x"]);
    // A host that does not answer, then a port on which nobody listens.
    let silent = s.node("S", 17090, &[]);
    s.proxy("B>S", 17090, silent, 17090);
    s.world.power_off(silent).expect("it is on");
    s.cmd(b, &["REPLICAOF", "127.0.0.1", "17090"]);
    phase(&mut s, &[b]);
    s.sleep_ms(1300);
    phase(&mut s, &[b]);
    s.cmd(b, &["REPLICAOF", "127.0.0.1", "1"]);
    s.sleep_ms(1200);
    phase(&mut s, &[b]);
    s.proxy("B>A", 17011, a, 17001);
    s.hold_down("B>A", true);
    s.cmd(b, &["SLAVEOF", "127.0.0.1", "17011"]);
    s.sleep_ms(1300);
    phase(&mut s, &[a, b]);
    by_file(&mut s, a, b);
    lost_and_promoted(&mut s, b);
    diskless(&mut s, a, b);
    loading(&mut s, a, b);
    s.transcript()
}

fn by_file(s: &mut Testbed, a: HostId, b: HostId) {
    // Bytes that do not compress.
    let mut state = 1_u64;
    for i in 0..40 {
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let value: Vec<u8> = (0..25_000).map(|_| byte()).collect();
        s.cmd_unlogged(a, &[b"SET", format!("big{i}").as_bytes(), &value]);
    }
    s.hold_down("B>A", false);
    s.wait(|s| s.node_of(a).view(None).saving);
    s.sleep_ms(1300);
    phase(s, &[a, b]);
    s.hold_down("B>A", true);
    s.sleep_ms(2500);
    phase(s, &[a, b]);
    part_of_it(s, a, b);
    s.sleep_ms(1200);
    phase(s, &[a, b]);
    s.hold_down("B>A", false);
    s.wait_up(b);
    s.sleep_ms(1200);
    phase(s, &[a, b]);
}

/// Lets a part of the dataset through.
fn part_of_it(s: &mut Testbed, a: HostId, b: HostId) {
    s.hold_down("B>A", false);
    s.sleep_ms(12);
    s.hold_down("B>A", true);
    s.sleep_ms(400);
    phase(s, &[a, b]);
}

fn lost_and_promoted(s: &mut Testbed, b: HostId) {
    s.cmd(b, &["REPLICAOF", "127.0.0.1", "17011"]);
    s.cmd(b, &["CONFIG", "GET", "replicaof"]);
    s.cmd(b, &["CONFIG", "GET", "slaveof"]);
    s.cmd(b, &["SET", "x", "1"]);
    let a = s.world.host_by_name("A").expect("it is there");
    s.refuse_and_cut("B>A");
    s.sleep_ms(1200);
    phase(s, &[a, b]);
    s.accept("B>A");
    s.wait_up(b);
    s.cmd(b, &["REPLICAOF", "NO", "ONE"]);
    // The master learns of it.
    s.sleep_ms(20);
    phase(s, &[a, b]);
}

fn diskless(s: &mut Testbed, a: HostId, b: HostId) {
    s.cmd(a, &["CONFIG", "SET", "repl-diskless-sync", "yes"]);
    s.cmd(a, &["CONFIG", "SET", "repl-diskless-sync-delay", "0"]);
    s.cmd(a, &["DEBUG", "CHANGE-REPL-ID"]);
    s.cmd(b, &["REPLICAOF", "127.0.0.1", "17011"]);
    s.wait(|s| s.node_of(a).view(None).saving);
    s.hold_down("B>A", true);
    s.sleep_ms(500);
    phase(s, &[a, b]);
    part_of_it(s, a, b);
    s.sleep_ms(500);
    s.hold_down("B>A", false);
    s.wait_up(b);
    s.sleep_ms(1500);
    phase(s, &[a, b]);
}

fn loading(s: &mut Testbed, a: HostId, b: HostId) {
    s.cmd(a, &["CONFIG", "SET", "repl-diskless-sync", "no"]);
    s.cmd(a, &["FLUSHALL"]);
    s.cmd(a, &["DEBUG", "POPULATE", "150000"]);
    // It took a second there, in which the replica heard of the FLUSHALL.
    s.sleep_ms(1000);
    s.cmd(a, &["DEBUG", "CHANGE-REPL-ID"]);
    s.cut("B>A");
    s.wait(|s| s.node_of(b).view(None).loading.is_some());
    phase(s, &[a]);
    // All at once: this load is over after a few steps.
    let commands: [&[&str]; 12] = [
        &["INFO", "replication"],
        &["ROLE"],
        &["PING"],
        &["GET", "a"],
        &["SELECT", "0"],
        &["REPLICAOF", "NO", "ONE"],
        &["PSYNC", "?", "-1"],
        &["REPLCONF", "listening-port", "1"],
        &["CONFIG", "GET", "port"],
        &["CLIENT", "LIST"],
        &["MULTI"],
        &["SUBSCRIBE", "x"],
    ];
    for words in commands {
        s.send_cmd(b, words);
    }
    s.read_cmd(b);
    s.wait_up(b);
}
