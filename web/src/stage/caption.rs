//! The line beneath the stage: what just happened, in plain words.

use yew::prelude::*;

use crate::model::narrate::Note;
use crate::model::time;
use crate::ui::atoms::{span, span_of, text};
use crate::ui::cx::Cx;
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
        let words = match &self.note {
            Some(told) => html! {
                <>
                    { span(format!("caption-time num {}", told.tone.class()), time::short(told.at)) }
                    { span_of("caption-words", note(told, cx)) }
                </>
            },
            None => span_of("caption-words", text(cx.t().note_start)),
        };
        html! { <p class="caption" aria-live="polite" data-testid="caption">{ words }</p> }
    }
}
