//! Known bugs, enabled one at a time: the invariants that the lab checks while a world runs find each of them.

use psyncscope_engine::known_bugs::{Bug, enable};
use psyncscope_lab::invariants::{Broken, Rule, Watch};
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec, Until};
use psyncscope_sim::frame::SimTime;

const S: u64 = 1_000_000;

/// A master with two replicas is written to in two databases; then one of the replicas is promoted, and the other follows
/// it. With a watch, up to the moment at which a rule is broken.
fn failover(lab: &mut Lab, mut watch: Option<&mut Watch>) -> Option<Broken> {
    let exec = |node: &str, command: &str| Action::Exec { node: node.into(), console: 0, command: command.into() };
    let cut = Action::Cut { from: "a".into(), to: "b".into(), one_way: false };
    let script = [
        (3 * S, exec("a", "SET k v")),
        (4 * S, exec("a", "SELECT 3")),
        (4 * S, exec("a", "SET other w")),
        (5 * S, cut),
        (6 * S, exec("a", "SET only c")),
        (7 * S, exec("b", "REPLICAOF NO ONE")),
        (8 * S, exec("c", "REPLICAOF b 6379")),
        (12 * S, exec("b", "SET k x")),
    ];
    let mut run = |lab: &mut Lab, to: u64| match &mut watch {
        Some(watch) => lab.run_until_broken(SimTime(to), watch),
        None => {
            lab.run_until(SimTime(to));
            None
        }
    };
    for (at, action) in script {
        if let Some(broken) = run(lab, at) {
            return Some(broken);
        }
        lab.act(action).expect("the action is taken");
    }
    run(lab, 20 * S)
}

fn start() -> Lab {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: ["repl-backlog-size 256"].iter().chain(lines).map(|&line| line.to_owned()).collect(),
    };
    let nodes = vec![node("a", &[]), node("b", &["replicaof a 6379"]), node("c", &["replicaof a 6379"])];
    Lab::new(LabConfig { seed: 2, nodes, ..LabConfig::default() }).expect("good")
}

/// The same run again, its record looked through from the beginning and from the moment at which a rule is broken.
#[test]
fn running_until_a_rule_is_broken_looks_through_the_record_too() {
    let broken = found(Some(Bug::BacklogOff)).expect("it is found");
    enable(Some(Bug::BacklogOff));
    let mut lab = start();
    assert_eq!(failover(&mut lab, None), None, "nobody watches");
    let until = |lab: &mut Lab, from: u64| {
        let end = lab.now();
        lab.run_until_next(SimTime(from), &Until::Broken, end).expect("a good wish").map(|reached| reached.at)
    };
    assert_eq!(until(&mut lab, 0), Some(broken.at));
    assert_ne!(until(&mut lab, broken.at.0), Some(broken.at), "what is broken already is not found again");
    // Recorded backlogs are made again from what was fed to them: with the bug, until here.
    enable(None);
}

/// What is found with a bug.
fn found(bug: Option<Bug>) -> Option<Broken> {
    enable(bug);
    let broken = failover(&mut start(), Some(&mut Watch::default()));
    enable(None);
    broken
}

#[test]
fn nothing_is_found_without_a_bug() {
    assert_eq!(found(None), None);
}

#[test]
fn each_bug_is_found_by_its_rule() {
    for (bug, rule) in [
        (Bug::SecondReplidOffset, Rule::SecondHistoryInPast),
        (Bug::SkippedSelect, Rule::DataAgrees),
        (Bug::BacklogOff, Rule::BacklogEndsAtOffset),
        (Bug::StreamGap, Rule::StreamIsContiguous),
    ] {
        let broken = found(Some(bug)).unwrap_or_else(|| panic!("{bug:?} is not found"));
        let text = broken.finding.text(psyncscope_lab::Lang::En);
        assert_eq!(broken.finding.rule, rule, "{bug:?}: {text}");
        assert!(!broken.finding.holds && text.chars().any(|c| c.is_ascii_digit()), "{bug:?}: {text}");
    }
}
