//! Replication, both sides. A reader of replication.c finds its functions here under the same names:
//!
//! | file | functions |
//! |---|---|
//! | [`backlog`] | `createReplicationBacklog`, `feedReplicationBacklog`, `addReplyReplicationBacklog` |
//! | `history` | `changeReplicationId`, `clearReplicationId2`, `shiftReplicationId` |
//! | [`psync`] | the decision of `masterTryPartialResynchronization` |
//! | `master` | `syncCommand`, `sendBulkToSlave`, `putSlaveOnline`, `refreshGoodSlavesCount`, `disconnectSlaves` |
//! | `bgsave` | `startBgsaveForReplication`, `replicationSetupSlaveForFullResync`, `updateSlavesWaitingBgsave` |
//! | `replconf` | `replconfCommand` |
//! | `feed` | `replicationFeedSlaves`, `replicationFeedSlavesFromMasterStream` |
//! | `wait` | `waitCommand`, `replicationCountAcksByOffset`, `processClientsWaitingReplicas` |
//! | `cron` | `replicationCron` |
//! | `role` | `roleCommand` |
//! | `upstream::link` | `repl_state`: the sixteen states |
//! | `upstream::replicaof` | `replicaofCommand`, `replicationSetMaster`, `replicationUnsetMaster` |
//! | `upstream::handshake` | `connectWithMaster`, `syncWithMaster`, `sendSynchronousCommand` |
//! | | `slaveTryPartialResynchronization` |
//! | `upstream::cancel` | `slaveIsInHandshakeState`, `cancelReplicationHandshake`, `undoConnectWithMaster` |
//! | | `replicationAbortSyncTransfer` |
//! | `upstream::transfer` | `readSyncBulkPayload` |
//! | `upstream::cached_master` | `replicationCacheMaster`, `replicationCacheMasterUsingMyself` |
//! | | `replicationDiscardCachedMaster`, `replicationResurrectCachedMaster` |
//! | | `replicationCreateMasterClient`, `replicationHandleMasterDisconnection` |
//! | | `replicationSendAck`, `replicationSendNewlineToMaster` |
//! | `upstream::refusal` | what of `addReplyErrorLength` is about masters |
//! | `crate::script` | `replicationScriptCacheFlush`, `replicationScriptCacheAdd`, `replicationScriptCacheExists` |
//!
//! The script cache is in `crate::script`, with the scripts.

pub mod backlog;
pub(crate) mod bgsave;
pub(crate) mod cron;
pub(crate) mod feed;
pub(crate) mod history;
pub(crate) mod master;
pub mod psync;
pub(crate) mod replconf;
pub(crate) mod role;
pub(crate) mod state;
pub(crate) mod upstream;
pub(crate) mod wait;

pub use upstream::link::ReplState;
