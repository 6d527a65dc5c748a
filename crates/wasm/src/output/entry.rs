//! Timeline entries as plain objects. The types are views: their names and fields are those of TypeScript.

use psyncscope_lab::console::{self, LineKind};
use psyncscope_lab::engine::event::{self, Event, PsyncReply};
use psyncscope_lab::sim::frame::{self as sim, HostId, SimTime};
use serde::Serialize;
use serde_bytes::Bytes;
use tsify::Tsify;

use super::explanation::{Explanation, Verdict};
use super::names::{CachedMasterChange, Consequence, FeedKind, IdChange, LogLevel, Power, ReplState, ReplicaState};
use super::{ReplId, TextOrBytes, ms};

/// One thing that happened.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Entry<'a> {
    at_ms: f64,
    /// On which host, if on one.
    host: Option<u16>,
    #[serde(flatten)]
    #[tsify(type = "What")]
    what: What<'a>,
}

/// What happened. Names are those of Redis; `conn` is the host's own number for a connection.
///
/// - `psync-replied`: the line that a master sent in answer to PSYNC; it may come later than the verdict.
/// - `cached-master`: with what the node's next PSYNC will ask for.
/// - `fed`: bytes were appended to the backlog.
/// - `master-command-failed`: a command of the master failed here. `after` is the last byte applied before it.
/// - `tcp-retransmitted`: the host's kernel sent bytes again that `peer` had not acknowledged; the node is not
///   notified.
/// - `tcp-recovered`: bytes that the network had lost have come after all, on the same connection; neither node noticed
///   more than the delay. `cut`: a cut wire took them, not chance alone.
#[derive(Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[tsify(missing_as_null)]
enum What<'a> {
    Log {
        level: LogLevel,
        text: &'a str,
    },
    Command {
        conn: u32,
        from_master: bool,
        db: u32,
        argv: Vec<TextOrBytes<'a>>,
        dirty: f64,
    },
    ReplState {
        from: ReplState,
        to: ReplState,
        why: String,
    },
    HandshakeSent {
        state: ReplState,
        #[tsify(type = "Uint8Array")]
        bytes: &'a Bytes,
    },
    HandshakeReceived {
        state: ReplState,
        #[tsify(type = "Uint8Array")]
        bytes: &'a Bytes,
    },
    Verdict {
        conn: u32,
        verdict: Verdict<'a>,
        explanation: Box<Explanation>,
    },
    PsyncReplied {
        conn: u32,
        reply: PsyncReplyKind,
        replid: Option<ReplId>,
        offset: Option<f64>,
        bytes: Option<usize>,
    },
    PsyncOutcome {
        outcome: PsyncOutcome,
        replid: Option<ReplId>,
        offset: Option<f64>,
    },
    ReplicaState {
        conn: u32,
        from: Option<ReplicaState>,
        to: ReplicaState,
    },
    ReplicaGone {
        conn: u32,
        name: &'a str,
    },
    Ids {
        replid: ReplId,
        replid2: ReplId,
        second_replid_offset: f64,
        why: IdChange,
    },
    Fed {
        from: f64,
        len: usize,
        why: FeedKind,
    },
    BacklogCreated {
        size: usize,
        off: f64,
    },
    BacklogFreed,
    CachedMaster {
        change: CachedMasterChange,
        next_replid: Option<ReplId>,
        next_byte: Option<f64>,
    },
    Acked {
        conn: u32,
        offset: f64,
    },
    SaveStarted {
        keys: f64,
    },
    SaveEnded {
        bytes: Option<f64>,
        error: Option<&'a str>,
    },
    Loaded {
        keys: f64,
    },
    Expired {
        db: u32,
        key: TextOrBytes<'a>,
    },
    MasterCommandFailed {
        command: &'a str,
        error: &'a str,
        after: f64,
        consequence: Consequence,
    },
    ConsoleSent {
        console: u32,
        argv: Vec<TextOrBytes<'a>>,
    },
    ConsoleReceived {
        console: u32,
        #[tsify(type = "Uint8Array")]
        bytes: &'a Bytes,
    },
    ConsoleClosed {
        console: u32,
    },
    Power {
        power: Power,
    },
    Added,
    Removed,
    Cut {
        from: u16,
        to: u16,
    },
    Healed {
        from: u16,
        to: u16,
    },
    WireSet {
        from: u16,
        to: u16,
    },
    ClockMoved {
        by_ms: f64,
    },
    TcpOpened {
        conn: u32,
        peer: u16,
    },
    TcpClosed {
        conn: u32,
        how: &'static str,
    },
    TcpRetransmitted {
        conn: u32,
        peer: u16,
        bytes: f64,
    },
    TcpRecovered {
        conn: u32,
        peer: u16,
        bytes: f64,
        waited_ms: f64,
        cut: bool,
    },
}

/// How a master answered a PSYNC.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
enum PsyncReplyKind {
    FullResync,
    Continue,
}

/// What a replica made of the answer to its PSYNC.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
enum PsyncOutcome {
    FullResync,
    Continue,
    TryLater,
    NotSupported,
}

impl<'a> Entry<'a> {
    /// An entry.
    pub fn of(entry: &'a sim::Entry) -> Self {
        Self { at_ms: ms(entry.at), host: entry.host.map(|host| host.0), what: What::of(&entry.what) }
    }
}

impl<'a> What<'a> {
    fn of(what: &'a sim::What) -> Self {
        let ends = |from: &HostId, to: &HostId| (from.0, to.0);
        match what {
            sim::What::Node(event) => Self::of_event(event),
            sim::What::ConsoleSent { console, argv } => Self::ConsoleSent { console: *console, argv: texts(argv) },
            sim::What::ConsoleReceived { console, bytes } => {
                Self::ConsoleReceived { console: *console, bytes: Bytes::new(bytes) }
            }
            sim::What::ConsoleClosed { console } => Self::ConsoleClosed { console: *console },
            sim::What::Power(power) => Self::Power { power: (*power).into() },
            sim::What::Added => Self::Added,
            sim::What::Removed => Self::Removed,
            sim::What::Cut { from, to } => {
                let (from, to) = ends(from, to);
                Self::Cut { from, to }
            }
            sim::What::Healed { from, to } => {
                let (from, to) = ends(from, to);
                Self::Healed { from, to }
            }
            sim::What::WireSet { from, to } => {
                let (from, to) = ends(from, to);
                Self::WireSet { from, to }
            }
            sim::What::ClockMoved { by_ms } => Self::ClockMoved { by_ms: *by_ms as f64 },
            sim::What::TcpOpened { conn, peer } => Self::TcpOpened { conn: conn.0, peer: peer.0 },
            sim::What::TcpClosed { conn, how } => Self::TcpClosed { conn: conn.0, how },
            sim::What::TcpRetransmitted { conn, peer, bytes } => {
                Self::TcpRetransmitted { conn: conn.0, peer: peer.0, bytes: *bytes as f64 }
            }
            sim::What::TcpRecovered { conn, peer, bytes, waited_us, cut } => Self::TcpRecovered {
                conn: conn.0,
                peer: peer.0,
                bytes: *bytes as f64,
                waited_ms: ms(SimTime(*waited_us)),
                cut: *cut,
            },
        }
    }

    fn of_event(event: &'a Event) -> Self {
        match event {
            Event::Log { level, text } => Self::Log { level: (*level).into(), text },
            Event::Command { conn, from_master, db, argv, dirty } => Self::Command {
                conn: conn.0,
                from_master: *from_master,
                db: *db,
                argv: texts(argv),
                dirty: *dirty as f64,
            },
            Event::ReplState { from, to, why } => {
                Self::ReplState { from: (*from).into(), to: (*to).into(), why: why.to_string() }
            }
            Event::HandshakeSent { state, bytes } => {
                Self::HandshakeSent { state: (*state).into(), bytes: Bytes::new(bytes) }
            }
            Event::HandshakeReceived { state, bytes } => {
                Self::HandshakeReceived { state: (*state).into(), bytes: Bytes::new(bytes) }
            }
            Event::Verdict { conn, verdict } => Self::Verdict {
                conn: conn.0,
                verdict: Verdict::of(verdict),
                explanation: Box::new(Explanation::of(verdict)),
            },
            Event::PsyncReplied { conn, reply } => {
                let (reply, replid, offset, bytes) = match *reply {
                    PsyncReply::FullResync { replid, offset } => {
                        (PsyncReplyKind::FullResync, Some(replid), Some(offset.0 as f64), None)
                    }
                    PsyncReply::Continue { replid, bytes } => (PsyncReplyKind::Continue, replid, None, Some(bytes)),
                };
                Self::PsyncReplied { conn: conn.0, reply, replid: replid.map(ReplId::from), offset, bytes }
            }
            Event::Outcome(outcome) => Self::of_outcome(outcome),
            Event::ReplicaState { conn, from, to } => {
                Self::ReplicaState { conn: conn.0, from: from.map(ReplicaState::from), to: (*to).into() }
            }
            Event::ReplicaGone { conn, name } => Self::ReplicaGone { conn: conn.0, name },
            Event::Ids { replid, replid2, second_replid_offset, why } => Self::Ids {
                replid: (*replid).into(),
                replid2: (*replid2).into(),
                second_replid_offset: second_replid_offset.0 as f64,
                why: (*why).into(),
            },
            Event::Fed { from, len, kind } => Self::Fed { from: from.0 as f64, len: *len, why: (*kind).into() },
            Event::BacklogCreated { size, off } => Self::BacklogCreated { size: *size, off: off.0 as f64 },
            Event::BacklogFreed => Self::BacklogFreed,
            Event::CachedMaster { change, next_request } => Self::CachedMaster {
                change: (*change).into(),
                next_replid: next_request.map(|request| request.replid.into()),
                next_byte: next_request.map(|request| request.next.0 as f64),
            },
            Event::Acked { conn, offset } => Self::Acked { conn: conn.0, offset: offset.0 as f64 },
            Event::SaveStarted { keys } => Self::SaveStarted { keys: *keys as f64 },
            Event::SaveEnded { result } => match result {
                Ok(bytes) => Self::SaveEnded { bytes: Some(*bytes as f64), error: None },
                Err(error) => Self::SaveEnded { bytes: None, error: Some(error) },
            },
            Event::Loaded { keys } => Self::Loaded { keys: *keys as f64 },
            Event::Expired { db, key } => Self::Expired { db: *db, key: TextOrBytes(key) },
            Event::MasterCommandFailed { command, error, after, consequence } => {
                Self::MasterCommandFailed { command, error, after: after.0 as f64, consequence: (*consequence).into() }
            }
        }
    }

    fn of_outcome(outcome: &event::PsyncOutcome) -> Self {
        let (outcome, replid, offset) = match *outcome {
            event::PsyncOutcome::FullResync { replid, offset } => {
                (PsyncOutcome::FullResync, replid, Some(offset.0 as f64))
            }
            event::PsyncOutcome::Continue { new_replid } => (PsyncOutcome::Continue, new_replid, None),
            event::PsyncOutcome::TryLater => (PsyncOutcome::TryLater, None, None),
            event::PsyncOutcome::NotSupported => (PsyncOutcome::NotSupported, None, None),
        };
        Self::PsyncOutcome { outcome, replid: replid.map(ReplId::from), offset }
    }
}

/// One block of a console, as redis-cli 5 shows it.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct ConsoleLine<'a> {
    at_ms: f64,
    kind: LineKind,
    /// For a command: the database selected.
    db: u32,
    text: &'a str,
    /// For a command: when its answer came. For a reply: when its command was sent.
    other_ms: Option<f64>,
}

impl<'a> ConsoleLine<'a> {
    /// A line.
    pub fn of(line: &'a console::ConsoleLine) -> Self {
        Self { at_ms: ms(line.at), kind: line.kind, db: line.db, text: &line.text, other_ms: line.other.map(ms) }
    }
}

fn texts(argv: &[Vec<u8>]) -> Vec<TextOrBytes<'_>> {
    argv.iter().map(|word| TextOrBytes(word)).collect()
}
