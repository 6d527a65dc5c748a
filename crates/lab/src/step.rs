//! Steps through time: what a reader takes for "the next thing".

use psyncscope_engine::event::Event;
use psyncscope_sim::World;
use psyncscope_sim::frame::{Entry, Frame, PacketFrame, SimTime, What};
use serde::{Deserialize, Serialize};

/// How large a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum StepBy {
    /// To an instant at which any packet leaves or arrives, bare acknowledgements too.
    Segment,
    /// To an instant at which a packet that carries bytes, opens or closes a connection leaves or arrives.
    Packet,
    /// To an instant at which a node executes a command (REPLCONF ACK aside), or a console sends one or gets its
    /// answer.
    Command,
    /// To an instant at which something that a card shows changes: a handshake state, a replica's state, an ID, the
    /// backlog's coming or going, the cached master, a verdict, a save, a connection, a process, a wire.
    StateChange,
}

/// What is recorded: the frames that can be shown, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FrameRange {
    /// The first recorded frame's number.
    pub first: u64,
    /// The newest frame's number.
    pub last: u64,
    /// The first recorded frame's time.
    pub from: SimTime,
    /// How far the world has run: the present, at or after the newest frame's time.
    pub to: SimTime,
}

/// The instants of one size that a world's record holds.
pub(crate) struct Steps<'a> {
    world: &'a World,
    by: StepBy,
}

impl<'a> Steps<'a> {
    pub(crate) const fn new(world: &'a World, by: StepBy) -> Self {
        Self { world, by }
    }

    /// The first instant after `from`.
    pub(crate) fn after(&self, from: SimTime) -> Option<SimTime> {
        match self.shows() {
            Some(shows) => {
                let frames = self.world.frames();
                let next = frames.partition_point(|frame| frame.at <= from).max(1);
                (next..frames.len()).find(|&index| self.differs(index, shows)).map(|index| frames[index].at)
            }
            None => {
                let timeline = self.world.timeline();
                let next = timeline.partition_point(|entry| entry.at <= from.max(self.beginning()));
                timeline.get(next..)?.iter().find(|entry| self.counts(entry)).map(|entry| entry.at)
            }
        }
    }

    /// The last instant before `from`.
    pub(crate) fn before(&self, from: SimTime) -> Option<SimTime> {
        match self.shows() {
            Some(shows) => {
                let frames = self.world.frames();
                let next = frames.partition_point(|frame| frame.at < from);
                (1..next).rev().find(|&index| self.differs(index, shows)).map(|index| frames[index].at)
            }
            None => {
                let timeline = self.world.timeline();
                let next = timeline.partition_point(|entry| entry.at < from);
                let last = timeline.get(..next)?.iter().rev().find(|entry| self.counts(entry))?;
                // What happened before the first frame cannot be shown any more.
                (last.at >= self.beginning()).then_some(last.at)
            }
        }
    }

    /// Whether the present is such an instant.
    pub(crate) fn now(&self) -> bool {
        let now = self.world.now();
        match self.shows() {
            Some(shows) => {
                let frames = self.world.frames();
                let first = frames.partition_point(|frame| frame.at < now).max(1);
                (first..frames.len()).any(|index| self.differs(index, shows))
            }
            None => {
                self.world.timeline().iter().rev().take_while(|entry| entry.at == now).any(|entry| self.counts(entry))
            }
        }
    }

    fn beginning(&self) -> SimTime {
        self.world.frames().front().map_or(SimTime(0), |frame| frame.at)
    }

    /// For steps by packets, which of them count.
    fn shows(&self) -> Option<fn(&PacketFrame) -> bool> {
        match self.by {
            StepBy::Segment => Some(|_| true),
            StepBy::Packet => Some(|packet| {
                !packet.payload.is_empty() || packet.flags.split(' ').any(|flag| matches!(flag, "SYN" | "FIN" | "RST"))
            }),
            StepBy::Command | StepBy::StateChange => None,
        }
    }

    /// Whether other packets are under way in this frame than in the one before it.
    fn differs(&self, index: usize, shows: fn(&PacketFrame) -> bool) -> bool {
        let frames = self.world.frames();
        let (Some(last), Some(frame)) = (frames.get(index - 1), frames.get(index)) else { return false };
        let ids = |frame: &'a Frame| frame.packets.iter().filter(move |packet| shows(packet)).map(|packet| packet.id);
        !std::sync::Arc::ptr_eq(&last.packets, &frame.packets) && !ids(last).eq(ids(frame))
    }

    fn counts(&self, entry: &Entry) -> bool {
        match self.by {
            StepBy::Command => is_command(&entry.what),
            _ => is_state_change(&entry.what),
        }
    }
}

fn is_command(what: &What) -> bool {
    match what {
        What::ConsoleSent { .. } | What::ConsoleReceived { .. } => true,
        // Every replica sends one each second: they would bury everything else.
        What::Node(Event::Command { argv, .. }) => !is_ack(argv),
        _ => false,
    }
}

fn is_ack(argv: &[Vec<u8>]) -> bool {
    let word = |index: usize, name: &[u8]| argv.get(index).is_some_and(|word| word.eq_ignore_ascii_case(name));
    word(0, b"replconf") && word(1, b"ack")
}

fn is_state_change(what: &What) -> bool {
    match what {
        What::Node(event) => match event {
            Event::ReplState { .. }
            | Event::Verdict { .. }
            | Event::PsyncReplied { .. }
            | Event::Outcome(_)
            | Event::ReplicaState { .. }
            | Event::ReplicaGone { .. }
            | Event::Ids { .. }
            | Event::BacklogCreated { .. }
            | Event::BacklogFreed
            | Event::CachedMaster { .. }
            | Event::SaveStarted { .. }
            | Event::SaveEnded { .. }
            | Event::MasterCommandFailed { .. }
            | Event::Loaded { .. } => true,
            Event::Log { .. }
            | Event::Command { .. }
            | Event::HandshakeSent { .. }
            | Event::HandshakeReceived { .. }
            | Event::Fed { .. }
            | Event::Acked { .. }
            | Event::Expired { .. } => false,
        },
        What::Power(_)
        | What::Added
        | What::Removed
        | What::Cut { .. }
        | What::Healed { .. }
        | What::WireSet { .. }
        | What::ClockMoved { .. }
        | What::TcpOpened { .. }
        | What::TcpClosed { .. }
        | What::TcpRecovered { .. } => true,
        What::ConsoleSent { .. }
        | What::ConsoleReceived { .. }
        | What::ConsoleClosed { .. }
        | What::TcpRetransmitted { .. } => false,
    }
}
