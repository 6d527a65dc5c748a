//! The replication stream: what a master produces and what a replica passes on.

use psyncscope_resp::encode_command;

use super::Downstream;
use crate::clients::Clients;
use crate::event::{Event, FeedKind, ReplicaState};
use crate::node::{Context, Node};
use crate::outbuf::pieces_of_command;
use crate::replication::backlog::Backlog;
use crate::replication::psync::History;

impl Downstream {
    /// `createReplicationBacklog`: empty, starting at the next byte. Called for the first replica that needs a full
    /// resync, at the end of a replica's own full sync, and at `+CONTINUE`. Does nothing if there is one.
    pub(crate) fn create_replication_backlog(&mut self, history: &History, context: &mut Context<'_>) {
        if self.backlog.is_some() {
            return;
        }
        let backlog = Backlog::new(context.config.repl_backlog_size, history.master_repl_offset);
        let (size, off) = (backlog.size(), backlog.off());
        self.backlog = Some(backlog);
        context.event(|| Event::BacklogCreated { size, off });
    }

    /// `freeReplicationBacklog`: called when its time to live ends and before a full sync. INFO keeps showing the old
    /// numbers, as in Redis.
    pub(crate) fn free_replication_backlog(&mut self, context: &mut Context<'_>) {
        if let Some(backlog) = self.backlog.take() {
            self.freed_backlog = (backlog.off().0, backlog.histlen());
            context.event(|| Event::BacklogFreed);
        }
    }

    /// `resizeReplicationBacklog`, after CONFIG SET: a new size drops the content.
    pub(crate) fn resize_replication_backlog(&mut self, history: &History, context: &mut Context<'_>) {
        let size = context.config.repl_backlog_size;
        if let Some(backlog) = &mut self.backlog
            && backlog.size() != size
        {
            backlog.resize(size, history.master_repl_offset);
            let off = backlog.off();
            context.event(|| Event::BacklogCreated { size, off });
        }
    }

    /// `feedReplicationBacklog` and `feedReplicationBacklogWithObject`: the only function that advances `master_repl_offset` on a master.
    pub(crate) fn feed_replication_backlog(
        &mut self,
        history: &mut History,
        bytes: &[u8],
        kind: FeedKind,
        context: &mut Context<'_>,
    ) {
        let Some(backlog) = &mut self.backlog else { return };
        let from = history.master_repl_offset.next();
        history.master_repl_offset = history.master_repl_offset.plus(bytes.len());
        backlog.feed(bytes, history.master_repl_offset);
        let len = bytes.len();
        context.event(|| Event::Fed { from, len, kind });
    }

    /// Queues stream bytes for all replicas except those in WAIT_BGSAVE_START: their RDB will contain the change.
    fn feed_replicas(&self, clients: &mut Clients, pieces: &[&[u8]], context: &mut Context<'_>) {
        for conn in self.replicas_where(clients, |link| link.state != ReplicaState::WaitBgsaveStart) {
            clients.add_pieces(conn, pieces, context);
        }
    }
}

/// What concerns both sides.
impl Node {
    /// `replicationFeedSlaves`: adds a command to the backlog and to the output of the replicas, after a SELECT if
    /// the database differs from the stream's. `db` is `None` for commands without a database (PING), which never
    /// cause a SELECT.
    ///
    /// A replica produces no stream of its own: it forwards its master's, byte for byte.
    pub(crate) fn replication_feed_slaves(&mut self, db: Option<usize>, argv: &[impl AsRef<[u8]>], kind: FeedKind) {
        let (repl, clients, mut context) = self.replication_and_clients();
        let downstream = &mut repl.downstream;
        if repl.upstream.master.is_some() || (downstream.backlog.is_none() && downstream.replicas.is_empty()) {
            return;
        }
        if let Some(db) = db
            && downstream.slaveseldb != Some(db)
        {
            let select = encode_command(&["SELECT", &db.to_string()]);
            downstream.feed_replication_backlog(&mut repl.history, &select, FeedKind::Select, &mut context);
            downstream.feed_replicas(clients, &[&select], &mut context);
            downstream.slaveseldb = Some(db);
        }
        let bytes = encode_command(argv);
        downstream.feed_replication_backlog(&mut repl.history, &bytes, kind, &mut context);
        downstream.feed_replicas(clients, &pieces_of_command(&bytes, argv), &mut context);
    }

    /// `replicationFeedSlavesFromMasterStream`: forwards the applied bytes of the master's stream unchanged, so that
    /// offsets and IDs are equal along a chain.
    pub(crate) fn replication_feed_slaves_from_master_stream(&mut self, bytes: &[u8]) {
        let (repl, clients, mut context) = self.replication_and_clients();
        repl.downstream.feed_replication_backlog(&mut repl.history, bytes, FeedKind::Proxied, &mut context);
        repl.downstream.feed_replicas(clients, &[bytes], &mut context);
    }
}
