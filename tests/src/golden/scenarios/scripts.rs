//! What is propagated, and scripts: those that are replicated whole, and those that do not end.

use psyncscope_resp::split_args;

use super::{NO_PING, Testbed, Transcript};

/// The steps of [`g_propagation`]: a command of the client of A, then 60 ms; `A:`, `B:` or `c2:` and a command, without
/// a pause; `c2>` sends a command whose reply `c2<` reads; a pause.
///
/// The recorder's COMMAND COUNT is left out, for not all commands are here.
const PROPAGATION: &[&str] = &[
    "SET a 1",
    "SET a 2",
    "SELECT 1",
    "GET a",
    "SET b 1",
    "SELECT 0",
    "INCR a",
    "SELECT 12",
    "SET z 1",
    "SELECT 0",
    "SET a 5",
    "DEL nosuch",
    "DEL a nosuch",
    "SETNX k0 q",
    "SADD s0 m",
    "SADD s0 m",
    "set lower case",
    "SET bin \"\\x00\\x0d\\x0a\\xff\"",
    "EXPIRE k0 1000",
    "PEXPIRE k0 100000",
    "EXPIREAT k0 1999999999",
    "PERSIST k0",
    "EXPIRE nosuch 10",
    "SETEX e1 100 v",
    "PSETEX e2 100000 v",
    "SET e3 v EX 100",
    "SET e4 v PX 100000 NX",
    "EXPIRE e1 -1",
    "EXPIRE e2 0",
    // Active expire: SET exp1 v PX 100 then wait 400 ms
    "SET exp1 v PX 100",
    "400 ms",
    // Lazy expire: DEBUG SET-ACTIVE-EXPIRE 0; SET exp2 v PX 100; wait 300 ms; GET exp2 -> DEL
    "DEBUG SET-ACTIVE-EXPIRE 0",
    "SET exp2 v PX 100",
    "300 ms",
    "GET exp2",
    // Write command on expired key: DEL precedes the write
    "SET exp3 5 PX 100",
    "300 ms",
    "INCR exp3",
    // Expired key in a different db than the last SELECT
    "SELECT 1",
    "SET exp4 5 PX 100",
    "SELECT 0",
    "SET x 1",
    "300 ms",
    "SELECT 1",
    "GET exp4",
    "SELECT 0",
    "SET x 2",
    // Lazyfree-lazy-expire yes -> UNLINK
    "CONFIG SET lazyfree-lazy-expire yes",
    "SET exp5 v PX 100",
    "300 ms",
    "GET exp5",
    "CONFIG SET lazyfree-lazy-expire no",
    // Replica view of a logically expired key: read on B returns nil, key still there (DBSIZE); no DEL until A does it
    "SET exp6 v PX 100",
    "300 ms",
    "B: GET exp6",
    "B: EXISTS exp6",
    "B: TTL exp6",
    "B: DBSIZE",
    "DEBUG SET-ACTIVE-EXPIRE 1",
    "400 ms",
    "B: DBSIZE",
    "INCR cnt",
    "INCRBY cnt 10",
    "DECR cnt",
    "INCRBYFLOAT cnt 1.5",
    "HINCRBYFLOAT h f 0.1",
    "HINCRBY h g 2",
    "APPEND app x",
    "GETSET a 9",
    "MSET m1 1 m2 2",
    "RENAME m1 m3",
    "UNLINK m3",
    // MULTI/EXEC
    "MULTI",
    "SET t1 1",
    "GET t1",
    "INCR t1",
    "EXEC",
    // MULTI with only read commands: nothing propagated
    "MULTI",
    "GET t1",
    "EXEC",
    // MULTI with a write that changes nothing: MULTI + EXEC only
    "MULTI",
    "DEL nosuch",
    "EXEC",
    // MULTI with PING only (not readonly/admin): MULTI + EXEC
    "MULTI",
    "PING",
    "EXEC",
    // SELECT inside MULTI
    "MULTI",
    "SET t2 1",
    "SELECT 1",
    "SET t3 1",
    "EXEC",
    "SELECT 0",
    "SET t4 1",
    // Empty MULTI/EXEC
    "MULTI",
    "EXEC",
    // DISCARD / WATCH fail
    "MULTI",
    "SET q 1",
    "DISCARD",
    // SPOP
    "SADD set1 x",
    "SPOP set1",
    "SADD set2 p q r",
    "SPOP set2 2",
    "SPOP set2 5",
    "SADD set3 1 2 3 4",
    "SPOP set3",
    // Scripts: effects replication (5.0 default)
    "EVAL \"redis.call('set',KEYS[1],ARGV[1]); return redis.call('incr',KEYS[1])\" 1 sk 10",
    "EVALSHA 9efb98252fe1ac1802f4aa8160bc9738f9765848 1 sk 20",
    "EVAL \"return redis.call('get',KEYS[1])\" 1 sk",
    "EVAL \"return 1\" 0",
    "EVAL \"return redis.call('spop',KEYS[1])\" 1 set3",
    "EVAL \"redis.call('select',3); redis.call('set','in3','1'); return 1\" 0",
    "SET afterscript 1",
    "MULTI",
    "EVALSHA 9efb98252fe1ac1802f4aa8160bc9738f9765848 1 sk 30",
    "EXEC",
    "SCRIPT LOAD \"return 7\"",
    "SCRIPT EXISTS 9efb98252fe1ac1802f4aa8160bc9738f9765848",
    "SCRIPT FLUSH",
    // Pub/sub
    "PUBLISH chan hello",
    // Blocking ops
    "c2> BLPOP bl 0",
    "100 ms",
    "LPUSH bl e1",
    "c2<",
    "c2> BRPOPLPUSH bl dst 0",
    "100 ms",
    "RPUSH bl e2",
    "c2<",
    "LPUSH bl e3",
    "c2: BLPOP bl 0",
    "60 ms",
    "LPUSH bl e4",
    "c2: BRPOPLPUSH bl dst 0",
    "60 ms",
    "c2> BZPOPMIN bz 0",
    "100 ms",
    "ZADD bz 1 m",
    "c2<",
    "60 ms",
    // Misc
    "XADD st * f v",
    "XADD st MAXLEN ~ 10 * f v",
    "PFADD hll a",
    "PFADD hll a",
    "PFCOUNT hll",
    "SWAPDB 0 5",
    "SWAPDB 0 5",
    "MOVE afterscript 2",
    "SORT set2 STORE sorted",
    "FLUSHDB",
    "FLUSHALL",
    "FLUSHALL",
    "SET end 1",
    "1200 ms",
    "A: INFO replication",
];

/// Every rule of what a master sends to its replicas for what its clients do.
#[must_use]
pub fn g_propagation(seed: u64) -> Transcript {
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.sleep_ms(1200);
    let c2 = s.client(a, "c2");
    for step in PROPAGATION {
        if let Some(ms) = step.strip_suffix(" ms") {
            s.sleep_ms(ms.parse().expect("a number"));
            continue;
        }
        let (who, line) = step.split_once([':', '>', '<']).filter(|(who, _)| who.len() < 3).unwrap_or(("", step));
        let words = split_args(line.trim().as_bytes()).expect("a well-quoted line");
        match (who, step.as_bytes().get(who.len())) {
            ("c2", Some(b'>')) => s.send(&c2, &words),
            ("c2", Some(b'<')) => s.read(&c2),
            ("c2", _) => s.cmd_as(&c2, &words),
            ("A", _) => s.cmd(a, &words),
            ("B", _) => s.cmd(b, &words),
            _ => {
                s.cmd(a, &words);
                s.sleep_ms(60);
            }
        }
    }
    s.transcript()
}

/// `lua-replicate-commands no`: scripts go to the replicas as they are, EVALSHA only when all are known to hold the
/// script.
#[must_use]
pub fn g2_evalsha_promotion(seed: u64) -> Transcript {
    const WRITES: &str = "redis.call('set',KEYS[1],ARGV[1]); return redis.call('incr',KEYS[1])";
    const WRITES_SHA: &str = "9efb98252fe1ac1802f4aa8160bc9738f9765848";
    const READS: &str = "return redis.call('get',KEYS[1])";
    const READS_SHA: &str = "fd758d1589d044dd850a6f05d52f2eefd27f033f";
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "lua-replicate-commands no"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.sleep_ms(1200);
    let run = |s: &mut Testbed, words: &[&str]| {
        s.cmd(a, words);
        s.sleep_ms(80);
    };
    run(&mut s, &["EVAL", WRITES, "1", "sk", "10"]);
    run(&mut s, &["EVALSHA", WRITES_SHA, "1", "sk", "20"]);
    run(&mut s, &["EVALSHA", WRITES_SHA, "1", "sk", "30"]);
    run(&mut s, &["SCRIPT", "LOAD", READS]);
    run(&mut s, &["EVALSHA", READS_SHA, "1", "sk"]);
    run(&mut s, &["EVALSHA", READS_SHA, "1", "sk"]);
    run(&mut s, &["EVAL", READS, "1", "sk"]);
    // A new replica may hold no script.
    s.proxy("C>A", 17012, a, 17001);
    let c = s.node("C", 17003, &["replicaof 127.0.0.1 17012"]);
    s.wait_up(c);
    s.sleep_ms(1200);
    run(&mut s, &["EVALSHA", WRITES_SHA, "1", "sk", "40"]);
    run(&mut s, &["EVALSHA", WRITES_SHA, "1", "sk", "50"]);
    run(&mut s, &["SCRIPT", "FLUSH"]);
    run(&mut s, &["EVAL", WRITES, "1", "sk", "60"]);
    run(&mut s, &["EVALSHA", WRITES_SHA, "1", "sk", "70"]);
    s.sleep_ms(300);
    s.transcript()
}

/// A script that does not end, first on the master, then on the replica, whose master's stream waits meanwhile.
#[must_use]
pub fn z_busy_script(seed: u64) -> Transcript {
    const FOR_EVER: &[&str] = &["EVAL", "while true do end", "0"];
    let mut s = Testbed::new(seed);
    let a = s.node("A", 17001, &[NO_PING, "lua-time-limit 100"]);
    s.cmd(a, &["SET", "k0", "v0"]);
    s.proxy("B>A", 17011, a, 17001);
    let b = s.node("B", 17002, &["lua-time-limit 100", "replicaof 127.0.0.1 17011"]);
    s.wait_up(b);
    s.sleep_ms(1100);
    let lua = s.client(a, "lua");
    s.send(&lua, FOR_EVER);
    s.sleep_ms(400);
    for words in [
        &["GET", "k0"][..],
        &["PING"],
        &["INFO", "replication"],
        &["PSYNC", "?", "-1"],
        &["REPLCONF", "listening-port", "1"],
        &["ROLE"],
    ] {
        s.cmd(a, words);
    }
    s.cut("B>A");
    s.sleep_ms(2200);
    s.cmd(a, &["SCRIPT", "KILL"]);
    s.read(&lua);
    s.wait_up(b);
    s.sleep_ms(1100);
    // The same on the replica.
    let lua = s.client(b, "lua");
    s.send(&lua, FOR_EVER);
    s.sleep_ms(400);
    s.cmd(a, &["SET", "during", "1"]);
    s.sleep_ms(1000);
    s.cmd(b, &["GET", "during"]);
    s.cmd(a, &["INFO", "replication"]);
    s.cmd(b, &["SCRIPT", "KILL"]);
    s.read(&lua);
    s.sleep_ms(1200);
    s.cmd(b, &["GET", "during"]);
    s.cmd(a, &["INFO", "replication"]);
    s.transcript()
}
