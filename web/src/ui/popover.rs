//! A small sheet beside the thing it is about; on phones a sheet at the bottom.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::model::geometry::Point;
use crate::ui::dom;

/// Space kept between the sheet and the window's edge.
const EDGE: f64 = 8.0;

/// Properties of [`Popover`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// Where its upper left corner would like to be, in the window.
    pub at: Point,
    /// What it is, for screen readers.
    pub label: AttrValue,
    /// `menu` or `dialog`.
    pub role: &'static str,
    /// For tests.
    pub testid: &'static str,
    /// Its content.
    pub children: Html,
    /// The reader closed it: by Escape or by pressing beside it.
    pub on_close: Callback<()>,
}

/// A sheet that takes the focus, keeps itself inside the window, and gives the focus back when it goes.
#[component]
pub fn Popover(props: &Props) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.at, move |at| {
            if let Some(sheet) = node.cast::<HtmlElement>() {
                settle(&sheet, *at);
            }
        });
    }
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = dom::document().and_then(|d| d.active_element()).and_then(|e| e.dyn_into::<HtmlElement>().ok());
            if let Some(sheet) = node.cast::<HtmlElement>() {
                let first = sheet.query_selector("[data-autofocus], button:not([disabled]), input").ok().flatten();
                if let Some(first) = first.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
                    // A sheet without anything to focus leaves the focus where it was.
                    let _ = first.focus();
                }
            }
            move || {
                if let Some(before) = before.filter(|e| e.is_connected()) {
                    let _ = before.focus();
                }
            }
        });
    }
    let onkeydown = {
        let on_close = props.on_close.clone();
        let node = node.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" => {
                event.stop_propagation();
                on_close.emit(());
            }
            "ArrowDown" | "ArrowUp" => {
                let typing = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()).is_some();
                if let (false, Some(sheet)) = (typing, node.cast::<HtmlElement>()) {
                    event.prevent_default();
                    move_focus(&sheet, if event.key() == "ArrowDown" { 1 } else { -1 });
                }
            }
            "Tab" => {
                if let Some(sheet) = node.cast::<HtmlElement>() {
                    event.prevent_default();
                    move_focus(&sheet, if event.shift_key() { -1 } else { 1 });
                }
            }
            _ => {}
        })
    };
    let beside = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            on_close.emit(());
        })
    };
    html! {
        <>
            <div class="popover-backdrop" onpointerdown={beside}></div>
            <div ref={node} class="popover" role={props.role} aria-label={props.label.clone()} data-testid={props.testid}
                {onkeydown}>
                { props.children.clone() }
            </div>
        </>
    }
}

/// Puts the sheet at its place, pushed back into the window where it would stick out.
fn settle(sheet: &HtmlElement, at: Point) {
    let Some(window) = dom::window() else { return };
    let side = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
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
fn move_focus(sheet: &HtmlElement, by: i32) {
    let Ok(list) = sheet.query_selector_all("button:not([disabled]), input:not([disabled]), select, textarea") else { return };
    let active = dom::document().and_then(|d| d.active_element());
    let count = list.length() as i32;
    if count == 0 {
        return;
    }
    let items: Vec<HtmlElement> =
        (0..list.length()).filter_map(|i| list.item(i)?.dyn_into::<HtmlElement>().ok()).collect();
    let at = items.iter().position(|e| active.as_ref().is_some_and(|a| a.is_same_node(Some(e))));
    let next = at.map_or(0, |at| (at as i32 + by).rem_euclid(count) as usize);
    if let Some(item) = items.get(next) {
        let _ = item.focus();
    }
}
