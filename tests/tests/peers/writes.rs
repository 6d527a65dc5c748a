//! Random writes over all types, by commands that travel unchanged between Redis 5 and 7.

use rand_core::RngCore;
use rand_xoshiro::Xoshiro256PlusPlus;

/// `count` commands over three databases. Some fail (a key may have come by another type): then they change nothing, on
/// whatever server.
pub fn of_all_types(rng: &mut Xoshiro256PlusPlus, count: usize) -> Vec<Vec<Vec<u8>>> {
    let mut commands = Vec::with_capacity(count);
    while commands.len() < count {
        let line = line(rng);
        commands.push(line.split(' ').map(|word| word.as_bytes().to_vec()).collect());
    }
    commands
}

fn line(rng: &mut Xoshiro256PlusPlus) -> String {
    let mut below = |n: u32| rng.next_u32() % n;
    let (a, b) = (below(25), below(25));
    let (x, y, n) = (below(60), below(60), i64::from(below(2000)) - 1000);
    let long = "v".repeat(below(300) as usize);
    let (group, consumer) = (["g1", "g2"][(x % 2) as usize], ["c1", "c2"][(y % 2) as usize]);
    match below(52) {
        0 => format!("SELECT {}", below(3)),
        1 | 2 => format!("SET s{a} {n}"),
        3 => format!("SET s{a} x{long}"),
        4 => format!("APPEND s{a} {x}"),
        5 => format!("SETRANGE s{a} {x} abc"),
        6 => format!("INCRBY s{a} {n}"),
        7 => format!("MSET s{a} {x} s{b} {y}"),
        8 => format!("DEL s{a} l{b} z{x}"),
        9 => format!("EXPIRE {}{a} 100000", ["s", "l", "e", "h", "z", "x"][b as usize % 6]),
        10 => format!("PERSIST {}{a}", ["s", "l", "e", "h", "z", "x"][b as usize % 6]),
        11 => format!(
            "RENAME {}{a} {}{b}",
            ["s", "l", "e", "h", "z", "x"][b as usize % 6],
            ["s", "l", "e", "h", "z", "x"][b as usize % 6]
        ),
        12..=14 => format!("RPUSH l{a} {x} {n} w{long}"),
        15 => format!("LPUSH l{a} {y}"),
        16 => format!("LPOP l{a}"),
        17 => format!("RPOPLPUSH l{a} l{b}"),
        18 => format!("LSET l{a} {} {n}", b % 4),
        19 => format!("LREM l{a} 1 {x}"),
        20 => format!("LTRIM l{a} 0 {x}"),
        21 | 22 => format!("SADD e{a} {x} {y} m{n}"),
        23 => format!("SADD e{a} {x}"),
        24 => format!("SREM e{a} {x} {y}"),
        25 => format!("SPOP e{a}"),
        26 => format!("SMOVE e{a} e{b} {x}"),
        27 => format!("SUNIONSTORE e{a} e{b} e{}", x % 25),
        28..=30 => format!("HSET h{a} f{x} {n}"),
        31 => format!("HSET h{a} f{x} v{long}"),
        32 => format!("HDEL h{a} f{x} f{y}"),
        33 => format!("HINCRBY h{a} g{} {n}", x % 5),
        34..=36 => format!("ZADD z{a} {n} m{x} {}.5 m{y}", n / 2),
        37 => format!("ZINCRBY z{a} {n} m{x}"),
        38 => format!("ZREM z{a} m{x}"),
        39..=42 => format!("XADD x{a} * f{} {n} g v{long}", x % 2),
        43 => format!("XADD x{a} MAXLEN ~ {x} * f {n}"),
        44 => format!("XADD x{a} {x}-{y} f {n}"),
        45 => format!("XTRIM x{a} MAXLEN {x}"),
        46 => format!("XDEL x{a} {x}-{y}"),
        47 => format!("XGROUP CREATE x{a} {group} 0 MKSTREAM"),
        48 => format!("XREADGROUP GROUP {group} {consumer} COUNT 3 STREAMS x{a} >"),
        49 => format!("XREADGROUP GROUP {group} {consumer} NOACK STREAMS x{a} >"),
        50 => format!("XCLAIM x{a} {group} {consumer} 0 {x}-{y} FORCE"),
        _ => format!("ZREMRANGEBYRANK z{a} 0 {}", b % 3),
    }
}
