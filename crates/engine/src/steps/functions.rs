//! The functions and their steps, in the order of the code: 3 to 15 of each, those of `syncWithMaster` in groups by state.
//! What Redis decides in one condition or does in one block can be one step.

use serde::{Deserialize, Serialize};

use super::{Step, StepInfo, StepKind};

macro_rules! kind {
    (check) => {
        StepKind::Check
    };
    (each) => {
        StepKind::Each
    };
    (act) => {
        StepKind::Act
    };
    (call $callee:ident) => {
        StepKind::Call(Function::$callee)
    };
}

macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident = $redis:literal [$seed:literal] {
        $($step:ident: $kind:ident $($callee:ident)?,)*
    })*) => {
        /// A function of Redis's replication whose steps are reported.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Function { $($(#[$doc])* #[serde(rename = $redis)] $function,)* }

        impl Function {
            /// All of them: those of the walk-through in its order, then the others.
            pub const ALL: &[Self] = &[$(Self::$function),*];

            /// The function that Redis calls so; letters in either case.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|function| function.name().eq_ignore_ascii_case(name))
            }

            /// Its name in Redis.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$function => $redis,)* }
            }

            /// Its section in the walk-through that this project began with; `""` if it is not in it.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$function => $seed,)* }
            }

            /// Its steps, in the order of the code.
            #[must_use]
            pub const fn steps(self) -> &'static [StepInfo] {
                match self {
                    $(Self::$function => &[
                        $(StepInfo { name: stringify!($step), kind: kind!($kind $($callee)?) },)*
                    ],)*
                }
            }
        }

        /// The steps of each function, by name.
        #[allow(missing_docs, reason = "each is named for what the code does there")]
        pub mod step {
            $(
                #[derive(Clone, Copy, Debug, PartialEq, Eq)]
                pub enum $function { $($step),* }

                impl From<$function> for super::Step {
                    fn from(step: $function) -> Self {
                        Self { function: super::Function::$function, index: step as u8 }
                    }
                }
            )*
        }
    };
}

functions! {
    /// REPLICAOF NO ONE.
    ReplicationUnsetMaster = "replicationUnsetMaster" ["1"] {
        HasMaster: check,
        ForgetMaster: act,
        ShiftId: call ShiftReplicationId,
        IsConnected: check,
        FreeMaster: act,
        DiscardCachedMaster: call ReplicationDiscardCachedMaster,
        CancelHandshake: call CancelReplicationHandshake,
        DisconnectReplicas: call DisconnectSlaves,
        SetStateNone: act,
        ForceSelect: act,
        StartWithoutReplicas: act,
    }
    /// A replica becomes a master: the current ID becomes the previous one.
    ShiftReplicationId = "shiftReplicationId" ["1.1"] {
        KeepId: act,
        LimitKeptId: act,
        ChangeId: call ChangeReplicationId,
    }
    /// A new history begins.
    ChangeReplicationId = "changeReplicationId" ["1.2"] {
        DrawId: act,
        SetId: act,
        Return: act,
    }
    /// The cached master is dropped.
    ReplicationDiscardCachedMaster = "replicationDiscardCachedMaster" ["1.3"] {
        HasCachedMaster: check,
        Free: act,
        Discard: act,
    }
    /// The handshake or transfer is given up.
    CancelReplicationHandshake = "cancelReplicationHandshake" ["1.4"] {
        IsTransfer: check,
        AbortTransfer: call ReplicationAbortSyncTransfer,
        IsConnecting: check,
        AskWhetherHandshake: call SlaveIsInHandshakeState,
        UndoConnect: call UndoConnectWithMaster,
        Return: act,
    }
    /// The transfer is given up.
    ReplicationAbortSyncTransfer = "replicationAbortSyncTransfer" ["1.5"] {
        IsTransfer: check,
        UndoConnect: call UndoConnectWithMaster,
        DropFile: act,
    }
    /// The connection of the handshake is closed.
    UndoConnectWithMaster = "undoConnectWithMaster" ["1.6"] {
        StopReading: act,
        Close: act,
        SetStateConnect: act,
    }
    /// Whether the link is in one of the states of the handshake.
    SlaveIsInHandshakeState = "slaveIsInHandshakeState" ["1.7"] {
        IsFromPong: check,
        IsUpToPsync: check,
        Return: act,
    }
    /// All replicas are disconnected.
    DisconnectSlaves = "disconnectSlaves" ["1.8"] {
        AnyLeft: each,
        TakeFirst: act,
        Free: act,
    }
    /// REPLICAOF host port.
    ReplicationSetMaster = "replicationSetMaster" ["2"] {
        SetMaster: act,
        IsConnected: check,
        FreeMaster: act,
        DisconnectBlocked: call DisconnectAllBlockedClients,
        DisconnectReplicas: call DisconnectSlaves,
        CancelHandshake: call CancelReplicationHandshake,
        WasMaster: check,
        DiscardCachedMaster: call ReplicationDiscardCachedMaster,
        CacheItself: call ReplicationCacheMasterUsingMyself,
        SetStateConnect: act,
    }
    /// Blocked clients get an error when a master becomes a replica.
    DisconnectAllBlockedClients = "disconnectAllBlockedClients" ["2.1"] {
        AnyLeft: each,
        ReplyWithError: act,
        CloseAfterReply: act,
    }
    /// A master that becomes a replica may ask for a partial resync.
    ReplicationCacheMasterUsingMyself = "replicationCacheMasterUsingMyself" ["2.2"] {
        SetInitialOffset: act,
        MakeMaster: act,
        TakeId: act,
        MakeCachedMaster: act,
    }
    /// The connection becomes a client with the role of master.
    ReplicationCreateMasterClient = "replicationCreateMasterClient" ["2.3"] {
        MakeClient: act,
        SetOffset: act,
        IsPrePsync: check,
        SelectDb: act,
        SetStateConnected: act,
    }
    /// The connection to the master is requested.
    ConnectWithMaster = "connectWithMaster" ["3"] {
        Connect: act,
        SetLastIo: act,
        SetStateConnecting: act,
    }
    /// Writes a request of the handshake, or reads a line of reply.
    SendSynchronousCommand = "sendSynchronousCommand" ["4"] {
        Fits: check,
        Write: act,
        LineIsComplete: check,
        SetLastIo: act,
        ReturnLine: act,
    }
    /// Writes PSYNC, or reads the reply to it.
    SlaveTryPartialResynchronization = "slaveTryPartialResynchronization" ["5"] {
        HasCachedMaster: check,
        SendRequest: call SendSynchronousCommand,
        ReadReply: call SendSynchronousCommand,
        IsEmptyLine: check,
        IsFullResync: check,
        TakeIdAndOffset: act,
        DiscardForFullResync: call ReplicationDiscardCachedMaster,
        IsContinue: check,
        HasAnotherId: check,
        AdoptId: act,
        DisconnectReplicas: call DisconnectSlaves,
        ResurrectCachedMaster: call ReplicationResurrectCachedMaster,
        CreateBacklog: call CreateReplicationBacklog,
        IsTransientError: check,
        DiscardAsUnsupported: call ReplicationDiscardCachedMaster,
    }
    /// The cached master goes on with a new connection.
    ReplicationResurrectCachedMaster = "replicationResurrectCachedMaster" ["5.1"] {
        TakeConnection: act,
        ContinueAtOffset: act,
        SetStateConnected: act,
    }
    /// Whether output is queued for a client.
    ClientHasPendingReplies = "clientHasPendingReplies" ["5.2"] {
        IsBufferUsed: check,
        AnyBlock: check,
        Return: act,
    }
    /// The backlog is allocated.
    CreateReplicationBacklog = "createReplicationBacklog" ["5.3"] {
        Exists: check,
        Allocate: act,
        SetOff: act,
    }
    /// The previous history is no longer accepted.
    ClearReplicationId2 = "clearReplicationId2" ["6"] {
        ClearId: act,
        ClearOffset: act,
        Return: act,
    }
    /// A master decides about a PSYNC.
    MasterTryPartialResynchronization = "masterTryPartialResynchronization" ["7"] {
        OffsetIsNumber: check,
        IsCurrentId: check,
        AsksForEverything: check,
        IsPreviousId: check,
        IsWithinPreviousId: check,
        HasBacklog: check,
        IsNotOverwritten: check,
        IsNotInFuture: check,
        SetStateOnline: act,
        SendContinue: act,
        SendBacklog: call AddReplyReplicationBacklog,
        RefreshCount: call RefreshGoodSlavesCount,
        Return: act,
    }
    /// The end of the backlog is queued for a replica.
    AddReplyReplicationBacklog = "addReplyReplicationBacklog" ["7.1"] {
        ComputeSkip: act,
        ComputeIndex: act,
        AnyMissing: each,
        QueuePiece: act,
        ReturnLength: act,
    }
    /// A replica learns what its RDB is.
    ReplicationSetupSlaveForFullResync = "replicationSetupSlaveForFullResync" ["8"] {
        SetInitialOffset: act,
        SetStateWaitEnd: act,
        ForceSelect: act,
        CameWithSync: check,
        SendFullResync: act,
    }
    /// A background save starts for the replicas that wait for one.
    StartBgsaveForReplication = "startBgsaveForReplication" ["9"] {
        IsDiskless: check,
        SetUpForSockets: call ReplicationSetupSlaveForFullResync,
        StartSave: act,
        Failed: check,
        RefuseWaiting: act,
        SetUpForDisk: call ReplicationSetupSlaveForFullResync,
        FlushScriptCache: call ReplicationScriptCacheFlush,
    }
    /// The set of scripts that all replicas know is emptied.
    ReplicationScriptCacheFlush = "replicationScriptCacheFlush" ["9.1"] {
        EmptySet: act,
        ReleaseOrder: act,
        CreateOrder: act,
    }
    /// The backlog is freed.
    FreeReplicationBacklog = "freeReplicationBacklog" ["10"] {
        IsWithoutReplicas: check,
        Exists: check,
        KeepNumbers: act,
        Free: act,
    }
    /// A replica has its RDB.
    PutSlaveOnline = "putSlaveOnline" ["11"] {
        SetStateOnline: act,
        AllowStream: act,
        SetAckTime: act,
        WriteQueued: act,
        RefreshCount: call RefreshGoodSlavesCount,
    }
    /// The replicas that count for min-replicas-to-write are counted.
    RefreshGoodSlavesCount = "refreshGoodSlavesCount" ["11.1"] {
        IsConfigured: check,
        IsGood: each,
        SetCount: act,
    }
    /// Bytes are appended to the stream.
    FeedReplicationBacklog = "feedReplicationBacklog" ["13.1"] {
        HasBacklog: check,
        AdvanceOffset: act,
        AnyLeft: each,
        CopyPiece: act,
        IsAtEnd: check,
        Wrap: act,
        GrowHistlen: act,
        SetOff: act,
    }
    /// A replica tells its master what it has applied.
    ReplicationSendAck = "replicationSendAck" ["14"] {
        HasMaster: check,
        IsClosing: check,
        QueueAck: act,
        QueueWrite: act,
    }
    /// The handshake: one reply, and the next request.
    SyncWithMaster = "syncWithMaster" [""] {
        SetStateReceivePong: act,
        SendPing: call SendSynchronousCommand,
        ReadReply: call SendSynchronousCommand,
        PongIsAccepted: check,
        SetStateSendAuth: act,
        HasMasterauth: check,
        SendAuth: call SendSynchronousCommand,
        SetStateReceiveAuth: act,
        AuthIsAccepted: check,
        SetStateSendPort: act,
        SendPort: call SendSynchronousCommand,
        SetStateReceivePort: act,
        PortIsUnderstood: check,
        SetStateSendIp: act,
        HasAnnounceIp: check,
        SendIp: call SendSynchronousCommand,
        SetStateReceiveIp: act,
        IpIsUnderstood: check,
        SetStateSendCapa: act,
        SendCapa: call SendSynchronousCommand,
        SetStateReceiveCapa: act,
        CapaIsUnderstood: check,
        SetStateSendPsync: act,
        SendPsync: call SlaveTryPartialResynchronization,
        SetStateReceivePsync: act,
        ReadPsyncReply: call SlaveTryPartialResynchronization,
        DecideByReply: act,
        DisconnectReplicas: call DisconnectSlaves,
        FreeBacklog: call FreeReplicationBacklog,
        SendSync: call SendSynchronousCommand,
        SetStateTransfer: act,
        GiveUp: call UndoConnectWithMaster,
    }
    /// SYNC and PSYNC.
    SyncCommand = "syncCommand" [""] {
        IsReplicaAlready: check,
        IsNotConnected: check,
        AskForPending: call ClientHasPendingReplies,
        IsPsync: check,
        TryPartial: call MasterTryPartialResynchronization,
        SetStateWaitStart: act,
        IsFirstWithoutBacklog: check,
        ChangeId: call ChangeReplicationId,
        ClearId2: call ClearReplicationId2,
        CreateBacklog: call CreateReplicationBacklog,
        ChooseSave: act,
        StartSave: call StartBgsaveForReplication,
        AttachToSave: call ReplicationSetupSlaveForFullResync,
    }
    /// The RDB is received and loaded.
    ReadSyncBulkPayload = "readSyncBulkPayload" [""] {
        IsSizeKnown: check,
        TakeSize: act,
        ReadBytes: act,
        IsComplete: check,
        FlushOldData: act,
        Load: act,
        CreateMasterClient: call ReplicationCreateMasterClient,
        AdoptHistory: act,
        ClearId2: call ClearReplicationId2,
        CreateBacklog: call CreateReplicationBacklog,
        Cancel: call CancelReplicationHandshake,
    }
    /// A background save ended: the replicas that waited for it get it.
    UpdateSlavesWaitingBgsave = "updateSlavesWaitingBgsave" [""] {
        AnyLeft: each,
        Failed: check,
        Free: act,
        WasStreamed: check,
        SetStateOnline: act,
        BeginBulk: act,
        AnyWaitForNext: check,
        StartSave: call StartBgsaveForReplication,
    }
    /// Once a second.
    ReplicationCron = "replicationCron" [""] {
        MasterTimedOut: check,
        CancelHandshake: call CancelReplicationHandshake,
        FreeMaster: act,
        Connect: call ConnectWithMaster,
        SendAck: call ReplicationSendAck,
        IsPingDue: check,
        FeedPing: call ReplicationFeedSlaves,
        SendNewlines: act,
        ReplicaTimedOut: each,
        BacklogExpired: check,
        EndHistory: call ChangeReplicationId,
        FlushScriptCache: call ReplicationScriptCacheFlush,
        SaveIsDue: check,
        StartSave: call StartBgsaveForReplication,
        RefreshCount: call RefreshGoodSlavesCount,
    }
    /// A command goes into the stream.
    ReplicationFeedSlaves = "replicationFeedSlaves" [""] {
        IsReplica: check,
        NobodyListens: check,
        NeedsSelect: check,
        FeedSelect: call FeedReplicationBacklog,
        SetSlaveseldb: act,
        FeedCommand: call FeedReplicationBacklog,
        QueueForReplicas: act,
    }
    /// REPLCONF.
    ReplconfCommand = "replconfCommand" [""] {
        IsPaired: check,
        AnyLeft: each,
        TakeOption: act,
        TakeAck: act,
        PutOnlineOnAck: check,
        PutOnline: call PutSlaveOnline,
        SendAck: call ReplicationSendAck,
        Reply: act,
    }
    /// Clients in WAIT whose number of replicas is reached are served.
    ProcessClientsWaitingReplicas = "processClientsWaitingReplicas" [""] {
        AnyLeft: each,
        IsEnough: check,
        Serve: act,
    }
}
