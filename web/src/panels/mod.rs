//! The panels about the selected node.

pub mod backlog;
pub mod handshake;
pub mod info;
pub mod log;
pub mod ring;
pub mod tabs;
pub mod why;
