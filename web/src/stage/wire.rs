//! A wire: its line, a wide invisible line to hit, and the pill in its middle that says what it is and opens its sheet.

use web_sys::Element;
use yew::prelude::*;

use crate::i18n::{fill, use_text};
use crate::intent::{Intent, Overlay, use_desk};
use crate::model::geometry::Point;
use crate::model::time;
use crate::model::topology::{Carries, WireView};

/// Properties of [`WireLine`] and [`WirePill`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The wire.
    pub wire: WireView,
}

/// The lines, in the stage's SVG. The layer sets where they run.
#[component]
pub fn WireLine(props: &Props) -> Html {
    let desk = use_desk();
    let wire = &props.wire;
    let (a, b) = (wire.a, wire.b);
    let carries = match wire.carries {
        Carries::Stream => "wire-stream",
        Carries::Handshake => "wire-handshake",
        Carries::Wish => "wire-wish",
        Carries::Other => "wire-other",
    };
    let class = classes!("wire", carries, wire.is_cut().then_some("wire-cut"), wire.dead_end.then_some("wire-dead"));
    let onclick = desk.on(move |event: MouseEvent| {
        let at = Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
        Intent::Open(Overlay::Wire(a, b, at))
    });
    html! {
        <g {class} data-a={a.0.to_string()} data-b={b.0.to_string()}>
            <path class="wire-line" />
            <path class="wire-hit" {onclick} />
        </g>
    }
}

/// The pill, in HTML so that it can be reached by keyboard.
#[component]
pub fn WirePill(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let wire = &props.wire;
    let (a, b) = (wire.a, wire.b);
    let latency = if wire.ab.latency_us == wire.ba.latency_us {
        time::duration(wire.ab.latency_us)
    } else {
        format!("{} / {}", time::duration(wire.ab.latency_us), time::duration(wire.ba.latency_us))
    };
    let loss = wire.ab.loss.max(wire.ba.loss);
    let text = match (wire.cut_ab, wire.cut_ba) {
        (true, true) => format!("✕ {}", t.wire_cut_short),
        (true, false) => format!("✕ {} → {}", wire.a_name, wire.b_name),
        (false, true) => format!("✕ {} → {}", wire.b_name, wire.a_name),
        (false, false) if loss > 0.0 => format!("{latency} · −{} %", time::trim(loss * 100.0)),
        (false, false) => latency.clone(),
    };
    let label = fill(t.wire_label, &[("a", &wire.a_name), ("b", &wire.b_name), ("latency", &latency)]);
    let onclick = {
        let desk = desk.clone();
        Callback::from(move |event: MouseEvent| {
            let Some(pill) = event.target_dyn_into::<Element>() else { return };
            let rect = pill.get_bounding_client_rect();
            desk.ask(Intent::Open(Overlay::Wire(a, b, Point::new(rect.right() + 8.0, rect.top()))));
        })
    };
    html! {
        <button type="button" class={classes!("wire-pill", wire.is_cut().then_some("wire-pill-cut"))} aria-haspopup="dialog"
            aria-label={format!("{label}, {text}")} data-a={a.0.to_string()} data-b={b.0.to_string()}
            data-testid={format!("wire-{}", wire.key())} data-cut={wire.is_cut().to_string()} {onclick}>
            { text }
        </button>
    }
}
