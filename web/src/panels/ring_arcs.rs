//! The ring of a large backlog: arcs of many bytes.

use psyncscope_lab::engine::ids::Offset;
use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::ring::arcs::ring_arcs;
use psyncscope_lab::sim::frame::StreamBytes;
use yew::prelude::*;

use crate::model::geometry::sector;
use crate::panels::ring::{INNER, OUTER};
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

/// One arc for each command, or equal parts if there are too many commands.
#[component]
pub fn RingArcs(props: &RingArcsProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
    let backlog = &props.backlog.0.0;
    let size = backlog.size() as f64;
    let arcs = ring_arcs(backlog).arcs.into_iter().map(|arc| {
        let colour = arc.held.map_or("cell-empty", |(_, newest)| ui.colour(&props.eras.id_at(newest)));
        let bytes = arc.held.map(|(from, to)| StreamBytes { replid: props.eras.id_at(to), from, to: Offset(to.0) });
        let lit = lit.zip(bytes).is_some_and(|(lit, bytes)| lit.overlaps(&bytes)).then_some("lit");
        // An arc across the top is two shapes of one arc.
        let shapes = arc.pieces(backlog.size()).into_iter().map(|(from, to)| {
            let d = sector(INNER, OUTER, from as f64 / size, to as f64 / size);
            html! { <path {d} data-index={arc.from.to_string()} /> }
        });
        html! { <g key={arc.from} class={classes!("cell-arc", colour, lit)}>{ for shapes }</g> }
    });
    html! { <g class="cells">{ for arcs }</g> }
}
