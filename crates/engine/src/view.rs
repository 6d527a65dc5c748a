//! The state of a node at one moment, as plain data, for recordings and drawing.

use std::sync::Arc;

use serde::Serialize;

use crate::event::{NextRequest, ReplicaState};
use crate::ids::{NextByte, Offset, ReplId};
use crate::info::{DbInfo, Info, ReplicationInfo, UpstreamInfo};
use crate::io::ConnId;
use crate::replication::ReplState;
use crate::replication::backlog::Backlog;
use crate::words::{WordReader, structs};

/// The state of a node at one moment. Unchanged parts are shared with the previous view.
#[derive(Clone, Debug, Serialize)]
pub struct NodeView {
    /// The current history.
    pub replid: ReplId,
    /// The previous history, or [`ReplId::NONE`].
    pub replid2: ReplId,
    /// The first byte that `replid2` does not share.
    pub second_replid_offset: NextByte,
    /// The last byte produced (master) or applied (replica).
    pub master_repl_offset: Offset,
    /// The database of the last SELECT in the outgoing stream, -1 to force one.
    pub slaveseldb: i64,
    /// The backlog, if allocated.
    pub backlog: Option<Arc<BacklogView>>,
    /// The configured size of the backlog, in bytes.
    pub backlog_size: usize,
    /// The replica's side: `None` on a master.
    pub upstream: Option<Arc<UpstreamView>>,
    /// The master's side: one entry for each attached replica, in order of attachment.
    pub replicas: Arc<[ReplicaView]>,
    /// Keys in each database that has any: (database, keys, keys with a time to live).
    pub keyspace: Arc<[(u32, u64, u64)]>,
    /// The timers of replication that run.
    pub timers: TimersView,
    /// Whether a background save is running.
    pub saving: bool,
    /// While a large RDB file is being loaded: (bytes loaded, bytes in all).
    pub loading: Option<(u64, u64)>,
    /// What INFO says. Its text is formatted when somebody looks: [`Info::sections`].
    pub info: Info,
}

impl NodeView {
    /// Whether INFO says `role:master`.
    #[must_use]
    pub const fn is_master(&self) -> bool {
        self.upstream.is_none()
    }

    /// What the next PSYNC of this node asks for, or would if its link was lost or it was made a replica now: the
    /// history that it has, and the byte after the last that it has of it. `None` if it can only ask for everything.
    #[must_use]
    pub fn next_request(&self) -> Option<NextRequest> {
        let (replid, had) = match &self.upstream {
            // A master's own history becomes its cached master (`replicationCacheMasterUsingMyself`).
            None => (self.replid, self.master_repl_offset),
            Some(upstream) => match upstream.cached_master {
                Some(cached) => (cached.replid, cached.reploff),
                // A live link becomes the cached master (`replicationCacheMaster`).
                None => (self.replid, upstream.reploff?),
            },
        };
        Some(NextRequest { replid, next: had.next() })
    }
}

/// The backlog at one moment.
#[derive(Clone, Debug)]
pub struct BacklogView(pub Backlog);

impl Serialize for BacklogView {
    /// `{size, idx, histlen, off, bytes}`, `bytes` from the oldest to the newest.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Backlog", 5)?;
        out.serialize_field("size", &self.0.size())?;
        out.serialize_field("idx", &self.0.idx())?;
        out.serialize_field("histlen", &self.0.histlen())?;
        out.serialize_field("off", &self.0.off())?;
        out.serialize_field("bytes", &self.0.tail(self.0.off()).unwrap_or_default())?;
        out.end()
    }
}

/// The replica's side of a node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpstreamView {
    /// `masterhost`.
    pub host: String,
    /// `masterport`.
    pub port: u16,
    /// `repl_state`.
    pub state: ReplState,
    /// The connection to the master, if any.
    pub conn: Option<ConnId>,
    /// The history that comes on the live link, if there is one.
    pub replid: Option<ReplId>,
    /// Bytes applied on the current link (`reploff`).
    pub reploff: Option<Offset>,
    /// Bytes received on the current link (`read_reploff`).
    pub read_reploff: Option<Offset>,
    /// The cached master, if any.
    pub cached_master: Option<CachedMasterView>,
    /// During a transfer: (bytes read, bytes in all; `None` before the header or with an EOF mark).
    pub transfer: Option<(u64, Option<u64>)>,
    /// Unix seconds since which the link is down, 0 if it was never up.
    pub down_since: i64,
}

/// The timers of replication that run: after how many seconds each ends something, unless what it waits for comes before.
/// `replicationCron` looks at them once a second. Those of a master's replicas are in [`ReplicaView::timeout_s`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimersView {
    /// `repl-timeout`, from which those for silence count down.
    pub repl_timeout: i64,
    /// Until the link to the master, or the attempt to make one, is given up.
    pub upstream_s: Option<i64>,
    /// Until the backlog is freed, as there are no replicas.
    pub backlog_s: Option<i64>,
}

/// A cached master: what the next PSYNC will ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CachedMasterView {
    /// The history.
    pub replid: ReplId,
    /// The last byte applied; the request will be for the next.
    pub reploff: Offset,
    /// The database in which the stream will continue.
    pub db: u32,
}

/// A replica on its master's side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplicaView {
    /// Its connection.
    pub conn: ConnId,
    /// The address it announced, or that of its socket.
    pub ip: String,
    /// The port it announced, 0 if none.
    pub port: u16,
    /// `replstate`.
    pub state: ReplicaState,
    /// The last offset it acknowledged.
    pub ack_offset: Offset,
    /// Seconds since then, as INFO's `lag`.
    pub lag_s: i64,
    /// Seconds until it is dropped, unless it acknowledges something before.
    pub timeout_s: Option<i64>,
    /// Bytes waiting in its output buffer.
    pub output_pending: usize,
    /// During the transfer: (bytes sent, bytes in all).
    pub bulk: Option<(u64, u64)>,
}

/// The replication stream on a replica's connection: what precedes it there (replies, the RDB file) belongs to no
/// history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamView {
    /// The history that it belongs to.
    pub replid: ReplId,
    /// The first byte of the stream that is sent on this connection.
    pub begins: NextByte,
    /// The last byte that was passed to the kernel; the one before `begins` if none was.
    pub sent: Offset,
}

impl StreamView {
    /// How many bytes of the stream were passed to the kernel.
    #[must_use]
    pub const fn bytes_sent(&self) -> u64 {
        self.sent.0.abs_diff(self.begins.had().0)
    }
}

structs! {
    UpstreamView { host, port, state, conn, replid, reploff, read_reploff, cached_master, transfer, down_since }
    CachedMasterView { replid, reploff, db }
    TimersView { repl_timeout, upstream_s, backlog_s }
    ReplicaView { conn, ip, port, state, ack_offset, lag_s, timeout_s, output_pending, bulk }
}

impl NodeView {
    /// The view whose words [`crate::Node::put_view`] appended, with this backlog. It lacks what only a driver on real
    /// TCP tells ([`Info::host`]). What INFO and the view both have comes once.
    #[must_use]
    pub fn take(words: &mut WordReader<'_>, backlog: Option<Arc<BacklogView>>) -> Self {
        let (replid, replid2) = (words.value(), words.value());
        let second_replid_offset = words.value();
        let master_repl_offset = words.value();
        let slaveseldb = words.value();
        let backlog_size: usize = words.value();
        let timers = words.value();
        let saving = words.value();
        let loading = words.value();
        let now_s = words.value();
        let server = words.value();
        let clients = words.value();
        let memory = words.value();
        let persistence = words.value();
        let stats = words.value();
        let databases: Arc<[DbInfo]> = words.value();
        let good_replicas = words.value();
        let backlog_active = words.value();
        let backlog_first_byte = words.value();
        let backlog_histlen = words.value();
        let upstream: Option<UpstreamInfo> = words.value();
        let replicas: Arc<[ReplicaView]> = words.value();
        Self {
            replid,
            replid2,
            second_replid_offset,
            master_repl_offset,
            slaveseldb,
            backlog,
            backlog_size,
            upstream: upstream.as_ref().map(|upstream| Arc::clone(&upstream.view)),
            replicas: Arc::clone(&replicas),
            keyspace: databases.iter().map(|db| (db.db, db.keys, db.expires)).collect(),
            timers,
            saving,
            loading,
            info: Info {
                now_s,
                host: None,
                server,
                clients,
                memory,
                persistence,
                stats,
                replication: ReplicationInfo {
                    upstream,
                    good_replicas,
                    replicas,
                    replid,
                    replid2,
                    master_repl_offset,
                    second_replid_offset,
                    backlog_active,
                    backlog_size: backlog_size as u64,
                    backlog_first_byte,
                    backlog_histlen,
                },
                keyspace: databases,
            },
        }
    }

    /// The same view; parts equal to those of `last` are shared with it.
    #[must_use]
    pub fn shared_with(mut self, last: Option<&Self>) -> Self {
        let Some(last) = last else { return self };
        let replication = &mut self.info.replication;
        if self.replicas == last.replicas {
            self.replicas = Arc::clone(&last.replicas);
            replication.replicas = Arc::clone(&last.replicas);
        }
        if let (Some(upstream), Some(last)) = (&mut replication.upstream, &last.upstream)
            && upstream.view == *last
        {
            upstream.view = Arc::clone(last);
            self.upstream = Some(Arc::clone(last));
        }
        if self.keyspace == last.keyspace {
            self.keyspace = Arc::clone(&last.keyspace);
        }
        self
    }
}
