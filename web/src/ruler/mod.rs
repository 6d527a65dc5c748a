//! The offset ruler: every node's history on one axis.

pub mod bar;
pub mod row;
pub mod view;

use psyncscope_lab::ruler::Axis;

/// The style of a `.ruler-at`, which is as wide as the track, whose left edge shall be at an offset. A transform, not
/// `left`: when the axis moves on, the browser lays nothing out again.
fn place(axis: &Axis, offset: i64) -> String {
    format!("transform:translateX({:.2}%)", axis.at(offset) * 100.0)
}
