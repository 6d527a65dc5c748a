//! Time: play, step, scrub.

pub mod bar;
pub mod scrubber;
pub mod time_display;
