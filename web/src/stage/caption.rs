//! The line beneath the stage: what just happened, in plain words.

use yew::prelude::*;

use crate::model::narrate::Note;
use crate::model::time;
use crate::ui::atoms::{span, span_of, text};
use crate::ui::cx::Cx;
use crate::ui::el::el;
use crate::ui::note::note;
use crate::ui::part::Part;

/// The sentence, and when it happened. Screen readers hear it when it changes.
#[derive(PartialEq)]
pub struct Caption {
    /// What to tell, if anything has happened yet.
    pub note: Option<Note>,
}

impl Part for Caption {
    fn draw(&self, cx: &Cx) -> Html {
        let (at, words) = match &self.note {
            Some(told) => {
                let at = span(format!("caption-time num {}", told.tone.class()), time::short(told.at));
                (Some(at), note(told, cx))
            }
            None => (None, text(cx.t().note_start)),
        };
        el("p")
            .class("caption")
            .set("aria-live", "polite")
            .testid("caption")
            .maybe(at)
            .put(span_of("caption-words", words))
            .html()
    }
}
