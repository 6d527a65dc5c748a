use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;
use crate::call::testing::Bench;
use crate::lists::rpush;
use crate::strings::{get, set, strlen};

const WRONGTYPE: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range";

type Handler = fn(&mut Call<'_>);

#[test]
fn single_bits() {
    let mut b = Bench::new();
    b.check(setbit, "SETBIT s 9 1", ":0", 1);
    b.check(get, "GET s", "$2|\0@", 0);
    b.check(setbit, "SETBIT s 9 1", ":1", 1);
    b.check(setbit, "SETBIT s 9 0", ":1", 1);
    b.check(setbit, "SETBIT s 0 0", ":0", 1);
    b.check(strlen, "STRLEN s", ":2", 0);
    b.check(set, "SET s a", "+OK", 1);
    for (offset, bit) in [(0, 0), (1, 1), (2, 1), (3, 0), (7, 1), (8, 0), (u32::MAX, 0)] {
        b.check(getbit, &format!("GETBIT s {offset}"), &format!(":{bit}"), 0);
    }
    b.check(getbit, "GETBIT nothing 0", ":0", 0);
    for bad in ["4294967296", "-1", "x", "#1", "9223372036854775807"] {
        b.check(getbit, &format!("GETBIT s {bad}"), "-ERR bit offset is not an integer or out of range", 0);
        b.check(setbit, &format!("SETBIT s {bad} 1"), "-ERR bit offset is not an integer or out of range", 0);
    }
    for bad in ["2", "-1", "x"] {
        b.check(setbit, &format!("SETBIT s 1 {bad}"), "-ERR bit is not an integer or out of range", 0);
    }
}

#[test]
fn counting_in_ranges() {
    let mut b = Bench::new();
    b.check(set, "SET s foobar", "+OK", 1);
    b.check(bitcount, "BITCOUNT s", ":26", 0);
    b.check(bitcount, "BITCOUNT s 0 0", ":4", 0);
    b.check(bitcount, "BITCOUNT s 1 1", ":6", 0);
    b.check(bitcount, "BITCOUNT s -2 -1", ":7", 0);
    b.check(bitcount, "BITCOUNT s -100 100", ":26", 0);
    b.check(bitcount, "BITCOUNT s 6 7", ":0", 0);
    b.check(bitcount, "BITCOUNT s 3 2", ":0", 0);
    b.check(bitcount, "BITCOUNT s -7 -9", ":0", 0);
    b.check(bitcount, "BITCOUNT s -9 -8", ":4", 0);
    b.check(bitcount, "BITCOUNT nothing x y", ":0", 0);
    b.check(bitcount, "BITCOUNT s 1", "-ERR syntax error", 0);
    b.check(bitcount, "BITCOUNT s 1 x", NOT_AN_INTEGER, 0);
    b.check(set, "SET empty \"\"", "+OK", 1);
    b.check(bitcount, "BITCOUNT empty", ":0", 0);
    b.check(bitcount, "BITCOUNT empty 0 -1", ":0", 0);
}

#[test]
fn the_first_bit() {
    let mut b = Bench::new();
    b.check(set, "SET s \"\\xff\\xf0\\x00\"", "+OK", 1);
    b.check(bitpos, "BITPOS s 0", ":12", 0);
    b.check(bitpos, "BITPOS s 1", ":0", 0);
    b.check(bitpos, "BITPOS s 1 1", ":8", 0);
    b.check(bitpos, "BITPOS s 1 2", ":-1", 0);
    b.check(bitpos, "BITPOS s 0 0 0", ":-1", 0);
    b.check(bitpos, "BITPOS s 0 -1 -1", ":16", 0);
    b.check(bitpos, "BITPOS s 0 5", ":-1", 0);
    b.check(set, "SET ones \"\\xff\\xff\"", "+OK", 1);
    // Without an end zeros follow; with one they do not.
    b.check(bitpos, "BITPOS ones 0", ":16", 0);
    b.check(bitpos, "BITPOS ones 0 1", ":16", 0);
    b.check(bitpos, "BITPOS ones 0 0 -1", ":-1", 0);
    b.check(bitpos, "BITPOS nothing 0", ":0", 0);
    b.check(bitpos, "BITPOS nothing 1 x", ":-1", 0);
    b.check(bitpos, "BITPOS s 2", "-ERR The bit argument must be 1 or 0.", 0);
    b.check(bitpos, "BITPOS s x", NOT_AN_INTEGER, 0);
    b.check(bitpos, "BITPOS s 1 x", NOT_AN_INTEGER, 0);
    b.check(bitpos, "BITPOS s 1 1 1 1", "-ERR syntax error", 0);
}

#[test]
fn combining_strings() {
    let mut b = Bench::new();
    b.check(set, "SET a \"abc\"", "+OK", 1);
    b.check(set, "SET b \"a  d\"", "+OK", 1);
    b.check(bitop, "BITOP AND d a b", ":4", 1);
    b.check(get, "GET d", "$4|a  \0", 0);
    b.check(bitop, "BITOP or d a b nothing", ":4", 1);
    b.check(get, "GET d", "$4|abcd", 0);
    b.check(bitop, "BITOP XOR d b a a", ":4", 1);
    b.check(get, "GET d", "$4|a  d", 0);
    b.check(bitop, "BITOP AND d nothing a", ":3", 1);
    b.check(get, "GET d", "$3|\0\0\0", 0);
    b.check(set, "SET n \"\\xa1\\xff\"", "+OK", 1);
    b.check(bitop, "BITOP NOT d n", ":2", 1);
    b.check(get, "GET d", "$2|^\0", 0);
    b.check(bitop, "BITOP NOT d nothing", ":0", 1);
    b.check(get, "GET d", "$-1", 0);
    b.check(bitop, "BITOP XOR d nothing", ":0", 1);
    b.check(bitop, "BITOP NOT d a b", "-ERR BITOP NOT must be called with a single source key.", 0);
    b.check(bitop, "BITOP NAND d a b", "-ERR syntax error", 0);
}

#[test]
fn fields_of_any_width() {
    let mut b = Bench::new();
    b.check(bitfield, "BITFIELD f", "*0", 0);
    b.check(bitfield, "BITFIELD f GET i8 0 get u63 100", "*2|:0|:0", 0);
    assert_eq!(b.keyspace.total_keys(), 0);
    b.check(bitfield, "BITFIELD f INCRBY i5 100 1 GET u4 0", "*2|:1|:0", 1);
    b.check(strlen, "STRLEN f", ":14", 0);
    b.check(bitfield, "BITFIELD g SET u8 #1 255 GET i8 #1 GET u4 6 SET i8 8 -1", "*4|:0|:-1|:3|:-1", 2);
    b.check(bitfield, "BITFIELD g GET u8 12", "*1|:240", 0);
    for (line, reply) in [
        ("OVERFLOW WRAP INCRBY u2 0 2 INCRBY u2 0 -2 INCRBY i8 8 1", "*3|:1|:3|:-128"),
        ("OVERFLOW SAT INCRBY u2 0 2 INCRBY u2 0 -9 INCRBY i8 8 1", "*3|:3|:0|:127"),
        ("OVERFLOW FAIL INCRBY u2 0 2 INCRBY u2 0 -9 INCRBY i8 8 1", "*3|$-1|$-1|$-1"),
    ] {
        b.check(set, "SET o \"\\xc0\\x7f\"", "+OK", 1);
        b.check(bitfield, &format!("BITFIELD o {line}"), reply, 3);
    }
    // To a field without a sign a negative number is too large.
    b.check(bitfield, "BITFIELD s OVERFLOW SAT SET u8 0 -1 GET u8 0", "*2|:0|:255", 1);
    b.check(bitfield, "BITFIELD s OVERFLOW FAIL SET u8 0 -1 OVERFLOW WRAP SET u8 0 258 GET u8 0", "*3|$-1|:255|:2", 2);
    let (max, min) = (i64::MAX, i64::MIN);
    b.check(bitfield, &format!("BITFIELD w SET i64 3 {max} INCRBY i64 3 1"), &format!("*2|:0|:{min}"), 2);
    b.check(bitfield, "BITFIELD w OVERFLOW SAT INCRBY i64 3 -1", &format!("*1|:{min}"), 1);
    b.check(bitfield, &format!("BITFIELD w SET i64 3 -5 INCRBY i64 3 {min}"), &format!("*2|:{min}|:{}", max - 4), 2);
}

#[test]
fn an_invalid_argument_changes_no_field() {
    let mut b = Bench::new();
    let bad_type = "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";
    for width in ["u64", "i65", "i0", "x8", "8", "\"\"", "i"] {
        b.check(bitfield, &format!("BITFIELD f SET u8 0 1 GET {width} 0"), bad_type, 0);
    }
    let bad_offset = "-ERR bit offset is not an integer or out of range";
    for offset in ["-1", "4294967296", "#", "#-1", "#536870912", "#9223372036854775807"] {
        b.check(bitfield, &format!("BITFIELD f SET u8 0 1 GET u8 {offset}"), bad_offset, 0);
    }
    b.check(bitfield, "BITFIELD f SET u8 0 x", NOT_AN_INTEGER, 0);
    b.check(bitfield, "BITFIELD f SET u8 0", "-ERR syntax error", 0);
    b.check(bitfield, "BITFIELD f OVERFLOW", "-ERR syntax error", 0);
    b.check(bitfield, "BITFIELD f OVERFLOW never", "-ERR Invalid OVERFLOW type specified", 0);
    assert_eq!(b.keyspace.total_keys(), 0);
    b.check(rpush, "RPUSH l a", ":1", 1);
    for (handler, line) in [
        (setbit as Handler, "SETBIT l 0 1"),
        (getbit, "GETBIT l 0"),
        (bitcount, "BITCOUNT l"),
        (bitpos, "BITPOS l 1"),
        (bitop, "BITOP NOT d l"),
        (bitfield, "BITFIELD l GET u8 0"),
        (bitfield, "BITFIELD l SET u8 0 1"),
    ] {
        b.check(handler, line, WRONGTYPE, 0);
    }
}

#[test]
fn random_commands_match_an_array_of_bits() {
    const BITS: usize = 160;
    for seed in 0..20 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut below = |n: usize| rng.next_u32() as usize % n;
        let (mut b, mut bits) = (Bench::new(), [false; BITS]);
        b.run(setbit, &format!("SETBIT s {} 0", BITS - 1));
        for step in 0..800 {
            let at = below(BITS);
            let width = 1 + below(64.min(BITS - at));
            let value = |bits: &[bool]| bits.iter().fold(0_i128, |sum, bit| sum << 1 | i128::from(*bit));
            let signed = |value: i128| if value >> (width - 1) & 1 == 1 { value - (1 << width) } else { value };
            let old = signed(value(&bits[at..at + width]));
            let (handler, line, expect): (Handler, String, i128) = match below(6) {
                0 => {
                    let (was, on) = (bits[at], below(2));
                    bits[at] = on == 1;
                    (setbit, format!("SETBIT s {at} {on}"), was.into())
                }
                1 => (getbit, format!("GETBIT s {at}"), bits[at].into()),
                2 => (bitcount, "BITCOUNT s".into(), bits.iter().filter(|bit| **bit).count() as i128),
                3 => {
                    let wanted = below(2) == 1;
                    let start = at / 8 * 8;
                    let found = bits[start..].iter().position(|bit| *bit == wanted).map(|found| start + found);
                    let behind = if wanted { -1 } else { BITS as i128 };
                    let expect = found.map_or(behind, |found| found as i128);
                    (bitpos, format!("BITPOS s {} {}", u8::from(wanted), at / 8), expect)
                }
                4 => (bitfield, format!("BITFIELD s GET i{width} {at}"), old),
                _ => {
                    let by = below(1 << 30) as i128 - (1 << 29);
                    let new = signed((old + by) & ((1 << width) - 1));
                    for (place, bit) in bits[at..at + width].iter_mut().enumerate() {
                        *bit = new >> (width - 1 - place) & 1 == 1;
                    }
                    (bitfield, format!("BITFIELD s INCRBY i{width} {at} {by}"), new)
                }
            };
            let reply = b.run(handler, &line).reply;
            assert_eq!(reply.trim_start_matches("*1|"), format!(":{expect}|"), "seed {seed}, step {step}: {line}");
        }
    }
}
