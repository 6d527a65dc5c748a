//! A node's backlog in miniature, on its card.

use psyncscope_lab::engine::view::NodeView;
use yew::prelude::*;

use crate::model::geometry::on_circle;
use crate::model::ring::{self, Era, Eras};
use crate::ui::atoms::{path, svg};
use crate::ui::context::UiContext;
use crate::ui::el::el;

const RADIUS: f64 = 19.0;

/// A circle of the ring: its class, and the dashes that it is drawn with, in percent of the circle from the top.
fn circle(class: String, dashes: String, offset: String) -> Html {
    el("circle")
        .class(class)
        .set("r", RADIUS.to_string())
        .set("pathLength", "100")
        .set("stroke-dasharray", dashes)
        .set("stroke-dashoffset", offset)
        .set("transform", "rotate(-90)")
        .html()
}

/// The held part of the ring in the colours of its histories, with a mark at `idx`. Without a backlog, a dotted circle.
pub fn mini_ring(node: &NodeView, cx: &UiContext) -> Html {
    let mut parts = Vec::new();
    if let Some(backlog) = &node.backlog {
        let eras = Eras::of(node);
        parts.push(circle("mini-empty".to_owned(), String::new(), String::new()));
        for arc in ring::arcs(&backlog.0, &eras) {
            let id = match (arc.era, eras.replid2) {
                (Era::Previous, Some(id)) => id,
                _ => eras.replid,
            };
            let dashes = format!("{:.2} 100", (arc.to - arc.from) * 100.0);
            parts.push(circle(format!("mini-held {}", cx.colour(&id)), dashes, format!("{:.2}", -arc.from * 100.0)));
        }
        // Gaps in the card's own colour make one ring of many cells.
        let cells = backlog.0.size().clamp(8, 32) as f64;
        parts.push(circle("mini-gaps".to_owned(), format!("0.8 {:.3}", 100.0 / cells - 0.8), "0.4".to_owned()));
        let idx = backlog.0.idx() as f64 / backlog.0.size() as f64;
        let (inner, outer) = (on_circle(RADIUS - 7.0, idx), on_circle(RADIUS + 4.5, idx));
        let d = format!("M{:.1} {:.1}L{:.1} {:.1}", inner.x, inner.y, outer.x, outer.y);
        parts.push(path("mini-idx", d));
    } else {
        parts.push(circle("mini-none".to_owned(), "1 2.3".to_owned(), String::new()));
    }
    svg("mini-ring", "-24 -24 48 48").all(parts).html()
}
