//! The values that steps look at and change.

use serde::{Deserialize, Serialize};

use crate::event::ReplicaState;
use crate::ids::{NextByte, Offset, ReplId};
use crate::replication::ReplState;

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)*) => {
        /// What a value is: a field of Redis, or what is compared with one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Field { $($(#[$doc])* #[serde(rename = $name)] $field,)* }

        impl Field {
            /// Its name, Redis's where Redis has one.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$field => $name,)* }
            }
        }
    };
}

fields! {
    /// The master that is followed.
    Masterhost = "masterhost",
    /// The state of the link to the master.
    ReplState = "repl_state",
    /// The state of a replica's link, at its master.
    Replstate = "replstate",
    /// The current history.
    Replid = "replid",
    /// The previous history.
    Replid2 = "replid2",
    /// The first byte that the previous history does not share.
    SecondReplidOffset = "second_replid_offset",
    /// The last byte of the stream.
    MasterReplOffset = "master_repl_offset",
    /// The offset of the oldest byte kept.
    ReplBacklogOff = "repl_backlog_off",
    /// How many bytes are kept.
    ReplBacklogHistlen = "repl_backlog_histlen",
    /// The bytes of the backlog that are not sent.
    Skip = "skip",
    /// Where the backlog is read.
    ReadIdx = "j",
    /// Where the next byte is written.
    ReplBacklogIdx = "repl_backlog_idx",
    /// How many bytes can be kept.
    ReplBacklogSize = "repl_backlog_size",
    /// The database that the stream has selected.
    Slaveseldb = "slaveseldb",
    /// Since when there are no replicas, in Unix seconds.
    ReplNoSlavesSince = "repl_no_slaves_since",
    /// The history that the cached master continues.
    CachedMaster = "cached_master",
    /// The last byte applied from a master.
    Reploff = "reploff",
    /// The ID of the last reply to PSYNC.
    MasterReplid = "master_replid",
    /// The offset of the last `+FULLRESYNC`.
    MasterInitialOffset = "master_initial_offset",
    /// When the connection was last read, in Unix seconds.
    ReplTransferLastio = "repl_transfer_lastio",
    /// The size of the RDB as announced, in bytes.
    ReplTransferSize = "repl_transfer_size",
    /// Bytes of the RDB received.
    ReplTransferRead = "repl_transfer_read",
    /// The offset of the RDB that a replica gets.
    PsyncInitialOffset = "psync_initial_offset",
    /// Whether the first ACK puts a replica online.
    ReplPutOnlineOnAck = "repl_put_online_on_ack",
    /// The offset that a replica acknowledged.
    ReplAckOff = "repl_ack_off",
    /// When it did, in Unix seconds.
    ReplAckTime = "repl_ack_time",
    /// Replicas online with a recent ACK.
    ReplGoodSlavesCount = "repl_good_slaves_count",
    /// Loops of replicationCron.
    CronLoops = "replication_cron_loops",
    /// The ID that a replica asks for.
    AskedReplid = "psync_replid",
    /// The offset that it asks for.
    AskedOffset = "psync_offset",
    /// The line that was received.
    Reply = "reply",
    /// What is sent.
    Request = "request",
    /// A connection of a replica or client.
    Client = "client",
    /// How many there are.
    Count = "count",
    /// A number of bytes.
    Bytes = "bytes",
    /// Free bytes in the kernel's buffer.
    Room = "room",
    /// The database.
    Db = "db",
    /// Seconds that passed.
    Seconds = "seconds",
    /// The last byte of the backlog, plus one.
    BacklogEnd = "repl_backlog_off + repl_backlog_histlen",
    /// A directive of the configuration.
    MasterAuth = "masterauth",
    /// A directive of the configuration.
    AnnounceIp = "replica-announce-ip",
    /// A directive of the configuration.
    ReplTimeout = "repl-timeout",
    /// A directive of the configuration.
    BacklogTtl = "repl-backlog-ttl",
    /// A directive of the configuration.
    PingPeriod = "repl-ping-replica-period",
    /// A directive of the configuration.
    DisklessSync = "repl-diskless-sync",
    /// A directive of the configuration.
    DisklessDelay = "repl-diskless-sync-delay",
    /// A directive of the configuration.
    MinReplicasToWrite = "min-replicas-to-write",
    /// A directive of the configuration.
    MinReplicasMaxLag = "min-replicas-max-lag",
    /// Bytes in a client's static buffer.
    Bufpos = "bufpos",
    /// Blocks in the list behind it.
    ReplyBlocks = "listLength(reply)",
    /// Whether a client is closed once its output is sent.
    CloseAfterReply = "CLIENT_CLOSE_AFTER_REPLY",
    /// An option of REPLCONF.
    ReplconfOption = "option",
    /// What a replica understands.
    Capa = "capa",
    /// What a background save writes to.
    SaveTarget = "rdb_child_type",
    /// What a function returns.
    Result = "result",
    /// The offset that a client waits for.
    WaitOffset = "reploffset",
    /// How many replicas it waits for.
    WaitReplicas = "numreplicas",
    /// Keys of the dataset.
    Keys = "keys",
    /// An error.
    Error = "error",
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing is set: `NULL`, an empty text.
    Nothing,
    /// A flag.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A text: an ID, a state, a line.
    Text(String),
}

/// A value that a step looked at or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepValue {
    /// What it is.
    pub field: Field,
    /// The value; before the step, if the step changed it.
    pub value: Value,
    /// The value after a step that changed it.
    pub changed_to: Option<Value>,
}

/// The values of one step.
#[derive(Debug, Default)]
pub struct Values(Vec<StepValue>);

impl Values {
    /// A value that the step looked at.
    pub(crate) fn saw(&mut self, field: Field, value: impl Into<Value>) -> &mut Self {
        self.0.push(StepValue { field, value: value.into(), changed_to: None });
        self
    }

    /// A value that the step changed.
    pub(crate) fn changed(&mut self, field: Field, before: impl Into<Value>, after: impl Into<Value>) -> &mut Self {
        self.0.push(StepValue { field, value: before.into(), changed_to: Some(after.into()) });
        self
    }

    pub(super) fn into_vec(self) -> Vec<StepValue> {
        self.0
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Offset> for Value {
    fn from(offset: Offset) -> Self {
        Self::Number(offset.0)
    }
}

impl From<NextByte> for Value {
    fn from(byte: NextByte) -> Self {
        Self::Number(byte.0)
    }
}

impl From<ReplId> for Value {
    fn from(id: ReplId) -> Self {
        if id == ReplId::EMPTY { Self::Nothing } else { Self::Text(id.to_string()) }
    }
}

impl From<ReplState> for Value {
    fn from(state: ReplState) -> Self {
        Self::Text(state.name().to_owned())
    }
}

impl From<ReplicaState> for Value {
    fn from(state: ReplicaState) -> Self {
        Self::Text(state.name().to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        String::from_utf8_lossy(bytes).into_owned().into()
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}
