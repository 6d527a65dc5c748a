//! What is said to the other server, and what becomes of its replies.

use std::borrow::Cow;

use psyncscope_rdb as rdb;
use psyncscope_resp::{Reply, encode_command};

use super::state::{CachedSocket, Exchange, Migration, Phase};
use crate::io::{CloseReason, ConnId, Output};
use crate::node::Node;
use crate::time::Instant;

/// The query is written in pieces of this size, each within the timeout.
const PIECE: usize = 64 * 1024;
/// The longest line of a reply (`char buf[1024]`). Further bytes are read as the next reply.
const LINE_MAX: usize = 1023;

/// What failed, as the reply names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Writing,
    Reading,
}

/// Why it failed (`errno`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    TimedOut,
    Broken,
}

impl From<CloseReason> for Why {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::TimedOut => Self::TimedOut,
            CloseReason::Eof | CloseReason::Reset => Self::Broken,
        }
    }
}

/// A reply to read.
enum Line {
    Whole(Vec<u8>),
    /// More bytes are needed.
    Part,
    /// A line without any byte, not even a carriage return: Redis takes it for an error.
    Nothing,
}

/// `syncReadLine`.
fn take_line(rx: &mut Vec<u8>) -> Line {
    let window = &rx[..rx.len().min(LINE_MAX)];
    let (len, end) = match window.iter().position(|&byte| byte == b'\n') {
        Some(0) => return Line::Nothing,
        Some(len) => (len, len + 1),
        None if window.len() == LINE_MAX => (LINE_MAX, LINE_MAX),
        None => return Line::Part,
    };
    let line = rx[..len].to_vec();
    rx.drain(..end);
    Line::Whole(if end > len { line.strip_suffix(b"\r").map(<[u8]>::to_vec).unwrap_or(line) } else { line })
}

/// `addReplyErrorFormat(c, "Target instance replied with error: %s")`.
fn target_error(line: &[u8]) -> Vec<u8> {
    let mut reply = Reply::default();
    reply.error([&b"ERR Target instance replied with error: "[..], &line[1..]].concat());
    reply.take()
}

impl Node {
    /// A migration's connection is established.
    pub(super) fn migration_connected(&mut self, room: usize) {
        let Some(migration) = self.migrations.running.take() else { return };
        let Phase::Connecting(conn) = migration.phase else { return };
        let (name, last_use) = (migration.target.name.clone(), self.now.unix_s());
        self.migrations.sockets.push(CachedSocket { name, conn, room, is_open: true, last_db: -1, last_use });
        self.begin_exchange(migration);
    }

    /// The connection failed. Redis notices a refusal when it writes; the address of a host that it does not know, before.
    pub(super) fn migration_not_connected(&mut self, error: &str) {
        match error {
            "Connection refused" | "Connection reset by peer" | "No route to host" => {
                self.migration_failed(Doing::Writing, Why::Broken);
            }
            "Connection timed out" => self.migration_failed(Doing::Writing, Why::TimedOut),
            _ => {
                let error = error.trim_start_matches("failed to lookup address information: ");
                let mut reply = Reply::default();
                reply.error(format!("ERR Can't connect to target node: {error}"));
                self.end_migration(&reply.take(), Vec::new());
            }
        }
    }

    /// Makes the query, and writes what the kernel accepts of it. Its replies are read with later inputs.
    pub(super) fn begin_exchange(&mut self, mut migration: Box<Migration>) {
        let Some(socket) = self.migrations.socket_named(&migration.target.name) else { return };
        let (conn, options) = (socket.conn, &migration.options);
        let mut query = Vec::new();
        let mut preamble = 0;
        if let Some(password) = &options.password {
            query.extend(encode_command(&[b"AUTH", password.as_slice()]));
            preamble += 1;
        }
        if socket.last_db != options.db {
            query.extend(encode_command(&["SELECT", &options.db.to_string()]));
            preamble += 1;
        }
        let mut keys = Vec::new();
        let now_ms = self.now.unix_ms();
        for key in &migration.keys {
            let Some(entry) = self.keyspace.get(migration.db, key) else { continue };
            let ttl = entry.expire_ms().map_or(0, |at| at - now_ms);
            if ttl < 0 {
                continue;
            }
            let ttl = if entry.expire_ms().is_some() { ttl.max(1) } else { 0 };
            let payload = rdb::dump(entry.value(), self.config.data.rdbcompression);
            let (ttl, replace) = (ttl.to_string(), options.replace.then_some(&b"REPLACE"[..]));
            let words = [&b"RESTORE"[..], key, ttl.as_bytes(), &payload].into_iter().chain(replace);
            query.extend(encode_command(&words.collect::<Vec<_>>()));
            keys.push(key.clone());
        }
        let query_is_empty = query.is_empty();
        let (rx, replies) = (Vec::new(), Vec::new());
        migration.phase = Phase::Exchange(Exchange { conn, query, sent: 0, preamble, keys, rx, replies });
        // Nothing to ask, as all keys have expired: it is done as soon as the calls around it wait for it.
        migration.deadline = if query_is_empty { self.busy_until() } else { self.migration_deadline(&migration) };
        self.migrations.running = Some(migration);
        self.write_to_target();
    }

    /// When the other server must have done the next step, if it begins now.
    fn migration_deadline(&self, migration: &Migration) -> Instant {
        self.busy_until().plus_ms(migration.options.timeout_ms)
    }

    /// `syncWrite`, of each piece of the query.
    fn write_to_target(&mut self) {
        let deadline = self.migrations.running.as_deref().map(|migration| self.migration_deadline(migration));
        let Some(migration) = self.migrations.running.as_deref_mut() else { return };
        let Phase::Exchange(exchange) = &mut migration.phase else { return };
        let Some(socket) = self.migrations.sockets.iter_mut().find(|socket| socket.conn == exchange.conn) else {
            return;
        };
        let bytes = &exchange.query[exchange.sent..];
        let bytes = bytes[..bytes.len().min(socket.room)].to_vec();
        if bytes.is_empty() {
            return;
        }
        let pieces_before = exchange.sent / PIECE;
        socket.room -= bytes.len();
        exchange.sent += bytes.len();
        if let Some(deadline) = deadline.filter(|_| exchange.is_sent() || exchange.sent / PIECE > pieces_before) {
            migration.deadline = deadline;
        }
        self.out.outputs.push(Output::Send { conn: exchange.conn, bytes });
    }

    pub(super) fn migration_writable(&mut self, conn: ConnId, room: usize) {
        if let Some(socket) = self.migrations.socket(conn) {
            socket.room = room;
        }
        if self.migrations.writer() == Some(conn) {
            self.write_to_target();
        }
    }

    /// Bytes on a connection of the cache: of the exchange, or of a server that said something unasked. Redis would take
    /// that for the next reply; here the connection is not used again.
    pub(super) fn migration_received(&mut self, conn: ConnId, bytes: &[u8]) {
        if self.migrations.awaited() != Some(conn) {
            if let Some(socket) = self.migrations.socket(conn)
                && std::mem::take(&mut socket.is_open)
            {
                self.out.outputs.push(Output::Close { conn });
            }
            return;
        }
        let deadline = self.migrations.running.as_deref().map(|migration| self.migration_deadline(migration));
        if let Some(migration) = self.migrations.running.as_deref_mut()
            && let Phase::Exchange(exchange) = &mut migration.phase
        {
            exchange.rx.extend_from_slice(bytes);
            // More than all replies can take is no reply.
            exchange.rx.truncate(exchange.replies_max() * (LINE_MAX + 1));
            // The timeout is that of a byte.
            if let Some(deadline) = deadline.filter(|_| exchange.is_sent()) {
                migration.deadline = deadline;
            }
        }
        self.read_from_target();
    }

    /// The other side closed a connection of the cache.
    pub(super) fn migration_closed(&mut self, conn: ConnId, reason: CloseReason) {
        if let Some(socket) = self.migrations.socket(conn) {
            socket.is_open = false;
        }
        if self.migrations.awaited() == Some(conn) {
            self.migration_interrupted(reason.into());
        }
    }

    /// The deadline has passed.
    pub(crate) fn migration_timer(&mut self) {
        if self.migrations.deadline().is_none_or(|deadline| deadline > self.now.mono) {
            return;
        }
        match self.migrations.running.as_deref().map(|migration| &migration.phase) {
            Some(Phase::Connecting(conn)) => {
                self.out.outputs.push(Output::Close { conn: *conn });
                self.end_migration(b"-IOERR error or timeout connecting to the client\r\n", Vec::new());
            }
            Some(Phase::Exchange(exchange)) if exchange.is_answered() => self.conclude_migration(None),
            Some(Phase::Exchange(_)) => self.migration_interrupted(Why::TimedOut),
            None => {}
        }
    }

    /// The exchange cannot go on.
    fn migration_interrupted(&mut self, why: Why) {
        if self.migrations.writer().is_some() {
            self.migration_failed(Doing::Writing, why);
        } else {
            self.conclude_migration(Some(why));
        }
    }

    /// Reads the replies that are there.
    fn read_from_target(&mut self) {
        let Some(Phase::Exchange(exchange)) = self.migrations.running.as_deref_mut().map(|m| &mut m.phase) else {
            return;
        };
        if !exchange.is_sent() {
            return;
        }
        while !exchange.is_answered() {
            match take_line(&mut exchange.rx) {
                Line::Whole(line) => exchange.replies.push(line),
                Line::Part => return,
                Line::Nothing => return self.conclude_migration(Some(Why::Broken)),
            }
        }
        self.conclude_migration(None);
    }

    /// All replies are there, or no more come. Keys whose RESTORE was confirmed are deleted, unless COPY was given.
    fn conclude_migration(&mut self, failure: Option<Why>) {
        let Some(migration) = self.migrations.running.as_deref_mut() else { return };
        let Phase::Exchange(exchange) = &mut migration.phase else { return };
        let preamble = exchange.preamble.min(exchange.replies.len());
        let restored = exchange.replies.split_off(preamble);
        let is_error = |line: &&Vec<u8>| line.first() == Some(&b'-');
        let refused = exchange.replies.iter().find(is_error);
        let error = refused.filter(|_| !restored.is_empty()).or_else(|| restored.iter().find(is_error)).cloned();
        let mut deleted = Vec::new();
        if refused.is_none() && !migration.options.copy {
            let keys = std::mem::take(&mut exchange.keys).into_iter().zip(&restored);
            deleted.extend(keys.filter(|(_, line)| !is_error(line)).map(|(key, _)| key));
        }
        let (conn, db) = (exchange.conn, migration.options.db);
        if let Some(why) = failure {
            if restored.is_empty() {
                return self.migration_failed(Doing::Reading, why);
            }
            self.forget_target();
        } else if let Some(socket) = self.migrations.socket(conn) {
            socket.last_db = if error.is_some() { -1 } else { db };
        }
        let reply = match (&error, failure) {
            (Some(line), _) => Cow::Owned(target_error(line)),
            (None, Some(_)) => Cow::Borrowed(IOERR_READING),
            (None, None) => Cow::Borrowed(&b"+OK\r\n"[..]),
        };
        self.end_migration(&reply, deleted);
    }

    /// `socket_err`: the connection is made again, once, unless the time was up.
    fn migration_failed(&mut self, doing: Doing, why: Why) {
        self.forget_target();
        let Some(migration) = self.migrations.running.as_deref_mut() else { return };
        if why == Why::Broken && std::mem::take(&mut migration.may_retry) {
            if let Some(migration) = self.migrations.running.take() {
                self.try_migration(migration);
            }
            return;
        }
        self.end_migration(if doing == Doing::Writing { IOERR_WRITING } else { IOERR_READING }, Vec::new());
    }

    /// `migrateCloseSocket`.
    fn forget_target(&mut self) {
        let name = self.migrations.running.as_ref().map(|migration| migration.target.name.clone());
        if let Some(socket) = name.and_then(|name| self.migrations.forget(&name)) {
            self.close_migrate_socket(socket.conn, socket.is_open);
        }
    }
}

const IOERR_WRITING: &[u8] = b"-IOERR error or timeout writing to target instance\r\n";
const IOERR_READING: &[u8] = b"-IOERR error or timeout reading to target instance\r\n";
