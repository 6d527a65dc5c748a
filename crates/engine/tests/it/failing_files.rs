//! A node whose files cannot be written.

use psyncscope_engine::config::Limits;
use psyncscope_engine::io::{ChildFile, DiskReply, DiskRequest};
use psyncscope_engine::{ChildId, ConnId, Input, Outbox, Output};

use crate::common::solo::Solo;

const MISCONF: &str = "MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on \
                       disk. Commands that may modify the data set are disabled, because this instance is configured \
                       to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). \
                       Please check the Redis logs for details about the RDB error.";

fn node(lines: &[&str]) -> (Solo, ConnId) {
    let mut solo = Solo::new(lines);
    solo.run_ms(2);
    let conn = solo.accept();
    (solo, conn)
}

fn failed(name: &str, error: &str) -> Input<'static> {
    Input::Disk(DiskReply::Failed { name: name.into(), error: error.into() })
}

/// Sends bytes in a turn in which every file fails.
fn say_without_disk(solo: &mut Solo, conn: ConnId, text: &str) {
    let mut out = Outbox::new();
    let mut turn = solo.node.begin_turn();
    solo.node.handle_ready(&mut turn, solo.now, Input::Received { conn, bytes: text.as_bytes() }, &mut out);
    let files: Vec<String> = out
        .outputs
        .drain(..)
        .filter_map(|output| match output {
            Output::Disk(DiskRequest::Write { name, .. }) => Some(name),
            _ => None,
        })
        .collect();
    assert!(!files.is_empty(), "{text} writes");
    for name in files {
        solo.node.handle_ready(&mut turn, solo.now, failed(&name, "No space left on device"), &mut out);
    }
    solo.node.end_turn(turn, solo.now, &mut out);
    solo.outputs.extend(out.outputs);
    solo.events.extend(out.events);
}

fn bgsave(solo: &mut Solo) -> ChildId {
    assert_eq!(solo.cmd("BGSAVE"), "+Background saving started\r\n");
    let child = solo.outputs.iter().rev().find_map(|output| match output {
        Output::Spawn { child, .. } => Some(*child),
        _ => None,
    });
    child.expect("a child")
}

fn fail_bgsave(solo: &mut Solo) {
    let child = bgsave(solo);
    solo.input(Input::ChildDone { child, result: Err("No space left on device".into()) });
    solo.run_ms(200);
}

#[test]
fn a_file_that_is_in_place_already_is_not_written_again() {
    let (mut solo, conn) = node(&["save 3600 1000"]);
    solo.ask(conn, "SET a 1", "+OK|");
    let child = bgsave(&mut solo);
    assert!(!solo.node.replicas_wait_for_save());
    solo.outputs.clear();
    solo.input(Input::ChildDone { child, result: Ok(ChildFile::OnDisk(104)) });
    solo.run_ms(200);
    assert!(!solo.outputs.iter().any(|output| matches!(output, Output::Disk(DiskRequest::Write { .. }))));
    let info = solo.cmd("INFO persistence");
    for line in ["rdb_bgsave_in_progress:0", "rdb_last_bgsave_status:ok", "rdb_changes_since_last_save:0"] {
        assert!(info.contains(&format!("{line}\r\n")), "{line}: {info}");
    }
}

#[test]
fn a_master_refuses_writes_after_a_failed_background_save() {
    let (mut solo, conn) = node(&["save 3600 1000"]);
    let refused = format!("-{MISCONF}|");
    solo.ask(conn, "SET a 1", "+OK|");
    fail_bgsave(&mut solo);
    assert!(solo.cmd("INFO persistence").contains("rdb_last_bgsave_status:err\r\n"));
    solo.ask(conn, "SET a 2", &refused);
    solo.ask(conn, "PING", &refused);
    solo.ask(conn, "GET a", "$1|1|");
    let by_script = format!("-@user_script: 1: {refused}");
    solo.ask(conn, "EVAL \"return redis.pcall('SET', 'a', 3)\" 0", &by_script);
    solo.ask(conn, "EVAL \"return redis.pcall('GET', 'a')\" 0", "$1|1|");
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "SET a 4", &refused);
    solo.ask(conn, "EXEC", "-EXECABORT Transaction discarded because of previous errors.|");
    // Each of these alone allows writes again.
    solo.ask(conn, "CONFIG SET stop-writes-on-bgsave-error no", "+OK|");
    solo.ask(conn, "PING", "+PONG|");
    solo.ask(conn, "CONFIG SET stop-writes-on-bgsave-error yes", "+OK|");
    solo.ask(conn, "PING", &refused);
    solo.ask(conn, "CONFIG SET save ''", "+OK|");
    solo.ask(conn, "PING", "+PONG|");
    solo.ask(conn, "CONFIG SET save '3600 1000'", "+OK|");
    solo.ask(conn, "SAVE", "+OK|");
    solo.ask(conn, "SET a 5", "+OK|");
}

#[test]
fn a_replica_accepts_writes_after_a_failed_background_save() {
    let (mut solo, conn) = node(&["save 3600 1000"]);
    fail_bgsave(&mut solo);
    assert!(solo.cmd("PING").starts_with("-MISCONF"));
    solo.ask(conn, "REPLICAOF 10.0.0.2 6379", "+OK|");
    solo.ask(conn, "PING", "+PONG|");
}

#[test]
fn a_failed_save_changes_nothing() {
    let (mut solo, conn) = node(&["save 3600 1000"]);
    solo.cmd("SET a 1");
    solo.cmd("SET a 2");
    let last = solo.cmd("LASTSAVE");
    solo.run_ms(5000);
    say_without_disk(&mut solo, conn, "ECHO one\r\nSAVE\r\nECHO two\r\nSAVE\r\nECHO three\r\n");
    solo.expect(conn, "$3\r\none\r\n-ERR\r\n$3\r\ntwo\r\n-ERR\r\n$5\r\nthree\r\n");
    assert_eq!(solo.cmd("LASTSAVE"), last);
    let info = solo.cmd("INFO persistence");
    assert!(info.contains("rdb_changes_since_last_save:2\r\n"), "{info}");
    assert!(info.contains("rdb_last_bgsave_status:ok\r\n"), "{info}");
    say_without_disk(&mut solo, conn, "MULTI\r\nSAVE\r\nECHO one\r\nEXEC\r\n");
    solo.expect(conn, "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n-ERR\r\n$3\r\none\r\n");
    say_without_disk(&mut solo, conn, "DEBUG RELOAD\r\n");
    solo.expect(conn, "-ERR\r\n");
    solo.ask(conn, "GET a", "$1|2|");
}

#[test]
fn a_node_that_cannot_save_does_not_shut_down() {
    let (mut solo, conn) = node(&["save 3600 1000"]);
    solo.cmd("SET a 1");
    let lives = |solo: &Solo| !solo.outputs.iter().any(|output| matches!(output, Output::Exit { .. }));
    for line in ["SHUTDOWN", "SHUTDOWN SAVE", "DEBUG RESTART"] {
        say_without_disk(&mut solo, conn, &format!("{line}\r\nGET a\r\n"));
        solo.expect(conn, "-ERR Errors trying to SHUTDOWN. Check logs.\r\n$1\r\n1\r\n");
        assert!(lives(&solo), "{line}");
    }
    let mut out = Outbox::new();
    let mut turn = solo.node.begin_turn();
    solo.node.handle_ready(&mut turn, solo.now, Input::Terminate, &mut out);
    solo.node.handle_ready(&mut turn, solo.now, failed("dump.rdb", "No space"), &mut out);
    solo.node.end_turn(turn, solo.now, &mut out);
    solo.outputs.extend(out.outputs);
    assert!(lives(&solo));
    solo.ask(conn, "GET a", "$1|1|");
    solo.cmd("SHUTDOWN NOSAVE");
    assert!(!lives(&solo));
}

#[test]
fn config_rewrite_fails_with_its_file() {
    let (mut solo, conn) = node(&[]);
    solo.ask(conn, "CONFIG REWRITE", "-ERR The server is running without a config file|");
    // Failures of unknown files are ignored.
    solo.input(failed("dump.rdb", "Is a directory"));
    solo.ask(conn, "PING", "+PONG|");
}

#[test]
fn config_set_dir_needs_an_existing_directory() {
    let (mut alone, conn) = node(&[]);
    alone.ask(conn, "CONFIG SET dir /data", "-ERR Changing directory: No such file or directory|");

    let limits = Limits { has_folders: true, ..Limits::default() };
    let mut solo = Solo::within(limits, &["dir /home"], None).unwrap();
    solo.run_ms(2);
    let conn = solo.accept();
    for (dir, whole) in
        [("/data", "/data"), ("deeper", "/data/deeper"), (".", "/data/deeper"), ("/", "/"), ("etc", "/etc")]
    {
        solo.ask(conn, &format!("CONFIG SET dir {dir}"), "+OK|");
        let asked = solo.outputs.iter().rev().find_map(|output| match output {
            Output::Disk(DiskRequest::ChangeDir { path }) => Some(path.clone()),
            _ => None,
        });
        assert_eq!(asked.as_deref(), Some(dir));
        solo.ask(conn, "CONFIG GET dir", &format!("*2|$3|dir|${}|{whole}|", whole.len()));
    }

    let mut out = Outbox::new();
    let mut turn = solo.node.begin_turn();
    let bytes = b"CONFIG SET dir /nowhere\r\nCONFIG GET dir\r\n";
    solo.node.handle_ready(&mut turn, solo.now, Input::Received { conn, bytes }, &mut out);
    solo.node.handle_ready(&mut turn, solo.now, failed("/nowhere", "Permission denied"), &mut out);
    solo.node.end_turn(turn, solo.now, &mut out);
    let sent: Vec<u8> = out
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Send { bytes, .. } => Some(bytes.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    let sent = String::from_utf8_lossy(&sent).into_owned();
    assert!(sent.starts_with("-ERR Changing directory: Permission denied\r\n"), "{sent}");
    solo.ask(conn, "CONFIG GET dir", "*2|$3|dir|$4|/etc|");
}
