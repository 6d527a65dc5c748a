//! Small components and helpers that many parts of the page use.

pub mod button;
pub mod checkbox;
pub mod chip;
pub mod clipboard;
pub mod context;
pub mod dialog;
pub mod dom;
pub mod drop_zone;
pub mod error;
pub mod error_note;
pub mod fetch;
pub mod field;
pub mod files;
pub mod icon;
pub mod icon_button;
pub mod lit;
pub mod lit_bytes;
pub mod note;
pub mod popover;
pub mod raster;
pub mod rich;
pub mod select;
pub mod shared;
pub mod size_watch;
pub mod whole;
pub mod windowed_list;
