//! Worlds of real nodes: that engine and network fit together. Redis's behaviour is tested in the engine.

#![allow(clippy::print_stdout, reason = "a failing test shows the seed of its world")]

mod cluster;

mod append_only;
mod chaos;
mod colours;
mod faults;
mod migrate;
mod recording;
