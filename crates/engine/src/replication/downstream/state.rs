//! The state of the master's side.

use crate::io::ConnId;
use crate::replication::backlog::Backlog;
use crate::replication::psync::BacklogWindow;

/// The master's side of `struct redisServer`. Field names are Redis's where Redis has them.
#[derive(Debug)]
pub(crate) struct Downstream {
    /// `slaveseldb`: the database last SELECTed in the outgoing stream; `None` (Redis: -1) forces a SELECT.
    pub(crate) slaveseldb: Option<usize>,
    pub(crate) backlog: Option<Backlog>,
    /// `repl_backlog_off` and `_histlen` of a freed backlog: INFO keeps showing them.
    pub(crate) freed_backlog: (i64, usize),
    /// Unix seconds since which there are no replicas.
    pub(crate) repl_no_slaves_since: i64,
    /// `repl_good_slaves_count`.
    pub(crate) good_replicas: i64,
    /// `server.slaves`: in order of attachment.
    pub(crate) replicas: Vec<ConnId>,
    /// `clients_waiting_acks`: clients blocked in WAIT, in the order in which they began to wait. Some may have been
    /// unblocked since.
    pub(super) clients_waiting_acks: Vec<ConnId>,
    /// `get_ack_from_slaves`: a client waits for ACKs, so GETACK is sent at the end of this turn.
    pub(super) get_ack_from_slaves: bool,
}

impl Downstream {
    pub(crate) fn new(unix_s: i64) -> Self {
        Self {
            slaveseldb: None,
            backlog: None,
            freed_backlog: (0, 0),
            repl_no_slaves_since: unix_s,
            good_replicas: 0,
            replicas: Vec::new(),
            clients_waiting_acks: Vec::new(),
            get_ack_from_slaves: false,
        }
    }

    /// The memory of the backlog, in bytes.
    pub(crate) fn backlog_size(&self) -> u64 {
        self.size().unwrap_or(0) as u64
    }

    /// The size of the backlog, if there is one.
    pub(super) fn size(&self) -> Option<usize> {
        self.backlog.as_ref().map(Backlog::size)
    }

    /// What the backlog covers.
    pub(crate) fn window(&self) -> Option<BacklogWindow> {
        self.backlog.as_ref().map(|backlog| BacklogWindow {
            off: backlog.off(),
            histlen: backlog.histlen(),
            size: backlog.size(),
        })
    }
}

/// `slaveseldb` as Redis has it: -1 if no database is selected.
pub(crate) fn slaveseldb(db: Option<usize>) -> i64 {
    db.map_or(-1, |db| db as i64)
}
