//! The line beneath the stage: what just happened, in plain words.

use yew::prelude::*;

use crate::model::narrate::Note;
use crate::model::time;
use crate::ui::context::use_ui;
use crate::ui::note::NoteText;

/// Properties of [`Caption`].
#[derive(Properties, PartialEq)]
pub struct CaptionProps {
    /// The sentence, if anything has happened yet.
    pub note: Option<Note>,
}

/// The sentence and its time. Screen readers announce it when it changes.
#[component]
pub fn Caption(props: &CaptionProps) -> Html {
    let t = use_ui().t();
    html! {
        <p class="caption" aria-live="polite" data-testid="caption">
            if let Some(note) = &props.note {
                <span class={classes!("caption-time", "num", note.tone.class())}>{ time::short(note.at) }</span>
                <span class="caption-words"><NoteText note={note.clone()} /></span>
            } else {
                <span class="caption-words">{ t.note_start }</span>
            }
        </p>
    }
}
