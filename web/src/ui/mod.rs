//! Small things that many parts of the page use.

pub mod atoms;
pub mod chip;
pub mod cx;
pub mod dom;
pub mod el;
pub mod icon;
pub mod note;
pub mod overlay;
pub mod part;
pub mod rich;
pub mod shared;
pub mod trouble;
