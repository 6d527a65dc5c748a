//! The PSYNC decision: a pure function from the request, the known histories and the backlog to a verdict.
//!
//! `masterTryPartialResynchronization` of replication.c. Log, page, program and explanations use the
//! [`PsyncVerdict`]; no other code decides.

use serde::{Deserialize, Serialize};

use crate::ids::{NextByte, Offset, ReplId};
use crate::steps::step::MasterTryPartialResynchronization as Step;
use crate::steps::{Field, Steps, Unreported};

/// The request of a replica: the two arguments of PSYNC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PsyncRequest {
    /// The replication ID, as sent; `?` asks for a full resync.
    pub replid: Vec<u8>,
    /// The next byte wanted; `None` if the argument was not an integer.
    pub next: Option<NextByte>,
}

impl PsyncRequest {
    /// `PSYNC ? -1`.
    #[must_use]
    pub fn everything() -> Self {
        Self { replid: b"?".to_vec(), next: Some(NextByte::NONE) }
    }

    /// Whether a full resync is asked for: the ID begins with `?`.
    #[must_use]
    pub fn asks_for_everything(&self) -> bool {
        self.replid.first() == Some(&b'?')
    }
}

/// The histories of a master.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The current history.
    pub replid: ReplId,
    /// The previous history, or [`ReplId::NONE`].
    pub replid2: ReplId,
    /// The first byte that `replid2` does *not* share with the current history.
    pub second_replid_offset: NextByte,
    /// The last byte produced.
    pub master_repl_offset: Offset,
}

/// What the backlog covers, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogWindow {
    /// The oldest byte kept.
    pub off: NextByte,
    /// How many bytes are kept.
    pub histlen: usize,
    /// How many could be kept.
    pub size: usize,
}

impl BacklogWindow {
    /// The next byte that will be written. The greatest offset has no next byte.
    #[must_use]
    pub const fn end(&self) -> NextByte {
        NextByte(self.off.0.saturating_add_unsigned(self.histlen as u64))
    }
}

/// Which of a master's two histories was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HistoryMatch {
    /// The current one.
    Current,
    /// The previous one, up to `second_replid_offset`.
    Previous,
}

/// Why a partial resync was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The offset was not an integer.
    BadOffset,
    /// The replica asked for a full resync itself: `?`.
    FullRequested,
    /// The ID is neither `replid` nor `replid2`.
    IdMismatch,
    /// The ID is `replid2`, but the offset is beyond the point where the histories diverge.
    PastSecondOffset,
    /// There is no backlog.
    NoBacklog,
    /// The byte wanted was overwritten.
    Overwritten,
    /// The byte wanted is beyond the next one to be produced.
    Future,
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// `+CONTINUE`: `bytes` bytes of backlog follow.
    Continue {
        /// Which history was requested.
        matched: HistoryMatch,
        /// How many bytes the replica is missing.
        bytes: usize,
    },
    /// `+FULLRESYNC`.
    Full(Refusal),
}

/// The decision and every number that it depended on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PsyncVerdict {
    /// The request.
    pub request: PsyncRequest,
    /// The master's histories.
    pub history: History,
    /// The master's backlog.
    pub backlog: Option<BacklogWindow>,
    /// The decision.
    pub decision: Decision,
}

impl PsyncVerdict {
    /// Whether a partial resync was granted.
    #[must_use]
    pub const fn is_continue(&self) -> bool {
        matches!(self.decision, Decision::Continue { .. })
    }
}

/// Decides a PSYNC, checking the conditions in Redis's order: offset is an integer, ID known, offset within the
/// second history, backlog present, byte kept.
///
/// Worked example: a node promoted at offset 77 has `second_replid_offset` 78. A sibling at 77 asks for `replid2` byte
/// 78 and is accepted (78 ≤ 78: it has all that both histories share); one at 78 asks for 79 and is refused.
#[must_use]
pub fn decide(request: PsyncRequest, history: History, backlog: Option<BacklogWindow>) -> PsyncVerdict {
    decide_reporting(request, history, backlog, &mut Unreported)
}

/// [`decide`], which reports each condition.
pub(crate) fn decide_reporting(
    request: PsyncRequest,
    history: History,
    backlog: Option<BacklogWindow>,
    steps: &mut impl Steps,
) -> PsyncVerdict {
    let next = request.next;
    steps.check(Step::OffsetIsNumber, next.is_some(), |v| v.saw(Field::AskedOffset, next));
    let decision = match next {
        None => Decision::Full(Refusal::BadOffset),
        Some(next) => decide_at(&request, next, &history, backlog, steps),
    };
    PsyncVerdict { request, history, backlog, decision }
}

fn decide_at(
    request: &PsyncRequest,
    next: NextByte,
    history: &History,
    backlog: Option<BacklogWindow>,
    steps: &mut impl Steps,
) -> Decision {
    let asked = request.replid.as_slice();
    let (replid, replid2, second) = (history.replid, history.replid2, history.second_replid_offset);
    let matched = if steps.check(Step::IsCurrentId, replid.matches(asked), |v| {
        v.saw(Field::AskedReplid, asked).saw(Field::Replid, replid)
    }) {
        HistoryMatch::Current
    } else if steps.check(Step::AsksForEverything, request.asks_for_everything(), |v| v.saw(Field::AskedReplid, asked))
    {
        return Decision::Full(Refusal::FullRequested);
    } else if !steps.check(Step::IsPreviousId, replid2.matches(asked), |v| {
        v.saw(Field::AskedReplid, asked).saw(Field::Replid2, replid2)
    }) {
        return Decision::Full(Refusal::IdMismatch);
    } else if !steps.check(Step::IsWithinPreviousId, next <= second, |v| {
        v.saw(Field::AskedOffset, next).saw(Field::SecondReplidOffset, second)
    }) {
        return Decision::Full(Refusal::PastSecondOffset);
    } else {
        HistoryMatch::Previous
    };
    let size = backlog.map(|window| window.size);
    steps.check(Step::HasBacklog, backlog.is_some(), |v| v.saw(Field::ReplBacklogSize, size));
    let Some(window) = backlog else { return Decision::Full(Refusal::NoBacklog) };
    let end = window.end();
    if !steps.check(Step::IsNotOverwritten, next >= window.off, |v| {
        v.saw(Field::AskedOffset, next).saw(Field::ReplBacklogOff, window.off)
    }) {
        return Decision::Full(Refusal::Overwritten);
    }
    if !steps.check(Step::IsNotInFuture, next <= end, |v| v.saw(Field::AskedOffset, next).saw(Field::BacklogEnd, end)) {
        return Decision::Full(Refusal::Future);
    }
    Decision::Continue { matched, bytes: (end.0 - next.0) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURRENT: &[u8; 40] = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const PREVIOUS: &[u8; 40] = b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    /// A master at offset 104 that was promoted at 77 and keeps bytes 51..=104.
    #[track_caller]
    fn check(asked: &[u8], next: Option<i64>, expect: Decision) {
        check_with(asked, next, Some(BacklogWindow { off: NextByte(51), histlen: 54, size: 64 }), expect);
    }

    #[track_caller]
    fn check_with(asked: &[u8], next: Option<i64>, backlog: Option<BacklogWindow>, expect: Decision) {
        let history = History {
            replid: ReplId::from_bytes(CURRENT).unwrap(),
            replid2: ReplId::from_bytes(PREVIOUS).unwrap(),
            second_replid_offset: NextByte(78),
            master_repl_offset: Offset(104),
        };
        let request = PsyncRequest { replid: asked.to_vec(), next: next.map(NextByte) };
        let verdict = decide(request, history, backlog);
        assert_eq!(verdict.decision, expect);
        assert_eq!(verdict.is_continue(), matches!(expect, Decision::Continue { .. }));
    }

    #[test]
    fn every_limit_at_minus_one_zero_and_plus_one() {
        use Decision::{Continue, Full};
        use HistoryMatch::{Current, Previous};
        check(CURRENT, Some(50), Full(Refusal::Overwritten));
        check(CURRENT, Some(51), Continue { matched: Current, bytes: 54 });
        check(CURRENT, Some(52), Continue { matched: Current, bytes: 53 });
        check(CURRENT, Some(104), Continue { matched: Current, bytes: 1 });
        check(CURRENT, Some(105), Continue { matched: Current, bytes: 0 });
        check(CURRENT, Some(106), Full(Refusal::Future));
        check(PREVIOUS, Some(77), Continue { matched: Previous, bytes: 28 });
        check(PREVIOUS, Some(78), Continue { matched: Previous, bytes: 27 });
        check(PREVIOUS, Some(79), Full(Refusal::PastSecondOffset));
        check(PREVIOUS, Some(50), Full(Refusal::Overwritten));
    }

    #[test]
    fn a_question_mark_asks_for_everything() {
        assert!(PsyncRequest::everything().asks_for_everything());
        assert_eq!(PsyncRequest::everything().next, Some(NextByte(-1)));
        for (asked, expect) in [(&b"?more"[..], true), (b"", false), (CURRENT, false)] {
            let request = PsyncRequest { replid: asked.to_vec(), next: None };
            assert_eq!(request.asks_for_everything(), expect);
        }
    }

    #[test]
    fn ids_and_offsets_that_cannot_match() {
        use Decision::{Continue, Full};
        check(b"?", Some(-1), Full(Refusal::FullRequested));
        check(b"?whatever", Some(60), Full(Refusal::FullRequested));
        check(b"cccccccccccccccccccccccccccccccccccccccc", Some(60), Full(Refusal::IdMismatch));
        check(b"", Some(60), Full(Refusal::IdMismatch));
        check(&CURRENT[..39], Some(60), Full(Refusal::IdMismatch));
        check(CURRENT, None, Full(Refusal::BadOffset));
        check(&CURRENT.to_ascii_uppercase(), Some(105), Continue { matched: HistoryMatch::Current, bytes: 0 });
        check(CURRENT, Some(i64::MIN), Full(Refusal::Overwritten));
        check(CURRENT, Some(i64::MAX), Full(Refusal::Future));
    }

    #[test]
    fn without_or_with_an_empty_backlog() {
        check_with(CURRENT, Some(105), None, Decision::Full(Refusal::NoBacklog));
        let empty = BacklogWindow { off: NextByte(105), histlen: 0, size: 64 };
        check_with(CURRENT, Some(104), Some(empty), Decision::Full(Refusal::Overwritten));
        check_with(CURRENT, Some(105), Some(empty), Decision::Continue { matched: HistoryMatch::Current, bytes: 0 });
        check_with(CURRENT, Some(106), Some(empty), Decision::Full(Refusal::Future));
    }

    #[test]
    fn the_greatest_offset() {
        let last = BacklogWindow { off: NextByte(i64::MAX - 9), histlen: 10, size: 64 };
        let all = Decision::Continue { matched: HistoryMatch::Current, bytes: 9 };
        check_with(CURRENT, Some(i64::MAX - 9), Some(last), all);
        check_with(CURRENT, Some(i64::MAX - 10), Some(last), Decision::Full(Refusal::Overwritten));
    }
}
