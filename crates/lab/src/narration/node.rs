//! Notes about events inside a node.

use std::sync::Arc;

use psyncscope_engine::event::{
    CachedMasterChange, Consequence, Event, FeedKind, IdChange, LinkChange, NextRequest, PsyncOutcome, PsyncReply,
    ReplicaState,
};
use psyncscope_engine::ids::ReplId;
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::psync::{Decision, HistoryMatch, PsyncVerdict, Refusal};
use psyncscope_resp::{Parsed, QueryBuf};
use psyncscope_sim::frame::SimTime;

use crate::format::escape;
use crate::narration::{MessageKey, NamedSlot, Note, Sentence, Slot, Tone, Weight};

/// What an event does not say itself: when it happened, and who took part.
pub(super) struct NodeContext {
    /// When.
    pub at: SimTime,
    /// The node's own name.
    pub node: Arc<str>,
    /// The host at the other end of the connection that the event names.
    pub peer: Option<Arc<str>>,
    /// The master that the node connects to or follows.
    pub target: Option<Arc<str>>,
}

impl NodeContext {
    fn note(&self, weight: Weight, tone: Tone, key: MessageKey, more: Vec<NamedSlot>) -> Note {
        Note::new(self.at, weight, tone, key, self.slots(more))
    }

    fn slots(&self, more: Vec<NamedSlot>) -> Vec<NamedSlot> {
        let name = |name: &Option<Arc<str>>| name.clone().map_or_else(|| Slot::Code("?".to_owned()), Slot::Node);
        let mut slots = vec![("node", Slot::Node(Arc::clone(&self.node)))];
        slots.push(("peer", name(&self.peer)));
        slots.push(("master", name(&self.target)));
        slots.extend(more);
        slots
    }
}

/// The note about an event, if it is worth one. Decisions and their answers have functions of their own.
pub(super) fn of_event(context: &NodeContext, event: &Event) -> Option<Note> {
    match event {
        Event::Ids { replid, replid2, second_replid_offset, why } => {
            of_ids(context, *replid, *replid2, second_replid_offset.0, *why)
        }
        Event::ReplState { from, to, why } => of_repl_state(context, *from, *to, why),
        Event::HandshakeSent { bytes, .. } => of_request(context, bytes),
        Event::HandshakeReceived { state, bytes } => of_answer(context, *state, bytes),
        Event::Outcome(outcome) => of_outcome(context, outcome),
        Event::CachedMaster { change, next_request: Some(request) } => of_cached_master(context, *change, *request),
        Event::SaveStarted { keys } => {
            let n = ("n", Slot::Number(i64::try_from(*keys).unwrap_or(i64::MAX)));
            Some(context.note(Weight::Small, Tone::State, |t| t.save_started, vec![n]))
        }
        Event::SaveEnded { result: Err(why) } => {
            let why = ("why", Slot::Code(why.clone()));
            Some(context.note(Weight::Great, Tone::Fault, |t| t.save_failed, vec![why]))
        }
        Event::ReplicaState { to: ReplicaState::SendBulk, .. } => {
            Some(context.note(Weight::Small, Tone::Full, |t| t.send_bulk, vec![]).by("peer"))
        }
        Event::ReplicaGone { .. } if context.peer.is_some() => {
            Some(context.note(Weight::Small, Tone::Fault, |t| t.replica_gone, vec![]).by("peer"))
        }
        Event::Fed { from, len, kind: FeedKind::Command } => {
            let slots = vec![("n", Slot::Number(*len as i64)), ("last", Slot::Number(from.had().plus(*len).0))];
            Some(context.note(Weight::Small, Tone::Command, |t| t.fed, slots))
        }
        Event::MasterCommandFailed { command, error, after, consequence } => {
            let slots = vec![
                ("command", Slot::Code(command.to_ascii_uppercase())),
                ("why", Slot::Code(error.clone())),
                ("n", Slot::Number(after.0)),
            ];
            let key: MessageKey = match consequence {
                Consequence::Missing => |t| t.master_command_failed,
                Consequence::PerhapsMissing => |t| t.master_script_failed,
                Consequence::LinkEnds => |t| t.master_command_ends_link,
            };
            Some(context.note(Weight::Great, Tone::Fault, key, slots))
        }
        Event::Expired { key, .. } => {
            let key = ("key", Slot::Code(escape(key)));
            Some(context.note(Weight::Small, Tone::Command, |t| t.expired, vec![key]))
        }
        _ => None,
    }
}

fn of_ids(context: &NodeContext, replid: ReplId, replid2: ReplId, second: i64, why: IdChange) -> Option<Note> {
    let (weight, key): (Weight, MessageKey) = match why {
        // What a replica takes from its master, and from its RDB file, is told by other events.
        IdChange::Startup | IdChange::FullResync | IdChange::Restored => return None,
        IdChange::Shifted => (Weight::Great, |t| t.shifted),
        IdChange::Continued => (Weight::Great, |t| t.continued),
        IdChange::BacklogCreated => (Weight::Small, |t| t.history_begins),
        IdChange::BacklogExpired => (Weight::Great, |t| t.backlog_expired),
        IdChange::Requested => (Weight::Great, |t| t.id_requested),
    };
    let slots = vec![("id", Slot::Id(replid)), ("old", Slot::Id(replid2)), ("n", Slot::Number(second))];
    Some(context.note(weight, Tone::State, key, slots))
}

fn of_repl_state(context: &NodeContext, from: ReplState, to: ReplState, why: &LinkChange) -> Option<Note> {
    let slots = || vec![("state", Slot::Code(from.name().to_owned())), ("why", Slot::Code(why.to_string()))];
    let note = match (from, to) {
        // What the node keeps of a broken link is told by CachedMaster.
        (ReplState::Connected, ReplState::Connect) => return None,
        // Whoever is told to follow another, or nobody, has not failed.
        (from, ReplState::Connect)
            if from > ReplState::Connect && matches!(why, LinkChange::NewMaster | LinkChange::Promoted) =>
        {
            context.note(Weight::Small, Tone::State, |t| t.handshake_left, slots())
        }
        (from, ReplState::Connect) if from > ReplState::Connect => {
            context.note(Weight::Great, Tone::Fault, |t| t.handshake_failed, slots()).by("node")
        }
        (ReplState::SendAuth, ReplState::SendPort) => {
            context.note(Weight::Small, Tone::State, |t| t.sends_no_password, vec![]).by("node")
        }
        (ReplState::SendIp, ReplState::SendCapa) => {
            context.note(Weight::Small, Tone::State, |t| t.sends_no_address, vec![]).by("node")
        }
        (_, ReplState::Connecting) => context.note(Weight::Small, Tone::State, |t| t.connecting, slots()).by("node"),
        (_, ReplState::Connected) => context.note(Weight::Great, Tone::Good, |t| t.connected, vec![]).by("node"),
        _ => return None,
    };
    Some(note)
}

/// A request of the handshake, with its own bytes.
fn of_request(context: &NodeContext, bytes: &[u8]) -> Option<Note> {
    let mut query = QueryBuf::default();
    query.push(bytes);
    let Parsed::Command(words) = query.next() else { return None };
    let words: Vec<String> = words.iter().map(|word| escape(word)).collect();
    let name = |index: usize| words.get(index).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    let (name, option) = (name(0), name(1));
    let mut shown = words.join(" ");
    let mut slots = Vec::new();
    let key: MessageKey = match (name.as_str(), option.as_str()) {
        ("ping", _) => |t| t.sends_ping,
        ("auth", _) => {
            shown = words[0].clone();
            |t| t.sends_auth
        }
        ("replconf", "listening-port") => |t| t.sends_port,
        ("replconf", "ip-address") => |t| t.sends_ip,
        ("replconf", "capa") => |t| t.sends_capa,
        ("psync", "?") => |t| t.sends_psync_all,
        ("psync", _) => {
            let id = words.get(1).and_then(|id| ReplId::from_bytes(id.as_bytes()))?;
            slots.extend([("id", Slot::Id(id)), ("n", Slot::Number(words.get(2)?.parse().ok()?))]);
            |t| t.sends_psync
        }
        ("sync", _) => |t| t.sends_sync,
        _ => return None,
    };
    slots.push(("command", Slot::Code(shown)));
    Some(context.note(Weight::Small, Tone::State, key, slots).by("node"))
}

/// An answer of the handshake that lets it go on. Others are told by what comes of them.
fn of_answer(context: &NodeContext, state: ReplState, bytes: &[u8]) -> Option<Note> {
    let line = bytes.trim_ascii_end();
    let answer = [&b"+PONG"[..], b"+OK"].into_iter().find(|answer| *answer == line)?;
    let slots = vec![("answer", Slot::Code(escape(answer))), ("state", Slot::Code(state.name().to_owned()))];
    Some(context.note(Weight::Small, Tone::State, |t| t.answered, slots).by("node"))
}

/// A decision about a PSYNC: what was asked, and why it is granted or refused. What is answered is another event.
pub(super) fn of_verdict(context: &NodeContext, verdict: &PsyncVerdict) -> Note {
    let asked = ReplId::from_bytes(&verdict.request.replid)
        .map_or_else(|| Slot::Code(String::from_utf8_lossy(&verdict.request.replid).into_owned()), Slot::Id);
    let asked = ("asked", asked);
    let n = ("n", Slot::Number(verdict.request.next.map_or(-1, |n| n.0)));
    let second = ("second", Slot::Number(verdict.history.second_replid_offset.0));
    let offset = ("offset", Slot::Number(verdict.history.master_repl_offset.0));
    let off = ("off", Slot::Number(verdict.backlog.map_or(-1, |b| b.off.0)));
    let (key, slots): (MessageKey, Vec<NamedSlot>) = match verdict.decision {
        Decision::Continue { matched: HistoryMatch::Current, .. } => (|t| t.partial, vec![n, asked]),
        Decision::Continue { matched: HistoryMatch::Previous, .. } => (|t| t.partial_previous, vec![n, asked, second]),
        Decision::Full(Refusal::FullRequested) => (|t| t.full_requested, vec![]),
        Decision::Full(Refusal::BadOffset) => (|t| t.full_bad_offset, vec![]),
        Decision::Full(Refusal::IdMismatch) => (|t| t.full_id, vec![n, asked]),
        Decision::Full(Refusal::PastSecondOffset) => (|t| t.full_past, vec![n, asked, second]),
        Decision::Full(Refusal::NoBacklog) => (|t| t.full_no_backlog, vec![n]),
        Decision::Full(Refusal::Overwritten) => (|t| t.full_overwritten, vec![n, off]),
        Decision::Full(Refusal::Future) => (|t| t.full_future, vec![n, offset]),
    };
    let tone = if verdict.is_continue() { Tone::Good } else { Tone::Full };
    context.note(Weight::Great, tone, key, slots).by("peer")
}

/// The line that a master sent in answer to PSYNC.
pub(super) fn reply_sentence(context: &NodeContext, reply: &PsyncReply) -> Sentence {
    let (key, slots): (MessageKey, Vec<NamedSlot>) = match *reply {
        PsyncReply::FullResync { replid, offset } => {
            (|t| t.replied_full, vec![("id", Slot::Id(replid)), ("offset", Slot::Number(offset.0))])
        }
        PsyncReply::Continue { replid: Some(replid), bytes } => {
            (|t| t.replied_continue, vec![("id", Slot::Id(replid)), ("bytes", Slot::Number(bytes as i64))])
        }
        PsyncReply::Continue { replid: None, bytes } => {
            (|t| t.replied_continue_old, vec![("bytes", Slot::Number(bytes as i64))])
        }
    };
    Sentence { key, slots: context.slots(slots) }
}

/// An answer to PSYNC that was sent some time after the decision, when the save started.
pub(super) fn of_late_reply(context: &NodeContext, reply: &PsyncReply) -> Note {
    let Sentence { key, slots } = reply_sentence(context, reply);
    Note::new(context.at, Weight::Great, Tone::Full, key, slots).by("peer")
}

fn of_outcome(context: &NodeContext, outcome: &PsyncOutcome) -> Option<Note> {
    match outcome {
        PsyncOutcome::FullResync { replid: Some(replid), offset } => {
            let slots = vec![("id", Slot::Id(*replid)), ("offset", Slot::Number(offset.0))];
            Some(context.note(Weight::Small, Tone::Full, |t| t.transfer, slots).by("node"))
        }
        // The other outcomes end the attempt or the handshake, which is told by ReplState.
        _ => None,
    }
}

fn of_cached_master(context: &NodeContext, change: CachedMasterChange, request: NextRequest) -> Option<Note> {
    // A node that is promoted keeps the link of its master for a moment only: it will not ask for anything.
    context.target.as_ref()?;
    let (tone, key): (Tone, MessageKey) = match change {
        CachedMasterChange::Cached => (Tone::Fault, |t| t.link_lost),
        CachedMasterChange::Synthesized => (Tone::State, |t| t.synthesized),
        CachedMasterChange::Restored => (Tone::State, |t| t.restored),
        CachedMasterChange::Resurrected | CachedMasterChange::Discarded => return None,
    };
    let slots = vec![("id", Slot::Id(request.replid)), ("n", Slot::Number(request.next.0))];
    Some(context.note(Weight::Great, tone, key, slots).by("node"))
}
