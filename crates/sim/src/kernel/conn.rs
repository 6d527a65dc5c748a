//! One connection: pending notifications to its process, and the timeouts for a silent peer.

use psyncscope_engine::io::CloseReason;
use smoltcp::socket::tcp::{Socket, State};

use super::READ_MAX;
use super::sockets::{SocketId, Sockets};
use crate::causes::TurnId;
use crate::packet::Endpoint;

/// How long Linux waits before it gives a connection up, in microseconds.
mod give_up {
    /// For an answer to a SYN: `tcp_syn_retries` = 6, so 1 + 2 + 4 + ... + 64 s.
    pub(super) const SYN_US: u64 = 127_000_000;
    /// For the last ACK of a handshake: `tcp_synack_retries` = 5.
    pub(super) const SYN_ACK_US: u64 = 63_000_000;
    /// For an ACK of data: `tcp_retries2` = 15.
    pub(super) const DATA_US: u64 = 924_600_000;
    /// For an ACK of data or FIN when no process holds the socket any more: `tcp_orphan_retries` = 0, which means 8.
    pub(super) const ORPHAN_US: u64 = 102_200_000;
    /// For the peer's FIN after ours: `tcp_fin_timeout`.
    pub(super) const FIN_WAIT_2_US: u64 = 60_000_000;
}

/// A notification to a process about a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    Accepted {
        room: usize,
    },
    Connected {
        room: usize,
    },
    ConnectFailed(&'static str),
    /// Bytes were read into the buffer given.
    Received,
    Writable {
        room: usize,
    },
    Closed(CloseReason),
}

/// A connection that a process holds.
#[derive(Debug)]
pub(super) struct Conn {
    /// `None` once the connection is over.
    pub socket: Option<SocketId>,
    pub local_port: u16,
    pub remote: Endpoint,
    pub phase: Phase,
    /// The turn that opened it, if its process did.
    pub opened_by: TurnId,
    /// What had arrived and was not read when the socket was removed.
    unread: Vec<u8>,
    /// The room as known to the process: the last notified one, minus the bytes sent since.
    pub credit: usize,
    /// Bytes the process handed over in all.
    pub sent: u64,
    /// Bytes the process read in all.
    read: u64,
    /// Set when the process did not use notified room: then it is notified again only when there is more.
    pub unused_room: Option<usize>,
    pub give_up_timer: GiveUpTimer,
    /// When it is given up or fails, as things stand, in microseconds.
    pub deadline: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waits for the SYN's answer.
    Connecting,
    /// Will fail at this time with this error; no packet is ever sent.
    Failing(u64, &'static str),
    /// Failed; the process is to be notified.
    Failed(&'static str),
    Open,
    /// Over; the process is notified once all is read.
    Over(CloseReason),
}

/// When a peer that owes an answer is given up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GiveUpTimer {
    /// When the peer made progress last, or the wait began, in microseconds.
    pub since: u64,
    /// Bytes acknowledged by then, and the state.
    progress: (u64, Option<State>),
}

impl GiveUpTimer {
    pub(super) const fn from(now: u64) -> Self {
        Self { since: now, progress: (0, None) }
    }

    /// When to give up, if an answer is owed. `acked`: bytes acknowledged so far.
    pub(super) fn deadline(&mut self, now: u64, socket: &Socket<'_>, acked: u64, orphan: bool) -> Option<u64> {
        let state = socket.state();
        let limit = match state {
            State::SynSent => give_up::SYN_US,
            State::SynReceived => give_up::SYN_ACK_US,
            State::FinWait1 | State::Closing | State::LastAck => give_up::ORPHAN_US,
            State::FinWait2 => give_up::FIN_WAIT_2_US,
            _ if socket.send_queue() == 0 => {
                self.since = now;
                return None;
            }
            _ if orphan => give_up::ORPHAN_US,
            _ => give_up::DATA_US,
        };
        if self.progress != (acked, Some(state)) {
            self.progress = (acked, Some(state));
            self.since = now;
        }
        Some(self.since + limit)
    }
}

impl Conn {
    pub(super) fn new(
        now: u64,
        socket: Option<SocketId>,
        local_port: u16,
        remote: Endpoint,
        phase: Phase,
        opened_by: TurnId,
        credit: usize,
    ) -> Self {
        let give_up_timer = GiveUpTimer::from(now);
        Self {
            socket,
            local_port,
            remote,
            phase,
            opened_by,
            unread: Vec::new(),
            credit,
            sent: 0,
            read: 0,
            unused_room: None,
            give_up_timer,
            deadline: None,
        }
    }

    /// Frees the socket without a packet; keeps what is unread, and the reason for the process.
    pub(super) fn end(&mut self, sockets: &mut Sockets, reason: CloseReason) {
        let Some(handle) = self.socket.take() else { return };
        let mut socket = sockets.remove(handle);
        let mut unread = vec![0; socket.recv_queue()];
        // A socket closed before it was ever open has nothing to read, and says so with an error.
        let n = socket.recv_slice(&mut unread).unwrap_or(0);
        unread.truncate(n);
        self.unread = unread;
        self.phase = match (self.phase, reason) {
            (Phase::Connecting, CloseReason::TimedOut) => Phase::Failed("Connection timed out"),
            (Phase::Connecting, _) => Phase::Failed("Connection refused"),
            _ => Phase::Over(reason),
        };
    }

    /// Takes the next event, if [`Conn::is_ready`]; bytes go into `buffer`.
    pub(super) fn take_event(&mut self, sockets: &mut Sockets, buffer: &mut Vec<u8>) -> Ready {
        buffer.clear();
        if !self.unread.is_empty() {
            let n = self.unread.len().min(READ_MAX);
            buffer.extend(self.unread.drain(..n));
            self.read += n as u64;
            return Ready::Received;
        }
        match self.phase {
            Phase::Failed(error) => return Ready::ConnectFailed(error),
            Phase::Over(reason) => return Ready::Closed(reason),
            Phase::Connecting | Phase::Failing(..) | Phase::Open => {}
        }
        let socket = sockets.get_mut(self.socket.expect("only what is over has no socket"));
        let room = socket.send_capacity() - socket.send_queue();
        if self.phase == Phase::Connecting {
            self.phase = Phase::Open;
            self.credit = room;
            return Ready::Connected { room };
        }
        if socket.can_recv() {
            buffer.resize(socket.recv_queue().min(READ_MAX), 0);
            let n = socket.recv_slice(buffer).unwrap_or(0);
            buffer.truncate(n);
            self.read += n as u64;
            return Ready::Received;
        }
        if !socket.may_recv() {
            return Ready::Closed(CloseReason::Eof);
        }
        self.credit = room;
        self.unused_room = Some(room);
        Ready::Writable { room }
    }

    /// Bytes that arrived in order, read or not.
    pub(super) fn received(&self, sockets: &Sockets) -> u64 {
        let queued = self.socket.map_or(0, |handle| sockets.get(handle).recv_queue());
        self.read + (queued + self.unread.len()) as u64
    }

    /// Whether there is an event for the process.
    pub(super) fn is_ready(&self, sockets: &Sockets, wants_write: impl Fn() -> bool) -> bool {
        if !self.unread.is_empty() || matches!(self.phase, Phase::Failed(_) | Phase::Over(_)) {
            return true;
        }
        let Some(handle) = self.socket else { return false };
        let socket = sockets.get(handle);
        match self.phase {
            Phase::Connecting => !matches!(socket.state(), State::SynSent | State::SynReceived),
            _ if socket.can_recv() || !socket.may_recv() => true,
            _ => {
                let (room, capacity) = (socket.send_capacity() - socket.send_queue(), socket.send_capacity());
                // Linux calls a socket writable from a third of its buffer on.
                room * 3 >= capacity && self.unused_room.is_none_or(|unused| room > unused) && wants_write()
            }
        }
    }
}
