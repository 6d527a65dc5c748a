//! Commands: the table, the checks and the implementations.
//!
//! * `table`: every command with its arity and flags
//! * `dispatch`: from bytes to an execution, `processCommand`; `execute`: `call` and its propagation
//! * `transactions`: MULTI, EXEC and WATCH; `pubsub`: channels
//! * `strings`, `bits`, `hyperloglog`, `lists`, `sets`, `zsets`, `geo`, `hashes`, `sort`, `keys`, `blocking`, `scan`,
//!   `objects`: commands on data, which see only a [`call::Call`]
//! * `later`: what only masters of Redis 6.2 and 7 send
//! * `server`, `connection`, `clients`: commands on the node itself

pub mod bits;
pub mod blocking;
pub(crate) use debug::lru_clock;

pub mod call;
mod clients;
pub mod cluster;
mod connection;
mod crash;
mod debug;
pub(crate) mod dispatch;
pub mod dump;
pub(crate) mod evict;
pub(crate) mod execute;
pub mod geo;
mod getkeys;
pub mod hashes;
pub mod hyperloglog;
mod inspect;
pub mod keys;
mod later;
pub mod lists;
pub(crate) mod logs;
mod memory;
mod misc;
mod monitor;
pub mod notify;
pub mod objects;
pub(crate) mod pause;
pub(crate) mod pubsub;
pub mod scan;
mod server;
pub mod sets;
pub mod sort;
pub mod strings;
pub mod table;
pub(crate) mod transactions;
pub mod zsets;
