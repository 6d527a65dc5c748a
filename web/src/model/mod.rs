//! Pure functions from what the lab recorded to what the page draws. No DOM here, so all of it is tested natively.

pub mod bytes;
pub mod colours;
pub mod geometry;
pub mod index;
pub mod ladder;
pub mod layout;
pub mod math;
pub mod narrate;
pub mod pace;
pub mod packets;
pub mod prefix;
pub mod ring;
pub mod ring_arcs;
pub mod ring_commands;
pub mod ring_labels;
pub mod ring_readers;
#[cfg(test)]
pub mod ring_testing;
pub mod row_heights;
pub mod ruler;
pub mod time;
pub mod topology;
pub mod viewport;
