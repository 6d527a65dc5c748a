//! The node's configuration: the directives of redis.conf that it honours, for the file, the command line and CONFIG.

mod output_limits;
pub(crate) mod rewrite;

use crate::command::table;
use crate::event::LogLevel;
use crate::glob::matches as glob;
use crate::io::Peer;
use crate::keyspace::{Hash, Set};
use crate::outbuf::OutputLimits;

/// Limits that a classroom may want smaller than Redis allows. Redis's own by default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// The smallest `repl-backlog-size` in bytes; Redis's is 16384 (`CONFIG_REPL_BACKLOG_MIN_SIZE`).
    pub backlog_size_min: usize,
    /// The newest RDB version to read; Redis 5.0.14's is 9.
    pub rdb_version_max: u32,
    /// Lua instructions that take a millisecond of a node's time. Real machines execute more; a world that has to execute
    /// what takes seconds in it would rather not.
    pub script_instructions_per_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { backlog_size_min: 16384, rdb_version_max: 9, script_instructions_per_ms: 10_000 }
    }
}

impl Limits {
    /// Limits for a screen: a backlog of 16 bytes can be drawn byte by byte.
    #[must_use]
    pub fn classroom() -> Self {
        Self { backlog_size_min: 16, ..Self::default() }
    }
}

/// A node's configuration. Fields are named as the directives; times in seconds and sizes in bytes unless said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `port`.
    pub port: u16,
    /// Whether the limits of Redis or those of a classroom apply.
    pub limits: Limits,
    /// `databases`.
    pub databases: usize,
    /// `dbfilename`.
    pub dbfilename: String,
    /// `dir`, as CONFIG GET shows it; the driver decides where files really go.
    pub dir: String,
    /// `hz`, in turns of serverCron a second.
    pub hz: u32,
    /// `maxclients`.
    pub maxclients: usize,
    /// `timeout` of idle clients, 0 for never.
    pub timeout: i64,
    /// `requirepass`, empty for none.
    pub requirepass: Vec<u8>,
    /// `masterauth`, empty for none.
    pub masterauth: Vec<u8>,
    /// `replicaof`: host and port, as a file or command line gives it.
    pub replicaof: Option<(String, u16)>,
    /// `replica-serve-stale-data`.
    pub replica_serve_stale_data: bool,
    /// `replica-read-only`.
    pub replica_read_only: bool,
    /// `replica-priority`.
    pub replica_priority: i64,
    /// `replica-announce-ip`, empty for none.
    pub replica_announce_ip: String,
    /// `replica-announce-port`, 0 for none.
    pub replica_announce_port: u16,
    /// `repl-ping-replica-period`.
    pub repl_ping_replica_period: i64,
    /// `lazyfree-lazy-expire`: a key that expires goes to the replicas as UNLINK.
    pub lazyfree_lazy_expire: bool,
    /// `lua-time-limit` in milliseconds, 0 for none.
    pub lua_time_limit: u64,
    /// `lua-replicate-commands`.
    pub lua_replicate_commands: bool,
    /// `repl-timeout`.
    pub repl_timeout: i64,
    /// `repl-backlog-size`.
    pub repl_backlog_size: usize,
    /// `repl-backlog-ttl`, 0 for never.
    pub repl_backlog_ttl: i64,
    /// `repl-diskless-sync`.
    pub repl_diskless_sync: bool,
    /// `repl-diskless-sync-delay`.
    pub repl_diskless_sync_delay: i64,
    /// `min-replicas-to-write`.
    pub min_replicas_to_write: i64,
    /// `min-replicas-max-lag`.
    pub min_replicas_max_lag: i64,
    /// `client-output-buffer-limit`.
    pub client_output_buffer_limit: OutputLimits,
    /// `repl-disable-tcp-nodelay`: whether a replica's socket waits for full packets. The node has no say in it; a driver
    /// may look.
    pub repl_disable_tcp_nodelay: bool,
    /// `replica-lazy-flush`: whether the old dataset is freed in the background. Nothing is freed so slowly here that it
    /// made a difference.
    pub replica_lazy_flush: bool,
    /// `replica-ignore-maxmemory`. There is no maxmemory.
    pub replica_ignore_maxmemory: bool,
    /// `rdbcompression`.
    pub rdbcompression: bool,
    /// `rdbchecksum`.
    pub rdbchecksum: bool,
    /// `save`: (seconds, changes) pairs.
    pub save: Vec<(i64, u64)>,
    /// `loglevel`.
    pub loglevel: String,
    /// `hash-max-ziplist-entries`: a hash with more fields is a hash table.
    pub hash_max_ziplist_entries: usize,
    /// `hash-max-ziplist-value`: a hash with a longer field or value is a hash table.
    pub hash_max_ziplist_value: usize,
    /// `set-max-intset-entries`: a set of more integers is a hash table.
    pub set_max_intset_entries: usize,
    /// `hll-sparse-max-bytes`: a HyperLogLog that would outgrow this becomes dense.
    pub hll_sparse_max_bytes: usize,
    /// `zset-max-ziplist-entries`: a sorted set with more members is a skip list.
    pub zset_max_ziplist_entries: usize,
    /// `zset-max-ziplist-value`: a sorted set with a member of more bytes is a skip list.
    pub zset_max_ziplist_value: usize,
    /// `rename-command`: (name in the command table, the only name it is known by; empty for none).
    pub renamed_commands: Vec<(String, String)>,
    /// `protected-mode`: without a password and without addresses to listen on, serve the machine itself alone. Off
    /// unless told otherwise, for a virtual network has no outside; `psyncscope serve` turns it on, as Redis does.
    pub protected_mode: bool,
    /// `bind`: the addresses to listen on; `*` alone stands for all of them, which Redis says by leaving `bind` out.
    /// What the driver makes of an empty list is its own affair.
    pub bind: Vec<String>,
    /// The process's number, for INFO.
    pub process_id: u32,
    /// The file that the configuration came from, if there is one: its path and what it says. CONFIG REWRITE writes it.
    pub file: Option<(String, Vec<u8>)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 6379,
            limits: Limits::default(),
            databases: 16,
            dbfilename: "dump.rdb".into(),
            dir: "/data".into(),
            hz: 10,
            maxclients: 10_000,
            timeout: 0,
            requirepass: Vec::new(),
            masterauth: Vec::new(),
            replicaof: None,
            replica_serve_stale_data: true,
            replica_read_only: true,
            replica_priority: 100,
            replica_announce_ip: String::new(),
            replica_announce_port: 0,
            repl_ping_replica_period: 10,
            lazyfree_lazy_expire: false,
            lua_time_limit: 5000,
            lua_replicate_commands: true,
            repl_timeout: 60,
            repl_backlog_size: 1024 * 1024,
            repl_backlog_ttl: 3600,
            repl_diskless_sync: false,
            repl_diskless_sync_delay: 5,
            min_replicas_to_write: 0,
            min_replicas_max_lag: 10,
            client_output_buffer_limit: OutputLimits::default(),
            repl_disable_tcp_nodelay: false,
            replica_lazy_flush: false,
            replica_ignore_maxmemory: true,
            rdbcompression: true,
            rdbchecksum: true,
            save: vec![(3600, 1), (300, 100), (60, 10_000)],
            loglevel: "notice".into(),
            hash_max_ziplist_entries: Hash::ZIPLIST_ENTRIES_MAX,
            hash_max_ziplist_value: Hash::ZIPLIST_VALUE_MAX,
            set_max_intset_entries: Set::INTEGERS_MAX,
            hll_sparse_max_bytes: 3000,
            zset_max_ziplist_entries: 128,
            zset_max_ziplist_value: 64,
            renamed_commands: Vec::new(),
            protected_mode: false,
            bind: Vec::new(),
            process_id: 1,
            file: None,
        }
    }
}

/// Where a directive may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// In a file, on the command line and by CONFIG SET.
    Always,
    /// Only in a file or on the command line.
    Start,
}

/// One directive. `set` gets its arguments and says what is wrong with them in Redis's words.
struct Directive {
    name: &'static str,
    /// The older `slave` spelling, which CONFIG GET lists too.
    alias: Option<&'static str>,
    when: When,
    get: fn(&Config) -> String,
    set: fn(&mut Config, &[&[u8]]) -> Result<(), String>,
}

impl Directive {
    const fn new(
        name: &'static str,
        get: fn(&Config) -> String,
        set: fn(&mut Config, &[&[u8]]) -> Result<(), String>,
    ) -> Self {
        Self { name, alias: None, when: When::Always, get, set }
    }

    const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    const fn at_start(mut self) -> Self {
        self.when = When::Start;
        self
    }

    fn is_named(&self, name: &[u8]) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name)
            || self.alias.is_some_and(|alias| alias.as_bytes().eq_ignore_ascii_case(name))
    }
}

fn one<'a>(args: &[&'a [u8]]) -> Result<&'a [u8], String> {
    match args {
        [arg] => Ok(arg),
        _ => Err("wrong number of arguments".into()),
    }
}

fn text(args: &[&[u8]]) -> Result<String, String> {
    Ok(String::from_utf8_lossy(one(args)?).into_owned())
}

fn yes_no(args: &[&[u8]]) -> Result<bool, String> {
    match one(args)?.to_ascii_lowercase().as_slice() {
        b"yes" => Ok(true),
        b"no" => Ok(false),
        _ => Err("argument must be 'yes' or 'no'".into()),
    }
}

fn integer(args: &[&[u8]], min: i64, max: i64) -> Result<i64, String> {
    let arg = one(args)?;
    let value = crate::resp::parse_i64_strict(arg).ok_or("argument must be an integer")?;
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(format!("argument must be between {min} and {max} inclusive"))
    }
}

/// `memtoll`: a number of bytes with an optional unit; `k` is 1000, `kb` is 1024.
fn memory(arg: &[u8]) -> Option<u64> {
    let arg = arg.to_ascii_lowercase();
    let digits = arg.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unit: u64 = match &arg[digits..] {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    std::str::from_utf8(&arg[..digits]).ok()?.parse::<u64>().ok()?.checked_mul(unit)
}

/// A number of bytes that is kept.
fn bytes(args: &[&[u8]]) -> Result<usize, String> {
    memory(one(args)?)
        // A ring of more than 512 MiB would not fit where this runs in a browser.
        .filter(|&size| size > 0 && size <= 1 << 29)
        .and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| "argument must be a memory value".into())
}

const fn word(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

/// Every directive, in the order of CONFIG GET.
static DIRECTIVES: &[Directive] = &[
    Directive::new(
        "dbfilename",
        |c| c.dbfilename.clone(),
        |c, a| {
            let name = text(a)?;
            if name.is_empty() || name.contains('/') {
                return Err("dbfilename can't be a path, just a filename".into());
            }
            c.dbfilename = name;
            Ok(())
        },
    ),
    Directive::new(
        "requirepass",
        |c| String::from_utf8_lossy(&c.requirepass).into_owned(),
        |c, a| {
            c.requirepass = one(a)?.to_vec();
            Ok(())
        },
    ),
    Directive::new(
        "masterauth",
        |c| String::from_utf8_lossy(&c.masterauth).into_owned(),
        |c, a| {
            c.masterauth = one(a)?.to_vec();
            Ok(())
        },
    ),
    Directive::new(
        "replica-announce-ip",
        |c| c.replica_announce_ip.clone(),
        |c, a| {
            c.replica_announce_ip = text(a)?;
            Ok(())
        },
    )
    .alias("slave-announce-ip"),
    Directive::new(
        "timeout",
        |c| c.timeout.to_string(),
        |c, a| {
            c.timeout = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    ),
    Directive::new(
        "databases",
        |c| c.databases.to_string(),
        |c, a| {
            c.databases = integer(a, 1, 1024)? as usize;
            Ok(())
        },
    )
    .at_start(),
    Directive::new(
        "port",
        |c| c.port.to_string(),
        |c, a| {
            c.port = integer(a, 0, 65535)? as u16;
            Ok(())
        },
    )
    .at_start(),
    Directive::new(
        "repl-ping-replica-period",
        |c| c.repl_ping_replica_period.to_string(),
        |c, a| {
            c.repl_ping_replica_period = integer(a, 1, i64::from(i32::MAX))?;
            Ok(())
        },
    )
    .alias("repl-ping-slave-period"),
    Directive::new(
        "repl-timeout",
        |c| c.repl_timeout.to_string(),
        |c, a| {
            c.repl_timeout = integer(a, 1, i64::from(i32::MAX))?;
            Ok(())
        },
    ),
    Directive::new(
        "repl-backlog-size",
        |c| c.repl_backlog_size.to_string(),
        |c, a| {
            // resizeReplicationBacklog clamps, it does not refuse.
            c.repl_backlog_size = bytes(a)?.max(c.limits.backlog_size_min);
            Ok(())
        },
    ),
    Directive::new(
        "repl-backlog-ttl",
        |c| c.repl_backlog_ttl.to_string(),
        |c, a| {
            c.repl_backlog_ttl = integer(a, 0, i64::MAX)?;
            Ok(())
        },
    ),
    Directive::new(
        "maxclients",
        |c| c.maxclients.to_string(),
        |c, a| {
            c.maxclients = integer(a, 1, 100_000)? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "replica-priority",
        |c| c.replica_priority.to_string(),
        |c, a| {
            c.replica_priority = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    )
    .alias("slave-priority"),
    Directive::new(
        "replica-announce-port",
        |c| c.replica_announce_port.to_string(),
        |c, a| {
            c.replica_announce_port = integer(a, 0, 65535)? as u16;
            Ok(())
        },
    )
    .alias("slave-announce-port"),
    Directive::new(
        "min-replicas-to-write",
        |c| c.min_replicas_to_write.to_string(),
        |c, a| {
            c.min_replicas_to_write = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    )
    .alias("min-slaves-to-write"),
    Directive::new(
        "min-replicas-max-lag",
        |c| c.min_replicas_max_lag.to_string(),
        |c, a| {
            c.min_replicas_max_lag = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    )
    .alias("min-slaves-max-lag"),
    Directive::new(
        "hz",
        |c| c.hz.to_string(),
        |c, a| {
            // Out of range is pulled into it, as serverCron does.
            c.hz = integer(a, 0, i64::from(i32::MAX))?.clamp(1, 500) as u32;
            Ok(())
        },
    ),
    Directive::new(
        "hash-max-ziplist-entries",
        |c| c.hash_max_ziplist_entries.to_string(),
        |c, a| {
            c.hash_max_ziplist_entries = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "hash-max-ziplist-value",
        |c| c.hash_max_ziplist_value.to_string(),
        |c, a| {
            c.hash_max_ziplist_value = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "set-max-intset-entries",
        |c| c.set_max_intset_entries.to_string(),
        |c, a| {
            c.set_max_intset_entries = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "hll-sparse-max-bytes",
        |c| c.hll_sparse_max_bytes.to_string(),
        |c, a| {
            c.hll_sparse_max_bytes = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "repl-diskless-sync-delay",
        |c| c.repl_diskless_sync_delay.to_string(),
        |c, a| {
            c.repl_diskless_sync_delay = integer(a, 0, i64::from(i32::MAX))?;
            Ok(())
        },
    ),
    Directive::new(
        "replica-serve-stale-data",
        |c| word(c.replica_serve_stale_data).into(),
        |c, a| {
            c.replica_serve_stale_data = yes_no(a)?;
            Ok(())
        },
    )
    .alias("slave-serve-stale-data"),
    Directive::new(
        "replica-read-only",
        |c| word(c.replica_read_only).into(),
        |c, a| {
            c.replica_read_only = yes_no(a)?;
            Ok(())
        },
    )
    .alias("slave-read-only"),
    Directive::new(
        "client-output-buffer-limit",
        |c| output_limits::show(&c.client_output_buffer_limit),
        |c, a| {
            c.client_output_buffer_limit = output_limits::changed(c.client_output_buffer_limit, a)?;
            Ok(())
        },
    ),
    Directive::new(
        "repl-disable-tcp-nodelay",
        |c| word(c.repl_disable_tcp_nodelay).into(),
        |c, a| {
            c.repl_disable_tcp_nodelay = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "replica-lazy-flush",
        |c| word(c.replica_lazy_flush).into(),
        |c, a| {
            c.replica_lazy_flush = yes_no(a)?;
            Ok(())
        },
    )
    .alias("slave-lazy-flush"),
    Directive::new(
        "replica-ignore-maxmemory",
        |c| word(c.replica_ignore_maxmemory).into(),
        |c, a| {
            c.replica_ignore_maxmemory = yes_no(a)?;
            Ok(())
        },
    )
    .alias("slave-ignore-maxmemory"),
    Directive::new(
        "rdbcompression",
        |c| word(c.rdbcompression).into(),
        |c, a| {
            c.rdbcompression = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "rdbchecksum",
        |c| word(c.rdbchecksum).into(),
        |c, a| {
            c.rdbchecksum = yes_no(a)?;
            Ok(())
        },
    )
    .at_start(),
    Directive::new(
        "lazyfree-lazy-expire",
        |c| word(c.lazyfree_lazy_expire).into(),
        |c, a| {
            c.lazyfree_lazy_expire = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "lua-time-limit",
        |c| c.lua_time_limit.to_string(),
        |c, a| {
            c.lua_time_limit = integer(a, 0, i64::MAX)? as u64;
            Ok(())
        },
    ),
    Directive::new(
        "lua-replicate-commands",
        |c| word(c.lua_replicate_commands).into(),
        |c, a| {
            c.lua_replicate_commands = yes_no(a)?;
            Ok(())
        },
    )
    .at_start(),
    Directive::new(
        "repl-diskless-sync",
        |c| word(c.repl_diskless_sync).into(),
        |c, a| {
            c.repl_diskless_sync = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "loglevel",
        |c| c.loglevel.clone(),
        |c, a| {
            let level = text(a)?.to_ascii_lowercase();
            if !["debug", "verbose", "notice", "warning"].contains(&level.as_str()) {
                return Err("argument must be one of debug, verbose, notice, warning".into());
            }
            c.loglevel = level;
            Ok(())
        },
    ),
    Directive::new(
        "zset-max-ziplist-entries",
        |c| c.zset_max_ziplist_entries.to_string(),
        |c, a| {
            c.zset_max_ziplist_entries = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "zset-max-ziplist-value",
        |c| c.zset_max_ziplist_value.to_string(),
        |c, a| {
            c.zset_max_ziplist_value = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "protected-mode",
        |c| word(c.protected_mode).into(),
        |c, a| {
            c.protected_mode = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "bind",
        |c| c.bind.join(" "),
        |c, a| {
            if a.is_empty() {
                return Err("wrong number of arguments".into());
            }
            // CONFIG_BINDADDR_MAX
            if a.len() > 16 {
                return Err("Too many bind addresses specified".into());
            }
            c.bind = a.iter().map(|address| String::from_utf8_lossy(address).into_owned()).collect();
            Ok(())
        },
    )
    .at_start(),
    Directive::new(
        "dir",
        |c| c.dir.clone(),
        |c, a| {
            c.dir = text(a)?;
            Ok(())
        },
    )
    .at_start(),
    Directive::new(
        "save",
        |c| c.save.iter().map(|(s, n)| format!("{s} {n}")).collect::<Vec<_>>().join(" "),
        |c, a| {
            let words: Vec<&[u8]> =
                a.iter().flat_map(|a| a.split(|&b| b == b' ')).filter(|word| !word.is_empty()).collect();
            if !words.len().is_multiple_of(2) {
                return Err("Invalid save parameters".into());
            }
            let mut save = Vec::new();
            for pair in words.chunks(2) {
                let number = |word: &[u8]| crate::resp::parse_i64_strict(word).ok_or("Invalid save parameters");
                let (seconds, changes) = (number(pair[0])?, number(pair[1])?);
                if seconds < 1 || changes < 0 {
                    return Err("Invalid save parameters".into());
                }
                save.push((seconds, changes.unsigned_abs()));
            }
            c.save = save;
            Ok(())
        },
    ),
    Directive::new(
        "replicaof",
        |c| c.replicaof.as_ref().map(|(host, port)| format!("{host} {port}")).unwrap_or_default(),
        |c, a| match a {
            [host, port] if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") => {
                c.replicaof = None;
                Ok(())
            }
            [host, port] => {
                // 0 too: REPLICAOF takes it (a master that is never reached), and CONFIG REWRITE writes what it took.
                let port = integer(&[port], 0, 65535).map_err(|_| "Invalid master port".to_owned())?;
                c.replicaof = Some((String::from_utf8_lossy(host).into_owned(), port as u16));
                Ok(())
            }
            _ => Err("wrong number of arguments".into()),
        },
    )
    .alias("slaveof")
    .at_start(),
];

impl Config {
    /// Sets one directive as a line of redis.conf does: `set_directive("repl-backlog-size", &["16kb"])`.
    ///
    /// # Errors
    /// In Redis's words: an unknown directive, a wrong number of arguments, a value that does not fit. The
    /// configuration is then unchanged.
    pub fn set_directive(&mut self, name: &str, args: &[&str]) -> Result<(), String> {
        if name.eq_ignore_ascii_case("rename-command") {
            return self.rename_command(args);
        }
        let args: Vec<&[u8]> = args.iter().map(|arg| arg.as_bytes()).collect();
        let directive = DIRECTIVES
            .iter()
            .find(|directive| directive.is_named(name.as_bytes()))
            .ok_or("Bad directive or wrong number of arguments")?;
        (directive.set)(self, &args)
    }

    /// `rename-command OLD NEW`, where an empty NEW takes the command away. CONFIG knows nothing of it.
    fn rename_command(&mut self, args: &[&str]) -> Result<(), String> {
        let [old, new] = args else { return Err("Bad directive or wrong number of arguments".into()) };
        let (old, new) = (old.to_ascii_lowercase(), new.to_ascii_lowercase());
        if table::lookup_renamed(&self.renamed_commands, old.as_bytes()).is_none() {
            return Err("No such command in rename-command".into());
        }
        if table::lookup_renamed(&self.renamed_commands, new.as_bytes()).is_some() {
            return Err("Target command name already exists".into());
        }
        self.renamed_commands.push((old, new));
        Ok(())
    }

    /// CONFIG SET.
    ///
    /// # Errors
    /// The text of Redis's `-ERR` reply.
    pub fn config_set(&mut self, name: &[u8], value: &[u8]) -> Result<(), String> {
        let shown = String::from_utf8_lossy(name).into_owned();
        let directive = DIRECTIVES
            .iter()
            .find(|directive| directive.when == When::Always && directive.is_named(name))
            .ok_or_else(|| format!("Unsupported CONFIG parameter: {shown}"))?;
        (directive.set)(self, &[value])
            .map_err(|_| format!("Invalid argument '{}' for CONFIG SET '{shown}'", String::from_utf8_lossy(value)))
    }

    /// CONFIG GET: the directives whose name matches `pattern`, with their values. `slave` spellings match too.
    #[must_use]
    pub fn config_get(&self, pattern: &[u8]) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for directive in DIRECTIVES {
            for name in [Some(directive.name), directive.alias].into_iter().flatten() {
                if glob(pattern, name.as_bytes(), true) {
                    found.push((name, (directive.get)(self)));
                }
            }
        }
        found
    }

    /// Whether a line of this level is to be logged.
    #[must_use]
    pub fn logs(&self, level: LogLevel) -> bool {
        let least = match self.loglevel.as_str() {
            "debug" => LogLevel::Debug,
            "verbose" => LogLevel::Verbose,
            "warning" => LogLevel::Warning,
            _ => LogLevel::Notice,
        };
        level >= least
    }

    /// Whether protected mode turns `peer` away (`acceptCommonHandler`): a server that listens everywhere and asks for
    /// no password serves the loopback interface alone.
    pub(crate) fn denies(&self, peer: &Peer) -> bool {
        self.protected_mode
            && self.requirepass.is_empty()
            && matches!(self.bind.as_slice(), [all] if all == "*")
            && !matches!(peer.ip.as_str(), "127.0.0.1" | "::1")
    }

    /// Whether there is a directive of this name, in either spelling.
    #[must_use]
    pub fn has_directive(name: &str) -> bool {
        DIRECTIVES.iter().any(|directive| directive.is_named(name.as_bytes()))
    }

    /// What CONFIG GET shows for the directive of this very name; empty if there is none.
    pub(crate) fn value_of(&self, name: &str) -> String {
        let directive = DIRECTIVES.iter().find(|directive| directive.name == name);
        directive.map(|directive| (directive.get)(self)).unwrap_or_default()
    }

    /// The names of all directives, for completion and error messages.
    pub fn directive_names() -> impl Iterator<Item = &'static str> {
        DIRECTIVES.iter().map(|directive| directive.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, args: &[&str], expect: Result<&str, &str>) {
        let mut config = Config::default();
        let before = config.clone();
        match (config.set_directive(name, args), expect) {
            (Ok(()), Ok(value)) => {
                assert_eq!(
                    config.config_get(name.as_bytes()),
                    [(config.config_get(name.as_bytes())[0].0, value.into())]
                );
            }
            (Err(error), Err(part)) => {
                assert!(error.contains(part), "{error:?} does not say {part:?}");
                assert_eq!(config, before, "a refused directive changes nothing");
            }
            (got, _) => panic!("{name} {args:?}: {got:?}"),
        }
    }

    #[test]
    fn directives_take_what_redis_takes() {
        check("repl-backlog-size", &["16kb"], Ok("16384"));
        check("repl-backlog-size", &["1"], Ok("16384"));
        check("repl-backlog-size", &["20k"], Ok("20000"));
        check("repl-backlog-size", &["x"], Err("memory value"));
        check("repl-backlog-size", &["99999999999999999999"], Err("memory value"));
        check("repl-timeout", &["0"], Err("between"));
        check("repl-timeout", &["1"], Ok("1"));
        check("replica-read-only", &["no"], Ok("no"));
        check("replica-read-only", &["maybe"], Err("'yes' or 'no'"));
        check("replicaof", &["10.0.0.1", "6379"], Ok("10.0.0.1 6379"));
        check("replicaof", &["10.0.0.1", "0"], Ok("10.0.0.1 0"));
        check("replicaof", &["10.0.0.1 6379"], Err("wrong number"));
        check("replicaof", &["10.0.0.1", "70000"], Err("Invalid master port"));
        check("save", &[""], Ok(""));
        check("save", &["60", "1"], Ok("60 1"));
        check("save", &["60"], Err("Invalid save"));
        check("no-such-thing", &["1"], Err("Bad directive"));
    }

    #[test]
    fn classroom_limits_allow_a_ring_that_fits_a_screen() {
        let mut config = Config { limits: Limits::classroom(), ..Config::default() };
        config.set_directive("repl-backlog-size", &["64"]).unwrap();
        assert_eq!(config.repl_backlog_size, 64);
        config.set_directive("repl-backlog-size", &["15"]).unwrap();
        assert_eq!(config.repl_backlog_size, 16);
    }

    #[test]
    fn config_get_knows_both_spellings() {
        let config = Config::default();
        let names: Vec<_> = config.config_get(b"*-read-only").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["replica-read-only", "slave-read-only"]);
        assert!(config.config_get(b"nothing").is_empty());
    }
}
