//! Input processing: `processInputBuffer` and the checks of `processCommand`.

use psyncscope_resp::{Parsed, Reply, escape};

use super::propagation::Propagate;
use super::table::{CommandSpec, Flags};
use crate::event::LogLevel;
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::ReplState;

impl Node {
    /// Bytes of the master's stream.
    pub(crate) fn stream_received(&mut self, conn: ConnId, bytes: &[u8]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.query.push(bytes);
        let Some(link) = client.master_mut() else { return };
        link.read_reploff = link.read_reploff.plus(bytes.len());
        link.pending_querybuf.extend_from_slice(bytes);
        self.process_input_and_replicate(conn);
    }

    /// `processInputBufferAndReplicate`: forwards the bytes of the master's stream that became *applied* to our own
    /// replicas, byte for byte.
    pub(crate) fn process_input_and_replicate(&mut self, conn: ConnId) {
        let Some(before) = self.clients.get(&conn).and_then(|client| client.master()).map(|link| link.reploff) else {
            self.process_input(conn);
            return;
        };
        if std::mem::take(&mut self.scripts.ended_for_master) {
            self.advance_reploff(conn);
        }
        self.process_input(conn);
        let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.master_mut()) else { return };
        let applied = usize::try_from(link.reploff.0 - before.0).unwrap_or(0).min(link.pending_querybuf.len());
        if applied > 0 {
            let bytes: Vec<u8> = link.pending_querybuf.drain(..applied).collect();
            self.replication_feed_slaves_from_master_stream(&bytes);
        }
        self.end_refused_link(conn);
    }

    /// `processInputBuffer`: executes all complete commands.
    pub(crate) fn process_input(&mut self, conn: ConnId) {
        loop {
            if self.is_ending() {
                return;
            }
            let unix_s = self.now.unix_s();
            let paused = self.clients_are_paused();
            let Some(client) = self.clients.get_mut(&conn) else { return };
            if self.scripts.running().is_some_and(|running| running.is_for(conn) || client.is_master()) {
                return;
            }
            if self.aof.holds(conn) {
                return;
            }
            if self.migrations.is_running() {
                self.queue_client_for_reprocessing(conn);
                return;
            }
            if client.blocked.is_some() || client.close_after_reply || client.close_asap {
                return;
            }
            if client.master().is_some_and(|link| link.refused.is_some()) {
                return;
            }
            if paused && !client.is_replica() {
                return;
            }
            client.query.limited = !client.authenticated && !self.config.requirepass.is_empty();
            match client.query.next() {
                Parsed::NeedMore => return,
                Parsed::Empty => {}
                Parsed::Newline => {
                    // A newline from a replica is a keep-alive while it loads.
                    if let Some(link) = client.replica_mut() {
                        link.ack_time = unix_s;
                    }
                }
                Parsed::ProtocolError(error) => {
                    self.log(LogLevel::Verbose, || error.clone());
                    self.add_reply(conn, format!("-{error}\r\n").as_bytes());
                    self.close_after_reply(conn);
                    return;
                }
                Parsed::Command(argv) => {
                    self.process_command(conn, argv);
                    if self.scripts.running().is_some_and(|running| running.is_for(conn)) || self.migrates_for(conn) {
                        return;
                    }
                    self.reset_client(conn);
                    self.advance_reploff(conn);
                }
            }
        }
    }

    /// `resetClient`: after each command.
    fn reset_client(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.reply_mode = client.reply_mode.after_command();
        }
    }

    /// After a command of the stream: `reploff = read_reploff - unparsed bytes`.
    fn advance_reploff(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.multi.is_some() {
            // Queued commands of an open MULTI are not applied: after a lost link the whole transaction must be sent
            // again.
            return;
        }
        let unparsed = client.query.unparsed() as i64;
        if let Some(link) = client.master_mut().filter(|link| link.refused.is_none()) {
            link.reploff.0 = link.read_reploff.0 - unparsed;
        }
    }

    /// `CLIENT_CLOSE_AFTER_REPLY`: nothing more is read from the client, and it is closed once its output is written.
    ///
    /// Redis looks at this flag when it writes, and it writes to clients that were given output. A master gets no
    /// replies, so its link stays open until the next ACK is due: see [`Node::replication_send_ack`].
    pub(crate) fn close_after_reply(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.close_after_reply = true;
            if !client.is_master() {
                self.clients.queue_write(conn);
            }
        }
    }

    /// `processCommand`: the checks in Redis's order (spec 4.13), then `call`.
    fn process_command(&mut self, conn: ConnId, argv: Vec<Vec<u8>>) {
        if argv[0].eq_ignore_ascii_case(b"quit") {
            self.add_reply(conn, b"+OK\r\n");
            self.close_after_reply(conn);
            return;
        }
        match self.gate(conn, &argv) {
            Ok(spec) if self.is_queued(conn, spec) => self.queue_multi_command(conn, spec, argv),
            Ok(spec) => {
                self.call(conn, spec, &argv, Propagate::Yes);
                if self.scripts.running().is_none() && !self.migrations.is_running() {
                    self.command_executed(conn);
                }
            }
            Err(refusal) => {
                if refusal.aborts {
                    self.flag_transaction(conn);
                }
                if self.repl.upstream.master_conn() == Some(conn) {
                    self.master_command_failed(conn, &shown_name(&argv[0]), &refusal.error);
                    return;
                }
                let mut reply = Reply::default();
                reply.error(refusal.error);
                self.add_reply(conn, &reply.take());
            }
        }
    }

    /// The part of `processCommand` after the call.
    pub(crate) fn command_executed(&mut self, conn: ConnId) {
        let offset = self.repl.history.master_repl_offset;
        if let Some(client) = self.clients.get_mut(&conn) {
            client.woff = offset;
        }
        self.handle_clients_blocked_on_keys();
    }

    /// What follows MIGRATE once it has ended, with the EXEC around it: the part of `processCommand` after the call, and
    /// the client's further input.
    pub(crate) fn migrate_executed(&mut self, conn: ConnId) {
        self.command_executed(conn);
        self.reset_client(conn);
        self.scripts.ended_for_master = self.repl.upstream.master_conn() == Some(conn);
        self.process_input_and_replicate(conn);
    }

    /// Whether this command is queued for EXEC.
    fn is_queued(&self, conn: ConnId, spec: &CommandSpec) -> bool {
        self.clients.get(&conn).is_some_and(|client| client.multi.is_some())
            && !matches!(spec.name, "exec" | "discard" | "multi" | "watch")
    }

    /// Checks whether a command may run now.
    fn gate(&mut self, conn: ConnId, argv: &[Vec<u8>]) -> Result<&'static CommandSpec, Refusal> {
        let spec = self.find_command(conn, &argv[0]);
        if let Some(client) = self.clients.get_mut(&conn) {
            client.last_cmd = spec.map_or("NULL", |spec| spec.name);
        }
        let spec = spec.ok_or_else(|| Refusal::abort(unknown_command(argv)))?;
        if !spec.takes(argv.len()) {
            return Err(Refusal::abort(format!("ERR wrong number of arguments for '{}' command", spec.name)));
        }
        let Some(client) = self.clients.get(&conn) else { return Ok(spec) };
        if !client.authenticated && !self.config.requirepass.is_empty() && spec.name != "auth" {
            return Err(Refusal::abort("NOAUTH Authentication required."));
        }
        if self.config.data.eviction.maxmemory > 0 && !self.scripts.timed_out() {
            let in_multi = client.multi.is_some() && spec.name != "exec";
            let out_of_memory = !self.free_memory_if_needed();
            if out_of_memory && (spec.flags.has(Flags::DENYOOM) || in_multi) {
                return Err(Refusal::abort(OUT_OF_MEMORY));
            }
            self.scripts.out_of_memory = out_of_memory;
        }
        let Some(client) = self.clients.get(&conn) else { return Ok(spec) };
        let is_replica = self.repl.is_replica();
        let writes = spec.flags.has(Flags::WRITE);
        if !is_replica
            && (writes || spec.name == "ping")
            && let Some(error) = self.write_commands_denied_by_disk_error()
        {
            return Err(Refusal::abort(error.into_owned()));
        }
        if writes && self.too_few_good_replicas() {
            return Err(Refusal::abort("NOREPLICAS Not enough good replicas to write."));
        }
        if client.is_master() {
            return Ok(spec);
        }
        if is_replica && self.config.replica_read_only && writes {
            return Err(Refusal::only("READONLY You can't write against a read only replica."));
        }
        if client.is_subscriber() && !allowed_to_subscribers(spec.name) {
            return Err(Refusal::only("ERR only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT allowed in this context"));
        }
        if is_replica
            && self.repl.upstream.state() != ReplState::Connected
            && !self.config.replica_serve_stale_data
            && !spec.flags.has(Flags::STALE)
        {
            return Err(Refusal::abort(
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            ));
        }
        if self.loading.is_some() && !spec.flags.has(Flags::LOADING) {
            return Err(Refusal::only("LOADING Redis is loading the dataset in memory"));
        }
        if self.scripts.timed_out() && !allowed_while_busy(spec, argv) {
            return Err(Refusal::abort(
                "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            ));
        }
        Ok(spec)
    }

    /// Whether `min-replicas-to-write` forbids writes on this master.
    pub(crate) fn too_few_good_replicas(&self) -> bool {
        !self.repl.is_replica()
            && self.config.min_replicas_to_write > 0
            && self.config.min_replicas_max_lag > 0
            && self.repl.downstream.good_replicas < self.config.min_replicas_to_write
    }
}

/// `shared.oomerr`.
pub(crate) const OUT_OF_MEMORY: &str = "OOM command not allowed when used memory > 'maxmemory'.";

fn allowed_to_subscribers(name: &str) -> bool {
    matches!(name, "ping" | "subscribe" | "unsubscribe" | "psubscribe" | "punsubscribe")
}

/// AUTH, REPLCONF, SHUTDOWN NOSAVE and SCRIPT KILL.
fn allowed_while_busy(spec: &CommandSpec, argv: &[Vec<u8>]) -> bool {
    let begins_with = |letter: u8| argv.len() == 2 && argv[1].first().is_some_and(|c| c.eq_ignore_ascii_case(&letter));
    match spec.name {
        "auth" | "replconf" => true,
        "shutdown" => begins_with(b'n'),
        "script" => begins_with(b'k'),
        _ => false,
    }
}

/// Why a command was refused.
struct Refusal {
    error: Vec<u8>,
    /// Whether an open transaction is aborted by it.
    aborts: bool,
}

impl Refusal {
    fn abort(error: impl Into<Vec<u8>>) -> Self {
        Self { error: error.into(), aborts: true }
    }

    fn only(error: impl Into<Vec<u8>>) -> Self {
        Self { error: error.into(), aborts: false }
    }
}

/// A command's name in messages.
pub(crate) fn shown_name(name: &[u8]) -> String {
    escape(&name[..name.len().min(64)]).to_ascii_lowercase()
}

/// The bytes before the first NUL, as C prints them.
fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The error shows about 128 bytes of the arguments.
fn unknown_command(argv: &[Vec<u8>]) -> Vec<u8> {
    let mut args = Vec::new();
    for arg in &argv[1..] {
        if args.len() >= 128 {
            break;
        }
        let shown = until_zero(&arg[..arg.len().min(128 - args.len())]);
        args.extend([b"`", shown, b"`, "].concat());
    }
    [b"ERR unknown command `", until_zero(&argv[0]), b"`, with args beginning with: ", &args].concat()
}
