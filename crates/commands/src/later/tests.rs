use super::super::{
    dump as dump5, geo as geo5, hashes, keys as keys5, lists as lists5, sets as sets5, streams as streams5,
    strings as strings5, zsets as zsets5,
};
use super::*;
use crate::call::testing::Bench;
use crate::call::{Call, ExpiryRole};

fn bench() -> Bench {
    Bench::new().into_replica(ExpiryRole::ReplicaForMaster, false)
}

/// The command of this name as a later master's stream has it.
fn handler(name: &str) -> fn(&mut Call<'_>) {
    match name.to_ascii_lowercase().as_str() {
        "set" => strings::set,
        "getex" => strings::getex,
        "getdel" => strings::getdel,
        "rpop" => lists::rpop,
        "lpop" => lists::lpop,
        "lmove" => lists::lmove,
        "zadd" => zsets::zadd,
        "zdiffstore" => zsets::zdiffstore,
        "zrangestore" => zsets::zrangestore,
        "copy" => keys::copy,
        "expire" => keys::expire,
        "expireat" => keys::expireat,
        "pexpire" => keys::pexpire,
        "pexpireat" => keys::pexpireat,
        "flushdb" => keys::flushdb,
        "flushall" => keys::flushall,
        "georadius" => geo::georadius,
        "georadiusbymember" => geo::georadiusbymember,
        "geosearchstore" => geo::geosearchstore,
        "xadd" => streams::xadd,
        "xtrim" => streams::xtrim,
        "xsetid" => streams::xsetid,
        "xgroup" => streams::xgroup,
        "xclaim" => streams::xclaim,
        _ => handler5(name),
    }
}

/// The command of this name in Redis 5, if it is one that a later command is rewritten to, or that fills a dataset.
fn handler5(name: &str) -> fn(&mut Call<'_>) {
    match name.to_ascii_lowercase().as_str() {
        "set" => strings5::set,
        "del" => keys5::del,
        "flushall" => keys5::flushall,
        "flushdb" => keys5::flushdb,
        "persist" => keys5::persist,
        "pexpireat" => keys5::pexpireat,
        "restore" => dump5::restore,
        "hset" => hashes::hset,
        "sadd" => sets5::sadd,
        "lpop" => lists5::lpop,
        "rpop" => lists5::rpop,
        "lpush" => lists5::lpush,
        "rpush" => lists5::rpush,
        "ltrim" => lists5::ltrim,
        "lrange" => lists5::lrange,
        "zadd" => zsets5::zadd,
        "zincrby" => zsets5::zincrby,
        "zrange" => zsets5::zrange,
        "geoadd" => geo5::geoadd,
        "xadd" => streams5::xadd,
        "xdel" => streams5::xdel,
        "xtrim" => streams5::xtrim,
        "xsetid" => streams5::xsetid,
        "xgroup" => streams5::xgroup,
        "xclaim" => streams5::xclaim,
        "xack" => streams5::xack,
        "xreadgroup" => streams5::xreadgroup,
        _ => panic!("{name} is not known here"),
    }
}

/// Runs a line as from a later master's stream, then compares the reply (without its last CRLF), the number of changes
/// and the rewritten commands for the append-only file, `;` between commands (empty: not rewritten).
#[track_caller]
fn check(b: &mut Bench, line: &str, reply: &str, dirty: u64, propagated: &str) {
    let name = line.split(' ').next().expect("a line has a word");
    let done = b.run(handler(name), line);
    let told: Vec<String> = done.rewritten.into_iter().chain(done.also).collect();
    assert_eq!((done.reply, done.dirty), (format!("{reply}|"), dirty), "{line}");
    if dirty > 0 {
        assert_eq!(told.join(";"), propagated, "{line}");
    }
}

/// The commands of the append-only file give the same dataset when executed by the commands of Redis 5.
#[track_caller]
fn check_rewritten(before: &[&str], line: &str) {
    let run = |b: &mut Bench, line: &str| {
        let name = line.split(' ').next().expect("a line has a word");
        let done = b.run(handler5(name), line);
        assert!(!done.reply.starts_with('-'), "{line}: {}", done.reply);
    };
    let (mut ours, mut again) = (bench(), bench());
    for line in before {
        run(&mut ours, line);
        run(&mut again, line);
    }
    let done = ours.run(handler(line.split(' ').next().expect("a line has a word")), line);
    assert!(done.dirty > 0, "{line}: {}", done.reply);
    for line in done.rewritten.iter().chain(&done.also) {
        run(&mut again, line);
    }
    assert!(ours.keyspace.equal_data(&again.keyspace), "{line}");
}

#[test]
fn set_with_a_time_to_live() {
    let mut b = bench();
    check(&mut b, "SET k v PXAT 2000000", "+OK", 1, "SET k v;PEXPIREAT k 2000000");
    check(&mut b, "SET k v EXAT 3000", "+OK", 1, "SET k v;PEXPIREAT k 3000000");
    check(&mut b, "SET k v EX 5", "+OK", 1, "SET k v;PEXPIREAT k 1005000");
    check(&mut b, "SET k v px 5", "+OK", 1, "SET k v;PEXPIREAT k 1000005");
    assert_eq!(b.keyspace.get(0, b"k").and_then(|entry| entry.expire_ms()), Some(1_000_005));
    // The time has passed: the key is kept until the master propagates DEL.
    check(&mut b, "SET k v PXAT 1", "+OK", 1, "SET k v;PEXPIREAT k 1");
    assert_eq!(b.keyspace.total_keys(), 1);
    for wrong in ["SET k v PXAT 0", "SET k v EX -1", "SET k v EXAT 9223372036854775807"] {
        check(&mut b, wrong, "-ERR invalid expire time in set", 0, "");
    }
    for wrong in ["SET k v PXAT", "SET k v PXAT 1 EX 1", "SET k v KEEPTTL PX 1", "SET k v NX XX", "SET k v PERSIST"] {
        check(&mut b, wrong, "-ERR syntax error", 0, "");
    }
}

#[test]
fn set_keeps_a_time_to_live_and_replies_the_old_value() {
    let mut b = bench();
    check(&mut b, "SET k v KEEPTTL", "+OK", 1, "SET k v");
    check(&mut b, "SET k w PXAT 2000000", "+OK", 1, "SET k w;PEXPIREAT k 2000000");
    check(&mut b, "SET k x KEEPTTL", "+OK", 1, "SET k x;PEXPIREAT k 2000000");
    check(&mut b, "SET k y GET", "$1|x", 1, "SET k y");
    assert_eq!(b.keyspace.get(0, b"k").and_then(|entry| entry.expire_ms()), None);
    check(&mut b, "SET k z NX GET", "$1|y", 0, "");
    check(&mut b, "SET none z XX GET", "$-1", 0, "");
    check(&mut b, "SET new z NX", "+OK", 1, "SET new z");
    check(&mut b, "SET new z NX", "$-1", 0, "");
    b.run(lists5::rpush, "RPUSH l a");
    check(&mut b, "SET l z GET", "-WRONGTYPE Operation against a key holding the wrong kind of value", 0, "");
}

#[test]
fn getex_and_getdel() {
    let mut b = bench();
    check(&mut b, "GETEX k", "$-1", 0, "");
    check(&mut b, "SET k v", "+OK", 1, "SET k v");
    check(&mut b, "GETEX k", "$1|v", 0, "");
    check(&mut b, "GETEX k PXAT 2000000", "$1|v", 1, "PEXPIREAT k 2000000");
    check(&mut b, "GETEX k PERSIST", "$1|v", 1, "PERSIST k");
    check(&mut b, "GETEX k PERSIST", "$1|v", 0, "");
    check(&mut b, "GETEX k KEEPTTL", "-ERR syntax error", 0, "");
    check(&mut b, "GETDEL k", "$1|v", 1, "DEL k");
    check(&mut b, "GETDEL k", "$-1", 0, "");
}

#[test]
fn expire_with_conditions() {
    let mut b = bench();
    b.run(strings5::set, "SET k v");
    for (line, reply) in [
        ("PEXPIREAT k 2000000 XX", 0),
        ("PEXPIREAT k 2000000 GT", 0),
        ("PEXPIREAT k 2000000 LT", 1),
        ("PEXPIREAT k 2000001 NX", 0),
        ("PEXPIREAT k 2000000 GT", 0),
        ("PEXPIREAT k 2000001 GT", 1),
        ("PEXPIREAT k 2000001 LT", 0),
        ("PEXPIREAT k 2000000 XX LT", 1),
        ("PEXPIREAT none 2000000", 0),
    ] {
        let moment = line.split(' ').nth(2).expect("a time");
        check(&mut b, line, &format!(":{reply}"), reply, &format!("PEXPIREAT k {moment}"));
    }
    check(&mut b, "EXPIRE k 10", ":1", 1, "PEXPIREAT k 1010000");
    check(&mut b, "PEXPIRE k 10", ":1", 1, "PEXPIREAT k 1000010");
    check(&mut b, "EXPIREAT k 10", ":1", 1, "PEXPIREAT k 10000");
    assert_eq!(b.keyspace.total_keys(), 1, "it stays until its master says DEL");
    check(&mut b, "EXPIRE k 10 NX GT", "-ERR NX and XX, GT or LT options at the same time are not compatible", 0, "");
    check(&mut b, "EXPIRE k 10 LT GT", "-ERR GT and LT options at the same time are not compatible", 0, "");
    check(&mut b, "EXPIRE k 10 FOO", "-ERR Unsupported option FOO", 0, "");
    check(&mut b, "EXPIRE k 9223372036854775807", "-ERR invalid expire time in EXPIRE", 0, "");
}

#[test]
fn copy_copies_the_time_to_live() {
    let mut b = bench();
    check(&mut b, "COPY a b", ":0", 0, "");
    b.run(hashes::hset, "HSET a f v");
    b.run(keys5::pexpireat, "PEXPIREAT a 2000000");
    assert_eq!(b.run(handler("copy"), "COPY a b").dirty, 1);
    assert_eq!(b.keyspace.get(0, b"a").map(|entry| entry.value()), b.keyspace.get(0, b"b").map(|entry| entry.value()));
    assert_eq!(b.keyspace.get(0, b"b").and_then(|entry| entry.expire_ms()), Some(2_000_000));
    check(&mut b, "COPY a b", ":0", 0, "");
    assert_eq!(b.run(handler("copy"), "COPY a b REPLACE").reply, ":1|");
    assert_eq!(b.run(handler("copy"), "COPY a a DB 3").reply, ":1|");
    assert!(b.keyspace.get(3, b"a").is_some());
    b.run(lists5::rpush, "RPUSH l x");
    assert_eq!(b.run(handler("copy"), "COPY l m").ready, ["m"]);
    check(&mut b, "COPY a a", "-ERR source and destination objects are the same", 0, "");
    check(&mut b, "COPY a b DB 16", "-ERR DB index is out of range", 0, "");
    check(&mut b, "COPY a b DB", "-ERR syntax error", 0, "");
}

#[test]
fn pops_with_a_count() {
    let mut b = bench();
    check(&mut b, "LPOP l 2", "*-1", 0, "");
    b.run(lists5::rpush, "RPUSH l a b c d e f");
    check(&mut b, "LPOP l", "$1|a", 1, "");
    check(&mut b, "LPOP l 0", "*0", 0, "");
    check(&mut b, "LPOP l 2", "*2|$1|b|$1|c", 2, "LTRIM l 2 -1");
    check(&mut b, "RPOP l 2", "*2|$1|f|$1|e", 2, "LTRIM l 0 -3");
    check(&mut b, "RPOP l 9", "*1|$1|d", 1, "LTRIM l 0 -2");
    assert_eq!(b.keyspace.total_keys(), 0);
    check(&mut b, "RPOP l -1", "-ERR value is out of range, must be positive", 0, "");
    check(&mut b, "RPOP l 1 1", "-ERR wrong number of arguments for 'rpop' command", 0, "");
    for line in ["LPOP l 1", "LPOP l 3", "RPOP l 2", "RPOP l 3", "RPOP l 9"] {
        check_rewritten(&["RPUSH l a b c"], line);
    }
}

#[test]
fn lmove_between_all_ends() {
    let mut b = bench();
    check(&mut b, "LMOVE l m LEFT RIGHT", "$-1", 0, "");
    b.run(lists5::rpush, "RPUSH l a b c");
    check(&mut b, "LMOVE l m LEFT RIGHT", "$1|a", 1, "LPOP l;RPUSH m a");
    check(&mut b, "LMOVE l m right left", "$1|c", 1, "RPOP l;LPUSH m c");
    check(&mut b, "LMOVE m m LEFT RIGHT", "$1|c", 1, "LPOP m;RPUSH m c");
    check(&mut b, "LRANGE m 0 -1", "*2|$1|a|$1|c", 0, "");
    check(&mut b, "LMOVE l m UP DOWN", "-ERR syntax error", 0, "");
    for line in ["LMOVE l m LEFT LEFT", "LMOVE l l RIGHT RIGHT", "LMOVE l l RIGHT LEFT", "LMOVE l m RIGHT RIGHT"] {
        check_rewritten(&["RPUSH l a b c", "RPUSH m d"], line);
    }
}

#[test]
fn zadd_with_gt_and_lt() {
    let mut b = bench();
    check(&mut b, "ZADD z GT 5 a", ":1", 1, "ZADD z 5 a");
    check(&mut b, "ZADD z GT 4 a", ":0", 0, "");
    check(&mut b, "ZADD z GT CH 6 a 1 b", ":2", 2, "ZADD z 6 a 1 b");
    check(&mut b, "ZADD z LT CH 7 a 0 b", ":1", 1, "ZADD z 6 a 0 b");
    check(&mut b, "ZADD z XX LT CH 5 a 0 c", ":1", 1, "ZADD z 5 a");
    check(&mut b, "ZADD z GT INCR -1 a", "$-1", 0, "");
    check(&mut b, "ZADD z GT INCR 1 a", "$1|6", 1, "ZADD z 6 a");
    check(&mut b, "ZADD z NX 1 a 1 d", ":1", 1, "");
    for wrong in ["ZADD z GT LT 1 a", "ZADD z NX GT 1 a"] {
        check(&mut b, wrong, "-ERR GT, LT, and/or NX options at the same time are not compatible", 0, "");
    }
    check(&mut b, "ZADD z GT 1", "-ERR syntax error", 0, "");
}

#[test]
fn zrangestore() {
    let mut b = bench();
    b.run(zsets5::zadd, "ZADD z 1 a 2 b 3 c 4 d");
    check(&mut b, "ZRANGESTORE to z 1 2", ":2", 1, "DEL to;ZADD to 2 b 3 c");
    check(&mut b, "ZRANGESTORE to z 0 1 REV", ":2", 1, "DEL to;ZADD to 3 c 4 d");
    check(&mut b, "ZRANGESTORE to z (1 +inf BYSCORE LIMIT 1 1", ":1", 1, "DEL to;ZADD to 3 c");
    check(&mut b, "ZRANGESTORE to z +inf (1 BYSCORE REV LIMIT 1 1", ":1", 1, "DEL to;ZADD to 3 c");
    check(&mut b, "ZRANGESTORE to z [b (d BYLEX", ":2", 1, "DEL to;ZADD to 2 b 3 c");
    // As Redis 7.0 with different scores: the first member in range, and those that follow it in range.
    b.run(zsets5::zadd, "ZADD y 1 m36 2 m10 3 m34 4 m15 5 m74");
    check(&mut b, "ZRANGESTORE to y [m15 + BYLEX LIMIT 0 3", ":3", 1, "DEL to;ZADD to 1 m36 2 m10 3 m34");
    check(&mut b, "ZRANGESTORE to y (m34 [m15 BYLEX REV", ":0", 1, "DEL to");
    check(&mut b, "ZRANGESTORE to y [m74 [m15 BYLEX REV LIMIT 0 2", ":2", 1, "DEL to;ZADD to 4 m15 5 m74");
    check(&mut b, "ZRANGESTORE z z 0 0", ":1", 1, "DEL z;ZADD z 1 a");
    check(&mut b, "ZRANGESTORE to none 0 -1", ":0", 1, "DEL to");
    check(&mut b, "ZRANGESTORE to none 0 -1", ":0", 0, "");
    check(&mut b, "ZRANGESTORE to z 0 -1 WITHSCORES", "-ERR syntax error", 0, "");
    check(&mut b, "ZRANGESTORE to z a b BYSCORE", "-ERR min or max is not a float", 0, "");
    let only = "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
    check(&mut b, "ZRANGESTORE to z 0 1 LIMIT 0 1", only, 0, "");
}

#[test]
fn zdiffstore() {
    let mut b = bench();
    b.run(zsets5::zadd, "ZADD z 1 a 2 b 3 c");
    b.run(sets5::sadd, "SADD s a d");
    check(&mut b, "ZDIFFSTORE to 2 z s", ":2", 1, "DEL to;ZADD to 2 b 3 c");
    check(&mut b, "ZDIFFSTORE to 2 s z", ":1", 1, "DEL to;ZADD to 1 d");
    check(&mut b, "ZDIFFSTORE to 1 z", ":3", 1, "DEL to;ZADD to 1 a 2 b 3 c");
    check(&mut b, "ZDIFFSTORE to 2 none z", ":0", 1, "DEL to");
    check(&mut b, "ZDIFFSTORE to 2 z z", ":0", 0, "");
    check(&mut b, "ZDIFFSTORE to 2 z", "-ERR syntax error", 0, "");
    check(&mut b, "ZDIFFSTORE to 1 z WEIGHTS 2", "-ERR syntax error", 0, "");
    check(&mut b, "ZDIFFSTORE to 0 z", "-ERR at least 1 input key is needed for 'zdiffstore' command", 0, "");
}

#[test]
fn search_results_are_stored() {
    let mut b = bench();
    b.run(geo5::geoadd, "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.5 41.9 Rome");
    let stored = |b: &mut Bench| {
        let found = b.run(zsets5::zrange, "ZRANGE to 0 -1").reply;
        found.split('|').filter(|word| word.starts_with(char::is_uppercase)).collect::<Vec<_>>().join(" ")
    };
    for (line, reply, found) in [
        ("GEOSEARCHSTORE to g FROMLONLAT 15 37 BYRADIUS 200 km ASC", ":2", "Palermo Catania"),
        ("GEOSEARCHSTORE to g FROMLONLAT 15 37 BYRADIUS 200 KM COUNT 1", ":1", "Catania"),
        ("GEOSEARCHSTORE to g FROMMEMBER Palermo BYBOX 400 150 km", ":2", "Palermo Catania"),
        ("GEOSEARCHSTORE to g FROMMEMBER Palermo BYBOX 400 900 km DESC COUNT 2", ":2", "Catania Rome"),
        ("GEOSEARCHSTORE to g FROMMEMBER Palermo BYBOX 400 900 km COUNT 1 ANY", ":1", "Palermo"),
        ("GEORADIUSBYMEMBER g Palermo 200 km COUNT 1 ANY STORE to", ":1", "Palermo"),
        ("GEORADIUS g 12 42 200 km STORE to", ":1", "Rome"),
        ("GEORADIUS g 0 0 1 km STORE to", ":0", ""),
    ] {
        let name = line.split(' ').next().expect("a line has a word");
        assert_eq!(b.run(handler(name), line).reply, format!("{reply}|"), "{line}");
        assert_eq!(stored(&mut b), found, "{line}");
    }
    check_rewritten(
        &["GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania"],
        "GEOSEARCHSTORE to g FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST",
    );
    b.run(strings5::set, "SET to x");
    check(&mut b, "GEORADIUS none 15 37 200 km STORE to", ":0", 1, "DEL to");
    check(&mut b, "GEOSEARCHSTORE to none FROMMEMBER a BYRADIUS 1 m", ":0", 0, "");
    for (line, error) in [
        ("GEOSEARCHSTORE to g FROMMEMBER Palermo BYRADIUS 1 m ANY", "the ANY argument requires COUNT argument"),
        ("GEOSEARCHSTORE to g FROMMEMBER Nobody BYRADIUS 1 m", "could not decode requested zset member"),
        ("GEOSEARCHSTORE to g FROMMEMBER Palermo BYBOX -1 1 m", "height or width cannot be negative"),
        (
            "GEOSEARCHSTORE to g FROMMEMBER Palermo ASC COUNT 1 ANY",
            "exactly one of BYRADIUS and BYBOX can be specified for geosearchstore",
        ),
        ("GEOSEARCHSTORE to g FROMMEMBER Palermo BYRADIUS 1 m STORE x", "syntax error"),
    ] {
        check(&mut b, line, &format!("-ERR {error}"), 0, "");
    }
}

#[test]
fn flushes_with_a_mode() {
    let mut b = bench();
    b.run(strings5::set, "SET k v");
    check(&mut b, "FLUSHDB SYNC", "+OK", 1, "FLUSHDB");
    check(&mut b, "FLUSHALL ASYNC", "+OK", 1, "FLUSHALL");
    check(&mut b, "FLUSHALL NOW", "-ERR syntax error", 0, "");
}

#[test]
fn streams_of_redis_7() {
    let mut b = bench();
    check(&mut b, "XADD s NOMKSTREAM 1-1 f v", "$-1", 0, "");
    check(&mut b, "XADD s 1-1 f v", "$3|1-1", 1, "XADD s 1-1 f v");
    check(&mut b, "XADD s NOMKSTREAM MAXLEN = 5 LIMIT 0 2-1 f v", "$3|2-1", 1, "XADD s MAXLEN = 5 2-1 f v");
    check(&mut b, "XADD s MINID = 2 LIMIT 100 3-1 f v", "$3|3-1", 1, "XADD s MAXLEN = 2 3-1 f v");
    check(&mut b, "XADD s minid 0-1 4-1 f v", "$3|4-1", 1, "XADD s MAXLEN = 3 4-1 f v");
    check(&mut b, "XADD s MINID ~ 9 5-1 f v", "$3|5-1", 1, "XADD s MAXLEN = 0 5-1 f v");
    check(&mut b, "XADD s 6-1 f v", "$3|6-1", 1, "XADD s 6-1 f v");
    check(&mut b, "XADD s 7-1 f v", "$3|7-1", 1, "XADD s 7-1 f v");
    check(&mut b, "XTRIM s MINID = 7 LIMIT 3", ":1", 1, "XTRIM s MAXLEN = 1");
    check(&mut b, "XTRIM s MAXLEN = 0 LIMIT 3", ":1", 1, "XTRIM s MAXLEN = 0");
    check(&mut b, "XTRIM s MINID x", "-ERR Invalid stream ID specified as stream command argument", 0, "");
    check(&mut b, "XTRIM none MINID 3", ":0", 0, "");
    check(&mut b, "XSETID s 9-9 ENTRIESADDED 12 MAXDELETEDID 7-1", "+OK", 1, "XSETID s 9-9");
    check(&mut b, "XSETID s 9-9 FOO 12", "-ERR syntax error", 0, "");
    check(&mut b, "XGROUP CREATE s g 0 ENTRIESREAD 3", "+OK", 1, "XGROUP CREATE s g 0");
    check(&mut b, "XGROUP CREATE t g $ MKSTREAM ENTRIESREAD 3", "+OK", 1, "XGROUP CREATE t g $ MKSTREAM");
    check(&mut b, "XGROUP SETID s g 9 ENTRIESREAD -1", "+OK", 1, "XGROUP SETID s g 9");
    check(&mut b, "XGROUP CREATECONSUMER s g c", ":1", 1, "");
    check(&mut b, "XGROUP CREATECONSUMER s g c", ":0", 0, "");
    check(&mut b, "XGROUP CREATECONSUMER s h c", "-NOGROUP No such consumer group 'h' for key name 's'", 0, "");
    check(&mut b, "XGROUP DELCONSUMER s g c", ":0", 1, "XGROUP DELCONSUMER s g c");
}

#[test]
fn a_claim_of_redis_7_forgets_deleted_entries() {
    let mut b = bench();
    for line in ["XADD s 1-1 f v", "XADD s 2-1 f v", "XGROUP CREATE s g 0"] {
        b.run(handler(line.split(' ').next().unwrap()), line);
    }
    b.run(handler("xreadgroup"), "XREADGROUP GROUP g c STREAMS s >");
    b.run(handler("xdel"), "XDEL s 1-1");
    let line = "XCLAIM s g c 0 1-1 TIME 5 RETRYCOUNT 1 FORCE JUSTID LASTID 2-1";
    let done = b.run(handler("xclaim"), line);
    assert_eq!((done.reply.as_str(), done.dirty, done.at_once), ("*0|", 1, vec!["XACK s g 1-1".to_owned()]));
    assert_eq!(b.run(handler("xclaim"), line).dirty, 0);
    let line = "XCLAIM s g d 0 2-1 TIME 5 RETRYCOUNT 9 FORCE JUSTID LASTID 2-1";
    assert_eq!(b.run(handler("xclaim"), line).at_once, [line]);
}

#[test]
fn rewritten_commands_on_streams_give_the_same() {
    let before = ["XADD s 1-1 f v", "XADD s 2-1 f v", "XADD s 3-1 f v", "XDEL s 2-1"];
    for line in [
        "XADD s MINID = 3 4-1 f v",
        "XADD s NOMKSTREAM MAXLEN = 1 LIMIT 0 4-1 f v g w",
        "XTRIM s MINID = 2",
        "XSETID s 9-1 ENTRIESADDED 3 MAXDELETEDID 2-1",
        "XGROUP CREATE s g 1 ENTRIESREAD 1",
    ] {
        check_rewritten(&before, line);
    }
}
