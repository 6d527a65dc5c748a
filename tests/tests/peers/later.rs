//! A master of Redis 7 and our replica: all that 7 propagates for the data types that we have, and what ends the link.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::server::{Client, Kind, Reply};
use super::serving::{assert_catches_up, follow, start, wait_until};

/// Commands in all, and how many travel at once.
const COMMANDS: usize = 10_000;
const PIECE: usize = 500;

/// `count` commands that Redis 6.2 and 7 propagate in forms that are new since Redis 5, and some that are not. Some
/// fail, and then change nothing. No key lives for less than a day: keys that expired on one and not yet on the other
/// would differ.
fn commands(rng: &mut Xoshiro256PlusPlus, count: usize) -> Vec<Vec<Vec<u8>>> {
    let mut commands = Vec::with_capacity(count);
    while commands.len() < count {
        let line = line(rng);
        // A transaction of three now and then.
        let in_transaction = rng.next_u32().is_multiple_of(20) && !line.starts_with("EVAL");
        if in_transaction {
            commands.push("MULTI".to_owned());
            commands.push(line);
            commands.push(self::line(rng));
            commands.push("EXEC".to_owned());
        } else {
            commands.push(line);
        }
    }
    commands.iter().map(|line| line.split(' ').map(|word| word.as_bytes().to_vec()).collect()).collect()
}

fn line(rng: &mut Xoshiro256PlusPlus) -> String {
    let mut below = |n: u32| rng.next_u32() % n;
    let (a, b, c) = (below(12), below(12), below(12));
    let (x, y, n) = (below(40), below(40), i64::from(below(2000)) - 1000);
    let (seconds, kind) = (86_400 + below(1_000_000), ["s", "l", "e", "h", "z", "g", "x"][below(7) as usize]);
    let ms = u64::from(seconds) * 1000 + u64::from(below(1000));
    let future_s = 4_000_000_000 + u64::from(below(1_000_000));
    let longitude = f64::from(below(36_000)) / 100.0 - 180.0;
    let latitude = f64::from(below(16_000)) / 100.0 - 80.0;
    let end = |n: u32| if n.is_multiple_of(2) { "LEFT" } else { "RIGHT" };
    let condition = ["NX", "XX", "GT", "LT", "XX GT", "XX LT"][(x % 6) as usize];
    let shape = match below(3) {
        0 => format!("BYRADIUS {} km", 100 + x * 50),
        1 => format!("BYRADIUS {} mi", 10 + y),
        _ => format!("BYBOX {} {} km", 100 + x * 90, 100 + y * 90),
    };
    let count = ["", " COUNT 3", " COUNT 3 ANY", " ASC", " DESC", " DESC COUNT 2"][below(6) as usize];
    let digits = "x".repeat(below(100) as usize);
    let (group, consumer) = (["g1", "g2"][(x % 2) as usize], ["c1", "c2", "c3"][(y % 3) as usize]);
    let entry = format!("{}-{}", 1 + x, y % 3);
    match below(112) {
        0 => format!("SELECT {}", x % 3),
        1 => format!("SET s{a} {n} EX {seconds}"),
        2 => format!("SET s{a} {n} PX {ms}"),
        3 => format!("SET s{a} v{digits} EXAT {future_s}"),
        4 => format!("SET s{a} {n}.5 PXAT {future_s}{:03}", x),
        5 | 6 => format!("SET s{a} {n} KEEPTTL"),
        7 => format!("SET s{a} {n} GET"),
        8 => format!("SET s{a} {n} XX GET EX {seconds}"),
        9 => format!("SET s{a} {n} NX GET"),
        10 => format!("SET s{a} {n} NX KEEPTTL"),
        11 => format!("SETEX s{a} {seconds} {n}"),
        12 => format!("PSETEX s{a} {ms} {n}"),
        13 => format!("GETEX s{a} EX {seconds}"),
        14 => format!("GETEX s{a} PXAT {future_s}000"),
        15 => format!("GETEX s{a} PERSIST"),
        16 => format!("GETDEL s{a}"),
        17 | 18 => format!("INCRBYFLOAT s{a} {}.25", n / 7),
        19 => format!("EXPIRE {kind}{a} {seconds} {condition}"),
        20 => format!("PEXPIRE {kind}{a} {ms} {condition}"),
        21 => format!("EXPIREAT {kind}{a} {future_s} {condition}"),
        22 => format!("PEXPIREAT {kind}{a} {future_s}000"),
        23 => format!("EXPIRE {kind}{a} -1"),
        24 => format!("PERSIST {kind}{a}"),
        25..=28 => format!("RPUSH l{a} {x} {n} w{digits}"),
        29 => format!("LPUSH l{a} {x} {y}"),
        30 => format!("LPOP l{a} {}", x % 5),
        31 => format!("RPOP l{a} {}", x % 5),
        32 => format!("LMOVE l{a} l{b} {} {}", end(x), end(y)),
        33 => format!("BLMOVE l{a} l{b} {} {} 0.001", end(x), end(y)),
        34 => format!("LMPOP 2 l{a} l{b} {} COUNT {}", end(x), 1 + y % 4),
        35 => format!("BLMPOP 0.001 2 l{a} l{b} {}", end(x)),
        36 => format!("BLPOP l{a} l{b} 0.001"),
        37 => format!("BRPOPLPUSH l{a} l{b} 0.001"),
        38 => format!("LINSERT l{a} BEFORE {x} {y}"),
        39 => format!("SORT l{a} ALPHA DESC STORE l{b}"),
        40 => format!("COPY {kind}{a} {kind}{b} REPLACE"),
        41 => format!("COPY {kind}{a} {kind}{b}"),
        42 => format!("COPY {kind}{a} {kind}{b} DB {} REPLACE", x % 3),
        43..=45 => format!("ZADD z{a} {n} m{x} {}.5 m{y} {y} m{}", n / 2, x + 40),
        46 => format!("ZADD z{a} GT CH {n} m{x} {n}.25 m{y}"),
        47 => format!("ZADD z{a} LT {n} m{x} {n}.25 m{y}"),
        48 => format!("ZADD z{a} XX GT CH {n} m{x} 3 m{y}"),
        49 => format!("ZADD z{a} LT INCR {}.125 m{x}", n / 3),
        50 => format!("ZRANGESTORE z{a} z{b} {} {}", x % 5, i64::from(y % 9) - 3),
        51 => format!("ZRANGESTORE z{a} z{b} 0 {} REV", y % 9),
        52 => format!("ZRANGESTORE z{a} z{b} ({n} +inf BYSCORE LIMIT {} {}", x % 3, y % 9),
        53 => format!("ZRANGESTORE z{a} z{b} {n} -inf BYSCORE REV LIMIT 1 {}", y % 9),
        54 => format!("ZRANGESTORE z{a} z{b} [m{x} + BYLEX LIMIT 0 5"),
        55 => {
            format!("ZUNIONSTORE z{a} 2 z{b} z{c} WEIGHTS 2 0.5 AGGREGATE {}", ["SUM", "MIN", "MAX"][(x % 3) as usize])
        }
        56 => format!("ZINTERSTORE z{a} 2 z{b} e{c}"),
        57 => format!("ZDIFFSTORE z{a} 2 z{b} z{c}"),
        58 => format!("ZMPOP 2 z{a} z{b} {} COUNT {}", if x % 2 == 0 { "MIN" } else { "MAX" }, 1 + y % 4),
        59 => format!("BZMPOP 0.001 1 z{a} MIN"),
        60 => format!("BZPOPMAX z{a} z{b} 0.001"),
        61 => format!("ZINCRBY z{a} {n}.5 m{x}"),
        62..=65 => format!("GEOADD g{a} {longitude} {latitude} p{x}"),
        66 => format!("GEOADD g{a} XX CH {longitude} {latitude} p{x} {latitude} {latitude} p{y}"),
        67 => format!("GEOSEARCHSTORE g{a} g{b} FROMMEMBER p{x} {shape}{count}"),
        68 => format!("GEOSEARCHSTORE g{a} g{b} FROMLONLAT {longitude} {latitude} {shape}{count}"),
        69 => format!("GEORADIUS g{a} {longitude} {latitude} {} km{count} STORE g{b}", 100 + x * 50),
        70 => format!("GEORADIUSBYMEMBER g{a} p{x} {} km COUNT 2 ANY STORE g{b}", 100 + y * 50),
        71 | 72 => format!("SADD e{a} {x} {y} m{x}"),
        73 => format!("SPOP e{a} {}", y % 4),
        74 => format!("SMOVE e{a} e{b} {x}"),
        75 => format!("SDIFFSTORE e{a} e{b} e{c}"),
        76 => format!("HSET h{a} f{x} {n} f{y} v{digits}"),
        77 => format!("HINCRBYFLOAT h{a} g{} {n}.125", x % 5),
        78 => format!("PFADD p{} {x} {y} {n}", a % 3),
        79 => format!("PFMERGE p{} p{} p{}", a % 3, b % 3, c % 3),
        80 => format!("BITFIELD b{} SET u8 {x} {y} INCRBY i16 {y} {x}", a % 3),
        81 => format!("RENAME {kind}{a} {kind}{b}"),
        82 => ["SWAPDB 0 1", "FLUSHDB SYNC", "FUNCTION FLUSH", "SCRIPT FLUSH ASYNC", "PUBLISH c m", "SPUBLISH c m"]
            [(x % 6) as usize]
            .to_owned(),
        83 => format!("UNLINK {kind}{a} {kind}{b}"),
        84 => format!(
            "EVAL redis.call('restore',KEYS[2],0,redis.call('dump',KEYS[1]),'REPLACE','ABSTTL') 2 {kind}{a} {kind}{b}"
        ),
        86..=90 => format!("XADD x{a} * f{} {n} g v{digits}", x % 2),
        91 => format!("XADD x{a} {}-* f {n}", 1_700_000_000_000 + u64::from(x)),
        92 => format!("XADD x{a} NOMKSTREAM MAXLEN ~ {} LIMIT 100 * f {n}", 10 + y),
        93 => format!("XADD x{a} MAXLEN = {} * f {n}", 5 + y),
        94 => format!("XADD x{a} {entry} f {n}"),
        95 => format!("XTRIM x{a} MAXLEN ~ {} LIMIT 50", y),
        96 => format!("XTRIM x{a} MINID = {entry}"),
        97 => format!("XADD x{a} MINID ~ {entry} * f {n}"),
        98 => format!("XDEL x{a} {entry}"),
        99 | 100 => format!("XGROUP CREATE x{a} {group} 0 MKSTREAM"),
        101 => format!("XGROUP SETID x{a} {group} {entry} ENTRIESREAD {y}"),
        102 => format!("XGROUP CREATECONSUMER x{a} {group} {consumer}"),
        103 => format!("XGROUP DELCONSUMER x{a} {group} {consumer}"),
        104..=106 => format!("XREADGROUP GROUP {group} {consumer} COUNT {} STREAMS x{a} >", 1 + y % 5),
        107 => format!("XREADGROUP GROUP {group} {consumer} NOACK STREAMS x{a} >"),
        108 => format!("XAUTOCLAIM x{a} {group} {consumer} 0 0 COUNT 3"),
        109 => format!("XCLAIM x{a} {group} {consumer} 0 {entry} FORCE"),
        110 => format!("XSETID x{a} {}-0 ENTRIESADDED 1000000", 1_900_000_000_000 + u64::from(x)),
        _ => format!(
            "EVAL redis.call('set',KEYS[1],1)redis.call('expire',KEYS[1],{seconds})redis.call('incr',KEYS[1]) 1 s{a}"
        ),
    }
}

#[test]
fn ten_thousand_commands_of_redis_7_leave_equal_digests() {
    let servers = [start(Kind::Real, &[]), start(Kind::Ours, &[]), start(Kind::Ours, &["--appendonly", "yes"])];
    let [mut master, mut replica, mut tail] = servers.each_ref().map(super::server::Server::client);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(70);
    master.pipeline(&commands(&mut rng, 200));
    follow(&mut replica, servers[0].port());
    assert_catches_up(&mut master, &mut replica);
    follow(&mut tail, servers[1].port());
    assert_catches_up(&mut master, &mut tail);
    for _ in 0..COMMANDS / PIECE {
        let commands = commands(&mut rng, PIECE);
        let replies = master.pipeline(&commands);
        let done = replies.iter().filter(|reply| !matches!(reply, Reply::Error(_))).count();
        assert!(done * 10 > commands.len() * 6, "most commands must do something");
        assert_catches_up(&mut master, &mut replica);
        assert_catches_up(&mut master, &mut tail);
    }
    assert_eq!((master.info("sync_full"), replica.info("sync_full")), (1, 1), "no link was ever lost");
    for client in [&mut replica, &mut tail] {
        assert!(!info(client).contains("unexpected_error_replies"), "{}", info(client));
    }
    // Digests know nothing of consumer groups.
    for key in (0..12).map(|n| format!("x{n}")) {
        let pending = |client: &mut Client, group| {
            client.ok(&["SELECT", "0"]);
            client.call(&["XPENDING", &key, group])
        };
        for group in ["g1", "g2"] {
            let expect = pending(&mut master, group);
            assert_eq!(pending(&mut replica, group), expect, "{key} {group}");
            assert_eq!(pending(&mut tail, group), expect, "{key} {group}");
        }
    }
    // The append-only file holds it in words of Redis 5.
    tail.ok(&["REPLICAOF", "NO", "ONE"]);
    let before = tail.call(&["DEBUG", "DIGEST"]);
    tail.ok(&["DEBUG", "LOADAOF"]);
    assert_eq!(tail.call(&["DEBUG", "DIGEST"]), before);
}

fn info(client: &mut Client) -> String {
    let Reply::Bulk(info) = client.call(&["INFO"]) else { panic!("INFO answers with text") };
    String::from_utf8_lossy(&info).into_owned()
}

#[test]
fn functions_end_the_link_and_cost_no_data() {
    let servers = [start(Kind::Real, &[]), start(Kind::Ours, &[])];
    let [mut master, mut replica] = servers.each_ref().map(super::server::Server::client);
    follow(&mut replica, servers[0].port());
    master.ok(&["SET", "before", "1"]);
    assert_catches_up(&mut master, &mut replica);
    let words = |line: &str| line.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
    let library = b"#!lua name=l\nredis.register_function('f', function() return 1 end)".to_vec();
    let load = vec![b"FUNCTION".to_vec(), b"LOAD".to_vec(), library];
    master.pipeline(&[words("SET last 1"), load, words("SET after 1")]);
    wait_until("the link ends", || replica.info_text("master_link_status") == "down");
    let reason = replica.info_text("master_link_down_reason");
    assert!(reason.starts_with("cannot apply 'function' of the master after offset "), "{reason}");
    assert_eq!(replica.integer(&[b"EXISTS", b"before", b"last", b"after"]), 2);

    // A file with functions does not take the place of the data.
    replica.ok(&["REPLICAOF", "NO", "ONE"]);
    follow(&mut replica, servers[0].port());
    wait_until("the file is refused", || info(&mut replica).contains("master_link_down_reason"));
    let reason = replica.info_text("master_link_down_reason");
    assert!(reason.starts_with("cannot load the RDB file of the master: a library of functions"), "{reason}");
    assert_eq!(replica.integer(&[b"EXISTS", b"before", b"last", b"after"]), 2);

    // Without them, all is well.
    master.ok(&["FUNCTION", "FLUSH"]);
    replica.ok(&["REPLICAOF", "NO", "ONE"]);
    follow(&mut replica, servers[0].port());
    assert_catches_up(&mut master, &mut replica);
    assert!(!info(&mut replica).contains("master_link_down_reason"));
}
