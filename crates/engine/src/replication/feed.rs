//! The stream: what a master produces, and what a replica passes on.

use crate::event::{Event, FeedKind, ReplicaState};
use crate::node::Node;
use crate::outbuf::pieces_of_command;
use crate::replication::backlog::Backlog;
use crate::resp::encode_command;

impl Node {
    /// `createReplicationBacklog`: empty, from the next byte on. Called for the first replica that needs a full resync, at
    /// the end of a replica's own full sync, and at `+CONTINUE` where there is none.
    pub(crate) fn create_replication_backlog(&mut self) {
        let backlog = Backlog::new(self.config.repl_backlog_size, self.repl.master_repl_offset);
        let (size, off) = (backlog.size(), backlog.off());
        self.repl.backlog = Some(backlog);
        self.event(|| Event::BacklogCreated { size, off });
    }

    /// `freeReplicationBacklog`: called when its time to live ends and before a full sync. INFO goes on showing the old numbers, as Redis's do.
    pub(crate) fn free_replication_backlog(&mut self) {
        if let Some(backlog) = self.repl.backlog.take() {
            self.repl.freed_backlog = (backlog.off().0, backlog.histlen());
            self.event(|| Event::BacklogFreed);
        }
    }

    /// `resizeReplicationBacklog`, after CONFIG SET: a new size drops what the backlog held.
    pub(crate) fn resize_replication_backlog(&mut self) {
        let size = self.config.repl_backlog_size;
        let offset = self.repl.master_repl_offset;
        if let Some(backlog) = &mut self.repl.backlog
            && backlog.size() != size
        {
            backlog.resize(size, offset);
            let off = backlog.off();
            self.event(|| Event::BacklogCreated { size, off });
        }
    }

    /// `feedReplicationBacklog`: the only way for `master_repl_offset` to move on a master.
    pub(crate) fn feed_replication_backlog(&mut self, bytes: &[u8], kind: FeedKind) {
        let Some(backlog) = &mut self.repl.backlog else { return };
        let from = self.repl.master_repl_offset.next();
        self.repl.master_repl_offset = self.repl.master_repl_offset.plus(bytes.len());
        backlog.feed(bytes, self.repl.master_repl_offset);
        let len = bytes.len();
        self.event(|| Event::Fed { from, len, kind });
    }

    /// Queues stream bytes for every replica but those whose RDB will contain them anyway (WAIT_BGSAVE_START).
    fn feed_replicas(&mut self, pieces: &[&[u8]]) {
        let takers = self.replicas_where(|link| link.state != ReplicaState::WaitBgsaveStart);
        for conn in takers {
            self.add_pieces(conn, pieces);
        }
    }

    /// `replicationFeedSlaves`: one command goes to the backlog and to the replicas, after a SELECT if the database
    /// differs from the stream's. `db` is `None` for what belongs to no database (PING): it never causes a SELECT.
    ///
    /// A replica produces nothing: its stream is its master's, byte for byte.
    pub(crate) fn replication_feed_slaves(&mut self, db: Option<usize>, argv: &[impl AsRef<[u8]>], kind: FeedKind) {
        if self.repl.masterhost.is_some() || (self.repl.backlog.is_none() && self.repl.replicas.is_empty()) {
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

    /// `replicationFeedSlavesFromMasterStream`: bytes of our master's stream that we have applied go on, unchanged, so
    /// that offsets and IDs are equal all along a chain.
    pub(crate) fn replication_feed_slaves_from_master_stream(&mut self, bytes: &[u8]) {
        self.feed_replication_backlog(bytes, FeedKind::Proxied);
        self.feed_replicas(&[bytes]);
    }
}
