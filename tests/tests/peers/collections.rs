//! Lists, sets, sorted sets, hashes and streams of every encoding, between our files and payloads and a real server's.

use std::collections::BTreeMap;

use psyncscope_commands::Settings;
use psyncscope_engine::config::Limits;
use psyncscope_engine::{Config, Node, Outbox};
use psyncscope_keyspace::{Keyspace, StreamId, Value};
use psyncscope_rdb as rdb;
use psyncscope_resp::{escape, format_double, parse_double};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::ours::{Ours, now};
use crate::server::{Client, Reply, Server};

/// What database 0 holds: the type of each key, and its elements, sorted where their order means nothing.
type Contents = BTreeMap<String, (String, Vec<String>)>;

/// Elements that containers write in different ways: numbers at the limits of their sizes, texts at the limits of
/// their lengths.
fn elements() -> Vec<Vec<u8>> {
    let mut elements: Vec<Vec<u8>> = vec![b"".into(), b"007".into(), b"-0".into(), b"\0\xff\r\n".into()];
    for bits in [0, 3, 6, 7, 12, 13, 15, 16, 23, 24, 31, 32, 62] {
        for near in [-1, 0, 1] {
            let value = (1i64 << bits) + near;
            elements.extend([value, -value].map(|value| value.to_string().into_bytes()));
        }
    }
    for len in [1, 62, 63, 64, 65, 252, 253, 254, 255, 4095, 4096, 16_383, 16_384] {
        elements.push(vec![b'x'; len]);
        elements.push((0..len).map(|at| (at * at % 251) as u8).collect());
    }
    elements.sort();
    elements.dedup();
    elements
}

/// Commands that make small collections of each kind, each elements' own, and large ones.
fn commands() -> Vec<Vec<Vec<u8>>> {
    let mut commands: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut add = |words: &[&[u8]]| commands.push(words.iter().map(|word| word.to_vec()).collect());
    for (index, element) in elements().iter().enumerate() {
        let key = |kind: &str| format!("{kind}:{index}").into_bytes();
        add(&[b"RPUSH", &key("list"), b"first", element, b"last"]);
        add(&[b"SADD", &key("set"), element, b"1"]);
        add(&[b"ZADD", &key("zset"), index.to_string().as_bytes(), element, b"-1", b"other"]);
        add(&[b"HSET", &key("hash"), b"field", element, element, b"value"]);
        add(&[b"RPUSH", b"list:all", element]);
        add(&[b"SADD", b"set:all", element]);
        add(&[b"ZADD", b"zset:all", format!("{}.25", index as i64 - 40).as_bytes(), element]);
        add(&[b"HSET", b"hash:all", element, element]);
        let id = format!("{}-{}", 1 + index / 3, index + 1).into_bytes();
        add(&[b"XADD", b"stream:all", &id, b"field", element]);
        add(&[b"XADD", b"stream:fields", &id, element, b"value", b"field", element]);
        if index % 4 == 0 {
            add(&[b"XDEL", b"stream:all", &id]);
        }
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
    for index in 0..700u32 {
        let number = rng.next_u32().to_string().into_bytes();
        let score = f64::from_bits(rng.next_u64());
        add(&[b"LPUSH", b"list:long", &number, &vec![b'y'; rng.next_u32() as usize % 200]]);
        add(&[b"SADD", b"set:integers", &number]);
        if index < 500 {
            add(&[b"SADD", b"set:intset", &number]);
            add(&[b"HSET", b"hash:ziplist", &number, index.to_string().as_bytes()]);
        }
        if !score.is_nan() {
            add(&[b"ZADD", b"zset:large", format_double(score).as_bytes(), &number]);
        }
        if index < 100 {
            add(&[b"ZADD", b"zset:ziplist", format_double(f64::from(rng.next_u32()) / 64.0).as_bytes(), &number]);
        }
    }
    add(&[b"XGROUP", b"CREATE", b"stream:all", b"group", b"0"]);
    add(&[b"XGROUP", b"CREATE", b"stream:all", b"12", b"$"]);
    add(&[b"XGROUP", b"CREATE", b"stream:empty", b"group", b"$", b"MKSTREAM"]);
    for consumer in [b"one", b"two"] {
        add(&[b"XREADGROUP", b"GROUP", b"group", consumer, b"COUNT", b"9", b"STREAMS", b"stream:all", b">"]);
    }
    add(&[b"ZADD", b"zset:infinite", b"inf", b"high", b"-inf", b"low", b"-0", b"zero"]);
    commands
}

fn of_value(value: &Value) -> (String, Vec<String>) {
    let mut elements: Vec<String> = match value {
        Value::String(bytes) => vec![escape(bytes)],
        Value::List(list) => list.iter().map(escape).collect(),
        Value::Set(set) => set.iter().map(escape).collect(),
        Value::Zset(zset) => {
            zset.iter().map(|(member, score)| format!("{} {}", escape(member), format_double(score))).collect()
        }
        Value::Hash(hash) => hash.iter().map(|(f, v)| format!("{} {}", escape(f), escape(v))).collect(),
        Value::Stream(stream) => {
            let words = |(field, value): (&[u8], &[u8])| format!(" {} {}", escape(field), escape(value));
            let entries = stream.range(StreamId::MIN..=StreamId::MAX);
            entries.map(|(id, fields)| format!("{id}{}", fields.iter().map(words).collect::<String>())).collect()
        }
    };
    if matches!(value, Value::Set(_) | Value::Hash(_)) {
        elements.sort();
    }
    (value.type_name().to_owned(), elements)
}

fn of_keyspace(keyspace: &Keyspace) -> Contents {
    keyspace.iter(0).map(|(key, entry)| (escape(key), of_value(entry.value()))).collect()
}

fn bulks(reply: Reply) -> Vec<Vec<u8>> {
    let Reply::Array(items) = reply else { panic!("{reply:?} is no array") };
    let bulk = |item| if let Reply::Bulk(bytes) = item { bytes } else { panic!("{item:?} is no bulk") };
    items.into_iter().map(bulk).collect()
}

/// An entry of a stream: its ID, its fields and values.
fn entry(reply: Reply) -> String {
    let Reply::Array(parts) = reply else { panic!("{reply:?} is no entry") };
    let mut parts = parts.into_iter();
    let (Some(Reply::Bulk(id)), Some(fields)) = (parts.next(), parts.next()) else { panic!("an entry has two parts") };
    let words = [id].into_iter().chain(bulks(fields));
    words.map(|word| escape(&word)).collect::<Vec<_>>().join(" ")
}

fn of_server(client: &mut Client) -> Contents {
    let mut contents = Contents::new();
    for key in bulks(client.call(&["KEYS", "*"])) {
        let name = escape(&key);
        let kind = name.split(':').next().unwrap_or_default().to_owned();
        if kind == "stream" {
            let Reply::Array(entries) = client.call(&[b"XRANGE", &key[..], b"-", b"+"]) else { panic!("{name}") };
            contents.insert(name, (kind, entries.into_iter().map(entry).collect()));
            continue;
        }
        let read: Vec<&[u8]> = match kind.as_str() {
            "list" => vec![b"LRANGE", &key, b"0", b"-1"],
            "set" => vec![b"SMEMBERS", &key],
            "zset" => vec![b"ZRANGE", &key, b"0", b"-1", b"WITHSCORES"],
            _ => vec![b"HGETALL", &key],
        };
        let words = bulks(client.call(&read));
        let score = |text: &[u8]| format_double(parse_double(text).expect("a score"));
        let mut elements: Vec<String> = match kind.as_str() {
            "list" | "set" => words.iter().map(|word| escape(word)).collect(),
            "zset" => words.chunks(2).map(|pair| format!("{} {}", escape(&pair[0]), score(&pair[1]))).collect(),
            _ => words.chunks(2).map(|pair| format!("{} {}", escape(&pair[0]), escape(&pair[1]))).collect(),
        };
        if kind == "set" || kind == "hash" {
            elements.sort();
        }
        contents.insert(name, (kind, elements));
    }
    contents
}

#[track_caller]
fn assert_same(one: &Contents, other: &Contents) {
    for (key, value) in one {
        assert_eq!(Some(value), other.get(key), "{key}");
    }
    assert_eq!(one.len(), other.len());
}

#[test]
fn a_real_redis_loads_our_collections() {
    for compress in [true, false] {
        let mut ours = Ours::start(
            Config { data: Settings { rdbcompression: compress, ..Settings::default() }, ..Config::default() },
            None,
        );
        for command in commands() {
            ours.command(&command);
        }
        ours.command(&["SAVE"]);
        let file = ours.file("dump.rdb").expect("SAVE writes a file");
        let server = Server::start(&[], Some(&file));
        assert_same(&of_keyspace(ours.node().keyspace()), &of_server(&mut server.client()));
    }
}

#[test]
fn we_load_the_collections_of_a_real_redis() {
    // The names by which every version knows them.
    let settings: [&[&str]; 4] = [
        &[],
        &["--rdbcompression", "no"],
        &["--list-max-ziplist-size", "3", "--list-compress-depth", "1"],
        &["--hash-max-ziplist-entries", "0", "--zset-max-ziplist-entries", "0", "--set-max-intset-entries", "0"],
    ];
    for lines in settings {
        let server = Server::start(lines, None);
        let mut client = server.client();
        for command in commands() {
            assert!(!matches!(client.call(&command), Reply::Error(_)), "{lines:?}");
        }
        client.ok(&["SAVE"]);
        let file = std::fs::read(server.dump_path()).expect("SAVE writes a file");
        let config = Config { limits: Limits { rdb_version_max: 12, ..Limits::default() }, ..Config::default() };
        let node =
            Node::start(now(0), config, 1, Some(file.as_slice().into()), &mut Outbox::new()).expect("the file loads");
        assert_same(&of_server(&mut client), &of_keyspace(node.keyspace()));
    }
}

#[test]
fn payloads_go_both_ways() {
    let mut ours = Ours::start(Config::default(), None);
    for command in commands() {
        ours.command(&command);
    }
    let server = Server::start(&[], None);
    let mut client = server.client();
    for (key, entry) in ours.node().keyspace().iter(0) {
        let payload = rdb::dump(entry.value(), true);
        client.ok(&[b"RESTORE", &key[..], b"0", &payload]);
        let Reply::Bulk(theirs) = client.call(&[b"DUMP", &key[..]]) else { panic!("DUMP of {}", escape(key)) };
        let value = rdb::restore(&theirs, 12, &rdb::EncodingLimits::default())
            .unwrap_or_else(|error| panic!("{}: {error:?}", escape(key)));
        assert_eq!(&value, entry.value(), "{}", escape(key));
    }
    assert_same(&of_keyspace(ours.node().keyspace()), &of_server(&mut client));
}
