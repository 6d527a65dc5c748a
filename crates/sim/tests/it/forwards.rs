//! Forwarders: the addresses of recordings made through proxies.

use psyncscope_engine::io::CloseReason;
use psyncscope_sim::{Captured, Flow, Side, WorldConfig};

use crate::talker::{OPENED, Pair, pair, pattern};

fn forwarded() -> Pair {
    let mut pair = pair(WorldConfig { capture: true, ..WorldConfig::default() });
    pair.world.add_forward("B>A", "127.0.0.1", 17011, pair.a, 7000).expect("a new forwarder");
    pair
}

#[track_caller]
fn connect(pair: &mut Pair) {
    pair.tell(pair.b, "connect 127.0.0.1 17011");
    pair.world.run_for(1_000_000);
}

fn captured(pair: &Pair, side: Side, nth: u32, flow: Flow) -> Vec<u8> {
    let wanted = |c: &&Captured| c.side == side && c.nth == nth && c.flow == flow && c.link.as_deref() == Some("B>A");
    pair.world.captured().iter().filter(wanted).flat_map(|c| c.bytes.clone()).collect()
}

#[test]
fn the_target_sees_a_client_on_loopback() {
    let mut pair = forwarded();
    connect(&mut pair);
    let (_, accepted) = pair.talker(pair.a).talks.first_key_value().expect("accepted");
    assert_eq!(accepted.peer.as_ref().expect("who it is").ip, "127.0.0.1");
}

#[test]
fn connections_are_numbered_and_their_bytes_kept_by_direction() {
    let mut pair = forwarded();
    connect(&mut pair);
    pair.tell(pair.b, &format!("send {} 300", OPENED.0));
    pair.world.run_for(1_000_000);
    pair.world.cut_forward("B>A").expect("it is there");
    pair.world.run_for(1_000_000);
    connect(&mut pair);
    let acceptor = pair.talker(pair.a).talks.last_key_value().expect("accepted").0.0;
    pair.tell(pair.a, &format!("send {acceptor} 500"));
    pair.world.run_for(1_000_000);
    for side in [Side::Sent, Side::Received] {
        assert!(captured(&pair, side, 1, Flow::Up).into_iter().eq(pattern(0, 300)));
        assert!(captured(&pair, side, 1, Flow::Down).is_empty());
        assert!(captured(&pair, side, 2, Flow::Up).is_empty());
        assert!(captured(&pair, side, 2, Flow::Down).into_iter().eq(pattern(0, 500)));
    }
    let first = &pair.world.captured()[0];
    assert_eq!((first.opener, first.acceptor, first.side), (pair.b, pair.a, Side::Sent));
}

#[test]
fn a_cut_ends_both_ends_at_once() {
    let mut pair = forwarded();
    connect(&mut pair);
    let at = pair.at();
    pair.world.cut_forward("B>A").expect("it is there");
    assert_eq!(pair.talk(pair.b, OPENED).closed, Some((at, CloseReason::Eof)));
    let (_, accepted) = pair.talker(pair.a).talks.first_key_value().expect("accepted");
    assert_eq!(accepted.closed, Some((at, CloseReason::Eof)));
}

#[test]
fn a_refusing_forwarder_refuses_new_connections_only() {
    let mut pair = forwarded();
    connect(&mut pair);
    pair.world.refuse_forward("B>A", true).expect("it is there");
    pair.tell(pair.b, "connect 127.0.0.1 17011");
    pair.tell(pair.b, &format!("send {} 10", OPENED.0));
    pair.world.run_for(1_000_000);
    let (_, refused) = pair.talker(pair.b).talks.last_key_value().expect("asked for");
    assert_eq!(refused.failed.as_ref().map(|(_, error)| error.as_str()), Some("Connection refused"));
    assert_eq!(captured(&pair, Side::Received, 1, Flow::Up).len(), 10);
    pair.world.refuse_forward("B>A", false).expect("it is there");
    connect(&mut pair);
    let (_, open) = pair.talker(pair.b).talks.last_key_value().expect("asked for");
    assert!(open.connected_at.is_some());
}

#[test]
fn a_held_direction_stalls_while_the_other_flows() {
    let mut pair = forwarded();
    connect(&mut pair);
    pair.world.hold_forward("B>A", Flow::Down, true).expect("it is there");
    let acceptor = pair.talker(pair.a).talks.last_key_value().expect("accepted").0.0;
    pair.tell(pair.a, &format!("send {acceptor} 5000"));
    pair.tell(pair.b, &format!("send {} 5000", OPENED.0));
    pair.world.run_for(30_000_000);
    assert_eq!(captured(&pair, Side::Received, 1, Flow::Down).len(), 0);
    assert_eq!(captured(&pair, Side::Received, 1, Flow::Up).len(), 5000);
    assert_eq!(pair.talk(pair.b, OPENED).closed, None);
    pair.world.hold_forward("B>A", Flow::Down, false).expect("it is there");
    pair.world.run_for(1_000);
    assert!(captured(&pair, Side::Received, 1, Flow::Down).into_iter().eq(pattern(0, 5000)));
}

#[test]
fn new_connections_come_up_while_a_direction_is_held() {
    let mut pair = forwarded();
    pair.world.hold_forward("B>A", Flow::Down, true).expect("it is there");
    pair.world.hold_forward("B>A", Flow::Up, true).expect("it is there");
    connect(&mut pair);
    assert!(pair.talk(pair.b, OPENED).connected_at.is_some());
    assert_eq!(pair.talker(pair.a).talks.len(), 1);
}

#[test]
fn a_forwarder_to_a_dead_process_refuses() {
    let mut pair = forwarded();
    pair.world.crash(pair.a).expect("it runs");
    connect(&mut pair);
    assert!(pair.talk(pair.b, OPENED).failed.is_some());
}

#[test]
fn a_host_may_reach_itself_through_a_forwarder() {
    let mut pair = forwarded();
    pair.world.add_forward("B>B", "127.0.0.1", 17012, pair.b, 7000).expect("a new forwarder");
    pair.tell(pair.b, &format!("connect 127.0.0.1 17012\nsend {} 100", OPENED.0));
    pair.world.run_for(1_000_000);
    let (_, accepted) = pair.talker(pair.b).talks.first_key_value().expect("accepted");
    assert_eq!(accepted.received.len(), 100);
    pair.world.cut_forward("B>B").expect("it is there");
    assert!(pair.talker(pair.b).talks.values().all(|talk| talk.closed.is_some()));
}

#[test]
fn names_and_addresses_are_used_once() {
    let mut pair = forwarded();
    assert!(pair.world.add_forward("B>A", "127.0.0.1", 1, pair.a, 7000).is_err());
    assert!(pair.world.add_forward("C>A", "127.0.0.1", 17011, pair.a, 7000).is_err());
    assert!(pair.world.add_forward("C>A", "localhost", 1, pair.a, 7000).is_err());
    assert!(pair.world.cut_forward("C>A").is_err());
}
