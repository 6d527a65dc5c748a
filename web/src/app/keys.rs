//! Shortcuts, and other things that only the window can tell.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};
use yew::Callback;

use crate::console::input;
use crate::intent::{Intent, Overlay};
use crate::lesson::intent::LessonIntent;
use crate::steps::intent::{StepsIntent, Walk};
use crate::ui::{dom, popover};

/// Listens to the window for as long as the app lives: to what keys ask for, and to its size.
#[must_use]
pub fn listen(dispatch: &Callback<Intent>, onresize: Callback<()>) -> Vec<EventListener> {
    let Some(window) = dom::window() else { return Vec::new() };
    let keys = {
        let dispatch = dispatch.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if in_sheet(event) {
                event.prevent_default();
                return;
            }
            if let Some(intent) = intent_of(event) {
                event.prevent_default();
                dispatch.emit(intent);
            }
        })
    };
    let resize = EventListener::new(&window, "resize", move |_| onresize.emit(()));
    vec![keys, resize]
}

/// Moves the focus within the open sheet, if there is one and the key says so.
fn in_sheet(event: &KeyboardEvent) -> bool {
    let Some(sheet) = popover::open_popover() else { return false };
    let on_input = event.target().is_some_and(|t| t.dyn_into::<HtmlInputElement>().is_ok());
    let by = match event.key().as_str() {
        "Tab" if event.shift_key() => -1,
        "Tab" => 1,
        "ArrowDown" if !on_input => 1,
        "ArrowUp" if !on_input => -1,
        _ => return false,
    };
    popover::move_focus(&sheet, by);
    true
}

/// What a key asks for, unless it belongs to what has the focus.
fn intent_of(event: &KeyboardEvent) -> Option<Intent> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented() {
        return None;
    }
    // The browser takes the meaning of a word away.
    if event.key() == "Escape" && dom::has(":popover-open") {
        return None;
    }
    if event.key() == "Escape" && popover::open_popover().is_some() {
        return Some(Intent::Escape);
    }
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    if target.as_ref().is_some_and(dom::takes_typing) {
        return None;
    }
    if dom::has(".page.presenting") {
        // The keys of a clicker.
        let lesson = |intent| Some(Intent::Lesson(intent));
        match event.key().as_str() {
            "PageDown" | "ArrowRight" | "ArrowDown" => return lesson(LessonIntent::Next),
            "PageUp" | "ArrowLeft" | "ArrowUp" => return lesson(LessonIntent::Back),
            "b" | "B" | "." => return lesson(LessonIntent::Blank),
            "Escape" => return lesson(LessonIntent::Present(false)),
            _ => {}
        }
    }
    // Space presses the button that has the focus, as everywhere.
    let on_button = target.as_ref().is_some_and(dom::is_control);
    // What is typed at the console belongs to its command line, which gets this character by having the focus.
    let at_console = target.is_some_and(|e| e.closest(".console").ok().flatten().is_some());
    if at_console && !on_button && event.key().chars().count() == 1 {
        dom::focus(input::ID);
        return None;
    }
    match event.key().as_str() {
        " " if on_button => None,
        " " => Some(Intent::TogglePlay),
        "ArrowLeft" => Some(Intent::StepBack),
        "ArrowRight" => Some(Intent::StepForward),
        "Home" => Some(Intent::Rewind),
        "End" => Some(Intent::GoLive),
        "?" => Some(Intent::Open(Overlay::Help)),
        "Escape" => Some(Intent::Escape),
        "c" => Some(Intent::FocusConsole),
        "s" => Some(Intent::Steps(StepsIntent::Toggle)),
        "i" => Some(Intent::Steps(StepsIntent::Walk(Walk::Into))),
        "o" => Some(Intent::Steps(StepsIntent::Walk(Walk::Over))),
        "u" => Some(Intent::Steps(StepsIntent::Walk(Walk::Out))),
        "b" => Some(Intent::Steps(StepsIntent::Walk(Walk::Back))),
        "r" => Some(Intent::Steps(StepsIntent::Walk(Walk::Next))),
        "R" => Some(Intent::Steps(StepsIntent::Walk(Walk::Previous))),
        "n" => Some(Intent::Lesson(LessonIntent::Next)),
        "p" => Some(Intent::Lesson(LessonIntent::Back)),
        "g" => Some(Intent::Open(Overlay::RunUntil)),
        digit => {
            let nth = digit.parse::<usize>().ok().filter(|n| (1..=9).contains(n))?;
            Some(Intent::SelectNth(nth - 1))
        }
    }
}
