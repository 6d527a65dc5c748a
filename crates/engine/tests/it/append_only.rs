//! The append-only file: what is written and when, and loading it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::convert::Infallible;

use psyncscope_engine::event::Event;
use psyncscope_engine::io::{ChildFile, DiskReply, DiskRequest, Fsync};
use psyncscope_engine::{ChildId, Input, Output};
use psyncscope_resp::{Parsed, QueryBuf};

use crate::common::solo::{Solo, rdb, resp};

const ON: &str = "appendonly yes";
const COMMANDS: &str = "aof-use-rdb-preamble no";
const ID: &str = "1234567890abcdef1234567890abcdef12345678";

/// The content of the file after a node's outputs, if it began as `file`.
fn grown(file: &[u8], solo: &Solo) -> Vec<u8> {
    let mut file = file.to_vec();
    for output in &solo.outputs {
        match output {
            Output::Disk(DiskRequest::Append { name, bytes, .. }) if name == "appendonly.aof" => {
                file.extend_from_slice(bytes)
            }
            Output::Disk(DiskRequest::TakeRewritten { name, file: new, tail, .. }) if name == "appendonly.aof" => {
                file = [&**new.bytes().unwrap(), tail].concat();
            }
            Output::Disk(DiskRequest::Write { name, bytes }) if name == "appendonly.aof" => file = bytes.to_vec(),
            _ => {}
        }
    }
    file
}

fn file(solo: &Solo) -> Vec<u8> {
    grown(b"", solo)
}

/// The commands of a file, one string for each.
#[track_caller]
fn commands(file: &[u8]) -> Vec<String> {
    let mut query = QueryBuf::default();
    query.push(file);
    let mut commands = Vec::new();
    while let Parsed::Command(words) = query.next() {
        let words: Vec<_> = words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        commands.push(words.join(" "));
    }
    assert_eq!(query.unparsed(), 0, "a file of whole commands");
    commands
}

fn encoded(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| resp(&line.split(' ').collect::<Vec<_>>()).into_bytes()).collect()
}

/// What the node logged since the last call.
fn logged(solo: &mut Solo) -> Vec<String> {
    let events = std::mem::take(&mut solo.events);
    events.into_iter().filter_map(|event| if let Event::Log { text, .. } = event { Some(text) } else { None }).collect()
}

#[track_caller]
fn has_logged(solo: &mut Solo, text: &str) {
    let lines = logged(solo);
    assert!(lines.iter().any(|line| line.contains(text)), "{text:?} is not among {lines:#?}");
}

/// Lets the rewriting child end with its result, and be reaped.
fn finish_rewrite(solo: &mut Solo) {
    let (child, bytes) = rewrite(solo).expect("a rewrite");
    solo.input(Input::ChildDone { child, result: Ok(bytes.into()) });
    solo.run_ms(100);
}

/// The last requested rewrite: its child and its result.
fn rewrite(solo: &Solo) -> Option<(ChildId, Vec<u8>)> {
    solo.outputs.iter().rev().find_map(|output| match output {
        Output::SpawnRewrite { child, job } => Some((*child, job.run())),
        _ => None,
    })
}

/// Delivers the file that DEBUG LOADAOF asked for.
fn bring_file(solo: &mut Solo, bytes: &[u8]) {
    assert!(matches!(solo.outputs.last(), Some(Output::Disk(DiskRequest::Read { name })) if name == "appendonly.aof"));
    solo.input(Input::Disk(DiskReply::Read { result: Ok(bytes.into()) }));
}

#[test]
fn a_large_file_is_rewritten_in_pieces() {
    for preamble in [COMMANDS, "aof-use-rdb-preamble yes"] {
        let mut solo = Solo::new(&[ON, preamble, "rdbcompression no"]);
        for number in 0..20 {
            solo.cmd(&format!("SET k{number} {}", "v".repeat(10_000)));
        }
        solo.cmd(&format!("RPUSH list {}", "element ".repeat(7_000)));
        solo.cmd("BGREWRITEAOF");
        let job = solo.outputs.iter().find_map(|output| match output {
            Output::SpawnRewrite { job, .. } => Some(job.clone()),
            _ => None,
        });
        let job = job.unwrap();
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        let Ok(()) = job.write_to(|piece| {
            pieces.push(piece.to_vec());
            Ok::<(), Infallible>(())
        });
        assert!(pieces.len() > 3, "{preamble}");
        assert!(pieces.concat() == job.run(), "{preamble}: the pieces are the file");
        let mut taken = 0;
        let refused = job.write_to(|_| {
            taken += 1;
            if taken < 2 { Ok(()) } else { Err("full") }
        });
        assert_eq!((refused, taken), (Err("full"), 2), "{preamble}");
        // The node needs to know the size alone.
        let (child, bytes) = rewrite(&solo).unwrap();
        solo.input(Input::ChildDone { child, result: Ok(ChildFile::OnDisk(bytes.len() as u64)) });
        solo.run_ms(100);
        let info = solo.cmd("INFO persistence");
        assert!(info.contains(&format!("aof_base_size:{}\r\n", bytes.len())), "{info}");
        assert!(info.contains("aof_last_bgrewrite_status:ok\r\n"), "{info}");
    }
}

#[test]
fn times_to_live_are_written_as_absolute_times() {
    let mut solo = Solo::new(&[ON]);
    let now = solo.now.unix_ms();
    for line in [
        "SET a 1",
        "GET a",
        "SET b 2 EX 10",
        "SET c 3 PX 1500 NX",
        "SET c 4 NX",
        "SELECT 3",
        "SETEX d 20 5",
        "PSETEX e 70 6",
        "EXPIRE d 100",
        "PEXPIRE d 200",
        "EXPIREAT d 9999999999",
        "PEXPIREAT d 9999999999999",
        "PERSIST d",
        "EXPIRE e -1",
        "RPUSH l x y",
        "GETSET d 7",
        "INCRBYFLOAT d 0.5",
    ] {
        solo.cmd(line);
    }
    let at = |ms: i64| (now + ms).to_string();
    assert_eq!(
        commands(&file(&solo)),
        [
            "SELECT 0".to_owned(),
            "SET a 1".into(),
            "SET b 2".into(),
            format!("PEXPIREAT b {}", at(10_000)),
            "SET c 3".into(),
            format!("PEXPIREAT c {}", at(1500)),
            "SELECT 3".into(),
            "SET d 5".into(),
            format!("PEXPIREAT d {}", at(20_000)),
            "SET e 6".into(),
            format!("PEXPIREAT e {}", at(70)),
            format!("PEXPIREAT d {}", at(100_000)),
            format!("PEXPIREAT d {}", at(200)),
            "PEXPIREAT d 9999999999000".into(),
            "PEXPIREAT d 9999999999999".into(),
            "PERSIST d".into(),
            "DEL e".into(),
            "RPUSH l x y".into(),
            "GETSET d 7".into(),
            "SET d 7.5".into(),
        ]
    );
}

#[test]
fn transactions_pops_and_expired_keys() {
    let mut solo = Solo::new(&[ON]);
    let waiting = solo.accept();
    solo.say(waiting, b"BLPOP q 0\r\n");
    for line in ["MULTI", "SET a 1 PX 50", "GET a", "RPUSH q x y", "EXEC", "SADD s m", "SPOP s", "PUBLISH c m"] {
        solo.cmd(line);
    }
    solo.run_ms(300);
    let written = commands(&file(&solo));
    let moment = format!("PEXPIREAT a {}", 1_800_000_000_000_i64 + 50);
    assert_eq!(
        written,
        ["SELECT 0", "MULTI", "SET a 1", &moment, "RPUSH q x y", "EXEC", "LPOP q", "SADD s m", "SREM s m", "DEL a"]
    );
}

#[test]
fn an_evicted_key_is_deleted_in_the_file_too() {
    let mut solo = Solo::new(&[ON, "maxmemory-policy allkeys-lru"]);
    solo.cmd("SET a 1");
    solo.cmd("CONFIG SET maxmemory 1");
    solo.cmd("SET b 1");
    assert_eq!(commands(&file(&solo)), ["SELECT 0", "SET a 1", "DEL a"]);
}

#[test]
fn set_repl_selects_the_propagation() {
    let mut solo = Solo::new(&[ON]);
    let replica = solo.attach_replica();
    solo.cmd(
        "EVAL \"redis.call('set','a',1) redis.set_repl(redis.REPL_REPLICA) redis.call('set','b',1) \
         redis.set_repl(redis.REPL_AOF) redis.call('set','c',1) redis.set_repl(redis.REPL_NONE) \
         redis.call('set','d',1) redis.set_repl(redis.REPL_ALL) redis.call('set','e',1)\" 0",
    );
    assert_eq!(commands(&file(&solo)), ["SELECT 0", "MULTI", "set a 1", "set c 1", "set e 1", "EXEC"]);
    assert_eq!(solo.stream(replica), ["SELECT 0", "MULTI", "set a 1", "set b 1", "set e 1", "EXEC"]);
}

#[test]
fn a_rewritten_file_knows_no_script() {
    let mut solo = Solo::new(&[ON, COMMANDS, "lua-replicate-commands no"]);
    let body = "return redis.call('incr','n')";
    let sha = solo.cmd(&format!("SCRIPT LOAD \"{body}\""))[5..45].to_owned();
    let evalsha = format!("EVALSHA {sha} 0");
    assert_eq!(solo.cmd(&evalsha), ":1\r\n");
    assert_eq!(solo.cmd(&evalsha), ":2\r\n");
    solo.cmd("BGREWRITEAOF");
    assert_eq!(solo.cmd(&evalsha), ":3\r\n");
    assert_eq!(solo.cmd(&evalsha), ":4\r\n");
    let (load, eval) = (format!("SCRIPT LOAD {body}"), format!("EVAL {body} 0"));
    let written = commands(&file(&solo));
    assert_eq!(written, ["SELECT 0", &load, &eval, &evalsha, "SELECT 0", &eval, &evalsha]);
    finish_rewrite(&mut solo);
    assert_eq!(commands(&file(&solo)), ["SELECT 0", "SET n 2", "SELECT 0", &eval, &evalsha]);
    let again = Solo::start(&[ON], Some(&file(&solo))).unwrap();
    assert!(again.node.keyspace().equal_data(solo.node.keyspace()));
}

#[test]
fn a_turn_appends_once_and_before_its_replies() {
    for (mode, then, next_second) in [
        ("appendfsync always", Fsync::Now, Fsync::Now),
        ("appendfsync everysec", Fsync::No, Fsync::Background),
        ("appendfsync no", Fsync::No, Fsync::No),
    ] {
        let mut solo = Solo::new(&[ON, mode]);
        let conn = solo.accept();
        solo.outputs.clear();
        solo.say(conn, b"SET a 1\r\nSET b 2\r\nSET c 3\r\n");
        let [Output::Disk(DiskRequest::Append { bytes, fsync, .. }), Output::Send { .. }] = &solo.outputs[..] else {
            panic!("{mode}: {:?}", solo.outputs)
        };
        assert_eq!((commands(bytes).len(), *fsync), (4, then), "{mode}");
        solo.outputs.clear();
        solo.run_ms(1100);
        let late: Vec<_> = solo
            .outputs
            .iter()
            .map(|output| match output {
                Output::Disk(DiskRequest::Append { bytes, fsync, .. }) => (bytes.len(), *fsync),
                other => panic!("{other:?}"),
            })
            .collect();
        // Data written at the end of a second is synced in the next, once.
        let expect = if mode.ends_with("everysec") { vec![(0, Fsync::Background)] } else { Vec::new() };
        assert_eq!(late, expect, "{mode}");
        solo.run_ms(1100);
        solo.outputs.clear();
        solo.cmd("SET d 4");
        assert!(
            matches!(&solo.outputs[..], [Output::Disk(DiskRequest::Append { fsync, .. }), ..] if *fsync == next_second),
            "{mode}"
        );
    }
}

#[test]
fn a_file_rebuilds_the_dataset() {
    let mut solo = Solo::new(&[ON]);
    for line in [
        "SET a 1 EX 1000",
        "SELECT 5",
        "RPUSH l 1 2 3",
        "ZADD z 1.5 m 2 n",
        "HSET h f v",
        "SADD s 1 2 x",
        "EVAL \"redis.call('hset',KEYS[1],'g','w') redis.call('lpop','l')\" 1 h",
        "MULTI",
        "INCR n",
        "INCR n",
        "EXEC",
        "SWAPDB 5 6",
    ] {
        solo.cmd(line);
    }
    let written = file(&solo);
    let mut again = Solo::start(&[ON], Some(&written)).unwrap();
    assert!(again.node.keyspace().equal_data(solo.node.keyspace()));
    has_logged(&mut again, "DB loaded from append only file: 0.000 seconds");
    assert_eq!(
        again.cmd("INFO stats").lines().find(|l| l.starts_with("total_commands")),
        Some("total_commands_processed:0")
    );
    // Loaded commands are not written again, and later ones are appended.
    assert_eq!(file(&again), b"");
    again.cmd("INCR new");
    assert_eq!(commands(&file(&again)), ["SELECT 0", "INCR new"]);
    let info = again.cmd("INFO persistence");
    assert!(info.contains("aof_enabled:1\r\n") && info.contains(&format!("aof_base_size:{}\r\n", written.len())));
}

#[test]
fn a_file_cut_anywhere_is_loaded_up_to_its_last_command() {
    let lines = ["SELECT 0", "INCR n", "INCR n", "MULTI", "INCR n", "INCR n", "EXEC", "SET last x"];
    let whole = encoded(&lines);
    let ends: Vec<usize> = (1..=lines.len()).map(|count| encoded(&lines[..count]).len()).collect();
    for len in 1..whole.len() {
        let cut = &whole[..len];
        let done = ends.iter().filter(|&&end| end <= len).count();
        // An incomplete transaction is not applied.
        let kept = if (4..7).contains(&done) { 3 } else { done };
        let valid = kept.checked_sub(1).map_or(0, |last| ends[last]);
        let mut solo = Solo::start(&[ON], Some(cut)).unwrap();
        let value = [0, 0, 1, 2, 0, 0, 0, 4][kept];
        let expect = if value == 0 { "$-1\r\n".to_owned() } else { format!("$1\r\n{value}\r\n") };
        assert_eq!(solo.cmd("GET n"), expect, "{len} bytes");
        assert_eq!(grown(cut, &solo), &whole[..valid], "{len} bytes");
        let strict = Solo::start(&[ON, "aof-load-truncated no"], Some(cut));
        match strict {
            Ok(_) => assert_eq!(valid, len),
            Err(error) => {
                assert!(valid < len && error.starts_with("Unexpected end of file reading the append only file"));
            }
        }
    }
    let mut solo = Solo::start(&[ON], Some(&whole[..ends[5]])).unwrap();
    let log = logged(&mut solo);
    let at = log.iter().position(|line| line == "Revert incomplete MULTI/EXEC transaction in AOF file").unwrap();
    assert_eq!(
        log[at + 1..at + 4],
        [
            "!!! Warning: short read while loading the AOF file !!!".to_owned(),
            format!("!!! Truncating the AOF at offset {} !!!", ends[2]),
            "AOF loaded anyway because aof-load-truncated is enabled".into(),
        ]
    );
}

#[test]
fn an_invalid_append_only_file_prevents_the_start() {
    #[track_caller]
    fn check(bytes: &[u8], error: &str) {
        let told = Solo::start(&[ON], Some(bytes)).err().expect("no start");
        assert!(told.starts_with(error), "{told}");
    }
    let bad = "Bad file format reading the append only file: make a backup of your AOF file, then use \
               ./redis-check-aof --fix <filename>";
    check(&[&encoded(&["SET a 1"])[..], b"!!!", &encoded(&["SET b 1"])].concat(), bad);
    check(&encoded(&["GET"]), bad);
    check(&encoded(&["NONSENSE 1"]), "Unknown command 'NONSENSE' reading the append only file");
    let preamble = rdb(&["SET a 1"]);
    check(&preamble[..preamble.len() - 9], "Error reading the RDB preamble");
    check(b"REDIS9999", "Error reading the RDB preamble");
    // Commands that no file contains are skipped.
    let file = encoded(&["SET a 1", "SHUTDOWN NOSAVE", "DEBUG LOADAOF", "BLPOP q 0", "REPLICAOF x 1", "SET b 2"]);
    let mut solo = Solo::start(&[ON], Some(&file)).unwrap();
    assert_eq!(solo.cmd("MGET a b"), "*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
    assert_eq!(solo.node.master_address(), None);
}

#[test]
fn nothing_expires_while_a_file_is_loaded() {
    let file = encoded(&["RPUSH l foo", "EXPIREAT l 1000", "RPUSH l bar", "SET k v", "PEXPIREAT k 1"]);
    let mut solo = Solo::start(&[ON], Some(&file)).unwrap();
    assert_eq!(solo.cmd("LLEN l"), ":0\r\n", "it was extended, and had its old time to live");
    solo.run_ms(200);
    assert_eq!(commands(&self::file(&solo)), ["SELECT 0", "DEL l", "DEL k"]);
}

#[test]
fn a_read_only_replica_loads_what_its_scripts_wrote() {
    let file = encoded(&["SELECT 0", "EVAL redis.call('set','x','y') 0", "MULTI", "SET z 1", "EXEC"]);
    let mut solo = Solo::start(&[ON, "replicaof m 6379"], Some(&file)).unwrap();
    assert_eq!(solo.cmd("EVAL \"return redis.call('get','x')\" 0"), "$1\r\ny\r\n");
    // And it asks its master for a full resync: the file has no replication ID.
    let (_, psync) = solo.handshake();
    assert_eq!(psync, resp(&["PSYNC", "?", "-1"]));
}

#[test]
fn a_rewrite_writes_the_shortest_file_without_loss() {
    for preamble in ["aof-use-rdb-preamble yes", COMMANDS] {
        let mut solo = Solo::new(&[ON, preamble]);
        for i in 0..150 {
            solo.cmd(&format!("RPUSH l {i}"));
            solo.cmd(&format!("SADD s m{i}"));
            solo.cmd(&format!("ZADD z {i}.5 m{i}"));
            solo.cmd(&format!("HSET h f{i} {i}"));
            solo.cmd("INCR n");
        }
        solo.cmd("SELECT 9");
        solo.cmd("SET e 1 EX 1000");
        assert_eq!(solo.cmd("BGREWRITEAOF"), "+Background append only file rewriting started\r\n");
        assert_eq!(solo.cmd("BGREWRITEAOF"), "-ERR Background append only file rewriting already in progress\r\n");
        let before = file(&solo).len();
        solo.cmd("SET during 1");
        assert!(solo.cmd("INFO persistence").contains("aof_rewrite_in_progress:1\r\n"));
        finish_rewrite(&mut solo);
        solo.cmd("SET after 1");
        let after = file(&solo);
        assert!(after.len() < before / 2, "{} of {before} bytes", after.len());
        let again = Solo::start(&[ON], Some(&after)).unwrap();
        assert!(again.node.keyspace().equal_data(solo.node.keyspace()), "{preamble}");
        assert_eq!(after.starts_with(b"REDIS0009"), preamble != COMMANDS);
        if preamble == COMMANDS {
            let words: Vec<usize> = commands(&after).iter().map(|line| line.split(' ').count()).collect();
            assert_eq!(words.iter().max(), Some(&130), "at most 64 elements in a command");
            let last = commands(&after).split_off(words.len() - 4);
            assert_eq!(last, ["SELECT 9", "SET during 1", "SELECT 9", "SET after 1"]);
        }
        let log = logged(&mut solo);
        for line in [
            "Background append only file rewriting started by pid 1",
            "Background AOF rewrite terminated with success",
            "Residual parent diff successfully flushed to the rewritten AOF (0.00 MB)",
            "Background AOF rewrite finished successfully",
        ] {
            assert!(log.iter().any(|logged| logged == line), "{line}");
        }
        let size = format!("aof_current_size:{}\r\n", after.len());
        assert!(solo.cmd("INFO persistence").contains(&size));
    }
}

#[test]
fn a_rewrite_and_a_background_save_wait_for_each_other() {
    let mut solo = Solo::new(&[ON]);
    solo.cmd("SET a 1");
    solo.cmd("BGSAVE");
    assert_eq!(solo.cmd("BGREWRITEAOF"), "+Background append only file rewriting scheduled\r\n");
    assert!(solo.cmd("INFO persistence").contains("aof_rewrite_scheduled:1\r\n"));
    assert!(rewrite(&solo).is_none());
    solo.finish_child();
    solo.run_ms(200);
    assert!(rewrite(&solo).is_some(), "it began by itself");
    assert!(solo.cmd("BGSAVE").starts_with("-ERR An AOF log rewriting in progress: can't BGSAVE right now."));
    assert_eq!(solo.cmd("BGSAVE SCHEDULE"), "+Background saving scheduled\r\n");
    finish_rewrite(&mut solo);
    assert!(solo.cmd("INFO persistence").contains("rdb_bgsave_in_progress:1\r\n"), "and so did this");
}

#[test]
fn a_replica_that_arrives_during_a_rewrite_waits() {
    let mut solo = Solo::new(&[ON]);
    solo.cmd("SET a 1");
    solo.cmd("BGREWRITEAOF");
    let conn = solo.accept();
    solo.say(conn, resp(&["PSYNC", "?", "-1"]).as_bytes());
    has_logged(&mut solo, "No BGSAVE in progress, but an AOF rewrite is active. BGSAVE for replication delayed");
    solo.run_ms(3000);
    assert_eq!(solo.sent(conn).trim_start_matches('\n'), "");
    finish_rewrite(&mut solo);
    solo.run_ms(1100);
    assert!(solo.sent(conn).contains("+FULLRESYNC"));
}

#[test]
fn the_file_is_rewritten_when_it_has_grown_enough() {
    let lines = [ON, COMMANDS, "auto-aof-rewrite-min-size 300", "auto-aof-rewrite-percentage 100"];
    let mut solo = Solo::new(&lines);
    for _ in 0..8 {
        solo.cmd("SET k v");
    }
    solo.run_ms(200);
    assert!(rewrite(&solo).is_none(), "below the smallest size: {}", file(&solo).len());
    for _ in 0..8 {
        solo.cmd("SET k v");
    }
    solo.run_ms(200);
    has_logged(&mut solo, "Starting automatic rewriting of AOF on ");
    finish_rewrite(&mut solo);
    assert_eq!(commands(&file(&solo)), ["SELECT 0", "SET k v"]);
    solo.cmd("CONFIG SET auto-aof-rewrite-percentage 0");
    solo.outputs.clear();
    for _ in 0..30 {
        solo.cmd("SET k v");
    }
    solo.run_ms(200);
    assert!(rewrite(&solo).is_none(), "0 is never");
}

#[test]
fn turned_on_and_off_while_it_runs() {
    let mut solo = Solo::new(&[]);
    solo.cmd("SET before 1");
    assert_eq!(solo.cmd("CONFIG SET appendonly yes"), "+OK\r\n");
    solo.cmd("SET during 1");
    assert_eq!(file(&solo), b"", "nothing is appended before the first rewrite has ended");
    assert!(solo.cmd("SHUTDOWN").starts_with("-ERR Errors trying to SHUTDOWN. Check logs."));
    has_logged(&mut solo, "Writing initial AOF, can't exit.");
    finish_rewrite(&mut solo);
    solo.cmd("SET after 1");
    let again = Solo::start(&[ON], Some(&file(&solo))).unwrap();
    assert!(again.node.keyspace().equal_data(solo.node.keyspace()));
    assert_eq!(solo.cmd("CONFIG GET appendonly"), "*2\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n");

    solo.cmd("BGREWRITEAOF");
    let (child, bytes) = rewrite(&solo).unwrap();
    assert_eq!(solo.cmd("CONFIG SET appendonly no"), "+OK\r\n");
    has_logged(&mut solo, "Killing running AOF rewrite child: ");
    assert!(solo.outputs.iter().any(|output| matches!(output, Output::Kill { child: killed } if *killed == child)));
    let kept = file(&solo);
    solo.input(Input::ChildDone { child, result: Ok(bytes.into()) });
    solo.run_ms(200);
    solo.cmd("SET later 1");
    assert_eq!(file(&solo), kept, "nobody appends any more");
    assert!(solo.cmd("INFO persistence").contains("aof_enabled:0\r\n"));
}

#[test]
fn a_failed_first_rewrite_is_retried() {
    let mut solo = Solo::new(&[]);
    solo.cmd("CONFIG SET appendonly yes");
    for _ in 0..2 {
        let (child, _) = rewrite(&solo).unwrap();
        solo.input(Input::ChildDone { child, result: Err("no space".into()) });
        solo.run_ms(100);
        assert!(solo.cmd("INFO persistence").contains("aof_last_bgrewrite_status:err\r\n"));
        solo.run_ms(200);
        let (next, _) = rewrite(&solo).unwrap();
        assert_ne!(next, child);
    }
    finish_rewrite(&mut solo);
    solo.cmd("SET a 1");
    assert_eq!(commands(&file(&solo)[rewrite(&solo).unwrap().1.len()..]), ["SELECT 0", "SET a 1"]);
    // A file that could not replace the old one does not count.
    let (child, _) = rewrite(&solo).unwrap();
    solo.input(Input::Disk(DiskReply::TakeFailed { child }));
    assert!(solo.cmd("INFO persistence").contains("aof_last_bgrewrite_status:err\r\n"));
}

#[test]
fn shutdown_kills_the_child_and_syncs_the_file() {
    let mut solo = Solo::new(&[ON]);
    solo.cmd("BGREWRITEAOF");
    let conn = solo.accept();
    solo.say(conn, b"SET a 1\r\nSHUTDOWN\r\n");
    let ends: Vec<_> = solo.outputs.iter().rev().take(3).collect();
    let [
        Output::Exit { status: 0 },
        Output::Disk(DiskRequest::Append { bytes, fsync: Fsync::Now, .. }),
        Output::Kill { .. },
    ] = ends[..]
    else {
        panic!("{ends:?}")
    };
    assert_eq!(commands(bytes), ["SELECT 0", "SET a 1"]);
    has_logged(&mut solo, "There is a child rewriting the AOF. Killing it!");
}

#[test]
fn debug_loadaof_replies_when_the_file_is_loaded() {
    let mut solo = Solo::new(&[ON]);
    let conn = solo.accept();
    solo.say(conn, b"SET a 1\r\nDEBUG LOADAOF\r\nGET a\r\nINCR a\r\n");
    let other = solo.accept();
    solo.expect(conn, "+OK\r\n");
    // Nothing else happens meanwhile.
    let written = file(&solo);
    assert_eq!(commands(&written), ["SELECT 0", "SET a 1"]);
    solo.outputs.retain(|output| matches!(output, Output::Disk(DiskRequest::Read { .. })));
    bring_file(&mut solo, &written);
    solo.expect(conn, "+OK\r\n$1\r\n1\r\n:2\r\n");
    solo.ask(other, "GET a", "$1|2|");
    has_logged(&mut solo, "Append Only File loaded by DEBUG LOADAOF");
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "DEBUG LOADAOF", "+QUEUED|");
    solo.ask(conn, "EXEC", "*1|-ERR DEBUG LOADAOF cannot wait for the file inside a transaction|");
}

#[test]
fn debug_loadaof_without_a_file_ends_the_process() {
    let mut solo = Solo::new(&[]);
    let conn = solo.accept();
    solo.say(conn, b"SET a 1\r\nDEBUG LOADAOF\r\nDBSIZE\r\n");
    solo.expect(conn, "+OK\r\n");
    bring_file(&mut solo, b"");
    solo.expect(conn, "-ERR\r\n:0\r\n");
    solo.say(conn, b"DEBUG LOADAOF\r\n");
    solo.input(Input::Disk(DiskReply::Read { result: Err("No such file or directory".into()) }));
    assert!(matches!(solo.outputs.last(), Some(Output::Exit { status: 1 })));
    has_logged(&mut solo, "Fatal error: can't open the append log file for reading: No such file or directory");
}

#[test]
fn a_load_is_not_propagated() {
    let mut solo = Solo::new(&[ON, "repl-ping-replica-period 3600"]);
    let replica = solo.attach_replica();
    solo.cmd("MULTI");
    solo.cmd("SET a 1");
    solo.cmd("EXEC");
    assert_eq!(solo.stream(replica), ["SELECT 0", "MULTI", "SET a 1", "EXEC"]);
    let written = file(&solo);
    let conn = solo.accept();
    solo.say(conn, b"DEBUG LOADAOF\r\n");
    bring_file(&mut solo, &written);
    solo.expect(conn, "+OK\r\n");
    assert_eq!(solo.stream(replica), [""; 0]);
    assert!(solo.cmd("INFO persistence").contains("rdb_changes_since_last_save:0\r\n"));
}

#[test]
fn a_replica_appends_its_masters_commands() {
    let mut solo = Solo::new(&["replicaof m 6379", ON, COMMANDS]);
    let (conn, _) = solo.handshake();
    let dump = rdb(&["SET k v"]);
    solo.cmd("BGREWRITEAOF");
    solo.say(conn, format!("+FULLRESYNC {ID} 1000\r\n${}\r\n", dump.len()).as_bytes());
    solo.say(conn, &dump);
    let log = logged(&mut solo).join("\n");
    let order =
        ["Flushing old data", "Killing running AOF rewrite child", "Finished with success", "rewriting started"];
    let places: Vec<usize> = order.iter().map(|line| log.rfind(line).unwrap()).collect();
    assert!(places.is_sorted(), "{log}");
    finish_rewrite(&mut solo);
    let stream = encoded(&["SELECT 2", "SET x 1 EX 100", "MULTI", "INCR n", "EXEC", "PING"]);
    solo.say(conn, &stream);
    let written = commands(&file(&solo));
    let moment = format!("PEXPIREAT x {}", solo.now.unix_ms() + 100_000);
    assert_eq!(written, ["SELECT 0", "SET k v", "SELECT 2", "SET x 1", &moment, "MULTI", "INCR n", "EXEC"]);
    // A writable replica itself expires keys to which its clients gave a time to live.
    solo.cmd("CONFIG SET replica-read-only no");
    solo.cmd("SET own 1 PX 10");
    solo.run_ms(200);
    assert_eq!(commands(&file(&solo)).last().unwrap(), "DEL own");
}

#[test]
fn a_failing_disk_stops_writes() {
    let mut solo = Solo::new(&[ON]);
    solo.cmd("SET a 1");
    let Some(Output::Disk(DiskRequest::Append { bytes, .. })) = solo.outputs.pop() else {
        panic!("the last output appends")
    };
    solo.input(Input::Disk(DiskReply::AppendFailed { unwritten: bytes, error: "No space left on device".into() }));
    has_logged(&mut solo, "Error writing to the AOF file: No space left on device");
    let refused = "-MISCONF Errors writing to the AOF file: No space left on device\r\n";
    assert_eq!(solo.cmd("SET b 1"), refused);
    assert_eq!(solo.cmd("PING"), refused);
    assert_eq!(solo.cmd("GET a"), "$1\r\n1\r\n");
    assert!(solo.cmd("EVAL \"return redis.call('set','b',1)\" 0").contains("MISCONF Errors writing to the AOF file"));
    assert!(solo.cmd("INFO persistence").contains("aof_last_write_status:err\r\n"));
    solo.input(Input::Disk(DiskReply::AppendRecovered));
    has_logged(&mut solo, "AOF write error looks solved, Redis can write again.");
    assert_eq!(solo.cmd("SET b 1"), "+OK\r\n");
    assert_eq!(commands(&file(&solo)), ["SELECT 0", "SET a 1", "SET b 1"], "what failed was written again");

    let mut solo = Solo::new(&[ON, "appendfsync always"]);
    solo.cmd("SET a 1");
    solo.input(Input::Disk(DiskReply::AppendFailed { unwritten: b"x".to_vec(), error: "Input/output error".into() }));
    assert!(matches!(solo.outputs.last(), Some(Output::Exit { status: 1 })));
}

#[test]
fn a_large_file_is_loaded_in_steps() {
    let value = "x".repeat(1 << 20);
    let set = |key: &str| resp(&["SET", key, &value]).into_bytes();
    let mut source = Solo::new(&["rdbcompression no", "aof-use-rdb-preamble yes", ON]);
    for key in ["p1", "p2", "p3"] {
        source.cmd(&format!("SET {key} {value}"));
    }
    source.cmd("BGREWRITEAOF");
    finish_rewrite(&mut source);
    let tail: Vec<u8> =
        ["t1", "t2", "t3"].into_iter().flat_map(set).chain(encoded(&["MULTI", "SET last 1", "EXEC"])).collect();
    let whole = [file(&source), tail].concat();
    let mut solo = Solo::start(&[ON], Some(&whole)).unwrap();
    let conn = solo.accept();
    let mut steps = 0;
    while solo.outputs.pop_if(|output| matches!(output, Output::Load { .. })).is_some() {
        assert_eq!(solo.node.next_timeout(), None, "no timer while it loads");
        solo.ask(conn, "GET p1", "-LOADING Redis is loading the dataset in memory|");
        solo.say(conn, b"INFO persistence\r\n");
        assert!(solo.sent(conn).contains(&format!("loading_total_bytes:{}\r\n", whole.len())));
        solo.input(Input::LoadStep);
        steps += 1;
    }
    assert!(steps >= 4, "{steps} steps");
    solo.ask(conn, "DBSIZE", ":7|");
    solo.ask(conn, "GET last", "$1|1|");
    has_logged(&mut solo, "Reading the remaining AOF tail...");
    assert_eq!(file(&solo), b"");
}

#[test]
fn arbitrary_files_never_panic() {
    use rand_core::{RngCore, SeedableRng};
    let seed = 5;
    println!("seed {seed}");
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(seed);
    let lines = [
        "SELECT 3",
        "SET a 1 EX 10",
        "MULTI",
        "RPUSH l 1 2",
        "EXEC",
        "EVAL return(redis.call('incr','n')) 0",
        "FLUSHALL",
        "EXPIRE a 10",
        "SPOP s 3",
        "XADD s * a b",
        "SCRIPT FLUSH",
        "EVALSHA x 0",
        "DISCARD",
        "WATCH a",
        "SYNC",
    ];
    for _ in 0..600 {
        let mut bytes: Vec<u8> =
            (0..8).flat_map(|_| encoded(&[lines[rng.next_u32() as usize % lines.len()]])).collect();
        for _ in 0..rng.next_u32() % 3 {
            let at = rng.next_u32() as usize % bytes.len();
            bytes[at] = rng.next_u32() as u8;
        }
        if let Ok(mut solo) = Solo::start(&[ON, "save 60 1"], Some(&bytes)) {
            assert_eq!(solo.cmd("PING"), "+PONG\r\n", "{}", bytes.escape_ascii());
        }
    }
}
