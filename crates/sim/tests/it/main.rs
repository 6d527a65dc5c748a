//! The network without Redis: one behaviour per file. Worlds print their seed.

#![allow(clippy::print_stdout, reason = "a failing test shows the seed of its world")]

mod talker;

mod bandwidth;
mod clocks;
mod connect;
mod crash;
mod cut;
mod determinism;
mod forwards;
mod frames;
mod loss;
mod pause;
mod power;
mod recovery;
mod restart;
