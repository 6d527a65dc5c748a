//! The simulated world.
pub mod frame;
