//! MIGRATE: what it sends, what becomes of the replies, and who waits for it.

use psyncscope_engine::io::{CloseReason, DiskRequest};
use psyncscope_engine::{ConnId, Input, Output};

use crate::common::Net;
use crate::common::solo::{Solo, master, resp};

const ROOM: usize = 1 << 20;

/// A node with these keys, and a client of it.
fn node_with(lines: &[&str]) -> (Solo, ConnId) {
    let mut solo = master(&[]);
    let conn = solo.accept();
    for line in lines {
        solo.cmd(line);
    }
    (solo, conn)
}

/// Sends MIGRATE, and answers the connection that the node asks for; returns that and what is sent on it.
fn migrate(solo: &mut Solo, conn: ConnId, line: &str) -> (ConnId, String) {
    solo.say(conn, resp(&line.split(' ').map(|word| word.trim_matches('"')).collect::<Vec<_>>()).as_bytes());
    let target = connects(solo).pop().expect("it connects").0;
    solo.input(Input::Connected { conn: target, room: ROOM });
    let sent = solo.sent(target);
    (target, sent)
}

/// The connections that the node asked for, with their addresses.
fn connects(solo: &Solo) -> Vec<(ConnId, String)> {
    let connects = solo.outputs.iter().filter_map(|output| match output {
        Output::Connect { conn, host, port } => Some((*conn, format!("{host}:{port}"))),
        _ => None,
    });
    connects.collect()
}

/// A query as words, of which payloads are left out.
fn shown(query: &str) -> String {
    let lines: Vec<&str> = query.split("\r\n").filter(|line| !line.starts_with(['*', '$'])).collect();
    let is_word = |line: &&str| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_graphic());
    let shown = lines.into_iter().filter(is_word);
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn keys_are_restored_there_and_deleted_here() {
    let (mut solo, conn) = node_with(&["SET a 1", "SET b 2", "PEXPIRE b 5000", "SET c 3"]);
    let replica = solo.attach_replica();
    let payload = solo.cmd("DUMP a");
    let (target, query) = migrate(&mut solo, conn, "MIGRATE 10.0.0.2 7002 a 3 1000");
    assert_eq!(connects(&solo), [(target, "10.0.0.2:7002".to_owned())]);
    assert_eq!(query, format!("{}*4\r\n$7\r\nRESTORE\r\n$1\r\na\r\n$1\r\n0\r\n{payload}", resp(&["SELECT", "3"])));
    assert_eq!(solo.sent(conn), "");
    solo.say(target, b"+OK\r\n+O");
    assert_eq!(solo.sent(conn), "");
    solo.say(target, b"K\r\n");
    assert_eq!(solo.sent(conn), "+OK\r\n");
    assert_eq!(solo.cmd("EXISTS a"), ":0\r\n");
    assert_eq!(solo.stream(replica), ["SELECT 0", "DEL a"]);

    // The same database on the same connection: no SELECT. A time to live goes along.
    solo.say(conn, b"MIGRATE 10.0.0.2 7002 b 3 1000\r\n");
    assert_eq!(connects(&solo).len(), 1);
    assert!(shown(&solo.sent(target)).starts_with("RESTORE b 4900"));
    solo.say(target, b"+OK\r\n");
    assert_eq!(solo.sent(conn), "+OK\r\n");

    // COPY keeps the key and propagates nothing; another database is selected first.
    solo.say(conn, b"MIGRATE 10.0.0.2 7002 c 0 1000 COPY REPLACE\r\n");
    let query = solo.sent(target);
    assert!(query.starts_with(&resp(&["SELECT", "0"])) && query.ends_with("$7\r\nREPLACE\r\n"), "{query}");
    solo.say(target, b"+OK\r\n+OK\r\n");
    assert_eq!(solo.sent(conn), "+OK\r\n");
    assert_eq!(solo.cmd("GET c"), "$1\r\n3\r\n");
    assert_eq!(solo.stream(replica), ["DEL b"]);
    // Nothing tells of the deletion as DEL would.
    assert!(solo.cmd("INFO stats").contains("migrate_cached_sockets:1\r\n"));
}

#[test]
fn nothing_is_sent_for_keys_that_are_not_there_or_for_wrong_arguments() {
    let (mut solo, conn) = node_with(&["SET a 1", "PSETEX gone 1 x", "HSET h f v"]);
    solo.now.unix_us += 10_000;
    for (line, answer) in [
        ("MIGRATE h 1 b 0 1000", "+NOKEY|"),
        ("MIGRATE h 1 gone 0 1000", "+NOKEY|"),
        ("MIGRATE h 1 \"\" 0 1000 KEYS b gone", "+NOKEY|"),
        ("MIGRATE h 1 \"\" 0 1000 KEYS", "+NOKEY|"),
        ("MIGRATE h 1 a 0 1000 FAST", "-ERR syntax error|"),
        ("MIGRATE h 1 a 0 1000 AUTH", "-ERR syntax error|"),
        (
            "MIGRATE h 1 a 0 1000 KEYS a",
            "-ERR When using MIGRATE KEYS option, the key argument must be set to the empty string|",
        ),
        ("MIGRATE h 1 a x 1000", "-ERR value is not an integer or out of range|"),
        ("MIGRATE h 1 a 0 1s", "-ERR value is not an integer or out of range|"),
        ("MIGRATE h 70000 a 0 1000", "-ERR Can't connect to target node: Servname not supported for ai_socktype|"),
        ("MIGRATE h 1 a 0", "-ERR wrong number of arguments for 'migrate' command|"),
        (
            "EVAL \"return redis.pcall('migrate','h','1','a','0','1')\" 0",
            "-ERR MIGRATE cannot wait for the other server inside a script|",
        ),
        ("COMMAND GETKEYS MIGRATE h 1 a 0 1 COPY", "*1|$1|a|"),
        ("COMMAND GETKEYS MIGRATE h 1 \"\" 0 1 COPY KEYS a b", "*2|$1|a|$1|b|"),
        ("COMMAND INFO MIGRATE", "*1|*6|$7|migrate|:-6|*3|+write|+random|+movablekeys|:0|:0|:0|"),
    ] {
        solo.ask(conn, line, answer);
    }
    assert_eq!(connects(&solo), []);
}

#[test]
fn what_the_target_refuses_stays_here() {
    let (mut solo, conn) = node_with(&["MSET a 1 b 2 c 3"]);
    let replica = solo.attach_replica();
    let line = "MIGRATE h 1 \"\" 0 1000 AUTH secret KEYS a x b c";
    let (target, query) = migrate(&mut solo, conn, line);
    assert_eq!(shown(&query), "AUTH secret SELECT 0 RESTORE a 0 RESTORE b 0 RESTORE c 0");
    solo.say(target, b"+OK\r\n+OK\r\n+OK\r\n-BUSYKEY Target key name already exists.\r\n");
    assert_eq!(solo.sent(conn), "");
    solo.say(target, b"+OK\r\n");
    let error = "-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n";
    assert_eq!(solo.sent(conn), error);
    assert_eq!(solo.cmd("EXISTS a b c"), ":1\r\n");
    assert_eq!(solo.stream(replica), ["SELECT 0", "DEL a c"]);

    // After an error the database is selected again. If that fails, nothing is deleted, whatever RESTORE says.
    solo.say(conn, b"MIGRATE h 1 b 0 1000\r\n");
    assert_eq!(shown(&solo.sent(target)), "SELECT 0 RESTORE b 0");
    solo.say(target, b"-ERR DB index is out of range\r\n+OK\r\n");
    assert_eq!(solo.sent(conn), "-ERR Target instance replied with error: ERR DB index is out of range\r\n");
    assert_eq!(solo.cmd("EXISTS b"), ":1\r\n");
    // The error of AUTH precedes that of SELECT.
    solo.say(conn, b"MIGRATE h 1 b 0 1000 AUTH x\r\n");
    solo.sent(target);
    solo.say(
        target,
        b"-ERR invalid password\r\n-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n",
    );
    assert_eq!(solo.sent(conn), "-ERR Target instance replied with error: ERR invalid password\r\n");
    assert!(solo.stream(replica).is_empty());
}

#[test]
fn a_target_that_cannot_be_reached() {
    let (mut solo, conn) = node_with(&["SET a 1"]);
    let fail = |solo: &mut Solo, error: &str| {
        let conn = connects(solo).pop().expect("it connects").0;
        solo.input(Input::ConnectFailed { conn, error });
    };
    // Refused, which Redis notices when it writes, and tries again.
    solo.say(conn, b"MIGRATE h 1 a 0 1000\r\n");
    fail(&mut solo, "Connection refused");
    assert_eq!((solo.sent(conn), connects(&solo).len()), (String::new(), 2));
    fail(&mut solo, "Connection refused");
    assert_eq!(solo.sent(conn), "-IOERR error or timeout writing to target instance\r\n");
    // A name that nobody knows.
    solo.say(conn, b"MIGRATE h 1 a 0 1000\r\n");
    fail(&mut solo, "Name or service not known");
    assert_eq!(solo.sent(conn), "-ERR Can't connect to target node: Name or service not known\r\n");
    // Nobody answers; a timeout of 0 means a second.
    solo.say(conn, b"MIGRATE h 1 a 0 0\r\n");
    let silent = connects(&solo).pop().expect("it connects").0;
    solo.run_ms(999);
    assert!(!solo.has_closed(silent));
    solo.run_ms(1);
    assert_eq!(solo.sent(conn), "-IOERR error or timeout connecting to the client\r\n");
    assert!(solo.has_closed(silent));
    assert_eq!(connects(&solo).len(), 4);
    assert_eq!(solo.cmd("EXISTS a"), ":1\r\n");
}

#[test]
fn a_target_that_falls_silent_or_goes() {
    let (mut solo, conn) = node_with(&["MSET a 1 b 2 c 3"]);
    let replica = solo.attach_replica();
    // The timeout counts from the last byte, and is not followed by another attempt.
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 a 0 200");
    solo.run_ms(150);
    solo.say(target, b"+OK\r\n+");
    solo.run_ms(199);
    assert_eq!(solo.sent(conn), "");
    solo.run_ms(1);
    assert_eq!(solo.sent(conn), "-IOERR error or timeout reading to target instance\r\n");
    assert!(solo.has_closed(target) && connects(&solo).len() == 1);
    // A connection that ends before the first reply is made again, once.
    let (first, _) = migrate(&mut solo, conn, "MIGRATE h 1 a 0 200");
    solo.input(Input::Closed { conn: first, reason: CloseReason::Eof });
    let second = connects(&solo).pop().expect("it connects again").0;
    assert_ne!(first, second);
    solo.input(Input::Connected { conn: second, room: ROOM });
    assert_eq!(shown(&solo.sent(second)), "SELECT 0 RESTORE a 0");
    solo.input(Input::Closed { conn: second, reason: CloseReason::Reset });
    assert_eq!(solo.sent(conn), "-IOERR error or timeout reading to target instance\r\n");
    assert!(solo.stream(replica).is_empty());
    // After a reply it is not made again: what was confirmed is deleted.
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 \"\" 0 200 KEYS a b c");
    let before = connects(&solo).len();
    solo.say(target, b"+OK\r\n+OK\r\n+OK\r\n");
    solo.input(Input::Closed { conn: target, reason: CloseReason::Eof });
    assert_eq!(solo.sent(conn), "-IOERR error or timeout reading to target instance\r\n");
    assert_eq!(connects(&solo).len(), before);
    assert_eq!(solo.stream(replica), ["SELECT 0", "DEL a b"]);
    assert_eq!(solo.cmd("EXISTS a b c"), ":1\r\n");
    // Redis takes a line of nothing for the end.
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 c 0 200");
    solo.say(target, b"\n");
    let again = connects(&solo).pop().expect("it connects again").0;
    assert!(solo.has_closed(target) && again != target);
    solo.input(Input::ConnectFailed { conn: again, error: "Connection timed out" });
    assert_eq!(solo.sent(conn), "-IOERR error or timeout writing to target instance\r\n");
}

#[test]
fn a_connection_is_kept_for_ten_seconds_and_made_again_if_it_was_closed() {
    let (mut solo, conn) = node_with(&["MSET a 1 b 2 c 3 d 4"]);
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 a 0 200");
    solo.say(target, b"+OK\r\n+OK\r\n");
    solo.run_ms(9000);
    assert!(!solo.has_closed(target));
    solo.run_ms(3000);
    assert!(solo.has_closed(target));
    assert!(solo.cmd("INFO stats").contains("migrate_cached_sockets:0\r\n"));
    solo.sent(conn);
    // Closed by the other side: a new one, once.
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 b 0 200");
    solo.say(target, b"+OK\r\n+OK\r\n");
    solo.input(Input::Closed { conn: target, reason: CloseReason::Eof });
    solo.sent(conn);
    let (target, query) = migrate(&mut solo, conn, "MIGRATE h 1 c 0 200");
    assert_eq!(shown(&query), "SELECT 0 RESTORE c 0");
    solo.input(Input::Closed { conn: target, reason: CloseReason::Eof });
    assert_eq!(solo.sent(conn), "-IOERR error or timeout reading to target instance\r\n");
    // One on which something was said unasked is not used again.
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 c 0 200");
    solo.say(target, b"+OK\r\n+OK\r\n");
    solo.say(target, b"+OK\r\n");
    assert!(solo.has_closed(target));
    let (other, query) = migrate(&mut solo, conn, "MIGRATE h 1 d 0 200");
    assert!(other != target && shown(&query) == "SELECT 0 RESTORE d 0");
    solo.say(other, b"+OK\r\n+OK\r\n");
    // At most 64 are kept.
    solo.cmd("SET a 1");
    for port in 2..=70 {
        let (target, _) = migrate(&mut solo, conn, &format!("MIGRATE h {port} a 0 200 COPY"));
        solo.say(target, b"+OK\r\n+OK\r\n");
    }
    assert!(solo.cmd("INFO stats").contains("migrate_cached_sockets:64\r\n"));
}

#[test]
fn everybody_else_waits() {
    let (mut solo, conn) = node_with(&["SET a 1", "SET b 2"]);
    let (replica, other) = (solo.attach_replica(), solo.accept());
    solo.say(conn, b"PING\r\nMIGRATE h 1 a 0 60000\r\nSET after 1\r\n");
    let target = connects(&solo).pop().expect("it connects").0;
    // Not even what precedes it in the same turn is answered.
    assert_eq!(solo.sent(conn), "");
    solo.say(other, b"GET a\r\nSET after 2\r\n");
    let late = solo.accept();
    solo.say(late, b"PING\r\n");
    solo.say(late, b"QUIT\r\n");
    solo.say(replica, resp(&["REPLCONF", "ACK", "1000"]).as_bytes());
    solo.run_ms(30_000);
    assert!([other, late].into_iter().all(|conn| solo.sent(conn).is_empty()));
    assert!(!solo.has_closed(late));
    // No cron: no ping to replicas, no expiry.
    assert!(solo.stream(replica).is_empty());
    solo.input(Input::Connected { conn: target, room: ROOM });
    solo.say(target, b"+OK\r\n+OK\r\n");
    assert_eq!(solo.sent(conn), "+PONG\r\n+OK\r\n+OK\r\n");
    assert_eq!(solo.sent(other), "$-1\r\n+OK\r\n");
    assert_eq!(solo.sent(late), "+PONG\r\n+OK\r\n");
    assert!(solo.has_closed(late));
    assert_eq!(solo.stream(replica), ["SELECT 0", "DEL a", "SET after 1", "SET after 2"]);
    // SLOWLOG has the time for which the server stood still.
    let log = solo.cmd("SLOWLOG GET 1");
    assert!(log.contains(":30000000\r\n*6\r\n$7\r\nMIGRATE\r\n"), "{log}");
}

#[test]
fn a_client_that_goes_and_one_that_migrates_too() {
    let (mut solo, conn) = node_with(&["SET a 1", "SET b 2"]);
    let other = solo.accept();
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 a 0 1000");
    // The second begins when the first has ended, and the third when that has.
    solo.say(other, b"MIGRATE h 1 b 0 1000\r\nGET b\r\n");
    solo.say(other, b"MIGRATE h 1 a 0 1000\r\n");
    solo.input(Input::Closed { conn, reason: CloseReason::Eof });
    assert_eq!(solo.sent(target), "");
    solo.say(target, b"+OK\r\n+OK\r\n");
    assert_eq!(shown(&solo.sent(target)), "RESTORE b 0");
    assert_eq!(solo.sent(other), "");
    solo.say(target, b"+OK\r\n");
    assert_eq!(solo.sent(other), "+OK\r\n$-1\r\n+NOKEY\r\n");
    assert_eq!(solo.cmd("CLIENT LIST").matches("addr=").count(), 2);
}

#[test]
fn a_pause_that_ends_lets_one_migration_after_another_run() {
    let (mut solo, conn) = node_with(&["SET a 1", "SET b 2"]);
    let other = solo.accept();
    solo.cmd("CLIENT PAUSE 100");
    solo.say(conn, b"MIGRATE h 1 a 0 1000\r\n");
    solo.say(other, b"MIGRATE h 1 b 0 1000\r\n");
    solo.run_ms(300);
    let target = connects(&solo).pop().expect("it connects").0;
    assert_eq!(connects(&solo).len(), 1);
    solo.input(Input::Connected { conn: target, room: ROOM });
    solo.say(target, b"+OK\r\n+OK\r\n");
    assert_eq!(solo.sent(conn), "+OK\r\n");
    solo.say(target, b"+OK\r\n");
    assert_eq!(solo.sent(other), "+OK\r\n");
    assert_eq!(solo.cmd("DBSIZE"), ":0\r\n");
}

#[test]
fn a_large_query_is_written_as_there_is_room_and_within_the_timeout() {
    let (mut solo, conn) = node_with(&[]);
    let value = "abcdefgh".repeat(20_000);
    for key in ["a", "b"] {
        // Every character of it differs from the one before, but LZF shortens it; a file without it is large.
        solo.cmd("CONFIG SET rdbcompression no");
        solo.cmd(&format!("SET {key} {value}"));
    }
    solo.say(conn, b"MIGRATE h 1 \"\" 0 500 KEYS a b\r\n");
    let target = connects(&solo).pop().expect("it connects").0;
    solo.input(Input::Connected { conn: target, room: 10_000 });
    let mut query = solo.sent(target);
    // Two bytes of it are no text.
    assert_eq!(query.chars().count(), 10_000);
    assert!(solo.node.wants_write(target) && !solo.node.wants_write(conn));
    assert_eq!(solo.node.writers().collect::<Vec<_>>(), [target]);
    // Replies may come before all is written. What they have beyond a thousand bytes is read as the next one.
    solo.say(target, b"+OK\r\n");
    solo.say(target, &[&b"+"[..], &[b'O'; 1023]].concat());
    // Each piece of 64 KB has the whole timeout.
    for _ in 0..5 {
        solo.run_ms(400);
        solo.input(Input::Writable { conn: target, room: 70_000 });
        query += &solo.sent(target);
    }
    assert_eq!(query.matches("RESTORE").count(), 2);
    assert_eq!(query.matches(&value).count(), 2);
    assert!(!solo.node.wants_write(target));
    solo.say(target, b"\n");
    assert_eq!(solo.sent(conn), "+OK\r\n");
    // No room for too long.
    solo.cmd(&format!("SET a {value}"));
    solo.say(conn, b"MIGRATE h 1 a 0 500\r\n");
    solo.run_ms(499);
    assert_eq!(solo.sent(conn), "");
    solo.run_ms(1);
    assert_eq!(solo.sent(conn), "-IOERR error or timeout writing to target instance\r\n");
    assert!(solo.has_closed(target));
    // It breaks while there is more to write.
    solo.say(conn, b"MIGRATE h 1 a 0 500\r\n");
    for _ in 0..2 {
        let target = connects(&solo).pop().expect("it connects").0;
        solo.input(Input::Connected { conn: target, room: 10_000 });
        assert_eq!(solo.sent(conn), "");
        solo.input(Input::Closed { conn: target, reason: CloseReason::Reset });
    }
    assert_eq!(solo.sent(conn), "-IOERR error or timeout writing to target instance\r\n");
}

#[test]
fn in_a_transaction_its_commands_wait() {
    let (mut solo, conn) = node_with(&["SET a 1", "SET b 2", "SET c 3"]);
    let (replica, other) = (solo.attach_replica(), solo.accept());
    solo.say(other, b"WATCH a\r\n");
    solo.say(conn, b"MULTI\r\nINCR c\r\nMIGRATE h 1 a 0 500\r\n");
    solo.say(conn, b"EVAL \"redis.call('set','s',1) return 7\" 0\r\nMIGRATE h 1 b 0 500\r\nINCR c\r\n");
    solo.say(conn, b"EXEC\r\nPING\r\n");
    let target = connects(&solo).pop().expect("it connects").0;
    solo.sent(conn);
    solo.input(Input::Connected { conn: target, room: ROOM });
    solo.say(target, b"+OK\r\n+OK\r\n");
    assert_eq!(
        (solo.sent(conn), shown(&solo.sent(target))),
        (String::new(), "SELECT 0 RESTORE a 0 RESTORE b 0".into())
    );
    solo.say(target, b"-ERR no\r\n");
    let replies = solo.sent(conn);
    assert!(
        replies
            .ends_with("*5\r\n:4\r\n+OK\r\n:7\r\n-ERR Target instance replied with error: ERR no\r\n:5\r\n+PONG\r\n"),
        "{replies}"
    );
    assert_eq!(solo.stream(replica), ["SELECT 0", "MULTI", "INCR c", "DEL a", "set s 1", "INCR c", "EXEC"]);
    assert_eq!(solo.cmd("EXISTS a b"), ":1\r\n");
    // A watched key that was migrated has changed.
    solo.sent(other);
    solo.ask(other, "MULTI", "+OK|");
    solo.ask(other, "EXEC", "*-1|");
}

#[test]
fn a_transaction_with_a_script_that_yields_and_a_client_that_has_gone() {
    let (mut solo, conn) = node_with(&["SET a 1", "CONFIG SET lua-time-limit 1"]);
    solo.say(conn, b"MULTI\r\nEVAL \"for i = 1, 20000000 do end return 1\" 0\r\n");
    solo.say(conn, b"MIGRATE h 1 a 0 500\r\nSET b 1\r\nEXEC\r\n");
    solo.input(Input::Closed { conn, reason: CloseReason::Eof });
    while connects(&solo).is_empty() {
        solo.run_ms(100);
    }
    let target = connects(&solo).pop().expect("it connects").0;
    solo.input(Input::Connected { conn: target, room: ROOM });
    solo.say(target, b"+OK\r\n+OK\r\n");
    assert_eq!(solo.cmd("EXISTS a b"), ":1\r\n");
    assert_eq!(solo.cmd("CLIENT LIST").matches("addr=").count(), 1);
}

#[test]
fn the_append_only_file_has_the_deletion() {
    let mut solo = master(&["appendonly yes"]);
    let conn = solo.accept();
    solo.cmd("SET a 1");
    solo.cmd("PSETEX b 100000 1");
    let (target, _) = migrate(&mut solo, conn, "MIGRATE h 1 \"\" 0 500 REPLACE KEYS a b");
    solo.say(target, b"+OK\r\n+OK\r\n+OK\r\n");
    let appended = solo.outputs.iter().filter_map(|output| match output {
        Output::Disk(DiskRequest::Append { bytes, .. }) => Some(String::from_utf8_lossy(bytes)),
        _ => None,
    });
    let appended: String = appended.collect();
    assert!(appended.ends_with(&resp(&["DEL", "a", "b"])), "{appended}");
}

#[test]
fn between_two_nodes_every_type_arrives() {
    let mut net = Net::new(&[&[], &["requirepass secret"], &["replicaof n 7000"]]);
    net.run_ms(2);
    net.wait_up(2);
    let lines = [
        "SET s text",
        "RPUSH l 1 two 3",
        "SADD e 1 2 3",
        "SADD names a b c",
        "HSET h f v g w",
        "ZADD z 1 a 2.5 b",
        "XADD x 1-1 f v",
        "XADD x 2-1 g w",
        "XGROUP CREATE x group 0",
        "XREADGROUP GROUP group me COUNT 1 STREAMS x >",
        "PEXPIREAT h 1900000000000",
    ];
    for line in lines {
        net.cmd(0, line);
    }
    let before = net.cmd(0, "DEBUG DIGEST");
    assert_eq!(net.cmd(1, "AUTH secret"), "+OK\r\n");
    net.cmd(0, "MIGRATE n 7001 s 0 1000");
    assert_eq!(net.late_reply(0), "-ERR Target instance replied with error: NOAUTH Authentication required.\r\n");
    net.raw(
        0,
        &psyncscope_resp::encode_command(&[
            "MIGRATE", "n", "7001", "", "0", "1000", "AUTH", "secret", "KEYS", "s", "l", "e", "names", "h", "z", "x",
            "missing",
        ]),
    );
    assert_eq!(net.late_reply(0), "+OK\r\n");
    assert_eq!(net.cmd(1, "DEBUG DIGEST"), before);
    assert_eq!(net.cmd(1, "PEXPIREAT h 1900000000000"), ":1\r\n");
    for i in [0, 2] {
        assert_eq!(net.cmd(i, "DBSIZE"), ":0\r\n");
    }
    net.run_ms(20_000);
    assert_eq!(net.cmd(1, "CLIENT LIST").matches("addr=").count(), 1, "the connection is closed after ten seconds");
}
