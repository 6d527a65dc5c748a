//! Builds [`NodeView`], and getters for checkers.

use std::sync::Arc;

use crate::ids::{Offset, ReplId};
use crate::node::Node;
use crate::replication::ReplState;
use crate::replication::backlog::Backlog;
use crate::replication::psync::{BacklogWindow, History, PsyncRequest, PsyncVerdict, decide};
use crate::replication::upstream::link::Link;
use crate::replication::upstream::transfer::Size;
use crate::view::{BacklogView, CachedMasterView, NodeView, ReplicaView, UpstreamView};

/// `last` if it equals `new`, so that equal parts are shared.
fn share<T: PartialEq + ?Sized>(new: Arc<T>, last: Option<&Arc<T>>) -> Arc<T> {
    match last {
        Some(last) if *last == new => Arc::clone(last),
        _ => new,
    }
}

impl Node {
    /// The state after the last turn. Parts equal to those of `last` are shared with it.
    #[must_use]
    pub fn view(&self, last: Option<&NodeView>) -> NodeView {
        let backlog = self.repl.backlog.as_ref().map(|backlog| match last.and_then(|last| last.backlog.as_ref()) {
            Some(last) if last.0.is_unchanged(backlog) => Arc::clone(last),
            _ => Arc::new(BacklogView(backlog.clone())),
        });
        let upstream =
            self.upstream_view().map(|view| share(Arc::new(view), last.and_then(|last| last.upstream.as_ref())));
        let replicas = share(self.replica_views().into(), last.map(|last| &last.replicas));
        let keyspace: Arc<[(u32, u64, u64)]> = self.keyspace.counts().into();
        NodeView {
            replid: self.repl.history.replid,
            replid2: self.repl.history.replid2,
            second_replid_offset: self.repl.history.second_replid_offset,
            master_repl_offset: self.repl.history.master_repl_offset,
            slaveseldb: self.repl.slaveseldb.map_or(-1, |db| db as i64),
            backlog,
            backlog_size: self.config.repl_backlog_size,
            upstream: upstream.clone(),
            replicas: Arc::clone(&replicas),
            keyspace: share(keyspace, last.map(|last| &last.keyspace)),
            saving: self.is_saving(),
            loading: self.loading.as_ref().map(|load| (load.loaded_bytes as u64, load.total_bytes as u64)),
            info: self.info_with(upstream, replicas),
        }
    }

    pub(crate) fn upstream_view(&self) -> Option<UpstreamView> {
        let upstream = &self.repl.upstream;
        let master = upstream.master.clone()?;
        let live = self.master_link();
        let transfer = match upstream.link() {
            Link::Transfer(_, transfer) => {
                let size = match transfer.size {
                    Size::Bytes(size) => u64::try_from(size).ok(),
                    Size::Unknown | Size::Mark(_) => None,
                };
                Some((transfer.read as u64, size))
            }
            _ => None,
        };
        Some(UpstreamView {
            host: master.host,
            port: master.port,
            state: upstream.state(),
            conn: upstream.link().conn(),
            reploff: live.map(|link| link.reploff),
            read_reploff: live.map(|link| link.read_reploff),
            cached_master: upstream.cached_master.as_ref().map(|cached| CachedMasterView {
                replid: cached.replid,
                reploff: cached.reploff,
                db: cached.db as u32,
            }),
            transfer,
            down_since: upstream.repl_down_since,
        })
    }

    pub(crate) fn replica_views(&self) -> Vec<ReplicaView> {
        self.replicas()
            .map(|(client, link)| ReplicaView {
                conn: client.conn,
                ip: client.replica_ip().to_owned(),
                port: client.listening_port,
                state: link.state,
                ack_offset: link.ack_off,
                lag_s: self.replica_lag(link),
                output_pending: client.out.len(),
                bulk: link.bulk.as_ref().map(|bulk| (bulk.sent as u64, bulk.file.len() as u64)),
            })
            .collect()
    }

    // ---- for checkers -------------------------------------------------------------------------------------------

    /// The replication history.
    #[must_use]
    pub fn history(&self) -> History {
        self.repl.history
    }

    /// The range of the backlog, if there is one.
    #[must_use]
    pub fn backlog_window(&self) -> Option<BacklogWindow> {
        self.repl.window()
    }

    /// The backlog.
    #[must_use]
    pub fn backlog(&self) -> Option<&Backlog> {
        self.repl.backlog.as_ref()
    }

    /// `repl_state`.
    #[must_use]
    pub fn repl_state(&self) -> ReplState {
        self.repl.upstream.state()
    }

    /// The configured master: host and port.
    #[must_use]
    pub fn master_address(&self) -> Option<(&str, u16)> {
        self.repl.upstream.master.as_ref().map(|master| (master.host.as_str(), master.port))
    }

    /// (bytes applied, bytes received) of the current link to the master.
    #[must_use]
    pub fn master_link_offsets(&self) -> Option<(Offset, Offset)> {
        let link = self.master_link()?;
        Some((link.reploff, link.read_reploff))
    }

    /// The replication ID of the current link to the master.
    #[must_use]
    pub fn master_link_replid(&self) -> Option<ReplId> {
        Some(self.master_link()?.replid)
    }

    /// Attached replicas, in any state.
    #[must_use]
    pub fn replica_count(&self) -> usize {
        self.repl.replicas.len()
    }

    /// What this node would decide about a PSYNC now. Has no effect.
    #[must_use]
    pub fn would_decide(&self, request: PsyncRequest) -> PsyncVerdict {
        decide(request, self.repl.history, self.repl.window())
    }
}
