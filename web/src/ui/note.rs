//! A sentence about an event.

use yew::prelude::*;

use crate::model::narrate::{Note, Slot};
use crate::ui::chip::chip;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::rich::{Fill, rich};

/// Properties of [`NoteText`].
#[derive(Properties, PartialEq)]
pub struct NoteTextProps {
    /// The sentence.
    pub note: Note,
}

/// The sentence: nodes in bold, replication IDs as chips, Redis's own words in code.
#[component]
pub fn NoteText(props: &NoteTextProps) -> Html {
    note(&props.note, &use_ui())
}

/// [`NoteText`] for code that has the context already.
pub fn note(note: &Note, cx: &UiContext) -> Html {
    rich((note.wording)(cx.t()), &|name| match note.slots.iter().find(|(n, _)| *n == name) {
        Some((_, Slot::Node(node))) => Fill::Html(html! { <b>{ node.to_string() }</b> }),
        Some((_, Slot::Id(id))) => Fill::Html(chip(id, cx)),
        Some((_, Slot::Number(n))) => Fill::from(*n),
        Some((_, Slot::Code(words))) => Fill::Html(html! { <code>{ words.clone() }</code> }),
        None => Fill::Text(name.to_owned()),
    })
}
