//! Frames as plain objects. The types are views: their names and fields are those of TypeScript.

use psyncscope_lab::engine::view::{NodeView, ReplicaView, UpstreamView};
use psyncscope_lab::explain::{self, status};
use psyncscope_lab::sim::frame::{self as sim, HostFrame, PacketFrame, WireFrame, WireSettings};
use serde::Serialize;
use serde_bytes::{ByteBuf, Bytes};
use tsify::Tsify;

use super::names::{Fate, Power, ReplState, ReplicaState};
use super::{ReplId, ms};

/// The world at one moment.
#[derive(Serialize, Tsify)]
pub struct Frame<'a> {
    /// The frame's number. Two frames of a lab are the same exactly if it is.
    seq: f64,
    at_ms: f64,
    /// How many timeline entries existed at this moment.
    entries: usize,
    hosts: Vec<Host<'a>>,
    wires: Vec<Wire>,
    /// Packets under way.
    packets: Vec<Packet<'a>>,
}

/// A host and its node.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct Host<'a> {
    id: u16,
    name: &'a str,
    ip: &'a str,
    port: u16,
    power: Power,
    /// Since when it has been so.
    since_ms: f64,
    /// Until when the process sleeps (DEBUG SLEEP).
    sleeps_until_ms: Option<f64>,
    /// The node in one line.
    status: NodeStatus<'a>,
    /// The node; of a process that ended, as it was at the end.
    node: Option<NodeState<'a>>,
    conns: Vec<Conn>,
    /// The running child.
    child: Option<Child>,
    /// The size of `dump.rdb` on the host's disk, if there is one.
    dump_bytes: Option<f64>,
}

/// A node in one line.
#[derive(Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum NodeStatus<'a> {
    Down { power: Power },
    Master { offset: f64, replicas: usize, online: usize },
    Replica { master: &'a str, port: u16, state: ReplState, offset: f64, replicas: usize },
}

/// One of a node's TCP connections with another host.
#[derive(Serialize, Tsify)]
struct Conn {
    conn: u32,
    /// The host at the other end.
    peer: u16,
    outbound: bool,
    /// `ESTABLISHED`, `SYN-SENT`, ...
    tcp_state: &'static str,
}

/// A child process: a background save.
#[derive(Serialize, Tsify)]
struct Child {
    started_ms: f64,
    ends_ms: f64,
}

/// A node, named as in Redis. An offset is the last byte had; bytes count from 1.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct NodeState<'a> {
    replid: ReplId,
    replid2: ReplId,
    /// The first byte that `replid2` does not share; -1 if there is none.
    second_replid_offset: f64,
    master_repl_offset: f64,
    slaveseldb: f64,
    backlog: Option<Backlog>,
    backlog_size: usize,
    /// The replica's side; `null` on a master.
    upstream: Option<Upstream<'a>>,
    /// The attached replicas.
    replicas: Vec<AttachedReplica<'a>>,
    keyspace: Vec<Keyspace>,
    saving: bool,
    /// INFO's sections.
    info: Vec<String>,
}

/// The replication backlog.
#[derive(Serialize, Tsify)]
struct Backlog {
    size: usize,
    /// Where the next byte will be written.
    idx: usize,
    histlen: usize,
    /// The oldest byte kept.
    off: f64,
    /// The bytes, from the oldest to the newest.
    #[tsify(type = "Uint8Array")]
    bytes: ByteBuf,
}

/// A replica's link to its master.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct Upstream<'a> {
    host: &'a str,
    port: u16,
    state: ReplState,
    conn: Option<u32>,
    reploff: Option<f64>,
    read_reploff: Option<f64>,
    cached_master: Option<CachedMaster>,
    /// Bytes of the RDB read, and in all where that is known.
    transfer: Option<Transfer>,
    down_since: f64,
}

/// A master whose link broke, kept for a partial resync.
#[derive(Serialize, Tsify)]
struct CachedMaster {
    replid: ReplId,
    reploff: f64,
    db: u32,
}

/// How far a file has come, in bytes.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct Transfer {
    done: f64,
    total: Option<f64>,
}

/// A replica as its master sees it.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct AttachedReplica<'a> {
    conn: u32,
    ip: &'a str,
    port: u16,
    state: ReplicaState,
    ack_offset: f64,
    lag_s: f64,
    output_pending: usize,
    bulk: Option<Transfer>,
}

/// A database that has keys.
#[derive(Serialize, Tsify)]
struct Keyspace {
    db: u32,
    keys: f64,
    /// Keys with a time to live.
    expires: f64,
}

/// The wire between hosts `a` and `b`.
#[derive(Serialize, Tsify)]
struct Wire {
    a: u16,
    b: u16,
    cut_ab: bool,
    cut_ba: bool,
    #[tsify(type = "Required<WireSettings>")]
    ab: WireSettings,
    #[tsify(type = "Required<WireSettings>")]
    ba: WireSettings,
}

/// A packet under way.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct Packet<'a> {
    id: f64,
    from: u16,
    to: u16,
    sent_ms: f64,
    arrives_ms: f64,
    fate: Fate,
    src_port: u16,
    dst_port: u16,
    /// `SYN`, `PSH ACK`, ...
    flags: &'static str,
    seq: u32,
    ack: u32,
    #[tsify(type = "Uint8Array")]
    payload: &'a Bytes,
    /// Whether it is a retransmission.
    again: bool,
    /// What the bytes mean, in a few words.
    label: &'a str,
    /// The replication ID that its stream bytes belong to.
    replid: Option<ReplId>,
    /// The offset of the first of these bytes.
    first_byte: Option<f64>,
}

impl<'a> Frame<'a> {
    /// A frame.
    pub fn of(frame: &'a sim::Frame) -> Self {
        Self {
            seq: frame.seq as f64,
            at_ms: ms(frame.at),
            entries: frame.entries,
            hosts: frame.hosts.iter().map(|host| Host::of(host)).collect(),
            wires: frame.wires.iter().map(|wire| Wire::of(wire)).collect(),
            packets: frame.packets.iter().map(|packet| Packet::of(packet)).collect(),
        }
    }
}

impl<'a> Host<'a> {
    fn of(host: &'a HostFrame) -> Self {
        let conns = host.conns.iter().map(|conn| Conn {
            conn: conn.conn.0,
            peer: conn.peer.0,
            outbound: conn.outbound,
            tcp_state: conn.tcp_state,
        });
        Self {
            id: host.id.0,
            name: &host.name,
            ip: &host.ip,
            port: host.port,
            power: host.power.into(),
            since_ms: ms(host.since),
            sleeps_until_ms: host.sleeps_until.map(ms),
            status: NodeStatus::of(host),
            node: host.node.as_deref().map(NodeState::of),
            conns: conns.collect(),
            child: host.child.map(|(from, to)| Child { started_ms: ms(from), ends_ms: ms(to) }),
            dump_bytes: host.dump_bytes.map(|bytes| bytes as f64),
        }
    }
}

impl<'a> NodeStatus<'a> {
    fn of(host: &'a HostFrame) -> Self {
        match status(host) {
            explain::NodeStatus::Down { power } => Self::Down { power: power.into() },
            explain::NodeStatus::Master { offset, replicas, online } => {
                Self::Master { offset: offset.0 as f64, replicas, online }
            }
            explain::NodeStatus::Replica { port, state, offset, replicas, .. } => Self::Replica {
                master: host.node.as_ref().and_then(|node| node.upstream.as_ref()).map_or("", |up| &up.host),
                port,
                state: state.into(),
                offset: offset.0 as f64,
                replicas,
            },
        }
    }
}

impl<'a> NodeState<'a> {
    fn of(node: &'a NodeView) -> Self {
        Self {
            replid: node.replid.into(),
            replid2: node.replid2.into(),
            second_replid_offset: node.second_replid_offset.0 as f64,
            master_repl_offset: node.master_repl_offset.0 as f64,
            slaveseldb: node.slaveseldb as f64,
            backlog: node.backlog.as_ref().map(|backlog| Backlog {
                size: backlog.0.size(),
                idx: backlog.0.idx(),
                histlen: backlog.0.histlen(),
                off: backlog.0.off().0 as f64,
                bytes: ByteBuf::from(backlog.0.tail(backlog.0.off()).unwrap_or_default()),
            }),
            backlog_size: node.backlog_size,
            upstream: node.upstream.as_deref().map(Upstream::of),
            replicas: node.replicas.iter().map(AttachedReplica::of).collect(),
            keyspace: node
                .keyspace
                .iter()
                .map(|&(db, keys, expires)| Keyspace { db, keys: keys as f64, expires: expires as f64 })
                .collect(),
            saving: node.saving,
            info: node.info.sections(),
        }
    }
}

impl<'a> Upstream<'a> {
    fn of(upstream: &'a UpstreamView) -> Self {
        Self {
            host: &upstream.host,
            port: upstream.port,
            state: upstream.state.into(),
            conn: upstream.conn.map(|conn| conn.0),
            reploff: upstream.reploff.map(|offset| offset.0 as f64),
            read_reploff: upstream.read_reploff.map(|offset| offset.0 as f64),
            cached_master: upstream.cached_master.map(|cached| CachedMaster {
                replid: cached.replid.into(),
                reploff: cached.reploff.0 as f64,
                db: cached.db,
            }),
            transfer: upstream
                .transfer
                .map(|(done, total)| Transfer { done: done as f64, total: total.map(|total| total as f64) }),
            down_since: upstream.down_since as f64,
        }
    }
}

impl<'a> AttachedReplica<'a> {
    fn of(replica: &'a ReplicaView) -> Self {
        Self {
            conn: replica.conn.0,
            ip: &replica.ip,
            port: replica.port,
            state: replica.state.into(),
            ack_offset: replica.ack_offset.0 as f64,
            lag_s: replica.lag_s as f64,
            output_pending: replica.output_pending,
            bulk: replica.bulk.map(|(done, total)| Transfer { done: done as f64, total: Some(total as f64) }),
        }
    }
}

impl Wire {
    fn of(wire: &WireFrame) -> Self {
        Self { a: wire.a.0, b: wire.b.0, cut_ab: wire.cut_ab, cut_ba: wire.cut_ba, ab: wire.ab, ba: wire.ba }
    }
}

impl<'a> Packet<'a> {
    fn of(packet: &'a PacketFrame) -> Self {
        Self {
            id: packet.id as f64,
            from: packet.from.0,
            to: packet.to.0,
            sent_ms: ms(packet.sent),
            arrives_ms: ms(packet.arrives),
            fate: packet.fate.into(),
            src_port: packet.src_port,
            dst_port: packet.dst_port,
            flags: packet.flags,
            seq: packet.seq,
            ack: packet.ack,
            payload: Bytes::new(&packet.payload),
            again: packet.again,
            label: &packet.label,
            replid: packet.stream.map(|stream| stream.replid.into()),
            first_byte: packet.stream.map(|bytes| bytes.from.0 as f64),
        }
    }
}
