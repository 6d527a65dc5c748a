//! A wire's label: what the wire is, and the button that opens its sheet.

use psyncscope_lab::format;
use psyncscope_lab::topology::WireView;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::{Intent, Overlay};
use crate::model::geometry::Point;
use crate::ui::context::use_ui;

/// Properties of [`WireLabel`].
#[derive(Properties, PartialEq)]
pub struct WireLabelProps {
    /// The wire.
    pub wire: WireView,
    /// Whether its sheet is open.
    pub open: bool,
}

/// The label, in HTML so that it can be reached by keyboard. The layer sets where it lies.
#[component]
pub fn WireLabel(props: &WireLabelProps) -> Html {
    let ui = use_ui();
    let wire = &props.wire;
    let words = words_of(wire, ui.t());
    let names: [(&str, &str); 3] = [("a", &wire.a_name), ("b", &wire.b_name), ("latency", &latency_of(wire))];
    let label = fill(ui.t().wire_label, &names);
    let (a, b) = (wire.a, wire.b);
    let onclick = ui.dispatch.reform(move |event: MouseEvent| {
        let label = event.target_dyn_into::<Element>().map(|label| label.get_bounding_client_rect());
        let at = label.map_or_else(Point::default, |rect| Point::new(rect.right() + 8.0, rect.top()));
        Intent::Open(Overlay::Wire(a, b, at))
    });
    html! {
        <button
            type="button"
            class={classes!("wire-label", wire.is_cut().then_some("wire-label-cut"))}
            aria-haspopup="dialog"
            aria-expanded={props.open.to_string()}
            aria-label={format!("{label}, {words}")}
            data-testid={format!("wire-{}", wire.key())}
            data-cut={wire.is_cut().to_string()}
            data-a={a.0.to_string()}
            data-b={b.0.to_string()}
            {onclick}
        >
            { words }
        </button>
    }
}

/// What stands on the label: whether the wire is cut, else its latency and loss.
#[must_use]
pub fn words_of(wire: &WireView, t: &Messages) -> String {
    let loss = wire.ab.loss.max(wire.ba.loss);
    match (wire.cut_ab, wire.cut_ba) {
        (true, true) => format!("✕ {}", t.wire_cut_short),
        (true, false) => format!("✕ {} → {}", wire.a_name, wire.b_name),
        (false, true) => format!("✕ {} → {}", wire.b_name, wire.a_name),
        (false, false) if loss > 0.0 => format!("{} · −{} %", latency_of(wire), format::trim(loss * 100.0)),
        (false, false) => latency_of(wire),
    }
}

fn latency_of(wire: &WireView) -> String {
    let (ab, ba) = (format::duration(wire.ab.latency_us), format::duration(wire.ba.latency_us));
    if ab == ba { ab } else { format!("{ab} / {ba}") }
}
