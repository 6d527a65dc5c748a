//! DEBUG: digests as a real Redis makes them, and what else tests of Redis lean on.

mod common;

use common::solo::Solo;

/// A dataset of every type and encoding in two databases.
const DATASET: &[&str] = &[
    "SET s hello",
    "SET n 12345",
    "SET t x PX 100000000",
    "RPUSH l a b c 10 a",
    "SADD i 3 1 2",
    "SADD m x 1 y",
    "ZADD z 1 a 2.5 b -inf c 0.1 d 1e20 e 3 10",
    "HSET h f v g 17 k 0.5",
    "SELECT 3",
    "SET s hello",
    "ZADD z2 1 a",
    "EXPIRE z2 1000",
];

fn filled() -> Solo {
    let mut solo = Solo::new(&[]);
    for line in DATASET {
        let reply = solo.cmd(line);
        assert!(!reply.starts_with('-'), "{line}: {reply}");
    }
    solo
}

/// What redis-server 7.0.15 replied for the same commands.
#[test]
fn digests_are_those_of_redis() {
    let mut solo = filled();
    assert_eq!(solo.cmd("DEBUG DIGEST"), "+d53c31f120837259be6c3d7ba60b9fe30c762a38\r\n");
    assert_eq!(solo.cmd("DEBUG DIGEST-VALUE z2"), "*1\r\n+a5846e39316350ab396b7c4cb0705de2747e1916\r\n");
    solo.cmd("SELECT 0");
    let digests = [
        "36b23a1456b2dce2c3ed252c456761301dba8060",
        "e1cf90774e995ae03de66e8109dc5cb9d9c2dc83",
        "0745672cb1bf060476eedeb8a28f5ffe1ff5a2be",
        "d2827a216184303993ab60504d6bc1a55b5e1bc7",
        "2a462a3f51a1db89738ebbeef0c47ce1bbc85246",
        "03ee76a1ebe8db27d61b3ea784011d5acc537675",
        "227b4675eb759da8937144cbbc8ef26e7b8ec5eb",
        "cea43af52b7808f3c2128ed2021ea73123e72ac8",
        "0000000000000000000000000000000000000000",
    ];
    let expect: String = digests.iter().map(|digest| format!("+{digest}\r\n")).collect();
    assert_eq!(solo.cmd("DEBUG DIGEST-VALUE s n t l i m z h none"), format!("*9\r\n{expect}"));
    solo.cmd("FLUSHALL");
    assert_eq!(solo.cmd("DEBUG DIGEST"), "+0000000000000000000000000000000000000000\r\n");
}

#[test]
fn the_digest_knows_no_order_but_that_of_lists() {
    let digest_of = |lines: &[&str]| {
        let mut solo = Solo::new(&[]);
        lines.iter().for_each(|line| drop(solo.cmd(line)));
        solo.cmd("DEBUG DIGEST")
    };
    let one = digest_of(&["SET a 1", "SET b 2", "SADD s x y z", "HSET h f 1 g 2"]);
    assert_eq!(one, digest_of(&["HSET h g 2 f 1", "SADD s z y x", "SET x 1", "SET b 2", "RENAME x a"]));
    assert_ne!(one, digest_of(&["HSET h g 1 f 2", "SADD s z y x", "SET b 2", "SET a 1"]));
    assert_ne!(digest_of(&["RPUSH l a b"]), digest_of(&["RPUSH l b a"]));
    assert_ne!(digest_of(&["SET a 1"]), digest_of(&["SELECT 1", "SET a 1"]));
    assert_ne!(digest_of(&["SET a 1"]), digest_of(&["SET a 1 EX 100"]));
    assert_eq!(digest_of(&["SET a 1 EX 10"]), digest_of(&["SET a 1 EX 100"]));
}

#[test]
fn a_reload_changes_nothing_that_a_file_can_hold() {
    let mut solo = filled();
    let digest = solo.cmd("DEBUG DIGEST");
    assert_eq!(solo.cmd("DEBUG RELOAD"), "+OK\r\n");
    assert_eq!(solo.cmd("DEBUG DIGEST"), digest);
    assert_eq!(solo.cmd("OBJECT ENCODING z2"), "$7\r\nziplist\r\n");
    assert!(solo.cmd("INFO persistence").contains("rdb_changes_since_last_save:0\r\n"));
}

#[test]
fn populate_makes_keys() {
    let mut solo = Solo::new(&[]);
    solo.cmd("SET key:1 mine");
    assert_eq!(solo.cmd("DEBUG POPULATE 3"), "+OK\r\n");
    assert_eq!(
        solo.cmd("MGET key:0 key:1 key:2 key:3"),
        "*4\r\n$7\r\nvalue:0\r\n$4\r\nmine\r\n$7\r\nvalue:2\r\n$-1\r\n"
    );
    assert_eq!(solo.cmd("DEBUG POPULATE 2 p 10"), "+OK\r\n");
    assert_eq!(solo.cmd("GET p:1"), "$10\r\nvalue:1\0\0\0\r\n");
    assert_eq!(solo.cmd("DEBUG POPULATE 1 q 3"), "+OK\r\n");
    assert_eq!(solo.cmd("GET q:0"), "$3\r\nval\r\n");
    assert!(solo.cmd("INFO persistence").contains("rdb_changes_since_last_save:1\r\n"));
    for bad in ["x", "1 p x", "1 p -1", "9223372036854775807", "1000000 p 1000000"] {
        assert_eq!(solo.cmd(&format!("DEBUG POPULATE {bad}")), "-ERR value is not an integer or out of range\r\n");
    }
    assert_eq!(solo.cmd("DEBUG POPULATE 300000 big"), "+OK\r\n");
    assert_eq!(solo.cmd("DBSIZE"), ":300006\r\n");
}

#[test]
fn debug_object_tells_what_is_known() {
    let mut solo = filled();
    solo.run_ms(3000);
    let told = solo.cmd("DEBUG OBJECT s");
    assert!(told.starts_with("+Value at:0x0 refcount:1 encoding:embstr serializedlength:6 lru:"), "{told}");
    assert!(told.ends_with("lru_seconds_idle:3\r\n"), "{told}");
    assert_eq!(solo.cmd("DEBUG OBJECT none"), "-ERR no such key\r\n");
    solo.cmd("SELECT 0");
    assert!(solo.cmd("DEBUG OBJECT l").contains("encoding:quicklist"));
    assert!(solo.cmd("DEBUG OBJECT n").contains("refcount:1 encoding:int serializedlength:3"));
}

#[test]
fn other_words() {
    let mut solo = Solo::new(&[]);
    assert_eq!(solo.cmd("DEBUG ERROR \"OOPS so wrong\""), "-OOPS so wrong\r\n");
    assert_eq!(solo.cmd("DEBUG LOG hello"), "+OK\r\n");
    assert!(solo.cmd("DEBUG HELP").contains("+DEBUG <subcommand> arg arg ... arg. Subcommands are:\r\n"));
    assert_eq!(
        solo.cmd("DEBUG NONSENSE"),
        "-ERR Unknown subcommand or wrong number of arguments for 'NONSENSE'. Try DEBUG HELP.\r\n"
    );
}

#[test]
fn scripts_are_propagated_by_their_commands_or_whole() {
    let mut master = Solo::new(&["repl-ping-replica-period 1000"]);
    let replica = master.attach_replica();
    let mut stream = |on: &str| {
        assert_eq!(master.cmd(&format!("DEBUG LUA-ALWAYS-REPLICATE-COMMANDS {on}")), "+OK\r\n");
        assert_eq!(master.cmd("EVAL \"return redis.call('incr', 'n')\" 0").chars().next(), Some(':'));
        let mut commands = master.stream(replica);
        commands.retain(|command| !command.starts_with("SELECT"));
        commands
    };
    let whole = "EVAL return redis.call('incr', 'n') 0";
    assert_eq!(stream("0"), [whole]);
    assert_eq!(stream("1"), ["MULTI", "incr n", "EXEC"]);
    assert_eq!(stream("x"), [whole], "what is no number is 0");
}
