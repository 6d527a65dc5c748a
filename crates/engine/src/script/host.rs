//! The functions of `redis.*` that use the node.
//!
//! While a script runs, the Lua state owns the node: a call is executed at once, wherever it comes from, including a
//! metamethod or an iterator of a `for`.

use rilua::vm::state::LuaState;
use rilua::vm::value::Userdata;
use rilua::{LuaResult, Table, Val};

use super::watch::{self, argument, error, keep, kept};
use super::{numbers, values};
use crate::event::LogLevel;
use crate::node::Node;

/// The registry key of the [`Host`].
const HOST: &str = "host";

/// The node, while a script runs; otherwise an unused one.
pub(super) struct Host {
    node: Option<Box<Node>>,
    /// The line of the script's last command.
    line: u32,
    /// The state of `math.random`.
    random: u64,
}

/// Creates the host, with an unused node.
pub(super) fn open(state: &mut LuaState, idle: Box<Node>) -> LuaResult<()> {
    let host = state.gc.alloc_userdata(Userdata::new(Box::new(Host { node: Some(idle), line: 0, random: 0 })));
    keep(state, HOST, Val::Userdata(host))
}

fn host(state: &mut LuaState) -> Option<&mut Host> {
    let Val::Userdata(host) = kept(state, HOST) else { return None };
    state.gc.userdata.get_mut(host)?.downcast_mut()
}

/// Swaps the given node and the stored one.
pub(super) fn exchange(state: &mut LuaState, node: &mut Node) {
    if let Some(kept) = host(state).and_then(|host| host.node.as_deref_mut()) {
        std::mem::swap(kept, node);
    }
}

/// The line of the last command; cleared when a script starts.
pub(super) fn line(state: &mut LuaState) -> u32 {
    host(state).map_or(0, |host| host.line)
}

/// Sets [`line`].
pub(super) fn set_line(state: &mut LuaState, line: u32) {
    if let Some(host) = host(state) {
        host.line = line;
    }
}

/// The state of `math.random` (`redisLrand48`).
pub(super) fn random(state: &mut LuaState) -> Option<&mut u64> {
    host(state).map(|host| &mut host.random)
}

fn ask<R>(state: &mut LuaState, question: impl FnOnce(&mut Node) -> R) -> LuaResult<R> {
    let node = host(state).and_then(|host| host.node.take());
    let mut node = node.ok_or_else(|| error("no node"))?;
    let answer = question(&mut node);
    if let Some(host) = host(state) {
        host.node = Some(node);
    }
    Ok(answer)
}

/// `redis.call`
pub(super) fn call(state: &mut LuaState) -> LuaResult<u32> {
    request(state, true)
}

/// `redis.pcall`
pub(super) fn pcall(state: &mut LuaState) -> LuaResult<u32> {
    request(state, false)
}

fn request(state: &mut LuaState, raise: bool) -> LuaResult<u32> {
    // Replies become garbage, and the collector only runs when Lua code allocates.
    state.gc_check()?;
    let line = watch::line_here(state).unwrap_or_else(|| line(state));
    set_line(state, line);
    let words: Option<Vec<Vec<u8>>> =
        (state.base..state.top).map(|at| values::argument(state, state.stack_get(at))).collect();
    let (reply, sort) = ask(state, |node| node.script_call(words, line))?;
    if let (true, [b'-', message @ ..]) = (raise, reply.as_slice()) {
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        state.error_object = Some(Val::Str(state.gc.intern_string(message)));
        return Err(error(String::from_utf8_lossy(message)));
    }
    let value = values::from_resp(state, &reply, sort)?;
    state.push(value);
    Ok(1)
}

/// `redis.log(level, word …)`, with checked arguments.
pub(super) fn log(state: &mut LuaState) -> LuaResult<u32> {
    let level = if let Val::Num(level) = argument(state, 0) { level as usize } else { 0 };
    let words: Vec<Vec<u8>> =
        (state.base + 1..state.top).filter_map(|at| values::text(state, state.stack_get(at))).collect();
    let levels = [LogLevel::Debug, LogLevel::Verbose, LogLevel::Notice, LogLevel::Warning];
    ask(state, |node| {
        node.log(levels[level.min(3)], || String::from_utf8_lossy(&words.join(&b' ')).into_owned());
    })?;
    Ok(0)
}

/// `redis.replicate_commands()`
pub(super) fn replicate_commands(state: &mut LuaState) -> LuaResult<u32> {
    let seed = ask(state, Node::script_replicates_commands)?;
    state.push(Val::Bool(seed.is_some()));
    if let Some(seed) = seed {
        // Only the effects are propagated, so each script may have its own seed.
        numbers::seed(state, seed);
    }
    Ok(1)
}

/// `redis.set_repl(flags)`, with its argument present: returns an error, or nil.
pub(super) fn set_repl(state: &mut LuaState) -> LuaResult<u32> {
    let flags = if let Val::Num(flags) = argument(state, 0) { flags as i64 } else { 0 };
    let refused = ask(state, |node| node.script_set_repl(flags))?;
    let refused = refused.map_or(Val::Nil, |text| Val::Str(state.gc.intern_string(text.as_bytes())));
    state.push(refused);
    Ok(1)
}

/// An array of strings, such as KEYS and ARGV.
pub(super) fn strings(state: &mut LuaState, strings: &[Vec<u8>]) -> LuaResult<Val> {
    let table = state.gc.alloc_table(rilua::vm::table::Table::with_sizes(strings.len(), 0));
    for (i, string) in strings.iter().enumerate() {
        let string = Val::Str(state.gc.intern_string(string));
        Table::from_gc_ref(table).raw_set(state, Val::Num(i as f64 + 1.0), string)?;
    }
    Ok(Val::Table(table))
}
