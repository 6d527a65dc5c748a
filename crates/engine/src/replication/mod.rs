//! Replication, both sides. A reader of replication.c finds its functions here under the same names:
//!
//! | file | functions |
//! |---|---|
//! | `cron` | `replicationCron` |
//! | `history` | `changeReplicationId`, `clearReplicationId2`, `shiftReplicationId` |
//! | `role` | `roleCommand` |
//! | | **the master's side** |
//! | [`psync`] | the decision of `masterTryPartialResynchronization` |
//! | [`backlog`] | `createReplicationBacklog`, `feedReplicationBacklog`, `resizeReplicationBacklog`: the ring itself |
//! | `downstream` | `refreshGoodSlavesCount`, `disconnectSlaves` |
//! | `downstream::sync` | `syncCommand`, `masterTryPartialResynchronization`, `addReplyReplicationBacklog` |
//! | | `clientHasPendingReplies` |
//! | `downstream::bgsave` | `startBgsaveForReplication`, `replicationSetupSlaveForFullResync` |
//! | | `updateSlavesWaitingBgsave` |
//! | `downstream::bulk` | `sendBulkToSlave`, `putSlaveOnline` |
//! | `downstream::feed` | `createReplicationBacklog`, `resizeReplicationBacklog`, `freeReplicationBacklog` |
//! | | `feedReplicationBacklog`, `feedReplicationBacklogWithObject` |
//! | | `replicationFeedSlaves`, `replicationFeedSlavesFromMasterStream` |
//! | `downstream::replconf` | `replconfCommand` |
//! | `downstream::wait` | `waitCommand`, `replicationCountAcksByOffset`, `processClientsWaitingReplicas` |
//! | | `replicationRequestAckFromSlaves` |
//! | `crate::client` | `replicationGetSlaveName` |
//! | `crate::command::monitor` | `replicationFeedMonitors` |
//! | `crate::script::commands` | `replicationScriptCacheFlush` |
//! | `crate::script::state` | `replicationScriptCacheAdd`, `replicationScriptCacheExists` |
//! | | **the replica's side** |
//! | `upstream::link` | `repl_state`: the sixteen states |
//! | `upstream::replicaof` | `replicaofCommand`, `replicationSetMaster`, `replicationUnsetMaster` |
//! | `crate::blocked` | `disconnectAllBlockedClients` |
//! | `upstream::handshake` | `connectWithMaster`, `syncWithMaster`, `sendSynchronousCommand` |
//! | | `slaveTryPartialResynchronization` |
//! | `upstream::cancel` | `slaveIsInHandshakeState`, `cancelReplicationHandshake`, `undoConnectWithMaster` |
//! | | `replicationAbortSyncTransfer` |
//! | `upstream::transfer` | `readSyncBulkPayload` |
//! | `crate::aof::file` | `restartAOFAfterSYNC` |
//! | `upstream::cached_master` | `replicationCacheMaster`, `replicationCacheMasterUsingMyself` |
//! | | `replicationDiscardCachedMaster`, `replicationResurrectCachedMaster` |
//! | | `replicationCreateMasterClient`, `replicationHandleMasterDisconnection` |
//! | | `replicationSendAck`, `replicationSendNewlineToMaster` |
//! | `upstream::refusal` | what of `addReplyErrorLength` is about masters |
//!
//! Files named `crate::...` are outside this folder.

pub mod backlog;
pub(crate) mod cron;
pub(crate) mod downstream;
pub(crate) mod history;
pub mod psync;
pub(crate) mod role;
pub(crate) mod state;
pub(crate) mod upstream;

pub use upstream::link::ReplState;
