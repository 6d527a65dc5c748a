//! The replica's handshake: `connectWithMaster`, `syncWithMaster` and `slaveTryPartialResynchronization`.
//!
//! Redis reads each reply with a blocking read, byte by byte, up to 5 seconds a byte. Here the bytes of an unfinished
//! line are kept in [`crate::replication::state::Replication::link_rx`] and a deadline replaces the 5 seconds; at the
//! deadline the read gives the same synthetic reply as Redis's failed read.

use crate::event::{Event, LogLevel, PsyncOutcome};
use crate::ids::{Offset, ReplId};
use crate::io::{CloseReason, ConnId, Output};
use crate::node::Node;
use crate::replication::replica::ReplState;
use crate::replication::transfer::Transfer;
use psyncscope_resp::{encode_command, parse_i64_strict};

/// `repl_syncio_timeout`, in milliseconds.
const SYNCIO_TIMEOUT_MS: u64 = 5000;
/// The longest reply, in bytes, including its line end (`char buf[256]`). Further bytes are read as the next reply.
const LINE_MAX: usize = 255;
/// The same for the first line of a transfer.
const BULK_LINE_MAX: usize = 1023;

/// What `slaveTryPartialResynchronization` returns after reading.
enum PsyncResult {
    WaitReply,
    TryLater,
    Continue,
    FullResync,
    NotSupported,
}

impl Node {
    /// `connectWithMaster`: called by cron only, in state CONNECT. Requests a connection, sets
    /// `repl_transfer_lastio`, and moves to CONNECTING.
    pub(crate) fn connect_with_master(&mut self) {
        let Some(host) = self.repl.masterhost.clone() else { return };
        let port = self.repl.masterport;
        self.log(LogLevel::Notice, || format!("Connecting to MASTER {host}:{port}"));
        let conn = self.new_outbound();
        self.out.outputs.push(Output::Connect { conn, host, port });
        self.forget_link();
        self.repl.link = Some(conn);
        self.repl.transfer_lastio = self.now.unix_s();
        self.set_repl_state(ReplState::Connecting, "cron");
        self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync started".into());
    }

    /// The connection is established: sends the first request.
    pub(crate) fn link_connected(&mut self, conn: ConnId, room: usize) {
        if self.repl.link != Some(conn) || self.repl.state != ReplState::Connecting {
            return;
        }
        self.repl.link_room = room;
        self.log(LogLevel::Notice, || "Non blocking connect for SYNC fired the event.".into());
        self.set_repl_state(ReplState::ReceivePong, "connected");
        self.send_synchronous_command(encode_command(&["PING"]));
    }

    /// The connection could not be made.
    pub(crate) fn link_failed(&mut self, conn: ConnId, error: &str) {
        if self.repl.link != Some(conn) {
            return;
        }
        self.log(LogLevel::Warning, || format!("Error condition on socket for SYNC: {error}"));
        self.forget_link();
        self.set_repl_state(ReplState::Connect, error);
    }

    /// Bytes on the handshake's connection.
    pub(crate) fn link_received(&mut self, bytes: &[u8]) {
        self.repl.link_rx.extend_from_slice(bytes);
        self.repl.line_deadline = None;
        // The link is not read while the file is being loaded.
        if self.loading.is_none() {
            self.link_progress();
        }
    }

    /// Reads all complete input: replies of the handshake, then the transfer, then the stream.
    pub(crate) fn link_progress(&mut self) {
        loop {
            match self.repl.state {
                _ if self.slave_is_in_handshake_state() && self.repl.link.is_some() => {
                    let Some(line) = self.take_line() else { return };
                    self.sync_with_master(&line);
                }
                ReplState::Transfer if self.repl.link.is_some() && self.loading.is_none() => {
                    if !self.read_sync_bulk_payload() {
                        return;
                    }
                }
                ReplState::Connected => {
                    // Bytes after the last line belong to the stream.
                    let rest = std::mem::take(&mut self.repl.link_rx);
                    if let Some(conn) = self.repl.master
                        && !rest.is_empty()
                    {
                        self.stream_received(conn, &rest);
                    }
                    return;
                }
                _ => return,
            }
        }
    }

    /// The next complete line without its line end (`syncReadLine`, the reading half of `sendSynchronousCommand`).
    /// Sets `repl_transfer_lastio`, from which the timeout of a handshake counts.
    pub(crate) fn take_line(&mut self) -> Option<Vec<u8>> {
        let max = if self.repl.state == ReplState::Transfer { BULK_LINE_MAX } else { LINE_MAX };
        let rx = &mut self.repl.link_rx;
        let window = &rx[..rx.len().min(max)];
        let raw: Vec<u8> = match window.iter().position(|&byte| byte == b'\n') {
            Some(end) => rx.drain(..=end).collect(),
            None if window.len() == max => rx.drain(..max).collect(),
            None => {
                if !rx.is_empty() {
                    self.repl.line_deadline = Some(self.now.mono.plus_ms(SYNCIO_TIMEOUT_MS));
                }
                return None;
            }
        };
        self.repl.line_deadline = None;
        self.repl.transfer_lastio = self.now.unix_s();
        let line = raw.strip_suffix(b"\r\n").or_else(|| raw.strip_suffix(b"\n")).unwrap_or(&raw).to_vec();
        let state = self.repl.state;
        self.event(|| Event::HandshakeReceived { state, bytes: raw });
        Some(line)
    }

    /// A started line was not completed in time.
    pub(crate) fn link_line_timed_out(&mut self) {
        self.repl.line_deadline = None;
        self.repl.link_rx.clear();
        self.link_read_failed("Connection timed out");
    }

    /// The connection ended during the handshake or the transfer.
    pub(crate) fn link_closed(&mut self, reason: CloseReason) {
        if let Some(loading) = &mut self.loading {
            loading.link_ended = Some(reason);
            return;
        }
        let error = match reason {
            CloseReason::Eof => "connection closed by the master",
            CloseReason::Reset => "Connection reset by peer",
            CloseReason::TimedOut => "Connection timed out",
        };
        self.link_read_failed(error);
    }

    /// A read on the connection of the handshake failed. In states that accept any reply, the next write would fail
    /// instead, with the same result. In RECEIVE_PSYNC Redis takes the failure for an unknown reply, which discards
    /// the cached master (spec 4.4).
    fn link_read_failed(&mut self, error: &str) {
        match self.repl.state {
            ReplState::ReceivePsync => {
                self.log(LogLevel::Warning, || {
                    format!("Unexpected reply to PSYNC from master: -Reading from master: {error}")
                });
                self.replication_discard_cached_master();
                self.event(|| Event::Outcome(PsyncOutcome::NotSupported));
                self.disconnect_slaves();
                self.free_replication_backlog();
            }
            ReplState::Transfer => {
                self.log(LogLevel::Warning, || format!("I/O error trying to sync with MASTER: {error}"));
                self.cancel_replication_handshake(error);
                return;
            }
            _ => self.log(LogLevel::Warning, || format!("Error reading from master: -Reading from master: {error}")),
        }
        self.sync_error(error);
    }

    /// `goto error` of `syncWithMaster`: closes the connection; cron starts again.
    fn sync_error(&mut self, why: &str) {
        self.undo_connect_with_master();
        self.set_repl_state(ReplState::Connect, why);
    }

    /// Sends a request of the handshake and moves to state `next`, which waits for the reply.
    fn link_request(&mut self, argv: &[impl AsRef<[u8]>], next: ReplState, what: &str) {
        if self.send_synchronous_command(encode_command(argv)) {
            self.set_repl_state(next, what);
        }
    }

    /// `sendSynchronousCommand`, the writing half (the reading half is [`Node::take_line`]): called for each request
    /// of the handshake. Returns false if the handshake failed: a request that does not fit into the kernel's buffer
    /// at once is a write error.
    fn send_synchronous_command(&mut self, bytes: Vec<u8>) -> bool {
        let Some(conn) = self.repl.link else { return false };
        if self.repl.link_room < bytes.len() {
            self.log(LogLevel::Warning, || "Sending command to master in replication handshake: no room".into());
            self.sync_error("write error");
            return false;
        }
        self.repl.link_room -= bytes.len();
        self.stats.net_output_bytes += bytes.len() as u64;
        let state = self.repl.state;
        self.event(|| Event::HandshakeSent { state, bytes: bytes.clone() });
        self.out.outputs.push(Output::Send { conn, bytes });
        true
    }

    /// `syncWithMaster`: handles one reply and sends the next request.
    fn sync_with_master(&mut self, line: &[u8]) {
        let shown = String::from_utf8_lossy(line).into_owned();
        match self.repl.state {
            ReplState::ReceivePong => {
                let tolerated = [&b"+"[..], b"-NOAUTH", b"-ERR operation not permitted"]
                    .iter()
                    .any(|start| line.starts_with(start));
                if !tolerated {
                    self.log(LogLevel::Warning, || format!("Error reply to PING from master: '{shown}'"));
                    self.sync_error(&shown);
                    return;
                }
                self.log(LogLevel::Notice, || "Master replied to PING, replication can continue...".into());
                self.set_repl_state(ReplState::SendAuth, &shown);
                self.send_auth();
            }
            ReplState::ReceiveAuth => {
                if line.first() == Some(&b'-') {
                    self.log(LogLevel::Warning, || format!("Unable to AUTH to MASTER: {shown}"));
                    self.sync_error(&shown);
                    return;
                }
                self.set_repl_state(ReplState::SendPort, &shown);
                self.send_port();
            }
            ReplState::ReceivePort => {
                self.log_replconf_error(line, "listening-port");
                self.set_repl_state(ReplState::SendIp, &shown);
                self.send_ip();
            }
            ReplState::ReceiveIp => {
                self.log_replconf_error(line, "ip-address");
                self.set_repl_state(ReplState::SendCapa, &shown);
                self.send_capa();
            }
            ReplState::ReceiveCapa => {
                self.log_replconf_error(line, "capa");
                self.set_repl_state(ReplState::SendPsync, &shown);
                self.send_psync();
            }
            ReplState::ReceivePsync => self.receive_psync(line),
            _ => {}
        }
    }

    /// An error for REPLCONF is only logged: the master may be an old version.
    fn log_replconf_error(&mut self, line: &[u8], option: &str) {
        if line.first() == Some(&b'-') {
            let shown = String::from_utf8_lossy(line).into_owned();
            self.log(LogLevel::Notice, || {
                format!("(Non critical) Master does not understand REPLCONF {option}: {shown}")
            });
        }
    }

    fn send_auth(&mut self) {
        if self.config.masterauth.is_empty() {
            self.set_repl_state(ReplState::SendPort, "no masterauth");
            self.send_port();
            return;
        }
        let password = self.config.masterauth.clone();
        self.link_request(&[&b"AUTH"[..], &password], ReplState::ReceiveAuth, "AUTH");
    }

    fn send_port(&mut self) {
        let port = match self.config.replica_announce_port {
            0 => self.config.port,
            announced => announced,
        };
        self.link_request(
            &["REPLCONF", "listening-port", &port.to_string()],
            ReplState::ReceivePort,
            "REPLCONF listening-port",
        );
    }

    fn send_ip(&mut self) {
        if self.config.replica_announce_ip.is_empty() {
            self.set_repl_state(ReplState::SendCapa, "no replica-announce-ip");
            self.send_capa();
            return;
        }
        let ip = self.config.replica_announce_ip.clone();
        self.link_request(&["REPLCONF", "ip-address", &ip], ReplState::ReceiveIp, "REPLCONF ip-address");
    }

    fn send_capa(&mut self) {
        self.link_request(&["REPLCONF", "capa", "eof", "capa", "psync2"], ReplState::ReceiveCapa, "REPLCONF capa");
    }

    /// `slaveTryPartialResynchronization`, the writing half: asks for the byte after the last applied one of the
    /// cached master's history, or `? -1`.
    fn send_psync(&mut self) {
        self.repl.master_initial_offset = Offset::UNKNOWN;
        let (replid, offset) = match &self.repl.cached_master {
            Some(cached) => (cached.replid.to_string(), cached.reploff.next().to_string()),
            None => ("?".to_owned(), "-1".to_owned()),
        };
        if self.repl.cached_master.is_some() {
            self.log(LogLevel::Notice, || format!("Trying a partial resynchronization (request {replid}:{offset})."));
        } else {
            self.log(LogLevel::Notice, || "Partial resynchronization not possible (no cached master)".into());
        }
        self.link_request(&["PSYNC", &replid, &offset], ReplState::ReceivePsync, "PSYNC");
    }

    fn receive_psync(&mut self, line: &[u8]) {
        match self.slave_try_partial_resynchronization(line) {
            PsyncResult::WaitReply | PsyncResult::Continue => {}
            PsyncResult::TryLater => {
                self.event(|| Event::Outcome(PsyncOutcome::TryLater));
                self.sync_error(&String::from_utf8_lossy(line));
            }
            PsyncResult::FullResync => self.prepare_for_full_sync("+FULLRESYNC"),
            PsyncResult::NotSupported => {
                self.event(|| Event::Outcome(PsyncOutcome::NotSupported));
                self.disconnect_slaves();
                self.free_replication_backlog();
                self.log(LogLevel::Notice, || "Retrying with SYNC...".into());
                if self.send_synchronous_command(b"SYNC\r\n".to_vec()) {
                    self.prepare_for_full_sync("SYNC");
                }
            }
        }
    }

    /// `slaveTryPartialResynchronization`, the reading half.
    fn slave_try_partial_resynchronization(&mut self, line: &[u8]) -> PsyncResult {
        let shown = String::from_utf8_lossy(line).into_owned();
        if line.is_empty() {
            // Keep-alive of a master that prepares its reply.
            return PsyncResult::WaitReply;
        }
        if line.starts_with(b"+FULLRESYNC") {
            self.take_full_resync_line(line);
            return PsyncResult::FullResync;
        }
        if line.starts_with(b"+CONTINUE")
            && let (Some(mut cached), Some(conn)) = (self.repl.cached_master.take(), self.repl.link)
        {
            self.log(LogLevel::Notice, || "Successful partial resynchronization with master.".into());
            let new_replid = line.get(10..).and_then(ReplId::from_bytes).filter(|new| *new != cached.replid);
            self.event(|| Event::Outcome(PsyncOutcome::Continue { new_replid }));
            if let Some(new) = new_replid {
                self.adopt_replid(new, cached.replid);
                cached.replid = new;
            }
            self.replication_resurrect_cached_master(conn, cached);
            if self.repl.backlog.is_none() {
                self.create_replication_backlog();
            }
            self.log(LogLevel::Notice, || {
                "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.".into()
            });
            return PsyncResult::Continue;
        }
        if line.starts_with(b"-NOMASTERLINK") || line.starts_with(b"-LOADING") {
            self.log(LogLevel::Notice, || {
                format!("Master is currently unable to PSYNC but should be in the future: {shown}")
            });
            return PsyncResult::TryLater;
        }
        if line.starts_with(b"-ERR") {
            self.log(LogLevel::Notice, || {
                format!("Master does not support PSYNC or is in error state (reply: {shown})")
            });
        } else {
            self.log(LogLevel::Warning, || format!("Unexpected reply to PSYNC from master: {shown}"));
        }
        self.replication_discard_cached_master();
        PsyncResult::NotSupported
    }

    /// `+FULLRESYNC <id> <offset>`. A malformed one leaves an empty ID and offset -1, and the sync continues.
    fn take_full_resync_line(&mut self, line: &[u8]) {
        let mut words = line.splitn(3, |&byte| byte == b' ').skip(1);
        let replid = words.next().and_then(ReplId::from_bytes);
        let offset = words.next().and_then(parse_i64_strict);
        match (replid, offset) {
            (Some(replid), Some(offset)) => {
                self.repl.master_replid = replid;
                self.repl.master_initial_offset = Offset(offset);
                self.log(LogLevel::Notice, || format!("Full resync from master: {replid}:{offset}"));
            }
            _ => {
                self.log(LogLevel::Warning, || "Master replied with wrong +FULLRESYNC syntax.".into());
                self.repl.master_replid = ReplId::EMPTY;
            }
        }
        let offset = self.repl.master_initial_offset;
        self.event(|| Event::Outcome(PsyncOutcome::FullResync { replid, offset }));
        self.replication_discard_cached_master();
    }

    /// `+CONTINUE` with a new ID. The data up to here is the same, so the old ID stays valid up to the next byte, and
    /// sub-replicas must reconnect to get the new ID.
    fn adopt_replid(&mut self, new: ReplId, old: ReplId) {
        self.log(LogLevel::Warning, || format!("Master replication ID changed to {new}"));
        self.repl.replid2 = old;
        self.repl.second_replid_offset = self.repl.master_repl_offset.next();
        self.repl.replid = new;
        self.ids_changed(crate::event::IdChange::Continued);
        self.disconnect_slaves();
    }

    /// A full sync begins: sub-replicas are disconnected and the backlog is freed before any byte of the RDB arrives.
    fn prepare_for_full_sync(&mut self, why: &str) {
        self.disconnect_slaves();
        self.free_replication_backlog();
        self.repl.transfer = Some(Transfer::default());
        self.repl.transfer_lastio = self.now.unix_s();
        self.set_repl_state(ReplState::Transfer, why);
    }
}
