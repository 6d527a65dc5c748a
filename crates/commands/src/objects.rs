//! OBJECT (object.c).

use psyncscope_keyspace::Value;
use psyncscope_resp::parse_i64_strict;

use crate::call::Call;
use crate::lfu::frequency;
use crate::settings::Settings;

/// Integers below this are shared objects (`OBJ_SHARED_INTEGERS`).
const SHARED_INTEGERS: i64 = 10_000;

/// What OBJECT says on HELP.
const HELP: &[&str] = &[
    "ENCODING <key> -- How the value is stored.",
    "FREQ <key> -- How often the key is accessed, on a logarithmic scale; only under an LFU policy.",
    "IDLETIME <key> -- Seconds since the key was last accessed.",
    "REFCOUNT <key> -- How many references to the value there are.",
];

/// OBJECT ENCODING | FREQ | IDLETIME | REFCOUNT key, OBJECT HELP. None of them counts as an access or expires the
/// key.
pub fn object(call: &mut Call<'_>) {
    let argv = call.argv;
    let (what, key) = match &argv[1..] {
        [word] if word.eq_ignore_ascii_case(b"help") => return call.reply.help("OBJECT", HELP),
        [word, key] => (word.to_ascii_lowercase(), key),
        _ => return call.reply.subcommand_error(argv),
    };
    if !matches!(what.as_slice(), b"encoding" | b"freq" | b"idletime" | b"refcount") {
        return call.reply.subcommand_error(argv);
    }
    let Some(entry) = call.keyspace.get(call.db, key) else { return call.reply.null() };
    match what.as_slice() {
        b"encoding" => call.reply.bulk(entry.value().encoding_name()),
        b"idletime" if call.config.eviction.policy.is_lfu() => call.reply.error(
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between \
             policies at runtime LRU and LFU data will take some time to adjust.",
        ),
        b"freq" if call.config.eviction.policy.is_lfu() => {
            let idle_s = call.keyspace.idle_s(entry, call.now_s());
            call.reply.integer(i64::from(frequency(entry, idle_s, &call.config.eviction)));
        }
        b"idletime" => call.reply.integer(call.keyspace.idle_s(entry, call.now_s())),
        b"refcount" => call.reply.integer(reference_count(entry.value(), call.config)),
        _ => call.reply.error(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when \
             switching between policies at runtime LRU and LFU data will take some time to adjust.",
        ),
    }
}

/// 1, except for shared integers (`OBJ_SHARED_REFCOUNT`).
#[must_use]
pub fn reference_count(value: &Value, config: &Settings) -> i64 {
    // MAXMEMORY_FLAG_NO_SHARED_INTEGERS: a shared object cannot have an access time.
    if config.eviction.maxmemory > 0 && config.eviction.policy.uses_access_data() {
        return 1;
    }
    let integer = value.as_string().filter(|_| value.encoding_name() == "int");
    let number = integer.and_then(parse_i64_strict);
    if number.is_some_and(|number| (0..SHARED_INTEGERS).contains(&number)) { i64::from(i32::MAX) } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::testing::Bench;
    use crate::{strings, zsets};

    #[test]
    fn encodings_and_references() {
        let mut bench = Bench::new();
        for (key, value, encoding, references) in [
            ("shared", "9999".to_owned(), "int", 2_147_483_647),
            ("int", "10000".to_owned(), "int", 1),
            ("minus", "-1".to_owned(), "int", 1),
            ("spelt", "007".to_owned(), "embstr", 1),
            ("short", "x".repeat(44), "embstr", 1),
            ("long", "x".repeat(45), "raw", 1),
        ] {
            bench.run(strings::set, &format!("set {key} {value}"));
            bench.check(object, &format!("object encoding {key}"), &format!("${}|{encoding}", encoding.len()), 0);
            bench.check(object, &format!("OBJECT RefCount {key}"), &format!(":{references}"), 0);
        }
        bench.run(zsets::zadd, "zadd z 1 a");
        bench.check(object, "object encoding z", "$7|ziplist", 0);
        bench.run(zsets::zadd, &format!("zadd z 1 {}", "x".repeat(65)));
        bench.check(object, "object encoding z", "$8|skiplist", 0);
        bench.check(object, "object encoding none", "$-1", 0);
    }

    #[test]
    fn strings_that_were_changed_are_raw() {
        use crate::{bits, hyperloglog, keys, strings as s};
        let mut bench = Bench::new();
        let mut check = |run: fn(&mut Call<'_>), line: &str, encoding: &str| {
            bench.run(s::set, "set k 12");
            bench.run(run, line);
            bench.check(object, "object encoding k", &format!("${}|{encoding}", encoding.len()), 0);
        };
        check(s::append, "append k 3", "raw");
        check(s::append, "append k ''", "raw");
        check(s::setrange, "setrange k 0 ''", "int");
        check(s::setrange, "setrange k 1 3", "raw");
        check(bits::setbit, "setbit k 0 0", "raw");
        check(bits::bitfield, "bitfield k get u8 0", "int");
        check(bits::bitfield, "bitfield k set u8 0 49", "raw");
        check(bits::bitop, "bitop and k k", "raw");
        check(s::incr, "incr k", "int");
        check(s::incrbyfloat, "incrbyfloat k 1", "embstr");
        check(s::getset, "getset k 9", "int");
        bench.check(object, "object refcount k", ":2147483647", 0);
        bench.run(s::append, "append k ''");
        bench.check(object, "object refcount k", ":1", 0);
        bench.run(s::incr, "incr k");
        bench.check(object, "object encoding k", "$3|int", 0);
        for (run, line, encoding) in [
            (s::append as fn(&mut Call<'_>), "append k 3", "int"),
            (s::setrange, "setrange k 0 3", "raw"),
            (bits::setbit, "setbit k 1 1", "raw"),
            (hyperloglog::pfadd, "pfadd k a", "raw"),
            (s::incrbyfloat, "incrbyfloat k 3", "embstr"),
        ] {
            bench.run(keys::del, "del k");
            bench.run(run, line);
            bench.check(object, "object encoding k", &format!("${}|{encoding}", encoding.len()), 0);
        }
    }

    #[test]
    fn idle_since_the_last_access() {
        let mut bench = Bench::new();
        bench.keyspace.set_clock(bench.now_ms / 1000);
        bench.run(strings::set, "set s 1");
        bench.check(object, "object idletime s", ":0", 0);
        bench.now_ms += 5000;
        bench.check(object, "object idletime s", ":5", 0);
        bench.check(object, "object idletime s", ":5", 0);
        bench.check(strings::get, "get s", "$1|1", 0);
        bench.check(object, "object idletime s", ":0", 0);
    }

    #[test]
    fn refusals() {
        let mut bench = Bench::new();
        bench.run(strings::set, "set s 1");
        let unknown =
            |word: &str| format!("-ERR Unknown subcommand or wrong number of arguments for '{word}'. Try OBJECT HELP.");
        bench.check(object, "object foo s", &unknown("foo"), 0);
        bench.check(object, "object encoding", &unknown("encoding"), 0);
        bench.check(object, "object encoding s s", &unknown("encoding"), 0);
        assert!(bench.run(object, "object freq s").reply.starts_with("-ERR An LFU maxmemory policy is not selected"));
        assert!(bench.run(object, "object help").reply.starts_with("*5|+OBJECT <subcommand> arg arg ... arg."));
    }
}
