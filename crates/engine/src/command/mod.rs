//! Commands: the table, the gates and the implementations.

pub mod call;
