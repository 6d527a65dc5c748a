//! Which bytes of a history the entries of a timeline are about.

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::index::Index;
use psyncscope_lab::sim::frame::{StreamBytes, What};
use psyncscope_lab::stream_bytes::of_entry;
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec};

const S: u64 = 1_000_000;

fn run() -> (Lab, Index) {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: lines.iter().map(|&line| line.to_owned()).collect(),
    };
    let lines = ["repl-timeout 4", "repl-ping-replica-period 2"];
    let nodes = vec![node("a", &lines), node("b", &[&lines[..], &["replicaof a 6379"]].concat())];
    let mut lab = Lab::new(LabConfig { seed: 5, nodes, ..LabConfig::default() }).expect("good");
    lab.run_for(3 * S);
    let cut = |heal: bool| {
        let (from, to) = ("a".to_owned(), "b".to_owned());
        if heal { Action::Heal { from, to, one_way: false } } else { Action::Cut { from, to, one_way: false } }
    };
    for (action, then) in [
        (exec("a", "SET k one"), S),
        (cut(false), 5 * S),
        (exec("a", "SET k two"), S),
        (cut(true), 5 * S),
        (exec("b", "REPLICAOF NO ONE"), S),
        (exec("b", "GET k"), S),
    ] {
        lab.act(action).expect("the action is taken");
        lab.run_for(then);
    }
    let mut index = Index::default();
    index.extend(&lab);
    (lab, index)
}

fn exec(node: &str, command: &str) -> Action {
    Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() }
}

/// The bytes of the last entry of a node that fits.
#[track_caller]
fn last(lab: &Lab, index: &Index, node: &str, fits: impl Fn(&What) -> bool) -> Option<StreamBytes> {
    let host = lab.host(node);
    let found = lab.timeline().iter().rposition(|entry| entry.host == host && fits(&entry.what));
    of_entry(lab, index, found.expect("there is such an entry"))
}

fn logged(what: &What, begins: &str) -> bool {
    matches!(what, What::Node(Event::Log { text, .. }) if text.starts_with(begins))
}

fn typed(what: &What, command: &str) -> bool {
    matches!(what, What::ConsoleSent { argv, .. } if argv.join(&b" "[..]) == command.as_bytes())
}

#[test]
fn entries_are_about_the_bytes_that_the_engine_reported() {
    let (lab, index) = run();
    let of = |node, fits: &dyn Fn(&What) -> bool| last(&lab, &index, node, fits);
    // *3 $3 SET $1 k $3 two, each with its line end.
    let two = of("a", &|what| typed(what, "SET k two")).expect("it went into the stream");
    assert_eq!(two.count(), 29);
    let one = of("a", &|what| typed(what, "SET k one")).expect("it went into the stream");
    assert!(one.to <= two.from.had(), "{one:?}, {two:?}");
    assert_eq!(one.replid, two.replid);
    assert_eq!(of("b", &|what| typed(what, "GET k")), None, "it changed nothing");
    let executed = of("a", &|what| matches!(what, What::Node(Event::Command { argv, .. }) if argv[0] == b"SET"));
    assert_eq!(executed, Some(two));

    // The reconnection: b asks for a byte, a grants what it misses, and both lines of the log are about that.
    let asked = of("b", &|what| logged(what, "Trying a partial")).expect("it names a byte");
    assert_eq!(asked.count(), 1);
    let granted = of("a", &|what| logged(what, "Partial resynchronization request")).expect("it names bytes");
    assert_eq!((granted.replid, granted.from), (asked.replid, asked.from));
    assert!(granted.from <= two.from && two.to <= granted.to);
    assert_eq!(of("a", &|what| matches!(what, What::Node(Event::Verdict { .. }))), Some(granted));
    assert_eq!(of("a", &|what| matches!(what, What::Node(Event::PsyncReplied { .. }))), Some(granted));
    assert_eq!(of("b", &|what| matches!(what, What::Node(Event::Outcome(_)))), Some(asked));
    assert_eq!(of("b", &|what| logged(what, "Successful partial")), Some(asked));

    // The promotion: the first byte of the new history.
    let acked = of("a", &|what| matches!(what, What::Node(Event::Acked { .. }))).expect("b has bytes");
    let second = of("b", &|what| logged(what, "Setting secondary")).expect("it names a byte");
    assert_ne!(second.replid, acked.replid);
    assert!(second.from > acked.from);
    assert_eq!(of("b", &|what| logged(what, "MASTER MODE")), None);
}
