//! Where in the timeline the things are that panels ask for. Grows with the timeline; no entry is read twice, and every
//! lookup is a binary search.

use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::event::{Event, IdChange};
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Entry, Frame, HostFrame, HostId, SimTime, What};

use crate::Lab;
use crate::compare::Totals;
use crate::histories::Histories;
use crate::ladder::{Ladder, ladder};
use crate::narration::narrator::Narrator;
use crate::narration::{CaptionNotes, Note, Tone};
use crate::ring::Eras;

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
    /// Its histories, each with the entry that tells of them.
    eras: Vec<(usize, Eras)>,
}

/// The index of one timeline. A copy shares the notes.
#[derive(Clone, Default)]
pub struct Index {
    seen: usize,
    hosts: LiteMap<HostId, HostIndex>,
    log: Vec<usize>,
    narrator: Narrator,
    marks: Vec<Mark>,
    histories: Histories,
    totals: Totals,
}

impl Index {
    /// The index of a branch: it knows the histories of the run that it left, in the same order.
    #[must_use]
    pub fn of_branch(histories: Histories) -> Self {
        Self { histories, ..Self::default() }
    }

    /// Reads what is new in the timeline of `lab`, which is always the same one.
    pub fn extend(&mut self, lab: &Lab) {
        self.extend_to(lab, lab.timeline().len());
    }

    /// As [`Index::extend`], but reads only the first `entries` entries.
    pub fn extend_to(&mut self, lab: &Lab, entries: usize) {
        let timeline = lab.timeline();
        let new = self.seen..entries.min(timeline.len());
        for place in new.clone() {
            self.totals.read(place, &timeline[place], lab);
            self.read(place, &timeline[place], lab);
        }
        self.seen = new.end.max(new.start);
    }

    /// How many entries were read.
    #[must_use]
    pub const fn read_entries(&self) -> usize {
        self.seen
    }

    fn read(&mut self, place: usize, entry: &Entry, lab: &Lab) {
        match (&entry.what, entry.host) {
            // Nothing is said about these, and there are many: they need no frame.
            (What::Node(Event::Command { .. } | Event::Acked { .. }) | What::ConsoleReceived { .. }, _) => return,
            (What::Node(event), Some(host)) => {
                self.read_event(place, host, event);
                if matches!(event, Event::Log { .. }) {
                    return;
                }
            }
            _ => {}
        }
        let frame = lab.frame_after(place, entry.at);
        // What happens again and again is one tick: the first.
        if let Some(note) = self.narrator.read(place, entry, &frame).filter(|note| note.times == 1) {
            self.marks.push(Mark { at: note.at, tone: note.tone });
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

    fn read_event(&mut self, place: usize, host: HostId, event: &Event) {
        let index = self.hosts.entry(host).or_default();
        match event {
            Event::Log { .. } => {
                index.log.push(place);
                self.log.push(place);
            }
            Event::ReplState { .. } | Event::HandshakeSent { .. } | Event::HandshakeReceived { .. } => {
                index.handshake.push(place);
            }
            Event::Ids { replid, replid2, second_replid_offset, why } => {
                let previous = (!replid2.is_none()).then_some(*replid2);
                index.eras.push((place, Eras { replid: *replid, replid2: previous, second: *second_replid_offset }));
                // A history that starts with a process and ends unshared is not listed: most do.
                if *why != IdChange::Startup {
                    self.histories.note(*replid2);
                    self.histories.note(*replid);
                }
            }
            _ => {}
        }
    }

    /// What the page says when the first `entries` entries have happened.
    #[must_use]
    pub fn caption(&self, entries: usize) -> CaptionNotes {
        self.narrator.caption(entries)
    }

    /// The histories of a node when the first `entries` entries had happened.
    #[must_use]
    pub fn eras(&self, host: HostId, entries: usize) -> Option<Eras> {
        let eras = &self.hosts.get(&host)?.eras;
        let count = eras.partition_point(|(place, _)| *place < entries);
        count.checked_sub(1).map(|last| eras[last].1)
    }

    /// The indices of a node's handshake entries among the first `entries`.
    pub(crate) fn handshake(&self, host: HostId, entries: usize) -> &[usize] {
        self.hosts.get(&host).map_or(&[], |h| up_to(&h.handshake, entries))
    }

    /// The handshake ladder of a host of this frame; both are of `lab`, as the index is.
    #[must_use]
    pub fn ladder(&self, lab: &Lab, frame: &Frame, host: &HostFrame) -> Ladder {
        let upstream = host.node.as_ref().and_then(|node| node.upstream.as_ref());
        let state = upstream.map_or(ReplState::None, |upstream| upstream.state);
        let places = self.handshake(host.id, frame.entries).iter();
        ladder(places.filter_map(|&at| lab.timeline().get(at)), state)
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
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The histories in order of appearance.
    #[must_use]
    pub const fn histories(&self) -> &Histories {
        &self.histories
    }

    /// The totals by which branches are compared.
    #[must_use]
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// All notes, oldest first, each with the index of its timeline entry.
    pub fn narration(&self) -> impl Iterator<Item = (usize, &Note)> {
        self.narrator.narration()
    }

    /// All notes, oldest first.
    pub fn notes(&self) -> impl DoubleEndedIterator<Item = &Note> + ExactSizeIterator {
        self.narrator.notes()
    }
}

/// What an index was at earlier times: a branch's begins with that, instead of reading its past again.
#[derive(Clone, Default)]
pub struct EarlierIndexes {
    /// In order of time.
    all: Vec<Arc<Index>>,
}

impl EarlierIndexes {
    /// Time between two of them, in microseconds.
    const EVERY_US: u64 = 30_000_000;

    /// As [`Index::extend`], and keeps what `index` is on the way.
    pub fn extend(&mut self, index: &mut Index, lab: &Lab) {
        let timeline = lab.timeline();
        let last = timeline.last().map_or(SimTime(0), |entry| entry.at);
        for nth in self.all.len() as u64 + 1..=last.0 / Self::EVERY_US {
            let time = SimTime(nth * Self::EVERY_US);
            index.extend_to(lab, timeline.partition_point(|entry| entry.at < time));
            self.all.push(Arc::new(index.clone()));
        }
        index.extend(lab);
    }

    /// The index of a branch that leaves the run of `index` behind so many entries, as far as it is known, and what it was
    /// earlier. It knows the histories of that run, in the same order.
    #[must_use]
    pub fn of_branch(&self, index: &Index, entries: usize) -> (Index, Self) {
        let all = self.all[..self.all.partition_point(|earlier| earlier.seen <= entries)].to_vec();
        let known = all.last().map_or_else(Index::default, |last| Index::clone(last));
        (Index { histories: index.histories.clone(), ..known }, Self { all })
    }
}

fn up_to(places: &[usize], entries: usize) -> &[usize] {
    &places[..places.partition_point(|&at| at < entries)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    /// The opening after so many milliseconds, its index read after each of `steps` equal parts of that time.
    fn opening(ms: u64, steps: u64) -> (Lab, Index) {
        let mut lab = Lab::new(examples::opening().config).expect("the opening");
        let mut index = Index::default();
        for _ in 0..steps {
            lab.run_for(ms * 1000 / steps);
            index.extend(&lab);
        }
        (lab, index)
    }

    #[test]
    fn shows_only_what_had_happened() {
        let (lab, index) = opening(3000, 1);
        let of_log = |host: Option<HostId>, entries: usize| -> Vec<usize> {
            let is_line = |entry: &Entry| {
                matches!(entry.what, What::Node(Event::Log { .. })) && (host.is_none() || entry.host == host)
            };
            (0..entries).filter(|&at| is_line(&lab.timeline()[at])).collect()
        };
        let lines = |found: &[usize]| -> Vec<usize> {
            let is_line = |at: usize| matches!(lab.timeline()[at].what, What::Node(Event::Log { .. }));
            found.iter().copied().filter(|&at| is_line(at)).collect()
        };
        let all = lab.timeline().len();
        for entries in [0, all / 3, all / 2, all] {
            for host in [None, lab.host("a"), lab.host("b")] {
                assert_eq!(lines(index.log(host, entries)), of_log(host, entries), "{host:?}, {entries} entries");
            }
        }
        assert_eq!(index.log(Some(HostId(77)), all), [] as [usize; 0]);
    }

    #[test]
    fn reads_what_is_new_once() {
        let (lab, once) = opening(3000, 1);
        let (_, often) = opening(3000, 100);
        let all = lab.timeline().len();
        assert_ne!(once.notes().len(), 0);
        assert!(once.notes().eq(often.notes()));
        assert_eq!(once.marks(), often.marks());
        assert_eq!(once.log(None, all), often.log(None, all));
        assert_eq!(once.histories(), often.histories());
    }

    #[test]
    fn the_index_of_a_branch_begins_with_what_is_known() {
        let (mut lab, mut index) = (opening(0, 1).0, Index::default());
        let mut earlier = EarlierIndexes::default();
        for seconds in [20, 31, 100, 101] {
            lab.run_until(SimTime(seconds * 1_000_000));
            earlier.extend(&mut index, &lab);
        }
        assert_eq!(index.read_entries(), lab.timeline().len());
        for (seconds, known) in [(10, 0), (31, 1), (89, 2), (90, 3), (101, 3)] {
            let branch = lab.fork_at(SimTime(seconds * 1_000_000)).expect("it is the past");
            let (mut of_branch, mut earlier) = earlier.of_branch(&index, branch.timeline().len());
            assert_eq!(earlier.all.len(), known, "{seconds} s");
            assert_eq!(of_branch.read_entries() == 0, known == 0);
            earlier.extend(&mut of_branch, &branch);
            let mut whole = Index::of_branch(index.histories().clone());
            whole.extend(&branch);
            assert!(of_branch.notes().eq(whole.notes()));
            assert_eq!(of_branch.marks(), whole.marks());
            assert_eq!(of_branch.histories(), whole.histories());
        }
    }
}
