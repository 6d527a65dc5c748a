//! Builds [`NodeView`], and getters for checkers.

use std::sync::Arc;

use crate::client::{Client, ReplicaLink};
use crate::event::ReplicaState;
use crate::ids::{Offset, ReplId};
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::ReplState;
use crate::replication::backlog::Backlog;
use crate::replication::downstream::state::slaveseldb;
use crate::replication::psync::{BacklogWindow, History};
use crate::replication::upstream::link::{Link, Size};
use crate::view::{BacklogView, CachedMasterView, NodeView, ReplicaView, StreamView, TimersView, UpstreamView};
use crate::words::{Words, put_all, put_bytes};

impl Node {
    /// The state after the last turn. Parts equal to those of `last` are shared with it.
    #[must_use]
    pub fn view(&self, last: Option<&NodeView>) -> NodeView {
        let backlog =
            self.repl.downstream.backlog.as_ref().map(|backlog| match last.and_then(|last| last.backlog.as_ref()) {
                Some(last) if last.0.is_unchanged(backlog) => Arc::clone(last),
                _ => Arc::new(BacklogView(backlog.clone())),
            });
        NodeView { backlog, ..self.view_without_backlog() }.shared_with(last)
    }

    /// Appends the words of the view, all but the backlog: what [`NodeView::take`] reads. No view is made for it, as a
    /// recording asks for the words after each turn.
    pub fn put_view(&self, words: &mut Vec<u64>) {
        let (history, buffers) = (&self.repl.history, self.buffers());
        history.replid.put(words);
        history.replid2.put(words);
        history.second_replid_offset.put(words);
        history.master_repl_offset.put(words);
        slaveseldb(self.repl.downstream.slaveseldb).put(words);
        self.config.repl_backlog_size.put(words);
        self.timers().put(words);
        self.is_saving().put(words);
        self.loading_view().put(words);
        self.now.unix_s().put(words);
        self.server_info().put(words);
        buffers.clients.put(words);
        self.memory_info(&buffers).put(words);
        self.persistence_info().put(words);
        self.stats_info().put(words);
        put_all(self.keyspace_info(), words, |db, words| db.put(words));
        let replication = self.replication_info(None, Arc::default());
        replication.good_replicas.put(words);
        replication.backlog_active.put(words);
        replication.backlog_first_byte.put(words);
        replication.backlog_histlen.put(words);
        self.upstream_view().map(|view| self.upstream_info(Arc::new(view))).put(words);
        put_all(self.replicas(), words, |(client, link), words| self.put_replica(client, link, words));
    }

    /// Appends what [`ReplicaView`] is read from.
    fn put_replica(&self, client: &Client, link: &ReplicaLink, words: &mut Vec<u64>) {
        client.conn.put(words);
        put_bytes(client.replica_ip().as_bytes(), words);
        client.listening_port.put(words);
        link.state.put(words);
        link.ack_off.put(words);
        self.replica_lag(link).put(words);
        self.replica_timeout(link).put(words);
        client.out.len().put(words);
        bulk_view(link).put(words);
    }

    fn view_without_backlog(&self) -> NodeView {
        let upstream = self.upstream_view().map(Arc::new);
        let replicas: Arc<[ReplicaView]> = self.replica_views().into();
        NodeView {
            replid: self.repl.history.replid,
            replid2: self.repl.history.replid2,
            second_replid_offset: self.repl.history.second_replid_offset,
            master_repl_offset: self.repl.history.master_repl_offset,
            slaveseldb: slaveseldb(self.repl.downstream.slaveseldb),
            backlog: None,
            backlog_size: self.config.repl_backlog_size,
            upstream: upstream.clone(),
            replicas: Arc::clone(&replicas),
            keyspace: self.keyspace.counts().into(),
            timers: self.timers(),
            saving: self.is_saving(),
            loading: self.loading_view(),
            info: self.info_with(upstream, replicas),
        }
    }

    fn timers(&self) -> TimersView {
        let (now_s, config) = (self.now.unix_s(), &self.config);
        let attempt = self.repl.upstream.attempt_last_io_s().map(|last_io| now_s - last_io);
        let silence = self.master_silence_s().or(attempt);
        let counts = self.repl.backlog_ages(config.repl_backlog_ttl);
        TimersView {
            repl_timeout: config.repl_timeout,
            upstream_s: silence.map(|silence| left_s(config.repl_timeout, silence)),
            backlog_s: counts
                .then(|| left_s(config.repl_backlog_ttl, now_s - self.repl.downstream.repl_no_slaves_since)),
        }
    }

    fn replica_timeout(&self, link: &ReplicaLink) -> Option<i64> {
        link.times_out().then(|| left_s(self.config.repl_timeout, self.now.unix_s() - link.ack_time))
    }

    fn loading_view(&self) -> Option<(u64, u64)> {
        self.loading.as_ref().map(|load| (load.loaded_bytes as u64, load.total_bytes as u64))
    }

    /// The stream that an online replica gets on this connection.
    #[must_use]
    pub fn stream_on(&self, conn: ConnId) -> Option<StreamView> {
        let link = self.clients.get(&conn)?.replica().filter(|link| link.state == ReplicaState::Online)?;
        Some(StreamView {
            replid: self.repl.history.replid,
            begins: link.initial_offset.next(),
            sent: link.initial_offset.plus(link.sent),
        })
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
            replid: live.map(|link| link.replid),
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
                timeout_s: self.replica_timeout(link),
                output_pending: client.out.len(),
                bulk: bulk_view(link),
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
        self.repl.downstream.window()
    }

    /// The backlog.
    #[must_use]
    pub fn backlog(&self) -> Option<&Backlog> {
        self.repl.downstream.backlog.as_ref()
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
}

fn bulk_view(link: &ReplicaLink) -> Option<(u64, u64)> {
    link.bulk.as_ref().map(|bulk| (bulk.sent as u64, bulk.file.len() as u64))
}

/// After how many seconds more than `limit_s` have passed, if `passed_s` have.
fn left_s(limit_s: i64, passed_s: i64) -> i64 {
    limit_s.saturating_sub(passed_s).saturating_add(1)
}
