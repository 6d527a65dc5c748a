//! Large RDB files are loaded in steps, between which the event loop runs.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::config::Limits;
use psyncscope_engine::io::{CloseReason, DiskRequest};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::steps::{Function, StepEvent, StepReport};
use psyncscope_engine::{Config, Input, Instant, Node, Now, Outbox, Output};

use crate::common::solo::{Solo, rdb, resp};

const ID: &str = "1234567890abcdef1234567890abcdef12345678";
const LOADING: &str = "-LOADING Redis is loading the dataset in memory\r\n";

/// A file of somewhat more than `mib` MiB.
fn large(mib: usize) -> Vec<u8> {
    let mut source = Solo::new(&["rdbcompression no"]);
    let value = "x".repeat(1 << 19);
    for i in 0..mib * 2 {
        let key = format!("k{i}");
        source.cmd(&format!("SET {key} {value}"));
    }
    source.cmd("SAVE");
    let file = source.outputs.iter().rev().find_map(|output| match output {
        Output::Disk(DiskRequest::Write { bytes, .. }) => Some(bytes.to_vec()),
        _ => None,
    });
    file.expect("SAVE writes a file")
}

/// The steps that the node has requested so far, in bytes.
fn steps(node: &Solo) -> Vec<usize> {
    let loads = node.outputs.iter().filter_map(|output| match output {
        Output::Load { bytes } => Some(*bytes),
        _ => None,
    });
    loads.collect()
}

/// A replica during a load: its file has more than 5 MiB, so it takes three steps.
fn loading() -> (Solo, psyncscope_engine::ConnId, usize) {
    let file = large(5);
    let mut replica = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = replica.handshake();
    replica.say(conn, format!("+FULLRESYNC {ID} 1000\r\n${}\r\n", file.len()).as_bytes());
    for piece in file.chunks(16384) {
        replica.say(conn, piece);
    }
    (replica, conn, file.len())
}

#[test]
fn a_full_sync_is_loaded_in_steps() {
    let (mut replica, conn, size) = loading();
    assert_eq!(steps(&replica), [2 << 20]);
    assert_eq!(replica.node.next_timeout(), None, "no time events while it loads");
    replica.sent(conn);
    replica.input(Input::LoadStep);
    assert_eq!(replica.sent(conn), "\n", "a sign of life for the master");
    let info = replica.cmd("INFO persistence");
    assert!(info.contains("loading:1\r\n"), "{info}");
    assert!(info.contains(&format!("loading_total_bytes:{size}\r\n")), "{info}");
    assert!(info.contains("loading_loaded_perc:4"), "{info}");
    replica.input(Input::LoadStep);
    assert_eq!(replica.sent(conn), "", "one in a second is enough");
    assert_eq!(replica.state(), ReplState::Transfer);
    replica.input(Input::LoadStep);
    assert_eq!(steps(&replica).len(), 3);
    assert_eq!(replica.state(), ReplState::Connected);
    assert_eq!(replica.cmd("DBSIZE"), ":10\r\n");
    assert!(!replica.cmd("INFO persistence").contains("loading_total_bytes"));
}

#[test]
fn the_transfer_is_not_read_on_while_its_file_is_loaded() {
    let file = large(5);
    let mut replica = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = replica.handshake();
    let (last, before) = file.split_last().expect("a file");
    replica.say(conn, format!("+FULLRESYNC {ID} 1000\r\n${}\r\n", file.len()).as_bytes());
    replica.say(conn, before);
    replica.node.observe_steps();
    replica.say(conn, &[*last]);
    assert_eq!(steps(&replica), [2 << 20], "it is being loaded");
    let reports = replica.node.take_steps();
    let entered = |report: &&StepReport| report.event == StepEvent::Entered(Function::ReadSyncBulkPayload);
    assert_eq!(reports.iter().filter(entered).count(), 1);
}

#[test]
fn commands_during_a_load() {
    let (mut replica, ..) = loading();
    replica.input(Input::LoadStep);
    for line in ["PING", "GET k1", "REPLICAOF NO ONE", "PSYNC ? -1", "CLIENT LIST", "KEYS *", "DEBUG SLEEP 0"] {
        assert_eq!(replica.cmd(line), LOADING, "{line}");
    }
    assert_eq!(replica.cmd("SELECT 1"), "+OK\r\n");
    assert_eq!(replica.cmd("REPLCONF listening-port 1"), "+OK\r\n");
    assert!(replica.cmd("CONFIG GET port").starts_with('*'));
    assert!(replica.cmd("ROLE").contains("sync\r\n:-1"));
    let info = replica.cmd("INFO replication");
    for line in ["master_sync_in_progress:1", "master_sync_left_bytes:0", "slave_repl_offset:1"] {
        assert!(info.contains(&format!("{line}\r\n")), "{line} in {info}");
    }
    assert_eq!(replica.cmd("SHUTDOWN SAVE"), "");
    assert!(replica.outputs.iter().any(|output| matches!(output, Output::Exit { status: 0 })));
    let files =
        replica.outputs.iter().filter(|output| matches!(output, Output::Disk(DiskRequest::Write { .. }))).count();
    assert_eq!(files, 1, "the file received, which half a dataset must not replace");
}

#[test]
fn the_link_is_not_read_during_the_load() {
    let (mut replica, conn, _) = loading();
    replica.say(conn, (resp(&["SELECT", "0"]) + &resp(&["SET", "k", "v"])).as_bytes());
    replica.input(Input::LoadStep);
    replica.drop_link(conn);
    replica.input(Input::LoadStep);
    assert_eq!(replica.state(), ReplState::Transfer, "nobody knows that the master is gone");
    replica.input(Input::LoadStep);
    assert_eq!(replica.cmd("GET k"), "$1\r\nv\r\n", "what had arrived is applied");
    assert_eq!(replica.state(), ReplState::Connect, "then the end of the link is noticed");
    let (_, psync) = replica.handshake();
    assert_eq!(psync, resp(&["PSYNC", ID, "1051"]), "and it can go on from there: 23 + 27 bytes after 1000");
}

#[test]
fn bytes_after_the_file_belong_to_the_stream() {
    let file = large(3);
    let mut replica = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = replica.handshake();
    let header = format!("+FULLRESYNC {ID} 1000\r\n${}\r\n", file.len());
    let stream = resp(&["SELECT", "0"]) + &resp(&["SET", "k", "v"]);
    replica.say(conn, &[header.as_bytes(), &file, stream.as_bytes()].concat());
    assert_eq!((steps(&replica).len(), replica.state()), (1, ReplState::Transfer));
    let transfer = replica.node.view(None).upstream.as_ref().and_then(|upstream| upstream.transfer);
    assert_eq!(transfer.map(|(read, _)| read), Some(file.len() as u64), "the file has its bytes and no more");
    replica.input(Input::LoadStep);
    replica.input(Input::LoadStep);
    assert_eq!(replica.cmd("GET k"), "$1\r\nv\r\n");
    assert_eq!(replica.node.history().master_repl_offset.0, 1050);
}

#[test]
fn a_damaged_file_ends_the_process() {
    let mut file = large(5);
    let at = file.len() - 200;
    file[at..].fill(0xee);
    let mut replica = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = replica.handshake();
    replica.say(conn, format!("+FULLRESYNC {ID} 1000\r\n${}\r\n", file.len()).as_bytes());
    replica.say(conn, &file);
    for _ in 0..3 {
        replica.input(Input::LoadStep);
    }
    assert!(replica.outputs.iter().any(|output| matches!(output, Output::Exit { status: 1 })));
}

#[test]
fn a_small_file_is_loaded_at_once() {
    let file = rdb(&["SET k v"]);
    let mut replica = Solo::new(&["replicaof m 6379"]);
    let (conn, _) = replica.handshake();
    replica.say(conn, format!("+FULLRESYNC {ID} 0\r\n${}\r\n", file.len()).as_bytes());
    replica.say(conn, &file);
    assert_eq!((steps(&replica).len(), replica.state()), (0, ReplState::Connected));
}

#[test]
fn loading_at_the_start() {
    let file = large(5);
    let now = Now { mono: Instant(0), unix_us: 1_800_000_000_000_000 };
    let config = Config { limits: Limits::default(), save: Vec::new(), ..Config::default() };
    let mut out = Outbox::new();
    let mut node = Node::start(now, config.clone(), 7, Some(file.as_slice().into()), &mut out).unwrap();
    assert!(out.outputs.iter().any(|output| matches!(output, Output::Load { .. })));
    assert_eq!(node.keyspace().total_keys(), 0);
    for _ in 0..3 {
        node.handle(now, Input::LoadStep, &mut out);
    }
    assert_eq!(node.keyspace().total_keys(), 10);
    assert!(node.next_timeout().is_some());
    // A damaged body ends the process. A damaged header is refused before the load.
    let mut broken = file.clone();
    let at = broken.len() - 200;
    broken[at..].fill(0xee);
    let mut out = Outbox::new();
    let mut node = Node::start(now, config.clone(), 7, Some(broken.as_slice().into()), &mut out).unwrap();
    for _ in 0..3 {
        node.handle(now, Input::LoadStep, &mut out);
    }
    assert!(out.outputs.iter().any(|output| matches!(output, Output::Exit { status: 1 })));
    broken[0] = b'X';
    assert!(Node::start(now, config, 7, Some(broken.as_slice().into()), &mut Outbox::new()).is_err());
    // None of this waits for a peer.
    node.handle(now, Input::Closed { conn: psyncscope_engine::ConnId(1), reason: CloseReason::Eof }, &mut out);
}
