//! One Redis 5.0.14 node as a pure state machine: bytes and time in, bytes and events out.
//!
//! **The contract: construct a [`Node`], then, for each thing that happens, call [`Node::handle`] once with the time, and
//! carry out every [`Output`] it left, in order, before the next call.** The node asks for no time, no randomness and no
//! I/O of its own, so the same inputs give the same bytes for ever.
//!
//! It knows nothing of sockets, clocks, threads, files or browsers. What a driver must know is in [`io`]; what a watcher
//! can see is in [`event`] and [`view`]; names follow Redis's sources, so that a reader of replication.c finds its way
//! (see [`replication`]).

pub mod aof;
mod blocked;
mod client;
pub mod command;
pub mod config;
pub mod event;
pub mod glob;
pub mod ids;
mod info;
pub mod io;
pub mod keyspace;
mod loading;
mod long_double;
mod node;
mod observe;
pub mod outbuf;
mod persistence;
pub mod rdb;
pub mod replication;
pub mod resp;
mod script;
pub mod time;
pub mod view;

pub use config::Config;
pub use io::{ChildId, ConnId, Input, Outbox, Output, Peer};
pub use node::Node;
pub use time::{Instant, Now};

/// The version this engine behaves as.
pub const REDIS_VERSION: &str = "5.0.14";
