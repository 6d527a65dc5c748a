//! Frames of real nodes.

use std::sync::Arc;

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::{SimTime, What};

use crate::cluster::{Cluster, cluster};

#[test]
fn a_view_in_a_frame_is_the_node_at_that_moment() {
    let mut nodes = cluster(WorldConfig::default(), &["", "replicaof a 6379"]);
    nodes.wait(20, |nodes| nodes.follows(1));
    nodes.exec(0, "SET k 1");
    nodes.world.run_for(1_000_000);
    let frame = nodes.world.last_frame().expect("it is recorded");
    for (node, host) in frame.hosts.iter().enumerate() {
        let (drawn, now) = (host.node.as_ref().expect("it lives"), nodes.view(node));
        assert_eq!(drawn.master_repl_offset, now.master_repl_offset);
        assert_eq!(drawn.replid, now.replid);
        assert_eq!(drawn.keyspace, now.keyspace);
        assert_eq!(drawn.upstream, now.upstream);
    }
}

#[test]
fn parts_of_a_view_that_did_not_change_are_shared() {
    let mut nodes = cluster(WorldConfig::default(), &["", "replicaof a 6379"]);
    nodes.wait(20, |nodes| nodes.follows(1));
    nodes.exec(0, "SET k 1");
    nodes.world.run_for(1_000_000);
    let view =
        |nodes: &Cluster| nodes.world.last_frame().expect("it is recorded").hosts[0].node.clone().expect("it lives");
    let before = view(&nodes);
    nodes.world.run_for(5_000_000);
    let after = view(&nodes);
    assert_ne!(before.info.now_s, after.info.now_s);
    assert!(Arc::ptr_eq(&before.keyspace, &after.keyspace));
}

#[test]
fn idle_nodes_make_one_frame_a_second() {
    let mut nodes = cluster(WorldConfig::default(), &[""]);
    nodes.world.run_for(10_000_000);
    let before = nodes.world.frames().len();
    nodes.world.run_for(60_000_000);
    let frames = nodes.world.frames().len() - before;
    assert!(frames <= 61, "{frames} frames in a minute");
}

#[test]
fn a_process_that_ended_is_drawn_as_it_was() {
    let mut nodes = cluster(WorldConfig::default(), &[""]);
    nodes.exec(0, "SET k 1");
    nodes.world.crash(nodes.ids[0]).expect("it runs");
    let host = &nodes.world.last_frame().expect("it is recorded").hosts[0];
    assert_eq!(host.node.as_ref().expect("its last view").keyspace.len(), 1);
    assert!(host.conns.is_empty());
}

#[test]
fn the_child_is_drawn_while_it_works() {
    let config = WorldConfig { fork_us: 700_000, ..WorldConfig::default() };
    let mut nodes = cluster(config, &[""]);
    nodes.exec(0, "SET k 1");
    let at = nodes.world.now();
    nodes.exec(0, "BGSAVE");
    let host = Arc::clone(&nodes.world.last_frame().expect("it is recorded").hosts[0]);
    let (started, ends) = host.child.expect("a child works");
    assert_eq!(started, at);
    assert!(ends.0 >= at.0 + 700_000 && host.dump_bytes.is_none());
    nodes.world.run_for(1_000_000);
    let host = &nodes.world.last_frame().expect("it is recorded").hosts[0];
    assert!(host.child.is_none() && host.dump_bytes.is_some());
    assert!(
        nodes.world.timeline().iter().any(|entry| matches!(
            entry.what,
            What::Node(psyncscope_engine::event::Event::SaveEnded { result: Ok(_) })
        ))
    );
}

/// All that is shown, as text.
fn text(data: &impl serde::Serialize) -> String {
    serde_json::to_string(data).expect("plain data")
}

/// The frames that were the newest at some time, as they were shown then.
#[derive(Default)]
struct Seen(Vec<(u64, String)>);

impl Seen {
    fn look(&mut self, nodes: &Cluster) {
        let frame = nodes.world.last_frame().expect("it is recorded");
        if self.0.last().is_none_or(|(seq, _)| *seq != frame.seq) {
            self.0.push((frame.seq, text(&frame)));
        }
    }

    fn run_for(&mut self, nodes: &mut Cluster, us: u64) {
        let until = nodes.world.now().0 + us;
        while nodes.world.next_event_at().is_some_and(|at| at.0 <= until) {
            nodes.world.step();
            self.look(nodes);
        }
        nodes.world.run_until(SimTime(until));
    }
}

/// A run in which everything that frames show comes and goes.
fn eventful() -> (Cluster, Seen) {
    let mut nodes =
        cluster(WorldConfig::default(), &["repl-timeout 5", "replicaof a 6379; repl-timeout 5", "replicaof b 6379"]);
    let mut seen = Seen::default();
    let ids = nodes.ids.clone();
    let second = 1_000_000;
    seen.run_for(&mut nodes, 6 * second);
    for command in ["SET k 1", "EXPIRE k 2", "CONFIG SET repl-backlog-size 32768", "LPUSH l a b c", "BGSAVE"] {
        nodes.exec(0, command);
        seen.look(&nodes);
        seen.run_for(&mut nodes, second);
    }
    nodes.world.cut(ids[0], ids[1]).expect("two hosts");
    nodes.exec(0, "SET k 2");
    seen.run_for(&mut nodes, 12 * second);
    nodes.world.heal(ids[0], ids[1]).expect("two hosts");
    seen.run_for(&mut nodes, 10 * second);
    nodes.world.crash(ids[1]).expect("it runs");
    seen.run_for(&mut nodes, 3 * second);
    nodes.world.restart(ids[1]).expect("it is stopped");
    seen.run_for(&mut nodes, 8 * second);
    nodes.world.remove_host(ids[2]).expect("it is there");
    seen.look(&nodes);
    nodes.exec(1, "REPLICAOF NO ONE");
    for i in 0..40 {
        nodes.exec(0, &format!("SET key:{i} {}", "v".repeat(i)));
        seen.run_for(&mut nodes, second / 10);
    }
    (nodes, seen)
}

#[test]
fn a_frame_of_the_past_is_what_was_shown_at_its_time() {
    let (nodes, Seen(seen)) = eventful();
    let frames = nodes.world.frames();
    assert!(seen.len() > 500, "{} frames", seen.len());
    let check = |(seq, shown): &(u64, String)| {
        let frame = frames.get(frames.index(*seq).expect("it is kept")).expect("it is kept");
        assert!(text(&frame) == *shown, "frame {seq} is shown as another than it was");
    };
    seen.iter().for_each(check);
    seen.iter().rev().step_by(7).for_each(check);
    seen.iter().skip(3).step_by(11).for_each(check);
}

#[test]
fn a_node_in_a_frame_is_all_that_a_view_shows() {
    let (mut nodes, _) = eventful();
    nodes.exec(0, "SET k last");
    let frame = nodes.world.last_frame().expect("it is recorded");
    let drawn = frame.hosts[0].node.as_ref().expect("it lives");
    assert_eq!(text(&**drawn), text(&nodes.view(0)));
    assert_eq!(drawn.info, nodes.view(0).info);
}

#[test]
fn frames_are_found_by_time_and_by_entries() {
    let (nodes, _) = eventful();
    let frames = nodes.world.frames();
    let all: Vec<_> = frames.iter().map(|frame| (frame.at, frame.entries)).collect();
    for (index, (at, entries)) in all.iter().enumerate().step_by(13) {
        assert_eq!(frames.at(index), Some(*at));
        assert_eq!(frames.until(*at), all.partition_point(|(time, _)| time <= at));
        assert_eq!(frames.before(*at), all.partition_point(|(time, _)| time < at));
        assert_eq!(frames.with_entries(*entries), all.partition_point(|(_, count)| count <= entries));
    }
    let changes = |index: usize| {
        let ids = |index| -> Vec<u64> {
            frames.get(index).expect("it is kept").packets.iter().map(|packet| packet.id).collect()
        };
        ids(index) != ids(index - 1)
    };
    assert!((1..200).all(|index| frames.packet_changes(index).any == changes(index)));
}
