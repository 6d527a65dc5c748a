//! Where in the timeline the things are that panels ask for. Grows with the timeline; no entry is read twice, and every
//! lookup is a binary search.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_lab::engine::event::{Event, IdChange};
use psyncscope_lab::sim::frame::{Entry, Frame, HostId, SimTime, What};

use crate::model::colours::ColourMap;
use crate::model::narrate::narrator::Narrator;
use crate::model::narrate::{CaptionNotes, Note, Tone};
use crate::model::prefix::Prefix;

/// A decision about a PSYNC: where it is in the timeline, and between whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictAt {
    /// Its index in the timeline.
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

/// Indices of one node's timeline entries.
#[derive(Clone, Debug, Default)]
struct HostIndex {
    log: Vec<usize>,
    handshake: Vec<usize>,
    /// Decisions that it made or asked for.
    verdicts: Vec<VerdictAt>,
}

/// The index of one timeline.
#[derive(Default)]
pub struct Index {
    seen: usize,
    hosts: LiteMap<HostId, HostIndex>,
    log: Vec<usize>,
    narrator: Narrator,
    marks: Rc<RefCell<Vec<Mark>>>,
}

impl Index {
    /// Reads what is new in `timeline`. `frame_after` gives the first frame in which the entry at an index and a time
    /// has happened. New histories get their colours.
    pub fn extend(
        &mut self,
        timeline: &[Entry],
        frame_after: impl Fn(usize, SimTime) -> Arc<Frame>,
        colours: &mut ColourMap,
    ) {
        for (place, entry) in timeline.iter().enumerate().skip(self.seen) {
            self.read(place, entry, &frame_after, colours);
        }
        self.seen = timeline.len();
    }

    fn read(
        &mut self,
        place: usize,
        entry: &Entry,
        frame_after: &impl Fn(usize, SimTime) -> Arc<Frame>,
        colours: &mut ColourMap,
    ) {
        match (&entry.what, entry.host) {
            // Nothing is said about these, and there are many: they need no frame.
            (What::Node(Event::Command { .. } | Event::Acked { .. }) | What::ConsoleReceived { .. }, _) => return,
            (What::Node(event), Some(host)) => {
                self.read_event(place, host, event, colours);
                if matches!(event, Event::Log { .. } | Event::HandshakeReceived { .. }) {
                    return;
                }
            }
            _ => {}
        }
        let frame = frame_after(place, entry.at);
        if let Some(note) = self.narrator.read(place, entry, &frame) {
            self.marks.borrow_mut().push(Mark { at: note.at, tone: note.tone });
        }
        if let (What::Node(Event::Verdict { conn, .. }), Some(master)) = (&entry.what, entry.host) {
            let asker = self.narrator.known_peer(master, *conn);
            self.log.push(place);
            for host in [Some(master), asker].into_iter().flatten() {
                let index = self.hosts.entry(host).or_default();
                index.log.push(place);
                index.verdicts.push(VerdictAt { entry: place, master, asker });
            }
        }
    }

    fn read_event(&mut self, place: usize, host: HostId, event: &Event, colours: &mut ColourMap) {
        let index = self.hosts.entry(host).or_default();
        match event {
            Event::Log { .. } => {
                index.log.push(place);
                self.log.push(place);
            }
            Event::ReplState { .. } | Event::HandshakeSent { .. } | Event::HandshakeReceived { .. } => {
                index.handshake.push(place);
            }
            // A history that starts with a process and ends unshared has no colour of its own: most do.
            Event::Ids { replid, replid2, why, .. } if *why != IdChange::Startup => {
                colours.note(*replid2);
                colours.note(*replid);
            }
            _ => {}
        }
    }

    /// The name that a host has or had.
    #[must_use]
    pub fn known_name(&self, id: HostId) -> Option<&Arc<str>> {
        self.narrator.known_name(id)
    }

    /// What the page says when the first `entries` entries have happened.
    #[must_use]
    pub fn caption(&self, entries: usize) -> CaptionNotes {
        self.narrator.caption(entries)
    }

    /// The indices of a node's handshake entries among the first `entries`.
    #[must_use]
    pub fn handshake(&self, host: HostId, entries: usize) -> &[usize] {
        self.hosts.get(&host).map_or(&[], |h| up_to(&h.handshake, entries))
    }

    /// The indices of a node's log lines and decisions among the first `entries`; of all nodes without a `host`.
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
        let verdicts = &self.hosts.get(&host)?.verdicts;
        let count = verdicts.partition_point(|v| v.entry < entries);
        count.checked_sub(1).map(|last| verdicts[last])
    }

    /// The note about the entry at this index of the timeline.
    #[must_use]
    pub fn note_at(&self, entry: usize) -> Option<&Note> {
        self.narrator.note_at(entry)
    }

    /// The scrubber's ticks, in order of time.
    #[must_use]
    pub fn marks(&self) -> Prefix<Mark> {
        Prefix::of(&self.marks)
    }

    /// All notes, oldest first.
    #[cfg(test)]
    pub fn notes(&self) -> &[Note] {
        self.narrator.notes()
    }
}

fn up_to(places: &[usize], entries: usize) -> &[usize] {
    &places[..places.partition_point(|&at| at < entries)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::engine::event::LogLevel;

    fn line(host: u16, text: &str) -> Entry {
        let event = Event::Log { level: LogLevel::Notice, text: text.into() };
        Entry { at: SimTime(0), host: Some(HostId(host)), what: What::Node(event) }
    }

    fn empty(_: usize, _: SimTime) -> Arc<Frame> {
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
