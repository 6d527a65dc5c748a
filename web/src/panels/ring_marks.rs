//! The marks around the ring: the write index and the replicas, each label with its leader line.

use yew::prelude::*;

use crate::model::ring_parts::{IDX, RingMark, marks, tick};
use crate::model::ring_readers::ReaderLabel;

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
    let RingMarksProps { idx, size, readers } = props;
    let marks = marks(*idx, *size, readers);
    let (writes, readers): (Vec<&RingMark>, Vec<&RingMark>) = marks.iter().partition(|mark| mark.served.is_none());
    html! {
        <g>
            { for readers.into_iter().enumerate().map(|(i, reader)| mark(i, reader)) }
            <path key="tick" class="ring-tick" d={tick(*idx, *size)} />
            { for writes.into_iter().map(|idx| mark(IDX, idx)) }
        </g>
    }
}

fn mark(key: impl Into<yew::virtual_dom::Key>, mark: &RingMark) -> Html {
    let (class, field) = match mark.served {
        None => ("ring-idx", Some("repl_backlog_idx")),
        Some(true) => ("ring-reader", None),
        Some(false) => ("ring-reader ring-lost", None),
    };
    let (size, centre) = (mark.label.size, mark.placed.centre);
    html! {
        <g key={key.into()} {class} data-field={field}>
            <path class="ring-leader" d={mark.leader()} />
            <rect
                class="ring-label"
                x={format!("{:.1}", centre.x - size.w / 2.0)}
                y={format!("{:.1}", centre.y - size.h / 2.0)}
                width={format!("{:.1}", size.w)}
                height={format!("{:.1}", size.h)}
                rx={format!("{:.1}", size.h / 2.0)}
            />
            <text x={format!("{:.1}", centre.x)} y={format!("{:.1}", centre.y)} dy="0.34em">{ mark.text.clone() }</text>
        </g>
    }
}
