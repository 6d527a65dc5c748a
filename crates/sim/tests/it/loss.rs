//! However badly a wire treats packets, the stream arrives exact.

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::WireSettings;

use crate::talker::{pair, pattern};

#[track_caller]
fn check(seed: u64, wire: WireSettings, count: usize) {
    let mut pair = pair(WorldConfig { seed, wire, record: false, ..WorldConfig::default() });
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.b, &format!("send {} {count}", opener.0));
    pair.tell(pair.a, &format!("send {} {count}", acceptor.0));
    pair.world.run_for(3_600_000_000);
    for (host, conn) in [(pair.a, acceptor), (pair.b, opener)] {
        let talk = pair.talk(host, conn);
        assert_eq!(talk.received.len(), count, "all bytes arrived");
        assert!(talk.received.iter().copied().eq(pattern(0, count)), "they are the bytes that were sent");
        assert_eq!(talk.closed, None);
    }
}

#[test]
fn a_perfect_wire() {
    check(1, WireSettings::default(), 1_000_000);
}

#[test]
fn every_tenth_packet_is_lost() {
    for seed in 0..5 {
        check(seed, WireSettings { loss: 0.1, ..WireSettings::default() }, 100_000);
    }
}

#[test]
fn every_third_packet_comes_twice() {
    for seed in 0..5 {
        check(seed, WireSettings { duplicate: 0.33, ..WireSettings::default() }, 200_000);
    }
}

#[test]
fn packets_overtake_each_other() {
    for seed in 0..5 {
        check(seed, WireSettings { reorder: 0.2, jitter_us: 700, ..WireSettings::default() }, 200_000);
    }
}

#[test]
fn everything_at_once() {
    for seed in 0..5 {
        let wire = WireSettings {
            latency_us: 20_000,
            jitter_us: 30_000,
            bandwidth_bps: 10_000_000,
            loss: 0.05,
            duplicate: 0.05,
            reorder: 0.05,
        };
        check(seed, wire, 100_000);
    }
}
