use std::collections::BTreeMap;

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::call::testing::Bench;
use crate::keys::{pexpire, pttl};
use crate::strings::set;

const WRONGTYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range";

#[test]
fn pushes_and_pops_at_both_ends() {
    let mut b = Bench::new();
    b.check(rpush, "RPUSH l a b", ":2", 2);
    b.check(lpush, "LPUSH l c d", ":4", 2);
    b.check(lrange, "LRANGE l 0 -1", "*4|$1|d|$1|c|$1|a|$1|b", 0);
    b.check(lpop, "LPOP l", "$1|d", 1);
    b.check(rpop, "RPOP l", "$1|b", 1);
    b.check(llen, "LLEN l", ":2", 0);
    b.check(lpop, "LPOP l", "$1|c", 1);
    b.check(lpop, "LPOP l", "$1|a", 1);
    assert_eq!(b.keyspace.total_keys(), 0);
    b.check(lpop, "LPOP l", "$-1", 0);
    b.check(llen, "LLEN l", ":0", 0);
    b.check(lrange, "LRANGE l 0 -1", "*0", 0);
}

#[test]
fn only_a_new_list_unblocks_clients() {
    let mut b = Bench::new();
    assert_eq!(b.run(rpush, "RPUSH l a").ready, ["l"]);
    assert!(b.run(rpush, "RPUSH l a").ready.is_empty());
    assert!(b.run(lpushx, "LPUSHX l a").ready.is_empty());
    assert_eq!(b.run(rpoplpush, "RPOPLPUSH l m").ready, ["m"]);
    assert!(b.run(rpoplpush, "RPOPLPUSH l l").ready.is_empty());
}

#[test]
fn pushx_creates_no_list() {
    let mut b = Bench::new();
    b.check(lpushx, "LPUSHX l a", ":0", 0);
    b.check(rpushx, "RPUSHX l a b", ":0", 0);
    b.check(rpush, "RPUSH l m", ":1", 1);
    b.check(rpushx, "RPUSHX l a b", ":3", 2);
    b.check(lpushx, "LPUSHX l c", ":4", 1);
    b.check(lrange, "LRANGE l 0 -1", "*4|$1|c|$1|m|$1|a|$1|b", 0);
}

#[test]
fn linsert_goes_next_to_the_first_pivot() {
    let mut b = Bench::new();
    b.check(linsert, "LINSERT l BEFORE a x", ":0", 0);
    b.check(linsert, "LINSERT l BESIDE a x", "-ERR syntax error", 0);
    b.check(rpush, "RPUSH l a b a", ":3", 3);
    b.check(linsert, "LINSERT l before a x", ":4", 1);
    b.check(linsert, "LINSERT l AFTER b y", ":5", 1);
    b.check(linsert, "LINSERT l after z y", ":-1", 0);
    b.check(lrange, "LRANGE l 0 -1", "*5|$1|x|$1|a|$1|b|$1|y|$1|a", 0);
}

#[test]
fn indexes_at_and_beyond_both_ends() {
    let mut b = Bench::new();
    b.check(lindex, "LINDEX l x", "$-1", 0);
    b.check(lset, "LSET l x a", "-ERR no such key", 0);
    b.check(rpush, "RPUSH l a b c", ":3", 3);
    for (index, element) in [("0", "a"), ("2", "c"), ("-1", "c"), ("-3", "a")] {
        b.check(lindex, &format!("LINDEX l {index}"), &format!("$1|{element}"), 0);
    }
    for index in ["3", "-4", "9223372036854775807", "-9223372036854775808"] {
        b.check(lindex, &format!("LINDEX l {index}"), "$-1", 0);
        b.check(lset, &format!("LSET l {index} x"), "-ERR index out of range", 0);
    }
    b.check(lindex, "LINDEX l x", NOT_AN_INTEGER, 0);
    b.check(lset, "LSET l 1.5 x", NOT_AN_INTEGER, 0);
    b.check(lset, "LSET l 0 long-one", "+OK", 1);
    b.check(lset, "LSET l -1 z", "+OK", 1);
    b.check(lrange, "LRANGE l 0 -1", "*3|$8|long-one|$1|b|$1|z", 0);
}

#[test]
fn ranges_are_clamped() {
    let mut b = Bench::new();
    b.check(rpush, "RPUSH l a b c", ":3", 3);
    b.check(lrange, "LRANGE l 1 1", "*1|$1|b", 0);
    b.check(lrange, "LRANGE l -2 100", "*2|$1|b|$1|c", 0);
    b.check(lrange, "LRANGE l -100 0", "*1|$1|a", 0);
    b.check(lrange, "LRANGE l 2 1", "*0", 0);
    b.check(lrange, "LRANGE l 3 5", "*0", 0);
    b.check(lrange, "LRANGE l -9 -4", "*0", 0);
    b.check(lrange, "LRANGE l -9223372036854775808 9223372036854775807", "*3|$1|a|$1|b|$1|c", 0);
    b.check(lrange, "LRANGE nothing a 1", NOT_AN_INTEGER, 0);
    b.check(ltrim, "LTRIM nothing 0 1", "+OK", 0);
    b.check(ltrim, "LTRIM nothing 0 b", NOT_AN_INTEGER, 0);
    b.check(ltrim, "LTRIM l 0 -1", "+OK", 1);
    b.check(ltrim, "LTRIM l 1 -1", "+OK", 1);
    b.check(lrange, "LRANGE l 0 -1", "*2|$1|b|$1|c", 0);
    b.check(ltrim, "LTRIM l 5 9", "+OK", 1);
    assert_eq!(b.keyspace.total_keys(), 0);
}

#[test]
fn lrem_counts_from_either_end() {
    let mut b = Bench::new();
    b.check(lrem, "LREM l 0 a", ":0", 0);
    b.check(rpush, "RPUSH l a b a c a", ":5", 5);
    let untouched = b.keyspace.key_version(0, b"l");
    b.check(lrem, "LREM l 0 z", ":0", 0);
    assert_eq!(b.keyspace.key_version(0, b"l"), untouched);
    b.check(lrem, "LREM l -1 a", ":1", 1);
    b.check(lrange, "LRANGE l 0 -1", "*4|$1|a|$1|b|$1|a|$1|c", 0);
    b.check(lrem, "LREM l 1 a", ":1", 1);
    b.check(lrange, "LRANGE l 0 -1", "*3|$1|b|$1|a|$1|c", 0);
    b.check(rpush, "RPUSH l b", ":4", 1);
    b.check(lrem, "LREM l 0 b", ":2", 2);
    b.check(lrem, "LREM l -9223372036854775808 a", ":1", 1);
    b.check(lrem, "LREM l 5 c", ":1", 1);
    assert_eq!(b.keyspace.total_keys(), 0);
    b.check(lrem, "LREM l x c", NOT_AN_INTEGER, 0);
}

#[test]
fn rpoplpush_moves_and_rotates() {
    let mut b = Bench::new();
    b.check(rpoplpush, "RPOPLPUSH a b", "$-1", 0);
    b.check(rpush, "RPUSH a 1 2 3", ":3", 3);
    b.check(rpoplpush, "RPOPLPUSH a b", "$1|3", 1);
    b.check(rpoplpush, "RPOPLPUSH a b", "$1|2", 1);
    b.check(lrange, "LRANGE b 0 -1", "*2|$1|2|$1|3", 0);
    b.check(rpoplpush, "RPOPLPUSH b b", "$1|3", 1);
    b.check(lrange, "LRANGE b 0 -1", "*2|$1|3|$1|2", 0);
    // Turning a single element keeps the key and its time to live.
    b.check(pexpire, "PEXPIRE a 5000", ":1", 1);
    b.check(rpoplpush, "RPOPLPUSH a a", "$1|1", 1);
    b.check(pttl, "PTTL a", ":5000", 0);
    b.check(rpoplpush, "RPOPLPUSH a b", "$1|1", 1);
    assert_eq!(b.keyspace.total_keys(), 1);
}

#[test]
fn all_commands_refuse_another_type() {
    let mut b = Bench::new();
    b.check(set, "SET s 1", "+OK", 1);
    b.check(rpush, "RPUSH l a", ":1", 1);
    for (handler, line) in [
        (lpush as fn(&mut Call<'_>), "LPUSH s a"),
        (rpushx, "RPUSHX s a"),
        (linsert, "LINSERT s BEFORE a b"),
        (llen, "LLEN s"),
        (lindex, "LINDEX s x"),
        (lset, "LSET s x a"),
        (lpop, "LPOP s"),
        (lrange, "LRANGE s 0 1"),
        (ltrim, "LTRIM s 0 1"),
        (lrem, "LREM s 0 1"),
        (rpoplpush, "RPOPLPUSH s l"),
        (rpoplpush, "RPOPLPUSH l s"),
    ] {
        b.check(handler, line, WRONGTYPE, 0);
    }
    b.check(llen, "LLEN l", ":1", 0);
}

/// What a list command does to lists that are vectors.
fn model(lists: &mut BTreeMap<String, Vec<String>>, words: &[String]) -> String {
    let bulk = |text: &String| format!("${}|{text}|", text.len());
    let number = |at: usize| words[at].parse::<i64>().unwrap();
    let bounds = |len: usize| {
        let clamp = |at: i64| if at < 0 { at + len as i64 } else { at };
        let (start, end) = (clamp(number(2)).max(0), clamp(number(3)));
        (start..=end).filter(|at| *at < len as i64).map(|at| at as usize).collect::<Vec<_>>()
    };
    let (name, key) = (words[0].as_str(), words[1].clone());
    let mut list = lists.remove(&key).unwrap_or_default();
    let existed = !list.is_empty();
    let reply = match name {
        "LPUSH" | "RPUSH" | "LPUSHX" | "RPUSHX" if existed || !name.ends_with('X') => {
            for word in &words[2..] {
                list.insert(if name.starts_with('L') { 0 } else { list.len() }, word.clone());
            }
            format!(":{}|", list.len())
        }
        "LPOP" if existed => bulk(&list.remove(0)),
        "RPOP" if existed => bulk(&list.pop().unwrap()),
        "LPOP" | "RPOP" => "$-1|".into(),
        "LINSERT" if existed => match list.iter().position(|element| *element == words[3]) {
            Some(at) => {
                list.insert(if words[2] == "AFTER" { at + 1 } else { at }, words[4].clone());
                format!(":{}|", list.len())
            }
            None => ":-1|".into(),
        },
        "LSET" if !existed => "-ERR no such key|".into(),
        "LSET" | "LINDEX" => {
            let at = if number(2) < 0 { number(2) + list.len() as i64 } else { number(2) };
            match usize::try_from(at).ok().and_then(|at| list.get_mut(at)) {
                Some(element) if name == "LSET" => {
                    *element = words[3].clone();
                    "+OK|".into()
                }
                Some(element) => bulk(element),
                None if name == "LSET" => "-ERR index out of range|".into(),
                None => "$-1|".into(),
            }
        }
        "LRANGE" => {
            let found = bounds(list.len());
            format!("*{}|", found.len()) + &found.iter().map(|at| bulk(&list[*at])).collect::<String>()
        }
        "LTRIM" => {
            list = bounds(list.len()).into_iter().map(|at| list[at].clone()).collect();
            "+OK|".into()
        }
        "LREM" => {
            let most = if number(2) == 0 { usize::MAX } else { number(2).unsigned_abs() as usize };
            let mut found: Vec<_> = (0..list.len()).filter(|at| list[*at] == words[3]).collect();
            if number(2) < 0 {
                found.reverse();
            }
            found.truncate(most);
            found.sort_unstable();
            found.iter().rev().for_each(|at| drop(list.remove(*at)));
            format!(":{}|", found.len())
        }
        "RPOPLPUSH" => match list.pop() {
            None => "$-1|".into(),
            Some(element) => {
                let other = if words[2] == key { &mut list } else { lists.entry(words[2].clone()).or_default() };
                other.insert(0, element.clone());
                bulk(&element)
            }
        },
        "LLEN" => format!(":{}|", list.len()),
        _ => ":0|".into(),
    };
    if !list.is_empty() {
        lists.insert(key, list);
    }
    reply
}

#[test]
fn random_commands_match_a_vector() {
    for seed in 0..20 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut below = |n: u32| rng.next_u32() % n;
        let (mut b, mut lists) = (Bench::new(), BTreeMap::new());
        for step in 0..1500 {
            let key = format!("k{}", below(3));
            let element = "e".repeat(below(4) as usize + 1);
            let (one, other) = (i64::from(below(16)) - 8, i64::from(below(16)) - 8);
            let (handler, line): (fn(&mut Call<'_>), String) = match below(17) {
                0 | 1 => (lpush, format!("LPUSH {key} {element}")),
                2 | 3 => (rpush, format!("RPUSH {key} {element} {one}")),
                4 => (lpushx, format!("LPUSHX {key} {element} {one}")),
                5 => (rpushx, format!("RPUSHX {key} {element}")),
                6 => (lpop, format!("LPOP {key}")),
                7 => (rpop, format!("RPOP {key}")),
                8 => (linsert, format!("LINSERT {key} BEFORE {element} {one}")),
                9 => (linsert, format!("LINSERT {key} AFTER {element} {one}")),
                10 => (lset, format!("LSET {key} {one} {element}")),
                11 => (lindex, format!("LINDEX {key} {one}")),
                12 => (lrange, format!("LRANGE {key} {one} {other}")),
                13 => (ltrim, format!("LTRIM {key} {} {}", one / 4, -1 - (other / 4).abs())),
                14 => (lrem, format!("LREM {key} {} {element}", one / 3)),
                15 => (rpoplpush, format!("RPOPLPUSH {key} k{}", below(3))),
                _ => (llen, format!("LLEN {key}")),
            };
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            let expect = model(&mut lists, &words);
            assert_eq!(b.run(handler, &line).reply, expect, "seed {seed}, step {step}: {line}");
        }
        // The remaining elements, pushed to a new list, have the same content and size.
        b.check_rebuilt(rpush, lists.iter().map(|(key, list)| format!("RPUSH {key} {}", list.join(" "))), seed);
    }
}

#[test]
fn a_change_copies_no_list() {
    let mut b = Bench::new();
    b.run(rpush, "RPUSH l a b");
    let element = |b: &Bench| match b.keyspace.get(0, b"l").unwrap().value() {
        psyncscope_keyspace::Value::List(list) => list.get(0).unwrap().as_ptr(),
        other => panic!("{other:?}"),
    };
    let before = element(&b);
    for (handler, line) in [
        (rpush as fn(&mut Call<'_>), "RPUSH l c"),
        (rpushx, "RPUSHX l c"),
        (linsert, "LINSERT l AFTER b x"),
        (lset, "LSET l -1 y"),
        (lrem, "LREM l 0 c"),
        (rpop, "RPOP l"),
        (ltrim, "LTRIM l 0 1"),
        (rpoplpush, "RPOPLPUSH l m"),
    ] {
        b.run(handler, line);
        assert_eq!(element(&b), before, "{line}");
    }
}
