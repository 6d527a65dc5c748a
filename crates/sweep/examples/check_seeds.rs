//! Checks the random worlds of some seeds, and prints how large they were.
//!
//! `cargo run -p psyncscope-sweep --example check_seeds -- 100`: of the first hundred; of ten without a number.

#![allow(clippy::print_stdout, reason = "an example prints what it does")]

use std::error::Error;

use psyncscope_sweep::{Scenario, check};

fn main() -> Result<(), Box<dyn Error>> {
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(10), |count| count.parse())?;
    for seed in 0..seeds {
        let scenario = Scenario::of_seed(seed);
        let report = check(&scenario).map_err(|failure| format!("seed {}: {}", failure.seed, failure.violation))?;
        println!("seed {seed}: {report:?}");
    }
    Ok(())
}
