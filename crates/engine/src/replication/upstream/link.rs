//! The link of a replica to its master: its sixteen states, and the data of each.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::io::ConnId;
use crate::time::Instant;

/// `repl_state`: the sixteen states of a replica's link to its master.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReplState {
    /// 0: no replication active.
    #[default]
    None = 0,
    /// 1: must connect to the master.
    Connect,
    /// 2: the TCP connection is being established.
    Connecting,
    /// 3: wait for the reply to PING.
    ReceivePong,
    /// 4: send AUTH.
    SendAuth,
    /// 5: wait for its reply.
    ReceiveAuth,
    /// 6: send REPLCONF listening-port.
    SendPort,
    /// 7: wait for its reply.
    ReceivePort,
    /// 8: send REPLCONF ip-address.
    SendIp,
    /// 9: wait for its reply.
    ReceiveIp,
    /// 10: send REPLCONF capa.
    SendCapa,
    /// 11: wait for its reply.
    ReceiveCapa,
    /// 12: send PSYNC.
    SendPsync,
    /// 13: wait for its reply.
    ReceivePsync,
    /// 14: receive the RDB.
    Transfer,
    /// 15: receive the stream.
    Connected,
}

impl ReplState {
    /// All sixteen, in order.
    pub const ALL: [Self; 16] = [
        Self::None,
        Self::Connect,
        Self::Connecting,
        Self::ReceivePong,
        Self::SendAuth,
        Self::ReceiveAuth,
        Self::SendPort,
        Self::ReceivePort,
        Self::SendIp,
        Self::ReceiveIp,
        Self::SendCapa,
        Self::ReceiveCapa,
        Self::SendPsync,
        Self::ReceivePsync,
        Self::Transfer,
        Self::Connected,
    ];
    /// The name as replication.c spells it, without `REPL_STATE_`: `RECEIVE_PONG`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Connect => "CONNECT",
            Self::Connecting => "CONNECTING",
            Self::ReceivePong => "RECEIVE_PONG",
            Self::SendAuth => "SEND_AUTH",
            Self::ReceiveAuth => "RECEIVE_AUTH",
            Self::SendPort => "SEND_PORT",
            Self::ReceivePort => "RECEIVE_PORT",
            Self::SendIp => "SEND_IP",
            Self::ReceiveIp => "RECEIVE_IP",
            Self::SendCapa => "SEND_CAPA",
            Self::ReceiveCapa => "RECEIVE_CAPA",
            Self::SendPsync => "SEND_PSYNC",
            Self::ReceivePsync => "RECEIVE_PSYNC",
            Self::Transfer => "TRANSFER",
            Self::Connected => "CONNECTED",
        }
    }
    /// Whether this is a handshake state: RECEIVE_PONG to RECEIVE_PSYNC (`slaveIsInHandshakeState`).
    #[must_use]
    pub const fn is_handshake(self) -> bool {
        (self as u8) >= Self::ReceivePong as u8 && (self as u8) <= Self::ReceivePsync as u8
    }
}

/// The link, with the data that exists in each state.
#[derive(Debug)]
pub(crate) enum Link {
    /// NONE: this node is a master.
    None,
    /// CONNECT: cron connects next.
    Connect,
    /// CONNECTING.
    Connecting {
        /// The connection asked for.
        conn: ConnId,
        /// When it was asked for (`repl_transfer_lastio`), in Unix seconds.
        last_io: i64,
    },
    /// RECEIVE_PONG to RECEIVE_PSYNC.
    Handshake(Step, Socket),
    /// TRANSFER.
    Transfer(Socket, Transfer),
    /// CONNECTED: the connection is a client with the role of master.
    Connected(ConnId),
}

/// The states of the handshake, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    ReceivePong,
    SendAuth,
    ReceiveAuth,
    SendPort,
    ReceivePort,
    SendIp,
    ReceiveIp,
    SendCapa,
    ReceiveCapa,
    SendPsync,
    ReceivePsync,
}

impl Step {
    pub(crate) const fn state(self) -> ReplState {
        match self {
            Self::ReceivePong => ReplState::ReceivePong,
            Self::SendAuth => ReplState::SendAuth,
            Self::ReceiveAuth => ReplState::ReceiveAuth,
            Self::SendPort => ReplState::SendPort,
            Self::ReceivePort => ReplState::ReceivePort,
            Self::SendIp => ReplState::SendIp,
            Self::ReceiveIp => ReplState::ReceiveIp,
            Self::SendCapa => ReplState::SendCapa,
            Self::ReceiveCapa => ReplState::ReceiveCapa,
            Self::SendPsync => ReplState::SendPsync,
            Self::ReceivePsync => ReplState::ReceivePsync,
        }
    }
}

/// `repl_transfer_s`: the connection of the handshake and of the transfer.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) conn: ConnId,
    /// Bytes that the kernel accepts now.
    pub(crate) room: usize,
    /// Bytes received and not yet read: Redis leaves them in the kernel.
    pub(crate) rx: Vec<u8>,
    /// When the next byte of a started line must have arrived (`repl_syncio_timeout`, 5 s a byte).
    pub(crate) line_deadline: Option<Instant>,
    /// `repl_transfer_lastio`, in Unix seconds.
    pub(crate) last_io: i64,
}

/// How the end of the payload is recognised (`repl_transfer_size`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// The first line has not arrived: -1.
    #[default]
    Unknown,
    /// `$<n>`: so many bytes. Redis takes any number; no payload has 0 or fewer, and the next read fails.
    Bytes(i64),
    /// `$EOF:<mark>`: until the mark.
    Mark([u8; 40]),
}

impl Size {
    /// As Redis has it: -1 before the first line, 0 with a mark.
    pub(super) const fn shown(self) -> i64 {
        match self {
            Self::Unknown => -1,
            Self::Bytes(size) => size,
            Self::Mark(_) => 0,
        }
    }
}

/// A transfer in progress.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    pub(crate) size: Size,
    pub(super) payload: Payload,
    /// `repl_transfer_read`: bytes of payload read, including an EOF mark.
    pub(crate) read: usize,
}

/// What was received.
#[derive(Debug)]
pub(crate) enum Payload {
    /// The payload so far (the temporary file).
    Incomplete(Vec<u8>),
    /// It is being loaded. It is still here if it replaces `dbfilename` only afterwards.
    Loading { unsaved: Option<Arc<[u8]>> },
}

impl Default for Payload {
    fn default() -> Self {
        Self::Incomplete(Vec::new())
    }
}

impl Link {
    pub(crate) const fn state(&self) -> ReplState {
        match self {
            Self::None => ReplState::None,
            Self::Connect => ReplState::Connect,
            Self::Connecting { .. } => ReplState::Connecting,
            Self::Handshake(step, _) => step.state(),
            Self::Transfer(..) => ReplState::Transfer,
            Self::Connected(_) => ReplState::Connected,
        }
    }

    /// The connection, in any state that has one.
    pub(crate) const fn conn(&self) -> Option<ConnId> {
        match self {
            Self::None | Self::Connect => None,
            Self::Connecting { conn, .. } | Self::Connected(conn) => Some(*conn),
            Self::Handshake(_, socket) | Self::Transfer(socket, _) => Some(socket.conn),
        }
    }

    /// The socket of the handshake or the transfer.
    pub(crate) const fn socket(&self) -> Option<&Socket> {
        match self {
            Self::Handshake(_, socket) | Self::Transfer(socket, _) => Some(socket),
            _ => None,
        }
    }

    pub(crate) const fn socket_mut(&mut self) -> Option<&mut Socket> {
        match self {
            Self::Handshake(_, socket) | Self::Transfer(socket, _) => Some(socket),
            _ => None,
        }
    }
}
