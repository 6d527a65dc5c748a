//! What INFO says, as plain data. Recordings keep it; the text is formatted when somebody looks.

use std::sync::Arc;

use serde::Serialize;

use crate::command::evict::CLIENT_BYTES;
use crate::config::Policy;
use crate::ids::{NextByte, Offset, ReplId};
use crate::io::HostFacts;
use crate::node::Node;
use crate::replication::upstream::link::{Link, Size};
use crate::view::{ReplicaView, UpstreamView};
use crate::words::structs;

/// What INFO says at one moment. [`Info::sections`] is the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// Unix seconds.
    pub now_s: i64,
    /// What the driver knows about the process, if it said so.
    pub host: Option<HostFacts>,
    /// `# Server`.
    pub server: ServerInfo,
    /// `# Clients`.
    pub clients: ClientsInfo,
    /// `# Memory`.
    pub memory: MemoryInfo,
    /// `# Persistence`.
    pub persistence: PersistenceInfo,
    /// `# Stats`.
    pub stats: StatsInfo,
    /// `# Replication`.
    pub replication: ReplicationInfo,
    /// `# Keyspace`: each database that has keys.
    pub keyspace: Arc<[DbInfo]>,
}

/// `# Server`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// `process_id`.
    pub process_id: u32,
    /// `run_id`.
    pub run_id: ReplId,
    /// `tcp_port`.
    pub port: u16,
    /// When the process started, in Unix seconds.
    pub started_s: i64,
    /// `hz`.
    pub hz: u32,
    /// `config_file`, empty if there is none.
    pub config_file: String,
}

/// `# Clients`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientsInfo {
    /// `connected_clients`: replicas are not counted.
    pub connected: u64,
    /// `client_recent_max_input_buffer`.
    pub most_input: u64,
    /// `client_recent_max_output_buffer`.
    pub most_output: u64,
    /// `blocked_clients`.
    pub blocked: u64,
}

/// `# Memory`, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryInfo {
    /// `used_memory`.
    pub used: u64,
    /// `used_memory_peak`.
    pub peak: u64,
    /// `used_memory_dataset`.
    pub dataset: u64,
    /// `used_memory_scripts`.
    pub scripts: u64,
    /// `number_of_cached_scripts`.
    pub cached_scripts: u64,
    /// `maxmemory`.
    pub maxmemory: u64,
    /// `maxmemory_policy`.
    pub policy: Policy,
    /// `mem_not_counted_for_evict`.
    pub not_counted: u64,
    /// `mem_replication_backlog`.
    pub backlog: u64,
    /// `mem_clients_slaves`.
    pub replica_buffers: u64,
    /// `mem_clients_normal`.
    pub client_buffers: u64,
    /// `mem_aof_buffer`.
    pub append_only_buffers: u64,
}

/// `# Persistence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersistenceInfo {
    /// While a file is being loaded.
    pub loading: Option<LoadingInfo>,
    /// `rdb_changes_since_last_save`.
    pub dirty: u64,
    /// `rdb_bgsave_in_progress`.
    pub saving: bool,
    /// `rdb_last_save_time`.
    pub last_save_s: i64,
    /// `rdb_last_bgsave_status`.
    pub last_bgsave_ok: bool,
    /// `rdb_last_bgsave_time_sec`.
    pub last_bgsave_seconds: i64,
    /// When the running background save started, in Unix seconds.
    pub bgsave_started_s: Option<i64>,
    /// The append-only file.
    pub aof: AppendOnlyInfo,
}

/// The append-only file, as `# Persistence` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendOnlyInfo {
    /// `aof_enabled`.
    pub enabled: bool,
    /// When the running rewrite started, in Unix seconds.
    pub rewrite_started_s: Option<i64>,
    /// `aof_rewrite_scheduled`.
    pub rewrite_scheduled: bool,
    /// `aof_last_rewrite_time_sec`.
    pub last_rewrite_seconds: i64,
    /// `aof_last_bgrewrite_status`.
    pub last_rewrite_ok: bool,
    /// `aof_last_write_status`.
    pub last_write_ok: bool,
    /// `aof_current_size`.
    pub current_size: u64,
    /// `aof_base_size`.
    pub base_size: u64,
    /// `aof_buffer_length`.
    pub buffer: u64,
    /// `aof_rewrite_buffer_length`.
    pub rewrite_buffer: u64,
}

/// A file that is being loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadingInfo {
    /// `loading_start_time`.
    pub started_s: i64,
    /// `loading_total_bytes`.
    pub total: u64,
    /// `loading_loaded_bytes`.
    pub loaded: u64,
}

/// `# Stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsInfo {
    /// `total_connections_received`.
    pub connections_received: u64,
    /// `total_commands_processed`.
    pub commands_processed: u64,
    /// `instantaneous_ops_per_sec`.
    pub ops_per_s: u64,
    /// `total_net_input_bytes`.
    pub input_bytes: u64,
    /// `total_net_output_bytes`.
    pub output_bytes: u64,
    /// `instantaneous_input_kbps`, in bytes.
    pub input_bytes_per_s: u64,
    /// `instantaneous_output_kbps`, in bytes.
    pub output_bytes_per_s: u64,
    /// `rejected_connections`.
    pub rejected_connections: u64,
    /// `sync_full`.
    pub sync_full: u64,
    /// `sync_partial_ok`.
    pub sync_partial_ok: u64,
    /// `sync_partial_err`.
    pub sync_partial_err: u64,
    /// `expired_keys`.
    pub expired: u64,
    /// `evicted_keys`.
    pub evicted: u64,
    /// `keyspace_hits`.
    pub hits: u64,
    /// `keyspace_misses`.
    pub misses: u64,
    /// `pubsub_channels`.
    pub channels: u64,
    /// `pubsub_patterns`.
    pub patterns: u64,
    /// `migrate_cached_sockets`.
    pub migrate_sockets: u64,
    /// `unexpected_error_replies`, which INFO has once it is not 0: commands of the master that failed here.
    pub unexpected_error_replies: u64,
}

/// `# Replication`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicationInfo {
    /// The replica's side; `None` on a master.
    pub upstream: Option<UpstreamInfo>,
    /// `min_slaves_good_slaves`, if the configuration asks for replicas.
    pub good_replicas: Option<i64>,
    /// The attached replicas.
    pub replicas: Arc<[ReplicaView]>,
    /// `master_replid`.
    pub replid: ReplId,
    /// `master_replid2`.
    pub replid2: ReplId,
    /// `master_repl_offset`.
    pub master_repl_offset: Offset,
    /// `second_repl_offset`.
    pub second_replid_offset: NextByte,
    /// `repl_backlog_active`.
    pub backlog_active: bool,
    /// `repl_backlog_size`.
    pub backlog_size: u64,
    /// `repl_backlog_first_byte_offset`.
    pub backlog_first_byte: i64,
    /// `repl_backlog_histlen`.
    pub backlog_histlen: u64,
}

/// The replica's side of `# Replication`, beside what [`UpstreamView`] has.
#[derive(Clone, Debug, PartialEq)]
pub struct UpstreamInfo {
    /// Host, port and state of the link.
    pub view: Arc<UpstreamView>,
    /// When the master was last heard of, in Unix seconds.
    pub last_interaction_s: Option<i64>,
    /// `slave_repl_offset`.
    pub offset: i64,
    /// During a transfer.
    pub transfer: Option<TransferInfo>,
    /// `master_link_down_reason`, if there is one.
    pub down_reason: Option<Arc<str>>,
    /// `slave_priority`.
    pub priority: i64,
    /// `slave_read_only`.
    pub read_only: bool,
}

/// A file that is being received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferInfo {
    /// `master_sync_left_bytes`.
    pub left_bytes: i64,
    /// When bytes last arrived, in Unix seconds.
    pub last_io_s: i64,
}

/// A database that has keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DbInfo {
    /// Its number.
    pub db: u32,
    /// `keys`.
    pub keys: u64,
    /// `expires`.
    pub expires: u64,
    /// `avg_ttl`, in milliseconds.
    pub average_ttl_ms: i64,
}

impl Serialize for Info {
    /// The text, section by section.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.sections())
    }
}

/// What the buffers of all clients hold, in bytes.
#[derive(Default)]
pub(crate) struct Buffers {
    pub(crate) clients: ClientsInfo,
    /// All that counts as memory in use.
    pub(crate) used: u64,
    replicas: u64,
    normal: u64,
    /// Output for replicas.
    pub(crate) replica_output: u64,
}

impl Node {
    /// What INFO says now.
    pub(crate) fn info(&self) -> Info {
        self.info_with(self.upstream_view().map(Arc::new), self.replica_views().into())
    }

    /// What INFO says now, with these parts of the node's view.
    pub(crate) fn info_with(&self, upstream: Option<Arc<UpstreamView>>, replicas: Arc<[ReplicaView]>) -> Info {
        let buffers = self.buffers();
        Info {
            now_s: self.now.unix_s(),
            host: self.host_facts.clone(),
            server: self.server_info(),
            clients: buffers.clients,
            memory: self.memory_info(&buffers),
            persistence: self.persistence_info(),
            stats: self.stats_info(),
            replication: self.replication_info(upstream, replicas),
            keyspace: self.keyspace_info().collect(),
        }
    }

    /// `# Server`.
    pub(crate) fn server_info(&self) -> ServerInfo {
        ServerInfo {
            process_id: self.config.process_id,
            run_id: self.run_id,
            port: self.config.port,
            started_s: self.started,
            hz: self.config.hz,
            config_file: self.config.file.as_ref().map_or_else(String::new, |(path, _)| path.clone()),
        }
    }

    /// One pass over all clients: there can be hundreds.
    pub(crate) fn buffers(&self) -> Buffers {
        let mut all = Buffers::default();
        all.clients.connected = (self.clients.len() - self.repl.downstream.replicas.len()) as u64;
        for client in self.clients.values() {
            let (input, output) = (client.query.held() as u64, client.out.usage().2 as u64);
            all.clients.most_input = all.clients.most_input.max(input);
            all.clients.most_output = all.clients.most_output.max(output);
            all.clients.blocked += u64::from(client.blocked.is_some());
            all.used += CLIENT_BYTES + input + output;
            if client.is_replica() {
                all.replicas += input + output;
                all.replica_output += output;
            } else {
                all.normal += input + output;
            }
        }
        all
    }

    /// `# Memory`.
    pub(crate) fn memory_info(&self, buffers: &Buffers) -> MemoryInfo {
        let used = self.memory_with(buffers);
        MemoryInfo {
            used,
            peak: self.peak_memory.max(used),
            dataset: self.keyspace.approximate_bytes(),
            scripts: self.scripts.sources().map(|source| source.len() as u64).sum(),
            cached_scripts: self.scripts.sources().count() as u64,
            maxmemory: self.config.data.eviction.maxmemory,
            policy: self.config.data.eviction.policy,
            not_counted: self.memory_not_counted(buffers),
            backlog: self.repl.downstream.backlog_size(),
            replica_buffers: buffers.replicas,
            client_buffers: buffers.normal,
            append_only_buffers: self.append_only_buffers(),
        }
    }

    pub(crate) fn persistence_info(&self) -> PersistenceInfo {
        let aof = &self.aof;
        PersistenceInfo {
            loading: self.loading.as_ref().map(|loading| LoadingInfo {
                started_s: loading.started,
                total: loading.total_bytes as u64,
                loaded: loading.loaded_bytes as u64,
            }),
            dirty: self.dirty,
            saving: self.is_saving(),
            last_save_s: self.last_save,
            last_bgsave_ok: self.last_bgsave_ok,
            last_bgsave_seconds: self.last_bgsave_seconds,
            bgsave_started_s: self.child.as_ref().map(|child| child.started),
            aof: AppendOnlyInfo {
                enabled: aof.is_on(),
                rewrite_started_s: aof.rewrite.as_ref().map(|rewrite| rewrite.started),
                rewrite_scheduled: aof.rewrite_scheduled,
                last_rewrite_seconds: aof.last_rewrite_seconds,
                last_rewrite_ok: aof.last_rewrite_ok,
                last_write_ok: aof.write_error.is_none(),
                current_size: aof.current_size,
                base_size: aof.base_size,
                buffer: aof.buf.len() as u64,
                rewrite_buffer: aof.rewrite_buf.len() as u64,
            },
        }
    }

    pub(crate) fn stats_info(&self) -> StatsInfo {
        let stats = &self.stats;
        let (ops_per_s, input_bytes_per_s, output_bytes_per_s) = self.instantaneous();
        StatsInfo {
            connections_received: stats.connections_received,
            commands_processed: stats.commands_processed,
            ops_per_s,
            input_bytes: stats.net_input_bytes,
            output_bytes: stats.net_output_bytes,
            input_bytes_per_s,
            output_bytes_per_s,
            rejected_connections: stats.rejected_connections,
            sync_full: stats.sync_full,
            sync_partial_ok: stats.sync_partial_ok,
            sync_partial_err: stats.sync_partial_err,
            expired: self.keyspace.stats.expired,
            evicted: stats.evicted_keys,
            hits: self.keyspace.stats.hits,
            misses: self.keyspace.stats.misses,
            channels: self.pubsub.channels() as u64,
            patterns: self.pubsub.patterns() as u64,
            migrate_sockets: self.migrations.cached() as u64,
            unexpected_error_replies: stats.unexpected_error_replies,
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

    pub(crate) fn replication_info(
        &self,
        upstream: Option<Arc<UpstreamView>>,
        replicas: Arc<[ReplicaView]>,
    ) -> ReplicationInfo {
        let repl = &self.repl;
        let (backlog_first_byte, histlen) = match &repl.downstream.backlog {
            Some(backlog) => (backlog.off().0, backlog.histlen()),
            None => repl.downstream.freed_backlog,
        };
        ReplicationInfo {
            upstream: upstream.map(|view| self.upstream_info(view)),
            good_replicas: (self.config.min_replicas_to_write > 0 && self.config.min_replicas_max_lag > 0)
                .then_some(repl.downstream.good_replicas),
            replicas,
            replid: repl.history.replid,
            replid2: repl.history.replid2,
            master_repl_offset: repl.history.master_repl_offset,
            second_replid_offset: repl.history.second_replid_offset,
            backlog_active: repl.downstream.backlog.is_some(),
            backlog_size: self.config.repl_backlog_size as u64,
            backlog_first_byte,
            backlog_histlen: histlen as u64,
        }
    }

    pub(crate) fn upstream_info(&self, view: Arc<UpstreamView>) -> UpstreamInfo {
        let upstream = &self.repl.upstream;
        let master = upstream.master_conn().and_then(|conn| self.clients.get(&conn));
        let offset = match (master.and_then(|client| client.master()), &upstream.cached_master) {
            (Some(link), _) => link.reploff.0,
            (None, Some(cached)) => cached.reploff.0,
            (None, None) if upstream.refusal.is_some() => self.repl.history.master_repl_offset.0,
            (None, None) => 1,
        };
        let transfer = match upstream.link() {
            Link::Transfer(socket, transfer) => {
                let read = transfer.read as i64;
                let left_bytes = match transfer.size {
                    Size::Unknown => -1,
                    Size::Bytes(size) => size.saturating_sub(read),
                    Size::Mark(_) => -read,
                };
                Some(TransferInfo { left_bytes, last_io_s: socket.last_io })
            }
            _ => None,
        };
        UpstreamInfo {
            view,
            last_interaction_s: master.map(|client| client.last_interaction),
            offset,
            transfer,
            down_reason: upstream.refusal.as_ref().map(|refusal| Arc::clone(&refusal.reason)),
            priority: self.config.replica_priority,
            read_only: self.config.replica_read_only,
        }
    }

    /// `# Keyspace`.
    pub(crate) fn keyspace_info(&self) -> impl Iterator<Item = DbInfo> {
        let now_ms = self.now.unix_ms();
        let average_ttl_ms = move |db| self.keyspace.average_ttl_ms(db as usize, now_ms);
        let counts = self.keyspace.counts().into_iter();
        counts.map(move |(db, keys, expires)| DbInfo { db, keys, expires, average_ttl_ms: average_ttl_ms(db) })
    }
}

structs! {
    ServerInfo { process_id, run_id, port, started_s, hz, config_file }
    ClientsInfo { connected, most_input, most_output, blocked }
    MemoryInfo {
        used, peak, dataset, scripts, cached_scripts, maxmemory, policy, not_counted, backlog, replica_buffers,
        client_buffers, append_only_buffers,
    }
    PersistenceInfo {
        loading, dirty, saving, last_save_s, last_bgsave_ok, last_bgsave_seconds, bgsave_started_s, aof,
    }
    AppendOnlyInfo {
        enabled, rewrite_started_s, rewrite_scheduled, last_rewrite_seconds, last_rewrite_ok, last_write_ok,
        current_size, base_size, buffer, rewrite_buffer,
    }
    LoadingInfo { started_s, total, loaded }
    StatsInfo {
        connections_received, commands_processed, ops_per_s, input_bytes, output_bytes, input_bytes_per_s,
        output_bytes_per_s, rejected_connections, sync_full, sync_partial_ok, sync_partial_err, expired, evicted, hits,
        misses, channels, patterns, migrate_sockets, unexpected_error_replies,
    }
    UpstreamInfo { view, last_interaction_s, offset, transfer, down_reason, priority, read_only }
    TransferInfo { left_bytes, last_io_s }
    DbInfo { db, keys, expires, average_ttl_ms }
}
