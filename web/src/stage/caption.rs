//! The lines beneath the stage: what just happened, in plain words.

use psyncscope_lab::format;
use psyncscope_lab::narration::{CaptionNotes, Note};
use yew::prelude::*;

use crate::model::tones;
use crate::ui::context::use_ui;
use crate::ui::note::NoteText;

/// Properties of [`Caption`].
#[derive(Properties, PartialEq)]
pub struct CaptionProps {
    /// What there is to say.
    pub notes: CaptionNotes,
}

/// The last event that mattered, and below it the newest step since. Screen readers announce what changes.
#[component]
pub fn Caption(props: &CaptionProps) -> Html {
    let t = use_ui().t();
    let CaptionNotes { headline, detail } = &props.notes;
    html! {
        <div class="caption" aria-live="polite" data-testid="caption">
            if let Some(note) = headline {
                <p class="caption-headline" data-testid="caption-headline">{ line(note) }</p>
            } else if detail.is_none() {
                <p class="caption-headline"><span class="caption-words">{ t.note_start }</span></p>
            }
            if let Some(note) = detail {
                <p class="caption-detail" data-testid="caption-detail">{ line(note) }</p>
            }
        </div>
    }
}

fn line(note: &Note) -> Html {
    html! {
        <>
            <span class={classes!("caption-time", "num", tones::class(note.tone))}>{ format::short(note.at) }</span>
            <span class="caption-words"><NoteText note={note.clone()} joined=true /></span>
        </>
    }
}
