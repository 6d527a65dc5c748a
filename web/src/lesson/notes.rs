//! The presenter's second window (`?notes`): notes, and what comes next. The page that presents tells it by a channel
//! between the windows of one site.

use gloo::events::EventListener;
use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};
use yew::prelude::*;

use crate::app::choices;
use crate::i18n::messages;
use crate::lesson::address::NOTES;

/// The channel on which the page that presents tells what it shows, and the other asks for it.
pub const CHANNEL: &str = "psyncscope-notes";
/// The window.
#[component]
pub fn NotesPage() -> Html {
    let t = messages(choices::language());
    let shown = use_state(Vec::<String>::new);
    {
        let shown = shown.clone();
        use_effect_with((), move |()| {
            let channel = BroadcastChannel::new(CHANNEL).ok();
            let listener = channel.as_ref().map(|channel| {
                EventListener::new(channel, "message", move |event| {
                    let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
                    if let Some(texts) = data.and_then(|data| data.dyn_into::<Array>().ok()) {
                        shown.set(texts.iter().filter_map(|text| text.as_string()).collect());
                    }
                })
            });
            if let Some(channel) = &channel {
                // The page that presents answers by what it shows.
                let _ = channel.post_message(&NOTES.into());
            }
            move || drop((listener, channel))
        });
    }
    let text = |nth: usize| shown.get(nth).cloned().unwrap_or_default();
    html! {
        <main class="notes" data-testid="notes">
            if shown.is_empty() {
                <p class="faint">{ t.notes_wait }</p>
            } else {
                <p class="faint">{ format!("{} · {}", text(0), text(1)) }</p>
                <p class="notes-now" data-testid="notes-now">{ text(2) }</p>
                <h2>{ t.notes }</h2>
                <p class="notes-text" data-testid="notes-text">{ if text(3).is_empty() { t.notes_none.to_owned() } else { text(3) } }</p>
                <h2>{ t.notes_next }</h2>
                <p data-testid="notes-next">{ if text(4).is_empty() { t.notes_last.to_owned() } else { text(4) } }</p>
            }
        </main>
    }
}
