//! Pure functions from what the lab says to what the page draws. No DOM here, so all of it is tested natively.

pub mod branch_lanes;
pub mod colours;
pub mod diagram;
pub mod math;
pub mod pace;
pub mod packets;
pub mod prefix;
pub mod row_heights;
pub mod time;
pub mod tones;
pub mod viewport;

// What pictures in files are drawn with too.
pub use psyncscope_lab::drawing::{bytes, geometry, layout, ring_labels, ring_parts, ring_readers};
