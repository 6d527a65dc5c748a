//! A sentence about an event, with names and histories marked.

use yew::prelude::*;

use crate::model::narrate::{Note, Slot};
use crate::ui::atoms::{bold, code};
use crate::ui::chip::chip;
use crate::ui::cx::Cx;
use crate::ui::rich::{Fill, rich};

/// The sentence as HTML: nodes in bold, histories as chips, Redis's own words in code.
pub fn note(note: &Note, cx: &Cx) -> Html {
    rich((note.wording)(cx.t()), &|name| match note.slots.iter().find(|(n, _)| *n == name) {
        Some((_, Slot::Node(node))) => Fill::Html(bold(node.to_string())),
        Some((_, Slot::Id(id))) => Fill::Html(chip(id, cx)),
        Some((_, Slot::Number(n))) => Fill::from(*n),
        Some((_, Slot::Code(words))) => Fill::Html(code(words.clone())),
        None => Fill::Text(name.to_owned()),
    })
}
