//! Keyspace events of commands.

use crate::common::solo::Solo;

/// A node with all events enabled, and a subscriber to all of them.
fn subscribed() -> (Solo, psyncscope_engine::ConnId) {
    let mut solo = Solo::new(&["notify-keyspace-events EA", "hz 100"]);
    solo.run_ms(2);
    let conn = solo.accept();
    solo.say(conn, b"PSUBSCRIBE __keyevent@*\r\n");
    solo.sent(conn);
    (solo, conn)
}

/// Events since the last call: `event key`, or `event key@db` in databases other than 0.
fn events(solo: &mut Solo, conn: psyncscope_engine::ConnId) -> Vec<String> {
    let text = solo.sent(conn);
    let words: Vec<&str> = text.split("\r\n").collect();
    words[..words.len() - 1]
        .chunks(9)
        .map(|message| {
            let (db, event) =
                message[6].trim_start_matches("__keyevent@").split_once("__:").expect("an event's channel");
            let place = if db == "0" { String::new() } else { format!("@{db}") };
            format!("{event} {}{place}", message[8])
        })
        .collect()
}

/// Each command has the events of Redis 5.0.14.
#[test]
fn events_of_commands() {
    let (mut solo, conn) = subscribed();
    for (line, expect) in [
        ("SET s 1", "set s"),
        ("SET s 1 EX 10", "set s, expire s"),
        ("SETNX s 1", ""),
        ("PSETEX s 1000 1", "set s, expire s"),
        ("GETSET s 1", "set s"),
        ("MSET a 1 b 2", "set a, set b"),
        ("INCR s", "incrby s"),
        ("DECRBY s 2", "incrby s"),
        ("INCRBYFLOAT s 1.5", "incrbyfloat s"),
        ("APPEND s x", "append s"),
        ("SETRANGE s 1 y", "setrange s"),
        ("SETRANGE s 1 ''", ""),
        ("SETBIT s 1 1", "setbit s"),
        ("BITFIELD s SET u8 0 1 GET u8 0", "setbit s"),
        ("BITFIELD s GET u8 0", ""),
        ("BITOP AND t s s", "set t"),
        ("BITOP AND t none none", "del t"),
        ("BITOP AND t none none", ""),
        ("PFADD p 1", "pfadd p"),
        ("PFADD p 1", ""),
        ("PFMERGE p p", "pfadd p"),
        ("EXPIRE s 10", "expire s"),
        ("PERSIST s", ""),
        ("RENAME s r", "rename_from s, rename_to r"),
        ("EXPIRE r -1", "del r"),
        ("DEL a none b", "del a, del b"),
        ("UNLINK p", "del p"),
        ("RPUSH l 1 2 3", "rpush l"),
        ("LPUSHX l 0", "lpush l"),
        ("LPUSHX none 0", ""),
        ("LINSERT l BEFORE 1 x", "linsert l"),
        ("LINSERT l BEFORE none x", ""),
        ("LSET l 0 y", "lset l"),
        ("LREM l 1 none", ""),
        ("LREM l 1 y", "lrem l"),
        ("LTRIM l 0 2", "ltrim l"),
        ("LPOP l", "lpop l"),
        ("BRPOP l 0", "rpop l"),
        ("RPOPLPUSH l m", "lpush m, rpop l, del l"),
        ("SORT m STORE n", "sortstore n"),
        ("SORT none STORE n", "del n"),
        ("RPOP m", "rpop m, del m"),
        ("RPUSH l 1", "rpush l"),
        ("LTRIM l 5 6", "ltrim l, del l"),
        ("SADD s 1 2 3 x", "sadd s"),
        ("SADD s 1", ""),
        ("SREM s x none", "srem s"),
        ("SREM s none", ""),
        ("SMOVE s t 1", "srem s, sadd t"),
        ("SMOVE t s 1", "srem t, del t, sadd s"),
        ("SPOP s", "spop s"),
        ("SUNIONSTORE u s", "sunionstore u"),
        ("SDIFFSTORE u s s", "del u"),
        ("SINTERSTORE u s s", "sinterstore u"),
        ("SINTERSTORE u s none", ""),
        ("SPOP s 1", "spop s"),
        ("SPOP s 5", "spop s, del s"),
        ("HSET h a 1", "hset h"),
        ("HSET h a 1", "hset h"),
        ("HSETNX h a 1", ""),
        ("HMSET h b 1", "hset h"),
        ("HINCRBY h a 1", "hincrby h"),
        ("HINCRBYFLOAT h a 1", "hincrbyfloat h"),
        ("HDEL h a none", "hdel h"),
        ("HDEL h b", "hdel h, del h"),
        ("ZADD z 1 a 2 b 3 c 4 d 5 e 6 f", "zadd z"),
        ("ZADD z 1 a", ""),
        ("ZINCRBY z 1 a", "zincr z"),
        ("ZADD z INCR 1 a", "zincr z"),
        ("ZREM z a none", "zrem z"),
        ("ZREMRANGEBYRANK z 0 0", "zremrangebyrank z"),
        ("ZREMRANGEBYSCORE z 3 3", "zremrangebyscore z"),
        ("ZREMRANGEBYSCORE z 3 3", ""),
        ("ZUNIONSTORE y 1 z", "zunionstore y"),
        ("ZINTERSTORE y 2 z none", "del y"),
        ("ZPOPMIN z", "zpopmin z"),
        ("BZPOPMAX z 0", "zpopmax z"),
        ("ZREMRANGEBYLEX z - +", "zremrangebylex z, del z"),
        ("SET m 1", "set m"),
        ("MOVE m 1", ""),
        ("FLUSHALL", ""),
    ] {
        solo.cmd(line);
        assert_eq!(events(&mut solo, conn).join(", "), expect, "{line}");
    }
}

#[test]
fn events_of_blocked_clients() {
    let (mut solo, conn) = subscribed();
    for (wait, line, expect) in [
        ("BLPOP l 0", "RPUSH l 1", "rpush l, lpop l, del l"),
        ("BRPOPLPUSH l m 0", "RPUSH l 1", "rpush l, lpush m, rpop l, del l"),
        ("BZPOPMIN z 0", "ZADD z 1 a", "zadd z, zpopmin z, del z"),
    ] {
        let waiting = solo.accept();
        solo.say(waiting, format!("{wait}\r\n").as_bytes());
        solo.cmd(line);
        assert_eq!(events(&mut solo, conn).join(", "), expect, "{wait}");
    }
}

#[test]
fn events_of_expired_keys() {
    let (mut solo, conn) = subscribed();
    solo.cmd("PSETEX swept 1 x");
    solo.cmd("SELECT 1");
    solo.cmd("PSETEX touched 1 x");
    events(&mut solo, conn);
    solo.run_ms(100);
    assert_eq!(events(&mut solo, conn), ["expired swept", "expired touched@1"]);
    solo.cmd("DEBUG SET-ACTIVE-EXPIRE 0");
    solo.cmd("PSETEX touched 1 x");
    events(&mut solo, conn);
    solo.run_ms(100);
    assert_eq!(solo.cmd("GET touched"), "$-1\r\n");
    assert_eq!(events(&mut solo, conn), ["expired touched@1"]);
}

#[test]
fn only_enabled_classes_are_published() {
    let (mut solo, conn) = subscribed();
    assert_eq!(solo.cmd("CONFIG GET notify-keyspace-events"), "*2\r\n$22\r\nnotify-keyspace-events\r\n$2\r\nAE\r\n");
    for (flags, expect) in [("El", "rpush l"), ("Eg$", "del s"), ("E", ""), ("A", ""), ("", ""), ("Kl", "")] {
        assert_eq!(solo.cmd(&format!("CONFIG SET notify-keyspace-events '{flags}'")), "+OK\r\n");
        solo.cmd("SADD s 1");
        solo.cmd("DEL s");
        solo.cmd("RPUSH l 1");
        assert_eq!(events(&mut solo, conn).join(", "), expect, "{flags}");
    }
    assert!(solo.cmd("CONFIG SET notify-keyspace-events y").starts_with("-ERR Invalid argument"));
    let by_key = solo.accept();
    solo.say(by_key, b"SUBSCRIBE __keyspace@0__:l\r\n");
    solo.sent(by_key);
    solo.cmd("CONFIG SET notify-keyspace-events Kl");
    solo.cmd("RPUSH l 1");
    solo.expect(by_key, "*3\r\n$7\r\nmessage\r\n$16\r\n__keyspace@0__:l\r\n$5\r\nrpush\r\n");
}
