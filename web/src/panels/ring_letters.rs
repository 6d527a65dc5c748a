//! The bytes of the ring, as letters.

use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::ring;
use yew::prelude::*;

use crate::model::bytes;
use crate::model::geometry::Point;
use crate::model::ring_parts::{FONT_MAX, letter_room, middle};
use crate::ui::shared::Shared;

/// What stands where no letter of this kind does: a space that is not collapsed.
const BLANK: &str = "\u{a0}";

/// Properties of [`RingLetters`].
#[derive(Properties, PartialEq)]
pub struct RingLettersProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
}

/// The letters, upright, so that they can be read all around. All of them are one text with a place for each letter,
/// and those for control characters another, paler one: a write then changes two elements, however many bytes it has.
#[component]
pub fn RingLetters(props: &RingLettersProps) -> Html {
    let backlog = &props.backlog.0.0;
    let size = backlog.size();
    let places = use_memo(size, |&size| places(size));
    let (x, y) = &*places;
    let room = letter_room(size);
    let (mut plain, mut faint) = (String::new(), String::new());
    for cell in ring::cells(backlog) {
        let byte = cell.held.map(|(_, byte)| byte);
        let glyph = byte.map_or(BLANK, bytes::byte_glyph);
        let is_faint = byte.is_some_and(bytes::is_faint);
        plain.push_str(if is_faint { BLANK } else { glyph });
        faint.push_str(if is_faint { glyph } else { BLANK });
    }
    let text = |class: &'static str, font: f64, letters: String| {
        let font_size = format!("{font:.1}");
        html! { <text {class} font-size={font_size} x={x.clone()} y={y.clone()} dy="0.34em">{ letters }</text> }
    };
    html! {
        <g class="letters">
            { text("", room.min(FONT_MAX), plain) }
            { text("letters-faint", (room * 0.9).min(FONT_MAX), faint) }
        </g>
    }
}

/// The middles of all cells: the values of the attributes `x` and `y`.
fn places(size: usize) -> (AttrValue, AttrValue) {
    let middles: Vec<Point> = (0..size).map(|index| middle(index, size)).collect();
    let list = |of: fn(&Point) -> f64| middles.iter().map(|at| format!("{:.1}", of(at))).collect::<Vec<_>>().join(" ");
    (list(|at| at.x).into(), list(|at| at.y).into())
}
