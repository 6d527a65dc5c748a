//! From anything back to the action or the timer that began it, and forward.

use std::sync::Arc;

use psyncscope_lab::causes::Cause;
use psyncscope_lab::engine::event::{Event, FeedKind};
use psyncscope_lab::sim::Began;
use psyncscope_lab::sim::frame::{PacketFrame, SimTime, What};
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec};

const S: u64 = 1_000_000;

fn world() -> Lab {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: lines.iter().map(|&line| line.to_owned()).collect(),
    };
    let nodes = vec![node("a", &[]), node("b", &["replicaof a 6379"]), node("c", &["replicaof b 6379"])];
    let mut lab = Lab::new(LabConfig { seed: 5, nodes, ..LabConfig::default() }).expect("good");
    lab.run_for(5 * S);
    lab
}

fn exec(lab: &mut Lab, node: &str, command: &str) {
    let action = Action::Exec { node: node.to_owned(), console: 0, command: command.to_owned() };
    lab.act(action).expect("the action is taken");
}

/// The last entry of a node that fits.
#[track_caller]
fn last(lab: &Lab, node: &str, fits: impl Fn(&What) -> bool) -> usize {
    let host = lab.host(node);
    let found = lab.timeline().iter().rposition(|entry| entry.host == host && fits(&entry.what));
    found.expect("there is such an entry")
}

fn is_set(what: &What) -> bool {
    matches!(what, What::Node(Event::Command { argv, .. }) if argv[0].eq_ignore_ascii_case(b"set"))
}

#[test]
fn a_packet_names_the_turn_that_sent_it() {
    let mut lab = world();
    exec(&mut lab, "a", "SET k v");
    let typed = lab.timeline().iter().rposition(|entry| matches!(entry.what, What::ConsoleSent { .. }));
    let frame = lab.frame_at(lab.now());
    let carries = |packet: &&Arc<PacketFrame>| packet.label.contains("SET k v");
    let packet = frame.packets.iter().find(carries).expect("it is under way to b");
    assert_eq!((Some(packet.from), Some(packet.to)), (lab.host("a"), lab.host("b")));
    let chain = lab.causes_of_turn(packet.by);
    assert_eq!(began(&chain), [Began::Received, Began::Action]);
    assert!(is_set(&lab.timeline()[chain[0].entry.expect("a executed it")].what));
    assert_eq!(chain[1].entry, typed);
    // Recorded, not remembered: a frame of the past says the same.
    lab.run_for(S);
    assert!(lab.effects_of_turn(packet.by).iter().any(|effect| effect.host == lab.host("b")));
    let again = lab.frame_at(frame.at);
    assert_eq!(again.packets.iter().find(carries).map(|packet| packet.by), Some(packet.by));
}

#[test]
fn every_packet_has_a_cause() {
    let lab = world();
    let mut seen = 0;
    for entry in lab.timeline() {
        for packet in lab.frame_at(entry.at).packets.iter() {
            let chain = lab.causes_of_turn(packet.by);
            let last = chain.last().expect("somebody sent it");
            assert!(matches!(last.began, Began::Action | Began::Timer | Began::Kernel), "{packet:?}: {chain:?}");
            assert!(chain[0].at <= packet.sent);
            seen += 1;
        }
    }
    assert!(seen > 0);
}

fn began(chain: &[Cause]) -> Vec<Began> {
    chain.iter().map(|cause| cause.began).collect()
}

#[test]
fn a_write_goes_back_along_the_chain_to_what_the_user_typed() {
    let mut lab = world();
    exec(&mut lab, "a", "PING");
    exec(&mut lab, "a", "SET k v");
    let typed = lab.timeline().len();
    lab.run_for(S / 2);
    let applied = last(&lab, "c", is_set);
    let chain = lab.causes(applied);
    assert_eq!(began(&chain), [Began::Received, Began::Received, Began::Received, Began::Action]);
    let hosts: Vec<_> = chain.iter().map(|cause| cause.host).collect();
    assert_eq!(hosts, [lab.host("c"), lab.host("b"), lab.host("a"), lab.host("a")]);
    assert_eq!(chain[3].action, Some(1), "the second action");
    assert_eq!(chain[0].entry, Some(applied));
    assert!(is_set(&lab.timeline()[chain[1].entry.expect("b executed it")].what));
    let sent = chain[3].entry.expect("the user typed");
    assert!(sent < typed && matches!(&lab.timeline()[sent].what, What::ConsoleSent { argv, .. } if argv[0] == b"SET"));

    // Forward: a executes it; b and nobody else reads what a sent.
    let executed = lab.effects(sent);
    assert_eq!(executed.len(), 1);
    assert_eq!(executed[0], chain[2]);
    let forwarded = lab.effects(chain[2].entry.expect("a executed it"));
    assert!(forwarded.contains(&Cause { entry: forwarded[0].entry, ..chain[1] }));
}

#[test]
fn a_ping_goes_back_to_the_timer() {
    let mut lab = world();
    lab.run_for(15 * S);
    let ping = last(&lab, "a", |what| matches!(what, What::Node(Event::Fed { kind: FeedKind::Ping, .. })));
    assert_eq!(began(&lab.causes(ping)), [Began::Timer]);
    let at_c = last(&lab, "c", |what| matches!(what, What::Node(Event::Fed { .. })));
    assert_eq!(began(&lab.causes(at_c)), [Began::Received, Began::Received, Began::Timer]);
}

#[test]
fn a_save_ends_because_it_was_asked_for() {
    let mut lab = world();
    exec(&mut lab, "a", "BGSAVE");
    lab.run_for(2 * S);
    let ended = last(&lab, "a", |what| matches!(what, What::Node(Event::SaveEnded { .. })));
    // serverCron reaps the child.
    let chain = lab.causes(ended);
    assert_eq!(chain.last().map(|cause| cause.began), Some(Began::Timer), "{chain:?}");
    let handshake = last(&lab, "b", |what| matches!(what, What::Node(Event::HandshakeSent { .. })));
    let chain = began(&lab.causes(handshake));
    assert!(chain.len() > 4 && chain.last() == Some(&Began::Timer), "{chain:?}");
}

#[test]
fn a_link_ends_because_its_master_was_killed() {
    let mut lab = world();
    lab.act(Action::Crash { node: "a".to_owned() }).expect("it runs");
    lab.run_for(S);
    let closed = last(&lab, "b", |what| matches!(what, What::TcpClosed { .. }));
    let chain = lab.causes(closed);
    assert_eq!(began(&chain), [Began::Closed, Began::Action]);
    assert_eq!(chain[1].action, Some(0));
}

/// Each chain goes back in time to an action or a timer.
#[track_caller]
fn check_chains(lab: &Lab) {
    for entry in 0..lab.timeline().len() {
        let chain = lab.causes(entry);
        let last = chain.last().expect("each entry has a turn");
        let root = matches!(last.began, Began::Action | Began::Timer | Began::Kernel);
        assert!(root, "entry {entry} {:?}: {chain:?}", lab.timeline()[entry]);
        assert!(chain.windows(2).all(|pair| pair[1].turn < pair[0].turn && pair[1].at <= pair[0].at));
        assert_eq!(chain[0].at, lab.timeline()[entry].at);
    }
}

#[test]
fn every_chain_ends_at_an_action_or_a_timer_and_goes_back_in_time() {
    let mut lab = world();
    lab.act(Action::Cut { from: "a".to_owned(), to: "b".to_owned(), one_way: false }).expect("there is a wire");
    exec(&mut lab, "a", "SET k v");
    lab.run_for(3 * S);
    lab.act(Action::Heal { from: "a".to_owned(), to: "b".to_owned(), one_way: false }).expect("there is a wire");
    lab.run_for(70 * S);
    lab.act(Action::PowerOff { node: "a".to_owned() }).expect("it runs");
    lab.run_for(S);
    lab.act(Action::Restart { node: "a".to_owned() }).expect("it is off");
    lab.run_for(10 * S);
    lab.act(Action::RemoveNode { node: "a".to_owned() }).expect("it is there");
    lab.run_for(70 * S);
    check_chains(&lab);
}

#[test]
fn a_link_is_reset_because_its_master_lost_power() {
    let mut lab = world();
    lab.act(Action::PowerOff { node: "a".to_owned() }).expect("it runs");
    lab.act(Action::Restart { node: "a".to_owned() }).expect("it is off");
    lab.run_for(5 * S);
    let reset = last(&lab, "b", |what| matches!(what, What::TcpClosed { how: "RST", .. }));
    let chain = lab.causes(reset);
    assert_eq!(began(&chain), [Began::Closed, Began::Action]);
    assert_eq!(chain[1].action, Some(0), "the power cut");
}

#[test]
fn a_connect_to_a_removed_master_fails_because_a_timer_tried_it() {
    let mut lab = world();
    lab.act(Action::RemoveNode { node: "a".to_owned() }).expect("it is there");
    lab.run_for(70 * S);
    let failed =
        last(&lab, "b", |what| matches!(what, What::Node(Event::Log { text, .. }) if text.contains("condition")));
    assert_eq!(began(&lab.causes(failed)), [Began::ConnectFailed, Began::Timer]);
}

#[test]
fn a_file_sent_over_a_slow_wire_goes_back_to_the_acks_that_made_room() {
    let mut lab = world();
    exec(&mut lab, "a", &format!("SET k {}", "x".repeat(30_000)));
    for command in ["APPEND k 1", "DEBUG POPULATE 20000"] {
        exec(&mut lab, "a", command);
    }
    let slow = psyncscope_lab::sim::frame::WireSettings { bandwidth_bps: 2_000_000, ..Default::default() };
    lab.act(Action::SetWire { from: "a".to_owned(), to: "b".to_owned(), one_way: false, settings: slow })
        .expect("good");
    exec(&mut lab, "b", "REPLICAOF NO ONE");
    exec(&mut lab, "a", "CONFIG SET repl-backlog-size 1");
    exec(&mut lab, "a", "SET k 1");
    exec(&mut lab, "b", "REPLICAOF a 6379");
    lab.run_for(40 * S);
    check_chains(&lab);
    let writable = lab.timeline().iter().enumerate().map(|(place, _)| lab.causes(place));
    let writable: Vec<_> = writable.filter(|chain| chain[0].began == Began::Writable).collect();
    assert!(!writable.is_empty());
}

#[test]
fn a_branch_has_the_same_causes() {
    let mut lab = world();
    exec(&mut lab, "a", "SET k v");
    lab.run_for(2 * S);
    let mut branch = lab.fork_at(SimTime(3 * S)).expect("in the past");
    exec(&mut branch, "c", "GET k");
    let mut fresh = Lab::new(lab.config().clone()).expect("good");
    fresh.run_until(SimTime(3 * S));
    exec(&mut fresh, "c", "GET k");
    for lab in [&mut branch, &mut fresh] {
        lab.run_for(3 * S);
    }
    assert_eq!(branch.timeline().len(), fresh.timeline().len());
    for entry in 0..branch.timeline().len() {
        assert_eq!(branch.causes(entry), fresh.causes(entry));
    }
}
