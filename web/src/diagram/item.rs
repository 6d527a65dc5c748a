//! What arrows and marks have in common: each is a button that leads to its moment.

use psyncscope_lab::format::clock;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use wasm_bindgen::JsCast;
use web_sys::SvgElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::diagram::TIMES;
use crate::ui::context::UiContext;
use crate::ui::dom;

/// An item's place in the list, and where it stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemState {
    /// Its place among the items.
    pub nth: usize,
    /// Whether it lies in the recorded future of the moment shown.
    pub later: bool,
    /// Whether it is the one that the Tab key reaches; arrow keys go on from there.
    pub reached: bool,
    /// Whether its time stands beside it.
    pub timed: bool,
}

impl ItemState {
    /// The `tabindex` of its element.
    #[must_use]
    pub const fn tabindex(self) -> &'static str {
        if self.reached { "0" } else { "-1" }
    }

    /// Its classes.
    #[must_use]
    pub fn classes(self, kind: &'static str, more: &'static str) -> Classes {
        classes!("diagram-item", kind, more, self.later.then_some("later"))
    }

    /// The `id` of its element.
    #[must_use]
    pub fn id(self) -> String {
        id(self.nth)
    }
}

impl ItemState {
    /// Its time, to the left of everything, if it stands there.
    pub fn time(self, at: SimTime, y: f64) -> Html {
        if !self.timed {
            return Html::default();
        }
        let words = clock(at).trim_end_matches(" s").to_owned();
        html! {
            <text aria-hidden="true" class="diagram-time" x={(TIMES - 6.0).to_string()} y={format!("{y:.1}")} text-anchor="end">
                { words }
            </text>
        }
    }
}

fn id(nth: usize) -> String {
    format!("diagram-{nth}")
}

/// Called by click: shows the item's moment, and its node.
#[must_use]
pub fn on_click(ui: &UiContext, at: SimTime, node: HostId) -> Callback<MouseEvent> {
    ui.dispatch.reform(move |_: MouseEvent| Intent::ShowAt(node, at))
}

/// The same by Enter or Space.
#[must_use]
pub fn on_key(ui: &UiContext, at: SimTime, node: HostId) -> Callback<KeyboardEvent> {
    let dispatch = ui.dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(Intent::ShowAt(node, at));
        }
    })
}

/// Moves the focus from item to item by the arrow keys.
#[must_use]
pub fn on_arrows(count: usize) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let focused = event.target_dyn_into::<web_sys::Element>().and_then(|element| element.closest("[id]").ok()?);
        let nth = focused.and_then(|element| element.id().strip_prefix("diagram-")?.parse::<usize>().ok());
        let (Some(nth), Some(last)) = (nth, count.checked_sub(1)) else { return };
        let to = match event.key().as_str() {
            "ArrowDown" => (nth + 1).min(last),
            "ArrowUp" => nth.saturating_sub(1),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let element = dom::document().and_then(|document| document.get_element_by_id(&id(to)));
        if let Some(element) = element.and_then(|element| element.dyn_into::<SvgElement>().ok()) {
            // An element that is drawn can take the focus.
            let _ = element.focus();
        }
    })
}
