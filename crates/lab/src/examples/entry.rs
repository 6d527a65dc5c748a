//! For each function of replication a run that is about to enter it.

use psyncscope_engine::steps::Function;
use psyncscope_sim::frame::SimTime;

use super::scenarios::SCENARIOS;
use crate::action::ActionLog;
use crate::error::{ErrorCode, LabError};
use crate::steps::{StepCursor, Target, Wanted};

/// A run that is about to enter a function.
#[derive(Clone, Debug)]
pub struct BeforeEntry {
    /// The run; its actions go on after `at`.
    pub log: ActionLog,
    /// A time shortly before the function is entered, and after it was entered last.
    pub at: SimTime,
}

/// The run that shows a function best.
///
/// # Errors
/// None that can be: a test opens all of them.
pub fn before(function: Function) -> Result<BeforeEntry, LabError> {
    let (scenario, from_ms) = place(function);
    let mut lab = SCENARIOS[scenario].run()?;
    let from = SimTime(from_ms * 1_000);
    let target = Target::Entered(Wanted { function, host: None }, from);
    let missing = || LabError::new(ErrorCode::BadValue, format!("{} is not entered", function.name()));
    let entered = StepCursor::find(&mut lab, target)?.ok_or_else(missing)?.at();
    Ok(BeforeEntry { log: lab.action_log(), at: SimTime(entered.0.saturating_sub(1)) })
}

/// The scenario, and the time from which on the next entry is meant, in milliseconds.
const fn place(function: Function) -> (usize, u64) {
    use Function as F;
    const OUTAGES: usize = 0;
    const FAILOVER: usize = 1;
    const DISKLESS: usize = 2;
    const SAVE: usize = 3;
    const PASSWORD: usize = 4;
    const WAIT: usize = 8;
    const NO_REPLICAS: usize = 9;
    match function {
        // A replica with a sibling and a sub-replica becomes a master.
        F::ReplicationUnsetMaster
        | F::ShiftReplicationId
        | F::ChangeReplicationId
        | F::ReplicationDiscardCachedMaster
        | F::CancelReplicationHandshake
        | F::SlaveIsInHandshakeState => (FAILOVER, 5_990),
        // Its sibling follows it, and then the old master.
        F::ReplicationSetMaster | F::DisconnectSlaves => (FAILOVER, 7_490),
        F::SlaveTryPartialResynchronization
        | F::MasterTryPartialResynchronization
        | F::AddReplyReplicationBacklog
        | F::ReplicationResurrectCachedMaster => (FAILOVER, 8_000),
        F::DisconnectAllBlockedClients | F::ReplicationCacheMasterUsingMyself => (FAILOVER, 8_990),
        F::ReplicationAbortSyncTransfer | F::UndoConnectWithMaster => (SAVE, 2_490),
        F::SendSynchronousCommand | F::SyncWithMaster => (PASSWORD, 0),
        F::RefreshGoodSlavesCount => (DISKLESS, 3_000),
        F::FreeReplicationBacklog => (NO_REPLICAS, 4_500),
        F::ProcessClientsWaitingReplicas => (WAIT, 4_000),
        // A write in another database than the last: SELECT goes before it.
        F::ReplicationFeedSlaves => (OUTAGES, 3_300),
        // The write that reaches the end of the ring.
        F::FeedReplicationBacklog => (OUTAGES, 3_090),
        F::ReplicationCron | F::ReplicationSendAck | F::ReplconfCommand => (OUTAGES, 2_990),
        F::ReplicationCreateMasterClient
        | F::ConnectWithMaster
        | F::ClientHasPendingReplies
        | F::CreateReplicationBacklog
        | F::ClearReplicationId2
        | F::ReplicationSetupSlaveForFullResync
        | F::StartBgsaveForReplication
        | F::ReplicationScriptCacheFlush
        | F::PutSlaveOnline
        | F::SyncCommand
        | F::ReadSyncBulkPayload
        | F::UpdateSlavesWaitingBgsave => (OUTAGES, 0),
    }
}
