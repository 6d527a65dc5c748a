//! Worlds of real nodes: that engine and network fit together. What Redis does is the engine's tests' business.

#![allow(clippy::print_stdout, reason = "a failing test shows the seed of its world")]

mod cluster;

mod append_only;
mod chaos;
mod colours;
mod faults;
mod recording;
