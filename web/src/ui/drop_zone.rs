//! The page as a place where files and texts are dropped.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::file::File;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, DragEvent};
use yew::Callback;

use crate::ui::dom;

/// The kind of a text among what is dragged.
pub const TEXT: &str = "text/plain";

/// Something that was dropped.
pub enum Dropped {
    /// It is over the page, or it left.
    Over(bool),
    /// A file.
    File(File),
    /// A text.
    Text(String),
    /// A file was read: its name and its text, if it is text.
    Read(String, Option<String>),
}

/// Listens to what is dragged over the page, for as long as the app lives.
#[must_use]
pub fn listen(ondropped: &Callback<Dropped>) -> Vec<EventListener> {
    let Some(window) = dom::window() else { return Vec::new() };
    let on = |name: &'static str, dropped: fn(&DragEvent, &DataTransfer) -> Option<Dropped>| {
        let ondropped = ondropped.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&window, name, options, move |event| {
            let Some(event) = event.dyn_ref::<DragEvent>() else { return };
            let Some(data) = event.data_transfer() else { return };
            if let Some(dropped) = dropped(event, &data) {
                // Without this the browser shows the file in the place of the page.
                event.prevent_default();
                ondropped.emit(dropped);
            }
        })
    };
    vec![
        on("dragenter", |event, data| is_for_page(event, data).then_some(Dropped::Over(true))),
        on("dragover", |event, data| is_for_page(event, data).then_some(Dropped::Over(true))),
        // It left the window if it is over nothing now.
        on("dragleave", |event, _| event.related_target().is_none().then_some(Dropped::Over(false))),
        on("drop", |event, data| {
            if !is_for_page(event, data) {
                return None;
            }
            let file = data.files().and_then(|files| files.get(0));
            Some(match file {
                Some(file) => Dropped::File(file.into()),
                None => Dropped::Text(data.get_data(TEXT).unwrap_or_default()),
            })
        }),
    ]
}

/// Files are the page's wherever they are; a text that is over a field is the field's.
fn is_for_page(event: &DragEvent, data: &DataTransfer) -> bool {
    let has = |kind: &str| data.types().includes(&kind.into(), 0);
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    has("Files") || has(TEXT) && !target.is_some_and(|element| dom::takes_typing(&element))
}
