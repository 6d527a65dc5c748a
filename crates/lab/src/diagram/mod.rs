//! The sequence diagram: hosts as columns, time downwards, packets as arrows from one to the other, and beside the
//! hosts what happened there.
//!
//! * [`packets`]: the packets of a stretch of time
//! * [`marks`]: what stands beside a host
//! * [`layout`]: where everything is, in lines of text
//! * [`svg`], [`mermaid`]: the diagram as a file

pub mod layout;
pub mod marks;
pub mod mermaid;
pub mod packets;
pub mod svg;

use std::ops::Range;
use std::sync::Arc;

use psyncscope_engine::ids::ReplId;
use psyncscope_sim::frame::{Fate, HostId, PacketFrame, SimTime, StreamBytes};
use serde::{Deserialize, Serialize};

use crate::diagram::marks::Marks;
use crate::diagram::packets::Packets;
use crate::format::size;
use crate::index::Index;
use crate::narration::Tone;
use crate::{Lab, Lang};

/// What repeats itself within so many microseconds is one item in the overview.
const JOINED_WITHIN_US: u64 = 1_200_000;

/// How much a diagram shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// Roles, resyncs, links and faults; what is sent again and again is one arrow, acknowledgements are left out.
    #[default]
    Overview,
    /// Every packet that carries bytes, and every state.
    Messages,
    /// Every packet.
    Segments,
}

impl Detail {
    /// All of them, the coarsest first.
    pub const ALL: [Self; 3] = [Self::Overview, Self::Messages, Self::Segments];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Messages => "messages",
            Self::Segments => "segments",
        }
    }
}

/// What is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Packets and events from here,
    pub from: SimTime,
    /// up to here, this instant included.
    pub to: SimTime,
    /// How much of them.
    pub detail: Detail,
}

/// What was looked up for the last diagram of a run.
#[derive(Clone, Debug, Default)]
pub struct DiagramCache {
    packets: Packets,
    marks: Marks,
}

/// A diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// The hosts, in order of number.
    pub columns: Vec<Column>,
    /// What is shown, in order of time.
    pub items: Vec<Item>,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its number.
    pub host: HostId,
    /// Its name.
    pub name: Arc<str>,
}

/// Something in a diagram.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A packet, or several in a row.
    Arrow(Arrow),
    /// Something that happened.
    Mark(Mark),
}

impl Item {
    /// When it began.
    #[must_use]
    pub const fn at(&self) -> SimTime {
        match self {
            Self::Arrow(arrow) => arrow.sent,
            Self::Mark(mark) => mark.at,
        }
    }

    /// When the last of what it joins began.
    const fn last(&self) -> SimTime {
        match self {
            Self::Arrow(arrow) => arrow.last,
            Self::Mark(mark) => mark.last,
        }
    }

    /// Whether the next item only repeats what this one shows, and soon.
    fn goes_on_with(&self, next: &Self) -> bool {
        if next.at().0 - self.last().0 > JOINED_WITHIN_US {
            return false;
        }
        match (self, next) {
            (Self::Arrow(arrow), Self::Arrow(next)) => arrow.goes_on_with(next),
            (Self::Mark(mark), Self::Mark(next)) => {
                let commands = mark.tone == Tone::Command && next.tone == Tone::Command;
                mark.host == next.host && (commands || (mark.other, &mark.label) == (next.other, &next.label))
            }
            _ => false,
        }
    }

    /// Whether an item before this one that it does not repeat cannot go on: they are about the same, and their order
    /// must be seen. Commands and the stream that they make go on beside each other.
    fn ends(&self, before: &Self) -> bool {
        let streams = |arrow: &Arrow| arrow.carries == Carries::Stream;
        match (self, before) {
            (Self::Arrow(arrow), Self::Arrow(before)) => {
                let same = (arrow.from, arrow.to) == (before.from, before.to);
                same || (!streams(arrow) && (arrow.from, arrow.to) == (before.to, before.from))
            }
            (Self::Mark(mark), Self::Mark(before)) => {
                mark.touches(before.host) || before.other.is_some_and(|other| mark.touches(other))
            }
            (Self::Mark(mark), Self::Arrow(arrow)) | (Self::Arrow(arrow), Self::Mark(mark)) => {
                (mark.touches(arrow.from) || mark.touches(arrow.to)) && !(streams(arrow) && mark.tone == Tone::Command)
            }
        }
    }
}

/// What packets carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carries {
    /// The replication stream, from a master to a replica that is online.
    Stream,
    /// The acknowledgement of an offset.
    Ack,
    /// Anything else that a process sent: requests, replies, files.
    Message,
    /// Nothing: TCP's own packets.
    Nothing,
}

/// A packet, or several in a row that are of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The number of the first packet.
    pub packet: u64,
    /// How many packets.
    pub count: usize,
    /// How many bytes of payload they carry together.
    pub bytes: usize,
    /// The sender.
    pub from: HostId,
    /// The receiver.
    pub to: HostId,
    /// When the first of them left.
    pub sent: SimTime,
    /// When the last of them left.
    pub last: SimTime,
    /// When the first of them arrives, or would have.
    pub arrives: SimTime,
    /// What becomes of the first of them.
    pub fate: Fate,
    /// Whether its bytes were sent before.
    pub again: bool,
    /// What the first of them means, or its TCP flags.
    pub label: Arc<str>,
    /// What they carry.
    pub carries: Carries,
    /// The bytes of a stream that they carry together.
    pub stream: Option<StreamBytes>,
}

impl Arrow {
    /// What stands at the arrow: `SET k v`; `SET k v … ×3, 81 B`; `↻ SET k v` if it was sent before.
    #[must_use]
    pub fn text(&self) -> String {
        let again = if self.again { "↻ " } else { "" };
        let more = match self.count {
            1 => String::new(),
            count => format!(" … ×{count}, {}", size(self.bytes as u64)),
        };
        format!("{again}{}{more}", self.label)
    }

    /// What a stylesheet tells arrows apart by.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match (self.fate, self.carries) {
            (Fate::Lost | Fate::Cut, _) => "lost",
            (_, Carries::Stream) => "stream",
            (_, Carries::Ack) => "ack",
            (_, Carries::Message) => "message",
            (_, Carries::Nothing) => "nothing",
        }
    }

    /// The history that the bytes of a stream belong to.
    #[must_use]
    pub fn replid(&self) -> Option<ReplId> {
        self.stream.map(|stream| stream.replid)
    }

    fn of(packet: &PacketFrame) -> Self {
        let carries = carries(packet);
        let label = if carries == Carries::Nothing { packet.flags.into() } else { Arc::clone(&packet.label) };
        Self {
            packet: packet.id,
            count: 1,
            bytes: packet.payload.len(),
            from: packet.from,
            to: packet.to,
            sent: packet.sent,
            last: packet.sent,
            arrives: packet.arrives,
            fate: packet.fate,
            again: packet.again,
            label,
            carries,
            stream: packet.stream,
        }
    }

    /// Whether the next packet only repeats what this one shows.
    fn goes_on_with(&self, next: &Self) -> bool {
        (self.from, self.to, self.carries) == (next.from, next.to, next.carries)
            && matches!(self.carries, Carries::Stream | Carries::Message)
            && (self.fate, self.again, self.replid()) == (next.fate, next.again, next.replid())
            && (self.carries == Carries::Stream || first_word(&self.label) == first_word(&next.label))
    }
}

fn first_word(label: &str) -> &str {
    label.split(' ').next().unwrap_or_default()
}

fn carries(packet: &PacketFrame) -> Carries {
    if packet.payload.is_empty() {
        Carries::Nothing
    } else if packet.stream.is_some() {
        Carries::Stream
    } else if packet.label.starts_with("REPLCONF ACK") {
        Carries::Ack
    } else {
        Carries::Message
    }
}

/// Something that happened at a host, or between two.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub at: SimTime,
    /// Its index in the timeline.
    pub entry: usize,
    /// The host.
    pub host: HostId,
    /// The other one, if it is about a wire.
    pub other: Option<HostId>,
    /// When the last such event in a row happened.
    pub last: SimTime,
    /// How many there are.
    pub count: usize,
    /// What the first of them is, in a few words: Redis's own, or a sentence.
    pub label: String,
    /// What kind of event it is.
    pub tone: Tone,
    /// The bytes of a stream that the first of them is about.
    pub stream: Option<StreamBytes>,
}

impl Mark {
    /// What stands in it: `> SET k v`; `> SET k v … ×3`.
    #[must_use]
    pub fn text(&self) -> String {
        match self.count {
            1 => self.label.clone(),
            count => format!("{} … ×{count}", self.label.trim_end_matches('…')),
        }
    }

    fn touches(&self, host: HostId) -> bool {
        self.host == host || self.other == Some(host)
    }
}

impl Diagram {
    /// The diagram of a stretch of time. `index` is that of `lab`, and has read it up to there.
    #[must_use]
    pub fn new(lab: &Lab, index: &Index, stretch: Stretch, lang: Lang) -> Self {
        Self::cached(lab, index, stretch, lang, &mut DiagramCache::default())
    }

    /// As [`Diagram::new`]; what was looked up for the last diagram of this run is not looked up again.
    #[must_use]
    pub fn cached(lab: &Lab, index: &Index, stretch: Stretch, lang: Lang, cache: &mut DiagramCache) -> Self {
        let DiagramCache { packets, marks } = cache;
        packets.cover(lab, stretch.from, stretch.to);
        let marks = marks.within(lab, index, entries(lab, stretch), stretch.detail, lang).into_iter();
        let shown = |arrow: &Arrow| match stretch.detail {
            Detail::Overview => matches!(arrow.carries, Carries::Stream | Carries::Message),
            Detail::Messages => arrow.carries != Carries::Nothing,
            Detail::Segments => true,
        };
        let arrows = packets.within(stretch.from, stretch.to).map(Arrow::of).filter(shown);
        let mut items: Vec<Item> = marks.map(Item::Mark).chain(arrows.map(Item::Arrow)).collect();
        // What happens at an instant comes before what is sent then: the sort keeps marks first.
        items.sort_by_key(Item::at);
        if stretch.detail == Detail::Overview {
            items = joined(items);
        }
        let frame = lab.frame_at(stretch.to);
        let ends = items.iter().flat_map(|item| match item {
            Item::Arrow(arrow) => [Some(arrow.from), Some(arrow.to)],
            Item::Mark(mark) => [Some(mark.host), mark.other],
        });
        let mut hosts: Vec<HostId> = frame.hosts.iter().map(|host| host.id).chain(ends.flatten()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let columns = hosts.into_iter().map(|host| Column { host, name: lab.name_of(host) }).collect();
        Self { columns, items }
    }

    /// The place of a host among the columns.
    #[must_use]
    pub fn column(&self, host: HostId) -> Option<usize> {
        self.columns.iter().position(|column| column.host == host)
    }
}

/// The entries of the timeline in a stretch.
fn entries(lab: &Lab, stretch: Stretch) -> Range<usize> {
    let timeline = lab.timeline();
    timeline.partition_point(|entry| entry.at < stretch.from)..timeline.partition_point(|entry| entry.at <= stretch.to)
}

/// What repeats itself in a row is one item: packets of a direction, and commands at a console.
fn joined(items: Vec<Item>) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::with_capacity(items.len());
    // The places in `out` of those that may go on.
    let mut open: Vec<usize> = Vec::new();
    for item in items {
        let before = open.iter().position(|&place| out[place].goes_on_with(&item)).map(|nth| open[nth]);
        open.retain(|&place| Some(place) == before || !item.ends(&out[place]));
        match (before.map(|place| &mut out[place]), &item) {
            (Some(Item::Arrow(arrow)), Item::Arrow(next)) => {
                arrow.count += 1;
                arrow.bytes += next.bytes;
                arrow.last = next.sent;
                if let (Some(stream), Some(next)) = (&mut arrow.stream, next.stream) {
                    stream.to = stream.to.max(next.to);
                }
            }
            (Some(Item::Mark(mark)), Item::Mark(next)) => {
                mark.count += 1;
                mark.last = next.at;
            }
            _ => {
                open.push(out.len());
                out.push(item);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
