//! The recorded frames. Most of a frame is as in the one before it, so what is kept is the change: a few dozen bytes. A
//! whole state begins each segment of the log; a frame is made from it and the changes when somebody looks.
//!
//! Ten minutes of five nodes with ten writes a second are about 80,000 frames.

mod bytes;
mod packets;
mod state;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use psyncscope_engine::ids::ReplId;
use psyncscope_engine::replication::backlog::Backlog;

use self::bytes::{Reader, put};
use self::packets::{put_packet, take_packet};
use self::state::{HostState, PacketState, State};
pub(crate) use self::state::{HostWords, put_conns};
use crate::frame::{Fate, Frame, HostId, PacketFrame, SimTime, WireFrame};
use crate::queue::Queue;

/// A segment has at least so many bytes of changes.
const SEGMENT_BYTES_MIN: usize = 8 * 1024;
/// And so many times the bytes of the state that it begins with, so that such states take a small part of the memory.
const SEGMENT_FACTOR: usize = 4;
/// And at most so many frames, so that every frame is found soon.
const SEGMENT_FRAMES_MAX: usize = 4096;

/// What a frame's record begins with: which changes follow.
mod has {
    pub(super) const PACKETS: u64 = 1;
    pub(super) const HOSTS: u64 = 2;
    pub(super) const WIRES: u64 = 4;
}

/// What became of a host; several together.
mod host {
    pub(super) const GONE: u64 = 1;
    pub(super) const NEW: u64 = 2;
    pub(super) const OWN: u64 = 4;
    pub(super) const NODE: u64 = 8;
    pub(super) const BACKLOG: u64 = 16;
}

/// Packets that begin or end their way in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketChanges {
    /// Any packet.
    pub any: bool,
    /// One that carries bytes, opens or closes a connection.
    pub telling: bool,
}

/// All frames that are kept, oldest first, and the state of the newest.
pub(crate) struct FrameLog {
    frames_max: usize,
    segments: Vec<Arc<Segment>>,
    /// The state of the newest frame, and what changed since.
    present: State,
    pending: Pending,
    /// Lost packets that are under way, by the time at which they would have arrived.
    lost: Queue<u64>,
    /// How many frames there ever were.
    count: u64,
    tables: Tables,
    /// The state of a frame in the past that was looked at last: the next one is often close to it.
    cursor: RefCell<Option<Cursor>>,
}

/// What many frames refer to by its place.
#[derive(Clone, Default)]
struct Tables {
    /// Names and addresses of all hosts there ever were.
    names: Vec<(HostId, Arc<str>, Arc<str>)>,
    /// All that the wires ever were.
    wires: Vec<Arc<[Arc<WireFrame>]>>,
    replids: Vec<ReplId>,
}

/// Changes that no frame has yet.
#[derive(Default)]
struct Pending {
    hosts: u64,
    /// The changes of the hosts.
    bytes: Vec<u8>,
    wires: bool,
    /// How many packets at the end of the state are new.
    added: usize,
    removed: Vec<u64>,
    packets: PacketChanges,
}

/// Frames from a whole state on.
#[derive(Clone)]
struct Segment {
    /// The number of its first frame.
    first: u64,
    /// The state of its first frame.
    start: State,
    start_at: u64,
    start_entries: usize,
    /// How many bytes of changes it may have.
    bytes_max: usize,
    frames: Vec<FrameRecord>,
    /// The changes of all frames but the first.
    bytes: Vec<u8>,
}

/// One frame of a segment.
#[derive(Clone, Copy)]
struct FrameRecord {
    /// Microseconds since the segment's first frame.
    after_us: u32,
    /// Entries of the timeline since the segment's first frame.
    entries: u32,
    /// Where its changes end.
    end: u32,
    packets: PacketChanges,
}

/// The state of one frame in the past.
struct Cursor {
    /// The number of the first frame of its segment.
    segment: u64,
    /// The frame's place in the segment.
    place: usize,
    state: State,
}

impl FrameLog {
    pub(crate) fn new(frames_max: usize) -> Self {
        Self {
            frames_max,
            segments: Vec::new(),
            present: State::new(),
            pending: Pending::default(),
            lost: Queue::new(),
            count: 0,
            tables: Tables::default(),
            cursor: RefCell::new(None),
        }
    }

    // ---- what changed ----

    /// What a host is now. `node` are the words of its node and its backlog, unless these cannot have changed.
    pub(crate) fn set_host(
        &mut self,
        id: HostId,
        names: (&Arc<str>, &Arc<str>),
        host: &[u64],
        node: Option<(&[u64], Option<&Backlog>)>,
    ) {
        let bytes = &mut self.pending.bytes;
        let begin = bytes.len();
        put(u64::from(id.0), bytes);
        let mut what = 0;
        let kind_at = bytes.len();
        bytes.push(0);
        let place = self.present.place(id).unwrap_or_else(|place| {
            let (name, ip) = names;
            self.tables.names.push((id, Arc::clone(name), Arc::clone(ip)));
            self.present.hosts.insert(place, HostState::new(id, Arc::clone(name), Arc::clone(ip)));
            what |= host::NEW;
            place
        });
        let state = &mut self.present.hosts[place];
        if state.change_host(host, bytes) {
            what |= host::OWN;
        }
        if let Some((words, backlog)) = node {
            if state.change_node(words, bytes) {
                what |= host::NODE;
            }
            if state.change_backlog(backlog, bytes) {
                what |= host::BACKLOG;
            }
        }
        if what == 0 {
            bytes.truncate(begin);
        } else {
            bytes[kind_at] = what as u8;
            self.pending.hosts += 1;
        }
    }

    /// A host is gone, and with it the packets from and to it.
    pub(crate) fn remove_host(&mut self, id: HostId) {
        let Ok(place) = self.present.place(id) else { return };
        self.present.hosts.remove(place);
        put(u64::from(id.0), &mut self.pending.bytes);
        put(host::GONE, &mut self.pending.bytes);
        self.pending.hosts += 1;
        let theirs = |packet: &PacketFrame| packet.from == id || packet.to == id;
        let gone = self.present.packets.iter().filter(|packet| theirs(&packet.packet));
        for id in gone.map(|packet| packet.packet.id).collect::<Vec<_>>() {
            self.remove_packet(id);
        }
    }

    /// What the wires are now, in the order of their ends; those that are equal to the last ones are kept.
    pub(crate) fn set_wires(&mut self, wires: impl Iterator<Item = WireFrame>) {
        let last = &self.present.wires;
        let kept = |wire: WireFrame| match last.binary_search_by_key(&(wire.a, wire.b), |last| (last.a, last.b)) {
            Ok(at) if *last[at] == wire => Arc::clone(&last[at]),
            _ => Arc::new(wire),
        };
        self.present.wires = wires.map(kept).collect();
        self.tables.wires.push(Arc::clone(&self.present.wires));
        self.pending.wires = true;
    }

    /// A packet is under way.
    pub(crate) fn add_packet(&mut self, packet: PacketFrame) {
        if packet.fate != Fate::Arrives {
            self.lost.schedule(packet.arrives.0, packet.id);
        }
        self.pending.note(&packet);
        self.pending.added += 1;
        self.present.packets.push(Arc::new(PacketState::new(packet)));
    }

    /// A packet is under way no more.
    pub(crate) fn remove_packet(&mut self, id: u64) {
        let Some(place) = self.present.packet(id) else { return };
        if place + self.pending.added >= self.present.packets.len() {
            self.pending.added -= 1;
        } else {
            self.pending.removed.push(id);
        }
        let gone = self.present.packets.remove(place);
        self.pending.note(&gone.packet);
    }

    /// The packets that no frame has yet, to be completed.
    pub(crate) fn new_packets(&mut self) -> impl Iterator<Item = &mut PacketFrame> {
        let old = self.present.packets.len() - self.pending.added;
        // No frame shares them yet.
        self.present.packets[old..].iter_mut().filter_map(|packet| Some(&mut Arc::get_mut(packet)?.packet))
    }

    /// Makes a frame if anything differs from the last, or if the timeline has new entries.
    pub(crate) fn finish(&mut self, now: u64, entries: usize) {
        // A lost packet is dropped when it would have arrived.
        while self.lost.next_at().is_some_and(|at| at <= now) {
            if let Some((_, id)) = self.lost.pop() {
                self.remove_packet(id);
            }
        }
        let same_entries = !self.segments.is_empty() && self.entries() == entries;
        let pending = &self.pending;
        let packets = pending.packets.any;
        if pending.hosts == 0 && !pending.wires && !packets && same_entries {
            return;
        }
        match self.segments.last_mut() {
            Some(segment) if segment.takes(now) => {
                let segment = Arc::make_mut(segment);
                put_changes(&self.present, pending, SimTime(now), &mut self.tables, &mut segment.bytes);
                segment.frames.push(FrameRecord {
                    after_us: (now - segment.start_at) as u32,
                    entries: (entries - segment.start_entries) as u32,
                    end: segment.bytes.len() as u32,
                    packets: pending.packets,
                });
            }
            last => {
                if let Some(last) = last {
                    let last = Arc::make_mut(last);
                    last.frames.shrink_to_fit();
                    last.bytes.shrink_to_fit();
                }
                let record = FrameRecord { after_us: 0, entries: 0, end: 0, packets: pending.packets };
                self.segments.push(Arc::new(Segment {
                    first: self.count,
                    start: self.present.bare(),
                    start_at: now,
                    start_entries: entries,
                    bytes_max: SEGMENT_BYTES_MIN.max(SEGMENT_FACTOR * self.present.weight()),
                    frames: vec![record],
                    bytes: Vec::new(),
                }));
            }
        }
        self.count += 1;
        self.pending.clear();
        let first = self.first();
        let forgotten = |segment: &Segment| segment.first + segment.frames.len() as u64 <= first;
        if self.segments.first().is_some_and(|segment| forgotten(segment)) {
            self.segments.remove(0);
        }
    }

    // ---- the past ----

    /// The same log as it was at `at`. What comes before the last frames is shared.
    pub(crate) fn until(&self, at: SimTime) -> Self {
        let mut segments = self.segments.clone();
        segments.truncate(segments.partition_point(|segment| segment.start_at <= at.0).max(1));
        let mut count = 0;
        if let Some(last) = segments.last_mut() {
            let frames = last.frames.partition_point(|frame| last.time_of(frame).0 <= at.0).max(1);
            count = last.first + frames as u64;
            if frames < last.frames.len() {
                *last = Arc::new(last.beginning(frames));
            }
        }
        let present = count.checked_sub(1).and_then(|seq| self.state(seq)).unwrap_or_else(State::new);
        let mut lost = Queue::new();
        for packet in &present.packets {
            if packet.packet.fate != Fate::Arrives {
                lost.schedule(packet.packet.arrives.0, packet.packet.id);
            }
        }
        Self {
            frames_max: self.frames_max,
            segments,
            present,
            pending: Pending::default(),
            lost,
            count,
            tables: self.tables.clone(),
            cursor: RefCell::new(None),
        }
    }

    /// How many entries the timeline had at the newest frame.
    pub(crate) fn entries(&self) -> usize {
        self.segments.last().map_or(0, |segment| segment.end().1)
    }

    /// The number of the oldest frame that is kept.
    fn first(&self) -> u64 {
        self.count.saturating_sub(self.frames_max as u64)
    }

    /// The place of the frame with this number: its segment, and where it is in that.
    fn find(&self, seq: u64) -> Option<(&Segment, usize)> {
        let segment = self.segments.partition_point(|segment| segment.first <= seq).checked_sub(1)?;
        let segment = &self.segments[segment];
        let place = usize::try_from(seq - segment.first).ok()?;
        (place < segment.frames.len()).then_some((segment, place))
    }

    /// The state of the frame with this number.
    fn state(&self, seq: u64) -> Option<State> {
        if seq + 1 == self.count {
            return Some(self.present.clone());
        }
        let (segment, place) = self.find(seq)?;
        Some(self.past(segment, place, State::clone))
    }

    fn frame(&self, seq: u64) -> Option<Frame> {
        let (segment, place) = self.find(seq)?;
        let (at, entries) = segment.time(place);
        let show = |state: &State| state.frame(seq, SimTime(at), entries);
        // What is pending belongs to no frame yet; between two calls nothing is.
        Some(if seq + 1 == self.count { show(&self.present) } else { self.past(segment, place, show) })
    }

    /// Looks at the state of a frame in the past, and leaves the cursor there.
    fn past<T>(&self, segment: &Segment, place: usize, look: impl FnOnce(&State) -> T) -> T {
        let mut cursor = self.cursor.borrow_mut();
        let reached = match cursor.take() {
            Some(cursor) if cursor.segment == segment.first && cursor.place <= place => cursor,
            last => {
                let mut state = segment.start.clone();
                if let Some(last) = last {
                    state.share_with(&last.state);
                }
                Cursor { segment: segment.first, place: 0, state }
            }
        };
        let cursor = cursor.insert(reached);
        while cursor.place < place {
            cursor.place += 1;
            let changes = &segment.bytes[segment.changes(cursor.place)];
            apply(&mut cursor.state, SimTime(segment.time(cursor.place).0), &self.tables, changes);
        }
        look(&cursor.state)
    }
}

impl Pending {
    fn note(&mut self, packet: &PacketFrame) {
        self.packets.any = true;
        self.packets.telling |= packet.is_telling();
    }

    fn clear(&mut self) {
        // Their memory is used again.
        let (mut bytes, mut removed) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.removed));
        bytes.clear();
        removed.clear();
        *self = Self { bytes, removed, ..Self::default() };
    }
}

impl Segment {
    /// Whether a frame at `now` still belongs to it.
    fn takes(&self, now: u64) -> bool {
        self.frames.len() < SEGMENT_FRAMES_MAX
            && self.bytes.len() < self.bytes_max
            && u32::try_from(now - self.start_at).is_ok()
    }

    /// A segment of its first frames.
    fn beginning(&self, frames: usize) -> Self {
        let records = self.frames[..frames].to_vec();
        let end = records.last().map_or(0, |frame| frame.end as usize);
        Self { start: self.start.clone(), frames: records, bytes: self.bytes[..end].to_vec(), ..*self }
    }

    /// When the frame at a place was made, and how many entries there were.
    fn time(&self, place: usize) -> (u64, usize) {
        self.time_of(&self.frames[place])
    }

    fn time_of(&self, frame: &FrameRecord) -> (u64, usize) {
        (self.start_at + u64::from(frame.after_us), self.start_entries + frame.entries as usize)
    }

    /// As [`Segment::time`], of its last frame.
    fn end(&self) -> (u64, usize) {
        self.time(self.frames.len() - 1)
    }

    /// Where the changes of the frame at a place are.
    fn changes(&self, place: usize) -> Range<usize> {
        let begin = place.checked_sub(1).map_or(0, |before| self.frames[before].end);
        begin as usize..self.frames[place].end as usize
    }
}

/// Appends what is pending.
fn put_changes(state: &State, pending: &Pending, at: SimTime, tables: &mut Tables, bytes: &mut Vec<u8>) {
    let flag = |is: bool, flag| if is { flag } else { 0 };
    let packets = pending.packets.any;
    put(flag(packets, has::PACKETS) | flag(pending.hosts > 0, has::HOSTS) | flag(pending.wires, has::WIRES), bytes);
    if packets {
        put(pending.added as u64, bytes);
        for packet in &state.packets[state.packets.len() - pending.added..] {
            put_packet(&packet.packet, at, &mut tables.replids, bytes);
        }
        put(pending.removed.len() as u64, bytes);
        pending.removed.iter().for_each(|&id| put(id, bytes));
    }
    if pending.hosts > 0 {
        put(pending.hosts, bytes);
        bytes.extend_from_slice(&pending.bytes);
    }
    if pending.wires {
        put(tables.wires.len() as u64 - 1, bytes);
    }
}

/// Makes the changes that [`put_changes`] appended.
fn apply(state: &mut State, at: SimTime, tables: &Tables, changes: &[u8]) {
    let bytes = &mut Reader::new(changes);
    let what = bytes.number();
    if what & has::PACKETS != 0 {
        for _ in 0..bytes.number() {
            state.packets.push(Arc::new(PacketState::new(take_packet(at, &tables.replids, bytes))));
        }
        for _ in 0..bytes.number() {
            if let Some(place) = state.packet(bytes.number()) {
                state.packets.remove(place);
            }
        }
    }
    if what & has::HOSTS != 0 {
        for _ in 0..bytes.number() {
            apply_host(state, tables, bytes);
        }
    }
    if what & has::WIRES != 0
        && let Some(wires) = tables.wires.get(bytes.number() as usize)
    {
        state.wires = Arc::clone(wires);
    }
}

fn apply_host(state: &mut State, tables: &Tables, bytes: &mut Reader<'_>) {
    let id = HostId(bytes.number() as u16);
    let what = bytes.number();
    let place = state.place(id);
    if what & host::GONE != 0 {
        if let Ok(place) = place {
            state.hosts.remove(place);
        }
        return;
    }
    if let (Err(place), Some((_, name, ip))) = (place, tables.names.iter().find(|(known, ..)| *known == id)) {
        state.hosts.insert(place, HostState::new(id, Arc::clone(name), Arc::clone(ip)));
    }
    let Ok(place) = state.place(id) else { return };
    let host = &mut state.hosts[place];
    if what & host::OWN != 0 {
        host.apply_host(bytes);
    }
    if what & host::NODE != 0 {
        host.apply_node(bytes);
    }
    if what & host::BACKLOG != 0 {
        host.apply_backlog(bytes);
    }
}

// ---- what is shown --------------------------------------------------------------------------------------------------

/// The frames that are kept, oldest first. Each is made when it is asked for.
#[derive(Clone, Copy)]
pub struct Frames<'a>(Option<&'a FrameLog>);

impl<'a> Frames<'a> {
    pub(crate) const fn new(log: Option<&'a FrameLog>) -> Self {
        Self(log)
    }

    /// How many there are. Without recording there are none.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.map_or(0, |log| (log.count - log.first()) as usize)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number ([`Frame::seq`]) of the frame at an index; of the frame after the last one at the index behind it.
    #[must_use]
    pub fn seq(&self, index: usize) -> u64 {
        self.0.map_or(0, FrameLog::first) + index as u64
    }

    /// The index of the frame with this number.
    #[must_use]
    pub fn index(&self, seq: u64) -> Option<usize> {
        let index = usize::try_from(seq.checked_sub(self.seq(0))?).ok()?;
        (index < self.len()).then_some(index)
    }

    /// The frame at an index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Frame> {
        self.0?.frame(self.seq(index))
    }

    /// The oldest.
    #[must_use]
    pub fn first(&self) -> Option<Frame> {
        self.get(0)
    }

    /// The newest.
    #[must_use]
    pub fn last(&self) -> Option<Frame> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All of them, oldest first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Frame> + 'a {
        (0..self.len()).filter_map(move |index| self.get(index))
    }

    /// When the frame at an index was made.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<SimTime> {
        let (segment, place) = self.0?.find(self.seq(index))?;
        Some(SimTime(segment.time(place).0))
    }

    /// Which packets begin or end their way in the frame at an index.
    #[must_use]
    pub fn packet_changes(&self, index: usize) -> PacketChanges {
        let found = self.0.and_then(|log| log.find(self.seq(index)));
        found.map(|(segment, place)| segment.frames[place].packets).unwrap_or_default()
    }

    /// How many frames were made until `at`, that instant included.
    #[must_use]
    pub fn until(&self, at: SimTime) -> usize {
        self.count_while(|(time, _)| time <= at.0)
    }

    /// How many frames were made before `at`.
    #[must_use]
    pub fn before(&self, at: SimTime) -> usize {
        self.count_while(|(time, _)| time < at.0)
    }

    /// How many frames have at most so many entries of the timeline: the index of the first one that has more.
    #[must_use]
    pub fn with_entries(&self, entries: usize) -> usize {
        self.count_while(|(_, count)| count <= entries)
    }

    /// How many frames from the oldest on `is` true of: of their time and their number of entries, both of which grow.
    fn count_while(&self, is: impl Fn((u64, usize)) -> bool) -> usize {
        let Some(log) = self.0 else { return 0 };
        let segments = log.segments.partition_point(|segment| is(segment.time(0)));
        let Some(segment) = segments.checked_sub(1).map(|last| &log.segments[last]) else { return 0 };
        let places = segment.frames.partition_point(|frame| is(segment.time_of(frame)));
        (segment.first + places as u64).saturating_sub(log.first()) as usize
    }
}
