//! A master with scripted replicas, and the checks before commands.

use psyncscope_engine::Output;
use psyncscope_engine::io::DiskRequest;

use crate::common::solo::{Solo, resp};

/// A master after its first cron, which would send a PING to a quick replica.
fn master(lines: &[&str]) -> Solo {
    let mut solo = Solo::new(lines);
    solo.run_ms(2);
    solo
}

#[test]
fn replconf_forms() {
    #[track_caller]
    fn check(words: &[&str], reply: &str) {
        let mut solo = master(&[]);
        let conn = solo.accept();
        solo.say(conn, resp(words).as_bytes());
        solo.expect(conn, reply);
    }
    let port = "-ERR value is not an integer or out of range\r\n";
    let long = "1234567890123456789012345678901234567890123456";
    check(&["REPLCONF"], "+OK\r\n");
    check(&["REPLCONF", "listening-port"], "-ERR syntax error\r\n");
    check(&["REPLCONF", "listening-port", "7001"], "+OK\r\n");
    check(&["replconf", "LISTENING-PORT", "x"], port);
    check(&["REPLCONF", "ip-address", &long[..45]], "+OK\r\n");
    check(
        &["REPLCONF", "ip-address", long],
        "-ERR REPLCONF ip-address provided by replica instance is too long: 46 bytes\r\n",
    );
    check(&["REPLCONF", "capa", "eof", "capa", "psync2", "capa", "tomorrow"], "+OK\r\n");
    check(&["REPLCONF", "rdb-only", "1"], "-ERR Unrecognized REPLCONF option: rdb-only\r\n");
    check(&["REPLCONF", "ack", "5"], "");
    check(&["REPLCONF", "getack", "*"], "");
}

#[test]
fn psync_forms() {
    let mut solo = master(&[]);
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "abc"]).as_bytes());
    let id = solo.node.history().replid.to_string();
    solo.expect(conn, &format!("+FULLRESYNC {id} 0\r\n-ERR value is not an integer or out of range\r\n"));
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    solo.expect(conn, "");

    let other = solo.accept();
    solo.say(other, format!("{}{}", resp(&["PING"]), resp(&["PSYNC", "?", "-1"])).as_bytes());
    solo.expect(other, "+PONG\r\n-ERR SYNC and PSYNC are invalid with pending output\r\n");
}

#[test]
fn sync_gets_no_fullresync_line_and_psync_without_capa_no_id() {
    let mut solo = master(&[]);
    let old = solo.accept();
    solo.say(old, b"SYNC\r\n");
    solo.expect(old, "");
    solo.finish_child();
    assert!(solo.sent(old).starts_with('$'));
    solo.cmd("SET a 1");
    solo.expect(old, &format!("{}{}", resp(&["SELECT", "0"]), "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"));

    let id = solo.node.history().replid.to_string();
    let plain = solo.accept();
    solo.say(plain, resp(&["PSYNC", &id, "24"]).as_bytes());
    solo.expect(plain, &format!("+CONTINUE\r\n{}", resp(&["SET", "a", "1"])));
    let capable = solo.accept();
    solo.say(capable, resp(&["REPLCONF", "capa", "psync2"]).as_bytes());
    solo.sent(capable);
    solo.say(capable, resp(&["PSYNC", &id.to_uppercase(), "51"]).as_bytes());
    solo.expect(capable, &format!("+CONTINUE {id}\r\n"));
}

#[test]
fn a_second_replica_shares_the_running_save_unless_it_lacks_a_capability() {
    let mut solo = master(&[]);
    let replica = |solo: &mut Solo, capa: &[&str]| {
        let conn = solo.accept();
        if !capa.is_empty() {
            let words = [&["REPLCONF"], capa].concat();
            solo.say(conn, resp(&words).as_bytes());
            solo.sent(conn);
        }
        solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
        conn
    };
    let b = replica(&mut solo, &["capa", "eof", "capa", "psync2"]);
    let id = solo.node.history().replid.to_string();
    solo.expect(b, &format!("+FULLRESYNC {id} 0\r\n"));
    solo.cmd("SET w1 1");
    let c = replica(&mut solo, &["capa", "eof", "capa", "psync2"]);
    solo.expect(c, &format!("+FULLRESYNC {id} 0\r\n"));
    let d = replica(&mut solo, &[]);
    solo.expect(d, "");
    solo.cmd("SET w2 2");
    solo.finish_child();
    let tail =
        [resp(&["SELECT", "0"]), resp(&["SET", "w1", "1"]), resp(&["SELECT", "0"]), resp(&["SET", "w2", "2"])].concat();
    for conn in [b, c] {
        let sent = solo.sent(conn);
        assert!(sent.ends_with(&tail), "the set-up of c reset the stream's database: {sent}");
    }
    solo.expect(d, &format!("+FULLRESYNC {id} 102\r\n"));
}

#[test]
fn without_replicas_and_backlog_the_offset_does_not_move() {
    let mut solo = master(&["repl-backlog-ttl 1"]);
    solo.cmd("SET a 1");
    assert_eq!(solo.node.history().master_repl_offset.0, 0);
    let before = solo.node.history().replid;
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    let during = solo.node.history().replid;
    assert_ne!(before, during, "the first replica begins a history that a backlog keeps");
    solo.cmd("SET a 2");
    assert_eq!(solo.node.history().master_repl_offset.0, 50);
    solo.drop_link(conn);
    solo.run_ms(1000);
    assert!(solo.node.backlog_window().is_some(), "not more than a whole second has passed");
    solo.run_ms(1500);
    assert!(solo.node.backlog_window().is_none());
    assert_ne!(solo.node.history().replid, during, "the history ends with its backlog");
    solo.cmd("SET a 3");
    assert_eq!(solo.node.history().master_repl_offset.0, 50);
    let info = solo.cmd("INFO replication");
    assert!(info.contains("repl_backlog_active:0"), "{info}");
    assert!(info.contains("repl_backlog_first_byte_offset:1\r\nrepl_backlog_histlen:50"), "{info}");
}

#[test]
fn a_replica_that_stops_acknowledging_is_dropped_and_one_that_came_with_sync_is_not() {
    let mut solo = master(&["repl-timeout 3", "repl-ping-replica-period 3600"]);
    let new = solo.accept();
    solo.say(new, resp(&["PSYNC", "?", "-1"]).as_bytes());
    let old = solo.accept();
    solo.say(old, b"SYNC\r\n");
    solo.finish_child();
    solo.finish_child();
    solo.run_ms(3000);
    assert!(!solo.has_closed(new));
    solo.say(new, b"\n");
    solo.run_ms(3000);
    assert!(!solo.has_closed(new), "a newline is a sign of life");
    solo.run_ms(2000);
    assert!(solo.has_closed(new));
    assert!(!solo.has_closed(old));
}

#[test]
fn propagation_of_expiry_no_ops_and_selects() {
    let mut solo = master(&["repl-ping-replica-period 3600"]);
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    solo.finish_child();
    solo.sent(conn);
    let mut check = |line: &str, expect: &[&[&str]]| {
        solo.cmd(line);
        let bytes: String = expect.iter().map(|words| resp(words)).collect();
        assert_eq!(solo.sent(conn), bytes, "{line}");
    };
    check("set a 1", &[&["SELECT", "0"], &["set", "a", "1"]]);
    check("GET a", &[]);
    check("DEL nothing", &[]);
    check("SETNX a 2", &[]);
    check("EXPIRE nothing 5", &[]);
    check("SELECT 3", &[]);
    check("SET b 1", &[&["SELECT", "3"], &["SET", "b", "1"]]);
    check("EXPIRE b 100", &[&["EXPIRE", "b", "100"]]);
    check("EXPIRE b -1", &[&["DEL", "b"]]);
    check("FLUSHDB", &[]);
    check("FLUSHALL", &[&["FLUSHALL"]]);
    check("SET c 1 PX 50", &[&["SET", "c", "1", "PX", "50"]]);
    check("DEBUG SET-ACTIVE-EXPIRE 0", &[]);
    solo.run_ms(1000);
    let mut check = |line: &str, expect: &[&[&str]]| {
        solo.cmd(line);
        let bytes: String = expect.iter().map(|words| resp(words)).collect();
        assert_eq!(solo.sent(conn), bytes, "{line}");
    };
    check("GET c", &[&["DEL", "c"]]);
    check("SET d 1 PX 50", &[&["SET", "d", "1", "PX", "50"]]);
    check("DEBUG SET-ACTIVE-EXPIRE 1", &[]);
    solo.run_ms(200);
    solo.expect(conn, &resp(&["DEL", "d"]));
}

#[test]
fn command_checks() {
    let mut solo = master(&[]);
    assert_eq!(solo.cmd("NOSUCH a b"), "-ERR unknown command `NOSUCH`, with args beginning with: `a`, `b`, \r\n");
    assert_eq!(
        solo.cmd(r#"NO a\r "b\x00c""#),
        "-ERR unknown command `NO`, with args beginning with: `a\\r`, `b`, \r\n"
    );
    assert_eq!(solo.cmd("BZPOPMIN z"), "-ERR wrong number of arguments for 'bzpopmin' command\r\n");
    for word in ["ASKING", "READONLY", "CLUSTER INFO"] {
        assert_eq!(solo.cmd(word), "-ERR This instance has cluster support disabled\r\n", "{word}");
    }
    assert_eq!(solo.cmd("GET"), "-ERR wrong number of arguments for 'get' command\r\n");
    solo.cmd("REPLICAOF 10.0.0.1 6379");
    assert_eq!(solo.cmd("SET a 1"), "-READONLY You can't write against a read only replica.\r\n");
    solo.cmd("CONFIG SET replica-serve-stale-data no");
    assert_eq!(
        solo.cmd("GET a"),
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n"
    );
    assert_eq!(solo.cmd("SET a 1"), "-READONLY You can't write against a read only replica.\r\n");
    assert_eq!(solo.cmd("PING"), "+PONG\r\n");
    assert_eq!(solo.cmd("REPLICAOF NO ONE"), "+OK\r\n");
    assert_eq!(solo.cmd("SET a 1"), "+OK\r\n");
    assert_eq!(solo.cmd("REPLICAOF host 70000"), "-ERR value is not an integer or out of range\r\n");
    assert_eq!(solo.cmd("CONFIG SET requirepass x"), "+OK\r\n");
    let conn = solo.accept();
    solo.say(conn, b"PING\r\nAUTH y\r\nPING\r\nAUTH x\r\nPING\r\n");
    solo.expect(
        conn,
        "-NOAUTH Authentication required.\r\n-ERR invalid password\r\n-NOAUTH Authentication required.\r\n+OK\r\n\
         +PONG\r\n",
    );
}

#[test]
fn min_replicas_gate() {
    let mut solo = master(&["min-replicas-to-write 1", "min-replicas-max-lag 2", "repl-ping-replica-period 3600"]);
    assert_eq!(solo.cmd("SET a 1"), "-NOREPLICAS Not enough good replicas to write.\r\n");
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    solo.finish_child();
    assert_eq!(solo.cmd("SET a 1"), "+OK\r\n");
    solo.run_ms(4100);
    assert_eq!(solo.cmd("SET a 1"), "-NOREPLICAS Not enough good replicas to write.\r\n");
    solo.say(conn, resp(&["REPLCONF", "ACK", "0"]).as_bytes());
    solo.run_ms(1000);
    assert_eq!(solo.cmd("SET a 1"), "+OK\r\n");
}

#[test]
fn clients_can_be_listed_named_and_killed() {
    let mut solo = master(&[]);
    solo.cmd("CLIENT SETNAME me");
    assert_eq!(solo.cmd("CLIENT GETNAME"), "$2\r\nme\r\n");
    let other = solo.accept();
    let replica = solo.accept();
    solo.say(replica, b"SYNC\r\n");
    assert!(solo.cmd("CLIENT LIST").contains("flags=S"));
    assert_eq!(solo.cmd("CLIENT KILL TYPE replica"), ":1\r\n");
    assert!(solo.has_closed(replica) && !solo.has_closed(other));
    assert_eq!(solo.cmd("CLIENT KILL 1.2.3.4:5"), "-ERR No such client\r\n");
    assert_eq!(solo.cmd("CLIENT KILL TYPE nonsense"), "-ERR Unknown client type 'nonsense'\r\n");
    assert_eq!(solo.cmd("CLIENT KILL ID 999"), ":0\r\n");
}

#[test]
fn shutdown_saves_if_requested() {
    let ends = |line: &str, lines: &[&str]| {
        let mut solo = master(lines);
        solo.cmd("SET a 1");
        solo.cmd(line);
        assert!(solo.outputs.iter().any(|output| matches!(output, Output::Exit { status: 0 })), "{line}");
        solo.outputs.iter().any(|output| matches!(output, Output::Disk(DiskRequest::Write { .. })))
    };
    assert!(!ends("SHUTDOWN", &[]));
    assert!(ends("SHUTDOWN SAVE", &[]));
    assert!(ends("SHUTDOWN", &["save 60 1"]));
    assert!(!ends("SHUTDOWN NOSAVE", &["save 60 1"]));
}

/// The result of a restart: whether it saved, and how it ended.
fn restarted(line: &str, lines: &[&str]) -> (bool, Vec<u64>) {
    let mut solo = master(lines);
    solo.cmd("SET a 1");
    assert_eq!(solo.cmd(line), "", "{line}: nobody is answered any more");
    assert_eq!(solo.node.next_timeout(), None, "{line}: it has ended");
    let saved = solo.outputs.iter().any(|output| matches!(output, Output::Disk(DiskRequest::Write { .. })));
    let ends = solo.outputs.iter().filter_map(|output| match output {
        Output::Restart { after_ms } => Some(*after_ms),
        Output::Exit { .. } => panic!("{line}: it ends for good"),
        _ => None,
    });
    (saved, ends.collect())
}

#[test]
fn debug_restart_saves_as_shutdown_does() {
    assert_eq!(restarted("DEBUG RESTART", &[]), (false, vec![0]));
    assert_eq!(restarted("DEBUG RESTART", &["save 60 1"]), (true, vec![0]));
    assert_eq!(restarted("debug restart 250", &["save 60 1"]), (true, vec![250]));
    assert_eq!(restarted("DEBUG RESTART -5", &[]), (false, vec![0]));
}

#[test]
fn debug_crash_and_recover_saves_nothing() {
    assert_eq!(restarted("DEBUG CRASH-AND-RECOVER", &["save 60 1"]), (false, vec![0]));
    assert_eq!(restarted("DEBUG CRASH-AND-RECOVER 1500", &["save 60 1"]), (false, vec![1500]));
}

#[test]
fn debug_restart_refuses_an_invalid_delay() {
    for line in ["DEBUG RESTART soon", "DEBUG CRASH-AND-RECOVER 1.5"] {
        let mut solo = master(&[]);
        assert_eq!(solo.cmd(line), "-ERR value is not an integer or out of range\r\n", "{line}");
        assert_eq!(solo.cmd("PING"), "+PONG\r\n");
    }
}

#[test]
fn debug_restart_writes_the_configuration_if_there_is_a_file() {
    let written = |line: &str| {
        let mut config =
            psyncscope_engine::Config { file: Some(("/etc/r.conf".into(), Vec::new())), ..Default::default() };
        config.set_directive("save", &[""]).unwrap();
        let mut out = psyncscope_engine::Outbox::new();
        let now = psyncscope_engine::Now { mono: psyncscope_engine::Instant(0), unix_us: 1_800_000_000_000_000 };
        let node = psyncscope_engine::Node::start(now, config, 7, None, &mut out).unwrap();
        let mut solo = master(&[]);
        solo.node = node;
        solo.cmd("CONFIG SET repl-timeout 33");
        solo.cmd(line);
        solo.outputs.iter().find_map(|output| match output {
            Output::Disk(DiskRequest::Write { name, bytes }) if name == "/etc/r.conf" => {
                Some(String::from_utf8_lossy(bytes).into_owned())
            }
            _ => None,
        })
    };
    assert!(written("DEBUG RESTART").expect("a file").contains("repl-timeout 33\n"));
    assert_eq!(written("DEBUG CRASH-AND-RECOVER"), None);
}

#[test]
fn debug_sleep_replies_when_it_ends() {
    let mut solo = master(&[]);
    assert_eq!(solo.cmd("DEBUG SLEEP 0.25"), "");
    let until = solo.outputs.iter().find_map(|output| match output {
        Output::Sleep { until } => Some(*until),
        _ => None,
    });
    let until = until.expect("it sleeps");
    assert_eq!(until.since_us(solo.now.mono), 250_000);
    solo.now.mono = until;
    solo.input(psyncscope_engine::Input::Timer);
    assert_eq!(solo.cmd("PING"), "+OK\r\n+PONG\r\n");
}

#[test]
fn protected_mode_serves_only_the_loopback_interface() {
    #[track_caller]
    fn check(lines: &[&str], ip: &str, served: bool) {
        let mut solo = master(lines);
        let conn = psyncscope_engine::ConnId(900);
        let peer = psyncscope_engine::Peer { ip: ip.into(), port: 1 };
        solo.input(psyncscope_engine::Input::Accepted { conn, peer, room: 1 << 20 });
        assert_eq!(
            solo.sent(conn).starts_with("-DENIED Redis is running in protected mode"),
            !served,
            "{lines:?} {ip}"
        );
        assert_eq!(solo.has_closed(conn), !served, "{lines:?} {ip}");
    }
    let open = ["protected-mode yes", "bind *"];
    check(&open, "10.0.0.9", false);
    check(&open, "127.0.0.1", true);
    check(&open, "::1", true);
    check(&["protected-mode no", "bind *"], "10.0.0.9", true);
    check(&["protected-mode yes", "bind 10.0.0.1"], "10.0.0.9", true);
    check(&["protected-mode yes", "bind *", "requirepass x"], "10.0.0.9", true);
}

#[test]
fn a_turn_of_several_inputs_writes_to_each_connection_once() {
    let mut solo = master(&[]);
    let (one, two) = (solo.accept(), solo.accept());
    let now = psyncscope_engine::Now { mono: psyncscope_engine::Instant(5_000), unix_us: 1_700_000_000_000_000 };
    let mut out = psyncscope_engine::Outbox::new();
    let mut turn = solo.node.begin_turn();
    for conn in [one, two, one] {
        let bytes = resp(&["PING"]);
        let input = psyncscope_engine::Input::Received { conn, bytes: bytes.as_bytes() };
        solo.node.handle_ready(&mut turn, now, input, &mut out);
    }
    assert!(out.outputs.is_empty(), "replies wait for the turn's end");
    solo.node.end_turn(turn, now, &mut out);
    let sends: Vec<_> = out
        .outputs
        .iter()
        .map(|output| match output {
            Output::Send { conn, bytes } => (*conn, bytes.as_slice()),
            other => panic!("{other:?}"),
        })
        .collect();
    // Newest first, as in Redis.
    assert_eq!(sends, [(two, &b"+PONG\r\n"[..]), (one, &b"+PONG\r\n+PONG\r\n"[..])]);
}
