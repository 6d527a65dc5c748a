//! How a connection comes about, or does not.

use psyncscope_sim::{TcpSettings, WorldConfig};

use crate::talker::{OPENED, PORT, pair, wire};

/// The result when `b` connects to `host:port`: after how many microseconds, and the error.
#[track_caller]
fn check_failure(host: &str, port: u16, after_us: u64, error: &str) {
    let mut pair = pair(WorldConfig::default());
    pair.until(1000);
    pair.tell(pair.b, &format!("connect {host} {port}"));
    pair.world.run_for(200_000_000);
    let failed = pair.talk(pair.b, OPENED).failed.clone();
    assert_eq!(failed, Some((1000 + after_us, error.to_owned())), "connecting to {host}:{port}");
}

#[test]
fn failures_are_worded_as_by_strerror() {
    // SYN and RST take 500 us each.
    check_failure("a", 7001, 1000, "Connection refused");
    check_failure("10.0.0.1", 7001, 1000, "Connection refused");
    check_failure("nobody", PORT, 0, "Name or service not known");
    check_failure("", PORT, 0, "Name or service not known");
    check_failure("10.0.0.77", PORT, 3_000_000, "No route to host");
    check_failure("192.168.0.1", PORT, 0, "Network is unreachable");
    check_failure("127.0.0.1", 7001, 40, "Connection refused");
    check_failure("localhost", 7001, 40, "Connection refused");
    check_failure("a", 0, 0, "Connection refused");
}

#[test]
fn a_handshake_takes_one_round_trip() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.b, "connect a 7000");
    pair.until(10_000);
    let opened = pair.talk(pair.b, OPENED);
    assert_eq!(opened.connected_at, Some(1000));
    let (_, accepted) = pair.talker(pair.a).talks.first_key_value().expect("accepted");
    assert_eq!(accepted.connected_at, Some(1500));
    let peer = accepted.peer.as_ref().expect("who it is");
    assert_eq!(peer.ip, "10.0.0.2");
    assert!((32768..=60999).contains(&peer.port));
}

#[test]
fn a_process_may_connect_to_itself() {
    for name in ["127.0.0.1", "localhost", "b", "10.0.0.2"] {
        let mut pair = pair(WorldConfig::default());
        pair.tell(pair.b, &format!("connect {name} 7000\nsend {} 50000", OPENED.0));
        pair.until(1_000_000);
        let talks = &pair.talker(pair.b).talks;
        assert_eq!(talks.len(), 2, "both ends of {name}");
        let (_, accepted) = talks.first_key_value().expect("accepted");
        assert_eq!(accepted.received.len(), 50_000);
        let ip = &accepted.peer.as_ref().expect("who it is").ip;
        assert_eq!(ip, if name.starts_with('b') || name.starts_with("10") { "10.0.0.2" } else { "127.0.0.1" });
    }
}

#[test]
fn many_connections_come_in_one_instant() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.b, &"connect a 7000\n".repeat(100));
    pair.until(1_000_000);
    assert_eq!(pair.talker(pair.a).talks.len(), 100);
    assert!(pair.talker(pair.b).talks.values().all(|talk| talk.connected_at == Some(1000)));
}

#[test]
fn beyond_the_backlog_a_syn_is_ignored_until_there_is_room() {
    let mut pair =
        pair(WorldConfig { tcp: TcpSettings { backlog: 3, ..TcpSettings::default() }, ..wire(Default::default()) });
    pair.world.pause(pair.a).expect("it runs");
    pair.tell(pair.b, &"connect a 7000\n".repeat(4));
    pair.until(500_000);
    let connected = |pair: &crate::talker::Pair| {
        pair.talker(pair.b).talks.values().filter(|talk| talk.connected_at.is_some()).count()
    };
    assert_eq!(connected(&pair), 3, "the kernel answers for the paused process, up to its backlog");
    pair.world.resume(pair.a).expect("it was paused");
    pair.until(900_000);
    assert_eq!(connected(&pair), 3);
    pair.until(1_100_000);
    assert_eq!(connected(&pair), 4, "the SYN was sent again after a second");
    assert_eq!(pair.talker(pair.a).talks.len(), 4);
}
