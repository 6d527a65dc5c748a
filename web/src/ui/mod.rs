//! Small things that many parts of the page use.

pub mod chip;
pub mod dialog;
pub mod dom;
pub mod icon;
pub mod note;
pub mod popover;
pub mod rich;
pub mod shared;
pub mod trouble;
