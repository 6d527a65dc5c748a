//! Names and arguments of commands, for completion and hints.

use psyncscope_engine::command::table::lookup;
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

/// Commands of Redis 5 and their arguments, in order of name: more than the nodes have, see [`commands`].
static REDIS: &[CommandHelp] = &[
    c("APPEND", "key value"),
    c("ASKING", ""),
    c("AUTH", "password"),
    c("BGREWRITEAOF", ""),
    c("BGSAVE", "[SCHEDULE]"),
    c("BITCOUNT", "key [start end]"),
    c(
        "BITFIELD",
        "key [GET type offset] [SET type offset value] [INCRBY type offset increment] [OVERFLOW WRAP|SAT|FAIL]",
    ),
    c("BITOP", "operation destkey key [key ...]"),
    c("BITPOS", "key bit [start [end]]"),
    c("BLPOP", "key [key ...] timeout"),
    c("BRPOP", "key [key ...] timeout"),
    c("BRPOPLPUSH", "source destination timeout"),
    c("BZPOPMAX", "key [key ...] timeout"),
    c("BZPOPMIN", "key [key ...] timeout"),
    c("CLIENT GETNAME", ""),
    c("CLIENT HELP", ""),
    c("CLIENT ID", ""),
    c("CLIENT KILL", "ip:port"),
    c("CLIENT LIST", "[TYPE normal|master|replica|pubsub]"),
    c("CLIENT PAUSE", "milliseconds"),
    c("CLIENT REPLY", "ON|OFF|SKIP"),
    c("CLIENT SETNAME", "name"),
    c("CLIENT UNBLOCK", "client-id [TIMEOUT|ERROR]"),
    c("CLUSTER", "subcommand [arg ...]"),
    c("COMMAND", ""),
    c("COMMAND COUNT", ""),
    c("COMMAND GETKEYS", "command [arg ...]"),
    c("COMMAND HELP", ""),
    c("COMMAND INFO", "name [name ...]"),
    c("CONFIG GET", "pattern"),
    c("CONFIG HELP", ""),
    c("CONFIG RESETSTAT", ""),
    c("CONFIG REWRITE", ""),
    c("CONFIG SET", "parameter value"),
    c("DBSIZE", ""),
    c("DEBUG CHANGE-REPL-ID", ""),
    c("DEBUG DIGEST", ""),
    c("DEBUG DIGEST-VALUE", "key [key ...]"),
    c("DEBUG ERROR", "message"),
    c("DEBUG HELP", ""),
    c("DEBUG LOG", "message"),
    c("DEBUG OBJECT", "key"),
    c("DEBUG POPULATE", "count [prefix [size]]"),
    c("DEBUG RELOAD", ""),
    c("DEBUG SET-ACTIVE-EXPIRE", "0|1"),
    c("DEBUG SLEEP", "seconds"),
    c("DECR", "key"),
    c("DECRBY", "key decrement"),
    c("DEL", "key [key ...]"),
    c("DISCARD", ""),
    c("DUMP", "key"),
    c("ECHO", "message"),
    c("EVAL", "script numkeys [key ...] [arg ...]"),
    c("EVALSHA", "sha1 numkeys [key ...] [arg ...]"),
    c("EXEC", ""),
    c("EXISTS", "key [key ...]"),
    c("EXPIRE", "key seconds"),
    c("EXPIREAT", "key timestamp"),
    c("FLUSHALL", "[ASYNC]"),
    c("FLUSHDB", "[ASYNC]"),
    c("GEOADD", "key longitude latitude member [longitude latitude member ...]"),
    c("GEODIST", "key member1 member2 [unit]"),
    c("GEOHASH", "key member [member ...]"),
    c("GEOPOS", "key member [member ...]"),
    c(
        "GEORADIUS",
        "key longitude latitude radius m|km|ft|mi [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count] [ASC|DESC] [STORE \
         key] [STOREDIST key]",
    ),
    c(
        "GEORADIUSBYMEMBER",
        "key member radius m|km|ft|mi [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count] [ASC|DESC] [STORE key] \
         [STOREDIST key]",
    ),
    c(
        "GEORADIUSBYMEMBER_RO",
        "key member radius m|km|ft|mi [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count] [ASC|DESC]",
    ),
    c(
        "GEORADIUS_RO",
        "key longitude latitude radius m|km|ft|mi [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count] [ASC|DESC]",
    ),
    c("GET", "key"),
    c("GETBIT", "key offset"),
    c("GETRANGE", "key start end"),
    c("GETSET", "key value"),
    c("HDEL", "key field [field ...]"),
    c("HEXISTS", "key field"),
    c("HGET", "key field"),
    c("HGETALL", "key"),
    c("HINCRBY", "key field increment"),
    c("HINCRBYFLOAT", "key field increment"),
    c("HKEYS", "key"),
    c("HLEN", "key"),
    c("HMGET", "key field [field ...]"),
    c("HMSET", "key field value [field value ...]"),
    c("HSCAN", "key cursor [MATCH pattern] [COUNT count]"),
    c("HSET", "key field value [field value ...]"),
    c("HSETNX", "key field value"),
    c("HSTRLEN", "key field"),
    c("HVALS", "key"),
    c("INCR", "key"),
    c("INCRBY", "key increment"),
    c("INCRBYFLOAT", "key increment"),
    c("INFO", "[section]"),
    c("KEYS", "pattern"),
    c("LASTSAVE", ""),
    c("LATENCY DOCTOR", ""),
    c("LATENCY GRAPH", "event"),
    c("LATENCY HELP", ""),
    c("LATENCY HISTORY", "event"),
    c("LATENCY LATEST", ""),
    c("LATENCY RESET", "[event ...]"),
    c("LINDEX", "key index"),
    c("LINSERT", "key BEFORE|AFTER pivot value"),
    c("LLEN", "key"),
    c("LOLWUT", "[columns [rows]]"),
    c("LPOP", "key"),
    c("LPUSH", "key value [value ...]"),
    c("LPUSHX", "key value [value ...]"),
    c("LRANGE", "key start stop"),
    c("LREM", "key count value"),
    c("LSET", "key index value"),
    c("LTRIM", "key start stop"),
    c("MEMORY HELP", ""),
    c("MEMORY STATS", ""),
    c("MEMORY USAGE", "key [SAMPLES count]"),
    c("MGET", "key [key ...]"),
    c("MIGRATE", "host port key|\"\" destination-db timeout [COPY] [REPLACE] [AUTH password] [KEYS key [key ...]]"),
    c("MODULE", "subcommand [arg ...]"),
    c("MONITOR", ""),
    c("MOVE", "key db"),
    c("MSET", "key value [key value ...]"),
    c("MSETNX", "key value [key value ...]"),
    c("MULTI", ""),
    c("OBJECT ENCODING", "key"),
    c("OBJECT FREQ", "key"),
    c("OBJECT HELP", ""),
    c("OBJECT IDLETIME", "key"),
    c("OBJECT REFCOUNT", "key"),
    c("PERSIST", "key"),
    c("PEXPIRE", "key milliseconds"),
    c("PEXPIREAT", "key milliseconds-timestamp"),
    c("PFADD", "key [element ...]"),
    c("PFCOUNT", "key [key ...]"),
    c("PFDEBUG", "GETREG|DECODE|ENCODING|TODENSE key"),
    c("PFMERGE", "destkey [sourcekey ...]"),
    c("PFSELFTEST", ""),
    c("PING", "[message]"),
    c("PSETEX", "key milliseconds value"),
    c("PSUBSCRIBE", "pattern [pattern ...]"),
    c("PSYNC", "replicationid offset"),
    c("PTTL", "key"),
    c("PUBLISH", "channel message"),
    c("PUBSUB CHANNELS", "[pattern]"),
    c("PUBSUB NUMPAT", ""),
    c("PUBSUB NUMSUB", "[channel ...]"),
    c("PUNSUBSCRIBE", "[pattern ...]"),
    c("RANDOMKEY", ""),
    c("READONLY", ""),
    c("READWRITE", ""),
    c("RENAME", "key newkey"),
    c("RENAMENX", "key newkey"),
    c("REPLCONF", "[option value ...]"),
    c("REPLICAOF", "host port"),
    c("RESTORE", "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]"),
    c("RESTORE-ASKING", "key ttl serialized-value [REPLACE] [IDLETIME seconds] [FREQ frequency]"),
    c("ROLE", ""),
    c("RPOP", "key"),
    c("RPOPLPUSH", "source destination"),
    c("RPUSH", "key value [value ...]"),
    c("RPUSHX", "key value [value ...]"),
    c("SADD", "key member [member ...]"),
    c("SAVE", ""),
    c("SCAN", "cursor [MATCH pattern] [COUNT count]"),
    c("SCARD", "key"),
    c("SCRIPT EXISTS", "sha1 [sha1 ...]"),
    c("SCRIPT FLUSH", ""),
    c("SCRIPT KILL", ""),
    c("SCRIPT LOAD", "script"),
    c("SDIFF", "key [key ...]"),
    c("SDIFFSTORE", "destination key [key ...]"),
    c("SELECT", "index"),
    c("SET", "key value [EX seconds|PX milliseconds] [NX|XX]"),
    c("SETBIT", "key offset value"),
    c("SETEX", "key seconds value"),
    c("SETNX", "key value"),
    c("SETRANGE", "key offset value"),
    c("SHUTDOWN", "[NOSAVE|SAVE]"),
    c("SINTER", "key [key ...]"),
    c("SINTERSTORE", "destination key [key ...]"),
    c("SISMEMBER", "key member"),
    c("SLAVEOF", "host port"),
    c("SLOWLOG GET", "[count]"),
    c("SLOWLOG HELP", ""),
    c("SLOWLOG LEN", ""),
    c("SLOWLOG RESET", ""),
    c("SMEMBERS", "key"),
    c("SMOVE", "source destination member"),
    c(
        "SORT",
        "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC|DESC] [ALPHA] [STORE destination]",
    ),
    c("SPOP", "key [count]"),
    c("SRANDMEMBER", "key [count]"),
    c("SREM", "key member [member ...]"),
    c("SSCAN", "key cursor [MATCH pattern] [COUNT count]"),
    c("STRLEN", "key"),
    c("SUBSCRIBE", "channel [channel ...]"),
    c("SUBSTR", "key start end"),
    c("SUNION", "key [key ...]"),
    c("SUNIONSTORE", "destination key [key ...]"),
    c("SWAPDB", "index1 index2"),
    c("SYNC", ""),
    c("TIME", ""),
    c("TOUCH", "key [key ...]"),
    c("TTL", "key"),
    c("TYPE", "key"),
    c("UNLINK", "key [key ...]"),
    c("UNSUBSCRIBE", "[channel ...]"),
    c("UNWATCH", ""),
    c("WAIT", "numreplicas timeout"),
    c("WATCH", "key [key ...]"),
    c("XACK", "key group id [id ...]"),
    c("XADD", "key [MAXLEN [=|~] count] id|* field value [field value ...]"),
    c(
        "XCLAIM",
        "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-ms] [RETRYCOUNT count] [FORCE] [JUSTID]",
    ),
    c("XDEL", "key id [id ...]"),
    c("XGROUP CREATE", "key group id|$ [MKSTREAM]"),
    c("XGROUP DELCONSUMER", "key group consumer"),
    c("XGROUP DESTROY", "key group"),
    c("XGROUP HELP", ""),
    c("XGROUP SETID", "key group id|$"),
    c("XINFO CONSUMERS", "key group"),
    c("XINFO GROUPS", "key"),
    c("XINFO HELP", ""),
    c("XINFO STREAM", "key"),
    c("XLEN", "key"),
    c("XPENDING", "key group [start end count [consumer]]"),
    c("XRANGE", "key start end [COUNT count]"),
    c("XREAD", "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]"),
    c(
        "XREADGROUP",
        "GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]",
    ),
    c("XREVRANGE", "key end start [COUNT count]"),
    c("XSETID", "key id"),
    c("XTRIM", "key MAXLEN [=|~] count"),
    c("ZADD", "key [NX|XX] [CH] [INCR] score member [score member ...]"),
    c("ZCARD", "key"),
    c("ZCOUNT", "key min max"),
    c("ZINCRBY", "key increment member"),
    c("ZINTERSTORE", "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX]"),
    c("ZLEXCOUNT", "key min max"),
    c("ZPOPMAX", "key [count]"),
    c("ZPOPMIN", "key [count]"),
    c("ZRANGE", "key start stop [WITHSCORES]"),
    c("ZRANGEBYLEX", "key min max [LIMIT offset count]"),
    c("ZRANGEBYSCORE", "key min max [WITHSCORES] [LIMIT offset count]"),
    c("ZRANK", "key member"),
    c("ZREM", "key member [member ...]"),
    c("ZREMRANGEBYLEX", "key min max"),
    c("ZREMRANGEBYRANK", "key start stop"),
    c("ZREMRANGEBYSCORE", "key min max"),
    c("ZREVRANGE", "key start stop [WITHSCORES]"),
    c("ZREVRANGEBYLEX", "key max min [LIMIT offset count]"),
    c("ZREVRANGEBYSCORE", "key max min [WITHSCORES] [LIMIT offset count]"),
    c("ZREVRANK", "key member"),
    c("ZSCAN", "key cursor [MATCH pattern] [COUNT count]"),
    c("ZSCORE", "key member"),
    c("ZUNIONSTORE", "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX]"),
];

/// The commands that the nodes have, in order of name.
pub fn commands() -> impl Iterator<Item = &'static CommandHelp> {
    REDIS.iter().filter(|command| {
        let name = command.name.split(' ').next().unwrap_or_default();
        lookup(name.as_bytes()).is_some()
    })
}

/// The commands whose names start with `prefix`, in any case, in order of name.
#[must_use]
pub fn complete(prefix: &str) -> Vec<&'static CommandHelp> {
    let prefix = prefix.trim_start();
    commands().filter(|command| starts_with(command.name, prefix)).collect()
}

/// The hint for a line under edit: the arguments of its command that are not typed yet, as redis-cli shows them in
/// grey. `None` if the line is no command yet, ends within a quote, or has all it needs.
///
/// ```
/// let hint = psyncscope_lab::console::hint("set user:1");
/// assert_eq!(hint.as_deref(), Some("value [EX seconds|PX milliseconds] [NX|XX]"));
/// ```
#[must_use]
pub fn hint(line: &str) -> Option<String> {
    let words = super::split(line).ok()?;
    let (command, name_words) = commands()
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
        assert!(REDIS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn every_command_of_the_nodes_can_be_completed() {
        // Commands that Redis has only to detect HTTP requests are not suggested.
        let typed = |name: &str| !matches!(name, "post" | "host:");
        for spec in psyncscope_engine::command::table::COMMANDS.iter().filter(|spec| typed(spec.name)) {
            assert!(!complete(spec.name).is_empty(), "{} is not in the table", spec.name);
        }
    }

    #[test]
    fn names_complete_in_any_case() {
        let names = |prefix| complete(prefix).iter().map(|command| command.name).collect::<Vec<_>>();
        assert_eq!(names("repl"), ["REPLCONF", "REPLICAOF"]);
        assert_eq!(names("config "), ["CONFIG GET", "CONFIG HELP", "CONFIG RESETSTAT", "CONFIG REWRITE", "CONFIG SET"]);
        assert_eq!(names("CONFIG G"), ["CONFIG GET"]);
        assert_eq!(names("nosuch"), [""; 0]);
        assert_eq!(names("中"), [""; 0]);
        assert_eq!(names("").len(), commands().count());
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
