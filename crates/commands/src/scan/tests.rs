use std::collections::BTreeSet;

use psyncscope_keyspace::Collection;
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::call::testing::Bench;
use crate::{keys, strings, zsets};

/// The cursor and the elements of a reply.
fn parts(reply: &str) -> (String, Vec<String>) {
    let mut words = reply.split('|').filter(|word| !word.starts_with(['*', '$']) && !word.is_empty());
    let cursor = words.next().expect("a cursor comes first").to_owned();
    (cursor, words.map(str::to_owned).collect())
}

/// Iterates once, with `between` after each step; what was returned.
fn iterate(
    bench: &mut Bench,
    handler: fn(&mut Call<'_>),
    prefix: &str,
    suffix: &str,
    mut between: impl FnMut(&mut Bench),
) -> Vec<String> {
    let (mut cursor, mut seen) = ("0".to_owned(), Vec::new());
    for _ in 0..10_000 {
        let (next, found) = parts(&bench.run(handler, &format!("{prefix} {cursor} {suffix}")).reply);
        seen.extend(found);
        if next == "0" {
            return seen;
        }
        cursor = next;
        between(bench);
    }
    panic!("the iteration does not end");
}

#[test]
fn each_element_once_without_changes() {
    let mut bench = Bench::new();
    for i in 0..1000 {
        bench.run(strings::set, &format!("set key:{i} x"));
    }
    for count in [1, 7, 10, 999, 1000, 5000] {
        let seen = iterate(&mut bench, scan, "scan", &format!("count {count}"), |_| ());
        assert_eq!(seen.len(), 1000);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), 1000);
    }
    let seen = iterate(&mut bench, scan, "scan", "match key:1??", |_| ());
    assert_eq!(seen.len(), 100);
}

#[test]
fn elements_present_throughout_are_returned() {
    for seed in 0..50 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut bench = Bench::new();
        // Keys that stay among keys that go, in an order that differs each time.
        for i in 0..300 {
            let kind = if rng.next_u64() % 3 == 0 { "stays" } else { "goes" };
            bench.run(strings::set, &format!("set {kind}:{i} x"));
        }
        let stay: BTreeSet<String> = bench
            .keyspace
            .iter(0)
            .map(|(key, _)| String::from_utf8_lossy(key).into_owned())
            .filter(|key| key.starts_with("stays"))
            .collect();
        let mut new = 0;
        let seen = iterate(&mut bench, scan, "scan", "count 5", |bench| {
            for _ in 0..rng.next_u64() % 20 {
                let len = bench.keyspace.db(0).len() as u64;
                let at = rng.next_u64() % len;
                let key =
                    bench.keyspace.db(0).at(at as usize).map(|(key, _)| String::from_utf8_lossy(key).into_owned());
                match (rng.next_u64() % 4, key) {
                    (0, _) if new < 500 => {
                        new += 1;
                        bench.run(strings::set, &format!("set goes:new:{new} x"));
                    }
                    (1, Some(key)) if key.starts_with("goes") => {
                        bench.run(keys::rename, &format!("rename {key} goes:renamed:{at}"));
                    }
                    (2, Some(key)) if key.starts_with("stays") => {
                        bench.run(strings::set, &format!("set {key} again"));
                    }
                    (3, Some(key)) if key.starts_with("goes") => {
                        bench.run(keys::del, &format!("del {key}"));
                    }
                    _ => {}
                }
            }
        });
        let seen: BTreeSet<String> = seen.into_iter().collect();
        assert!(stay.is_subset(&seen), "seed {seed}: {:?} were not returned", stay.difference(&seen));
    }
}

/// A collection of 1000 elements at `c`, of which those not divisible by 3 go while it is iterated over.
fn removals<T: Collection>(
    handler: fn(&mut Call<'_>),
    stride: usize,
    insert: fn(&mut T, &[u8]),
    remove: fn(&mut T, &[u8]),
) {
    for seed in 0..20 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut bench = Bench::new();
        let mut collection = T::default();
        for i in 0..1000 {
            insert(&mut collection, format!("e{i}").as_bytes());
        }
        bench.keyspace.set(0, b"c", collection);
        let seen = iterate(&mut bench, handler, "x c", "count 4", |bench| {
            for _ in 0..rng.next_u64() % 8 {
                let i = rng.next_u64() % 1000;
                bench.keyspace.modify(0, b"c", |value| {
                    let collection = T::of_mut(value).expect("it is of this type");
                    if i % 3 != 0 {
                        remove(collection, format!("e{i}").as_bytes());
                    }
                    insert(collection, format!("new{i}").as_bytes());
                });
            }
        });
        let seen: BTreeSet<String> = seen.into_iter().step_by(stride).collect();
        for i in (0..1000).step_by(3) {
            assert!(seen.contains(&format!("e{i}")), "seed {seed}: e{i} was not returned");
        }
    }
}

#[test]
fn elements_of_collections_are_returned_too() {
    removals::<Set>(
        sscan,
        1,
        |set, member| {
            set.insert(member);
        },
        |set, member| {
            set.remove(member);
        },
    );
    removals::<Hash>(
        hscan,
        2,
        |hash, field| {
            hash.insert(field, b"v".to_vec());
        },
        |hash, field| {
            hash.remove(field);
        },
    );
    removals::<Zset>(
        zscan,
        2,
        |zset, member| {
            zset.insert(member, 1.5);
        },
        |zset, member| {
            zset.remove(member);
        },
    );
}

#[test]
fn compact_encodings_are_returned_at_once() {
    let mut bench = Bench::new();
    for i in 0..100 {
        bench.run(zsets::zadd, &format!("zadd z {i}.5 m{i}"));
    }
    let (cursor, found) = parts(&bench.run(zscan, "zscan z 0 count 5").reply);
    assert_eq!((cursor.as_str(), found.len()), ("0", 200));
    bench.check(zscan, "zscan z 0 match m7", "*2|$1|0|*2|$2|m7|$3|7.5", 0);
    bench.check(zscan, "zscan z 99 match m7", "*2|$1|0|*2|$2|m7|$3|7.5", 0);
}

#[test]
fn arguments_and_errors() {
    let mut bench = Bench::new();
    bench.run(strings::set, "set s x");
    bench.check(scan, "scan 0", "*2|$1|0|*1|$1|s", 0);
    bench.check(scan, "scan \"\"", "*2|$1|0|*1|$1|s", 0);
    bench.check(scan, "scan 18446744073709551615", "*2|$1|0|*1|$1|s", 0);
    bench.check(scan, "scan -1", "*2|$1|0|*1|$1|s", 0);
    for bad in ["x", "1x", "18446744073709551616", "\" 1\"", "-", "+"] {
        bench.check(scan, &format!("scan {bad}"), "-ERR invalid cursor", 0);
    }
    bench.check(scan, "scan 0 count", "-ERR syntax error", 0);
    bench.check(scan, "scan 0 count 0", "-ERR syntax error", 0);
    bench.check(scan, "scan 0 count x", "-ERR value is not an integer or out of range", 0);
    bench.check(scan, "scan 0 foo bar", "-ERR syntax error", 0);
    bench.check(zscan, "zscan none 0 foo", "*2|$1|0|*0", 0);
    bench.check(zscan, "zscan none x", "-ERR invalid cursor", 0);
    bench.check(sscan, "sscan s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value", 0);
}

#[test]
fn expired_keys_are_not_returned() {
    let mut bench = Bench::new();
    bench.run(strings::set, "set a x px 10");
    bench.run(strings::set, "set b x");
    bench.now_ms += 11;
    let done = bench.run(scan, "scan 0");
    assert_eq!((done.reply.as_str(), done.expired), ("*2|$1|0|*1|$1|b|", vec!["a".to_owned()]));
}
