//! What stands in the middle of the ring.

use psyncscope_lab::engine::ids::NextByte;
use psyncscope_lab::engine::view::BacklogView;
use yew::prelude::*;

use crate::i18n::{Text, fill};
use crate::model::bytes;
use crate::model::ring::{self, CELLS_MAX, Eras};
use crate::model::ring_arcs::ring_arcs;
use crate::ui::chip::Chip;
use crate::ui::context::use_ui;
use crate::ui::shared::Shared;

/// Properties of [`RingCentre`].
#[derive(Properties, PartialEq)]
pub struct RingCentreProps {
    /// The backlog.
    pub backlog: Shared<BacklogView>,
    /// The histories that its bytes belong to.
    pub eras: Eras,
    /// The cell that is pointed at, by the ring index of its first byte.
    pub pointed: Option<usize>,
}

/// What the ring holds, or what is pointed at.
#[component]
pub fn RingCentre(props: &RingCentreProps) -> Html {
    let t = use_ui().t();
    let backlog = &props.backlog.0.0;
    let pointed = props.pointed.and_then(|index| {
        if backlog.size() > CELLS_MAX {
            arc_html(props, index, t)
        } else {
            (index < backlog.size()).then(|| byte_html(props, index, t))
        }
    });
    html! { <div class="ring-centre" data-testid="ring-centre">{ pointed.unwrap_or_else(|| summary_html(props, t)) }</div> }
}

/// What the whole ring holds.
fn summary_html(props: &RingCentreProps, t: &Text) -> Html {
    let backlog = &props.backlog.0.0;
    let newest = NextByte(backlog.off().0 + backlog.histlen() as i64 - 1);
    let held = (backlog.histlen() > 0).then_some((backlog.off(), newest));
    let (histlen, size) = (backlog.histlen().to_string(), backlog.size().to_string());
    html! {
        <>
            <span class="faint">{ "repl_backlog" }</span>
            <span class="ring-range num">{ range(held, t) }</span>
            <span class="faint num">{ fill(t.ring_histlen, &[("histlen", &histlen), ("size", &size)]) }</span>
            if backlog.size() <= CELLS_MAX {
                <span class="ring-signs faint">{ bytes::SIGNS }</span>
            }
        </>
    }
}

/// The byte at a ring index.
fn byte_html(props: &RingCentreProps, index: usize, t: &Text) -> Html {
    let backlog = &props.backlog.0.0;
    let offset = ring::offset_at(backlog, index);
    let words = match offset {
        Some(offset) => format!("{offset}  {}", bytes::byte_name(backlog.byte_at(index))),
        None => t.ring_empty.to_owned(),
    };
    html! {
        <>
            <span class="faint num">{ fill(t.ring_index, &[("idx", &index.to_string())]) }</span>
            <span class="ring-range num">{ words }</span>
            if let Some(offset) = offset {
                <Chip id={props.eras.id_at(offset)} />
            }
        </>
    }
}

/// The arc that begins at a ring index.
fn arc_html(props: &RingCentreProps, index: usize, t: &Text) -> Option<Html> {
    let backlog = &props.backlog.0.0;
    let arcs = ring_arcs(backlog);
    let arc = arcs.arcs.into_iter().find(|arc| arc.from == index)?;
    let last = (arc.from + arc.len - 1) % backlog.size();
    let place = fill(t.ring_arc, &[("from", &arc.from.to_string()), ("to", &last.to_string())]);
    let command = (arcs.are_commands && arc.held.is_some()).then(|| match arc.label {
        Some(label) => html! { <code class="ring-command">{ label }</code> },
        None => html! { <span class="ring-command">{ t.ring_overwritten }</span> },
    });
    Some(html! {
        <>
            <span class="faint num">{ place }</span>
            <span class="ring-range num">{ range(arc.held, t) }</span>
            { command.unwrap_or_default() }
            if let Some((_, newest)) = arc.held {
                <Chip id={props.eras.id_at(newest)} />
            }
        </>
    })
}

/// The first and the last offset.
fn range(held: Option<(NextByte, NextByte)>, t: &Text) -> String {
    held.map_or_else(|| t.ring_empty.to_owned(), |(first, last)| format!("{first} … {last}"))
}
