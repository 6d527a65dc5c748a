//! The append-only file: aof.c.
//!
//! | here | what |
//! |---|---|
//! | `feed` | what a change is written as (`feedAppendOnlyFile`) |
//! | `file` | the file on and off, and its writes (`startAppendOnly`, `stopAppendOnly`, `flushAppendOnlyFile`) |
//! | `rewrite`, `rebuild` | BGREWRITEAOF and its child; the commands that make a dataset |
//! | `reader`, `load` | what a file holds; its way back into memory (`loadAppendOnlyFile`) |
//!
//! The node keeps no copy of the file: it appends by [`crate::Output::Append`], once a turn, before the turn's replies go
//! out. A page that shows nothing of it does without this code at first: what the rest of the engine calls is kept out of
//! line.

mod feed;
mod file;
mod load;
mod reader;
mod rebuild;
mod rewrite;

pub use rewrite::RewriteJob;

pub(crate) use load::Load;
pub(crate) use rewrite::Rewrite;

use crate::io::{ChildId, ConnId};

/// `aof_state`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AofState {
    /// `AOF_OFF`.
    #[default]
    Off,
    /// `AOF_ON`.
    On,
    /// `AOF_WAIT_REWRITE`: turned on, but what was there before is not in the file until the first rewrite ends.
    WaitRewrite,
}

/// What a node knows of its append-only file.
#[derive(Debug)]
pub(crate) struct Aof {
    pub(crate) state: AofState,
    /// `aof_buf`: what the next write appends.
    pub(crate) buf: Vec<u8>,
    /// `aof_rewrite_buf_blocks`: what changed since the running rewrite began.
    pub(crate) rewrite_buf: Vec<u8>,
    /// `aof_selected_db`.
    selected_db: Option<usize>,
    /// The running rewrite (`aof_child_pid`).
    pub(crate) rewrite: Option<Rewrite>,
    /// `aof_rewrite_scheduled`.
    pub(crate) rewrite_scheduled: bool,
    /// The child whose file took the old one's place last, and whether the file was waited for.
    taken: Option<(ChildId, bool)>,
    /// `rdb_bgsave_scheduled`: a BGSAVE waits until the rewrite has ended.
    pub(crate) bgsave_scheduled: bool,
    /// `aof_current_size`.
    pub(crate) current_size: u64,
    /// `aof_rewrite_base_size`: the size after the last rewrite or load.
    pub(crate) base_size: u64,
    /// `aof_fsync_offset`: so many bytes are on the disk for sure, or soon will be.
    fsync_offset: u64,
    /// `aof_last_fsync`, in Unix seconds.
    last_fsync: i64,
    /// `aof_rewrite_time_last`.
    pub(crate) last_rewrite_seconds: i64,
    /// `aof_lastbgrewrite_status`.
    pub(crate) last_rewrite_ok: bool,
    /// Why the last write failed (`aof_last_write_status`, `aof_last_write_errno`). Until one succeeds nobody may change
    /// the dataset.
    pub(crate) write_error: Option<String>,
    /// When a failed write was last logged, in Unix seconds.
    error_logged: i64,
    /// A full resync stopped it, and starts it again.
    restart_after_sync: bool,
    /// The load under way, between two of its steps.
    load: Option<Box<Load>>,
    /// A command of the file is being executed: nothing of it is propagated.
    replaying: bool,
    /// DEBUG LOADAOF of this client waits for the file. The driver brings it before anything else.
    reading: Option<ConnId>,
    /// This client's DEBUG LOADAOF is not over.
    held: Option<ConnId>,
}

impl Default for Aof {
    fn default() -> Self {
        Self {
            state: AofState::Off,
            buf: Vec::new(),
            rewrite_buf: Vec::new(),
            selected_db: None,
            rewrite: None,
            rewrite_scheduled: false,
            taken: None,
            bgsave_scheduled: false,
            current_size: 0,
            base_size: 0,
            fsync_offset: 0,
            last_fsync: 0,
            last_rewrite_seconds: -1,
            last_rewrite_ok: true,
            write_error: None,
            error_logged: i64::MIN / 2,
            restart_after_sync: false,
            load: None,
            replaying: false,
            reading: None,
            held: None,
        }
    }
}

impl Aof {
    /// Whether changes are to be written down (`aof_state != AOF_OFF`).
    pub(crate) fn is_on(&self) -> bool {
        self.state != AofState::Off
    }

    /// Whether serverCron may have something to do about it.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_on() || self.rewrite.is_some() || self.rewrite_scheduled
    }

    /// Whether a full resync stopped it.
    pub(crate) const fn is_stopped_for_sync(&self) -> bool {
        self.restart_after_sync
    }

    /// Whether a command of the file is being executed.
    pub(crate) const fn is_replaying(&self) -> bool {
        self.replaying
    }

    /// Whether nothing may happen before the driver has brought the file.
    pub(crate) const fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether what this client sends has to wait.
    pub(crate) fn holds(&self, conn: ConnId) -> bool {
        self.reading.is_some() || self.held == Some(conn)
    }
}
