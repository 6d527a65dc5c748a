//! Clients that wait for entries.

use psyncscope_engine::ConnId;

use crate::common::solo::{Solo, master};

/// Clients, each blocked with its line, in this order.
fn waiting<const N: usize>(solo: &mut Solo, lines: [&str; N]) -> [ConnId; N] {
    lines.map(|line| {
        let conn = solo.accept();
        solo.ask(conn, line, "");
        conn
    })
}

/// What a connection got, with `|` for each CRLF.
fn got(solo: &mut Solo, conn: ConnId) -> String {
    solo.sent(conn).replace("\r\n", "|")
}

/// A stream's reply with one entry of `f v`.
fn entry(key: &str, id: &str) -> String {
    format!("*1|*2|${}|{key}|*1|*2|${}|{id}|*2|$1|f|$1|v|", key.len(), id.len())
}

#[test]
fn every_client_gets_what_is_new_for_it() {
    let mut solo = master(&[]);
    let replica = solo.attach_replica();
    solo.cmd("XADD s 5-1 f v");
    solo.stream(replica);
    let [new, later, two] = waiting(
        &mut solo,
        ["XREAD BLOCK 0 STREAMS s $", "XREAD BLOCK 0 STREAMS s 9", "XREAD COUNT 1 BLOCK 0 STREAMS t s 0 5-1"],
    );
    solo.cmd("XADD s 6-1 f v");
    assert_eq!(got(&mut solo, new), entry("s", "6-1"));
    assert_eq!(got(&mut solo, two), entry("s", "6-1"));
    assert_eq!(got(&mut solo, later), "");
    solo.cmd("XADD s 9-1 f v");
    assert_eq!(got(&mut solo, later), entry("s", "9-1"));
    assert_eq!(solo.stream(replica), ["XADD s 6-1 f v", "XADD s 9-1 f v"]);
    solo.ask(new, "PING", "+PONG|");
}

#[test]
fn what_is_there_is_read_at_once() {
    let mut solo = master(&[]);
    solo.cmd("XADD s 5-1 f v");
    let conn = solo.accept();
    solo.ask(conn, "XREAD BLOCK 0 STREAMS s 5", &entry("s", "5-1"));
    solo.ask(conn, "XREAD BLOCK 100 STREAMS s 5-1", "");
    solo.run_ms(50);
    assert_eq!(got(&mut solo, conn), "");
    solo.run_ms(300);
    assert_eq!(got(&mut solo, conn), "*-1|");
    solo.ask(conn, "XREAD BLOCK x STREAMS s $", "-ERR timeout is not an integer or out of range|");
    solo.ask(conn, "XREAD BLOCK -1 STREAMS s $", "-ERR timeout is negative|");
    // In a transaction it is as if the time were over; a script may not call it.
    for (line, answer) in [("MULTI", "+OK|"), ("XREAD BLOCK 0 STREAMS s $", "+QUEUED|"), ("EXEC", "*1|*-1|")] {
        solo.ask(conn, line, answer);
    }
    solo.say(conn, b"EVAL \"return redis.pcall('XREAD','BLOCK','0','STREAMS','s','$').err\" 0\r\n");
    assert!(got(&mut solo, conn).contains("This Redis command is not allowed from scripts"));
}

/// The consumers of a group share its entries: the one that has waited longest gets all of them.
#[test]
fn of_a_group_the_first_gets_the_entries() {
    let mut solo = master(&[]);
    let replica = solo.attach_replica();
    solo.cmd("XGROUP CREATE s g $ MKSTREAM");
    let [one, other, noack] = waiting(
        &mut solo,
        [
            "XREADGROUP GROUP g c BLOCK 0 STREAMS s >",
            "XREADGROUP GROUP g d BLOCK 0 STREAMS s >",
            "XREADGROUP GROUP g e BLOCK 0 NOACK STREAMS s >",
        ],
    );
    solo.stream(replica);
    for (id, conn, effect) in [
        ("1-0", one, "XCLAIM s g c 0 1-0 TIME T RETRYCOUNT 1 FORCE JUSTID LASTID 1-0"),
        ("2-0", other, "XCLAIM s g d 0 2-0 TIME T RETRYCOUNT 1 FORCE JUSTID LASTID 2-0"),
        ("3-0", noack, "XGROUP SETID s g 3-0"),
    ] {
        solo.cmd(&format!("XADD s {id} f v"));
        assert_eq!(got(&mut solo, conn), entry("s", id));
        let now = (solo.now.unix_us / 1000).to_string();
        let stream: Vec<String> = solo.stream(replica).iter().map(|command| command.replace(&now, "T")).collect();
        assert_eq!(stream, [format!("XADD s {id} f v"), effect.to_owned()]);
    }
    assert_eq!(solo.cmd("XPENDING s g").replace("\r\n", "|"), "*4|:2|$3|1-0|$3|2-0|*2|*2|$1|c|$1|1|*2|$1|d|$1|1|");
}

#[test]
fn a_group_that_is_destroyed_is_noticed_at_the_next_entry() {
    let mut solo = master(&[]);
    solo.cmd("XGROUP CREATE s g $ MKSTREAM");
    let [conn] = waiting(&mut solo, ["XREADGROUP GROUP g c BLOCK 0 STREAMS s >"]);
    solo.cmd("XGROUP DESTROY s g");
    assert_eq!(got(&mut solo, conn), "");
    solo.cmd("XADD s 1-0 f v");
    assert_eq!(got(&mut solo, conn), "-NOGROUP the consumer group this client was blocked on no longer exists|");
    solo.ask(conn, "PING", "+PONG|");
}

/// The last ID counts, not whether its entry is still there.
#[test]
fn entries_that_were_deleted_in_the_same_transaction_wake_clients() {
    let mut solo = master(&[]);
    let [conn] = waiting(&mut solo, ["XREAD BLOCK 0 STREAMS s $"]);
    for line in ["MULTI", "XADD s 1-0 f v", "XDEL s 1-0", "EXEC"] {
        solo.cmd(line);
    }
    assert_eq!(got(&mut solo, conn), "*1|*2|$1|s|*0|");
}

#[test]
fn at_a_change_of_role_nobody_waits_any_longer() {
    let mut solo = master(&[]);
    solo.cmd("XGROUP CREATE s g $ MKSTREAM");
    let conns = waiting(&mut solo, ["XREAD BLOCK 0 STREAMS s $", "XREADGROUP GROUP g c BLOCK 0 STREAMS s >"]);
    solo.cmd("REPLICAOF h 1");
    for conn in conns {
        let answer = "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)|";
        assert_eq!(got(&mut solo, conn), answer);
        assert!(solo.has_closed(conn));
    }
}

/// A stream is not a list: those that wait for one are not in the way.
#[test]
fn other_values_at_the_key_wake_nobody() {
    let mut solo = master(&[]);
    let [stream, list] = waiting(&mut solo, ["XREAD BLOCK 0 STREAMS s $", "BLPOP s 0"]);
    solo.cmd("RPUSH s x");
    assert_eq!((got(&mut solo, stream).as_str(), got(&mut solo, list).as_str()), ("", "*2|$1|s|$1|x|"));
    solo.cmd("XADD s 1-0 f v");
    assert_eq!(got(&mut solo, stream), entry("s", "1-0"));
}

#[test]
fn a_thousand_entries_at_most_unless_the_client_says_more() {
    let mut solo = master(&[]);
    let [few, many] = waiting(&mut solo, ["XREAD BLOCK 0 STREAMS s $", "XREAD COUNT 1002 BLOCK 0 STREAMS s $"]);
    solo.cmd("EVAL \"for i=1,1001 do redis.call('XADD','s',i..'-0','f','v') end\" 0");
    assert!(got(&mut solo, few).starts_with("*1|*2|$1|s|*1000|*2|$3|1-0|"));
    assert!(got(&mut solo, many).starts_with("*1|*2|$1|s|*1001|*2|$3|1-0|"));
}
