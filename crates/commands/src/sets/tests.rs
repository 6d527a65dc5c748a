use std::collections::{BTreeMap, BTreeSet};

use psyncscope_keyspace::Value;
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::call::testing::Bench;
use crate::keys::{pexpire, pttl};
use crate::strings::set;

const WRONGTYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range";

type Handler = fn(&mut Call<'_>);

fn encoding(b: &Bench, key: &str) -> &'static str {
    b.keyspace.get(0, key.as_bytes()).unwrap().value().encoding_name()
}

#[test]
fn adding_and_removing_members() {
    let mut b = Bench::new();
    b.check(sadd, "SADD s a b a", ":2", 2);
    b.check(sadd, "SADD s b c", ":1", 1);
    b.check(scard, "SCARD s", ":3", 0);
    b.check(sismember, "SISMEMBER s a", ":1", 0);
    b.check(sismember, "SISMEMBER s z", ":0", 0);
    b.check(sinter, "SMEMBERS s", "*3|$1|a|$1|b|$1|c", 0);
    b.check(srem, "SREM s a z a", ":1", 1);
    b.check(srem, "SREM s b c d", ":2", 2);
    assert_eq!(b.keyspace.total_keys(), 0);
    b.check(srem, "SREM s a", ":0", 0);
    b.check(scard, "SCARD s", ":0", 0);
    b.check(sismember, "SISMEMBER s a", ":0", 0);
    b.check(sinter, "SMEMBERS s", "*0", 0);
}

#[test]
fn what_changes_nothing_does_not_touch_the_key() {
    let mut b = Bench::new();
    b.check(sadd, "SADD s a b", ":2", 2);
    let version = b.keyspace.key_version(0, b"s");
    b.check(sadd, "SADD s b a", ":0", 0);
    b.check(srem, "SREM s x y", ":0", 0);
    b.check(smove, "SMOVE s s a", ":1", 0);
    b.check(smove, "SMOVE s t x", ":0", 0);
    assert_eq!(b.keyspace.key_version(0, b"s"), version);
}

#[test]
fn an_intset_is_sorted_until_it_is_converted() {
    let mut b = Bench::new();
    b.check(sadd, "SADD s 10 9 -1 9223372036854775807", ":4", 4);
    assert_eq!(encoding(&b, "s"), "intset");
    b.check(sinter, "SMEMBERS s", "*4|$2|-1|$1|9|$2|10|$19|9223372036854775807", 0);
    b.check(sismember, "SISMEMBER s 09", ":0", 0);
    b.check(sadd, "SADD s 09", ":1", 1);
    assert_eq!(encoding(&b, "s"), "hashtable");
    b.check(srem, "SREM s 09", ":1", 1);
    assert_eq!(encoding(&b, "s"), "hashtable");
    b.check(sinter, "SMEMBERS s", "*4|$2|-1|$1|9|$2|10|$19|9223372036854775807", 0);

    let numbers = |range: std::ops::Range<i32>| range.map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    b.check(sadd, &format!("SADD many {}", numbers(0..512)), ":512", 512);
    assert_eq!(encoding(&b, "many"), "intset");
    b.check(sadd, "SADD many 511", ":0", 0);
    assert_eq!(encoding(&b, "many"), "intset");
    b.check(sadd, "SADD many 512", ":1", 1);
    assert_eq!(encoding(&b, "many"), "hashtable");
    b.config.encodings.set_max_intset_entries = 2;
    b.check(sadd, "SADD few 1 2", ":2", 2);
    assert_eq!(encoding(&b, "few"), "intset");
    b.check(sunionstore, "SUNIONSTORE t few many", ":513", 1);
    assert_eq!(encoding(&b, "t"), "hashtable");
}

#[test]
fn smove_counts_what_changed() {
    let mut b = Bench::new();
    b.check(sadd, "SADD s a b", ":2", 2);
    b.check(smove, "SMOVE nothing s a", ":0", 0);
    b.check(smove, "SMOVE s t a", ":1", 2);
    b.check(sadd, "SADD t b", ":1", 1);
    b.check(smove, "SMOVE s t b", ":1", 1);
    b.check(scard, "SCARD s", ":0", 0);
    b.check(sinter, "SMEMBERS t", "*2|$1|a|$1|b", 0);
    b.check(set, "SET x 1", "+OK", 1);
    b.check(smove, "SMOVE nothing x a", ":0", 0);
    b.check(smove, "SMOVE t x nosuch", WRONGTYPE, 0);
    b.check(smove, "SMOVE x t a", WRONGTYPE, 0);
}

#[test]
fn intersections_unions_and_differences() {
    let mut b = Bench::new();
    b.check(sadd, "SADD a 1 2 3 4", ":4", 4);
    b.check(sadd, "SADD b 3 4 5", ":3", 3);
    b.check(sadd, "SADD c x 4", ":2", 2);
    b.check(sinter, "SINTER a b", "*2|$1|3|$1|4", 0);
    b.check(sinter, "SINTER a b c", "*1|$1|4", 0);
    b.check(sinter, "SINTER a nothing", "*0", 0);
    b.check(sunion, "SUNION b nothing a", "*5|$1|1|$1|2|$1|3|$1|4|$1|5", 0);
    b.check(sunion, "SUNION nothing", "*0", 0);
    b.check(sdiff, "SDIFF a b c", "*2|$1|1|$1|2", 0);
    b.check(sdiff, "SDIFF a nothing a", "*0", 0);
    b.check(sdiff, "SDIFF nothing a", "*0", 0);
    b.check(set, "SET s 1", "+OK", 1);
    b.check(sinter, "SINTER nothing s", "*0", 0);
    b.check(sinter, "SINTER s nothing", WRONGTYPE, 0);
    b.check(sunion, "SUNION nothing s", WRONGTYPE, 0);
    b.check(sdiff, "SDIFF nothing s", WRONGTYPE, 0);
}

#[test]
fn storing_replaces_the_destination() {
    let mut b = Bench::new();
    b.check(sadd, "SADD a 1 2 3", ":3", 3);
    b.check(sadd, "SADD b 3 4", ":2", 2);
    b.check(set, "SET d 1 EX 100", "+OK", 1);
    b.check(sinterstore, "SINTERSTORE d a b", ":1", 1);
    b.check(pttl, "PTTL d", ":-1", 0);
    b.check(sdiffstore, "SDIFFSTORE a a b", ":2", 1);
    b.check(sinter, "SMEMBERS a", "*2|$1|1|$1|2", 0);
    // No member to store is a change all the same, unless a source of an intersection is missing.
    b.check(sinterstore, "SINTERSTORE none a b", ":0", 1);
    b.check(sdiffstore, "SDIFFSTORE none a a", ":0", 1);
    b.check(sunionstore, "SUNIONSTORE none nothing", ":0", 1);
    b.check(sinterstore, "SINTERSTORE none a nothing", ":0", 0);
    b.check(sinterstore, "SINTERSTORE d a nothing", ":0", 1);
    b.check(scard, "SCARD d", ":0", 0);
    b.check(set, "SET s 1", "+OK", 1);
    b.check(sinterstore, "SINTERSTORE a s", WRONGTYPE, 0);
    b.check(sunionstore, "SUNIONSTORE a s", WRONGTYPE, 0);
    b.check(sdiffstore, "SDIFFSTORE a s", WRONGTYPE, 0);
    b.check(scard, "SCARD a", ":2", 0);
}

#[test]
fn spop_is_propagated_as_srem() {
    let mut b = Bench::new();
    b.check(spop, "SPOP s", "$-1", 0);
    b.check(spop, "SPOP s 3", "*0", 0);
    b.check(spop, "SPOP s 0 0", "-ERR syntax error", 0);
    b.check(spop, "SPOP s -1", "-ERR index out of range", 0);
    b.check(spop, "SPOP s x", NOT_AN_INTEGER, 0);
    b.check(sadd, "SADD s a", ":1", 1);
    b.check(spop, "SPOP s 0", "*0", 0);
    let done = b.run(spop, "SPOP s");
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten.as_deref()), ("$1|a|", 1, Some("SREM s a")));
    assert_eq!(b.keyspace.total_keys(), 0);

    b.check(sadd, "SADD s a b c", ":3", 3);
    let done = b.run(spop, "SPOP s 3");
    assert_eq!(done.reply, "*3|$1|a|$1|b|$1|c|");
    assert_eq!((done.dirty, done.rewritten.as_deref()), (4, Some("DEL s")));
    assert!(done.also.is_empty());
    assert_eq!(b.keyspace.total_keys(), 0);

    b.check(sadd, "SADD s a", ":1", 1);
    let done = b.run(spop, "SPOP s 9223372036854775807");
    assert_eq!((done.reply.as_str(), done.rewritten.as_deref()), ("*1|$1|a|", Some("DEL s")));
    b.check(set, "SET x 1", "+OK", 1);
    b.check(spop, "SPOP x", WRONGTYPE, 0);
    b.check(spop, "SPOP x 1", WRONGTYPE, 0);
}

#[test]
fn spop_with_count_removes_distinct_members() {
    for (count, rest) in [(2, 18), (15, 5), (18, 2), (19, 1)] {
        let mut b = Bench::new();
        let members: Vec<_> = (0..20).map(|n| format!("m{n}")).collect();
        b.run(sadd, &format!("SADD s {}", members.join(" ")));
        b.check(pexpire, "PEXPIRE s 1000", ":1", 1);
        let done = b.run(spop, &format!("SPOP s {count}"));
        assert_eq!((done.dirty, done.rewritten), (count + 1, None));
        let taken: BTreeSet<_> = done.reply.split('|').filter(|word| word.starts_with('m')).collect();
        assert_eq!(taken.len(), count as usize);
        assert_eq!(done.also.len(), count as usize);
        for srem in &done.also {
            assert!(taken.contains(srem.strip_prefix("SREM s ").unwrap()), "{srem}");
        }
        let Value::Set(left) = b.keyspace.get(0, b"s").unwrap().value() else { panic!("still a set") };
        assert_eq!(left.len(), rest);
        assert!(left.iter().all(|member| !taken.contains(std::str::from_utf8(member).unwrap())));
        b.check(pttl, "PTTL s", ":1000", 0);
    }
}

#[test]
fn a_set_rebuilt_by_spop_may_be_an_intset() {
    // Whatever is drawn: integers alone, after the one other member was removed.
    let mut b = Bench::new();
    b.run(sadd, "SADD s 1 2 3 4 5 6 x");
    b.run(srem, "SREM s x");
    assert_eq!(encoding(&b, "s"), "hashtable");
    b.run(spop, "SPOP s 2");
    assert_eq!(encoding(&b, "s"), "hashtable");
    b.run(sadd, "SADD s 1 2 3 4 5 6");
    b.run(spop, "SPOP s 5");
    assert_eq!(encoding(&b, "s"), "intset");
}

#[test]
fn srandmember_changes_nothing() {
    let mut b = Bench::new();
    b.check(srandmember, "SRANDMEMBER s", "$-1", 0);
    b.check(srandmember, "SRANDMEMBER s 3", "*0", 0);
    b.check(srandmember, "SRANDMEMBER s x", NOT_AN_INTEGER, 0);
    b.check(srandmember, "SRANDMEMBER s 1 2", "-ERR syntax error", 0);
    b.run(sadd, "SADD s m0 m1 m2 m3 m4 m5 m6 m7 m8 m9");
    b.check(srandmember, "SRANDMEMBER s 0", "*0", 0);
    b.check(srandmember, "SRANDMEMBER s -9223372036854775808", "-ERR value is out of range", 0);
    let all = b.run(sinter, "SMEMBERS s").reply;
    b.check(srandmember, "SRANDMEMBER s 10", all.trim_end_matches('|'), 0);
    let mut seen = BTreeSet::new();
    for count in [1, 2, 3, 4, 7, 9, -1, -5, -40] {
        let done = b.run(srandmember, &format!("SRANDMEMBER s {count}"));
        let drawn: Vec<_> = done.reply.split('|').filter(|word| word.starts_with('m')).map(str::to_owned).collect();
        assert_eq!((done.dirty, drawn.len()), (0, i32::unsigned_abs(count) as usize));
        let different: BTreeSet<_> = drawn.iter().cloned().collect();
        assert!(count < 0 || different.len() == drawn.len(), "{count}: {drawn:?}");
        seen.extend(different);
    }
    assert_eq!(seen.len(), 10, "every member is drawn at some time");
    b.check(scard, "SCARD s", ":10", 0);
}

#[test]
fn all_commands_refuse_another_type() {
    let mut b = Bench::new();
    b.check(set, "SET s 1", "+OK", 1);
    for (handler, line) in [
        (sadd as Handler, "SADD s a"),
        (srem, "SREM s a"),
        (sismember, "SISMEMBER s a"),
        (scard, "SCARD s"),
        (srandmember, "SRANDMEMBER s"),
        (srandmember, "SRANDMEMBER s 2"),
    ] {
        b.check(handler, line, WRONGTYPE, 0);
    }
}

type Sets = BTreeMap<String, BTreeSet<String>>;

/// What a set command leaves and replies, members sorted.
fn model(sets: &mut Sets, words: &[&str]) -> Vec<String> {
    let of = |sets: &Sets, key: &str| sets.get(key).cloned().unwrap_or_default();
    let (name, key) = (words[0], words[1]);
    let number = |n: usize| vec![format!(":{n}")];
    let combined = |from: usize| {
        let mut all = words[from..].iter().map(|key| of(sets, key));
        let first = all.next().unwrap();
        match &name[..5] {
            "SINTE" => all.fold(first, |one, other| &one & &other),
            "SUNIO" => all.fold(first, |one, other| &one | &other),
            _ => all.fold(first, |one, other| &one - &other),
        }
    };
    match name {
        "SADD" => {
            let set = sets.entry(key.into()).or_default();
            number(words[2..].iter().filter(|word| set.insert((**word).into())).count())
        }
        "SREM" => {
            let mut set = sets.remove(key).unwrap_or_default();
            let removed = words[2..].iter().filter(|word| set.remove(**word)).count();
            sets.insert(key.into(), set);
            number(removed)
        }
        "SMOVE" => {
            let there = sets.get_mut(key).is_some_and(|set| set.remove(words[3]));
            if there {
                sets.entry(words[2].into()).or_default().insert(words[3].into());
            }
            number(there.into())
        }
        "SISMEMBER" => number(of(sets, key).contains(words[2]).into()),
        "SCARD" => number(of(sets, key).len()),
        "SINTER" | "SUNION" | "SDIFF" => combined(1).into_iter().collect(),
        _ => {
            let result = combined(2);
            let len = result.len();
            sets.insert(key.into(), result);
            number(len)
        }
    }
}

#[test]
fn random_commands_match_ordered_sets() {
    for seed in 0..20 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut below = |n: u32| rng.next_u32() % n;
        let (mut b, mut sets) = (Bench::new(), Sets::new());
        b.config.encodings.set_max_intset_entries = 12;
        for step in 0..1500 {
            let keys: Vec<_> = (0..3).map(|_| format!("k{}", below(3))).collect();
            let mut member = || if below(8) == 0 { format!("m{}", below(4)) } else { below(20).to_string() };
            let members = [member(), member(), member()];
            let (key, other, third) = (&keys[0], &keys[1], &keys[2]);
            let (handler, line): (Handler, String) = match below(12) {
                0..=3 => (sadd, format!("SADD {key} {}", members.join(" "))),
                4 => (srem, format!("SREM {key} {}", members.join(" "))),
                5 => (smove, format!("SMOVE {key} {other} {}", members[0])),
                6 => (sinter, format!("SINTER {key} {other}")),
                7 => (sunion, format!("SUNION {key} {other} {third}")),
                8 => (sdiff, format!("SDIFF {key} {other}")),
                9 => (sdiffstore, format!("SDIFFSTORE {key} {other} {third}")),
                10 if below(2) == 0 => (sinterstore, format!("SINTERSTORE {key} {other} {third}")),
                10 => (sunionstore, format!("SUNIONSTORE {key} {other} {third}")),
                11 if below(2) == 0 => (sismember, format!("SISMEMBER {key} {}", members[0])),
                _ => (scard, format!("SCARD {key}")),
            };
            let mut expect = model(&mut sets, &line.split(' ').collect::<Vec<_>>());
            expect.sort();
            let reply = b.run(handler, &line).reply;
            let words = reply.split('|').filter(|word| !word.is_empty() && !word.starts_with(['*', '$']));
            let mut got: Vec<_> = words.map(str::to_owned).collect();
            got.sort();
            assert_eq!(got, expect, "seed {seed}, step {step}: {line}");
        }
        sets.retain(|_, set| !set.is_empty());
        let line = |(key, set): (&_, &BTreeSet<String>)| {
            let members: Vec<_> = set.iter().map(String::as_str).collect();
            format!("SADD {key} {}", members.join(" "))
        };
        b.check_rebuilt(sadd, sets.iter().map(line), seed);
    }
}

#[test]
fn a_change_copies_no_set() {
    let mut b = Bench::new();
    b.run(sadd, "SADD s a b c d e f g h");
    let first = |b: &Bench| match b.keyspace.get(0, b"s").unwrap().value() {
        Value::Set(set) => set.at(0).unwrap().as_ptr(),
        other => panic!("{other:?}"),
    };
    let before = first(&b);
    for (handler, line) in
        [(sadd as Handler, "SADD s x"), (srem, "SREM s x"), (smove, "SMOVE s t b"), (srandmember, "SRANDMEMBER s 3")]
    {
        b.run(handler, line);
        assert_eq!(first(&b), before, "{line}");
    }
}
