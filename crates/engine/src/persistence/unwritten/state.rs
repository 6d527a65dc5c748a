//! A file that is being written, and how to undo its effects.

use crate::io::{ConnId, Output};

/// A pending file write, and how to undo its effects if it fails.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(super) name: String,
    pub(super) before: Before,
    /// The client whose reply depends on it: where the reply begins in its output, and its length.
    pub(super) reply: Option<(ConnId, usize, usize)>,
    /// How the process ends, if it ends after this write.
    pub(super) end: Option<Output>,
}

/// The state before the write.
#[derive(Debug)]
pub(crate) enum Before {
    /// CONFIG REWRITE changes nothing else.
    Rewrite,
    /// Fields that the save reset: `dirty`, `lastsave` and `lastbgsave_status`.
    Save(u64, i64, bool),
    /// The directory before.
    Dir(String),
}
