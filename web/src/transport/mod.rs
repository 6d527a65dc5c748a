//! Time: play, step, scrub.

pub mod bar;
mod scrubber;
mod ticks;
pub mod time_display;
