//! What masters of Redis 6.2 and 7 propagate beyond the commands of Redis 5: new commands, and new forms of old ones.
//!
//! Each handler rewrites its command to commands of Redis 5 for the node's own append-only file, which Redis 5 can then
//! read, and the node itself as a master. Sub-replicas get the stream unchanged.
//!
//! Absent are the commands that are never propagated: BLMOVE (propagated as LMOVE), LMPOP, BLMPOP, ZMPOP, BZMPOP
//! (propagated as LPOP, RPOP, ZPOPMIN or ZPOPMAX), XAUTOCLAIM and XREADGROUP (propagated as XCLAIM and XGROUP), and all
//! that only read.

pub mod geo;
pub mod keys;
pub mod lists;
pub mod streams;
pub mod strings;
pub mod zsets;

#[cfg(test)]
mod tests;
