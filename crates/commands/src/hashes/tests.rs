use std::collections::BTreeMap;

use psyncscope_keyspace::Value;
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::call::testing::Bench;
use crate::strings::set;

const WRONGTYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range";

type Handler = fn(&mut Call<'_>);

fn encoding(b: &Bench) -> &'static str {
    b.keyspace.get(0, b"h").unwrap().value().encoding_name()
}

#[test]
fn adding_and_removing_fields() {
    let mut b = Bench::new();
    b.check(hset, "HSET h a 1 b 2", ":2", 1);
    b.check(hset, "hset h a 3 c 4", ":1", 1);
    b.check(hset, "HSET h a 3", ":0", 1);
    b.check(hset, "HMSET h d 5 a 6", "+OK", 1);
    b.check(hset, "HSET h a 1 b", "-ERR wrong number of arguments for HMSET", 0);
    b.check(hget, "HGET h a", "$1|6", 0);
    b.check(hget, "HGET h z", "$-1", 0);
    b.check(hget, "HGET nothing a", "$-1", 0);
    b.check(hmget, "HMGET h a z d", "*3|$1|6|$-1|$1|5", 0);
    b.check(hmget, "HMGET nothing a z", "*2|$-1|$-1", 0);
    b.check(hlen, "HLEN h", ":4", 0);
    b.check(hkeys, "HKEYS h", "*4|$1|a|$1|b|$1|c|$1|d", 0);
    b.check(hvals, "HVALS h", "*4|$1|6|$1|2|$1|4|$1|5", 0);
    b.check(hexists, "HEXISTS h a", ":1", 0);
    b.check(hexists, "HEXISTS h z", ":0", 0);
    b.check(hstrlen, "HSTRLEN h a", ":1", 0);
    b.check(hstrlen, "HSTRLEN h z", ":0", 0);
    b.check(hdel, "HDEL h b z b", ":1", 1);
    // What was deleted leaves no trace in the order.
    b.check(hgetall, "HGETALL h", "*6|$1|a|$1|6|$1|c|$1|4|$1|d|$1|5", 0);
    b.check(hdel, "HDEL h a c d e", ":3", 3);
    assert_eq!(b.keyspace.total_keys(), 0);
    b.check(hdel, "HDEL h a", ":0", 0);
    b.check(hlen, "HLEN h", ":0", 0);
    b.check(hgetall, "HGETALL h", "*0", 0);
    b.check(hexists, "HEXISTS h a", ":0", 0);
}

#[test]
fn hsetnx_sets_once() {
    let mut b = Bench::new();
    b.check(hsetnx, "HSETNX h a 1", ":1", 1);
    let version = b.keyspace.key_version(0, b"h");
    b.check(hsetnx, "HSETNX h a 2", ":0", 0);
    b.check(hdel, "HDEL h z", ":0", 0);
    assert_eq!(b.keyspace.key_version(0, b"h"), version);
    b.check(hget, "HGET h a", "$1|1", 0);
}

#[test]
fn hincrby_counts_within_64_bits() {
    let mut b = Bench::new();
    b.check(hincrby, "HINCRBY h a 5", ":5", 1);
    b.check(hincrby, "HINCRBY h a -7", ":-2", 1);
    b.check(hincrby, "HINCRBY h a x", NOT_AN_INTEGER, 0);
    b.check(hset, "HSET h s x m 9223372036854775806", ":2", 1);
    b.check(hincrby, "HINCRBY h s 1", "-ERR hash value is not an integer", 0);
    b.check(hincrby, "HINCRBY h m 1", ":9223372036854775807", 1);
    b.check(hincrby, "HINCRBY h m 1", "-ERR increment or decrement would overflow", 0);
    b.check(hget, "HGET h m", "$19|9223372036854775807", 0);
}

#[test]
fn hincrbyfloat_is_propagated_as_what_it_set() {
    let mut b = Bench::new();
    b.check(hset, "HSET h s x", ":1", 1);
    let done = b.run(hincrbyfloat, "hincrbyfloat h f 10.5");
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten.as_deref()), ("$4|10.5|", 1, Some("HSET h f 10.5")));
    let done = b.run(hincrbyfloat, "HINCRBYFLOAT h f 0.1");
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten.as_deref()), ("$4|10.6|", 1, Some("HSET h f 10.6")));
    b.check(hincrbyfloat, "HINCRBYFLOAT h s 1", "-ERR hash value is not a float", 0);
    b.check(hincrbyfloat, "HINCRBYFLOAT h f x", "-ERR value is not a valid float", 0);
    b.check(hincrbyfloat, "HINCRBYFLOAT h f inf", "-ERR increment would produce NaN or Infinity", 0);
    b.check(hset, &format!("HSET h long 1{}", "0".repeat(5119)), ":1", 1);
    b.check(hincrbyfloat, "HINCRBYFLOAT h long 1", "-ERR hash value is not a float", 0);
}

#[test]
fn a_ziplist_is_converted_for_good() {
    for (line, expect) in [
        (format!("HSET h f {}", "v".repeat(64)), "ziplist"),
        (format!("HSET h f {}", "v".repeat(65)), "hashtable"),
        (format!("HSET h {} v", "f".repeat(64)), "ziplist"),
        (format!("HSET h {} v", "f".repeat(65)), "hashtable"),
    ] {
        let mut b = Bench::new();
        b.run(hset, &line);
        assert_eq!(encoding(&b), expect, "{line}");
        b.run(hset, "HSET h f 1");
        assert_eq!(encoding(&b), expect, "{line}");
    }
    let mut b = Bench::new();
    let pairs: Vec<_> = (0..512).map(|n| format!("f{n} v")).collect();
    b.check(hset, &format!("HSET h {}", pairs.join(" ")), ":512", 1);
    b.check(hset, "HSET h f0 w", ":0", 1);
    assert_eq!(encoding(&b), "ziplist");
    b.check(hsetnx, "HSETNX h one-more 1", ":1", 1);
    assert_eq!(encoding(&b), "hashtable");
    b.check(hdel, "HDEL h one-more f1", ":2", 2);
    assert_eq!(encoding(&b), "hashtable");
    b.config.encodings.hash_max_ziplist_entries = 1;
    b.config.encodings.hash_max_ziplist_value = 2;
    b.run(hdel, &format!("HDEL h {}", pairs.join(" ")));
    b.check(hset, "HSET h a bb", ":1", 1);
    assert_eq!(encoding(&b), "ziplist");
    b.check(hincrby, "HINCRBY h a-long-field 1", ":1", 1);
    assert_eq!(encoding(&b), "hashtable");
}

#[test]
fn all_commands_refuse_another_type() {
    let mut b = Bench::new();
    b.check(set, "SET s 1", "+OK", 1);
    for (handler, line) in [
        (hset as Handler, "HSET s a 1"),
        (hsetnx, "HSETNX s a 1"),
        (hget, "HGET s a"),
        (hmget, "HMGET s a"),
        (hincrby, "HINCRBY s a 1"),
        (hincrbyfloat, "HINCRBYFLOAT s a 1"),
        (hdel, "HDEL s a"),
        (hlen, "HLEN s"),
        (hstrlen, "HSTRLEN s a"),
        (hkeys, "HKEYS s"),
        (hvals, "HVALS s"),
        (hgetall, "HGETALL s"),
        (hexists, "HEXISTS s a"),
    ] {
        b.check(handler, line, WRONGTYPE, 0);
    }
}

#[test]
fn random_commands_match_an_ordered_map() {
    for seed in 0..20 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut below = |n: u32| rng.next_u32() % n;
        let (mut b, mut model) = (Bench::new(), BTreeMap::<String, BTreeMap<String, String>>::new());
        b.config.encodings.hash_max_ziplist_entries = 6;
        for step in 0..1500 {
            let key = format!("k{}", below(2));
            let (field, value) = (format!("f{}", below(10)), below(1000).to_string());
            let map = model.entry(key.clone()).or_default();
            let bulk = |text: Option<&String>| text.map_or("$-1|".into(), |text| format!("${}|{text}|", text.len()));
            let (handler, line, expect): (Handler, String, String) = match below(8) {
                0 | 1 => {
                    let new = map.insert(field.clone(), value.clone()).is_none();
                    (hset, format!("HSET {key} {field} {value}"), format!(":{}|", u8::from(new)))
                }
                2 => {
                    let new = !map.contains_key(&field);
                    map.entry(field.clone()).or_insert(value.clone());
                    (hsetnx, format!("HSETNX {key} {field} {value}"), format!(":{}|", u8::from(new)))
                }
                3 => {
                    let other = format!("f{}", below(10));
                    let deleted = [&field, &other].into_iter().filter(|field| map.remove(*field).is_some()).count();
                    (hdel, format!("HDEL {key} {field} {other}"), format!(":{deleted}|"))
                }
                4 => {
                    let sum = map.get(&field).map_or(0, |old| old.parse::<i64>().unwrap()) + 7;
                    map.insert(field.clone(), sum.to_string());
                    (hincrby, format!("HINCRBY {key} {field} 7"), format!(":{sum}|"))
                }
                5 => (hget, format!("HGET {key} {field}"), bulk(map.get(&field))),
                6 => {
                    let expect = format!("*2|{}{}", bulk(map.get(&field)), bulk(map.get("f0")));
                    (hmget, format!("HMGET {key} {field} f0"), expect)
                }
                _ => (hlen, format!("HLEN {key}"), format!(":{}|", map.len())),
            };
            assert_eq!(b.run(handler, &line).reply, expect, "seed {seed}, step {step}: {line}");
        }
        model.retain(|_, map| !map.is_empty());
        let line = |(key, map): (&_, &BTreeMap<_, _>)| {
            let pairs: Vec<_> = map.iter().map(|(field, value)| format!("{field} {value}")).collect();
            format!("HSET {key} {}", pairs.join(" "))
        };
        b.check_rebuilt(hset, model.iter().map(line), seed);
    }
}

#[test]
fn a_change_copies_no_hash() {
    let mut b = Bench::new();
    b.run(hset, "HSET h a 1 b 2");
    let first = |b: &Bench| match b.keyspace.get(0, b"h").unwrap().value() {
        Value::Hash(hash) => hash.get(b"a").unwrap().as_ptr(),
        other => panic!("{other:?}"),
    };
    let before = first(&b);
    for (handler, line) in
        [(hset as Handler, "HSET h c 1"), (hsetnx, "HSETNX h d 1"), (hincrby, "HINCRBY h b 1"), (hdel, "HDEL h c")]
    {
        b.run(handler, line);
        assert_eq!(first(&b), before, "{line}");
    }
}
