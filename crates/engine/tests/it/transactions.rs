//! MULTI, EXEC, DISCARD, WATCH: replies, propagation, and a replica's own link.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::common::solo::{Solo, rdb, resp};

fn master() -> Solo {
    let mut solo = Solo::new(&[]);
    solo.run_ms(2);
    solo
}

const ABORTED: &str = "-EXECABORT Transaction discarded because of previous errors.|";

#[test]
fn queued_commands_run_at_exec() {
    let mut solo = master();
    let (conn, other) = (solo.accept(), solo.accept());
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "SET a 1", "+QUEUED|");
    solo.ask(conn, "INCR a", "+QUEUED|");
    solo.ask(conn, "INCR a b", "-ERR wrong number of arguments for 'incr' command|");
    solo.ask(other, "GET a", "$-1|");
    solo.ask(conn, "EXEC", ABORTED);
    solo.ask(conn, "EXEC", "-ERR EXEC without MULTI|");
    solo.ask(conn, "DISCARD", "-ERR DISCARD without MULTI|");
    for (line, answer) in [
        ("MULTI", "+OK|"),
        ("MULTI", "-ERR MULTI calls can not be nested|"),
        ("WATCH a", "-ERR WATCH inside MULTI is not allowed|"),
        ("SET a 1", "+QUEUED|"),
        ("INCR a", "+QUEUED|"),
        ("SETEX a 0 x", "+QUEUED|"),
        ("UNWATCH", "+QUEUED|"),
        ("GET a", "+QUEUED|"),
        ("EXEC", "*5|+OK|:2|-ERR invalid expire time in setex|+OK|$1|2|"),
        ("MULTI", "+OK|"),
        ("SET a 9", "+QUEUED|"),
        ("DISCARD", "+OK|"),
        ("GET a", "$1|2|"),
        ("MULTI", "+OK|"),
        ("EXEC", "*0|"),
    ] {
        solo.ask(conn, line, answer);
    }
}

/// Which refusals make EXEC fail, and which do not.
#[test]
fn refused_commands_and_exec() {
    #[track_caller]
    fn check(settings: &[&str], refused: &str, exec: &str) {
        let mut solo = master();
        let conn = solo.accept();
        solo.ask(conn, "MULTI", "+OK|");
        for setting in settings {
            solo.cmd(setting);
        }
        solo.say(conn, format!("{refused}\r\n").as_bytes());
        let answer = solo.sent(conn);
        assert!(answer.starts_with('-'), "{refused}: {answer}");
        solo.say(conn, b"EXEC\r\n");
        assert_eq!(solo.sent(conn).replace("\r\n", "|"), exec, "{settings:?} {refused}");
    }
    check(&[], "NOSUCH", ABORTED);
    check(&[], "GET", ABORTED);
    check(&["CONFIG SET min-replicas-to-write 1"], "SET a 1", ABORTED);
    check(&["REPLICAOF h 1"], "SET a 1", "*0|");
    check(
        &["CONFIG SET replica-serve-stale-data no", "REPLICAOF h 1"],
        "GET a",
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.|",
    );
}

#[test]
fn a_watched_key_that_was_touched() {
    /// Changes of the watched keys `a` (existing) and `b` (missing) before EXEC, and whether EXEC runs.
    #[track_caller]
    fn check(lines: &[&str], runs: bool) {
        let mut solo = master();
        solo.cmd("SET a 1");
        let conn = solo.accept();
        solo.ask(conn, "WATCH a b", "+OK|");
        for line in lines {
            solo.cmd(line);
        }
        solo.ask(conn, "MULTI", "+OK|");
        solo.ask(conn, "PING", "+QUEUED|");
        solo.ask(conn, "EXEC", if runs { "*1|+PONG|" } else { "*-1|" });
        // In any case nothing is watched any more.
        solo.cmd("SET a 3");
        solo.ask(conn, "MULTI", "+OK|");
        solo.ask(conn, "EXEC", "*0|");
    }
    check(&[], true);
    check(&["GET a", "SET c 1"], true);
    check(&["SET a 1"], false);
    check(&["SET b 1"], false);
    check(&["SET b 1", "DEL b"], false);
    check(&["DEL a", "SET a 1"], false);
    check(&["EXPIRE a 100"], false);
    check(&["EXPIRE b 100"], true);
    check(&["RENAME a c"], false);
    check(&["FLUSHALL"], false);
    check(&["SWAPDB 0 1"], true);
    check(&["SELECT 1", "SET a 2", "SET b 2"], true);
    check(&["MULTI", "SET b 1", "DEL b", "EXEC"], false);
    check(&["MULTI", "SET b 1", "DISCARD"], true);
}

/// A push by an unblocked client counts like any push.
#[test]
fn serving_a_client_touches_what_it_moves() {
    for (line, runs) in [("RPUSH source 1", false), ("RPUSH other 1", true)] {
        let mut solo = master();
        let blocked = solo.accept();
        solo.ask(blocked, "BRPOPLPUSH source target 0", "");
        let conn = solo.accept();
        solo.ask(conn, "WATCH target", "+OK|");
        solo.ask(conn, "MULTI", "+OK|");
        solo.ask(conn, "PING", "+QUEUED|");
        solo.cmd(line);
        solo.ask(conn, "EXEC", if runs { "*1|+PONG|" } else { "*-1|" });
    }
}

#[test]
fn own_changes_count_and_unwatch_clears() {
    let mut solo = master();
    let conn = solo.accept();
    solo.ask(conn, "WATCH a", "+OK|");
    solo.ask(conn, "SET a 1", "+OK|");
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "EXEC", "*-1|");
    solo.ask(conn, "WATCH a", "+OK|");
    solo.ask(conn, "SET a 1", "+OK|");
    solo.ask(conn, "UNWATCH", "+OK|");
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "EXEC", "*0|");
}

/// In Redis 5 an expired key does not count as touched, by whichever command it is deleted.
#[test]
fn an_expired_key_was_not_touched() {
    for touch in ["", "GET a"] {
        let mut solo = master();
        solo.cmd("DEBUG SET-ACTIVE-EXPIRE 0");
        solo.cmd("PSETEX a 10 1");
        let conn = solo.accept();
        solo.ask(conn, "WATCH a", "+OK|");
        solo.now.unix_us += 20_000;
        if touch.is_empty() {
            solo.cmd("DEBUG SET-ACTIVE-EXPIRE 1");
            solo.run_ms(200);
            solo.ask(conn, "DBSIZE", ":0|");
        } else {
            solo.cmd(touch);
        }
        solo.ask(conn, "MULTI", "+OK|");
        solo.ask(conn, "PING", "+QUEUED|");
        solo.ask(conn, "EXEC", "*1|+PONG|");
    }
}

#[test]
fn propagation_of_transactions() {
    #[track_caller]
    fn check(lines: &[&str], stream: &[&str]) {
        let mut solo = master();
        let replica = solo.attach_replica();
        solo.cmd("SET n 1");
        solo.stream(replica);
        solo.cmd("MULTI");
        for line in lines {
            solo.cmd(line);
        }
        solo.cmd("exec");
        assert_eq!(solo.stream(replica), stream, "{lines:?}");
    }
    check(&[], &[]);
    check(&["GET n", "CONFIG GET port", "TTL n"], &[]);
    check(&["INCR n"], &["MULTI", "INCR n", "exec"]);
    check(&["GET n", "INCR n", "GET n", "incr n"], &["MULTI", "INCR n", "incr n", "exec"]);
    check(&["DEL none"], &["MULTI", "exec"]);
    check(&["PING"], &["MULTI", "exec"]);
    check(&["SELECT 2", "SET x 1"], &["MULTI", "SELECT 2", "SET x 1", "exec"]);
    check(&["SET x 1", "SELECT 3"], &["MULTI", "SET x 1", "SELECT 3", "exec"]);
    check(&["SET x 1 EX 10", "PEXPIREAT x 1"], &["MULTI", "SET x 1 EX 10", "DEL x", "exec"]);
}

#[test]
fn exec_after_becoming_a_replica() {
    let mut solo = master();
    let (conn, reader) = (solo.accept(), solo.accept());
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "SET a 1", "+QUEUED|");
    solo.ask(reader, "MULTI", "+OK|");
    solo.ask(reader, "GET a", "+QUEUED|");
    solo.cmd("REPLICAOF h 1");
    solo.ask(
        conn,
        "EXEC",
        "-ERR Transaction contains write commands but instance is now a read-only slave. EXEC aborted.|",
    );
    solo.ask(reader, "EXEC", "*1|$-1|");
    solo.cmd("CONFIG SET replica-read-only no");
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "SET a 1", "+QUEUED|");
    solo.ask(conn, "EXEC", "*1|+OK|");
}

/// Only the bytes of the EXEC follow the MULTI into the backlog (spec 2.3).
#[test]
fn a_transaction_that_makes_the_node_a_replica() {
    let mut solo = master();
    let replica = solo.attach_replica();
    solo.cmd("SET a 1");
    let before = solo.node.history().master_repl_offset.0;
    solo.stream(replica);
    let conn = solo.accept();
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "SET a 2", "+QUEUED|");
    solo.ask(conn, "REPLICAOF h 1", "+QUEUED|");
    solo.ask(conn, "SET a 3", "+QUEUED|");
    solo.say(conn, b"EXEC\r\n");
    // The instance was a master when the transaction was checked.
    assert_eq!(solo.sent(conn).replace("\r\n", "|"), "*3|+OK|+OK|+OK|");
    let sent = |words: &[&str]| resp(words).len() as i64;
    let offset = solo.node.history().master_repl_offset.0;
    assert_eq!(offset - before, sent(&["MULTI"]) + sent(&["SET", "a", "2"]) + sent(&["EXEC"]));
    // The link asks for the bytes after the transaction's writes: it was set up before the EXEC.
    let (_, psync) = solo.handshake();
    assert!(psync.contains(&(offset - sent(&["EXEC"]) + 1).to_string()), "{psync}");
}

/// A replica of a scripted master, after a full sync at offset 100.
fn replica() -> (Solo, psyncscope_engine::ConnId) {
    let mut solo = Solo::new(&["replicaof h 7000"]);
    let (conn, _) = solo.handshake();
    let file = rdb(&["SET n 1"]);
    solo.say(conn, format!("+FULLRESYNC {} 100\r\n${}\r\n", "a".repeat(40), file.len()).as_bytes());
    solo.say(conn, &file);
    solo.sent(conn);
    (solo, conn)
}

#[test]
fn an_open_multi_in_the_stream_does_not_advance_the_offset() {
    let (mut solo, conn) = replica();
    let select = resp(&["SELECT", "0"]);
    let transaction = format!("{}{}", resp(&["MULTI"]), resp(&["INCR", "n"]));
    let exec = resp(&["EXEC"]);
    solo.say(conn, select.as_bytes());
    let offset = |solo: &Solo| solo.node.history().master_repl_offset.0;
    assert_eq!(offset(&solo), 100 + select.len() as i64);
    solo.say(conn, transaction.as_bytes());
    assert_eq!(offset(&solo), 100 + select.len() as i64);
    assert_eq!(solo.cmd("GET n"), "$1\r\n1\r\n");
    solo.say(conn, exec.as_bytes());
    assert_eq!(offset(&solo), 100 + (select.len() + transaction.len() + exec.len()) as i64);
    assert_eq!(solo.cmd("GET n"), "$1\r\n2\r\n");
    // After a link lost inside a transaction the whole transaction is requested again, and the queue is dropped.
    let had = offset(&solo);
    solo.say(conn, transaction.as_bytes());
    solo.drop_link(conn);
    let (conn, psync) = solo.handshake();
    assert!(psync.contains(&format!("\r\n{}\r\n", had + 1)), "{psync}");
    solo.say(conn, b"+CONTINUE\r\n");
    solo.say(conn, format!("{transaction}{exec}").as_bytes());
    assert_eq!(solo.cmd("GET n"), "$1\r\n3\r\n");
    assert_eq!(offset(&solo), had + (transaction.len() + exec.len()) as i64);
}

/// Without other clients a transaction has the replies and effects of its commands in sequence.
#[test]
fn a_transaction_equals_its_commands_in_sequence() {
    const LINES: [&str; 14] = [
        "SET a 1",
        "INCR a",
        "INCRBY b 5",
        "APPEND a x",
        "DEL a b",
        "MSET a 3 c 4",
        "RENAME c d",
        "GETSET b 7",
        "EXPIRE a 100",
        "PERSIST a",
        "SETRANGE d 3 zz",
        "GET a",
        "SELECT 1",
        "SELECT 0",
    ];
    for seed in 0..50 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let lines: Vec<&str> = (0..12).map(|_| LINES[rng.next_u32() as usize % LINES.len()]).collect();
        let (mut plain, mut multi) = (master(), master());
        let (plain_replica, multi_replica) = (plain.attach_replica(), multi.attach_replica());
        let answers: String = lines.iter().map(|line| plain.cmd(line)).collect();
        multi.cmd("MULTI");
        for line in &lines {
            assert_eq!(multi.cmd(line), "+QUEUED\r\n");
        }
        assert_eq!(multi.cmd("EXEC"), format!("*12\r\n{answers}"), "seed {seed}: {lines:?}");
        assert!(plain.node.keyspace().equal_data(multi.node.keyspace()), "seed {seed}: {lines:?}");
        // The stream differs only by MULTI, EXEC and SELECT.
        let data = |stream: Vec<String>| -> Vec<String> {
            stream
                .into_iter()
                .filter(|command| !["MULTI", "EXEC"].contains(&&**command) && !command.starts_with("SELECT"))
                .collect()
        };
        assert_eq!(data(plain.stream(plain_replica)), data(multi.stream(multi_replica)), "seed {seed}: {lines:?}");
    }
}
