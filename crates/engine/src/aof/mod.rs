//! The append-only file: aof.c.
//!
//! | here | what |
//! |---|---|
//! | `feed` | the form in which changes are written (`feedAppendOnlyFile`) |
//! | `file` | turning the file on and off, writing it (`startAppendOnly`, `stopAppendOnly`, `flushAppendOnlyFile`) |
//! | `rewrite`, `rebuild` | BGREWRITEAOF and its child; the commands that rebuild a dataset |
//! | `reader`, `load` | parsing and loading a file (`loadAppendOnlyFile`) |
//!
//! The node keeps no copy of the file: it appends by [`crate::Output::Append`], once a turn, before the turn's
//! replies are sent.

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
    /// `AOF_WAIT_REWRITE`: turned on, but the file is incomplete until the first rewrite ends.
    WaitRewrite,
}

/// The state of the append-only file.
#[derive(Debug)]
pub(crate) struct Aof {
    pub(crate) state: AofState,
    /// `aof_buf`: bytes for the next write.
    pub(crate) buf: Vec<u8>,
    /// `aof_rewrite_buf_blocks`: changes since the running rewrite began.
    pub(crate) rewrite_buf: Vec<u8>,
    /// `aof_selected_db`.
    selected_db: Option<usize>,
    /// The running rewrite (`aof_child_pid`).
    pub(crate) rewrite: Option<Rewrite>,
    /// `aof_rewrite_scheduled`.
    pub(crate) rewrite_scheduled: bool,
    /// The child whose file last replaced the old one, and whether the state was WAIT_REWRITE.
    taken: Option<(ChildId, bool)>,
    /// `rdb_bgsave_scheduled`: a BGSAVE waits until the rewrite has ended.
    pub(crate) bgsave_scheduled: bool,
    /// `aof_current_size`.
    pub(crate) current_size: u64,
    /// `aof_rewrite_base_size`: the size after the last rewrite or load.
    pub(crate) base_size: u64,
    /// `aof_fsync_offset`: bytes that are on disk, or will be soon.
    fsync_offset: u64,
    /// `aof_last_fsync`, in Unix seconds.
    last_fsync: i64,
    /// `aof_rewrite_time_last`.
    pub(crate) last_rewrite_seconds: i64,
    /// `aof_lastbgrewrite_status`.
    pub(crate) last_rewrite_ok: bool,
    /// The error of the last write (`aof_last_write_status`, `aof_last_write_errno`). Until one succeeds no client
    /// may change the dataset.
    pub(crate) write_error: Option<String>,
    /// When a failed write was last logged, in Unix seconds.
    error_logged: i64,
    /// Stopped during a full resync, which starts it again.
    restart_after_sync: bool,
    /// The load in progress, between two of its steps.
    load: Option<Box<Load>>,
    /// A command of the file is being executed: it is not propagated.
    replaying: bool,
    /// DEBUG LOADAOF of this client waits for the file. The driver delivers it before other input.
    reading: Option<ConnId>,
    /// DEBUG LOADAOF of this client is in progress.
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
    /// Whether changes are written (`aof_state != AOF_OFF`).
    pub(crate) fn is_on(&self) -> bool {
        self.state != AofState::Off
    }

    /// Whether serverCron has work for it.
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

    /// Whether all else waits until the driver has delivered the file.
    pub(crate) const fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether input of this client must wait.
    pub(crate) fn holds(&self, conn: ConnId) -> bool {
        self.reading.is_some() || self.held == Some(conn)
    }
}
