//! Walkthroughs: what each function of replication does, step by step, in English and Chinese.
//!
//! [`walkthrough`] has for every [`Function`] of the engine's table who calls it, where it is in the engine, and one
//! line for each of its steps, in the order of the code. The engine reports which steps are taken
//! ([`psyncscope_engine::steps`]); this says what they mean. All texts are constants.
//!
//! A note says where the walk-through of Redis's sources that this project began with is wrong or silent, or where the
//! engine is arranged differently from Redis 5.0.14.

use psyncscope_engine::steps::Function;

mod bgsave;
mod cancel;
mod commands;
mod cron;
mod feed;
mod handshake;
mod link;
mod roles;
mod serve;
mod text;
mod transfer;

pub use text::{StepText, Walkthrough};

/// The description of a function.
///
/// ```
/// use psyncscope_lab::engine::steps::Function;
/// use psyncscope_lab::walkthrough::walkthrough;
///
/// let shift = walkthrough(Function::ShiftReplicationId);
/// assert_eq!(shift.engine, ["replication/history.rs::shift_replication_id"]);
/// assert_eq!(shift.steps[0].text.en, "replid2 takes the current replid.");
/// ```
#[must_use]
pub const fn walkthrough(function: Function) -> &'static Walkthrough {
    match function {
        Function::ReplicationUnsetMaster => &roles::REPLICATION_UNSET_MASTER,
        Function::ShiftReplicationId => &roles::SHIFT_REPLICATION_ID,
        Function::ChangeReplicationId => &roles::CHANGE_REPLICATION_ID,
        Function::ReplicationDiscardCachedMaster => &link::REPLICATION_DISCARD_CACHED_MASTER,
        Function::CancelReplicationHandshake => &cancel::CANCEL_REPLICATION_HANDSHAKE,
        Function::ReplicationAbortSyncTransfer => &cancel::REPLICATION_ABORT_SYNC_TRANSFER,
        Function::UndoConnectWithMaster => &cancel::UNDO_CONNECT_WITH_MASTER,
        Function::SlaveIsInHandshakeState => &cancel::SLAVE_IS_IN_HANDSHAKE_STATE,
        Function::DisconnectSlaves => &roles::DISCONNECT_SLAVES,
        Function::ReplicationSetMaster => &roles::REPLICATION_SET_MASTER,
        Function::DisconnectAllBlockedClients => &roles::DISCONNECT_ALL_BLOCKED_CLIENTS,
        Function::ReplicationCacheMasterUsingMyself => &link::REPLICATION_CACHE_MASTER_USING_MYSELF,
        Function::ReplicationCreateMasterClient => &link::REPLICATION_CREATE_MASTER_CLIENT,
        Function::ConnectWithMaster => &handshake::CONNECT_WITH_MASTER,
        Function::SendSynchronousCommand => &handshake::SEND_SYNCHRONOUS_COMMAND,
        Function::SlaveTryPartialResynchronization => &handshake::SLAVE_TRY_PARTIAL_RESYNCHRONIZATION,
        Function::ReplicationResurrectCachedMaster => &link::REPLICATION_RESURRECT_CACHED_MASTER,
        Function::ClientHasPendingReplies => &serve::CLIENT_HAS_PENDING_REPLIES,
        Function::CreateReplicationBacklog => &feed::CREATE_REPLICATION_BACKLOG,
        Function::ClearReplicationId2 => &roles::CLEAR_REPLICATION_ID2,
        Function::MasterTryPartialResynchronization => &serve::MASTER_TRY_PARTIAL_RESYNCHRONIZATION,
        Function::AddReplyReplicationBacklog => &serve::ADD_REPLY_REPLICATION_BACKLOG,
        Function::ReplicationSetupSlaveForFullResync => &bgsave::REPLICATION_SETUP_SLAVE_FOR_FULL_RESYNC,
        Function::StartBgsaveForReplication => &bgsave::START_BGSAVE_FOR_REPLICATION,
        Function::ReplicationScriptCacheFlush => &bgsave::REPLICATION_SCRIPT_CACHE_FLUSH,
        Function::FreeReplicationBacklog => &feed::FREE_REPLICATION_BACKLOG,
        Function::PutSlaveOnline => &bgsave::PUT_SLAVE_ONLINE,
        Function::RefreshGoodSlavesCount => &bgsave::REFRESH_GOOD_SLAVES_COUNT,
        Function::FeedReplicationBacklog => &feed::FEED_REPLICATION_BACKLOG,
        Function::ReplicationSendAck => &link::REPLICATION_SEND_ACK,
        Function::SyncWithMaster => &handshake::SYNC_WITH_MASTER,
        Function::SyncCommand => &serve::SYNC_COMMAND,
        Function::ReadSyncBulkPayload => &transfer::READ_SYNC_BULK_PAYLOAD,
        Function::UpdateSlavesWaitingBgsave => &bgsave::UPDATE_SLAVES_WAITING_BGSAVE,
        Function::ReplicationCron => &cron::REPLICATION_CRON,
        Function::ReplicationFeedSlaves => &feed::REPLICATION_FEED_SLAVES,
        Function::ReplconfCommand => &commands::REPLCONF_COMMAND,
        Function::ProcessClientsWaitingReplicas => &commands::PROCESS_CLIENTS_WAITING_REPLICAS,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use psyncscope_engine::replication::ReplState;
    use psyncscope_engine::steps::{Function, StepKind};

    use super::walkthrough;
    use crate::lang::Bilingual;

    /// The longest line of a step, in columns: a Chinese character takes two.
    const STEP_LEN_MAX: usize = 96;

    #[test]
    fn every_step_of_the_engines_table_has_its_text_in_the_same_order() {
        for &function in Function::ALL {
            let names: Vec<_> = function.steps().iter().map(|step| step.name).collect();
            let told: Vec<_> = walkthrough(function).steps.iter().map(|step| step.name).collect();
            assert_eq!(told, names, "{function:?}");
        }
    }

    #[test]
    fn a_function_has_three_to_fifteen_lines_or_has_them_by_state() {
        for &function in Function::ALL {
            let steps = walkthrough(function).steps;
            if function != Function::SyncWithMaster {
                assert!((3..=15).contains(&steps.len()), "{function:?}: {} steps", steps.len());
                continue;
            }
            for state in ReplState::ALL {
                let of_state = steps.iter().filter(|step| step.state == Some(state)).count();
                // The lines that a state that sends its request has, and one that only reads a line of reply.
                let range = match state {
                    ReplState::SendAuth
                    | ReplState::SendPort
                    | ReplState::SendIp
                    | ReplState::SendCapa
                    | ReplState::SendPsync
                    | ReplState::ReceivePsync => 3..=15,
                    ReplState::Connecting => 2..=15,
                    ReplState::ReceivePong
                    | ReplState::ReceiveAuth
                    | ReplState::ReceivePort
                    | ReplState::ReceiveIp
                    | ReplState::ReceiveCapa => 1..=15,
                    ReplState::None | ReplState::Connect | ReplState::Transfer | ReplState::Connected => 0..=0,
                };
                assert!(range.contains(&of_state), "{function:?}, {state:?}: {of_state} steps");
            }
        }
    }

    #[test]
    fn steps_of_a_state_stand_together_and_few_are_seen_at_a_time() {
        for &function in Function::ALL {
            let steps = walkthrough(function).steps;
            let mut groups: Vec<(ReplState, usize)> = Vec::new();
            for step in steps {
                match (step.state, groups.last_mut()) {
                    (Some(state), Some((last, count))) if *last == state => *count += 1,
                    (Some(state), _) => groups.push((state, 1)),
                    (None, _) => {}
                }
            }
            let order: Vec<_> = groups.iter().map(|(state, _)| *state).collect();
            let in_order = ReplState::ALL.iter().filter(|state| order.contains(state)).copied();
            assert_eq!(
                order,
                in_order.collect::<Vec<_>>(),
                "{function:?}: each state once, in the order of the handshake"
            );
            // The state at hand and one that the reader opens, beside the steps of no one state.
            let mut counts: Vec<usize> = groups.iter().map(|(_, count)| *count).collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let open = steps.iter().filter(|step| step.state.is_none()).count() + counts.iter().take(2).sum::<usize>();
            assert!(order.is_empty() || open <= 15, "{function:?}: {open} lines");
        }
        let states = walkthrough(Function::SyncWithMaster).steps.iter().filter_map(|step| step.state);
        assert!(states.count() >= 30, "most steps of syncWithMaster are those of a state");
    }

    #[test]
    fn a_step_is_worded_as_what_it_is() {
        for &function in Function::ALL {
            for (step, told) in function.steps().iter().zip(walkthrough(function).steps) {
                let asks = told.text.en.contains('?') && told.text.zh.contains(['?', '？']);
                match step.kind {
                    StepKind::Check | StepKind::Each => assert!(asks, "{function:?}: {told:?}"),
                    StepKind::Call(callee) => {
                        for text in [told.text.en, told.text.zh] {
                            assert!(text.contains(callee.name()), "{function:?}: {text} names {}", callee.name());
                        }
                    }
                    StepKind::Act => assert!(!told.text.en.ends_with('?'), "{function:?}: {told:?}"),
                }
            }
        }
    }

    #[test]
    fn a_deeper_step_is_below_what_it_depends_on() {
        for &function in Function::ALL {
            let mut deepest = 0;
            for (step, told) in function.steps().iter().zip(walkthrough(function).steps) {
                assert!(told.depth <= deepest, "{function:?}: {} depends on nothing above it", told.name);
                // Steps can depend on a condition, a loop, or an effect that is a choice; a call only precedes others.
                let leads = !matches!(step.kind, StepKind::Call(_));
                deepest = told.depth + u8::from(leads);
            }
        }
    }

    #[test]
    fn every_function_named_exists_in_the_engine() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src");
        for &function in Function::ALL {
            let walkthrough = walkthrough(function);
            assert!(!walkthrough.engine.is_empty(), "{function:?}");
            for place in walkthrough.engine {
                let (path, name) = place.split_once("::").expect("path::name");
                let source = std::fs::read_to_string(sources.join(path)).unwrap_or_else(|e| panic!("{place}: {e}"));
                assert!(source.contains(&format!("fn {name}(")), "{place} does not exist");
                // The file names Redis's function, so that a search for it finds the place.
                assert!(source.contains(function.name()), "{path} does not mention {}", function.name());
            }
        }
    }

    #[test]
    fn both_languages_are_complete_and_no_sentence_is_repeated() {
        for &function in Function::ALL {
            let walkthrough = walkthrough(function);
            let steps = walkthrough.steps.iter().flat_map(|step| [Some(step.text), step.note]);
            let mut seen = BTreeSet::new();
            for Bilingual { en, zh } in steps.chain([Some(walkthrough.called), walkthrough.note]).flatten() {
                assert!(en.ends_with(['.', '?']) && en.is_ascii(), "{function:?}: {en}");
                assert!(zh.ends_with(['。', '？']), "{function:?}: {zh}");
                assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{function:?}: {zh}");
                assert!(!en.contains("  ") && !zh.contains("  "), "{function:?}: {en} {zh}");
                assert!(seen.insert(en) && seen.insert(zh), "{function:?}: repeated: {en} {zh}");
            }
        }
    }

    #[test]
    fn the_lines_of_steps_are_short() {
        for &function in Function::ALL {
            for step in walkthrough(function).steps {
                let columns = step.text.zh.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
                assert!(step.text.en.len() <= STEP_LEN_MAX, "{function:?}: {}: {}", step.text.en.len(), step.text.en);
                assert!(columns <= STEP_LEN_MAX, "{function:?}: {columns}: {}", step.text.zh);
            }
        }
    }

    #[test]
    fn every_function_that_the_first_walkthrough_lacks_says_so() {
        for &function in Function::ALL {
            assert!(!function.section().is_empty() || walkthrough(function).note.is_some(), "{function:?}");
        }
    }
}
