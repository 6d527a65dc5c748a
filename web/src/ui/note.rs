//! A sentence about an event, with names and histories marked.

use yew::prelude::*;

use crate::i18n::Text;
use crate::model::narrate::{Note, Slot};
use crate::ui::chip::IdChip;
use crate::ui::rich::{Fill, rich};

/// The sentence as HTML: nodes in bold, histories as chips, Redis's own words in code.
#[must_use]
pub fn note_html(note: &Note, t: &Text) -> Html {
    rich((note.wording)(t), |name| match note.slots.iter().find(|(n, _)| *n == name) {
        Some((_, Slot::Node(node))) => Fill::Html(html! { <b>{ node.to_string() }</b> }),
        Some((_, Slot::Id(id))) => Fill::Html(html! { <IdChip id={*id} /> }),
        Some((_, Slot::Number(n))) => Fill::from(*n),
        Some((_, Slot::Code(code))) => Fill::Html(html! { <code>{ code.clone() }</code> }),
        None => Fill::Text(name.to_owned()),
    })
}
