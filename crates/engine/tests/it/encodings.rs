//! Loaded collections have the encodings of the node that loads them, not of the one that saved them.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_engine::{Config, Instant, Node, Now, Outbox};

use crate::common::solo::{Solo, rdb};

const ID: &str = "1234567890abcdef1234567890abcdef12345678";

/// For each type a small collection, and one with a long element.
const DATASET: &[&str] = &[
    "SADD set 1 2 3",
    "ZADD zset 1 a 2 b 3 c",
    "HSET hash a 1 b 2 c 3",
    "ZADD zlong 1 long-member",
    "HSET hlong f long-value",
];

const ENTRIES_2: &[&str] = &["hash-max-ziplist-entries 2", "set-max-intset-entries 2", "zset-max-ziplist-entries 2"];
const VALUE_5: &[&str] = &["hash-max-ziplist-value 5", "zset-max-ziplist-value 5"];

/// The encodings of the dataset's keys.
fn encodings(solo: &mut Solo) -> String {
    let of = |key: &str| solo.cmd(&format!("OBJECT ENCODING {key}")).lines().nth(1).unwrap_or("none").to_owned();
    ["set", "zset", "hash", "zlong", "hlong"].map(of).join(" ")
}

/// A file of the dataset that a node with these directives wrote.
fn file(lines: &[&str]) -> Vec<u8> {
    let sets = lines.iter().map(|line| format!("CONFIG SET {line}"));
    let all: Vec<String> = sets.chain(DATASET.iter().map(|&line| line.to_owned())).collect();
    rdb(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

fn started(lines: &[&str], file: &[u8]) -> Solo {
    let mut config = Config::default();
    config.set_directive("save", &[""]).unwrap();
    for line in lines {
        let (name, value) = line.split_once(' ').unwrap();
        config.set_directive(name, &[value]).unwrap();
    }
    let mut solo = Solo::new(&[]);
    let now = Now { mono: Instant(0), unix_us: 1_800_000_000_000_000 };
    solo.node = Node::start(now, config, 7, Some(file.into()), &mut Outbox::new()).unwrap();
    solo
}

#[test]
fn at_the_start() {
    let small = "intset ziplist ziplist ziplist ziplist";
    let by_default = file(&[]);
    assert_eq!(encodings(&mut started(&[], &by_default)), small);
    assert_eq!(encodings(&mut started(ENTRIES_2, &by_default)), "hashtable skiplist hashtable ziplist ziplist");
    assert_eq!(encodings(&mut started(VALUE_5, &by_default)), small, "of ziplists only the number is looked at");
    let (few, short) = (file(ENTRIES_2), file(VALUE_5));
    assert_eq!(encodings(&mut started(&[], &few)), small, "what fits is made small");
    assert_eq!(encodings(&mut started(ENTRIES_2, &few)), "hashtable skiplist hashtable ziplist ziplist");
    assert_eq!(encodings(&mut started(&[], &short)), small);
    assert_eq!(encodings(&mut started(VALUE_5, &short)), "intset ziplist ziplist skiplist hashtable");
}

#[test]
fn from_a_master() {
    let file = file(&[]);
    let lines = [&["replicaof m 6379"], ENTRIES_2].concat();
    let mut replica = Solo::new(&lines);
    let (conn, _) = replica.handshake();
    replica.say(conn, format!("+FULLRESYNC {ID} 1000\r\n${}\r\n", file.len()).as_bytes());
    replica.say(conn, &file);
    assert_eq!(encodings(&mut replica), "hashtable skiplist hashtable ziplist ziplist");
}

#[test]
fn debug_reload() {
    let mut solo = Solo::new(&[]);
    DATASET.iter().for_each(|line| drop(solo.cmd(line)));
    ENTRIES_2.iter().for_each(|line| assert_eq!(solo.cmd(&format!("CONFIG SET {line}")), "+OK\r\n"));
    assert_eq!(encodings(&mut solo), "intset ziplist ziplist ziplist ziplist", "what is there stays");
    assert_eq!(solo.cmd("DEBUG RELOAD"), "+OK\r\n");
    assert_eq!(encodings(&mut solo), "hashtable skiplist hashtable ziplist ziplist");
}
