//! The state of the replica's side.

use std::sync::Arc;

use super::link::{Link, ReplState};
use crate::config::Config;
use crate::ids::{Offset, ReplId};
use crate::io::ConnId;
use crate::time::Instant;

/// `masterhost` and `masterport`.
#[derive(Clone, Debug)]
pub(crate) struct MasterAddress {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// The replica's side of `struct redisServer`. Field names are Redis's where Redis has them.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// The master that is followed; `None` on a master.
    pub(crate) master: Option<MasterAddress>,
    /// `repl_state`, with the data of the state. Changed by [`Upstream::set_link`].
    pub(super) link: Link,
    pub(crate) cached_master: Option<CachedMaster>,
    /// `master_replid`: the replication ID of the last PSYNC reply.
    pub(crate) master_replid: ReplId,
    /// `master_initial_offset`.
    pub(crate) master_initial_offset: Offset,
    /// Unix seconds since which the link is down; 0 if it was never up.
    pub(crate) repl_down_since: i64,
    /// Why the link was ended from this side, until it is up again or another master is followed.
    pub(crate) refusal: Option<Refusal>,
    /// The second in which the last keep-alive newline was sent to the master.
    pub(super) newline_sent: i64,
    /// The number of the next connection that the node opens.
    next_conn: u32,
}

impl Upstream {
    pub(crate) fn new(config: &Config) -> Self {
        let master = config.replicaof.clone().map(|(host, port)| MasterAddress { host, port });
        Self {
            link: if master.is_some() { Link::Connect } else { Link::None },
            master,
            cached_master: None,
            master_replid: ReplId::EMPTY,
            master_initial_offset: Offset::UNKNOWN,
            repl_down_since: 0,
            refusal: None,
            newline_sent: -1,
            next_conn: ConnId::OUTBOUND,
        }
    }

    /// A number for a connection that the node opens: to a master, or for MIGRATE.
    pub(crate) fn new_conn(&mut self) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        conn
    }

    /// The link and the data of its state.
    pub(crate) const fn link(&self) -> &Link {
        &self.link
    }

    /// `repl_state`.
    pub(crate) const fn state(&self) -> ReplState {
        self.link.state()
    }

    /// `server.master`: the connection that carries the stream.
    pub(crate) const fn master_conn(&self) -> Option<ConnId> {
        match self.link {
            Link::Connected(conn) => Some(conn),
            _ => None,
        }
    }

    /// Whether `conn` is the connection of the handshake or the transfer, which is not a client yet.
    pub(crate) fn is_handshake_of(&self, conn: ConnId) -> bool {
        self.master_conn().is_none() && self.link.conn() == Some(conn)
    }

    /// When a started line of the handshake must have continued.
    pub(crate) fn line_deadline(&self) -> Option<Instant> {
        self.link.socket()?.line_deadline
    }
}

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

/// Why there is no link to the master at present.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// A short text on one line.
    pub(crate) reason: Arc<str>,
    /// When the link is tried again, in Unix seconds.
    pub(super) retry_at: i64,
}
