//! How fast the engine and its world are, as ratios within one run, so that the machine matters little.
//!
//! `cargo bench -p psyncscope-tests --bench engine`. Each number is the median of several rounds.

#![allow(clippy::print_stdout, reason = "a benchmark is what it prints")]

use std::hint::black_box;
use std::time::Instant;

use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_keyspace::Keyspace;
use psyncscope_sim::{World, WorldConfig};
use psyncscope_sweep::{Scenario, check, digest_of_seed};

/// Rounds of which the median is told.
const ROUNDS: usize = 15;

fn main() {
    println!("{:<58} {:>14}", "what", "median");
    feeding_a_backlog();
    running_a_world();
    checking_a_world();
    keeping_a_million_keys();
}

/// The median time of a round, in seconds.
fn median_s(mut round: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            round();
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn row(what: &str, number: f64, unit: &str) {
    println!("{what:<58} {number:>14.2} {unit}");
}

/// What feeding a backlog costs beside the least that it can cost, a copy into a ring (`feedReplicationBacklog`).
fn feeding_a_backlog() {
    /// One write to the backlog, and the backlog's default size, in bytes.
    const WRITE: usize = 4096;
    const RING: usize = 1 << 20;
    /// Writes in one round: several times around the ring.
    const WRITES: usize = 1024;
    /// A backlog's size in bytes, whether a recording keeps what it was, and the least part of memcpy's speed that will do.
    const BACKLOGS: [(&str, usize, bool, Option<f64>); 3] = [
        ("a backlog of 1 MiB", RING, false, Some(0.6)),
        ("a backlog of 1000003 bytes", 1_000_003, false, Some(0.6)),
        ("a backlog of 1 MiB, recorded", RING, true, None),
    ];
    let bytes: Vec<u8> = (0..WRITE).map(|i| i as u8).collect();
    let speed = |seconds: f64| (WRITES * WRITE) as f64 / seconds / 1e9;

    let mut ring = vec![0_u8; RING];
    let memcpy = median_s(|| {
        for i in 0..WRITES {
            let at = i * WRITE % RING;
            ring[at..at + WRITE].copy_from_slice(black_box(&bytes));
            black_box(&mut ring);
        }
    });
    row("4 KiB at a time: memcpy into a ring of 1 MiB", speed(memcpy), "GB/s");
    for (what, size, recorded, least) in BACKLOGS {
        let (mut backlog, mut offset) = (Backlog::new(size, Offset(0)), Offset(0));
        let fed = median_s(|| {
            for i in 0..WRITES {
                // A recording keeps what the backlog was: pages written to since are copied.
                let kept = (recorded && i % 16 == 0).then(|| backlog.clone());
                offset = offset.plus(WRITE);
                backlog.feed(black_box(&bytes), offset);
                black_box(kept);
            }
        });
        row(&format!("  {what}"), speed(fed), "GB/s");
        let verdict = match least {
            Some(least) if memcpy / fed < least => format!("times (below {least})"),
            _ => "times".to_owned(),
        };
        row("    against memcpy", memcpy / fed, &verdict);
    }
}

/// A master with two replicas, one behind the other, and twenty writes a second. Answers the events it took.
fn a_minute_of_three(record: bool) -> u64 {
    let config = Config { limits: Limits::classroom(), repl_backlog_size: 1024, save: Vec::new(), ..Config::default() };
    let mut world = World::new(WorldConfig { seed: 1, record, ..WorldConfig::default() });
    let mut add = |name: &str, master: Option<&str>| {
        let replicaof = master.map(|master| (master.to_owned(), 6379));
        world.add_host(name, Config { replicaof, ..config.clone() }).expect("three hosts fit")
    };
    let (a, _, _) = (add("a", None), add("b", Some("a")), add("c", Some("b")));
    let mut events = 0;
    for i in 0..20 * 60_u64 {
        let at = (i + 1) * 50_000;
        while world.next_event_at().is_some_and(|next| next.0 <= at) {
            events += u64::from(world.step());
        }
        world.run_until(psyncscope_sim::frame::SimTime(at));
        world.console_send(a, 0, &["SET", &format!("k{}", i % 100), "value"]).expect("the master runs");
        world.take_console_output(a, 0);
    }
    events
}

fn running_a_world() {
    let events = a_minute_of_three(false) as f64;
    let plain = median_s(|| {
        black_box(a_minute_of_three(false));
    });
    let recorded = median_s(|| {
        black_box(a_minute_of_three(true));
    });
    row("events of a chain of three, 20 writes a second", events / plain / 1e6, "million/s");
    row("  its virtual time against real time", 60.0 / plain, "times");
    row("  the same, every frame recorded", events / recorded / 1e6, "million/s");
    row("  what recording costs", recorded / plain, "times");
}

fn checking_a_world() {
    const SEEDS: std::ops::Range<u64> = 0..20;
    let plain = median_s(|| {
        for seed in SEEDS {
            black_box(digest_of_seed(seed));
        }
    });
    let checked = median_s(|| {
        for seed in SEEDS {
            black_box(check(&Scenario::of_seed(seed))).expect("no world breaks a rule");
        }
    });
    row("random worlds", SEEDS.end as f64 / plain, "worlds/s");
    row("  what checking every event costs", checked / plain, "times");
}

/// What a BGSAVE costs the event loop: the snapshot, and the writes that follow it and copy what they touch.
fn keeping_a_million_keys() {
    const KEYS: usize = 1_000_000;
    let key = |i: usize| format!("key:{i:012}").into_bytes();
    let mut keyspace = Keyspace::default();
    let mut longest_s = 0.0_f64;
    for i in 0..KEYS {
        let key = key(i);
        let begun = Instant::now();
        keyspace.set(0, &key, vec![b'v'; 32]);
        longest_s = longest_s.max(begun.elapsed().as_secs_f64());
        if i % 2 == 0 {
            keyspace.set_expire(0, &key, i as i64);
        }
    }
    row("the longest of a million SETs of new keys", longest_s * 1e6, "us");
    let mut snapshots = Vec::new();
    let snapshot = median_s(|| snapshots.push(keyspace.snapshot()));
    row("a snapshot of a million keys", snapshot * 1e6, "us");
    drop(snapshots);
    let mut write_s = Vec::new();
    let snapshot = keyspace.snapshot();
    for i in 0..10_000 {
        let key = key(i * 7_919_317 % KEYS);
        let begun = Instant::now();
        keyspace.set(0, &key, vec![b'w'; 32]);
        write_s.push(begun.elapsed().as_secs_f64());
    }
    drop(snapshot);
    write_s.sort_by(f64::total_cmp);
    row("  the median of the 10000 writes after it", write_s[write_s.len() / 2] * 1e6, "us");
    row("  their 99th percentile", write_s[write_s.len() * 99 / 100] * 1e6, "us");
    row("  the longest", write_s[write_s.len() - 1] * 1e6, "us");
}
