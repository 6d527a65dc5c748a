//! The replica's side.
use serde::{Deserialize, Serialize};

/// `repl_state`: the sixteen states of a replica's link to its master.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReplState {
    /// 0: no replication active.
    #[default]
    None = 0,
    /// 1: must connect to the master.
    Connect,
    /// 2: the TCP connection is being made.
    Connecting,
    /// 3: wait for the PING's answer.
    ReceivePong,
    /// 4: send AUTH.
    SendAuth,
    /// 5: wait for its answer.
    ReceiveAuth,
    /// 6: send REPLCONF listening-port.
    SendPort,
    /// 7: wait for its answer.
    ReceivePort,
    /// 8: send REPLCONF ip-address.
    SendIp,
    /// 9: wait for its answer.
    ReceiveIp,
    /// 10: send REPLCONF capa.
    SendCapa,
    /// 11: wait for its answer.
    ReceiveCapa,
    /// 12: send PSYNC.
    SendPsync,
    /// 13: wait for its answer.
    ReceivePsync,
    /// 14: receive the RDB.
    Transfer,
    /// 15: follow the stream.
    Connected,
}

impl ReplState {
    /// All sixteen, in order.
    pub const ALL: [Self; 16] = [
        Self::None, Self::Connect, Self::Connecting, Self::ReceivePong, Self::SendAuth, Self::ReceiveAuth,
        Self::SendPort, Self::ReceivePort, Self::SendIp, Self::ReceiveIp, Self::SendCapa, Self::ReceiveCapa,
        Self::SendPsync, Self::ReceivePsync, Self::Transfer, Self::Connected,
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
    /// `slaveIsInHandshakeState`: RECEIVE_PONG to RECEIVE_PSYNC.
    #[must_use]
    pub const fn is_handshake(self) -> bool {
        (self as u8) >= Self::ReceivePong as u8 && (self as u8) <= Self::ReceivePsync as u8
    }
}
