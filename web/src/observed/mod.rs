//! INFO and logs of real servers: a dialog in which a text is pasted, and what it says.

pub mod dialog;
pub mod findings;
pub mod intent;
pub mod report;
pub mod state;
