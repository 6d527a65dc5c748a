//! The top bar and the dialogs that it opens.

pub mod bar;
pub mod futures;
pub mod help;
pub mod load;
pub mod new;
