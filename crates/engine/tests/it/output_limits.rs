//! `client-output-buffer-limit`: clients that do not read are closed.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::{ConnId, Input, Peer};

use crate::common::solo::{Solo, resp};

/// A synchronised replica whose kernel accepts nothing any more.
fn stuck_replica(master: &mut Solo) -> ConnId {
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    master.finish_child();
    assert!(master.sent(conn).starts_with("+FULLRESYNC"));
    master.input(Input::Writable { conn, room: 0 });
    conn
}

fn line_of(master: &mut Solo, flags: &str) -> Option<String> {
    let list = master.cmd("CLIENT LIST");
    list.lines().find(|line| line.contains(&format!("flags={flags}"))).map(str::to_owned)
}

fn write(master: &mut Solo, bytes: usize) {
    let console = master.accept();
    master.say(console, resp(&["SET", "k", &"x".repeat(bytes)]).as_bytes());
    master.input(Input::Closed { conn: console, reason: psyncscope_engine::io::CloseReason::Eof });
}

#[test]
fn a_replica_over_the_hard_limit_is_closed_by_the_next_cron() {
    let mut master = Solo::new(&["client-output-buffer-limit replica 100000 0 0", "repl-ping-replica-period 3600"]);
    let conn = stuck_replica(&mut master);
    write(&mut master, 16_000);
    let line = line_of(&mut master, "S").unwrap();
    assert!(line.contains("obl=16053 oll=0 omem=0 events=rw"), "the static buffer does not count: {line}");
    write(&mut master, 60_000);
    let line = line_of(&mut master, "S").unwrap();
    assert!(line.contains("oll=1 omem=65560"), "{line}");
    assert!(!master.has_closed(conn));
    write(&mut master, 60_000);
    assert!(line_of(&mut master, "SA").is_some(), "scheduled to be closed");
    assert!(!master.has_closed(conn), "but not in this turn");
    master.run_ms(100);
    assert!(master.has_closed(conn));
    assert!(master.cmd("INFO replication").contains("connected_slaves:0"));
}

#[test]
fn a_soft_limit_allows_some_seconds() {
    let mut master = Solo::new(&["client-output-buffer-limit slave 0 30000 2", "repl-ping-replica-period 1"]);
    let conn = stuck_replica(&mut master);
    write(&mut master, 60_000);
    // The limit is checked only when output is added: by the PINGs here.
    master.run_ms(2000);
    assert!(!master.has_closed(conn));
    master.run_ms(2000);
    assert!(master.has_closed(conn), "after more than 2 whole seconds");
}

#[test]
fn a_replica_that_catches_up_stays_connected() {
    let mut master = Solo::new(&["client-output-buffer-limit replica 0 30000 2", "repl-ping-replica-period 1"]);
    let conn = stuck_replica(&mut master);
    write(&mut master, 60_000);
    master.run_ms(1500);
    master.input(Input::Writable { conn, room: 1 << 20 });
    master.run_ms(5000);
    assert!(!master.has_closed(conn));
    assert!(line_of(&mut master, "S").unwrap().contains("obl=0 oll=0 omem=0 events=r "));
}

#[test]
fn queued_output_may_be_sent_before_the_close() {
    let mut master = Solo::new(&["client-output-buffer-limit replica 100000 0 0"]);
    let conn = stuck_replica(&mut master);
    write(&mut master, 200_000);
    master.input(Input::Writable { conn, room: 1 << 20 });
    assert!(master.sent(conn).len() > 200_000);
    master.run_ms(100);
    assert!(master.has_closed(conn));
}

#[test]
fn normal_clients_have_their_own_limit() {
    let mut node = Solo::new(&["client-output-buffer-limit normal 50000 0 0"]);
    node.cmd(&format!("SET k {}", "x".repeat(60_000)));
    let conn = ConnId(77);
    node.input(Input::Accepted { conn, peer: Peer { ip: "10.0.0.9".into(), port: 4000 }, room: 10 });
    node.say(conn, b"GET k\r\n");
    node.run_ms(100);
    assert!(node.has_closed(conn));
    // There is no limit by default.
    let mut node = Solo::new(&[]);
    node.cmd(&format!("SET k {}", "x".repeat(60_000)));
    node.input(Input::Accepted { conn, peer: Peer { ip: "10.0.0.9".into(), port: 4000 }, room: 10 });
    node.say(conn, b"GET k\r\n");
    node.run_ms(1000);
    assert!(!node.has_closed(conn));
}

#[test]
fn the_limit_applies_during_a_transfer() {
    let mut master = Solo::new(&["client-output-buffer-limit replica 100000 0 0"]);
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    write(&mut master, 200_000);
    master.run_ms(100);
    assert!(master.has_closed(conn), "many writes during a slow save lose the replica");
}

/// A value of 3 MB over a limit of 2 MB, with a backlog of 1 MB. A replica whose kernel accepts the whole command
/// before serverCron closes the link misses nothing. Otherwise it applied nothing of the command.
#[test]
fn the_resync_after_one_large_value_depends_on_what_was_sent() {
    const VALUE: usize = 3 << 20;
    for (room, partial) in [(4 << 20, true), (VALUE, false), (1 << 20, false)] {
        let mut master = Solo::new(&["client-output-buffer-limit replica 2mb 0 0", "repl-ping-replica-period 3600"]);
        let conn = stuck_replica(&mut master);
        let before = offset_of(&mut master);
        write(&mut master, VALUE);
        let after = offset_of(&mut master);
        assert!(
            master
                .cmd("INFO replication")
                .contains(&format!("repl_backlog_first_byte_offset:{}\r\n", after - (1 << 20) + 1))
        );
        master.input(Input::Writable { conn, room });
        let sent = master.sent(conn).len() as i64;
        assert_eq!(sent == after - before, partial, "room for {room}: {sent} bytes went out");
        master.run_ms(100);
        assert!(master.has_closed(conn));
        // What the replica applied: whole commands only.
        let applied = if partial { after } else { before };
        let back = master.accept();
        master.say(back, resp(&["REPLCONF", "capa", "psync2"]).as_bytes());
        master.sent(back);
        let replid = replid_of(&mut master);
        master.say(back, resp(&["PSYNC", &replid, &(applied + 1).to_string()]).as_bytes());
        let answer = master.sent(back);
        if partial {
            assert_eq!(answer, format!("+CONTINUE {replid}\r\n"), "nothing is missing");
        } else {
            master.finish_child();
            assert!(master.sent(back).starts_with("+FULLRESYNC ") || answer.starts_with("+FULLRESYNC "), "{answer}");
        }
    }
}

fn field(master: &mut Solo, name: &str) -> String {
    let info = master.cmd("INFO replication");
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap().to_owned()
}

fn offset_of(master: &mut Solo) -> i64 {
    field(master, "master_repl_offset").parse().unwrap()
}

fn replid_of(master: &mut Solo) -> String {
    field(master, "master_replid")
}
