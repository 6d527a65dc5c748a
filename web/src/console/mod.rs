//! The console: a redis-cli for each node.

pub mod input;
pub mod lines;
mod output;
mod tabs;
pub mod view;
