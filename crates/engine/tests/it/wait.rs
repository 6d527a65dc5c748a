//! WAIT and GETACK.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::{ConnId, Input};

use crate::common::solo::{Solo, resp};

/// A scripted, online replica.
fn replica(master: &mut Solo) -> ConnId {
    // The first cron sends a PING, if there is a replica.
    master.run_ms(10);
    let conn = master.accept();
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    master.finish_child();
    assert!(master.sent(conn).starts_with("+FULLRESYNC"));
    conn
}

fn ack(master: &mut Solo, replica: ConnId, offset: i64) {
    master.say(replica, resp(&["REPLCONF", "ACK", &offset.to_string()]).as_bytes());
}

fn getack() -> String {
    resp(&["REPLCONF", "GETACK", "*"])
}

#[test]
fn wait_sends_one_getack_and_ends_with_the_ack() {
    let mut master = Solo::new(&["repl-ping-replica-period 3600"]);
    let one = replica(&mut master);
    assert_eq!(master.cmd("WAIT 1 0"), ":1\r\n", "who wrote nothing waits for nothing");
    assert_eq!(master.cmd("WAIT 0 0"), ":1\r\n");
    assert_eq!(master.sent(one), "", "and nobody is asked");
    master.cmd("SET k v");
    let written = resp(&["SELECT", "0"]) + &resp(&["SET", "k", "v"]);
    assert_eq!(master.sent(one), written);
    assert_eq!(master.cmd("WAIT 1 0"), "");
    assert_eq!(master.sent(one), getack());
    ack(&mut master, one, 49);
    assert_eq!(master.cmd(""), "", "one byte is missing; what the client sends meanwhile is not read");
    // The replica's ACK does not include the GETACK itself.
    ack(&mut master, one, 50);
    assert_eq!(master.cmd("PING"), ":1\r\n+PONG\r\n");
    assert_eq!(master.cmd("WAIT 1 0"), "", "the PING moved what it waits for, past the GETACK");
    ack(&mut master, one, 87);
    assert_eq!(master.cmd(""), ":1\r\n");
}

#[test]
fn clients_of_one_turn_share_a_getack() {
    let mut master = Solo::new(&["repl-ping-replica-period 3600"]);
    let (one, two) = (replica(&mut master), replica(&mut master));
    let (first, second) = (master.accept(), master.accept());
    for client in [first, second] {
        master.say(client, b"SET k v\r\n");
        assert_eq!(master.sent(client), "+OK\r\n");
    }
    master.sent(one);
    master.say(first, b"WAIT 2 0\r\nPING\r\n");
    assert_eq!(master.sent(one), getack());
    master.say(second, b"WAIT 1 0\r\n");
    assert_eq!(master.sent(two).matches("GETACK").count(), 2, "one for each turn");
    ack(&mut master, one, 1000);
    assert_eq!((master.sent(first), master.sent(second)), (String::new(), ":1\r\n".into()));
    ack(&mut master, two, 1000);
    assert_eq!(master.sent(first), ":2\r\n+PONG\r\n", "what it sent while it waited is read now");
}

#[test]
fn wait_times_out_with_the_current_count() {
    let mut master = Solo::new(&["repl-ping-replica-period 3600"]);
    let one = replica(&mut master);
    master.cmd("SET k v");
    assert_eq!(master.cmd("WAIT 2 250"), "");
    ack(&mut master, one, 50);
    master.run_ms(200);
    assert_eq!(master.cmd(""), "");
    master.run_ms(200);
    assert_eq!(master.cmd(""), ":1\r\n");
}

#[test]
fn invalid_arguments_of_wait() {
    let mut node = Solo::new(&[]);
    assert_eq!(node.cmd("WAIT x 1"), "-ERR value is not an integer or out of range\r\n");
    assert_eq!(node.cmd("WAIT 1 x"), "-ERR timeout is not an integer or out of range\r\n");
    assert_eq!(node.cmd("WAIT 1 -1"), "-ERR timeout is negative\r\n");
    assert_eq!(node.cmd("WAIT -5 0"), ":0\r\n");
    assert_eq!(node.cmd("MULTI"), "+OK\r\n");
    assert_eq!(node.cmd("WAIT 1 0"), "+QUEUED\r\n");
    assert_eq!(node.cmd("EXEC"), "*1\r\n:0\r\n", "a transaction does not wait");
    let mut replica = Solo::new(&["replicaof m 6379"]);
    assert!(replica.cmd("WAIT 0 0").starts_with("-ERR WAIT cannot be used with replica instances."));
}

#[test]
fn getack_is_fed_without_a_replica_while_there_is_a_backlog() {
    let mut master = Solo::new(&["repl-ping-replica-period 3600"]);
    let one = replica(&mut master);
    master.input(Input::Closed { conn: one, reason: psyncscope_engine::io::CloseReason::Eof });
    master.cmd("SET k v");
    let offset = |master: &mut Solo| {
        let info = master.cmd("INFO replication");
        info.lines().find_map(|line| line.strip_prefix("master_repl_offset:")).unwrap().parse::<i64>().unwrap()
    };
    assert_eq!(offset(&mut master), 50);
    let other = master.accept();
    master.say(other, b"SET k v\r\nWAIT 1 0\r\n");
    assert_eq!(offset(&mut master), 50 + 27 + 37);
}

#[test]
fn a_master_that_becomes_a_replica_unblocks_wait() {
    let mut master = Solo::new(&[]);
    replica(&mut master);
    master.cmd("SET k v");
    assert_eq!(master.cmd("WAIT 1 0"), "");
    let other = master.accept();
    master.say(other, b"REPLICAOF m 6379\r\n");
    assert!(master.cmd("").starts_with("-UNBLOCKED force unblock from blocking operation"));
}
