//! The steps of the functions of replication: where one stands among them, and the functions as a list.

pub mod functions;
pub mod intent;
pub mod line;
pub mod lines;
pub mod panel;
pub mod pictures;
pub mod place;
pub mod value;
