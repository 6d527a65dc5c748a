//! What a master sends that the node cannot apply: counted on the link of a Redis 5, the end of the link of a later
//! one.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::config::Limits;
use psyncscope_engine::event::{Consequence, Event, LogLevel};
use psyncscope_engine::ids::Offset;
use psyncscope_engine::io::DiskRequest;
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::{ConnId, Output};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::common::solo::{Solo, rdb, resp};

const ID: &str = "1234567890abcdef1234567890abcdef12345678";
const NO_PING: &str = "repl-ping-replica-period 3600";
const OFFSET: i64 = 1000;

/// A replica at [`OFFSET`] that holds `k`, and its link. `version_max` is its `rdb-version-max`.
fn connected(version_max: u32, lines: &[&str]) -> (Solo, ConnId) {
    let limits = Limits { rdb_version_max: version_max, ..Limits::default() };
    let lines: Vec<&str> = ["replicaof m 6379", NO_PING].iter().chain(lines).copied().collect();
    let mut solo = Solo::within(limits, &lines, None).unwrap();
    let (conn, _) = solo.handshake();
    full_sync(&mut solo, conn, &rdb(&["SET k v"]));
    assert_eq!(solo.state(), ReplState::Connected);
    solo.events.clear();
    (solo, conn)
}

fn full_sync(solo: &mut Solo, conn: ConnId, file: &[u8]) {
    solo.say(conn, format!("+FULLRESYNC {ID} {OFFSET}\r\n${}\r\n", file.len()).as_bytes());
    solo.say(conn, file);
}

fn stream(lines: &[&str]) -> String {
    lines.iter().map(|line| resp(&line.split(' ').collect::<Vec<_>>())).collect()
}

fn info(solo: &mut Solo, field: &str) -> Option<String> {
    let info = solo.cmd("INFO");
    info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).map(str::to_owned)
}

fn failures(solo: &Solo) -> Vec<(String, Offset, Consequence)> {
    let failed = |event: &Event| match event {
        Event::MasterCommandFailed { command, after, consequence, .. } => Some((command.clone(), *after, *consequence)),
        _ => None,
    };
    solo.events.iter().filter_map(failed).collect()
}

fn warnings(solo: &Solo) -> Vec<&str> {
    fn text(event: &Event) -> Option<&str> {
        match event {
            Event::Log { level: LogLevel::Warning, text } => Some(text),
            _ => None,
        }
    }
    solo.events.iter().filter_map(text).collect()
}

fn connects(solo: &Solo) -> usize {
    solo.outputs.iter().filter(|output| matches!(output, Output::Connect { .. })).count()
}

#[test]
fn on_the_link_of_a_redis_5_a_failure_is_counted_and_told_and_the_link_stays() {
    let (mut solo, conn) = connected(9, &[]);
    assert_eq!(info(&mut solo, "unexpected_error_replies"), None, "as in 5.0.14 while there is none");
    let first = stream(&["SET a 1"]);
    let rest = stream(&["LPUSH k x", "COPY k l", "SET b 1 PXAT 9", "SET c", "SET d 1"]);
    solo.say(conn, (first.clone() + &rest).as_bytes());
    assert_eq!(solo.state(), ReplState::Connected);
    assert_eq!(solo.cmd("EXISTS a b c d l"), ":2\r\n");
    assert_eq!(info(&mut solo, "unexpected_error_replies").as_deref(), Some("4"));
    assert_eq!(info(&mut solo, "slave_repl_offset"), Some((OFFSET + (first.len() + rest.len()) as i64).to_string()));
    assert_eq!(info(&mut solo, "master_link_down_reason"), None);
    let names: Vec<_> = failures(&solo).into_iter().map(|(name, _, consequence)| (name, consequence)).collect();
    assert_eq!(names, ["lpush", "copy", "set", "set"].map(|name| (name.to_owned(), Consequence::Missing)));
    assert_eq!(failures(&solo)[0].1, Offset(OFFSET + first.len() as i64));
    assert!(
        warnings(&solo)[0].ends_with(
            "to its master: 'WRONGTYPE Operation against a key holding the wrong kind of value' after processing the \
             command 'lpush'"
        ),
        "{:?}",
        warnings(&solo)
    );
    solo.cmd("CONFIG RESETSTAT");
    assert_eq!(info(&mut solo, "unexpected_error_replies"), None);
}

#[test]
fn a_script_may_have_failed_at_its_master_too() {
    for version_max in [9, 12] {
        let (mut solo, conn) = connected(version_max, &[]);
        solo.say(conn, resp(&["EVAL", "redis.call('set','a','1') redis.call('lpush','k','x')", "0"]).as_bytes());
        assert_eq!(solo.state(), ReplState::Connected);
        assert_eq!(failures(&solo), [("eval".to_owned(), Offset(OFFSET), Consequence::PerhapsMissing)]);
        assert_eq!(solo.cmd("GET a"), "$1\r\n1\r\n");
    }
    // One that it never had, or that calls what is not there, has not.
    for words in [vec!["EVALSHA", ID, "0"], vec!["EVAL", "redis.pcall('json.set','s','.','1')", "0"]] {
        let (mut solo, conn) = connected(12, &[]);
        solo.say(conn, resp(&words).as_bytes());
        assert_eq!(failures(&solo)[0].2, Consequence::LinkEnds, "{words:?}");
        assert!(solo.has_closed(conn));
    }
}

#[test]
fn on_the_link_of_a_later_redis_a_failure_ends_it_and_what_came_before_is_passed_on() {
    let (mut solo, conn) = connected(12, &[]);
    let replica = solo.attach_replica();
    let before = stream(&["SELECT 0", "SET a 1 PXAT 1900000000000"]);
    solo.say(conn, (before.clone() + &stream(&["JSON.SET s . 1", "SET b 1"])).as_bytes());
    assert_eq!(solo.stream(replica), ["SELECT 0", "SET a 1 PXAT 1900000000000"]);
    assert!(solo.has_closed(conn) && !solo.has_closed(replica));
    assert_eq!(solo.state(), ReplState::Connect);
    assert_eq!(solo.cmd("EXISTS k a b s"), ":2\r\n");
    let offset = OFFSET + before.len() as i64;
    assert_eq!(failures(&solo), [("json.set".to_owned(), Offset(offset), Consequence::LinkEnds)]);
    let reason =
        format!("cannot apply 'json.set' of the master after offset {offset}: ERR unknown command `JSON.SET`, ");
    let told = info(&mut solo, "master_link_down_reason").unwrap();
    assert!(told.starts_with(&reason), "{told}");
    assert_eq!(info(&mut solo, "master_link_status").as_deref(), Some("down"));
    assert_eq!(info(&mut solo, "slave_repl_offset"), Some(offset.to_string()));
    assert_eq!(solo.node.history().master_repl_offset, Offset(offset));
    let lines = warnings(&solo).iter().filter(|line| line.starts_with("The link with the master ends: ")).count();
    assert_eq!(lines, 1, "{:?}", warnings(&solo));
}

#[test]
fn after_a_refusal_a_full_resync_is_tried_once_a_minute() {
    let (mut solo, conn) = connected(12, &[]);
    solo.say(conn, stream(&["JSON.SET s . 1"]).as_bytes());
    solo.outputs.clear();
    solo.run_ms(58_000);
    assert_eq!(connects(&solo), 0);
    solo.run_ms(3_000);
    assert_eq!(connects(&solo), 1);
    let conn = solo.link();
    solo.input(psyncscope_engine::Input::Connected { conn, room: 1 << 20 });
    for answer in ["+PONG\r\n", "+OK\r\n", "+OK\r\n"] {
        solo.sent(conn);
        solo.say(conn, answer.as_bytes());
    }
    solo.expect(conn, &resp(&["PSYNC", "?", "-1"]));
    assert!(info(&mut solo, "master_link_down_reason").is_some(), "it is not up yet");
    full_sync(&mut solo, conn, &rdb(&["SET new v"]));
    assert_eq!(solo.state(), ReplState::Connected);
    assert_eq!(info(&mut solo, "master_link_down_reason"), None);
    assert_eq!(solo.cmd("EXISTS k new"), ":1\r\n");
}

#[test]
fn another_master_is_followed_at_once() {
    let (mut solo, conn) = connected(12, &[]);
    solo.say(conn, stream(&["JSON.SET s . 1"]).as_bytes());
    solo.outputs.clear();
    solo.cmd("REPLICAOF other 6379");
    assert_eq!(info(&mut solo, "master_link_down_reason"), None);
    solo.run_ms(1100);
    assert_eq!(connects(&solo), 1);
}

#[test]
fn of_a_transaction_that_is_refused_nothing_is_applied() {
    let (mut solo, conn) = connected(12, &[]);
    let replica = solo.attach_replica();
    solo.say(conn, stream(&["SET a 1", "MULTI", "SET b 1", "JSON.SET s . 1", "EXEC"]).as_bytes());
    assert!(solo.has_closed(conn));
    assert_eq!(solo.cmd("EXISTS a b s"), ":1\r\n");
    assert_eq!(solo.stream(replica), ["SET a 1"]);
    assert_eq!(solo.cmd("PING"), "+PONG\r\n");
}

#[test]
fn clients_have_the_commands_of_redis_5_before_and_after_a_promotion() {
    let (mut solo, conn) = connected(12, &["replica-read-only no"]);
    solo.say(conn, stream(&["SET a 1 KEEPTTL", "RPUSH l a b c", "LPOP l 2", "COPY a c"]).as_bytes());
    assert_eq!(failures(&solo), []);
    for _ in 0..2 {
        assert_eq!(solo.cmd("EXISTS a c"), ":2\r\n");
        assert_eq!(solo.cmd("SET a 1 KEEPTTL"), "-ERR syntax error\r\n");
        assert_eq!(solo.cmd("LPOP l 1"), "-ERR wrong number of arguments for 'lpop' command\r\n");
        assert!(solo.cmd("COPY a b").starts_with("-ERR unknown command `COPY`"));
        assert!(solo.cmd("EVAL \"return redis.call('copy','a','b')\" 0").contains("Unknown Redis command"));
        solo.cmd("REPLICAOF NO ONE");
    }
}

#[test]
fn sub_replicas_get_the_stream_as_it_came() {
    let (mut solo, conn) = connected(12, &[]);
    let replica = solo.attach_replica();
    let lines = ["SET a 1 PXAT 1900000000000", "PEXPIREAT a 1900000000001 GT", "GETEX a PERSIST", "SPUBLISH c m"];
    solo.say(conn, stream(&lines).as_bytes());
    assert_eq!(solo.stream(replica), lines);
    assert_eq!(failures(&solo), []);
}

/// An RDB file of Redis 7 with an element in it that cannot be loaded.
fn unsupported(element: &[u8]) -> Vec<u8> {
    // No checksum: all zeros.
    [b"REDIS0010".as_slice(), element, b"\xff", &[0; 8]].concat()
}

#[test]
fn a_file_that_cannot_be_loaded_costs_no_data() {
    let library = b"\xf5\x07library";
    let module_key = b"\x07\x01s\x00";
    for (element, what) in [(library.as_slice(), "a library of functions"), (module_key, "data of a module")] {
        let (mut solo, conn) = connected(12, &[]);
        solo.drop_link(conn);
        solo.outputs.clear();
        let (conn, _) = solo.handshake();
        full_sync(&mut solo, conn, &unsupported(element));
        assert_eq!(solo.state(), ReplState::Connect);
        assert_eq!(solo.cmd("GET k"), "$1\r\nv\r\n");
        let reason = info(&mut solo, "master_link_down_reason").unwrap();
        assert!(reason.starts_with(&format!("cannot load the RDB file of the master: {what}")), "{reason}");
        let written = |output: &Output| matches!(output, Output::Disk(DiskRequest::Write { .. }) | Output::Exit { .. });
        assert!(!solo.outputs.iter().any(written), "the file on disk stays too");
        solo.outputs.clear();
        solo.run_ms(58_000);
        assert_eq!(connects(&solo), 0);
        solo.run_ms(3_000);
        assert_eq!(connects(&solo), 1);
    }
}

#[test]
fn whatever_a_later_master_sends_never_panics_the_node() {
    const WORDS: [&str; 58] = [
        "SET",
        "GETEX",
        "GETDEL",
        "LPOP",
        "RPOP",
        "LMOVE",
        "ZADD",
        "ZDIFFSTORE",
        "ZRANGESTORE",
        "COPY",
        "EXPIRE",
        "PEXPIREAT",
        "FLUSHDB",
        "GEORADIUS",
        "GEORADIUSBYMEMBER",
        "GEOSEARCHSTORE",
        "SPUBLISH",
        "SCRIPT",
        "FUNCTION",
        "FLUSH",
        "MULTI",
        "EXEC",
        "a",
        "b",
        "z",
        "g",
        "l",
        "0",
        "1",
        "-1",
        "2",
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "nan",
        "inf",
        "PXAT",
        "KEEPTTL",
        "GET",
        "NX",
        "XX",
        "GT",
        "LT",
        "INCR",
        "CH",
        "LEFT",
        "RIGHT",
        "BYSCORE",
        "BYLEX",
        "REV",
        "LIMIT",
        "FROMLONLAT",
        "FROMMEMBER",
        "BYBOX",
        "BYRADIUS",
        "COUNT",
        "ANY",
        "STOREDIST",
    ];
    let own = stream(&["ZADD z 1 a 2 b nan c", "GEOADD g 13 38 a 180 85 b", "RPUSH l a b c", "SET a 1"]);
    for seed in 0..300 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (mut solo, mut conn) = connected(12, &[]);
        solo.say(conn, own.as_bytes());
        for _ in 0..60 {
            let len = 1 + rng.next_u32() as usize % 9;
            let words: Vec<&str> = (0..len).map(|_| WORDS[rng.next_u32() as usize % WORDS.len()]).collect();
            let mut bytes = resp(&words).into_bytes();
            if rng.next_u32().is_multiple_of(8) {
                let at = rng.next_u32() as usize % bytes.len();
                bytes[at] ^= 1 << (rng.next_u32() % 8);
            }
            solo.say(conn, &bytes);
            if solo.state() != ReplState::Connected {
                solo.cmd("REPLICAOF NO ONE");
                solo.cmd("REPLICAOF m 6379");
                conn = solo.handshake().0;
                full_sync(&mut solo, conn, &rdb(&["SET a 1", "ZADD z 1 a 2 b", "GEOADD g 13 38 a", "RPUSH l a b"]));
            }
        }
        assert_eq!(solo.cmd("PING"), "+PONG\r\n", "seed {seed}");
    }
}
