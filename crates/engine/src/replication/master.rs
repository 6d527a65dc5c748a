//! The master's side: SYNC and PSYNC, sending the RDB file, and losing replicas.

use crate::client::{ReplicaLink, Role};
use crate::event::{Event, IdChange, LogLevel, PsyncReply, ReplicaState};
use crate::ids::{NextByte, Offset};
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::ReplState;
use crate::replication::psync::{self, Decision, PsyncRequest, Refusal};
use psyncscope_resp::parse_i64_strict;

/// Bytes of the RDB file sent at once (`PROTO_IOBUF_LEN`).
const BULK_CHUNK: usize = 16 * 1024;

impl Node {
    /// `syncCommand`: SYNC, and PSYNC with its two arguments.
    pub(crate) fn sync_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let Some(client) = self.clients.get(&conn) else { return };
        if client.is_replica() {
            return;
        }
        if self.repl.is_replica() && self.repl.upstream.state() != ReplState::Connected {
            self.add_reply(conn, b"-NOMASTERLINK Can't SYNC while not connected with my master\r\n");
            return;
        }
        if client.client_has_pending_replies() {
            self.add_reply(conn, b"-ERR SYNC and PSYNC are invalid with pending output\r\n");
            return;
        }
        let name = client.replica_name();
        self.log(LogLevel::Notice, || format!("Replica {name} asks for synchronization"));
        let is_psync = argv[0].eq_ignore_ascii_case(b"psync");
        if is_psync {
            if self.master_try_partial_resynchronization(conn, &argv[1], &argv[2]) {
                self.stats.sync_partial_ok += 1;
                return;
            }
            if argv[1].first() != Some(&b'?') {
                self.stats.sync_partial_err += 1;
            }
        }
        self.stats.sync_full += 1;
        self.become_replica(conn, ReplicaState::WaitBgsaveStart, !is_psync);
        if self.repl.replicas.len() == 1 && self.repl.backlog.is_none() {
            // Writes before this were not kept in a backlog. Under a new ID no replica can ask for them.
            let (repl, mut context) = self.replication();
            repl.history.change_replication_id(context.rng);
            repl.history.clear_replication_id2();
            repl.history.ids_changed(IdChange::BacklogCreated, &mut context);
            self.create_replication_backlog();
        }
        self.attach_to_bgsave(conn);
    }

    /// Makes a client a replica, appended to the list of replicas.
    fn become_replica(&mut self, conn: ConnId, state: ReplicaState, pre_psync: bool) {
        let now = self.now.unix_s();
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.role = Role::Replica(ReplicaLink {
            state,
            ack_off: Offset(0),
            ack_time: now,
            put_online_on_ack: false,
            initial_offset: Offset(0),
            pre_psync,
            bulk: None,
        });
        self.repl.replicas.push(conn);
        self.event(|| Event::ReplicaState { conn, from: None, to: state });
    }

    /// `masterTryPartialResynchronization`: true if the partial resync was accepted. The decision itself is
    /// [`psync::decide`].
    fn master_try_partial_resynchronization(&mut self, conn: ConnId, replid: &[u8], offset: &[u8]) -> bool {
        let request = PsyncRequest { replid: replid.to_vec(), next: parse_i64_strict(offset).map(NextByte) };
        let verdict = psync::decide(request, self.repl.history, self.repl.window());
        let name = self.clients.get(&conn).map(|client| client.replica_name()).unwrap_or_default();
        self.log_verdict(&verdict, &name);
        let decision = verdict.decision;
        let next = verdict.request.next;
        self.event(|| Event::Verdict { conn, verdict: Box::new(verdict) });
        match (decision, next) {
            (Decision::Continue { .. }, Some(next)) => {
                self.accept_partial_resync(conn, next, &name);
                true
            }
            (Decision::Full(Refusal::BadOffset), _) => {
                self.add_reply(conn, b"-ERR value is not an integer or out of range\r\n");
                false
            }
            _ => false,
        }
    }

    fn log_verdict(&mut self, verdict: &psync::PsyncVerdict, name: &str) {
        let asked = String::from_utf8_lossy(&verdict.request.replid).into_owned();
        let next = verdict.request.next.map_or(0, |next| next.0);
        let history = verdict.history;
        match verdict.decision {
            Decision::Continue { .. } | Decision::Full(Refusal::BadOffset) => {}
            Decision::Full(Refusal::FullRequested) => {
                self.log(LogLevel::Notice, || format!("Full resync requested by replica {name}"));
            }
            Decision::Full(Refusal::IdMismatch) => self.log(LogLevel::Notice, || {
                format!(
                    "Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '{asked}', my \
                     replication IDs are '{}' and '{}')",
                    history.replid, history.replid2
                )
            }),
            Decision::Full(Refusal::PastSecondOffset) => self.log(LogLevel::Notice, || {
                format!(
                    "Partial resynchronization not accepted: Requested offset for second ID was {next}, but I can \
                     reply up to {}",
                    history.second_replid_offset
                )
            }),
            Decision::Full(Refusal::NoBacklog | Refusal::Overwritten | Refusal::Future) => {
                self.log(LogLevel::Notice, || {
                    format!(
                        "Unable to partial resync with replica {name} for lack of backlog (Replica request was: \
                         {next})."
                    )
                });
                if next > history.master_repl_offset.0 {
                    self.log(LogLevel::Warning, || {
                        format!(
                            "Warning: replica {name} tried to PSYNC with an offset that is greater than the master \
                             replication offset."
                        )
                    });
                }
            }
        }
    }

    /// `addReplyReplicationBacklog`: queues the backlog from this byte on for one replica and returns its length, 0
    /// if nothing is missing. Called when a PSYNC is accepted, after `+CONTINUE`.
    fn add_reply_replication_backlog(&mut self, conn: ConnId, next: NextByte) -> usize {
        let tail = self.repl.backlog.as_ref().and_then(|backlog| backlog.tail(next)).unwrap_or_default();
        self.add_reply(conn, &tail);
        tail.len()
    }

    /// Accepts a partial resync: `+CONTINUE`, then the tail of the backlog.
    fn accept_partial_resync(&mut self, conn: ConnId, next: NextByte, name: &str) {
        self.become_replica(conn, ReplicaState::Online, false);
        let psync2 = self.clients.get(&conn).is_some_and(|client| client.capa.psync2);
        let line =
            if psync2 { format!("+CONTINUE {}\r\n", self.repl.history.replid) } else { "+CONTINUE\r\n".to_owned() };
        if !self.write_direct(conn, line.as_bytes()) {
            self.abort_direct_write(conn);
            return;
        }
        let sent = self.add_reply_replication_backlog(conn, next);
        let replid = psync2.then_some(self.repl.history.replid);
        self.event(|| Event::PsyncReplied { conn, reply: PsyncReply::Continue { replid, bytes: sent } });
        self.log(LogLevel::Notice, || {
            format!(
                "Partial resynchronization request from {name} accepted. Sending {sent} bytes of backlog starting from \
                 offset {next}."
            )
        });
        self.refresh_good_slaves_count();
    }

    /// The attached replicas in one state, in order of attachment.
    pub(crate) fn replicas_in(&self, state: ReplicaState) -> Vec<ConnId> {
        self.replicas_where(|link| link.state == state)
    }

    /// `sendBulkToSlave`: sends the preamble and the file, as far as the kernel has room.
    pub(crate) fn send_bulk_to_replica(&mut self, conn: ConnId) {
        loop {
            let Some(client) = self.clients.get_mut(&conn) else { return };
            let Role::Replica(link) = &mut client.role else { return };
            let Some(bulk) = &mut link.bulk else { return };
            if bulk.preamble.is_empty() && bulk.sent == bulk.file.len() {
                link.bulk = None;
                self.put_slave_online(conn);
                return;
            }
            let rest = if bulk.preamble.is_empty() { &bulk.file[bulk.sent..] } else { &bulk.preamble[..] };
            let n = rest.len().min(BULK_CHUNK).min(client.room);
            if n == 0 {
                return;
            }
            let bytes = rest[..n].to_vec();
            client.room -= n;
            if bulk.preamble.is_empty() {
                bulk.sent += n;
            } else {
                bulk.preamble.drain(..n);
            }
            self.stats.net_output_bytes += n as u64;
            self.out.outputs.push(crate::io::Output::Send { conn, bytes });
        }
    }

    /// `putSlaveOnline`: called when the file was sent, and at the first ACK after a diskless transfer. The stream
    /// begins with the output that was queued meanwhile.
    pub(crate) fn put_slave_online(&mut self, conn: ConnId) {
        let now = self.now.unix_s();
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let name = client.replica_name();
        if let Some(link) = client.replica_mut() {
            link.put_online_on_ack = false;
            link.ack_time = now;
        }
        self.set_replica_state(conn, ReplicaState::Online);
        self.queue_write(conn);
        self.refresh_good_slaves_count();
        self.log(LogLevel::Notice, || format!("Synchronization with replica {name} succeeded"));
    }

    /// `refreshGoodSlavesCount`: counts the replicas that are online and have a recent ACK. Called by cron, when a
    /// replica comes online or is lost, and by CONFIG SET. Does nothing unless both options are set.
    pub(crate) fn refresh_good_slaves_count(&mut self) {
        if self.config.min_replicas_to_write == 0 || self.config.min_replicas_max_lag == 0 {
            return;
        }
        let oldest = self.now.unix_s() - self.config.min_replicas_max_lag;
        self.repl.good_replicas =
            self.replicas().filter(|(_, link)| link.state == ReplicaState::Online && link.ack_time >= oldest).count()
                as i64;
    }

    /// The part of `freeClient` for replicas.
    pub(crate) fn replica_freed(&mut self, client: &crate::client::Client) {
        let (conn, name) = (client.conn, client.replica_name());
        self.log(LogLevel::Warning, || format!("Connection with replica {name} lost."));
        self.repl.replicas.retain(|&other| other != conn);
        if self.repl.replicas.is_empty() {
            self.repl.repl_no_slaves_since = self.now.unix_s();
        }
        self.event(|| Event::ReplicaGone { conn, name });
        self.refresh_good_slaves_count();
    }

    /// `disconnectSlaves`: called when the master changes, on promotion, before a full sync and at `+CONTINUE` with
    /// another ID. The replicas have to reconnect. Their unsent output is lost; PSYNC recovers it.
    pub(crate) fn disconnect_slaves(&mut self) {
        while let Some(&conn) = self.repl.replicas.first() {
            self.free_client(conn, true);
        }
    }

    /// A line that must precede the stream could not be sent: the replica is closed and gets nothing until then.
    pub(crate) fn abort_direct_write(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.mute = true;
        }
        self.free_client_async(conn);
    }

    /// `freeClientAsync`: closed by the next serverCron.
    pub(crate) fn free_client_async(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.close_asap = true;
        }
    }
}
