//! The migration that runs, the connections that are kept for the next ones, and the input that waits.

use std::collections::VecDeque;

use psyncscope_resp::errors;

use crate::command::propagation::Suspended;
use crate::io::{ChildFile, ChildId, CloseReason, ConnId, Input, Peer};
use crate::time::Instant;

/// `MIGRATE_SOCKET_CACHE_ITEMS`.
pub(super) const CACHED_MAX: usize = 64;

/// All of a node's migrations.
#[derive(Debug, Default)]
pub(crate) struct Migrations {
    /// The one that runs.
    pub(super) running: Option<Box<Migration>>,
    /// `migrate_cached_sockets`.
    pub(super) sockets: Vec<CachedSocket>,
}

impl Migrations {
    /// Whether none runs and no connection is kept.
    pub(super) fn is_unused(&self) -> bool {
        self.running.is_none() && self.sockets.is_empty()
    }

    /// Whether one runs: nothing else happens in the node until it ends.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// When the other server must have done the next step.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.running.as_ref().map(|migration| migration.deadline)
    }

    /// `migrate_cached_sockets`, as INFO has it.
    pub(crate) fn cached(&self) -> usize {
        self.sockets.len()
    }

    /// The connection of the one that runs, if it has to wait for room there.
    pub(crate) fn writer(&self) -> Option<ConnId> {
        match &self.running.as_ref()?.phase {
            Phase::Exchange(exchange) if !exchange.is_sent() => Some(exchange.conn),
            _ => None,
        }
    }

    /// The connection that the one that runs waits for.
    pub(crate) fn awaited(&self) -> Option<ConnId> {
        self.running.as_ref().map(|migration| match &migration.phase {
            Phase::Connecting(conn) => *conn,
            Phase::Exchange(exchange) => exchange.conn,
        })
    }

    pub(super) fn is_connecting(&self, conn: ConnId) -> bool {
        self.running.as_ref().is_some_and(|migration| migration.phase.is_connecting(conn))
    }

    pub(super) fn has(&self, conn: ConnId) -> bool {
        self.sockets.iter().any(|socket| socket.conn == conn)
    }

    pub(super) fn socket(&mut self, conn: ConnId) -> Option<&mut CachedSocket> {
        self.sockets.iter_mut().find(|socket| socket.conn == conn)
    }

    pub(super) fn socket_named(&mut self, name: &[u8]) -> Option<&mut CachedSocket> {
        self.sockets.iter_mut().find(|socket| socket.name == name)
    }

    /// Removes a connection from the cache.
    pub(super) fn forget(&mut self, name: &[u8]) -> Option<CachedSocket> {
        let at = self.sockets.iter().position(|socket| socket.name == name)?;
        Some(self.sockets.swap_remove(at))
    }
}

/// `migrateCachedSocket`: a connection to another server.
#[derive(Debug)]
pub(super) struct CachedSocket {
    /// Host and port as the command named them, with a colon between.
    pub(super) name: Vec<u8>,
    pub(super) conn: ConnId,
    /// Bytes that the kernel accepts now.
    pub(super) room: usize,
    /// The other side has not closed it.
    pub(super) is_open: bool,
    /// `last_dbid`, -1 if it is not known.
    pub(super) last_db: i64,
    /// `last_use_time`, in Unix seconds.
    pub(super) last_use: i64,
}

/// The other server.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    /// Its name in the cache.
    pub(super) name: Vec<u8>,
}

impl Target {
    /// `None` if the port, which is read as by `atoi`, is none.
    pub(super) fn new(host: &[u8], port: &[u8]) -> Option<Self> {
        let text = port.trim_ascii_start();
        let (sign, digits) = match text.split_first() {
            Some((b'-', digits)) => (-1, digits),
            Some((b'+', digits)) => (1, digits),
            _ => (1, text),
        };
        let digits = digits.iter().map_while(|byte| char::from(*byte).to_digit(10));
        let number = digits.fold(0_i64, |number, digit| (number * 10 + i64::from(digit)).min(i64::from(i32::MAX)));
        let name = [host, b":", port].concat();
        Some(Self { host: String::from_utf8_lossy(host).into_owned(), port: u16::try_from(sign * number).ok()?, name })
    }
}

/// The arguments besides target and keys.
#[derive(Debug)]
pub(super) struct Options {
    /// `dbid`, whether or not the other server has such a database.
    pub(super) db: i64,
    pub(super) timeout_ms: u64,
    pub(super) copy: bool,
    pub(super) replace: bool,
    pub(super) password: Option<Vec<u8>>,
}

impl Options {
    /// Reads the options, and returns the keys.
    pub(super) fn parse(&mut self, argv: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, &'static str> {
        let mut words = argv[6..].iter();
        while let Some(word) = words.next() {
            match word.to_ascii_lowercase().as_slice() {
                b"copy" => self.copy = true,
                b"replace" => self.replace = true,
                b"auth" => self.password = Some(words.next().ok_or(errors::SYNTAX)?.clone()),
                b"keys" if !argv[3].is_empty() => {
                    return Err("ERR When using MIGRATE KEYS option, the key argument must be set to the empty string");
                }
                b"keys" => return Ok(words.cloned().collect()),
                _ => return Err(errors::SYNTAX),
            }
        }
        Ok(vec![argv[3].clone()])
    }
}

/// A migration that runs.
#[derive(Debug)]
pub(super) struct Migration {
    pub(super) caller: ConnId,
    /// The database of the keys.
    pub(super) db: usize,
    pub(super) target: Target,
    pub(super) options: Options,
    /// The keys that were there when it began.
    pub(super) keys: Vec<Vec<u8>>,
    /// `may_retry`: a connection that breaks before the first reply is made again, once.
    pub(super) may_retry: bool,
    pub(super) phase: Phase,
    pub(super) deadline: Instant,
    /// Input that came meanwhile.
    pub(super) held: VecDeque<Held>,
    /// The calls to complete when it ends: of MIGRATE, then of the EXEC around it.
    pub(super) suspended: Vec<Suspended>,
}

impl Migration {
    pub(super) fn new(caller: ConnId, db: usize, target: Target, options: Options, keys: Vec<Vec<u8>>) -> Self {
        Self {
            caller,
            db,
            target,
            options,
            keys,
            may_retry: true,
            phase: Phase::Connecting(caller),
            deadline: Instant(0),
            held: VecDeque::new(),
            suspended: Vec::new(),
        }
    }
}

/// What a migration waits for.
#[derive(Debug)]
pub(super) enum Phase {
    /// A new connection.
    Connecting(ConnId),
    /// Room to write, or replies.
    Exchange(Exchange),
}

impl Phase {
    pub(super) fn is_connecting(&self, conn: ConnId) -> bool {
        matches!(self, Self::Connecting(connecting) if *connecting == conn)
    }
}

/// What is said on the connection.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) conn: ConnId,
    /// AUTH and SELECT, if they are needed, then a RESTORE for each key.
    pub(super) query: Vec<u8>,
    /// Bytes of it that were passed to the kernel.
    pub(super) sent: usize,
    /// How many replies precede those to RESTORE.
    pub(super) preamble: usize,
    /// The keys in the query.
    pub(super) keys: Vec<Vec<u8>>,
    /// Bytes of the next reply.
    pub(super) rx: Vec<u8>,
    /// The replies so far, without their line ends.
    pub(super) replies: Vec<Vec<u8>>,
}

impl Exchange {
    pub(super) fn is_sent(&self) -> bool {
        self.sent == self.query.len()
    }

    /// How many replies there will be.
    pub(super) fn replies_max(&self) -> usize {
        self.preamble + self.keys.len()
    }

    pub(super) fn is_answered(&self) -> bool {
        self.replies.len() == self.replies_max()
    }
}

/// An [`Input`] that waits until a migration has ended.
#[derive(Debug)]
pub(super) enum Held {
    Accepted { conn: ConnId, peer: Peer, room: usize },
    Connected { conn: ConnId, room: usize },
    ConnectFailed { conn: ConnId, error: String },
    Received { conn: ConnId, bytes: Vec<u8> },
    Writable { conn: ConnId, room: usize },
    Closed { conn: ConnId, reason: CloseReason },
    LoadStep,
    ChildDone { child: ChildId, result: Result<ChildFile, String> },
    ChildStreamed { child: ChildId, reached: Vec<ConnId> },
    Terminate,
}

impl From<Input<'_>> for Held {
    fn from(input: Input<'_>) -> Self {
        match input {
            Input::Accepted { conn, peer, room } => Self::Accepted { conn, peer, room },
            Input::Connected { conn, room } => Self::Connected { conn, room },
            Input::ConnectFailed { conn, error } => Self::ConnectFailed { conn, error: error.to_owned() },
            Input::Received { conn, bytes } => Self::Received { conn, bytes: bytes.to_vec() },
            Input::Writable { conn, room } => Self::Writable { conn, room },
            Input::Closed { conn, reason } => Self::Closed { conn, reason },
            Input::ChildDone { child, result } => Self::ChildDone { child, result },
            Input::ChildStreamed { child, reached } => Self::ChildStreamed { child, reached: reached.to_vec() },
            Input::Terminate => Self::Terminate,
            // These two are not held.
            Input::LoadStep | Input::Timer | Input::Disk(_) => Self::LoadStep,
        }
    }
}

impl Held {
    pub(super) fn pass(self, take: impl FnOnce(Input<'_>)) {
        match self {
            Self::Accepted { conn, peer, room } => take(Input::Accepted { conn, peer, room }),
            Self::Connected { conn, room } => take(Input::Connected { conn, room }),
            Self::ConnectFailed { conn, error } => take(Input::ConnectFailed { conn, error: &error }),
            Self::Received { conn, bytes } => take(Input::Received { conn, bytes: &bytes }),
            Self::Writable { conn, room } => take(Input::Writable { conn, room }),
            Self::Closed { conn, reason } => take(Input::Closed { conn, reason }),
            Self::LoadStep => take(Input::LoadStep),
            Self::ChildDone { child, result } => take(Input::ChildDone { child, result }),
            Self::ChildStreamed { child, reached } => take(Input::ChildStreamed { child, reached: &reached }),
            Self::Terminate => take(Input::Terminate),
        }
    }
}
