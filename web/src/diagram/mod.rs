//! The sequence diagram beside the stage.

pub mod arrow;
pub mod item;
pub mod mark;
pub mod panel;
