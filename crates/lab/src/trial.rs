//! Trials: the change that a user could have made so that a PSYNC would have been answered the other way, found by making
//! it on a branch and looking at the answer there.

use std::collections::VecDeque;

use psyncscope_engine::event::{Event, FeedKind, IdChange};
use psyncscope_engine::ids::{NextByte, ReplId};
use psyncscope_engine::replication::psync::PsyncVerdict;
use psyncscope_sim::frame::{HostId, Power, SimTime, What};
use serde::Serialize;

use crate::action::{Action, ActionLog, TimedAction};
use crate::error::LabError;
use crate::explain::{Counterfactual, explain};
use crate::lab::Lab;
use crate::lang::{Lang, bilingual};
use crate::limits;
use crate::replay::Replay;
use crate::topology;

/// How long after the moment of the answer the branch may answer, in microseconds.
const LATER_US: u64 = 2_000_000;

/// How long before that moment it may, in microseconds.
const EARLIER_US: u64 = 500_000;

/// How long before the answer a write is made, in microseconds: it has to get from the head of a chain to the node that
/// answers, but not to the one that asks.
const WRITES_US: [u64; 4] = [1, 5_000, 50_000, 500_000];

/// What a user changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// `CONFIG SET repl-backlog-size` at the node that answered.
    BacklogSize {
        /// The node.
        node: String,
        /// Bytes.
        #[cfg_attr(feature = "tsify", tsify(type = "number"))]
        size: u64,
    },
    /// `CONFIG SET repl-backlog-ttl 0` at the node that answered: it keeps its backlog, and with it its history.
    BacklogKept {
        /// The node.
        node: String,
    },
    /// More is written at the head of the chain before the question.
    Writes {
        /// The head.
        node: String,
        /// How long the value that is written is, in bytes.
        #[cfg_attr(feature = "tsify", tsify(type = "number"))]
        bytes: u64,
    },
    /// The wire to the former master is cut before the bytes that the other history does not have leave it.
    CutEarlier {
        /// The former master.
        from: String,
        /// The node that asked.
        to: String,
    },
}

impl Change {
    /// The change as an action.
    #[must_use]
    pub fn action(&self) -> Action {
        let exec = |node: &String, command| Action::Exec { node: node.clone(), console: 0, command };
        match self {
            Self::BacklogSize { node, size } => exec(node, format!("CONFIG SET repl-backlog-size {size}")),
            Self::BacklogKept { node } => exec(node, "CONFIG SET repl-backlog-ttl 0".to_owned()),
            Self::Writes { node, bytes } => exec(node, format!("SET more {}", "x".repeat(*bytes as usize))),
            Self::CutEarlier { from, to } => Action::Cut { from: from.clone(), to: to.clone(), one_way: false },
        }
    }
}

/// A change that turns the answer: this was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// When it is made.
    pub at: SimTime,
    /// What is changed.
    pub change: Change,
    /// When the other answer comes.
    pub answered_at: SimTime,
}

/// Why there is no such change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum NoChange {
    /// The node that asked had no history yet, and nothing that a user does gives it one.
    NoHistory,
    /// The histories parted long before, by what the nodes did themselves.
    OtherHistory,
    /// It wrote bytes of its own after the histories had parted; only leaving those writes out would help.
    OwnWrites,
    /// The backlog did not exist when the byte was written.
    NoBacklog,
    /// No node of this world asks like that.
    NotRedis,
    /// It was tried, and the answer stayed the same.
    StaysTheSame,
}

impl NoChange {
    /// The reason in a sentence.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        let text = match self {
            Self::NoHistory => bilingual(
                "No action turns this: a node that follows for the first time has no history to name.",
                "没有操作能改变它：首次跟随的节点没有可报的历史。",
            ),
            Self::OtherHistory => bilingual(
                "No action just before turns this: the histories parted by what the nodes did.",
                "没有操作能改变它：两段历史早已因节点自身的行为而分开。",
            ),
            Self::OwnWrites => bilingual(
                "No action turns this: it had written bytes of its own after the histories parted.",
                "没有操作能改变它：历史分开之后它又自己写入了字节。",
            ),
            Self::NoBacklog => bilingual(
                "No action turns this: the backlog began after that byte was written.",
                "没有操作能改变它：那个字节写入之后才有积压缓冲区。",
            ),
            Self::NotRedis => bilingual(
                "No node of this world asks like that, so nothing was tried.",
                "这个世界里没有节点会这样请求，所以没有试验。",
            ),
            Self::StaysTheSame => {
                bilingual("What could be tried was tried: the answer stays the same.", "能试的都试过了：答复不变。")
            }
        };
        text.get(lang)
    }
}

/// A change that is to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    at: SimTime,
    change: Change,
}

/// A branch while it is made.
struct Running {
    candidate: Candidate,
    replay: Replay,
    /// What comes after the change, until the branch has got there.
    then: Option<ActionLog>,
}

/// The search for a change, in pieces, so that a page can render in between.
pub struct Trial {
    entry: usize,
    left: VecDeque<Candidate>,
    running: Option<Running>,
    none: NoChange,
}

impl Trial {
    /// The search for a change that turns the decision at this entry of the timeline of `lab`; `None` if that is none.
    #[must_use]
    pub fn new(lab: &Lab, entry: usize) -> Option<Self> {
        let (candidates, none) = candidates(lab, entry)?;
        Some(Self { entry, left: candidates.into(), running: None, none })
    }

    /// Goes on for about `instants` instants at which something happens in a branch of `lab`, which must be the one that
    /// it began with. `None` as long as it is not known.
    pub fn advance(&mut self, lab: &Lab, instants: usize) -> Option<Result<Turned, NoChange>> {
        let Some(Running { candidate, mut replay, then }) = self.running.take() else {
            let Some(candidate) = self.left.pop_front() else { return Some(Err(self.none)) };
            self.none = NoChange::StaysTheSame;
            self.running = lab.changed(candidate, self.entry).ok();
            return None;
        };
        // An error is a refusal: of the change, or of an action that the change made impossible.
        let done = replay.advance(instants).ok()?;
        if !done {
            self.running = Some(Running { candidate, replay, then });
            return None;
        }
        let branch = replay.finish().ok()?;
        if let Some(log) = then {
            let past = log.actions.partition_point(|action| action.at_us <= candidate.at.0) - 1;
            self.running = Some(Running { candidate, replay: Replay::go_on(log, branch, past), then: None });
            return None;
        }
        let answered_at = other_answer(lab, self.entry, &branch, candidate.at)?;
        Some(Ok(Turned { at: candidate.at, change: candidate.change, answered_at }))
    }
}

impl Lab {
    /// The change that a user could have made so that the decision at this entry of the timeline would have been the
    /// other one: tried on a branch, which shows it. `None` if the entry is no decision about a PSYNC.
    ///
    /// # Errors
    /// Why there is none.
    pub fn turning_change(&self, entry: usize) -> Option<Result<Turned, NoChange>> {
        let mut trial = Trial::new(self, entry)?;
        loop {
            if let Some(found) = trial.advance(self, usize::MAX) {
                return Some(found);
            }
        }
    }

    /// The actions of this world after `at`, which a branch with a change in it takes too.
    #[must_use]
    pub fn actions_after(&self, at: SimTime) -> &[TimedAction] {
        &self.actions()[self.actions().partition_point(|action| action.at_us <= at.0)..]
    }

    /// This world up to a change, without a record of what came before, and the log with the change that follows.
    fn changed(&self, candidate: Candidate, entry: usize) -> Result<Running, LabError> {
        let answered = self.timeline().get(entry).map_or(SimTime(0), |entry| entry.at);
        let past = self.log_until(candidate.at)?;
        let replay = Replay::after(past, self.world().recorded_until(SimTime(0)))?;
        let mut log = self.action_log();
        log.end_us = answered.0.saturating_add(LATER_US).min(limits::END_MAX_US);
        log.actions.truncate(log.actions.partition_point(|action| action.at_us <= log.end_us));
        let place = log.actions.partition_point(|action| action.at_us <= candidate.at.0);
        log.actions.insert(place, TimedAction { at_us: candidate.at.0, action: candidate.change.action() });
        Ok(Running { candidate, replay, then: Some(log) })
    }
}

/// The decision at an entry, and who made it.
fn verdict_at(lab: &Lab, entry: usize) -> Option<(SimTime, HostId, &PsyncVerdict)> {
    let entry = lab.timeline().get(entry)?;
    match &entry.what {
        What::Node(Event::Verdict { verdict, .. }) => Some((entry.at, entry.host?, verdict)),
        _ => None,
    }
}

/// When the branch answers the same node differently, at about the same time.
fn other_answer(lab: &Lab, entry: usize, branch: &Lab, after: SimTime) -> Option<SimTime> {
    let (answered, master, original) = verdict_at(lab, entry)?;
    let asker = asker(lab, entry)?;
    let from = after.0.max(answered.0.saturating_sub(EARLIER_US));
    let answers = branch.timeline().iter().enumerate().skip_while(|(_, entry)| entry.at.0 <= from);
    let (at, verdict) = answers.map(|(place, _)| place).find_map(|place| {
        let (at, host, verdict) = verdict_at(branch, place)?;
        (host == master && self::asker(branch, place) == Some(asker)).then_some((at, verdict))
    })?;
    (verdict.is_continue() != original.is_continue()).then_some(at)
}

/// The node that asked for the decision at this entry.
fn asker(lab: &Lab, place: usize) -> Option<HostId> {
    let entry = lab.timeline().get(place)?;
    let What::Node(Event::Verdict { conn, .. }) = &entry.what else { return None };
    topology::peer(&lab.frame_after(place, entry.at), entry.host?, *conn)
}

/// What may turn a decision, the change closest to it first; and why there is nothing if that is nothing.
fn candidates(lab: &Lab, entry: usize) -> Option<(Vec<Candidate>, NoChange)> {
    let (answered, master, verdict) = verdict_at(lab, entry)?;
    let node = lab.name_of(master).to_string();
    let before = |at: SimTime| SimTime(at.0.saturating_sub(1));
    let explanation = explain(verdict);
    let backlog = |size: u64, byte: NextByte| {
        let change = Change::BacklogSize { node: node.clone(), size };
        let started = started(lab, entry, master);
        // A new size empties the backlog: it must come before the byte does.
        let times = fed(lab, entry, master, byte).map(|(at, _)| before(at)).into_iter().chain([started]);
        times.map(|at| Candidate { at: at.max(started), change: change.clone() }).collect::<Vec<_>>()
    };
    Some(match &explanation.counterfactual {
        Counterfactual::LargerBacklog { size, byte, .. } => (backlog(*size, *byte), NoChange::NoBacklog),
        Counterfactual::MoreWrites { spare, smallest_size } => {
            let few = *spare < limits::COMMAND_BYTES_MAX as u64 / 2;
            let writes = WRITES_US.into_iter().filter(|_| few).map(|us| {
                let at = SimTime(answered.0.saturating_sub(us));
                let node = lab.name_of(head(lab, master, at)).to_string();
                Candidate { at, change: Change::Writes { node, bytes: spare + 1 } }
            });
            let next = verdict.request.next.unwrap_or(NextByte::NONE);
            let smaller = if *smallest_size > 1 { backlog(smallest_size - 1, next) } else { Vec::new() };
            (writes.chain(smaller).collect(), NoChange::StaysTheSame)
        }
        Counterfactual::OtherHistory { .. } => {
            let kept = expired(lab, entry, master, &verdict.request.replid);
            let kept = kept.map(|at| Candidate { at: before(at), change: Change::BacklogKept { node } });
            (kept.into_iter().collect(), NoChange::OtherHistory)
        }
        Counterfactual::FewerBytesApplied { shared, .. } => {
            let (cut, none) = cut_earlier(lab, entry, shared.next());
            (cut.into_iter().collect(), none)
        }
        Counterfactual::AskWithHistory => (Vec::new(), NoChange::NoHistory),
        Counterfactual::HaveBacklog | Counterfactual::EarlierBacklog { .. } => (Vec::new(), NoChange::NoBacklog),
        Counterfactual::MasterAhead { .. } => (Vec::new(), NoChange::OtherHistory),
        Counterfactual::ReadableOffset | Counterfactual::AskFromOne => (Vec::new(), NoChange::NotRedis),
    })
}

/// When a host appended this byte to its backlog last before an entry, and why.
fn fed(lab: &Lab, entry: usize, host: HostId, byte: NextByte) -> Option<(SimTime, FeedKind)> {
    lab.timeline()[..entry].iter().rev().filter(|entry| entry.host == Some(host)).find_map(|entry| match &entry.what {
        What::Node(Event::Fed { from, len, kind }) if (from.0..from.0 + *len as i64).contains(&byte.0) => {
            Some((entry.at, *kind))
        }
        _ => None,
    })
}

/// When the process that made an entry had started.
fn started(lab: &Lab, entry: usize, host: HostId) -> SimTime {
    let entries = lab.timeline()[..entry].iter().rev();
    let mut starts = entries.filter(|entry| entry.host == Some(host) && entry.what == What::Power(Power::Running));
    starts.next().map_or(SimTime(0), |entry| entry.at)
}

/// When a host dropped this history because its backlog's time to live expired.
fn expired(lab: &Lab, entry: usize, host: HostId, asked: &[u8]) -> Option<SimTime> {
    let ids = lab.timeline()[..entry].iter().filter(|entry| entry.host == Some(host));
    let mut last = None;
    let mut found = None;
    for entry in ids {
        if let What::Node(Event::Ids { replid, why, .. }) = &entry.what {
            if *why == IdChange::BacklogExpired && last.is_some_and(|last: ReplId| last.matches(asked)) {
                found = Some(entry.at);
            }
            last = Some(*replid);
        }
    }
    found
}

/// The head of the chain that a host is in.
fn head(lab: &Lab, host: HostId, at: SimTime) -> HostId {
    let masters = topology::masters(&lab.frame_at(at));
    let mut head = host;
    for _ in 0..masters.len() {
        head = masters.get(&head).copied().unwrap_or(head);
    }
    head
}

/// The cut that keeps the bytes from `byte` on from the node that asked, if it had them from a master.
fn cut_earlier(lab: &Lab, entry: usize, byte: NextByte) -> (Option<Candidate>, NoChange) {
    let Some(asker) = asker(lab, entry) else { return (None, NoChange::NotRedis) };
    let Some((at, FeedKind::Proxied)) = fed(lab, entry, asker, byte) else { return (None, NoChange::OwnWrites) };
    let Some(&master) = topology::masters(&lab.frame_at(SimTime(at.0.saturating_sub(1)))).get(&asker) else {
        return (None, NoChange::OwnWrites);
    };
    // What is under way arrives: the cut comes before the byte leaves.
    let Some((left, _)) = fed(lab, entry, master, byte) else { return (None, NoChange::OtherHistory) };
    let at = SimTime(left.0.saturating_sub(1));
    let name = |host| lab.name_of(host).to_string();
    let change = Change::CutEarlier { from: name(master), to: name(asker) };
    (Some(Candidate { at, change }), NoChange::StaysTheSame)
}
