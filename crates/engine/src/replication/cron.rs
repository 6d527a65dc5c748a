//! `replicationCron`: once a second, in exactly this order (spec 7).

use crate::event::{FeedKind, IdChange, LinkChange, LogLevel, ReplicaState};
use crate::node::{Child, Context, Node};
use crate::replication::ReplState;
use crate::replication::upstream::Upstream;
use crate::replication::upstream::link::Link;

impl Node {
    pub(crate) fn replication_cron(&mut self) {
        let now = self.now.unix_s();
        let timeout = self.config.repl_timeout;
        // 1, 2: handshake or transfer timeout.
        let (repl, mut context) = self.replication();
        repl.upstream.time_out_handshake(&mut context);
        // 3: timeout of the stream.
        if let Some(conn) = self.repl.upstream.master_conn()
            && self.clients.get(&conn).is_some_and(|master| now - master.last_interaction > timeout)
        {
            self.log(LogLevel::Warning, || "MASTER timeout: no data nor PING received...".into());
            self.free_client(conn, true);
        }
        // 4: connect, also in the tick in which one of the above timed out.
        let (repl, mut context) = self.replication();
        if repl.upstream.state() == ReplState::Connect && !repl.upstream.waits_after_refusal(context.now) {
            repl.upstream.connect_with_master(&mut context);
        }
        // 5: ACK.
        self.replication_send_periodic_ack();
        // 6: PING; on a replica this does nothing.
        if self.repl.cron_loops % self.config.repl_ping_replica_period == 0 && !self.repl.replicas.is_empty() {
            self.replication_feed_slaves(None, &["PING"], FeedKind::Ping);
        }
        self.send_presync_newlines();
        self.disconnect_timed_out_replicas(now, timeout);
        self.expire_backlog(now);
        // 10: without replicas, clear the set of scripts that all replicas have.
        if self.repl.replicas.is_empty() && !self.aof.is_on() {
            self.scripts.replication_script_cache_flush();
        }
        self.start_bgsave_for_waiting(now);
        // 12
        self.refresh_good_slaves_count();
        self.repl.cron_loops += 1;
    }

    /// 7: a newline keeps a replica that waits for its RDB from timing out. It is not part of the stream and not
    /// counted in offsets.
    fn send_presync_newlines(&mut self) {
        let mut waiting = self.replicas_in(ReplicaState::WaitBgsaveStart);
        // The child writes to these sockets; the parent must not.
        if !self.child.as_ref().is_some_and(Child::to_sockets) {
            waiting.extend(self.replicas_in(ReplicaState::WaitBgsaveEnd));
        }
        for conn in waiting {
            // Ignored: if the buffer is full, the replica has other bytes to read, which keep it from timing out too.
            let _ = self.write_direct(conn, b"\n");
        }
    }

    /// 11: starts a save for the replicas that wait for one. A diskless save waits for more replicas to arrive: a
    /// delay of 5 means more than 5 whole seconds since the last byte of the replica that has waited longest.
    fn start_bgsave_for_waiting(&mut self, now: i64) {
        if self.has_child() {
            return;
        }
        let Some(mincapa) = self.waiting_capa() else { return };
        let waiting = self.replicas().filter(|(_, link)| link.state == ReplicaState::WaitBgsaveStart);
        let max_idle = waiting.map(|(client, _)| now - client.last_interaction).max().unwrap_or(0);
        if !self.config.repl_diskless_sync || max_idle > self.config.repl_diskless_sync_delay {
            // On failure all waiting replicas have their error already.
            let _ = self.start_bgsave_for_replication(mincapa);
        }
    }

    /// 8: disconnects online replicas without a recent ACK. Replicas that came with SYNC send no ACKs and never time
    /// out.
    fn disconnect_timed_out_replicas(&mut self, now: i64, timeout: i64) {
        let doomed = self.replicas_where(|link| {
            link.state == ReplicaState::Online && !link.pre_psync && now - link.ack_time > timeout
        });
        for conn in doomed {
            let name = self.clients.get(&conn).map(|client| client.replica_name()).unwrap_or_default();
            self.log(LogLevel::Warning, || format!("Disconnecting timedout replica: {name}"));
            self.free_client(conn, true);
        }
    }

    /// 9: frees a backlog that had no replica for `repl-backlog-ttl`, and changes the replication ID: bytes written
    /// from now on are not kept, so no replica may ask for them under the old ID.
    fn expire_backlog(&mut self, now: i64) {
        let ttl = self.config.repl_backlog_ttl;
        if self.repl.replicas.is_empty()
            && ttl != 0
            && self.repl.backlog.is_some()
            && !self.repl.is_replica()
            && now - self.repl.repl_no_slaves_since > ttl
        {
            let (repl, mut context) = self.replication();
            repl.history.change_replication_id(context.rng);
            repl.history.clear_replication_id2();
            repl.history.ids_changed(IdChange::BacklogExpired, &mut context);
            self.free_replication_backlog();
            self.log(LogLevel::Notice, || {
                format!("Replication backlog freed after {ttl} seconds without connected replicas.")
            });
        }
    }
}

impl Upstream {
    /// 1, 2: nothing arrived on the connection of the handshake or the transfer for `repl-timeout`.
    fn time_out_handshake(&mut self, context: &mut Context<'_>) {
        let last_io = match self.link() {
            Link::Connecting { last_io, .. } => *last_io,
            Link::Handshake(_, socket) | Link::Transfer(socket, _) => socket.last_io,
            Link::None | Link::Connect | Link::Connected(_) => return,
        };
        if context.now.unix_s() - last_io <= context.config.repl_timeout {
            return;
        }
        if matches!(self.link(), Link::Transfer(..)) {
            context.log(LogLevel::Warning, || {
                "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' \
                 parameter in redis.conf to a larger value."
                    .into()
            });
        } else {
            context.log(LogLevel::Warning, || "Timeout connecting to the MASTER...".into());
        }
        self.cancel_replication_handshake(LinkChange::Timeout, context);
    }
}
