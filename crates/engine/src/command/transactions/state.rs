//! What a client has queued, and the keys that it watches.

use crate::command::table::CommandSpec;

/// The state between MULTI and EXEC.
#[derive(Debug, Default)]
pub(crate) struct MultiState {
    /// The queued commands.
    pub(super) queued: Vec<(&'static CommandSpec, Vec<Vec<u8>>)>,
    /// A command was refused (`CLIENT_DIRTY_EXEC`): EXEC will abort.
    pub(super) dirty_exec: bool,
    /// The progress of EXEC while it runs.
    pub(super) exec: Exec,
}

/// The state of EXEC while its commands run: a script among them may take several turns.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exec {
    /// Number of queued commands that have run or are running.
    pub(super) begun: usize,
    /// The node was not a replica when EXEC began.
    pub(super) was_master: bool,
    /// MULTI was propagated (`must_propagate`).
    pub(super) must_propagate: bool,
}

impl MultiState {
    /// Number of queued commands.
    pub(crate) fn len(&self) -> usize {
        self.queued.len()
    }
}

/// A key given to WATCH.
#[derive(Debug)]
pub(crate) struct WatchedKey {
    pub(super) db: usize,
    pub(super) key: Vec<u8>,
    /// The key's version at WATCH; `None` if it did not exist.
    pub(super) version: Option<u64>,
}
