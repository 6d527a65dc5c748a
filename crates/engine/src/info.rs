//! `genRedisInfoString`: INFO, section by section, field by field in Redis's order.
//!
//! Fields of features that do not exist here (cluster, defragmentation) are zero, as programs that read INFO expect
//! them. Fields of the process are left out unless the driver set them.
//!
//! A [`Node`] gathers the facts ([`Info`]), and one formatter makes the text of them: for the command, and for whoever
//! looks at a recorded moment.

mod facts;
mod memory;

use std::fmt::Write as _;

pub(crate) use facts::Buffers;
pub use facts::{
    AppendOnlyInfo, ClientsInfo, DbInfo, Info, LoadingInfo, MemoryInfo, PersistenceInfo, ReplicationInfo, ServerInfo,
    StatsInfo, TransferInfo, UpstreamInfo,
};

use crate::event::ReplicaState;
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::ReplState;
use psyncscope_resp::Reply;

/// INFO's sections, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The process.
    Server,
    /// Its clients.
    Clients,
    /// Its memory.
    Memory,
    /// RDB file and append-only file.
    Persistence,
    /// Counters.
    Stats,
    /// Both sides of replication.
    Replication,
    /// Processor time, if the driver told of it.
    Cpu,
    /// There is no cluster.
    Cluster,
    /// Databases that have keys.
    Keyspace,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 9] = [
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
            let info = self.info();
            let mut sections: Vec<String> = Section::ALL
                .into_iter()
                .filter(|section| all || section.title().as_bytes().eq_ignore_ascii_case(&wanted))
                .map(|section| info.section(section))
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

    /// The dataset, the backlog and the client buffers.
    pub(crate) fn used_memory(&self) -> u64 {
        let backlog = self.repl.downstream.backlog_size();
        let buffers: usize = self.clients.values().map(|client| client.out.len() + client.query.unparsed()).sum();
        self.keyspace.approximate_bytes() + backlog + buffers as u64
    }

    /// Seconds since the last ACK of an online replica; 0 for one that is not.
    pub(crate) fn replica_lag(&self, link: &crate::client::ReplicaLink) -> i64 {
        if link.state == ReplicaState::Online { self.now.unix_s() - link.ack_time } else { 0 }
    }
}

impl Info {
    /// The text of all sections, each with its `# Name` line, in Redis's order.
    #[must_use]
    pub fn sections(&self) -> Vec<String> {
        Section::ALL.into_iter().map(|section| self.section(section)).collect()
    }

    /// The text of one section, with its `# Name` line.
    #[must_use]
    pub fn section(&self, section: Section) -> String {
        let mut lines = Lines(format!("# {}\r\n", section.title()));
        match section {
            Section::Server => self.put_server(&mut lines),
            Section::Clients => self.put_clients(&mut lines),
            Section::Memory => self.put_memory(&mut lines),
            Section::Persistence => self.put_persistence(&mut lines),
            Section::Stats => self.put_stats(&mut lines),
            Section::Replication => self.put_replication(&mut lines),
            Section::Cpu => self.put_cpu(&mut lines),
            Section::Cluster => lines.put("cluster_enabled", 0),
            Section::Keyspace => self.put_keyspace(&mut lines),
        }
        lines.0
    }

    fn put_server(&self, lines: &mut Lines) {
        let server = &self.server;
        let uptime = self.now_s - server.started_s;
        lines.put("redis_version", crate::REDIS_VERSION);
        lines.put("redis_git_sha1", "00000000");
        lines.put("redis_git_dirty", 0);
        let host = self.host.clone().unwrap_or_default();
        let or = |told: String, otherwise: &str| if told.is_empty() { otherwise.to_owned() } else { told };
        lines.put("redis_build_id", 0);
        lines.put("redis_mode", "standalone");
        lines.put("os", or(host.os, "Psyncscope"));
        lines.put("arch_bits", 64);
        lines.put("multiplexing_api", or(host.multiplexing_api, "virtual"));
        lines.put("atomicvar_api", "none");
        lines.put("gcc_version", "0.0.0");
        lines.put("process_id", server.process_id);
        lines.put("run_id", server.run_id);
        lines.put("tcp_port", server.port);
        lines.put("uptime_in_seconds", uptime);
        lines.put("uptime_in_days", uptime / 86_400);
        lines.put("hz", server.hz);
        lines.put("configured_hz", server.hz);
        lines.put("lru_clock", crate::command::lru_clock(self.now_s));
        lines.put("executable", host.executable);
        lines.put("config_file", &server.config_file);
    }

    fn put_clients(&self, lines: &mut Lines) {
        let clients = &self.clients;
        lines.put("connected_clients", clients.connected);
        lines.put("client_recent_max_input_buffer", clients.most_input);
        lines.put("client_recent_max_output_buffer", clients.most_output);
        lines.put("blocked_clients", clients.blocked);
    }

    fn put_persistence(&self, lines: &mut Lines) {
        let all = &self.persistence;
        let status = |ok| if ok { "ok" } else { "err" };
        let seconds = |since: Option<i64>| since.map_or(-1, |since| self.now_s - since);
        lines.put("loading", u8::from(all.loading.is_some()));
        lines.put("rdb_changes_since_last_save", all.dirty);
        lines.put("rdb_bgsave_in_progress", u8::from(all.saving));
        lines.put("rdb_last_save_time", all.last_save_s);
        lines.put("rdb_last_bgsave_status", status(all.last_bgsave_ok));
        lines.put("rdb_last_bgsave_time_sec", all.last_bgsave_seconds);
        lines.put("rdb_current_bgsave_time_sec", seconds(all.bgsave_started_s));
        lines.put("rdb_last_cow_size", 0);
        let aof = &all.aof;
        lines.put("aof_enabled", u8::from(aof.enabled));
        lines.put("aof_rewrite_in_progress", u8::from(aof.rewrite_started_s.is_some()));
        lines.put("aof_rewrite_scheduled", u8::from(aof.rewrite_scheduled));
        lines.put("aof_last_rewrite_time_sec", aof.last_rewrite_seconds);
        lines.put("aof_current_rewrite_time_sec", seconds(aof.rewrite_started_s));
        lines.put("aof_last_bgrewrite_status", status(aof.last_rewrite_ok));
        lines.put("aof_last_write_status", status(aof.last_write_ok));
        lines.put("aof_last_cow_size", 0);
        if aof.enabled {
            lines.put("aof_current_size", aof.current_size);
            lines.put("aof_base_size", aof.base_size);
            lines.put("aof_pending_rewrite", u8::from(aof.rewrite_scheduled));
            lines.put("aof_buffer_length", aof.buffer);
            lines.put("aof_rewrite_buffer_length", aof.rewrite_buffer);
            lines.put("aof_pending_bio_fsync", 0);
            lines.put("aof_delayed_fsync", 0);
        }
        if let Some(LoadingInfo { started_s, total, loaded }) = all.loading {
            let elapsed = self.now_s - started_s;
            let left = (total - loaded) as i64;
            lines.put("loading_start_time", started_s);
            lines.put("loading_total_bytes", total);
            lines.put("loading_loaded_bytes", loaded);
            lines.put("loading_loaded_perc", format!("{:.2}", loaded as f64 / total as f64 * 100.0));
            // Unknown in the first second and before any data is loaded.
            let eta = if elapsed > 0 { elapsed * left / (loaded as i64 + 1) } else { 1 };
            lines.put("loading_eta_seconds", eta);
        }
    }

    fn put_stats(&self, lines: &mut Lines) {
        let stats = &self.stats;
        lines.put("total_connections_received", stats.connections_received);
        lines.put("total_commands_processed", stats.commands_processed);
        lines.put("instantaneous_ops_per_sec", stats.ops_per_s);
        lines.put("total_net_input_bytes", stats.input_bytes);
        lines.put("total_net_output_bytes", stats.output_bytes);
        lines.put("instantaneous_input_kbps", format!("{:.2}", stats.input_bytes_per_s as f64 / 1024.0));
        lines.put("instantaneous_output_kbps", format!("{:.2}", stats.output_bytes_per_s as f64 / 1024.0));
        lines.put("rejected_connections", stats.rejected_connections);
        lines.put("sync_full", stats.sync_full);
        lines.put("sync_partial_ok", stats.sync_partial_ok);
        lines.put("sync_partial_err", stats.sync_partial_err);
        lines.put("expired_keys", stats.expired);
        lines.put("expired_stale_perc", "0.00");
        lines.put("expired_time_cap_reached_count", 0);
        lines.put("evicted_keys", stats.evicted);
        lines.put("keyspace_hits", stats.hits);
        lines.put("keyspace_misses", stats.misses);
        lines.put("pubsub_channels", stats.channels);
        lines.put("pubsub_patterns", stats.patterns);
        lines.put("latest_fork_usec", 0);
        lines.put("migrate_cached_sockets", stats.migrate_sockets);
        lines.put("slave_expires_tracked_keys", 0);
        for name in ["hits", "misses", "key_hits", "key_misses"] {
            lines.put(&format!("active_defrag_{name}"), 0);
        }
        // Redis has it since 7.
        if stats.unexpected_error_replies > 0 {
            lines.put("unexpected_error_replies", stats.unexpected_error_replies);
        }
    }

    fn put_replication(&self, lines: &mut Lines) {
        let repl = &self.replication;
        lines.put("role", if repl.upstream.is_some() { "slave" } else { "master" });
        if let Some(upstream) = &repl.upstream {
            self.put_upstream(lines, upstream);
        }
        lines.put("connected_slaves", repl.replicas.len());
        if let Some(good) = repl.good_replicas {
            lines.put("min_slaves_good_slaves", good);
        }
        for (i, replica) in repl.replicas.iter().enumerate() {
            let state = match replica.state {
                ReplicaState::WaitBgsaveStart | ReplicaState::WaitBgsaveEnd => "wait_bgsave",
                ReplicaState::SendBulk => "send_bulk",
                ReplicaState::Online => "online",
            };
            lines.put(
                &format!("slave{i}"),
                format!(
                    "ip={},port={},state={state},offset={},lag={}",
                    replica.ip, replica.port, replica.ack_offset, replica.lag_s
                ),
            );
        }
        lines.put("master_replid", repl.replid);
        lines.put("master_replid2", repl.replid2);
        lines.put("master_repl_offset", repl.master_repl_offset);
        lines.put("second_repl_offset", repl.second_replid_offset);
        lines.put("repl_backlog_active", u8::from(repl.backlog_active));
        lines.put("repl_backlog_size", repl.backlog_size);
        lines.put("repl_backlog_first_byte_offset", repl.backlog_first_byte);
        lines.put("repl_backlog_histlen", repl.backlog_histlen);
    }

    /// The fields of a replica.
    fn put_upstream(&self, lines: &mut Lines, upstream: &UpstreamInfo) {
        let state = upstream.view.state;
        lines.put("master_host", &upstream.view.host);
        lines.put("master_port", upstream.view.port);
        lines.put("master_link_status", if state == ReplState::Connected { "up" } else { "down" });
        let last_io = upstream.last_interaction_s.map_or(-1, |last| self.now_s - last);
        lines.put("master_last_io_seconds_ago", last_io);
        lines.put("master_sync_in_progress", u8::from(state == ReplState::Transfer));
        lines.put("slave_repl_offset", upstream.offset);
        if let Some(transfer) = upstream.transfer {
            lines.put("master_sync_left_bytes", transfer.left_bytes);
            lines.put("master_sync_last_io_seconds_ago", self.now_s - transfer.last_io_s);
        }
        if state != ReplState::Connected {
            lines.put("master_link_down_since_seconds", self.now_s - upstream.view.down_since);
        }
        if let Some(reason) = &upstream.down_reason {
            lines.put("master_link_down_reason", reason);
        }
        lines.put("slave_priority", upstream.priority);
        lines.put("slave_read_only", u8::from(upstream.read_only));
    }

    fn put_keyspace(&self, lines: &mut Lines) {
        for DbInfo { db, keys, expires, average_ttl_ms } in self.keyspace.iter() {
            lines.put(&format!("db{db}"), format!("keys={keys},expires={expires},avg_ttl={average_ttl_ms}"));
        }
    }
}
