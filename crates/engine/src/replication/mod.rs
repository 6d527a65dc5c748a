//! Replication, both sides.
pub mod backlog;
pub mod psync;
pub mod replica;
