//! What caused what: each thing that happened is part of a turn, and each turn has what began it.
//!
//! A turn is everything that follows at once from one input: a process reads bytes, a timer fires, a user acts. It knows
//! the turn that sent it what it read, so that from anything the chain goes back to a user's action or to a timer. This
//! is noted where it happens; nothing is concluded afterwards.
//!
//! A chain ends at a timer, as what armed a timer is not known: a process has one timer for all that it waits for, which
//! is armed again after each of its turns (serverCron alone ten times a second), and a kernel one for all its sockets.

use serde::Serialize;

use crate::frame::{HostId, SimTime};

/// A turn's number, in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TurnId(pub u32);

impl TurnId {
    /// No turn.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

/// What began a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Began {
    /// Somebody acted from outside.
    Action,
    /// A timer of the process fired.
    Timer,
    /// A timer of the kernel fired.
    Kernel,
    /// A packet came to the kernel.
    Packet,
    /// The process read bytes that another sent, or that were typed.
    Received,
    /// A connection was opened by another.
    Accepted,
    /// The connection that the process opened is established.
    Connected,
    /// It could not be opened.
    ConnectFailed,
    /// There is room to send again.
    Writable,
    /// The other end closed a connection.
    Closed,
    /// A child has written its file, or has sent it.
    ChildEnded,
    /// A file was read.
    FileRead,
    /// The next piece of a dataset is loaded.
    Loading,
    /// The process is started again, as it had asked for.
    Restarted,
    /// The process was told to end.
    Terminated,
}

/// A turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// When.
    pub at: SimTime,
    /// On which host, if on one.
    pub host: Option<HostId>,
    /// What began it.
    pub began: Began,
    /// The turn that caused it; of an action, which action it was.
    by: TurnId,
    first_entry: u32,
}

impl Turn {
    /// The turn that caused it: it sent what this one read, opened or closed its connection, or started its child.
    #[must_use]
    pub fn by(&self) -> Option<TurnId> {
        Some(self.by).filter(|&by| by != TurnId::NONE && self.began != Began::Action)
    }

    /// Of an action: its number, as the caller counts them.
    #[must_use]
    pub fn action(&self) -> Option<usize> {
        (self.began == Began::Action && self.by != TurnId::NONE).then_some(self.by.0 as usize)
    }

    /// The place in the timeline from which on its entries are.
    #[must_use]
    pub const fn first_entry(&self) -> usize {
        self.first_entry as usize
    }
}

/// The turns so far, and the present one.
#[derive(Default)]
pub(crate) struct Turns {
    numbered: Numbered,
    /// The turn of the scheduled event, or of the action, that is being done.
    event: Option<Present>,
    /// The turn of a process that began within it last.
    inner: Option<Present>,
    action: Option<u32>,
}

/// A turn that goes on. It gets a number once something comes of it.
struct Present {
    host: Option<HostId>,
    began: Began,
    by: TurnId,
    id: Option<TurnId>,
}

impl Present {
    const fn new(host: Option<HostId>, began: Began, by: TurnId) -> Self {
        Self { host, began, by, id: None }
    }

    /// Nothing came of this turn itself so far, and it was caused by another.
    fn stands_for_its_cause(&self) -> bool {
        self.id.is_none() && self.began != Began::Action && self.by != TurnId::NONE
    }

    /// Its number: the next one, unless it has one already.
    fn number(&mut self, numbered: &mut Numbered, now: u64, entries: Option<usize>) -> TurnId {
        if let Some(id) = self.id {
            return id;
        }
        let id = TurnId(numbered.count);
        numbered.count += 1;
        if let Some(entries) = entries {
            let &mut Self { host, began, by, .. } = self;
            numbered.all.push(Turn { at: SimTime(now), host, began, by, first_entry: entries as u32 });
        }
        self.id = Some(id);
        id
    }
}

/// The turns that have a number.
#[derive(Default)]
struct Numbered {
    all: Vec<Turn>,
    /// How many there are; of a world that does not record, how many it would have.
    count: u32,
}

impl Turns {
    /// A scheduled event begins.
    pub(crate) fn begin_event(&mut self, host: HostId, began: Began, by: TurnId) {
        self.event = Some(Present::new(Some(host), began, by));
        self.inner = None;
    }

    /// A turn of a process begins within an event or an action.
    pub(crate) fn begin(&mut self, host: HostId, began: Began, by: TurnId) {
        self.inner = Some(Present::new(Some(host), began, by));
    }

    /// The event or action ends: what comes next, unless it is begun, is an action.
    pub(crate) fn end(&mut self) {
        self.event = None;
        self.inner = None;
    }

    /// What is done from now on from outside is this action.
    pub(crate) fn set_action(&mut self, number: u32) {
        self.action = Some(number);
    }

    /// The number of the present turn. `entries` entries were made before it; without them, it is counted but not kept.
    pub(crate) fn id(&mut self, now: u64, host: Option<HostId>, entries: Option<usize>) -> TurnId {
        let present = match &mut self.inner {
            Some(inner) => inner,
            None => event_or_action(&mut self.event, self.action, host),
        };
        present.number(&mut self.numbered, now, entries)
    }

    /// The present turn as a cause: itself if it has a number or nothing caused it, else the turn that did.
    pub(crate) fn cause(&mut self, now: u64, host: HostId, entries: Option<usize>) -> TurnId {
        match &self.inner {
            Some(inner) if inner.stands_for_its_cause() => inner.by,
            Some(_) => self.id(now, Some(host), entries),
            None => self.cause_of_event(now, host, entries),
        }
    }

    /// As [`Turns::cause`], of the event or action within which the present turn began.
    pub(crate) fn cause_of_event(&mut self, now: u64, host: HostId, entries: Option<usize>) -> TurnId {
        let event = event_or_action(&mut self.event, self.action, Some(host));
        if event.stands_for_its_cause() { event.by } else { event.number(&mut self.numbered, now, entries) }
    }

    pub(crate) fn all(&self) -> &[Turn] {
        &self.numbered.all
    }

    /// The turns until `at`.
    pub(crate) fn until(&self, at: SimTime) -> Vec<Turn> {
        let all = &self.numbered.all;
        all[..all.partition_point(|turn| turn.at <= at)].to_vec()
    }

    /// Keeps turns from now on, after those that another world kept, which went the same way.
    pub(crate) fn go_on(&mut self, all: Vec<Turn>) {
        let count = self.numbered.count.max(all.len() as u32);
        self.numbered = Numbered { all, count };
    }
}

/// The event that is being done; without one, it is an action.
fn event_or_action(event: &mut Option<Present>, action: Option<u32>, host: Option<HostId>) -> &mut Present {
    event.get_or_insert_with(|| Present::new(host, Began::Action, action.map_or(TurnId::NONE, TurnId)))
}
