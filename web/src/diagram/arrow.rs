//! A packet in the sequence diagram.

use psyncscope_lab::diagram::Arrow;
use psyncscope_lab::format::clock;
use psyncscope_lab::sim::frame::{Fate, StreamBytes};
use yew::prelude::*;

use crate::diagram::item::{ItemState, on_click, on_key};
use crate::i18n::fill;
use crate::intent::Intent;
use crate::ui::context::{UiContext, use_ui};

/// Properties of [`DiagramArrow`].
#[derive(Properties, PartialEq)]
pub struct DiagramArrowProps {
    /// The packet, or several in a row.
    pub arrow: Arrow,
    /// The text that has room beside it.
    pub text: AttrValue,
    /// The sender's name.
    pub from: AttrValue,
    /// The receiver's name.
    pub to: AttrValue,
    /// Where it begins.
    pub start: (f64, f64),
    /// Where it ends.
    pub end: (f64, f64),
    /// Whether it carries bytes that are pointed at.
    pub lit: bool,
    /// Its place in the list.
    pub state: ItemState,
}

/// An arrow from the sender's line to the receiver's; one that the network took ends half-way.
#[component]
pub fn DiagramArrow(props: &DiagramArrowProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let arrow = &props.arrow;
    let ((x1, y1), (x2, y2)) = (props.start, props.end);
    let way = if x2 > x1 { 1.0 } else { -1.0 };
    let path = if arrow.fate == Fate::Arrives {
        // The head, turned along the line.
        let (dx, dy) = (x2 - x1, y2 - y1);
        let len = dx.hypot(dy).max(1.0);
        let (ux, uy) = (dx / len, dy / len);
        let side = |s: f64| format!("{:.1} {:.1}", x2 - 8.0 * ux - s * 3.6 * uy, y2 - 8.0 * uy + s * 3.6 * ux);
        format!("M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}M{}L{x2:.1} {y2:.1}L{}", side(1.0), side(-1.0))
    } else {
        let (x, y) = (f64::midpoint(x1, x2), f64::midpoint(y1, y2));
        format!("M{x1:.1} {y1:.1}L{x:.1} {y:.1}m-4 -4l8 8m0 -8l-8 8")
    };
    let said = if arrow.fate == Fate::Arrives { t.diagram_arrow } else { t.diagram_arrow_lost };
    let slots = [("at", clock(arrow.sent)), ("from", props.from.to_string()), ("to", props.to.to_string())];
    let slots = slots.iter().map(|(name, value)| (*name, value.as_str()));
    let text = arrow.text();
    let slots: Vec<_> = slots.chain([("text", text.as_str())]).collect();
    let label = fill(said, &slots);
    let colour = arrow.replid().map_or("", |id| ui.colour(&id));
    html! {
        <g
            class={classes!(props.state.classes(arrow.class(), colour), props.lit.then_some("lit"))}
            id={props.state.id()}
            role="button"
            tabindex={props.state.tabindex()}
            data-packet={arrow.packet.to_string()}
            onpointerenter={light(&ui, arrow.stream)}
            onfocus={light(&ui, arrow.stream)}
            onclick={on_click(&ui, arrow.sent, arrow.from)}
            onkeydown={on_key(&ui, arrow.sent, arrow.from)}
        >
            // Its name: the texts beside it may be cut.
            <title>{ label }</title>
            <path class="diagram-reach" d={format!("M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}")} />
            <path class="diagram-line" d={path} />
            <text aria-hidden="true" x={format!("{:.1}", x1 + 7.0 * way)} y={format!("{:.1}", y1 - 4.0)}
                text-anchor={if way > 0.0 { "start" } else { "end" }}>{ &props.text }</text>
            { props.state.time(arrow.sent, y1 - 4.0) }
        </g>
    }
}

/// Lights the bytes that it carries, wherever else they are drawn.
pub(super) fn light<E>(ui: &UiContext, stream: Option<StreamBytes>) -> Callback<E> {
    ui.dispatch.reform(move |_: E| Intent::Light(stream))
}
