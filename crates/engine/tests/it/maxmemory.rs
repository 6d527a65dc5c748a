//! `maxmemory`: which keys are evicted, and which commands are refused if none may be.

use psyncscope_engine::ConnId;

use crate::common::solo::Solo;

const OOM: &str = "OOM command not allowed when used memory > 'maxmemory'.";

fn field(solo: &mut Solo, name: &str) -> u64 {
    let info = solo.cmd("INFO");
    let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}:"))).expect("a field of INFO");
    line.trim().parse().expect("a number")
}

/// A node with a limit this many bytes above its current memory.
fn limited(policy: &str, bytes: u64) -> (Solo, ConnId) {
    let mut solo = Solo::new(&[]);
    solo.run_ms(2);
    let conn = solo.accept();
    let limit = field(&mut solo, "used_memory") + bytes;
    assert_eq!(solo.cmd(&format!("CONFIG SET maxmemory-policy {policy}")), "+OK\r\n");
    assert_eq!(solo.cmd(&format!("CONFIG SET maxmemory {limit}")), "+OK\r\n");
    (solo, conn)
}

#[test]
fn the_limit_is_honoured_by_every_policy() {
    for policy in [
        "allkeys-random",
        "allkeys-lru",
        "allkeys-lfu",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
    ] {
        let (mut solo, _) = limited(policy, 50_000);
        let limit = field(&mut solo, "maxmemory");
        for number in 0..2000 {
            let reply = solo.cmd(&format!("SETEX key:{number} {} x", 1000 + number % 7));
            assert_eq!(reply, "+OK\r\n", "{policy}");
        }
        assert!(field(&mut solo, "used_memory") < limit + 4096, "{policy}");
        let (evicted, keys) = (field(&mut solo, "evicted_keys"), solo.cmd("DBSIZE"));
        assert_eq!(keys, format!(":{}\r\n", 2000 - evicted), "{policy}");
        assert!(evicted > 500, "{policy}");
    }
}

#[test]
fn volatile_policies_keep_keys_without_a_time_to_live() {
    for policy in ["volatile-lru", "volatile-random", "volatile-ttl"] {
        let (mut solo, conn) = limited(policy, 50_000);
        for number in 0..1000 {
            solo.cmd(&format!("SETEX gone:{number} 1000 x"));
        }
        let mut kept = 0;
        while solo.cmd(&format!("SET kept:{kept} x")) == "+OK\r\n" {
            kept += 1;
            assert!(kept < 5000, "{policy}");
        }
        solo.ask(conn, "SET one x", &format!("-{OOM}|"));
        assert_eq!(solo.cmd("KEYS kept:*").lines().next(), Some(format!("*{kept}").as_str()), "{policy}");
        assert_eq!(solo.cmd("KEYS gone:*"), "*0\r\n", "{policy}");
    }
}

#[test]
fn without_eviction_commands_that_need_memory_are_refused() {
    let (mut solo, conn) = limited("noeviction", 0);
    solo.say(conn, format!("SET a {}\r\n", "x".repeat(1000)).as_bytes());
    solo.sent(conn);
    let refused = format!("-{OOM}|");
    solo.ask(conn, "SET b 1", &refused);
    solo.ask(conn, "PING", "+PONG|");
    solo.ask(conn, "EVAL \"return redis.pcall('SET', 'a', 1)\" 0", &format!("-@user_script: 1: {refused}"));
    solo.ask(conn, "MULTI", "+OK|");
    solo.ask(conn, "GET a", &refused);
    solo.ask(conn, "EXEC", "-EXECABORT Transaction discarded because of previous errors.|");
    solo.ask(conn, "CONFIG SET maxmemory 0", "+OK|");
    solo.ask(conn, "SET b 1", "+OK|");
}

#[test]
fn evictions_are_propagated_and_notified() {
    let mut solo = Solo::new(&["notify-keyspace-events Ee"]);
    solo.run_ms(2);
    for key in ["old", "new"] {
        solo.cmd(&format!("SET {key} {}", "x".repeat(100)));
        solo.run_ms(5000);
    }
    let replica = solo.attach_replica();
    let listener = solo.accept();
    solo.say(listener, b"SUBSCRIBE __keyevent@0__:evicted\r\n");
    solo.sent(listener);
    solo.cmd("CONFIG SET maxmemory-policy allkeys-lru");
    // So large that one of two keys must be evicted.
    let limit = field(&mut solo, "used_memory") - 100;
    solo.cmd(&format!("CONFIG SET maxmemory {limit}"));
    assert_eq!(solo.stream(replica), ["SELECT 0", "DEL old"]);
    solo.expect(listener, "*3\r\n$7\r\nmessage\r\n$22\r\n__keyevent@0__:evicted\r\n$3\r\nold\r\n");
    assert_eq!(solo.cmd("EXISTS old new"), ":1\r\n");
    assert_eq!(field(&mut solo, "evicted_keys"), 1);
}

#[test]
fn a_replica_ignores_maxmemory() {
    let (mut solo, _) = limited("allkeys-lru", 10_000);
    for number in 0..50 {
        solo.cmd(&format!("SET key:{number} x"));
    }
    let keys = solo.cmd("DBSIZE");
    solo.cmd("REPLICAOF 10.0.0.2 6379");
    solo.cmd("CONFIG SET maxmemory 1");
    assert_eq!(solo.cmd("DBSIZE"), keys);
    solo.cmd("CONFIG SET replica-ignore-maxmemory no");
    solo.cmd("PING");
    assert_eq!(solo.cmd("DBSIZE"), ":0\r\n");
}

#[test]
fn access_frequencies() {
    let (mut solo, conn) = limited("allkeys-lfu", 1_000_000);
    solo.cmd("SET a 1");
    solo.ask(conn, "OBJECT FREQ a", ":5|");
    for _ in 0..50 {
        solo.cmd("GET a");
    }
    let count =
        |solo: &mut Solo| solo.cmd("OBJECT FREQ a").trim().trim_start_matches(':').parse::<u64>().expect("a number");
    let used = count(&mut solo);
    assert!((7..=40).contains(&used), "{used}");
    solo.run_ms(2 * 60_000);
    assert_eq!(count(&mut solo), used - 2);
    assert!(solo.cmd("OBJECT IDLETIME a").starts_with("-ERR An LFU maxmemory policy is selected"));
    solo.cmd("CONFIG SET maxmemory-policy allkeys-lru");
    assert!(solo.cmd("OBJECT FREQ a").starts_with("-ERR An LFU maxmemory policy is not selected"));
    solo.cmd("SET n 1");
    solo.ask(conn, "OBJECT REFCOUNT n", ":1|");
    solo.cmd("CONFIG SET maxmemory 0");
    solo.ask(conn, "OBJECT REFCOUNT n", ":2147483647|");
}
