//! Known bugs, planted one at a time: the invariants that the lab checks while a world runs find each of them.

use psyncscope_engine::planted::{Bug, plant};
use psyncscope_lab::invariants::{Broken, Rule, Watch};
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec};
use psyncscope_sim::frame::SimTime;

const S: u64 = 1_000_000;

/// A master with two replicas is written to in two databases; then one of the replicas is promoted, and the other follows
/// it.
fn failover(mut lab: Lab, watch: &mut Watch) -> Option<Broken> {
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
    for (at, action) in script {
        if let Some(broken) = lab.run_until_broken(SimTime(at), watch) {
            return Some(broken);
        }
        lab.act(action).expect("the action is taken");
    }
    lab.run_until_broken(SimTime(20 * S), watch)
}

/// What is found with a bug.
fn found(bug: Option<Bug>) -> Option<Broken> {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: ["repl-backlog-size 256"].iter().chain(lines).map(|&line| line.to_owned()).collect(),
    };
    let nodes = vec![node("a", &[]), node("b", &["replicaof a 6379"]), node("c", &["replicaof a 6379"])];
    plant(bug);
    let lab = Lab::new(LabConfig { seed: 2, nodes, ..LabConfig::default() }).expect("good");
    let broken = failover(lab, &mut Watch::default());
    plant(None);
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
