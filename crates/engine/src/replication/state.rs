//! The replication part of `struct redisServer`, both sides.

use crate::config::Config;
use crate::ids::{NextByte, Offset, ReplId};
use crate::io::ConnId;
use crate::replication::backlog::Backlog;
use crate::replication::psync::{BacklogWindow, History};
use crate::replication::upstream::Upstream;

/// The state of replication. Field names are Redis's where Redis has them.
#[derive(Debug)]
pub(crate) struct Replication {
    /// The histories of this node.
    pub(crate) history: History,

    // -- master's side
    /// `slaveseldb`: the database last SELECTed in the outgoing stream; `None` (Redis: -1) forces a SELECT.
    pub(crate) slaveseldb: Option<usize>,
    pub(crate) backlog: Option<Backlog>,
    /// `repl_backlog_off` and `_histlen` of a freed backlog: INFO keeps showing them.
    pub(crate) freed_backlog: (i64, usize),
    /// Unix seconds since which there are no replicas.
    pub(crate) repl_no_slaves_since: i64,
    pub(crate) good_replicas: i64,
    /// `server.slaves`: in order of attachment.
    pub(crate) replicas: Vec<ConnId>,
    /// `clients_waiting_acks`: clients blocked in WAIT, in the order in which they began to wait. Some may have been
    /// unblocked since.
    pub(crate) clients_waiting_acks: Vec<ConnId>,
    /// `get_ack_from_slaves`: a client waits for ACKs, so GETACK is sent at the end of this turn.
    pub(crate) get_ack_from_slaves: bool,
    /// Loops of replicationCron.
    pub(crate) cron_loops: i64,

    /// The replica's side.
    pub(crate) upstream: Upstream,
}

impl Replication {
    pub(crate) fn new(config: &Config, replid: ReplId, unix_s: i64) -> Self {
        Self {
            history: History {
                replid,
                replid2: ReplId::NONE,
                second_replid_offset: NextByte::NONE,
                master_repl_offset: Offset(0),
            },
            slaveseldb: None,
            backlog: None,
            freed_backlog: (0, 0),
            repl_no_slaves_since: unix_s,
            good_replicas: 0,
            replicas: Vec::new(),
            clients_waiting_acks: Vec::new(),
            get_ack_from_slaves: false,
            cron_loops: 0,
            upstream: Upstream::new(config),
        }
    }

    /// Whether this node is a replica: it has a master, connected or not.
    pub(crate) const fn is_replica(&self) -> bool {
        self.upstream.master.is_some()
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
