//! A wire's line, and a wide invisible line to hit.

use psyncscope_lab::topology::{Carries, WireView};
use yew::prelude::*;

use crate::intent::{Intent, Overlay};
use crate::stage::gesture::point_of;
use crate::ui::context::use_ui;

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
    let class = classes!("wire", carries, wire.is_cut().then_some("wire-cut"), wire.dead_end.then_some("wire-dead"));
    let (a, b) = (wire.a, wire.b);
    let onclick = ui.dispatch.reform(move |event: MouseEvent| Intent::Open(Overlay::Wire(a, b, point_of(&event))));
    html! {
        <g {class} data-a={a.0.to_string()} data-b={b.0.to_string()} {onclick}>
            <path class="wire-line" d="" />
            <path class="wire-hit" d="" />
        </g>
    }
}
