//! The command table (`redisCommandTable`): names, arities, flags and key positions.

use std::borrow::Cow;
use std::fmt;

use psyncscope_commands::{
    Call, bits, blocking, cluster, dump, geo, hashes, hyperloglog, keys, lists, objects, scan, sets, sort, streams,
    strings, zsets,
};

use crate::io::ConnId;
use crate::node::Node;

/// Flags of a command, as in COMMAND and in the checks of `processCommand`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    /// May change the dataset.
    pub const WRITE: Self = Self(1);
    /// Only reads the dataset.
    pub const READONLY: Self = Self(1 << 1);
    /// Refused when out of memory.
    pub const DENYOOM: Self = Self(1 << 2);
    /// For administrators.
    pub const ADMIN: Self = Self(1 << 3);
    /// Not from scripts.
    pub const NOSCRIPT: Self = Self(1 << 4);
    /// Replies differ for equal datasets.
    pub const RANDOM: Self = Self(1 << 5);
    /// Replies are sorted for scripts.
    pub const SORT_FOR_SCRIPT: Self = Self(1 << 6);
    /// Allowed while loading.
    pub const LOADING: Self = Self(1 << 7);
    /// Allowed on a replica with stale data.
    pub const STALE: Self = Self(1 << 8);
    /// Not shown to MONITOR.
    pub const SKIP_MONITOR: Self = Self(1 << 9);
    /// Constant or logarithmic time.
    pub const FAST: Self = Self(1 << 10);

    /// Used when a cluster moves keys.
    pub const ASKING: Self = Self(1 << 12);

    /// Publish/subscribe.
    pub const PUBSUB: Self = Self(1 << 11);

    const NAMES: [(Self, &'static str); 13] = [
        (Self::WRITE, "write"),
        (Self::READONLY, "readonly"),
        (Self::DENYOOM, "denyoom"),
        (Self::ADMIN, "admin"),
        (Self::PUBSUB, "pubsub"),
        (Self::NOSCRIPT, "noscript"),
        (Self::RANDOM, "random"),
        (Self::SORT_FOR_SCRIPT, "sort_for_script"),
        (Self::LOADING, "loading"),
        (Self::STALE, "stale"),
        (Self::SKIP_MONITOR, "skip_monitor"),
        (Self::ASKING, "asking"),
        (Self::FAST, "fast"),
    ];

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names in COMMAND.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }

    /// From the letters of `redisCommandTable`.
    const fn parse(letters: &str) -> Self {
        let bytes = letters.as_bytes();
        let (mut flags, mut i) = (0, 0);
        while i < bytes.len() {
            flags |= match bytes[i] {
                b'w' => Self::WRITE.0,
                b'r' => Self::READONLY.0,
                b'm' => Self::DENYOOM.0,
                b'a' => Self::ADMIN.0,
                b's' => Self::NOSCRIPT.0,
                b'R' => Self::RANDOM.0,
                b'S' => Self::SORT_FOR_SCRIPT.0,
                b'l' => Self::LOADING.0,
                b't' => Self::STALE.0,
                b'M' => Self::SKIP_MONITOR.0,
                b'F' => Self::FAST.0,
                b'k' => Self::ASKING.0,
                b'p' => Self::PUBSUB.0,
                _ => panic!("an unknown flag letter in the command table"),
            };
            i += 1;
        }
        Self(flags)
    }
}

/// The function that executes a command.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Works on data alone.
    Data(fn(&mut Call<'_>)),
    /// Works on the node.
    Node(fn(&mut Node, ConnId, &[Vec<u8>])),
}

/// One command.
pub struct CommandSpec {
    /// Its name, in lower case.
    pub name: &'static str,
    /// Number of arguments including the name; negative for a minimum, 0 for any number.
    pub arity: i32,
    /// Its flags.
    pub flags: Flags,
    /// First key, last key (negative: counted from the end), step; all 0 without keys.
    pub keys: (i32, i32, i32),
    pub(crate) run: Handler,
}

impl fmt::Debug for CommandSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl CommandSpec {
    /// Whether this number of arguments is valid.
    #[must_use]
    pub const fn takes(&self, words: usize) -> bool {
        if self.arity > 0 { words == self.arity as usize } else { words >= self.arity.unsigned_abs() as usize }
    }
}

pub(super) const fn data(
    name: &'static str,
    arity: i32,
    flags: &str,
    keys: (i32, i32, i32),
    run: fn(&mut Call<'_>),
) -> CommandSpec {
    CommandSpec { name, arity, flags: Flags::parse(flags), keys, run: Handler::Data(run) }
}

pub(super) const fn node(
    name: &'static str,
    arity: i32,
    flags: &str,
    run: fn(&mut Node, ConnId, &[Vec<u8>]),
) -> CommandSpec {
    CommandSpec { name, arity, flags: Flags::parse(flags), keys: (0, 0, 0), run: Handler::Node(run) }
}

/// Every command, in Redis's order.
pub static COMMANDS: &[CommandSpec] = &[
    data("get", 2, "rF", (1, 1, 1), strings::get),
    data("set", -3, "wm", (1, 1, 1), strings::set),
    data("setnx", 3, "wmF", (1, 1, 1), strings::setnx),
    data("setex", 4, "wm", (1, 1, 1), strings::setex),
    data("psetex", 4, "wm", (1, 1, 1), strings::psetex),
    data("append", 3, "wm", (1, 1, 1), strings::append),
    data("strlen", 2, "rF", (1, 1, 1), strings::strlen),
    data("del", -2, "w", (1, -1, 1), keys::del),
    data("unlink", -2, "wF", (1, -1, 1), keys::unlink),
    data("exists", -2, "rF", (1, -1, 1), keys::exists),
    data("incr", 2, "wmF", (1, 1, 1), strings::incr),
    data("decr", 2, "wmF", (1, 1, 1), strings::decr),
    data("mget", -2, "rF", (1, -1, 1), strings::mget),
    data("setbit", 4, "wm", (1, 1, 1), bits::setbit),
    data("getbit", 3, "rF", (1, 1, 1), bits::getbit),
    data("bitfield", -2, "wm", (1, 1, 1), bits::bitfield),
    data("setrange", 4, "wm", (1, 1, 1), strings::setrange),
    data("getrange", 4, "r", (1, 1, 1), strings::getrange),
    data("substr", 4, "r", (1, 1, 1), strings::getrange),
    data("rpush", -3, "wmF", (1, 1, 1), lists::rpush),
    data("lpush", -3, "wmF", (1, 1, 1), lists::lpush),
    data("rpushx", -3, "wmF", (1, 1, 1), lists::rpushx),
    data("lpushx", -3, "wmF", (1, 1, 1), lists::lpushx),
    data("linsert", 5, "wm", (1, 1, 1), lists::linsert),
    data("rpop", 2, "wF", (1, 1, 1), lists::rpop),
    data("lpop", 2, "wF", (1, 1, 1), lists::lpop),
    data("brpop", -3, "ws", (1, -2, 1), blocking::brpop),
    data("brpoplpush", 4, "wms", (1, 2, 1), blocking::brpoplpush),
    data("blpop", -3, "ws", (1, -2, 1), blocking::blpop),
    data("llen", 2, "rF", (1, 1, 1), lists::llen),
    data("lindex", 3, "r", (1, 1, 1), lists::lindex),
    data("lset", 4, "wm", (1, 1, 1), lists::lset),
    data("lrange", 4, "r", (1, 1, 1), lists::lrange),
    data("ltrim", 4, "w", (1, 1, 1), lists::ltrim),
    data("lrem", 4, "w", (1, 1, 1), lists::lrem),
    data("rpoplpush", 3, "wm", (1, 2, 1), lists::rpoplpush),
    data("sadd", -3, "wmF", (1, 1, 1), sets::sadd),
    data("srem", -3, "wF", (1, 1, 1), sets::srem),
    data("smove", 4, "wF", (1, 2, 1), sets::smove),
    data("sismember", 3, "rF", (1, 1, 1), sets::sismember),
    data("scard", 2, "rF", (1, 1, 1), sets::scard),
    data("spop", -2, "wRF", (1, 1, 1), sets::spop),
    data("srandmember", -2, "rR", (1, 1, 1), sets::srandmember),
    data("sinter", -2, "rS", (1, -1, 1), sets::sinter),
    data("sinterstore", -3, "wm", (1, -1, 1), sets::sinterstore),
    data("sunion", -2, "rS", (1, -1, 1), sets::sunion),
    data("sunionstore", -3, "wm", (1, -1, 1), sets::sunionstore),
    data("sdiff", -2, "rS", (1, -1, 1), sets::sdiff),
    data("sdiffstore", -3, "wm", (1, -1, 1), sets::sdiffstore),
    data("smembers", 2, "rS", (1, 1, 1), sets::sinter),
    data("sscan", -3, "rR", (1, 1, 1), scan::sscan),
    data("zadd", -4, "wmF", (1, 1, 1), zsets::zadd),
    data("zincrby", 4, "wmF", (1, 1, 1), zsets::zincrby),
    data("zrem", -3, "wF", (1, 1, 1), zsets::zrem),
    data("zremrangebyscore", 4, "w", (1, 1, 1), zsets::zremrangebyscore),
    data("zremrangebyrank", 4, "w", (1, 1, 1), zsets::zremrangebyrank),
    data("zremrangebylex", 4, "w", (1, 1, 1), zsets::zremrangebylex),
    data("zunionstore", -4, "wm", (0, 0, 0), zsets::zunionstore),
    data("zinterstore", -4, "wm", (0, 0, 0), zsets::zinterstore),
    data("zrange", -4, "r", (1, 1, 1), zsets::zrange),
    data("zrangebyscore", -4, "r", (1, 1, 1), zsets::zrangebyscore),
    data("zrevrangebyscore", -4, "r", (1, 1, 1), zsets::zrevrangebyscore),
    data("zrangebylex", -4, "r", (1, 1, 1), zsets::zrangebylex),
    data("zrevrangebylex", -4, "r", (1, 1, 1), zsets::zrevrangebylex),
    data("zcount", 4, "rF", (1, 1, 1), zsets::zcount),
    data("zlexcount", 4, "rF", (1, 1, 1), zsets::zlexcount),
    data("zrevrange", -4, "r", (1, 1, 1), zsets::zrevrange),
    data("zcard", 2, "rF", (1, 1, 1), zsets::zcard),
    data("zscore", 3, "rF", (1, 1, 1), zsets::zscore),
    data("zrank", 3, "rF", (1, 1, 1), zsets::zrank),
    data("zrevrank", 3, "rF", (1, 1, 1), zsets::zrevrank),
    data("zscan", -3, "rR", (1, 1, 1), scan::zscan),
    data("zpopmin", -2, "wF", (1, 1, 1), zsets::zpopmin),
    data("zpopmax", -2, "wF", (1, 1, 1), zsets::zpopmax),
    data("bzpopmin", -3, "wsF", (1, -2, 1), blocking::bzpopmin),
    data("bzpopmax", -3, "wsF", (1, -2, 1), blocking::bzpopmax),
    data("hset", -4, "wmF", (1, 1, 1), hashes::hset),
    data("hsetnx", 4, "wmF", (1, 1, 1), hashes::hsetnx),
    data("hget", 3, "rF", (1, 1, 1), hashes::hget),
    data("hmset", -4, "wmF", (1, 1, 1), hashes::hset),
    data("hmget", -3, "rF", (1, 1, 1), hashes::hmget),
    data("hincrby", 4, "wmF", (1, 1, 1), hashes::hincrby),
    data("hincrbyfloat", 4, "wmF", (1, 1, 1), hashes::hincrbyfloat),
    data("hdel", -3, "wF", (1, 1, 1), hashes::hdel),
    data("hlen", 2, "rF", (1, 1, 1), hashes::hlen),
    data("hstrlen", 3, "rF", (1, 1, 1), hashes::hstrlen),
    data("hkeys", 2, "rS", (1, 1, 1), hashes::hkeys),
    data("hvals", 2, "rS", (1, 1, 1), hashes::hvals),
    data("hgetall", 2, "rR", (1, 1, 1), hashes::hgetall),
    data("hexists", 3, "rF", (1, 1, 1), hashes::hexists),
    data("hscan", -3, "rR", (1, 1, 1), scan::hscan),
    data("incrby", 3, "wmF", (1, 1, 1), strings::incrby),
    data("decrby", 3, "wmF", (1, 1, 1), strings::decrby),
    data("incrbyfloat", 3, "wmF", (1, 1, 1), strings::incrbyfloat),
    data("getset", 3, "wm", (1, 1, 1), strings::getset),
    data("mset", -3, "wm", (1, -1, 2), strings::mset),
    data("msetnx", -3, "wm", (1, -1, 2), strings::msetnx),
    data("randomkey", 1, "rR", (0, 0, 0), keys::randomkey),
    node("select", 2, "lF", Node::select_command),
    data("swapdb", 3, "wF", (0, 0, 0), keys::swapdb),
    data("move", 3, "wF", (1, 1, 1), keys::move_key),
    data("rename", 3, "w", (1, 2, 1), keys::rename),
    data("renamenx", 3, "wF", (1, 2, 1), keys::renamenx),
    data("expire", 3, "wF", (1, 1, 1), keys::expire),
    data("expireat", 3, "wF", (1, 1, 1), keys::expireat),
    data("pexpire", 3, "wF", (1, 1, 1), keys::pexpire),
    data("pexpireat", 3, "wF", (1, 1, 1), keys::pexpireat),
    data("keys", 2, "rS", (0, 0, 0), keys::keys),
    data("scan", -2, "rR", (0, 0, 0), scan::scan),
    data("dbsize", 1, "rF", (0, 0, 0), keys::dbsize),
    node("auth", 2, "sltMF", Node::auth_command),
    node("ping", -1, "tF", Node::ping_command),
    node("echo", 2, "F", Node::echo_command),
    node("multi", 1, "sF", |node, conn, _| node.multi_command(conn)),
    node("exec", 1, "sM", |node, conn, _| node.exec_command(conn)),
    node("discard", 1, "sF", |node, conn, _| node.discard_command(conn)),
    node("save", 1, "as", |node, conn, _| node.save_command(conn)),
    node("bgsave", -1, "as", Node::bgsave_command),
    node("bgrewriteaof", 1, "as", |node, conn, _| node.bgrewriteaof_command(conn)),
    node("shutdown", -1, "aslt", Node::shutdown_command),
    node("lastsave", 1, "RF", |node, conn, _| node.lastsave_command(conn)),
    data("type", 2, "rF", (1, 1, 1), keys::type_of),
    node("sync", 1, "ars", Node::sync_command),
    node("psync", 3, "ars", Node::sync_command),
    node("replconf", -1, "aslt", Node::replconf_command),
    data("flushdb", -1, "w", (0, 0, 0), keys::flushdb),
    data("flushall", -1, "w", (0, 0, 0), keys::flushall),
    data("sort", -2, "wm", (1, 1, 1), sort::sort),
    node("info", -1, "ltR", Node::info_command),
    data("ttl", 2, "rFR", (1, 1, 1), keys::ttl),
    data("touch", -2, "rF", (1, 1, 1), keys::touch),
    data("pttl", 2, "rFR", (1, 1, 1), keys::pttl),
    data("persist", 2, "wF", (1, 1, 1), keys::persist),
    node("slaveof", 3, "ast", Node::replicaof_command),
    node("replicaof", 3, "ast", Node::replicaof_command),
    node("role", 1, "lst", |node, conn, _| node.role_command(conn)),
    node("debug", -2, "as", Node::debug_command),
    data("restore", -4, "wm", (1, 1, 1), dump::restore),
    node("migrate", -6, "wR", Node::migrate_command),
    data("restore-asking", -4, "wmk", (1, 1, 1), dump::restore),
    data("asking", 1, "F", (0, 0, 0), cluster::disabled),
    data("cluster", -2, "a", (0, 0, 0), cluster::disabled),
    data("readonly", 1, "F", (0, 0, 0), cluster::disabled),
    data("readwrite", 1, "F", (0, 0, 0), cluster::readwrite),
    data("dump", 2, "rR", (1, 1, 1), dump::dump),
    data("object", -2, "rR", (2, 2, 1), objects::object),
    node("memory", -2, "rR", Node::memory_command),
    node("config", -2, "last", Node::config_command),
    node("subscribe", -2, "pslt", Node::subscribe_command),
    node("unsubscribe", -1, "pslt", Node::unsubscribe_command),
    node("psubscribe", -2, "pslt", Node::psubscribe_command),
    node("punsubscribe", -1, "pslt", Node::punsubscribe_command),
    node("publish", 3, "pltF", Node::publish_command),
    node("pubsub", -2, "pltR", Node::pubsub_command),
    CommandSpec { keys: (1, -1, 1), ..node("watch", -2, "sF", Node::watch_command) },
    node("unwatch", 1, "sF", |node, conn, _| node.unwatch_command(conn)),
    node("client", -2, "as", Node::client_command),
    node("eval", -3, "s", Node::eval_command),
    node("evalsha", -3, "s", Node::evalsha_command),
    node("script", -2, "s", Node::script_command),
    node("time", 1, "RF", |node, conn, _| node.time_command(conn)),
    node("monitor", 1, "as", |node, conn, _| node.monitor_command(conn)),
    node("slowlog", -2, "aR", Node::slowlog_command),
    node("latency", -2, "aslt", Node::latency_command),
    node("wait", 3, "s", Node::wait_command),
    node("command", 0, "ltR", Node::command_command),
    node("module", -2, "as", Node::module_command),
    data("geoadd", -5, "wm", (1, 1, 1), geo::geoadd),
    data("georadius", -6, "w", (1, 1, 1), geo::georadius),
    data("georadius_ro", -6, "r", (1, 1, 1), geo::georadius_ro),
    data("georadiusbymember", -5, "w", (1, 1, 1), geo::georadiusbymember),
    data("georadiusbymember_ro", -5, "r", (1, 1, 1), geo::georadiusbymember_ro),
    data("geohash", -2, "r", (1, 1, 1), geo::geohash),
    data("geopos", -2, "r", (1, 1, 1), geo::geopos),
    data("geodist", -4, "r", (1, 1, 1), geo::geodist),
    data("bitop", -4, "wm", (2, -1, 1), bits::bitop),
    data("bitcount", -2, "r", (1, 1, 1), bits::bitcount),
    data("bitpos", -3, "r", (1, 1, 1), bits::bitpos),
    data("pfselftest", 1, "a", (0, 0, 0), hyperloglog::pfselftest),
    data("pfadd", -2, "wmF", (1, 1, 1), hyperloglog::pfadd),
    data("pfcount", -2, "r", (1, -1, 1), hyperloglog::pfcount),
    data("pfmerge", -2, "wm", (1, -1, 1), hyperloglog::pfmerge),
    data("pfdebug", -3, "w", (0, 0, 0), hyperloglog::pfdebug),
    data("xadd", -5, "wmFR", (1, 1, 1), streams::xadd),
    data("xrange", -4, "r", (1, 1, 1), streams::xrange),
    data("xrevrange", -4, "r", (1, 1, 1), streams::xrevrange),
    data("xlen", 2, "rF", (1, 1, 1), streams::xlen),
    data("xread", -4, "rs", (1, 1, 1), streams::xread),
    data("xreadgroup", -7, "ws", (1, 1, 1), streams::xreadgroup),
    data("xgroup", -2, "wm", (2, 2, 1), streams::xgroup),
    data("xsetid", 3, "wmF", (1, 1, 1), streams::xsetid),
    data("xack", -4, "wF", (1, 1, 1), streams::xack),
    data("xpending", -3, "rR", (1, 1, 1), streams::xpending),
    data("xclaim", -6, "wRF", (1, 1, 1), streams::xclaim),
    data("xinfo", -2, "rR", (2, 2, 1), streams::xinfo),
    data("xdel", -3, "wF", (1, 1, 1), streams::xdel),
    data("xtrim", -2, "wFR", (1, 1, 1), streams::xtrim),
    node("post", -1, "lt", |node, conn, _| node.security_warning(conn)),
    node("host:", -1, "lt", |node, conn, _| node.security_warning(conn)),
    node("lolwut", -1, "r", Node::lolwut_command),
];

/// The command with this name, after the renames (old name, new name) of `rename-command`.
#[must_use]
pub fn lookup_renamed(renamed: &[(String, String)], name: &[u8]) -> Option<&'static CommandSpec> {
    lookup(&original_name(renamed, name)?)
}

/// The name, in any case, that the command called `name` has without these renamings. `None` if it was renamed away.
pub(super) fn original_name<'a>(renamed: &[(String, String)], name: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    if renamed.is_empty() {
        return Some(Cow::Borrowed(name));
    }
    let mut name = name.to_ascii_lowercase();
    for (old, new) in renamed.iter().rev() {
        if name == new.as_bytes() && !new.is_empty() {
            name = old.clone().into_bytes();
        } else if name == old.as_bytes() {
            return None;
        }
    }
    Some(Cow::Owned(name))
}

/// Indexes into [`COMMANDS`], ordered by name: used for every command received.
static BY_NAME: [u16; COMMANDS.len()] = by_name();

/// The first eight bytes of each name, in that order: comparing numbers is quicker than comparing names.
static PREFIXES: [u64; COMMANDS.len()] = prefixes();

const fn prefixes() -> [u64; COMMANDS.len()] {
    let (order, mut prefixes, mut i) = (by_name(), [0; COMMANDS.len()], 0);
    while i < order.len() {
        prefixes[i] = prefix(COMMANDS[order[i] as usize].name.as_bytes());
        i += 1;
    }
    prefixes
}

const fn prefix(name: &[u8]) -> u64 {
    let (mut bytes, mut i) = ([0; 8], 0);
    while i < name.len() && i < bytes.len() {
        bytes[i] = name[i];
        i += 1;
    }
    u64::from_be_bytes(bytes)
}

const fn by_name() -> [u16; COMMANDS.len()] {
    let mut order = [0; COMMANDS.len()];
    let mut sorted = 0;
    while sorted < order.len() {
        let name = COMMANDS[sorted].name.as_bytes();
        let mut at = sorted;
        while at > 0 && less(name, COMMANDS[order[at - 1] as usize].name.as_bytes()) {
            order[at] = order[at - 1];
            at -= 1;
        }
        order[at] = sorted as u16;
        sorted += 1;
    }
    order
}

const fn less(one: &[u8], other: &[u8]) -> bool {
    let mut i = 0;
    while i < one.len() && i < other.len() {
        if one[i] != other[i] {
            return one[i] < other[i];
        }
        i += 1;
    }
    one.len() < other.len()
}

/// The longest command name.
const NAME_MAX: usize = 32;

/// The command with this name, ignoring case (`lookupCommand`).
#[must_use]
pub fn lookup(name: &[u8]) -> Option<&'static CommandSpec> {
    let mut lower = [0; NAME_MAX];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let wanted = prefix(lower);
    let first = PREFIXES.partition_point(|&prefix| prefix < wanted);
    let alike = PREFIXES[first..].iter().zip(&BY_NAME[first..]).take_while(|(prefix, _)| **prefix == wanted);
    alike.map(|(_, &index)| &COMMANDS[usize::from(index)]).find(|spec| spec.name.as_bytes() == lower)
}

/// Calls of each command (`calls` of redisCommand).
#[derive(Clone, Debug, Default)]
pub struct Calls(Vec<(u64, i64)>);

impl Calls {
    /// Counts a call of this duration.
    pub(crate) fn count(&mut self, spec: &'static CommandSpec, us: i64) {
        // A form of a later Redis counts with the command that it is a form of.
        let own = COMMANDS.element_offset(spec);
        let Some(at) = own.or_else(|| COMMANDS.iter().position(|known| known.name == spec.name)) else { return };
        if self.0.is_empty() {
            self.0.resize(COMMANDS.len(), (0, 0));
        }
        self.0[at].0 += 1;
        self.0[at].1 += us;
    }

    /// The called commands ordered by name, with their number of calls and total microseconds.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, (u64, i64))> {
        let calls = |at: u16| Some((COMMANDS[usize::from(at)].name, *self.0.get(usize::from(at))?));
        BY_NAME.into_iter().filter_map(calls).filter(|(_, (calls, _))| *calls > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, lookup};

    #[test]
    fn every_command_is_found_by_its_name_in_any_case() {
        for spec in COMMANDS {
            for name in [spec.name.to_owned(), spec.name.to_uppercase()] {
                assert_eq!(lookup(name.as_bytes()).map(|found| found.name), Some(spec.name), "{name}");
            }
        }
        for name in ["", "ge", "gett", "a name that is much longer than that of any command there is"] {
            assert!(lookup(name.as_bytes()).is_none(), "{name}");
        }
    }
}
