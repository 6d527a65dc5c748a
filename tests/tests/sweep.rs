//! A thousand worlds, each made from its seed, none of which may violate a rule.
//!
//! A failure prints its seed. To run one world again and shrink its actions to those needed for the failure:
//! `PSYNCSCOPE_SEED=17 cargo test -p psyncscope-tests --test sweep replay -- --ignored --nocapture`; for more worlds
//! than these, `PSYNCSCOPE_SEED=1000..50000`.

#![allow(clippy::print_stdout, reason = "a failure is found by what was printed")]

use std::ops::Range;

use psyncscope_sweep::{Report, Scenario, check, shrink};

/// Runs every world of a range, also after failures.
///
/// # Panics
/// With all failures, if there are any.
#[track_caller]
fn sweep(seeds: Range<u64>) -> Vec<Report> {
    println!("seeds {seeds:?}");
    let mut reports = Vec::new();
    let mut failed = Vec::new();
    for seed in seeds {
        match check(&Scenario::of_seed(seed)) {
            Ok(report) => reports.push(report),
            Err(failure) => {
                println!("{failure}\n");
                failed.push(seed);
            }
        }
    }
    assert!(
        failed.is_empty(),
        "seeds {failed:?}; to run one again: PSYNCSCOPE_SEED={} cargo test -p psyncscope-tests --test sweep replay -- \
         --ignored --nocapture",
        failed[0]
    );
    reports
}

/// A hundred worlds, with a minimum of what must have occurred in them.
#[track_caller]
fn hundred(first: u64) {
    let reports = sweep(first..first + 100);
    let sum = |of: fn(&Report) -> u64| reports.iter().map(of).sum::<u64>();
    let partial = sum(|report| report.tally.partial);
    let full = sum(|report| report.tally.full);
    let promotions = sum(|report| report.tally.promotions);
    let data_pairs = sum(|report| report.tally.data_pairs);
    let diskless = sum(|report| report.tally.diskless);
    let (renamed, restored) = (sum(|report| report.tally.renamed), sum(|report| report.tally.restored));
    println!(
        "{partial} partial and {full} full resyncs, {promotions} promotions, {renamed} replicas renamed, {restored} \
         restarted within their history, {data_pairs} datasets compared, {diskless} RDBs without a file"
    );
    assert!(diskless > 100);
    assert!(partial > 100 && full > 300 && promotions > 100 && renamed > 10 && restored > 10 && data_pairs > 3000);
}

macro_rules! hundreds {
    ($($name:ident: $first:literal,)*) => {
        $(
            #[test]
            fn $name() {
                hundred($first);
            }
        )*
    };
}

hundreds! {
    worlds_0: 0,
    worlds_100: 100,
    worlds_200: 200,
    worlds_300: 300,
    worlds_400: 400,
    worlds_500: 500,
    worlds_600: 600,
    worlds_700: 700,
    worlds_800: 800,
    worlds_900: 900,
}

#[test]
#[ignore = "for one world or for many: see the head of this file"]
fn replay() {
    let asked = std::env::var("PSYNCSCOPE_SEED").expect("PSYNCSCOPE_SEED names a seed, or a range of them");
    let number = |text: &str| text.parse::<u64>().expect("a seed is a number");
    match asked.split_once("..") {
        Some((from, to)) => {
            let reports = sweep(number(from)..number(to));
            println!("{} worlds without a violation", reports.len());
        }
        None => {
            let scenario = Scenario::of_seed(number(&asked));
            let failure = match check(&scenario) {
                Ok(report) => return println!("{scenario}{report:?}"),
                Err(failure) => failure,
            };
            println!("{failure}\n\nShrinking ...");
            let rule = failure.violation.rule;
            let small = shrink(&scenario, |scenario| check(scenario).is_err_and(|other| other.violation.rule == rule));
            let failure = check(&small).expect_err("it failed a moment ago");
            panic!("{small}{failure}");
        }
    }
}
