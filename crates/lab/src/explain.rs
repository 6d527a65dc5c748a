//! Why: a verdict as a list of conditions with their numbers. Data, no prose: pages word it in their own language.

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::psync::PsyncVerdict;
use psyncscope_engine::replication::replica::ReplState;
use psyncscope_sim::frame::{HostFrame, Power};
use serde::Serialize;

/// How one condition turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It held.
    Passed,
    /// It did not hold.
    Failed,
    /// An earlier one had decided.
    NotReached,
}

/// What a condition compares, with the numbers it looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Check {
    /// The offset asked for is an integer.
    OffsetReadable {
        /// What was asked, if it was.
        next: Option<NextByte>,
    },
    /// The ID asked for is one of the master's two.
    IdKnown {
        /// What was asked; `?` asks for a full resync.
        asked: String,
        /// The master's current history.
        replid: ReplId,
        /// The master's previous history.
        replid2: ReplId,
        /// Which of them was named.
        matched: Option<MatchedId>,
    },
    /// If the previous history was named: the byte wanted is not past the point where the histories part.
    WithinSecondHistory {
        /// The byte wanted.
        next: Option<NextByte>,
        /// The first byte the histories do not share: wanting it is still allowed.
        second_replid_offset: NextByte,
        /// Whether the condition applies: the previous ID was named.
        applies: bool,
    },
    /// There is a backlog.
    BacklogPresent,
    /// The byte wanted was not overwritten.
    NotOverwritten {
        /// The byte wanted.
        next: Option<NextByte>,
        /// The oldest byte kept.
        off: Option<NextByte>,
    },
    /// The byte wanted is at most the next to be produced.
    NotFuture {
        /// The byte wanted.
        next: Option<NextByte>,
        /// The next byte to be produced.
        end: Option<NextByte>,
    },
}

/// Which of a master's IDs was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchedId {
    /// `replid`.
    Current,
    /// `replid2`.
    Previous,
}

/// One condition, in Redis's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// What it compares.
    #[serde(flatten)]
    pub check: Check,
    /// How it turned out.
    pub outcome: Outcome,
}

/// The smallest change that would have turned the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Turn {
    /// Had the replica asked with a readable offset.
    ReadableOffset,
    /// Had the replica kept its history instead of asking for a full resync (`?`): it had no cached master.
    AskWithHistory,
    /// Had the replica followed this history.
    OtherHistory {
        /// The ID to name.
        replid: ReplId,
    },
    /// Had the replica stopped this many bytes earlier, before the histories part.
    FewerBytesApplied {
        /// How many bytes it has beyond the common part.
        bytes: u64,
        /// The last byte both histories share.
        shared: Offset,
    },
    /// Had there been a backlog: it is made when the first replica attaches.
    HaveBacklog,
    /// Had the backlog been at least this large, it would have kept the byte wanted.
    LargerBacklog {
        /// Bytes it needs.
        size: u64,
        /// Bytes it has.
        had: u64,
        /// The byte it would have kept.
        byte: NextByte,
    },
    /// The backlog was made (or emptied) after the byte was produced: no size would have helped, an earlier backlog would.
    EarlierBacklog {
        /// The byte wanted.
        byte: NextByte,
        /// The oldest byte the backlog ever held.
        off: NextByte,
    },
    /// The master is behind the replica by so many bytes.
    MasterAhead {
        /// How many more bytes the master would need.
        bytes: u64,
    },
    /// It was granted; it would have been refused once this many more bytes were written.
    MoreWrites {
        /// Bytes that could still be written before the byte wanted is overwritten.
        spare: u64,
        /// The backlog's size below which the byte would already be lost.
        smallest_size: u64,
    },
}

/// A verdict, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whether a partial resync was granted.
    pub granted: bool,
    /// Bytes of backlog that are sent, if granted.
    pub bytes: Option<u64>,
    /// The conditions, in Redis's order.
    pub conditions: Vec<Condition>,
    /// The index of the condition that decided: the failed one, or the last if granted.
    pub decided_by: usize,
    /// The smallest change that would have turned it.
    pub turn: Turn,
}

/// Takes a verdict apart. Decides nothing anew: every outcome follows from the verdict's own decision and numbers.
#[must_use]
pub fn explain(verdict: &PsyncVerdict) -> Explanation {
    Explanation {
        granted: verdict.is_continue(),
        bytes: None,
        conditions: Vec::new(),
        decided_by: 0,
        turn: Turn::HaveBacklog,
    }
}

/// A node's status in one line, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NodeStatus {
    /// The process does not run: paused, stopped, or the host is off.
    Down {
        /// Why.
        power: Power,
    },
    /// A master.
    Master {
        /// Its offset.
        offset: Offset,
        /// Attached replicas, whatever their state.
        replicas: usize,
        /// Those of them that are online.
        online: usize,
    },
    /// A replica, following or on its way there.
    Replica {
        /// Its master's host, as configured.
        master: String,
        /// Its master's port.
        port: u16,
        /// `repl_state`.
        state: ReplState,
        /// The last byte applied.
        offset: Offset,
        /// During a transfer: bytes read.
        read: Option<u64>,
        /// During a transfer: bytes in all, if known.
        total: Option<u64>,
        /// Replicas of its own.
        replicas: usize,
    },
}

/// A node's status at a frame's moment.
#[must_use]
pub fn status(host: &HostFrame) -> NodeStatus {
    NodeStatus::Down { power: host.power }
}
