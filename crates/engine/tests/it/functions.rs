//! The functions of replication.c by name: when each is called and what it changes.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::event::{CachedMasterChange, Event, IdChange, NextRequest, PsyncReply, ReplicaState};
use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::io::{CloseReason, DiskRequest};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::{ConnId, Input, Output};

use crate::common::Net;
use crate::common::solo::{Solo, rdb, resp};

const ID: &str = "1234567890abcdef1234567890abcdef12345678";
const NO_PING: &str = "repl-ping-replica-period 3600";

/// Changes of the IDs since the last call.
fn ids(solo: &mut Solo) -> Vec<IdChange> {
    let events = std::mem::take(&mut solo.events);
    events.iter().filter_map(|event| if let Event::Ids { why, .. } = event { Some(*why) } else { None }).collect()
}

/// Changes of the cached master since the last call.
fn cached(solo: &mut Solo) -> Vec<CachedMasterChange> {
    let events = std::mem::take(&mut solo.events);
    events
        .iter()
        .filter_map(|event| if let Event::CachedMaster { change, .. } = event { Some(*change) } else { None })
        .collect()
}

/// A replica at offset 1000 of [`ID`], and its link.
fn connected() -> (Solo, ConnId) {
    let mut solo = Solo::new(&["replicaof m 6379", NO_PING]);
    let conn = full_sync(&mut solo, 1000);
    (solo, conn)
}

fn full_sync(solo: &mut Solo, offset: i64) -> ConnId {
    let (conn, _) = solo.handshake();
    let file = rdb(&["SET k v"]);
    solo.say(conn, format!("+FULLRESYNC {ID} {offset}\r\n${}\r\n", file.len()).as_bytes());
    solo.say(conn, &file);
    assert_eq!(solo.state(), ReplState::Connected);
    solo.sent(conn);
    solo.events.clear();
    conn
}

/// A master with one scripted, online replica. Its offset is 0.
fn with_replica() -> (Solo, ConnId) {
    let mut master = Solo::new(&[NO_PING]);
    master.run_ms(10);
    let conn = sub_replica(&mut master);
    master.events.clear();
    (master, conn)
}

fn sub_replica(solo: &mut Solo) -> ConnId {
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    solo.finish_child();
    assert!(solo.sent(conn).starts_with("+FULLRESYNC"));
    conn
}

fn replid(solo: &Solo) -> ReplId {
    solo.node.history().replid
}

/// The lines of [`Event::PsyncReplied`] since the last call, as they are on the wire.
fn psync_replies(solo: &mut Solo) -> Vec<(ConnId, String)> {
    let line = |reply: &PsyncReply| match reply {
        PsyncReply::FullResync { replid, offset } => format!("+FULLRESYNC {replid} {offset}\r\n"),
        PsyncReply::Continue { replid: Some(replid), .. } => format!("+CONTINUE {replid}\r\n"),
        PsyncReply::Continue { replid: None, .. } => "+CONTINUE\r\n".to_owned(),
    };
    let events = std::mem::take(&mut solo.events);
    events
        .iter()
        .filter_map(
            |event| if let Event::PsyncReplied { conn, reply } = event { Some((*conn, line(reply))) } else { None },
        )
        .collect()
}

/// The event has the ID that was sent. The verdict cannot: for a first replica the ID changes after it.
#[test]
fn the_reply_event_is_the_line_sent() {
    let mut solo = Solo::new(&[NO_PING]);
    solo.run_ms(10);
    let before = replid(&solo);
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    let sent = solo.sent(conn);
    assert_ne!(replid(&solo), before);
    assert_eq!(sent, format!("+FULLRESYNC {} 0\r\n", replid(&solo)));
    assert_eq!(psync_replies(&mut solo), [(conn, sent)]);
    solo.finish_child();
    solo.sent(conn);
    solo.cmd("SET k v");
    // Without and with `capa psync2`; SELECT and SET are 50 bytes.
    for (capa, id) in [("eof", String::new()), ("psync2", format!(" {}", replid(&solo)))] {
        let conn = solo.accept();
        solo.say(conn, resp(&["REPLCONF", "capa", capa]).as_bytes());
        solo.sent(conn);
        solo.events.clear();
        solo.say(conn, resp(&["PSYNC", &replid(&solo).to_string(), "24"]).as_bytes());
        let sent = solo.sent(conn);
        let line = format!("+CONTINUE{id}\r\n");
        assert_eq!(sent.strip_prefix(&line).map(str::len), Some(27), "{sent}");
        let bytes = solo.events.iter().find_map(|event| match event {
            Event::PsyncReplied { reply: PsyncReply::Continue { bytes, .. }, .. } => Some(*bytes),
            _ => None,
        });
        assert_eq!((psync_replies(&mut solo), bytes), (vec![(conn, line)], Some(27)));
    }
}

#[test]
fn a_diskless_save_answers_when_it_starts() {
    let mut solo = Solo::new(&[NO_PING, "repl-diskless-sync yes", "repl-diskless-sync-delay 2"]);
    solo.run_ms(10);
    let conn = solo.accept();
    solo.say(conn, resp(&["REPLCONF", "capa", "eof", "capa", "psync2"]).as_bytes());
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert_eq!(psync_replies(&mut solo), [], "the decision is not the answer");
    solo.cmd("SET k v");
    solo.sent(conn);
    solo.run_ms(4000);
    let sent = solo.sent(conn);
    // It is preceded by the newlines that keep a waiting replica from timing out.
    let line = format!("+FULLRESYNC {} 50\r\n", replid(&solo));
    assert_eq!(sent.trim_start_matches('\n'), line);
    assert_eq!(psync_replies(&mut solo), [(conn, line)]);
}

#[test]
fn replication_unset_master() {
    let (mut solo, link) = connected();
    let replica = sub_replica(&mut solo);
    assert_eq!(solo.cmd("REPLICAOF NO ONE"), "+OK\r\n");
    assert!(solo.has_closed(link) && solo.has_closed(replica), "the master's link and the replicas'");
    assert_eq!((solo.state(), solo.node.master_address()), (ReplState::None, None));
    let window = solo.node.backlog_window().expect("the backlog stays");
    assert_eq!(window.off, NextByte(1001));
    assert_eq!(solo.node.view(None).slaveseldb, -1);
    // On a master it does nothing.
    let before = replid(&solo);
    assert_eq!(solo.cmd("REPLICAOF no one"), "+OK\r\n");
    assert_eq!(replid(&solo), before);
}

#[test]
fn shift_replication_id() {
    let (mut solo, _) = connected();
    solo.cmd("REPLICAOF NO ONE");
    let history = solo.node.history();
    assert_eq!((history.replid2.to_string().as_str(), history.second_replid_offset), (ID, NextByte(1001)));
    assert!(history.replid != history.replid2);
    assert_eq!(history.master_repl_offset, Offset(1000), "the offset goes on");
    assert_eq!(ids(&mut solo), [IdChange::Shifted]);
}

#[test]
fn change_replication_id() {
    let mut solo = Solo::new(&[NO_PING, "repl-backlog-ttl 1"]);
    assert_eq!(ids(&mut solo), [IdChange::Startup]);
    solo.run_ms(10);
    let first = replid(&solo);
    let conn = sub_replica(&mut solo);
    assert_eq!(ids(&mut solo), [IdChange::BacklogCreated], "with the first replica");
    let second = replid(&solo);
    sub_replica(&mut solo);
    assert_eq!((ids(&mut solo), replid(&solo)), (vec![], second), "not with the second");
    solo.cmd("CLIENT KILL TYPE replica");
    assert!(solo.has_closed(conn));
    solo.run_ms(4000);
    assert_eq!(ids(&mut solo), [IdChange::BacklogExpired]);
    let third = replid(&solo);
    solo.cmd("DEBUG CHANGE-REPL-ID");
    assert_eq!(ids(&mut solo), [IdChange::Requested]);
    let all = [first, second, third, replid(&solo)];
    assert!((1..4).all(|i| !all[..i].contains(&all[i])), "each is new");
}

#[test]
fn clear_replication_id2() {
    let promoted = || {
        let (mut solo, _) = connected();
        solo.cmd("REPLICAOF NO ONE");
        assert!(!solo.node.history().replid2.is_none());
        solo
    };
    let is_clear = |solo: &Solo| {
        let history = solo.node.history();
        history.replid2.is_none() && history.second_replid_offset == NextByte::NONE
    };
    assert!(is_clear(&Solo::new(&[])), "at the start");
    let mut solo = promoted();
    solo.cmd("DEBUG CHANGE-REPL-ID");
    assert!(is_clear(&solo), "by command");
    let mut solo = promoted();
    solo.cmd("CONFIG SET repl-backlog-ttl 1");
    solo.run_ms(4000);
    assert!(is_clear(&solo), "with the backlog's end");
    let mut solo = promoted();
    solo.cmd("REPLICAOF m 6379");
    full_sync(&mut solo, 5);
    assert!(is_clear(&solo), "at the end of a full sync");
    let mut solo = promoted();
    sub_replica(&mut solo);
    assert!(!is_clear(&solo), "a replica that finds a backlog changes nothing");
}

#[test]
fn replication_cache_master() {
    let (mut solo, link) = connected();
    solo.say(link, (resp(&["SELECT", "2"]) + &resp(&["SET", "a", "1"]) + "*3\r\n$3\r\nSE").as_bytes());
    solo.drop_link(link);
    assert_eq!(cached(&mut solo), [CachedMasterChange::Cached]);
    let view = solo.node.view(None).upstream.unwrap().cached_master.unwrap();
    assert_eq!((view.replid.to_string().as_str(), view.reploff, view.db), (ID, Offset(1050), 2));
    assert_eq!(solo.state(), ReplState::Connect);
}

#[test]
fn replication_discard_cached_master() {
    let discards = |answer: &str| {
        let (mut solo, link) = connected();
        solo.drop_link(link);
        let (conn, _) = solo.handshake();
        solo.events.clear();
        solo.say(conn, answer.as_bytes());
        cached(&mut solo).contains(&CachedMasterChange::Discarded)
    };
    assert!(discards(&format!("+FULLRESYNC {ID} 5\r\n")));
    assert!(discards("-ERR unknown command\r\n") && discards("-MASTERDOWN\r\n") && discards("whatever\r\n"));
    assert!(!discards("-NOMASTERLINK\r\n") && !discards("-LOADING\r\n") && !discards("\n"));
    // Promotion; and a master that becomes a replica discards an earlier one.
    let (mut solo, _) = connected();
    solo.cmd("REPLICAOF NO ONE");
    assert_eq!(cached(&mut solo), [CachedMasterChange::Cached, CachedMasterChange::Discarded]);
    solo.cmd("REPLICAOF m 6379");
    assert_eq!(cached(&mut solo), [CachedMasterChange::Synthesized]);
}

#[test]
fn cancel_replication_handshake() {
    let mut solo = Solo::new(&["replicaof m 6379", "repl-timeout 3"]);
    solo.run_ms(10);
    let connecting = solo.link();
    assert_eq!(solo.state(), ReplState::Connecting);
    solo.run_ms(4100);
    assert!(solo.has_closed(connecting), "a timeout");
    assert_eq!(solo.state(), ReplState::Connecting, "and the next attempt in the same tick");
    let (conn, _) = solo.handshake();
    solo.cmd("REPLICAOF other 6379");
    assert!(solo.has_closed(conn), "another master");
    assert_eq!(solo.state(), ReplState::Connect);
    // Nothing to cancel: nothing changes.
    let (mut solo, link) = connected();
    solo.run_ms(1000);
    assert!(!solo.has_closed(link));
}

#[test]
fn replication_abort_sync_transfer() {
    let mut solo = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n$100\r\nREDIS").as_bytes());
    assert_eq!(solo.node.view(None).upstream.as_ref().unwrap().transfer, Some((5, Some(100))));
    solo.cmd("REPLICAOF other 6379");
    assert!(solo.has_closed(conn));
    assert_eq!(solo.node.view(None).upstream.as_ref().unwrap().transfer, None);
    assert!(
        !solo.outputs.iter().any(|output| matches!(output, Output::Disk(DiskRequest::Write { .. }))),
        "the file is dropped"
    );
}

#[test]
fn undo_connect_with_master() {
    let mut solo = Solo::new(&["replicaof m 6379"]);
    let conn = solo.connect();
    solo.say(conn, b"-LOADING\r\n");
    assert!(solo.has_closed(conn), "an answer that aborts");
    assert_eq!((solo.state(), solo.node.view(None).upstream.as_ref().unwrap().conn), (ReplState::Connect, None));
    solo.say(conn, b"+PONG\r\n");
    assert_eq!(solo.state(), ReplState::Connect, "what still comes on it means nothing");
}

#[test]
fn slave_is_in_handshake_state() {
    let states: Vec<ReplState> = ReplState::ALL.into_iter().filter(|state| state.is_handshake()).collect();
    assert_eq!((states.len(), states[0], states[10]), (11, ReplState::ReceivePong, ReplState::ReceivePsync));
    // ROLE has one name for all of them.
    let mut solo = Solo::new(&["replicaof m 6379"]);
    solo.run_ms(10);
    assert!(solo.cmd("ROLE").contains("$10\r\nconnecting\r\n"));
    solo.handshake();
    assert!(solo.cmd("ROLE").contains("$9\r\nhandshake\r\n"));
}

#[test]
fn disconnect_slaves() {
    let attached = || {
        let (mut solo, link) = connected();
        let replica = sub_replica(&mut solo);
        (solo, link, replica)
    };
    let (mut solo, _, replica) = attached();
    solo.cmd("REPLICAOF other 6379");
    assert!(solo.has_closed(replica), "another master");
    let (mut solo, link, replica) = attached();
    solo.drop_link(link);
    assert!(!solo.has_closed(replica), "a lost link is none of their business");
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+CONTINUE {ID}\r\n").as_bytes());
    assert!(!solo.has_closed(replica), "the same history goes on");
    let (mut solo, link, replica) = attached();
    solo.drop_link(link);
    let (conn, _) = solo.handshake();
    solo.say(conn, b"+CONTINUE fedcba0987654321fedcba0987654321fedcba09\r\n");
    assert!(solo.has_closed(replica), "they must learn the new name");
    let (mut solo, link, replica) = attached();
    solo.drop_link(link);
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n").as_bytes());
    assert!(solo.has_closed(replica), "before any byte of the RDB");
    assert_eq!(solo.node.backlog_window(), None);
}

#[test]
fn replication_set_master() {
    let (mut solo, link) = connected();
    let history = solo.node.history();
    solo.cmd("REPLICAOF other 6380");
    assert!(solo.has_closed(link));
    assert_eq!(solo.node.master_address(), Some(("other", 6380)));
    assert_eq!((solo.node.history(), solo.state()), (history, ReplState::Connect), "IDs and offset stay");
    assert_eq!(
        cached(&mut solo),
        [CachedMasterChange::Cached],
        "what it had of the old master it asks the new one for"
    );
    solo.cmd("REPLICAOF OTHER 6380");
    assert_eq!(cached(&mut solo), [], "the same master again is no change");
}

#[test]
fn disconnect_all_blocked_clients() {
    let mut solo = Solo::new(&[]);
    let client = solo.accept();
    solo.say(client, b"BLPOP list 0\r\n");
    solo.cmd("REPLICAOF m 6379");
    assert!(solo.sent(client).starts_with("-UNBLOCKED force unblock from blocking operation, instance state changed"));
    assert!(solo.has_closed(client));
    // Promotion does not affect them.
    solo.cmd("CONFIG SET replica-read-only no");
    let client = solo.accept();
    solo.say(client, b"BLPOP list 0\r\n");
    solo.cmd("REPLICAOF NO ONE");
    assert_eq!((solo.sent(client), solo.has_closed(client)), (String::new(), false));
}

#[test]
fn replication_cache_master_using_myself() {
    let (mut solo, replica) = with_replica();
    solo.cmd("SET k v");
    solo.sent(replica);
    let own = replid(&solo);
    solo.cmd("REPLICAOF m 6379");
    assert_eq!(cached(&mut solo), [CachedMasterChange::Synthesized]);
    let (_, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", &own.to_string(), "51"]), "its own history and the byte after its 50");
}

#[test]
fn replication_create_master_client() {
    let (solo, link) = connected();
    let upstream = solo.node.view(None).upstream.unwrap();
    assert_eq!(
        (upstream.conn, upstream.reploff, upstream.read_reploff),
        (Some(link), Some(Offset(1000)), Some(Offset(1000)))
    );
    // After SYNC the offset is unknown, and no periodic ACKs are sent.
    let mut solo = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = solo.handshake();
    solo.say(conn, b"-ERR unknown command 'PSYNC'\r\n");
    let file = rdb(&[]);
    solo.say(conn, &[format!("${}\r\n", file.len()).as_bytes(), &file].concat());
    assert_eq!(solo.node.master_link_offsets(), Some((Offset(-1), Offset(-1))));
    solo.sent(conn);
    solo.run_ms(3000);
    assert_eq!(solo.sent(conn), "");
}

#[test]
fn connect_with_master() {
    let connects = |solo: &Solo| solo.outputs.iter().filter(|output| matches!(output, Output::Connect { .. })).count();
    let mut solo = Solo::new(&["replicaof m 6379"]);
    assert_eq!(connects(&solo), 0, "not at the start");
    solo.run_ms(10);
    assert_eq!((connects(&solo), solo.state()), (1, ReplState::Connecting), "but in the first cron");
    let conn = solo.link();
    solo.input(Input::ConnectFailed { conn, error: "Connection refused" });
    assert_eq!(solo.state(), ReplState::Connect);
    solo.run_ms(900);
    assert_eq!(connects(&solo), 1, "not before the next");
    solo.run_ms(200);
    assert_eq!(connects(&solo), 2);
    assert_eq!(solo.link(), ConnId(conn.0 + 1), "with a number that was never used");
    let mut solo = Solo::new(&[]);
    solo.run_ms(10);
    solo.cmd("REPLICAOF m 6379");
    assert_eq!(connects(&solo), 0, "REPLICAOF waits for cron too");
}

#[test]
fn send_synchronous_command() {
    let mut solo = Solo::new(&["replicaof m 6379"]);
    solo.run_ms(10);
    let conn = solo.link();
    solo.input(Input::Connected { conn, room: 1 << 20 });
    assert_eq!(solo.sent(conn), resp(&["PING"]), "one request");
    solo.say(conn, b"+PO");
    assert_eq!(solo.sent(conn), "", "an answer is a whole line");
    solo.say(conn, b"NG\r\n");
    assert!(solo.sent(conn).contains("listening-port"), "then the next");
    // A line that does not end within 5 s is an error reply.
    solo.say(conn, b"+O");
    solo.run_ms(5100);
    assert!(solo.has_closed(conn));
}

#[test]
fn slave_try_partial_resynchronization() {
    let mut solo = Solo::new(&["replicaof m 6379"]);
    let (conn, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", "?", "-1"]), "nothing is cached");
    solo.say(conn, b"\n\r\n");
    assert_eq!(solo.state(), ReplState::ReceivePsync, "an empty line asks for patience");
    let (mut solo, link) = connected();
    solo.drop_link(link);
    let next_request = solo.events.iter().find_map(|event| match event {
        Event::CachedMaster { change: CachedMasterChange::Cached, next_request } => *next_request,
        _ => None,
    });
    let (_, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", ID, "1001"]), "the next byte after the last applied");
    let NextRequest { replid, next } = next_request.expect("the event says what will be asked");
    assert_eq!((replid.to_string().as_str(), next), (ID, NextByte(1001)));
}

#[test]
fn replication_resurrect_cached_master() {
    let (mut solo, link) = connected();
    solo.say(link, resp(&["SELECT", "3"]).as_bytes());
    solo.drop_link(link);
    let (conn, _) = solo.handshake();
    solo.say(conn, (format!("+CONTINUE {ID}\r\n") + &resp(&["SET", "there", "1"])).as_bytes());
    assert!(cached(&mut solo).contains(&CachedMasterChange::Resurrected));
    assert_eq!(solo.state(), ReplState::Connected);
    assert_eq!(solo.node.keyspace().counts().last(), Some(&(3, 1, 0)), "the stream goes on in its database");
    assert!(solo.cmd("INFO replication").contains("master_link_status:up"));
}

#[test]
fn client_has_pending_replies() {
    let mut master = Solo::new(&[]);
    let conn = master.accept();
    master.say(conn, (resp(&["PING"]) + &resp(&["PSYNC", "?", "-1"])).as_bytes());
    assert_eq!(master.sent(conn), "+PONG\r\n-ERR SYNC and PSYNC are invalid with pending output\r\n");
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert!(master.sent(conn).starts_with("+FULLRESYNC"), "once it is sent, all is well");
}

#[test]
fn create_replication_backlog() {
    let mut master = Solo::new(&[NO_PING]);
    master.cmd("SET k v");
    assert_eq!((master.node.backlog_window(), master.node.history().master_repl_offset), (None, Offset(0)));
    sub_replica(&mut master);
    let window = master.node.backlog_window().unwrap();
    assert_eq!((window.off, window.size), (NextByte(1), 1 << 20), "empty, from the next byte on");
    let (solo, _) = connected();
    let window = solo.node.backlog_window().unwrap();
    assert_eq!((window.off, window.histlen), (NextByte(1001), 0), "at the end of a full sync");
}

#[test]
fn free_replication_backlog() {
    let (mut master, replica) = with_replica();
    master.cmd("CONFIG SET repl-backlog-ttl 2");
    master.cmd("SET k v");
    master.input(Input::Closed { conn: replica, reason: CloseReason::Eof });
    master.run_ms(2500);
    assert!(master.node.backlog_window().is_some(), "not before more than 2 whole seconds");
    master.run_ms(2000);
    assert_eq!(master.node.backlog_window(), None);
    let info = master.cmd("INFO replication");
    for line in ["repl_backlog_active:0", "repl_backlog_first_byte_offset:1", "repl_backlog_histlen:50"] {
        assert!(info.contains(line), "the numbers stay: {line}");
    }
    master.cmd("SET k v");
    assert_eq!(master.node.history().master_repl_offset, Offset(50), "what nobody keeps does not count");
}

#[test]
fn resize_replication_backlog() {
    let (mut master, _) = with_replica();
    master.cmd("SET k v");
    master.cmd("CONFIG SET repl-backlog-size 1048576");
    assert_eq!(master.node.backlog_window().unwrap().histlen, 50, "the same size changes nothing");
    master.cmd("CONFIG SET repl-backlog-size 100");
    let window = master.node.backlog_window().unwrap();
    assert_eq!((window.size, window.histlen, window.off), (16384, 0, NextByte(51)), "clamped, and empty");
}

#[test]
fn master_try_partial_resynchronization() {
    let (mut master, replica) = with_replica();
    master.cmd("SET k v");
    master.sent(replica);
    let id = replid(&master).to_string();
    let asks = |master: &mut Solo, id: &str, next: &str| {
        let conn = master.accept();
        master.say(conn, resp(&["REPLCONF", "capa", "psync2"]).as_bytes());
        master.sent(conn);
        master.say(conn, resp(&["PSYNC", id, next]).as_bytes());
        master.sent(conn)
    };
    let select = resp(&["SELECT", "0"]);
    let set = resp(&["SET", "k", "v"]);
    assert_eq!(asks(&mut master, &id, "1"), format!("+CONTINUE {id}\r\n{select}{set}"));
    assert_eq!(asks(&mut master, &id.to_uppercase(), "24"), format!("+CONTINUE {id}\r\n{set}"));
    assert_eq!(asks(&mut master, &id, "51"), format!("+CONTINUE {id}\r\n"));
    for (id, next) in [(id.as_str(), "0"), (&id, "52"), (ID, "1"), ("?", "-1")] {
        assert!(!asks(&mut master, id, next).starts_with("+CONTINUE"), "{id} {next}");
    }
    let stats = master.cmd("INFO stats");
    assert!(stats.contains("sync_partial_ok:3\r\nsync_partial_err:3"), "`?` is no error: {stats}");
}

#[test]
fn add_reply_replication_backlog() {
    let (mut master, replica) = with_replica();
    master.cmd("CONFIG SET repl-backlog-size 16384");
    let value = "x".repeat(9_000);
    master.cmd(&format!("SET k {value}"));
    master.cmd(&format!("SET k {value}"));
    let window = master.node.backlog_window().unwrap();
    assert_eq!(window.histlen, 16384, "it has wrapped");
    let stream = master.sent(replica);
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", &replid(&master).to_string(), &window.off.to_string()]).as_bytes());
    let sent = master.sent(conn);
    assert_eq!(sent.strip_prefix("+CONTINUE\r\n"), Some(&stream[stream.len() - 16384..]), "both pieces, in order");
}

#[test]
fn replication_setup_slave_for_full_resync() {
    let (mut master, first) = with_replica();
    master.cmd("SET k v");
    master.sent(first);
    let second = master.accept();
    master.say(second, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert_eq!(master.sent(second), format!("+FULLRESYNC {} 50\r\n", replid(&master)));
    master.cmd("SET k v");
    let written = resp(&["SELECT", "0"]) + &resp(&["SET", "k", "v"]);
    assert_eq!(master.sent(first), written, "everybody gets a SELECT again");
    master.finish_child();
    assert!(master.sent(second).ends_with(&written), "and the new one what was written meanwhile, after the file");
    let old = master.accept();
    master.say(old, b"SYNC\r\n");
    assert_eq!(master.sent(old), "", "who came with SYNC is told nothing");
}

#[test]
fn start_bgsave_for_replication() {
    let mut master = Solo::new(&[NO_PING]);
    let first = master.accept();
    master.say(first, resp(&["PSYNC", "?", "-1"]).as_bytes());
    let spawned = |solo: &Solo| solo.outputs.iter().filter(|output| matches!(output, Output::Spawn { .. })).count();
    assert_eq!(spawned(&master), 1, "by PSYNC");
    // A second one, with fewer capabilities, waits for the next save, which starts when this one ends.
    let less = master.accept();
    master.say(first, resp(&["REPLCONF", "capa", "psync2"]).as_bytes());
    master.say(less, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert_eq!((spawned(&master), master.sent(less)), (1, String::new()));
    master.finish_child();
    assert_eq!(spawned(&master), 2, "by the end of the first");
    assert!(master.sent(less).contains("+FULLRESYNC"));
    // A save for other reasons has no replica to copy from: cron starts the next.
    let mut master = Solo::new(&[NO_PING]);
    master.cmd("BGSAVE");
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert_eq!(master.sent(conn), "");
    master.finish_child();
    assert_eq!(spawned(&master), 2);
}

#[test]
fn replication_script_cache_flush() {
    let script = "return redis.call('incr', 'n')";
    let sha = sha1_smol::Sha1::from(script).digest().to_string();
    let evalsha = format!("EVALSHA {sha} 0");
    let in_full = [format!("EVAL {script} 0")];
    let mut master = Solo::new(&[NO_PING, "lua-replicate-commands no"]);
    master.run_ms(10);
    let mut replica = sub_replica(&mut master);
    let known = |master: &mut Solo, replica: ConnId| {
        master.cmd(&evalsha);
        let sent = master.stream(replica);
        let by_name = sent.ends_with(std::slice::from_ref(&evalsha));
        assert!(by_name || sent.ends_with(&in_full), "{sent:?}");
        by_name
    };
    let load = |master: &mut Solo| {
        let client = master.accept();
        master.say(client, resp(&["SCRIPT", "LOAD", script]).as_bytes());
    };
    load(&mut master);
    assert!(!known(&mut master, replica), "the first time it is sent in full");
    assert!(known(&mut master, replica), "then it is known");
    master.run_ms(3000);
    assert!(known(&mut master, replica), "cron leaves it alone while somebody is attached");
    master.cmd("SCRIPT FLUSH");
    load(&mut master);
    assert!(!known(&mut master, replica) && known(&mut master, replica), "SCRIPT FLUSH");
    let newcomer = sub_replica(&mut master);
    assert!(!known(&mut master, replica) && known(&mut master, replica), "a save for a newcomer, who holds nothing");
    for conn in [replica, newcomer] {
        master.input(Input::Closed { conn, reason: CloseReason::Eof });
    }
    let id = replid(&master).to_string();
    let goes_on = |master: &mut Solo| {
        let next = master.node.history().master_repl_offset.next().to_string();
        let conn = master.accept();
        master.say(conn, resp(&["PSYNC", &id, &next]).as_bytes());
        assert!(master.sent(conn).starts_with("+CONTINUE"));
        conn
    };
    replica = goes_on(&mut master);
    assert!(known(&mut master, replica), "a partial resync forgets nothing");
    master.input(Input::Closed { conn: replica, reason: CloseReason::Eof });
    master.run_ms(1100);
    replica = goes_on(&mut master);
    assert!(!known(&mut master, replica), "cron, once nobody was attached");
}

#[test]
fn put_slave_online() {
    let mut master = Solo::new(&[NO_PING, "min-replicas-to-write 1"]);
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert!(master.cmd("SET k v").starts_with("-NOREPLICAS"));
    master.finish_child();
    assert!(master.sent(conn).contains("$"), "the file is out");
    let online = |event: &Event| matches!(event, Event::ReplicaState { to: ReplicaState::Online, .. });
    assert!(master.events.iter().any(online));
    assert_eq!(master.cmd("SET k v"), "+OK\r\n", "it counts at once");
    assert!(master.sent(conn).ends_with(&resp(&["SET", "k", "v"])), "and its stream flows");
}

#[test]
fn refresh_good_slaves_count() {
    let (mut master, replica) = with_replica();
    let good = |master: &mut Solo| {
        let info = master.cmd("INFO replication");
        info.lines().find_map(|line| line.strip_prefix("min_slaves_good_slaves:").map(str::to_owned))
    };
    assert_eq!(good(&mut master), None, "not counted unless both options are set");
    master.cmd("CONFIG SET min-replicas-max-lag 2");
    master.cmd("CONFIG SET min-replicas-to-write 1");
    assert_eq!(good(&mut master).as_deref(), Some("1"), "CONFIG SET counts");
    master.run_ms(4000);
    assert_eq!(good(&mut master).as_deref(), Some("0"), "cron counts: no ACK for more than 2 s");
    master.say(replica, resp(&["REPLCONF", "ACK", "0"]).as_bytes());
    assert_eq!(good(&mut master).as_deref(), Some("0"), "an ACK does not");
    master.run_ms(1000);
    assert_eq!(good(&mut master).as_deref(), Some("1"));
    master.input(Input::Closed { conn: replica, reason: CloseReason::Eof });
    assert_eq!(good(&mut master).as_deref(), Some("0"), "a loss does");
    let id = replid(&master).to_string();
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", &id, "1"]).as_bytes());
    assert_eq!(good(&mut master).as_deref(), Some("1"), "so does a partial resync");
}

#[test]
fn feed_replication_backlog() {
    let (mut master, replica) = with_replica();
    master.cmd("SET k v");
    let window = master.node.backlog_window().unwrap();
    assert_eq!((window.histlen, master.node.history().master_repl_offset), (50, Offset(50)));
    master.input(Input::Closed { conn: replica, reason: CloseReason::Eof });
    master.cmd("SET k v");
    assert_eq!(master.node.history().master_repl_offset, Offset(77), "also without a replica");
    // An intermediate node feeds what it has applied, byte for byte.
    let (mut solo, link) = connected();
    let replica = sub_replica(&mut solo);
    let stream = resp(&["select", "0"]) + "PING\r\n" + &resp(&["SET", "k", "v"]);
    solo.say(link, stream.as_bytes());
    assert_eq!(solo.sent(replica), stream);
    assert_eq!(solo.node.history().master_repl_offset, Offset(1000 + stream.len() as i64));
}

/// The view says which bytes of the stream are in the kernel, and that nothing before it is any.
#[test]
fn the_stream_on_a_connection() {
    let stream = |master: &Solo, conn| master.node.stream_on(conn).map(|stream| (stream.begins.0, stream.sent.0));
    let mut master = Solo::new(&[NO_PING]);
    master.run_ms(10);
    let conn = master.accept();
    master.say(conn, resp(&["REPLCONF", "capa", "eof"]).as_bytes());
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    master.cmd("SET k v");
    assert_eq!(stream(&master, conn), None, "the file comes first");
    master.finish_child();
    assert_eq!(stream(&master, conn), Some((1, 50)), "what was queued meanwhile follows it");
    master.input(Input::Writable { conn, room: 20 });
    master.cmd("SET k v");
    assert_eq!(stream(&master, conn), Some((1, 70)), "the kernel took 20 of 27 bytes");
    assert_eq!(master.node.stream_on(conn).map(|stream| stream.bytes_sent()), Some(70));
    master.input(Input::Closed { conn, reason: CloseReason::Eof });
    let (conn, id) = (master.accept(), replid(&master).to_string());
    master.say(conn, resp(&["PSYNC", &id, "71"]).as_bytes());
    assert_eq!(stream(&master, conn), Some((71, 77)), "+CONTINUE is not part of it");
}

#[test]
fn the_next_request() {
    let next = |solo: &Solo| solo.node.view(None).next_request().map(|request| (request.replid, request.next.0));
    let id = ReplId::from_bytes(ID.as_bytes()).unwrap();
    let mut solo = Solo::new(&["replicaof m 6379", NO_PING]);
    assert_eq!(next(&solo), None, "it has nothing to continue");
    let link = full_sync(&mut solo, 1000);
    solo.say(link, resp(&["PING"]).as_bytes());
    assert_eq!(next(&solo), Some((id, 1015)), "a live link");
    solo.input(Input::Closed { conn: link, reason: CloseReason::Eof });
    assert_eq!(next(&solo), Some((id, 1015)), "a cached one");
    solo.cmd("REPLICAOF NO ONE");
    assert_eq!(next(&solo), Some((replid(&solo), 1015)), "a master has its own history");
}

#[test]
fn replication_send_ack() {
    let (mut solo, link) = connected();
    solo.run_ms(1000);
    assert_eq!(solo.sent(link), resp(&["REPLCONF", "ACK", "1000"]), "each second");
    solo.say(link, (resp(&["PING"]) + &resp(&["REPLCONF", "GETACK", "*"])).as_bytes());
    assert_eq!(solo.sent(link), resp(&["REPLCONF", "ACK", "1014"]), "at once; the GETACK is not applied yet");
    solo.run_ms(1000);
    assert_eq!(solo.sent(link), resp(&["REPLCONF", "ACK", "1051"]));
}

/// A master may send any offset, and a sub-replica may ask for it.
#[test]
fn offsets_at_the_end_of_their_range() {
    for offset in [i64::MAX, i64::MAX - 3, i64::MIN, -2] {
        let mut solo = Solo::new(&["replicaof m 6379", NO_PING]);
        let link = full_sync(&mut solo, offset);
        sub_replica(&mut solo);
        solo.say(link, resp(&["SET", "a", "1"]).as_bytes());
        for next in [i64::MIN, offset, offset.saturating_add(1), i64::MAX] {
            let conn = solo.accept();
            solo.say(conn, resp(&["PSYNC", ID, &next.to_string()]).as_bytes());
        }
        assert_eq!(solo.cmd("GET a"), "$1\r\n1\r\n", "it lives");
    }
}

#[test]
fn a_chain_is_one_history() {
    let mut net = Net::new(&[&[NO_PING], &["replicaof h 7000"], &["replicaof h 7001"]]);
    net.wait_up(1);
    net.wait_up(2);
    net.cmd(0, "SET k v");
    net.run_ms(1500);
    let histories: Vec<_> =
        net.nodes.iter().flatten().map(|node| (node.history().replid, node.history().master_repl_offset)).collect();
    assert_eq!(histories[0], histories[1]);
    assert_eq!(histories[1], histories[2]);
}
