//! Time: play, step, scrub.

pub mod bar;
pub mod buttons;
pub mod end;
pub mod run_until;
mod scrubber;
mod ticks;
pub mod time_display;
