//! Verdicts on PSYNC and their explanations as plain objects.

use psyncscope_lab::engine::replication::psync::{Decision, PsyncVerdict};
use psyncscope_lab::explain::{self, Check, MatchedId, Outcome};
use serde::Serialize;
use tsify::Tsify;

use super::names::Refusal;
use super::{ReplId, TextOrBytes};

/// A master's decision about a PSYNC, with every number it looked at.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Verdict<'a> {
    #[tsify(type = "TextOrBytes")]
    asked_replid: TextOrBytes<'a>,
    /// The byte wanted; `null` if it was no integer.
    asked_offset: Option<f64>,
    granted: bool,
    /// Bytes of backlog that follow, if granted.
    bytes: Option<usize>,
    refusal: Option<Refusal>,
    replid: ReplId,
    replid2: ReplId,
    second_replid_offset: f64,
    master_repl_offset: f64,
    backlog: Option<BacklogWindow>,
}

/// What a backlog covers: `histlen` bytes from `off` on.
#[derive(Serialize, Tsify)]
struct BacklogWindow {
    off: f64,
    histlen: usize,
    size: usize,
}

/// A verdict taken apart.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Explanation {
    granted: bool,
    bytes: Option<f64>,
    /// The conditions, in Redis's order.
    conditions: Vec<Condition>,
    /// The index of the one that decided.
    decided_by: usize,
    /// The smallest change that would have turned the decision, or the first of those that were needed together.
    counterfactual: Counterfactual,
    /// What else was needed together with it.
    further: Vec<Counterfactual>,
}

/// One condition of a partial resync.
#[derive(Serialize, Tsify)]
struct Condition {
    outcome: Outcome,
    #[serde(flatten)]
    #[tsify(type = "ConditionCheck")]
    check: ConditionCheck,
}

/// What a condition compares, with the numbers it looked at.
#[derive(Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[tsify(missing_as_null)]
enum ConditionCheck {
    OffsetReadable { next: Option<f64> },
    IdKnown { asked: String, replid: ReplId, replid2: ReplId, matched: Option<MatchedId> },
    WithinSecondHistory { next: Option<f64>, second_replid_offset: f64, applies: bool },
    BacklogPresent,
    NotOverwritten { next: Option<f64>, off: Option<f64> },
    NotFuture { next: Option<f64>, end: Option<f64> },
}

/// The smallest change that would have turned a decision into the other.
#[derive(Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Counterfactual {
    ReadableOffset,
    AskWithHistory,
    OtherHistory { replid: ReplId },
    FewerBytesApplied { bytes: f64, shared: f64 },
    HaveBacklog,
    LargerBacklog { size: f64, had: f64, byte: f64, oldest: Option<f64> },
    EarlierBacklog { byte: f64, off: f64 },
    AskFromOne,
    MasterAhead { bytes: f64 },
    MoreWrites { spare: f64, smallest_size: f64 },
}

impl<'a> Verdict<'a> {
    /// A verdict.
    pub fn of(verdict: &'a PsyncVerdict) -> Self {
        let (bytes, refusal) = match verdict.decision {
            Decision::Continue { bytes, .. } => (Some(bytes), None),
            Decision::Full(refusal) => (None, Some(refusal.into())),
        };
        Self {
            asked_replid: TextOrBytes(&verdict.request.replid),
            asked_offset: verdict.request.next.map(|next| next.0 as f64),
            granted: verdict.is_continue(),
            bytes,
            refusal,
            replid: verdict.history.replid.into(),
            replid2: verdict.history.replid2.into(),
            second_replid_offset: verdict.history.second_replid_offset.0 as f64,
            master_repl_offset: verdict.history.master_repl_offset.0 as f64,
            backlog: verdict.backlog.map(|window| BacklogWindow {
                off: window.off.0 as f64,
                histlen: window.histlen,
                size: window.size,
            }),
        }
    }
}

impl Explanation {
    /// A verdict's explanation.
    pub fn of(verdict: &PsyncVerdict) -> Self {
        let explained = explain::explain(verdict);
        let condition = |condition: explain::Condition| Condition {
            outcome: condition.outcome,
            check: ConditionCheck::of(condition.check),
        };
        Self {
            granted: explained.granted,
            bytes: explained.bytes.map(|bytes| bytes as f64),
            conditions: explained.conditions.into_iter().map(condition).collect(),
            decided_by: explained.decided_by,
            counterfactual: Counterfactual::of(&explained.counterfactual),
            further: explained.further.iter().map(Counterfactual::of).collect(),
        }
    }
}

impl ConditionCheck {
    fn of(check: Check) -> Self {
        match check {
            Check::OffsetReadable { next } => Self::OffsetReadable { next: next.map(|next| next.0 as f64) },
            Check::IdKnown { asked, replid, replid2, matched, .. } => {
                Self::IdKnown { asked, replid: replid.into(), replid2: replid2.into(), matched }
            }
            Check::WithinSecondHistory { next, second_replid_offset, applies } => Self::WithinSecondHistory {
                next: next.map(|next| next.0 as f64),
                second_replid_offset: second_replid_offset.0 as f64,
                applies,
            },
            Check::BacklogPresent => Self::BacklogPresent,
            Check::NotOverwritten { next, off } => {
                Self::NotOverwritten { next: next.map(|next| next.0 as f64), off: off.map(|off| off.0 as f64) }
            }
            Check::NotFuture { next, end } => {
                Self::NotFuture { next: next.map(|next| next.0 as f64), end: end.map(|end| end.0 as f64) }
            }
        }
    }
}

impl Counterfactual {
    fn of(change: &explain::Counterfactual) -> Self {
        use explain::Counterfactual as Change;
        match *change {
            Change::ReadableOffset => Self::ReadableOffset,
            Change::AskWithHistory => Self::AskWithHistory,
            Change::OtherHistory { replid } => Self::OtherHistory { replid: replid.into() },
            Change::FewerBytesApplied { bytes, shared } => {
                Self::FewerBytesApplied { bytes: bytes as f64, shared: shared.0 as f64 }
            }
            Change::HaveBacklog => Self::HaveBacklog,
            Change::LargerBacklog { size, had, byte, oldest } => Self::LargerBacklog {
                size: size as f64,
                had: had as f64,
                byte: byte.0 as f64,
                oldest: oldest.map(|byte| byte.0 as f64),
            },
            Change::EarlierBacklog { byte, off } => Self::EarlierBacklog { byte: byte.0 as f64, off: off.0 as f64 },
            Change::AskFromOne => Self::AskFromOne,
            Change::MasterAhead { bytes } => Self::MasterAhead { bytes: bytes as f64 },
            Change::MoreWrites { spare, smallest_size } => {
                Self::MoreWrites { spare: spare as f64, smallest_size: smallest_size as f64 }
            }
        }
    }
}
