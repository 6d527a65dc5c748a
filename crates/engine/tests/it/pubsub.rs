//! Channels: messages, commands allowed to subscribers, and propagation.

use crate::common::solo::Solo;

fn master() -> Solo {
    let mut solo = Solo::new(&[]);
    solo.run_ms(2);
    solo
}

#[test]
fn subscribing_and_unsubscribing() {
    let mut solo = master();
    let conn = solo.accept();
    for (line, answer) in [
        ("UNSUBSCRIBE", "*3|$11|unsubscribe|$-1|:0|"),
        ("SUBSCRIBE a b a", "*3|$9|subscribe|$1|a|:1|*3|$9|subscribe|$1|b|:2|*3|$9|subscribe|$1|a|:2|"),
        ("PSUBSCRIBE x*", "*3|$10|psubscribe|$2|x*|:3|"),
        ("GET a", "-ERR only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT allowed in this context|"),
        ("PUBLISH a 1", "-ERR only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT allowed in this context|"),
        ("PING", "*2|$4|pong|$0||"),
        ("PING hi", "*2|$4|pong|$2|hi|"),
        ("UNSUBSCRIBE none a", "*3|$11|unsubscribe|$4|none|:3|*3|$11|unsubscribe|$1|a|:2|"),
        ("PUNSUBSCRIBE", "*3|$12|punsubscribe|$2|x*|:1|"),
        ("UNSUBSCRIBE", "*3|$11|unsubscribe|$1|b|:0|"),
        ("PING", "+PONG|"),
        ("GET a", "$-1|"),
    ] {
        solo.ask(conn, line, answer);
    }
}

#[test]
fn publishing() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let [a, b, c] = ["SUBSCRIBE news", "PSUBSCRIBE n* *s", "SUBSCRIBE other news"].map(|line| {
        let conn = solo.accept();
        solo.say(conn, format!("{line}\r\n").as_bytes());
        solo.sent(conn);
        conn
    });
    assert_eq!(solo.cmd("publish news hi"), ":4\r\n");
    let message = "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n";
    solo.expect(a, message);
    solo.expect(c, message);
    let by = |pattern: &str| format!("*4\r\n$8\r\npmessage\r\n$2\r\n{pattern}\r\n$4\r\nnews\r\n$2\r\nhi\r\n");
    solo.expect(b, &format!("{}{}", by("n*"), by("*s")));
    assert_eq!(solo.cmd("PUBLISH nobody hi"), ":1\r\n");
    // PUBLISH is propagated even without subscribers, in the database of the publisher.
    assert_eq!(solo.stream(replica), ["SELECT 0", "publish news hi", "PUBLISH nobody hi"]);
    for (line, answer) in [
        ("PUBSUB CHANNELS", "*2|$4|news|$5|other|"),
        ("PUBSUB CHANNELS n*", "*1|$4|news|"),
        ("PUBSUB NUMSUB news none", "*4|$4|news|:2|$4|none|:0|"),
        ("PUBSUB NUMPAT", ":2|"),
    ] {
        assert_eq!(solo.cmd(line).replace("\r\n", "|"), answer, "{line}");
    }
    let list = solo.cmd("CLIENT LIST TYPE pubsub");
    assert_eq!(list.matches("flags=P").count(), 3, "{list}");
    solo.input(psyncscope_engine::Input::Closed { conn: c, reason: psyncscope_engine::io::CloseReason::Eof });
    assert_eq!(solo.cmd("PUBSUB CHANNELS"), "*1\r\n$4\r\nnews\r\n");
    assert_eq!(solo.cmd("PUBLISH news again"), ":3\r\n");
}

#[test]
fn in_transactions_and_scripts() {
    let mut solo = master();
    let replica = solo.attach_replica();
    let conn = solo.accept();
    solo.ask(conn, "SUBSCRIBE c", "*3|$9|subscribe|$1|c|:1|");
    for line in ["MULTI", "PUBLISH c 1"] {
        solo.cmd(line);
    }
    assert_eq!(solo.cmd("EXEC"), "*1\r\n:1\r\n");
    solo.expect(conn, "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n1\r\n");
    assert_eq!(solo.stream(replica), ["SELECT 0", "MULTI", "PUBLISH c 1", "EXEC"]);
    assert_eq!(solo.cmd("EVAL \"return redis.call('publish','c','2')\" 0"), ":1\r\n");
    assert_eq!(solo.stream(replica), ["publish c 2"]);
}
