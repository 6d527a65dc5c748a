//! The ring of a large backlog: arcs of many bytes.

use psyncscope_lab::engine::ids::Offset;
use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::ring::arcs::ring_arcs;
use psyncscope_lab::sim::frame::StreamBytes;
use yew::prelude::*;

use crate::model::geometry::sector;
use crate::model::ring_parts::{INNER, OUTER};
use crate::ui::context::use_ui;
use crate::ui::lit::use_lit;
use crate::ui::shared::Shared;

/// Properties of [`RingArcs`].
#[derive(Properties, PartialEq)]
pub struct RingArcsProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// The histories that its bytes belong to.
    pub eras: Eras,
}

/// Arcs that look the same. One path draws them all: of a busy backlog most arcs are others at each moment.
struct Outlines {
    colour: &'static str,
    lit: bool,
    d: String,
}

/// One arc for each command, or equal parts if there are too many commands.
#[component]
pub fn RingArcs(props: &RingArcsProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
    let backlog = &props.backlog.0.0;
    let size = backlog.size() as f64;
    let mut drawn: Vec<Outlines> = Vec::new();
    for arc in ring_arcs(backlog).arcs {
        let colour = arc.held.map_or("cell-empty", |(_, newest)| ui.colour(&props.eras.id_at(newest)));
        let bytes = arc.held.map(|(from, to)| StreamBytes { replid: props.eras.id_at(to), from, to: Offset(to.0) });
        let lit = lit.zip(bytes).is_some_and(|(lit, bytes)| lit.overlaps(&bytes));
        let found = drawn.iter().position(|alike| alike.colour == colour && alike.lit == lit);
        let place = found.unwrap_or_else(|| {
            drawn.push(Outlines { colour, lit, d: String::new() });
            drawn.len() - 1
        });
        // An arc across the top is two shapes of one arc.
        for (from, to) in arc.pieces(backlog.size()) {
            drawn[place].d += &sector(INNER, OUTER, from as f64 / size, to as f64 / size);
        }
    }
    // The outline of what is lit lies over its neighbours'.
    drawn.sort_by_key(|alike| alike.lit);
    html! {
        <g class="cells arcs">
            { for drawn.into_iter().map(|Outlines { colour, lit, d }| html! {
                <path class={classes!(colour, lit.then_some("lit"))} {d} />
            }) }
        </g>
    }
}
