//! DEBUG and MEMORY: digests as in Redis, crashes, and how Redis would store data.

use psyncscope_engine::Output;
use psyncscope_engine::event::Event;
use psyncscope_engine::io::HostFacts;

use crate::common::solo::Solo;

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
fn digests_equal_those_of_redis() {
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
fn the_digest_depends_on_order_only_in_lists() {
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
fn a_reload_keeps_everything_that_a_file_can_hold() {
    let mut solo = filled();
    let digest = solo.cmd("DEBUG DIGEST");
    assert_eq!(solo.cmd("DEBUG RELOAD"), "+OK\r\n");
    assert_eq!(solo.cmd("DEBUG DIGEST"), digest);
    assert_eq!(solo.cmd("OBJECT ENCODING z2"), "$7\r\nziplist\r\n");
    assert!(solo.cmd("INFO persistence").contains("rdb_changes_since_last_save:0\r\n"));
}

#[test]
fn populate_creates_keys() {
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
fn debug_object() {
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
fn other_subcommands() {
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

/// The lines of the log since the last call.
fn log_of(solo: &mut Solo) -> Vec<String> {
    let events = std::mem::take(&mut solo.events);
    let texts = events.into_iter().filter_map(|event| match event {
        Event::Log { text, .. } => Some(text),
        _ => None,
    });
    texts.collect()
}

#[test]
fn crashes_end_the_process_without_saving() {
    for (line, cause) in [
        ("SEGFAULT", "Redis 5.0.14 crashed by signal: 11"),
        ("PANIC", "Guru Meditation: DEBUG PANIC called at Unix time 1800000000"),
        ("ASSERT", "==> DEBUG ASSERT: '1 == 2' is not true"),
        ("OOM", "Out Of Memory allocating 18446744073709551615 bytes!"),
    ] {
        let mut solo = Solo::new(&["save 60 1"]);
        solo.cmd("SET a 1");
        solo.outputs.clear();
        assert_eq!(solo.cmd(&format!("DEBUG {line}")), "", "{line}");
        assert!(matches!(solo.outputs[..], [Output::Crash]), "{line}: {:?}", solo.outputs);
        let log = log_of(&mut solo);
        assert!(log.iter().any(|text| text == cause), "{line}: {log:?}");
        assert!(log.iter().any(|text| text == "Redis 5.0.14 crashed by signal: 11"), "{line}: {log:?}");
        assert_eq!(solo.cmd("PING"), "", "no turn follows a crash");
    }
}

#[test]
fn hash_tables_are_described() {
    let mut solo = Solo::new(&[]);
    let empty = "No stats available for empty dictionaries\n";
    let bulk = |text: &str| format!("${}\r\n{text}\r\n", text.len());
    assert_eq!(solo.cmd("DEBUG HTSTATS 0"), bulk(&format!("[Dictionary HT]\n{empty}[Expires HT]\n{empty}")));
    for i in 0..100 {
        solo.cmd(&format!("SET key{i} x"));
    }
    solo.cmd("EXPIRE key1 100");
    let stats = solo.cmd("DEBUG HTSTATS 0");
    assert!(stats.contains("[Dictionary HT]\nHash table 0 stats (main hash table):\n table size: 128\n"), "{stats}");
    assert!(stats.contains(" number of elements: 100\n") && stats.contains(" Chain length distribution:\n   0: "));
    assert!(stats.contains("[Expires HT]\nHash table 0 stats (main hash table):\n table size: 4\n"), "{stats}");
    assert!(stats.contains(" different slots: 1\n max chain length: 1\n avg chain length (counted): 1.00\n"));
    assert!(stats.ends_with("   0: 3 (75.00%)\n   1: 1 (25.00%)\n\r\n"), "{stats}");
    assert_eq!(solo.cmd("DEBUG HTSTATS 16"), "-ERR Out of range database\r\n");
    assert_eq!(solo.cmd("DEBUG HTSTATS -1"), "-ERR Out of range database\r\n");
    assert_eq!(solo.cmd("DEBUG HTSTATS x"), "-ERR value is not an integer or out of range\r\n");
    solo.cmd("SADD s a b c");
    assert!(solo.cmd("DEBUG HTSTATS-KEY s").contains(" number of elements: 3\n"));
    solo.cmd("SADD i 1 2 3");
    assert_eq!(
        solo.cmd("DEBUG HTSTATS-KEY i"),
        "-ERR The value stored at the specified key is not represented using an hash table\r\n"
    );
    assert_eq!(solo.cmd("DEBUG HTSTATS-KEY none"), "-ERR no such key\r\n");
}

#[test]
fn structures_are_described() {
    let mut solo = filled();
    solo.cmd("SELECT 0");
    assert_eq!(
        solo.cmd("DEBUG SDSLEN s"),
        "+key_sds_len:1, key_sds_avail:0, key_zmalloc: 3, val_sds_len:5, val_sds_avail:0, val_zmalloc: 7\r\n"
    );
    assert_eq!(solo.cmd("DEBUG SDSLEN n"), "-ERR Not an sds encoded string.\r\n");
    assert_eq!(solo.cmd("DEBUG SDSLEN l"), "-ERR Not an sds encoded string.\r\n");
    assert_eq!(solo.cmd("DEBUG SDSLEN none"), "-ERR no such key\r\n");
    let sizes = "bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17 ";
    assert_eq!(solo.cmd("DEBUG STRUCTSIZE"), format!("${}\r\n{sizes}\r\n", sizes.len()));
    solo.events.clear();
    assert_eq!(solo.cmd("DEBUG ZIPLIST h"), "+Ziplist structure printed in the log\r\n");
    assert_eq!(
        log_of(&mut solo),
        [
            "{total bytes 31} {num entries 6} {tail offset 25}",
            "{index 0, offset 10, entry len 3, content f}",
            "{index 1, offset 13, entry len 3, content v}",
            "{index 2, offset 16, entry len 3, content g}",
            "{index 3, offset 19, entry len 3, content 17}",
            "{index 4, offset 22, entry len 3, content k}",
            "{index 5, offset 25, entry len 5, content 0.5}",
        ]
    );
    assert_eq!(solo.cmd("DEBUG ZIPLIST s"), "-ERR Not an sds encoded string.\r\n");
}

#[test]
fn memory_is_counted_as_redis_counts_it() {
    let mut solo = Solo::new(&[]);
    solo.cmd("SET sixkey 1");
    assert_eq!(solo.cmd("MEMORY USAGE sixkey"), ":48\r\n");
    assert_eq!(solo.cmd("MEMORY USAGE sixkey SAMPLES 0"), ":48\r\n");
    assert_eq!(solo.cmd("MEMORY USAGE sixkey SAMPLES -5"), "-ERR syntax error\r\n");
    assert_eq!(solo.cmd("MEMORY USAGE sixkey SAMPLES"), "-ERR syntax error\r\n");
    assert_eq!(solo.cmd("MEMORY USAGE sixkey COUNT 5"), "-ERR syntax error\r\n");
    assert_eq!(solo.cmd("MEMORY USAGE sixkey SAMPLES x"), "-ERR value is not an integer or out of range\r\n");
    assert_eq!(solo.cmd("MEMORY USAGE none"), "$-1\r\n");
    assert_eq!(solo.cmd("EVAL \"return redis.call('MEMORY', 'USAGE', KEYS[1])\" 1 sixkey"), ":48\r\n");
    solo.cmd("SADD long a bbbbbbbbbb");
    assert_eq!(solo.cmd("MEMORY USAGE long SAMPLES 1"), format!(":{}\r\n", 6 + 24 + 16 + 96 + 32 + 2 * 27));
    assert_eq!(solo.cmd("MEMORY USAGE long"), format!(":{}\r\n", 6 + 24 + 16 + 96 + 32 + 27 + 36));
}

#[test]
fn memory_stats_lists_what_info_knows() {
    let mut solo = Solo::new(&[]);
    solo.cmd("SET a 1");
    solo.cmd("SET b 1 EX 100");
    solo.cmd("SELECT 3");
    solo.cmd("SET c 1");
    let stats = solo.cmd("MEMORY STATS");
    let (len, fields) = stats.split_once("\r\n").unwrap();
    let words: Vec<&str> = fields.split("\r\n").filter(|word| !word.starts_with('$')).collect();
    let of = |name: &str| words.iter().position(|word| *word == name).map(|at| words[at + 1]);
    let names: Vec<&str> = words.iter().filter(|word| word.starts_with(|c: char| c.is_alphabetic())).copied().collect();
    // Those of Redis, in its order.
    assert_eq!(
        names.join(" "),
        "peak.allocated total.allocated startup.allocated replication.backlog clients.slaves clients.normal aof.buffer \
         lua.caches db.0 overhead.hashtable.main overhead.hashtable.expires db.3 overhead.hashtable.main \
         overhead.hashtable.expires overhead.total keys.count keys.bytes-per-key dataset.bytes dataset.percentage \
         peak.percentage allocator.allocated allocator.active allocator.resident allocator-fragmentation.ratio \
         allocator-fragmentation.bytes allocator-rss.ratio allocator-rss.bytes rss-overhead.ratio rss-overhead.bytes \
         fragmentation fragmentation.bytes"
    );
    assert_eq!(len, "*54", "{stats}");
    assert_eq!(of("keys.count"), Some(":3"));
    assert_eq!(of("overhead.hashtable.main"), Some(":112"), "2 * (24 + 16) + 4 * 8");
    assert_eq!(of("overhead.hashtable.expires"), Some(":56"));
    assert_eq!(of("allocator-fragmentation.ratio"), Some("1"));
    // Nobody has told what the process takes.
    assert_eq!((of("fragmentation"), of("fragmentation.bytes")), (Some("0"), Some(":0")));
    let info = solo.cmd("INFO memory");
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    assert_eq!(of("dataset.bytes").unwrap(), format!(":{}", field("used_memory_dataset")));
    assert_eq!(of("startup.allocated").unwrap(), format!(":{}", field("used_memory_startup")));

    let used: i64 = of("total.allocated").unwrap()[1..].parse().unwrap();
    solo.node.set_host_facts(HostFacts { rss_bytes: used as u64 * 3 / 2, ..HostFacts::default() });
    let stats = solo.cmd("MEMORY STATS");
    assert!(stats.contains("$13\r\nfragmentation\r\n$3\r\n1.5\r\n"), "{stats}");
    assert!(stats.ends_with(&format!("$19\r\nfragmentation.bytes\r\n:{}\r\n", used / 2)), "{stats}");
}
