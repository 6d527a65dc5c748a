//! A world is a function of its seed, its configuration and the calls made on it.

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::WireSettings;

use crate::talker::pair;

const WILD: WireSettings = WireSettings {
    latency_us: 3000,
    jitter_us: 4000,
    bandwidth_bps: 5_000_000,
    loss: 0.03,
    duplicate: 0.03,
    reorder: 0.03,
};

fn run(config: WorldConfig, third_host: bool) -> u64 {
    let mut pair = pair(WorldConfig { wire: WILD, ..config });
    if third_host {
        pair.world.add_host("c", 7000).expect("a new name");
    }
    pair.tell(pair.a, "echo");
    pair.tell(pair.b, "connect a 7000");
    pair.world.run_for(10_000_000);
    pair.tell(pair.b, &format!("send {} 50000", 1_u32 << 31));
    pair.world.run_for(1_000_000);
    pair.world.pause(pair.a).expect("it runs");
    pair.world.run_for(2_000_000);
    pair.world.resume(pair.a).expect("it is paused");
    pair.world.cut(pair.a, pair.b).expect("two hosts");
    pair.world.run_for(5_000_000);
    pair.world.heal(pair.a, pair.b).expect("two hosts");
    pair.world.run_for(100_000_000);
    pair.world.digest()
}

#[test]
fn the_same_seed_gives_the_same_digest() {
    let config = WorldConfig { seed: 11, ..WorldConfig::default() };
    assert_eq!(run(config.clone(), false), run(config, false));
}

#[test]
fn another_seed_gives_another() {
    let digests: std::collections::BTreeSet<u64> =
        (0..10).map(|seed| run(WorldConfig { seed, ..WorldConfig::default() }, false)).collect();
    assert_eq!(digests.len(), 10);
}

#[test]
fn recording_changes_nothing() {
    let config = WorldConfig { seed: 12, ..WorldConfig::default() };
    let recorded = run(config.clone(), false);
    assert_eq!(recorded, run(WorldConfig { record: false, ..config.clone() }, false));
    assert_eq!(recorded, run(WorldConfig { frames_max: 3, ..config.clone() }, false));
    assert_eq!(recorded, run(WorldConfig { capture: true, ..config }, false));
}

#[test]
fn a_host_that_does_nothing_disturbs_nothing() {
    let config = WorldConfig { seed: 13, ..WorldConfig::default() };
    assert_eq!(run(config.clone(), false), run(config, true));
}

/// Whoever changes what the network does changes this value, and breaks every permalink made before: say so in the
/// commit. It is the same on every platform.
#[test]
fn the_digest_is_what_it_always_was() {
    let digest = run(WorldConfig { seed: 2026, ..WorldConfig::default() }, false);
    assert_eq!(digest, 0x6a72_7cc6_c35a_0292, "{digest:#018x}");
}
