//! Streams at replicas, in files and in transactions.

use crate::common::solo::{Solo, master, rdb};
use psyncscope_engine::Output;

/// A stream with everything that one can have.
const LINES: &[&str] = &[
    "CONFIG SET stream-node-max-entries 3",
    "XADD s 1-1 f v g w",
    "XADD s 1-2 f v2 g w2",
    "XADD s 2-0 other 12",
    "XADD s 3-0 f v",
    "XADD s 4-0 f 1",
    "XDEL s 1-2 4-0",
    "XGROUP CREATE s g 0",
    "XGROUP CREATE s empty $",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    "XREADGROUP GROUP g d STREAMS s >",
    "XCLAIM s g c 0 2-0 TIME 1234567890123 RETRYCOUNT 7",
    "XGROUP CREATE nothing g $ MKSTREAM",
];

/// What can be asked about it.
const QUESTIONS: &[&str] = &[
    "XRANGE s - +",
    "XINFO STREAM s",
    "XINFO GROUPS s",
    "XINFO GROUPS nothing",
    "XPENDING s g - + 10",
    "XPENDING s g",
    "DEBUG DIGEST",
];

/// The answers, without how long entries are pending.
fn answers(solo: &mut Solo) -> Vec<String> {
    let without_idle = |answer: String| {
        let lines: Vec<&str> = answer.split("\r\n").collect();
        let is_number = |n: usize| lines.get(n).is_some_and(|line| line.starts_with(':'));
        let kept = (0..lines.len()).filter(|n| !(is_number(*n) && is_number(n + 1)));
        kept.map(|n| lines[n]).collect::<Vec<_>>().join("|")
    };
    QUESTIONS.iter().map(|line| without_idle(solo.cmd(line))).collect()
}

fn filled() -> Solo {
    let mut solo = master(&[]);
    for line in LINES {
        let reply = solo.cmd(line);
        assert!(!reply.starts_with('-'), "{line}: {reply}");
    }
    solo
}

#[test]
fn a_replica_gets_the_same_stream() {
    let mut master = master(&[]);
    let conn = master.attach_replica();
    let mut replica = Solo::new(&["replicaof 10.0.0.1 7000"]);
    replica.run_ms(2);
    let (link, _) = replica.handshake();
    let id = "1".repeat(40);
    replica.say(link, format!("+FULLRESYNC {id} 0\r\n").as_bytes());
    let file = rdb(&[]);
    replica.say(link, format!("${}\r\n", file.len()).as_bytes());
    replica.say(link, &file);
    for line in LINES {
        master.cmd(line);
        let stream = master.sent(conn);
        replica.say(link, stream.as_bytes());
    }
    // How nodes are cut is each server's own setting.
    let without = |answers: Vec<String>| -> Vec<String> {
        answers.into_iter().enumerate().filter(|(n, _)| *n != 1).map(|(_, answer)| answer).collect()
    };
    assert_eq!(without(answers(&mut replica)), without(answers(&mut master)));
}

#[test]
fn an_rdb_file_has_all_of_it() {
    let mut solo = filled();
    let expect = answers(&mut solo);
    assert_eq!(solo.cmd("DEBUG RELOAD"), "+OK\r\n");
    assert_eq!(answers(&mut solo), expect);
    assert_eq!(solo.cmd("TYPE s"), "+stream\r\n");
    // Deleted entries are still in their nodes.
    let file = rdb(LINES);
    let mut other = Solo::start(&[], Some(&file)).unwrap();
    assert_eq!(answers(&mut other), expect);
}

#[test]
fn an_append_only_file_is_rewritten_as_commands_that_give_the_same() {
    let mut solo = Solo::new(&["appendonly yes", "aof-use-rdb-preamble no"]);
    solo.run_ms(2);
    for line in LINES {
        solo.cmd(line);
    }
    let expect = answers(&mut solo);
    assert!(solo.cmd("BGREWRITEAOF").starts_with('+'));
    let rewrite = solo.outputs.iter().rev().find_map(|output| match output {
        Output::SpawnRewrite { job, .. } => Some(job.run()),
        _ => None,
    });
    let file = rewrite.expect("a child that rewrites");
    let commands = String::from_utf8_lossy(&file).into_owned();
    let mut query = psyncscope_resp::QueryBuf::default();
    query.push(commands.as_bytes());
    let mut lines = Vec::new();
    while let psyncscope_resp::Parsed::Command(words) = query.next() {
        lines.push(words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join(" "));
    }
    let now = (solo.now.unix_us / 1000).to_string();
    let lines: Vec<String> = lines.iter().map(|line| line.replace(&now, "T")).collect();
    assert_eq!(
        lines,
        [
            "SELECT 0",
            "XADD s 1-1 f v g w",
            "XADD s 2-0 other 12",
            "XADD s 3-0 f v",
            "XSETID s 4-0",
            "XGROUP CREATE s empty 4-0",
            "XGROUP CREATE s g 3-0",
            "XCLAIM s g c 0 1-1 TIME T RETRYCOUNT 1 JUSTID FORCE",
            "XCLAIM s g c 0 2-0 TIME 1234567890123 RETRYCOUNT 7 JUSTID FORCE",
            "XCLAIM s g d 0 3-0 TIME T RETRYCOUNT 1 JUSTID FORCE",
            "XADD nothing MAXLEN 0 0-0 x y",
            "XSETID nothing 0-0",
            "XGROUP CREATE nothing g 0-0",
        ]
    );
    // Only of a stream that never had an entry nothing is left: Redis 5 refuses its own command for it.
    let mut other = Solo::start(&["appendonly yes", "aof-use-rdb-preamble no"], Some(&file)).unwrap();
    for ((line, expect), answer) in QUESTIONS.iter().zip(expect).zip(answers(&mut other)) {
        match *line {
            "XINFO GROUPS nothing" => assert_eq!(answer, "-ERR no such key|"),
            // One node, as it was cut by the default limits.
            "XINFO STREAM s" | "DEBUG DIGEST" => {}
            _ => assert_eq!(answer, expect, "{line}"),
        }
    }
}

/// Only XADD, XDEL and XTRIM are signalled to WATCH.
#[test]
fn groups_are_not_watched() {
    for (line, touches) in [
        ("XADD s * f v", true),
        ("XDEL s 1-1", true),
        ("XDEL s 9-9", false),
        ("XTRIM s MAXLEN 1", true),
        ("XTRIM s MAXLEN 100", false),
        ("XADD s 1-1 f v", false),
        ("XACK s g 1-1", false),
        ("XCLAIM s g d 0 1-1", false),
        ("XREADGROUP GROUP g c STREAMS s >", false),
        ("XREADGROUP GROUP g c STREAMS s 0", false),
        ("XGROUP SETID s g 0", false),
        ("XGROUP DESTROY s g", false),
        ("XGROUP CREATE s h $", false),
        ("XSETID s 99-0", false),
    ] {
        let mut solo = filled();
        let conn = solo.accept();
        for (word, answer) in [("WATCH s", "+OK|"), ("MULTI", "+OK|"), ("PING", "+QUEUED|")] {
            solo.ask(conn, word, answer);
        }
        solo.cmd(line);
        solo.ask(conn, "EXEC", if touches { "*-1|" } else { "*1|+PONG|" });
    }
}

/// What a consumer gets is propagated where it happens, even if a script is propagated as a whole.
#[test]
fn claims_of_scripts() {
    for (replicate, expect) in [
        ("yes", &["MULTI", "XCLAIM s g d 0 1-1 TIME T RETRYCOUNT 2 FORCE JUSTID LASTID 3-0", "EXEC"][..]),
        (
            "no",
            &[
                "XCLAIM s g d 0 1-1 TIME T RETRYCOUNT 2 FORCE JUSTID LASTID 3-0",
                "EVAL redis.call('XCLAIM','s','g','d',0,'1-1') 0",
            ],
        ),
    ] {
        let mut solo = master(&[&format!("lua-replicate-commands {replicate}")]);
        for line in LINES {
            solo.cmd(line);
        }
        let replica = solo.attach_replica();
        solo.cmd("SET first 1");
        solo.stream(replica);
        solo.cmd("EVAL \"redis.call('XCLAIM','s','g','d',0,'1-1')\" 0");
        let now = (solo.now.unix_us / 1000).to_string();
        let stream: Vec<String> = solo.stream(replica).iter().map(|line| line.replace(&now, "T")).collect();
        assert_eq!(stream, expect, "lua-replicate-commands {replicate}");
    }
}

/// In a transaction they are inside it, and what only reads is not.
#[test]
fn what_a_transaction_delivers_is_propagated_in_it() {
    let mut solo = filled();
    let replica = solo.attach_replica();
    solo.cmd("XADD s 9-0 f v");
    solo.stream(replica);
    for line in
        ["MULTI", "XREADGROUP GROUP g c STREAMS s >", "XREADGROUP GROUP g c STREAMS s 0", "XACK s g 9-0", "EXEC"]
    {
        solo.cmd(line);
    }
    let now = (solo.now.unix_us / 1000).to_string();
    let stream: Vec<String> = solo.stream(replica).iter().map(|line| line.replace(&now, "T")).collect();
    let claim = "XCLAIM s g c 0 9-0 TIME T RETRYCOUNT 1 FORCE JUSTID LASTID 9-0";
    assert_eq!(stream, ["MULTI", claim, "XACK s g 9-0", "EXEC"]);
}

#[test]
fn ids_of_the_clock_are_propagated_as_they_are() {
    let mut solo = master(&[]);
    let replica = solo.attach_replica();
    let now = solo.now.unix_us / 1000;
    solo.cmd("XADD s * f v");
    solo.cmd("XADD s MAXLEN ~ 1 * f v");
    solo.cmd("XADD s MAXLEN = 1 9999999999999 f v");
    solo.cmd("XADD s * f v");
    solo.cmd("XTRIM s MAXLEN ~ 0");
    assert_eq!(
        solo.stream(replica),
        [
            "SELECT 0".to_owned(),
            format!("XADD s {now}-0 f v"),
            format!("XADD s MAXLEN = 2 {now}-1 f v"),
            "XADD s MAXLEN = 1 9999999999999-0 f v".into(),
            "XADD s 9999999999999-1 f v".into(),
            "XTRIM s MAXLEN = 0".into(),
        ]
    );
}

#[test]
fn commands_know_their_keys() {
    let mut solo = master(&[]);
    for (line, keys) in [
        ("COMMAND GETKEYS XREAD STREAMS a b 1 2", "*2|$1|a|$1|b|"),
        ("COMMAND GETKEYS XREADGROUP GROUP streams c COUNT 1 NOACK STREAMS streams >", "*1|$7|streams|"),
        ("COMMAND GETKEYS XREAD BLOCK 0 STREAMS a b 1", "-ERR Invalid arguments specified for command|"),
        ("COMMAND GETKEYS XGROUP CREATE s g $", "*1|$1|s|"),
        ("COMMAND INFO xreadgroup", "*1|*6|$10|xreadgroup|:-7|*3|+write|+noscript|+movablekeys|:1|:1|:1|"),
        ("COMMAND INFO xadd", "*1|*6|$4|xadd|:-5|*4|+write|+denyoom|+random|+fast|:1|:1|:1|"),
        ("CONFIG GET stream-node-max-*", "*4|$21|stream-node-max-bytes|$4|4096|$23|stream-node-max-entries|$3|100|"),
    ] {
        assert_eq!(solo.cmd(line).replace("\r\n", "|"), keys, "{line}");
    }
}

/// A replica of a Redis 7 applies its stream; its own append-only file has it in words of Redis 5, and its replicas get it
/// as it came.
#[test]
fn the_stream_of_a_later_master() {
    let limits = psyncscope_engine::config::Limits { rdb_version_max: 12, ..Default::default() };
    let lines = ["replicaof 10.0.0.1 7000", "appendonly yes"];
    let mut solo = Solo::within(limits, &lines, None).unwrap();
    solo.run_ms(2);
    let (link, _) = solo.handshake();
    solo.say(link, format!("+FULLRESYNC {} 0\r\n", "1".repeat(40)).as_bytes());
    let file = rdb(&[]);
    solo.say(link, format!("${}\r\n", file.len()).as_bytes());
    solo.say(link, &file);
    // The file begins anew with the master's data.
    let rewrite = solo.outputs.iter().rev().find_map(|output| match output {
        Output::SpawnRewrite { child, job } => Some((*child, job.run())),
        _ => None,
    });
    let (child, bytes) = rewrite.expect("a child that rewrites");
    solo.input(psyncscope_engine::Input::ChildDone { child, result: Ok(bytes.into()) });
    solo.run_ms(100);
    let replica = solo.attach_replica();
    let sent = [
        "SELECT 0",
        "XADD s NOMKSTREAM MAXLEN = 9 LIMIT 0 1-1 f v",
        "XADD s 1-1 f v",
        "XADD s MINID = 1 2-1 f v",
        "XGROUP CREATE s g 0 ENTRIESREAD 0",
        "XGROUP CREATECONSUMER s g c",
        "XCLAIM s g c 0 1-1 TIME 1800000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
        "XDEL s 1-1",
        "XCLAIM s g c 0 1-1 TIME 1800000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 2-1",
        "XSETID s 3-3 ENTRIESADDED 3 MAXDELETEDID 1-1",
    ];
    for line in sent {
        let words: Vec<&str> = line.split(' ').collect();
        solo.say(link, crate::common::solo::resp(&words).as_bytes());
    }
    assert_eq!(solo.stream(replica), sent);
    assert_eq!(
        solo.cmd("XINFO GROUPS s").replace("\r\n", "|"),
        "*1|*8|$4|name|$1|g|$9|consumers|:1|$7|pending|:0|$17|last-delivered-id|$3|2-1|"
    );
    assert!(solo.cmd("XINFO STREAM s").contains("\r\n3-3\r\n"));
    assert!(solo.cmd("XADD s MINID 1 * f v").starts_with("-READONLY"), "clients have the commands of Redis 5");
    let written: Vec<u8> = solo
        .outputs
        .iter()
        .flat_map(|output| match output {
            Output::Disk(psyncscope_engine::io::DiskRequest::Append { bytes, .. }) => bytes.to_vec(),
            _ => Vec::new(),
        })
        .collect();
    let mut query = psyncscope_resp::QueryBuf::default();
    query.push(&written);
    let mut lines = Vec::new();
    while let psyncscope_resp::Parsed::Command(words) = query.next() {
        lines.push(words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join(" "));
    }
    let start = lines.iter().position(|line| line.starts_with('X')).unwrap();
    assert_eq!(
        lines[start..],
        [
            "XADD s 1-1 f v",
            "XADD s MAXLEN = 2 2-1 f v",
            "XGROUP CREATE s g 0",
            "XCLAIM s g c 0 1-1 TIME 1800000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
            "XDEL s 1-1",
            "XACK s g 1-1",
            "XGROUP SETID s g 2-1",
            "XSETID s 3-3",
        ]
    );
}
