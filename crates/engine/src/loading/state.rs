//! The state of a load.

use psyncscope_rdb::Loader;

use crate::io::CloseReason;

/// Bytes loaded between two runs of the event loop (`loading_process_events_interval_bytes`). A smaller file is
/// loaded at once.
pub(crate) const INTERVAL: usize = 2 * 1024 * 1024;

/// Where the file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The disk, at the start.
    Disk,
    /// The master, in a full resync.
    Master,
    /// The append-only file, which has a loader of its own (`crate::aof`).
    AppendOnly,
}

/// A load in progress.
#[derive(Debug)]
pub(crate) struct Loading {
    pub(super) loader: Option<Loader>,
    pub(super) source: Source,
    /// `loading_start_time`, in Unix seconds.
    pub(crate) started: i64,
    /// `loading_loaded_bytes`.
    pub(crate) loaded_bytes: usize,
    /// `loading_total_bytes`.
    pub(crate) total_bytes: usize,
    /// How the master's connection ended during the load. It is handled after the load, since Redis does not read the
    /// link meanwhile.
    pub(crate) link_ended: Option<CloseReason>,
}
