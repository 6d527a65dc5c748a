//! Worlds made from a seed: hosts, wires, commands and faults at random, then everything mended.
//!
//! [`Scenario::of_seed`] is a pure function from a number to all that will be done; [`check`] does it with a
//! [`Checker`](crate::invariants::Checker), and [`digest_of_seed`] is equal where two platforms did the same.
//! Nothing here reads a clock or the system's random numbers, so a failure is its seed.

mod dice;
mod digests;
mod plan;
mod run;
mod scenario;
mod settle;
mod shrink;

pub use dice::Dice;
pub use digests::{digests_file, digests_that_differ, written_digests};
pub use run::{Failure, Report, check, digest_of_seed};
pub use scenario::{Act, HostPlan, Scenario, host_name};
pub use shrink::shrink;
