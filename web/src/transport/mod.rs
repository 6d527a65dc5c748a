//! Time: play, step, scrub.

pub mod bar;
pub mod scrubber;
