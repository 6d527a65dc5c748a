//! What happened, in a sentence: which events are worth one, and with which names and numbers. The wording is i18n's.

use std::sync::Arc;

use psyncscope_lab::engine::event::{CachedMasterChange, Consequence, Event, FeedKind, IdChange, ReplicaState};
use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::engine::replication::psync::{Decision, HistoryMatch, PsyncVerdict, Refusal};
use psyncscope_lab::engine::replication::replica::ReplState;
use psyncscope_lab::sim::frame::{Power, SimTime};

use crate::i18n::Text;

/// A name or a number in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// A node's name.
    Node(Arc<str>),
    /// A replication ID, shown in its colour.
    Id(ReplId),
    /// A number.
    Number(i64),
    /// Something of Redis's own, shown as it is.
    Code(String),
}

/// How much a sentence matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Shown when nothing greater happened just before.
    Small,
    /// Stays for a while.
    Great,
}

/// What kind of event it is, for the colour of its tick on the scrubber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// A command.
    Command,
    /// A state that moved.
    State,
    /// A partial resync, a link that is up.
    Good,
    /// A full resync.
    Full,
    /// Something broke or was broken.
    Fault,
}

/// All tones, in the order in which their ticks are drawn: the later cover the earlier.
pub const TONES: [Tone; 5] = [Tone::Command, Tone::State, Tone::Good, Tone::Full, Tone::Fault];

impl Tone {
    /// The CSS class of its colour.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Command => "tone-command",
            Self::State => "tone-state",
            Self::Good => "tone-good",
            Self::Full => "tone-full",
            Self::Fault => "tone-fault",
        }
    }
}

/// Chooses a sentence of a language.
pub type Wording = fn(&Text) -> &'static str;

/// A sentence about an event.
#[derive(Clone, Debug)]
pub struct Note {
    /// When.
    pub at: SimTime,
    /// How much it matters.
    pub weight: Weight,
    /// What kind of event it is.
    pub tone: Tone,
    /// Which sentence.
    pub wording: Wording,
    /// What fills it.
    pub slots: Vec<(&'static str, Slot)>,
}

impl PartialEq for Note {
    fn eq(&self, other: &Self) -> bool {
        // A wording is one function of ours: its address may differ for the same one, and that costs a drawing, no more.
        std::ptr::fn_addr_eq(self.wording, other.wording)
            && self.at == other.at
            && self.weight == other.weight
            && self.tone == other.tone
            && self.slots == other.slots
    }
}

/// What a note about an event inside a node needs to know of the world around it.
pub struct Around {
    /// The node's own name.
    pub node: Arc<str>,
    /// The host at the other end of the connection that the event names.
    pub peer: Option<Arc<str>>,
    /// The node's master, if it is a replica.
    pub master: Option<Arc<str>>,
}

/// The sentence about an event inside a node, if it is worth one.
#[must_use]
pub fn of_node(at: SimTime, event: &Event, around: Around) -> Option<Note> {
    use Weight::{Great, Small};
    let node = || ("node", Slot::Node(Arc::clone(&around.node)));
    let peer = || ("peer", around.peer.clone().map_or_else(|| Slot::Code("?".to_owned()), Slot::Node));
    let master = || ("master", around.master.clone().map_or_else(|| Slot::Code("?".to_owned()), Slot::Node));
    let make = |weight, tone, wording, slots| Some(Note { at, weight, tone, wording, slots });
    match event {
        Event::Verdict { verdict, .. } => Some(of_verdict(at, verdict, node(), peer())),
        Event::Ids { replid, replid2, second_replid_offset, why } => {
            let ids = vec![
                node(),
                ("id", Slot::Id(*replid)),
                ("old", Slot::Id(*replid2)),
                ("n", Slot::Number(second_replid_offset.0)),
                ("last", Slot::Number(second_replid_offset.had().0)),
            ];
            match why {
                IdChange::Startup | IdChange::FullResync => None,
                IdChange::Shifted => make(Great, Tone::State, |t| t.note_shifted, ids),
                IdChange::Continued => make(Great, Tone::State, |t| t.note_continued, ids),
                IdChange::BacklogCreated => make(Small, Tone::State, |t| t.note_history_begins, ids),
                IdChange::BacklogExpired => make(Great, Tone::State, |t| t.note_backlog_expired, ids),
                IdChange::Requested => make(Great, Tone::State, |t| t.note_id_requested, ids),
                IdChange::Restored => make(Great, Tone::State, |t| t.note_restored, ids),
            }
        }
        Event::ReplState { from, to, why } => {
            let slots =
                vec![node(), master(), ("state", Slot::Code(from.name().to_owned())), ("why", Slot::Code(why.clone()))];
            match (from, to) {
                // What the node keeps of a broken link is told by CachedMaster.
                (ReplState::Connected, ReplState::Connect) => None,
                (from, ReplState::Connect) if *from > ReplState::Connect => {
                    make(Great, Tone::Fault, |t| t.note_handshake_failed, slots)
                }
                (_, ReplState::Connecting) => make(Small, Tone::State, |t| t.note_connecting, slots),
                (_, ReplState::Transfer) => make(Small, Tone::Full, |t| t.note_transfer, slots),
                (_, ReplState::Connected) => make(Great, Tone::Good, |t| t.note_connected, slots),
                _ => None,
            }
        }
        Event::CachedMaster { change, next_request: Some(asks) } => {
            let slots = vec![node(), master(), ("id", Slot::Id(asks.replid)), ("n", Slot::Number(asks.next.0))];
            match change {
                CachedMasterChange::Cached => make(Great, Tone::Fault, |t| t.note_link_lost, slots),
                CachedMasterChange::Synthesized => make(Great, Tone::State, |t| t.note_synthesized, slots),
                // What the RDB file named is told by Ids.
                _ => None,
            }
        }
        Event::SaveStarted { keys } => make(
            Small,
            Tone::State,
            |t| t.note_save_started,
            vec![node(), ("n", Slot::Number(i64::try_from(*keys).unwrap_or(i64::MAX)))],
        ),
        Event::SaveEnded { result: Err(why) } => {
            make(Great, Tone::Fault, |t| t.note_save_failed, vec![node(), ("why", Slot::Code(why.clone()))])
        }
        Event::ReplicaState { to: ReplicaState::SendBulk, .. } => {
            make(Small, Tone::Full, |t| t.note_send_bulk, vec![node(), peer()])
        }
        Event::ReplicaGone { .. } if around.peer.is_some() => {
            make(Small, Tone::Fault, |t| t.note_replica_gone, vec![node(), peer()])
        }
        Event::Fed { from, len, kind: FeedKind::Command } => {
            let last = from.had().plus(*len);
            make(
                Small,
                Tone::Command,
                |t| t.note_fed,
                vec![node(), ("n", Slot::Number(*len as i64)), ("last", Slot::Number(last.0))],
            )
        }
        Event::MasterCommandFailed { command, error, after, consequence } => {
            let wording: Wording = match consequence {
                Consequence::Missing => |t| t.note_master_command_failed,
                Consequence::PerhapsMissing => |t| t.note_master_script_failed,
                Consequence::LinkEnds => |t| t.note_master_command_ends_link,
            };
            let slots = vec![
                node(),
                master(),
                ("command", Slot::Code(command.to_uppercase())),
                ("why", Slot::Code(error.clone())),
                ("n", Slot::Number(after.0)),
            ];
            make(Great, Tone::Fault, wording, slots)
        }
        Event::Expired { key, .. } => make(
            Small,
            Tone::Command,
            |t| t.note_expired,
            vec![node(), ("key", Slot::Code(crate::model::bytes::escape(key)))],
        ),
        _ => None,
    }
}

fn of_verdict(at: SimTime, verdict: &PsyncVerdict, node: (&'static str, Slot), peer: (&'static str, Slot)) -> Note {
    let next = verdict.request.next.map_or(-1, |n| n.0);
    let asked = ReplId::from_bytes(&verdict.request.replid)
        .map_or_else(|| Slot::Code(String::from_utf8_lossy(&verdict.request.replid).into_owned()), Slot::Id);
    let mut slots = vec![
        node,
        peer,
        ("n", Slot::Number(next)),
        ("asked", asked),
        ("id", Slot::Id(verdict.history.replid)),
        ("second", Slot::Number(verdict.history.second_replid_offset.0)),
        ("offset", Slot::Number(verdict.history.master_repl_offset.0)),
        ("off", Slot::Number(verdict.backlog.map_or(-1, |b| b.off.0))),
    ];
    let wording: Wording = match verdict.decision {
        Decision::Continue { matched, bytes } => {
            slots.push(("bytes", Slot::Number(bytes as i64)));
            match matched {
                HistoryMatch::Current => |t| t.note_continue,
                HistoryMatch::Previous => |t| t.note_continue_previous,
            }
        }
        Decision::Full(Refusal::FullRequested) => |t| t.note_full_requested,
        Decision::Full(Refusal::BadOffset) => |t| t.note_full_bad_offset,
        Decision::Full(Refusal::IdMismatch) => |t| t.note_full_id,
        Decision::Full(Refusal::PastSecondOffset) => |t| t.note_full_past,
        Decision::Full(Refusal::NoBacklog) => |t| t.note_full_no_backlog,
        Decision::Full(Refusal::Overwritten) => |t| t.note_full_overwritten,
        Decision::Full(Refusal::Future) => |t| t.note_full_future,
    };
    let tone = if verdict.is_continue() { Tone::Good } else { Tone::Full };
    Note { at, weight: Weight::Great, tone, wording, slots }
}

/// The sentence about a process or a host.
#[must_use]
pub fn of_power(at: SimTime, power: Power, node: Arc<str>) -> Note {
    let (tone, wording): (Tone, Wording) = match power {
        Power::Running => (Tone::Good, |t| t.note_running),
        Power::Paused => (Tone::Fault, |t| t.note_paused),
        Power::Stopped => (Tone::Fault, |t| t.note_stopped),
        Power::Off => (Tone::Fault, |t| t.note_off),
    };
    Note { at, weight: Weight::Great, tone, wording, slots: vec![("node", Slot::Node(node))] }
}

/// How long a great note stands before a small one may take its place.
const GREAT_STANDS_US: u64 = 2_500_000;

/// The note for a moment: the newest, but a great one stands for a while against small ones.
#[must_use]
pub fn caption(notes: &[Note], now: SimTime) -> Option<&Note> {
    let newest = notes.last()?;
    if newest.weight == Weight::Great {
        return Some(newest);
    }
    notes
        .iter()
        .rev()
        .take_while(|n| n.at.0 + GREAT_STANDS_US > now.0)
        .find(|n| n.weight == Weight::Great)
        .or(Some(newest))
}

#[cfg(test)]
mod tests {
    use psyncscope_lab::engine::ids::Offset;

    use super::*;

    fn note(ms: u64, weight: Weight) -> Note {
        Note { at: SimTime(ms * 1000), weight, tone: Tone::State, wording: |t| t.note_fed, slots: vec![] }
    }

    #[test]
    fn great_notes_stand_for_a_while() {
        let notes = [note(0, Weight::Great), note(1000, Weight::Small)];
        assert_eq!(caption(&notes, SimTime(1_500_000)).map(|n| n.at), Some(SimTime(0)));
        assert_eq!(caption(&notes, SimTime(3_000_000)).map(|n| n.at), Some(SimTime(1_000_000)));
        assert_eq!(caption(&[], SimTime(0)), None);
        let notes = [note(0, Weight::Great), note(10, Weight::Great)];
        assert_eq!(caption(&notes, SimTime(20_000)).map(|n| n.at), Some(SimTime(10_000)));
    }

    #[test]
    fn a_command_of_the_master_that_failed_is_told_with_all_that_is_known_of_it() {
        for consequence in [Consequence::Missing, Consequence::PerhapsMissing, Consequence::LinkEnds] {
            let event = Event::MasterCommandFailed {
                command: "lpush".to_owned(),
                error: "WRONGTYPE".to_owned(),
                after: Offset(1042),
                consequence,
            };
            let around = Around { node: "b".into(), peer: None, master: Some("a".into()) };
            let note = of_node(SimTime(7), &event, around).expect("it is worth a sentence");
            assert_eq!((note.weight, note.tone), (Weight::Great, Tone::Fault));
            for text in crate::i18n::Lang::ALL.map(crate::i18n::Lang::text) {
                let sentence = (note.wording)(text);
                let named = |name: &str| sentence.contains(&format!("{{{name}}}"));
                assert!(["node", "master", "why", "n"].into_iter().all(named), "{sentence}");
                assert_eq!(named("command"), consequence != Consequence::PerhapsMissing, "{sentence}");
            }
        }
    }
}
