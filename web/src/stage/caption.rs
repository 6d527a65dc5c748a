//! The lines beneath the stage: what just happened, in plain words.

use psyncscope_lab::format;
use psyncscope_lab::narration::{CaptionNotes, Note};
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::intent::{Intent, WhyIntent};
use crate::model::tones;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::note::NoteText;

/// Properties of [`Caption`].
#[derive(Properties, PartialEq)]
pub struct CaptionProps {
    /// What there is to say.
    pub notes: CaptionNotes,
    /// What the author of a script says, and when.
    pub said: Option<(SimTime, AttrValue)>,
    /// Whether any node follows another.
    pub has_replicas: bool,
}

/// The last event that mattered, and below it the newest step since. Screen readers announce what changes.
#[component]
pub fn Caption(props: &CaptionProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let CaptionNotes { headline, detail, entry } = &props.notes;
    // Below the author's words there is room for one line of the page's.
    let (headline, detail) = match &props.said {
        Some(_) => (None, detail.as_ref().or(headline.as_ref())),
        None => (headline.as_ref(), detail.as_ref()),
    };
    let why = entry.map(|entry| {
        let onclick = ui.click(Intent::Why(WhyIntent::Because(entry)));
        html! { <Button class="caption-why" testid="caption-why" {onclick}>{ t.because_button }</Button> }
    });
    html! {
        <div class="caption" aria-live="polite" data-testid="caption">
            if let Some((at, words)) = &props.said {
                <p class="caption-headline caption-said" data-testid="caption-said">
                    <span class="caption-time num">{ format::short(*at) }</span>
                    <span class="caption-words">{ words.clone() }</span>
                </p>
            } else if let Some(note) = headline {
                <p class="caption-headline" data-testid="caption-headline">
                    { line(note) }
                    if detail.is_none() {
                        { why.clone() }
                    }
                </p>
            } else if detail.is_none() {
                <p class="caption-headline">
                    <span class="caption-words">{ if props.has_replicas { t.note_start } else { t.note_start_alone } }</span>
                </p>
            }
            if let Some(note) = detail {
                <p class="caption-detail" data-testid="caption-detail">{ line(note) }{ why }</p>
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
