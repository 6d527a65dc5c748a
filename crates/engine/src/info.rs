//! `genRedisInfoString`: INFO, section by section, field by field in Redis's order.
//!
//! Fields of features that do not exist here (cluster, defragmentation) are zero, as programs that read INFO expect
//! them. Fields of the process are left out unless the driver set them.

mod memory;

use std::fmt::Write as _;

use crate::event::ReplicaState;
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::replica::ReplState;
use crate::replication::transfer::Size;
use psyncscope_resp::Reply;

/// INFO's sections, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Server,
    Clients,
    Memory,
    Persistence,
    Stats,
    Replication,
    Cpu,
    Cluster,
    Keyspace,
}

impl Section {
    pub(crate) const ALL: [Self; 9] = [
        Self::Server,
        Self::Clients,
        Self::Memory,
        Self::Persistence,
        Self::Stats,
        Self::Replication,
        Self::Cpu,
        Self::Cluster,
        Self::Keyspace,
    ];

    /// The name after `# `.
    const fn title(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::Clients => "Clients",
            Self::Memory => "Memory",
            Self::Persistence => "Persistence",
            Self::Stats => "Stats",
            Self::Replication => "Replication",
            Self::Cpu => "CPU",
            Self::Cluster => "Cluster",
            Self::Keyspace => "Keyspace",
        }
    }
}

/// The text of one section: `key:value\r\n` lines.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn put(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{key}:{value}\r\n");
    }
}

/// `bytesToHuman`.
fn human(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes}B"),
        1024..0x10_0000 => format!("{:.2}K", bytes as f64 / 1024.0),
        0x10_0000..0x4000_0000 => format!("{:.2}M", bytes as f64 / f64::from(1 << 20)),
        _ => format!("{:.2}G", bytes as f64 / f64::from(1 << 30)),
    }
}

impl Node {
    /// INFO [section].
    pub(crate) fn info_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        if argv.len() > 2 {
            reply.error("ERR syntax error");
        } else {
            let wanted = argv.get(1).map_or_else(|| b"default".to_vec(), |word| word.to_ascii_lowercase());
            let all = matches!(wanted.as_slice(), b"default" | b"all");
            let mut sections: Vec<String> = Section::ALL
                .into_iter()
                .filter(|section| all || section.title().as_bytes().eq_ignore_ascii_case(&wanted))
                .map(|section| self.info_section(section))
                .collect();
            if matches!(wanted.as_slice(), b"all" | b"commandstats") {
                // Before Cluster and Keyspace, as in Redis.
                sections.insert(sections.len().saturating_sub(2), self.info_commandstats());
            }
            reply.bulk(sections.join("\r\n"));
        }
        self.add_reply(conn, &reply.take());
    }

    /// Calls of each command and their time: 0 for most, as no time passes inside a turn.
    fn info_commandstats(&self) -> String {
        let mut lines = Lines("# Commandstats\r\n".to_owned());
        for (name, (calls, us)) in self.stats.calls.iter() {
            let each = us as f64 / calls as f64;
            lines.put(&format!("cmdstat_{name}"), format!("calls={calls},usec={us},usec_per_call={each:.2}"));
        }
        lines.0
    }

    /// One section, with its title line.
    pub(crate) fn info_section(&self, section: Section) -> String {
        let mut lines = Lines(format!("# {}\r\n", section.title()));
        match section {
            Section::Server => self.info_server(&mut lines),
            Section::Clients => self.info_clients(&mut lines),
            Section::Memory => self.info_memory(&mut lines),
            Section::Persistence => self.info_persistence(&mut lines),
            Section::Stats => self.info_stats(&mut lines),
            Section::Replication => self.info_replication(&mut lines),
            Section::Cpu => self.info_cpu(&mut lines),
            Section::Cluster => lines.put("cluster_enabled", 0),
            Section::Keyspace => self.info_keyspace(&mut lines),
        }
        lines.0
    }

    fn info_server(&self, lines: &mut Lines) {
        let uptime = self.now.unix_s() - self.started;
        lines.put("redis_version", crate::REDIS_VERSION);
        lines.put("redis_git_sha1", "00000000");
        lines.put("redis_git_dirty", 0);
        let host = self.host_facts.clone().unwrap_or_default();
        let or = |told: String, otherwise: &str| if told.is_empty() { otherwise.to_owned() } else { told };
        lines.put("redis_build_id", 0);
        lines.put("redis_mode", "standalone");
        lines.put("os", or(host.os, "Psyncscope"));
        lines.put("arch_bits", 64);
        lines.put("multiplexing_api", or(host.multiplexing_api, "virtual"));
        lines.put("atomicvar_api", "none");
        lines.put("gcc_version", "0.0.0");
        lines.put("process_id", self.config.process_id);
        lines.put("run_id", self.run_id);
        lines.put("tcp_port", self.config.port);
        lines.put("uptime_in_seconds", uptime);
        lines.put("uptime_in_days", uptime / 86_400);
        lines.put("hz", self.config.hz);
        lines.put("configured_hz", self.config.hz);
        lines.put("lru_clock", crate::command::lru_clock(self.now.unix_s()));
        lines.put("executable", host.executable);
        lines.put("config_file", self.config.file.as_ref().map_or("", |(path, _)| path));
    }

    fn info_clients(&self, lines: &mut Lines) {
        lines.put("connected_clients", self.clients.len() - self.repl.replicas.len());
        let clients = || self.clients.values();
        let most_in = clients().map(|client| client.query.held()).max().unwrap_or(0);
        let most_out = clients().map(|client| client.out.usage().2).max().unwrap_or(0);
        lines.put("client_recent_max_input_buffer", most_in);
        lines.put("client_recent_max_output_buffer", most_out);
        lines.put("blocked_clients", self.blocked_clients());
    }

    /// The dataset, the backlog and the client buffers.
    pub(crate) fn used_memory(&self) -> u64 {
        let backlog = self.repl.backlog.as_ref().map_or(0, |backlog| backlog.size() as u64);
        let buffers: usize = self.clients.values().map(|client| client.out.len() + client.query.unparsed()).sum();
        self.keyspace.approximate_bytes() + backlog + buffers as u64
    }

    fn info_persistence(&self, lines: &mut Lines) {
        let now = self.now.unix_s();
        lines.put("loading", u8::from(self.loading.is_some()));
        lines.put("rdb_changes_since_last_save", self.dirty);
        lines.put("rdb_bgsave_in_progress", u8::from(self.is_saving()));
        lines.put("rdb_last_save_time", self.last_save);
        lines.put("rdb_last_bgsave_status", if self.last_bgsave_ok { "ok" } else { "err" });
        lines.put("rdb_last_bgsave_time_sec", self.last_bgsave_seconds);
        lines.put("rdb_current_bgsave_time_sec", self.child.as_ref().map_or(-1, |child| now - child.started));
        lines.put("rdb_last_cow_size", 0);
        let aof = &self.aof;
        let status = |ok| if ok { "ok" } else { "err" };
        lines.put("aof_enabled", u8::from(aof.is_on()));
        lines.put("aof_rewrite_in_progress", u8::from(aof.rewrite.is_some()));
        lines.put("aof_rewrite_scheduled", u8::from(aof.rewrite_scheduled));
        lines.put("aof_last_rewrite_time_sec", aof.last_rewrite_seconds);
        lines.put("aof_current_rewrite_time_sec", aof.rewrite.as_ref().map_or(-1, |rewrite| now - rewrite.started));
        lines.put("aof_last_bgrewrite_status", status(aof.last_rewrite_ok));
        lines.put("aof_last_write_status", status(aof.write_error.is_none()));
        lines.put("aof_last_cow_size", 0);
        if aof.is_on() {
            lines.put("aof_current_size", aof.current_size);
            lines.put("aof_base_size", aof.base_size);
            lines.put("aof_pending_rewrite", u8::from(aof.rewrite_scheduled));
            lines.put("aof_buffer_length", aof.buf.len());
            lines.put("aof_rewrite_buffer_length", aof.rewrite_buf.len());
            lines.put("aof_pending_bio_fsync", 0);
            lines.put("aof_delayed_fsync", 0);
        }
        if let Some(loading) = &self.loading {
            let (loaded, total) = (loading.loaded_bytes, loading.total_bytes);
            let elapsed = now - loading.started;
            let left = (total - loaded) as i64;
            lines.put("loading_start_time", loading.started);
            lines.put("loading_total_bytes", total);
            lines.put("loading_loaded_bytes", loaded);
            lines.put("loading_loaded_perc", format!("{:.2}", loaded as f64 / total as f64 * 100.0));
            // Unknown in the first second and before any data is loaded.
            let eta = if elapsed > 0 { elapsed * left / (loaded as i64 + 1) } else { 1 };
            lines.put("loading_eta_seconds", eta);
        }
    }

    fn info_stats(&self, lines: &mut Lines) {
        let stats = &self.stats;
        let (ops, input, output) = self.instantaneous();
        lines.put("total_connections_received", stats.connections_received);
        lines.put("total_commands_processed", stats.commands_processed);
        lines.put("instantaneous_ops_per_sec", ops);
        lines.put("total_net_input_bytes", stats.net_input_bytes);
        lines.put("total_net_output_bytes", stats.net_output_bytes);
        lines.put("instantaneous_input_kbps", format!("{:.2}", input as f64 / 1024.0));
        lines.put("instantaneous_output_kbps", format!("{:.2}", output as f64 / 1024.0));
        lines.put("rejected_connections", stats.rejected_connections);
        lines.put("sync_full", stats.sync_full);
        lines.put("sync_partial_ok", stats.sync_partial_ok);
        lines.put("sync_partial_err", stats.sync_partial_err);
        lines.put("expired_keys", self.keyspace.stats.expired);
        lines.put("expired_stale_perc", "0.00");
        lines.put("expired_time_cap_reached_count", 0);
        lines.put("evicted_keys", stats.evicted_keys);
        lines.put("keyspace_hits", self.keyspace.stats.hits);
        lines.put("keyspace_misses", self.keyspace.stats.misses);
        lines.put("pubsub_channels", self.pubsub.channels());
        lines.put("pubsub_patterns", self.pubsub.patterns());
        lines.put("latest_fork_usec", 0);
        lines.put("migrate_cached_sockets", 0);
        lines.put("slave_expires_tracked_keys", 0);
        for name in ["hits", "misses", "key_hits", "key_misses"] {
            lines.put(&format!("active_defrag_{name}"), 0);
        }
        // Redis has it since 7.
        if stats.unexpected_error_replies > 0 {
            lines.put("unexpected_error_replies", stats.unexpected_error_replies);
        }
    }

    /// (commands, bytes in, bytes out) a second over the last samples.
    fn instantaneous(&self) -> (u64, u64, u64) {
        let (Some(first), Some(last)) = (self.stats.samples.front(), self.stats.samples.back()) else {
            return (0, 0, 0);
        };
        let ms = (self.stats.samples.len() as u64 - 1) * 1000 / u64::from(self.config.hz);
        let rate = |first: u64, last: u64| (last - first) * 1000 / ms.max(1);
        (rate(first.0, last.0), rate(first.1, last.1), rate(first.2, last.2))
    }

    fn info_replication(&self, lines: &mut Lines) {
        lines.put("role", if self.repl.masterhost.is_some() { "slave" } else { "master" });
        if let Some(host) = &self.repl.masterhost {
            self.info_upstream(lines, host);
        }
        lines.put("connected_slaves", self.repl.replicas.len());
        if self.config.min_replicas_to_write > 0 && self.config.min_replicas_max_lag > 0 {
            lines.put("min_slaves_good_slaves", self.repl.good_replicas);
        }
        for (i, (client, link)) in self.replicas().enumerate() {
            let ip = client.replica_ip();
            let state = match link.state {
                ReplicaState::WaitBgsaveStart | ReplicaState::WaitBgsaveEnd => "wait_bgsave",
                ReplicaState::SendBulk => "send_bulk",
                ReplicaState::Online => "online",
            };
            lines.put(
                &format!("slave{i}"),
                format!(
                    "ip={ip},port={},state={state},offset={},lag={}",
                    client.listening_port,
                    link.ack_off,
                    self.replica_lag(link)
                ),
            );
        }
        let (first_byte, histlen) = match &self.repl.backlog {
            Some(backlog) => (backlog.off().0, backlog.histlen()),
            None => self.repl.freed_backlog,
        };
        lines.put("master_replid", self.repl.replid);
        lines.put("master_replid2", self.repl.replid2);
        lines.put("master_repl_offset", self.repl.master_repl_offset);
        lines.put("second_repl_offset", self.repl.second_replid_offset);
        lines.put("repl_backlog_active", u8::from(self.repl.backlog.is_some()));
        lines.put("repl_backlog_size", self.config.repl_backlog_size);
        lines.put("repl_backlog_first_byte_offset", first_byte);
        lines.put("repl_backlog_histlen", histlen);
    }

    /// Seconds since the last ACK of an online replica; 0 for one that is not.
    pub(crate) fn replica_lag(&self, link: &crate::client::ReplicaLink) -> i64 {
        if link.state == ReplicaState::Online { self.now.unix_s() - link.ack_time } else { 0 }
    }

    /// The fields of a replica.
    fn info_upstream(&self, lines: &mut Lines, host: &str) {
        let now = self.now.unix_s();
        let repl = &self.repl;
        let master = repl.master.and_then(|conn| self.clients.get(&conn));
        let offset = match (master.and_then(|client| client.master()), &repl.cached_master) {
            (Some(link), _) => link.reploff.0,
            (None, Some(cached)) => cached.reploff.0,
            (None, None) if repl.refusal.is_some() => repl.master_repl_offset.0,
            (None, None) => 1,
        };
        lines.put("master_host", host);
        lines.put("master_port", repl.masterport);
        lines.put("master_link_status", if repl.state == ReplState::Connected { "up" } else { "down" });
        lines.put("master_last_io_seconds_ago", master.map_or(-1, |client| now - client.last_interaction));
        lines.put("master_sync_in_progress", u8::from(repl.state == ReplState::Transfer));
        lines.put("slave_repl_offset", offset);
        if let (ReplState::Transfer, Some(transfer)) = (repl.state, &repl.transfer) {
            let read = transfer.read as i64;
            lines.put(
                "master_sync_left_bytes",
                match transfer.size {
                    Size::Unknown => -1,
                    Size::Bytes(size) => size.saturating_sub(read),
                    Size::Mark(_) => -read,
                },
            );
            lines.put("master_sync_last_io_seconds_ago", now - repl.transfer_lastio);
        }
        if repl.state != ReplState::Connected {
            lines.put("master_link_down_since_seconds", now - repl.repl_down_since);
        }
        if let Some(refusal) = &repl.refusal {
            lines.put("master_link_down_reason", &refusal.reason);
        }
        lines.put("slave_priority", self.config.replica_priority);
        lines.put("slave_read_only", u8::from(self.config.replica_read_only));
    }

    fn info_keyspace(&self, lines: &mut Lines) {
        for (db, keys, expires) in self.keyspace.counts() {
            lines.put(
                &format!("db{db}"),
                format!(
                    "keys={keys},expires={expires},avg_ttl={}",
                    self.keyspace.average_ttl_ms(db as usize, self.now.unix_ms())
                ),
            );
        }
    }
}
