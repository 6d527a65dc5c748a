use super::*;
use crate::call::testing::{Bench, Done};
use crate::strings::{get, incr, set};

fn done(reply: &str, dirty: u64, rewritten: Option<&str>, expired: &[&str]) -> Done {
    Done {
        reply: format!("{reply}|"),
        dirty,
        rewritten: rewritten.map(str::to_owned),
        expired: expired.iter().map(|key| (*key).to_owned()).collect(),
        also: Vec::new(),
        ready: Vec::new(),
        at_once: Vec::new(),
    }
}

/// A master with `a` (no time to live), `gone` (its time came one millisecond ago) and `due` (it comes now).
fn bench() -> Bench {
    let mut b = Bench::new();
    b.check(set, "SET a 1", "+OK", 1);
    b.now_ms -= 11;
    b.check(set, "SET gone 1 PX 10", "+OK", 1);
    b.check(set, "SET due 1 PX 11", "+OK", 1);
    b.now_ms += 11;
    b
}

#[test]
fn a_key_expires_the_millisecond_after_its_time() {
    let mut b = bench();
    b.check(get, "GET due", "$1|1", 0);
    assert_eq!(b.run(get, "GET gone"), done("$-1", 0, None, &["gone"]));
    b.check(get, "GET gone", "$-1", 0);
    b.now_ms += 1;
    assert_eq!(b.run(incr, "INCR due"), done(":1", 1, None, &["due"]));
    assert_eq!(b.keyspace.stats.expired, 2);
    assert_eq!((b.keyspace.stats.hits, b.keyspace.stats.misses), (1, 2));
}

#[test]
fn every_kind_of_access_expires_on_a_master() {
    for (handler, line, reply, dirty) in [
        (del as fn(&mut Call<'_>), "DEL gone", ":0", 0),
        (unlink, "UNLINK gone", ":0", 0),
        (exists, "EXISTS gone", ":0", 0),
        (ttl, "TTL gone", ":-2", 0),
        (persist, "PERSIST gone", ":0", 0),
        (type_of, "TYPE gone", "+none", 0),
        (expire, "EXPIRE gone 10", ":0", 0),
        (rename, "RENAME gone b", "-ERR no such key", 0),
        (rename, "RENAME a gone", "+OK", 1),
        (renamenx, "RENAMENX a gone", ":1", 1),
        (set, "SET gone 2", "+OK", 1),
        (set, "SET gone 2 XX", "$-1", 0),
        (set, "SET gone 2 NX", "+OK", 1),
    ] {
        assert_eq!(bench().run(handler, line), done(reply, dirty, None, &["gone"]), "{line}");
    }
    // These two do not touch it.
    bench().check(keys, "KEYS *", "*2|$1|a|$3|due", 0);
    bench().check(dbsize, "DBSIZE", ":3", 0);
}

#[test]
fn a_replica_hides_expired_keys_and_deletes_nothing() {
    let mut b = bench().into_replica(ExpiryRole::ReplicaForClient, true);
    b.check(get, "GET gone", "$-1", 0);
    b.check(exists, "EXISTS gone a", ":1", 0);
    b.check(ttl, "TTL gone", ":-2", 0);
    b.check(type_of, "TYPE gone", "+none", 0);
    b.check(keys, "KEYS *", "*2|$1|a|$3|due", 0);
    b.check(dbsize, "DBSIZE", ":3", 0);
    assert_eq!((b.keyspace.stats.hits, b.keyspace.stats.misses), (1, 4));
    assert_eq!(b.keyspace.stats.expired, 0);
}

#[test]
fn a_writable_replica_and_its_master_see_expired_keys() {
    for role in [ExpiryRole::ReplicaForClient, ExpiryRole::ReplicaForMaster] {
        let mut b = bench().into_replica(role, false);
        b.check(incr, "INCR gone", ":2", 1);
        b.check(set, "SET gone 5 NX", "$-1", 0);
        b.check(del, "DEL gone", ":1", 1);
    }
}

#[test]
fn deleting_and_counting() {
    let mut b = Bench::new();
    b.check(set, "SET a 1", "+OK", 1);
    b.check(set, "SET b 1", "+OK", 1);
    b.check(exists, "EXISTS a a b c", ":3", 0);
    b.check(touch, "TOUCH a c", ":1", 0);
    b.check(del, "DEL c", ":0", 0);
    b.check(del, "DEL a c a b", ":2", 2);
    b.check(dbsize, "DBSIZE", ":0", 0);
    b.check(type_of, "TYPE a", "+none", 0);
    b.check(set, "SET a 1", "+OK", 1);
    b.check(type_of, "TYPE a", "+string", 0);
    b.check(unlink, "UNLINK a", ":1", 1);
}

#[test]
fn times_to_live() {
    let mut b = Bench::new();
    b.check(set, "SET a 1", "+OK", 1);
    b.check(ttl, "TTL a", ":-1", 0);
    b.check(ttl, "TTL b", ":-2", 0);
    b.check(expire, "EXPIRE b 1", ":0", 0);
    b.check(expire, "EXPIRE a x", "-ERR value is not an integer or out of range", 0);
    b.check(expire, "EXPIRE a 10", ":1", 1);
    b.check(ttl, "TTL a", ":10", 0);
    b.check(pttl, "PTTL a", ":10000", 0);
    b.check(pexpire, "PEXPIRE a 1499", ":1", 1);
    b.check(ttl, "TTL a", ":1", 0);
    b.check(pexpire, "PEXPIRE a 1500", ":1", 1);
    b.check(ttl, "TTL a", ":2", 0);
    b.check(pexpire, "PEXPIRE a 499", ":1", 1);
    b.check(ttl, "TTL a", ":0", 0);
    b.check(expireat, "EXPIREAT a 1001", ":1", 1);
    b.check(pttl, "PTTL a", ":1000", 0);
    b.check(pexpireat, "PEXPIREAT a 1000001", ":1", 1);
    b.check(pttl, "PTTL a", ":1", 0);
    b.check(persist, "PERSIST a", ":1", 1);
    b.check(persist, "PERSIST a", ":0", 0);
    b.check(persist, "PERSIST b", ":0", 0);
    b.check(ttl, "TTL a", ":-1", 0);
}

#[test]
fn a_time_that_is_not_in_the_future_deletes() {
    for (handler, line) in [
        (expire as fn(&mut Call<'_>), "expire a 0"),
        (expire, "EXPIRE a -1"),
        (pexpire, "PEXPIRE a 0"),
        (expireat, "EXPIREAT a 1000"),
        (pexpireat, "PEXPIREAT a 1000000"),
        (expire, "EXPIRE a 9223372036854775807"),
    ] {
        let mut b = bench();
        assert_eq!(b.run(handler, line), done(":1", 1, Some("DEL a"), &[]), "{line}");
        b.check(exists, "EXISTS a", ":0", 0);
    }
    // On a replica the key stays, and is past its time.
    let mut b = bench().into_replica(ExpiryRole::ReplicaForMaster, false);
    b.check(expire, "EXPIRE a -1", ":1", 1);
    assert_eq!(b.keyspace.get(0, b"a").unwrap().expire_ms(), Some(999_000));
}

#[test]
fn key_patterns() {
    let mut b = Bench::new();
    for key in ["one", "two", "three", "\"\""] {
        b.check(set, &format!("SET {key} 1"), "+OK", 1);
    }
    b.check(keys, "KEYS *", "*4|$3|one|$3|two|$5|three|$0|", 0);
    b.check(keys, "KEYS **", "*3|$3|one|$3|two|$5|three", 0);
    b.check(keys, "KEYS t*", "*2|$3|two|$5|three", 0);
    b.check(keys, "KEYS T*", "*0", 0);
    b.check(keys, "KEYS \"\"", "*1|$0|", 0);
}

#[test]
fn flushing() {
    let mut b = Bench::new();
    b.check(flushdb, "FLUSHDB", "+OK", 0);
    b.check(flushall, "FLUSHALL", "+OK", 1);
    b.check(set, "SET a 1", "+OK", 1);
    b.check(set, "SET b 1 EX 1", "+OK", 1);
    b.keyspace.set(3, b"c", b"1".as_slice());
    b.check(flushdb, "FLUSHDB now", "-ERR syntax error", 0);
    b.check(flushdb, "FLUSHDB ASYNC x", "-ERR syntax error", 0);
    b.check(flushdb, "FLUSHDB async", "+OK", 2);
    assert_eq!(b.keyspace.counts(), [(3, 1, 0)]);
    b.check(flushall, "FLUSHALL x", "-ERR syntax error", 0);
    b.check(flushall, "FLUSHALL ASYNC", "+OK", 2);
    assert_eq!(b.keyspace.total_keys(), 0);
    assert_eq!(b.keyspace.approximate_bytes(), 0);
}

#[test]
fn renaming() {
    let mut b = Bench::new();
    b.check(rename, "RENAME a b", "-ERR no such key", 0);
    b.check(renamenx, "RENAMENX a a", "-ERR no such key", 0);
    b.check(set, "SET a 1 PX 500", "+OK", 1);
    b.check(set, "SET b 2 PX 900", "+OK", 1);
    b.check(rename, "RENAME a a", "+OK", 0);
    b.check(renamenx, "RENAMENX a a", ":0", 0);
    b.check(renamenx, "RENAMENX a b", ":0", 0);
    b.check(rename, "RENAME a b", "+OK", 1);
    b.check(get, "GET b", "$1|1", 0);
    b.check(pttl, "PTTL b", ":500", 0);
    b.check(renamenx, "RENAMENX b c", ":1", 1);
    b.check(pttl, "PTTL c", ":500", 0);
    b.check(set, "SET d 3", "+OK", 1);
    b.check(rename, "RENAME d c", "+OK", 1);
    b.check(pttl, "PTTL c", ":-1", 0);
    b.check(dbsize, "DBSIZE", ":1", 0);
    assert_eq!(b.keyspace.counts(), [(0, 1, 0)]);
}

#[test]
fn a_random_key_is_one_that_has_not_expired() {
    let mut bench = Bench::new();
    bench.check(randomkey, "randomkey", "$-1", 0);
    bench.run(set, "set a 1 px 10");
    bench.run(set, "set b 1");
    bench.now_ms += 11;
    let mut expired = 0;
    for _ in 0..20 {
        let done = bench.run(randomkey, "randomkey");
        assert_eq!(done.reply, "$1|b|");
        expired += done.expired.len();
    }
    assert!(expired <= 1);
    bench.run(set, "set b 1 px 10");
    bench.now_ms += 11;
    assert_eq!(bench.run(randomkey, "randomkey").reply, "$-1|");
}

#[test]
fn randomkey_on_a_replica_with_only_expired_keys() {
    let mut bench = Bench::new();
    bench.run(set, "set a 1 px 10");
    bench.now_ms += 11;
    let mut bench = bench.into_replica(ExpiryRole::ReplicaForClient, true);
    assert_eq!(bench.run(randomkey, "randomkey").reply, "$1|a|");
}

#[test]
fn move_takes_the_time_to_live_along() {
    let mut bench = Bench::new();
    bench.run(set, "set a 1 px 1000");
    bench.check(move_key, "move a 0", "-ERR source and destination objects are the same", 0);
    bench.check(move_key, "move a 16", "-ERR index out of range", 0);
    bench.check(move_key, "move a -1", "-ERR index out of range", 0);
    bench.check(move_key, "move a x", "-ERR index out of range", 0);
    bench.check(move_key, "move none 1", ":0", 0);
    bench.check(move_key, "move a 1", ":1", 1);
    assert!(bench.keyspace.get(0, b"a").is_none());
    assert_eq!(bench.keyspace.get(1, b"a").and_then(|entry| entry.expire_ms()), Some(1_001_000));
    bench.run(set, "set a 2");
    bench.check(move_key, "move a 1", ":0", 0);
    // The key in the way expires.
    bench.now_ms += 1001;
    let done = bench.run(move_key, "move a 1");
    assert_eq!((done.reply.as_str(), done.expired), (":1|", vec!["a".to_owned()]));
}

#[test]
fn swapdb_swaps() {
    let mut bench = Bench::new();
    bench.run(set, "set a 1");
    bench.check(swapdb, "swapdb x 1", "-ERR invalid first DB index", 0);
    bench.check(swapdb, "swapdb 0 x", "-ERR invalid second DB index", 0);
    bench.check(swapdb, "swapdb 0 16", "-ERR DB index is out of range", 0);
    bench.check(swapdb, "swapdb -1 0", "-ERR DB index is out of range", 0);
    bench.check(swapdb, "swapdb 0 0", "+OK", 1);
    bench.check(swapdb, "swapdb 0 3", "+OK", 1);
    assert!(bench.keyspace.get(3, b"a").is_some() && bench.keyspace.db(0).is_empty());
}
