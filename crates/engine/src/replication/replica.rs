//! The replica's side: the sixteen states of its link, and REPLICAOF.

use serde::{Deserialize, Serialize};

use crate::event::{CachedMasterChange, Event, LogLevel};
use crate::io::{ConnId, Output};
use crate::node::Node;
use psyncscope_resp::parse_i64_strict;

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
    /// Whether this is a handshake state: RECEIVE_PONG to RECEIVE_PSYNC.
    #[must_use]
    pub const fn is_handshake(self) -> bool {
        (self as u8) >= Self::ReceivePong as u8 && (self as u8) <= Self::ReceivePsync as u8
    }
}

impl Node {
    /// Sets `repl_state`; `why` is the reason in the event.
    pub(crate) fn set_repl_state(&mut self, to: ReplState, why: &str) {
        if matches!(to, ReplState::None | ReplState::Connected) {
            self.repl.refusal = None;
        }
        let from = std::mem::replace(&mut self.repl.state, to);
        if from != to {
            self.event(|| Event::ReplState { from, to, why: why.to_owned() });
        }
    }

    /// `replicaofCommand`: REPLICAOF and SLAVEOF.
    pub(crate) fn replicaof_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        if argv[1].eq_ignore_ascii_case(b"no") && argv[2].eq_ignore_ascii_case(b"one") {
            if self.repl.masterhost.is_some() {
                self.replication_unset_master();
                let who = self.clients.get(&conn).map(|client| client.addr()).unwrap_or_default();
                self.log(LogLevel::Notice, || format!("MASTER MODE enabled (user request from '{who}')"));
            }
            self.add_reply(conn, b"+OK\r\n");
            return;
        }
        if self.clients.get(&conn).is_some_and(|client| client.is_replica()) {
            self.add_reply(conn, b"-ERR Command is not valid when client is a replica.\r\n");
            return;
        }
        // Redis accepts any integer and fails at connect; here an invalid port is refused at once.
        let Some(port) = parse_i64_strict(&argv[2]).and_then(|port| u16::try_from(port).ok()) else {
            self.add_reply(conn, b"-ERR value is not an integer or out of range\r\n");
            return;
        };
        let host = String::from_utf8_lossy(&argv[1]).into_owned();
        if self.repl.masterhost.as_ref().is_some_and(|now| now.eq_ignore_ascii_case(&host))
            && self.repl.masterport == port
        {
            self.log(LogLevel::Notice, || {
                "REPLICAOF would result into synchronization with the master we are already connected with. No \
                 operation performed."
                    .into()
            });
            self.add_reply(conn, b"+OK Already connected to specified master\r\n");
            return;
        }
        self.replication_set_master(host.clone(), port);
        let who = self.clients.get(&conn).map(|client| client.addr()).unwrap_or_default();
        self.log(LogLevel::Notice, || format!("REPLICAOF {host}:{port} enabled (user request from '{who}')"));
        self.add_reply(conn, b"+OK\r\n");
    }

    /// `replicationSetMaster` (spec 4.10). Offsets, IDs and backlog stay: the first PSYNC uses them.
    fn replication_set_master(&mut self, host: String, port: u16) {
        let was_master = self.repl.masterhost.is_none();
        self.repl.masterhost = Some(host);
        self.repl.masterport = port;
        self.repl.refusal = None;
        if let Some(master) = self.repl.master {
            self.free_client(master, true);
        }
        self.disconnect_all_blocked_clients();
        self.disconnect_slaves();
        self.cancel_replication_handshake("new master");
        if was_master {
            self.replication_discard_cached_master();
            self.replication_cache_master_using_myself(0, CachedMasterChange::Synthesized);
        }
        self.set_repl_state(ReplState::Connect, "REPLICAOF");
    }

    /// `replicationUnsetMaster` (spec 4.11). The IDs shift before the master is freed; the backlog stays, so that
    /// siblings and the old master can resync partially.
    fn replication_unset_master(&mut self) {
        if self.repl.masterhost.take().is_none() {
            return;
        }
        self.shift_replication_id();
        if let Some(master) = self.repl.master {
            self.free_client(master, true);
        }
        self.replication_discard_cached_master();
        self.cancel_replication_handshake("promoted");
        self.disconnect_slaves();
        self.set_repl_state(ReplState::None, "REPLICAOF NO ONE");
        self.repl.slaveseldb = None;
        self.repl.repl_no_slaves_since = self.now.unix_s();
    }

    /// `slaveIsInHandshakeState`: called by the two functions below and by cron.
    pub(crate) fn slave_is_in_handshake_state(&self) -> bool {
        self.repl.state.is_handshake()
    }

    /// `cancelReplicationHandshake`: called when the master changes, when a handshake or a transfer times out, and
    /// when a transfer fails. Returns whether there was one; the next cron then connects again.
    pub(crate) fn cancel_replication_handshake(&mut self, why: &str) -> bool {
        if self.repl.state == ReplState::Transfer {
            self.replication_abort_sync_transfer();
        } else if self.repl.state == ReplState::Connecting || self.slave_is_in_handshake_state() {
            self.undo_connect_with_master();
        } else {
            return false;
        }
        self.set_repl_state(ReplState::Connect, why);
        true
    }

    /// `undoConnectWithMaster`: closes the connection of the handshake. Called when a handshake or a transfer is
    /// aborted.
    pub(crate) fn undo_connect_with_master(&mut self) {
        if let Some(conn) = self.repl.link.take() {
            self.out.outputs.push(Output::Close { conn });
        }
        self.forget_link();
    }

    /// Clears the state of the handshake's connection.
    pub(crate) fn forget_link(&mut self) {
        self.repl.link = None;
        self.repl.link_rx.clear();
        self.repl.line_deadline = None;
    }
}
