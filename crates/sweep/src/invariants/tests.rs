//! Each rule can be violated: the events of a correct world, with one of them changed.

use psyncscope_engine::event::LinkChange;
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::psync::{self, BacklogWindow, History, PsyncRequest};

use super::*;

const A: HostId = HostId(0);
const B: HostId = HostId(1);

fn id(letter: u8) -> ReplId {
    ReplId::from_bytes(&[letter; 40]).unwrap()
}

/// A checker that follows two nodes; `record` returns the violated rule.
struct TestChecker(Checker);

impl TestChecker {
    /// Node A is a master and produced 1..=50 as `a`; B has it all from a full resync at 23.
    fn synced() -> Self {
        let mut checker = Self(Checker::new());
        for (host, letter) in [(A, b'x'), (B, b'y')] {
            assert_eq!(checker.names(host, letter, None, IdChange::Startup), None);
        }
        assert_eq!(checker.names(A, b'a', None, IdChange::BacklogCreated), None);
        assert_eq!(checker.becomes_replica(B), None);
        assert_eq!(checker.feeds(A, 1, 23, FeedKind::Select), None);
        assert_eq!(checker.resyncs(B, b'a', 23), None);
        assert_eq!(checker.feeds(A, 24, 27, FeedKind::Command), None);
        assert_eq!(checker.feeds(B, 24, 27, FeedKind::Proxied), None);
        checker
    }

    fn record(&mut self, host: HostId, event: &Event) -> Option<Rule> {
        self.0.follow(host, event, &mut Vec::new()).err().map(|(rule, _)| rule)
    }

    fn names(&mut self, host: HostId, letter: u8, second: Option<(u8, i64)>, why: IdChange) -> Option<Rule> {
        let (replid2, second) =
            second.map_or((ReplId::NONE, NextByte::NONE), |(letter, next)| (id(letter), NextByte(next)));
        self.record(host, &Event::Ids { replid: id(letter), replid2, second_replid_offset: second, why })
    }

    fn feeds(&mut self, host: HostId, from: i64, len: usize, kind: FeedKind) -> Option<Rule> {
        self.record(host, &Event::Fed { from: NextByte(from), len, kind })
    }

    fn becomes_replica(&mut self, host: HostId) -> Option<Rule> {
        self.record(
            host,
            &Event::ReplState { from: ReplState::None, to: ReplState::Connect, why: LinkChange::ReplicaOf },
        )
    }

    fn resyncs(&mut self, host: HostId, letter: u8, offset: i64) -> Option<Rule> {
        let outcome = PsyncOutcome::FullResync { replid: Some(id(letter)), offset: Offset(offset) };
        self.record(host, &Event::Outcome(outcome)).or_else(|| self.names(host, letter, None, IdChange::FullResync))
    }

    /// Node A, at 50, is asked for a partial resync and grants it whatever its window says.
    fn grants(&mut self, asked: u8, next: i64, change: impl FnOnce(&mut PsyncVerdict)) -> Option<Rule> {
        let request = PsyncRequest { replid: id(asked).as_bytes().to_vec(), next: Some(NextByte(next)) };
        let history = History {
            replid: id(b'a'),
            replid2: ReplId::NONE,
            second_replid_offset: NextByte::NONE,
            master_repl_offset: Offset(50),
        };
        let window = BacklogWindow { off: NextByte(1), histlen: 50, size: 64 };
        let mut verdict = psync::decide(request, history, Some(window));
        change(&mut verdict);
        self.record(A, &Event::Verdict { conn: psyncscope_engine::ConnId(1), verdict: Box::new(verdict) })
    }
}

#[test]
fn correct_events_pass() {
    let mut checker = TestChecker::synced();
    assert_eq!(checker.names(B, b'b', Some((b'a', 51)), IdChange::Shifted), None, "B is promoted");
    assert_eq!(
        checker.record(
            B,
            &Event::ReplState { from: ReplState::Connected, to: ReplState::None, why: LinkChange::ReplicaOfNoOne }
        ),
        None
    );
    assert_eq!(checker.feeds(B, 51, 23, FeedKind::Select), None);
    assert_eq!(checker.becomes_replica(A), None);
    assert_eq!(checker.names(A, b'b', Some((b'a', 51)), IdChange::Continued), None);
    assert_eq!(checker.feeds(A, 51, 23, FeedKind::Proxied), None);
    let tally = checker.0.tally();
    assert_eq!((tally.bytes_fed, tally.promotions), (123, 1));
}

#[test]
fn gaps_in_offsets_are_found() {
    let rule = Some(Rule::OffsetMovesByBytes);
    assert_eq!(TestChecker::synced().feeds(A, 52, 1, FeedKind::Ping), rule);
    assert_eq!(TestChecker::synced().feeds(A, 50, 1, FeedKind::Ping), rule);
    assert_eq!(TestChecker::synced().feeds(B, 52, 1, FeedKind::Proxied), rule);
    assert_eq!(TestChecker::synced().feeds(A, 51, 14, FeedKind::Ping), None);
}

#[test]
fn only_heads_produce() {
    let rule = Some(Rule::OnlyHeadProduces);
    assert_eq!(TestChecker::synced().feeds(B, 51, 14, FeedKind::Ping), rule);
    assert_eq!(TestChecker::synced().feeds(B, 51, 14, FeedKind::Proxied), rule, "A never produced it");
    assert_eq!(TestChecker::synced().feeds(B, 51, 30, FeedKind::Expire), rule);
    let mut checker = TestChecker::synced();
    assert_eq!(checker.becomes_replica(A), None);
    assert_eq!(checker.feeds(A, 51, 14, FeedKind::Ping), rule, "its own history, but it is no master now");
    let mut checker = TestChecker::synced();
    let promoted =
        Event::ReplState { from: ReplState::Connected, to: ReplState::None, why: LinkChange::ReplicaOfNoOne };
    assert_eq!(checker.record(B, &promoted), None);
    assert_eq!(checker.feeds(B, 51, 14, FeedKind::Ping), rule, "a master now, but not of this history");
}

#[test]
fn wrong_ids_are_found() {
    let rule = Some(Rule::IdsAreUnique);
    assert_eq!(TestChecker::synced().names(B, b'b', Some((b'a', 52)), IdChange::Shifted), rule);
    assert_eq!(TestChecker::synced().names(B, b'b', Some((b'x', 51)), IdChange::Shifted), rule);
    assert_eq!(TestChecker::synced().names(B, b'x', Some((b'a', 51)), IdChange::Shifted), rule, "that ID is in use");
    assert_eq!(TestChecker::synced().names(B, b'x', Some((b'a', 51)), IdChange::Continued), rule, "another history");
    assert_eq!(TestChecker::synced().names(B, b'q', Some((b'a', 51)), IdChange::Continued), rule, "no history");
    assert_eq!(TestChecker::synced().names(B, b'b', Some((b'a', 51)), IdChange::BacklogCreated), rule);
    assert_eq!(TestChecker::synced().resyncs(B, b'a', 51), rule, "from the future");
    assert_eq!(TestChecker::synced().names(B, b'a', None, IdChange::FullResync), rule, "without +FULLRESYNC");
    assert_eq!(TestChecker::synced().names(B, b'q', None, IdChange::Restored), rule);
}

#[test]
fn grants_are_exact_and_safe() {
    assert_eq!(TestChecker::synced().grants(b'a', 24, |_| {}), None);
    assert_eq!(TestChecker::synced().grants(b'a', 51, |_| {}), None);
    let one_less = |verdict: &mut PsyncVerdict| {
        if let Decision::Continue { bytes, .. } = &mut verdict.decision {
            *bytes -= 1;
        }
    };
    assert_eq!(TestChecker::synced().grants(b'a', 24, one_less), Some(Rule::ResyncIsExact));
    let behind = |verdict: &mut PsyncVerdict| verdict.history.master_repl_offset = Offset(49);
    assert_eq!(TestChecker::synced().grants(b'a', 24, behind), Some(Rule::OffsetMovesByBytes));
    // B was promoted at 50 and produced 51..=73; A takes its history for its own.
    let mut checker = TestChecker::synced();
    assert_eq!(checker.names(B, b'b', Some((b'a', 51)), IdChange::Shifted), None);
    let taken = |verdict: &mut PsyncVerdict| {
        let matched = psync::HistoryMatch::Previous;
        verdict.decision = Decision::Continue { matched, bytes: 27 };
    };
    assert_eq!(checker.grants(b'b', 24, taken), None, "the same bytes under another ID");
    assert_eq!(checker.feeds(A, 51, 14, FeedKind::Ping), None);
    assert_eq!(checker.grants(b'y', 24, taken), Some(Rule::OffsetMovesByBytes));
}

#[test]
fn grants_across_a_fork_are_found() {
    // Both continue after 50 separately: B as the promoted one.
    let mut checker = TestChecker::synced();
    assert_eq!(checker.names(B, b'b', Some((b'a', 51)), IdChange::Shifted), None);
    assert_eq!(
        checker.record(
            B,
            &Event::ReplState { from: ReplState::Connected, to: ReplState::None, why: LinkChange::ReplicaOfNoOne }
        ),
        None
    );
    assert_eq!(checker.feeds(A, 51, 14, FeedKind::Ping), None);
    assert_eq!(checker.feeds(B, 51, 14, FeedKind::Ping), None);
    let grant = |next: i64| {
        let history = History {
            replid: id(b'b'),
            replid2: id(b'a'),
            // A mistake of 14: the bytes that only A has.
            second_replid_offset: NextByte(65),
            master_repl_offset: Offset(64),
        };
        let request = PsyncRequest { replid: id(b'a').as_bytes().to_vec(), next: Some(NextByte(next)) };
        let window = BacklogWindow { off: NextByte(24), histlen: 41, size: 64 };
        let verdict = Box::new(psync::decide(request, history, Some(window)));
        Event::Verdict { conn: psyncscope_engine::ConnId(1), verdict }
    };
    assert_eq!(checker.record(B, &grant(51)), None);
    assert_eq!(checker.record(B, &grant(52)), Some(Rule::ResyncIsSafe));
}

#[test]
fn a_node_is_at_the_position_of_its_events() {
    let seen = |replid: u8, offset: i64| NodeSeen {
        history: History {
            replid: id(replid),
            replid2: ReplId::NONE,
            second_replid_offset: NextByte::NONE,
            master_repl_offset: Offset(offset),
        },
        backlog: None,
        state: ReplState::None,
        is_replica: false,
        link: None,
    };
    let checked = |seen: NodeSeen| TestChecker::synced().0.check_node(A, seen).err().map(|(rule, _)| rule);
    assert_eq!(checked(seen(b'a', 50)), None);
    assert_eq!(checked(seen(b'a', 51)), Some(Rule::OffsetMovesByBytes));
    assert_eq!(checked(seen(b'x', 50)), Some(Rule::OffsetMovesByBytes));
}
