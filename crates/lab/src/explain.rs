//! Explanations: a verdict as a list of conditions with their numbers. Data without text: pages have their own
//! language.

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::psync::{
    BacklogWindow, Decision, History, PsyncRequest, PsyncVerdict, Refusal, decide,
};
use psyncscope_engine::view::NodeView;
use psyncscope_sim::frame::{Frame, HostFrame, HostId, Power};
use serde::Serialize;

/// How one condition turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It held.
    Passed,
    /// It did not hold, and so decided.
    Failed,
    /// An earlier one had decided.
    NotReached,
}

/// What a condition compares, with the numbers it looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// The offset asked for is an integer.
    OffsetReadable {
        /// The byte wanted, if it was one.
        next: Option<NextByte>,
    },
    /// The ID asked for is one of the master's two.
    IdKnown {
        /// What was asked; `?` asks for a full resync.
        asked: String,
        /// Whether that is `?`.
        asks_for_everything: bool,
        /// The master's current history.
        replid: ReplId,
        /// The master's previous history.
        replid2: ReplId,
        /// Which of them was named.
        matched: Option<MatchedId>,
    },
    /// If the previous history was named: the byte wanted is not past the point where the histories part.
    WithinSecondHistory {
        /// The byte wanted.
        next: Option<NextByte>,
        /// The first byte that the histories do not share; wanting exactly this one is still fine.
        second_replid_offset: NextByte,
        /// Whether the condition matters: the previous ID was named.
        applies: bool,
    },
    /// There is a backlog.
    BacklogPresent,
    /// The byte wanted was not overwritten: `off <= next`.
    NotOverwritten {
        /// The byte wanted.
        next: Option<NextByte>,
        /// The oldest byte kept.
        off: Option<NextByte>,
    },
    /// The byte wanted is at most the next one to be produced: `next <= off + histlen`.
    NotFuture {
        /// The byte wanted.
        next: Option<NextByte>,
        /// The next byte to be produced.
        end: Option<NextByte>,
    },
}

/// Which of a master's IDs was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum MatchedId {
    /// `replid`.
    Current,
    /// `replid2`.
    Previous,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it compares.
    pub check: Check,
    /// How it turned out.
    pub outcome: Outcome,
}

/// The smallest change that would have turned this decision into the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterfactual {
    /// Refused: the offset had to be an integer.
    ReadableOffset,
    /// Refused: the replica had no history to name (no cached master), so it asked `? -1`.
    AskWithHistory,
    /// Refused: the replica had to come from this history.
    OtherHistory {
        /// The ID to name.
        replid: ReplId,
    },
    /// Refused: the replica had to stop this many bytes earlier, where the histories part.
    FewerBytesApplied {
        /// How many bytes it has beyond what is shared.
        bytes: u64,
        /// The last byte both histories share.
        shared: Offset,
    },
    /// Refused: there had to be a backlog, which is made when the first replica attaches.
    HaveBacklog,
    /// Refused: a backlog of this size or more would have kept the byte wanted.
    LargerBacklog {
        /// Bytes it needs.
        size: u64,
        /// Bytes it has.
        had: u64,
        /// The byte it would have kept.
        byte: NextByte,
        /// The oldest byte that it could have asked for instead; `None` if the backlog has none of that history.
        oldest: Option<NextByte>,
    },
    /// Refused: the backlog is not even full, so it was made after that byte was produced. No size would have helped,
    /// an earlier beginning would.
    EarlierBacklog {
        /// The byte wanted.
        byte: NextByte,
        /// The first byte the backlog ever held.
        off: NextByte,
    },
    /// Refused: bytes are numbered from 1, so the byte wanted does not exist.
    AskFromOne,
    /// Refused: the master lacks so many bytes to be where the replica is.
    MasterAhead {
        /// How many bytes more.
        bytes: u64,
    },
    /// Granted, but after more than `spare` more bytes of writes the byte wanted would have been overwritten.
    MoreWrites {
        /// Bytes that can be written before the byte wanted is gone.
        spare: u64,
        /// The smallest backlog that would still have kept it.
        smallest_size: u64,
    },
}

/// A verdict, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether a partial resync was granted.
    pub granted: bool,
    /// Bytes of backlog that follow, if granted.
    pub bytes: Option<u64>,
    /// The six conditions, in Redis's order.
    pub conditions: Vec<Condition>,
    /// The index of the condition that decided: the failed one, or the last if granted.
    pub decided_by: usize,
    /// The smallest change that would have turned it, or the first of those that were needed together.
    pub counterfactual: Counterfactual,
    /// What else would have been needed: with the first change alone, the answer would have been the same for the next
    /// condition.
    pub further: Vec<Counterfactual>,
}

/// Splits a verdict into its conditions. Nothing is decided again: the failed condition follows from the verdict.
///
/// Worked example: a master at offset 104 with a full 16-byte backlog keeps bytes 89..=104. Asked for byte 51 it
/// refuses; a backlog of 54 bytes (51..=104) would have kept it.
#[must_use]
pub fn explain(verdict: &PsyncVerdict) -> Explanation {
    let PsyncVerdict { request, history, backlog, decision } = verdict;
    let next = request.next;
    let matched = if history.replid.matches(&request.replid) {
        Some(MatchedId::Current)
    } else if history.replid2.matches(&request.replid) {
        Some(MatchedId::Previous)
    } else {
        None
    };
    let checks = [
        Check::OffsetReadable { next },
        Check::IdKnown {
            asked: String::from_utf8_lossy(&request.replid).into_owned(),
            asks_for_everything: request.asks_for_everything(),
            replid: history.replid,
            replid2: history.replid2,
            matched,
        },
        Check::WithinSecondHistory {
            next,
            second_replid_offset: history.second_replid_offset,
            applies: matched == Some(MatchedId::Previous),
        },
        Check::BacklogPresent,
        Check::NotOverwritten { next, off: backlog.map(|window| window.off) },
        Check::NotFuture { next, end: backlog.as_ref().map(BacklogWindow::end) },
    ];
    let failed = match decision {
        Decision::Continue { .. } => None,
        Decision::Full(refusal) => Some(match refusal {
            Refusal::BadOffset => 0,
            Refusal::FullRequested | Refusal::IdMismatch => 1,
            Refusal::PastSecondOffset => 2,
            Refusal::NoBacklog => 3,
            Refusal::Overwritten => 4,
            Refusal::Future => 5,
        }),
    };
    let decided_by = failed.unwrap_or(checks.len() - 1);
    let conditions = checks
        .into_iter()
        .enumerate()
        .map(|(index, check)| {
            let outcome = match failed {
                Some(failed) if index == failed => Outcome::Failed,
                Some(failed) if index > failed => Outcome::NotReached,
                _ => Outcome::Passed,
            };
            Condition { check, outcome }
        })
        .collect();
    let bytes = match decision {
        Decision::Continue { bytes, .. } => Some(*bytes as u64),
        Decision::Full(_) => None,
    };
    let (counterfactual, further) = changes(verdict);
    Explanation { granted: verdict.is_continue(), bytes, conditions, decided_by, counterfactual, further }
}

/// The changes that together turn a decision: the first, and the others.
fn changes(verdict: &PsyncVerdict) -> (Counterfactual, Vec<Counterfactual>) {
    let first = counterfactual(verdict);
    let mut further = Vec::new();
    let mut changed = first.apply(verdict);
    // Each change passes the condition that failed, and there are six.
    while !changed.is_continue() && !verdict.is_continue() && further.len() < 6 {
        let next = counterfactual(&changed);
        changed = next.apply(&changed);
        further.push(next);
    }
    (first, further)
}

/// The smallest change that passes the condition that failed, or that fails one if none did. Every number is searched by
/// asking [`decide`].
fn counterfactual(verdict: &PsyncVerdict) -> Counterfactual {
    let PsyncVerdict { request, history, backlog, decision } = verdict;
    // Refusals that compare the byte wanted only come when it could be read.
    let next = request.next.unwrap_or(NextByte::NONE);
    let window = backlog.unwrap_or(BacklogWindow { off: NextByte(1), histlen: 0, size: 0 });
    // A grant that sends more bytes is the same answer.
    let passes = |change: &Counterfactual| {
        let changed = change.apply(verdict);
        changed.is_continue() != verdict.is_continue() || (!verdict.is_continue() && changed.decision != *decision)
    };
    match decision {
        Decision::Full(Refusal::BadOffset) => Counterfactual::ReadableOffset,
        Decision::Full(Refusal::FullRequested) => Counterfactual::AskWithHistory,
        Decision::Full(Refusal::IdMismatch) => Counterfactual::OtherHistory { replid: history.replid },
        Decision::Full(Refusal::PastSecondOffset) => {
            let fewer = |bytes| Counterfactual::FewerBytesApplied { bytes, shared: before(next, bytes).had() };
            fewer(least(|bytes| passes(&fewer(bytes))))
        }
        Decision::Full(Refusal::NoBacklog) => Counterfactual::HaveBacklog,
        Decision::Full(Refusal::Overwritten) if next.0 < 1 => Counterfactual::AskFromOne,
        Decision::Full(Refusal::Overwritten) if window.histlen < window.size => {
            Counterfactual::EarlierBacklog { byte: next, off: window.off }
        }
        Decision::Full(Refusal::Overwritten) => {
            let later = |bytes| {
                let request = PsyncRequest { next: Some(after(next, bytes)), ..request.clone() };
                decide(request, *history, *backlog)
            };
            let kept = least(|bytes| later(bytes).decision != *decision);
            let oldest = later(kept).is_continue().then(|| after(next, kept));
            let larger = |size| Counterfactual::LargerBacklog { size, had: window.size as u64, byte: next, oldest };
            larger(least(|size| passes(&larger(size))))
        }
        Decision::Full(Refusal::Future) => {
            Counterfactual::MasterAhead { bytes: least(|bytes| passes(&Counterfactual::MasterAhead { bytes })) }
        }
        Decision::Continue { .. } => {
            let of_size =
                |size| decide(request.clone(), *history, Some(keeping(&window, held(&window).min(size), size)));
            let smallest_size = least(|size| of_size(size).is_continue()).max(1);
            let more = |spare| Counterfactual::MoreWrites { spare, smallest_size };
            more(least(|spare| passes(&more(spare))))
        }
    }
}

impl Counterfactual {
    /// What [`decide`] says once this is changed, and nothing else.
    #[must_use]
    pub fn apply(&self, verdict: &PsyncVerdict) -> PsyncVerdict {
        let PsyncVerdict { mut request, history, mut backlog, .. } = verdict.clone();
        let produced = history.master_repl_offset.next();
        match *self {
            Self::ReadableOffset => request.next = Some(produced),
            Self::AskWithHistory => {
                request = PsyncRequest { replid: history.replid.as_bytes().to_vec(), next: Some(produced) };
            }
            Self::OtherHistory { replid } => request.replid = replid.as_bytes().to_vec(),
            Self::FewerBytesApplied { bytes, .. } => request.next = request.next.map(|next| before(next, bytes)),
            Self::HaveBacklog => {
                let off = request.next.unwrap_or(produced).clamp(NextByte(1).min(produced), produced);
                let histlen = (produced.0 - off.0) as usize;
                backlog = Some(BacklogWindow { off, histlen, size: histlen.max(1) });
            }
            Self::LargerBacklog { size, .. } => {
                backlog = backlog.map(|window| keeping(&window, size, size));
            }
            Self::EarlierBacklog { byte, .. } => {
                backlog = backlog.map(|window| {
                    let size = window.size as u64;
                    keeping(&window, distance(byte, window.end()).min(size), size)
                });
            }
            Self::AskFromOne => request.next = Some(NextByte(1)),
            Self::MasterAhead { bytes } => backlog = backlog.map(|window| written(&window, bytes)),
            Self::MoreWrites { spare, .. } => {
                backlog = backlog.map(|window| written(&window, spare.saturating_add(1)));
            }
        }
        decide(request, history, backlog)
    }
}

/// A backlog of `size` bytes that ends where this one does and keeps the newest `histlen`.
fn keeping(window: &BacklogWindow, histlen: u64, size: u64) -> BacklogWindow {
    let bytes = |number| usize::try_from(number).unwrap_or(usize::MAX);
    BacklogWindow { off: before(window.end(), histlen), histlen: bytes(histlen), size: bytes(size) }
}

/// The backlog after so many bytes more.
fn written(window: &BacklogWindow, more: u64) -> BacklogWindow {
    let size = window.size as u64;
    let later = BacklogWindow { off: after(window.off, more), ..*window };
    keeping(&later, held(window).saturating_add(more).min(size), size)
}

const fn held(window: &BacklogWindow) -> u64 {
    window.histlen as u64
}

const fn after(byte: NextByte, bytes: u64) -> NextByte {
    NextByte(byte.0.saturating_add_unsigned(bytes))
}

const fn before(byte: NextByte, bytes: u64) -> NextByte {
    NextByte(byte.0.saturating_sub_unsigned(bytes))
}

/// The smallest number for which `turns` holds, which then holds for every larger one.
fn least(turns: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, 1);
    while !turns(high) && high < 1 << 63 {
        (low, high) = (high, high * 2);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if turns(middle) { high = middle } else { low = middle + 1 }
    }
    high
}

/// How many bytes lie from `from` up to `to`, 0 if it is the other way round.
const fn distance(from: NextByte, to: NextByte) -> u64 {
    if to.0 > from.0 { to.0.abs_diff(from.0) } else { 0 }
}

/// What would happen if one node asked another for a partial resync now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixCell {
    /// The node that would ask.
    pub from: HostId,
    /// The node that would be asked.
    pub to: HostId,
    /// The one of the two whose process does not run, the one that would be asked first: then nothing is asked or
    /// answered.
    pub not_running: Option<HostId>,
    /// Whether the node can serve a PSYNC at all: a replica whose own link is not up replies `-NOMASTERLINK`.
    pub no_master_link: bool,
    /// The decision.
    pub verdict: PsyncVerdict,
}

/// For every ordered pair of different nodes that have a view: what would happen if the first asked the second for a
/// partial resync at this frame's moment. Every verdict is made by the engine's own [`decide`].
#[must_use]
pub fn psync_matrix(frame: &Frame) -> Vec<MatrixCell> {
    let mut cells = Vec::new();
    for asker in frame.hosts.iter() {
        for asked in frame.hosts.iter().filter(|asked| asked.id != asker.id) {
            if let (Some(from), Some(to)) = (&asker.node, &asked.node) {
                cells.push(MatrixCell {
                    from: asker.id,
                    to: asked.id,
                    not_running: [asked, asker].into_iter().find(|h| h.power != Power::Running).map(|h| h.id),
                    no_master_link: to.upstream.as_ref().is_some_and(|up| up.state != ReplState::Connected),
                    verdict: decide(request_of(from), history_of(to), window_of(to)),
                });
            }
        }
    }
    cells
}

/// What a node's next PSYNC would ask for, were its link cut (or, for a master, REPLICAOF given) now.
#[must_use]
pub fn request_of(node: &NodeView) -> PsyncRequest {
    match node.next_request() {
        Some(request) => PsyncRequest { replid: request.replid.as_bytes().to_vec(), next: Some(request.next) },
        None => PsyncRequest::everything(),
    }
}

/// The histories of a node.
#[must_use]
pub fn history_of(node: &NodeView) -> History {
    History {
        replid: node.replid,
        replid2: node.replid2,
        second_replid_offset: node.second_replid_offset,
        master_repl_offset: node.master_repl_offset,
    }
}

/// What a node's backlog covers.
#[must_use]
pub fn window_of(node: &NodeView) -> Option<BacklogWindow> {
    node.backlog.as_ref().map(|backlog| BacklogWindow {
        off: backlog.0.off(),
        histlen: backlog.0.histlen(),
        size: backlog.0.size(),
    })
}

/// A node's status in one line, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeStatus {
    /// The process does not run.
    Down {
        /// Whether it is paused, stopped, or the host off.
        power: Power,
    },
    /// A master.
    Master {
        /// The last byte it produced.
        offset: Offset,
        /// Connected replicas in any state.
        replicas: usize,
        /// Those of them that are online.
        online: usize,
    },
    /// A replica, following its master or on the way there.
    Replica {
        /// Its master's host, as configured.
        master: String,
        /// Its master's port.
        port: u16,
        /// `repl_state`.
        state: ReplState,
        /// The last byte applied.
        offset: Offset,
        /// During a transfer: bytes read.
        read: Option<u64>,
        /// During a transfer: bytes in all, if known.
        total: Option<u64>,
        /// Replicas of its own.
        replicas: usize,
    },
}

/// A node's status at a frame's moment.
#[must_use]
pub fn status(host: &HostFrame) -> NodeStatus {
    let (Power::Running, Some(node)) = (host.power, &host.node) else {
        return NodeStatus::Down { power: host.power };
    };
    match &node.upstream {
        None => NodeStatus::Master {
            offset: node.master_repl_offset,
            replicas: node.replicas.len(),
            online: node
                .replicas
                .iter()
                .filter(|replica| replica.state == psyncscope_engine::event::ReplicaState::Online)
                .count(),
        },
        Some(upstream) => NodeStatus::Replica {
            master: upstream.host.clone(),
            port: upstream.port,
            state: upstream.state,
            offset: node.master_repl_offset,
            read: upstream.transfer.map(|(read, _)| read),
            total: upstream.transfer.and_then(|(_, total)| total),
            replicas: node.replicas.len(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURRENT: &[u8; 40] = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const PREVIOUS: &[u8; 40] = b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn id(bytes: &[u8]) -> ReplId {
        ReplId::from_bytes(bytes).expect("40 bytes")
    }

    /// A master at offset 104 that was promoted at 77 and keeps the newest `histlen` of at most `size` bytes.
    fn verdict(asked: &[u8], next: Option<i64>, window: Option<(usize, usize)>) -> PsyncVerdict {
        let history = History {
            replid: id(CURRENT),
            replid2: id(PREVIOUS),
            second_replid_offset: NextByte(78),
            master_repl_offset: Offset(104),
        };
        let backlog =
            window.map(|(histlen, size)| BacklogWindow { off: NextByte(105 - histlen as i64), histlen, size });
        decide(PsyncRequest { replid: asked.to_vec(), next: next.map(NextByte) }, history, backlog)
    }

    #[track_caller]
    fn check(
        asked: &[u8],
        next: Option<i64>,
        window: Option<(usize, usize)>,
        decided_by: usize,
        expected: Counterfactual,
    ) {
        let explained = explain(&verdict(asked, next, window));
        assert_eq!((explained.decided_by, &explained.counterfactual), (decided_by, &expected));
        for (index, condition) in explained.conditions.iter().enumerate() {
            let expect = match index.cmp(&decided_by) {
                std::cmp::Ordering::Less => Outcome::Passed,
                std::cmp::Ordering::Equal if explained.granted => Outcome::Passed,
                std::cmp::Ordering::Equal => Outcome::Failed,
                std::cmp::Ordering::Greater => Outcome::NotReached,
            };
            assert_eq!(condition.outcome, expect, "condition {index}");
        }
    }

    #[test]
    fn each_condition_can_decide() {
        let full = Some((16, 16));
        check(CURRENT, None, full, 0, Counterfactual::ReadableOffset);
        check(b"?", Some(-1), full, 1, Counterfactual::AskWithHistory);
        check(b"cccc", Some(100), full, 1, Counterfactual::OtherHistory { replid: id(CURRENT) });
        check(PREVIOUS, Some(81), full, 2, Counterfactual::FewerBytesApplied { bytes: 3, shared: Offset(77) });
        check(CURRENT, Some(100), None, 3, Counterfactual::HaveBacklog);
        check(
            CURRENT,
            Some(51),
            full,
            4,
            Counterfactual::LargerBacklog { size: 54, had: 16, byte: NextByte(51), oldest: Some(NextByte(89)) },
        );
        check(
            CURRENT,
            Some(51),
            Some((10, 64)),
            4,
            Counterfactual::EarlierBacklog { byte: NextByte(51), off: NextByte(95) },
        );
        check(CURRENT, Some(0), full, 4, Counterfactual::AskFromOne);
        check(CURRENT, Some(i64::MIN), full, 4, Counterfactual::AskFromOne);
        check(CURRENT, Some(107), full, 5, Counterfactual::MasterAhead { bytes: 2 });
        check(CURRENT, Some(i64::MAX), full, 5, Counterfactual::MasterAhead { bytes: i64::MAX as u64 - 105 });
    }

    /// All changes together turn it; without the last one they do not.
    #[test]
    fn what_else_was_needed_is_said() {
        let needs = |asked: &[u8], next, window, expected: &[Counterfactual]| {
            let before = verdict(asked, next, window);
            let explained = explain(&before);
            assert_eq!(explained.further, expected);
            let all = std::iter::once(&explained.counterfactual).chain(&explained.further);
            let mut changed = vec![before];
            changed.extend(all.scan(changed[0].clone(), |verdict, change| {
                *verdict = change.apply(verdict);
                Some(verdict.clone())
            }));
            assert_eq!(changed.iter().filter(|verdict| verdict.is_continue()).count(), 1);
        };
        let larger = |size, byte, oldest: Option<i64>| Counterfactual::LargerBacklog {
            size,
            had: 16,
            byte: NextByte(byte),
            oldest: oldest.map(NextByte),
        };
        needs(PREVIOUS, Some(81), Some((54, 64)), &[]);
        needs(PREVIOUS, Some(81), Some((16, 16)), &[larger(27, 78, None)]);
        needs(b"cccc", Some(100), Some((16, 16)), &[]);
        needs(b"cccc", Some(50), Some((16, 16)), &[larger(55, 50, Some(89))]);
        needs(CURRENT, Some(0), Some((16, 16)), &[larger(104, 1, Some(89))]);
        needs(b"?", Some(-1), None, &[Counterfactual::HaveBacklog]);
        needs(CURRENT, None, Some((16, 16)), &[]);
        needs(CURRENT, Some(107), None, &[Counterfactual::MasterAhead { bytes: 2 }]);
    }

    #[test]
    fn what_is_granted_says_how_close_it_was() {
        check(CURRENT, Some(89), Some((16, 16)), 5, Counterfactual::MoreWrites { spare: 0, smallest_size: 16 });
        check(CURRENT, Some(105), Some((16, 16)), 5, Counterfactual::MoreWrites { spare: 16, smallest_size: 1 });
        check(PREVIOUS, Some(78), Some((54, 64)), 5, Counterfactual::MoreWrites { spare: 37, smallest_size: 27 });
    }

    /// What is called the smallest change is one, and one byte less is none.
    #[test]
    fn the_counterfactual_is_exact() {
        for next in 1..=120 {
            let before = verdict(CURRENT, Some(next), Some((16, 16)));
            match explain(&before).counterfactual {
                Counterfactual::LargerBacklog { size, .. } => {
                    let size = size as usize;
                    assert!(verdict(CURRENT, Some(next), Some((size, size))).is_continue());
                    assert!(!verdict(CURRENT, Some(next), Some((size - 1, size - 1))).is_continue());
                }
                Counterfactual::MoreWrites { spare, smallest_size } => {
                    let later = |bytes: u64| {
                        let mut window = before.backlog.expect("there is one");
                        window.off.0 += bytes as i64;
                        decide(before.request.clone(), before.history, Some(window)).is_continue()
                    };
                    assert!(later(spare) && !later(spare + 1), "byte {next}");
                    let size = smallest_size as usize;
                    assert!(verdict(CURRENT, Some(next), Some((size, size))).is_continue());
                }
                Counterfactual::MasterAhead { bytes } => assert_eq!(bytes as i64, next - 105),
                other => panic!("byte {next}: {other:?}"),
            }
        }
    }
}
