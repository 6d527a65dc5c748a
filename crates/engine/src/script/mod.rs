//! Lua scripting (scripting.c).
//!
//! * `run`: running scripts on the node; `host`: what they reach of it; `commands`: EVAL, EVALSHA, SCRIPT
//!
//! **Only this module calls into the Lua engine (`psyncscope_lua`), which is created for the first script. While a script
//! runs, it has the node.**

mod commands;
mod host;
mod run;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::node::Node;
use psyncscope_lua::Engine;
pub(crate) use run::Running;

/// The most scripts remembered as known to all replicas (`repl_scriptcache_size`).
const KNOWN_MAX: usize = 10_000;

/// The scripts of a node.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// `lua_scripts`: every script by its SHA1.
    sources: BTreeMap<String, Arc<[u8]>>,
    engine: Option<Box<Engine<Node>>>,
    /// The script that runs now.
    running: Option<Box<Running>>,
    /// Memory was exceeded when the last command began (`lua_oom`).
    pub(crate) out_of_memory: bool,
    /// A script of the master's stream ended after its turn: it counts as applied now.
    pub(crate) ended_for_master: bool,
    /// `repl_scriptcache_dict` and `_fifo`: scripts known to all replicas.
    known: BTreeSet<String>,
    known_order: VecDeque<String>,
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

    /// `replicationScriptCacheFlush`: new replicas have no scripts.
    pub(crate) fn replication_script_cache_flush(&mut self) {
        self.known.clear();
        self.known_order.clear();
    }

    /// `replicationScriptCacheExists`.
    fn replication_script_cache_exists(&self, sha: &str) -> bool {
        self.known.contains(sha)
    }

    /// `replicationScriptCacheAdd`.
    fn replication_script_cache_add(&mut self, sha: &str) {
        if self.known_order.len() >= KNOWN_MAX
            && let Some(oldest) = self.known_order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(sha.to_owned());
        self.known_order.push_back(sha.to_owned());
    }
}
