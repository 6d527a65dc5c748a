//! The replica's handshake, state by state, against a scripted master.

use psyncscope_engine::event::{Event, PsyncOutcome};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::steps::{Field, Function, StepEvent, Value, step};
use psyncscope_engine::{Input, Output};

use crate::common::solo::{Solo, rdb, resp};

const REPLICA: &str = "replicaof 10.0.0.1 6379";
const ID: &str = "8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c8f2c";
const OTHER: &str = "c41ec41ec41ec41ec41ec41ec41ec41ec41ec41e";

/// A replica that finished a full sync at `offset` with key `k`.
fn synced(lines: &[&str], offset: i64) -> (Solo, psyncscope_engine::ConnId) {
    let mut solo = Solo::new(lines);
    let (conn, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", "?", "-1"]));
    solo.say(conn, format!("+FULLRESYNC {ID} {offset}\r\n").as_bytes());
    let file = rdb(&["SET k v"]);
    solo.say(conn, format!("${}\r\n", file.len()).as_bytes());
    solo.say(conn, &file);
    assert_eq!(solo.state(), ReplState::Connected);
    (solo, conn)
}

#[test]
fn each_handshake_state_sends_its_bytes_and_waits() {
    let mut solo =
        Solo::new(&[REPLICA, "masterauth s3cret", "replica-announce-ip 10.9.8.7", "replica-announce-port 7777"]);
    assert_eq!(solo.state(), ReplState::Connect);
    solo.run_ms(1);
    assert_eq!(solo.state(), ReplState::Connecting, "the first cron comes a millisecond after the start");
    let conn = solo.connect();
    let rungs = [
        (ReplState::ReceivePong, resp(&["PING"]), "+PONG\r\n"),
        (ReplState::ReceiveAuth, resp(&["AUTH", "s3cret"]), "+OK\r\n"),
        (ReplState::ReceivePort, resp(&["REPLCONF", "listening-port", "7777"]), "+OK\r\n"),
        (ReplState::ReceiveIp, resp(&["REPLCONF", "ip-address", "10.9.8.7"]), "-ERR unknown\r\n"),
        (ReplState::ReceiveCapa, resp(&["REPLCONF", "capa", "eof", "capa", "psync2"]), "-ERR unknown\r\n"),
        (ReplState::ReceivePsync, resp(&["PSYNC", "?", "-1"]), "\r\n"),
    ];
    for (state, request, answer) in rungs {
        assert_eq!(solo.state(), state);
        solo.expect(conn, &request);
        solo.say(conn, answer.as_bytes());
    }
    assert_eq!(solo.state(), ReplState::ReceivePsync, "an empty line only keeps the link alive");
    solo.expect(conn, "");
}

#[test]
fn an_abandoned_connection_is_ignored_when_it_is_established() {
    let mut solo = Solo::new(&[REPLICA]);
    solo.run_ms(10);
    let given_up = solo.link();
    solo.cmd("REPLICAOF 10.0.0.2 6379");
    solo.run_ms(1000);
    let conn = solo.link();
    assert_ne!(conn, given_up);
    for input in [
        Input::Connected { conn: given_up, room: 1 << 20 },
        Input::ConnectFailed { conn: given_up, error: "Connection refused" },
    ] {
        solo.input(input);
        assert_eq!(solo.state(), ReplState::Connecting);
        assert_eq!((solo.sent(given_up), solo.sent(conn)), (String::new(), String::new()));
    }
    solo.input(Input::Connected { conn, room: 1 << 20 });
    solo.expect(conn, &resp(&["PING"]));
    // Once is enough.
    solo.input(Input::Connected { conn, room: 1 << 20 });
    assert_eq!(solo.state(), ReplState::ReceivePong);
    solo.expect(conn, "");
}

#[test]
fn an_answer_is_at_most_255_bytes_and_the_rest_is_the_next() {
    let check = |answer: String, state: ReplState| {
        let mut solo = Solo::new(&[REPLICA]);
        let conn = solo.connect();
        solo.say(conn, b"+PONG\r\n");
        assert_eq!(solo.state(), ReplState::ReceivePort);
        solo.say(conn, answer.as_bytes());
        assert_eq!(solo.state(), state, "{} bytes", answer.len());
    };
    let bytes = |n: usize| "+".repeat(n);
    check(bytes(254), ReplState::ReceivePort);
    check(bytes(254) + "\n", ReplState::ReceiveCapa);
    check(bytes(255), ReplState::ReceiveCapa);
    // The line end beyond the limit is an empty reply to the next request, which accepts any.
    check(bytes(255) + "\n", ReplState::ReceivePsync);
    check(bytes(254) + "\r\n", ReplState::ReceivePsync);
    check(bytes(509), ReplState::ReceiveCapa);
    check(bytes(510), ReplState::ReceivePsync);
    // The first line of a transfer may be longer.
    for (length, state) in [(1022, ReplState::Transfer), (1023, ReplState::Connect)] {
        let mut solo = Solo::new(&[REPLICA]);
        let (conn, _) = solo.handshake();
        solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n-{}", "x".repeat(length - 1)).as_bytes());
        assert_eq!(solo.state(), state, "{length} bytes");
    }
}

#[test]
fn replies_to_ping() {
    #[track_caller]
    fn check(answer: &str, goes_on: bool) {
        let mut solo = Solo::new(&[REPLICA]);
        let conn = solo.connect();
        solo.say(conn, answer.as_bytes());
        assert_eq!(solo.state() == ReplState::ReceivePort, goes_on, "{answer:?}");
        assert_eq!(solo.has_closed(conn), !goes_on, "{answer:?}");
        if !goes_on {
            assert_eq!(solo.state(), ReplState::Connect);
            solo.run_ms(1000);
            assert_eq!(solo.state(), ReplState::Connecting, "the next cron tries again");
        }
    }
    check("+PONG\r\n", true);
    check("+anything\r\n", true);
    check("-NOAUTH Authentication required.\r\n", true);
    check("-ERR operation not permitted\r\n", true);
    check("-LOADING Redis is loading the dataset in memory\r\n", false);
    check("-BUSY script\r\n", false);
    check("-MISCONF disk\r\n", false);
    check("-ERR other\r\n", false);
    check("\r\n", false);
    check("PONG\r\n", false);
}

#[test]
fn a_reply_may_come_byte_by_byte_but_not_too_slowly() {
    let mut solo = Solo::new(&[REPLICA]);
    let conn = solo.connect();
    for byte in b"+PON" {
        solo.say(conn, &[*byte]);
        solo.run_ms(4900);
    }
    assert_eq!(solo.state(), ReplState::ReceivePong);
    solo.run_ms(200);
    assert!(solo.has_closed(conn), "5 s after the last byte the read fails");
}

#[test]
fn slave_try_partial_resynchronization_handles_every_reply() {
    #[track_caller]
    fn check(answer: &str, outcome: Option<PsyncOutcome>, result: &str, state: ReplState, cached: bool) {
        let (mut solo, conn) = synced(&[REPLICA], 50);
        solo.drop_link(conn);
        let (conn, psync) = solo.handshake();
        assert_eq!(psync, resp(&["PSYNC", ID, "51"]));
        solo.node.observe_steps();
        solo.say(conn, answer.as_bytes());
        // What the function returned, as its caller's step tells it.
        let steps = solo.node.take_steps();
        let returned = steps.iter().find_map(|report| match &report.event {
            StepEvent::Taken(taken) if taken.step == step::SyncWithMaster::DecideByReply.into() => {
                Some(taken.values[0].value.clone())
            }
            _ => None,
        });
        assert_eq!(returned, Some(Value::Text(result.to_owned())), "{answer:?}");
        let got = solo.events.iter().rev().find_map(|event| match event {
            Event::Outcome(outcome) => Some(outcome.clone()),
            _ => None,
        });
        if let Some(expect) = outcome {
            assert_eq!(got, Some(expect), "{answer:?}");
        }
        assert_eq!(solo.state(), state, "{answer:?}");
        let view = solo.node.view(None);
        let upstream = view.upstream.expect("a replica");
        assert_eq!(upstream.cached_master.is_some(), cached, "{answer:?}");
    }
    let later = Some(PsyncOutcome::TryLater);
    let not = Some(PsyncOutcome::NotSupported);
    check("-NOMASTERLINK wait\r\n", later.clone(), "TRY_LATER", ReplState::Connect, true);
    check("-LOADING wait\r\n", later, "TRY_LATER", ReplState::Connect, true);
    check("-ERR unknown command\r\n", not.clone(), "NOT_SUPPORTED", ReplState::Transfer, false);
    check("-MASTERDOWN\r\n", not.clone(), "NOT_SUPPORTED", ReplState::Transfer, false);
    check("junk\r\n", not, "NOT_SUPPORTED", ReplState::Transfer, false);
    check(
        &format!("+CONTINUE {ID}\r\n"),
        Some(PsyncOutcome::Continue { new_replid: None }),
        "CONTINUE",
        ReplState::Connected,
        false,
    );
    check("+CONTINUE\r\n", Some(PsyncOutcome::Continue { new_replid: None }), "CONTINUE", ReplState::Connected, false);
    check("+FULLRESYNC short 12\r\n", None, "FULLRESYNC", ReplState::Transfer, false);
    check("\r\n", None, "WAIT_REPLY", ReplState::ReceivePsync, true);
}

/// How often a function was entered since the last call.
fn entered(solo: &mut Solo, function: Function) -> usize {
    let steps = solo.node.take_steps();
    steps.iter().filter(|report| report.event == StepEvent::Entered(function)).count()
}

#[test]
fn a_function_is_entered_once_for_what_there_is_to_read() {
    let mut solo = Solo::new(&[REPLICA]);
    let conn = solo.connect();
    solo.node.observe_steps();
    for answer in ["+PONG\r\n", "+OK\r\n"] {
        solo.say(conn, answer.as_bytes());
        assert_eq!(entered(&mut solo, Function::SyncWithMaster), 1, "{answer:?}");
    }
    solo.say(conn, b"+OK\r\n");
    let asks = solo.node.take_steps().into_iter().find_map(|report| match report.event {
        StepEvent::Taken(taken) if taken.step == step::SlaveTryPartialResynchronization::HasCachedMaster.into() => {
            Some(taken.values)
        }
        _ => None,
    });
    let asks = asks.expect("it asks");
    let of = |field| asks.iter().find(|value| value.field == field).map(|value| value.value.clone());
    assert_eq!(of(Field::AskedReplid), Some(Value::Text("?".to_owned())));
    assert_eq!(of(Field::AskedOffset), Some(Value::Number(-1)));
    solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n").as_bytes());
    solo.node.take_steps();
    // The header, the file, and what there is to do once it is loaded.
    let file = rdb(&["SET k v"]);
    solo.say(conn, &[format!("${}\r\n", file.len()).as_bytes(), &file].concat());
    assert_eq!(entered(&mut solo, Function::ReadSyncBulkPayload), 3);
}

#[test]
fn continue_with_another_id_shifts_the_history() {
    let (mut solo, conn) = synced(&[REPLICA], 77);
    solo.drop_link(conn);
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+CONTINUE {OTHER}\r\n{}", resp(&["SET", "a", "1"])).as_bytes());
    let history = solo.node.history();
    assert_eq!(history.replid.to_string(), OTHER);
    assert_eq!(history.replid2.to_string(), ID);
    assert_eq!(history.second_replid_offset.0, 78);
    assert_eq!(history.master_repl_offset.0, 77 + 27, "what came with the line was applied");
    assert_eq!(solo.cmd("GET a"), "$1\r\n1\r\n");
}

#[test]
fn an_unrequested_continue_is_refused() {
    let mut solo = Solo::new(&[REPLICA]);
    let (conn, _) = solo.handshake();
    solo.say(conn, b"+CONTINUE\r\n");
    assert_eq!(solo.state(), ReplState::Transfer);
    solo.expect(conn, "SYNC\r\n");
}

#[test]
fn after_sync_the_offset_is_unknown_and_nothing_is_acknowledged() {
    let mut solo = Solo::new(&[REPLICA]);
    let (conn, _) = solo.handshake();
    solo.say(conn, b"-ERR unknown command\r\n");
    solo.expect(conn, "SYNC\r\n");
    let file = rdb(&["SET k v"]);
    solo.say(conn, format!("${}\r\n", file.len()).as_bytes());
    solo.say(conn, &file);
    assert_eq!(solo.state(), ReplState::Connected);
    solo.run_ms(3000);
    solo.expect(conn, "");
    assert!(solo.cmd("INFO replication").contains("master_replid:\r\n"), "the ID is an empty string");
    solo.say(conn, resp(&["REPLCONF", "GETACK", "*"]).as_bytes());
    solo.expect(conn, &resp(&["REPLCONF", "ACK", "-1"]));
}

#[test]
fn the_offset_counts_whole_commands_only() {
    let (mut solo, conn) = synced(&[REPLICA], 0);
    let set = resp(&["SET", "a", "1"]);
    let (half, rest) = set.split_at(11);
    solo.say(conn, half.as_bytes());
    assert_eq!(solo.node.master_link_offsets().map(|(a, b)| (a.0, b.0)), Some((0, 11)));
    solo.drop_link(conn);
    let (conn, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", ID, "1"]), "the half is asked for again");
    solo.say(conn, format!("+CONTINUE\r\n{half}{rest}\n").as_bytes());
    assert_eq!(solo.node.master_link_offsets().map(|(a, b)| (a.0, b.0)), Some((27, 28)), "a newline counts later");
    solo.say(conn, b"PING\r\n");
    assert_eq!(solo.node.master_link_offsets().map(|(a, _)| a.0), Some(34), "27 + 1 + an inline PING");
}

#[test]
fn a_getack_is_acknowledged_with_the_offset_before_it() {
    let (mut solo, conn) = synced(&[REPLICA], 100);
    solo.sent(conn);
    solo.say(conn, resp(&["REPLCONF", "GETACK", "*"]).as_bytes());
    solo.expect(conn, &resp(&["REPLCONF", "ACK", "100"]));
    solo.run_ms(1000);
    solo.expect(conn, &resp(&["REPLCONF", "ACK", "137"]));
}

#[test]
fn a_transfer_by_mark_ends_at_the_mark_whatever_the_pieces() {
    let file = rdb(&["SET k v", "SET big xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]);
    let mark = "0123456789012345678901234567890123456789";
    for piece in [1, 7, 40, 4096] {
        let mut solo = Solo::new(&[REPLICA]);
        let (conn, _) = solo.handshake();
        solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n$EOF:{mark}\r\n").as_bytes());
        let payload = [&file[..], mark.as_bytes()].concat();
        for chunk in payload.chunks(piece) {
            assert_eq!(solo.state(), ReplState::Transfer);
            solo.say(conn, chunk);
        }
        assert_eq!(solo.state(), ReplState::Connected, "in pieces of {piece}");
        assert_eq!(solo.cmd("GET k"), "$1\r\nv\r\n");
    }
}

#[test]
fn failed_transfers() {
    #[track_caller]
    fn check(bytes: &[u8]) {
        let mut solo = Solo::new(&[REPLICA]);
        let (conn, _) = solo.handshake();
        solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n").as_bytes());
        solo.say(conn, bytes);
        assert_eq!(solo.state(), ReplState::Connect, "{}", String::from_utf8_lossy(bytes));
        assert!(solo.has_closed(conn));
        let (_, psync) = solo.handshake();
        assert_eq!(psync, resp(&["PSYNC", "?", "-1"]), "the cached master was given up at +FULLRESYNC");
    }
    check(b"-ERR no save today\r\n");
    check(b"hello\r\n");
    check(b"$0\r\nR");
    check(b"$-5\r\nR");
    check(b"$many\r\nR");
    check(b"$9\r\nREDIS0010");
    check(b"$9\r\nNOTREDIS!");
}

#[test]
fn a_link_lost_during_the_transfer() {
    let (mut solo, conn) = synced(&[REPLICA], 50);
    solo.drop_link(conn);
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+FULLRESYNC {OTHER} 5\r\n$100\r\nREDIS").as_bytes());
    let transfer = |solo: &Solo| solo.node.view(None).upstream.as_ref().and_then(|upstream| upstream.transfer);
    assert_eq!(transfer(&solo), Some((5, Some(100))));
    solo.events.clear();
    solo.drop_link(conn);
    assert_eq!((solo.state(), transfer(&solo)), (ReplState::Connect, None));
    assert!(solo.events.iter().any(
        |event| matches!(event, Event::Log { text, .. } if text.starts_with("I/O error trying to sync with MASTER"))
    ));
    assert_eq!(solo.cmd("GET k"), "$1\r\nv\r\n", "the dataset is still the old one");
    let (_, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", "?", "-1"]));
}

#[test]
fn errors_of_replconf_are_only_logged() {
    let mut solo = Solo::new(&[REPLICA, "replica-announce-ip 10.9.8.7"]);
    let conn = solo.connect();
    solo.say(conn, b"+PONG\r\n");
    for option in ["listening-port", "ip-address", "capa"] {
        solo.events.clear();
        solo.say(conn, b"-ERR what\r\n");
        let expected = format!("(Non critical) Master does not understand REPLCONF {option}: -ERR what");
        let is_it = |event: &Event| matches!(event, Event::Log { text, .. } if *text == expected);
        assert_eq!(solo.events.iter().filter(|event| is_it(event)).count(), 1, "{option}");
    }
    assert_eq!(solo.state(), ReplState::ReceivePsync);
    let (solo, _) = synced(&[REPLICA], 5);
    let is_error = |event: &Event| matches!(event, Event::Log { text, .. } if text.starts_with("(Non critical)"));
    assert!(!solo.events.iter().any(is_error), "nothing is logged for +OK");
}

/// A kernel that does not accept a whole request ends the handshake.
#[test]
fn a_request_goes_out_whole_or_not_at_all() {
    let (ping, port) = (resp(&["PING"]), resp(&["REPLCONF", "listening-port", "7001"]));
    for (room, sent, state) in [
        (0, String::new(), ReplState::Connect),
        (ping.len() - 1, String::new(), ReplState::Connect),
        (ping.len(), ping.clone(), ReplState::Connect),
        (ping.len() + port.len() - 1, ping.clone(), ReplState::Connect),
        (ping.len() + port.len(), ping.clone() + &port, ReplState::ReceivePort),
    ] {
        let mut solo = Solo::new(&[REPLICA]);
        solo.run_ms(10);
        let conn = solo.link();
        solo.input(Input::Connected { conn, room });
        solo.say(conn, b"+PONG\r\n");
        assert_eq!((solo.sent(conn), solo.state()), (sent, state), "room for {room} bytes");
        assert_eq!(solo.has_closed(conn), state == ReplState::Connect);
    }
}

#[test]
fn a_torn_rdb_ends_the_process_as_it_ends_redis() {
    let mut solo = Solo::new(&[REPLICA]);
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n$12\r\nREDIS0009xyz").as_bytes());
    assert!(solo.outputs.iter().any(|output| matches!(output, Output::Exit { status: 1 })));
    assert_eq!(solo.node.next_timeout(), None);
}

#[test]
fn timeouts_of_the_handshake_the_transfer_and_the_stream() {
    let mut solo = Solo::new(&[REPLICA, "repl-timeout 3"]);
    let conn = solo.connect();
    solo.run_ms(2800);
    assert_eq!(solo.state(), ReplState::ReceivePong);
    solo.run_ms(1200);
    assert!(solo.has_closed(conn), "more than 3 whole seconds without an answer");
    assert_eq!(solo.state(), ReplState::Connecting, "and tried again in the same tick");

    let (mut solo, conn) = synced(&[REPLICA, "repl-timeout 3"], 28);
    solo.run_ms(5100);
    assert!(solo.has_closed(conn), "the master fell silent");
    assert_eq!(solo.state(), ReplState::Connecting);
    let conn = solo.link();
    solo.input(Input::Connected { conn, room: 1 << 20 });
    for answer in ["+PONG\r\n", "+OK\r\n", "+OK\r\n"] {
        solo.say(conn, answer.as_bytes());
    }
    assert!(solo.sent(conn).ends_with(&resp(&["PSYNC", ID, "29"])), "the history is not lost by a timeout");
}

#[test]
fn a_link_lost_before_the_reply_to_psync_discards_the_cached_master() {
    let (mut solo, conn) = synced(&[REPLICA], 50);
    solo.drop_link(conn);
    let (conn, _) = solo.handshake();
    solo.drop_link(conn);
    let (_, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", "?", "-1"]));
}

#[test]
fn a_former_master_requests_its_own_history() {
    let mut solo = Solo::new(&[]);
    let id = solo.node.history().replid.to_string();
    assert_eq!(solo.cmd("REPLICAOF 10.0.0.1 6379"), "+OK\r\n");
    assert_eq!(solo.cmd("REPLICAOF 10.0.0.1 6379"), "+OK Already connected to specified master\r\n");
    let (_, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", &id, "1"]));
}

/// The lines of the log.
fn log_of(solo: &Solo) -> Vec<&str> {
    let texts = solo.events.iter().filter_map(|event| match event {
        Event::Log { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn bulk_headers_are_read_as_strtol_reads_them() {
    #[track_caller]
    fn check(header: &str, then: &str, lines: &[&str], state: ReplState) {
        let mut solo = Solo::new(&[REPLICA]);
        let (conn, _) = solo.handshake();
        solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n").as_bytes());
        solo.events.clear();
        solo.say(conn, format!("{header}\r\n").as_bytes());
        if !header.starts_with(['$', '\0']) {
            assert_eq!((log_of(&solo).as_slice(), solo.state()), (lines, state), "{header}");
            return;
        }
        assert_eq!(solo.state(), ReplState::Transfer, "{header}: nothing is wrong before the next read");
        solo.say(conn, then.as_bytes());
        assert_eq!((log_of(&solo).as_slice(), solo.state()), (lines, state), "{header}");
    }
    let receiving = |n: &str| format!("MASTER <-> REPLICA sync: receiving {n} bytes from master");
    let lost = "I/O error trying to sync with MASTER: connection lost";
    check("$0", "R", &[&receiving("0"), lost], ReplState::Connect);
    check("$abc", "R", &[&receiving("0"), lost], ReplState::Connect);
    check("$", "R", &[&receiving("0"), lost], ReplState::Connect);
    check("$EOF:short", "R", &[&receiving("0"), lost], ReplState::Connect);
    check("$-5", "R", &[&receiving("-5"), "I/O error trying to sync with MASTER: Bad address"], ReplState::Connect);
    check("$ 128", "R", &[&receiving("128")], ReplState::Transfer);
    check("$+128bytes", "R", &[&receiving("128")], ReplState::Transfer);
    check("$99999999999999999999", "R", &[&receiving("9223372036854775807")], ReplState::Transfer);
    // -1 is what Redis has before the header, so the next line is a header again.
    check("$-1", "$7\r\n", &[&receiving("-1"), &receiving("7")], ReplState::Transfer);
    check("\0$0", "$7\r\n", &[&receiving("7")], ReplState::Transfer);
    check("-ERR no save", "", &["MASTER aborted replication with an error: ERR no save"], ReplState::Connect);
    let not_a_bulk = "Bad protocol from MASTER, the first byte is not '$' (we received '128'), are you sure the host \
                      and port are right?";
    check("128", "", &[not_a_bulk], ReplState::Connect);
}

#[test]
fn a_header_without_a_payload_waits_for_more() {
    let mut solo = Solo::new(&[REPLICA, "repl-timeout 5"]);
    let (conn, _) = solo.handshake();
    solo.say(conn, format!("+FULLRESYNC {ID} 5\r\n$0\r\n").as_bytes());
    assert!(solo.cmd("INFO replication").contains("master_sync_left_bytes:0\r\n"));
    solo.run_ms(4000);
    assert_eq!(solo.state(), ReplState::Transfer);
    solo.run_ms(3000);
    assert!(log_of(&solo).iter().any(|text| text.starts_with("Timeout receiving bulk data from MASTER")));
}

#[test]
fn a_protocol_error_in_the_stream_ends_the_link_at_the_next_ack() {
    for bad in ["*abc\r\n", "*1\r\n:1\r\n", "SET a \"b\r\n"] {
        let (mut solo, conn) = synced(&[REPLICA], 100);
        solo.sent(conn);
        solo.events.clear();
        solo.say(conn, format!("SET a 1\r\n{bad}SET b 1\r\n").as_bytes());
        solo.say(conn, b"SET c 1\r\n");
        assert!(!solo.has_closed(conn), "{bad}: a master gets no reply after which it could be closed");
        assert!(solo.cmd("INFO replication").contains("master_link_status:up\r\n"));
        assert_eq!(solo.cmd("EXISTS a b c"), ":1\r\n", "{bad}: only what came before the error is executed");
        solo.run_ms(1100);
        assert!(solo.has_closed(conn), "{bad}");
        solo.expect(conn, "");
        let log = log_of(&solo);
        assert!(
            log.contains(&"Connection with master lost.") && !log.contains(&"Caching the disconnected master state.")
        );
        assert_eq!(solo.handshake().1, resp(&["PSYNC", "?", "-1"]), "{bad}");
    }
    // A queued ACK goes out first, and the link is closed right after it.
    let (mut solo, conn) = synced(&[REPLICA], 100);
    solo.sent(conn);
    solo.say(conn, [&resp(&["REPLCONF", "GETACK", "*"]), "*abc\r\n"].concat().as_bytes());
    solo.expect(conn, &resp(&["REPLCONF", "ACK", "100"]));
    assert!(solo.has_closed(conn));
}

#[test]
fn after_sync_a_protocol_error_ends_only_by_timeout() {
    let mut solo = Solo::new(&[REPLICA]);
    let (conn, _) = solo.handshake();
    solo.say(conn, b"-ERR unknown command\r\n");
    let file = rdb(&["SET k v"]);
    solo.say(conn, &[format!("${}\r\n", file.len()).as_bytes(), &file].concat());
    solo.say(conn, b"*abc\r\n");
    for _ in 0..10 {
        solo.run_ms(30_000);
        solo.say(conn, b"PING\r\n");
    }
    assert!(!solo.has_closed(conn), "no ACK is ever due, and the master is not silent");
    solo.run_ms(63_000);
    assert!(solo.has_closed(conn));
}
