//! The replica's side: the link to a master, from `connectWithMaster` to the stream.
//!
//! [`Upstream`] owns the state, and its methods take what they need in a [`Context`]. What also concerns clients, the
//! dataset or the node's own replicas is done by `impl Node` blocks beside them.

pub(crate) mod cached_master;
pub(crate) mod cancel;
pub(crate) mod handshake;
pub(crate) mod link;
pub(crate) mod refusal;
pub(crate) mod replicaof;
pub(crate) mod transfer;

use crate::config::Config;
use crate::event::{Event, LinkChange};
use crate::ids::{Offset, ReplId};
use crate::io::ConnId;
use crate::node::Context;
use crate::time::Instant;
use cached_master::CachedMaster;
use link::{Link, ReplState, Step};
use refusal::Refusal;

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
    link: Link,
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
    newline_sent: i64,
    /// The number of the next connection to a master.
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

    /// Sets `repl_state`, and returns the link as it was.
    fn set_link(&mut self, link: Link, why: LinkChange, context: &mut Context<'_>) -> Link {
        if matches!(link, Link::None | Link::Connected(_)) {
            self.refusal = None;
        }
        let old = std::mem::replace(&mut self.link, link);
        self.state_changed(old.state(), why, context);
        old
    }

    /// The next state of the handshake.
    fn set_step(&mut self, to: Step, why: LinkChange, context: &mut Context<'_>) {
        let from = self.state();
        if let Link::Handshake(step, _) = &mut self.link {
            *step = to;
        }
        self.state_changed(from, why, context);
    }

    fn state_changed(&self, from: ReplState, why: LinkChange, context: &mut Context<'_>) {
        let to = self.state();
        if from != to {
            context.event(|| Event::ReplState { from, to, why });
        }
    }
}
