//! Pure functions from what the lab recorded to what the page draws. No DOM here, so all of it is tested natively.

pub mod bytes;
pub mod colours;
pub mod geometry;
pub mod index;
pub mod labels;
pub mod ladder;
pub mod layout;
pub mod math;
pub mod narrate;
pub mod pace;
pub mod ring;
pub mod ruler;
pub mod time;
pub mod topology;
