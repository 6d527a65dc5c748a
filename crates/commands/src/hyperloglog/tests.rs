//! Numbers and bytes that are expected here were shown by a real server for the same commands.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::call::testing::Bench;
use crate::keys::{pexpire, pttl};
use crate::lists::rpush;
use crate::strings::{set, strlen};

/// The string at `key`.
fn bytes<'a>(b: &'a Bench, key: &str) -> &'a [u8] {
    b.keyspace.get(0, key.as_bytes()).and_then(|entry| entry.value().as_string()).unwrap()
}

/// A checksum, simple enough for any language.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| (sum * 31 + u64::from(*byte)) % 1_000_000_007)
}

/// Adds `m0`, `m1` and so on, fifty a command.
fn add_many(b: &mut Bench, key: &str, count: usize) {
    for start in (0..count).step_by(50) {
        let members: Vec<_> = (start..start + 50).map(|n| format!("m{n}")).collect();
        b.run(pfadd, &format!("PFADD {key} {}", members.join(" ")));
    }
}

#[test]
fn the_estimate_is_cached_and_computing_it_is_a_change() {
    let mut b = Bench::new();
    b.check(pfcount, "PFCOUNT h", ":0", 0);
    b.check(pfadd, "PFADD h a b c", ":1", 1);
    let runs = [0x60, 0xf3, 0x80, 0x50, 0xb1, 0x84, 0x4b, 0xfb, 0x80, 0x42, 0x5a];
    assert_eq!(bytes(&b, "h"), [&b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80"[..], &runs].concat());
    b.check(pfcount, "PFCOUNT h", ":3", 1);
    assert_eq!(bytes(&b, "h"), [&b"HYLL\x01\0\0\0\x03\0\0\0\0\0\0\0"[..], &runs].concat());
    let version = b.keyspace.key_version(0, b"h");
    b.check(pfcount, "PFCOUNT h", ":3", 0);
    b.check(pfadd, "PFADD h c a", ":0", 0);
    b.check(pfadd, "PFADD h", ":0", 0);
    assert_eq!(b.keyspace.key_version(0, b"h"), version);
    b.check(pfadd, "PFADD e", ":1", 1);
    b.check(pfcount, "PFCOUNT e", ":0", 1);
    b.check(pfcount, "PFCOUNT e h nothing", ":3", 0);
}

#[test]
fn estimates_and_bytes_equal_those_of_redis() {
    let mut b = Bench::new();
    b.check(pfadd, "PFADD h a b c", ":1", 1);
    add_many(&mut b, "big", 20_000);
    add_many(&mut b, "mid", 1_000);
    b.check(pfcount, "PFCOUNT big", ":20160", 1);
    b.check(pfcount, "PFCOUNT mid", ":1002", 1);
    b.check(strlen, "STRLEN big", ":12304", 0);
    b.check(strlen, "STRLEN mid", ":1901", 0);
    assert_eq!((checksum(bytes(&b, "big")), checksum(bytes(&b, "mid"))), (583_519_195, 728_396_939));
    b.check(pfcount, "PFCOUNT mid big h", ":20168", 0);
    b.check(pfmerge, "PFMERGE u mid h", "+OK", 1);
    b.check(pfcount, "PFCOUNT u", ":1005", 1);
    b.check(strlen, "STRLEN u", ":1905", 0);
    assert_eq!(checksum(bytes(&b, "u")), 354_821_079);
    b.check(pfmerge, "PFMERGE w u big", "+OK", 1);
    b.check(pfcount, "PFCOUNT w", ":20168", 1);
    b.check(strlen, "STRLEN w", ":12304", 0);
}

#[test]
fn sparse_and_dense_give_the_same_estimate() {
    let mut sparse = Bench::new();
    sparse.config.hll_sparse_max_bytes = 1 << 20;
    let mut dense = Bench::new();
    dense.config.hll_sparse_max_bytes = 0;
    for count in [0, 50, 1_000, 5_000, 30_000] {
        add_many(&mut sparse, "h", count);
        add_many(&mut dense, "h", count);
        assert_eq!(sparse.run(pfcount, "PFCOUNT h").reply, dense.run(pfcount, "PFCOUNT h").reply);
    }
    assert_eq!((bytes(&sparse, "h")[4], bytes(&dense, "h")[4]), (1, 0));
}

#[test]
fn a_time_to_live_stays() {
    let mut b = Bench::new();
    b.run(pfadd, "PFADD h a");
    b.check(pexpire, "PEXPIRE h 5000", ":1", 1);
    b.check(pfadd, "PFADD h b", ":1", 1);
    b.check(pfcount, "PFCOUNT h", ":2", 1);
    b.check(pfmerge, "PFMERGE h", "+OK", 1);
    b.check(pttl, "PTTL h", ":5000", 0);
}

#[test]
fn other_strings_and_types_are_refused() {
    let mut b = Bench::new();
    b.check(rpush, "RPUSH l a", ":1", 1);
    b.check(set, "SET magic \"HELL\\x01xxxxxxxxxxxxxxxxx\"", "+OK", 1);
    b.check(set, "SET encoding \"HYLL\\x02xxxxxxxxxxxxxxxxx\"", "+OK", 1);
    b.check(set, "SET dense \"HYLL\\x00xxxxxxxxxxxxxxxxx\"", "+OK", 1);
    let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    let invalid = "-WRONGTYPE Key is not a valid HyperLogLog string value.";
    for (key, error) in [("l", wrong_type), ("magic", invalid), ("encoding", invalid), ("dense", invalid)] {
        b.check(pfadd, &format!("PFADD {key} a"), error, 0);
        b.check(pfcount, &format!("PFCOUNT {key}"), error, 0);
        b.check(pfcount, &format!("PFCOUNT nothing {key}"), error, 0);
        b.check(pfmerge, &format!("PFMERGE {key}"), error, 0);
        b.check(pfmerge, &format!("PFMERGE d {key}"), error, 0);
    }
    // Runs for too few registers.
    b.check(set, "SET short \"HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x10\"", "+OK", 1);
    let corrupted = "-INVALIDOBJ Corrupted HLL object detected";
    b.check(pfadd, "PFADD short a", corrupted, 0);
    b.check(pfcount, "PFCOUNT short", corrupted, 0);
    b.check(pfcount, "PFCOUNT short nothing", corrupted, 0);
    b.check(pfmerge, "PFMERGE short", corrupted, 0);
}

#[test]
fn no_bytes_panic() {
    for seed in 0..300 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut below = |n: u32| rng.next_u32() % n;
        let mut b = Bench::new();
        b.config.hll_sparse_max_bytes = below(200) as usize;
        add_many(&mut b, "h", 50 * below(4) as usize + 50);
        let mut broken = bytes(&b, "h").to_vec();
        for _ in 0..=below(5) {
            let at = 4 + below(broken.len() as u32 - 4) as usize;
            broken[at] = below(256) as u8;
        }
        if below(2) == 0 {
            broken.truncate(16 + below(broken.len() as u32 - 15) as usize);
        }
        b.keyspace.set(0, b"h", broken);
        add_many(&mut b, "other", 100);
        for _ in 0..20 {
            b.run(pfadd, &format!("PFADD h {}", below(1_000)));
        }
        for (handler, line) in [
            (pfcount as fn(&mut Call<'_>), "PFCOUNT h"),
            (pfcount, "PFCOUNT h other"),
            (pfmerge, "PFMERGE other h"),
            (pfmerge, "PFMERGE h other"),
        ] {
            assert!(!b.run(handler, line).reply.is_empty(), "seed {seed}: {line}");
        }
    }
}

#[test]
fn subcommands_of_pfdebug() {
    let mut b = Bench::new();
    let unknown = "-ERR The specified key does not exist";
    b.check(pfdebug, "PFDEBUG DECODE h", unknown, 0);
    b.run(pfadd, "PFADD h a b c");
    b.check(pfdebug, "PFDEBUG encoding h", "+sparse", 0);
    b.check(pfdebug, "PFDEBUG DECODE h", "$44|Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603", 0);
    b.check(pfdebug, "PFDEBUG DECODE h x", "-ERR Wrong number of arguments for the 'DECODE' subcommand", 0);
    b.check(pfdebug, "PFDEBUG what h", "-ERR Unknown PFDEBUG subcommand 'what'", 0);
    b.check(pfdebug, "PFDEBUG TODENSE h", ":1", 1);
    b.check(pfdebug, "PFDEBUG TODENSE h", ":0", 0);
    b.check(pfdebug, "PFDEBUG ENCODING h", "+dense", 0);
    b.check(pfdebug, "PFDEBUG DECODE h", "-ERR HLL encoding is not sparse", 0);
    b.run(pfadd, "PFADD other a b c");
    let registers = b.run(pfdebug, "PFDEBUG GETREG other");
    assert_eq!((registers.dirty, registers.reply.split('|').count()), (1, REGISTERS_AND_ENDS));
    b.check(pfcount, "PFCOUNT other", ":3", 1);
    b.run(set, "SET s x");
    b.check(pfdebug, "PFDEBUG ENCODING s", "-WRONGTYPE Key is not a valid HyperLogLog string value.", 0);
}

/// The lines of an array of all registers, and what follows the last line break.
const REGISTERS_AND_ENDS: usize = 16_384 + 2;

#[test]
fn the_self_test_passes() {
    Bench::new().check(pfselftest, "PFSELFTEST", "+OK", 0);
}
