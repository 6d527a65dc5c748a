//! Walkthroughs: what each function of replication does, step by step, in English and Chinese.
//!
//! One entry for every [`Function`]: its name in Redis, where it is in the engine, its callers, and what it changes, in
//! order. All entries are constants; unused ones are not linked.

mod handshake;
mod link;
mod roles;
mod serve;

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bilingual {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

const fn text(en: &'static str, zh: &'static str) -> Bilingual {
    Bilingual { en, zh }
}

/// The description of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walkthrough {
    /// Its name in Redis.
    pub redis: &'static str,
    /// Its functions in the engine: `path::name`, the path below `crates/engine/src`. The first is the function itself,
    /// others are parts of it.
    pub engine: &'static [&'static str],
    /// Its callers, and when they call it.
    pub called: Bilingual,
    /// What it does and changes: two to five steps, in order.
    pub steps: &'static [Bilingual],
}

/// The functions of Redis's replication that have a walkthrough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is described by its walkthrough")]
pub enum Function {
    ReplicationUnsetMaster,
    ShiftReplicationId,
    ChangeReplicationId,
    ClearReplicationId2,
    ReplicationDiscardCachedMaster,
    CancelReplicationHandshake,
    ReplicationAbortSyncTransfer,
    UndoConnectWithMaster,
    SlaveIsInHandshakeState,
    DisconnectSlaves,
    ReplicationSetMaster,
    DisconnectAllBlockedClients,
    ReplicationCacheMasterUsingMyself,
    ReplicationCreateMasterClient,
    ConnectWithMaster,
    SendSynchronousCommand,
    SlaveTryPartialResynchronization,
    ReplicationResurrectCachedMaster,
    ClientHasPendingReplies,
    CreateReplicationBacklog,
    FreeReplicationBacklog,
    MasterTryPartialResynchronization,
    AddReplyReplicationBacklog,
    ReplicationSetupSlaveForFullResync,
    StartBgsaveForReplication,
    ReplicationScriptCacheFlush,
    PutSlaveOnline,
    RefreshGoodSlavesCount,
    FeedReplicationBacklog,
    ReplicationSendAck,
}

impl Function {
    /// All of them, in the order in which they are declared.
    pub const ALL: [Self; 30] = [
        Self::ReplicationUnsetMaster,
        Self::ShiftReplicationId,
        Self::ChangeReplicationId,
        Self::ClearReplicationId2,
        Self::ReplicationDiscardCachedMaster,
        Self::CancelReplicationHandshake,
        Self::ReplicationAbortSyncTransfer,
        Self::UndoConnectWithMaster,
        Self::SlaveIsInHandshakeState,
        Self::DisconnectSlaves,
        Self::ReplicationSetMaster,
        Self::DisconnectAllBlockedClients,
        Self::ReplicationCacheMasterUsingMyself,
        Self::ReplicationCreateMasterClient,
        Self::ConnectWithMaster,
        Self::SendSynchronousCommand,
        Self::SlaveTryPartialResynchronization,
        Self::ReplicationResurrectCachedMaster,
        Self::ClientHasPendingReplies,
        Self::CreateReplicationBacklog,
        Self::FreeReplicationBacklog,
        Self::MasterTryPartialResynchronization,
        Self::AddReplyReplicationBacklog,
        Self::ReplicationSetupSlaveForFullResync,
        Self::StartBgsaveForReplication,
        Self::ReplicationScriptCacheFlush,
        Self::PutSlaveOnline,
        Self::RefreshGoodSlavesCount,
        Self::FeedReplicationBacklog,
        Self::ReplicationSendAck,
    ];

    /// Its description.
    ///
    /// ```
    /// use psyncscope_lab::walkthrough::Function;
    ///
    /// let shift = Function::ShiftReplicationId.walkthrough();
    /// assert_eq!(shift.redis, "shiftReplicationId");
    /// assert_eq!(shift.engine, ["replication/history.rs::shift_replication_id"]);
    /// ```
    #[must_use]
    pub const fn walkthrough(self) -> &'static Walkthrough {
        match self {
            Self::ReplicationUnsetMaster => &roles::REPLICATION_UNSET_MASTER,
            Self::ShiftReplicationId => &roles::SHIFT_REPLICATION_ID,
            Self::ChangeReplicationId => &roles::CHANGE_REPLICATION_ID,
            Self::ClearReplicationId2 => &roles::CLEAR_REPLICATION_ID2,
            Self::ReplicationDiscardCachedMaster => &link::REPLICATION_DISCARD_CACHED_MASTER,
            Self::CancelReplicationHandshake => &handshake::CANCEL_REPLICATION_HANDSHAKE,
            Self::ReplicationAbortSyncTransfer => &handshake::REPLICATION_ABORT_SYNC_TRANSFER,
            Self::UndoConnectWithMaster => &handshake::UNDO_CONNECT_WITH_MASTER,
            Self::SlaveIsInHandshakeState => &handshake::SLAVE_IS_IN_HANDSHAKE_STATE,
            Self::DisconnectSlaves => &roles::DISCONNECT_SLAVES,
            Self::ReplicationSetMaster => &roles::REPLICATION_SET_MASTER,
            Self::DisconnectAllBlockedClients => &roles::DISCONNECT_ALL_BLOCKED_CLIENTS,
            Self::ReplicationCacheMasterUsingMyself => &link::REPLICATION_CACHE_MASTER_USING_MYSELF,
            Self::ReplicationCreateMasterClient => &link::REPLICATION_CREATE_MASTER_CLIENT,
            Self::ConnectWithMaster => &handshake::CONNECT_WITH_MASTER,
            Self::SendSynchronousCommand => &handshake::SEND_SYNCHRONOUS_COMMAND,
            Self::SlaveTryPartialResynchronization => &handshake::SLAVE_TRY_PARTIAL_RESYNCHRONIZATION,
            Self::ReplicationResurrectCachedMaster => &link::REPLICATION_RESURRECT_CACHED_MASTER,
            Self::ClientHasPendingReplies => &serve::CLIENT_HAS_PENDING_REPLIES,
            Self::CreateReplicationBacklog => &serve::CREATE_REPLICATION_BACKLOG,
            Self::FreeReplicationBacklog => &serve::FREE_REPLICATION_BACKLOG,
            Self::MasterTryPartialResynchronization => &serve::MASTER_TRY_PARTIAL_RESYNCHRONIZATION,
            Self::AddReplyReplicationBacklog => &serve::ADD_REPLY_REPLICATION_BACKLOG,
            Self::ReplicationSetupSlaveForFullResync => &serve::REPLICATION_SETUP_SLAVE_FOR_FULL_RESYNC,
            Self::StartBgsaveForReplication => &serve::START_BGSAVE_FOR_REPLICATION,
            Self::ReplicationScriptCacheFlush => &serve::REPLICATION_SCRIPT_CACHE_FLUSH,
            Self::PutSlaveOnline => &serve::PUT_SLAVE_ONLINE,
            Self::RefreshGoodSlavesCount => &serve::REFRESH_GOOD_SLAVES_COUNT,
            Self::FeedReplicationBacklog => &serve::FEED_REPLICATION_BACKLOG,
            Self::ReplicationSendAck => &link::REPLICATION_SEND_ACK,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{Bilingual, Function};

    #[test]
    fn all_lists_every_function_in_order() {
        for (index, function) in Function::ALL.into_iter().enumerate() {
            assert_eq!(function as usize, index);
            let named = function.walkthrough().redis.to_ascii_lowercase();
            assert_eq!(named, format!("{function:?}").to_ascii_lowercase());
        }
        let last = Function::ReplicationSendAck as usize;
        assert_eq!(Function::ALL.len(), last + 1, "the last one declared");
    }

    #[test]
    fn every_function_named_exists_in_the_engine() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src");
        for function in Function::ALL {
            let walkthrough = function.walkthrough();
            assert!(!walkthrough.engine.is_empty(), "{function:?}");
            for place in walkthrough.engine {
                let (path, name) = place.split_once("::").expect("path::name");
                let source = std::fs::read_to_string(sources.join(path)).unwrap_or_else(|e| panic!("{place}: {e}"));
                assert!(source.contains(&format!("fn {name}(")), "{place} does not exist");
                // The file names Redis's function, so that a search for it finds the place.
                assert!(source.contains(walkthrough.redis), "{path} does not mention {}", walkthrough.redis);
            }
        }
    }

    #[test]
    fn both_languages_are_complete_and_no_sentence_is_repeated() {
        let mut seen = BTreeSet::new();
        for function in Function::ALL {
            let walkthrough = function.walkthrough();
            assert!((2..=5).contains(&walkthrough.steps.len()), "{function:?}: two to five steps");
            for Bilingual { en, zh } in walkthrough.steps.iter().chain([&walkthrough.called]) {
                assert!(en.ends_with('.') && en.is_ascii(), "{function:?}: {en}");
                assert!(zh.ends_with('。'), "{function:?}: {zh}");
                assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{function:?}: {zh}");
                assert!(seen.insert(en) && seen.insert(zh), "{function:?}: repeated: {en} {zh}");
            }
        }
    }
}
