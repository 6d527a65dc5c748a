//! Frames of real nodes.

use std::sync::Arc;

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::What;

use crate::cluster::cluster;

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
    let view = |nodes: &crate::cluster::Cluster| {
        nodes.world.last_frame().expect("it is recorded").hosts[0].node.clone().expect("it lives")
    };
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
