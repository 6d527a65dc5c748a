//! The offset ruler: every node's history on one axis.

pub mod bar;
pub mod row;
pub mod view;
