//! Which bytes on the wires belong to a replication history.

use std::collections::BTreeMap;

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::PacketFrame;

use crate::cluster::{Cluster, cluster};

/// Every packet with bytes from `a`, once, in order.
fn packets(nodes: &Cluster) -> Vec<PacketFrame> {
    let all = nodes.world.frames().iter().flat_map(|frame| frame.packets.to_vec());
    let from_master = all.filter(|packet| packet.from == nodes.ids[0] && !packet.payload.is_empty());
    let unique: BTreeMap<u64, PacketFrame> = from_master.map(|packet| (packet.id, (*packet).clone())).collect();
    unique.into_values().collect()
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
    assert!(packets(&nodes).iter().all(|packet| packet.replid.is_none()), "there is no stream yet");
    nodes.exec(0, "SET k 1");
    nodes.world.run_for(1_000_000);
    let history = nodes.view(0).replid;
    let stream = &packets(&nodes)[before..];
    assert!(!stream.is_empty() && stream.iter().all(|packet| packet.replid == Some(history)));
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
    let (history, resync) = (nodes.view(0).replid, packets(&nodes).split_off(before));
    let from = resync.iter().position(|packet| packet.payload.starts_with(b"+CONTINUE")).expect("a partial resync");
    assert!(resync[..from].iter().all(|packet| packet.replid.is_none()), "the handshake has no colour");
    assert!(resync[from..].iter().all(|packet| packet.replid == Some(history)), "the backlog has");
}
