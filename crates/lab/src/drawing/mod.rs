//! Pictures: what the page draws a world with, and pictures of a moment as files.
//!
//! * [`geometry`], [`layout`]: points, curves and circles; where cards stand
//! * [`ring_labels`], [`ring_readers`], [`bytes`]: what stands around a ring and in it
//! * [`ring_svg`], [`stage_svg`]: a node's backlog and the whole stage as SVG files; `svg`: what both begin with

pub mod bytes;
pub mod geometry;
pub mod layout;
mod ring;
pub mod ring_labels;
pub mod ring_readers;
mod stage;
pub(crate) mod svg;

pub use ring::ring_svg;
pub use stage::stage_svg;
