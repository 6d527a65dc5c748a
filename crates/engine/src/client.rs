//! One connection as the node sees it: Redis's `client`.

use std::sync::Arc;

use psyncscope_resp::QueryBuf;

use crate::blocked::state::Waiting;
use crate::command::transactions::state::{MultiState, WatchedKey};
use crate::event::ReplicaState;
use crate::ids::{Offset, ReplId};
use crate::io::{ConnId, Peer};
use crate::outbuf::OutBuf;

/// `slave_capa`: what a replica said it understands (REPLCONF capa).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capa {
    /// `SLAVE_CAPA_EOF`: an RDB that ends with a mark instead of having its length announced.
    pub(crate) eof: bool,
    /// `SLAVE_CAPA_PSYNC2`: `+CONTINUE` with an ID.
    pub(crate) psync2: bool,
}

impl Capa {
    /// Capabilities that both have.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self { eof: self.eof && other.eof, psync2: self.psync2 && other.psync2 }
    }

    /// Whether this has all capabilities of `other`.
    pub(crate) const fn covers(self, other: Self) -> bool {
        (self.eof || !other.eof) && (self.psync2 || !other.psync2)
    }
}

/// Whether a client gets replies (`CLIENT_REPLY_OFF`, `CLIENT_REPLY_SKIP_NEXT`, `CLIENT_REPLY_SKIP`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ReplyMode {
    /// Yes.
    #[default]
    On,
    /// No.
    Off,
    /// No reply to its next command.
    SkipNext,
    /// No reply to the command that is being executed.
    Skip,
}

impl ReplyMode {
    pub(crate) const fn is_silent(self) -> bool {
        matches!(self, Self::Off | Self::Skip)
    }

    /// After each command (`resetClient`).
    pub(crate) const fn after_command(self) -> Self {
        match self {
            Self::Skip => Self::On,
            Self::SkipNext => Self::Skip,
            Self::On | Self::Off => self,
        }
    }
}

/// The RDB file being sent to a replica: `replpreamble`, `repldboff` and `repldbsize`.
#[derive(Debug)]
pub(crate) struct Bulk {
    /// `$<size>\r\n`, emptied once sent.
    pub(crate) preamble: Vec<u8>,
    /// The file.
    pub(crate) file: Arc<[u8]>,
    /// Bytes of it that were sent.
    pub(crate) sent: usize,
}

/// What a master keeps for each replica (spec 1.2).
#[derive(Debug)]
pub(crate) struct ReplicaLink {
    /// `replstate`.
    pub(crate) state: ReplicaState,
    /// `repl_ack_off`: grows only.
    pub(crate) ack_off: Offset,
    /// `repl_ack_time` in Unix seconds.
    pub(crate) ack_time: i64,
    /// `repl_put_online_on_ack`: the stream waits for the first ACK (diskless transfers).
    pub(crate) put_online_on_ack: bool,
    /// `psync_initial_offset`: the offset sent with `+FULLRESYNC`; after `+CONTINUE`, the last byte that the replica
    /// had. The stream begins after it.
    pub(crate) initial_offset: Offset,
    /// Bytes of the stream that were passed to the kernel.
    pub(crate) sent: usize,
    /// Came with SYNC: gets no `+FULLRESYNC` line and is never timed out.
    pub(crate) pre_psync: bool,
    /// The RDB file, in state SEND_BULK.
    pub(crate) bulk: Option<Bulk>,
}

impl ReplicaLink {
    /// Whether the replica is dropped when no ACK has come for `repl-timeout`.
    pub(crate) fn times_out(&self) -> bool {
        self.state == ReplicaState::Online && !self.pre_psync
    }
}

/// What a replica keeps for the link to its master (spec 1.3).
#[derive(Debug)]
pub(crate) struct MasterLink {
    /// Bytes **applied**.
    pub(crate) reploff: Offset,
    /// Bytes **received**.
    pub(crate) read_reploff: Offset,
    /// The master's history.
    pub(crate) replid: ReplId,
    /// Received but not yet forwarded to sub-replicas.
    pub(crate) pending_querybuf: Vec<u8>,
    /// The offset is unknown (after SYNC): no ACKs.
    pub(crate) pre_psync: bool,
    /// Why the link is about to end: a command that cannot be applied and is not counted in `reploff`.
    pub(crate) refused: Option<String>,
}

/// The role of a client.
#[derive(Debug)]
pub(crate) enum Role {
    /// A normal client.
    Normal,
    /// A replica of this node (`CLIENT_SLAVE`).
    Replica(ReplicaLink),
    /// This node's master (`CLIENT_MASTER`).
    Master(MasterLink),
    /// The client that executes the commands of scripts (`server.lua_client`).
    Script,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) conn: ConnId,
    /// CLIENT ID.
    pub(crate) id: u64,
    pub(crate) peer: Peer,
    pub(crate) name: Vec<u8>,
    pub(crate) db: usize,
    pub(crate) query: QueryBuf,
    pub(crate) out: OutBuf,
    /// Bytes that the kernel accepts now.
    pub(crate) room: usize,
    pub(crate) authenticated: bool,
    /// `CLIENT_CLOSE_AFTER_REPLY`: input is ignored; closed once the output is sent.
    pub(crate) close_after_reply: bool,
    /// `CLIENT_CLOSE_ASAP`: freed by serverCron.
    pub(crate) close_asap: bool,
    /// A direct write failed: nothing more may be sent, since it would lack what precedes it.
    pub(crate) mute: bool,
    /// `obuf_soft_limit_reached_time`, in Unix seconds.
    pub(crate) soft_limit_since: Option<i64>,
    /// Listed in `Clients::pending_writes`.
    pub(crate) write_queued: bool,
    /// `ctime` in Unix seconds.
    pub(crate) created: i64,
    /// `lastinteraction` in Unix seconds.
    pub(crate) last_interaction: i64,
    /// CLIENT REPLY.
    pub(crate) reply_mode: ReplyMode,
    /// Gets every command (`CLIENT_MONITOR`).
    pub(crate) monitor: bool,
    /// Name of the last command, for CLIENT LIST.
    pub(crate) last_cmd: &'static str,
    /// `slave_capa`, `slave_listening_port` and `slave_ip`: set by REPLCONF, before the client becomes a replica.
    pub(crate) capa: Capa,
    pub(crate) listening_port: u16,
    pub(crate) announced_ip: String,
    /// Between MULTI and EXEC (`CLIENT_MULTI`).
    pub(crate) multi: Option<Box<MultiState>>,
    /// Keys given to WATCH.
    pub(crate) watched: Vec<WatchedKey>,
    /// A watched key changed (`CLIENT_DIRTY_CAS`).
    pub(crate) dirty_cas: bool,
    /// Subscribed channels, in order of subscription.
    pub(crate) channels: Vec<Vec<u8>>,
    /// Subscribed patterns, in order of subscription.
    pub(crate) patterns: Vec<Vec<u8>>,
    /// What it is blocked on (`CLIENT_BLOCKED`).
    pub(crate) blocked: Option<Box<Waiting>>,
    /// `woff`: `master_repl_offset` after this client's last command, for WAIT.
    pub(crate) woff: Offset,
    pub(crate) role: Role,
}

impl Client {
    pub(crate) fn new(conn: ConnId, id: u64, peer: Peer, room: usize, unix_s: i64) -> Self {
        Self {
            conn,
            id,
            peer,
            name: Vec::new(),
            db: 0,
            query: QueryBuf::default(),
            out: OutBuf::default(),
            room,
            authenticated: false,
            close_after_reply: false,
            close_asap: false,
            mute: false,
            soft_limit_since: None,
            write_queued: false,
            created: unix_s,
            last_interaction: unix_s,
            reply_mode: ReplyMode::default(),
            monitor: false,
            last_cmd: "NULL",
            capa: Capa::default(),
            listening_port: 0,
            announced_ip: String::new(),
            multi: None,
            watched: Vec::new(),
            dirty_cas: false,
            channels: Vec::new(),
            patterns: Vec::new(),
            blocked: None,
            woff: Offset(0),
            role: Role::Normal,
        }
    }

    pub(crate) fn replica(&self) -> Option<&ReplicaLink> {
        match &self.role {
            Role::Replica(link) => Some(link),
            _ => None,
        }
    }

    pub(crate) fn replica_mut(&mut self) -> Option<&mut ReplicaLink> {
        match &mut self.role {
            Role::Replica(link) => Some(link),
            _ => None,
        }
    }

    pub(crate) fn master(&self) -> Option<&MasterLink> {
        match &self.role {
            Role::Master(link) => Some(link),
            _ => None,
        }
    }

    pub(crate) fn master_mut(&mut self) -> Option<&mut MasterLink> {
        match &mut self.role {
            Role::Master(link) => Some(link),
            _ => None,
        }
    }

    pub(crate) const fn is_master(&self) -> bool {
        matches!(self.role, Role::Master(_))
    }

    /// Has a subscription (`CLIENT_PUBSUB`).
    pub(crate) fn is_subscriber(&self) -> bool {
        !self.channels.is_empty() || !self.patterns.is_empty()
    }

    pub(crate) const fn is_replica(&self) -> bool {
        matches!(self.role, Role::Replica(_))
    }

    /// Whether queued output may be written now: that of a replica is held back until it is online.
    pub(crate) fn may_write(&self) -> bool {
        match &self.role {
            Role::Replica(link) => link.state == ReplicaState::Online && !link.put_online_on_ack && !self.mute,
            Role::Normal | Role::Master(_) => true,
            Role::Script => false,
        }
    }

    /// Whether output waits for room.
    pub(crate) fn wants_write(&self) -> bool {
        self.replica().is_some_and(|link| link.bulk.is_some()) || (!self.out.is_empty() && self.may_write())
    }

    /// The address of a replica: announced, or that of its socket.
    pub(crate) fn replica_ip(&self) -> &str {
        if self.announced_ip.is_empty() { &self.peer.ip } else { &self.announced_ip }
    }

    /// `replicationGetSlaveName`: `ip:port` as announced.
    pub(crate) fn replica_name(&self) -> String {
        let ip = self.replica_ip();
        if self.listening_port == 0 {
            format!("{ip}:<unknown-replica-port>")
        } else {
            format!("{ip}:{}", self.listening_port)
        }
    }

    /// `getClientPeerId`.
    pub(crate) fn addr(&self) -> String {
        format!("{}:{}", self.peer.ip, self.peer.port)
    }
}
