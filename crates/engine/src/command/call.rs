//! What a data command sees of the node: one call, and nothing of connections or replication.

use crate::keyspace::Keyspace;
use crate::resp::Reply;
use crate::time::Now;

/// How this node treats keys whose time has come (`expireIfNeeded`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryRole {
    /// A master: touching the key deletes it.
    Master,
    /// A replica serving an ordinary client: reads take it for missing, nothing is deleted.
    ReplicaForClient,
    /// A replica applying its master's stream: the key is there until the master's DEL comes.
    ReplicaForMaster,
}

/// One execution of a data command.
pub struct Call<'a> {
    /// The command's words; `argv[0]` is its name as the client spelt it.
    pub argv: &'a [Vec<u8>],
    /// All databases.
    pub keyspace: &'a mut Keyspace,
    /// The client's selected database.
    pub db: usize,
    /// The node's clocks.
    pub now: Now,
    /// What to do with keys whose time has come.
    pub expiry: ExpiryRole,
    /// Whether the command is flagged readonly in the table.
    pub readonly: bool,
    /// The answer.
    pub reply: &'a mut Reply,
    /// Changes made to the dataset (`server.dirty`); 0 means that nothing is propagated.
    pub dirty: u64,
    /// What to propagate instead of `argv` (`rewriteClientCommandVector`).
    pub rewritten: Option<Vec<Vec<u8>>>,
    /// Keys that this call found expired and deleted, in order: each is fed as a DEL before the command.
    pub expired: Vec<(usize, Vec<u8>)>,
}
