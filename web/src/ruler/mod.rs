//! The offset ruler: every node's history on one axis.

pub mod view;
