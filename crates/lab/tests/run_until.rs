//! Running until something happens: in the recorded past first, then as far as allowed.

use psyncscope_lab::engine::event::{Event, ReplicaState};
use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::engine::steps::Function;
use psyncscope_lab::run_until::RUN_HORIZON_US;
use psyncscope_lab::sim::frame::{SimTime, What};
use psyncscope_lab::{Action, ActionLog, ErrorCode, Lab, Until};

const START: SimTime = SimTime(0);

/// A master `a` and its replica `b` at their start.
fn two() -> Lab {
    let text = r#"{"version":1,"config":{"nodes":[
        {"name":"a","config":["repl-backlog-size 64"]},
        {"name":"b","config":["replicaof a 6379","repl-backlog-size 64"]}
    ]},"actions":[],"end_us":0}"#;
    Lab::replay(&ActionLog::from_json(text).expect("a good log")).expect("a good run")
}

fn offset_of(lab: &Lab, node: usize, at: SimTime) -> i64 {
    lab.frame_at(at).hosts[node].node.as_ref().expect("it runs").master_repl_offset.0
}

/// Whether an entry is what was waited for.
type Is = fn(&What) -> bool;

/// Every kind of wish, and what the entry that it ends at must be.
fn wishes() -> Vec<(Until, Is)> {
    vec![
        (Until::Verdict, |what| matches!(what, What::Node(Event::Verdict { .. }))),
        (Until::ReplState { node: "b".into(), state: ReplState::Transfer }, |what| {
            matches!(what, What::Node(Event::ReplState { to: ReplState::Transfer, .. }))
        }),
        (Until::ReplicaState { node: "b".into(), state: ReplicaState::Online }, |what| {
            matches!(what, What::Node(Event::ReplicaState { to: ReplicaState::Online, .. }))
        }),
    ]
}

#[test]
fn the_world_runs_on_until_it_happens_and_the_record_has_the_same() {
    for (until, is_it) in wishes() {
        let mut lab = two();
        let live = lab.run_until_next(START, &until, SimTime(RUN_HORIZON_US)).expect("good").expect("it happens");
        assert_eq!(lab.now(), live.at, "{until:?}: the world stands where it happened");
        assert!(is_it(&lab.timeline()[live.entry.expect("an entry")].what), "{until:?}");
        lab.run_for(5_000_000);
        let now = lab.now();
        let recorded = lab.run_until_next(START, &until, SimTime(0)).expect("good");
        assert_eq!((recorded, lab.now()), (Some(live), now), "{until:?}: the past is searched, the world stays");
        // From there on it must happen anew.
        let next = lab.run_until_next(live.at, &until, now).expect("good");
        assert!(next.is_none_or(|next| next.at > live.at), "{until:?}");
    }
}

#[test]
fn the_world_runs_no_further_than_allowed() {
    let mut lab = two();
    lab.run_for(3_000_000);
    let to = SimTime(3_000_000 + RUN_HORIZON_US);
    assert_eq!(lab.run_until_next(lab.now(), &Until::Verdict, to), Ok(None), "a replica in sync asks for nothing");
    assert_eq!(lab.now(), to);
}

#[test]
fn an_offset_is_passed() {
    let mut lab = two();
    lab.run_for(3_000_000);
    let wanted = offset_of(&lab, 1, lab.now()) + 10;
    lab.act(Action::Exec { node: "a".into(), console: 0, command: "SET k value".into() }).expect("it runs");
    let until = |node: &str| Until::Offset { node: node.into(), offset: wanted };
    let from = lab.now();
    for (node, place) in [("a", 0), ("b", 1)] {
        let found = lab.run_until_next(from, &until(node), SimTime(10_000_000)).expect("good").expect("it is passed");
        assert!(offset_of(&lab, place, found.at) >= wanted, "{node}");
        assert!(offset_of(&lab, place, SimTime(found.at.0 - 1)) < wanted, "{node}: not before");
    }
    // What is so already is so now.
    let now = lab.now();
    let already = lab.run_until_next(now, &until("b"), SimTime(10_000_000)).expect("good").expect("it has it");
    assert_eq!((already.at, already.entry, lab.now()), (now, None, now));
    // A full resync takes the offset over: no byte of the stream tells of it.
    let mut late = two();
    let first = late.run_until_next(START, &Until::Offset { node: "b".into(), offset: 1 }, SimTime(60_000_000));
    assert!(first.expect("good").is_some_and(|found| offset_of(&late, 1, found.at) >= 1));
}

#[test]
fn a_function_is_entered() {
    let entered = |node: Option<&str>| Until::Function {
        function: Function::MasterTryPartialResynchronization,
        node: node.map(str::to_owned),
    };
    let mut lab = two();
    let live = lab.run_until_next(START, &entered(None), SimTime(RUN_HORIZON_US)).expect("good").expect("b asks");
    assert_eq!(lab.now(), live.at);
    let turn = lab.steps_between(Some(SimTime(live.at.0 - 1)), live.at).expect("recorded");
    assert!(!turn.is_empty(), "there are steps at that time");
    lab.run_for(5_000_000);
    let (now, digest) = (lab.now(), lab.digest());
    assert_eq!(lab.run_until_next(START, &entered(Some("a")), now), Ok(Some(live)), "the past has it too");
    assert_eq!((lab.now(), lab.digest()), (now, digest));
    assert_eq!(lab.run_until_next(START, &entered(Some("b")), now), Ok(None), "only a master decides");
    let to = SimTime(now.0 + 1_000_000);
    assert_eq!(lab.run_until_next(now, &entered(None), to), Ok(None));
    assert_eq!(lab.now(), to, "the world itself ran, not the copy alone");
}

#[test]
fn nodes_must_exist_then_or_now() {
    let mut lab = two();
    lab.run_for(3_000_000);
    let online = |node: &str| Until::ReplicaState { node: node.into(), state: ReplicaState::Online };
    let error = lab.run_until_next(START, &online("z"), SimTime(0)).expect_err("there is no z");
    assert_eq!(error.code, ErrorCode::UnknownNode);
    lab.act(Action::RemoveNode { node: "b".into() }).expect("it is there");
    assert!(lab.run_until_next(SimTime(1), &online("b"), SimTime(0)).expect("it was there").is_some());
}
