//! The offset ruler: every node's history on one axis.

pub mod bar;
pub mod row;
pub mod view;

use psyncscope_lab::ruler::Axis;

/// The style of what stands on a track with its left edge at an offset. Not a transform, which costs compositing: when the
/// axis moves on, numbers on it change too, so that the track is laid out anyway.
fn place(axis: &Axis, offset: i64) -> String {
    format!("left:{:.2}%", axis.at(offset) * 100.0)
}
