//! The backlog as a large ring.

use psyncscope_lab::engine::replication::backlog::Backlog;
use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::ring::Eras;
use web_sys::Element;
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::model::geometry::turn_of;
use crate::model::ring_labels::CELLS_MAX;
use crate::model::ring_readers::ReaderLabel;
use crate::panels::ring_arcs::RingArcs;
use crate::panels::ring_cells::RingCells;
use crate::panels::ring_centre::RingCentre;
use crate::panels::ring_marks::RingMarks;
use crate::panels::ring_reading::{neighbour, reading};
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`Ring`].
#[derive(Properties, PartialEq)]
pub struct RingProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// The histories that its bytes belong to.
    pub eras: Eras,
    /// The labels of the replicas that read from it.
    pub readers: Vec<ReaderLabel>,
}

/// A cell for each byte (an arc for each command, if the backlog is large), the write index, and where the replicas
/// stand. Pointing at a cell, or going there by arrow keys, reads it in the middle.
#[component]
pub fn Ring(props: &RingProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let RingProps { backlog, eras, readers } = props;
    let view = &backlog.0.0;
    let pointed = use_state_eq(|| None::<usize>);

    let point = {
        let (pointed, backlog) = (pointed.clone(), backlog.clone());
        Callback::from(move |event: PointerEvent| {
            let shape = event.target_dyn_into::<Element>();
            let index = shape.and_then(|shape| match shape.get_attribute("data-index") {
                Some(index) => index.parse().ok(),
                None => arc_under(&event, &shape, &backlog.0.0),
            });
            if index.is_some() {
                pointed.set(index);
            }
        })
    };
    let onpointerleave = {
        let pointed = pointed.clone();
        Callback::from(move |_: PointerEvent| pointed.set(None))
    };

    let onkeydown = {
        let (pointed, backlog) = (pointed.clone(), backlog.clone());
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowRight" | "ArrowUp" => Some(neighbour(&backlog.0.0, *pointed, 1)),
                "ArrowLeft" | "ArrowDown" => Some(neighbour(&backlog.0.0, *pointed, -1)),
                "Home" => Some(0),
                "End" => Some(neighbour(&backlog.0.0, Some(0), -1)),
                "Escape" if pointed.is_some() => None,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            pointed.set(to);
        })
    };
    let onblur = {
        let pointed = pointed.clone();
        Callback::from(move |_: FocusEvent| pointed.set(None))
    };
    let read = pointed.and_then(|index| reading(view, eras, index, t));
    let dispatch = ui.dispatch.clone();
    use_effect_with(read.as_ref().and_then(|read| read.bytes), move |&bytes| dispatch.emit(Intent::Light(bytes)));

    let last = view.end().had();
    let label = fill(
        t.ring_label,
        &[
            ("from", &view.off().to_string()),
            ("to", &last.to_string()),
            ("histlen", &view.histlen().to_string()),
            ("size", &view.size().to_string()),
        ],
    );
    html! {
        <div class="ring-box">
            <svg
                class="ring"
                viewBox="-186 -148 372 296"
                role="slider"
                tabindex="0"
                aria-label={label}
                aria-valuemin="0"
                aria-valuemax={(view.size() - 1).to_string()}
                aria-valuenow={pointed.unwrap_or(view.idx()).to_string()}
                aria-valuetext={read.as_ref().map_or_else(|| format!("idx {}", view.idx()), |read| read.text())}
                data-testid="ring"
                data-idx={view.idx().to_string()}
                data-off={view.off().to_string()}
                data-size={view.size().to_string()}
                data-bytes={(view.size() <= CELLS_MAX).then(|| held_hex(view))}
                onpointerover={point.clone()}
                onpointermove={point}
                {onpointerleave}
                {onkeydown}
                {onblur}
            >
                if view.size() <= CELLS_MAX {
                    <RingCells backlog={backlog.clone()} eras={*eras} />
                } else {
                    <RingArcs backlog={backlog.clone()} eras={*eras} />
                }
                <RingMarks idx={view.idx()} size={view.size()} readers={readers.clone()} />
            </svg>
            <RingCentre backlog={backlog.clone()} reading={read} />
        </div>
    }
}

/// The index at which the arc begins that the pointer is at, if `shape`, which it is over, draws arcs.
fn arc_under(event: &PointerEvent, shape: &Element, backlog: &Backlog) -> Option<usize> {
    shape.closest(".arcs").ok()??;
    let ring = shape.closest("svg").ok()??.get_bounding_client_rect();
    let right = f64::from(event.client_x()) - ring.left() - ring.width() / 2.0;
    let down = f64::from(event.client_y()) - ring.top() - ring.height() / 2.0;
    Some(neighbour(backlog, Some((turn_of(right, down) * backlog.size() as f64) as usize), 0))
}

/// The bytes that a small backlog holds, in hexadecimal, for scripts that read the page.
fn held_hex(backlog: &Backlog) -> String {
    backlog.tail(backlog.off()).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect()
}
