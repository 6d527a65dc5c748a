use super::*;
use crate::call::testing::Bench;

mod model;

/// A set of `a` to `f` with scores 1 to 6.
fn six() -> Bench {
    let mut bench = Bench::new();
    bench.check(zadd, "zadd z 1 a 2 b 3 c 4 d 5 e 6 f", ":6", 6);
    bench
}

#[track_caller]
fn all(bench: &mut Bench, key: &str, expect: &str) {
    let done = bench.run(zrange, &format!("zrange {key} 0 -1 withscores"));
    let words: Vec<&str> = done.reply.split('|').filter(|word| !word.starts_with(['*', '$'])).collect();
    assert_eq!(words.join(" ").trim_end(), expect);
}

#[test]
fn zadd_and_its_options() {
    let mut bench = Bench::new();
    let done = bench.run(zadd, "zadd z 1 a 2 b");
    assert_eq!((done.reply.as_str(), done.dirty, done.ready), (":2|", 2, vec!["z".to_owned()]));
    let done = bench.run(zadd, "zadd z 1 a 3 b 4 c");
    assert_eq!((done.reply.as_str(), done.dirty, done.ready), (":1|", 2, vec![]));
    bench.check(zadd, "zadd z ch 1 a 5 b 6 d", ":2", 2);
    bench.check(zadd, "zadd z nx ch 9 a 7 e", ":1", 1);
    bench.check(zadd, "zadd z XX 9 a 7 new", ":0", 1);
    bench.check(zadd, "zadd z 1 x 2 x 3 x", ":1", 3);
    all(&mut bench, "z", "x 3 c 4 b 5 d 6 e 7 a 9");
    bench.check(zadd, "zadd z incr 2.5 x", "$3|5.5", 1);
    bench.check(zadd, "zadd z incr 0 x", "$3|5.5", 0);
    bench.check(zadd, "zadd z nx incr 1 x", "$-1", 0);
    bench.check(zadd, "zadd z xx incr 1 nobody", "$-1", 0);
    bench.check(zadd, "zadd none xx 1 a", ":0", 0);
    bench.check(zcard, "zcard none", ":0", 0);
    bench.check(zincrby, "zincrby z -0.5 x", "$1|5", 1);
    bench.check(zincrby, "zincrby new 1e20 x", "$5|1e+20", 1);
}

#[test]
fn errors_of_zadd() {
    let mut bench = six();
    bench.run(crate::strings::set, "set s 1");
    bench.check(zadd, "zadd z 1 a 2", "-ERR syntax error", 0);
    bench.check(zadd, "zadd z nx ch", "-ERR syntax error", 0);
    bench.check(zadd, "zadd z nx xx 1 a", "-ERR XX and NX options at the same time are not compatible", 0);
    bench.check(zadd, "zadd z incr 1 a 2 b", "-ERR INCR option supports a single increment-element pair", 0);
    bench.check(zadd, "zadd z 7 g nan a", "-ERR value is not a valid float", 0);
    bench.check(zadd, "zadd s foo a", "-ERR value is not a valid float", 0);
    bench.check(zadd, "zadd s 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value", 0);
    bench.check(zadd, "zadd z inf a -inf b", ":0", 2);
    bench.check(zincrby, "zincrby z -inf a", "-ERR resulting score is not a number (NaN)", 0);
    all(&mut bench, "z", "b -inf c 3 d 4 e 5 f 6 a inf");
}

#[test]
fn commands_without_changes_keep_the_version() {
    let mut bench = six();
    let version = bench.keyspace.key_version(0, b"z");
    bench.check(zadd, "zadd z 1 a 2 b", ":0", 0);
    bench.check(zadd, "zadd z nx 9 a", ":0", 0);
    bench.check(zrem, "zrem z nobody", ":0", 0);
    bench.check(zremrangebyscore, "zremrangebyscore z 7 8", ":0", 0);
    assert_eq!(bench.keyspace.key_version(0, b"z"), version);
    bench.check(zadd, "zadd z 1 a 3 b", ":0", 1);
    assert_ne!(bench.keyspace.key_version(0, b"z"), version);
}

#[test]
fn members_and_ranks() {
    let mut bench = six();
    bench.check(zcard, "zcard z", ":6", 0);
    bench.check(zscore, "zscore z c", "$1|3", 0);
    bench.check(zscore, "zscore z x", "$-1", 0);
    bench.check(zscore, "zscore none x", "$-1", 0);
    bench.check(zrank, "zrank z c", ":2", 0);
    bench.check(zrevrank, "zrevrank z c", ":3", 0);
    bench.check(zrank, "zrank z x", "$-1", 0);
    bench.check(zrem, "zrem z a x c c", ":2", 2);
    all(&mut bench, "z", "b 2 d 4 e 5 f 6");
    bench.check(zrem, "zrem z b d e f", ":4", 4);
    assert!(bench.keyspace.get(0, b"z").is_none());
}

#[test]
fn ranges_by_rank() {
    let mut bench = six();
    for (words, reply) in [
        ("zrange z 0 1", "*2|$1|a|$1|b"),
        ("zrange z -2 -1", "*2|$1|e|$1|f"),
        ("zrange z -100 0", "*1|$1|a"),
        ("zrange z 5 100", "*1|$1|f"),
        ("zrange z 6 7", "*0"),
        ("zrange z 2 1", "*0"),
        ("zrange none 0 -1", "*0"),
        ("zrange z 0 0 WithScores", "*2|$1|a|$1|1"),
        ("zrange z 0 0 scores", "-ERR syntax error"),
        ("zrange z 0 0 withscores withscores", "-ERR syntax error"),
        ("zrange z x 0", "-ERR value is not an integer or out of range"),
    ] {
        bench.check(zrange, words, reply, 0);
    }
    bench.check(zrevrange, "zrevrange z 0 1", "*2|$1|f|$1|e", 0);
    bench.check(zrevrange, "zrevrange z -1 -1 withscores", "*2|$1|a|$1|1", 0);
    bench.check(zremrangebyrank, "zremrangebyrank z 1 -3", ":3", 3);
    all(&mut bench, "z", "a 1 e 5 f 6");
    bench.check(zremrangebyrank, "zremrangebyrank z 0 -1", ":3", 3);
    assert!(bench.keyspace.get(0, b"z").is_none());
}

#[test]
fn ranges_by_score() {
    let mut bench = six();
    for (words, reply) in [
        ("z z 2 3", "*2|$1|b|$1|c"),
        ("z z (2 3", "*1|$1|c"),
        ("z z 2 (3", "*1|$1|b"),
        ("z z (2 (3", "*0"),
        ("z z 3 2", "*0"),
        ("z z -inf (2 withscores", "*2|$1|a|$1|1"),
        ("z z 5 +inf", "*2|$1|e|$1|f"),
        ("z z -inf inf limit 1 2", "*2|$1|b|$1|c"),
        ("z z -inf inf limit 4 -1", "*2|$1|e|$1|f"),
        ("z z -inf inf limit 9 2", "*0"),
        ("z z -inf inf limit -1 2", "*0"),
        ("z z -inf inf limit 0 0", "*0"),
        ("z z 6 6 limit 0 1 withscores", "*2|$1|f|$1|6"),
        ("z z 6 6 limit 0", "-ERR syntax error"),
        ("z z 6 6 limit 0 x", "-ERR value is not an integer or out of range"),
        ("z z foo 1", "-ERR min or max is not a float"),
        ("z z 1 nan", "-ERR min or max is not a float"),
        ("z none foo 1", "-ERR min or max is not a float"),
        ("z none 0 1", "*0"),
        ("z z \"\" 1", "*1|$1|a"),
    ] {
        bench.check(zrangebyscore, words, reply, 0);
    }
    bench.check(zrevrangebyscore, "z z 3 2", "*2|$1|c|$1|b", 0);
    bench.check(zrevrangebyscore, "z z +inf -inf limit 1 2", "*2|$1|e|$1|d", 0);
    bench.check(zcount, "zcount z (1 3", ":2", 0);
    bench.check(zcount, "zcount z x 3", "-ERR min or max is not a float", 0);
    bench.check(zcount, "zcount none 1 3", ":0", 0);
    bench.check(zremrangebyscore, "zremrangebyscore z (1 (4", ":2", 2);
    all(&mut bench, "z", "a 1 d 4 e 5 f 6");
}

#[test]
fn ranges_by_member() {
    let mut bench = Bench::new();
    bench.check(zadd, "zadd z 0 alpha 0 bar 0 cool 0 down 0 elephant 0 foo", ":6", 6);
    for (words, reply) in [
        ("z z - [cool", "*3|$5|alpha|$3|bar|$4|cool"),
        ("z z [bar [down", "*3|$3|bar|$4|cool|$4|down"),
        ("z z (cool (foo", "*2|$4|down|$8|elephant"),
        ("z z (cool + limit 1 1", "*1|$8|elephant"),
        ("z z + -", "*0"),
        ("z z - + limit 5 -1", "*1|$3|foo"),
        ("z z (az (b", "*0"),
        ("z z [ (b", "*1|$5|alpha"),
        ("z z bar +", "-ERR min or max not valid string range item"),
        ("z z - +x", "-ERR min or max not valid string range item"),
        ("z z - \"\"", "-ERR min or max not valid string range item"),
        ("z z - + withscores", "-ERR syntax error"),
    ] {
        bench.check(zrangebylex, words, reply, 0);
    }
    bench.check(zrevrangebylex, "z z [cool -", "*3|$4|cool|$3|bar|$5|alpha", 0);
    bench.check(zrevrangebylex, "z z + (d limit 0 2", "*2|$3|foo|$8|elephant", 0);
    bench.check(zlexcount, "z z [bar (foo", ":4", 0);
    bench.check(zlexcount, "z z x y", "-ERR min or max not valid string range item", 0);
    bench.check(zremrangebylex, "z z [bar (foo", ":4", 4);
    all(&mut bench, "z", "alpha 0 foo 0");
}

#[test]
fn pops_from_both_ends() {
    let mut bench = six();
    bench.check(zpopmin, "zpopmin z", "*2|$1|a|$1|1", 1);
    bench.check(zpopmax, "zpopmax z 2", "*4|$1|f|$1|6|$1|e|$1|5", 2);
    bench.check(zpopmin, "zpopmin z 0", "*0", 0);
    bench.check(zpopmin, "zpopmin z -3", "*0", 0);
    bench.check(zpopmin, "zpopmin z x", "-ERR value is not an integer or out of range", 0);
    bench.check(zpopmin, "zpopmin z 1 2", "-ERR syntax error", 0);
    bench.check(zpopmin, "zpopmin none", "*0", 0);
    bench.check(zpopmin, "zpopmin z 99", "*6|$1|b|$1|2|$1|c|$1|3|$1|d|$1|4", 3);
    assert!(bench.keyspace.get(0, b"z").is_none());
    bench.run(crate::strings::set, "set s 1");
    bench.check(zpopmin, "zpopmin s", "-WRONGTYPE Operation against a key holding the wrong kind of value", 0);
}

#[test]
fn unions_and_intersections() {
    let mut bench = Bench::new();
    bench.run(zadd, "zadd a 1 a 2 b 3 c");
    bench.run(zadd, "zadd b 1 b 2 c 3 d");
    let done = bench.run(zunionstore, "zunionstore u 2 a b");
    assert_eq!((done.reply.as_str(), done.dirty, done.ready), (":4|", 1, vec!["u".to_owned()]));
    all(&mut bench, "u", "a 1 b 3 d 3 c 5");
    bench.check(zunionstore, "zunionstore u 2 a b weights 2 0.5", ":4", 1);
    all(&mut bench, "u", "d 1.5 a 2 b 4.5 c 7");
    bench.check(zunionstore, "zunionstore u 2 a b aggregate max", ":4", 1);
    all(&mut bench, "u", "a 1 b 2 c 3 d 3");
    bench.check(zinterstore, "zinterstore i 2 a b aggregate min", ":2", 1);
    all(&mut bench, "i", "b 1 c 2");
    bench.check(zinterstore, "zinterstore i 2 a a weights 1 10", ":3", 1);
    all(&mut bench, "i", "a 11 b 22 c 33");
    bench.check(zinterstore, "zinterstore i 2 a none", ":0", 1);
    bench.check(zinterstore, "zinterstore i 2 a none", ":0", 0);
    assert!(bench.keyspace.get(0, b"i").is_none());
    bench.run(zadd, "zadd p inf x");
    bench.run(zadd, "zadd m -inf x");
    bench.check(zunionstore, "zunionstore u 2 p m", ":1", 1);
    all(&mut bench, "u", "x 0");
    bench.check(zunionstore, "zunionstore u 1 p weights 0", ":1", 1);
    all(&mut bench, "u", "x 0");
    bench.check(zunionstore, "zunionstore a 2 a b", ":4", 1);
    all(&mut bench, "a", "a 1 b 3 d 3 c 5");
}

#[test]
fn errors_of_unions() {
    let mut bench = six();
    bench.run(crate::strings::set, "set s 1");
    let few = "-ERR at least 1 input key is needed for ZUNIONSTORE/ZINTERSTORE";
    for (words, reply) in [
        ("z d 0 z", few),
        ("z d -1 z", few),
        ("z d x z", "-ERR value is not an integer or out of range"),
        ("z d 2 z", "-ERR syntax error"),
        ("z d 1 s", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("z d 1 z weights", "-ERR syntax error"),
        ("z d 1 z weights x", "-ERR weight value is not a float"),
        ("z d 1 z weights 1 2", "-ERR syntax error"),
        ("z d 1 z aggregate", "-ERR syntax error"),
        ("z d 1 z aggregate mean", "-ERR syntax error"),
        ("z d 1 z foo", "-ERR syntax error"),
    ] {
        bench.check(zunionstore, words, reply, 0);
    }
}

#[test]
fn encodings_are_never_converted_back() {
    let mut bench = Bench::new();
    let is_ziplist = |bench: &Bench, key: &[u8]| match bench.keyspace.get(0, key).map(|entry| entry.value()) {
        Some(psyncscope_keyspace::Value::Zset(zset)) => zset.encoding_name() == "ziplist",
        other => panic!("{other:?}"),
    };
    for i in 0..128 {
        bench.run(zadd, &format!("zadd z {i} m{i}"));
    }
    assert!(is_ziplist(&bench, b"z"));
    bench.run(zadd, "zadd z 1 one-more");
    assert!(!is_ziplist(&bench, b"z"));
    bench.run(zremrangebyrank, "zremrangebyrank z 1 -1");
    assert!(!is_ziplist(&bench, b"z"));
    bench.run(zadd, &format!("zadd short 1 {}", "x".repeat(64)));
    bench.run(zadd, &format!("zadd long 1 {}", "x".repeat(65)));
    assert!(is_ziplist(&bench, b"short") && !is_ziplist(&bench, b"long"));
    bench.config.encodings.zset_max_ziplist_entries = 0;
    bench.run(zadd, "zadd early 1 a");
    bench.config.encodings.zset_max_ziplist_entries = 128;
    assert!(!is_ziplist(&bench, b"early"));
    // What a union makes is judged by what it holds.
    bench.run(zunionstore, "zunionstore u 1 z");
    assert!(is_ziplist(&bench, b"u"));
}
