//! The line beneath the stage: what just happened, in plain words.

use yew::prelude::*;

use crate::i18n::use_text;
use crate::model::narrate::Note;
use crate::model::time;
use crate::ui::note::note_html;

/// Properties of [`Caption`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// What to tell, if anything has happened yet.
    pub note: Option<Note>,
}

/// The sentence, and when it happened. Screen readers hear it when it changes.
#[component]
pub fn Caption(props: &Props) -> Html {
    let t = use_text();
    html! {
        <p class="caption" aria-live="polite" data-testid="caption">
            if let Some(note) = &props.note {
                <span class={classes!("caption-time", "num", note.tone.class())}>{ time::short(note.at) }</span>
                <span class="caption-words">{ note_html(note, t) }</span>
            } else {
                <span class="caption-words">{ t.note_start }</span>
            }
        </p>
    }
}
