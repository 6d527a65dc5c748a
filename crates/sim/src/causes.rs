//! What caused what: each thing that happened is part of a turn, and each turn has what began it.
//!
//! A turn is everything that follows at once from one input: a process reads bytes, a timer fires, a user acts. It knows
//! the turn that sent it what it read, so that from anything the chain goes back to a user's action or to a timer. This
//! is noted where it happens; nothing is concluded afterwards.

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
    all: Vec<Turn>,
    /// How many there are; of a world that does not record, how many it would have.
    count: u32,
    present: Option<Present>,
    action: Option<u32>,
}

/// The present turn. It gets a number once something comes of it.
struct Present {
    host: Option<HostId>,
    began: Began,
    by: TurnId,
    id: Option<TurnId>,
}

impl Turns {
    /// A turn begins.
    pub(crate) fn begin(&mut self, host: Option<HostId>, began: Began, by: TurnId) {
        self.present = Some(Present { host, began, by, id: None });
    }

    /// The present turn ends: what comes next, unless it is begun, is an action.
    pub(crate) fn end(&mut self) {
        self.present = None;
    }

    /// What is done from now on from outside is this action.
    pub(crate) fn set_action(&mut self, number: u32) {
        self.action = Some(number);
    }

    /// The number of the present turn. `entries` entries were made before it; without them, it is counted but not kept.
    pub(crate) fn id(&mut self, now: u64, host: Option<HostId>, entries: Option<usize>) -> TurnId {
        let action = self.action.map_or(TurnId::NONE, TurnId);
        let present = self.present.get_or_insert(Present { host, began: Began::Action, by: action, id: None });
        if let Some(id) = present.id {
            return id;
        }
        let id = TurnId(self.count);
        self.count += 1;
        present.id = Some(id);
        if let Some(entries) = entries {
            let &mut Present { host, began, by, .. } = present;
            self.all.push(Turn { at: SimTime(now), host, began, by, first_entry: entries as u32 });
        }
        id
    }

    /// The present turn if it has a number, else the one that caused it.
    pub(crate) fn known(&self) -> TurnId {
        self.present.as_ref().map_or(TurnId::NONE, |present| {
            present.id.unwrap_or(match present.began {
                Began::Action => TurnId::NONE,
                _ => present.by,
            })
        })
    }

    pub(crate) fn all(&self) -> &[Turn] {
        &self.all
    }

    /// The turns until `at`.
    pub(crate) fn until(&self, at: SimTime) -> Vec<Turn> {
        self.all[..self.all.partition_point(|turn| turn.at <= at)].to_vec()
    }

    /// Keeps turns from now on, after those that another world kept, which went the same way.
    pub(crate) fn go_on(&mut self, all: Vec<Turn>) {
        self.count = self.count.max(all.len() as u32);
        self.all = all;
    }
}
