//! What the ring shows, in words.

use psyncscope_lab::engine::replication::backlog::Backlog;
use psyncscope_lab::engine::view::BacklogView;
use psyncscope_lab::format;
use psyncscope_lab::ring;
use psyncscope_lab::ring::arcs::ring_arcs;
use psyncscope_lab::ring::readers::{ReaderGroup, Standing};
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::model::ring_labels::CELLS_MAX;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`RingLegend`].
#[derive(Properties, PartialEq)]
pub struct RingLegendProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// The replicas that read from it.
    pub readers: Vec<ReaderGroup>,
}

/// How far the replicas are, what the next byte will overwrite, and what the arcs of a large ring are.
#[component]
pub fn RingLegend(props: &RingLegendProps) -> Html {
    let t = use_ui().t();
    let backlog = &props.backlog.0.0;
    let readers = props.readers.iter().map(|group| reader_html(group, t));
    html! {
        <div class="ring-legend" data-testid="ring-legend">
            if !props.readers.is_empty() {
                <ul class="ring-readers">{ for readers }</ul>
            }
            <p class="ring-next">{ next_write(backlog, t) }</p>
            if backlog.size() > CELLS_MAX {
                <p class="ring-next" data-testid="ring-arcs">{ arcs_are(backlog, t) }</p>
            }
        </div>
    }
}

fn reader_html(group: &ReaderGroup, t: &Messages) -> Html {
    let words = match group.standing {
        Standing::Served => t.ring_has,
        Standing::TooFarBack => t.ring_lost,
        Standing::Ahead => t.ring_ahead,
    };
    let names: Vec<&str> = group.names.iter().map(AsRef::as_ref).collect();
    let lost = (group.standing != Standing::Served).then_some("ring-lost");
    html! {
        <li class={classes!("ring-reader", lost)}>
            <b class="ring-label">{ names.join(", ") }</b>
            { fill(words, &[("n", &group.has.to_string())]) }
        </li>
    }
}

/// What the next byte will overwrite.
fn next_write(backlog: &Backlog, t: &Messages) -> String {
    let idx = backlog.idx().to_string();
    match ring::offset_at(backlog, backlog.idx()) {
        Some(offset) => {
            let byte = format::byte_name(backlog.byte_at(backlog.idx()));
            fill(t.ring_next_overwrites, &[("idx", &idx), ("n", &offset.to_string()), ("byte", &byte)])
        }
        None => fill(t.ring_next_free, &[("idx", &idx)]),
    }
}

/// What the arcs of a ring without letters are.
fn arcs_are(backlog: &Backlog, t: &Messages) -> String {
    let arcs = ring_arcs(backlog);
    let words = if arcs.are_commands { t.ring_arcs_commands } else { t.ring_arcs_parts };
    fill(words, &[("size", &format::size(backlog.size() as u64)), ("n", &arcs.arcs.len().to_string())])
}
