//! Time: play, step, scrub.

pub mod bar;
pub mod buttons;
pub mod end;
mod scrubber;
mod ticks;
pub mod time_display;
