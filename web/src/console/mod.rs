//! A redis-cli for each node.

pub mod input;
pub mod view;
