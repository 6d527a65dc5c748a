//! The replication part of `struct redisServer`, both sides.

use crate::config::Config;
use crate::ids::{NextByte, Offset, ReplId};
use crate::io::ConnId;
use crate::replication::backlog::Backlog;
use crate::replication::psync::{BacklogWindow, History};
use crate::replication::refusal::Refusal;
use crate::replication::replica::ReplState;
use crate::replication::transfer::Transfer;
use crate::time::Instant;

/// A suspended link to a master (`server.cached_master`): what the next PSYNC asks for and where the stream
/// continues.
#[derive(Clone, Debug)]
pub(crate) struct CachedMaster {
    pub(crate) replid: ReplId,
    /// The last byte applied.
    pub(crate) reploff: Offset,
    pub(crate) db: usize,
    pub(crate) pre_psync: bool,
}

/// The state of replication. Field names are Redis's where Redis has them.
#[derive(Debug)]
pub(crate) struct Replication {
    // -- history
    pub(crate) replid: ReplId,
    pub(crate) replid2: ReplId,
    pub(crate) second_replid_offset: NextByte,
    pub(crate) master_repl_offset: Offset,

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

    // -- replica's side
    pub(crate) masterhost: Option<String>,
    pub(crate) masterport: u16,
    pub(crate) state: ReplState,
    /// The live link: a client with the role of master.
    pub(crate) master: Option<ConnId>,
    pub(crate) cached_master: Option<CachedMaster>,
    /// `master_replid`: the replication ID of the last PSYNC reply.
    pub(crate) master_replid: ReplId,
    /// `master_initial_offset`.
    pub(crate) master_initial_offset: Offset,
    /// Unix seconds since which the link is down; 0 if it was never up.
    pub(crate) repl_down_since: i64,
    /// Why the link was ended from this side, until it is up again or another master is followed.
    pub(crate) refusal: Option<Refusal>,

    // -- replica's side, while connecting: `repl_transfer_s` and what belongs to it
    /// `repl_transfer_s`: the connection of the handshake and the transfer.
    pub(crate) link: Option<ConnId>,
    /// Bytes that the kernel takes on it.
    pub(crate) link_room: usize,
    /// Bytes received on it and not yet read: Redis leaves them in the kernel.
    pub(crate) link_rx: Vec<u8>,
    /// When the next byte of a started line must have arrived (`repl_syncio_timeout`, 5 s a byte).
    pub(crate) line_deadline: Option<Instant>,
    /// `repl_transfer_lastio`, in Unix seconds.
    pub(crate) transfer_lastio: i64,
    /// The transfer, in state TRANSFER.
    pub(crate) transfer: Option<Transfer>,
    /// The second in which the last keep-alive newline was sent to the master.
    pub(crate) newline_sent: i64,
}

impl Replication {
    pub(crate) fn new(config: &Config, replid: ReplId, unix_s: i64) -> Self {
        let (masterhost, masterport) = match &config.replicaof {
            Some((host, port)) => (Some(host.clone()), *port),
            None => (None, 6379),
        };
        Self {
            replid,
            replid2: ReplId::NONE,
            second_replid_offset: NextByte::NONE,
            master_repl_offset: Offset(0),
            slaveseldb: None,
            backlog: None,
            freed_backlog: (0, 0),
            repl_no_slaves_since: unix_s,
            good_replicas: 0,
            replicas: Vec::new(),
            clients_waiting_acks: Vec::new(),
            get_ack_from_slaves: false,
            cron_loops: 0,
            state: if masterhost.is_some() { ReplState::Connect } else { ReplState::None },
            masterhost,
            masterport,
            master: None,
            cached_master: None,
            master_replid: ReplId::EMPTY,
            master_initial_offset: Offset::UNKNOWN,
            repl_down_since: 0,
            refusal: None,
            link: None,
            link_room: 0,
            link_rx: Vec::new(),
            line_deadline: None,
            transfer_lastio: 0,
            transfer: None,
            newline_sent: -1,
        }
    }

    /// The histories of this node.
    pub(crate) fn history(&self) -> History {
        History {
            replid: self.replid,
            replid2: self.replid2,
            second_replid_offset: self.second_replid_offset,
            master_repl_offset: self.master_repl_offset,
        }
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
