//! `replicationCron`: once a second, in exactly this order (spec 7).

use crate::clients::Clients;
use crate::event::{FeedKind, IdChange, LinkChange, LogLevel, ReplicaState};
use crate::node::{Child, Context, Node};
use crate::replication::ReplState;
use crate::replication::downstream::Downstream;
use crate::replication::state::Replication;
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
        let is_ping_due = self.repl.cron_loops % self.config.repl_ping_replica_period == 0;
        if is_ping_due && !self.repl.downstream.replicas.is_empty() {
            self.replication_feed_slaves(None, &["PING"], FeedKind::Ping);
        }
        let to_sockets = self.child.as_ref().is_some_and(Child::to_sockets);
        let (repl, clients, mut context) = self.replication_and_clients();
        repl.downstream.send_presync_newlines(clients, to_sockets, &mut context);
        self.disconnect_timed_out_replicas();
        let (repl, mut context) = self.replication();
        repl.expire_backlog(&mut context);
        // 10: without replicas, clear the set of scripts that all replicas have.
        if self.repl.downstream.replicas.is_empty() && !self.aof.is_on() {
            self.scripts.replication_script_cache_flush();
        }
        self.start_bgsave_for_waiting();
        // 12
        let (repl, clients, context) = self.replication_and_clients();
        repl.downstream.refresh_good_slaves_count(clients, &context);
        self.repl.cron_loops += 1;
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
        for conn in waiting {
            // Ignored: if the buffer is full, the replica has other bytes to read, which keep it from timing out too.
            let _ = clients.write_direct(conn, b"\n", context);
        }
    }
}

impl Replication {
    /// 9: frees a backlog that had no replica for `repl-backlog-ttl`, and changes the replication ID: bytes written
    /// from now on are not kept, so no replica may ask for them under the old ID.
    fn expire_backlog(&mut self, context: &mut Context<'_>) {
        let ttl = context.config.repl_backlog_ttl;
        if self.downstream.replicas.is_empty()
            && ttl != 0
            && self.downstream.backlog.is_some()
            && !self.is_replica()
            && context.now.unix_s() - self.downstream.repl_no_slaves_since > ttl
        {
            self.history.change_replication_id(context.rng);
            self.history.clear_replication_id2();
            self.history.ids_changed(IdChange::BacklogExpired, context);
            self.downstream.free_replication_backlog(context);
            context.log(LogLevel::Notice, || {
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
