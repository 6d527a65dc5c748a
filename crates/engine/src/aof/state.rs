//! The state of the append-only file.

use std::sync::Arc;

use psyncscope_rdb::Loader;

use crate::client::Client;
use crate::io::{ChildFile, ChildId, ConnId};
use crate::time::Instant;

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
    pub(super) selected_db: Option<usize>,
    /// The running rewrite (`aof_child_pid`).
    pub(crate) rewrite: Option<Rewrite>,
    /// `aof_rewrite_scheduled`.
    pub(crate) rewrite_scheduled: bool,
    /// The child whose file last replaced the old one, and whether the state was WAIT_REWRITE.
    pub(super) taken: Option<(ChildId, bool)>,
    /// `rdb_bgsave_scheduled`: a BGSAVE waits until the rewrite has ended.
    pub(crate) bgsave_scheduled: bool,
    /// `aof_current_size`.
    pub(crate) current_size: u64,
    /// `aof_rewrite_base_size`: the size after the last rewrite or load.
    pub(crate) base_size: u64,
    /// `aof_fsync_offset`: bytes that are on disk, or will be soon.
    pub(super) fsync_offset: u64,
    /// `aof_last_fsync`, in Unix seconds.
    pub(super) last_fsync: i64,
    /// `aof_rewrite_time_last`.
    pub(crate) last_rewrite_seconds: i64,
    /// `aof_lastbgrewrite_status`.
    pub(crate) last_rewrite_ok: bool,
    /// The error of the last write (`aof_last_write_status`, `aof_last_write_errno`). Until one succeeds no client
    /// may change the dataset.
    pub(crate) write_error: Option<String>,
    /// When a failed write was last logged, in Unix seconds.
    pub(super) error_logged: i64,
    /// Stopped during a full resync, which starts it again.
    pub(super) restart_after_sync: bool,
    /// The load in progress, between two of its steps.
    pub(super) load: Option<Box<Load>>,
    /// A command of the file is being executed: it is not propagated.
    pub(super) replaying: bool,
    /// DEBUG LOADAOF of this client waits for the file. The driver delivers it before other input.
    pub(super) reading: Option<ConnId>,
    /// DEBUG LOADAOF of this client is in progress.
    pub(super) held: Option<ConnId>,
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

/// The running rewrite.
#[derive(Debug)]
pub(crate) struct Rewrite {
    pub(crate) id: ChildId,
    /// `aof_rewrite_time_start`, in Unix seconds.
    pub(crate) started: i64,
    /// Its result, once it has ended; serverCron reaps it, at most one turn later.
    pub(crate) result: Option<Result<ChildFile, String>>,
}

/// Why a file is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// The process starts.
    Start,
    /// This client's DEBUG LOADAOF.
    Debug(ConnId),
}

/// A load between two of its steps.
#[derive(Debug)]
pub(crate) struct Load {
    pub(super) file: Arc<[u8]>,
    /// Where the next command begins.
    pub(super) at: usize,
    /// The RDB preamble, while it is loaded.
    pub(super) preamble: Option<Loader>,
    /// `createFakeClient`.
    pub(super) client: Box<Client>,
    /// `valid_up_to`: the end of the last executed command.
    pub(super) valid: usize,
    /// `valid_before_multi`: the same before the last MULTI.
    pub(super) valid_before_multi: usize,
    pub(super) purpose: For,
    pub(super) begun: Instant,
}
