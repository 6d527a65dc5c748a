//! What a script expects to be so at a moment, and what is so.

use std::fmt;

use psyncscope_engine::event::{Event, PsyncOutcome};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::view::NodeView;
use psyncscope_keyspace::Value;
use psyncscope_sim::frame::{Frame, HostFrame, Power, What};

use super::words;
use crate::format::escape;
use crate::lab::Lab;
use crate::lang::Lang;
use crate::topology::host_named;

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
        value: i64,
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
pub(super) const NUMBERS: [(&str, Number); 6] = [
    ("offset", Number::Offset),
    ("second-offset", Number::SecondOffset),
    ("keys", Number::Keys),
    ("replicas", Number::Replicas),
    ("full-resyncs", Number::FullResyncs),
    ("partial-resyncs", Number::PartialResyncs),
];

pub(super) const RELATIONS: [(&str, Relation); 3] =
    [("=", Relation::Equal), (">=", Relation::AtLeast), ("<=", Relation::AtMost)];

pub(super) const ANSWERS: [(&str, Answer); 3] =
    [("partial", Answer::Partial), ("full", Answer::Full), ("none", Answer::None)];

pub(super) const ROLES: [(&str, bool); 2] = [("master", true), ("replica", false)];

pub(super) const PROCESSES: [(&str, Power); 4] =
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
            Self::Number { number, relation, value } => {
                write!(f, "{} {} {value}", word_for(number, &NUMBERS), word_for(relation, &RELATIONS))
            }
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

impl Expectation {
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
        let node = running(host)?;
        match self {
            Self::Process(_) => Ok(()),
            Self::State(state) => {
                let is = node.upstream.as_ref().map_or(ReplState::None, |upstream| upstream.state);
                met(is == *state, || format!("the state of {name} is {}", is.name()))
            }
            Self::Master(master) => {
                let is = node.is_master();
                met(is == *master, || format!("{name} is a {}", word_for(&is, &ROLES)))
            }
            Self::Number { number, relation, value } => {
                let is = number.of(node);
                met(relation.holds(is, *value), || format!("{} of {name} is {is}", word_for(number, &NUMBERS)))
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

impl Number {
    fn of(self, node: &NodeView) -> i64 {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Offset => node.master_repl_offset.0,
            Self::SecondOffset => node.second_replid_offset.0,
            Self::Keys => count(node.keyspace.iter().map(|(_, keys, _)| keys).sum()),
            Self::Replicas => count(node.replicas.len() as u64),
            Self::FullResyncs => count(node.info.stats.sync_full),
            Self::PartialResyncs => count(node.info.stats.sync_partial_ok),
        }
    }
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
