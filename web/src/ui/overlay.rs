//! What lies over the page: a dialog in its middle, or a sheet beside the thing it is about (on phones, at the bottom).
//!
//! The app opens and places them after each drawing ([`settle`]) and gives the focus back when they go.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::geometry::Point;
use crate::ui::atoms::row;
use crate::ui::context::UiContext;
use crate::ui::dialog::Dialog;
use crate::ui::dom;
use crate::ui::el::el;

/// Space kept between a sheet and the window's edge.
const EDGE: f64 = 8.0;
const FOCUSABLE: &str = "button:not([disabled]), input:not([disabled]), select, textarea";

/// [`Dialog`] for code that is not a component.
pub fn dialog(_: &UiContext, title: &'static str, testid: &'static str, children: Html) -> Html {
    html! { <Dialog key={testid} {title} {testid}>{ children }</Dialog> }
}

/// A sheet. `role` is `menu` or `dialog`.
pub fn popover(cx: &UiContext, label: String, role: &'static str, testid: &'static str, children: Html) -> Html {
    let dispatch = cx.dispatch.clone();
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        event.prevent_default();
        dispatch.emit(Intent::Close);
    });
    let backdrop = el("div").class("popover-backdrop").on_pointer_down(onpointerdown);
    let sheet = el("div").class("popover").set("role", role).set("aria-label", label).testid(testid).put(children);
    row(vec![backdrop.html(), sheet.html()])
}

/// The sheet, if one is open.
#[must_use]
pub fn open_popover() -> Option<HtmlElement> {
    dom::document()?.query_selector(".popover").ok().flatten()?.dyn_into().ok()
}

/// Puts a sheet at its place, pushed back into the window where it would stick out, and the focus into it.
pub fn settle(sheet: &HtmlElement, at: Point) {
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
    if !sheet.contains(active().as_ref()) {
        move_focus(sheet, 1);
    }
}

fn active() -> Option<Node> {
    dom::active().map(Into::into)
}

/// Moves the focus to the next or previous thing in the sheet, around its ends.
pub fn move_focus(sheet: &HtmlElement, by: i32) {
    let Ok(list) = sheet.query_selector_all(FOCUSABLE) else { return };
    let count = list.length();
    if count == 0 {
        return;
    }
    let active = active();
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
