//! The replica's handshake: `connectWithMaster`, `syncWithMaster` and `slaveTryPartialResynchronization`.
//!
//! Redis reads each reply with a blocking read, byte by byte, up to 5 seconds a byte. Here the bytes of an unfinished
//! line are kept in [`Socket::rx`] and a deadline replaces the 5 seconds; at the deadline the read gives the same
//! synthetic reply as Redis's failed read.

use psyncscope_resp::{encode_command, parse_i64_strict};

use super::Upstream;
use super::link::{Link, ReplState, Socket, Step, Transfer};
use super::state::{CachedMaster, MasterAddress};
use crate::event::{Directive, Event, HandshakeRequest, LinkChange, LogLevel, PsyncOutcome};
use crate::ids::{Offset, ReplId};
use crate::io::{CloseReason, ConnId, Output};
use crate::node::{Context, Node};
use crate::steps::step::{
    self, SendSynchronousCommand as Io, SlaveTryPartialResynchronization as Psync, SyncWithMaster as At,
};
use crate::steps::{Field, Function, Steps};

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
    /// With the cached master, which continues on this connection, and the master's new ID if it has another.
    Continue(CachedMaster, Option<ReplId>),
    /// The cached master goes on; the bytes that were received behind the reply.
    Continued(Vec<u8>),
    FullResync,
    NotSupported,
}

impl PsyncResult {
    /// The name of Redis's constant, without `PSYNC_`.
    const fn name(&self) -> &'static str {
        match self {
            Self::WaitReply => "WAIT_REPLY",
            Self::TryLater => "TRY_LATER",
            Self::Continue(..) | Self::Continued(_) => "CONTINUE",
            Self::FullResync => "FULLRESYNC",
            Self::NotSupported => "NOT_SUPPORTED",
        }
    }
}

impl Step {
    /// The step of `syncWithMaster` that sets this state.
    pub(super) const fn reported(self) -> At {
        match self {
            Self::ReceivePong => At::SetStateReceivePong,
            Self::SendAuth => At::SetStateSendAuth,
            Self::ReceiveAuth => At::SetStateReceiveAuth,
            Self::SendPort => At::SetStateSendPort,
            Self::ReceivePort => At::SetStateReceivePort,
            Self::SendIp => At::SetStateSendIp,
            Self::ReceiveIp => At::SetStateReceiveIp,
            Self::SendCapa => At::SetStateSendCapa,
            Self::ReceiveCapa => At::SetStateReceiveCapa,
            Self::SendPsync => At::SetStateSendPsync,
            Self::ReceivePsync => At::SetStateReceivePsync,
        }
    }
}

impl Upstream {
    /// `connectWithMaster`: called by cron only, in state CONNECT. Requests a connection, sets
    /// `repl_transfer_lastio`, and moves to CONNECTING.
    pub(crate) fn connect_with_master(&mut self, context: &mut Context<'_>) {
        use step::ConnectWithMaster as Taken;
        let Some(master) = self.master.clone() else { return };
        context.within(Function::ConnectWithMaster, |context| {
            let MasterAddress { host, port } = master;
            context.log(LogLevel::Notice, || format!("Connecting to MASTER {host}:{port}"));
            let conn = self.new_conn();
            context.act(Taken::Connect, |v| v.saw(Field::Masterhost, format!("{host}:{port}")));
            context.push(Output::Connect { conn, host, port });
            let last_io = context.now.unix_s();
            context.act(Taken::SetLastIo, |v| v.saw(Field::ReplTransferLastio, last_io));
            let before = self.state();
            self.set_link(Link::Connecting { conn, last_io }, LinkChange::Cron, context);
            context.act(Taken::SetStateConnecting, |v| v.changed(Field::ReplState, before, self.state()));
            context.log(LogLevel::Notice, || "MASTER <-> REPLICA sync started".into());
        });
    }

    /// The connection is established: sends the first request.
    pub(crate) fn link_connected(&mut self, connected: ConnId, room: usize, context: &mut Context<'_>) {
        let Link::Connecting { conn, last_io } = self.link else { return };
        if conn != connected {
            return;
        }
        context.log(LogLevel::Notice, || "Non blocking connect for SYNC fired the event.".into());
        let socket = Socket { conn, room, rx: Vec::new(), line_deadline: None, last_io };
        context.within(Function::SyncWithMaster, |context| {
            let before = self.state();
            self.set_link(Link::Handshake(Step::ReceivePong, socket), LinkChange::Established, context);
            context.act(Step::ReceivePong.reported(), |v| v.changed(Field::ReplState, before, self.state()));
            context.calls(At::SendPing);
            if !self.send_synchronous_command(encode_command(&["PING"]), context) {
                self.write_error(context);
            }
        });
    }

    /// The connection could not be made.
    pub(crate) fn link_failed(&mut self, failed: ConnId, error: &str, context: &mut Context<'_>) {
        if !matches!(self.link, Link::Connecting { conn, .. } if conn == failed) {
            return;
        }
        context.log(LogLevel::Warning, || format!("Error condition on socket for SYNC: {error}"));
        self.set_link(Link::Connect, LinkChange::ConnectFailed(error.to_owned()), context);
    }

    /// Bytes on the connection of the handshake or the transfer.
    fn link_received(&mut self, bytes: &[u8]) {
        if let Some(socket) = self.link.socket_mut() {
            socket.rx.extend_from_slice(bytes);
            socket.line_deadline = None;
        }
    }

    /// The next complete line without its line end (`syncReadLine`, the reading half of `sendSynchronousCommand`).
    /// Sets `repl_transfer_lastio`, from which the timeout of a handshake counts.
    pub(super) fn take_line(&mut self, context: &mut Context<'_>) -> Option<Vec<u8>> {
        let state = self.state();
        let max = if state == ReplState::Transfer { BULK_LINE_MAX } else { LINE_MAX };
        let socket = self.link.socket_mut()?;
        let rx = &mut socket.rx;
        let window = &rx[..rx.len().min(max)];
        let end = window.iter().position(|&byte| byte == b'\n').map(|newline| newline + 1);
        let end = end.or_else(|| (window.len() == max).then_some(max));
        let Some(end) = end else {
            if !rx.is_empty() {
                socket.line_deadline = Some(context.now.mono.plus_ms(SYNCIO_TIMEOUT_MS));
            }
            return None;
        };
        let raw: Vec<u8> = rx.drain(..end).collect();
        socket.line_deadline = None;
        socket.last_io = context.now.unix_s();
        let line = raw.strip_suffix(b"\r\n").or_else(|| raw.strip_suffix(b"\n")).unwrap_or(&raw).to_vec();
        context.event(|| Event::HandshakeReceived { state, bytes: raw });
        Some(line)
    }

    /// `sendSynchronousCommand`, the reading half: the next reply of the handshake.
    fn read_reply(&mut self, context: &mut Context<'_>) -> Option<Vec<u8>> {
        context.within(Function::SendSynchronousCommand, |context| {
            let (received, before) = self.link.socket().map(|socket| (socket.rx.len(), socket.last_io))?;
            let line = self.take_line(context);
            context.check(Io::LineIsComplete, line.is_some(), |v| v.saw(Field::Bytes, received));
            let line = line?;
            let last_io = self.link.socket().map_or(before, |socket| socket.last_io);
            context.act(Io::SetLastIo, |v| v.changed(Field::ReplTransferLastio, before, last_io));
            context.act(Io::ReturnLine, |v| v.saw(Field::Reply, line.as_slice()));
            Some(line)
        })
    }

    /// `goto error` of `syncWithMaster`: closes the connection; cron starts again.
    fn sync_error(&mut self, why: LinkChange, context: &mut Context<'_>) {
        context.calls(At::GiveUp);
        self.undo_connect_with_master(why, context);
    }

    /// `goto write_error` of `syncWithMaster`.
    fn write_error(&mut self, context: &mut Context<'_>) {
        context.log(LogLevel::Warning, || "Sending command to master in replication handshake: no room".into());
        self.sync_error(LinkChange::WriteError, context);
    }

    /// Sends a request of the handshake and moves to `next`, which waits for the reply; gives up if it does not fit.
    fn request(&mut self, argv: &[impl AsRef<[u8]>], next: Step, request: HandshakeRequest, context: &mut Context<'_>) {
        if self.send_synchronous_command(encode_command(argv), context) {
            self.set_step(next, LinkChange::Sent(request), context);
        } else {
            self.write_error(context);
        }
    }

    /// `sendSynchronousCommand`, the writing half (the reading half is [`Upstream::take_line`]): called for each
    /// request of the handshake. False if it does not fit into the kernel's buffer at once, which is a write
    /// error.
    fn send_synchronous_command(&mut self, bytes: Vec<u8>, context: &mut Context<'_>) -> bool {
        context.within(Function::SendSynchronousCommand, |context| {
            let state = self.state();
            let Some(socket) = self.link.socket_mut() else { return false };
            let (room, len) = (socket.room, bytes.len());
            if !context.check(Io::Fits, len <= room, |v| v.saw(Field::Bytes, len).saw(Field::Room, room)) {
                return false;
            }
            socket.room -= len;
            context.stats.net_output_bytes += len as u64;
            context.act(Io::Write, |v| v.saw(Field::Request, bytes.as_slice()));
            context.event(|| Event::HandshakeSent { state, bytes: bytes.clone() });
            context.push(Output::Send { conn: socket.conn, bytes });
            true
        })
    }

    /// `syncWithMaster` up to PSYNC: handles one reply and sends the next request.
    fn handshake_step(&mut self, step: Step, line: &[u8], context: &mut Context<'_>) {
        let shown = String::from_utf8_lossy(line).into_owned();
        match step {
            Step::ReceivePong => {
                let tolerated = [&b"+"[..], b"-NOAUTH", b"-ERR operation not permitted"]
                    .iter()
                    .any(|start| line.starts_with(start));
                if !context.check(At::PongIsAccepted, tolerated, |v| v.saw(Field::Reply, line)) {
                    context.log(LogLevel::Warning, || format!("Error reply to PING from master: '{shown}'"));
                    self.sync_error(LinkChange::Reply(shown), context);
                    return;
                }
                context.log(LogLevel::Notice, || "Master replied to PING, replication can continue...".into());
                self.set_step(Step::SendAuth, LinkChange::Reply(shown), context);
                self.send_auth(context);
            }
            Step::ReceiveAuth => {
                let accepted = line.first() != Some(&b'-');
                if !context.check(At::AuthIsAccepted, accepted, |v| v.saw(Field::Reply, line)) {
                    context.log(LogLevel::Warning, || format!("Unable to AUTH to MASTER: {shown}"));
                    self.sync_error(LinkChange::Reply(shown), context);
                    return;
                }
                self.set_step(Step::SendPort, LinkChange::Reply(shown), context);
                self.send_port(context);
            }
            Step::ReceivePort => {
                take_replconf_reply(line, "listening-port", At::PortIsUnderstood, context);
                self.set_step(Step::SendIp, LinkChange::Reply(shown), context);
                self.send_ip(context);
            }
            Step::ReceiveIp => {
                take_replconf_reply(line, "ip-address", At::IpIsUnderstood, context);
                self.set_step(Step::SendCapa, LinkChange::Reply(shown), context);
                self.send_capa(context);
            }
            Step::ReceiveCapa => {
                take_replconf_reply(line, "capa", At::CapaIsUnderstood, context);
                self.set_step(Step::SendPsync, LinkChange::Reply(shown), context);
                self.send_psync(context);
            }
            _ => {}
        }
    }

    fn send_auth(&mut self, context: &mut Context<'_>) {
        let is_set = !context.config.masterauth.is_empty();
        if !context.check(At::HasMasterauth, is_set, |v| v.saw(Field::MasterAuth, is_set)) {
            self.set_step(Step::SendPort, LinkChange::NotSet(Directive::Masterauth), context);
            self.send_port(context);
            return;
        }
        let password = context.config.masterauth.clone();
        context.calls(At::SendAuth);
        self.request(&[&b"AUTH"[..], &password], Step::ReceiveAuth, HandshakeRequest::Auth, context);
    }

    fn send_port(&mut self, context: &mut Context<'_>) {
        let port = match context.config.replica_announce_port {
            0 => context.config.port,
            announced => announced,
        };
        context.calls(At::SendPort);
        self.request(
            &["REPLCONF", "listening-port", &port.to_string()],
            Step::ReceivePort,
            HandshakeRequest::Port,
            context,
        );
    }

    fn send_ip(&mut self, context: &mut Context<'_>) {
        let ip = context.config.replica_announce_ip.clone();
        if !context.check(At::HasAnnounceIp, !ip.is_empty(), |v| v.saw(Field::AnnounceIp, ip.as_str())) {
            self.set_step(Step::SendCapa, LinkChange::NotSet(Directive::ReplicaAnnounceIp), context);
            self.send_capa(context);
            return;
        }
        context.calls(At::SendIp);
        self.request(&["REPLCONF", "ip-address", &ip], Step::ReceiveIp, HandshakeRequest::Ip, context);
    }

    fn send_capa(&mut self, context: &mut Context<'_>) {
        let argv = ["REPLCONF", "capa", "eof", "capa", "psync2"];
        context.calls(At::SendCapa);
        self.request(&argv, Step::ReceiveCapa, HandshakeRequest::Capa, context);
    }

    /// `slaveTryPartialResynchronization`, the writing half: asks for the byte after the last applied one of the
    /// cached master's history, or `? -1`.
    fn send_psync(&mut self, context: &mut Context<'_>) {
        context.calls(At::SendPsync);
        let sent = context.within(Function::SlaveTryPartialResynchronization, |context| {
            self.master_initial_offset = Offset::UNKNOWN;
            let cached = self.cached_master.as_ref().map(|cached| (cached.replid, cached.reploff));
            context.check(Psync::HasCachedMaster, cached.is_some(), |v| {
                v.saw(Field::MasterInitialOffset, self.master_initial_offset)
                    .saw(Field::CachedMaster, cached.map(|(replid, _)| replid));
                match cached {
                    Some((replid, reploff)) => v
                        .saw(Field::Reploff, reploff)
                        .saw(Field::AskedReplid, replid)
                        .saw(Field::AskedOffset, reploff.next()),
                    None => v.saw(Field::AskedReplid, "?").saw(Field::AskedOffset, -1_i64),
                }
            });
            let (replid, offset) = match cached {
                Some((replid, reploff)) => {
                    let next = reploff.next();
                    context.log(LogLevel::Notice, || {
                        format!("Trying a partial resynchronization (request {replid}:{next}).")
                    });
                    (replid.to_string(), next.to_string())
                }
                None => {
                    context
                        .log(LogLevel::Notice, || "Partial resynchronization not possible (no cached master)".into());
                    ("?".to_owned(), "-1".to_owned())
                }
            };
            context.calls(Psync::SendRequest);
            self.send_synchronous_command(encode_command(&["PSYNC", &replid, &offset]), context)
        });
        if sent {
            self.set_step(Step::ReceivePsync, LinkChange::Sent(HandshakeRequest::Psync), context);
        } else {
            self.write_error(context);
        }
    }

    /// `slaveTryPartialResynchronization`, the reading half, up to what also concerns clients.
    fn take_psync_reply(&mut self, line: &[u8], context: &mut Context<'_>) -> PsyncResult {
        let shown = String::from_utf8_lossy(line).into_owned();
        if context.check(Psync::IsEmptyLine, line.is_empty(), |v| v.saw(Field::Reply, line)) {
            // Keep-alive of a master that prepares its reply.
            return PsyncResult::WaitReply;
        }
        let is_full_resync = line.starts_with(b"+FULLRESYNC");
        if context.check(Psync::IsFullResync, is_full_resync, |v| v.saw(Field::Reply, line)) {
            self.take_full_resync_line(line, context);
            return PsyncResult::FullResync;
        }
        let cached = self.cached_master.as_ref().map(|cached| cached.replid);
        let is_continue = line.starts_with(b"+CONTINUE") && cached.is_some();
        if context.check(Psync::IsContinue, is_continue, |v| v.saw(Field::Reply, line).saw(Field::CachedMaster, cached))
            && let Some(cached) = self.cached_master.take()
        {
            context.log(LogLevel::Notice, || "Successful partial resynchronization with master.".into());
            let new_replid = line.get(10..).and_then(ReplId::from_bytes).filter(|new| *new != cached.replid);
            context.event(|| Event::Outcome(PsyncOutcome::Continue { new_replid }));
            return PsyncResult::Continue(cached, new_replid);
        }
        let is_transient = line.starts_with(b"-NOMASTERLINK") || line.starts_with(b"-LOADING");
        if context.check(Psync::IsTransientError, is_transient, |v| v.saw(Field::Reply, line)) {
            context.log(LogLevel::Notice, || {
                format!("Master is currently unable to PSYNC but should be in the future: {shown}")
            });
            return PsyncResult::TryLater;
        }
        if line.starts_with(b"-ERR") {
            context.log(LogLevel::Notice, || {
                format!("Master does not support PSYNC or is in error state (reply: {shown})")
            });
        } else {
            context.log(LogLevel::Warning, || format!("Unexpected reply to PSYNC from master: {shown}"));
        }
        context.calls(Psync::DiscardAsUnsupported);
        self.replication_discard_cached_master(context);
        PsyncResult::NotSupported
    }

    /// `+FULLRESYNC <id> <offset>`. A malformed one leaves an empty ID and offset -1, and the sync continues.
    fn take_full_resync_line(&mut self, line: &[u8], context: &mut Context<'_>) {
        let before = self.master_initial_offset;
        let mut words = line.splitn(3, |&byte| byte == b' ').skip(1);
        let replid = words.next().and_then(ReplId::from_bytes);
        let offset = words.next().and_then(parse_i64_strict);
        match (replid, offset) {
            (Some(replid), Some(offset)) => {
                self.master_replid = replid;
                self.master_initial_offset = Offset(offset);
                context.log(LogLevel::Notice, || format!("Full resync from master: {replid}:{offset}"));
            }
            _ => {
                context.log(LogLevel::Warning, || "Master replied with wrong +FULLRESYNC syntax.".into());
                self.master_replid = ReplId::EMPTY;
            }
        }
        let offset = self.master_initial_offset;
        context.act(Psync::TakeIdAndOffset, |v| {
            v.saw(Field::MasterReplid, self.master_replid).changed(Field::MasterInitialOffset, before, offset)
        });
        context.event(|| Event::Outcome(PsyncOutcome::FullResync { replid, offset }));
        context.calls(Psync::DiscardForFullResync);
        self.replication_discard_cached_master(context);
    }

    /// Begins the transfer (the end of `syncWithMaster`).
    fn begin_transfer(&mut self, why: LinkChange, context: &mut Context<'_>) {
        let old = std::mem::replace(&mut self.link, Link::Connect);
        let Link::Handshake(step, mut socket) = old else {
            self.link = old;
            return;
        };
        socket.last_io = context.now.unix_s();
        self.link = Link::Transfer(socket, Transfer::default());
        context.act(At::SetStateTransfer, |v| v.changed(Field::ReplState, step.state(), self.state()));
        self.state_changed(step.state(), why, context);
    }
}

/// An error for REPLCONF is only logged: the master may be an old version.
fn take_replconf_reply(line: &[u8], option: &str, step: At, context: &mut Context<'_>) {
    let is_understood = line.first() != Some(&b'-');
    if !context.check(step, is_understood, |v| v.saw(Field::Reply, line)) {
        let shown = String::from_utf8_lossy(line).into_owned();
        context
            .log(LogLevel::Notice, || format!("(Non critical) Master does not understand REPLCONF {option}: {shown}"));
    }
}

/// What also concerns clients, the dataset or this node's own replicas.
impl Node {
    /// Bytes on the connection of the handshake or the transfer.
    pub(crate) fn link_received(&mut self, bytes: &[u8]) {
        self.repl.upstream.link_received(bytes);
        // The link is not read while the file is being loaded.
        if self.loading.is_none() {
            self.link_progress();
        }
    }

    /// Reads all complete input: replies of the handshake, then the transfer.
    pub(crate) fn link_progress(&mut self) {
        loop {
            let loading = self.loading.is_some();
            match &self.repl.upstream.link {
                Link::Handshake(step, socket) if !socket.rx.is_empty() => {
                    let step = *step;
                    if !self.sync_with_master(step) {
                        return;
                    }
                }
                Link::Transfer(..) if !loading => {
                    if !self.read_sync_bulk_payload() {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// `syncWithMaster`: reads one reply and goes on by it. False if none is complete.
    fn sync_with_master(&mut self, step: Step) -> bool {
        self.within(Function::SyncWithMaster, |node| {
            let (repl, mut context) = node.replication();
            if step == Step::ReceivePsync {
                return node.receive_psync();
            }
            context.calls(At::ReadReply);
            let Some(line) = repl.upstream.read_reply(&mut context) else { return false };
            repl.upstream.handshake_step(step, &line, &mut context);
            true
        })
    }

    /// A started line was not completed in time.
    pub(crate) fn link_line_timed_out(&mut self) {
        self.link_read_failed(CloseReason::TimedOut);
    }

    /// The connection ended during the handshake or the transfer.
    pub(crate) fn link_closed(&mut self, reason: CloseReason) {
        if let Some(loading) = &mut self.loading {
            loading.link_ended = Some(reason);
            return;
        }
        self.link_read_failed(reason);
    }

    /// A read on the connection of the handshake failed. In states that accept any reply, the next write would fail
    /// instead, with the same result. In RECEIVE_PSYNC Redis takes the failure for an unknown reply, which discards
    /// the cached master (spec 4.4).
    fn link_read_failed(&mut self, reason: CloseReason) {
        self.within(Function::SyncWithMaster, |node| node.give_up_after_failed_read(reason));
    }

    fn give_up_after_failed_read(&mut self, reason: CloseReason) {
        let error = LinkChange::Closed(reason);
        let (repl, mut context) = self.replication();
        match repl.upstream.link {
            Link::Handshake(Step::ReceivePsync, _) => {
                context.log(LogLevel::Warning, || {
                    format!("Unexpected reply to PSYNC from master: -Reading from master: {error}")
                });
                repl.upstream.replication_discard_cached_master(&mut context);
                context.event(|| Event::Outcome(PsyncOutcome::NotSupported));
                self.give_up_own_stream();
            }
            Link::Transfer(..) => {
                context.log(LogLevel::Warning, || format!("I/O error trying to sync with MASTER: {error}"));
            }
            _ => {
                context.log(LogLevel::Warning, || format!("Error reading from master: -Reading from master: {error}"));
            }
        }
        let (repl, mut context) = self.replication();
        repl.upstream.sync_error(error, &mut context);
    }

    /// `syncWithMaster` from PSYNC's reply on.
    fn receive_psync(&mut self) -> bool {
        self.calls(At::ReadPsyncReply);
        let Some((line, result)) = self.slave_try_partial_resynchronization() else { return false };
        self.act(At::DecideByReply, |v| v.saw(Field::Result, result.name()));
        self.follow_psync_result(&line, result);
        true
    }

    /// `slaveTryPartialResynchronization`, the reading half: the line, and what follows from it. `None` if none is
    /// complete.
    fn slave_try_partial_resynchronization(&mut self) -> Option<(Vec<u8>, PsyncResult)> {
        self.within(Function::SlaveTryPartialResynchronization, |node| {
            let (repl, mut context) = node.replication();
            context.calls(Psync::ReadReply);
            let line = repl.upstream.read_reply(&mut context)?;
            let result = match repl.upstream.take_psync_reply(&line, &mut context) {
                PsyncResult::Continue(cached, new_replid) => {
                    PsyncResult::Continued(node.continue_stream(cached, new_replid))
                }
                other => other,
            };
            Some((line, result))
        })
    }

    fn follow_psync_result(&mut self, line: &[u8], result: PsyncResult) {
        let (repl, mut context) = self.replication();
        match result {
            PsyncResult::WaitReply | PsyncResult::Continue(..) => {}
            PsyncResult::Continued(unread) => self.stream_begins(&unread),
            PsyncResult::TryLater => {
                context.event(|| Event::Outcome(PsyncOutcome::TryLater));
                let why = LinkChange::Reply(String::from_utf8_lossy(line).into_owned());
                repl.upstream.sync_error(why, &mut context);
            }
            PsyncResult::FullResync => {
                self.give_up_own_stream();
                let (repl, mut context) = self.replication();
                repl.upstream.begin_transfer(LinkChange::FullResync, &mut context);
            }
            PsyncResult::NotSupported => {
                context.event(|| Event::Outcome(PsyncOutcome::NotSupported));
                self.give_up_own_stream();
                let (repl, mut context) = self.replication();
                context.log(LogLevel::Notice, || "Retrying with SYNC...".into());
                context.calls(At::SendSync);
                if repl.upstream.send_synchronous_command(b"SYNC\r\n".to_vec(), &mut context) {
                    repl.upstream.begin_transfer(LinkChange::Sync, &mut context);
                } else {
                    repl.upstream.write_error(&mut context);
                }
            }
        }
    }

    /// `+CONTINUE`: the stream continues on this connection. If the master has another ID, sub-replicas must reconnect
    /// to get it.
    fn continue_stream(&mut self, mut cached: CachedMaster, new_replid: Option<ReplId>) -> Vec<u8> {
        let before = cached.replid;
        self.check(Psync::HasAnotherId, new_replid.is_some(), |v| {
            v.saw(Field::CachedMaster, before).saw(Field::Reply, new_replid.unwrap_or(before))
        });
        if let Some(new) = new_replid {
            let (repl, mut context) = self.replication();
            cached.replid = new;
            repl.history.adopt_replication_id(new, before, &mut context);
            context.calls(Psync::DisconnectReplicas);
            self.disconnect_slaves();
        }
        self.calls(Psync::ResurrectCachedMaster);
        let unread = self.replication_resurrect_cached_master(cached);
        let (repl, mut context) = self.replication();
        context.calls(Psync::CreateBacklog);
        repl.downstream.create_replication_backlog(&repl.history, &mut context);
        self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.".into());
        unread
    }

    /// A full sync begins, or may: sub-replicas are disconnected and the backlog is freed before any byte of the RDB
    /// arrives.
    fn give_up_own_stream(&mut self) {
        self.calls(At::DisconnectReplicas);
        self.disconnect_slaves();
        let (repl, mut context) = self.replication();
        context.calls(At::FreeBacklog);
        repl.downstream.free_replication_backlog(&mut context);
    }

    /// The bytes that were received after the last line of the handshake, or after the RDB, belong to the stream.
    pub(super) fn stream_begins(&mut self, unread: &[u8]) {
        if let Some(conn) = self.repl.upstream.master_conn()
            && !unread.is_empty()
        {
            self.stream_received(conn, unread);
        }
    }
}
