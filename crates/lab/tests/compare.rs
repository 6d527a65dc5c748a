//! Two branches at one time, side by side.

use psyncscope_lab::compare::{Comparison, Field, Pair, Totals, Value, compare, compare_with_totals};
use psyncscope_lab::engine::view::NodeView;
use psyncscope_lab::index::Index;
use psyncscope_lab::sim::frame::{Power, SimTime};
use psyncscope_lab::{Action, ActionLog, Lab};

fn exec(node: &str, command: &str) -> Action {
    Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() }
}

fn crash(node: &str) -> Action {
    Action::Crash { node: node.to_owned() }
}

/// A master `a` and its replica `b`, in sync, at 3 s.
fn two() -> Lab {
    let text = r#"{"version":1,"config":{"nodes":[
        {"name":"a","config":["repl-backlog-size 64"]},
        {"name":"b","config":["replicaof a 6379","repl-backlog-size 64"]}
    ]},"actions":[],"end_us":3000000}"#;
    Lab::replay(&ActionLog::from_json(text).expect("a good log")).expect("a good run")
}

fn pair<'a>(comparison: &'a Comparison, node: &str, field: Field) -> &'a Pair {
    let node = comparison.nodes.iter().find(|compared| *compared.name == *node).expect("the node is there");
    node.fields.iter().find(|pair| pair.field == field).expect("the field is there")
}

fn total(comparison: &Comparison, field: Field) -> [i64; 2] {
    let pair = comparison.totals.iter().find(|pair| pair.field == field).expect("the field is there");
    pair.values.clone().map(|value| match value {
        Some(Value::Number(n)) => n,
        other => panic!("{other:?} is no number"),
    })
}

fn differing(comparison: &Comparison, node: &str) -> Vec<Field> {
    let node = comparison.nodes.iter().find(|compared| *compared.name == *node).expect("the node is there");
    node.fields.iter().filter(|pair| pair.differs()).map(|pair| pair.field).collect()
}

#[test]
fn a_world_is_equal_to_itself_and_to_its_branch_before_it_leaves() {
    let lab = two();
    let branch = lab.fork_at(SimTime(2_000_000)).expect("the past");
    for (labs, at) in [([&lab, &lab], 3_000_000), ([&lab, &branch], 2_000_000)] {
        let found = compare(labs, SimTime(at));
        assert!(found.nodes.iter().flat_map(|node| &node.fields).chain(&found.totals).all(|pair| !pair.differs()));
        assert_eq!((found.nodes.len(), found.ended), (2, [None, None]));
        assert_eq!(found.nodes[0].fields.len() + found.totals.len(), Field::ALL.len());
    }
}

#[test]
fn what_differs_is_marked_and_nothing_else() {
    let lab = two();
    let mut writes = lab.fork_at(SimTime(2_500_000)).expect("the past");
    writes.act(exec("a", "SET k v")).expect("it runs");
    writes.run_until(lab.now());
    let found = compare([&lab, &writes], lab.now());
    assert_eq!(differing(&found, "a"), [Field::Offset, Field::Backlog, Field::Keys]);
    assert_eq!(differing(&found, "b"), [Field::Offset, Field::Backlog, Field::Keys]);
    assert_eq!(pair(&found, "a", Field::Keys).values, [Some(Value::Number(0)), Some(Value::Number(1))]);
    assert_eq!(pair(&found, "b", Field::Master).values, [Some(Value::Name("a".into())), Some(Value::Name("a".into()))]);
    assert_eq!(pair(&found, "a", Field::Master).values, [None, None]);
    let [without, with] = total(&found, Field::BytesSent);
    assert!(with > without, "{with} bytes sent with the write, {without} without");
    assert_eq!(total(&found, Field::FullSyncs), [1, 1]);
}

#[test]
fn a_world_that_ends_before_is_shown_as_it_was_then() {
    let lab = two();
    let branch = lab.fork_at(SimTime(1_500_000)).expect("the past");
    let found = compare([&lab, &branch], lab.now());
    assert_eq!(found.ended, [None, Some(SimTime(1_500_000))]);
}

#[test]
fn a_node_may_be_in_one_world_alone() {
    let lab = two();
    let mut branch = lab.fork_at(SimTime(2_000_000)).expect("the past");
    branch.act(Action::RemoveNode { node: "b".to_owned() }).expect("it is there");
    branch.run_until(lab.now());
    let found = compare([&lab, &branch], lab.now());
    assert_eq!(pair(&found, "b", Field::Process).values, [Some(Value::Process(Power::Running)), None]);
    assert_eq!(pair(&found, "b", Field::Lag).values[1], None);
}

/// The totals are those of INFO as long as no process ended; afterwards INFO has forgotten what they remember.
#[test]
fn totals_count_processes_that_ended_too() {
    let mut lab = two();
    let info = |lab: &Lab, value: fn(&NodeView) -> u64| -> i64 {
        let frame = lab.frame_at(lab.now());
        let nodes = frame.hosts.iter().filter_map(|host| host.node.as_ref());
        nodes.map(|node| value(node)).sum::<u64>() as i64
    };
    let sent = |node: &NodeView| node.info.stats.output_bytes;
    let mine = |lab: &Lab, field| total(&compare([lab, lab], lab.now()), field)[0];
    // The link is lost, and b asks for the byte that it wants next.
    lab.act(exec("a", "CLIENT KILL TYPE replica")).expect("it runs");
    lab.run_for(3_000_000);
    assert_eq!(mine(&lab, Field::FullSyncs), info(&lab, |node| node.info.stats.sync_full));
    assert_eq!(mine(&lab, Field::PartialSyncs), info(&lab, |node| node.info.stats.sync_partial_ok));
    assert_eq!(mine(&lab, Field::PartialSyncs), 1, "the ring holds all that b lacks");
    assert_eq!(mine(&lab, Field::BytesSent), info(&lab, sent));

    let before = mine(&lab, Field::BytesSent);
    // A process that goes on is still the same one.
    lab.act(Action::Pause { node: "a".into() }).expect("it runs");
    lab.act(Action::Resume { node: "a".into() }).expect("it is paused");
    assert_eq!(mine(&lab, Field::BytesSent), before);
    lab.act(crash("a")).expect("it runs");
    lab.act(Action::Restart { node: "a".into() }).expect("it has ended");
    lab.run_for(10_000);
    assert!(info(&lab, sent) < before, "INFO of the new process begins at 0");
    assert!(mine(&lab, Field::BytesSent) >= before, "what was sent stays sent");
    lab.act(Action::RemoveNode { node: "b".into() }).expect("it is there");
    assert!(mine(&lab, Field::BytesSent) >= before);
}

/// Entries are read once, and the totals of an earlier moment do not count later ones.
#[test]
fn totals_that_grew_with_the_world_are_those_read_at_once() {
    let mut lab = two();
    let mut index = Index::default();
    index.extend(&lab);
    let read = |lab: &Lab, totals: &Totals, at: SimTime| -> Vec<[i64; 2]> {
        let found = compare_with_totals([(lab, totals), (lab, totals)], at);
        [Field::FullSyncs, Field::PartialSyncs, Field::BytesSent].map(|field| total(&found, field)).to_vec()
    };
    let (at, before) = (lab.now(), read(&lab, index.totals(), lab.now()));
    // What is done now would happen at `at` too.
    lab.run_for(1);
    for action in [exec("a", "CLIENT KILL TYPE replica"), crash("a"), Action::Restart { node: "a".into() }] {
        lab.act(action).expect("it can be done");
        lab.run_for(3_000_000);
        index.extend(&lab);
        assert_eq!(read(&lab, index.totals(), lab.now()), read(&lab, &Totals::of(&lab), lab.now()));
    }
    assert_ne!(read(&lab, index.totals(), lab.now()), before);
    assert_eq!(read(&lab, index.totals(), at), before);
}
