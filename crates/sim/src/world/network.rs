//! The network: names, connections, packets.

use std::net::Ipv4Addr;
use std::sync::Arc;

use psyncscope_engine::ConnId;

use super::{Event, World};
use crate::causes::TurnId;
use crate::flows::{FlowKey, Recovery};
use crate::forward::{Ends, Flow};
use crate::frame::{Fate, HostId, SimTime, What};
use crate::host::{Host, host_at};
use crate::kernel::LOOPBACK;
use crate::packet::{Endpoint, Segment, destination};
use crate::process::Process;
use crate::tap::{Captured, Side};

/// How long a packet takes within a host, in microseconds.
const LOOPBACK_US: u64 = 20;

/// How long a host looks for an unused address: three ARP requests, a second each.
const NO_NEIGHBOUR_US: u64 = 3_000_000;

/// A packet as it is put on a wire, for an observer: a dump, a statistic.
#[derive(Clone, Copy, Debug)]
pub struct WirePacket<'a> {
    /// Its number, unique in the world.
    pub id: u64,
    /// Its sender.
    pub from: HostId,
    /// Its receiver; the sender's own for a packet that stays within a host.
    pub to: HostId,
    /// When it leaves.
    pub sent: SimTime,
    /// When it arrives, or would.
    pub arrives: SimTime,
    /// What becomes of it.
    pub fate: Fate,
    /// The whole IPv4 packet.
    pub bytes: &'a [u8],
}

/// What a name resolves to.
enum Route {
    To(Endpoint),
    /// It will fail with this error after so many microseconds.
    Fails(u64, &'static str),
}

impl<P: Process> World<P> {
    /// Lets `observer` see every packet that is put on a wire from now on.
    pub fn observe_packets(&mut self, observer: impl FnMut(&WirePacket<'_>) + 'static) {
        self.observer = Some(Box::new(observer));
    }

    /// What processes sent and received over TCP so far, in order; empty unless [`crate::WorldConfig::capture`] is set.
    #[must_use]
    pub fn captured(&self) -> &[Captured] {
        &self.captured
    }

    /// Opens a connection for a process.
    pub(super) fn connect(&mut self, id: HostId, conn: ConnId, name: &str, port: u16) {
        let now = self.now;
        let turn = self.recorder.turn(now, Some(id));
        let (route, forward) = self.route(id, name, port);
        let Ok(host) = self.host_mut(id) else { return };
        let Some(kernel) = &mut host.kernel else { return };
        match route {
            Route::To(remote) => {
                let local_port = kernel.connect(now, conn, remote, turn);
                let peer = if remote.0.is_loopback() { Some(id) } else { host_at(remote.0) };
                if let Some(peer) = peer {
                    self.links.open(Ends { opener: (id, local_port), acceptor: (peer, remote.1) }, conn, forward, turn);
                }
            }
            Route::Fails(after, error) => kernel.fail_connect(now.saturating_add(after), conn, error, turn),
        }
    }

    fn route(&self, id: HostId, name: &str, port: u16) -> (Route, Option<Arc<str>>) {
        let ip = match name.parse::<Ipv4Addr>() {
            Ok(ip) => ip,
            Err(_) if name.eq_ignore_ascii_case("localhost") => LOOPBACK,
            Err(_) => match self.host_by_name(name).and_then(|id| self.host(id)) {
                Some(host) => host.ip,
                None => return (Route::Fails(0, "Name or service not known"), None),
            },
        };
        if let Some(forward) = self.forwards.iter().find(|forward| forward.listens_on == (ip, port)) {
            let target = self.host(forward.target.0).map(|host| host.ip);
            return match target {
                Some(ip) if !forward.refuses => (Route::To((ip, forward.target.1)), Some(Arc::clone(&forward.name))),
                _ => (Route::Fails(LOOPBACK_US * 2, "Connection refused"), None),
            };
        }
        let route = if ip.is_loopback() || ip.is_unspecified() {
            Route::To((LOOPBACK, port))
        } else if host_at(ip).is_some_and(|other| other == id || self.host(other).is_some()) {
            Route::To((ip, port))
        } else if ip.octets()[..2] == [10, 0] {
            Route::Fails(NO_NEIGHBOUR_US, "No route to host")
        } else {
            Route::Fails(0, "Network is unreachable")
        };
        (route, None)
    }

    /// A packet left a host's kernel.
    pub(super) fn transmit(&mut self, from: HostId, packet: Vec<u8>) {
        let Some(to) = destination(&packet).and_then(|ip| if ip.is_loopback() { Some(from) } else { host_at(ip) })
        else {
            return;
        };
        let segment = Segment::parse(&packet);
        if let Some(segment) = &segment
            && let Some(held) = self.hold_for(from, to, segment)
        {
            held.packets.push_back((from, packet));
            return;
        }
        self.put_on_wire(from, to, packet, segment.as_ref());
    }

    /// Puts a packet on its wire.
    pub(super) fn put_on_wire(&mut self, from: HostId, to: HostId, bytes: Vec<u8>, segment: Option<&Segment>) {
        let now = self.now;
        self.digest.packet(now, from, to, &bytes);
        let (arrives, fate, double) = if from == to {
            (now + LOOPBACK_US, Fate::Arrives, None)
        } else {
            // No wire: the receiver was removed.
            let Some(wire) = self.wires.get_mut(from, to) else { return };
            let passage = wire.carry(now, bytes.len());
            (passage.arrives, passage.fate, passage.double_arrives)
        };
        let segment = segment.filter(|_| from != to && self.recorder.is_on());
        let mut again = segment.is_some_and(|segment| self.note_sent(from, to, segment, fate));
        let double = double.map(|arrives| (arrives, bytes.clone()));
        for (arrives, bytes) in [Some((arrives, bytes)), double].into_iter().flatten() {
            let id = self.packets;
            self.packets += 1;
            let packet =
                WirePacket { id, from, to, sent: SimTime(now), arrives: SimTime(arrives), fate, bytes: &bytes };
            if let Some(observer) = &mut self.observer {
                observer(&packet);
            }
            // Of a lost packet too: one may ask why it was sent.
            let by = self.recorder.cause(now, from);
            if let Some(segment) = segment {
                self.recorder.packet_sent(&packet, segment, again, by);
                again = segment.len() > 0;
            }
            if fate == Fate::Arrives {
                self.queue.schedule(arrives, Event::Packet { id, from, to, bytes, by });
            }
        }
    }

    /// A packet came to the end of its wire.
    pub(super) fn arrive(&mut self, id: u64, from: HostId, to: HostId, bytes: Vec<u8>) {
        self.recorder.packet_arrived(id);
        let now = self.now;
        if self.host(from).is_none() {
            return;
        }
        let segment = if from != to && self.recorder.is_on() { Segment::parse(&bytes) } else { None };
        let Ok(host) = self.host_mut(to) else { return };
        let Some(kernel) = &mut host.kernel else { return };
        kernel.receive(now, bytes);
        if let Some(segment) = segment.filter(|segment| !segment.payload.is_empty()) {
            self.note_delivered(from, to, &segment);
        }
        self.recorder.touch_kernel(to);
        self.settle(to);
    }

    /// Records a sent segment; answers whether all of it was sent before.
    fn note_sent(&mut self, from: HostId, to: HostId, segment: &Segment, fate: Fate) -> bool {
        let key = FlowKey { src: (from, segment.src.1), dst: (to, segment.dst.1) };
        let again = self.recorder.flows.sent(self.now, key, segment, fate);
        if again
            && !segment.payload.is_empty()
            && let Some(conn) = self.conn_of(key)
        {
            let bytes = segment.payload.len() as u64;
            self.recorder.entry(self.now, Some(from), What::TcpRetransmitted { conn, peer: to, bytes });
        }
        again
    }

    /// Records that lost bytes were delivered, if this segment was the last of them.
    fn note_delivered(&mut self, from: HostId, to: HostId, segment: &Segment) {
        let key = FlowKey { src: (from, segment.src.1), dst: (to, segment.dst.1) };
        let kernel = self.host(to).and_then(|host| host.kernel.as_ref());
        let Some(received) = kernel.and_then(|kernel| kernel.received(segment.dst.1, segment.src)) else { return };
        let Some(Recovery { bytes, waited_us, cut }) = self.recorder.flows.delivered(self.now, key, received) else {
            return;
        };
        if let Some(conn) = self.conn_of(key) {
            let what = What::TcpRecovered { conn, peer: to, bytes, waited_us, cut };
            self.recorder.entry(self.now, Some(from), what);
        }
    }

    /// Whether anything notes which bytes are sent and read on which connection.
    pub(super) fn keeps_track(&self) -> bool {
        self.recorder.is_on() || self.config.capture
    }

    /// Notes bytes that a process sent, and the turn that sent them: the present one, or `by`.
    pub(super) fn note_sent_bytes(&mut self, id: HostId, conn: ConnId, bytes: &[u8], by: Option<TurnId>) {
        if !self.keeps_track() {
            return;
        }
        let turn = by.unwrap_or_else(|| self.recorder.turn(self.now, Some(id)));
        let ends = self.host(id).and_then(|host| host.kernel.as_ref()?.ends_of(conn));
        let link = ends.and_then(|(local_port, remote)| self.link_of(id, local_port, remote));
        if let Some((ends, flow)) = link
            && self.recorder.is_on()
        {
            self.links.sent(&ends, flow, bytes.len(), turn);
        }
        self.tap(link, Side::Sent, bytes);
    }

    /// The turn that sent bytes which a process reads now.
    pub(super) fn sender_of(&mut self, link: Option<(Ends, Flow)>, bytes: usize) -> Option<TurnId> {
        let (ends, flow) = link.filter(|_| self.recorder.is_on())?;
        Some(self.links.read(&ends, flow.reversed(), bytes))
    }

    fn conn_of(&self, key: FlowKey) -> Option<ConnId> {
        conn_of(&self.hosts, key)
    }

    /// Captures bytes that a process sent or received.
    pub(super) fn tap(&mut self, link: Option<(Ends, Flow)>, side: Side, bytes: &[u8]) {
        let Some((ends, flow)) = link.filter(|_| self.config.capture) else { return };
        // The sender sends in the direction it has; the receiver sees the other.
        let flow = if side == Side::Sent { flow } else { flow.reversed() };
        let Some(link) = self.links.get(&ends) else { return };
        self.captured.push(Captured {
            link: link.forward.clone(),
            opener: ends.opener.0,
            acceptor: ends.acceptor.0,
            nth: link.nth,
            flow,
            side,
            at: SimTime(self.now),
            bytes: bytes.to_vec(),
        });
    }
}

/// The sender's number for the connection that packets from `key.src` to `key.dst` belong to.
pub(super) fn conn_of<P, C>(hosts: &[Option<Host<P, C>>], key: FlowKey) -> Option<ConnId> {
    let host = |id: HostId| hosts.get(usize::from(id.0))?.as_ref();
    let receiver = host(key.dst.0)?;
    host(key.src.0)?.kernel.as_ref()?.conn_between(key.src.1, (receiver.ip, key.dst.1))
}
