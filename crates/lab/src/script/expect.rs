//! What a script expects to be so at a moment, and what is so.

use std::fmt;

use psyncscope_engine::event::{Event, PsyncOutcome};
use psyncscope_engine::ids::NextByte;
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::view::NodeView;
use psyncscope_keyspace::Value;
use psyncscope_sim::frame::{Frame, HostFrame, HostId, Power, What};

use super::words;
use crate::format::escape;
use crate::lab::Lab;
use crate::lang::Lang;
use crate::topology::{host_named, is_cut, peer};

/// What is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Every rule that always holds of replication does.
    RulesHold,
    /// Something of a node.
    Node {
        /// The node.
        node: String,
        /// What.
        what: OfNode,
    },
}

/// What is expected of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfNode {
    /// Its link to its master is in this state; that of a master is `NONE`.
    State(ReplState),
    /// It is a master, or, if this is false, a replica.
    Master(bool),
    /// Its process does this.
    Process(Power),
    /// A number.
    Number {
        /// Which.
        number: Number,
        /// How it compares
        relation: Relation,
        /// to this.
        to: Operand,
    },
    /// Its replication ID compared to another node's.
    ReplId {
        /// Whether they are the same.
        same: bool,
        /// The other node.
        other: String,
    },
    /// How its last PSYNC was answered.
    Psync(Answer),
    /// Its link to its master carries the stream (`master_link_status`), or, if this is false, does not.
    Link(bool),
    /// The wire to another node.
    Wire {
        /// The other node.
        to: String,
        /// Whether packets from this node to the other vanish.
        cut: bool,
    },
    /// Its dataset has this key.
    Key {
        /// The database.
        db: u32,
        /// The key.
        key: String,
        /// The string that it holds; `None` if it may hold anything.
        value: Option<String>,
    },
    /// Its dataset does not have this key.
    NoKey {
        /// The database.
        db: u32,
        /// The key.
        key: String,
    },
}

/// What a number is compared to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// This.
    Value(i64),
    /// A number of a node.
    Of {
        /// The node.
        node: String,
        /// Which of its numbers.
        number: Number,
    },
}

/// A number of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// `master_repl_offset`.
    Offset,
    /// `second_replid_offset`.
    SecondOffset,
    /// The keys of all its databases.
    Keys,
    /// The replicas that are attached to it, in any state (`connected_slaves`).
    Replicas,
    /// Full resyncs that it has served (`sync_full`).
    FullResyncs,
    /// Partial resyncs that it has served (`sync_partial_ok`).
    PartialResyncs,
    /// Partial resyncs that it has refused (`sync_partial_err`).
    RefusedResyncs,
    /// The byte that its next PSYNC asks for, or would: the one after the last that it has of its history. There is none
    /// as long as it can only ask for everything.
    Next,
    /// The byte that its last PSYNC asked for. There is none if it asked for everything, or never asked.
    Asked,
    /// The size of its backlog (`repl_backlog_size`), 0 while there is none.
    BacklogSize,
    /// Bytes in its backlog (`repl_backlog_histlen`), 0 while there is none.
    Histlen,
    /// The oldest byte in its backlog (`repl_backlog_first_byte_offset`), 0 while there is none.
    FirstByte,
    /// Where in its backlog the next byte is written (`repl_backlog_idx`), 0 while there is none.
    Idx,
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are equal.
    Equal,
    /// The first is at least the second.
    AtLeast,
    /// The first is at most the second.
    AtMost,
}

/// The answer to a PSYNC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `+CONTINUE`.
    Partial,
    /// `+FULLRESYNC`.
    Full,
    /// There was none yet.
    None,
}

/// The numbers by their words.
pub(crate) const NUMBERS: [(&str, Number); 13] = [
    ("offset", Number::Offset),
    ("second-offset", Number::SecondOffset),
    ("keys", Number::Keys),
    ("replicas", Number::Replicas),
    ("full-resyncs", Number::FullResyncs),
    ("partial-resyncs", Number::PartialResyncs),
    ("refused-resyncs", Number::RefusedResyncs),
    ("next", Number::Next),
    ("asked", Number::Asked),
    ("backlog-size", Number::BacklogSize),
    ("histlen", Number::Histlen),
    ("first-byte", Number::FirstByte),
    ("idx", Number::Idx),
];

pub(crate) const RELATIONS: [(&str, Relation); 3] =
    [("=", Relation::Equal), (">=", Relation::AtLeast), ("<=", Relation::AtMost)];

pub(crate) const ANSWERS: [(&str, Answer); 3] =
    [("partial", Answer::Partial), ("full", Answer::Full), ("none", Answer::None)];

pub(crate) const LINKS: [(&str, bool); 2] = [("up", true), ("down", false)];

pub(crate) const WIRES: [(&str, bool); 2] = [("cut", true), ("whole", false)];

pub(crate) const ROLES: [(&str, bool); 2] = [("master", true), ("replica", false)];

pub(crate) const PROCESSES: [(&str, Power); 4] =
    [("running", Power::Running), ("paused", Power::Paused), ("stopped", Power::Stopped), ("off", Power::Off)];

/// The word for a value of one of the tables.
fn word_for<T: PartialEq>(value: &T, known: &[(&'static str, T)]) -> &'static str {
    known.iter().find(|(_, known)| known == value).map_or("?", |(word, _)| word)
}

impl fmt::Display for Expectation {
    /// As a script has it, behind `expect`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RulesHold => f.write_str("rules hold"),
            Self::Node { node, what } => write!(f, "{node} {what}"),
        }
    }
}

impl fmt::Display for OfNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_db = |db: u32| if db == 0 { String::new() } else { format!(" in db {db}") };
        match self {
            Self::State(state) => write!(f, "state {}", state.name()),
            Self::Master(master) => write!(f, "role {}", word_for(master, &ROLES)),
            Self::Process(power) => write!(f, "process {}", word_for(power, &PROCESSES)),
            Self::Number { number, relation, to } => {
                write!(f, "{number} {} {to}", word_for(relation, &RELATIONS))
            }
            Self::Link(up) => write!(f, "link {}", word_for(up, &LINKS)),
            Self::Wire { to, cut } => write!(f, "wire {to} {}", word_for(cut, &WIRES)),
            Self::ReplId { same: true, other } => write!(f, "replid same as {other}"),
            Self::ReplId { same: false, other } => write!(f, "replid other than {other}"),
            Self::Psync(answer) => write!(f, "psync {}", word_for(answer, &ANSWERS)),
            Self::Key { db, key, value } => {
                write!(f, "key {}{}", words::word(key), in_db(*db))?;
                value.as_ref().map_or(Ok(()), |value| write!(f, " = {}", words::word(value)))
            }
            Self::NoKey { db, key } => write!(f, "no key {}{}", words::word(key), in_db(*db)),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word_for(self, &NUMBERS))
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Of { node, number } => write!(f, "{node} {number}"),
        }
    }
}

impl Expectation {
    /// The nodes that it is about.
    pub(crate) fn nodes(&self) -> Vec<&str> {
        let Self::Node { node, what } = self else { return Vec::new() };
        let other = match what {
            OfNode::ReplId { other, .. } | OfNode::Wire { to: other, .. } => Some(other),
            OfNode::Number { to: Operand::Of { node, .. }, .. } => Some(node),
            _ => None,
        };
        [node].into_iter().chain(other).map(String::as_str).collect()
    }

    /// Whether it is so at the lab's present.
    ///
    /// # Errors
    /// What is so instead.
    pub fn check(&self, lab: &Lab) -> Result<(), String> {
        let frame = lab.frame_at(lab.now());
        match self {
            Self::RulesHold => {
                let broken: Vec<String> = lab
                    .invariants(&frame)
                    .iter()
                    .filter(|finding| !finding.holds)
                    .map(|finding| {
                        let (rule, numbers) = (finding.rule.text(Lang::En), finding.text(Lang::En));
                        format!("{}: {rule}: {numbers}", lab.name_of(finding.host))
                    })
                    .collect();
                if broken.is_empty() { Ok(()) } else { Err(broken.join("; ")) }
            }
            Self::Node { node, what } => match host_named(&frame, node) {
                Some(host) => what.check(lab, &frame, host),
                None => Err(format!("there is no node {node}")),
            },
        }
    }
}

/// Nothing if it is as expected.
fn met(met: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if met { Ok(()) } else { Err(found()) }
}

/// The node that runs on a host.
fn running(host: &HostFrame) -> Result<&NodeView, String> {
    let runs = matches!(host.power, Power::Running | Power::Paused);
    host.node.as_deref().filter(|_| runs).ok_or_else(|| format!("{} does not run", host.name))
}

impl OfNode {
    fn check(&self, lab: &Lab, frame: &Frame, host: &HostFrame) -> Result<(), String> {
        let name = &host.name;
        if let Self::Process(power) = self {
            return met(host.power == *power, || format!("{name} is {}", word_for(&host.power, &PROCESSES)));
        }
        if let Self::Wire { to, cut } = self {
            let other = host_named(frame, to).ok_or_else(|| format!("there is no node {to}"))?.id;
            let is = is_cut(frame, host.id, other);
            return met(is == *cut, || format!("the wire from {name} to {to} is {}", word_for(&is, &WIRES)));
        }
        let node = running(host)?;
        match self {
            Self::Process(_) | Self::Wire { .. } => Ok(()),
            Self::Link(up) => {
                let state = node.upstream.as_ref().map_or(ReplState::None, |upstream| upstream.state);
                let is = state == ReplState::Connected;
                met(is == *up, || match node.is_master() {
                    true => format!("{name} is a master"),
                    false => format!("the link of {name} is {}", word_for(&is, &LINKS)),
                })
            }
            Self::State(state) => {
                let is = node.upstream.as_ref().map_or(ReplState::None, |upstream| upstream.state);
                met(is == *state, || format!("the state of {name} is {}", is.name()))
            }
            Self::Master(master) => {
                let is = node.is_master();
                met(is == *master, || format!("{name} is a {}", word_for(&is, &ROLES)))
            }
            Self::Number { number, relation, to } => {
                let is = number.of(lab, frame, host)?;
                let other = to.value(lab, frame)?;
                met(relation.holds(is, other), || match to {
                    Operand::Value(_) => format!("{number} of {name} is {is}"),
                    Operand::Of { .. } => format!("{number} of {name} is {is}, {to} is {other}"),
                })
            }
            Self::ReplId { same, other } => {
                let other_host = host_named(frame, other).ok_or_else(|| format!("there is no node {other}"))?;
                let [is, others] = [node.replid, running(other_host)?.replid];
                met((is == others) == *same, || format!("{name} has {is}, {other} has {others}"))
            }
            Self::Psync(answer) => {
                let outcome = lab.timeline().iter().rev().find_map(|entry| match &entry.what {
                    What::Node(Event::Outcome(outcome)) if entry.host == Some(host.id) => Some(outcome),
                    _ => None,
                });
                let (is, shown) = match outcome {
                    None => (Some(Answer::None), "none"),
                    Some(PsyncOutcome::Continue { .. }) => (Some(Answer::Partial), "partial"),
                    Some(PsyncOutcome::FullResync { .. }) => (Some(Answer::Full), "full"),
                    Some(PsyncOutcome::TryLater) => (None, "an error that means: try later"),
                    Some(PsyncOutcome::NotSupported) => (None, "an error: SYNC follows"),
                };
                met(is == Some(*answer), || format!("the answer to the last PSYNC of {name} is {shown}"))
            }
            Self::Key { db, key, value } => {
                let shown = words::word(key);
                match (value_of(lab, host, *db, key), value) {
                    (None, _) => Err(format!("{name} does not have {shown}")),
                    (Some(_), None) => Ok(()),
                    (Some(Value::String(is)), Some(value)) => {
                        let is = is.to_vec();
                        met(is == value.as_bytes(), || format!("{shown} of {name} is {}", escape(&is)))
                    }
                    (Some(_), Some(_)) => Err(format!("{shown} of {name} holds no string")),
                }
            }
            Self::NoKey { db, key } => {
                met(value_of(lab, host, *db, key).is_none(), || format!("{name} has {}", words::word(key)))
            }
        }
    }
}

/// What a key holds now; nothing if it has expired, even where it has not been deleted yet.
fn value_of<'a>(lab: &'a Lab, host: &HostFrame, db: u32, key: &str) -> Option<&'a Value> {
    let keyspace = lab.world().node(host.id)?.keyspace();
    let now_ms = lab.world().unix_us(host.id)? / 1000;
    let db = usize::try_from(db).ok().filter(|db| *db < keyspace.databases())?;
    keyspace.get(db, key.as_bytes()).filter(|entry| !entry.is_expired(now_ms)).map(|entry| entry.value())
}

impl Operand {
    /// What it is at a frame's moment.
    fn value(&self, lab: &Lab, frame: &Frame) -> Result<i64, String> {
        match self {
            Self::Value(value) => Ok(*value),
            Self::Of { node, number } => number.of_named(lab, frame, node),
        }
    }
}

impl Number {
    /// As [`Number::of`], of the node of this name.
    pub(crate) fn of_named(self, lab: &Lab, frame: &Frame, name: &str) -> Result<i64, String> {
        let host = host_named(frame, name).ok_or_else(|| format!("there is no node {name}"))?;
        self.of(lab, frame, host)
    }

    /// What it is at a frame's moment.
    ///
    /// # Errors
    /// Why there is none.
    fn of(self, lab: &Lab, frame: &Frame, host: &HostFrame) -> Result<i64, String> {
        let node = running(host)?;
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let backlog = node.backlog.as_ref().map(|view| &view.0);
        Ok(match self {
            Self::Offset => node.master_repl_offset.0,
            Self::SecondOffset => node.second_replid_offset.0,
            Self::Keys => count(node.keyspace.iter().map(|(_, keys, _)| keys).sum()),
            Self::Replicas => count(node.replicas.len() as u64),
            Self::FullResyncs => count(node.info.stats.sync_full),
            Self::PartialResyncs => count(node.info.stats.sync_partial_ok),
            Self::RefusedResyncs => count(node.info.stats.sync_partial_err),
            Self::Next => match node.next_request() {
                Some(request) => request.next.0,
                None => return Err(format!("{} can only ask for everything", host.name)),
            },
            Self::Asked => match last_asked(lab, frame, host.id) {
                Some(next) => next.0,
                None => return Err(format!("{} has not asked for a byte", host.name)),
            },
            Self::BacklogSize => count(backlog.map_or(0, |backlog| backlog.size() as u64)),
            Self::Histlen => count(backlog.map_or(0, |backlog| backlog.histlen() as u64)),
            Self::FirstByte => backlog.map_or(0, |backlog| backlog.off().0),
            Self::Idx => count(backlog.map_or(0, |backlog| backlog.idx() as u64)),
        })
    }
}

/// The byte that the last PSYNC of a replica asked for, of those that a master has decided up to a frame.
fn last_asked(lab: &Lab, frame: &Frame, replica: HostId) -> Option<NextByte> {
    let entries = &lab.timeline()[..frame.entries.min(lab.timeline().len())];
    let verdicts = entries.iter().enumerate().rev().filter_map(|(index, entry)| match &entry.what {
        What::Node(Event::Verdict { conn, verdict }) => {
            let frame = lab.frame_after(index, entry.at);
            (peer(&frame, entry.host?, *conn) == Some(replica)).then_some(&verdict.request)
        }
        _ => None,
    });
    verdicts.into_iter().next().filter(|request| !request.asks_for_everything()).and_then(|request| request.next)
}

impl Relation {
    const fn holds(self, one: i64, other: i64) -> bool {
        match self {
            Self::Equal => one == other,
            Self::AtLeast => one >= other,
            Self::AtMost => one <= other,
        }
    }
}
