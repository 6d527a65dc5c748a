//! The scripts of a node, and the one that runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use psyncscope_lua::Engine;

use crate::command::propagation::Suspended;
use crate::io::{CloseReason, ConnId};
use crate::node::Node;
use crate::time::{Instant, Now};

/// The most scripts remembered as known to all replicas (`repl_scriptcache_size`).
const KNOWN_MAX: usize = 10_000;

/// The scripts of a node.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// `lua_scripts`: every script by its SHA1.
    pub(super) sources: BTreeMap<String, Arc<[u8]>>,
    pub(super) engine: Option<Box<Engine<Node>>>,
    /// The script that runs now.
    pub(super) running: Option<Box<Running>>,
    /// Memory was exceeded when the last command began (`lua_oom`).
    pub(crate) out_of_memory: bool,
    /// A script of the master's stream ended after its turn: it counts as applied now.
    pub(crate) ended_for_master: bool,
    /// `repl_scriptcache_dict` and `_fifo`: scripts known to all replicas.
    pub(super) known: BTreeSet<String>,
    pub(super) known_order: VecDeque<String>,
}

impl Scripts {
    /// The script that runs now.
    pub(crate) fn running(&self) -> Option<&Running> {
        self.running.as_deref()
    }

    /// Whether the running script has exceeded `lua-time-limit` (`lua_timedout`): clients get -BUSY.
    pub(crate) fn timed_out(&self) -> bool {
        self.running().is_some_and(Running::timed_out)
    }

    /// All scripts, for an RDB file.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.sources.values()
    }

    /// How many scripts all replicas know.
    pub(crate) fn known_count(&self) -> usize {
        self.known_order.len()
    }

    /// `replicationScriptCacheExists`.
    pub(super) fn replication_script_cache_exists(&self, sha: &str) -> bool {
        self.known.contains(sha)
    }

    /// `replicationScriptCacheAdd`.
    pub(super) fn replication_script_cache_add(&mut self, sha: &str) {
        if self.known_order.len() >= KNOWN_MAX
            && let Some(oldest) = self.known_order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(sha.to_owned());
        self.known_order.push_back(sha.to_owned());
    }
}

/// The script that runs now.
#[derive(Debug)]
pub(crate) struct Running {
    /// The client that called it (`lua_caller`).
    pub(super) caller: ConnId,
    pub(super) sha: String,
    pub(super) evalsha: bool,
    /// Its commands are propagated, not the script (`lua_replicate_commands`).
    pub(super) effects: bool,
    /// `lua_repl`.
    pub(super) repl: i64,
    /// `lua_multi_emitted`: MULTI was propagated before its first write.
    pub(super) multi_emitted: bool,
    /// `lua_write_dirty`: it called a command that writes.
    pub(super) wrote: bool,
    /// `lua_random_dirty`: it called a command whose replies differ for equal datasets.
    pub(super) random: bool,
    /// Slices used, if it is a script of the append-only file.
    pub(super) replayed_slices: u64,
    /// The database of its commands.
    pub(super) db: usize,
    pub(super) started: Now,
    pub(super) dirty_before: u64,
    /// `lua_timedout`.
    pub(super) timed_out: bool,
    /// SCRIPT KILL was received.
    pub(super) killed: bool,
    /// When its next slice begins.
    pub(super) next_slice: Option<Instant>,
    /// Its caller disconnected, which is handled when it ends (`protectClient`).
    pub(super) hung_up: Option<CloseReason>,
    /// The calls to complete when it ends: of EVAL, then of the EXEC around it.
    pub(super) suspended: Vec<Suspended>,
}

impl Running {
    pub(crate) fn timed_out(&self) -> bool {
        self.timed_out
    }

    /// When its next slice begins.
    pub(crate) fn next_slice(&self) -> Option<Instant> {
        self.next_slice
    }

    /// Whether it runs for this client.
    pub(crate) fn is_for(&self, conn: ConnId) -> bool {
        self.caller == conn
    }

    /// SCRIPT KILL: it ends at its next slice, unless it has written data.
    pub(super) fn kill(&mut self) -> Result<(), &'static str> {
        if self.wrote {
            return Err("UNKILLABLE Sorry the script already executed write commands against the dataset. You can \
                        either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE \
                        command.");
        }
        self.killed = true;
        Ok(())
    }
}
