use super::id::parse;
use super::*;
use crate::call::testing::Bench;

#[track_caller]
fn check_id(word: &str, expect: Option<(u64, u64)>) {
    assert_eq!(parse(word.as_bytes(), 7).map(|id| (id.ms, id.seq)), expect, "{word:?}");
}

#[test]
fn ids_are_what_strtoull_takes() {
    check_id("1-2", Some((1, 2)));
    check_id("1", Some((1, 7)));
    check_id("18446744073709551615-18446744073709551615", Some((u64::MAX, u64::MAX)));
    check_id("18446744073709551616", None);
    check_id("007-010", Some((7, 10)));
    check_id(" 1- 2", Some((1, 2)));
    check_id("+1-+2", Some((1, 2)));
    check_id("1--2", None);
    check_id("1--02", Some((1, u64::MAX - 1)));
    check_id("1\0x", Some((1, 7)));
    check_id(&"0".repeat(127), Some((0, 7)));
    check_id(&"0".repeat(128), None);
    for word in ["", "-", "-1", "1-", "1-x", "x-1", "1-2-3", "1 -2", "1.5", "*", "$", ">", " ", "+", "--"] {
        check_id(word, None);
    }
}

#[test]
fn an_entry_gets_the_time_or_the_next_id() {
    let mut b = Bench::new();
    let add = |b: &mut Bench, line: &str, id: &str, propagated: &str| {
        let done = b.run(xadd, line);
        assert_eq!(done.reply, format!("${}|{id}|", id.len()), "{line}");
        assert_eq!((done.dirty, done.rewritten.as_deref()), (1, Some(propagated)), "{line}");
        assert_eq!(done.ready, ["s"]);
    };
    add(&mut b, "xadd s * f v", "1000000-0", "xadd s 1000000-0 f v");
    add(&mut b, "xadd s * f v", "1000000-1", "xadd s 1000000-1 f v");
    b.now_ms += 1;
    add(&mut b, "xadd s * f v", "1000001-0", "xadd s 1000001-0 f v");
    b.now_ms -= 1000;
    add(&mut b, "xadd s MAXLEN ~ 2 * f v", "1000001-1", "xadd s MAXLEN = 4 1000001-1 f v");
    add(
        &mut b,
        "xadd s maxlen 2 1000001-18446744073709551615 f v",
        "1000001-18446744073709551615",
        "xadd s maxlen 2 1000001-18446744073709551615 f v",
    );
    add(&mut b, "xadd s * f v", "1000002-0", "xadd s 1000002-0 f v");
    add(
        &mut b,
        "xadd s 18446744073709551615-18446744073709551615 f v",
        "18446744073709551615-18446744073709551615",
        "xadd s 18446744073709551615-18446744073709551615 f v",
    );
    for id in ["*", "18446744073709551615-18446744073709551615"] {
        b.check(
            xadd,
            &format!("xadd s {id} f v"),
            "-ERR The stream has exhausted the last possible ID, unable to add more items",
            0,
        );
    }
}

/// What fails changes nothing: no key is left behind, and a stream that a snapshot shares is not copied.
#[test]
fn errors_leave_nothing_behind() {
    let mut b = Bench::new();
    for line in [
        "xadd s 0-0 f v",
        "xadd s 1 f",
        "xadd s 1 f v g",
        "xadd s + f v",
        "xadd s MAXLEN -1 1 f v",
        "xadd s MAXLEN x 1 f v",
    ] {
        let done = b.run(xadd, line);
        assert!(
            done.reply.starts_with("-ERR") && done.dirty == 0 && done.rewritten.is_none(),
            "{line}: {}",
            done.reply
        );
        assert_eq!(b.keyspace.total_keys(), 0, "{line}");
    }
    b.run(xgroup, "xgroup create s g $");
    b.run(xsetid, "xsetid s 1");
    assert_eq!(b.keyspace.total_keys(), 0);
    b.run(xadd, "xadd s 5-5 f v");
    b.run(xgroup, "xgroup create s g $");
    let before = b.keyspace.version();
    for (handler, line) in [
        (xadd as fn(&mut Call<'_>), "xadd s 5-5 f v"),
        (xadd, "xadd s 5 f v"),
        (xdel, "xdel s 4-4 x"),
        (xdel, "xdel s 4-4"),
        (xtrim, "xtrim s maxlen 1"),
        (xsetid, "xsetid s 5-4"),
        (xgroup, "xgroup create s g $"),
        (xgroup, "xgroup setid s h $"),
        (xgroup, "xgroup destroy s h"),
        (xreadgroup, "xreadgroup group g c streams s >"),
        (xclaim, "xclaim s g c x 5-5"),
        (xrange, "xrange s - +"),
        (xread, "xread streams s 0"),
        (xpending, "xpending s g"),
        (xinfo, "xinfo stream s"),
    ] {
        let done = b.run(handler, line);
        assert_eq!((done.dirty, b.keyspace.version()), (0, before), "{line}: {}", done.reply);
    }
}

#[test]
fn a_stream_stays_when_its_entries_are_gone() {
    let mut b = Bench::new();
    b.run(xadd, "xadd s 5-5 f v");
    b.check(xdel, "xdel s 5-5 5-5", ":1", 1);
    b.check(xlen, "xlen s", ":0", 0);
    b.check(
        xadd,
        "xadd s 5-5 f v",
        "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
        0,
    );
    b.check(xrange, "xrange s - +", "*0", 0);
    b.check(xrange, "xrange s - + count 0", "*-1", 0);
    b.check(xrange, "xrange none - + count 0", "*0", 0);
    b.check(xsetid, "xsetid s 1-0", "+OK", 1);
    assert_eq!(b.run(xadd, "xadd s 1-1 f v").reply, "$3|1-1|");
}

#[test]
fn a_replica_does_not_change_what_it_reads() {
    let mut b = Bench::new();
    b.run(xadd, "xadd s 1-1 f v");
    b.keyspace.set_expire(0, b"s", b.now_ms - 1);
    let mut replica = b.into_replica(crate::call::ExpiryRole::ReplicaForClient, true);
    replica.check(xlen, "xlen s", ":0", 0);
    replica.check(xrange, "xrange s - +", "*0", 0);
    replica.check(xread, "xread streams s 0", "*-1", 0);
    assert_eq!(replica.keyspace.total_keys(), 1);
}

/// The history of a consumer: deliveries are counted again, and of deleted entries only the ID is left.
#[test]
fn the_history_of_a_consumer() {
    let mut b = Bench::new();
    for line in ["xadd s 1-0 f v", "xadd s 2-0 f v", "xadd s 3-0 f v"] {
        b.run(xadd, line);
    }
    b.run(xgroup, "xgroup create s g 0");
    let done = b.run(xreadgroup, "xreadgroup group g c count 2 streams s >");
    assert_eq!(done.reply, "*1|*2|$1|s|*2|*2|$3|1-0|*2|$1|f|$1|v|*2|$3|2-0|*2|$1|f|$1|v|");
    assert_eq!(done.dirty, 1);
    assert_eq!(
        done.at_once,
        [
            "XCLAIM s g c 0 1-0 TIME 1000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0",
            "XCLAIM s g c 0 2-0 TIME 1000000 RETRYCOUNT 1 FORCE JUSTID LASTID 2-0",
        ]
    );
    b.run(xdel, "xdel s 1-0");
    b.now_ms += 500;
    b.check(xreadgroup, "xreadgroup group g c streams s 0", "*1|*2|$1|s|*2|*2|$3|1-0|*-1|*2|$3|2-0|*2|$1|f|$1|v", 1);
    b.check(xreadgroup, "xreadgroup group g d streams s 0", "*1|*2|$1|s|*0", 1);
    b.check(xpending, "xpending s g - + 9", "*2|*4|$3|1-0|$1|c|:500|:1|*4|$3|2-0|$1|c|:0|:2", 0);
    b.check(
        xinfo,
        "xinfo consumers s g",
        "*2|*6|$4|name|$1|c|$7|pending|:2|$4|idle|:0|*6|$4|name|$1|d|$7|pending|:0|$4|idle|:0",
        0,
    );
    // Who claims gets it, unless it was delivered a moment ago.
    b.check(xclaim, "xclaim s g d 400 1-0 2-0 3-0 justid", "*1|$3|1-0", 1);
    b.check(xclaim, "xclaim s g d 0 9-0 3-0 force idle 100", "*1|*2|$3|3-0|*2|$1|f|$1|v", 1);
    b.check(xpending, "xpending s g 3 + 9 d", "*1|*4|$3|3-0|$1|d|:100|:2", 0);
    b.check(xclaim, "xclaim s g d 0 1-0", "*1|$-1", 1);
    let done = b.run(xclaim, "xclaim s g d 0 9-0 lastid 5");
    assert_eq!((done.reply.as_str(), done.dirty, done.at_once), ("*0|", 1, vec!["XGROUP SETID s g 5-0".to_owned()]));
    b.check(xack, "xack s g 1-0 1-0 x 2-0", "-ERR Invalid stream ID specified as stream command argument", 1);
    b.check(xpending, "xpending s g", "*4|:2|$3|2-0|$3|3-0|*2|*2|$1|c|$1|1|*2|$1|d|$1|1", 0);
}
