//! Which bytes on the wires belong to a replication history.

use std::collections::BTreeMap;

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::{PacketFrame, StreamBytes};

use crate::cluster::{Cluster, cluster};

/// Every packet with bytes from `a`, once, in order.
fn packets(nodes: &Cluster) -> Vec<PacketFrame> {
    let all = nodes.world.frames().iter().flat_map(|frame| frame.packets.to_vec());
    let from_master = all.filter(|packet| packet.from == nodes.ids[0] && !packet.payload.is_empty());
    let unique: BTreeMap<u64, PacketFrame> = from_master.map(|packet| (packet.id, (*packet).clone())).collect();
    unique.into_values().collect()
}

/// The stream bytes of each packet are those that the master's backlog has at these offsets, in the master's history.
#[track_caller]
fn check_bytes(nodes: &Cluster, stream: &[PacketFrame]) {
    let view = nodes.view(0);
    let backlog = &view.backlog.as_ref().expect("there is a backlog").0;
    for packet in stream {
        let StreamBytes { replid, from, to } = packet.stream.expect("it carries the stream");
        let count = (to.0 - from.0 + 1) as usize;
        let held = backlog.tail(from).expect("the backlog holds it");
        assert_eq!(replid, view.replid);
        assert_eq!(packet.payload[packet.payload.len() - count..], held[..count], "bytes {from} to {to}");
    }
}

#[test]
fn the_stream_is_coloured_and_what_leads_to_it_is_not() {
    let mut nodes = cluster(WorldConfig::default(), &["", "replicaof a 6379"]);
    let padding = "x".repeat(50_000);
    for i in 0..10 {
        // Without compression would be longer, but many packets it is.
        nodes.exec(0, &format!("SET k{i} {padding}{i}"));
        nodes.exec(
            0,
            &format!("SET n{i} {}", (0..4000).map(|n| ((n * n * (i + 7)) % 9973).to_string()).collect::<String>()),
        );
    }
    nodes.wait(20, |nodes| nodes.follows(1));
    nodes.world.run_for(2_000_000);
    let before = packets(&nodes).len();
    assert!(before > 50, "the file takes many packets");
    assert!(packets(&nodes).iter().all(|packet| packet.stream.is_none()), "there is no stream yet");
    nodes.exec(0, "SET k 1");
    nodes.world.run_for(1_000_000);
    let stream = &packets(&nodes)[before..];
    assert!(!stream.is_empty());
    check_bytes(&nodes, stream);
}

#[test]
fn a_partial_resync_is_coloured_where_it_carries_the_backlog() {
    let mut nodes = cluster(WorldConfig::default(), &["", "replicaof a 6379"]);
    nodes.wait(20, |nodes| nodes.follows(1));
    nodes.exec(0, "SET k 1");
    nodes.world.run_for(2_000_000);
    let b = nodes.ids[1];
    nodes.world.pause(b).expect("it runs");
    nodes.exec(0, "CLIENT KILL TYPE replica");
    for i in 0..5 {
        nodes.exec(0, &format!("SET k{i} {}", "y".repeat(1000)));
    }
    let before = packets(&nodes).len();
    nodes.world.resume(b).expect("it is paused");
    nodes.wait(20, |nodes| nodes.follows(1));
    nodes.world.run_for(1_000_000);
    let resync = packets(&nodes).split_off(before);
    let from = resync.iter().position(|packet| packet.payload.starts_with(b"+CONTINUE")).expect("a partial resync");
    assert!(resync[..from].iter().all(|packet| packet.stream.is_none()), "the handshake has no colour");
    // The first packet of the answer carries its line too, which is no part of the stream.
    let first = resync[from].stream.expect("the backlog has");
    assert!(resync[from].payload.len() as i64 > first.to.0 - first.from.0 + 1);
    check_bytes(&nodes, &resync[from..]);
}
