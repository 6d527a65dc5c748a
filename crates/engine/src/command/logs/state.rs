//! The slow log and the latency samples.

use std::collections::VecDeque;

use litemap::LiteMap;

/// A slow command.
#[derive(Debug)]
pub(super) struct Slow {
    pub(super) id: i64,
    pub(super) unix_s: i64,
    pub(super) us: i64,
    pub(super) words: Vec<Vec<u8>>,
    pub(super) addr: String,
    pub(super) name: Vec<u8>,
}

/// One event's latency.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// Unix seconds and milliseconds, the oldest first.
    pub(super) samples: VecDeque<(i64, i64)>,
    pub(super) max: i64,
}

/// The slow log and the latency samples.
#[derive(Debug, Default)]
pub(crate) struct SlowLog {
    /// The newest first.
    pub(super) entries: VecDeque<Slow>,
    pub(super) next_id: i64,
    pub(super) series: LiteMap<&'static str, Series>,
}
