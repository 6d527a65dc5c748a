//! Pure functions from what the lab says to what the page draws. No DOM here, so all of it is tested natively.

pub mod branch_lanes;
pub mod bytes;
pub mod colours;
pub mod diagram;
pub mod geometry;
pub mod layout;
pub mod math;
pub mod pace;
pub mod packets;
pub mod prefix;
pub mod ring_labels;
pub mod ring_readers;
pub mod row_heights;
pub mod time;
pub mod tones;
pub mod viewport;
