//! What feeding a backlog costs beside the least that it can cost, a copy into a ring (`feedReplicationBacklog`).
//!
//! `cargo bench -p psyncscope-tests --features criterion --bench backlog`. The ratios are those of one run.

#![allow(clippy::print_stdout, reason = "a benchmark is what it prints")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput};
use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::backlog::Backlog;

/// One write to the backlog, in bytes.
const WRITE: usize = 4096;

/// The backlog's default size, in bytes.
const RING: usize = 1 << 20;

/// Writes in one iteration: several times around the ring.
const WRITES: usize = 1024;

/// What criterion calls the group, and the yardstick within it.
const GROUP: &str = "4 KiB at a time";
const MEMCPY: &str = "memcpy into a ring of 1 MiB";

/// A backlog's size in bytes, whether a recording keeps what it was, and the least part of memcpy's speed that will do.
const BACKLOGS: [(&str, usize, bool, Option<f64>); 3] = [
    ("a backlog of 1 MiB", RING, false, Some(0.6)),
    ("a backlog of 1000003 bytes", 1_000_003, false, Some(0.6)),
    ("a backlog of 1 MiB, recorded", RING, true, None),
];

fn main() {
    let folder = results_folder();
    let mut criterion = Criterion::default().output_directory(&folder).configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();

    let Some(memcpy) = median_ns(&folder, MEMCPY) else { return };
    println!("\n{:<44} {:>8} {:>18}", GROUP, "GB/s", "of memcpy's speed");
    let speed = |ns: f64| (WRITES * WRITE) as f64 / ns;
    println!("{MEMCPY:<44} {:>8.2}", speed(memcpy));
    for (what, _, _, least) in BACKLOGS {
        let Some(ns) = median_ns(&folder, what) else { continue };
        let verdict = match least {
            Some(least) if memcpy / ns < least => format!("  below {least}"),
            _ => String::new(),
        };
        println!("{what:<44} {:>8.2} {:>18.2}{verdict}", speed(ns), memcpy / ns);
    }
}

fn measure(criterion: &mut Criterion) {
    let bytes: Vec<u8> = (0..WRITE).map(|i| i as u8).collect();
    let mut group = criterion.benchmark_group(GROUP);
    group.throughput(Throughput::Bytes((WRITES * WRITE) as u64));
    group.bench_function(MEMCPY, |bencher| {
        let mut ring = vec![0_u8; RING];
        bencher.iter(|| {
            for i in 0..WRITES {
                let at = i * WRITE % RING;
                ring[at..at + WRITE].copy_from_slice(black_box(&bytes));
                black_box(&mut ring);
            }
        });
    });
    for (what, size, recorded, _) in BACKLOGS {
        group.bench_function(what, |bencher| {
            let (mut backlog, mut offset) = (Backlog::new(size, Offset(0)), Offset(0));
            bencher.iter(|| {
                for i in 0..WRITES {
                    // A recording keeps what the backlog was: pages written to since are copied.
                    let kept = (recorded && i % 16 == 0).then(|| backlog.clone());
                    offset = offset.plus(WRITE);
                    backlog.feed(black_box(&bytes), offset);
                    black_box(kept);
                }
            });
        });
    }
    group.finish();
}

/// Beside what cargo built: this program is in `release/deps` of the target folder.
fn results_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    program.ancestors().nth(3).unwrap_or(Path::new(".")).join("criterion")
}

/// The median time of an iteration in nanoseconds, if it was measured in this run (a filter may have left it out).
fn median_ns(folder: &Path, what: &str) -> Option<f64> {
    let file = folder.join(GROUP).join(what).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
