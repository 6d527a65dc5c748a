//! Frames as plain objects.

use psyncscope_lab::engine::event::ReplicaState;
use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::engine::view::{NodeView, ReplicaView, UpstreamView};
use psyncscope_lab::explain::{NodeStatus, status};
use psyncscope_lab::sim::frame::{Fate, Frame, HostFrame, PacketFrame, Power, WireFrame, WireSettings};
use serde::Serialize;
use serde_bytes::ByteBuf;

use super::ms;

/// See `Frame` in `types.d.ts`; so for all below.
#[derive(Serialize)]
pub struct JsFrame<'a> {
    seq: f64,
    at_ms: f64,
    entries: usize,
    hosts: Vec<JsHost<'a>>,
    wires: Vec<JsWire>,
    packets: Vec<JsPacket<'a>>,
}

#[derive(Serialize)]
struct JsHost<'a> {
    id: u16,
    name: &'a str,
    ip: &'a str,
    port: u16,
    power: &'static str,
    since_ms: f64,
    sleeps_until_ms: Option<f64>,
    status: JsStatus<'a>,
    node: Option<JsNode<'a>>,
    conns: Vec<JsConn>,
    child: Option<JsChild>,
    dump_bytes: Option<f64>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum JsStatus<'a> {
    Down { power: &'static str },
    Master { offset: f64, replicas: usize, online: usize },
    Replica { master: &'a str, port: u16, state: &'static str, offset: f64, replicas: usize },
}

#[derive(Serialize)]
struct JsConn {
    conn: u32,
    peer: u16,
    outbound: bool,
    tcp_state: &'static str,
}

#[derive(Serialize)]
struct JsChild {
    started_ms: f64,
    ends_ms: f64,
}

#[derive(Serialize)]
struct JsNode<'a> {
    replid: ReplId,
    replid2: ReplId,
    second_replid_offset: f64,
    master_repl_offset: f64,
    slaveseldb: f64,
    backlog: Option<JsBacklog>,
    backlog_size: usize,
    upstream: Option<JsUpstream<'a>>,
    replicas: Vec<JsReplica<'a>>,
    keyspace: Vec<JsDb>,
    saving: bool,
    info: Vec<&'a str>,
}

#[derive(Serialize)]
struct JsBacklog {
    size: usize,
    idx: usize,
    histlen: usize,
    off: f64,
    bytes: ByteBuf,
}

#[derive(Serialize)]
struct JsUpstream<'a> {
    host: &'a str,
    port: u16,
    state: &'static str,
    conn: Option<u32>,
    reploff: Option<f64>,
    read_reploff: Option<f64>,
    cached_master: Option<JsCachedMaster>,
    transfer: Option<JsTransfer>,
    down_since: f64,
}

#[derive(Serialize)]
struct JsCachedMaster {
    replid: ReplId,
    reploff: f64,
    db: u32,
}

#[derive(Serialize)]
struct JsTransfer {
    done: f64,
    total: Option<f64>,
}

#[derive(Serialize)]
struct JsReplica<'a> {
    conn: u32,
    ip: &'a str,
    port: u16,
    state: &'static str,
    ack_offset: f64,
    lag_s: f64,
    output_pending: usize,
    bulk: Option<JsTransfer>,
}

#[derive(Serialize)]
struct JsDb {
    db: u32,
    keys: f64,
    expires: f64,
}

#[derive(Serialize)]
struct JsWire {
    a: u16,
    b: u16,
    cut_ab: bool,
    cut_ba: bool,
    ab: WireSettings,
    ba: WireSettings,
}

#[derive(Serialize)]
struct JsPacket<'a> {
    id: f64,
    from: u16,
    to: u16,
    sent_ms: f64,
    arrives_ms: f64,
    fate: &'static str,
    src_port: u16,
    dst_port: u16,
    flags: &'static str,
    seq: u32,
    ack: u32,
    payload: &'a serde_bytes::Bytes,
    again: bool,
    label: &'a str,
    replid: Option<ReplId>,
}

/// A process's state in words.
pub const fn power(power: Power) -> &'static str {
    match power {
        Power::Running => "running",
        Power::Paused => "paused",
        Power::Stopped => "stopped",
        Power::Off => "off",
    }
}

/// A replica's state in words, those of `ReplicaState` in `types.d.ts`.
pub const fn replica_state(state: ReplicaState) -> &'static str {
    match state {
        ReplicaState::WaitBgsaveStart => "WAIT_BGSAVE_START",
        ReplicaState::WaitBgsaveEnd => "WAIT_BGSAVE_END",
        ReplicaState::SendBulk => "SEND_BULK",
        ReplicaState::Online => "ONLINE",
    }
}

impl<'a> JsFrame<'a> {
    /// A frame.
    pub fn of(frame: &'a Frame) -> Self {
        Self {
            seq: frame.seq as f64,
            at_ms: ms(frame.at),
            entries: frame.entries,
            hosts: frame.hosts.iter().map(|host| JsHost::of(host)).collect(),
            wires: frame.wires.iter().map(|wire| JsWire::of(wire)).collect(),
            packets: frame.packets.iter().map(|packet| JsPacket::of(packet)).collect(),
        }
    }
}

impl<'a> JsHost<'a> {
    fn of(host: &'a HostFrame) -> Self {
        let conns = host.conns.iter().map(|conn| JsConn {
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
            power: power(host.power),
            since_ms: ms(host.since),
            sleeps_until_ms: host.sleeps_until.map(ms),
            status: JsStatus::of(host),
            node: host.node.as_deref().map(JsNode::of),
            conns: conns.collect(),
            child: host.child.map(|(from, to)| JsChild { started_ms: ms(from), ends_ms: ms(to) }),
            dump_bytes: host.dump_bytes.map(|bytes| bytes as f64),
        }
    }
}

impl<'a> JsStatus<'a> {
    fn of(host: &'a HostFrame) -> Self {
        match status(host) {
            NodeStatus::Down { power: p } => Self::Down { power: power(p) },
            NodeStatus::Master { offset, replicas, online } => {
                Self::Master { offset: offset.0 as f64, replicas, online }
            }
            NodeStatus::Replica { port, state, offset, replicas, .. } => Self::Replica {
                master: host.node.as_ref().and_then(|node| node.upstream.as_ref()).map_or("", |up| &up.host),
                port,
                state: state.name(),
                offset: offset.0 as f64,
                replicas,
            },
        }
    }
}

impl<'a> JsNode<'a> {
    fn of(node: &'a NodeView) -> Self {
        Self {
            replid: node.replid,
            replid2: node.replid2,
            second_replid_offset: node.second_replid_offset.0 as f64,
            master_repl_offset: node.master_repl_offset.0 as f64,
            slaveseldb: node.slaveseldb as f64,
            backlog: node.backlog.as_ref().map(|backlog| JsBacklog {
                size: backlog.0.size(),
                idx: backlog.0.idx(),
                histlen: backlog.0.histlen(),
                off: backlog.0.off().0 as f64,
                bytes: ByteBuf::from(backlog.0.tail(backlog.0.off()).unwrap_or_default()),
            }),
            backlog_size: node.backlog_size,
            upstream: node.upstream.as_deref().map(JsUpstream::of),
            replicas: node.replicas.iter().map(JsReplica::of).collect(),
            keyspace: node
                .keyspace
                .iter()
                .map(|&(db, keys, expires)| JsDb { db, keys: keys as f64, expires: expires as f64 })
                .collect(),
            saving: node.saving,
            info: node.info.iter().map(AsRef::as_ref).collect(),
        }
    }
}

impl<'a> JsUpstream<'a> {
    fn of(upstream: &'a UpstreamView) -> Self {
        Self {
            host: &upstream.host,
            port: upstream.port,
            state: upstream.state.name(),
            conn: upstream.conn.map(|conn| conn.0),
            reploff: upstream.reploff.map(|offset| offset.0 as f64),
            read_reploff: upstream.read_reploff.map(|offset| offset.0 as f64),
            cached_master: upstream.cached_master.map(|cached| JsCachedMaster {
                replid: cached.replid,
                reploff: cached.reploff.0 as f64,
                db: cached.db,
            }),
            transfer: upstream
                .transfer
                .map(|(done, total)| JsTransfer { done: done as f64, total: total.map(|total| total as f64) }),
            down_since: upstream.down_since as f64,
        }
    }
}

impl<'a> JsReplica<'a> {
    fn of(replica: &'a ReplicaView) -> Self {
        Self {
            conn: replica.conn.0,
            ip: &replica.ip,
            port: replica.port,
            state: replica_state(replica.state),
            ack_offset: replica.ack_offset.0 as f64,
            lag_s: replica.lag_s as f64,
            output_pending: replica.output_pending,
            bulk: replica.bulk.map(|(done, total)| JsTransfer { done: done as f64, total: Some(total as f64) }),
        }
    }
}

impl JsWire {
    fn of(wire: &WireFrame) -> Self {
        Self { a: wire.a.0, b: wire.b.0, cut_ab: wire.cut_ab, cut_ba: wire.cut_ba, ab: wire.ab, ba: wire.ba }
    }
}

impl<'a> JsPacket<'a> {
    fn of(packet: &'a PacketFrame) -> Self {
        Self {
            id: packet.id as f64,
            from: packet.from.0,
            to: packet.to.0,
            sent_ms: ms(packet.sent),
            arrives_ms: ms(packet.arrives),
            fate: match packet.fate {
                Fate::Arrives => "arrives",
                Fate::Lost => "lost",
                Fate::Cut => "cut",
            },
            src_port: packet.src_port,
            dst_port: packet.dst_port,
            flags: packet.flags,
            seq: packet.seq,
            ack: packet.ack,
            payload: serde_bytes::Bytes::new(&packet.payload),
            again: packet.again,
            label: &packet.label,
            replid: packet.replid,
        }
    }
}
