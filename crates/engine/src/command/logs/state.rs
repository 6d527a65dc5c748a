//! The slow log, the latency samples, and the clock that commands are timed by.

use std::collections::VecDeque;

use litemap::LiteMap;

use crate::time::Instant;

/// The driver's clock.
pub(crate) struct CommandClock(Box<dyn Fn() -> Instant + Send>);

impl CommandClock {
    pub(super) fn new(clock: impl Fn() -> Instant + Send + 'static) -> Self {
        Self(Box::new(clock))
    }

    pub(super) fn now(&self) -> Instant {
        (self.0)()
    }
}

impl std::fmt::Debug for CommandClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CommandClock")
    }
}

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
