//! Lua scripting (scripting.c).
//!
//! * `engine`: the Lua engine; `watch`: its hook, and where it stops (`stops`); `host`: what scripts ask of the node;
//!   `values`: Lua and RESP; `numbers`: functions that make numbers
//! * `prelude.lua`: what scripts find besides Lua's libraries; `hex`: numbers that mean the same everywhere
//! * `run`: a script's life on the node; `commands`: EVAL, EVALSHA, SCRIPT
//!
//! **Nothing outside of this module calls into the engine, and the engine is made when the first script comes**: a page can
//! fetch it then.

mod commands;
mod engine;
mod hex;
mod host;
mod libs;
mod numbers;
mod run;
mod stops;
mod values;
mod watch;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use engine::Engine;
pub(crate) use run::Running;

/// Scripts that all replicas are known to hold are remembered up to this number (`repl_scriptcache_size`).
const KNOWN_MAX: usize = 10_000;

/// The scripts of a node.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// `lua_scripts`: every script by its SHA1.
    sources: BTreeMap<String, Arc<[u8]>>,
    engine: Option<Box<Engine>>,
    /// The script that runs now.
    running: Option<Box<Running>>,
    /// There was too much in memory when the last command began (`lua_oom`).
    pub(crate) out_of_memory: bool,
    /// A script that our master's stream ran has ended later than its turn: it counts as applied now.
    pub(crate) ended_for_master: bool,
    /// `repl_scriptcache_dict` and `_fifo`: scripts that all replicas are known to hold.
    known: BTreeSet<String>,
    known_order: VecDeque<String>,
}

impl Scripts {
    /// The script that runs now.
    pub(crate) fn running(&self) -> Option<&Running> {
        self.running.as_deref()
    }

    /// Whether the running script has run for longer than `lua-time-limit` (`lua_timedout`): clients are answered -BUSY.
    pub(crate) fn timed_out(&self) -> bool {
        self.running().is_some_and(Running::timed_out)
    }

    /// Every script, for an RDB file.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.sources.values()
    }

    /// `replicationScriptCacheFlush`: replicas may be new and hold nothing.
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
