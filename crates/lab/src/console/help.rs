//! Names and arguments of commands, for completion and hints.

use serde::Serialize;

/// A command that a console can complete: its name and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CommandHelp {
    /// The name in capitals, with its subcommand if it has one: `CONFIG GET`.
    pub name: &'static str,
    /// The arguments as Redis's manual names them, optional ones in brackets; empty if there are none.
    pub args: &'static str,
}

const fn c(name: &'static str, args: &'static str) -> CommandHelp {
    CommandHelp { name, args }
}

/// The commands that the nodes know, in order of name.
pub static COMMANDS: &[CommandHelp] = &[
    c("APPEND", "key value"),
    c("AUTH", "password"),
    c("BGSAVE", ""),
    c("CLIENT GETNAME", ""),
    c("CLIENT KILL", "ip:port"),
    c("CLIENT LIST", ""),
    c("CLIENT SETNAME", "name"),
    c("COMMAND", ""),
    c("CONFIG GET", "pattern"),
    c("CONFIG RESETSTAT", ""),
    c("CONFIG SET", "parameter value"),
    c("DBSIZE", ""),
    c("DEBUG SLEEP", "seconds"),
    c("DECR", "key"),
    c("DECRBY", "key decrement"),
    c("DEL", "key [key ...]"),
    c("DISCARD", ""),
    c("ECHO", "message"),
    c("EXEC", ""),
    c("EXISTS", "key [key ...]"),
    c("EXPIRE", "key seconds"),
    c("EXPIREAT", "key timestamp"),
    c("FLUSHALL", "[ASYNC]"),
    c("FLUSHDB", "[ASYNC]"),
    c("GET", "key"),
    c("GETRANGE", "key start end"),
    c("GETSET", "key value"),
    c("HDEL", "key field [field ...]"),
    c("HEXISTS", "key field"),
    c("HGET", "key field"),
    c("HGETALL", "key"),
    c("HINCRBY", "key field increment"),
    c("HKEYS", "key"),
    c("HLEN", "key"),
    c("HMGET", "key field [field ...]"),
    c("HMSET", "key field value [field value ...]"),
    c("HSET", "key field value"),
    c("HSETNX", "key field value"),
    c("HVALS", "key"),
    c("INCR", "key"),
    c("INCRBY", "key increment"),
    c("INCRBYFLOAT", "key increment"),
    c("INFO", "[section]"),
    c("KEYS", "pattern"),
    c("LASTSAVE", ""),
    c("LINDEX", "key index"),
    c("LLEN", "key"),
    c("LPOP", "key"),
    c("LPUSH", "key value [value ...]"),
    c("LRANGE", "key start stop"),
    c("LREM", "key count value"),
    c("LSET", "key index value"),
    c("LTRIM", "key start stop"),
    c("MGET", "key [key ...]"),
    c("MOVE", "key db"),
    c("MSET", "key value [key value ...]"),
    c("MSETNX", "key value [key value ...]"),
    c("MULTI", ""),
    c("PERSIST", "key"),
    c("PEXPIRE", "key milliseconds"),
    c("PEXPIREAT", "key milliseconds-timestamp"),
    c("PING", "[message]"),
    c("PSETEX", "key milliseconds value"),
    c("PSYNC", "replicationid offset"),
    c("PTTL", "key"),
    c("RANDOMKEY", ""),
    c("RENAME", "key newkey"),
    c("RENAMENX", "key newkey"),
    c("REPLCONF", "[option value ...]"),
    c("REPLICAOF", "host port"),
    c("ROLE", ""),
    c("RPOP", "key"),
    c("RPOPLPUSH", "source destination"),
    c("RPUSH", "key value [value ...]"),
    c("SADD", "key member [member ...]"),
    c("SAVE", ""),
    c("SCARD", "key"),
    c("SELECT", "index"),
    c("SET", "key value [EX seconds|PX milliseconds] [NX|XX]"),
    c("SETEX", "key seconds value"),
    c("SETNX", "key value"),
    c("SETRANGE", "key offset value"),
    c("SHUTDOWN", "[NOSAVE|SAVE]"),
    c("SISMEMBER", "key member"),
    c("SLAVEOF", "host port"),
    c("SMEMBERS", "key"),
    c("SPOP", "key [count]"),
    c("SREM", "key member [member ...]"),
    c("STRLEN", "key"),
    c("SWAPDB", "index1 index2"),
    c("SYNC", ""),
    c("TIME", ""),
    c("TTL", "key"),
    c("TYPE", "key"),
    c("UNLINK", "key [key ...]"),
    c("UNWATCH", ""),
    c("WAIT", "numreplicas timeout"),
    c("WATCH", "key [key ...]"),
    c("ZADD", "key [NX|XX] [CH] [INCR] score member [score member ...]"),
    c("ZCARD", "key"),
    c("ZINCRBY", "key increment member"),
    c("ZRANGE", "key start stop [WITHSCORES]"),
    c("ZRANK", "key member"),
    c("ZREM", "key member [member ...]"),
    c("ZSCORE", "key member"),
];

/// The commands whose names start with `prefix`, whatever its case, in order of name.
#[must_use]
pub fn complete(prefix: &str) -> Vec<&'static CommandHelp> {
    let prefix = prefix.trim_start();
    COMMANDS.iter().filter(|command| starts_with(command.name, prefix)).collect()
}

/// The hint for a line under edit: the arguments of its command that are not typed yet, as redis-cli shows them in grey.
/// `None` if the line is no command yet, ends within a quote, or has all it needs.
///
/// ```
/// assert_eq!(psyncscope_lab::console::hint("set user:1").as_deref(), Some("value [EX seconds|PX milliseconds] [NX|XX]"));
/// ```
#[must_use]
pub fn hint(line: &str) -> Option<String> {
    let words = super::split(line).ok()?;
    let (command, name_words) = COMMANDS
        .iter()
        .filter_map(|command| {
            let name: Vec<&str> = command.name.split(' ').collect();
            let typed = words.get(..name.len())?;
            let same = typed.iter().zip(&name).all(|(word, name)| word.eq_ignore_ascii_case(name.as_bytes()));
            same.then_some((command, name.len()))
        })
        .max_by_key(|&(_, name_words)| name_words)?;
    let mut args = command.args;
    for _ in name_words..words.len() {
        // What is optional or repeats stays: it may still come.
        if args.starts_with('[') {
            break;
        }
        args = args.split_once(' ').map_or("", |(_, rest)| rest);
    }
    (!args.is_empty()).then(|| args.to_owned())
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn names_complete_in_any_case() {
        let names = |prefix| complete(prefix).iter().map(|command| command.name).collect::<Vec<_>>();
        assert_eq!(names("repl"), ["REPLCONF", "REPLICAOF"]);
        assert_eq!(names("config "), ["CONFIG GET", "CONFIG RESETSTAT", "CONFIG SET"]);
        assert_eq!(names("CONFIG G"), ["CONFIG GET"]);
        assert_eq!(names("nosuch"), [""; 0]);
        assert_eq!(names("中"), [""; 0]);
        assert_eq!(names("").len(), COMMANDS.len());
    }

    #[test]
    fn hints_shrink_as_one_types() {
        #[track_caller]
        fn check(line: &str, expect: Option<&str>) {
            assert_eq!(hint(line).as_deref(), expect, "{line:?}");
        }
        check("", None);
        check("GE", None);
        check("GET", Some("key"));
        check("get k", None);
        check("replicaof ", Some("host port"));
        check("replicaof a", Some("port"));
        check("DEL a", Some("[key ...]"));
        check("DEL a b c", Some("[key ...]"));
        check("config get", Some("pattern"));
        check("PING", Some("[message]"));
        check("SET \"open", None);
    }
}
