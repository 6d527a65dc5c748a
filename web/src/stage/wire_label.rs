//! A wire's label: what the wire is, and the button that opens its sheet.

use psyncscope_lab::topology::WireView;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::fill;
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
    /// Whether the reader is invited to cut the wire.
    pub invited: bool,
}

/// The label, in HTML so that it can be reached by keyboard. The layer sets where it lies.
#[component]
pub fn WireLabel(props: &WireLabelProps) -> Html {
    let ui = use_ui();
    let wire = &props.wire;
    let words = wire.label(ui.t().wire_cut_short);
    let names: [(&str, &str); 3] = [("a", &wire.a_name), ("b", &wire.b_name), ("latency", &wire.latency())];
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
            class={classes!(
                "wire-label",
                wire.is_cut().then_some("wire-label-cut"),
                props.invited.then_some("wire-label-invited"),
            )}
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
