//! A term of the glossary in a text.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use psyncscope_lab::lesson::Term;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::context::use_ui;
use crate::ui::dom;

/// The meaning's width, and its distance from the window's edge, in pixels. The stylesheet has the width, too.
const WIDTH: f64 = 288.0;
const EDGE: f64 = 8.0;

/// Tells the elements of all terms from each other.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Properties of [`TermButton`].
#[derive(Properties, PartialEq)]
pub struct TermButtonProps {
    /// As it stands in the text.
    pub shown: AttrValue,
    /// The term.
    pub term: &'static Term,
}

/// The word. Pressed, it shows what it means; the browser takes the meaning away by Escape or a press elsewhere.
#[component]
pub fn TermButton(props: &TermButtonProps) -> Html {
    let ui = use_ui();
    let id = use_memo((), |()| format!("term-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    let onclick = {
        let id = Rc::clone(&id);
        Callback::from(move |event: MouseEvent| {
            let button = event.target_dyn_into::<HtmlElement>();
            if let (Some(button), Some(meaning)) = (button, dom::by_id::<HtmlElement>(&id)) {
                settle(&button, &meaning);
            }
        })
    };
    html! {
        <>
            <button
                type="button"
                class="term"
                popovertarget={(*id).clone()}
                data-testid={format!("term-{}", props.term.key.replace(' ', "-"))}
                {onclick}
            >{ &props.shown }</button>
            <span id={(*id).clone()} popover="auto" class="term-meaning" role="note" data-testid="term-meaning">
                <dfn>{ props.term.name.get(ui.lang) }</dfn>
                <span>{ props.term.meaning.get(ui.lang) }</span>
            </span>
        </>
    }
}

/// Puts a meaning below its word, or above it in the lower half of the window.
fn settle(button: &HtmlElement, meaning: &HtmlElement) {
    let side = |name: &str| js_sys::Reflect::get(&js_sys::global(), &name.into()).ok().and_then(|value| value.as_f64());
    let (Some(width), Some(height)) = (side("innerWidth"), side("innerHeight")) else { return };
    let rect = button.get_bounding_client_rect();
    let x = rect.left().min(width - WIDTH - EDGE).max(EDGE);
    let (top, bottom) = if rect.bottom() < height / 2.0 {
        (format!("{:.0}px", rect.bottom() + 4.0), "auto".to_owned())
    } else {
        ("auto".to_owned(), format!("{:.0}px", height - rect.top() + 4.0))
    };
    let style = meaning.style();
    for (name, value) in [("left", format!("{x:.0}px")), ("top", top), ("bottom", bottom)] {
        // A property that every element has.
        let _ = style.set_property(name, &value);
    }
}
