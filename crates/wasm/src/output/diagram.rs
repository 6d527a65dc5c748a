//! The sequence diagram as a plain object.

use psyncscope_lab::diagram::{self, Item};
use serde::Serialize;
use tsify::Tsify;

use super::names::{DiagramCarries, Fate, Tone};
use super::{ReplId, ms};

/// A sequence diagram.
#[derive(Serialize, Tsify)]
pub struct Diagram<'a> {
    /// The names of the hosts, in order of number.
    nodes: Vec<&'a str>,
    /// What is shown, in order of time.
    items: Vec<DiagramItem>,
}

/// Something in a sequence diagram.
#[derive(Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[tsify(missing_as_null)]
pub enum DiagramItem {
    /// A packet, or several in a row that are of one kind.
    Arrow {
        /// The sender, by its place in `nodes`.
        from: usize,
        /// The receiver.
        to: usize,
        /// When the first packet left.
        at_ms: f64,
        /// When it arrives, or would have.
        arrives_ms: f64,
        fate: Fate,
        /// Whether its bytes were sent before.
        again: bool,
        /// The number of the first packet.
        packet: f64,
        /// How many packets.
        count: usize,
        /// How many bytes of payload they carry together.
        bytes: usize,
        carries: DiagramCarries,
        /// What the first one means, or its TCP flags.
        label: String,
        /// The history that the bytes of a stream belong to.
        replid: Option<ReplId>,
    },
    /// Something that happened.
    Mark {
        /// The host, by its place in `nodes`.
        node: usize,
        /// The other one, if it is about a wire.
        other: Option<usize>,
        at_ms: f64,
        /// Its index in the timeline.
        entry: usize,
        /// How many such events in a row.
        count: usize,
        tone: Tone,
        label: String,
    },
}

impl<'a> Diagram<'a> {
    pub fn of(diagram: &'a diagram::Diagram) -> Self {
        let column = |host| diagram.column(host).unwrap_or_default();
        let item = |item: &Item| match item {
            Item::Arrow(arrow) => DiagramItem::Arrow {
                from: column(arrow.from),
                to: column(arrow.to),
                at_ms: ms(arrow.sent),
                arrives_ms: ms(arrow.arrives),
                fate: arrow.fate.into(),
                again: arrow.again,
                packet: arrow.packet as f64,
                count: arrow.count,
                bytes: arrow.bytes,
                carries: arrow.carries.into(),
                label: arrow.label.as_ref().to_owned(),
                replid: arrow.replid().map(Into::into),
            },
            Item::Mark(mark) => DiagramItem::Mark {
                node: column(mark.host),
                other: mark.other.map(column),
                at_ms: ms(mark.at),
                entry: mark.entry,
                count: mark.count,
                tone: mark.tone.into(),
                label: mark.label.clone(),
            },
        };
        Self {
            nodes: diagram.columns.iter().map(|column| &*column.name).collect(),
            items: diagram.items.iter().map(item).collect(),
        }
    }
}
