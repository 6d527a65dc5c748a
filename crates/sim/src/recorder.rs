//! Records frames and the timeline, from what changed in the world.

use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::ids::NextByte;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::view::StreamView;

use crate::causes::{Began, Turn, TurnId, Turns};
use crate::flows::{FlowKey, Flows};
use crate::frame::{Entry, HostId, PacketFrame, SimTime, StreamBytes, What, WireFrame};
use crate::frames::{FrameLog, Frames};
use crate::packet::Segment;
use crate::world::WirePacket;

/// A view without events is taken again after this time, in microseconds: it shows seconds that pass.
const VIEW_EVERY_US: u64 = 1_000_000;

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Off,
    /// Only what the recorder itself needs to go on later.
    Following,
    On,
}

/// What was recorded up to some time.
pub struct Recorded {
    frames: FrameLog,
    timeline: Vec<Entry>,
    turns: Vec<Turn>,
}

/// The recorder. When it is off, every call returns at once.
pub(crate) struct Recorder {
    mode: Mode,
    frames_max: usize,
    frames: FrameLog,
    timeline: Vec<Entry>,
    /// How many entries were not kept while nothing was recorded.
    unkept: usize,
    turns: Turns,
    viewed_at: LiteMap<HostId, u64>,
    /// What was sent from one port to another.
    pub flows: Flows,
    /// Hosts that may have changed since the last frame: each once, in order.
    pub touched: Vec<Touched>,
    pub wires_touched: bool,
}

/// A host that may have changed.
#[derive(Clone, Copy)]
pub(crate) struct Touched {
    pub host: HostId,
    /// Whether its process had a turn; else only its kernel did something.
    pub process: bool,
}

impl Recorder {
    pub(crate) fn new(on: bool, frames_max: usize) -> Self {
        let mut recorder = Self {
            mode: if on { Mode::On } else { Mode::Off },
            frames_max,
            frames: FrameLog::new(frames_max),
            timeline: Vec::new(),
            unkept: 0,
            turns: Turns::default(),
            viewed_at: LiteMap::new_vec(),
            flows: Flows::default(),
            touched: Vec::new(),
            wires_touched: false,
        };
        // There is always at least one frame.
        recorder.finish(0);
        recorder
    }

    // ---- what happened ----

    pub(crate) fn entry(&mut self, at: u64, host: Option<HostId>, what: What) {
        let turn = self.turn(at, host);
        match self.mode {
            Mode::On => self.timeline.push(Entry { at: SimTime(at), host, what, turn }),
            Mode::Following => self.unkept += 1,
            Mode::Off => {}
        }
    }

    /// How many entries there were, kept or not.
    pub(crate) fn entries(&self) -> usize {
        self.timeline.len() + self.unkept
    }

    /// How many entries there are while they are kept.
    fn entries_kept(&self) -> Option<usize> {
        (self.mode == Mode::On).then_some(self.timeline.len())
    }

    // ---- what caused it ----

    /// A scheduled event begins, caused by `by`.
    pub(crate) fn begin_event(&mut self, host: HostId, began: Began, by: TurnId) {
        self.turns.begin_event(host, began, by);
    }

    /// A process's turn begins, caused by `by`.
    pub(crate) fn begin_turn(&mut self, host: HostId, began: Began, by: TurnId) {
        self.turns.begin(host, began, by);
    }

    /// The event, or the action, ends.
    pub(crate) fn end_turn(&mut self) {
        self.turns.end();
    }

    /// What is done from now on from outside is this action.
    pub(crate) fn set_action(&mut self, number: u32) {
        self.turns.set_action(number);
    }

    /// The present turn, of which something comes now.
    pub(crate) fn turn(&mut self, now: u64, host: Option<HostId>) -> TurnId {
        if self.is_on() { self.turns.id(now, host, self.entries_kept()) } else { TurnId::NONE }
    }

    /// The present turn if something has come of it or nothing caused it, else the one that caused it.
    pub(crate) fn cause(&mut self, now: u64, host: HostId) -> TurnId {
        if self.is_on() { self.turns.cause(now, host, self.entries_kept()) } else { TurnId::NONE }
    }

    /// `known`; if that is none, the event or the action that is being done, or what caused that.
    pub(crate) fn cause_or_event(&mut self, known: TurnId, now: u64, host: HostId) -> TurnId {
        if known != TurnId::NONE || !self.is_on() {
            return known;
        }
        self.turns.cause_of_event(now, host, self.entries_kept())
    }

    pub(crate) fn turns(&self) -> &[Turn] {
        self.turns.all()
    }

    /// Something about a host may have changed.
    pub(crate) fn touch(&mut self, host: HostId) {
        self.note_touched(Touched { host, process: true });
    }

    /// A host's kernel did something, not its process.
    pub(crate) fn touch_kernel(&mut self, host: HostId) {
        self.note_touched(Touched { host, process: false });
    }

    fn note_touched(&mut self, new: Touched) {
        if !self.follows() {
            return;
        }
        match self.touched.binary_search_by_key(&new.host, |touched| touched.host) {
            Ok(at) => self.touched[at].process |= new.process,
            Err(at) => self.touched.insert(at, new),
        }
    }

    /// Only time passed on a host: its view is taken again once a second.
    pub(crate) fn touch_lightly(&mut self, now: u64, host: HostId) {
        if self.viewed_at.get(&host).is_none_or(|&at| now - at >= VIEW_EVERY_US) {
            self.touch(host);
        }
    }

    pub(crate) fn touch_wires(&mut self) {
        self.wires_touched = true;
    }

    pub(crate) fn forget_host(&mut self, host: HostId) {
        self.viewed_at.remove(&host);
        self.touched.retain(|touched| touched.host != host);
        self.wires_touched = true;
        self.frames.remove_host(host);
    }

    /// A packet was put on a wire by this turn; `again` if its bytes were sent before.
    pub(crate) fn packet_sent(&mut self, packet: &WirePacket<'_>, segment: &Segment, again: bool, by: TurnId) {
        if !self.keeps_frames() {
            return;
        }
        let payload = &packet.bytes[segment.payload.clone()];
        self.frames.add_packet(PacketFrame {
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
            // Made when somebody looks.
            label: Arc::default(),
            stream: None,
            by,
        });
    }

    pub(crate) fn packet_arrived(&mut self, id: u64) {
        self.frames.remove_packet(id);
    }

    // ---- the next frame ----

    /// Whether anything is recorded, now or later.
    pub(crate) fn is_on(&self) -> bool {
        self.mode != Mode::Off
    }

    /// Whether frames are made now.
    pub(crate) fn keeps_frames(&self) -> bool {
        self.mode == Mode::On && self.frames_max > 0
    }

    /// Whether frames are made, now or later.
    fn follows(&self) -> bool {
        self.is_on() && self.frames_max > 0
    }

    /// Keeps only what is needed to record later.
    pub(crate) fn follow(&mut self) {
        if self.mode == Mode::On {
            self.mode = Mode::Following;
        }
    }

    /// When nothing is recorded yet: notes what the next frame will depend on, and forgets the rest.
    pub(crate) fn follow_touched(&mut self, now: u64) {
        for touched in self.touched.drain(..) {
            if touched.process {
                self.viewed_at.insert(touched.host, now);
            }
        }
        self.wires_touched = false;
    }

    /// What was recorded until `at`.
    pub(crate) fn until(&self, at: SimTime) -> Recorded {
        let frames = self.frames.until(at);
        // With room for what is recorded next: else the first entry would have all of them copied once more.
        let past = &self.timeline[..frames.entries()];
        let mut timeline = Vec::with_capacity(past.len() + past.len() / 8 + 64);
        timeline.extend_from_slice(past);
        Recorded { frames, timeline, turns: self.turns.until(at) }
    }

    /// Records from now on; what came before is `recorded`.
    pub(crate) fn go_on(&mut self, recorded: Recorded) {
        self.frames = recorded.frames;
        self.timeline = recorded.timeline;
        self.unkept = 0;
        self.turns.go_on(recorded.turns);
        self.mode = Mode::On;
    }

    /// Sets a host's part of the next frame, as [`FrameLog::set_host`] takes it.
    pub(crate) fn set_host(
        &mut self,
        now: u64,
        id: HostId,
        names: (&Arc<str>, &Arc<str>),
        host: &[u64],
        node: Option<(&[u64], Option<&Backlog>)>,
    ) {
        if node.is_some() {
            self.viewed_at.insert(id, now);
        }
        self.frames.set_host(id, names, host, node);
    }

    /// Sets the wires' part of the next frame, in the order of their ends.
    pub(crate) fn set_wires(&mut self, wires: impl Iterator<Item = WireFrame>) {
        self.wires_touched = false;
        self.frames.set_wires(wires);
    }

    /// Sets the histories that new packets with bytes belong to. `sender` answers, for a packet, the stream that its
    /// sender has on the connection, and how many bytes it sent there in all.
    pub(crate) fn set_histories(&mut self, sender: impl Fn(&PacketFrame, FlowKey) -> Option<(StreamView, u64)>) {
        let flows = &self.flows;
        for packet in self.frames.new_packets().filter(|packet| !packet.payload.is_empty()) {
            let key = FlowKey { src: (packet.from, packet.src_port), dst: (packet.to, packet.dst_port) };
            packet.stream = sender(packet, key).and_then(|(stream, sent)| {
                // Whether the packet's last byte belongs to the stream, or to what precedes it on the connection.
                let before = sent.checked_sub(stream.bytes_sent())?;
                let first = flows.first(key)?.wrapping_add(before as u32);
                // Sequence numbers wrap: the difference is right as long as it is small.
                let from = packet.seq.wrapping_sub(first).cast_signed();
                let from = NextByte(stream.begins.0 + i64::from(from));
                let to = from.had().plus(packet.payload.len());
                let from = from.max(stream.begins);
                (to > from.had()).then_some(StreamBytes { replid: stream.replid, from, to })
            });
        }
    }

    /// Makes a frame if anything differs from the last.
    pub(crate) fn finish(&mut self, now: u64) {
        if self.keeps_frames() {
            self.frames.finish(now, self.timeline.len());
        }
    }

    // ---- the past ----

    pub(crate) fn frames(&self) -> Frames<'_> {
        Frames::new(self.keeps_frames().then_some(&self.frames))
    }

    pub(crate) fn timeline(&self) -> &[Entry] {
        &self.timeline
    }
}
