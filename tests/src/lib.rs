//! What crosses crates: recordings of a real Redis, seeded sweeps, real peers.

pub mod golden;
pub mod invariants;
pub mod lua_numbers;
pub mod sweep;
