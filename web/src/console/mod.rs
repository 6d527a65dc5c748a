//! The console: a redis-cli for each node.

pub mod input;
pub mod lines;
mod output;
mod row;
mod tabs;
pub mod view;
