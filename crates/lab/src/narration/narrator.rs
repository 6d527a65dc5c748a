//! Reads the timeline entry by entry and keeps the notes about it.

use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::ConnId;
use psyncscope_engine::event::{Event, IdChange, PsyncReply};
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Entry, Frame, HostId, Power, SimTime, What};

use crate::narration::node::{self, NodeContext};
use crate::narration::{CaptionNotes, MessageKey, Note, Sentence, Slot, Tone, Weight, world};
use crate::topology;

/// Nodes that take the same step within this time are named in one sentence, in microseconds.
const JOIN_US: u64 = 50_000;

/// What is only told again gives way to something new for so long, in microseconds.
const NEW_US: u64 = 2_000_000;

/// A cut or mended direction of a wire: when, from where, to where, and whether it was a cut.
type WireChange = (SimTime, HostId, HostId, bool);

/// The notes about a timeline. A copy shares them.
#[derive(Clone, Default)]
pub struct Narrator {
    notes: Vec<Arc<Note>>,
    /// For each note, the index of its timeline entry.
    entries: Vec<usize>,
    /// The notes that are great, by their index.
    great: Vec<usize>,
    names: LiteMap<HostId, Arc<str>>,
    /// The host at the other end of a node's connection; known after the connection has ended, too.
    peers: LiteMap<(HostId, ConnId), HostId>,
    /// For each replica, the master of its current attempt.
    targets: LiteMap<HostId, Arc<str>>,
    /// Notes about decisions whose answer was not sent yet.
    unanswered: LiteMap<(HostId, ConnId), usize>,
    last_wire: Option<WireChange>,
    /// For each node, the newest note of each kind since something else happened to it: what is done again and again.
    streaks: LiteMap<HostId, Vec<usize>>,
    /// When and where a command was typed last.
    typed: Option<(SimTime, HostId)>,
    /// For each process that ended, the master that it followed, if it did.
    followed: LiteMap<HostId, Option<Arc<str>>>,
    /// The last node that began a history for its first replica, and the note about it.
    begun: Option<(HostId, usize)>,
    /// The last great note, if it is about what the reader did.
    readers: Option<usize>,
}

impl Narrator {
    /// Reads the entry at index `place`. `frame` is the world after it. Returns the new note, if the entry is worth
    /// one.
    pub fn read(&mut self, place: usize, entry: &Entry, frame: &Frame) -> Option<&Note> {
        let note = match (&entry.what, entry.host) {
            (What::Node(event), Some(host)) => self.read_event(entry.at, host, event, frame),
            (What::Cut { from, to }, _) => self.read_wire((entry.at, *from, *to, true), frame),
            (What::Healed { from, to }, _) => self.read_wire((entry.at, *from, *to, false), frame),
            (what, Some(host)) => self.read_host(entry.at, host, what, frame),
            (_, None) => None,
        };
        let mut note = note?;
        if let Some(host) = entry.host {
            note = self.gathered(host, note);
        }
        if matches!(&entry.what, What::Node(Event::ReplState { to: ReplState::Connect, .. })) && self.gives_way(&note) {
            note.weight = Weight::Small;
        }
        let by_reader = match &entry.what {
            What::Node(_) => self.typed == entry.host.map(|host| (entry.at, host)),
            what => !matches!(what, What::TcpRetransmitted { .. } | What::TcpRecovered { .. }),
        };
        Some(self.push(place, note, by_reader))
    }

    /// The note, or what it is when the same has just happened at the same node.
    fn gathered(&mut self, host: HostId, note: Note) -> Note {
        // What the reader types is told each time; each decision about a PSYNC has its own numbers.
        if !matches!(note.tone, Tone::State | Tone::Fault) {
            self.streaks.remove(&host);
            return note;
        }
        let index = self.notes.len();
        let streak = self.streaks.entry(host).or_default();
        if let Some(last) = streak.iter_mut().find(|last| self.notes[**last].is_same(&note)) {
            let times = self.notes[*last].times + 1;
            *last = index;
            return note.repeated(times);
        }
        streak.push(index);
        note
    }

    /// Whether a failed attempt leaves the caption to what the reader did: that was to other nodes.
    fn gives_way(&self, note: &Note) -> bool {
        let name = |slot: &str| match note.sentences[0].slot(slot) {
            Some(Slot::Node(name)) => Some(Arc::clone(name)),
            _ => None,
        };
        let concerned = |done: &Note| [name("node"), name("master")].iter().flatten().any(|name| done.concerns(name));
        self.readers.is_some_and(|done| !concerned(&self.notes[done]))
    }

    fn push(&mut self, place: usize, mut note: Note, by_reader: bool) -> &Note {
        note.others = self.others(&note, self.notes.len());
        let index = self.notes.len();
        if note.weight == Weight::Great {
            self.great.push(index);
            self.readers = by_reader.then_some(index);
        }
        self.entries.push(place);
        self.notes.push(Arc::new(note));
        &self.notes[index]
    }

    /// The nodes that did the same as `note` just before it; `before` is the number of notes to look at.
    fn others(&self, note: &Note, before: usize) -> Vec<Arc<str>> {
        let recent = self.notes[..before].iter().rev().take_while(|other| other.at.0 + JOIN_US >= note.at.0);
        let Some(other) = recent.into_iter().find(|other| note.is_also(other)) else { return Vec::new() };
        let mine = note.subject_name();
        let names = other.others.iter().chain(other.subject_name());
        names.filter(|name| Some(*name) != mine).cloned().collect()
    }

    fn read_event(&mut self, at: SimTime, host: HostId, event: &Event, frame: &Frame) -> Option<Note> {
        if let Event::ReplState { to: ReplState::Connecting, .. } = event
            && let Some(master) = self.master_name(host, frame)
        {
            self.targets.insert(host, master);
        }
        let conn = match event {
            Event::Verdict { conn, .. }
            | Event::PsyncReplied { conn, .. }
            | Event::ReplicaState { conn, .. }
            | Event::ReplicaGone { conn, .. } => Some(*conn),
            _ => None,
        };
        let target = match event {
            // It follows another master than in its last attempt.
            Event::CachedMaster { .. } => self.master_name(host, frame),
            _ => self.targets.get(&host).cloned().or_else(|| self.master_name(host, frame)),
        };
        let context = NodeContext {
            at,
            node: self.name(frame, host),
            peer: conn.and_then(|conn| self.peer(frame, host, conn)).map(|peer| self.name(frame, peer)),
            target,
        };
        match event {
            Event::Ids { why: IdChange::BacklogCreated, .. } => {
                self.begun = Some((host, self.notes.len()));
                node::of_event(&context, event)
            }
            Event::SaveStarted { .. } => self.read_save(host, &context, event),
            Event::Verdict { conn, verdict } => {
                self.unanswered.insert((host, *conn), self.notes.len());
                Some(node::of_verdict(&context, verdict))
            }
            Event::PsyncReplied { conn, reply } => self.read_reply(&context, (host, *conn), reply),
            Event::ReplicaGone { conn, .. } => {
                self.unanswered.remove(&(host, *conn));
                node::of_event(&context, event)
            }
            _ => node::of_event(&context, event),
        }
    }

    /// A save has started. What a node does for its first replica, a history of its own and a snapshot, is one note: the
    /// first half would be seen by nobody, as both happen in one instant.
    fn read_save(&mut self, host: HostId, context: &NodeContext, event: &Event) -> Option<Note> {
        let note = node::of_event(context, event)?;
        let begun = self.begun.filter(|&(of, index)| of == host && self.notes[index].at == note.at);
        let Some((_, index)) = begun else { return Some(note) };
        Arc::make_mut(&mut self.notes[index]).sentences.extend(note.sentences);
        None
    }

    /// An answer to PSYNC was sent: in the instant of the decision it belongs to the note about that.
    fn read_reply(&mut self, context: &NodeContext, key: (HostId, ConnId), reply: &PsyncReply) -> Option<Note> {
        let decision = self.unanswered.remove(&key).filter(|&index| self.notes[index].at == context.at);
        let Some(index) = decision else { return Some(node::of_late_reply(context, reply)) };
        Arc::make_mut(&mut self.notes[index]).sentences.push(node::reply_sentence(context, reply));
        Arc::make_mut(&mut self.notes[index]).others = self.others(&self.notes[index], index);
        None
    }

    fn read_host(&mut self, at: SimTime, host: HostId, what: &What, frame: &Frame) -> Option<Note> {
        if let What::Power(_) | What::Removed = what {
            // A new process numbers its connections anew.
            self.peers.retain(|(of, _), _| *of != host);
            self.unanswered.retain(|(of, _), _| *of != host);
        }
        if let What::ConsoleSent { .. } = what {
            self.typed = Some((at, host));
        }
        let peer = match what {
            What::TcpRetransmitted { peer, .. } | What::TcpRecovered { peer, .. } => Some(self.name(frame, *peer)),
            _ => None,
        };
        let follows = match what {
            // What a replica sends to its master are acknowledgements.
            What::TcpRecovered { peer, .. } => {
                topology::host(frame, host).and_then(|h| topology::master_of(h, &frame.hosts)) == Some(*peer)
            }
            _ => false,
        };
        let mut note = world::of_host(at, &self.name(frame, host), peer.as_ref(), follows, what)?;
        if let What::Power(power) = what {
            note.sentences.extend(self.forgot_master(host, *power, frame));
        }
        Some(note)
    }

    /// A process that starts again follows whom its configuration file says, which REPLICAOF does not change.
    fn forgot_master(&mut self, host: HostId, power: Power, frame: &Frame) -> Option<Sentence> {
        let now = self.master_name(host, frame);
        match power {
            Power::Stopped | Power::Off => {
                self.followed.insert(host, now);
                None
            }
            Power::Running => {
                let before = self.followed.remove(&host).filter(|before| *before != now)?;
                let (key, master): (MessageKey, _) = match (now, before) {
                    (Some(master), _) => (|t| t.configured_replica, master),
                    (None, Some(master)) => (|t| t.configured_master, master),
                    (None, None) => return None,
                };
                Some(Sentence { key, slots: vec![("master", Slot::Node(master))] })
            }
            Power::Paused => None,
        }
    }

    /// A direction of a wire was cut or mended. When it is the second direction of the same instant, the note about the
    /// first becomes one about the wire.
    fn read_wire(&mut self, change: WireChange, frame: &Frame) -> Option<Note> {
        let (at, from, to, cut) = change;
        if self.last_wire.replace(change) == Some((at, to, from, cut))
            && let Some(first) = self.notes.last_mut().and_then(|note| Arc::make_mut(note).sentences.first_mut())
        {
            first.key = if cut { |t| t.cut_both } else { |t| t.healed_both };
            return None;
        }
        let ends = vec![("node", Slot::Node(self.name(frame, from))), ("peer", Slot::Node(self.name(frame, to)))];
        Some(world::of_wire(at, cut, ends))
    }

    /// The host's name; a removed host keeps the one it had.
    fn name(&mut self, frame: &Frame, id: HostId) -> Arc<str> {
        match topology::host(frame, id) {
            Some(host) => Arc::clone(self.names.entry(id).or_insert_with(|| Arc::clone(&host.name))),
            None => self.names.get(&id).map_or_else(|| Arc::from("?"), Arc::clone),
        }
    }

    fn peer(&mut self, frame: &Frame, host: HostId, conn: ConnId) -> Option<HostId> {
        match topology::peer(frame, host, conn) {
            Some(peer) => Some(*self.peers.entry((host, conn)).or_insert(peer)),
            None => self.peers.get(&(host, conn)).copied(),
        }
    }

    /// The name of a replica's master: as a node of this world, or the address it was given.
    fn master_name(&mut self, host: HostId, frame: &Frame) -> Option<Arc<str>> {
        let replica = topology::host(frame, host)?;
        match topology::master_of(replica, &frame.hosts) {
            Some(master) => Some(self.name(frame, master)),
            None => Some(Arc::from(replica.node.as_ref()?.upstream.as_ref()?.host.as_str())),
        }
    }

    /// The host at the other end of a connection that a decision was about.
    #[must_use]
    pub fn known_peer(&self, host: HostId, conn: ConnId) -> Option<HostId> {
        self.peers.get(&(host, conn)).copied()
    }

    /// The note about the entry at this index of the timeline.
    #[must_use]
    pub fn note_at(&self, entry: usize) -> Option<&Note> {
        self.entries.binary_search(&entry).ok().and_then(|index| self.notes.get(index)).map(Arc::as_ref)
    }

    /// The first of the notes that a headline joins: what is told since then belongs to it.
    fn beginning(&self, headline: usize) -> usize {
        let note = &self.notes[headline];
        let recent = (0..headline).rev().take_while(|&index| self.notes[index].at.0 + JOIN_US >= note.at.0);
        let joined = recent.filter(|&index| !note.others.is_empty() && note.is_also(&self.notes[index]));
        joined.last().unwrap_or(headline)
    }

    /// What the page says when the first `entries` entries have happened.
    #[must_use]
    pub fn caption(&self, entries: usize) -> CaptionNotes {
        let count = self.entries.partition_point(|&place| place < entries);
        let greats = self.great.partition_point(|&index| index < count);
        let headline = greats.checked_sub(1).map(|last| self.great[last]);
        let after = (headline.map_or(0, |headline| self.beginning(headline) + 1)..count)
            .filter(|&index| self.notes[index].weight == Weight::Small);
        let newest = after.clone().next_back();
        let new = after.clone().rev().find(|&index| self.notes[index].times == 1);
        let is_recent =
            |&new: &usize| newest.is_some_and(|last| self.notes[last].at.0 <= self.notes[new].at.0 + NEW_US);
        // What goes on failing is told where nothing new is; that it is tried once more, not at all.
        let failing = |&index: &usize| self.notes[index].times > 1 && self.notes[index].tone == Tone::Fault;
        let detail = new.filter(is_recent).or_else(|| after.rev().find(failing)).or(new);
        let note = |index: Option<usize>| index.map(|index| Note::clone(&self.notes[index]));
        let entry = detail.or(headline).map(|index| self.entries[index]);
        CaptionNotes { headline: note(headline), detail: note(detail), entry }
    }

    /// All notes, oldest first, each with the index of its timeline entry.
    pub fn narration(&self) -> impl Iterator<Item = (usize, &Note)> {
        self.entries.iter().copied().zip(self.notes())
    }

    /// All notes, oldest first.
    pub fn notes(&self) -> impl DoubleEndedIterator<Item = &Note> + ExactSizeIterator {
        self.notes.iter().map(Arc::as_ref)
    }
}
