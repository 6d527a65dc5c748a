//! A sheet beside the thing that it is about; on phones, at the bottom of the window.
//!
//! It does not stop the rest of the page from being used: a press outside closes it and does what it would do anyway.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::geometry::Point;
use crate::ui::context::use_ui;
use crate::ui::dom;

/// Space kept between a sheet and the window's edge, in pixels.
const EDGE: f64 = 8.0;
const FOCUSABLE: &str = "button:not([disabled]), input:not([disabled]), select, textarea";

/// Properties of [`Popover`].
#[derive(Properties, PartialEq)]
pub struct PopoverProps {
    /// The accessible name.
    pub label: AttrValue,
    /// The role, where its content has none of its own.
    #[prop_or_default]
    pub role: Option<AttrValue>,
    /// The name that tests find it by.
    pub testid: AttrValue,
    /// Where its upper left corner is wanted, in the window.
    pub at: Point,
    /// The content.
    pub children: Html,
}

/// The sheet. It takes the focus when it opens and gives it back when it closes. The button that opened it, which says
/// so by `aria-expanded`, closes it itself.
#[component]
pub fn Popover(props: &PopoverProps) -> Html {
    let ui = use_ui();
    let node = use_node_ref();
    {
        let (node, at) = (node.clone(), props.at);
        // After every rendering: its size may have changed.
        use_effect(move || {
            if let Some(sheet) = node.cast::<HtmlElement>() {
                settle(&sheet, at);
            }
        });
    }
    {
        let (node, dispatch) = (node.clone(), ui.dispatch.clone());
        use_effect_with((), move |()| {
            let before = dom::active();
            if let Some(sheet) = node.cast::<HtmlElement>() {
                move_focus(&sheet, 1);
            }
            let listener = close_on_press_outside(node, dispatch);
            move || {
                drop(listener);
                if let Some(before) = before.filter(|element| element.is_connected()) {
                    // What had the focus can have it again, or nobody has it.
                    let _ = before.focus();
                }
            }
        });
    }
    html! {
        <div
            ref={node}
            class="popover"
            role={props.role.clone()}
            aria-label={props.role.is_some().then(|| props.label.clone())}
            data-testid={props.testid.clone()}
        >
            { props.children.clone() }
        </div>
    }
}

fn close_on_press_outside(sheet: NodeRef, dispatch: Callback<Intent>) -> Option<EventListener> {
    let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: true };
    let window = dom::window()?;
    Some(EventListener::new_with_options(&window, "pointerdown", options, move |event| {
        let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let inside = sheet.get().is_some_and(|sheet| sheet.contains(pressed.as_deref()));
        let opener = pressed.is_some_and(|e| e.closest("[aria-expanded=true]").ok().flatten().is_some());
        if !inside && !opener {
            dispatch.emit(Intent::Close);
        }
    }))
}

/// The sheet, if one is open.
#[must_use]
pub fn open_popover() -> Option<HtmlElement> {
    dom::document()?.query_selector(".popover").ok().flatten()?.dyn_into().ok()
}

/// Puts a sheet at its place, pushed back into the window where it would stick out.
fn settle(sheet: &HtmlElement, at: Point) {
    let Some(window) = dom::window() else { return };
    let side = |value: Result<JsValue, JsValue>| value.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let (width, height) = (side(window.inner_width()), side(window.inner_height()));
    let (w, h) = (f64::from(sheet.offset_width()), f64::from(sheet.offset_height()));
    let x = at.x.min(width - w - EDGE).max(EDGE);
    let y = at.y.min(height - h - EDGE).max(EDGE);
    // Properties of the stylesheet, not `left` and `top`: on phones the sheet lies at the bottom whatever they say.
    let style = sheet.style();
    let _ = style.set_property("--x", &format!("{x:.0}px"));
    let _ = style.set_property("--y", &format!("{y:.0}px"));
}

/// Moves the focus to the next or previous thing in the sheet, around its ends.
pub fn move_focus(sheet: &HtmlElement, by: i32) {
    let Ok(list) = sheet.query_selector_all(FOCUSABLE) else { return };
    let count = list.length();
    if count == 0 {
        return;
    }
    let active: Option<Node> = dom::active().map(Into::into);
    let is_active = |i: &u32| list.item(*i).is_some_and(|item| item.is_same_node(active.as_ref()));
    let next = match (0..count).find(is_active) {
        Some(at) => (at as i32 + by).rem_euclid(count as i32) as u32,
        None => 0,
    };
    if let Some(item) = list.item(next).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        // What the selector finds takes the focus.
        let _ = item.focus();
    }
}
