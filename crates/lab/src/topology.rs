//! Who follows whom, and which wires are worth drawing.

use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::ConnId;
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Frame, HostFrame, HostId, Power, WireSettings};

use crate::format;

/// The host that this one is configured to follow, if it is in the world.
#[must_use]
pub fn master_of(host: &HostFrame, hosts: &[Arc<HostFrame>]) -> Option<HostId> {
    let upstream = host.node.as_ref()?.upstream.as_ref()?;
    hosts
        .iter()
        .find(|h| h.port == upstream.port && (*h.name == *upstream.host || *h.ip == *upstream.host))
        .map(|h| h.id)
}

/// For each replica, the host it follows.
#[must_use]
pub fn masters(frame: &Frame) -> LiteMap<HostId, HostId> {
    let mut masters = LiteMap::new_vec();
    for host in frame.hosts.iter() {
        if let Some(master) = master_of(host, &frame.hosts).filter(|&master| master != host.id) {
            masters.insert(host.id, master);
        }
    }
    masters
}

/// What INFO on `master` calls the lag of this replica, in seconds.
#[must_use]
pub fn lag_s(master: &HostFrame, replica: HostId) -> Option<i64> {
    let conns: Vec<_> = master.conns.iter().filter(|c| c.peer == replica).map(|c| c.conn).collect();
    master.node.as_ref()?.replicas.iter().rev().find(|r| conns.contains(&r.conn)).map(|r| r.lag_s)
}

/// The host at the other end of a node's connection.
#[must_use]
pub fn peer(frame: &Frame, id: HostId, conn: ConnId) -> Option<HostId> {
    host(frame, id)?.conns.iter().find(|c| c.conn == conn).map(|c| c.peer)
}

/// The host with this number.
#[must_use]
pub fn host(frame: &Frame, id: HostId) -> Option<&Arc<HostFrame>> {
    frame.hosts.iter().find(|h| h.id == id)
}

/// The host of this name.
#[must_use]
pub fn host_named<'a>(frame: &'a Frame, name: &str) -> Option<&'a Arc<HostFrame>> {
    frame.hosts.iter().find(|h| *h.name == *name)
}

/// The name of the host with this number; a removed host has none.
#[must_use]
pub fn name(frame: &Frame, id: HostId) -> Arc<str> {
    host(frame, id).map_or_else(|| Arc::from("?"), |h| Arc::clone(&h.name))
}

/// What a wire carries, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// An established replication link.
    Stream,
    /// A handshake or a transfer under way.
    Handshake,
    /// A replica is to follow, but has no connection.
    Disconnected,
    /// Something else: a TCP connection, or nothing.
    Other,
}

/// A wire as the stage draws it.
#[derive(Clone, Debug, PartialEq)]
pub struct WireView {
    /// The end with the lower number.
    pub a: HostId,
    /// The other end.
    pub b: HostId,
    /// The name of `a`.
    pub a_name: Arc<str>,
    /// The name of `b`.
    pub b_name: Arc<str>,
    /// What it carries.
    pub carries: Carries,
    /// Whether packets from `a` vanish.
    pub cut_ab: bool,
    /// Whether packets from `b` vanish.
    pub cut_ba: bool,
    /// Whether one of its ends is dead.
    pub dead_end: bool,
    /// The settings from `a` to `b`.
    pub ab: WireSettings,
    /// The settings from `b` to `a`.
    pub ba: WireSettings,
}

impl WireView {
    /// Whether it is cut in any direction.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut_ab || self.cut_ba
    }

    /// Whether it is cut in one direction only: then each direction is drawn.
    #[must_use]
    pub const fn is_half_cut(&self) -> bool {
        self.cut_ab != self.cut_ba
    }

    /// Its latency in words; of both directions, if they differ.
    #[must_use]
    pub fn latency(&self) -> String {
        let (ab, ba) = (format::duration(self.ab.latency_us), format::duration(self.ba.latency_us));
        if ab == ba { ab } else { format!("{ab} / {ba}") }
    }

    /// What stands on its label: whether it is cut, in the word for that, else its latency and loss.
    #[must_use]
    pub fn label(&self, cut: &str) -> String {
        let loss = self.ab.loss.max(self.ba.loss);
        let latency = self.latency();
        match (self.cut_ab, self.cut_ba) {
            (true, true) => format!("✕ {cut}"),
            (true, false) => format!("✕ {} → {}", self.a_name, self.b_name),
            (false, true) => format!("✕ {} → {}", self.b_name, self.a_name),
            (false, false) if loss > 0.0 => format!("{latency} · −{} %", format::trim(loss * 100.0)),
            (false, false) => latency,
        }
    }

    /// The stable name that tests and the DOM use: `a-b`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}-{}", self.a_name, self.b_name)
    }
}

/// The wires worth drawing: those that a replica follows its master on, that carry a TCP connection or a packet, that
/// are cut, and those in `also` (which a reader has open).
#[must_use]
pub fn wires(frame: &Frame, also: Option<(HostId, HostId)>) -> Vec<WireView> {
    let masters = masters(frame);
    let joined: Vec<(HostId, HostId)> = frame
        .hosts
        .iter()
        .flat_map(|h| h.conns.iter().map(|c| ordered(h.id, c.peer)))
        .chain(frame.packets.iter().map(|p| ordered(p.from, p.to)))
        .chain(also.map(|(a, b)| ordered(a, b)))
        .collect();
    frame
        .wires
        .iter()
        .filter_map(|wire| {
            let (a, b) = (host(frame, wire.a)?, host(frame, wire.b)?);
            let replica = if masters.get(&wire.b) == Some(&wire.a) {
                Some(b)
            } else if masters.get(&wire.a) == Some(&wire.b) {
                Some(a)
            } else {
                None
            };
            let cut = wire.cut_ab || wire.cut_ba;
            if replica.is_none() && !cut && !joined.contains(&(wire.a, wire.b)) {
                return None;
            }
            Some(WireView {
                a: wire.a,
                b: wire.b,
                a_name: Arc::clone(&a.name),
                b_name: Arc::clone(&b.name),
                carries: replica.map_or(Carries::Other, |r| carried_for(r)),
                cut_ab: wire.cut_ab,
                cut_ba: wire.cut_ba,
                dead_end: [a, b].iter().any(|h| matches!(h.power, Power::Stopped | Power::Off)),
                ab: wire.ab,
                ba: wire.ba,
            })
        })
        .collect()
}

fn carried_for(replica: &HostFrame) -> Carries {
    let state = replica.node.as_ref().and_then(|n| n.upstream.as_ref()).map(|u| u.state);
    match state {
        Some(ReplState::Connected) => Carries::Stream,
        Some(state) if state.is_handshake() || matches!(state, ReplState::Transfer | ReplState::Connecting) => {
            Carries::Handshake
        }
        _ => Carries::Disconnected,
    }
}

/// Whether packets from one host to another vanish, because the wire is cut in this direction.
#[must_use]
pub fn is_cut(frame: &Frame, from: HostId, to: HostId) -> bool {
    let Some(wire) = frame.wires.iter().find(|wire| (wire.a, wire.b) == ordered(from, to)) else { return false };
    if from == wire.a { wire.cut_ab } else { wire.cut_ba }
}

/// The pair with the lower number first.
#[must_use]
pub fn ordered(a: HostId, b: HostId) -> (HostId, HostId) {
    if a <= b { (a, b) } else { (b, a) }
}
