//! A process that ends: its kernel closes its connections.

use psyncscope_engine::io::CloseReason;
use psyncscope_sim::frame::Power;
use psyncscope_sim::{WorldConfig, WorldError};

use crate::talker::pair;

#[test]
fn the_peer_reads_an_end_of_file() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    let at = pair.at();
    pair.world.crash(pair.a).expect("it runs");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.b, opener).closed, Some((at + 500, CloseReason::Eof)));
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
}

#[test]
fn what_was_sent_before_still_arrives() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    pair.tell(pair.a, &format!("send {} 40000", acceptor.0));
    pair.world.crash(pair.a).expect("it runs");
    pair.world.run_for(5_000_000);
    let talk = pair.talk(pair.b, opener);
    assert_eq!(talk.received.len(), 40_000);
    assert!(matches!(talk.closed, Some((_, CloseReason::Eof))));
}

#[test]
fn unread_bytes_make_it_a_reset() {
    let mut pair = pair(WorldConfig::default());
    let (opener, _) = pair.connect();
    pair.world.pause(pair.a).expect("it runs");
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.run_for(1_000_000);
    let at = pair.at();
    pair.world.crash(pair.a).expect("paused processes can be killed");
    pair.world.run_for(1_000_000);
    assert_eq!(pair.talk(pair.b, opener).closed, Some((at + 500, CloseReason::Reset)));
}

#[test]
fn bytes_that_come_after_a_close_are_answered_with_a_reset() {
    let mut pair = pair(WorldConfig::default());
    let (opener, acceptor) = pair.connect();
    // Both in one instant: the FIN and the bytes cross.
    pair.tell(pair.a, &format!("close {}", acceptor.0));
    pair.tell(pair.b, &format!("send {} 100", opener.0));
    pair.world.run_for(400);
    assert_eq!(pair.talk(pair.b, opener).closed, None);
    pair.world.run_for(1_000_000);
    assert!(matches!(pair.talk(pair.b, opener).closed, Some((_, CloseReason::Eof))), "the FIN came first");
}

#[test]
fn new_connections_are_refused_until_it_is_started_again() {
    let mut pair = pair(WorldConfig::default());
    pair.world.crash(pair.a).expect("it runs");
    pair.tell(pair.b, "connect a 7000");
    pair.world.run_for(1_000_000);
    let (_, talk) = pair.talker(pair.b).talks.last_key_value().expect("it was asked for");
    assert_eq!(talk.failed.as_ref().map(|(_, error)| error.as_str()), Some("Connection refused"));
    pair.world.restart(pair.a).expect("it was stopped");
    pair.connect();
}

#[test]
fn never_accepted_connections_are_reset() {
    let mut pair = pair(WorldConfig::default());
    pair.world.pause(pair.a).expect("it runs");
    pair.tell(pair.b, "connect a 7000");
    pair.world.run_for(1_000_000);
    pair.world.crash(pair.a).expect("it is paused");
    pair.world.run_for(1_000_000);
    let (_, talk) = pair.talker(pair.b).talks.last_key_value().expect("it was asked for");
    assert!(matches!(talk.closed, Some((_, CloseReason::Reset))));
}

#[test]
fn consoles_hang_up_and_come_back() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "tick 1000");
    assert_eq!(pair.world.console_output(pair.a, 0), b"ok\n");
    assert!(pair.world.console_is_open(pair.a, 0));
    pair.world.crash(pair.a).expect("it runs");
    assert!(!pair.world.console_is_open(pair.a, 0));
    let error = pair.world.console_send_raw(pair.a, 0, b"exit").expect_err("nobody is there");
    assert_eq!(error.to_string(), "Could not connect to Redis at a:7000: Connection refused");
    pair.world.restart(pair.a).expect("it was stopped");
    assert!(pair.talker(pair.a).ticks.is_empty(), "it is a new process");
    pair.tell(pair.a, "tick 1000");
    assert_eq!(pair.world.take_console_output(pair.a, 0), b"ok\nok\n");
    assert_eq!(pair.world.console_output(pair.a, 0), b"");
}

#[test]
fn what_a_console_is_refused_leaves_no_turn() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "tick 1000");
    pair.world.crash(pair.a).expect("it runs");
    let turns = pair.world.turns().len();
    assert_eq!(pair.world.console_close(pair.a, 0), Err(WorldError::NoSuchConsole), "the crash closed it");
    pair.world.console_send_raw(pair.a, 0, b"exit").expect_err("nobody is there");
    assert_eq!(pair.world.turns().len(), turns);
}

#[test]
fn a_process_may_exit_or_be_asked_to() {
    let mut pair = pair(WorldConfig::default());
    pair.tell(pair.a, "exit");
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
    assert_eq!(pair.world.crash(pair.a), Err(WorldError::WrongState { host: "a".to_owned(), state: "stopped" }),);
    pair.world.terminate(pair.b).expect("it runs");
    assert_eq!(pair.world.power(pair.b), Some(Power::Stopped));
}

#[test]
fn the_disk_survives_and_is_read_at_the_start() {
    let mut pair = pair(WorldConfig::default());
    let first = pair.talker(pair.a).seed;
    pair.tell(pair.a, "file dump hello");
    pair.world.crash(pair.a).expect("it runs");
    pair.world.restart(pair.a).expect("it was stopped");
    assert_eq!(pair.talker(pair.a).dump.as_deref(), Some(&b"hello"[..]));
    assert_ne!(pair.talker(pair.a).seed, first, "a new process has a new seed");
    pair.world.crash(pair.a).expect("it runs");
    pair.world.set_file(pair.a, "dump", Some(b"damaged")).expect("the host is there");
    let message = "Wrong signature trying to load DB from file".to_owned();
    assert_eq!(pair.world.restart(pair.a), Err(WorldError::StartFailed { host: "a".to_owned(), message }));
    assert_eq!(pair.world.power(pair.a), Some(Power::Stopped));
}
