use std::convert::Infallible;

use psyncscope_keyspace::{Keyspace, Value};
use psyncscope_resp::escape;

use super::*;
use crate::format::opcode;

/// The file in `golden/a_first_full_sync.jsonl`: Redis 5.0.14 with one key.
const FIRST_FULL_SYNC: &str = "524544495330303039fa0972656469732d76657206352e302e3134fa0a72656469732d62697473c040fa0563\
                               74696d65c27df9026bfa08757365642d6d656dc228bc1e00fa0e7265706c2d73747265616d2d6462c000fa07\
                               7265706c2d696428313930653838646534653265303434363265393963633066393135643832303962646461\
                               64363439fa0b7265706c2d6f6666736574c000fa0c616f662d707265616d626c65c000fe00fb010000026b30\
                               027630ffa164f62092239bf0";

/// The second file in `golden/c_backlog_overrun.jsonl`: a thousand `x`, compressed; and 1 as an integer.
const COMPRESSED: &str = "524544495330303039fa0972656469732d76657206352e302e3134fa0a72656469732d62697473c040fa056374696\
                          d65c293f9026bfa08757365642d6d656dc2f0700e00fa0e7265706c2d73747265616d2d6462c000fa077265706c2d\
                          69642837376131356134643936346631666464643438356634613338656665343263643233656537636536fa0b726\
                          5706c2d6f6666736574c10479fa0c616f662d707265616d626c65c000fe00fb03000003626967c31243e8017878e0\
                          ff00e0ff00e0ff00e0c300017878000161c00100026b30027630ff70161cbc90c4b618";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| (byte as char).to_digit(16).unwrap() as u8)
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn info(repl: Option<ReplInfo>) -> SaveInfo {
    SaveInfo { unix_s: 1_795_356_029, used_mem: 2_014_248, repl, scripts: Vec::new(), compress: true, checksum: true }
}

/// A file of version `version` with `body` between header and end, without a checksum.
fn file(version: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("REDIS{version:04}").into_bytes();
    bytes.extend_from_slice(body);
    bytes.push(opcode::EOF);
    if version >= 5 {
        bytes.extend_from_slice(&[0; 8]);
    }
    bytes
}

fn options(max_version: u32) -> LoadOptions {
    LoadOptions { max_version, ..LoadOptions::default() }
}

/// The database 0 of what loads: `key=value` or `key=value@expiry`, in order.
fn contents(loaded: &Loaded) -> Vec<String> {
    loaded
        .keyspace
        .iter(0)
        .map(|(key, entry)| {
            let value = escape(entry.value().as_string().unwrap());
            let when = entry.expire_ms().map_or_else(String::new, |when| format!("@{when}"));
            format!("{}={value}{when}", escape(key))
        })
        .collect()
}

#[track_caller]
fn check(body: &[u8], expect: &[&str]) {
    assert_eq!(contents(&load(&file(9, body), &options(9)).unwrap()), expect);
}

#[track_caller]
fn check_error(bytes: &[u8], max_version: u32, expect: &str) {
    assert_eq!(load(bytes, &options(max_version)).unwrap_err().to_string(), expect);
}

#[test]
fn files_of_redis() {
    let bytes = hex(FIRST_FULL_SYNC);
    let loaded = load(&bytes, &options(9)).unwrap();
    assert_eq!(contents(&loaded), ["k0=v0"]);
    assert_eq!(loaded.redis_ver.as_deref(), Some("5.0.14"));
    assert_eq!((loaded.version, loaded.bytes, loaded.stream_db), (9, 188, Some(0)));
    let repl = loaded.repl.unwrap();
    assert_eq!((repl.stream_db, repl.offset), (0, 0));
    assert_eq!(String::from_utf8(repl.id).unwrap(), "190e88de4e2e04462e99cc0f915d8209bddad649");

    let loaded = load(&hex(COMPRESSED), &options(9)).unwrap();
    assert_eq!(contents(&loaded), [format!("big={}", "x".repeat(1000)), "a=1".to_owned(), "k0=v0".to_owned()]);
    assert_eq!(loaded.repl.unwrap().offset, 30980);
}

#[test]
fn files_equal_those_of_redis() {
    #[track_caller]
    fn check(keys: &[(&str, &str)], unix_s: i64, used_mem: u64, expect: &str) {
        let expect = hex(expect);
        let mut keyspace = Keyspace::default();
        for (key, value) in keys {
            keyspace.set(0, key.as_bytes(), value.as_bytes());
        }
        let repl = load(&expect, &options(9)).unwrap().repl;
        let job = SaveJob::new(&keyspace, SaveInfo { unix_s, used_mem, ..info(repl) });
        assert_eq!(escape(&job.run()), escape(&expect));
    }
    check(&[("k0", "v0")], 0x6b02_f97d, 0x1e_bc28, FIRST_FULL_SYNC);
    let big = "x".repeat(1000);
    check(&[("big", big.as_str()), ("a", "1"), ("k0", "v0")], 0x6b02_f993, 0x0e_70f0, COMPRESSED);
}

#[test]
fn every_string_encoding() {
    check(b"\x00\x01a\x01b", &["a=b"]);
    check(b"\x00\x00\x00", &["="]);
    check(b"\x00\x01a\xc0\x80", &["a=-128"]);
    check(b"\x00\x01a\xc1\x00\x80", &["a=-32768"]);
    check(b"\x00\x01a\xc2\x00\x00\x00\x80", &["a=-2147483648"]);
    check(b"\x00\xc0\x07\xc0\x08", &["7=8"]);
    check(b"\x00\x01a\x40\x01b", &["a=b"]);
    check(b"\x00\x01a\x80\x00\x00\x00\x01b", &["a=b"]);
    check(b"\x00\x01a\x81\x00\x00\x00\x00\x00\x00\x00\x01b", &["a=b"]);
    check(b"\x00\x01a\xc3\x04\x08\x00x\xa0\x00", &["a=xxxxxxxx"]);
}

#[test]
fn attributes_of_keys() {
    check(b"\xfc\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01a\x01b\x00\x01c\x01d", &["a=b@4294967296", "c=d"]);
    check(b"\xfd\x02\x00\x00\x00\x00\x01a\x01b", &["a=b@2000"]);
    check(b"\xfd\xff\xff\xff\xff\x00\x01a\x01b", &["a=b@-1000"]);
    check(b"\xfc\xff\xff\xff\xff\xff\xff\xff\xff\x00\x01a\x01b", &["a=b"]);
    check(b"\xf8\x40\x64\xf9\xff\x00\x01a\x01b", &["a=b"]);
    // An attribute applies to the next key, with other opcodes in between.
    check(b"\xfd\x02\x00\x00\x00\xfe\x00\xfb\x05\x05\xfa\x01x\x01y\x00\x01a\x01b", &["a=b@2000"]);
}

#[test]
fn a_master_skips_expired_keys_and_a_replica_does_not() {
    let bytes = file(9, b"\xfd\x01\x00\x00\x00\x00\x01a\x01b\xfd\x02\x00\x00\x00\x00\x01c\x01d\x00\x01e\x01f");
    let load_at = |drop_expired_before| load(&bytes, &LoadOptions { drop_expired_before, ..options(9) }).unwrap();
    assert_eq!(contents(&load_at(None)).len(), 3);
    assert_eq!(contents(&load_at(Some(1000))).len(), 3);
    assert_eq!(contents(&load_at(Some(1001))), ["c=d@2000", "e=f"]);
    assert_eq!(load_at(Some(1001)).expired, 1);
    assert_eq!(contents(&load_at(Some(2001))), ["e=f"]);
}

#[test]
fn databases() {
    let body = b"\xfe\x0f\x00\x01a\x01b\xfe\x00\x00\x01a\x01c";
    let loaded = load(&file(9, body), &options(9)).unwrap();
    assert_eq!(loaded.keyspace.counts(), [(0, 1, 0), (15, 1, 0)]);
    check_error(&file(9, b"\xfe\x10\x00\x01a\x01b"), 9, "database 16 of 16 at byte 9");
    check_error(
        &file(9, b"\xfe\x81\xff\xff\xff\xff\xff\xff\xff\xff"),
        9,
        "database 18446744073709551615 of 16 at byte 9",
    );
}

#[test]
fn auxiliary_fields() {
    let id = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let body = |stream_db: &[u8], id: &[u8], offset: &[u8]| {
        let mut bytes = Vec::new();
        for (name, value) in
            [(&b"repl-stream-db"[..], stream_db), (b"REPL-ID", id), (b"repl-offset", offset), (b"?", b"!")]
        {
            bytes.push(opcode::AUX);
            bytes.push(name.len() as u8);
            bytes.extend_from_slice(name);
            bytes.push(value.len() as u8);
            bytes.extend_from_slice(value);
        }
        load(&file(9, &bytes), &options(9)).unwrap().repl.map(|repl| (repl.stream_db, repl.offset))
    };
    assert_eq!(body(b"3", id, b"1234567890123"), Some((3, 1_234_567_890_123)));
    assert_eq!(body(b" 3x", id, b"+7"), Some((3, 7)));
    assert_eq!(body(b"", id, b"x"), Some((0, 0)));
    assert_eq!(body(b"-1", id, b"7"), None);
    assert_eq!(body(b"3", id, b"-1"), None);
    assert_eq!(body(b"3", &id[..39], b"7"), None);
}

#[test]
fn versions_at_their_limits() {
    for (version, max, readable) in [
        (0, 9, false),
        (1, 9, true),
        (8, 9, true),
        (9, 9, true),
        (10, 9, false),
        (11, 12, true),
        (12, 12, true),
        (13, 12, false),
    ] {
        let result = load(&file(version, b"\x00\x01a\x01b"), &options(max));
        assert_eq!(result.is_ok(), readable, "{version} of {max}");
        if let Err(error) = result {
            assert_eq!(error.to_string(), format!("Can't handle RDB format version {version}"));
            assert!(error.is_refusal());
        }
    }
    check_error(b"REDISabcd\xff", 9, "Can't handle RDB format version 0");
    check_error(b"REDIS-001\xff", 9, "Can't handle RDB format version -1");
    check_error(b"RADIS0009\xff", 9, "Wrong signature trying to load DB from file");
    // No checksum before version 5, none that is missing after it.
    assert!(load(b"REDIS0004\xff", &options(9)).is_ok());
    check_error(b"REDIS0005\xff", 9, "unexpected end of the RDB file at byte 10");
    // What newer versions may say beside keys.
    check_error(&file(10, b"\xf5\x01f"), 12, "a library of functions, which cannot be loaded here at byte 9");
    check_error(&file(9, b"\xf5\x01f"), 12, "unknown value type 245 at byte 9");
    assert!(load(&file(12, b"\xf4\x01\x02\x03"), &options(12)).is_ok());
    check_error(&file(11, b"\xf4\x01\x02\x03"), 12, "unknown value type 244 at byte 9");
}

#[test]
fn errors_and_their_offsets() {
    check_error(b"", 9, "unexpected end of the RDB file at byte 0");
    check_error(b"REDIS000", 9, "unexpected end of the RDB file at byte 0");
    check_error(&file(9, b"\x00\x01a\x01b\x00\x01a\x01c"), 9, "key a twice at byte 14");
    check_error(&file(9, b"\x06\x01a"), 9, "data of a module (value type 6), which cannot be read here at byte 9");
    check_error(&file(9, b"\x80\x01a"), 9, "unknown value type 128 at byte 9");
    check_error(&file(9, b"\xf7\x01"), 9, "module data, and there are no modules at byte 9");
    check_error(&file(9, b"\x00\x01a\xc4"), 9, "unknown string encoding 4 at byte 12");
    check_error(&file(9, b"\x00\x82"), 9, "0x82 begins no length at byte 10");
    check_error(&file(9, b"\xfe\xc0\x01"), 9, "0xc0 begins no length at byte 10");
    check_error(
        &file(9, b"\x00\x01a\x81\xff\xff\xff\xff\xff\xff\xff\xff"),
        9,
        "unexpected end of the RDB file at byte 21",
    );
    // Lengths beyond the data: refused before memory is allocated.
    check_error(
        &file(9, b"\x00\x01a\xc3\x01\x81\x7f\xff\xff\xff\xff\xff\xff\xff\x00"),
        9,
        "invalid LZF compressed string at byte 12",
    );
    check_error(&file(9, b"\x00\x01a\xc3\x03\x05\x01xy"), 9, "invalid LZF compressed string at byte 12");
    check_error(&file(9, b"\x00\x01a\xc3\x00\x00"), 9, "invalid LZF compressed string at byte 12");
    let mut bytes = hex(FIRST_FULL_SYNC);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    check_error(
        &bytes,
        9,
        "RDB CRC error: the bytes give f09b239220f664a1, the trailer says f19b239220f664a1 at byte 180",
    );
    assert!(!load(&bytes, &options(9)).unwrap_err().is_refusal());
}

#[test]
fn every_cut_is_an_unexpected_end() {
    for whole in [FIRST_FULL_SYNC, COMPRESSED].map(hex) {
        for cut in 0..whole.len() {
            let error = load(&whole[..cut], &options(9)).unwrap_err();
            assert_eq!(error.kind, RdbErrorKind::UnexpectedEof, "cut at {cut}");
            assert!(error.offset <= cut);
        }
        let longer = [&whole[..], b"*1\r\n"].concat();
        assert_eq!(load(&longer, &options(9)).unwrap().bytes, whole.len());
    }
}

#[test]
fn lengths_at_every_limit_round_trip() {
    let mut keyspace = Keyspace::default();
    for len in [0, 1, 10, 11, 12, 19, 20, 21, 22, 63, 64, 65, 16383, 16384, 16385, 70_000] {
        keyspace.set(1, format!("same{len}").as_bytes(), vec![b'x'; len]);
        let mixed: Vec<u8> = (0..len).map(|at| (at * at % 251) as u8).collect();
        keyspace.set(1, format!("mixed{len}").as_bytes(), mixed);
    }
    for text in [
        "0",
        "-0",
        "00",
        "+1",
        "127",
        "128",
        "-128",
        "-129",
        "32767",
        "32768",
        "-32768",
        "-32769",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "99999999999",
        "9223372036854775807",
    ] {
        keyspace.set(2, text.as_bytes(), text.as_bytes());
    }
    for compress in [true, false] {
        for checksum in [true, false] {
            let bytes = SaveJob::new(&keyspace, SaveInfo { compress, checksum, ..info(None) }).run();
            assert_eq!(bytes[bytes.len() - 8..] == [0; 8], !checksum);
            let loaded = load(&bytes, &options(9)).unwrap();
            assert!(loaded.keyspace.equal_data(&keyspace));
            assert_eq!(loaded.repl, None);
            assert_eq!(loaded.bytes, bytes.len());
        }
    }
    let sizes = [true, false].map(|compress| SaveJob::new(&keyspace, SaveInfo { compress, ..info(None) }).run().len());
    assert!(sizes[0] < sizes[1], "{sizes:?}");
}

#[test]
fn a_large_file_is_passed_on_in_pieces() {
    let mut keyspace = Keyspace::default();
    for number in 0..20_000u32 {
        keyspace.set(1, &number.to_be_bytes(), number.to_string().into_bytes());
    }
    let job = SaveJob::new(&keyspace, info(None));
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let Ok(()) = job.write_to(|piece| {
        pieces.push(piece.to_vec());
        Ok::<(), Infallible>(())
    });
    assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.len() < 80_000));
    assert!(pieces.concat() == job.run(), "the pieces are the file");

    let mark = [b'm'; 40];
    let mut longest = 0;
    let mut marked = Vec::new();
    let Ok(()) = job.write_with_eof_mark(&mark, |piece| {
        longest = longest.max(piece.len());
        marked.extend_from_slice(piece);
        Ok::<(), Infallible>(())
    });
    assert!(longest < 80_000 && marked == job.run_with_eof_mark(&mark));
    assert!(marked == [&b"$EOF:"[..], &mark, b"\r\n", &job.run(), &mark].concat());

    let mut taken = 0;
    let refused = job.write_to(|_| {
        taken += 1;
        if taken < 2 { Ok(()) } else { Err("full") }
    });
    assert_eq!((refused, taken), (Err("full"), 2));
}

#[test]
fn a_snapshot_does_not_see_later_changes() {
    let mut keyspace = Keyspace::default();
    keyspace.set(0, b"a", b"1".as_slice());
    keyspace.set(0, b"b", b"1".as_slice());
    let job = SaveJob::new(&keyspace, info(None));
    keyspace.modify(0, b"a", |value| match value {
        Value::String(text) => text.unshare().push(b'!'),
        other => unreachable!("{other:?} in a test of strings"),
    });
    keyspace.delete(0, b"b");
    assert_eq!(job.keys(), 2);
    assert_eq!(contents(&load(&job.run(), &options(9)).unwrap()), ["a=1", "b=1"]);
    assert!(job.approximate_bytes() > 0);
    assert!(format!("{job:?}").len() < 250);
    assert_send(job);
}

fn assert_send(_: impl Send + Clone) {}

mod containers;
mod fixtures;
mod random;
mod streams;
