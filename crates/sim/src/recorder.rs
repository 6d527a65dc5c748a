//! Keeps the past: which parts of the world changed, and the frames and the timeline made of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use psyncscope_engine::event::ReplicaState;
use psyncscope_engine::ids::ReplId;
use psyncscope_engine::view::NodeView;

use crate::frame::{Entry, Fate, Frame, HostFrame, HostId, PacketFrame, SimTime, What, WireFrame};
use crate::packet::Segment;
use crate::world::WirePacket;

/// A view without events is taken again after this time, in microseconds: it shows seconds that pass.
const VIEW_EVERY_US: u64 = 1_000_000;

/// The recorder. Switched off, every call returns at once.
pub(crate) struct Recorder {
    on: bool,
    frames_max: usize,
    frames: VecDeque<Frame>,
    next_seq: u64,
    timeline: Vec<Entry>,
    /// The hosts as last drawn.
    pub hosts: BTreeMap<HostId, Arc<HostFrame>>,
    wires: Arc<[Arc<WireFrame>]>,
    under_way: Vec<Arc<PacketFrame>>,
    viewed_at: BTreeMap<HostId, u64>,
    /// The end of what was sent on each stream, to know what is sent again.
    sent_up_to: BTreeMap<(HostId, u16, HostId, u16), u32>,
    pub changes: Changes,
}

/// What changed since the last frame.
#[derive(Default)]
pub(crate) struct Changes {
    pub hosts: BTreeSet<HostId>,
    removed: bool,
    pub wires: bool,
    packets: bool,
    entries: bool,
    /// The numbers of the packets sent since, whose colour depends on what their sender became.
    fresh: Vec<u64>,
}

impl Recorder {
    pub(crate) fn new(on: bool, frames_max: usize) -> Self {
        let mut recorder = Self {
            on,
            frames_max,
            frames: VecDeque::new(),
            next_seq: 0,
            timeline: Vec::new(),
            hosts: BTreeMap::new(),
            wires: Arc::from([]),
            under_way: Vec::new(),
            viewed_at: BTreeMap::new(),
            sent_up_to: BTreeMap::new(),
            changes: Changes::default(),
        };
        if on && frames_max > 0 {
            // There is always a frame to show.
            recorder.push_frame(0);
        }
        recorder
    }

    // ---- what happened ----

    pub(crate) fn entry(&mut self, at: u64, host: Option<HostId>, what: What) {
        if self.on {
            self.timeline.push(Entry { at: SimTime(at), host, what });
            self.changes.entries = true;
        }
    }

    /// Something about a host may have changed.
    pub(crate) fn touch(&mut self, host: HostId) {
        if self.draws() {
            self.changes.hosts.insert(host);
        }
    }

    /// Nothing happened on a host but that time passed.
    pub(crate) fn touch_lightly(&mut self, now: u64, host: HostId) {
        if self.viewed_at.get(&host).is_none_or(|&at| now - at >= VIEW_EVERY_US) {
            self.touch(host);
        }
    }

    pub(crate) fn touch_wires(&mut self) {
        self.changes.wires = true;
    }

    pub(crate) fn forget_host(&mut self, host: HostId) {
        self.hosts.remove(&host);
        self.viewed_at.remove(&host);
        self.changes.hosts.remove(&host);
        self.changes.wires = true;
        self.changes.removed = true;
        self.under_way.retain(|packet| packet.from != host && packet.to != host);
        self.changes.packets = true;
    }

    pub(crate) fn packet_sent(&mut self, packet: &WirePacket<'_>, segment: &Segment) {
        if !self.draws() {
            return;
        }
        let stream = (packet.from, segment.src.1, packet.to, segment.dst.1);
        let end = segment.seq.wrapping_add(segment.len());
        let sent = self.sent_up_to.get(&stream).copied().filter(|_| !segment.opens());
        // Sequence numbers wrap, so what counts is the sign of the difference.
        let is_new = sent.is_none_or(|sent| (end.wrapping_sub(sent) as i32) > 0);
        let again = segment.len() > 0 && !is_new;
        if is_new {
            self.sent_up_to.insert(stream, end);
        }
        let payload = &packet.bytes[segment.payload.clone()];
        let label = if payload.is_empty() { String::new() } else { psyncscope_engine::resp::describe(payload) };
        self.under_way.push(Arc::new(PacketFrame {
            id: packet.id,
            from: packet.from,
            to: packet.to,
            sent: packet.sent,
            arrives: packet.arrives,
            fate: packet.fate,
            src_port: segment.src.1,
            dst_port: segment.dst.1,
            flags: segment.flags(),
            seq: segment.seq,
            ack: segment.ack,
            payload: Arc::from(payload),
            again,
            label: Arc::from(label),
            replid: None,
        }));
        self.changes.packets = true;
        if !payload.is_empty() {
            self.changes.fresh.push(packet.id);
        }
    }

    pub(crate) fn packet_arrived(&mut self, id: u64) {
        if let Some(at) = self.under_way.iter().position(|packet| packet.id == id) {
            self.under_way.remove(at);
            self.changes.packets = true;
        }
    }

    // ---- the next frame ----

    /// Whether frames are made at all.
    pub(crate) const fn draws(&self) -> bool {
        self.on && self.frames_max > 0
    }

    /// Takes the new picture of a host; keeps the old one if they are alike.
    pub(crate) fn draw_host(&mut self, now: u64, frame: HostFrame) {
        self.viewed_at.insert(frame.id, now);
        let same = self.hosts.get(&frame.id).is_some_and(|last| same_host(last, &frame));
        if !same {
            self.hosts.insert(frame.id, Arc::new(frame));
        } else {
            self.changes.hosts.remove(&frame.id);
        }
    }

    /// Takes the new pictures of all wires.
    pub(crate) fn draw_wires(&mut self, wires: impl Iterator<Item = WireFrame>) {
        let last: BTreeMap<(HostId, HostId), &Arc<WireFrame>> =
            self.wires.iter().map(|wire| ((wire.a, wire.b), wire)).collect();
        let kept = |wire: WireFrame| match last.get(&(wire.a, wire.b)) {
            Some(&last) if **last == wire => Arc::clone(last),
            _ => Arc::new(wire),
        };
        self.wires = wires.map(kept).collect();
    }

    /// Colours the packets sent since the last frame. `history` tells the replication ID of what a host sends from one
    /// port to another host's, if that is an online replica's stream.
    pub(crate) fn colour(&mut self, history: impl Fn(&PacketFrame) -> Option<ReplId>) {
        for id in std::mem::take(&mut self.changes.fresh) {
            let Some(packet) = self.under_way.iter_mut().rev().find(|packet| packet.id == id) else { continue };
            if let Some(replid) = history(packet) {
                Arc::make_mut(packet).replid = Some(replid);
            }
        }
    }

    /// Makes a frame if anything is different from the last.
    pub(crate) fn finish(&mut self, now: u64) {
        let changes = std::mem::take(&mut self.changes);
        if !self.draws() {
            return;
        }
        let mut packets = changes.packets;
        // What the wire lost is forgotten when it would have arrived.
        self.under_way.retain(|packet| {
            let under_way = packet.fate == Fate::Arrives || packet.arrives.0 > now;
            packets |= !under_way;
            under_way
        });
        let hosts = changes.removed || !changes.hosts.is_empty();
        if !(hosts || changes.wires || packets || changes.entries) {
            return;
        }
        let last = self.frames.back();
        let hosts = match last {
            Some(last) if !hosts => Arc::clone(&last.hosts),
            _ => self.hosts.values().cloned().collect(),
        };
        let packets = match last {
            Some(last) if !packets => Arc::clone(&last.packets),
            _ => self.under_way.iter().cloned().collect(),
        };
        self.push(now, hosts, packets);
    }

    fn push_frame(&mut self, now: u64) {
        self.push(now, Arc::from([]), Arc::from([]));
    }

    fn push(&mut self, now: u64, hosts: Arc<[Arc<HostFrame>]>, packets: Arc<[Arc<PacketFrame>]>) {
        let wires = Arc::clone(&self.wires);
        let entries = self.timeline.len();
        self.frames.push_back(Frame { seq: self.next_seq, at: SimTime(now), entries, hosts, wires, packets });
        self.next_seq += 1;
        if self.frames.len() > self.frames_max {
            self.frames.pop_front();
        }
    }

    // ---- the past ----

    pub(crate) const fn frames(&self) -> &VecDeque<Frame> {
        &self.frames
    }

    pub(crate) fn frame_at(&self, at: SimTime) -> Option<&Frame> {
        let after = self.frames.partition_point(|frame| frame.at <= at);
        self.frames.get(after.saturating_sub(1))
    }

    pub(crate) fn timeline(&self) -> &[Entry] {
        &self.timeline
    }
}

/// The history of the bytes that a node sends on one of its connections.
pub(crate) fn history_of(node: &NodeView, conn: psyncscope_engine::ConnId) -> Option<ReplId> {
    let replica = node.replicas.iter().find(|replica| replica.conn == conn)?;
    (replica.state == ReplicaState::Online).then_some(node.replid)
}

fn same_host(a: &HostFrame, b: &HostFrame) -> bool {
    let same_node = match (&a.node, &b.node) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || same_node(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    same_node
        && (a.id, a.port, a.power, a.since, a.sleeps_until, a.child, a.dump_bytes)
            == (b.id, b.port, b.power, b.since, b.sleeps_until, b.child, b.dump_bytes)
        && a.conns == b.conns
}

/// Whether two views show the same. The backlog is compared by its numbers: its bytes cannot change without them.
fn same_node(a: &NodeView, b: &NodeView) -> bool {
    let ring = |node: &NodeView| {
        node.backlog.as_ref().map(|ring| (ring.0.size(), ring.0.idx(), ring.0.histlen(), ring.0.off()))
    };
    (a.replid, a.replid2, a.second_replid_offset, a.master_repl_offset, a.slaveseldb, a.backlog_size, a.saving)
        == (b.replid, b.replid2, b.second_replid_offset, b.master_repl_offset, b.slaveseldb, b.backlog_size, b.saving)
        && ring(a) == ring(b)
        && a.upstream == b.upstream
        && a.replicas == b.replicas
        && a.keyspace == b.keyspace
        && a.info == b.info
}
