//! Pictures: what the page draws a world with, and pictures of a moment as files.
//!
//! * [`geometry`], [`layout`]: points, curves and circles; where cards stand
//! * [`ring_parts`], [`ring_labels`], [`ring_readers`], [`bytes`]: what a ring is drawn of, and what stands around it and in it
//! * [`ring_svg`], [`stage_svg`]: a node's backlog and the whole stage as SVG files; `svg`: what both begin with

pub mod bytes;
pub mod geometry;
pub mod layout;
mod ring;
pub mod ring_labels;
pub mod ring_parts;
pub mod ring_readers;
mod stage;
pub(crate) mod svg;

pub use ring::ring_svg;
pub use stage::stage_svg;
