//! What the network and the hosts do to replication.

use psyncscope_sim::frame::{HostId, Power, What, WireSettings};
use psyncscope_sim::{Captured, Flow, Side, WorldConfig};

use crate::cluster::{Cluster, cluster};

fn pair(config: WorldConfig) -> Cluster {
    let mut pair = cluster(config, &["repl-ping-replica-period 1; repl-timeout 5", "replicaof a 6379; repl-timeout 5"]);
    pair.exec(0, "SET early 1");
    pair.wait(10, |pair| pair.follows(1));
    pair
}

fn ends(pair: &Cluster) -> (HostId, HostId) {
    (pair.ids[0], pair.ids[1])
}

#[test]
fn a_replica_syncs_and_follows() {
    let mut pair = pair(WorldConfig::default());
    pair.exec(0, "SET late 2");
    pair.world.run_for(1000);
    assert_eq!(pair.exec(1, "GET early"), "$1\r\n1\r\n");
    assert_eq!(pair.exec(1, "GET late"), "$1\r\n2\r\n");
}

#[test]
fn a_chain_over_wires_that_lose_every_tenth_packet() {
    for seed in 0..5 {
        let wire = WireSettings { loss: 0.1, duplicate: 0.1, reorder: 0.1, ..WireSettings::default() };
        let mut chain = cluster(
            WorldConfig { seed, wire, ..WorldConfig::default() },
            &["", "replicaof a 6379", "replicaof b 6379"],
        );
        chain.exec(0, "SET early 1");
        chain.wait(300, |chain| chain.follows(1) && chain.follows(2));
        for i in 0..50 {
            chain.exec(0, &format!("SET k{i} {i}"));
        }
        let end = chain.view(0).master_repl_offset;
        chain.wait(300, |chain| chain.view(2).master_repl_offset >= end);
        assert_eq!(chain.exec(2, "GET k49"), "$2\r\n49\r\n");
    }
}

#[test]
fn a_short_cut_needs_no_resync() {
    let mut pair = pair(WorldConfig::default());
    let (a, b) = ends(&pair);
    pair.world.cut_both(a, b).expect("two hosts");
    pair.exec(0, "SET k 1");
    pair.world.run_for(2_000_000);
    pair.world.heal_both(a, b).expect("two hosts");
    pair.world.run_for(5_000_000);
    assert_eq!(pair.exec(1, "GET k"), "$1\r\n1\r\n");
    assert_eq!(pair.stat(0, "sync_full") + pair.stat(0, "sync_partial_ok"), 1, "TCP recovered without a resync");
}

#[test]
fn a_long_cut_ends_in_a_partial_resync() {
    let mut pair = pair(WorldConfig::default());
    let (a, b) = ends(&pair);
    pair.world.cut_both(a, b).expect("two hosts");
    pair.exec(0, "SET k 1");
    pair.world.run_for(20_000_000);
    assert!(!pair.follows(1));
    pair.world.heal_both(a, b).expect("two hosts");
    pair.wait(30, |pair| pair.follows(1));
    assert_eq!(pair.exec(1, "GET k"), "$1\r\n1\r\n");
    assert_eq!((pair.stat(0, "sync_full"), pair.stat(0, "sync_partial_ok")), (1, 1));
}

#[test]
fn a_replica_that_crashes_reads_its_file_and_comes_back() {
    let mut pair = pair(WorldConfig::default());
    let b = pair.ids[1];
    pair.world.crash(b).expect("it runs");
    pair.exec(0, "SET k 1");
    pair.world.run_for(1_000_000);
    pair.world.restart(b).expect("it is stopped");
    assert_eq!(pair.exec(1, "GET early"), "$1\r\n1\r\n", "the file of the full sync was on the disk");
    pair.wait(30, |pair| pair.follows(1));
    assert_eq!(pair.exec(1, "GET k"), "$1\r\n1\r\n");
}

#[test]
fn a_replica_that_restarts_itself_continues() {
    let mut pair = pair(WorldConfig::default());
    let words = ["CONFIG", "SET", "save", "900 1"];
    pair.world.console_send(pair.ids[1], 0, &words).expect("the process lives");
    assert_eq!(pair.exec(1, "DEBUG RESTART 500"), "");
    assert!(pair.world.node(pair.ids[1]).is_none(), "it is gone for half a second");
    pair.exec(0, "SET k 1");
    pair.wait(30, |pair| pair.world.node(pair.ids[1]).is_some() && pair.follows(1));
    assert_eq!(pair.exec(1, "GET k"), "$1\r\n1\r\n");
    assert_eq!((pair.stat(0, "sync_full"), pair.stat(0, "sync_partial_ok")), (1, 1));
}

#[test]
fn a_node_crashed_by_debug_segfault_can_be_started_again() {
    let mut pair = pair(WorldConfig::default());
    let (a, b) = ends(&pair);
    pair.exec(0, "SAVE");
    pair.exec(0, "SET lost 1");
    pair.world.run_for(1_000_000);
    let seen = pair.world.timeline().len();
    let at = pair.world.now();
    assert_eq!(pair.exec(0, "DEBUG SEGFAULT"), "", "no reply");
    assert_eq!(pair.world.power(a), Some(Power::Stopped));
    assert!(pair.world.node(a).is_none());
    pair.world.run_for(10_000);
    let since: Vec<_> = pair.world.timeline()[seen..].iter().map(|e| (e.host, e.at.0 - at.0, &e.what)).collect();
    let stopped = |&&(host, _, what): &&(_, _, &What)| host == Some(a) && *what == What::Power(Power::Stopped);
    assert_eq!(since.iter().filter(stopped).map(|entry| entry.1).collect::<Vec<_>>(), [0], "{since:?}");
    let console = (Some(a), 0, &What::ConsoleClosed { console: 0 });
    assert!(since.contains(&console), "{since:?}");
    let latency_us = WireSettings::default().latency_us;
    let closed = |(host, after, what): &(_, _, &What)| match what {
        What::TcpClosed { how, .. } if *host == Some(b) => Some((*after, *how)),
        _ => None,
    };
    assert_eq!(since.iter().filter_map(closed).collect::<Vec<_>>(), [(latency_us, "EOF")], "{since:?}");
    assert!(!pair.follows(1), "its replica has noticed");
    pair.world.restart(a).expect("it is stopped");
    pair.wait(30, |pair| pair.follows(1));
    assert_eq!(pair.exec(0, "GET early"), "$1\r\n1\r\n");
    assert_eq!(pair.exec(0, "GET lost"), "$-1\r\n", "nothing was saved at the crash");
}

#[test]
fn power_comes_and_goes() {
    let mut pair = pair(WorldConfig::default());
    let (a, _) = ends(&pair);
    pair.exec(0, "SAVE");
    pair.world.power_off(a).expect("it is on");
    pair.wait(10, |pair| !pair.follows(1));
    pair.world.restart(a).expect("it is off");
    pair.wait(30, |pair| pair.follows(1));
    assert_eq!(pair.exec(1, "GET early"), "$1\r\n1\r\n");
}

#[test]
fn a_paused_master_loses_its_replica_for_a_while() {
    let mut pair = pair(WorldConfig::default());
    let (a, _) = ends(&pair);
    pair.world.pause(a).expect("it runs");
    pair.wait(10, |pair| !pair.follows(1));
    pair.world.run_for(10_000_000);
    pair.world.resume(a).expect("it is paused");
    pair.wait(10, |pair| pair.follows(1));
    assert_eq!(pair.stat(0, "sync_full"), 1);
}

#[test]
fn sleep_shutdown_and_sigterm() {
    let mut pair = pair(WorldConfig::default());
    assert_eq!(pair.exec(0, "DEBUG SLEEP 2"), "", "the reply comes after the sleep");
    let at = pair.world.now();
    assert_eq!(pair.exec(0, "PING"), "", "it sleeps");
    pair.world.run_for(1_999_999);
    assert_eq!(pair.world.console_output(pair.ids[0], 0), b"");
    pair.world.run_for(1);
    assert_eq!(pair.world.console_output(pair.ids[0], 0), b"+OK\r\n+PONG\r\n");
    assert_eq!(pair.world.now().0, at.0 + 2_000_000);
    pair.exec(0, "SHUTDOWN");
    assert!(pair.world.node(pair.ids[0]).is_none());
    pair.world.terminate(pair.ids[1]).expect("it runs");
    pair.world.run_for(1_000_000);
    assert!(pair.world.node(pair.ids[1]).is_none());
}

#[test]
fn a_big_dataset_takes_the_disk_and_the_wire_their_time() {
    let wire = WireSettings { bandwidth_bps: 8_000_000, ..WireSettings::default() };
    let config = WorldConfig { disk_bps: 1_000_000, wire, ..WorldConfig::default() };
    let mut pair = cluster(config, &["", "", "rdbcompression no"]);
    for i in 0..200 {
        pair.exec(0, &format!("SET k{i} {}", format!("{i}").repeat(2000)));
    }
    let at = pair.world.now().0;
    pair.exec(1, "REPLICAOF a 6379");
    pair.wait(60, |pair| pair.follows(1));
    let took = pair.world.now().0 - at;
    assert!(took > 1_000_000, "about a megabyte at a megabyte a second, and more on the wire: {took} us");
    assert_eq!(pair.exec(1, "DBSIZE"), ":200\r\n");
}

#[test]
fn replication_through_a_forwarder_as_in_recordings() {
    let config = WorldConfig { capture: true, ..WorldConfig::default() };
    let mut pair = cluster(config, &["port 17001", "port 17002; replicaof 127.0.0.1 17011"]);
    pair.world.add_forward("B>A", "127.0.0.1", 17011, pair.ids[0], 17001).expect("a new forwarder");
    pair.wait(10, |pair| pair.follows(1));
    assert!(pair.exec(0, "INFO replication").contains("slave0:ip=127.0.0.1,port=17002,state=online"));
    pair.world.refuse_forward("B>A", true).expect("it is there");
    pair.world.cut_forward("B>A").expect("it is there");
    pair.world.run_for(2_500_000);
    assert!(!pair.follows(1));
    pair.exec(0, "SET k 1");
    pair.world.refuse_forward("B>A", false).expect("it is there");
    pair.wait(5, |pair| pair.follows(1));
    let sent = |nth: u32, flow: Flow| -> Vec<u8> {
        let wanted = |c: &&Captured| (c.nth, c.flow, c.side) == (nth, flow, Side::Received);
        pair.world.captured().iter().filter(wanted).flat_map(|c| c.bytes.clone()).collect()
    };
    for nth in [1, 2] {
        assert!(sent(nth, Flow::Up).starts_with(b"*1\r\n$4\r\nPING\r\n"), "each connection has its own stream");
        assert!(sent(nth, Flow::Down).starts_with(b"+PONG\r\n+OK\r\n+OK\r\n"));
    }
    let second = sent(2, Flow::Down);
    assert!(
        second.windows(9).any(|window| window == b"+CONTINUE") && second.ends_with(b"SET\r\n$1\r\nk\r\n$1\r\n1\r\n")
    );
}
