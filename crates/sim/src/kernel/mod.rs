//! A host's kernel: TCP sockets on a smoltcp interface, and what Linux does around them.
//!
//! smoltcp keeps its own rules where they are those of any TCP: an initial retransmission timeout of 1 s, doubled up
//! to 60 s and never below 1 s once measured (Linux: 200 ms); fast retransmit after three duplicate ACKs; zero-window
//! probes; no congestion control, so only the windows limit a sender; TIME-WAIT of 10 s. What this module adds or
//! changes, because Redis's peers would notice:
//!
//! * Nagle's algorithm is off (`TCP_NODELAY`, as Redis sets it) and ACKs without data wait up to 40 ms, as in Linux.
//! * There are no listening sockets waiting: one is made for each SYN that comes to the port of a living process, so
//!   any number of connections may come in one instant, up to the backlog; then SYNs are ignored, as Linux does.
//! * `close` with bytes unread, or bytes that arrive after it, reset the connection.
//! * A connection is given up when its peer has said nothing new for as long as Linux would wait (`conn::give_up`).
//!   smoltcp's own timeout is off: it would also end idle connections.
//! * There is no keep-alive: Redis's default of 300 s is longer than any of its replication timeouts.

mod conn;
mod sockets;
mod sorted;
mod update;

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

use psyncscope_engine::ConnId;
use psyncscope_engine::io::CloseReason;
use smoltcp::iface::{Config, Interface};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr};

pub(crate) use self::conn::Ready;
use self::conn::{Conn, GiveUpTimer, Phase};
use self::sockets::{Ends, SocketId, Sockets, ends};
use self::sorted::Sorted;
use crate::causes::TurnId;
use crate::config::TcpSettings;
use crate::device::QueueDevice;
use crate::packet::{Endpoint, Segment};

/// The longest time an ACK waits for data to ride on.
const ACK_DELAY: Duration = Duration::from_millis(40);

/// Ports for outgoing connections, as Linux's `ip_local_port_range`.
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32768..=60999;

/// Most bytes handed to a process at once (`PROTO_IOBUF_LEN`).
pub(crate) const READ_MAX: usize = 16 * 1024;

pub(crate) const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A notification to a process about one of its sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SocketEvent {
    pub conn: ConnId,
    pub local_port: u16,
    pub remote: Endpoint,
    /// The turn that opened it, if its process did.
    pub opened_by: TurnId,
    pub what: Ready,
}

/// A socket whose connection no process holds yet.
#[derive(Debug)]
struct Incoming {
    socket: SocketId,
    give_up_timer: GiveUpTimer,
}

/// A socket that its process closed: the kernel brings what was sent to its end.
#[derive(Debug)]
struct Orphan {
    socket: SocketId,
    give_up_timer: GiveUpTimer,
}

pub(crate) struct Kernel {
    ip: Ipv4Addr,
    iface: Interface,
    device: QueueDevice,
    sockets: Sockets,
    tcp: TcpSettings,
    /// The port on which new connections are accepted, while there is a process.
    listens_on: Option<u16>,
    next_port: u16,
    conns: BTreeMap<ConnId, Conn>,
    /// The connections by their ends.
    conns_by_ends: Sorted<(Ends, ConnId)>,
    /// Connections for which the process may have an event.
    maybe_ready: Sorted<ConnId>,
    /// Those that are being looked at: their memory is used again.
    concerned: Sorted<ConnId>,
    /// When connections are given up, or fail.
    deadlines: Sorted<(u64, ConnId)>,
    /// The connection whose event was taken last: connections take turns.
    served: ConnId,
    half_open: Vec<Incoming>,
    to_accept: VecDeque<SocketId>,
    orphans: Vec<Orphan>,
    /// When the first peer's answer is overdue, or a connect that must fail does.
    next_give_up: Option<u64>,
    /// A connection ended by time, not by a packet: the process is to be served again.
    ended_some: bool,
}

/// A connection as frames show it.
pub(crate) struct ConnState {
    pub conn: ConnId,
    pub remote: Endpoint,
    /// Its place in [`STATE_NAMES`].
    pub tcp_state: usize,
}

/// TCP's own names for its states.
pub(crate) const STATE_NAMES: [&str; 11] = [
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
];

impl Kernel {
    pub(crate) fn new(now: u64, ip: Ipv4Addr, seed: u64, tcp: &TcpSettings) -> Self {
        let mut device = QueueDevice::new(tcp.mtu);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut iface = Interface::new(config, &mut device, instant(now));
        iface.update_ip_addrs(|addresses| {
            // Two are what smoltcp has room for in its default build.
            let _ = addresses.push(IpCidr::new(IpAddress::Ipv4(ip), 16));
            let _ = addresses.push(IpCidr::new(IpAddress::Ipv4(LOOPBACK), 8));
        });
        let ports = EPHEMERAL.end() - EPHEMERAL.start() + 1;
        Self {
            ip,
            iface,
            device,
            sockets: Sockets::new(),
            tcp: tcp.clone(),
            listens_on: None,
            next_port: EPHEMERAL.start() + (seed >> 32) as u16 % ports,
            conns: BTreeMap::new(),
            conns_by_ends: Sorted::new(),
            maybe_ready: Sorted::new(),
            concerned: Sorted::new(),
            deadlines: Sorted::new(),
            served: ConnId(0),
            half_open: Vec::new(),
            to_accept: VecDeque::new(),
            orphans: Vec::new(),
            next_give_up: None,
            ended_some: false,
        }
    }

    // ---- the wire side ----

    /// A packet came in.
    pub(crate) fn receive(&mut self, now: u64, packet: Vec<u8>) {
        if let Some(segment) = Segment::parse(&packet) {
            if segment.opens() && !self.admit_syn(now, &segment) {
                return;
            }
            if segment.window == 0 {
                self.note_zero_window(now, &segment);
            }
        }
        self.device.rx.push_back(packet);
        self.poll(now);
    }

    /// Lets timers run out and sends what can be sent.
    pub(crate) fn poll(&mut self, now: u64) {
        self.sockets.poll(now, &mut self.iface, &mut self.device);
        if self.update(now) {
            self.sockets.poll(now, &mut self.iface, &mut self.device);
            self.update(now);
        }
    }

    /// The next packet to put on a wire.
    pub(crate) fn take_packet(&mut self) -> Option<Vec<u8>> {
        self.device.tx.pop_front()
    }

    /// Whether a poll ended a connection, so that the process is to be served once more.
    pub(crate) fn take_ended_some(&mut self) -> bool {
        std::mem::take(&mut self.ended_some)
    }

    /// When [`Kernel::poll`] is due next. Never `now` or before: what could be done now has been done.
    pub(crate) fn poll_at(&mut self, now: u64) -> Option<u64> {
        let tcp = self.sockets.poll_at(now, &mut self.iface);
        let next = match (tcp, self.next_give_up) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        next.map(|at| if at <= now { now + 1000 } else { at })
    }

    /// Makes a socket for a SYN to the listening port. Answers whether the packet is to be processed at all: a full
    /// backlog drops it.
    fn admit_syn(&mut self, now: u64, segment: &Segment) -> bool {
        if self.listens_on != Some(segment.dst.1) || self.sockets.of_segment(segment).is_some() {
            return true;
        }
        if self.half_open.len() + self.to_accept.len() >= self.tcp.backlog {
            return false;
        }
        let mut socket = self.new_socket();
        if socket.listen(segment.dst.1).is_err() {
            return true;
        }
        let socket = self.sockets.add(socket, ends(segment.dst.1, segment.src));
        self.half_open.push(Incoming { socket, give_up_timer: GiveUpTimer::from(now) });
        true
    }

    /// A peer whose window is full answers probes without acknowledging anything: the connection is not given up.
    fn note_zero_window(&mut self, now: u64, segment: &Segment) {
        for conn in self.conns_between(segment.dst.1, segment.src) {
            if let Some(conn) = self.conns.get_mut(&conn) {
                conn.give_up_timer.since = now;
            }
        }
    }

    fn new_socket(&self) -> Socket<'static> {
        let buffer = |len: usize| SocketBuffer::new(vec![0; len]);
        let mut socket = Socket::new(buffer(self.tcp.receive_buffer), buffer(self.tcp.send_buffer));
        socket.set_nagle_enabled(false);
        socket.set_ack_delay(Some(ACK_DELAY));
        socket
    }

    // ---- the process side ----

    /// A process starts and listens on `port`.
    pub(crate) fn listen(&mut self, port: u16) {
        self.listens_on = Some(port);
    }

    /// The process ended: its sockets are closed as `exit` does.
    pub(crate) fn close_all(&mut self, now: u64) {
        self.listens_on = None;
        let open: Vec<ConnId> = self.conns.keys().copied().collect();
        for conn in open {
            self.close(now, conn);
        }
        let waiting = self.half_open.drain(..).map(|incoming| incoming.socket).chain(self.to_accept.drain(..));
        for socket in waiting {
            // Never accepted: closing the listening socket resets them.
            self.sockets.get_mut(socket).abort();
            self.orphans.push(Orphan { socket, give_up_timer: GiveUpTimer::from(now) });
        }
    }

    /// Opens a connection in a turn of its process; the outcome comes as [`Ready`]. Answers the local port.
    pub(crate) fn connect(&mut self, now: u64, conn: ConnId, remote: Endpoint, turn: TurnId) -> u16 {
        let local_ip = if remote.0.is_loopback() { LOOPBACK } else { self.ip };
        let local_port = self.free_port(remote);
        let mut socket = self.new_socket();
        let local = (IpAddress::Ipv4(local_ip), local_port);
        match socket.connect(self.iface.context(), (IpAddress::Ipv4(remote.0), remote.1), local) {
            Ok(()) => {
                let socket = Some(self.sockets.add(socket, ends(local_port, remote)));
                self.insert_conn(conn, Conn::new(now, socket, local_port, remote, Phase::Connecting, turn, 0));
            }
            // Port 0, the one thing that an address that parsed can be refused for.
            Err(_) => self.fail_connect(now, conn, "Connection refused", turn),
        }
        local_port
    }

    /// Makes a connection that fails at time `at`; no packet is sent.
    pub(crate) fn fail_connect(&mut self, at: u64, conn: ConnId, error: &'static str, turn: TurnId) {
        let nowhere = (Ipv4Addr::UNSPECIFIED, 0);
        self.ended_some = true;
        self.insert_conn(conn, Conn::new(at, None, 0, nowhere, Phase::Failing(at, error), turn, 0));
        self.deadlines.insert((at, conn));
        if let Some(state) = self.conns.get_mut(&conn) {
            state.deadline = Some(at);
        }
    }

    /// Takes bytes to send; answers how many the process sent on this connection in all. What is sent into a connection
    /// that is over is dropped (`None`); the process is notified soon.
    ///
    /// # Panics
    /// If the process sends more than its known room.
    pub(crate) fn send(&mut self, conn: ConnId, bytes: &[u8]) -> Option<u64> {
        let conn = self.conns.get_mut(&conn)?;
        let socket = self.sockets.get_mut(conn.socket?);
        if !socket.may_send() {
            return None;
        }
        assert!(bytes.len() <= conn.credit, "a process never sends more than the room it was told of");
        let taken = socket.send_slice(bytes).unwrap_or(0);
        assert!(taken == bytes.len(), "the room told of is never more than the buffer has");
        conn.credit -= taken;
        conn.sent += taken as u64;
        conn.unused_room = None;
        Some(conn.sent)
    }

    /// Takes as many as fit of the bytes that a child of the process writes, regardless of the process's known room:
    /// that is void from now on. `None` if the connection is over.
    pub(crate) fn send_from_child(&mut self, conn: ConnId, bytes: &[u8]) -> Option<usize> {
        let conn = self.conns.get_mut(&conn)?;
        let socket = self.sockets.get_mut(conn.socket?);
        if !socket.may_send() {
            return None;
        }
        let taken = socket.send_slice(bytes).unwrap_or(0);
        conn.credit = 0;
        conn.sent += taken as u64;
        conn.unused_room = None;
        Some(taken)
    }

    /// How many bytes the process sent on this connection in all.
    pub(crate) fn sent(&self, conn: ConnId) -> Option<u64> {
        self.conns.get(&conn).map(|conn| conn.sent)
    }

    /// How many bytes of the connection between these two ends have arrived in order, if the process holds it: those it
    /// read, and those that wait to be read.
    pub(crate) fn received(&self, local_port: u16, remote: Endpoint) -> Option<u64> {
        let conn = self.conn_between(local_port, remote)?;
        Some(self.conns.get(&conn)?.received(&self.sockets))
    }

    /// Closes a connection as `close(2)` does.
    pub(crate) fn close(&mut self, now: u64, conn: ConnId) {
        let Some(conn) = self.remove_conn(conn) else { return };
        let Some(handle) = conn.socket else { return };
        let socket = self.sockets.get_mut(handle);
        if matches!(socket.state(), State::SynSent) {
            self.sockets.remove(handle);
            return;
        }
        if socket.can_recv() {
            socket.abort();
        } else {
            socket.close();
        }
        self.orphans.push(Orphan { socket: handle, give_up_timer: GiveUpTimer::from(now) });
    }

    /// Ends a connection from outside, without a packet, as when a proxy on the same host ends. Returns whether there
    /// was one.
    pub(crate) fn sever(&mut self, local_port: u16, remote: Endpoint, reason: CloseReason) -> bool {
        let held = |conn: &ConnId| self.conns.get(conn).is_some_and(|conn| conn.socket.is_some());
        let conn = self.conns_between(local_port, remote).into_iter().find(held);
        if let Some(id) = conn
            && let Some(conn) = self.conns.get_mut(&id)
        {
            conn.end(&mut self.sockets, reason);
            self.maybe_ready.insert(id);
            return true;
        }
        let sockets = &mut self.sockets;
        let mut found = false;
        let mut forget = |handle: SocketId| {
            let socket = sockets.get(handle);
            let this = socket.remote_endpoint() == Some(remote.into())
                && socket.local_endpoint().map(|e| e.port) == Some(local_port);
            if this {
                sockets.remove(handle);
                found = true;
            }
            this
        };
        self.half_open.retain(|incoming| !forget(incoming.socket));
        self.to_accept.retain(|&handle| !forget(handle));
        self.orphans.retain(|orphan| !forget(orphan.socket));
        found
    }

    /// The next event for the process. Connections take turns, one event each.
    ///
    /// `next_conn` numbers a connection that is accepted; `buffer` takes bytes that are read.
    pub(crate) fn next_socket_event(
        &mut self,
        next_conn: &mut u32,
        buffer: &mut Vec<u8>,
        wants_write: impl Fn(ConnId) -> bool,
    ) -> Option<SocketEvent> {
        if let Some(socket) = self.to_accept.pop_front() {
            let conn = ConnId(*next_conn);
            *next_conn += 1;
            return Some(self.accept(socket, conn));
        }
        let conn = self.next_ready(wants_write)?;
        self.served = conn;
        let state = self.conns.get_mut(&conn)?;
        let (local_port, remote, opened_by) = (state.local_port, state.remote, state.opened_by);
        let what = state.take_event(&mut self.sockets, buffer);
        if let Ready::ConnectFailed(_) | Ready::Closed(_) = what {
            if let Some(socket) = state.socket {
                // End of file. The process will do nothing but close, so that is done for it.
                let give_up_timer = state.give_up_timer;
                self.sockets.get_mut(socket).close();
                self.orphans.push(Orphan { socket, give_up_timer });
            }
            self.remove_conn(conn);
        }
        Some(SocketEvent { conn, local_port, remote, opened_by, what })
    }

    fn accept(&mut self, handle: SocketId, conn: ConnId) -> SocketEvent {
        let socket = self.sockets.get(handle);
        let remote = socket.remote_endpoint().map_or((Ipv4Addr::UNSPECIFIED, 0), |e| {
            let IpAddress::Ipv4(ip) = e.addr;
            (ip, e.port)
        });
        let local_port = socket.local_endpoint().map_or(0, |e| e.port);
        let room = socket.send_capacity() - socket.send_queue();
        self.insert_conn(conn, Conn::new(0, Some(handle), local_port, remote, Phase::Open, TurnId::NONE, room));
        SocketEvent { conn, local_port, remote, opened_by: TurnId::NONE, what: Ready::Accepted { room } }
    }

    /// The process's connections, in order of number.
    pub(crate) fn conn_states(&self) -> impl Iterator<Item = ConnState> + '_ {
        self.conns.iter().filter_map(|(&conn, state)| {
            let socket = self.sockets.get(state.socket?);
            let tcp_state = state_number(socket.state());
            Some(ConnState { conn, remote: state.remote, tcp_state })
        })
    }

    /// The two ends of a connection: (local port, remote endpoint).
    pub(crate) fn ends_of(&self, conn: ConnId) -> Option<(u16, Endpoint)> {
        self.conns.get(&conn).filter(|state| state.local_port != 0).map(|state| (state.local_port, state.remote))
    }

    /// The connection between these two ends, if the process holds it.
    pub(crate) fn conn_between(&self, local_port: u16, remote: Endpoint) -> Option<ConnId> {
        let of = ends(local_port, remote);
        let first = self.conns_by_ends.from((of, ConnId(0))).first();
        first.filter(|(ends, _)| *ends == of).map(|&(_, conn)| conn)
    }

    /// All connections between these two ends: one that is over may not have been told to the process yet.
    fn conns_between(&self, local_port: u16, remote: Endpoint) -> Vec<ConnId> {
        let of = ends(local_port, remote);
        let all = self.conns_by_ends.from((of, ConnId(0))).iter();
        all.take_while(|(ends, _)| *ends == of).map(|&(_, conn)| conn).collect()
    }

    fn insert_conn(&mut self, conn: ConnId, state: Conn) {
        self.conns_by_ends.insert((ends(state.local_port, state.remote), conn));
        self.maybe_ready.insert(conn);
        if let Some(socket) = state.socket {
            self.sockets.set_conn(socket, Some(conn));
        }
        self.conns.insert(conn, state);
    }

    fn remove_conn(&mut self, conn: ConnId) -> Option<Conn> {
        let state = self.conns.remove(&conn)?;
        self.conns_by_ends.remove((ends(state.local_port, state.remote), conn));
        self.maybe_ready.remove(conn);
        if let Some(deadline) = state.deadline {
            self.deadlines.remove((deadline, conn));
        }
        if let Some(socket) = state.socket {
            self.sockets.set_conn(socket, None);
        }
        Some(state)
    }

    /// The process waits for room to send on these connections.
    pub(crate) fn note_writers(&mut self, writers: impl IntoIterator<Item = ConnId>) {
        writers.into_iter().for_each(|conn| self.maybe_ready.insert(conn));
    }

    /// The next connection that has an event for the process.
    fn next_ready(&mut self, wants_write: impl Fn(ConnId) -> bool) -> Option<ConnId> {
        self.sockets.changed_conns().iter().for_each(|&conn| self.maybe_ready.insert(conn));
        loop {
            let after = self.maybe_ready.after(self.served).first();
            let conn = *after.or_else(|| self.maybe_ready.as_slice().first())?;
            let state = self.conns.get(&conn);
            if state.is_some_and(|state| state.is_ready(&self.sockets, || wants_write(conn))) {
                return Some(conn);
            }
            self.maybe_ready.remove(conn);
        }
    }

    /// Whether what [`Kernel::conn_states`] gives may have changed since this was last asked.
    pub(crate) fn take_states_changed(&mut self) -> bool {
        self.sockets.take_states_changed()
    }

    /// A port that no socket to `remote` uses.
    pub(crate) fn free_port(&mut self, remote: Endpoint) -> u16 {
        let in_use = |sockets: &Sockets, port: u16| {
            sockets.iter().any(|socket| {
                socket.local_endpoint().map(|e| e.port) == Some(port) && socket.remote_endpoint() == Some(remote.into())
            })
        };
        for _ in EPHEMERAL {
            let port = self.next_port;
            self.next_port = if port >= *EPHEMERAL.end() { *EPHEMERAL.start() } else { port + 1 };
            if !in_use(&self.sockets, port) && self.listens_on != Some(port) {
                return port;
            }
        }
        self.next_port
    }
}

/// The place of a state in [`STATE_NAMES`].
const fn state_number(state: State) -> usize {
    match state {
        State::Closed => 0,
        State::Listen => 1,
        State::SynSent => 2,
        State::SynReceived => 3,
        State::Established => 4,
        State::FinWait1 => 5,
        State::FinWait2 => 6,
        State::CloseWait => 7,
        State::Closing => 8,
        State::LastAck => 9,
        State::TimeWait => 10,
    }
}

fn instant(us: u64) -> Instant {
    Instant::from_micros(us as i64)
}
