//! A master serving its replicas: SYNC, PSYNC, REPLCONF, and the background save between them.

use std::sync::Arc;

use crate::client::{Bulk, ReplicaLink, Role};
use crate::event::{Event, IdChange, LogLevel, ReplicaState};
use crate::ids::{NextByte, Offset};
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::psync::{self, Decision, PsyncRequest, Refusal};
use crate::replication::replica::ReplState;
use crate::resp::parse_i64_strict;

/// `CONFIG_RUN_ID_SIZE` and the like never matter here; this one does: a file goes out in such pieces
/// (`PROTO_IOBUF_LEN`).
const BULK_CHUNK: usize = 16 * 1024;

/// `NI_MAXHOST`-like bound of REPLCONF ip-address (`NET_IP_STR_LEN` - 1).
const IP_LEN_MAX: usize = 45;

impl Node {
    /// `syncCommand`: SYNC, and PSYNC with its two arguments.
    pub(crate) fn sync_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let Some(client) = self.clients.get(&conn) else { return };
        if client.is_replica() {
            return;
        }
        if self.repl.masterhost.is_some() && self.repl.state != ReplState::Connected {
            self.add_reply(conn, b"-NOMASTERLINK Can't SYNC while not connected with my master\r\n");
            return;
        }
        if !client.out.is_empty() {
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
            // Bytes were written that no backlog kept: under the old ID somebody could ask for them.
            self.change_replication_id();
            self.clear_replication_id2();
            self.ids_changed(IdChange::BacklogCreated);
            self.create_replication_backlog();
        }
        self.attach_to_bgsave(conn);
    }

    /// Makes a client a replica, at the tail of the list.
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

    fn set_replica_state(&mut self, conn: ConnId, to: ReplicaState) {
        let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.replica_mut()) else { return };
        let from = std::mem::replace(&mut link.state, to);
        self.event(|| Event::ReplicaState { conn, from: Some(from), to });
    }

    /// The choice at the end of `syncCommand`: attach to the running save, wait for the next, or start one.
    fn attach_to_bgsave(&mut self, conn: ConnId) {
        let saving_to_disk = self.child.is_some();
        if !saving_to_disk {
            // Diskless transfers, which wait for more replicas, have their place here.
            // A failure has told every waiting replica already.
            let _ = self.start_bgsave_for_replication();
            return;
        }
        // The first replica that waits for the running save lends its output buffer, if the new one can do all it can.
        let first = self.replicas_in(ReplicaState::WaitBgsaveEnd).first().copied();
        let capable = |new: ConnId, old: ConnId| {
            let (Some(new), Some(old)) = (self.clients.get(&new), self.clients.get(&old)) else { return false };
            (new.capa_eof || !old.capa_eof) && (new.capa_psync2 || !old.capa_psync2)
        };
        match first.filter(|&other| capable(conn, other)) {
            Some(other) => {
                let (pending, offset) = self
                    .clients
                    .get(&other)
                    .map(|client| {
                        let offset = client.replica().map_or(Offset(0), |link| link.initial_offset);
                        (client.out.pending().to_vec(), offset)
                    })
                    .unwrap_or_default();
                if let Some(client) = self.clients.get_mut(&conn) {
                    client.out.clear();
                    client.out.push(&pending);
                }
                self.replication_setup_slave_for_full_resync(conn, offset);
                self.log(LogLevel::Notice, || "Waiting for end of BGSAVE for SYNC".into());
            }
            None => self.log(LogLevel::Notice, || {
                "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC".into()
            }),
        }
    }

    /// `masterTryPartialResynchronization`: true if the replica goes on from where it was. The decision itself is
    /// [`psync::decide`].
    fn master_try_partial_resynchronization(&mut self, conn: ConnId, replid: &[u8], offset: &[u8]) -> bool {
        let request = PsyncRequest { replid: replid.to_vec(), next: parse_i64_strict(offset).map(NextByte) };
        let verdict = psync::decide(request, self.repl.history(), self.repl.window());
        let name = self.clients.get(&conn).map(|client| client.replica_name()).unwrap_or_default();
        self.log_verdict(&verdict, &name);
        let decision = verdict.decision;
        let next = verdict.request.next;
        self.event(|| Event::Verdict { conn, verdict });
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
                        "Unable to partial resync with replica {name} for lack of backlog (Replica request was: {next})."
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

    /// The accepting half: `+CONTINUE`, then the tail of the backlog (`addReplyReplicationBacklog`).
    fn accept_partial_resync(&mut self, conn: ConnId, next: NextByte, name: &str) {
        self.become_replica(conn, ReplicaState::Online, false);
        let psync2 = self.clients.get(&conn).is_some_and(|client| client.capa_psync2);
        let line = if psync2 { format!("+CONTINUE {}\r\n", self.repl.replid) } else { "+CONTINUE\r\n".to_owned() };
        if !self.write_direct(conn, line.as_bytes()) {
            self.free_client_async(conn);
            return;
        }
        let tail = self.repl.backlog.as_ref().and_then(|backlog| backlog.tail(next)).unwrap_or_default();
        self.add_reply(conn, &tail);
        let sent = tail.len();
        self.log(LogLevel::Notice, || {
            format!(
                "Partial resynchronization request from {name} accepted. Sending {sent} bytes of backlog starting from \
                 offset {next}."
            )
        });
        self.refresh_good_slaves_count();
    }

    /// `replicationSetupSlaveForFullResync`: the replica learns which history, and which offset of it, the RDB stands
    /// for. The next command in the stream is preceded by SELECT, since the RDB says nothing of a selected database.
    fn replication_setup_slave_for_full_resync(&mut self, conn: ConnId, offset: Offset) {
        self.repl.slaveseldb = None;
        let line = format!("+FULLRESYNC {} {offset}\r\n", self.repl.replid);
        let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.replica_mut()) else { return };
        link.initial_offset = offset;
        let pre_psync = link.pre_psync;
        self.set_replica_state(conn, ReplicaState::WaitBgsaveEnd);
        if !pre_psync && !self.write_direct(conn, line.as_bytes()) {
            self.free_client_async(conn);
        }
    }

    /// `startBgsaveForReplication`: one save for all replicas that wait for one. If it cannot start, all are told and
    /// closed.
    pub(crate) fn start_bgsave_for_replication(&mut self) -> Result<(), String> {
        self.log(LogLevel::Notice, || "Starting BGSAVE for SYNC with target: disk".into());
        let waiting = self.replicas_in(ReplicaState::WaitBgsaveStart);
        let started = match self.rdb_populate_save_info() {
            Some(_) => self.bgsave(),
            None => Err("replication information not available, can't generate the RDB file".into()),
        };
        if let Err(error) = started {
            self.log(LogLevel::Warning, || format!("BGSAVE for replication failed: {error}"));
            for conn in waiting {
                self.repl.replicas.retain(|&other| other != conn);
                if let Some(client) = self.clients.get_mut(&conn) {
                    client.role = Role::Normal;
                }
                self.add_reply(conn, b"-ERR BGSAVE failed, replication can't continue\r\n");
                if let Some(client) = self.clients.get_mut(&conn) {
                    client.close_after_reply = true;
                }
            }
            return Err(error);
        }
        let offset = self.repl.master_repl_offset;
        for conn in waiting {
            self.replication_setup_slave_for_full_resync(conn, offset);
        }
        // replicationScriptCacheFlush has its place here.
        Ok(())
    }

    /// The attached replicas in one state, in order of attachment.
    pub(crate) fn replicas_in(&self, state: ReplicaState) -> Vec<ConnId> {
        self.replicas_where(|link| link.state == state)
    }

    /// `updateSlavesWaitingBgsave`: the save ended; who waited for it gets the file, who waits for the next gets one.
    pub(crate) fn update_slaves_waiting_bgsave(&mut self, file: Option<Arc<[u8]>>) {
        for conn in self.replicas_in(ReplicaState::WaitBgsaveEnd) {
            match &file {
                None => {
                    self.log(LogLevel::Warning, || "SYNC failed. BGSAVE child returned an error".into());
                    self.free_client(conn, true);
                }
                Some(file) => {
                    let preamble = format!("${}\r\n", file.len()).into_bytes();
                    let bulk = Bulk { preamble, file: Arc::clone(file), sent: 0 };
                    if let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.replica_mut()) {
                        link.bulk = Some(bulk);
                    }
                    self.set_replica_state(conn, ReplicaState::SendBulk);
                    self.queue_write(conn);
                }
            }
        }
        if !self.replicas_in(ReplicaState::WaitBgsaveStart).is_empty() {
            // A failure has told every waiting replica already.
            let _ = self.start_bgsave_for_replication();
        }
    }

    /// `sendBulkToSlave`: the preamble and the file, as far as the kernel has room.
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

    /// `putSlaveOnline`: the RDB is over, the stream begins with what has gathered meanwhile.
    fn put_slave_online(&mut self, conn: ConnId) {
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

    /// `refreshGoodSlavesCount`: replicas that are online and acknowledged lately. Does nothing unless both options are
    /// set.
    pub(crate) fn refresh_good_slaves_count(&mut self) {
        if self.config.min_replicas_to_write == 0 || self.config.min_replicas_max_lag == 0 {
            return;
        }
        let oldest = self.now.unix_s() - self.config.min_replicas_max_lag;
        self.repl.good_replicas =
            self.replicas().filter(|(_, link)| link.state == ReplicaState::Online && link.ack_time >= oldest).count()
                as i64;
    }

    /// What `freeClient` does for a replica.
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

    /// `disconnectSlaves`: every replica must ask again. Output not sent yet is lost; PSYNC recovers it.
    pub(crate) fn disconnect_slaves(&mut self) {
        while let Some(&conn) = self.repl.replicas.first() {
            self.free_client(conn, true);
        }
    }

    /// `replconfCommand`: pairs of option and value, left to right; what was taken before an error stays taken.
    pub(crate) fn replconf_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        if argv.len().is_multiple_of(2) {
            self.add_reply(conn, b"-ERR syntax error\r\n");
            return;
        }
        for pair in argv[1..].chunks_exact(2) {
            let (option, value) = (pair[0].to_ascii_lowercase(), &pair[1]);
            match option.as_slice() {
                b"listening-port" => {
                    let Some(port) = parse_i64_strict(value) else {
                        self.add_reply(conn, b"-ERR value is not an integer or out of range\r\n");
                        return;
                    };
                    if let Some(client) = self.clients.get_mut(&conn) {
                        // Redis keeps an int; what is no port can only be shown, so the nearest will do.
                        client.listening_port = port.clamp(0, 65535) as u16;
                    }
                }
                b"ip-address" => {
                    if value.len() > IP_LEN_MAX {
                        let error = format!(
                            "-ERR REPLCONF ip-address provided by replica instance is too long: {} bytes\r\n",
                            value.len()
                        );
                        self.add_reply(conn, error.as_bytes());
                        return;
                    }
                    if let Some(client) = self.clients.get_mut(&conn) {
                        client.announced_ip = String::from_utf8_lossy(value).into_owned();
                    }
                }
                b"capa" => {
                    if let Some(client) = self.clients.get_mut(&conn) {
                        client.capa_eof |= value.eq_ignore_ascii_case(b"eof");
                        client.capa_psync2 |= value.eq_ignore_ascii_case(b"psync2");
                    }
                }
                b"ack" => {
                    self.replica_acked(conn, value);
                    return;
                }
                b"getack" => {
                    if self.repl.masterhost.is_some() && self.repl.master.is_some() {
                        self.replication_send_ack();
                    }
                    return;
                }
                _ => {
                    let error = format!(
                        "-ERR Unrecognized REPLCONF option: {}\r\n",
                        String::from_utf8_lossy(&pair[0]).replace(['\r', '\n'], " ")
                    );
                    self.add_reply(conn, error.as_bytes());
                    return;
                }
            }
        }
        self.add_reply(conn, b"+OK\r\n");
    }

    /// REPLCONF ACK: never answered, whoever sends it.
    fn replica_acked(&mut self, conn: ConnId, value: &[u8]) {
        let now = self.now.unix_s();
        let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.replica_mut()) else { return };
        let Some(offset) = parse_i64_strict(value).map(Offset) else { return };
        link.ack_off = link.ack_off.max(offset);
        link.ack_time = now;
        if link.put_online_on_ack && link.state == ReplicaState::Online {
            self.put_slave_online(conn);
        }
        self.event(|| Event::Acked { conn, offset });
    }

    /// `freeClientAsync`: closed by the next serverCron.
    pub(crate) fn free_client_async(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.close_asap = true;
        }
    }
}
