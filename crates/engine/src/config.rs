//! The node's configuration: the supported directives of redis.conf, for the file, the command line and CONFIG.

mod append_only;
mod directive;
mod directives;
mod eviction;
mod kept;
mod output_limits;
pub(crate) mod rewrite;

pub use self::append_only::{AppendFsync, AppendOnly};
use litemap::LiteMap;
use psyncscope_commands::Settings;
use psyncscope_commands::glob::matches as glob;

use self::directive::{Directive, When};
use crate::event::LogLevel;
use crate::io::Peer;
use crate::outbuf::OutputLimits;
pub use psyncscope_commands::{Eviction, Policy};

/// Limits that a classroom may set lower than Redis allows. The default is Redis's.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// The smallest `repl-backlog-size` in bytes; Redis's is 16384 (`CONFIG_REPL_BACKLOG_MIN_SIZE`).
    pub backlog_size_min: usize,
    /// The newest RDB version to read; Redis 5.0.14's is 9. Above that a master may be of a later version too, and what
    /// it propagates is understood as far as the data types are there.
    pub rdb_version_max: u32,
    /// Lua instructions per millisecond of virtual time. Fewer than on real machines, so that a script of seconds is
    /// cheap to simulate. 0: scripts take the time that passes on the driver's clock.
    pub script_instructions_per_ms: u64,
    /// Whether there are directories other than the working directory (`dir`).
    pub has_folders: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { backlog_size_min: 16384, rdb_version_max: 9, script_instructions_per_ms: 10_000, has_folders: false }
    }
}

impl Limits {
    /// Whether the master of this node may be of a later version than Redis 5.
    #[must_use]
    pub const fn allows_later_master(&self) -> bool {
        self.rdb_version_max > psyncscope_rdb::VERSION
    }

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
    /// The limits of Redis, or those of a classroom.
    pub limits: Limits,
    /// `databases`.
    pub databases: usize,
    /// `dbfilename`.
    pub dbfilename: String,
    /// `dir`, as CONFIG GET shows it; the driver decides where files are.
    pub dir: String,
    /// `hz`: runs of serverCron per second.
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
    /// `repl-disable-tcp-nodelay`: whether a replica's socket waits for full packets. For drivers; the node does not
    /// use it.
    pub repl_disable_tcp_nodelay: bool,
    /// `replica-lazy-flush`: whether the old dataset is freed in the background. Has no effect here.
    pub replica_lazy_flush: bool,
    /// `replica-ignore-maxmemory`: a replica does not evict keys, regardless of its own limit.
    pub replica_ignore_maxmemory: bool,
    /// `rdbchecksum`.
    pub rdbchecksum: bool,
    /// `save`: (seconds, changes) pairs.
    pub save: Vec<(i64, u64)>,
    /// `stop-writes-on-bgsave-error`: a master with save points refuses writes after a failed background save.
    pub stop_writes_on_bgsave_error: bool,
    /// `slowlog-log-slower-than` in microseconds, below 0 for nothing.
    pub slowlog_log_slower_than: i64,
    /// `slowlog-max-len`.
    pub slowlog_max_len: usize,
    /// `latency-monitor-threshold` in milliseconds, 0 for none.
    pub latency_monitor_threshold: i64,
    /// `loglevel`.
    pub loglevel: String,
    /// The directives that commands on data obey.
    pub data: Settings,
    /// The append-only file's directives.
    pub aof: AppendOnly,
    /// `rename-command`: (name in the command table, new name; empty to disable it).
    pub renamed_commands: Vec<(String, String)>,
    /// `protected-mode`: without a password and without addresses to listen on, serve only the loopback interface.
    /// Off by default, as a virtual network cannot be reached from outside; `psyncscope serve` turns it on, as Redis
    /// does.
    pub protected_mode: bool,
    /// `bind`: the addresses to listen on; `*` alone means all of them, which is Redis's default without `bind`. The
    /// meaning of an empty list is up to the driver.
    pub bind: Vec<String>,
    /// Parameters that the engine does not use, as given ([`Config::keep`]).
    pub kept: LiteMap<&'static str, String>,
    /// The process ID, for INFO.
    pub process_id: u32,
    /// The configuration file, if any: its path and content. CONFIG REWRITE writes it.
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
            rdbchecksum: true,
            save: vec![(3600, 1), (300, 100), (60, 10_000)],
            stop_writes_on_bgsave_error: true,
            slowlog_log_slower_than: 10_000,
            slowlog_max_len: 128,
            latency_monitor_threshold: 0,
            loglevel: "notice".into(),
            data: Settings::default(),
            aof: AppendOnly::default(),
            renamed_commands: Vec::new(),
            protected_mode: false,
            bind: Vec::new(),
            kept: LiteMap::new_vec(),
            process_id: 1,
            file: None,
        }
    }
}

/// Every directive.
fn directives() -> impl Iterator<Item = &'static Directive> {
    directives::DIRECTIVES.iter().chain(append_only::DIRECTIVES).chain(eviction::DIRECTIVES)
}

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
        let directive = directives()
            .find(|directive| directive.is_named(name.as_bytes()))
            .ok_or("Bad directive or wrong number of arguments")?;
        (directive.set)(self, &args)
    }

    /// CONFIG SET.
    ///
    /// # Errors
    /// The text of Redis's `-ERR` reply.
    pub fn config_set(&mut self, name: &[u8], value: &[u8]) -> Result<(), String> {
        let shown = String::from_utf8_lossy(name).into_owned();
        let wrong = |_| format!("Invalid argument '{}' for CONFIG SET '{shown}'", String::from_utf8_lossy(value));
        if let Some(kept) = self.set_kept(name, value) {
            return kept.map_err(wrong);
        }
        let directive = directives()
            .find(|directive| directive.when == When::Always && directive.is_named(name))
            .ok_or_else(|| format!("Unsupported CONFIG parameter: {shown}"))?;
        (directive.set)(self, &[value]).map_err(wrong)
    }

    /// CONFIG GET: the directives whose name matches `pattern`, with their values. `slave` spellings match too.
    #[must_use]
    pub fn config_get(&self, pattern: &[u8]) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for directive in directives().filter(|directive| directive.when != When::File) {
            for name in [Some(directive.name), directive.alias].into_iter().flatten() {
                if glob(pattern, name.as_bytes(), true) {
                    found.push((name, (directive.get)(self)));
                }
            }
        }
        found.extend(self.get_kept(pattern));
        found
    }

    /// Whether log lines of this level are written.
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

    /// Whether protected mode refuses `peer` (`acceptCommonHandler`): a server that listens everywhere and has no
    /// password serves only the loopback interface.
    pub(crate) fn denies(&self, peer: &Peer) -> bool {
        self.protected_mode
            && self.requirepass.is_empty()
            && matches!(self.bind.as_slice(), [all] if all == "*")
            && !matches!(peer.ip.as_str(), "127.0.0.1" | "::1")
            && !self.is_unix_socket(peer)
    }

    /// Whether a client came by the Unix domain socket (`CLIENT_UNIX_SOCKET`): its address is the path and port 0.
    pub(crate) fn is_unix_socket(&self, peer: &Peer) -> bool {
        peer.port == 0 && self.kept.get("unixsocket").is_some_and(|path| *path == peer.ip)
    }

    /// Whether there is a directive with this name, in either spelling.
    #[must_use]
    pub fn has_directive(name: &str) -> bool {
        directives().any(|directive| directive.is_named(name.as_bytes()))
    }

    /// The value of the directive with exactly this name; empty if there is none.
    pub(crate) fn value_of(&self, name: &str) -> String {
        let directive = directives().find(|directive| directive.name == name);
        directive.map(|directive| (directive.get)(self)).unwrap_or_default()
    }

    /// The file loaded at the start: the append-only file if it is turned on, `dbfilename` otherwise.
    #[must_use]
    pub fn start_file(&self) -> &str {
        if self.aof.appendonly { &self.aof.appendfilename } else { &self.dbfilename }
    }

    /// The names of all directives, for completion and error messages.
    pub fn directive_names() -> impl Iterator<Item = &'static str> {
        directives().map(|directive| directive.name)
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
    fn directives_accept_what_redis_accepts() {
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
        check("appendfsync", &["ALWAYS"], Ok("always"));
        check("appendfsync", &["sometimes"], Err("'no', 'always' or 'everysec'"));
        check("auto-aof-rewrite-percentage", &["-1"], Err("Invalid negative percentage"));
        check("auto-aof-rewrite-min-size", &["0"], Ok("0"));
        check("auto-aof-rewrite-min-size", &["64mb"], Ok("67108864"));
        check("appendfilename", &["a/b"], Err("can't be a path"));
        check("no-such-thing", &["1"], Err("Bad directive"));
    }

    #[test]
    fn classroom_limits_allow_a_small_backlog() {
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
        assert!(config.config_get(b"appendfilename").is_empty(), "only the file knows it");
        assert_eq!(config.config_get(b"appendonly"), [("appendonly", "no".into())]);
    }
}
