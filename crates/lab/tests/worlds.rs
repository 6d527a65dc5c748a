//! Labs that run: actions, refusals, replays, forks, steps, consoles.

use psyncscope_lab::console::{LineKind, transcript};
use psyncscope_lab::engine::event::Event;
use psyncscope_lab::explain::{NodeStatus, explain, psync_matrix, status};
use psyncscope_lab::sim::frame::{SimTime, What};
use psyncscope_lab::{
    Action, ActionLog, ErrorCode, Lab, LabConfig, NodeSpec, Replay, StepBy, TimedAction, examples, limits,
};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

mod random;

use random::any_action;

const S: u64 = 1_000_000;

fn node(name: &str, config: &[&str]) -> NodeSpec {
    NodeSpec { name: name.to_owned(), config: config.iter().map(|&line| line.to_owned()).collect() }
}

/// A master `a` with a replica `b`, and a third node `c`.
fn three() -> LabConfig {
    LabConfig {
        seed: 7,
        nodes: vec![
            node("a", &["repl-backlog-size 64"]),
            node("b", &["replicaof a 6379", "repl-backlog-size 64"]),
            node("c", &["repl-backlog-size 64"]),
        ],
        ..LabConfig::default()
    }
}

fn lab(config: LabConfig) -> Lab {
    Lab::new(config).expect("a good configuration")
}

fn exec(node: &str, command: &str) -> Action {
    Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() }
}

fn crash(node: &str) -> Action {
    Action::Crash { node: node.to_owned() }
}

/// Does what must be taken.
#[track_caller]
fn act(lab: &mut Lab, action: Action) {
    lab.act(action).expect("the action is taken");
}

/// The last reply on a node's console.
fn last_reply(lab: &Lab, node: &str) -> String {
    let host = lab.host(node).expect("the node is there");
    let lines = transcript(lab.timeline(), host, 0);
    lines.last().map(|line| line.text.to_string()).unwrap_or_default()
}

#[test]
fn the_opening_replicates_within_its_ten_seconds() {
    let lab = Lab::replay(&examples::opening()).expect("the opening is good");
    assert_eq!(lab.now(), SimTime(10 * S));
    let frame = lab.frame_at(lab.now());
    let statuses: Vec<NodeStatus> = frame.hosts.iter().map(|host| status(host)).collect();
    let [NodeStatus::Master { offset, replicas: 2, online: 2 }, replica_b, replica_c] = statuses.as_slice() else {
        panic!("{statuses:?}");
    };
    for replica in [replica_b, replica_c] {
        assert!(matches!(replica, NodeStatus::Replica { offset: at, .. } if at == offset), "{replica:?}");
    }
    let ring = frame.hosts[0].node.as_ref().and_then(|node| node.backlog.as_ref()).expect("a has a backlog");
    assert_eq!((ring.0.size(), ring.0.histlen()), (96, 96), "the ring has wrapped");
    for cell in psync_matrix(&frame) {
        assert!(cell.verdict.is_continue() && !cell.no_master_link, "{cell:?}");
    }
}

#[test]
fn a_saved_log_makes_the_same_world_again() {
    let mut lab = lab(three());
    lab.run_for(2 * S);
    act(&mut lab, exec("a", "SET k \"a\\x00b\""));
    act(&mut lab, Action::Cut { from: "a".to_owned(), to: "b".to_owned(), one_way: false });
    // Several actions at one instant, and an end between events.
    for value in 0..5 {
        act(&mut lab, exec("a", &format!("SET counter {value}")));
    }
    lab.run_for(3 * S + 123_457);
    act(&mut lab, Action::Heal { from: "b".to_owned(), to: "a".to_owned(), one_way: false });
    act(&mut lab, Action::AddNode { node: node("d", &["replicaof b 6379"]) });
    lab.run_for(70 * S);
    act(&mut lab, Action::RemoveNode { node: "c".to_owned() });
    lab.run_for(S);

    let saved = lab.action_log().to_json();
    let log = ActionLog::from_json(&saved).expect("its own writing");
    let again = Lab::replay(&log).expect("its own log");
    assert_eq!(again.digest(), lab.digest());
    assert_eq!(again.now(), lab.now());
    assert_eq!(again.timeline().len(), lab.timeline().len());
    assert_eq!(again.action_log().to_json(), saved);
}

#[test]
fn a_replay_in_pieces_is_the_same_replay() {
    let log = examples::opening();
    let whole = Lab::replay(&log).expect("good");
    for piece in [1, 2, 7, 1000] {
        let mut replay = Replay::new(log.clone()).expect("good");
        let mut pieces = 0;
        while !replay.advance(piece).expect("good") {
            pieces += 1;
            assert!(pieces < 100_000, "it comes to an end");
        }
        assert_eq!(replay.finish().expect("good").digest(), whole.digest(), "pieces of {piece}");
    }
}

#[test]
fn a_fork_goes_the_same_way_until_something_else_is_done() {
    let mut lab = lab(three());
    lab.run_for(2 * S);
    act(&mut lab, exec("a", "SET k 1"));
    lab.run_for(2 * S);
    let digest_at_four = lab.digest();
    act(&mut lab, exec("a", "SET k 2"));
    lab.run_for(2 * S);

    let mut fork = lab.fork_at(SimTime(4 * S)).expect("in the past");
    assert_eq!(fork.actions().len(), 2, "an action at the very instant of the fork is in it");
    fork.run_for(2 * S);
    assert_eq!(fork.digest(), lab.digest());

    let mut fork = lab.fork_at(SimTime(4 * S - 1)).expect("in the past");
    assert_eq!(fork.actions().len(), 1);
    fork.run_for(1);
    assert_eq!(fork.digest(), digest_at_four);
    act(&mut fork, exec("a", "SET k 3"));
    fork.run_for(2 * S);
    assert_ne!(fork.digest(), lab.digest());

    let error = lab.fork_at(SimTime(6 * S + 1)).err().expect("not yet");
    assert_eq!(error.code, ErrorCode::BadTime);
}

/// What is refused changes nothing and is not noted.
#[track_caller]
fn refused(lab: &mut Lab, action: Action, code: ErrorCode, tells: &str) {
    let before = (lab.digest(), lab.timeline().len(), lab.frames(), lab.action_log());
    let error = lab.act(action).expect_err("it must be refused");
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(tells), "{error}");
    assert_eq!((lab.digest(), lab.timeline().len(), lab.frames(), lab.action_log()), before);
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut lab = lab(three());
    lab.run_for(2 * S);
    let a = || "a".to_owned();
    let lab = &mut lab;
    refused(lab, exec("z", "PING"), ErrorCode::UnknownNode, "no node z");
    refused(lab, exec("a", "SET k \"open"), ErrorCode::BadCommand, "Invalid argument(s)");
    refused(lab, exec("a", ""), ErrorCode::BadCommand, "empty");
    refused(lab, Action::Resume { node: a() }, ErrorCode::NotPaused, "a is running");
    refused(lab, Action::Restart { node: a() }, ErrorCode::AlreadyRunning, "a is running");
    refused(lab, Action::Cut { from: a(), to: a(), one_way: true }, ErrorCode::SameNode, "two ends");
    refused(lab, Action::AddNode { node: node("a", &[]) }, ErrorCode::DuplicateNode, "already");
    refused(lab, Action::AddNode { node: node("x y", &[]) }, ErrorCode::BadNodeName, "x y");
    refused(lab, Action::AddNode { node: node("localhost", &[]) }, ErrorCode::BadNodeName, "localhost");
    refused(lab, Action::AddNode { node: node("12", &[]) }, ErrorCode::BadNodeName, "12");
    let bad_lines = ["nosuch 1", "repl-timeout", "repl-timeout x", "requirepass \"open", "port 6379\nport 1"];
    for line in bad_lines {
        let spec = node("d", &["# a comment", "", line]);
        refused(lab, Action::AddNode { node: spec }, ErrorCode::BadConfig, "node d, line 3 of its configuration");
    }
    act(lab, Action::Pause { node: a() });
    refused(lab, Action::Pause { node: a() }, ErrorCode::NotRunning, "a is paused");
    act(lab, Action::Resume { node: a() });
    act(lab, crash("a"));
    refused(lab, crash("a"), ErrorCode::NotRunning, "a is stopped");
    refused(lab, exec("a", "PING"), ErrorCode::NotRunning, "Could not connect to Redis at");
    act(lab, Action::PowerOff { node: a() });
    refused(lab, Action::PowerOff { node: a() }, ErrorCode::NotRunning, "a is off");
    act(lab, Action::Restart { node: a() });
    act(lab, Action::RemoveNode { node: a() });
    refused(lab, crash("a"), ErrorCode::UnknownNode, "was removed");
    refused(lab, Action::AddNode { node: node("a", &[]) }, ErrorCode::DuplicateNode, "before");
}

#[test]
fn at_most_sixteen_nodes_at_a_time() {
    let mut lab = lab(LabConfig::default());
    for number in 0..limits::NODES_MAX {
        act(&mut lab, Action::AddNode { node: node(&format!("n{number}"), &[]) });
    }
    refused(&mut lab, Action::AddNode { node: node("more", &[]) }, ErrorCode::TooMuch, "16 nodes");
    act(&mut lab, Action::RemoveNode { node: "n0".to_owned() });
    act(&mut lab, Action::AddNode { node: node("more", &[]) });

    let nodes = (0..=limits::NODES_MAX).map(|number| node(&format!("n{number}"), &[])).collect();
    let error = Lab::new(LabConfig { nodes, ..LabConfig::default() }).err().expect("too many");
    assert_eq!(error.code, ErrorCode::TooMuch);
}

#[test]
fn a_bad_line_of_configuration_is_named() {
    let mut config = three();
    config.nodes[1].config.push("repl-backlog-sise 64".to_owned());
    let error = Lab::new(config).err().expect("misspelt");
    assert_eq!(error.code, ErrorCode::BadConfig);
    let at = error.at.expect("it says where");
    assert_eq!((at.node.as_deref(), at.line), (Some("b"), Some(3)));
}

#[test]
fn classroom_limits_can_be_switched_off() {
    let size = |classroom_limits| {
        let lab = lab(LabConfig { classroom_limits, ..three() });
        let frame = lab.frame_at(lab.now());
        frame.hosts[0].node.as_ref().expect("a runs").backlog_size
    };
    assert_eq!((size(true), size(false)), (64, 16384));
}

#[test]
fn an_action_that_the_world_refuses_names_its_index_in_a_replay() {
    let mut lab = lab(three());
    act(&mut lab, crash("a"));
    let mut log = lab.action_log();
    log.actions.push(log.actions[0].clone());
    let error = Lab::replay(&log).err().expect("it cannot crash twice");
    assert_eq!((error.code, error.at.expect("where").action), (ErrorCode::NotRunning, Some(1)));
}

#[test]
fn time_ends() {
    let mut lab = lab(LabConfig::default());
    lab.run_until(SimTime(u64::MAX));
    assert_eq!(lab.now(), SimTime(limits::END_MAX_US));
    lab.run_for(u64::MAX);
    assert!(!lab.step());
    assert_eq!(lab.step_forward(lab.now(), StepBy::Packet), SimTime(limits::END_MAX_US));
    Lab::replay(&lab.action_log()).expect("the longest log is no error");
}

#[test]
fn steps_lead_from_one_thing_to_the_next_and_back() {
    let mut lab = Lab::replay(&examples::opening()).expect("good");
    for by in [StepBy::Segment, StepBy::Packet, StepBy::Command, StepBy::StateChange] {
        let mut forward = Vec::new();
        let mut at = SimTime(0);
        while at < SimTime(9 * S) {
            let next = lab.step_forward(at, by);
            assert!(next > at, "{by:?} at {at:?}");
            forward.push(next);
            at = next;
        }
        let mut back = Vec::new();
        while at > forward[0] {
            back.push(at);
            let last = lab.step_back(at, by);
            assert!(last < at, "{by:?} at {at:?}");
            at = last;
        }
        back.push(at);
        back.reverse();
        assert_eq!(forward, back, "{by:?}");
    }
    let commands = (0..4).scan(SimTime(2_500_000), |at, _| {
        *at = lab.step_forward(*at, StepBy::Command);
        Some(at.0)
    });
    assert_eq!(commands.collect::<Vec<_>>(), [3_000_000, 3_150_000, 4_151_000, 4_500_000]);
    let now = lab.now();
    assert!(lab.step_back(SimTime(0), StepBy::Packet) == SimTime(0), "nothing before the beginning");
    assert_eq!(lab.now(), now, "looking back runs nothing");
}

#[test]
fn a_step_past_the_record_runs_the_world_on() {
    let mut lab = lab(three());
    let next = lab.step_forward(lab.now(), StepBy::StateChange);
    assert_eq!(next, lab.now());
    assert!(
        lab.timeline()
            .iter()
            .any(|entry| entry.at == next && matches!(entry.what, What::Node(Event::ReplState { .. })))
    );
    let mut alone = self::lab(LabConfig { nodes: vec![node("a", &[])], ..LabConfig::default() });
    let from = SimTime(5 * S);
    alone.run_until(from);
    assert_eq!(alone.step_forward(from, StepBy::Packet), SimTime(65 * S), "nothing comes: it gives up after a minute");
}

#[test]
fn a_verdict_is_explained_with_the_numbers_of_the_moment() {
    let mut lab = lab(three());
    lab.run_for(5 * S);
    act(&mut lab, Action::Pause { node: "b".to_owned() });
    act(&mut lab, exec("a", "CONFIG SET repl-timeout 2"));
    lab.run_for(8 * S);
    // b is gone for its master by now. What it misses is more than 64 bytes.
    for value in 0..5 {
        act(&mut lab, exec("a", &format!("SET key:{value} value")));
    }
    act(&mut lab, Action::Resume { node: "b".to_owned() });
    lab.run_for(5 * S);
    let last = lab.timeline().iter().rev().find_map(|entry| match &entry.what {
        What::Node(Event::Verdict { verdict, .. }) => Some(explain(verdict)),
        _ => None,
    });
    let last = last.expect("b asked again");
    assert!(!last.granted);
    let counterfactual = format!("{:?}", last.counterfactual);
    let wanted = "LargerBacklog { size: 198, had: 64, byte: NextByte(1), oldest: Some(NextByte(135)) }";
    assert_eq!(counterfactual, wanted);
}

#[test]
fn consoles_are_clients_of_their_own() {
    let mut lab = lab(three());
    let on = |console, command: &str| Action::Exec { node: "a".to_owned(), console, command: command.to_owned() };
    act(&mut lab, on(0, "SELECT 2"));
    act(&mut lab, on(1, "SET here 1"));
    act(&mut lab, on(0, "DBSIZE"));
    lab.run_for(S);
    assert_eq!(last_reply(&lab, "a"), "(integer) 0");
    let host = lab.host("a").expect("a is there");
    let lines = transcript(lab.timeline(), host, 0);
    let prompts: Vec<_> = lines.iter().filter(|line| line.kind == LineKind::Command).map(|line| line.db).collect();
    assert_eq!(prompts, [0, 2]);
    assert_eq!(transcript(lab.timeline(), host, 1).len(), 2);
    // The console of an earlier moment.
    let frame = lab.frame(0).expect("the first frame");
    assert!(transcript(&lab.timeline()[..frame.entries], host, 0).is_empty());
}

#[test]
fn frames_are_found_by_time_and_number() {
    let lab = Lab::replay(&examples::opening()).expect("good");
    let range = lab.frames();
    assert_eq!((range.from, range.to), (SimTime(0), SimTime(10 * S)));
    for seq in range.first..=range.last {
        let frame = lab.frame(seq).expect("it is recorded");
        assert_eq!(frame.seq, seq);
        assert!(lab.frame_at(frame.at).seq >= seq);
    }
    assert!(lab.frame(range.last + 1).is_none());
    assert_eq!(lab.frame_at(SimTime(u64::MAX)).seq, range.last);
}

/// Whether a fork to which the same is done as to the lab records the same, before the fork and after it.
#[track_caller]
fn records_the_same(mut fork: Lab, lab: &Lab) {
    for TimedAction { at_us, action } in &lab.actions()[fork.actions().len()..] {
        fork.run_until(SimTime(*at_us));
        act(&mut fork, action.clone());
    }
    fork.run_until(lab.now());
    assert_eq!(fork.digest(), lab.digest());
    assert_eq!(fork.frames(), lab.frames());
    let text = |entry| format!("{entry:?}");
    assert!(fork.timeline().iter().map(text).eq(lab.timeline().iter().map(text)), "the timelines differ");
    let frame = |lab: &Lab, seq| serde_json::to_string(&lab.frame(seq).expect("it is recorded")).expect("plain data");
    for seq in (lab.frames().first..=lab.frames().last).step_by(5) {
        assert!(frame(&fork, seq) == frame(lab, seq), "frame {seq} differs");
    }
}

/// Whatever is done, in any order: refusals change nothing, the log makes the same world, and so does a fork.
#[test]
fn any_course_of_events_can_be_replayed_and_forked() {
    for seed in 0..60 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut lab = lab(LabConfig { seed, ..three() });
        let mut refusals = 0;
        let mut forks = Vec::new();
        for _ in 0..120 {
            match rng.next_u32() % 4 {
                0 => lab.run_for(u64::from(rng.next_u32() % 3_000_000)),
                1 => drop(lab.step()),
                _ => {}
            }
            let before = (lab.digest(), lab.timeline().len(), lab.frames().last);
            if lab.act(any_action(&mut rng)).is_err() {
                assert_eq!((lab.digest(), lab.timeline().len(), lab.frames().last), before, "seed {seed}");
                refusals += 1;
            }
            if rng.next_u32().is_multiple_of(40) {
                forks.push((lab.now(), lab.actions().len(), lab.digest()));
            }
        }
        assert!(refusals > 0, "seed {seed}: nothing was refused, so nothing was tried");
        lab.run_for(10 * S);
        let log = ActionLog::from_json(&lab.action_log().to_json()).expect("its own writing");
        assert_eq!(Lab::replay(&log).expect("its own log").digest(), lab.digest(), "seed {seed}");
        for (at, actions, digest) in forks {
            let fork = lab.fork_at(at).expect("in the past");
            // Only where nothing more was done at the same instant is the fork the world of then.
            if fork.actions().len() == actions {
                assert_eq!(fork.digest(), digest, "seed {seed} at {at:?}");
            }
            records_the_same(fork, &lab);
        }
    }
}
