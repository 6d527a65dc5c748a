//! What there is to say about an event.

use psyncscope_lab::narration::{Messages, Note, Sentence, Slot, messages};
use yew::prelude::*;

use crate::ui::chip::chip;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::rich::{Fill, rich};

/// Properties of [`NoteText`].
#[derive(Properties, PartialEq)]
pub struct NoteTextProps {
    /// The note.
    pub note: Note,
    /// Whether other nodes that did the same just before are named too.
    #[prop_or_default]
    pub joined: bool,
}

/// A note's sentences: nodes in bold, replication IDs as chips, Redis's own words in code.
#[component]
pub fn NoteText(props: &NoteTextProps) -> Html {
    let ui = use_ui();
    let note = &props.note;
    note.sentences.iter().map(|sentence| html! { <>{ text(note, sentence, props.joined, &ui) }{ " " }</> }).collect()
}

/// A sentence; see [`NoteTextProps::joined`].
fn text(note: &Note, sentence: &Sentence, joined: bool, cx: &UiContext) -> Html {
    let t = messages(cx.lang);
    rich((sentence.key)(t), &|name| match sentence.slots.iter().find(|(n, _)| *n == name) {
        Some((_, Slot::Node(node))) => {
            let others = if joined && note.subject == Some(name) { &note.others[..] } else { &[] };
            let names = others.iter().chain([node]).map(|name| html! { <b>{ name.to_string() }</b> }).collect();
            let names = list(names, t);
            if others.is_empty() { Fill::Html(names) } else { Fill::Many(names) }
        }
        Some((_, Slot::Id(id))) => Fill::Html(chip(id, cx)),
        Some((_, Slot::Number(n))) => Fill::from(*n),
        Some((_, Slot::Words(words))) => Fill::Text(words.clone()),
        Some((_, Slot::Code(words))) => Fill::Html(html! { <code>{ words.clone() }</code> }),
        None => Fill::Text(name.to_owned()),
    })
}

fn list(names: Vec<Html>, t: &Messages) -> Html {
    let count = names.len();
    names.into_iter().enumerate().map(|(index, name)| html! { <>{ t.before_name(index, count) }{ name }</> }).collect()
}
