//! Which clients are blocked, and what they wait for.

use std::collections::BTreeMap;

use psyncscope_commands::{Block, BlockedOn};

use crate::ids::Offset;
use crate::io::ConnId;

/// A key in its database.
pub(super) type DbKey = (usize, Vec<u8>);

/// The blocked clients.
#[derive(Debug, Default)]
pub(crate) struct Blocked {
    /// `blocking_keys` of all databases: for each key the clients in order of blocking.
    pub(super) keys: BTreeMap<DbKey, Vec<ConnId>>,
    /// `server.ready_keys`: keys with blocked clients that got data, in order, each once.
    pub(super) ready: Vec<DbKey>,
    /// `server.unblocked_clients`: their buffered input is processed before the turn ends.
    pub(super) unblocked: Vec<ConnId>,
}

/// What a client waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// What unblocks it.
    pub(crate) on: WaitingFor,
    /// Its timeout, in milliseconds since the Unix epoch; `None`: never.
    pub(crate) deadline_ms: Option<i64>,
}

/// What unblocks a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitingFor {
    /// Data at one of its keys.
    Keys(BlockedOn),
    /// WAIT: enough replicas with an ACK for an offset.
    Acks {
        /// How many.
        replicas: i64,
        /// The offset.
        offset: Offset,
    },
}

impl From<Block> for Waiting {
    fn from(block: Block) -> Self {
        Self { on: WaitingFor::Keys(block.on), deadline_ms: block.deadline_ms }
    }
}

impl Waiting {
    /// The keys waited for.
    pub(super) fn keys(&self) -> &[Vec<u8>] {
        match &self.on {
            WaitingFor::Keys(on) => on.keys(),
            WaitingFor::Acks { .. } => &[],
        }
    }
}
