//! Worlds made from a seed: hosts, wires, commands and faults at random, then everything repaired.
//!
//! [`Scenario::of_seed`] is a pure function from a number to all actions; [`check`] runs them with a
//! [`Checker`](crate::invariants::Checker), and [`digest_of_seed`] is equal on all platforms.
//! Nothing here reads a clock or the system's random numbers, so a failure is reproduced from its seed.

mod digests;
mod plan;
mod rng;
mod run;
mod scenario;
mod settle;
mod shrink;

pub use digests::{digests_file, digests_that_differ, written_digests};
pub use rng::ScenarioRng;
pub use run::{Failure, Report, check, digest_of_seed};
pub use scenario::{Action, HostPlan, Scenario, host_name};
pub use shrink::shrink;
