//! The sockets of a host, each in a set of its own: what a packet or a call changes is one of them, and only what changed
//! or is due is polled. A host with hundreds of connections then takes no longer for an event than one with a few.
//!
//! smoltcp's own set would poll all of them each time. The order is the same as there: by place, one packet a round.

use std::net::Ipv4Addr;

use litemap::LiteMap;
use psyncscope_engine::ConnId;
use smoltcp::iface::{Interface, SocketSet};
use smoltcp::socket::tcp::{Socket, State};
use smoltcp::time::Instant;

use super::sorted::Sorted;
use crate::device::QueueDevice;
use crate::packet::{Endpoint, Segment};

/// The place of a socket. The first free one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SocketId(usize);

/// The two ends of a connection, as seen from here: the local port and the other end.
pub(super) type Ends = (u16, Ipv4Addr, u16);

pub(super) const fn ends(local_port: u16, remote: Endpoint) -> Ends {
    (local_port, remote.0, remote.1)
}

struct Slot {
    /// This socket alone.
    set: SocketSet<'static>,
    handle: smoltcp::iface::SocketHandle,
    ends: Ends,
    /// The process's connection, while it has the socket.
    conn: Option<ConnId>,
    /// When it is to be polled, in microseconds.
    due: Option<u64>,
    /// Its state when the sockets were last polled.
    state: State,
}

/// All sockets of a host.
pub(super) struct Sockets {
    slots: Vec<Option<Slot>>,
    by_ends: LiteMap<Ends, SocketId>,
    /// Those that may have something to send, or another state than before.
    changed: Sorted<SocketId>,
    due: Sorted<(u64, SocketId)>,
    /// Connections whose sockets changed since these were last taken.
    conns: Sorted<ConnId>,
    /// Whether a state changed.
    states_changed: bool,
    /// For packets that no socket takes: they are answered with a reset.
    nobody: SocketSet<'static>,
}

impl Sockets {
    pub(super) fn new() -> Self {
        Self {
            slots: Vec::new(),
            by_ends: LiteMap::new_vec(),
            changed: Sorted::new(),
            due: Sorted::new(),
            conns: Sorted::new(),
            states_changed: false,
            nobody: SocketSet::new(Vec::new()),
        }
    }

    pub(super) fn add(&mut self, socket: Socket<'static>, ends: Ends) -> SocketId {
        let mut set = SocketSet::new(Vec::with_capacity(1));
        let state = socket.state();
        let handle = set.add(socket);
        let free = self.slots.iter().position(Option::is_none).unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        let id = SocketId(free);
        self.slots[free] = Some(Slot { set, handle, ends, conn: None, due: None, state });
        self.by_ends.insert(ends, id);
        self.changed.insert(id);
        self.states_changed = true;
        id
    }

    /// A process's connection gets this socket, or none has it any more.
    pub(super) fn set_conn(&mut self, id: SocketId, conn: Option<ConnId>) {
        self.slot_mut(id).conn = conn;
        self.note_changed(id);
        self.states_changed = true;
    }

    pub(super) fn remove(&mut self, id: SocketId) -> Socket<'static> {
        let mut slot = self.slots[id.0].take().expect("a socket is removed once");
        if self.by_ends.get(&slot.ends) == Some(&id) {
            self.by_ends.remove(&slot.ends);
        }
        self.changed.remove(id);
        if let Some(due) = slot.due {
            self.due.remove((due, id));
        }
        if let Some(conn) = slot.conn {
            self.conns.insert(conn);
        }
        self.states_changed = true;
        let smoltcp::socket::Socket::Tcp(socket) = slot.set.remove(slot.handle);
        socket
    }

    pub(super) fn get(&self, id: SocketId) -> &Socket<'static> {
        let slot = self.slots[id.0].as_ref().expect("a socket that was not removed");
        slot.set.get(slot.handle)
    }

    /// The socket, to be changed.
    pub(super) fn get_mut(&mut self, id: SocketId) -> &mut Socket<'static> {
        self.note_changed(id);
        let slot = self.slot_mut(id);
        slot.set.get_mut(slot.handle)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Socket<'static>> {
        self.slots.iter().flatten().map(|slot| slot.set.get(slot.handle))
    }

    /// The socket that a segment belongs to, unless its connection is over.
    pub(super) fn of_segment(&self, segment: &Segment) -> Option<SocketId> {
        let id = *self.by_ends.get(&ends(segment.dst.1, segment.src))?;
        let socket = self.get(id);
        (socket.local_endpoint().map(|local| local.port) == Some(segment.dst.1)
            && socket.remote_endpoint() == Some(segment.src.into()))
        .then_some(id)
    }

    /// The connections whose sockets changed since these were last forgotten.
    pub(super) fn changed_conns(&self) -> &[ConnId] {
        self.conns.as_slice()
    }

    /// Forgets them.
    pub(super) fn forget_changed_conns(&mut self) {
        self.conns.clear();
    }

    /// Whether any socket came, went, or has another state than when this was last asked.
    pub(super) fn take_states_changed(&mut self) -> bool {
        std::mem::take(&mut self.states_changed)
    }

    /// Processes received packets and sends what can be sent.
    pub(super) fn poll(&mut self, now: u64, iface: &mut Interface, device: &mut QueueDevice) {
        let instant = Instant::from_micros(now as i64);
        iface.poll_maintenance(instant);
        if device.rx.is_empty() && self.changed.is_empty() && self.due.first().is_none_or(|(at, _)| at > now) {
            return;
        }
        while let Some(packet) = device.rx.front() {
            let segment = Segment::parse(packet);
            let id = segment.and_then(|segment| self.by_ends.get(&ends(segment.dst.1, segment.src)).copied());
            let set = match id {
                Some(id) => {
                    self.note_changed(id);
                    &mut self.slot_mut(id).set
                }
                None => &mut self.nobody,
            };
            iface.poll_ingress_single(instant, device, set);
        }
        for index in 0..self.due.to((now, SocketId(usize::MAX))).len() {
            self.note_changed(self.due.as_slice()[index].1);
        }
        // One packet of each in turn, until there are none.
        loop {
            let sent = device.tx.len();
            for &id in self.changed.as_slice() {
                if let Some(slot) = &mut self.slots[id.0] {
                    iface.poll_egress(instant, device, &mut slot.set);
                }
            }
            if device.tx.len() == sent {
                break;
            }
        }
        self.schedule(now, iface);
    }

    /// When a socket is to be polled next, in microseconds.
    pub(super) fn poll_at(&mut self, now: u64, iface: &mut Interface) -> Option<u64> {
        self.schedule(now, iface);
        self.due.first().map(|(at, _)| at)
    }

    /// Notes when those that changed are to be polled next.
    fn schedule(&mut self, now: u64, iface: &mut Interface) {
        if self.changed.is_empty() {
            return;
        }
        let instant = Instant::from_micros(now as i64);
        let mut changed = std::mem::replace(&mut self.changed, Sorted::new());
        for &id in changed.as_slice() {
            let Some(slot) = &mut self.slots[id.0] else { continue };
            let due = iface.poll_at(instant, &slot.set).map(|at| at.total_micros().max(0) as u64);
            if due != slot.due {
                if let Some(before) = slot.due {
                    self.due.remove((before, id));
                }
                if let Some(due) = due {
                    self.due.insert((due, id));
                }
                slot.due = due;
            }
            let state = slot.set.get::<Socket<'_>>(slot.handle).state();
            self.states_changed |= state != slot.state;
            slot.state = state;
        }
        changed.clear();
        self.changed = changed;
    }

    fn note_changed(&mut self, id: SocketId) {
        self.changed.insert(id);
        if let Some(conn) = self.slots[id.0].as_ref().and_then(|slot| slot.conn) {
            self.conns.insert(conn);
        }
    }

    fn slot_mut(&mut self, id: SocketId) -> &mut Slot {
        self.slots[id.0].as_mut().expect("a socket that was not removed")
    }
}
