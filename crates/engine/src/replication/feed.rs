//! The replication stream: what a master produces and what a replica passes on.

use crate::event::{Event, FeedKind, ReplicaState};
use crate::node::Node;
use crate::outbuf::pieces_of_command;
use crate::replication::backlog::Backlog;
use psyncscope_resp::encode_command;

impl Node {
    /// `createReplicationBacklog`: empty, starting at the next byte. Called for the first replica that needs a full
    /// resync, at the end of a replica's own full sync, and at `+CONTINUE` if there is none.
    pub(crate) fn create_replication_backlog(&mut self) {
        let backlog = Backlog::new(self.config.repl_backlog_size, self.repl.history.master_repl_offset);
        let (size, off) = (backlog.size(), backlog.off());
        self.repl.backlog = Some(backlog);
        self.event(|| Event::BacklogCreated { size, off });
    }

    /// `freeReplicationBacklog`: called when its time to live ends and before a full sync. INFO keeps showing the old
    /// numbers, as in Redis.
    pub(crate) fn free_replication_backlog(&mut self) {
        if let Some(backlog) = self.repl.backlog.take() {
            self.repl.freed_backlog = (backlog.off().0, backlog.histlen());
            self.event(|| Event::BacklogFreed);
        }
    }

    /// `resizeReplicationBacklog`, after CONFIG SET: a new size drops the content.
    pub(crate) fn resize_replication_backlog(&mut self) {
        let size = self.config.repl_backlog_size;
        let offset = self.repl.history.master_repl_offset;
        if let Some(backlog) = &mut self.repl.backlog
            && backlog.size() != size
        {
            backlog.resize(size, offset);
            let off = backlog.off();
            self.event(|| Event::BacklogCreated { size, off });
        }
    }

    /// `feedReplicationBacklog`: the only function that advances `master_repl_offset` on a master.
    pub(crate) fn feed_replication_backlog(&mut self, bytes: &[u8], kind: FeedKind) {
        let Some(backlog) = &mut self.repl.backlog else { return };
        let from = self.repl.history.master_repl_offset.next();
        self.repl.history.master_repl_offset = self.repl.history.master_repl_offset.plus(bytes.len());
        backlog.feed(bytes, self.repl.history.master_repl_offset);
        let len = bytes.len();
        self.event(|| Event::Fed { from, len, kind });
    }

    /// Queues stream bytes for all replicas except those in WAIT_BGSAVE_START: their RDB will contain the change.
    fn feed_replicas(&mut self, pieces: &[&[u8]]) {
        let takers = self.replicas_where(|link| link.state != ReplicaState::WaitBgsaveStart);
        for conn in takers {
            self.add_pieces(conn, pieces);
        }
    }

    /// `replicationFeedSlaves`: adds a command to the backlog and to the output of the replicas, after a SELECT if
    /// the database differs from the stream's. `db` is `None` for commands without a database (PING), which never
    /// cause a SELECT.
    ///
    /// A replica produces no stream of its own: it forwards its master's, byte for byte.
    pub(crate) fn replication_feed_slaves(&mut self, db: Option<usize>, argv: &[impl AsRef<[u8]>], kind: FeedKind) {
        if self.repl.is_replica() || (self.repl.backlog.is_none() && self.repl.replicas.is_empty()) {
            return;
        }
        if let Some(db) = db
            && self.repl.slaveseldb != Some(db)
        {
            let select = encode_command(&["SELECT", &db.to_string()]);
            self.feed_replication_backlog(&select, FeedKind::Select);
            self.feed_replicas(&[&select]);
            self.repl.slaveseldb = Some(db);
        }
        let bytes = encode_command(argv);
        self.feed_replication_backlog(&bytes, kind);
        self.feed_replicas(&pieces_of_command(&bytes, argv));
    }

    /// `replicationFeedSlavesFromMasterStream`: forwards the applied bytes of the master's stream unchanged, so that
    /// offsets and IDs are equal along a chain.
    pub(crate) fn replication_feed_slaves_from_master_stream(&mut self, bytes: &[u8]) {
        self.feed_replication_backlog(bytes, FeedKind::Proxied);
        self.feed_replicas(&[bytes]);
    }
}
