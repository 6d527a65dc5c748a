//! Random faults; after their repair all nodes are equal. Each seed is a world of its own.

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::{Power, WireSettings};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::cluster::{Cluster, cluster};

/// Does one random action.
fn random_action(nodes: &mut Cluster, rng: &mut Xoshiro256PlusPlus, step: u64) {
    let mut pick = |n: usize| rng.next_u64() as usize % n;
    let (one, other) = (pick(4), pick(4));
    let (a, b) = (nodes.ids[one], nodes.ids[other]);
    // Actions that are not possible at present are refused; that is part of the test.
    let _ = match pick(12) {
        0 => nodes.world.cut(a, b),
        1 => nodes.world.heal(a, b),
        2 => nodes.world.crash(a),
        3 => nodes.world.power_off(a),
        4 | 5 => nodes.world.restart(a),
        6 => nodes.world.pause(a),
        7 => nodes.world.resume(a),
        8 => nodes.world.set_wire(a, b, WireSettings { loss: pick(50) as f64 / 100.0, ..WireSettings::default() }),
        9 => nodes.world.move_clock(a, pick(20_000) as i64 - 10_000),
        10 => nodes.world.console_send(a, 0, &["SET", &format!("k{}", pick(5)), &step.to_string()]),
        _ => nodes.world.console_send(nodes.ids[0], 1, &["INCR", "count"]),
    };
}

/// Repairs everything and waits until `b`, `c` and `d` are copies of `a`.
fn recover(nodes: &mut Cluster) {
    for id in nodes.ids.clone() {
        if matches!(nodes.world.power(id), Some(Power::Stopped | Power::Off)) {
            nodes.world.restart(id).expect("nothing damages files");
        }
        let _ = nodes.world.resume(id);
        for other in nodes.ids.clone() {
            let _ = nodes.world.heal(id, other);
            let _ = nodes.world.set_wire(id, other, WireSettings::default());
        }
    }
    nodes.wait(400, |nodes| (1..4).all(|node| nodes.follows(node)));
    nodes.exec(0, "SET end reached");
    nodes.wait(400, |nodes| {
        let end = nodes.view(0).master_repl_offset;
        (1..4).all(|node| nodes.follows(node) && nodes.view(node).master_repl_offset == end)
    });
}

fn run(seed: u64, record: bool) -> u64 {
    let replicaof = "repl-ping-replica-period 1; repl-timeout 5; repl-backlog-size 16kb; replicaof";
    let (b, c, d) = (format!("{replicaof} a 6379"), format!("{replicaof} b 6379"), format!("{replicaof} a 6379"));
    let config = WorldConfig { seed, record, ..WorldConfig::default() };
    let mut nodes = cluster(config, &["repl-ping-replica-period 1; repl-timeout 5", &b, &c, &d]);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    for step in 0..80 {
        random_action(&mut nodes, &mut rng, step);
        nodes.world.run_for(rng.next_u64() % 1_500_000);
    }
    recover(&mut nodes);
    let (keys, histories): (Vec<_>, Vec<_>) = (0..4)
        .map(|node| {
            let view = nodes.view(node);
            (view.keyspace.to_vec(), view.replid)
        })
        .unzip();
    assert!(keys.iter().all(|other| *other == keys[0]), "seed {seed}: the same keys everywhere: {keys:?}");
    assert!(histories.iter().all(|other| *other == histories[0]), "seed {seed}: one history");
    for key in ["count", "k0", "k1", "k2", "k3", "k4"] {
        let values: Vec<String> = (0..4).map(|node| nodes.exec(node, &format!("GET {key}"))).collect();
        assert!(values.iter().all(|value| *value == values[0]), "seed {seed}: {key} is {values:?}");
    }
    nodes.world.digest()
}

#[test]
fn all_nodes_are_equal_in_the_end() {
    for seed in 0..60 {
        run(seed, false);
    }
}

#[test]
fn recorded_or_not_it_is_the_same_run() {
    for seed in 100..104 {
        assert_eq!(run(seed, true), run(seed, false));
    }
}
