//! Records frames and the timeline, from what changed in the world.
//!
//! A frame costs about 4 KB of memory in a world of four nodes, most of it INFO texts and pages of the backlog.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::ConnId;
use psyncscope_engine::event::ReplicaState;
use psyncscope_engine::ids::ReplId;
use psyncscope_engine::view::NodeView;

use crate::flows::{FlowKey, Flows, is_after};
use crate::frame::{Entry, Fate, Frame, HostFrame, HostId, PacketFrame, SimTime, What, WireFrame};
use crate::packet::Segment;
use crate::world::WirePacket;

/// A view without events is taken again after this time, in microseconds: it shows seconds that pass.
const VIEW_EVERY_US: u64 = 1_000_000;

/// The recorder. When it is off, every call returns at once.
pub(crate) struct Recorder {
    on: bool,
    frames_max: usize,
    frames: VecDeque<Frame>,
    next_seq: u64,
    timeline: Vec<Entry>,
    /// The hosts as in the last frame.
    pub hosts: LiteMap<HostId, Arc<HostFrame>>,
    wires: Arc<[Arc<WireFrame>]>,
    under_way: Vec<Arc<PacketFrame>>,
    viewed_at: LiteMap<HostId, u64>,
    /// What was sent from one port to another.
    pub flows: Flows,
    /// Where the replication stream begins on the connections of replicas.
    stream_starts: LiteMap<(HostId, ConnId), StreamStart>,
    pub changes: Changes,
}

/// Where, in the bytes that a master sent on a replica's connection, the replication stream begins.
///
/// Before it come the handshake's replies, `+CONTINUE`, or the RDB file; these belong to no history.
#[derive(Clone, Copy, Default)]
struct StreamStart {
    /// The header of an RDB file, `$<length>`, is to come.
    awaits_header: bool,
    /// The stream begins after the bytes sent next (`+CONTINUE`).
    after_next: bool,
    /// The stream begins after what is sent in this turn (an RDB file without a length).
    after_turn: bool,
    /// How many bytes came before it, when that is known.
    begins: Option<u64>,
}

/// What changed since the last frame.
#[derive(Default)]
pub(crate) struct Changes {
    /// Each once, in order.
    pub hosts: Vec<HostId>,
    removed: bool,
    pub wires: bool,
    packets: bool,
    entries: bool,
    /// The packets with bytes sent since; which history these belong to depends on the sender's new state.
    fresh: Vec<Arc<PacketFrame>>,
}

impl Recorder {
    pub(crate) fn new(on: bool, frames_max: usize) -> Self {
        let mut recorder = Self {
            on,
            frames_max,
            frames: VecDeque::new(),
            next_seq: 0,
            timeline: Vec::new(),
            hosts: LiteMap::new_vec(),
            wires: Arc::from([]),
            under_way: Vec::new(),
            viewed_at: LiteMap::new_vec(),
            flows: Flows::default(),
            stream_starts: LiteMap::new_vec(),
            changes: Changes::default(),
        };
        if on && frames_max > 0 {
            // There is always at least one frame.
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
        if self.keeps_frames()
            && let Err(at) = self.changes.hosts.binary_search(&host)
        {
            self.changes.hosts.insert(at, host);
        }
    }

    /// Only time passed on a host: its view is taken again once a second.
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
        self.changes.hosts.retain(|&changed| changed != host);
        self.changes.wires = true;
        self.changes.removed = true;
        self.under_way.retain(|packet| packet.from != host && packet.to != host);
        self.changes.packets = true;
    }

    /// A packet was put on a wire; `again` if its bytes were sent before.
    pub(crate) fn packet_sent(&mut self, packet: &WirePacket<'_>, segment: &Segment, again: bool) {
        if !self.keeps_frames() {
            return;
        }
        let payload = &packet.bytes[segment.payload.clone()];
        let label = if payload.is_empty() { String::new() } else { psyncscope_resp::describe(payload) };
        let frame = Arc::new(PacketFrame {
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
        });
        self.changes.packets = true;
        if !payload.is_empty() {
            self.changes.fresh.push(Arc::clone(&frame));
        }
        self.under_way.push(frame);
    }

    pub(crate) fn packet_arrived(&mut self, id: u64) {
        if let Some(at) = self.under_way.iter().position(|packet| packet.id == id) {
            self.under_way.remove(at);
            self.changes.packets = true;
        }
    }

    // ---- where stream_starts begin ----

    /// A master moved one of its replicas; what it sent in that turn comes after this.
    pub(crate) fn replica_state_changed(
        &mut self,
        host: HostId,
        conn: ConnId,
        from: Option<ReplicaState>,
        to: ReplicaState,
    ) {
        if !self.keeps_frames() {
            return;
        }
        let stream = self.stream_starts.entry((host, conn)).or_default();
        match (from, to) {
            (_, ReplicaState::SendBulk) => *stream = StreamStart { awaits_header: true, ..StreamStart::default() },
            (None, ReplicaState::Online) => *stream = StreamStart { after_next: true, ..StreamStart::default() },
            _ => stream.after_turn = stream.begins.is_none() && !stream.awaits_header,
        }
    }

    /// A process sent bytes; `sent` counts all it sent on this connection so far.
    pub(crate) fn bytes_sent(&mut self, host: HostId, conn: ConnId, bytes: &[u8], sent: u64) {
        let Some(stream) = self.stream_starts.get_mut(&(host, conn)) else { return };
        if stream.awaits_header {
            let length = bytes.strip_prefix(b"$").and_then(|rest| rest.strip_suffix(b"\r\n"));
            let length = length.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok());
            stream.begins = length.map(|length| sent + length);
            stream.awaits_header = false;
        }
        if std::mem::take(&mut stream.after_next) {
            stream.begins = Some(sent);
        }
    }

    /// A turn in which a replica was moved is over.
    pub(crate) fn turn_ended(&mut self, host: HostId, conn: ConnId, sent: u64) {
        if let Some(stream) = self.stream_starts.get_mut(&(host, conn))
            && std::mem::take(&mut stream.after_turn)
        {
            stream.begins = Some(sent);
        }
    }

    pub(crate) fn forget_stream(&mut self, host: HostId, conn: ConnId) {
        self.stream_starts.remove(&(host, conn));
    }

    pub(crate) fn forget_streams_of(&mut self, host: HostId) {
        self.stream_starts.retain(|(of, _), _| *of != host);
    }

    // ---- the next frame ----

    /// Whether anything is recorded.
    pub(crate) const fn is_on(&self) -> bool {
        self.on
    }

    /// Whether frames are made at all.
    pub(crate) const fn keeps_frames(&self) -> bool {
        self.on && self.frames_max > 0
    }

    /// Sets a host's part of the next frame; keeps the old one if they are equal.
    pub(crate) fn set_host(&mut self, now: u64, frame: HostFrame) {
        self.viewed_at.insert(frame.id, now);
        let same = self.hosts.get(&frame.id).is_some_and(|last| same_host(last, &frame));
        if !same {
            self.hosts.insert(frame.id, Arc::new(frame));
        } else {
            self.changes.hosts.retain(|&changed| changed != frame.id);
        }
    }

    /// Sets the wires' part of the next frame, in the order of their ends; keeps those that are equal.
    pub(crate) fn set_wires(&mut self, wires: impl Iterator<Item = WireFrame>) {
        let last = &self.wires;
        let kept = |wire: WireFrame| match last.binary_search_by_key(&(wire.a, wire.b), |last| (last.a, last.b)) {
            Ok(at) if *last[at] == wire => Arc::clone(&last[at]),
            _ => Arc::new(wire),
        };
        self.wires = wires.map(kept).collect();
    }

    /// The packets with bytes that were sent since the last frame.
    pub(crate) fn take_fresh(&mut self) -> Vec<Arc<PacketFrame>> {
        std::mem::take(&mut self.changes.fresh)
    }

    /// The history that the last byte of a packet belongs to, if its sender uses `conn` for an online replica.
    pub(crate) fn history(&self, packet: &PacketFrame, conn: ConnId) -> Option<ReplId> {
        let node = self.hosts.get(&packet.from)?.node.as_deref()?;
        let replica = node.replicas.iter().find(|replica| replica.conn == conn)?;
        let begins = self.stream_starts.get(&(packet.from, conn))?.begins?;
        let key = FlowKey { src: (packet.from, packet.src_port), dst: (packet.to, packet.dst_port) };
        let first = self.flows.first(key)?.wrapping_add(begins as u32);
        let end = packet.seq.wrapping_add(packet.payload.len() as u32);
        (replica.state == ReplicaState::Online && is_after(end, first)).then_some(node.replid)
    }

    /// Sets the history that a packet's bytes belong to.
    pub(crate) fn set_history(&mut self, id: u64, replid: ReplId) {
        if let Some(packet) = self.under_way.iter_mut().rev().find(|packet| packet.id == id) {
            Arc::make_mut(packet).replid = Some(replid);
        }
    }

    /// Makes a frame if anything differs from the last.
    pub(crate) fn finish(&mut self, now: u64) {
        let changes = std::mem::take(&mut self.changes);
        if !self.keeps_frames() {
            return;
        }
        let mut packets = changes.packets;
        // A lost packet is dropped when it would have arrived.
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
