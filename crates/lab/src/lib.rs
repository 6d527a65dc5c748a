//! What a user does with a world.
pub mod action;
