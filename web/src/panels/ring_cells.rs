//! The ring of a small backlog: one cell for each byte.

use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::ring::{self, Eras};
use yew::prelude::*;

use crate::model::geometry::sector;
use crate::model::ring_parts::{INNER, OUTER};
use crate::panels::ring_cell::RingCell;
use crate::panels::ring_letters::RingLetters;
use crate::ui::context::use_ui;
use crate::ui::lit::use_lit;
use crate::ui::shared::Shared;

/// Properties of [`RingCells`].
#[derive(Properties, PartialEq)]
pub struct RingCellsProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// The histories that its bytes belong to.
    pub eras: Eras,
}

/// One cell for each byte, with the byte in it.
#[component]
pub fn RingCells(props: &RingCellsProps) -> Html {
    let ui = use_ui();
    let lit = use_lit();
    let backlog = &props.backlog.0.0;
    let outlines = use_memo(backlog.size(), |&size| outlines(size));
    let cells = ring::cells(backlog).into_iter().zip(outlines.iter()).map(|(cell, path)| {
        let id = cell.held.map(|(offset, _)| (props.eras.id_at(offset), offset));
        let class = id.map(|(id, _)| ui.colour(&id));
        let lit = lit.zip(id).is_some_and(|(lit, (id, offset))| lit.contains(id, offset));
        html! { <RingCell key={cell.index} index={cell.index} {path} {class} {lit} /> }
    });
    html! {
        <>
            <g class="cells">{ for cells }</g>
            <RingLetters backlog={props.backlog.clone()} />
        </>
    }
}

/// The outlines of all cells.
fn outlines(size: usize) -> Vec<AttrValue> {
    let turn = |index| index as f64 / size as f64;
    (0..size).map(|index| sector(INNER, OUTER, turn(index), turn(index + 1)).into()).collect()
}
