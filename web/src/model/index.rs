//! Where in the timeline the things lie that panels ask for. Grows with the timeline; nothing is read twice.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::ConnId;
use psyncscope_lab::engine::event::{Event, IdChange};
use psyncscope_lab::sim::frame::{Entry, Frame, HostId, SimTime, What};

use crate::model::colours::ColourMap;
use crate::model::narrate::{self, Around, Note, Slot, Tone, Weight};
use crate::model::topology;

/// A decision about a PSYNC: where it stands in the timeline, and between whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictAt {
    /// Its place in the timeline.
    pub entry: usize,
    /// The node that decided.
    pub master: HostId,
    /// The node that had asked.
    pub asker: Option<HostId>,
}

/// A tick of the scrubber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: SimTime,
    /// Its colour.
    pub tone: Tone,
}

/// The places of one node's entries.
#[derive(Clone, Debug, Default)]
struct HostIndex {
    log: Vec<usize>,
    handshake: Vec<usize>,
    console: Vec<usize>,
}

/// The index of one timeline.
#[derive(Default)]
pub struct Index {
    seen: usize,
    hosts: BTreeMap<HostId, HostIndex>,
    names: BTreeMap<HostId, Arc<str>>,
    log: Vec<usize>,
    verdicts: Vec<VerdictAt>,
    notes: Vec<Note>,
    /// For each note, its place in the timeline.
    note_entries: Vec<usize>,
    marks: Rc<Vec<Mark>>,
    /// The last cut or mending: when, between whom, and whether it was a cut. Both directions at once are one event.
    last_wire: Option<(SimTime, HostId, HostId, bool)>,
}

impl Index {
    /// Reads what is new in `timeline`. `frame_at` gives the world at the time of an entry. New histories get their colours.
    pub fn extend(&mut self, timeline: &[Entry], frame_at: impl Fn(SimTime) -> Arc<Frame>, colours: &mut ColourMap) {
        for (at, entry) in timeline.iter().enumerate().skip(self.seen) {
            self.read(at, entry, &frame_at, colours);
        }
        self.seen = timeline.len();
    }

    fn read(&mut self, at: usize, entry: &Entry, frame_at: &impl Fn(SimTime) -> Arc<Frame>, colours: &mut ColourMap) {
        if let (What::ConsoleSent { .. } | What::ConsoleReceived { .. } | What::ConsoleClosed { .. }, Some(host)) =
            (&entry.what, entry.host)
        {
            self.hosts.entry(host).or_default().console.push(at);
        }
        let note = match (&entry.what, entry.host) {
            (What::Node(event), Some(host)) => self.read_event(at, entry.at, host, event, frame_at, colours),
            (what, host) => self.read_world(entry.at, host, what, frame_at),
        };
        if let Some(note) = note {
            Rc::make_mut(&mut self.marks).push(Mark { at: note.at, tone: note.tone });
            self.notes.push(note);
            self.note_entries.push(at);
        }
    }

    fn read_event(
        &mut self,
        at: usize,
        time: SimTime,
        host: HostId,
        event: &Event,
        frame_at: &impl Fn(SimTime) -> Arc<Frame>,
        colours: &mut ColourMap,
    ) -> Option<Note> {
        let mine = self.hosts.entry(host).or_default();
        match event {
            Event::Log { .. } => {
                mine.log.push(at);
                self.log.push(at);
                return None;
            }
            Event::ReplState { .. } => mine.handshake.push(at),
            Event::HandshakeSent { .. } | Event::HandshakeReceived { .. } => {
                mine.handshake.push(at);
                return None;
            }
            Event::Verdict { .. } => {
                mine.log.push(at);
                self.log.push(at);
            }
            // A history that starts with a process and dies unshared has no colour of its own: most do.
            Event::Ids { replid, replid2, why, .. } if *why != IdChange::Startup => {
                colours.note(*replid2);
                colours.note(*replid);
            }
            // Told by others: not worth a look at the frame.
            Event::Command { .. } | Event::Acked { .. } => return None,
            _ => {}
        }
        let frame = frame_at(time);
        let peer = conn_of(event).and_then(|conn| peer_of(&frame, host, conn));
        if matches!(event, Event::Verdict { .. }) {
            self.verdicts.push(VerdictAt { entry: at, master: host, asker: peer });
            if let Some(asker) = peer {
                self.hosts.entry(asker).or_default().log.push(at);
            }
        }
        let view = topology::host(&frame, host);
        let around = Around {
            node: self.name(&frame, host),
            peer: peer.map(|p| self.name(&frame, p)),
            master: view.and_then(|h| topology::master_of(h, &frame.hosts)).map(|m| self.name(&frame, m)),
        };
        narrate::of_node(time, event, around)
    }

    fn read_world(
        &mut self,
        time: SimTime,
        host: Option<HostId>,
        what: &What,
        frame_at: &impl Fn(SimTime) -> Arc<Frame>,
    ) -> Option<Note> {
        let node = |index: &mut Self, id: HostId| {
            let name = index.name(&frame_at(time), id);
            Slot::Node(name)
        };
        let make = |weight, tone, wording, slots| Some(Note { at: time, weight, tone, wording, slots });
        match what {
            // A world begins with its nodes running: the page says so in its own words.
            What::Power(_) if time.0 == 0 => None,
            What::Power(power) => {
                let name = self.name(&frame_at(time), host?);
                Some(narrate::of_power(time, *power, name))
            }
            What::Added if time.0 > 0 => {
                make(Weight::Great, Tone::State, |t| t.note_added, vec![("node", node(self, host?))])
            }
            What::Removed => make(Weight::Great, Tone::Fault, |t| t.note_removed, vec![("node", node(self, host?))]),
            What::Cut { from, to } => self.read_wire(time, *from, *to, true, frame_at),
            What::Healed { from, to } => self.read_wire(time, *from, *to, false, frame_at),
            What::ClockMoved { by_ms } => make(
                Weight::Great,
                Tone::Fault,
                |t| t.note_clock_moved,
                vec![("node", node(self, host?)), ("ms", Slot::Number(*by_ms))],
            ),
            What::ConsoleSent { argv, .. } => {
                let words: Vec<String> = argv.iter().map(|w| crate::model::bytes::escape(w)).collect();
                let slots = vec![("node", node(self, host?)), ("command", Slot::Code(words.join(" ")))];
                make(Weight::Small, Tone::Command, |t| t.note_typed, slots)
            }
            _ => None,
        }
    }

    /// A direction of a wire was cut or mended. When it is the second direction of the same instant, the note about the
    /// first becomes one about the wire.
    fn read_wire(
        &mut self,
        time: SimTime,
        from: HostId,
        to: HostId,
        cut: bool,
        frame_at: &impl Fn(SimTime) -> Arc<Frame>,
    ) -> Option<Note> {
        let frame = frame_at(time);
        if self.last_wire.replace((time, from, to, cut)) == Some((time, to, from, cut))
            && let Some(last) = self.notes.last_mut()
        {
            last.wording = if cut { |t| t.note_cut_both } else { |t| t.note_healed_both };
            return None;
        }
        let slots = vec![("node", Slot::Node(self.name(&frame, from))), ("peer", Slot::Node(self.name(&frame, to)))];
        let (tone, wording): (Tone, narrate::Wording) =
            if cut { (Tone::Fault, |t| t.note_cut) } else { (Tone::Good, |t| t.note_healed) };
        Some(Note { at: time, weight: Weight::Great, tone, wording, slots })
    }

    /// The host's name; a removed host keeps the one it had.
    fn name(&mut self, frame: &Frame, id: HostId) -> Arc<str> {
        match topology::host(frame, id) {
            Some(host) => Arc::clone(self.names.entry(id).or_insert_with(|| Arc::clone(&host.name))),
            None => self.names.get(&id).map_or_else(|| Arc::from("?"), Arc::clone),
        }
    }

    /// The name that a host has or had.
    #[must_use]
    pub fn known_name(&self, id: HostId) -> Option<&Arc<str>> {
        self.names.get(&id)
    }

    /// The notes among the first `entries` entries.
    #[must_use]
    pub fn notes(&self, entries: usize) -> &[Note] {
        &self.notes[..self.note_entries.partition_point(|&at| at < entries)]
    }

    /// The places of a node's handshake entries among the first `entries`.
    #[must_use]
    pub fn handshake(&self, host: HostId, entries: usize) -> &[usize] {
        self.hosts.get(&host).map_or(&[], |h| up_to(&h.handshake, entries))
    }

    /// How many of the first `entries` entries are of this node's consoles.
    #[must_use]
    pub fn console(&self, host: HostId, entries: usize) -> usize {
        self.hosts.get(&host).map_or(0, |h| up_to(&h.console, entries).len())
    }

    /// The places of a node's log lines and decisions among the first `entries`; of all nodes without a `host`.
    #[must_use]
    pub fn log(&self, host: Option<HostId>, entries: usize) -> &[usize] {
        match host {
            Some(host) => self.hosts.get(&host).map_or(&[], |h| up_to(&h.log, entries)),
            None => up_to(&self.log, entries),
        }
    }

    /// The newest decision among the first `entries` that this node made or asked for.
    #[must_use]
    pub fn verdict(&self, host: HostId, entries: usize) -> Option<VerdictAt> {
        let upto = self.verdicts.partition_point(|v| v.entry < entries);
        self.verdicts[..upto].iter().rev().find(|v| v.master == host || v.asker == Some(host)).copied()
    }

    /// The note about the entry at this place in the timeline.
    #[must_use]
    pub fn note_at(&self, entry: usize) -> Option<&Note> {
        self.note_entries.binary_search(&entry).ok().and_then(|at| self.notes.get(at))
    }

    /// The scrubber's ticks, in order of time.
    #[must_use]
    pub fn marks(&self) -> &Rc<Vec<Mark>> {
        &self.marks
    }
}

fn up_to(places: &[usize], entries: usize) -> &[usize] {
    &places[..places.partition_point(|&at| at < entries)]
}

/// The connection that an event is about.
const fn conn_of(event: &Event) -> Option<ConnId> {
    match event {
        Event::Verdict { conn, .. } | Event::ReplicaState { conn, .. } | Event::ReplicaGone { conn, .. } => Some(*conn),
        _ => None,
    }
}

/// The host at the other end of a node's connection.
fn peer_of(frame: &Frame, host: HostId, conn: ConnId) -> Option<HostId> {
    topology::host(frame, host)?.conns.iter().find(|c| c.conn == conn).map(|c| c.peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::engine::event::LogLevel;

    fn line(host: u16, text: &str) -> Entry {
        let event = Event::Log { level: LogLevel::Notice, text: text.into() };
        Entry { at: SimTime(0), host: Some(HostId(host)), what: What::Node(event) }
    }

    fn empty(_: SimTime) -> Arc<Frame> {
        Arc::new(Frame {
            seq: 0,
            at: SimTime(0),
            entries: 0,
            hosts: Arc::from([]),
            wires: Arc::from([]),
            packets: Arc::from([]),
        })
    }

    #[test]
    fn reads_only_what_is_new_and_shows_only_what_had_happened() {
        let mut index = Index::default();
        let mut colours = ColourMap::default();
        let mut timeline = vec![line(0, "one"), line(1, "two")];
        index.extend(&timeline, empty, &mut colours);
        timeline.push(line(0, "three"));
        index.extend(&timeline, empty, &mut colours);
        index.extend(&timeline, empty, &mut colours);
        assert_eq!(index.log(Some(HostId(0)), 3), [0, 2]);
        assert_eq!(index.log(Some(HostId(0)), 2), [0]);
        assert_eq!(index.log(None, 3), [0, 1, 2]);
        assert_eq!(index.log(Some(HostId(7)), 3), [] as [usize; 0]);
    }
}
