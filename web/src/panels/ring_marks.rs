//! The marks around the ring: the write index and the replicas, each label with its leader line.

use yew::prelude::*;

use crate::model::geometry::{Point, on_circle};
use crate::model::ring_labels::{PlacedLabel, RingLabel, place};
use crate::model::ring_readers::{ReaderLabel, label_size};
use crate::panels::ring::{INNER, OUTER};

/// Where leaders begin: just outside the ring.
const EDGE: f64 = OUTER + 2.0;
/// The circle that labels stand around.
const LABELS: f64 = OUTER + 12.0;

/// Properties of [`RingMarks`].
#[derive(Properties, PartialEq)]
pub struct RingMarksProps {
    /// Where the next byte will be written.
    pub idx: usize,
    /// The ring's size in bytes.
    pub size: usize,
    /// The labels of the replicas.
    pub readers: Vec<ReaderLabel>,
}

/// The labels, placed so that nothing overlaps.
#[component]
pub fn RingMarks(props: &RingMarksProps) -> Html {
    let idx_turn = props.idx as f64 / props.size as f64;
    let label = |turn, text: &str| RingLabel { turn, size: label_size(text) };
    let mut labels = vec![label(idx_turn, IDX)];
    labels.extend(props.readers.iter().map(|reader| label(reader.turn, &reader.text)));
    let placed = place(&labels, EDGE, LABELS);

    let (inner, outer) = (on_circle(INNER - 3.0, idx_turn), on_circle(EDGE, idx_turn));
    let tick = format!("M{:.1} {:.1}L{:.1} {:.1}", inner.x, inner.y, outer.x, outer.y);
    let readers = props.readers.iter().zip(labels.iter().zip(&placed).skip(1)).enumerate();
    let readers = readers.map(|(i, (reader, (label, placed)))| {
        let class = if reader.served { "ring-reader" } else { "ring-reader ring-lost" };
        mark(i, class, &reader.text, label, placed)
    });
    html! {
        <g>
            { for readers }
            <path key="tick" class="ring-tick" d={tick} />
            { mark("idx", "ring-idx", IDX, &labels[0], &placed[0]) }
        </g>
    }
}

/// Redis's name of the write index.
const IDX: &str = "idx";

fn mark(
    key: impl Into<yew::virtual_dom::Key>,
    class: &'static str,
    text: &str,
    label: &RingLabel,
    placed: &PlacedLabel,
) -> Html {
    let (size, centre) = (label.size, placed.centre);
    html! {
        <g key={key.into()} {class} data-field={(text == IDX).then_some("repl_backlog_idx")}>
            <path class="ring-leader" d={line(&placed.leader)} />
            <rect
                class="ring-label"
                x={format!("{:.1}", centre.x - size.w / 2.0)}
                y={format!("{:.1}", centre.y - size.h / 2.0)}
                width={format!("{:.1}", size.w)}
                height={format!("{:.1}", size.h)}
                rx={format!("{:.1}", size.h / 2.0)}
            />
            <text x={format!("{:.1}", centre.x)} y={format!("{:.1}", centre.y)} dy="0.34em">{ text.to_owned() }</text>
        </g>
    }
}

/// A line through the points as an SVG path.
fn line(points: &[Point]) -> String {
    points.iter().enumerate().map(|(i, p)| format!("{}{:.1} {:.1}", if i == 0 { 'M' } else { 'L' }, p.x, p.y)).collect()
}
