//! How a command is propagated, and what is left to do of one while a script runs.

use super::table::CommandSpec;
use crate::io::ConnId;
use crate::time::Instant;

/// How the running command is propagated.
#[derive(Debug, Default)]
pub(crate) struct Propagation {
    /// Propagated instead of the command's arguments (`rewriteClientCommandVector`).
    pub(crate) rewritten: Option<Vec<Vec<u8>>>,
    /// Propagated even if nothing changed (`CLIENT_FORCE_REPL`).
    pub(crate) forced: bool,
    /// Written into the append-only file even if nothing changed (`CLIENT_FORCE_AOF`).
    pub(crate) forced_aof: bool,
    /// Not propagated, even if data changed (`CLIENT_PREVENT_PROP`).
    pub(crate) prevented: bool,
    /// Propagated after the command (`server.also_propagate`), each in its database.
    pub(crate) also: Vec<(usize, Vec<Vec<u8>>)>,
    /// EVALSHA of a script that replicas may not have: its source.
    pub(crate) whole_script: Option<Vec<u8>>,
    /// That script changed data: it is propagated as EVAL, otherwise as SCRIPT LOAD.
    pub(crate) script_wrote: bool,
}

/// The second half of a call, delayed while a script runs for several turns.
#[derive(Debug)]
pub(crate) struct Suspended {
    pub(super) conn: ConnId,
    pub(super) spec: &'static CommandSpec,
    pub(crate) argv: Vec<Vec<u8>>,
    pub(super) propagate: Propagate,
    pub(crate) db: usize,
    pub(super) dirty_before: u64,
    pub(super) version_before: u64,
    pub(super) began: Instant,
    pub(crate) propagation: Propagation,
}

/// The flags of `call` that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Propagate {
    /// `CMD_CALL_FULL`.
    Yes,
    /// Without `CMD_CALL_PROPAGATE_AOF`: a script that asked for it.
    ToReplicas,
    /// Without `CMD_CALL_PROPAGATE_REPL`, likewise.
    ToFile,
    /// Neither: a script that is propagated as a whole, or that turned propagation off.
    No,
}

impl Propagate {
    /// `CMD_CALL_PROPAGATE_REPL`.
    pub(super) const fn reaches_replicas(self) -> bool {
        matches!(self, Self::Yes | Self::ToReplicas)
    }

    /// `CMD_CALL_PROPAGATE_AOF`.
    pub(super) const fn reaches_file(self) -> bool {
        matches!(self, Self::Yes | Self::ToFile)
    }

    pub(super) const fn of(replicas: bool, file: bool) -> Self {
        match (replicas, file) {
            (true, true) => Self::Yes,
            (true, false) => Self::ToReplicas,
            (false, true) => Self::ToFile,
            (false, false) => Self::No,
        }
    }
}
