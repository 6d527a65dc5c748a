//! MIGRATE between virtual nodes, and the network between them.

use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::WireSettings;

use crate::cluster::{Cluster, cluster};

/// `a` with a replica `c`, and `b`.
fn nodes() -> Cluster {
    let mut nodes = cluster(WorldConfig::default(), &["", "", "replicaof a 6379"]);
    nodes.wait(10, |nodes| nodes.follows(2));
    nodes
}

/// What a node's console received since its last reply.
fn reply(nodes: &mut Cluster, node: usize) -> String {
    String::from_utf8_lossy(&nodes.world.take_console_output(nodes.ids[node], 0)).into_owned()
}

#[test]
fn a_key_moves_to_another_node() {
    let mut nodes = nodes();
    nodes.exec(0, "XADD x 1-1 f v");
    assert_eq!(nodes.exec(0, "MIGRATE b 6379 x 0 1000"), "");
    // The wire has half a millisecond: three for the handshake's SYN and its answer and for the query, one for the reply.
    nodes.world.run_for(1999);
    assert_eq!(reply(&mut nodes, 0), "");
    nodes.world.run_for(200);
    assert_eq!(reply(&mut nodes, 0), "+OK\r\n");
    assert_eq!(nodes.exec(1, "XLEN x"), ":1\r\n");
    nodes.world.run_for(10_000);
    for node in [0, 2] {
        assert_eq!(nodes.exec(node, "EXISTS x"), ":0\r\n");
    }
    // The connection is used again, and closed after ten seconds.
    nodes.exec(0, "SET y 1");
    nodes.exec(0, "MIGRATE b 6379 y 0 1000");
    nodes.world.run_for(1999);
    assert_eq!(reply(&mut nodes, 0), "+OK\r\n");
    assert_eq!(nodes.stat(0, "migrate_cached_sockets"), 1);
    nodes.world.run_for(13_000_000);
    assert_eq!(nodes.stat(0, "migrate_cached_sockets"), 0);
}

#[test]
fn everybody_waits_for_a_target_that_is_cut_off() {
    let mut nodes = nodes();
    let (a, b) = (nodes.ids[0], nodes.ids[1]);
    nodes.exec(0, "SET k 1");
    // The query arrives, its reply does not: the key is in both places.
    nodes.world.cut(b, a).expect("two hosts");
    nodes.exec(0, "MIGRATE b 6379 k 0 3000");
    nodes.world.console_send(a, 1, &["GET", "k"]).expect("the process lives");
    nodes.world.run_for(2_999_999);
    assert_eq!((reply(&mut nodes, 0), nodes.world.console_output(a, 1)), (String::new(), &b""[..]));
    nodes.world.run_for(1);
    assert_eq!(reply(&mut nodes, 0), "-IOERR error or timeout connecting to the client\r\n");
    assert_eq!(nodes.world.console_output(a, 1), b"$1\r\n1\r\n");
    nodes.world.heal(b, a).expect("two hosts");
    // A first key makes the connection; the reply to the second is lost.
    nodes.exec(0, "SET first 1");
    nodes.exec(0, "MIGRATE b 6379 first 0 3000");
    nodes.world.run_for(10_000);
    assert_eq!(reply(&mut nodes, 0), "+OK\r\n");
    nodes.world.cut(b, a).expect("two hosts");
    nodes.exec(0, "MIGRATE b 6379 k 0 3000");
    nodes.world.run_for(3_000_000);
    assert_eq!(reply(&mut nodes, 0), "-IOERR error or timeout reading to target instance\r\n");
    assert_eq!((nodes.exec(0, "EXISTS k"), nodes.exec(1, "EXISTS k")), (":1\r\n".into(), ":1\r\n".into()));
    nodes.world.heal(b, a).expect("two hosts");
    nodes.world.run_for(5_000_000);
    assert!(nodes.follows(2), "the replica is still there");
}

#[test]
fn a_target_that_is_not_there() {
    let mut nodes = nodes();
    let b = nodes.ids[1];
    nodes.exec(0, "SET k 1");
    nodes.world.crash(b).expect("it runs");
    nodes.exec(0, "MIGRATE b 6379 k 0 3000");
    nodes.world.run_for(10_000);
    assert_eq!(reply(&mut nodes, 0), "-IOERR error or timeout writing to target instance\r\n");
    let error = "-ERR Can't connect to target node: Name or service not known\r\n";
    nodes.exec(0, "MIGRATE nobody 6379 k 0 3000");
    nodes.world.run_for(1);
    assert_eq!(reply(&mut nodes, 0), error);
    // Itself: it waits for itself, from when its kernel has made the connection.
    nodes.exec(0, "MIGRATE a 6379 k 1 3000");
    nodes.world.run_for(3_010_000);
    assert_eq!(reply(&mut nodes, 0), "-IOERR error or timeout reading to target instance\r\n");
}

#[test]
fn a_large_value_goes_through_a_narrow_wire() {
    let mut nodes = nodes();
    let (a, b) = (nodes.ids[0], nodes.ids[1]);
    let narrow = WireSettings { bandwidth_bps: 8_000_000, ..WireSettings::default() };
    nodes.world.set_wire(a, b, narrow).expect("two hosts");
    nodes.exec(0, "CONFIG SET rdbcompression no");
    nodes.exec(0, &format!("SET large {}", "0123456789".repeat(200_000)));
    nodes.exec(0, "MIGRATE b 6379 large 0 1000");
    nodes.world.console_send(a, 1, &["EXISTS", "large"]).expect("the process lives");
    // Two megabytes at one a second: longer than the timeout, which is that of a piece.
    nodes.world.run_for(1_900_000);
    assert_eq!((reply(&mut nodes, 0), nodes.world.console_output(a, 1)), (String::new(), &b""[..]));
    nodes.world.run_for(500_000);
    assert_eq!(reply(&mut nodes, 0), "+OK\r\n");
    assert_eq!(nodes.world.console_output(a, 1), b":0\r\n");
    assert_eq!(nodes.exec(1, "STRLEN large"), ":2000000\r\n");
}
