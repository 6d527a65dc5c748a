//! A wire's line, and a wide invisible line to hit.

use psyncscope_lab::topology::{Carries, WireView};
use yew::prelude::*;

use crate::intent::{Intent, Overlay};
use crate::stage::gesture::point_of;
use crate::ui::context::use_ui;

/// The attribute of a path that is drawn for one direction only, and its values.
pub const WAY: &str = "data-way";
pub const AB: &str = "ab";
const BA: &str = "ba";
/// The class of an arrow's head.
pub const ARROW: &str = "wire-arrow";

/// Properties of [`WireLine`].
#[derive(Properties, PartialEq)]
pub struct WireLineProps {
    /// The wire.
    pub wire: WireView,
}

/// The line, in the stage's SVG. The layer sets where it runs.
#[component]
pub fn WireLine(props: &WireLineProps) -> Html {
    let ui = use_ui();
    let wire = &props.wire;
    let carries = match wire.carries {
        Carries::Stream => "wire-stream",
        Carries::Handshake => "wire-handshake",
        Carries::Disconnected => "wire-disconnected",
        Carries::Other => "wire-other",
    };
    let is_cut = wire.cut_ab && wire.cut_ba;
    let class = classes!("wire", carries, is_cut.then_some("wire-cut"), wire.dead_end.then_some("wire-dead"));
    let (a, b) = (wire.a, wire.b);
    let onclick = ui.dispatch.reform(move |event: MouseEvent| Intent::Open(Overlay::Wire(a, b, point_of(&event))));
    html! {
        <g {class} data-a={a.0.to_string()} data-b={b.0.to_string()} {onclick}>
            if wire.is_half_cut() {
                { direction(AB, wire.cut_ab) }
                { direction(BA, wire.cut_ba) }
            } else {
                <path class="wire-line" d="" />
            }
            <path class="wire-hit" d="" />
        </g>
    }
}

/// One direction of a wire that is cut in the other or in this one.
fn direction(way: &'static str, is_cut: bool) -> Html {
    html! {
        <g class={is_cut.then_some("wire-cut")}>
            <path class="wire-line" data-way={way} d="" />
            <path class={ARROW} data-way={way} d="" />
        </g>
    }
}
