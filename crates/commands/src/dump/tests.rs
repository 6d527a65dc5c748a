use psyncscope_resp::escape;

use super::*;
use crate::call::{ExpiryRole, testing::Bench};
use crate::{hashes, lists, sets, strings, zsets};

/// What Redis's manual restores: the list 1 2 3, as Redis 2.6 dumped it.
const OLD_LIST: &str = r#""\n\x17\x17\x00\x00\x00\x12\x00\x00\x00\x03\x00\x00\xc0\x01\x00\x04\xc0\x02\x00\x04\xc0\x03\x00\xff\x04\x00u#<\xc0;.\xe9\xdd""#;

/// The payload that DUMP replies, quoted.
fn payload(bench: &mut Bench, key: &[u8]) -> String {
    let value = bench.keyspace.get(0, key).unwrap().shared();
    format!("\"{}\"", escape(&rdb::dump(&value, true)).replace('"', "\\\""))
}

fn list_of(bench: &Bench, key: &[u8]) -> Vec<Vec<u8>> {
    match bench.keyspace.get(0, key).unwrap().value() {
        Value::List(list) => list.iter().map(<[u8]>::to_vec).collect(),
        other => panic!("{other:?} is no list"),
    }
}

#[test]
fn dumps_equal_those_of_redis() {
    let mut b = Bench::new();
    b.run(strings::set, "SET n 10");
    let value = b.keyspace.get(0, b"n").unwrap().shared();
    assert_eq!(rdb::dump(&value, true), b"\x00\xc0\n\t\x00\xbem\x06\x89Z(\x00\n");
    assert!(b.run(dump, "DUMP n").reply.starts_with("$13|"));
    b.check(dump, "DUMP missing", "$-1", 0);
    b.check(restore, &format!("RESTORE l 0 {OLD_LIST}"), "+OK", 1);
    assert_eq!(list_of(&b, b"l"), [b"1", b"2", b"3"]);
}

#[test]
fn every_type_round_trips() {
    let mut b = Bench::new();
    b.run(strings::set, r#"SET string "\x00\xff binary""#);
    b.run(lists::rpush, r#"RPUSH list a "" 7 -1000000 "\x00""#);
    b.run(sets::sadd, "SADD integers 3 -70000 5000000000");
    b.run(sets::sadd, "SADD words a b 3");
    b.run(zsets::zadd, "ZADD zset 1 a 1.5 b -inf c 1e300 d 0.1 e");
    b.run(hashes::hset, "HSET hash a 1 b two");
    b.run(hashes::hset, &format!("HSET table long {}", "x".repeat(65)));
    b.run(zsets::zadd, &format!("ZADD skiplist 0.5 {} 2 a", "x".repeat(65)));
    for (key, value_type) in [
        ("string", 0),
        ("list", 14),
        ("integers", 11),
        ("words", 2),
        ("zset", 12),
        ("hash", 13),
        ("table", 4),
        ("skiplist", 5),
    ] {
        let dumped = payload(&mut b, key.as_bytes());
        let value = b.keyspace.get(0, key.as_bytes()).unwrap().shared();
        assert_eq!(rdb::dump(&value, true)[0], value_type, "{key}");
        b.check(restore, &format!("RESTORE copy 0 {dumped} REPLACE"), "+OK", 1);
        let copy = b.keyspace.get(0, b"copy").unwrap();
        assert_eq!(copy.value(), &value, "{key}");
        assert_eq!(copy.value().encoding_name(), value.encoding_name(), "{key}");
        assert_eq!(rdb::dump(copy.value(), true), rdb::dump(&value, true), "{key}");
    }
}

#[test]
fn errors_in_their_order() {
    let mut b = Bench::new();
    b.run(strings::set, "SET taken x");
    let busy = "-BUSYKEY Target key name already exists.";
    b.check(restore, "RESTORE taken x bad REPLACE NONSENSE", "-ERR syntax error", 0);
    b.check(restore, "RESTORE taken x bad", busy, 0);
    b.check(restore, "RESTORE k x bad", "-ERR value is not an integer or out of range", 0);
    b.check(restore, "RESTORE k -1 bad", "-ERR Invalid TTL value, must be >= 0", 0);
    b.check(restore, "RESTORE taken 0 bad REPLACE", "-ERR DUMP payload version or checksum are wrong", 0);
    b.check(restore, r#"RESTORE k 0 """#, "-ERR DUMP payload version or checksum are wrong", 0);
    let wrong = OLD_LIST.replace("u#<", "u#=");
    b.check(restore, &format!("RESTORE k 0 {wrong}"), "-ERR DUMP payload version or checksum are wrong", 0);
    b.check(restore, "RESTORE k 0 bad IDLETIME", "-ERR syntax error", 0);
    b.check(restore, "RESTORE k 0 bad IDLETIME x", "-ERR value is not an integer or out of range", 0);
    b.check(restore, "RESTORE k 0 bad IDLETIME -1", "-ERR Invalid IDLETIME value, must be >= 0", 0);
    b.check(restore, "RESTORE k 0 bad FREQ 256", "-ERR Invalid FREQ value, must be >= 0 and <= 255", 0);
    b.check(restore, "RESTORE k 0 bad FREQ 1 IDLETIME 1", "-ERR syntax error", 0);
    b.check(restore, "RESTORE k 0 bad IDLETIME 1 FREQ 1", "-ERR syntax error", 0);
    b.check(restore, &format!("RESTORE k 0 {OLD_LIST} FREQ 255 replace"), "+OK", 1);
    b.check(restore, &format!("RESTORE j 0 {OLD_LIST} IDLETIME 9223372036854775807"), "+OK", 1);
    assert_eq!(b.keyspace.get(0, b"taken").unwrap().value().as_string(), Some(&b"x"[..]));
}

#[test]
fn expired_times_to_live() {
    let mut b = Bench::new();
    b.check(restore, &format!("RESTORE l 1 {OLD_LIST} ABSTTL"), "+OK", 0);
    b.check(restore, &format!("RESTORE l 0 {OLD_LIST} ABSTTL"), "+OK", 1);
    let done = b.run(restore, &format!("RESTORE l 1 {OLD_LIST} ABSTTL REPLACE"));
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten.as_deref()), ("+OK|", 1, Some("DEL l")));
    assert!(b.keyspace.get(0, b"l").is_none());
    // A replica keeps it until its master says DEL.
    b.expiry = ExpiryRole::ReplicaForMaster;
    b.check(restore, &format!("RESTORE l 1 {OLD_LIST} ABSTTL REPLACE"), "+OK", 1);
    assert_eq!(b.keyspace.get(0, b"l").unwrap().expire_ms(), Some(1));
}

#[test]
fn idletime_and_freq() {
    let mut b = Bench::new();
    let now_s = b.now_ms / 1000;
    b.run(restore, &format!("RESTORE l 0 {OLD_LIST} IDLETIME 100"));
    let entry = b.keyspace.get(0, b"l").unwrap();
    assert_eq!(b.keyspace.idle_s(entry, now_s), 100);
    b.run(restore, &format!("RESTORE l 0 {OLD_LIST} FREQ 100 REPLACE"));
    assert_ne!(b.keyspace.get(0, b"l").unwrap().uses(), 100, "it goes by another policy");
    b.config.eviction.policy = crate::Policy::AllKeysLfu;
    b.run(restore, &format!("RESTORE l 0 {OLD_LIST} FREQ 100 REPLACE"));
    assert_eq!(b.keyspace.get(0, b"l").unwrap().uses(), 100);
}

#[test]
fn invalid_payloads() {
    let sealed = |version: u16, body: &[u8]| {
        let mut bytes = [body, &version.to_le_bytes()].concat();
        let checksum = crc::Crc::<u64>::new(&crc::CRC_64_REDIS).checksum(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        format!("\"{}\"", escape(&bytes).replace('"', "\\\""))
    };
    let mut b = Bench::new();
    for body in [&b""[..], b"\x01\x02\x01a", b"\x01\x00", b"\x0f\x00", b"\x06", b"\xff", b"\x10\x00"] {
        b.check(restore, &format!("RESTORE k 0 {}", sealed(9, body)), "-ERR Bad data format", 0);
    }
    // What follows the value is not looked at.
    b.check(restore, &format!("RESTORE k 0 {}", sealed(9, b"\x00\x01a???")), "+OK", 1);
    // A newer version: refused by its number unless the limits say otherwise.
    let newer = format!("RESTORE h 0 {}", sealed(10, b"\x10\x0c\x0c\x00\x00\x00\x02\x00\x81a\x02\x07\x01\xff"));
    b.check(restore, &newer, "-ERR DUMP payload version or checksum are wrong", 0);
    b.rdb_version_max = 12;
    b.check(restore, &newer, "+OK", 1);
    b.check(hashes::hget, "HGET h a", "$1|7", 0);
}

#[test]
fn times_to_live() {
    let mut b = Bench::new();
    let when = |b: &Bench, key: &[u8]| b.keyspace.get(0, key).unwrap().expire_ms();
    b.check(restore, &format!("RESTORE a 500 {OLD_LIST}"), "+OK", 1);
    assert_eq!(when(&b, b"a"), Some(1_000_500));
    b.check(restore, &format!("RESTORE a 2000000 {OLD_LIST} ABSTTL REPLACE"), "+OK", 1);
    assert_eq!(when(&b, b"a"), Some(2_000_000));
    b.check(restore, &format!("RESTORE a 0 {OLD_LIST} REPLACE ABSTTL"), "+OK", 1);
    assert_eq!(when(&b, b"a"), None);
    // Without REPLACE an expired key does not count as existing; its DEL is propagated first.
    b.keyspace.set_expire(0, b"a", 5);
    let done = b.run(restore, &format!("RESTORE a 0 {OLD_LIST}"));
    assert_eq!((done.reply.as_str(), done.expired, done.ready), ("+OK|", vec!["a".to_owned()], vec!["a".to_owned()]));
    // A writable replica minds the times that it gave itself.
    let mut b = b.into_replica(ExpiryRole::ReplicaForClient, false);
    b.check(restore, &format!("RESTORE mine 500 {OLD_LIST}"), "+OK", 1);
    assert_eq!(b.keyspace.expire_local(1_000_501), [(0, b"mine".to_vec())]);
}

#[test]
fn restored_values_are_encoded_as_configured() {
    let mut b = Bench::new();
    b.run(sets::sadd, "SADD set 1 2 3");
    b.run(zsets::zadd, "ZADD zset 1 a 2 b 3 c");
    b.run(hashes::hset, "HSET hash a 1 b 2 c 3");
    for (key, small, large) in
        [("set", "intset", "hashtable"), ("zset", "ziplist", "skiplist"), ("hash", "ziplist", "hashtable")]
    {
        let dumped = payload(&mut b, key.as_bytes());
        for (limit, expect) in [(3, small), (2, large)] {
            b.config.encodings.set_max_intset_entries = limit;
            b.config.encodings.zset_max_ziplist_entries = limit;
            b.config.encodings.hash_max_ziplist_entries = limit;
            b.check(restore, &format!("RESTORE copy 0 {dumped} REPLACE"), "+OK", 1);
            assert_eq!(b.keyspace.get(0, b"copy").unwrap().value().encoding_name(), expect, "{key} {limit}");
        }
    }
}
