//! The replication part of `struct redisServer`, both sides.

use crate::config::Config;
use crate::ids::{NextByte, Offset, ReplId};
use crate::replication::downstream::state::Downstream;
use crate::replication::psync::History;
use crate::replication::upstream::state::Upstream;

/// The state of replication.
#[derive(Debug)]
pub(crate) struct Replication {
    /// The histories of this node.
    pub(crate) history: History,

    /// Loops of replicationCron.
    pub(crate) cron_loops: i64,
    /// The master's side.
    pub(crate) downstream: Downstream,
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
            cron_loops: 0,
            downstream: Downstream::new(unix_s),
            upstream: Upstream::new(config),
        }
    }

    /// Whether this node is a replica: it has a master, connected or not.
    pub(crate) const fn is_replica(&self) -> bool {
        self.upstream.master.is_some()
    }
}
