//! `replicationCron`: once a second, in exactly this order (spec 7).

use crate::clients::Clients;
use crate::event::{FeedKind, IdChange, LinkChange, LogLevel, ReplicaState};
use crate::node::{Child, Context, Node};
use crate::replication::ReplState;
use crate::replication::downstream::Downstream;
use crate::replication::state::Replication;
use crate::replication::upstream::Upstream;
use crate::replication::upstream::link::Link;
use crate::steps::step::ReplicationCron as Step;
use crate::steps::{Field, Function, Steps};

impl Node {
    pub(crate) fn replication_cron(&mut self) {
        self.within(Function::ReplicationCron, |node| {
            // 1, 2, 3: timeout of the handshake, the transfer or the stream.
            node.time_out_master();
            // 4: connect, also in the tick in which one of the above timed out.
            let (repl, mut context) = node.replication();
            if repl.upstream.state() == ReplState::Connect && !repl.upstream.waits_after_refusal(context.now) {
                context.calls(Step::Connect);
                repl.upstream.connect_with_master(&mut context);
            }
            // 5: ACK.
            node.replication_send_periodic_ack();
            // 6: PING; on a replica this does nothing.
            let (loops, period) = (node.repl.cron_loops, node.config.repl_ping_replica_period);
            let replicas = node.repl.downstream.replicas.len();
            if node.check(Step::IsPingDue, loops % period == 0 && replicas > 0, |v| {
                v.saw(Field::CronLoops, loops).saw(Field::PingPeriod, period).saw(Field::Count, replicas)
            }) {
                node.calls(Step::FeedPing);
                node.replication_feed_slaves(None, &["PING"], FeedKind::Ping);
            }
            let to_sockets = node.child.as_ref().is_some_and(Child::to_sockets);
            let (repl, clients, mut context) = node.replication_and_clients();
            repl.downstream.send_presync_newlines(clients, to_sockets, &mut context);
            node.disconnect_timed_out_replicas();
            let (repl, mut context) = node.replication();
            repl.expire_backlog(&mut context);
            // 10: without replicas, clear the set of scripts that all replicas have.
            let is_needed = !node.repl.downstream.replicas.is_empty() || node.aof.is_on();
            if !is_needed && node.scripts.known_count() > 0 {
                node.calls(Step::FlushScriptCache);
                node.replication_script_cache_flush();
            }
            node.start_bgsave_for_waiting();
            // 12
            let (repl, clients, mut context) = node.replication_and_clients();
            context.calls(Step::RefreshCount);
            repl.downstream.refresh_good_slaves_count(clients, &mut context);
            node.repl.cron_loops += 1;
        });
    }

    /// 1, 2, 3: the master is silent for `repl-timeout`, in the handshake, the transfer or the stream.
    fn time_out_master(&mut self) {
        let (timeout, state) = (self.config.repl_timeout, self.repl.upstream.state());
        let attempt = self.repl.upstream.attempt_last_io_s().map(|last_io| self.now.unix_s() - last_io);
        let silence = attempt.or_else(|| self.master_silence_s());
        let timed_out = silence.is_some_and(|silence| silence > timeout);
        if !self.check(Step::MasterTimedOut, timed_out, |v| {
            v.saw(Field::ReplState, state).saw(Field::Seconds, silence).saw(Field::ReplTimeout, timeout)
        }) {
            return;
        }
        let Some(conn) = self.repl.upstream.master_conn() else {
            let (repl, mut context) = self.replication();
            repl.upstream.time_out_attempt(&mut context);
            return;
        };
        self.log(LogLevel::Warning, || "MASTER timeout: no data nor PING received...".into());
        self.free_client(conn, true);
        let (repl, mut context) = self.replication();
        context.act(Step::FreeMaster, |v| v.changed(Field::ReplState, state, repl.upstream.state()));
    }
}

impl Node {
    /// For how many seconds an established link has brought nothing from the master.
    pub(crate) fn master_silence_s(&self) -> Option<i64> {
        let master = self.clients.get(&self.repl.upstream.master_conn()?)?;
        Some(self.now.unix_s() - master.last_interaction)
    }
}

impl Downstream {
    /// 7: a newline keeps a replica that waits for its RDB from timing out. It is not part of the stream and not
    /// counted in offsets. While a child writes to the sockets of the replicas that wait for the end of its save
    /// (`to_sockets`), the parent must not.
    fn send_presync_newlines(&self, clients: &mut Clients, to_sockets: bool, context: &mut Context<'_>) {
        let mut waiting = self.replicas_in(clients, ReplicaState::WaitBgsaveStart);
        if !to_sockets {
            waiting.extend(self.replicas_in(clients, ReplicaState::WaitBgsaveEnd));
        }
        context.act(Step::SendNewlines, |v| v.saw(Field::Count, waiting.len()));
        for conn in waiting {
            // Ignored: if the buffer is full, the replica has other bytes to read, which keep it from timing out too.
            let _ = clients.write_direct(conn, b"\n", context);
        }
    }
}

impl Replication {
    /// Whether the time without replicas counts against the backlog.
    pub(crate) fn backlog_ages(&self, ttl: i64) -> bool {
        self.downstream.replicas.is_empty() && ttl != 0 && self.downstream.backlog.is_some() && !self.is_replica()
    }

    /// 9: frees a backlog that had no replica for `repl-backlog-ttl`, and changes the replication ID: bytes written
    /// from now on are not kept, so no replica may ask for them under the old ID.
    fn expire_backlog(&mut self, context: &mut Context<'_>) {
        let ttl = context.config.repl_backlog_ttl;
        let without = context.now.unix_s() - self.downstream.repl_no_slaves_since;
        let counts = self.backlog_ages(ttl);
        if context.check(Step::BacklogExpired, counts && without > ttl, |v| {
            v.saw(Field::Count, self.downstream.replicas.len())
                .saw(Field::Seconds, counts.then_some(without))
                .saw(Field::BacklogTtl, ttl)
        }) {
            // One block: the second and the third function are entered from the same step.
            context.calls(Step::EndHistory);
            self.history.change_replication_id(context);
            self.history.clear_replication_id2(context);
            self.history.ids_changed(IdChange::BacklogExpired, context);
            self.downstream.free_replication_backlog(context);
            context.log(LogLevel::Notice, || {
                format!("Replication backlog freed after {ttl} seconds without connected replicas.")
            });
        }
    }
}

impl Upstream {
    /// When something last came on the connection of the handshake or the transfer, in Unix seconds
    /// (`repl_transfer_lastio`).
    pub(crate) fn attempt_last_io_s(&self) -> Option<i64> {
        match self.link() {
            Link::Connecting { last_io, .. } => Some(*last_io),
            Link::Handshake(_, socket) | Link::Transfer(socket, _) => Some(socket.last_io),
            Link::None | Link::Connect | Link::Connected(_) => None,
        }
    }

    /// 1, 2: nothing arrived on the connection of the handshake or the transfer for `repl-timeout`.
    fn time_out_attempt(&mut self, context: &mut Context<'_>) {
        if matches!(self.link(), Link::Transfer(..)) {
            context.log(LogLevel::Warning, || {
                "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' \
                 parameter in redis.conf to a larger value."
                    .into()
            });
        } else {
            context.log(LogLevel::Warning, || "Timeout connecting to the MASTER...".into());
        }
        context.calls(Step::CancelHandshake);
        self.cancel_replication_handshake(LinkChange::Timeout, context);
    }
}
