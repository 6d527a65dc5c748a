//! The directives: names, values and setters.

use psyncscope_commands::Events;

use super::directive::{Directive, bytes, integer, memory, one, text, word, yes_no};
use super::output_limits;

/// Every directive, in the order of CONFIG GET.
pub(super) static DIRECTIVES: &[Directive] = &[
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
            // resizeReplicationBacklog clamps instead of refusing.
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
            // Clamped, as in serverCron.
            c.hz = integer(a, 0, i64::from(i32::MAX))?.clamp(1, 500) as u32;
            Ok(())
        },
    ),
    Directive::new(
        "hash-max-ziplist-entries",
        |c| c.data.encodings.hash_max_ziplist_entries.to_string(),
        |c, a| {
            c.data.encodings.hash_max_ziplist_entries = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "hash-max-ziplist-value",
        |c| c.data.encodings.hash_max_ziplist_value.to_string(),
        |c, a| {
            c.data.encodings.hash_max_ziplist_value = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "set-max-intset-entries",
        |c| c.data.encodings.set_max_intset_entries.to_string(),
        |c, a| {
            c.data.encodings.set_max_intset_entries = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "hll-sparse-max-bytes",
        |c| c.data.hll_sparse_max_bytes.to_string(),
        |c, a| {
            c.data.hll_sparse_max_bytes = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "slowlog-log-slower-than",
        |c| c.slowlog_log_slower_than.to_string(),
        |c, a| {
            c.slowlog_log_slower_than = integer(a, i64::MIN, i64::MAX)?;
            Ok(())
        },
    ),
    Directive::new(
        "slowlog-max-len",
        |c| c.slowlog_max_len.to_string(),
        |c, a| {
            c.slowlog_max_len = integer(a, 0, i64::MAX)? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "latency-monitor-threshold",
        |c| c.latency_monitor_threshold.to_string(),
        |c, a| {
            c.latency_monitor_threshold = integer(a, 0, i64::MAX)?;
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
        |c| word(c.data.rdbcompression).into(),
        |c, a| {
            c.data.rdbcompression = yes_no(a)?;
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
        "stop-writes-on-bgsave-error",
        |c| word(c.stop_writes_on_bgsave_error).into(),
        |c, a| {
            c.stop_writes_on_bgsave_error = yes_no(a)?;
            Ok(())
        },
    ),
    Directive::new(
        "lazyfree-lazy-expire",
        |c| word(c.data.lazyfree_lazy_expire).into(),
        |c, a| {
            c.data.lazyfree_lazy_expire = yes_no(a)?;
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
        |c| c.data.encodings.zset_max_ziplist_entries.to_string(),
        |c, a| {
            c.data.encodings.zset_max_ziplist_entries = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "zset-max-ziplist-value",
        |c| c.data.encodings.zset_max_ziplist_value.to_string(),
        |c, a| {
            c.data.encodings.zset_max_ziplist_value = integer(a, 0, i64::from(i32::MAX))? as usize;
            Ok(())
        },
    ),
    Directive::new(
        "stream-node-max-bytes",
        |c| c.data.stream_nodes.bytes_max.to_string(),
        |c, a| {
            let limit = memory(one(a)?).and_then(|limit| usize::try_from(limit).ok());
            c.data.stream_nodes.bytes_max = limit.ok_or("argument must be a memory value")?;
            Ok(())
        },
    ),
    Directive::new(
        "stream-node-max-entries",
        |c| c.data.stream_nodes.entries_max.to_string(),
        |c, a| {
            c.data.stream_nodes.entries_max = integer(a, 0, i64::MAX)?.try_into().unwrap_or(usize::MAX);
            Ok(())
        },
    ),
    Directive::new(
        "notify-keyspace-events",
        |c| c.data.notify_keyspace_events.letters(),
        |c, a| {
            let events = Events::parse(one(a)?).ok_or("Invalid event class character. Use 'g$lshzxeA'.")?;
            c.data.notify_keyspace_events = events;
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
                let number = |word: &[u8]| psyncscope_resp::parse_i64_strict(word).ok_or("Invalid save parameters");
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
                // 0 too: REPLICAOF accepts it (a master that is never reached), and CONFIG REWRITE writes it.
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
