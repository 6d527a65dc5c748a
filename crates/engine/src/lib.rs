//! One Redis 5.0.14 node as a pure state machine: bytes and time in, bytes and events out.
//!
//! **The contract: construct a [`Node`], then, for each thing that happens, call [`Node::handle`] once with the time,
//! and carry out every [`Output`] it left, in order, before the next call.** The node reads no clock, no random
//! source and does no I/O, so the same inputs always give the same bytes.
//!
//! It does not depend on sockets, clocks, threads, files or browsers. The interface for drivers is [`io`]; what
//! observers see is in [`event`] and [`view`]. Names follow Redis's sources: the table in [`replication`] says where
//! each function of replication.c is.
//!
//! What knows no node is in crates of its own: the wire protocol (`psyncscope_resp`), the dataset (`psyncscope_keyspace`),
//! RDB files (`psyncscope_rdb`), the commands on data (`psyncscope_commands`), and Lua (`psyncscope_lua`).

pub mod aof;
mod blocked;
mod client;
mod clients;
pub mod command;
pub mod config;
pub mod event;
pub mod ids;
pub mod info;
pub mod io;
#[cfg(feature = "known-bugs")]
pub mod known_bugs;
mod loading;
mod node;
mod observe;
pub mod outbuf;
mod persistence;
pub mod replication;
mod script;
pub mod steps;
pub mod time;
pub mod view;
pub mod words;

pub use config::Config;
pub use io::{ChildId, ConnId, Input, Outbox, Output, Peer};
pub use node::{Node, Turn};
pub use time::{Instant, Now};

/// The version this engine behaves as.
pub const REDIS_VERSION: &str = "5.0.14";
