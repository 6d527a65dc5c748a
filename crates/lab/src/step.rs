//! Steps through time: what a reader takes for "the next thing".

use psyncscope_engine::event::Event;
use psyncscope_sim::frame::{Entry, SimTime, What};
use psyncscope_sim::{PacketChanges, World};
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
                let next = frames.until(from).max(1);
                frames.at((next..frames.len()).find(|&index| shows(frames.packet_changes(index)))?)
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
                let next = frames.before(from);
                frames.at((1..next).rev().find(|&index| shows(frames.packet_changes(index)))?)
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
                let first = frames.before(now).max(1);
                (first..frames.len()).any(|index| shows(frames.packet_changes(index)))
            }
            None => {
                self.world.timeline().iter().rev().take_while(|entry| entry.at == now).any(|entry| self.counts(entry))
            }
        }
    }

    fn beginning(&self) -> SimTime {
        self.world.frames().at(0).unwrap_or_default()
    }

    /// For steps by packets, which of them count.
    fn shows(&self) -> Option<fn(PacketChanges) -> bool> {
        match self.by {
            StepBy::Segment => Some(|changes| changes.any),
            StepBy::Packet => Some(|changes| changes.telling),
            StepBy::Command | StepBy::StateChange => None,
        }
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
