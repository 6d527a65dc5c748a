//! Blocked clients: order of service, replies, and propagation.

use std::collections::VecDeque;

use psyncscope_engine::io::CloseReason;
use psyncscope_engine::{ConnId, Input};
use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::common::solo::Solo;

fn master() -> Solo {
    let mut solo = Solo::new(&[]);
    solo.run_ms(2);
    solo
}

/// Clients, each blocked with its line, in this order.
fn waiting<const N: usize>(solo: &mut Solo, lines: [&str; N]) -> [ConnId; N] {
    lines.map(|line| {
        let conn = solo.accept();
        solo.ask(conn, line, "");
        conn
    })
}

#[test]
fn existing_elements_are_popped_at_once() {
    let mut solo = master();
    let replica = solo.attach_replica();
    for (line, answer, stream) in [
        ("RPUSH l a b c", ":3|", &["SELECT 0", "RPUSH l a b c"][..]),
        ("BLPOP none l 0", "*2|$1|l|$1|a|", &["LPOP l"]),
        ("brpop l 0", "*2|$1|l|$1|c|", &["RPOP l"]),
        ("BRPOPLPUSH l m 0", "$1|b|", &["RPOPLPUSH l m"]),
        ("EXISTS l", ":0|", &[]),
        ("SET s x", "+OK|", &["SET s x"]),
        ("BLPOP s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value|", &[]),
        ("BRPOPLPUSH m s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value|", &[]),
        ("BLPOP m x", "-ERR timeout is not an integer or out of range|", &[]),
        ("BLPOP m 1.5", "-ERR timeout is not an integer or out of range|", &[]),
        ("BLPOP m 9223372036854775807", "-ERR timeout is not an integer or out of range|", &[]),
        ("BRPOP m -1", "-ERR timeout is negative|", &[]),
        ("LLEN m", ":1|", &[]),
    ] {
        assert_eq!(solo.cmd(line).replace("\r\n", "|"), answer, "{line}");
        assert_eq!(solo.stream(replica), stream, "{line}");
    }
}

#[test]
fn blocked_clients_are_served_in_order() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let [a, b, c] = waiting(&mut solo, ["BLPOP l 0", "BRPOP none l 0", "BRPOPLPUSH l m 0"]);
    assert_eq!(solo.cmd("RPUSH l 1 2 3 4"), ":4\r\n");
    assert_eq!(
        [solo.sent(a), solo.sent(b), solo.sent(c)].map(|text| text.replace("\r\n", "|")),
        ["*2|$1|l|$1|1|", "*2|$1|l|$1|4|", "$1|3|"]
    );
    assert_eq!(solo.stream(replica), ["SELECT 0", "RPUSH l 1 2 3 4", "LPOP l", "RPOP l", "RPOP l", "LPUSH m 3"]);
    assert_eq!(solo.cmd("LRANGE l 0 -1"), "*1\r\n$1\r\n2\r\n");
    // None is blocked any more.
    for conn in [a, b, c] {
        solo.ask(conn, "PING", "+PONG|");
    }
    assert!(solo.cmd("INFO clients").contains("blocked_clients:0\r\n"));
}

/// A client that is served by the push of another served client, and so on.
#[test]
fn chains_of_brpoplpush() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let [a, b, c, d] = waiting(&mut solo, ["BRPOPLPUSH x y 0", "BRPOPLPUSH y z 0", "BRPOPLPUSH z z 0", "BLPOP z 0"]);
    solo.cmd("LPUSH x e");
    for conn in [a, b, c] {
        solo.expect(conn, "$1\r\ne\r\n");
    }
    solo.expect(d, "*2\r\n$1\r\nz\r\n$1\r\ne\r\n");
    assert_eq!(
        solo.stream(replica),
        ["SELECT 0", "LPUSH x e", "RPOP x", "LPUSH y e", "RPOP y", "LPUSH z e", "RPOP z", "LPUSH z e", "LPOP z"]
    );
    assert_eq!(solo.cmd("DBSIZE"), ":0\r\n");
}

#[test]
fn a_wrong_destination_leaves_the_element_for_the_next() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let [a, b] = waiting(&mut solo, ["BRPOPLPUSH l s 0", "BLPOP l 0"]);
    solo.cmd("SET s x");
    solo.cmd("LPUSH l e");
    solo.expect(a, "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
    solo.expect(b, "*2\r\n$1\r\nl\r\n$1\r\ne\r\n");
    assert_eq!(solo.stream(replica), ["SELECT 0", "SET s x", "LPUSH l e", "LPOP l"]);
}

#[test]
fn only_a_list_serves() {
    let mut solo = master();
    let [a] = waiting(&mut solo, ["BLPOP l 0"]);
    for line in ["SET l x", "DEL l", "SELECT 1", "RPUSH l other", "SELECT 0"] {
        solo.cmd(line);
        solo.expect(a, "");
    }
    solo.cmd("RPUSH k e");
    solo.cmd("RENAME k l");
    solo.expect(a, "*2\r\n$1\r\nl\r\n$1\r\ne\r\n");
    let [b] = waiting(&mut solo, ["BLPOP l 0"]);
    solo.cmd("SWAPDB 0 1");
    solo.expect(b, "*2\r\n$1\r\nl\r\n$5\r\nother\r\n");
}

#[test]
fn sorted_sets() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let [a, b, l, c] = waiting(&mut solo, ["BZPOPMIN z y 0", "BZPOPMAX z 0", "BLPOP z 0", "BZPOPMIN z 0"]);
    solo.cmd("ZADD z 1 one 2 two");
    solo.expect(a, "*3\r\n$1\r\nz\r\n$3\r\none\r\n$1\r\n1\r\n");
    solo.expect(b, "*3\r\n$1\r\nz\r\n$3\r\ntwo\r\n$1\r\n2\r\n");
    assert_eq!(solo.stream(replica), ["SELECT 0", "ZADD z 1 one 2 two", "zpopmin z", "zpopmax z"]);
    for conn in [l, c] {
        solo.expect(conn, "");
    }
    // A client that waits for the other type is skipped.
    solo.cmd("ZADD z 0 zero");
    solo.expect(c, "*3\r\n$1\r\nz\r\n$4\r\nzero\r\n$1\r\n0\r\n");
    solo.cmd("RPUSH z e");
    solo.expect(l, "*2\r\n$1\r\nz\r\n$1\r\ne\r\n");
    solo.stream(replica);
    for (line, answer, stream) in
        [("ZADD z 3 three", ":1|", "ZADD z 3 three"), ("bzpopmax none z 0", "*3|$1|z|$5|three|$1|3|", "ZPOPMAX z")]
    {
        assert_eq!(solo.cmd(line).replace("\r\n", "|"), answer, "{line}");
        assert_eq!(solo.stream(replica), [stream], "{line}");
    }
}

/// Clients are served after a transaction: elements it popped itself are gone.
#[test]
fn transactions_and_blocking() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let [a] = waiting(&mut solo, ["BLPOP l 0"]);
    for line in ["MULTI", "RPUSH l 1", "LPOP l", "EXEC"] {
        solo.cmd(line);
    }
    solo.expect(a, "");
    solo.stream(replica);
    for line in ["MULTI", "RPUSH l 1", "LPUSH l 2", "EXEC"] {
        solo.cmd(line);
    }
    solo.expect(a, "*2\r\n$1\r\nl\r\n$1\r\n2\r\n");
    assert_eq!(solo.stream(replica), ["MULTI", "RPUSH l 1", "LPUSH l 2", "EXEC", "LPOP l"]);
    // No blocking inside a transaction.
    for line in ["DEL l", "MULTI", "BLPOP l 0", "BRPOP l 5", "BRPOPLPUSH l m 0"] {
        solo.cmd(line);
    }
    assert_eq!(solo.cmd("EXEC"), "*3\r\n*-1\r\n*-1\r\n$-1\r\n");
}

/// Input of a blocked client is processed once it is served, in the same turn.
#[test]
fn a_blocked_clients_input_waits() {
    let mut solo = master();
    let [a] = waiting(&mut solo, ["BLPOP l 0\r\nPING\r\nBLPOP l 0"]);
    solo.ask(a, "ECHO later", "");
    solo.cmd("RPUSH l 1");
    solo.expect(a, "*2\r\n$1\r\nl\r\n$1\r\n1\r\n+PONG\r\n");
    solo.cmd("RPUSH l 2");
    solo.expect(a, "*2\r\n$1\r\nl\r\n$1\r\n2\r\n$5\r\nlater\r\n");
}

#[test]
fn timeouts_and_client_unblock() {
    let mut solo = master();
    let [a, b, c, d] = waiting(&mut solo, ["BLPOP l 1", "BRPOPLPUSH l m 2", "BLPOP l 0", "BLPOP l 0"]);
    solo.run_ms(1000);
    solo.expect(a, "");
    solo.run_ms(101);
    solo.expect(a, "*-1\r\n");
    solo.run_ms(1000);
    solo.expect(b, "*-1\r\n");
    let id = |solo: &mut Solo, nth: usize| {
        let list = solo.cmd("CLIENT LIST");
        let blocked = list.lines().filter(|line| line.contains("flags=b ")).nth(nth).expect("a blocked client");
        blocked.split(' ').find_map(|word| word.strip_prefix("id=")).expect("an id").to_owned()
    };
    let (first, second) = (id(&mut solo, 0), id(&mut solo, 1));
    assert_eq!(solo.cmd(&format!("CLIENT UNBLOCK {first} ERROR")), ":1\r\n");
    assert_eq!(solo.cmd(&format!("CLIENT UNBLOCK {first}")), ":0\r\n");
    assert_eq!(solo.cmd(&format!("CLIENT UNBLOCK {second} timeout")), ":1\r\n");
    solo.expect(c, "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
    solo.expect(d, "*-1\r\n");
    assert!(solo.cmd("CLIENT UNBLOCK 1 sometime").starts_with("-ERR CLIENT UNBLOCK reason"));
    assert_eq!(solo.cmd("CLIENT UNBLOCK x"), "-ERR value is not an integer or out of range\r\n");
}

#[test]
fn a_blocked_client_that_goes_is_not_served() {
    let mut solo = master();
    let [a, b] = waiting(&mut solo, ["BLPOP l 0", "BLPOP l 0"]);
    solo.input(Input::Closed { conn: a, reason: CloseReason::Eof });
    solo.cmd("RPUSH l 1");
    solo.expect(b, "*2\r\n$1\r\nl\r\n$1\r\n1\r\n");
}

#[test]
fn a_change_of_role() {
    let mut solo = master();
    let [a] = waiting(&mut solo, ["BLPOP l 0"]);
    solo.cmd("REPLICAOF h 1");
    solo.expect(a, "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n");
    assert!(solo.has_closed(a));
    // Promotion does not unblock clients of a writable replica.
    solo.cmd("CONFIG SET replica-read-only no");
    let [b] = waiting(&mut solo, ["BLPOP l 0"]);
    solo.cmd("REPLICAOF NO ONE");
    solo.expect(b, "");
    solo.cmd("RPUSH l 1");
    solo.expect(b, "*2\r\n$1\r\nl\r\n$1\r\n1\r\n");
}

/// In any order of clients and elements, each element goes to the client that has waited longest for its list;
/// without one it stays.
#[test]
fn any_interleaving_is_served_in_order() {
    for seed in 0..100 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut pick = |n: usize| rng.next_u32() as usize % n;
        let mut solo = master();
        // The model: clients waiting for lists, in order, and the content of each list.
        let mut waiters: Vec<(ConnId, Vec<usize>)> = Vec::new();
        let mut lists: [VecDeque<u32>; 3] = Default::default();
        let mut element = 0;
        for _ in 0..60 {
            if pick(2) == 0 {
                let keys: Vec<usize> = (0..=pick(2)).map(|_| pick(3)).collect();
                let names: Vec<String> = keys.iter().map(|key| format!("l{key}")).collect();
                let conn = solo.accept();
                let line = format!("BLPOP {} 0", names.join(" "));
                match keys.iter().find(|&&key| !lists[key].is_empty()) {
                    Some(&key) => {
                        let popped = lists[key].pop_front().expect("not empty").to_string();
                        solo.ask(conn, &line, &format!("*2|$2|l{key}|${}|{popped}|", popped.len()));
                    }
                    None => {
                        solo.ask(conn, &line, "");
                        waiters.push((conn, keys));
                    }
                }
            } else {
                let (key, n) = (pick(3), 1 + pick(3) as u32);
                let elements: Vec<String> = (element..element + n).map(|e| e.to_string()).collect();
                lists[key].extend(element..element + n);
                element += n;
                solo.cmd(&format!("RPUSH l{key} {}", elements.join(" ")));
                while !lists[key].is_empty() {
                    let Some(first) = waiters.iter().position(|(_, keys)| keys.contains(&key)) else { break };
                    let popped = lists[key].pop_front().expect("not empty").to_string();
                    let (conn, _) = waiters.remove(first);
                    let answer = format!("*2\r\n$2\r\nl{key}\r\n${}\r\n{popped}\r\n", popped.len());
                    assert_eq!(solo.sent(conn), answer, "seed {seed}");
                }
            }
            for (conn, _) in &waiters {
                assert_eq!(solo.sent(*conn), "", "seed {seed}");
            }
        }
    }
}
