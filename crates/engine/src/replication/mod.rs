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
//! | [`replica`] | the sixteen states, `replicaofCommand`, `replicationSetMaster`, `replicationUnsetMaster` |
//! | `handshake` | `connectWithMaster`, `syncWithMaster`, `slaveTryPartialResynchronization` |
//! | `transfer` | `readSyncBulkPayload`, `replicationAbortSyncTransfer` |
//! | `cached_master` | the cached master, `replicationSendAck` |
//! | `wait` | `waitCommand`, `replicationCountAcksByOffset`, `processClientsWaitingReplicas` |
//! | `cron` | `replicationCron` |
//! | `refusal` | what of `addReplyErrorLength` is about masters |
//! | `role` | `roleCommand` |
//! | `crate::script` | `replicationScriptCacheFlush`, `replicationScriptCacheAdd`, `replicationScriptCacheExists` |
//!
//! The script cache is in `crate::script`, with the scripts.

pub mod backlog;
pub(crate) mod bgsave;
pub(crate) mod cached_master;
pub(crate) mod cron;
pub(crate) mod feed;
pub(crate) mod handshake;
pub(crate) mod history;
pub(crate) mod master;
pub mod psync;
pub(crate) mod refusal;
pub(crate) mod replconf;
pub mod replica;
pub(crate) mod role;
pub(crate) mod state;
pub(crate) mod transfer;
pub(crate) mod wait;
