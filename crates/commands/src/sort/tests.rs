use super::*;
use crate::call::testing::Bench;
use crate::hashes::hset;
use crate::lists::{lrange, rpush};
use crate::sets::sadd;
use crate::strings::set;
use crate::zsets::zadd;

fn bench() -> Bench {
    let mut b = Bench::new();
    b.check(rpush, "RPUSH l 3 1 10 2", ":4", 4);
    b.check(set, "SET w_1 30", "+OK", 1);
    b.check(set, "SET w_2 20", "+OK", 1);
    b.check(set, "SET w_3 10", "+OK", 1);
    b.check(hset, "HSET h_1 f x w 2", ":2", 1);
    b.check(hset, "HSET h_2 f y w 1", ":2", 1);
    b
}

#[test]
fn by_number_or_by_bytes() {
    let mut b = bench();
    b.check(sort, "SORT l", "*4|$1|1|$1|2|$1|3|$2|10", 0);
    b.check(sort, "SORT l DESC", "*4|$2|10|$1|3|$1|2|$1|1", 0);
    b.check(sort, "SORT l DESC ALPHA ASC", "*4|$1|1|$2|10|$1|2|$1|3", 0);
    b.check(rpush, "RPUSH mixed 2 x", ":2", 2);
    b.check(sort, "SORT mixed", "-ERR One or more scores can't be converted into double", 0);
    b.check(sort, "SORT mixed ALPHA DESC", "*2|$1|x|$1|2", 0);
    // Equal numbers are ordered by their bytes; the empty string is 0, and spaces before a number are fine.
    b.check(rpush, "RPUSH equal 1.0 1 \"\" \" 1\" -1", ":5", 5);
    b.check(sort, "SORT equal", "*5|$2|-1|$0||$2| 1|$1|1|$3|1.0", 0);
    b.check(sort, "SORT equal DESC LIMIT 0 2", "*2|$3|1.0|$1|1", 0);
    for bad in [&b"1x"[..], b"nan", b"1e999", b"  ", b"1 "] {
        assert_eq!(number(bad), None, "{bad:?}");
    }
    assert_eq!(number(b" -inf\0x"), Some(f64::NEG_INFINITY));
}

#[test]
fn limits() {
    let mut b = bench();
    b.check(sort, "SORT l LIMIT 1 2", "*2|$1|2|$1|3", 0);
    b.check(sort, "SORT l LIMIT -5 1", "*1|$1|1", 0);
    b.check(sort, "SORT l LIMIT 3 9223372036854775807", "*1|$2|10", 0);
    b.check(sort, "SORT l LIMIT 2 -1", "*2|$1|3|$2|10", 0);
    b.check(sort, "SORT l LIMIT 4 1", "*0", 0);
    b.check(sort, "SORT l LIMIT 0 0", "*0", 0);
    b.check(sort, "SORT l LIMIT x 1", "-ERR value is not an integer or out of range", 0);
    b.check(sort, "SORT l LIMIT 1", "-ERR syntax error", 0);
    b.check(sort, "SORT l BY", "-ERR syntax error", 0);
    b.check(sort, "SORT l WHATEVER", "-ERR syntax error", 0);
    b.check(sort, "SORT nothing", "*0", 0);
    b.check(sort, "SORT w_1 WHATEVER", "-WRONGTYPE Operation against a key holding the wrong kind of value", 0);
}

#[test]
fn by_and_get_patterns() {
    let mut b = bench();
    // Without a weight: 0.
    b.check(sort, "SORT l BY w_*", "*4|$2|10|$1|3|$1|2|$1|1", 0);
    b.check(sort, "SORT l BY h_*->w LIMIT 2 2", "*2|$1|2|$1|1", 0);
    b.check(sort, "SORT l BY h_*->f ALPHA DESC LIMIT 0 2", "*2|$1|2|$1|1", 0);
    b.check(sort, "SORT l GET w_* GET #", "*8|$2|30|$1|1|$2|20|$1|2|$2|10|$1|3|$-1|$2|10", 0);
    b.check(sort, "SORT l GET h_*->f LIMIT 0 3", "*3|$1|x|$1|y|$-1", 0);
    // No star, no such type, no field's name.
    b.check(sort, "SORT l GET w_1 LIMIT 0 1", "*1|$-1", 0);
    b.check(sort, "SORT l GET h_* LIMIT 0 1", "*1|$-1", 0);
    b.check(sort, "SORT l GET w_*->f LIMIT 0 1", "*1|$-1", 0);
    b.check(sort, "SORT l GET h_*-> LIMIT 0 1", "*1|$-1", 0);
    b.check(set, "SET x2-> odd", "+OK", 1);
    b.check(sort, "SORT l GET x*-> LIMIT 1 1", "*1|$3|odd", 0);
}

#[test]
fn by_without_a_star_keeps_the_order() {
    let mut b = bench();
    b.check(sort, "SORT l BY nosort", "*4|$1|3|$1|1|$2|10|$1|2", 0);
    b.check(sort, "SORT l BY nosort DESC LIMIT 1 2", "*2|$2|10|$1|1", 0);
    b.check(sort, "SORT l BY nosort BY w_*", "*4|$1|3|$1|1|$2|10|$1|2", 0);
    b.check(zadd, "ZADD z 3 a 1 b 2 c", ":3", 3);
    b.check(sort, "SORT z BY nosort", "*3|$1|b|$1|c|$1|a", 0);
    b.check(sort, "SORT z BY nosort DESC LIMIT 0 2", "*2|$1|a|$1|c", 0);
    b.check(sort, "SORT z ALPHA DESC", "*3|$1|c|$1|b|$1|a", 0);
    b.check(sadd, "SADD s z y x", ":3", 3);
    b.check(sort, "SORT s BY nosort DESC", "*3|$1|z|$1|y|$1|x", 0);
    b.check(sort, "SORT s BY nosort DESC STORE d", ":3", 3);
    b.check(lrange, "LRANGE d 0 -1", "*3|$1|z|$1|y|$1|x", 0);
    b.check(sort, "SORT s BY nosort STORE d", ":3", 3);
    b.check(lrange, "LRANGE d 0 -1", "*3|$1|x|$1|y|$1|z", 0);
}

#[test]
fn store_counts_elements_and_creates_a_list() {
    let mut b = bench();
    let done = b.run(sort, "SORT l STORE d");
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten), (":4|", 4, None));
    assert_eq!(done.ready, ["d"]);
    assert!(b.run(sort, "SORT l STORE d").ready.is_empty(), "it was there");
    b.check(sort, "SORT l GET w_* GET # LIMIT 2 2 STORE d", ":4", 4);
    b.check(lrange, "LRANGE d 0 -1", "*4|$2|10|$1|3|$0||$2|10", 0);
    b.check(sort, "SORT l BY nosort STORE l", ":4", 4);
    b.check(sort, "SORT nothing STORE d", ":0", 1);
    b.check(sort, "SORT nothing STORE d", ":0", 0);
    b.check(sort, "SORT l LIMIT 0 0 STORE w_1", ":0", 1);
    b.check(rpush, "RPUSH l x", ":5", 1);
    b.check(sort, "SORT l STORE w_2", "-ERR One or more scores can't be converted into double", 0);
    assert!(b.keyspace.get(0, b"w_2").is_some());
}

#[test]
fn subnormal_numbers_are_refused() {
    let mut b = Bench::new();
    b.run(rpush, "RPUSH l 1 5e-324 -1");
    b.check(sort, "SORT l", "-ERR One or more scores can't be converted into double", 0);
    b.check(sort, "SORT l LIMIT 0 0", "-ERR One or more scores can't be converted into double", 0);
}

#[test]
fn a_sorted_set_that_was_sorted_is_a_skiplist() {
    let mut b = Bench::new();
    b.run(zadd, "ZADD z 1 3 2 1");
    let encoding = |b: &Bench| b.keyspace.get(0, b"z").unwrap().value().encoding_name();
    assert!(b.run(sort, "SORT z FOO").reply.starts_with("-ERR"));
    assert_eq!(encoding(&b), "ziplist");
    let version = b.keyspace.key_version(0, b"z");
    b.check(sort, "SORT z", "*2|$1|1|$1|3", 0);
    assert_eq!((encoding(&b), b.keyspace.key_version(0, b"z")), ("skiplist", version));
}
