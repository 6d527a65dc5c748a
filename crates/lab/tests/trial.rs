//! The change that turns a decision about a PSYNC, tried on a branch.

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::sim::frame::{SimTime, What};
use psyncscope_lab::trial::{Change, NoChange, Trial, Turned};
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec};

const S: u64 = 1_000_000;

/// A master `a` with replicas `b` and `c`; links that are silent for 4 s end.
fn world(lines: &[&str]) -> Lab {
    let node = |name: &str, more: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: ["repl-timeout 4", "repl-ping-replica-period 2"]
            .iter()
            .chain(lines)
            .chain(more)
            .map(|&line| line.to_owned())
            .collect(),
    };
    let nodes = vec![node("a", &[]), node("b", &["replicaof a 6379"]), node("c", &["replicaof a 6379"])];
    let mut lab = Lab::new(LabConfig { seed: 3, nodes, ..LabConfig::default() }).expect("good");
    lab.run_for(3 * S);
    lab
}

#[track_caller]
fn act(lab: &mut Lab, action: Action) {
    lab.act(action).expect("the action is taken");
}

fn exec(lab: &mut Lab, node: &str, command: &str) {
    act(lab, Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() });
    lab.run_for(S / 10);
}

fn wire(lab: &mut Lab, from: &str, to: &str, cut: bool, wait_s: u64) {
    let (from, to, one_way) = (from.to_owned(), to.to_owned(), false);
    act(lab, if cut { Action::Cut { from, to, one_way } } else { Action::Heal { from, to, one_way } });
    lab.run_for(wait_s * S);
}

/// The last decision, and what would have turned it.
fn last(lab: &Lab) -> (usize, Result<Turned, NoChange>) {
    let verdict = |what: &What| matches!(what, What::Node(Event::Verdict { .. }));
    let entry = lab.timeline().iter().rposition(|entry| verdict(&entry.what)).expect("a decision");
    (entry, lab.turning_change(entry).expect("it is a decision"))
}

fn is_granted(lab: &Lab, entry: usize) -> bool {
    matches!(&lab.timeline()[entry].what, What::Node(Event::Verdict { verdict, .. }) if verdict.is_continue())
}

#[test]
fn a_larger_backlog_is_tried_and_is_the_smallest() {
    let mut lab = world(&["repl-backlog-size 64"]);
    wire(&mut lab, "a", "b", true, 5);
    exec(&mut lab, "a", "SET k 0123456789012345678901234567890123456789");
    exec(&mut lab, "a", "SET k 0123456789012345678901234567890123456789");
    wire(&mut lab, "a", "b", false, 3);
    let (entry, found) = last(&lab);
    assert!(!is_granted(&lab, entry));
    let Ok(Turned { at, change: Change::BacklogSize { node, size }, answered_at }) = found else { panic!("{found:?}") };
    assert_eq!(node, "a");
    assert!(size > 64 && at > SimTime(3 * S) && answered_at == lab.timeline()[entry].at);
    // A byte less would not have been enough.
    let with = |size: u64| {
        let mut branch = lab.fork_at(at).expect("in the past");
        act(&mut branch, Change::BacklogSize { node: node.clone(), size }.action());
        for action in lab.actions_after(at) {
            branch.run_until(SimTime(action.at_us));
            act(&mut branch, action.action.clone());
        }
        branch.run_until(lab.now());
        let verdict = |what: &What| matches!(what, What::Node(Event::Verdict { .. }));
        is_granted(&branch, branch.timeline().iter().rposition(|entry| verdict(&entry.what)).expect("a decision"))
    };
    assert!(with(size) && !with(size - 1));
}

#[test]
fn more_writes_are_tried_at_the_head_of_the_chain() {
    let mut lab = world(&["repl-backlog-size 256"]);
    act(&mut lab, Action::Exec { node: "c".into(), console: 0, command: "REPLICAOF b 6379".into() });
    lab.run_for(4 * S);
    let (entry, found) = last(&lab);
    assert!(is_granted(&lab, entry));
    let Ok(Turned { change: Change::Writes { node, .. }, .. }) = found else { panic!("{found:?}") };
    assert_eq!(node, "a", "b is a replica: it takes no writes");
}

#[test]
fn a_backlog_that_expired_is_kept() {
    let mut lab = world(&["repl-backlog-size 4096", "repl-backlog-ttl 6"]);
    wire(&mut lab, "a", "b", true, 0);
    wire(&mut lab, "a", "c", true, 16);
    wire(&mut lab, "a", "c", false, 4);
    let (entry, found) = last(&lab);
    assert!(!is_granted(&lab, entry));
    let kept = matches!(&found, Ok(Turned { change: Change::BacklogKept { node }, .. }) if node == "a");
    assert!(kept, "{found:?}");
}

#[test]
fn a_cut_before_the_bytes_that_only_the_former_master_has() {
    let mut lab = world(&["repl-backlog-size 4096"]);
    wire(&mut lab, "a", "b", true, 0);
    exec(&mut lab, "a", "SET only c");
    exec(&mut lab, "b", "REPLICAOF NO ONE");
    exec(&mut lab, "c", "REPLICAOF b 6379");
    lab.run_for(3 * S);
    let (entry, found) = last(&lab);
    assert!(!is_granted(&lab, entry));
    let cut = matches!(&found, Ok(Turned { change: Change::CutEarlier { from, to }, .. }) if from == "a" && to == "c");
    assert!(cut, "{found:?}");

    // What a wrote itself nobody can take back.
    exec(&mut lab, "a", "REPLICAOF b 6379");
    wire(&mut lab, "a", "b", false, 8);
    assert_eq!(last(&lab).1, Err(NoChange::OwnWrites));
}

#[test]
fn a_first_copy_is_full_whatever_a_user_does() {
    let lab = world(&["repl-backlog-size 64"]);
    let (entry, found) = last(&lab);
    assert!(!is_granted(&lab, entry));
    assert_eq!(found, Err(NoChange::NoHistory));
    assert!(Trial::new(&lab, 0).is_none(), "the first entry is no decision");
}

#[test]
fn a_trial_in_pieces_finds_the_same() {
    let mut lab = world(&["repl-backlog-size 64"]);
    wire(&mut lab, "a", "b", true, 5);
    exec(&mut lab, "a", "SET k 0123456789012345678901234567890123456789");
    exec(&mut lab, "a", "SET k 0123456789012345678901234567890123456789");
    wire(&mut lab, "a", "b", false, 3);
    let (entry, whole) = last(&lab);
    let mut trial = Trial::new(&lab, entry).expect("it is a decision");
    let mut pieces = 0;
    let found = loop {
        pieces += 1;
        if let Some(found) = trial.advance(&lab, 10) {
            break found;
        }
    };
    assert!(pieces > 10);
    assert_eq!(found, whole);
}
