//! Our nodes and a real redis-server: each reads the other's files, and each replicates from the other.
//!
//! `cargo xtask test peers` runs this; it needs `PSYNCSCOPE_REDIS_SERVER`, the path of a redis-server of version 5 or
//! later, and `PSYNCSCOPE`, that of our own program. Everything happens in a folder of its own and on 127.0.0.1, and
//! the servers end with their test.

mod collections;
mod later;
mod migrate;
mod ours;
mod packets;
mod proxy;
mod readers;
mod server;
mod serving;
mod writes;

use std::collections::BTreeMap;
use std::process::Command;

use ours::{Ours, now};
use psyncscope_commands::Settings;
use psyncscope_engine::config::Limits;
use psyncscope_engine::event::Event;
use psyncscope_engine::{Config, Node, Outbox};
use psyncscope_keyspace::Keyspace;
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use server::{Client, Reply, Server, redis_server};

/// What a database holds: values, and when they expire, in milliseconds since the Unix epoch.
type Contents = BTreeMap<(usize, Vec<u8>), (Vec<u8>, Option<i64>)>;

/// Keys of every kind that a file can hold: integers at the limits of their encodings, strings at the limits of
/// their lengths, compressible and not, binary, expiring, in several databases.
fn all_kinds() -> Contents {
    let mut contents = Contents::new();
    let mut put = |db: usize, key: &[u8], value: Vec<u8>, expire: Option<i64>| {
        contents.insert((db, key.to_vec()), (value, expire));
    };
    let numbers: [i64; 14] = [
        0,
        -1,
        127,
        128,
        -128,
        -129,
        32767,
        32768,
        -32768,
        -32769,
        2_147_483_647,
        2_147_483_648,
        -2_147_483_648,
        -2_147_483_649,
    ];
    for number in numbers {
        put(0, format!("n{number}").as_bytes(), number.to_string().into_bytes(), None);
        put(0, number.to_string().as_bytes(), b"the key is a number".to_vec(), None);
    }
    for odd in ["", "007", "+1", "-0", " 1", "1 ", "9223372036854775807", "9223372036854775808", "3.14"] {
        put(0, format!("odd {odd}").as_bytes(), odd.as_bytes().to_vec(), None);
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
    let mut noise = |len: usize| {
        let mut bytes = vec![0; len];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    for len in [1, 20, 21, 63, 64, 255, 256, 16383, 16384, 70_000] {
        put(3, format!("noise {len}").as_bytes(), noise(len), None);
        put(3, format!("same {len}").as_bytes(), vec![b'x'; len], None);
        let words = b"the quick brown fox ".iter().cycle().take(len).copied().collect();
        put(3, format!("words {len}").as_bytes(), words, None);
    }
    put(3, b"\r\n\0\xff\xfe $5", b"*1\r\n$4\r\nPING\r\n\0".to_vec(), None);
    put(3, &noise(300), noise(300), None);
    for round in 0..600 {
        let letters = [1, 2, 4, 26, 256][round % 5];
        let len = [40, 400, 9000][round % 3];
        let mut value: Vec<u8> =
            noise(round * 7919 % len).into_iter().map(|byte| (u32::from(byte) % letters) as u8).collect();
        if round % 4 == 0 {
            // Something that comes again at the very end.
            value.extend_from_within(..value.len().min(15));
        }
        put(7, format!("round {round}").as_bytes(), value, None);
    }
    let now_ms = now(0).unix_ms();
    for (i, later_ms) in [3_600_000, 86_400_000, 10_000_000_000].into_iter().enumerate() {
        put(15, format!("expires {i}").as_bytes(), i.to_string().into_bytes(), Some(now_ms + later_ms + i as i64));
    }
    contents
}

/// The commands that make these contents, each with its database.
fn commands(contents: &Contents) -> Vec<Vec<Vec<u8>>> {
    let mut commands = Vec::new();
    let mut selected = None;
    for ((db, key), (value, expire)) in contents {
        if selected.replace(*db) != Some(*db) {
            commands.push(vec![b"SELECT".to_vec(), db.to_string().into_bytes()]);
        }
        commands.push(vec![b"SET".to_vec(), key.clone(), value.clone()]);
        if let Some(expire) = expire {
            commands.push(vec![b"PEXPIREAT".to_vec(), key.clone(), expire.to_string().into_bytes()]);
        }
    }
    commands
}

/// What one of our nodes holds.
fn of_keyspace(keyspace: &Keyspace) -> Contents {
    let dbs = 0..keyspace.databases();
    let entries = dbs.flat_map(|db| keyspace.iter(db).map(move |(key, entry)| ((db, key.to_vec()), entry)));
    entries
        .map(|(key, entry)| (key, (entry.value().as_string().expect("a string").to_vec(), entry.expire_ms())))
        .collect()
}

/// What a server holds must be these contents, to the resolution of PTTL.
#[track_caller]
fn assert_holds(client: &mut Client, contents: &Contents) {
    let mut sizes: BTreeMap<usize, i64> = BTreeMap::new();
    for ((db, key), (value, expire)) in contents {
        *sizes.entry(*db).or_default() += 1;
        client.ok(&["SELECT", &db.to_string()]);
        let name = psyncscope_resp::escape(key);
        assert_eq!(client.call(&[b"GET", &key[..]]), Reply::Bulk(value.clone()), "{name}");
        let before = now(0).unix_ms();
        let ttl = client.integer(&[b"PTTL", &key[..]]);
        let after = now(0).unix_ms();
        match expire {
            None => assert_eq!(ttl, -1, "{name}"),
            // The server's clock may be a millisecond behind, for it looks at it once a turn.
            Some(expire) => assert!((expire - after..=expire - before + 1).contains(&ttl), "{name}: {ttl}"),
        }
    }
    for (db, size) in sizes {
        client.ok(&["SELECT", &db.to_string()]);
        assert_eq!(client.integer(&[b"DBSIZE"]), size, "database {db}");
    }
}

#[track_caller]
fn assert_same(ours: &Contents, theirs: &Contents) {
    for (key, value) in theirs {
        assert_eq!(ours.get(key), Some(value), "{} in database {}", psyncscope_resp::escape(&key.1), key.0);
    }
    assert_eq!(ours.len(), theirs.len());
}

fn version_of(file: &[u8]) -> u32 {
    std::str::from_utf8(&file[5..9]).expect("a version").parse().expect("a version")
}

// ---- files ----------------------------------------------------------------------------------------------------------

#[test]
fn a_real_redis_loads_what_we_saved() {
    let contents = all_kinds();
    for compress in [true, false] {
        let mut ours = Ours::start(
            Config { data: Settings { rdbcompression: compress, ..Settings::default() }, ..Config::default() },
            None,
        );
        for command in commands(&contents) {
            ours.command(&command);
        }
        ours.command(&["SAVE"]);
        let file = ours.file("dump.rdb").expect("SAVE writes a file");
        let server = Server::start(&[], Some(&file));
        assert_holds(&mut server.client(), &contents);
        let checker = redis_server().with_file_name("redis-check-rdb");
        if checker.exists() {
            let said = Command::new(checker).arg(server.dump_path()).output().expect("redis-check-rdb runs");
            let said = String::from_utf8_lossy(&said.stdout).into_owned();
            assert!(said.contains("RDB looks OK"), "{said}");
        }
    }
}

#[test]
fn a_real_redis_loads_our_append_only_file() {
    let contents = all_kinds();
    let commands = commands(&contents);
    let (early, late) = commands.split_at(commands.len() / 2);
    for preamble in [true, false] {
        let mut config = Config::default();
        (config.aof.appendonly, config.aof.aof_use_rdb_preamble) = (true, preamble);
        let mut ours = Ours::start(config, None);
        early.iter().for_each(|command| ours.command(command));
        ours.command(&["BGREWRITEAOF"]);
        late.iter().for_each(|command| ours.command(command));
        let mut turns = 0;
        ours.run_until("the child is reaped", |_| {
            turns += 1;
            turns > 3
        });
        ours.command(&["SET", "after", "1"]);
        let file = ours.file("appendonly.aof").expect("it is there from the start");
        assert_eq!(file.starts_with(b"REDIS"), preamble);
        let server = Server::start_from_append_only_file(&file);
        assert_holds(&mut server.client(), &of_keyspace(ours.node().keyspace()));
    }
}

#[test]
fn we_load_what_a_real_redis_saved() {
    let contents = all_kinds();
    let server = Server::start(&[], None);
    let mut client = server.client();
    for command in commands(&contents) {
        client.ok(&command);
    }
    client.ok(&["SAVE"]);
    let file = std::fs::read(server.dump_path()).expect("SAVE writes a file");
    let start = |limits: Limits| {
        let config = Config { limits, ..Config::default() };
        Node::start(now(0), config, 1, Some(file.as_slice().into()), &mut Outbox::new())
    };
    let node = start(Limits { rdb_version_max: 12, ..Limits::default() }).expect("the file loads");
    assert_same(&of_keyspace(node.keyspace()), &contents);
    // By default files of a later Redis are refused, as by Redis 5.
    let version = version_of(&file);
    match start(Limits::default()) {
        Ok(_) => assert!(version <= 9),
        Err(error) => assert!(error.ends_with(&format!("Can't handle RDB format version {version}")), "{error}"),
    }
}

// ---- replication ----------------------------------------------------------------------------------------------------

/// Commands that travel unchanged between all versions, over three databases.
fn writes(rng: &mut Xoshiro256PlusPlus, count: usize) -> Vec<Vec<Vec<u8>>> {
    let mut commands = Vec::new();
    for _ in 0..count {
        let key = format!("k{}", rng.next_u32() % 40);
        let long = "v".repeat(rng.next_u32() as usize % 300);
        let db = (rng.next_u32() % 3).to_string();
        let words: Vec<&str> = match rng.next_u32() % 8 {
            0 | 1 => vec!["SET", &key, &long],
            2 => vec!["DEL", &key],
            3 => vec!["APPEND", &key, "x"],
            4 => vec!["SETRANGE", &key, "7", "abc"],
            5 => vec!["EXPIRE", &key, "5000"],
            6 => vec!["PERSIST", &key],
            _ => vec!["SELECT", &db],
        };
        commands.push(words.into_iter().map(|word| word.as_bytes().to_vec()).collect());
    }
    commands
}

/// All that a server holds, without the moments of expiry, which relative times make differ.
fn of_server(client: &mut Client) -> Contents {
    let mut contents = Contents::new();
    for db in 0..16 {
        client.ok(&["SELECT", &db.to_string()]);
        let Reply::Array(keys) = client.call(&["KEYS", "*"]) else { panic!("KEYS answers with an array") };
        for key in keys {
            let Reply::Bulk(key) = key else { panic!("a key is bytes") };
            let Reply::Bulk(value) = client.call(&[b"GET", &key[..]]) else { panic!("all keys are strings") };
            let expires = client.integer(&[b"PTTL", &key[..]]) >= 0;
            contents.insert((db, key), (value, expires.then_some(0)));
        }
    }
    contents
}

fn without_moments(mut contents: Contents) -> Contents {
    for (_, expire) in contents.values_mut() {
        *expire = expire.map(|_| 0);
    }
    contents
}

fn times(events: &[Event], is_it: fn(&Event) -> bool) -> usize {
    events.iter().filter(|event| is_it(event)).count()
}

fn is_continue(event: &Event) -> bool {
    matches!(event, Event::Outcome(psyncscope_engine::event::PsyncOutcome::Continue { .. }))
}

fn is_full(event: &Event) -> bool {
    matches!(event, Event::Outcome(psyncscope_engine::event::PsyncOutcome::FullResync { .. }))
}

fn is_granted(event: &Event) -> bool {
    matches!(event, Event::Verdict { verdict, .. } if verdict.is_continue())
}

/// We follow a real master: a full resync, the stream, a lost link, a partial resync.
fn follow_a_real_master(server_lines: &[&str]) {
    let server = Server::start(server_lines, None);
    let mut client = server.client();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
    let mut write = |client: &mut Client, count: usize| {
        for command in writes(&mut rng, count) {
            client.call(&command);
        }
    };
    write(&mut client, 300);
    let config = Config {
        replicaof: Some(("127.0.0.1".into(), server.port())),
        limits: Limits { rdb_version_max: 12, ..Limits::default() },
        save: Vec::new(),
        ..Config::default()
    };
    let mut ours = Ours::start(config, None);
    let catch_up = |ours: &mut Ours, client: &mut Client| {
        let what = "our replica has all its master has";
        ours.run_until(what, |node| {
            node.repl_state() == psyncscope_engine::replication::ReplState::Connected
                && node.history().master_repl_offset.0 == client.info("master_repl_offset")
        });
        let theirs = of_server(client);
        assert_same(&without_moments(of_keyspace(ours.node().keyspace())), &theirs);
    };
    ours.run_until("the link comes up", |node| node.master_link_offsets().is_some());
    write(&mut client, 500);
    catch_up(&mut ours, &mut client);
    assert_eq!((times(ours.events(), is_full), times(ours.events(), is_continue)), (1, 0));
    assert_eq!(client.info("connected_slaves"), 1);
    client.call(&["CLIENT", "KILL", "TYPE", "replica"]);
    write(&mut client, 200);
    ours.run_until("the link comes up again", |node| node.master_link_offsets().is_some());
    catch_up(&mut ours, &mut client);
    assert_eq!((times(ours.events(), is_full), times(ours.events(), is_continue)), (1, 1));
    assert_eq!(client.info("sync_partial_ok"), 1);
}

#[test]
fn we_follow_a_real_master_by_its_file() {
    follow_a_real_master(&["--repl-diskless-sync", "no"]);
}

#[test]
fn we_follow_a_real_master_without_a_file() {
    follow_a_real_master(&["--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"]);
}

#[test]
fn a_real_replica_follows_us() {
    let server = Server::start(&[], None);
    let mut client = server.client();
    let mut ours = Ours::start(Config { save: Vec::new(), ..Config::default() }, None);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut write = |ours: &mut Ours, count: usize| {
        for command in writes(&mut rng, count) {
            ours.command(&command);
        }
    };
    write(&mut ours, 300);
    client.ok(&["REPLICAOF", "127.0.0.1", &ours.port().to_string()]);
    ours.run_until("the real replica is up", |_| client.info_text("master_link_status") == "up");
    write(&mut ours, 500);
    let catch_up = |ours: &mut Ours, client: &mut Client| {
        ours.run_until("the real replica has all we have", |node| {
            client.info_text("master_link_status") == "up"
                && client.info("slave_repl_offset") == node.history().master_repl_offset.0
        });
        let theirs = of_server(client);
        assert_same(&without_moments(of_keyspace(ours.node().keyspace())), &theirs);
    };
    catch_up(&mut ours, &mut client);
    assert_eq!(times(ours.events(), is_granted), 0);
    ours.command(&["CLIENT", "KILL", "TYPE", "replica"]);
    write(&mut ours, 200);
    catch_up(&mut ours, &mut client);
    assert_eq!(times(ours.events(), is_granted), 1, "a partial resync sufficed");
}

#[test]
fn a_real_replica_that_is_promoted_can_be_followed_without_a_full_resync() {
    let server = Server::start(&["--repl-diskless-sync", "no"], None);
    let mut client = server.client();
    let limits = Limits { rdb_version_max: 12, ..Limits::default() };
    let mut ours = Ours::start(Config { limits, save: Vec::new(), ..Config::default() }, None);
    client.ok(&["REPLICAOF", "127.0.0.1", &ours.port().to_string()]);
    ours.command(&["SET", "before", "1"]);
    ours.run_until("the real replica is up", |node| {
        client.info_text("master_link_status") == "up"
            && client.info("slave_repl_offset") == node.history().master_repl_offset.0
    });
    ours.command(&["SET", "by", "us"]);
    ours.run_until("the write has come over", |node| {
        client.info("slave_repl_offset") == node.history().master_repl_offset.0
    });
    // The roles change: the real one is promoted and we follow it, by the history that was ours.
    client.ok(&["REPLICAOF", "NO", "ONE"]);
    client.ok(&["SET", "by", "them"]);
    ours.command(&["REPLICAOF", "127.0.0.1", &server.port().to_string()]);
    ours.run_until("we are at their offset", |node| {
        node.master_link_offsets().is_some() && node.history().master_repl_offset.0 == client.info("master_repl_offset")
    });
    assert_eq!((times(ours.events(), is_full), times(ours.events(), is_continue)), (0, 1));
    assert_eq!(ours.node().history().replid.to_string(), client.info_text("master_replid"));
    let value = ours.node().keyspace().get(0, b"by").and_then(|entry| entry.value().as_string().map(<[u8]>::to_vec));
    assert_eq!(value.as_deref(), Some(&b"them"[..]));
}
