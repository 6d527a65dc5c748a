//! What every part of the page needs beside its own data.

use psyncscope_lab::engine::ids::ReplId;
use yew::prelude::*;

use crate::i18n::{Lang, Text};
use crate::intent::Intent;
use crate::model::colours::ColourMap;

/// The language, the colours of the histories, and the way to the app. Passed down by reference: a context of Yew's would
/// cost each part a component of its own.
#[derive(Clone, PartialEq)]
pub struct Cx {
    /// The language that the page speaks.
    pub lang: Lang,
    /// The colours of the histories.
    pub colours: ColourMap,
    /// Where intents are handed in.
    pub desk: Callback<Intent>,
}

impl Cx {
    /// The page's words.
    #[must_use]
    pub const fn t(&self) -> &'static Text {
        self.lang.text()
    }

    /// The CSS class of a history.
    #[must_use]
    pub fn colour(&self, id: &ReplId) -> &'static str {
        self.colours.class(id)
    }

    /// A click that hands in this intent.
    #[must_use]
    pub fn click(&self, intent: Intent) -> Callback<MouseEvent> {
        let desk = self.desk.clone();
        Callback::from(move |_: MouseEvent| desk.emit(intent.clone()))
    }
}
