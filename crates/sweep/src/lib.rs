//! Random worlds made from seeds: hosts, wires, commands and faults, then everything is repaired; and what always holds of
//! them.
//!
//! **A world is a pure function of its seed.** Nothing here reads a clock or the system's random numbers: a failure is
//! found again by its seed, on every machine and in a browser.
//!
//! * a scenario: [`Scenario::of_seed`] plans everything that is done, [`check`] does it with a [`Checker`],
//!   [`digest_of_seed`] without one
//! * many: [`sweep`] checks the worlds of a [`Part`] of [`Seeds`] and gives a [`Summary`]; [`Summary::merged`] adds them up
//! * a failure: [`shorten`] makes it a short script of the lab ([`shrink`], [`session_of_failure`]), in which
//!   [`check_log`] finds it again

pub mod invariants;
mod log;
mod plan;
mod rng;
mod run;
mod scenario;
mod seeds;
mod session;
mod settle;
mod shrink;
mod summary;
mod sweep;

pub use invariants::{Checker, Violation};
pub use log::{can_check_log, check_log};
pub use rng::ScenarioRng;
pub use run::{Failure, Report, check, digest_of_seed, fails};
pub use scenario::{Action, HostPlan, Scenario, host_name};
pub use seeds::{Part, Seeds};
pub use session::session_of_failure;
pub use shrink::shrink;
pub use summary::{FailureSummary, MergeError, PartSummary, Summary, Totals};
pub use sweep::{Shortened, shorten, sweep};
