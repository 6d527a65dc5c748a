//! Timeline entries as plain objects.

use psyncscope_lab::console::{ConsoleLine, LineKind};
use psyncscope_lab::engine::event::{Event, LogLevel, PsyncOutcome, PsyncReply};
use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::engine::replication::psync::{Decision, PsyncVerdict};
use psyncscope_lab::explain::{Explanation, explain};
use psyncscope_lab::sim::frame::{Entry, HostId, SimTime, What};
use serde::Serialize;
use serde_bytes::Bytes;

use super::frame::{power, replica_state};
use super::{Text, ms};

/// See `Entry` in `types.d.ts`; so for all below.
#[derive(Serialize)]
pub struct JsEntry<'a> {
    at_ms: f64,
    host: Option<u16>,
    #[serde(flatten)]
    what: JsWhat<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum JsWhat<'a> {
    Log { level: &'static str, text: &'a str },
    Command { conn: u32, from_master: bool, db: u32, argv: Vec<Text<'a>>, dirty: f64 },
    ReplState { from: &'static str, to: &'static str, why: &'a str },
    HandshakeSent { state: &'static str, bytes: &'a Bytes },
    HandshakeReceived { state: &'static str, bytes: &'a Bytes },
    Verdict { conn: u32, verdict: JsVerdict<'a>, explanation: Box<Explanation> },
    PsyncReplied { conn: u32, reply: &'static str, replid: Option<ReplId>, offset: Option<f64>, bytes: Option<usize> },
    PsyncOutcome { outcome: &'static str, replid: Option<ReplId>, offset: Option<f64> },
    ReplicaState { conn: u32, from: Option<&'static str>, to: &'static str },
    ReplicaGone { conn: u32, name: &'a str },
    Ids { replid: ReplId, replid2: ReplId, second_replid_offset: f64, why: String },
    Fed { from: f64, len: usize, why: String },
    BacklogCreated { size: usize, off: f64 },
    BacklogFreed,
    CachedMaster { change: String, next_replid: Option<ReplId>, next_byte: Option<f64> },
    Acked { conn: u32, offset: f64 },
    SaveStarted { keys: f64 },
    SaveEnded { bytes: Option<f64>, error: Option<&'a str> },
    Loaded { keys: f64 },
    Expired { db: u32, key: Text<'a> },
    MasterCommandFailed { command: &'a str, error: &'a str, after: f64, consequence: String },
    ConsoleSent { console: u32, argv: Vec<Text<'a>> },
    ConsoleReceived { console: u32, bytes: &'a Bytes },
    ConsoleClosed { console: u32 },
    Power { power: &'static str },
    Added,
    Removed,
    Cut { from: u16, to: u16 },
    Healed { from: u16, to: u16 },
    WireSet { from: u16, to: u16 },
    ClockMoved { by_ms: f64 },
    TcpOpened { conn: u32, peer: u16 },
    TcpClosed { conn: u32, how: &'static str },
    TcpRetransmitted { conn: u32, peer: u16, bytes: f64 },
    TcpRecovered { conn: u32, peer: u16, bytes: f64, waited_ms: f64, cut: bool },
}

#[derive(Serialize)]
struct JsVerdict<'a> {
    asked_replid: Text<'a>,
    asked_offset: Option<f64>,
    granted: bool,
    bytes: Option<usize>,
    refusal: Option<String>,
    replid: ReplId,
    replid2: ReplId,
    second_replid_offset: f64,
    master_repl_offset: f64,
    backlog: Option<JsWindow>,
}

#[derive(Serialize)]
struct JsWindow {
    off: f64,
    histlen: usize,
    size: usize,
}

impl<'a> JsEntry<'a> {
    /// An entry.
    pub fn of(entry: &'a Entry) -> Self {
        Self { at_ms: ms(entry.at), host: entry.host.map(|host| host.0), what: JsWhat::of(&entry.what) }
    }
}

impl<'a> JsWhat<'a> {
    fn of(what: &'a What) -> Self {
        let ends = |from: &HostId, to: &HostId| (from.0, to.0);
        match what {
            What::Node(event) => Self::of_event(event),
            What::ConsoleSent { console, argv } => Self::ConsoleSent { console: *console, argv: texts(argv) },
            What::ConsoleReceived { console, bytes } => {
                Self::ConsoleReceived { console: *console, bytes: Bytes::new(bytes) }
            }
            What::ConsoleClosed { console } => Self::ConsoleClosed { console: *console },
            What::Power(p) => Self::Power { power: power(*p) },
            What::Added => Self::Added,
            What::Removed => Self::Removed,
            What::Cut { from, to } => {
                let (from, to) = ends(from, to);
                Self::Cut { from, to }
            }
            What::Healed { from, to } => {
                let (from, to) = ends(from, to);
                Self::Healed { from, to }
            }
            What::WireSet { from, to } => {
                let (from, to) = ends(from, to);
                Self::WireSet { from, to }
            }
            What::ClockMoved { by_ms } => Self::ClockMoved { by_ms: *by_ms as f64 },
            What::TcpOpened { conn, peer } => Self::TcpOpened { conn: conn.0, peer: peer.0 },
            What::TcpClosed { conn, how } => Self::TcpClosed { conn: conn.0, how },
            What::TcpRetransmitted { conn, peer, bytes } => {
                Self::TcpRetransmitted { conn: conn.0, peer: peer.0, bytes: *bytes as f64 }
            }
            What::TcpRecovered { conn, peer, bytes, waited_us, cut } => Self::TcpRecovered {
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
            Event::Log { level, text } => Self::Log { level: log_level(*level), text },
            Event::Command { conn, from_master, db, argv, dirty } => Self::Command {
                conn: conn.0,
                from_master: *from_master,
                db: *db,
                argv: texts(argv),
                dirty: *dirty as f64,
            },
            Event::ReplState { from, to, why } => Self::ReplState { from: from.name(), to: to.name(), why },
            Event::HandshakeSent { state, bytes } => {
                Self::HandshakeSent { state: state.name(), bytes: Bytes::new(bytes) }
            }
            Event::HandshakeReceived { state, bytes } => {
                Self::HandshakeReceived { state: state.name(), bytes: Bytes::new(bytes) }
            }
            Event::Verdict { conn, verdict } => {
                Self::Verdict { conn: conn.0, verdict: JsVerdict::of(verdict), explanation: Box::new(explain(verdict)) }
            }
            Event::PsyncReplied { conn, reply } => {
                let (reply, replid, offset, bytes) = match *reply {
                    PsyncReply::FullResync { replid, offset } => {
                        ("full-resync", Some(replid), Some(offset.0 as f64), None)
                    }
                    PsyncReply::Continue { replid, bytes } => ("continue", replid, None, Some(bytes)),
                };
                Self::PsyncReplied { conn: conn.0, reply, replid, offset, bytes }
            }
            Event::Outcome(outcome) => Self::of_outcome(outcome),
            Event::ReplicaState { conn, from, to } => {
                Self::ReplicaState { conn: conn.0, from: from.map(replica_state), to: replica_state(*to) }
            }
            Event::ReplicaGone { conn, name } => Self::ReplicaGone { conn: conn.0, name },
            Event::Ids { replid, replid2, second_replid_offset, why } => Self::Ids {
                replid: *replid,
                replid2: *replid2,
                second_replid_offset: second_replid_offset.0 as f64,
                why: variant(why),
            },
            Event::Fed { from, len, kind } => Self::Fed { from: from.0 as f64, len: *len, why: variant(kind) },
            Event::BacklogCreated { size, off } => Self::BacklogCreated { size: *size, off: off.0 as f64 },
            Event::BacklogFreed => Self::BacklogFreed,
            Event::CachedMaster { change, next_request } => Self::CachedMaster {
                change: variant(change),
                next_replid: next_request.map(|request| request.replid),
                next_byte: next_request.map(|request| request.next.0 as f64),
            },
            Event::Acked { conn, offset } => Self::Acked { conn: conn.0, offset: offset.0 as f64 },
            Event::SaveStarted { keys } => Self::SaveStarted { keys: *keys as f64 },
            Event::SaveEnded { result } => match result {
                Ok(bytes) => Self::SaveEnded { bytes: Some(*bytes as f64), error: None },
                Err(error) => Self::SaveEnded { bytes: None, error: Some(error) },
            },
            Event::Loaded { keys } => Self::Loaded { keys: *keys as f64 },
            Event::Expired { db, key } => Self::Expired { db: *db, key: Text(key) },
            Event::MasterCommandFailed { command, error, after, consequence } => {
                Self::MasterCommandFailed { command, error, after: after.0 as f64, consequence: variant(consequence) }
            }
        }
    }

    fn of_outcome(outcome: &PsyncOutcome) -> Self {
        let (outcome, replid, offset) = match outcome {
            PsyncOutcome::FullResync { replid, offset } => ("full-resync", *replid, Some(offset.0 as f64)),
            PsyncOutcome::Continue { new_replid } => ("continue", *new_replid, None),
            PsyncOutcome::TryLater => ("try-later", None, None),
            PsyncOutcome::NotSupported => ("not-supported", None, None),
        };
        Self::PsyncOutcome { outcome, replid, offset }
    }
}

impl<'a> JsVerdict<'a> {
    fn of(verdict: &'a PsyncVerdict) -> Self {
        let (bytes, refusal) = match &verdict.decision {
            Decision::Continue { bytes, .. } => (Some(*bytes), None),
            Decision::Full(refusal) => (None, Some(variant(refusal))),
        };
        Self {
            asked_replid: Text(&verdict.request.replid),
            asked_offset: verdict.request.next.map(|next| next.0 as f64),
            granted: verdict.is_continue(),
            bytes,
            refusal,
            replid: verdict.history.replid,
            replid2: verdict.history.replid2,
            second_replid_offset: verdict.history.second_replid_offset.0 as f64,
            master_repl_offset: verdict.history.master_repl_offset.0 as f64,
            backlog: verdict.backlog.map(|window| JsWindow {
                off: window.off.0 as f64,
                histlen: window.histlen,
                size: window.size,
            }),
        }
    }
}

/// See `ConsoleLine` in `types.d.ts`.
#[derive(Serialize)]
pub struct JsConsoleLine<'a> {
    at_ms: f64,
    kind: LineKind,
    db: u32,
    text: &'a str,
    other_ms: Option<f64>,
}

impl<'a> JsConsoleLine<'a> {
    /// A line.
    pub fn of(line: &'a ConsoleLine) -> Self {
        Self { at_ms: ms(line.at), kind: line.kind, db: line.db, text: &line.text, other_ms: line.other.map(ms) }
    }
}

const fn log_level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Verbose => "verbose",
        LogLevel::Notice => "notice",
        LogLevel::Warning => "warning",
    }
}

fn texts(argv: &[Vec<u8>]) -> Vec<Text<'_>> {
    argv.iter().map(|word| Text(word)).collect()
}

/// The name of a variant without data, from `PastSecondOffset` to `past-second-offset`.
fn variant(value: &impl Serialize) -> String {
    let name = match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => return String::new(),
    };
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
