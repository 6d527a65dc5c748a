//! The replication stream: what a master produces and what a replica passes on.

use psyncscope_resp::encode_command;

use super::Downstream;
use super::state::slaveseldb;
use crate::clients::Clients;
use crate::event::{Event, FeedKind, ReplicaState};
use crate::node::{Context, Node};
use crate::outbuf::pieces_of_command;
use crate::replication::backlog::Backlog;
use crate::replication::psync::History;
use crate::steps::{Field, Function, Step, Steps, Value, step};

impl Downstream {
    /// `createReplicationBacklog`: empty, starting at the next byte. Called for the first replica that needs a full
    /// resync, at the end of a replica's own full sync, and at `+CONTINUE`. Does nothing if there is one.
    pub(crate) fn create_replication_backlog(&mut self, history: &History, context: &mut Context<'_>) {
        use step::CreateReplicationBacklog as Step;
        context.within(Function::CreateReplicationBacklog, |context| {
            if context.check(Step::Exists, self.backlog.is_some(), |v| v.saw(Field::ReplBacklogSize, self.size())) {
                return;
            }
            let backlog = Backlog::new(context.config.repl_backlog_size, history.master_repl_offset);
            let (size, off) = (backlog.size(), backlog.off());
            self.backlog = Some(backlog);
            context.act(Step::Allocate, |v| {
                v.changed(Field::ReplBacklogSize, Value::Nothing, size)
                    .changed(Field::ReplBacklogHistlen, self.freed_backlog.1, 0_usize)
                    .saw(Field::ReplBacklogIdx, 0_usize)
            });
            context.act(Step::SetOff, |v| {
                v.changed(Field::ReplBacklogOff, self.freed_backlog.0, off)
                    .saw(Field::MasterReplOffset, history.master_repl_offset)
            });
            context.event(|| Event::BacklogCreated { size, off });
        });
    }

    /// `freeReplicationBacklog`: called when its time to live ends and before a full sync. INFO keeps showing the old
    /// numbers, as in Redis.
    pub(crate) fn free_replication_backlog(&mut self, context: &mut Context<'_>) {
        use step::FreeReplicationBacklog as Step;
        context.within(Function::FreeReplicationBacklog, |context| {
            let replicas = self.replicas.len();
            context.check(Step::IsWithoutReplicas, replicas == 0, |v| v.saw(Field::Count, replicas));
            debug_assert_eq!(replicas, 0);
            context.check(Step::Exists, self.backlog.is_some(), |v| v.saw(Field::ReplBacklogSize, self.size()));
            if let Some(backlog) = self.backlog.take() {
                self.freed_backlog = (backlog.off().0, backlog.histlen());
                context.act(Step::KeepNumbers, |v| {
                    v.saw(Field::ReplBacklogOff, backlog.off()).saw(Field::ReplBacklogHistlen, backlog.histlen())
                });
                context.act(Step::Free, |v| v.changed(Field::ReplBacklogSize, backlog.size(), Value::Nothing));
                context.event(|| Event::BacklogFreed);
            }
        });
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
        use step::FeedReplicationBacklog as Step;
        context.within(Function::FeedReplicationBacklog, |context| {
            context.check(Step::HasBacklog, self.backlog.is_some(), |v| v.saw(Field::ReplBacklogSize, self.size()));
            let Some(backlog) = &mut self.backlog else { return };
            let (before, len) = (history.master_repl_offset, bytes.len());
            history.master_repl_offset = before.plus(len);
            context.act(Step::AdvanceOffset, |v| {
                v.changed(Field::MasterReplOffset, before, history.master_repl_offset).saw(Field::Bytes, len)
            });
            // Every write comes by here: without an observer, the copy that reports nothing.
            if context.reports_steps() {
                backlog.feed_reporting(bytes, history.master_repl_offset, context);
            } else {
                backlog.feed(bytes, history.master_repl_offset);
            }
            context.event(|| Event::Fed { from: before.next(), len, kind });
        });
    }

    /// Queues stream bytes for all replicas except those in WAIT_BGSAVE_START: their RDB will contain the change.
    /// Returns how many replicas there were.
    fn feed_replicas(&self, clients: &mut Clients, pieces: &[&[u8]], context: &mut Context<'_>) -> usize {
        let fed = self.replicas_where(clients, |link| link.state != ReplicaState::WaitBgsaveStart);
        for &conn in &fed {
            clients.add_pieces(conn, pieces, context);
        }
        fed.len()
    }

    /// `slaveseldb = -1`: the next command in the stream is preceded by SELECT.
    pub(crate) fn force_select(&mut self, step: impl Into<Step>, context: &mut Context<'_>) {
        let before = self.slaveseldb.take();
        context.act(step, |v| v.changed(Field::Slaveseldb, slaveseldb(before), slaveseldb(None)));
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
        use step::ReplicationFeedSlaves as Step;
        let (repl, clients, mut context) = self.replication_and_clients();
        let downstream = &mut repl.downstream;
        context.within(Function::ReplicationFeedSlaves, |context| {
            let is_replica = repl.upstream.master.is_some();
            if context.check(Step::IsReplica, is_replica, |v| v.saw(Field::ReplState, repl.upstream.state())) {
                return;
            }
            let replicas = downstream.replicas.len();
            let nobody_listens = downstream.backlog.is_none() && replicas == 0;
            if context.check(Step::NobodyListens, nobody_listens, |v| {
                v.saw(Field::ReplBacklogSize, downstream.size()).saw(Field::Count, replicas)
            }) {
                return;
            }
            let selected = downstream.slaveseldb;
            let select = db.filter(|&db| selected != Some(db));
            #[cfg(feature = "known-bugs")]
            let select = select.filter(|_| !crate::known_bugs::is_enabled(crate::known_bugs::Bug::SkippedSelect));
            context.check(Step::NeedsSelect, select.is_some(), |v| {
                v.saw(Field::Db, db).saw(Field::Slaveseldb, slaveseldb(selected))
            });
            if let Some(db) = select {
                let bytes = encode_command(&["SELECT", &db.to_string()]);
                context.calls(Step::FeedSelect);
                downstream.feed_replication_backlog(&mut repl.history, &bytes, FeedKind::Select, context);
                #[cfg(feature = "known-bugs")]
                let bytes =
                    if crate::known_bugs::is_enabled(crate::known_bugs::Bug::StreamGap) { Vec::new() } else { bytes };
                downstream.feed_replicas(clients, &[&bytes], context);
                downstream.slaveseldb = Some(db);
                context.act(Step::SetSlaveseldb, |v| {
                    v.changed(Field::Slaveseldb, slaveseldb(selected), slaveseldb(downstream.slaveseldb))
                });
            }
            let bytes = encode_command(argv);
            context.calls(Step::FeedCommand);
            downstream.feed_replication_backlog(&mut repl.history, &bytes, kind, context);
            let fed = downstream.feed_replicas(clients, &pieces_of_command(&bytes, argv), context);
            context.act(Step::QueueForReplicas, |v| v.saw(Field::Bytes, bytes.len()).saw(Field::Count, fed));
        });
    }

    /// `replicationFeedSlavesFromMasterStream`: forwards the applied bytes of the master's stream unchanged, so that
    /// offsets and IDs are equal along a chain.
    pub(crate) fn replication_feed_slaves_from_master_stream(&mut self, bytes: &[u8]) {
        let (repl, clients, mut context) = self.replication_and_clients();
        repl.downstream.feed_replication_backlog(&mut repl.history, bytes, FeedKind::Proxied, &mut context);
        repl.downstream.feed_replicas(clients, &[bytes], &mut context);
    }
}
