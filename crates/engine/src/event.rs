//! The events of a node: each step of replication, as plain data.
//!
//! Log, page and explanations are built from these events and repeat no rule.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{NextByte, Offset, ReplId};
use crate::io::{CloseReason, ConnId};
use crate::replication::ReplState;
use crate::replication::psync::PsyncVerdict;

/// Redis's log levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LogLevel {
    /// `.` in a Redis log.
    Debug,
    /// `-` in a Redis log.
    Verbose,
    /// `*` in a Redis log.
    Notice,
    /// `#` in a Redis log.
    Warning,
}

/// The state of a replica on its master's side (`replstate`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReplicaState {
    /// 6: waits for a background save to start.
    WaitBgsaveStart,
    /// 7: waits for the running background save to end.
    WaitBgsaveEnd,
    /// 8: the RDB file is being sent.
    SendBulk,
    /// 9: receives the stream.
    Online,
}

impl ReplicaState {
    /// All four, in order.
    pub const ALL: [Self; 4] = [Self::WaitBgsaveStart, Self::WaitBgsaveEnd, Self::SendBulk, Self::Online];

    /// The name as replication.c spells it, without `SLAVE_STATE_`: `WAIT_BGSAVE_START`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WaitBgsaveStart => "WAIT_BGSAVE_START",
            Self::WaitBgsaveEnd => "WAIT_BGSAVE_END",
            Self::SendBulk => "SEND_BULK",
            Self::Online => "ONLINE",
        }
    }
}

/// Why bytes were appended to the backlog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedKind {
    /// A write command that this node executed.
    Command,
    /// The SELECT that goes before it when the database differs.
    Select,
    /// The periodic PING.
    Ping,
    /// `REPLCONF GETACK *`.
    GetAck,
    /// The DEL of a key that expired here.
    Expire,
    /// Bytes forwarded from our own master, unchanged.
    Proxied,
}

/// Why a node's replication IDs changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdChange {
    /// The process started.
    Startup,
    /// REPLICAOF NO ONE: `shiftReplicationId`.
    Shifted,
    /// A backlog was created for the first replica: earlier writes were not kept, so the old ID is dropped.
    BacklogCreated,
    /// The backlog's time to live expired.
    BacklogExpired,
    /// A full resync ended: the node has the master's history.
    FullResync,
    /// `+CONTINUE` had another ID.
    Continued,
    /// Restored from the RDB file's auxiliary fields.
    Restored,
    /// DEBUG CHANGE-REPL-ID.
    Requested,
}

/// Why the state of a replica's link to its master changed. Displayed in a few words: `Connection refused`, `+PONG`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkChange {
    /// replicationCron connects (`connectWithMaster`).
    Cron,
    /// The TCP connection is established.
    Established,
    /// The TCP connection could not be made: the reason as `strerror` words it.
    ConnectFailed(String),
    /// The master sent this line.
    Reply(String),
    /// A request of the handshake was sent: its words without values.
    Sent(HandshakeRequest),
    /// A request of the handshake is left out, because this directive is not set.
    NotSet(Directive),
    /// `+FULLRESYNC`: the RDB follows.
    FullResync,
    /// PSYNC is not supported; SYNC was sent instead.
    Sync,
    /// `+CONTINUE`: the stream follows.
    Continue,
    /// The RDB is loaded: the stream follows.
    Loaded,
    /// The RDB could not be loaded.
    LoadFailed,
    /// A request of the handshake did not fit into the kernel's buffer.
    WriteError,
    /// The connection of the handshake or the transfer ended, or a line was not completed in time.
    Closed(CloseReason),
    /// The transfer did not begin with `$`.
    BadProtocol,
    /// An RDB of 0 bytes was announced.
    EmptyFile,
    /// An RDB of fewer than 0 bytes was announced.
    NegativeLength,
    /// Nothing arrived for `repl-timeout`.
    Timeout,
    /// The link that carried the stream ended.
    LinkLost,
    /// REPLICAOF: the handshake or transfer with the former master is given up.
    NewMaster,
    /// REPLICAOF: a master is set.
    ReplicaOf,
    /// REPLICAOF NO ONE: the handshake or transfer is given up.
    Promoted,
    /// REPLICAOF NO ONE: there is no master.
    ReplicaOfNoOne,
}

/// A request of a replica's handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandshakeRequest {
    /// `AUTH`.
    Auth,
    /// `REPLCONF listening-port`.
    Port,
    /// `REPLCONF ip-address`.
    Ip,
    /// `REPLCONF capa`.
    Capa,
    /// `PSYNC`.
    Psync,
}

/// A directive without which a request of the handshake is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Directive {
    /// `masterauth`.
    Masterauth,
    /// `replica-announce-ip`.
    ReplicaAnnounceIp,
}

impl fmt::Display for LinkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cron => "cron",
            Self::Established => "connected",
            Self::ConnectFailed(text) | Self::Reply(text) => text,
            Self::Sent(HandshakeRequest::Auth) => "AUTH",
            Self::Sent(HandshakeRequest::Port) => "REPLCONF listening-port",
            Self::Sent(HandshakeRequest::Ip) => "REPLCONF ip-address",
            Self::Sent(HandshakeRequest::Capa) => "REPLCONF capa",
            Self::Sent(HandshakeRequest::Psync) => "PSYNC",
            Self::NotSet(Directive::Masterauth) => "no masterauth",
            Self::NotSet(Directive::ReplicaAnnounceIp) => "no replica-announce-ip",
            Self::FullResync => "+FULLRESYNC",
            Self::Sync => "SYNC",
            Self::Continue => "+CONTINUE",
            Self::Loaded => "RDB loaded",
            Self::LoadFailed => "the RDB could not be loaded",
            Self::WriteError => "write error",
            Self::Closed(CloseReason::Eof) => "connection closed by the master",
            Self::Closed(CloseReason::Reset) => "Connection reset by peer",
            Self::Closed(CloseReason::TimedOut) => "Connection timed out",
            Self::BadProtocol => "bad protocol",
            Self::EmptyFile => "connection lost",
            Self::NegativeLength => "Bad address",
            Self::Timeout => "timeout",
            Self::LinkLost => "link lost",
            Self::NewMaster => "new master",
            Self::ReplicaOf => "REPLICAOF",
            Self::Promoted => "promoted",
            Self::ReplicaOfNoOne => "REPLICAOF NO ONE",
        })
    }
}

/// What became of the cached master.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CachedMasterChange {
    /// The link was lost and cached (`replicationCacheMaster`).
    Cached,
    /// Made from this node's own history when a master gets a master
    /// (`replicationCacheMasterUsingMyself`).
    Synthesized,
    /// Made from the history that the RDB file names when a replica starts (`loadDataFromDisk`).
    Restored,
    /// Active again with a new connection (`replicationResurrectCachedMaster`).
    Resurrected,
    /// Discarded (`replicationDiscardCachedMaster`): the next request will be `PSYNC ? -1`.
    Discarded,
}

/// What a replica's next PSYNC will ask for, as long as nothing changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextRequest {
    /// The history.
    pub replid: ReplId,
    /// The next byte wanted.
    pub next: NextByte,
}

/// The line that a master sent in answer to PSYNC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PsyncReply {
    /// `+FULLRESYNC replid offset` (`replicationSetupSlaveForFullResync`). Sent when the save starts, which may be
    /// later than the decision; a first replica has changed the master's ID in between.
    FullResync {
        /// The history that the RDB belongs to.
        replid: ReplId,
        /// The last byte of it that the RDB holds.
        offset: Offset,
    },
    /// `+CONTINUE [replid]` (`masterTryPartialResynchronization`).
    Continue {
        /// The master's ID; `None` if the replica did not say that it understands one (`capa psync2`).
        replid: Option<ReplId>,
        /// How many bytes of backlog follow.
        bytes: usize,
    },
}

/// How a replica took the reply to its PSYNC (`slaveTryPartialResynchronization`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PsyncOutcome {
    /// `+FULLRESYNC id offset`. `id` is `None` when the line was malformed.
    FullResync {
        /// The master's ID.
        replid: Option<ReplId>,
        /// The replication offset of the RDB.
        offset: Offset,
    },
    /// `+CONTINUE [id]`.
    Continue {
        /// The new ID, if it differs from the requested one.
        new_replid: Option<ReplId>,
    },
    /// A transient error: retry later, keep the cached master.
    TryLater,
    /// Any other reply: fall back to SYNC.
    NotSupported,
}

/// What follows from a command of the master that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Consequence {
    /// The link stays up, as in Redis 5: what the command changed at the master is missing here.
    Missing,
    /// It is a script, which may have failed at the master at the same place: then nothing is missing.
    PerhapsMissing,
    /// The link ends, as the master may be of a later version.
    LinkEnds,
}

/// An event in a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A line of the Redis log.
    Log {
        /// Its level.
        level: LogLevel,
        /// The message, without time and role.
        text: String,
    },
    /// A command was executed.
    Command {
        /// The client that sent it.
        conn: ConnId,
        /// Whether it came from the master's link.
        from_master: bool,
        /// The database it ran in.
        db: u32,
        /// Its words, as received.
        argv: Vec<Vec<u8>>,
        /// How many changes to the dataset it made.
        dirty: u64,
    },
    /// `repl_state` changed.
    ReplState {
        /// The state before.
        from: ReplState,
        /// The state after.
        to: ReplState,
        /// Why.
        why: LinkChange,
    },
    /// A request of the handshake was sent to the master.
    HandshakeSent {
        /// The state in which it was sent.
        state: ReplState,
        /// The exact bytes.
        bytes: Vec<u8>,
    },
    /// A line of the handshake was received.
    HandshakeReceived {
        /// The state in which it was read.
        state: ReplState,
        /// The line with its line end.
        bytes: Vec<u8>,
    },
    /// A master decided a PSYNC.
    Verdict {
        /// The asking replica's connection.
        conn: ConnId,
        /// The decision with the numbers it depended on. Boxed, to keep the timeline's entries small.
        verdict: Box<PsyncVerdict>,
    },
    /// A master answered a PSYNC.
    PsyncReplied {
        /// The asking replica's connection.
        conn: ConnId,
        /// The line that was sent.
        reply: PsyncReply,
    },
    /// A replica received the master's decision.
    Outcome(PsyncOutcome),
    /// A replica's state on its master's side changed.
    ReplicaState {
        /// The replica's connection.
        conn: ConnId,
        /// The state before, `None` for a plain client.
        from: Option<ReplicaState>,
        /// The state now.
        to: ReplicaState,
    },
    /// A replica was disconnected.
    ReplicaGone {
        /// Its connection.
        conn: ConnId,
        /// `ip:port` as in the log.
        name: String,
    },
    /// `replid`, `replid2` or `second_replid_offset` changed.
    Ids {
        /// The current history.
        replid: ReplId,
        /// The previous one.
        replid2: ReplId,
        /// The first byte that the previous history does not share.
        second_replid_offset: NextByte,
        /// Why.
        why: IdChange,
    },
    /// Bytes were appended to the backlog and to the replicas' output.
    Fed {
        /// The first of these bytes.
        from: NextByte,
        /// How many bytes.
        len: usize,
        /// Why.
        kind: FeedKind,
    },
    /// The backlog was allocated, empty.
    BacklogCreated {
        /// Its size in bytes.
        size: usize,
        /// The first byte it will hold.
        off: NextByte,
    },
    /// The backlog was freed.
    BacklogFreed,
    /// The cached master changed.
    CachedMaster {
        /// How.
        change: CachedMasterChange,
        /// What the next PSYNC will ask for; `None` if it can only ask for everything.
        next_request: Option<NextRequest>,
    },
    /// A replica acknowledged an offset.
    Acked {
        /// Its connection.
        conn: ConnId,
        /// The offset it has applied.
        offset: Offset,
    },
    /// A background or foreground save was started, with this many keys.
    SaveStarted {
        /// Keys in the snapshot.
        keys: u64,
    },
    /// A save ended.
    SaveEnded {
        /// The file's size in bytes, or the error.
        result: Result<u64, String>,
    },
    /// An RDB was loaded.
    Loaded {
        /// Keys it held.
        keys: u64,
    },
    /// A key expired here.
    Expired {
        /// Its database.
        db: u32,
        /// Its name.
        key: Vec<u8>,
    },
    /// A command of the master's stream failed here.
    MasterCommandFailed {
        /// Its name, in lower case.
        command: String,
        /// The error, which is not sent to the master.
        error: String,
        /// The last byte applied before it; before its MULTI if it is in a transaction.
        after: Offset,
        /// What follows.
        consequence: Consequence,
    },
}
