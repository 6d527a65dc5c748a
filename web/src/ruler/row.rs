//! A node's line on the ruler.

use psyncscope_lab::engine::ids::{NextByte, Offset};
use psyncscope_lab::ruler::{Asks, Axis, Parting, Piece, Row};
use psyncscope_lab::sim::frame::StreamBytes;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::intent::Intent;
use crate::ruler::bar::RulerBar;
use crate::ruler::place;
use crate::ui::context::use_ui;
use crate::ui::lit::use_lit;
use crate::ui::rich::{Fill, rich};

/// Properties of [`RulerRow`].
#[derive(Properties, PartialEq)]
pub struct RulerRowProps {
    /// The axis.
    pub axis: Axis,
    /// The line.
    pub row: Row,
    /// Where histories part.
    pub partings: Vec<Parting>,
    /// Whether the node is selected.
    pub selected: bool,
}

/// The node's name, its history, what its backlog holds, and its offset.
#[component]
pub fn RulerRow(props: &RulerRowProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let RulerRowProps { axis, row, partings, selected } = props;
    let place = |offset| place(axis, offset);
    // The bytes that are pointed at, as far as this node has them.
    let lit = use_lit().and_then(|lit| {
        let of_lit = |piece: &&Piece| piece.id == lit.replid && piece.from < lit.to.0 && lit.from.had().0 < piece.to;
        let piece = row.history.iter().chain(&row.backlog).find(of_lit)?;
        Some(Piece { from: lit.from.had().0.max(piece.from), to: lit.to.0.min(piece.to), id: piece.id })
    });
    let onpointermove = {
        let (dispatch, axis, history) = (ui.dispatch.clone(), *axis, row.history.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(track) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else {
                return;
            };
            let rect = track.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            dispatch.emit(Intent::Light(byte_at(&axis, &history, share)));
        })
    };
    let onpointerleave = ui.dispatch.reform(|_: PointerEvent| Intent::Light(None));
    let partings = partings.iter().map(|parting| {
        let class = classes!("ruler-parting", ui.colour(&parting.id));
        html! { <i {class} style={place(parting.second.had().0)}></i> }
    });
    let (mark, asks) = match row.asks {
        Some(Asks::Byte(id, next)) => {
            let class = classes!("ruler-asks", ui.colour(&id));
            let mark = html! { <i {class} style={place(next.had().0)}></i> };
            (Some(mark), Some(rich(t.asks_for, &|_| Fill::from(next.0))))
        }
        Some(Asks::Everything) => (None, Some(html! { { t.asks_everything } })),
        None => (None, None),
    };
    html! {
        <div
            class={classes!("ruler-row", row.dead.then_some("dead"), selected.then_some("selected"))}
            data-of={row.host.0.to_string()}
        >
            <button
                type="button"
                class="ruler-name"
                aria-pressed={selected.to_string()}
                onclick={ui.click(Intent::Select(row.host))}
            >
                { row.name.to_string() }
            </button>
            <div class="ruler-track" role="img" aria-label={label(row)} {onpointermove} {onpointerleave}>
                { for row.history.iter().map(|&piece| html! {
                    <RulerBar class="ruler-history" axis={*axis} {piece} />
                }) }
                { for row.backlog.iter().map(|&piece| html! {
                    <RulerBar class="ruler-backlog" axis={*axis} {piece} />
                }) }
                { for lit.map(|piece| html! { <RulerBar class="ruler-lit" axis={*axis} {piece} /> }) }
                { for partings }
                { mark.unwrap_or_default() }
                <span
                    class="ruler-offset num"
                    style={place(row.offset.0)}
                    data-field="master_repl_offset reploff psync_offset"
                >
                    { row.offset.to_string() }
                    if let Some(asks) = asks {
                        <em>{ asks }</em>
                    }
                </span>
            </div>
        </div>
    }
}

/// The byte of a node's history at a share of the axis.
fn byte_at(axis: &Axis, history: &[Piece], share: f64) -> Option<StreamBytes> {
    let byte = (axis.lo as f64 + share * (axis.hi - axis.lo) as f64).floor() as i64 + 1;
    let piece = history.iter().find(|piece| piece.from < byte && byte <= piece.to)?;
    Some(StreamBytes { replid: piece.id, from: NextByte(byte), to: Offset(byte) })
}

/// The line in words: Redis's own field names need no translation.
fn label(row: &Row) -> String {
    let mut label = format!("{}: master_repl_offset {}", row.name, row.offset);
    if let (Some(first), Some(last)) = (row.backlog.first(), row.backlog.last()) {
        label.push_str(&format!(", repl_backlog {}–{}", first.from + 1, last.to));
    }
    label
}
