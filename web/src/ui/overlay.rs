//! What lies over the page: a dialog in its middle, or a sheet beside the thing it is about (on phones, at the bottom).
//!
//! The app opens and places them after each drawing ([`settle`]) and gives the focus back when they go.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDialogElement, HtmlElement, Node};
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::geometry::Point;
use crate::ui::atoms::{cross, row};
use crate::ui::cx::Cx;
use crate::ui::dom;
use crate::ui::el::el;

/// Space kept between a sheet and the window's edge.
const EDGE: f64 = 8.0;
const FOCUSABLE: &str = "button:not([disabled]), input:not([disabled]), select, textarea";

/// A modal dialog. The browser keeps the focus inside and gives it back afterwards.
pub fn dialog(cx: &Cx, title: &'static str, testid: &'static str, children: Html) -> Html {
    let (on_cancel, on_press) = (cx.desk.clone(), cx.desk.clone());
    let oncancel = Callback::from(move |event: Event| {
        // The page takes it away itself, so that its own state says what is open.
        event.prevent_default();
        on_cancel.emit(Intent::Close);
    });
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        // The dialog's own box is filled by its sheet: what hits the box itself is the backdrop.
        if event.target_dyn_into::<Element>().is_some_and(|e| e.tag_name() == "DIALOG") {
            on_press.emit(Intent::Close);
        }
    });
    let head = el("header").class("sheet-head").put(el("h2").text(title)).put(cross(cx, cx.t().close, Intent::Close));
    el("dialog")
        .key(testid)
        .class("dialog")
        .set("aria-label", title)
        .testid(testid)
        .on(Rc::new(html::oncancel::Wrapper::new(oncancel)))
        .on_pointer_down(onpointerdown)
        .put(el("div").class("sheet").put(head).put(children))
        .html()
}

/// A sheet. `role` is `menu` or `dialog`.
pub fn popover(cx: &Cx, label: String, role: &'static str, testid: &'static str, children: Html) -> Html {
    let desk = cx.desk.clone();
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        event.prevent_default();
        desk.emit(Intent::Close);
    });
    let backdrop = el("div").class("popover-backdrop").on_pointer_down(onpointerdown);
    let sheet = el("div").class("popover").set("role", role).set("aria-label", label).testid(testid).put(children);
    row(vec![backdrop.html(), sheet.html()])
}

/// Opens a dialog that was drawn and is not open yet.
pub fn open_dialog() {
    let dialog = dom::document().and_then(|d| d.query_selector("dialog:not([open])").ok().flatten());
    if let Some(dialog) = dialog.and_then(|e| e.dyn_into::<HtmlDialogElement>().ok()) {
        // It is in the document and not open: this cannot be refused.
        let _ = dialog.show_modal();
    }
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
