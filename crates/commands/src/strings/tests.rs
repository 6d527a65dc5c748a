use super::*;
use crate::call::ExpiryRole;
use crate::call::testing::Bench;
use crate::keys::{pexpire, pttl};

const SYNTAX: &str = "-ERR syntax error";
const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range";

#[test]
fn set_and_its_options() {
    let mut b = Bench::new();
    b.check(set, "SET a 1", "+OK", 1);
    b.check(get, "GET a", "$1|1", 0);
    b.check(get, "GET nothing", "$-1", 0);
    b.check(set, "SET a 2 NX", "$-1", 0);
    b.check(set, "SET b 2 XX", "$-1", 0);
    b.check(set, "SET a 2 xx", "+OK", 1);
    b.check(set, "SET b 2 nX", "+OK", 1);
    b.check(get, "GET a", "$1|2", 0);
    b.check(set, "SET a 3 EX 10", "+OK", 1);
    b.check(pttl, "PTTL a", ":10000", 0);
    b.check(set, "SET a 3 PX 10 XX", "+OK", 1);
    b.check(pttl, "PTTL a", ":10", 0);
    b.check(set, "SET a 3", "+OK", 1);
    b.check(pttl, "PTTL a", ":-1", 0);
    b.check(set, "SET a 3 EX 5 EX 7", "+OK", 1);
    b.check(pttl, "PTTL a", ":7000", 0);
    b.check(set, "SET \"\" \"\"", "+OK", 1);
    b.check(get, "GET \"\"", "$0|", 0);
}

#[test]
fn errors_of_set() {
    let mut b = Bench::new();
    for line in [
        "SET a 1 EX",
        "SET a 1 PX",
        "SET a 1 NX XX",
        "SET a 1 XX NX",
        "SET a 1 EX 1 PX 1",
        "SET a 1 PX 1 EX 1",
        "SET a 1 KEEPTTL",
        "SET a 1 GET",
        "SET a 1 2",
        "SET a 1 EX 1 2",
    ] {
        b.check(set, line, SYNTAX, 0);
    }
    b.check(set, "SET a 1 EX x", NOT_AN_INTEGER, 0);
    b.check(set, "SET a 1 EX 1.5", NOT_AN_INTEGER, 0);
    b.check(set, "SET a 1 EX 9223372036854775808", NOT_AN_INTEGER, 0);
    b.check(set, "SET a 1 EX 0", "-ERR invalid expire time in set", 0);
    b.check(set, "SET a 1 PX -1", "-ERR invalid expire time in set", 0);
    b.check(set, "SET a 1 XX PX -1", "-ERR invalid expire time in set", 0);
    b.check(set, "SET a 1 PX 1", "+OK", 1);
}

#[test]
fn setnx_setex_psetex() {
    let mut b = Bench::new();
    b.check(setnx, "SETNX a 1", ":1", 1);
    b.check(setnx, "SETNX a 2", ":0", 0);
    b.check(setex, "SETEX a 9 v", "+OK", 1);
    b.check(pttl, "PTTL a", ":9000", 0);
    b.check(psetex, "PSETEX a 9 v", "+OK", 1);
    b.check(pttl, "PTTL a", ":9", 0);
    b.check(setex, "SETEX a 0 v", "-ERR invalid expire time in setex", 0);
    b.check(psetex, "PSETEX a -5 v", "-ERR invalid expire time in psetex", 0);
    b.check(setex, "SETEX a x v", NOT_AN_INTEGER, 0);
    // Seconds that overflow as milliseconds wrap around and end in the past.
    b.check(setex, "SETEX a 9223372036854775807 v", "+OK", 1);
    assert_eq!(b.keyspace.get(0, b"a").unwrap().expire_ms(), Some(1_000_000 - 1000));
}

#[test]
fn getset_mget_mset_msetnx() {
    let mut b = Bench::new();
    b.check(getset, "GETSET a 1", "$-1", 1);
    b.check(getset, "GETSET a 2", "$1|1", 1);
    b.check(mset, "MSET a 1 b 2 a 3", "+OK", 3);
    b.check(mget, "MGET a b c", "*3|$1|3|$1|2|$-1", 0);
    b.check(mset, "MSET a 1 b", "-ERR wrong number of arguments for MSET", 0);
    b.check(msetnx, "MSETNX c 1 b 2", ":0", 0);
    b.check(get, "GET c", "$-1", 0);
    b.check(msetnx, "MSETNX c 1 d 2", ":1", 2);
    b.check(msetnx, "MSETNX e 1 f", "-ERR wrong number of arguments for MSET", 0);
}

#[test]
fn append_and_strlen() {
    let mut b = Bench::new();
    b.check(append, "APPEND a xy", ":2", 1);
    b.check(pexpire, "PEXPIRE a 500", ":1", 1);
    b.check(append, "APPEND a z", ":3", 1);
    b.check(append, "APPEND a \"\"", ":3", 1);
    b.check(pttl, "PTTL a", ":500", 0);
    b.check(get, "GET a", "$3|xyz", 0);
    b.check(strlen, "STRLEN a", ":3", 0);
    b.check(strlen, "STRLEN b", ":0", 0);
    b.check(append, "APPEND b \"\"", ":0", 1);
    b.check(get, "GET b", "$0|", 0);
}

#[test]
fn getrange_clamps() {
    let mut b = Bench::new();
    b.check(set, "SET s \"This is a string\"", "+OK", 1);
    for (range, reply) in [
        ("0 3", "$4|This"),
        ("-3 -1", "$3|ing"),
        ("0 -1", "$16|This is a string"),
        ("10 100", "$6|string"),
        ("15 15", "$1|g"),
        ("16 16", "$0|"),
        ("5 4", "$0|"),
        ("-1 -2", "$0|"),
        ("-100 -100", "$1|T"),
        ("-100 -99", "$1|T"),
        ("-99 -100", "$0|"),
        ("-100 0", "$1|T"),
        ("0 -100", "$1|T"),
        ("9223372036854775807 9223372036854775807", "$0|"),
        ("-9223372036854775808 9223372036854775807", "$16|This is a string"),
        ("-9223372036854775808 -9223372036854775808", "$1|T"),
    ] {
        b.check(getrange, &format!("GETRANGE s {range}"), reply, 0);
    }
    b.check(getrange, "GETRANGE missing 0 -1", "$0|", 0);
    b.check(append, "APPEND empty \"\"", ":0", 1);
    b.check(getrange, "GETRANGE empty 0 -1", "$0|", 0);
    b.check(getrange, "GETRANGE s a 1", NOT_AN_INTEGER, 0);
    b.check(getrange, "GETRANGE s 1 a", NOT_AN_INTEGER, 0);
}

#[test]
fn setrange_pads_and_limits() {
    let mut b = Bench::new();
    b.check(setrange, "SETRANGE a 0 \"\"", ":0", 0);
    b.check(get, "GET a", "$-1", 0);
    b.check(setrange, "SETRANGE a 2 xy", ":4", 1);
    b.check(get, "GET a", "$4|\0\0xy", 0);
    b.check(setrange, "SETRANGE a 0 Z", ":4", 1);
    b.check(setrange, "SETRANGE a 9 \"\"", ":4", 0);
    b.check(get, "GET a", "$4|Z\0xy", 0);
    b.check(setrange, "SETRANGE a -1 x", "-ERR offset is out of range", 0);
    b.check(setrange, "SETRANGE a x x", NOT_AN_INTEGER, 0);
    let too_long = "-ERR string exceeds maximum allowed size (512MB)";
    b.check(setrange, "SETRANGE a 536870912 x", too_long, 0);
    b.check(setrange, "SETRANGE new 536870911 xy", too_long, 0);
    b.check(setrange, "SETRANGE a 9223372036854775807 x", too_long, 0);
    b.check(get, "GET new", "$-1", 0);
}

#[test]
fn counting() {
    let mut b = Bench::new();
    b.check(incr, "INCR a", ":1", 1);
    b.check(incrby, "INCRBY a 41", ":42", 1);
    b.check(decr, "DECR a", ":41", 1);
    b.check(decrby, "DECRBY a 42", ":-1", 1);
    b.check(pexpire, "PEXPIRE a 77", ":1", 1);
    b.check(incr, "INCR a", ":0", 1);
    b.check(pttl, "PTTL a", ":77", 0);
    b.check(incrby, "INCRBY a x", NOT_AN_INTEGER, 0);
    b.check(decrby, "DECRBY a 9223372036854775808", NOT_AN_INTEGER, 0);
    b.check(set, "SET a 9223372036854775806", "+OK", 1);
    b.check(incr, "INCR a", ":9223372036854775807", 1);
    b.check(incr, "INCR a", "-ERR increment or decrement would overflow", 0);
    b.check(set, "SET a -9223372036854775807", "+OK", 1);
    b.check(decr, "DECR a", ":-9223372036854775808", 1);
    b.check(decr, "DECR a", "-ERR increment or decrement would overflow", 0);
    b.check(set, "SET a 0", "+OK", 1);
    b.check(decrby, "DECRBY a -9223372036854775808", ":-9223372036854775808", 1);
    for text in ["x", "\"\"", "01", "1.0", "\" 1\""] {
        b.check(set, &format!("SET a {text}"), "+OK", 1);
        b.check(incr, "INCR a", NOT_AN_INTEGER, 0);
    }
}

#[test]
fn a_writable_replica_keeps_its_own_times_to_live() {
    let mut b = Bench::new().into_replica(ExpiryRole::ReplicaForClient, false);
    b.check(set, "SET mine 1 PX 10", "+OK", 1);
    b.expiry = ExpiryRole::ReplicaForMaster;
    b.check(set, "SET masters 1 PX 10", "+OK", 1);
    assert_eq!(b.keyspace.expire_local(1_000_010), []);
    assert_eq!(b.keyspace.expire_local(1_000_011), [(0, b"mine".to_vec())]);
    assert_eq!(b.keyspace.total_keys(), 1);
}

#[test]
fn incrbyfloat_is_propagated_as_set() {
    let mut b = Bench::new();
    let done = b.run(incrbyfloat, "INCRBYFLOAT a 10.5");
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten.as_deref()), ("$4|10.5|", 1, Some("SET a 10.5")));
    b.check(pexpire, "PEXPIRE a 5000", ":1", 1);
    let done = b.run(incrbyfloat, "INCRBYFLOAT a 0.1");
    assert_eq!((done.reply.as_str(), done.dirty, done.rewritten.as_deref()), ("$4|10.6|", 1, Some("SET a 10.6")));
    b.check(pttl, "PTTL a", ":5000", 0);
    b.check(get, "GET a", "$4|10.6", 0);
    b.check(set, "SET a 3.0e3", "+OK", 1);
    assert_eq!(b.run(incrbyfloat, "INCRBYFLOAT a 200").reply, "$4|3200|");
    b.check(incrbyfloat, "INCRBYFLOAT a 1,5", "-ERR value is not a valid float", 0);
    b.check(incrbyfloat, "INCRBYFLOAT a -inf", "-ERR increment would produce NaN or Infinity", 0);
    b.check(set, "SET a \" 1\"", "+OK", 1);
    b.check(incrbyfloat, "INCRBYFLOAT a 1", "-ERR value is not a valid float", 0);
}
