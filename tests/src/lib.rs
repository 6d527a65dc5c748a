//! What crosses crates: recordings of a real Redis, digests of seeded worlds, real peers.

pub mod digests;
pub mod golden;
pub mod lua_numbers;
