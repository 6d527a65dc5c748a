//! A wire: its line, a wide invisible line to hit, and the pill in its middle that says what it is and opens its sheet.

use psyncscope_lab::sim::frame::HostId;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::{Intent, Overlay};
use crate::model::geometry::Point;
use crate::model::time;
use crate::model::topology::{Carries, WireView};
use crate::ui::atoms::{bare_button, class, path};
use crate::ui::context::UiContext;
use crate::ui::el::{El, el};

/// The lines, in the stage's SVG. The layer sets where they run.
pub fn wire_line(wire: &WireView, cx: &UiContext) -> Html {
    let carries = match wire.carries {
        Carries::Stream => "wire-stream",
        Carries::Handshake => "wire-handshake",
        Carries::Wish => "wire-wish",
        Carries::Other => "wire-other",
    };
    let looks = class(&[("wire", true), (carries, true), ("wire-cut", wire.is_cut()), ("wire-dead", wire.dead_end)]);
    let place = |event: &MouseEvent| Point::new(f64::from(event.client_x()), f64::from(event.client_y()));
    let hit = path("wire-hit", "");
    let line = el("g").key(wire.key()).class(looks).on_click(open(wire.a, wire.b, cx, place));
    ends(line, wire).put(path("wire-line", "")).put(hit).html()
}

/// The pill, in HTML so that it can be reached by keyboard.
pub fn wire_pill(wire: &WireView, cx: &UiContext) -> Html {
    let t = cx.t();
    let (ab, ba) = (time::duration(wire.ab.latency_us), time::duration(wire.ba.latency_us));
    let latency = if ab == ba { ab } else { format!("{ab} / {ba}") };
    let loss = wire.ab.loss.max(wire.ba.loss);
    let words = match (wire.cut_ab, wire.cut_ba) {
        (true, true) => format!("✕ {}", t.wire_cut_short),
        (true, false) => format!("✕ {} → {}", wire.a_name, wire.b_name),
        (false, true) => format!("✕ {} → {}", wire.b_name, wire.a_name),
        (false, false) if loss > 0.0 => format!("{latency} · −{} %", time::trim(loss * 100.0)),
        (false, false) => latency.clone(),
    };
    let label = fill(t.wire_label, &[("a", &wire.a_name), ("b", &wire.b_name), ("latency", &latency)]);
    let place = |event: &MouseEvent| {
        let pill = event.target_dyn_into::<Element>().map(|pill| pill.get_bounding_client_rect());
        pill.map_or_else(Point::default, |rect| Point::new(rect.right() + 8.0, rect.top()))
    };
    let looks = class(&[("wire-pill", true), ("wire-pill-cut", wire.is_cut())]);
    let pill = bare_button(looks)
        .key(wire.key())
        .set("aria-haspopup", "dialog")
        .set("aria-label", format!("{label}, {words}"))
        .testid(format!("wire-{}", wire.key()))
        .set("data-cut", wire.is_cut().to_string())
        .on_click(open(wire.a, wire.b, cx, place));
    ends(pill, wire).text(words).html()
}

/// Says which wire an element is of, for the layer.
fn ends(el: El, wire: &WireView) -> El {
    el.set("data-a", wire.a.0.to_string()).set("data-b", wire.b.0.to_string())
}

/// Opens the wire's sheet at the place that the event says.
fn open(a: HostId, b: HostId, cx: &UiContext, place: fn(&MouseEvent) -> Point) -> Callback<MouseEvent> {
    let dispatch = cx.dispatch.clone();
    Callback::from(move |event: MouseEvent| dispatch.emit(Intent::Open(Overlay::Wire(a, b, place(&event)))))
}
