//! Known bugs, for tests that must see them found by the invariants. Compiled only with the feature `known-bugs`, which
//! only the tests' crate asks for; no bug is there unless a test enables it.

use std::cell::Cell;

use crate::ids::NextByte;

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// `shiftReplicationId` sets `second_replid_offset` one too high: a replica that has one byte of the old history more
    /// than it shares would be let through.
    SecondReplidOffset,
    /// `replicationFeedSlaves` leaves SELECT out when the database changes: the replicas write to another one.
    SkippedSelect,
    /// `feedReplicationBacklog` sets `repl_backlog_off` one byte too high.
    BacklogOff,
    /// `replicationFeedSlaves` forgets SELECT in what it sends, not in the backlog: the stream has a gap.
    StreamGap,
}

thread_local! {
    static ENABLED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Enables a bug in every node of this thread, or none.
pub fn enable(bug: Option<Bug>) {
    ENABLED.set(bug);
}

pub(crate) fn is_enabled(bug: Bug) -> bool {
    ENABLED.get() == Some(bug)
}

/// Moves `next` on by one if `bug`, which is that it is one too high, is enabled.
pub(crate) fn one_too_high(bug: Bug, next: &mut NextByte) {
    if is_enabled(bug) {
        next.0 += 1;
    }
}
