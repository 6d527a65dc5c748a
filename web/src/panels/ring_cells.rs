//! The ring of a small backlog: one cell for each byte.

use std::f64::consts::PI;

use psyncscope_lab::engine::view::BacklogView;
use yew::prelude::*;

use crate::model::bytes;
use crate::model::geometry::{on_circle, sector};
use crate::model::ring::{self, Eras};
use crate::panels::ring::{INNER, OUTER};
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// The largest letters, in units of the drawing.
const FONT_MAX: f64 = 11.0;

/// Properties of [`RingCells`].
#[derive(Properties, PartialEq)]
pub struct RingCellsProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// The histories that its bytes belong to.
    pub eras: Eras,
}

/// The parts of a cell that depend on nothing but its place.
struct CellShape {
    index: AttrValue,
    path: AttrValue,
    transform: AttrValue,
}

/// One cell for each byte, with the byte in it.
#[component]
pub fn RingCells(props: &RingCellsProps) -> Html {
    let ui = use_ui();
    let backlog = &props.backlog.0.0;
    let shapes = use_memo(backlog.size(), |&size| shapes(size));
    let room = (OUTER + INNER) * PI / backlog.size() as f64;
    let (font, faint_font) = (font_size(room), font_size(room * 0.9));
    let cells = ring::cells(backlog).into_iter().zip(shapes.iter()).map(|(cell, shape)| {
        let (index, d) = (shape.index.clone(), shape.path.clone());
        let Some((offset, byte)) = cell.held else {
            return html! { <g key={cell.index}><path class="cell-empty" {d} data-index={index} /></g> };
        };
        let is_faint = bytes::is_faint(byte);
        html! {
            <g key={cell.index} class={ui.colour(&props.eras.id_at(offset))}>
                <path
                    {d}
                    data-index={index}
                    data-offset={offset.to_string()}
                    data-byte={byte.to_string()}
                />
                <text
                    class={is_faint.then_some("cell-faint")}
                    transform={shape.transform.clone()}
                    font-size={if is_faint { faint_font.clone() } else { font.clone() }}
                    dy="0.34em"
                >
                    { bytes::byte_glyph(byte) }
                </text>
            </g>
        }
    });
    html! { <g class="cells">{ for cells }</g> }
}

fn font_size(room: f64) -> AttrValue {
    format!("{:.1}", room.min(FONT_MAX)).into()
}

/// The shapes of all cells.
fn shapes(size: usize) -> Vec<CellShape> {
    let n = size as f64;
    (0..size)
        .map(|index| {
            let (from, to) = (index as f64 / n, (index as f64 + 1.0) / n);
            let middle = (from + to) / 2.0;
            let at = on_circle((OUTER + INNER) / 2.0, middle);
            CellShape {
                index: index.to_string().into(),
                path: sector(INNER, OUTER, from, to).into(),
                transform: format!("translate({:.2} {:.2}) rotate({:.2})", at.x, at.y, middle * 360.0).into(),
            }
        })
        .collect()
}
