//! A node's backlog in miniature, on its card.

use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::model::colours::ColourMap;
use crate::model::geometry::on_circle;
use crate::model::ring::{self, Era, Eras};
use crate::ui::shared::Shared;

const RADIUS: f64 = 19.0;

/// Properties of [`MiniRing`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The node.
    pub node: Shared<NodeView>,
}

/// The held part of the ring in the colours of its histories, with a mark at `idx`. Without a backlog, a dashed circle.
#[component]
pub fn MiniRing(props: &Props) -> Html {
    let colours = use_context::<ColourMap>().unwrap_or_default();
    let Some(backlog) = &props.node.backlog else {
        return html! {
            <svg class="mini-ring" viewBox="-24 -24 48 48" aria-hidden="true">
                <circle class="mini-none" r={RADIUS.to_string()} />
            </svg>
        };
    };
    let eras = Eras::of(&props.node);
    let parts = backlog.0.size().clamp(8, 32);
    let arcs = ring::arcs(&backlog.0, &eras).into_iter().map(|arc| {
        let id = match (arc.era, eras.replid2) {
            (Era::Previous, Some(id)) => id,
            _ => eras.replid,
        };
        // Lengths in percent of the circle, which `pathLength` makes 100 long.
        let dash = format!("{:.2} 100", (arc.to - arc.from) * 100.0);
        let offset = format!("{:.2}", -arc.from * 100.0);
        html! {
            <circle class={classes!("mini-held", colours.class(&id))} r={RADIUS.to_string()} pathLength="100"
                stroke-dasharray={dash} stroke-dashoffset={offset} transform="rotate(-90)" />
        }
    });
    let idx = backlog.0.idx() as f64 / backlog.0.size() as f64;
    let (inner, outer) = (on_circle(RADIUS - 7.0, idx), on_circle(RADIUS + 4.5, idx));
    // Gaps in the card's own colour make one ring of many cells.
    let gaps = format!("{:.3} {:.3}", 0.8, 100.0 / parts as f64 - 0.8);
    html! {
        <svg class="mini-ring" viewBox="-24 -24 48 48" aria-hidden="true">
            <circle class="mini-empty" r={RADIUS.to_string()} />
            { for arcs }
            <circle class="mini-gaps" r={RADIUS.to_string()} pathLength="100" stroke-dasharray={gaps} stroke-dashoffset="0.4"
                transform="rotate(-90)" />
            <line class="mini-idx" x1={inner.x.to_string()} y1={inner.y.to_string()} x2={outer.x.to_string()}
                y2={outer.y.to_string()} />
        </svg>
    }
}
