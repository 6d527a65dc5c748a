//! Nodes that keep an append-only file: what a crash leaves of it, and what a power cut.

use psyncscope_sim::WorldConfig;

use crate::cluster::{Cluster, cluster};

const FILE: &str = "appendonly.aof";

fn restart(nodes: &mut Cluster, node: usize) {
    nodes.world.restart(nodes.ids[node]).expect("it is down");
    nodes.world.run_for(1_000_000);
}

#[test]
fn a_crash_loses_nothing_that_was_answered() {
    let mut nodes = cluster(WorldConfig::default(), &["appendonly yes; appendfsync no"]);
    for i in 0..100 {
        nodes.exec(0, &format!("SET k{i} {i}"));
    }
    nodes.exec(0, "RPUSH list a b c");
    let before = nodes.exec(0, "DEBUG DIGEST");
    nodes.world.crash(nodes.ids[0]).expect("it runs");
    restart(&mut nodes, 0);
    assert_eq!(nodes.exec(0, "DEBUG DIGEST"), before);
    assert_eq!(nodes.exec(0, "SET more 1"), "+OK\r\n");
    assert!(nodes.world.file(nodes.ids[0], FILE).expect("it is there").ends_with(b"$4\r\nmore\r\n$1\r\n1\r\n"));
    assert!(nodes.world.file(nodes.ids[0], "dump.rdb").is_none(), "nothing was saved");
}

#[test]
fn a_power_cut_takes_what_was_not_on_the_disk() {
    for (mode, kept) in [("always", 10), ("everysec", 6), ("no", 0)] {
        let mut nodes = cluster(WorldConfig::default(), &[&format!("appendonly yes; appendfsync {mode}")]);
        for _ in 0..5 {
            nodes.exec(0, "INCR n");
        }
        nodes.world.run_for(2_000_000);
        // The first of them is more than a second after the last fsync, so it is synced with all before it.
        for _ in 0..5 {
            nodes.world.run_for(1000);
            nodes.exec(0, "INCR n");
        }
        nodes.world.power_off(nodes.ids[0]).expect("it is on");
        restart(&mut nodes, 0);
        let expect = if kept == 0 { "$-1\r\n".into() } else { format!("${}\r\n{kept}\r\n", kept.to_string().len()) };
        assert_eq!(nodes.exec(0, "GET n"), expect, "{mode}");
    }
}

#[test]
fn turned_on_in_a_running_node_and_rewritten() {
    let mut nodes = cluster(WorldConfig { disk_bps: 100_000, ..WorldConfig::default() }, &[""]);
    for i in 0..200 {
        nodes.exec(0, &format!("SET k{i} {}", "v".repeat(100)));
    }
    assert_eq!(nodes.exec(0, "CONFIG SET appendonly yes"), "+OK\r\n");
    nodes.exec(0, "SET during 1");
    assert_eq!(nodes.world.file(nodes.ids[0], FILE), Some(&b""[..]), "the child is not finished");
    nodes.wait(10, |nodes| nodes.world.file(nodes.ids[0], FILE).is_some_and(|file| file.starts_with(b"REDIS0009")));
    nodes.exec(0, "SET after 1");
    let before = nodes.exec(0, "DEBUG DIGEST");
    assert_eq!(nodes.exec(0, "DEBUG LOADAOF"), "+OK\r\n");
    assert_eq!(nodes.exec(0, "DEBUG DIGEST"), before);
    assert_eq!(nodes.exec(0, "DBSIZE"), ":202\r\n");
}

#[test]
fn a_replica_keeps_a_file_of_its_own() {
    let run = |record| {
        let config = WorldConfig { record, ..WorldConfig::default() };
        let mut nodes = cluster(config, &["", "appendonly yes; replicaof a 6379"]);
        nodes.exec(0, "SET early 1");
        nodes.wait(10, |nodes| nodes.follows(1));
        nodes.world.run_for(1_000_000);
        nodes.exec(0, "SET late 2 EX 1000");
        nodes.exec(0, "EVAL return(redis.call('incr','n')) 0");
        nodes.world.run_for(1_000_000);
        let before = nodes.exec(0, "DEBUG DIGEST");
        nodes.world.crash(nodes.ids[1]).expect("it runs");
        // Its master is gone when it starts again.
        nodes.world.crash(nodes.ids[0]).expect("it runs");
        restart(&mut nodes, 1);
        assert_eq!(nodes.exec(1, "DEBUG DIGEST"), before);
        nodes.world.digest()
    };
    assert_eq!(run(true), run(false), "recording changes nothing");
}
