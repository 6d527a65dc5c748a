//! What every component needs beside its own properties.

use psyncscope_lab::engine::ids::ReplId;
use yew::prelude::*;

use crate::i18n::{Lang, Messages, messages};
use crate::intent::Intent;
use crate::model::colours::ColourMap;

/// The language, the colours of the replication IDs, and the way to the app. The app provides it as a Yew context.
#[derive(Clone, PartialEq)]
pub struct UiContext {
    /// The page's language.
    pub lang: Lang,
    /// The colours of the replication IDs.
    pub colours: ColourMap,
    /// Sends an intent to the app.
    pub dispatch: Callback<Intent>,
}

impl UiContext {
    /// The page's words.
    #[must_use]
    pub const fn t(&self) -> &'static Messages {
        messages(self.lang)
    }

    /// The CSS class of a replication ID's colour.
    #[must_use]
    pub fn colour(&self, id: &ReplId) -> &'static str {
        self.colours.class(id)
    }

    /// A click handler that dispatches this intent.
    #[must_use]
    pub fn click(&self, intent: Intent) -> Callback<MouseEvent> {
        let dispatch = self.dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.emit(intent.clone()))
    }

    /// Called with the place of an item in a list: dispatches the intent that chooses it.
    #[must_use]
    pub fn choose<T: Copy + 'static>(
        &self,
        items: &'static [T],
        intent: impl Fn(T) -> Intent + 'static,
    ) -> Callback<usize> {
        let dispatch = self.dispatch.clone();
        Callback::from(move |nth: usize| {
            if let Some(&item) = items.get(nth) {
                dispatch.emit(intent(item));
            }
        })
    }
}

/// The context of the page. The component is rendered again when the language or the colours change.
///
/// # Panics
/// If the component is not below the app, which provides the context.
#[hook]
pub fn use_ui() -> UiContext {
    #[expect(clippy::expect_used, reason = "every component is rendered below the app")]
    use_context::<UiContext>().expect("the app provides the context")
}
