//! Each encoding of each type, by hand: what it gives, and how it is refused when it is damaged.

use psyncscope_keyspace::StreamId;

use super::*;

/// A value as text: a list's elements, a set's members in ascending order, the others' pairs.
pub(super) fn show(value: &Value) -> String {
    let words = |words: Vec<String>| words.join(" ");
    match value {
        Value::String(bytes) => escape(bytes),
        Value::List(list) => words(list.iter().map(escape).collect()),
        Value::Set(set) => {
            let mut members: Vec<_> = set.iter().map(escape).collect();
            members.sort();
            words(members)
        }
        Value::Zset(zset) => words(zset.iter().map(|(member, score)| format!("{}:{score}", escape(member))).collect()),
        Value::Hash(hash) => {
            let mut fields: Vec<_> = hash.iter().map(|(f, v)| format!("{}={}", escape(f), escape(v))).collect();
            fields.sort();
            words(fields)
        }
        Value::Stream(stream) => {
            let entries = stream.range(StreamId::MIN..=StreamId::MAX);
            words(entries.map(|(id, fields)| format!("{id}:{}", fields.len())).collect())
        }
    }
}

/// A key `k` of this type.
fn key(value_type: u8, value: &[u8]) -> Vec<u8> {
    [&[value_type, 1, b'k'][..], value].concat()
}

/// A string whose length is written in 32 bits, so that it begins at byte 12 and its bytes at byte 17.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&[0x80][..], &(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

#[track_caller]
fn check_value(version: u32, value_type: u8, value: &[u8], type_name: &str, expect: &str) {
    let loaded = load(&file(version, &key(value_type, value)), &options(12)).unwrap();
    let entry = loaded.keyspace.get(0, b"k").unwrap();
    assert_eq!((entry.value().type_name(), show(entry.value()).as_str()), (type_name, expect));
}

#[track_caller]
fn check_fault(version: u32, value_type: u8, value: &[u8], expect: &str) {
    check_error(&file(version, &key(value_type, value)), 12, expect);
}

fn ziplist(tail: u32, count: u16, entries: &[u8]) -> Vec<u8> {
    let size = 11 + entries.len() as u32;
    [&size.to_le_bytes()[..], &tail.to_le_bytes(), &count.to_le_bytes(), entries, &[255]].concat()
}

fn listpack(count: u16, entries: &[u8]) -> Vec<u8> {
    let size = 7 + entries.len() as u32;
    [&size.to_le_bytes()[..], &count.to_le_bytes(), entries, &[255]].concat()
}

fn intset(width: u32, count: u32, integers: &[u8]) -> Vec<u8> {
    [&width.to_le_bytes()[..], &count.to_le_bytes(), integers].concat()
}

const A_B: &[u8] = b"\x00\x01a\x03\x01b";

#[test]
fn plain_types() {
    check_value(9, 1, b"\x03\x01b\x01a\x01b", "list", "b a b");
    check_value(9, 2, b"\x03\x01b\xc0\x07\x01a", "set", "7 a b");
    check_value(9, 4, b"\x02\x01f\x01v\xc0\x01\x00", "hash", "1= f=v");
    let mut zset = b"\x02\x01b".to_vec();
    zset.extend_from_slice(&1.5f64.to_le_bytes());
    zset.extend_from_slice(b"\x01a");
    zset.extend_from_slice(&(-0.25f64).to_le_bytes());
    check_value(9, 5, &zset, "zset", "a:-0.25 b:1.5");
    check_value(
        1,
        3,
        b"\x05\x01a\x031.5\x01b\x02-7\x01c\xfe\x01d\xff\x01e\x061.5e+3",
        "zset",
        "d:-inf b:-7 a:1.5 e:1500 c:inf",
    );
}

#[test]
fn duplicates() {
    // As in 5.0.14: of a set's members the second is ignored, a hash's fields are refused.
    check_value(9, 2, b"\x02\x01a\x01a", "set", "a");
    check_fault(9, 4, b"\x02\x01f\x01v\x01f\x01w", "element f twice at byte 17");
    check_fault(9, 3, b"\x02\x01a\x011\x01a\x012", "element a twice at byte 17");
    let twice = ziplist(18, 4, b"\x00\x01a\x03\xf2\x02\x01a\x03\xf2");
    check_fault(9, 12, &string(&twice), "element a twice at byte 12");
    check_fault(9, 13, &string(&twice), "element a twice at byte 12");
    check_value(9, 10, &string(&twice), "list", "a 1 a 1");
    check_fault(11, 20, &string(&listpack(2, b"\x01\x01\x01\x01")), "element 1 twice at byte 12");
}

#[test]
fn invalid_scores() {
    check_fault(9, 3, b"\x01\x01a\xfd", "a score that is no number at byte 15");
    check_fault(9, 3, b"\x01\x01a\x00", "a score that is no number at byte 15");
    check_fault(9, 3, b"\x01\x01a\x03nan", "a score that is no number at byte 15");
    check_fault(9, 3, b"\x01\x01a\x021x", "a score that is no number at byte 15");
    check_fault(9, 5, b"\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x7f", "a score that is no number at byte 15");
    check_fault(9, 12, &string(&ziplist(13, 2, A_B)), "a score that is no number at byte 12");
}

#[test]
fn empty_collections_are_skipped() {
    let mut body = b"\xfd\x02\x00\x00\x00\x01\x01a\x00\x02\x01b\x00\x04\x01c\x00\x05\x01d\x00\x0e\x01e\x00".to_vec();
    body.extend_from_slice(&[&b"\x0a\x01f"[..], &string(&ziplist(10, 0, b"")), b"\x00\x01z\x01z"].concat());
    check(&body, &["z=z"]);
}

#[test]
fn ziplists() {
    let a_b = ziplist(13, 2, A_B);
    check_value(9, 10, &string(&a_b), "list", "a b");
    check_value(9, 13, &string(&a_b), "hash", "a=b");
    check_value(9, 14, &[&[2][..], &string(&a_b), &string(&a_b)].concat(), "list", "a b a b");
    // The size of the entry before may be written in five bytes, and the count may say nothing.
    check_value(9, 10, &string(&ziplist(13, 65535, b"\x00\x01a\xfe\x03\x00\x00\x00\x01b")), "list", "a b");
    check_value(9, 12, &string(&ziplist(21, 4, b"\x00\x01b\x03\x03-.5\x05\x01a\x03\xf1")), "zset", "b:-0.5 a:0");
    // LZF, of one run of literals.
    let compressed = [&b"\xc3\x13\x12\x11"[..], &ziplist(15, 2, b"\x00\x03aaa\x05\x00")].concat();
    check_value(9, 10, &compressed, "list", "aaa ");
    let every = [
        &b"\x00\xf1"[..],
        b"\x02\xfd",
        b"\x02\xfe\x80",
        b"\x03\xc0\x00\x80",
        b"\x04\xf0\x00\x00\x80",
        b"\x05\xd0\x00\x00\x00\x80",
        b"\x06\xe0\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x0a\x00",
        b"\x02\x40\x01x",
        b"\x04\x80\x00\x00\x00\x01y",
    ];
    let tail = 10 + every[..9].concat().len() as u32;
    let expect = "0 12 -128 -32768 -8388608 -2147483648 9223372036854775807  x y";
    check_value(9, 10, &string(&ziplist(tail, 10, &every.concat())), "list", expect);
    let long = vec![b'l'; 300];
    let long = [&b"\x00\x41\x2c"[..], &long, b"\xfe\x2f\x01\x00\x00\xf2"].concat();
    check_value(9, 10, &string(&ziplist(313, 2, &long)), "list", &format!("{} 1", "l".repeat(300)));
}

#[test]
fn damaged_ziplists() {
    let check = |bytes: &[u8], expect: &str| {
        check_fault(9, 10, &string(bytes), &format!("damaged ziplist (at its byte {expect}) at byte 12"));
    };
    check(b"", "0: it ends within an element");
    check(&ziplist(13, 2, A_B)[..9], "8: it ends within an element");
    check(&[&ziplist(13, 2, A_B)[..], b"x"].concat(), "0: its size is another");
    check(&ziplist(13, 2, b"\x00\x01a\x02\x01b"), "13: the entry before it has another size");
    check(&ziplist(13, 2, b"\x01\x01a\x03\x01b"), "10: the entry before it has another size");
    check(&ziplist(10, 2, A_B), "4: its last entry stands elsewhere");
    check(&ziplist(u32::MAX, 2, A_B), "4: its last entry stands elsewhere");
    check(&ziplist(13, 3, A_B), "8: its count is another");
    check(&ziplist(10, 1, b"\x00\x02a"), "14: it ends without an end mark");
    check(&ziplist(10, 1, b"\x00\x03a"), "12: it ends within an element");
    check(&ziplist(10, 1, b"\x00\x80\xff\xff\xff\xffa"), "16: it ends within an element");
    check(&ziplist(10, 1, b"\x00\xfe"), "13: it ends without an end mark");
    check(&ziplist(10, 1, b"\x00\xff"), "11: an encoding that does not exist");
    check(&ziplist(10, 1, b"\x00\x81a"), "11: an encoding that does not exist");
    check(&ziplist(10, 1, b"\x00\x01a\xff"), "13: an end mark before its end");
    let odd = string(&ziplist(10, 1, b"\x00\x01a"));
    check_fault(9, 13, &odd, "damaged ziplist (at its byte 14: an element without its partner) at byte 12");
    check_fault(9, 12, &odd, "damaged ziplist (at its byte 14: an element without its partner) at byte 12");
}

#[test]
fn listpacks() {
    let every = [
        &b"\x00\x01"[..],
        b"\x7f\x01",
        b"\xc0\x80\x02",
        b"\xdf\x80\x02",
        b"\xd0\x00\x02",
        b"\xcf\xff\x02",
        b"\xf1\x00\x80\x03",
        b"\xf2\xff\xff\x7f\x04",
        b"\xf3\x00\x00\x00\x80\x05",
        b"\xf4\xff\xff\xff\xff\xff\xff\xff\x7f\x09",
        b"\x80\x01",
        b"\x82xy\x03",
        b"\xe0\x01z\x03",
        b"\xf0\x01\x00\x00\x00w\x06",
    ];
    let expect = "0 127 128 -128 -4096 4095 -32768 8388607 -2147483648 9223372036854775807  xy z w";
    let every = listpack(14, &every.concat());
    check_value(10, 18, &[&[2, 2][..], &string(&every), &[1, 3], b"abc"].concat(), "list", &format!("{expect} abc"));
    let pair = string(&listpack(2, b"\x81a\x02\x07\x01"));
    check_value(10, 16, &pair, "hash", "a=7");
    check_value(10, 17, &pair, "zset", "a:7");
    check_value(11, 20, &pair, "set", "7 a");
    // The length behind an entry, at the limits of its own length: (length, how it is written).
    for (content, back) in [(127, &b"\x7f"[..]), (128, b"\x01\x80"), (16_382, b"\x7f\xfe"), (16_383, b"\x00\xff\xff")] {
        let text = vec![b'x'; content - 5];
        let entry = [&b"\xf0"[..], &(text.len() as u32).to_le_bytes(), &text, back].concat();
        check_value(11, 20, &string(&listpack(1, &entry)), "set", &"x".repeat(text.len()));
    }
}

#[test]
fn damaged_listpacks() {
    let check = |bytes: &[u8], expect: &str| {
        check_fault(11, 20, &string(bytes), &format!("damaged listpack (at its byte {expect}) at byte 12"));
    };
    check(b"", "0: it ends within an element");
    check(&[&listpack(1, b"\x01\x01")[..], b"x"].concat(), "0: its size is another");
    check(&listpack(2, b"\x01\x01"), "4: its count is another");
    check(&listpack(1, b"\x01\x02"), "7: the length behind an entry is wrong");
    check(&listpack(1, b"\x81a\x82"), "8: the length behind an entry is wrong");
    check(&listpack(1, b"\x84a\x02"), "7: it ends within an element");
    check(&listpack(1, b"\xf0\xff\xff\xff\xffa\x02"), "11: it ends within an element");
    check(&listpack(1, b"\xf5\x01"), "6: an encoding that does not exist");
    check(&listpack(1, b"\x01"), "7: the length behind an entry is wrong");
    check(&listpack(1, b"\xff"), "6: an end mark before its end");
    check(&listpack(1, b"\x01\x01")[..8], "0: its size is another");
    check_fault(10, 18, b"\x01\x03\x01x", "unknown kind of quicklist node 3 at byte 13");
}

#[test]
fn intsets() {
    check_value(9, 11, &string(&intset(2, 3, b"\x00\x80\xff\xff\x07\x00")), "set", "-1 -32768 7");
    check_value(9, 11, &string(&intset(4, 1, b"\x00\x00\x00\x80")), "set", "-2147483648");
    check_value(9, 11, &string(&intset(8, 1, b"\xff\xff\xff\xff\xff\xff\xff\x7f")), "set", "9223372036854775807");
    let check = |bytes: &[u8], expect: &str| {
        check_fault(9, 11, &string(bytes), &format!("damaged intset (at its byte {expect}) at byte 12"));
    };
    check(b"\x02\x00\x00\x00\x00\x00\x00", "4: it ends within an element");
    check(&intset(3, 1, b"abc"), "0: integers of a size that does not exist");
    check(&intset(2, 2, b"\x00\x00"), "4: its count is another");
    check(&intset(8, u32::MAX, b""), "4: its count is another");
    check(&intset(2, 2, b"\x02\x00\x01\x00"), "10: integers out of order");
    check(&intset(2, 2, b"\x02\x00\x02\x00"), "10: integers out of order");
}

#[test]
fn zipmaps() {
    check_value(2, 9, &string(b"\x02\x01f\x01\x02v..\xfe\x01\x00\x00\x00g\x00\x00\xff"), "hash", "f=v g=");
    // A count of 254 means unknown: a map that shrank keeps it. Any length may take five bytes.
    check_value(2, 9, &string(b"\xfe\x01f\x01\x00v\xff"), "hash", "f=v");
    let many: Vec<u8> = (0..300_u32).flat_map(|i| format!("\x03{i:03}\x01\0v").into_bytes()).collect();
    let fields: Vec<String> = (0..300).map(|i| format!("{i:03}=v")).collect();
    check_value(2, 9, &string(&[b"\xfe", &many[..], b"\xff"].concat()), "hash", &fields.join(" "));
    let check = |bytes: &[u8], expect: &str| {
        check_fault(2, 9, &string(bytes), &format!("damaged zipmap (at its byte {expect}) at byte 12"));
    };
    check(b"", "0: it ends within an element");
    check(b"\x01\x01f\x01\x00v", "6: it ends without an end mark");
    check(b"\x02\x01f\x01\x00v\xff", "0: its count is another");
    check(b"\xff\x01f\x01\x00v\xff", "0: its count is another");
    check(b"\x01\x01f\xff", "3: an end mark where a value must stand");
    check(b"\x01\x01f\x01\x09v\xff", "6: it ends within an element");
    check(b"\x00\xff\xff", "1: an end mark before its end");
}

#[test]
fn unknown_and_unsupported_types() {
    let listpack = string(&listpack(2, b"\x81a\x02\x07\x01"));
    for (value_type, since) in [(16, 10), (17, 10), (18, 10), (20, 11)] {
        check_fault(since - 1, value_type, &listpack, &format!("unknown value type {value_type} at byte 9"));
    }
    check_fault(9, 6, b"", "data of a module (value type 6), which cannot be read here at byte 9");
    check_fault(9, 7, b"", "data of a module (value type 7), which cannot be read here at byte 9");
    check_fault(10, 21, b"", "unknown value type 21 at byte 9");
    check_fault(12, 25, b"", "a hash whose fields expire (value type 25), which cannot be read here at byte 9");
    check_fault(9, 8, b"", "unknown value type 8 at byte 9");
    check_fault(9, 19, b"", "unknown value type 19 at byte 9");
    check_fault(12, 26, b"", "unknown value type 26 at byte 9");
}
