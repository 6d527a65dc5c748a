//! Commands: the table, the checks and the implementations.
//!
//! * `table`: every command with its arity and flags
//! * `dispatch`: from bytes to an execution, `processCommand`; `execute`: `call`; `propagation`: how it is propagated
//! * `transactions`: MULTI, EXEC and WATCH; `pubsub`: channels
//! * `migrate`: MIGRATE, which waits for another server
//! * `later`: what only masters of Redis 6.2 and 7 send
//! * `server`, `connection`, `clients`: commands on the node itself. Those on data are in `psyncscope_commands`

pub(crate) use debug::lru_clock;

mod clients;
mod connection;
mod crash;
mod debug;
pub(crate) mod dispatch;
pub(crate) mod evict;
pub(crate) mod execute;
mod getkeys;
mod inspect;
mod later;
pub(crate) mod logs;
mod memory;
pub(crate) mod migrate;
mod misc;
mod monitor;
mod notify;
pub(crate) mod pause;
pub(crate) mod propagation;
pub(crate) mod pubsub;
mod rename;
mod server;
pub mod table;
pub(crate) mod transactions;
