//! Full resyncs without a file: the child writes the RDB to the replicas' sockets.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::io::CloseReason;
use psyncscope_engine::{ChildId, ConnId, Input, Output};

use crate::common::Net;
use crate::common::solo::{Solo, resp};

const DISKLESS: [&str; 3] = ["repl-diskless-sync yes", "repl-diskless-sync-delay 0", "repl-ping-replica-period 3600"];

/// A scripted replica of a diskless master, with capa eof.
fn waiting(master: &mut Solo) -> ConnId {
    let conn = master.accept();
    master.say(conn, resp(&["REPLCONF", "capa", "eof", "capa", "psync2"]).as_bytes());
    master.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    assert_eq!(master.sent(conn), "+OK\r\n", "the answer to PSYNC waits for the save");
    conn
}

/// The last child of the master: its number, its mark and its connections.
fn child(master: &Solo) -> Option<(ChildId, String, Vec<ConnId>)> {
    master.outputs.iter().rev().find_map(|output| match output {
        Output::SpawnToSockets { child, mark, conns, timeout_s: 60, .. } => {
            Some((*child, String::from_utf8_lossy(mark).into_owned(), conns.clone()))
        }
        _ => None,
    })
}

fn info(master: &mut Solo) -> String {
    let text = master.cmd("INFO replication");
    text.lines().filter(|line| line.starts_with("slave")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_replica_gets_the_dataset_and_the_stream() {
    let mut net = Net::new(&[&DISKLESS, &["replicaof h0 7000"]]);
    net.cmd(0, "SET k v");
    net.wait_up(1);
    assert_eq!(net.cmd(1, "GET k"), "$1\r\nv\r\n");
    let (_, from_master) = net.link(1, 0);
    let rdb = from_master.split("$EOF:").nth(1).unwrap();
    let mark = &rdb[..40];
    assert!(rdb.ends_with(mark), "nothing follows the mark: {rdb}");
    net.cmd(0, "SET k 2");
    assert_eq!(net.cmd(1, "GET k"), "$1\r\nv\r\n", "the stream waits for the first ACK after the child's end");
    net.run_ms(2000);
    assert_eq!(net.cmd(1, "GET k"), "$1\r\n2\r\n");
    assert!(net.link(1, 0).1.ends_with(&resp(&["SET", "k", "2"])));
}

#[test]
fn the_save_starts_when_a_replica_was_idle_for_longer_than_the_delay() {
    let mut master = Solo::new(&["repl-diskless-sync yes", "repl-diskless-sync-delay 2"]);
    master.run_ms(10);
    let first = waiting(&mut master);
    // Cron runs at 1.001, 2.001, 3.001 s; at the third, more than 2 whole seconds have passed.
    master.run_ms(2500);
    assert_eq!(child(&master), None);
    let second = waiting(&mut master);
    assert_eq!(master.sent(first), "\n\n", "what keeps a waiting replica from timing out");
    master.run_ms(600);
    let (_, mark, conns) = child(&master).expect("a child");
    assert_eq!((mark.len(), conns), (40, vec![first, second]), "they share one stream");
    assert!(master.sent(first).starts_with("\n+FULLRESYNC "));
    assert!(master.sent(second).starts_with("\n+FULLRESYNC "));
    master.run_ms(3000);
    assert_eq!(master.sent(first), "", "while the child writes, nobody else does");
}

#[test]
fn a_replica_that_arrives_during_a_transfer_waits_for_the_next() {
    let mut master = Solo::new(&DISKLESS);
    let first = waiting(&mut master);
    master.run_ms(2100);
    let (running, _, conns) = child(&master).expect("a child");
    assert_eq!(conns, [first]);
    let second = waiting(&mut master);
    master.run_ms(5000);
    assert_eq!(child(&master).map(|child| child.0), Some(running));
    master.input(Input::ChildStreamed { child: running, reached: &[first] });
    master.run_ms(100);
    let (next, _, conns) = child(&master).expect("another child");
    assert!(next != running && conns == [second]);
    assert!(info(&mut master).contains("state=online"));
}

#[test]
fn an_ack_counts_only_after_the_child_was_reaped() {
    let mut master = Solo::new(&DISKLESS);
    let conn = waiting(&mut master);
    master.run_ms(2050);
    let (number, ..) = child(&master).expect("a child");
    master.cmd("SET k v");
    master.sent(conn);
    // The child is done and the replica has loaded, but serverCron has not reaped the child.
    master.input(Input::ChildStreamed { child: number, reached: &[conn] });
    master.say(conn, resp(&["REPLCONF", "ACK", "0"]).as_bytes());
    assert!(info(&mut master).contains("state=wait_bgsave"));
    master.run_ms(100);
    assert!(info(&mut master).contains("state=online"), "online to INFO, though nothing is sent yet");
    assert!(!master.node.wants_write(conn));
    master.say(conn, resp(&["REPLCONF", "ACK", "0"]).as_bytes());
    assert!(master.node.wants_write(conn), "its room is asked for anew: the child has used the socket");
    assert_eq!(master.sent(conn), "");
    master.input(Input::Writable { conn, room: 1 << 20 });
    assert_eq!(master.sent(conn), resp(&["SELECT", "0"]) + &resp(&["SET", "k", "v"]));
}

#[test]
fn replicas_that_the_child_did_not_reach_are_freed() {
    let mut master = Solo::new(&DISKLESS);
    let (first, second) = (waiting(&mut master), waiting(&mut master));
    master.run_ms(2100);
    let (number, ..) = child(&master).expect("a child");
    master.input(Input::ChildStreamed { child: number, reached: &[second] });
    master.run_ms(100);
    assert!(master.has_closed(first) && !master.has_closed(second));
    // A replica that disconnects during the transfer is closed, which stops the child's writing to it.
    let third = waiting(&mut master);
    master.run_ms(2100);
    let (number, ..) = child(&master).expect("a child");
    master.input(Input::Closed { conn: third, reason: CloseReason::Eof });
    assert!(!info(&mut master).contains("wait_bgsave"));
    master.input(Input::ChildStreamed { child: number, reached: &[] });
    master.run_ms(100);
    assert!(info(&mut master).contains("state=online"), "the one from before");
}

#[test]
fn a_replica_without_capa_eof_gets_a_file() {
    let mut master = Solo::new(&DISKLESS);
    let conn = master.accept();
    master.say(conn, b"SYNC\r\n");
    assert_eq!(child(&master), None);
    master.finish_child();
    assert!(master.sent(conn).starts_with('$'));
    // The common capabilities of the waiting replicas decide.
    let able = waiting(&mut master);
    master.cmd("BGSAVE");
    let old = master.accept();
    master.say(old, resp(&["PSYNC", "?", "-1"]).as_bytes());
    master.finish_child();
    assert_eq!(child(&master), None);
    assert!(master.sent(able).starts_with("+FULLRESYNC") && master.sent(old).starts_with("+FULLRESYNC"));
}

#[test]
fn flushall_stops_the_child() {
    let mut master = Solo::new(&DISKLESS);
    let conn = waiting(&mut master);
    master.run_ms(2100);
    master.cmd("FLUSHALL");
    assert!(master.outputs.iter().any(|output| matches!(output, Output::Kill { .. })));
    master.run_ms(100);
    assert!(master.has_closed(conn), "it must ask again");
}
