//! A node's backlog in miniature, on its card.

use psyncscope_lab::engine::view::NodeView;
use psyncscope_lab::ring::{self, Era, Eras};
use yew::prelude::*;

use crate::model::geometry::on_circle;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

const RADIUS: f64 = 19.0;

/// Properties of [`MiniRing`].
#[derive(Properties, PartialEq)]
pub struct MiniRingProps {
    /// The node.
    pub node: Shared<NodeView>,
}

/// The held part of the ring in the colours of its histories, with a mark at `idx`. Without a backlog, a dotted circle.
#[component]
pub fn MiniRing(props: &MiniRingProps) -> Html {
    let ui = use_ui();
    let node = &props.node;
    let Some(backlog) = &node.backlog else {
        return html! {
            <svg class="mini-ring" viewBox="-24 -24 48 48" aria-hidden="true">
                { circle("mini-none", "1 2.3", String::new()) }
            </svg>
        };
    };
    let backlog = &backlog.0;
    let eras = Eras::of(node);
    let arcs = ring::arcs(backlog, &eras).into_iter().map(|arc| {
        let id = match (arc.era, eras.replid2) {
            (Era::Previous, Some(id)) => id,
            _ => eras.replid,
        };
        let dashes = format!("{:.2} 100", (arc.to - arc.from) * 100.0);
        circle(classes!("mini-held", ui.colour(&id)), dashes, format!("{:.2}", -arc.from * 100.0))
    });
    // Gaps in the card's own colour make one ring of many cells.
    let cells = backlog.size().clamp(8, 32) as f64;
    let gaps = format!("0.8 {:.3}", 100.0 / cells - 0.8);
    let idx = backlog.idx() as f64 / backlog.size() as f64;
    let (inner, outer) = (on_circle(RADIUS - 7.0, idx), on_circle(RADIUS + 4.5, idx));
    let mark = format!("M{:.1} {:.1}L{:.1} {:.1}", inner.x, inner.y, outer.x, outer.y);
    html! {
        <svg class="mini-ring" viewBox="-24 -24 48 48" aria-hidden="true">
            { circle("mini-empty", "", String::new()) }
            { for arcs }
            { circle("mini-gaps", gaps, "0.4".to_owned()) }
            <path class="mini-idx" d={mark} />
        </svg>
    }
}

/// A circle of [`RADIUS`] that begins at the top: its class, and the dashes that it is drawn with, in percent of it.
fn circle(class: impl Into<Classes>, dashes: impl Into<AttrValue>, offset: String) -> Html {
    html! {
        <path
            class={class}
            d="M0 -19a19 19 0 0 1 0 38a19 19 0 0 1 0 -38"
            pathLength="100"
            stroke-dasharray={dashes.into()}
            stroke-dashoffset={offset}
        />
    }
}
