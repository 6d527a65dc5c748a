//! The functions of `redis.*` that use the host of scripts.
//!
//! While a script runs, the Lua state owns the host: a call is executed at once, wherever it comes from, including a
//! metamethod or an iterator of a `for`.

use rilua::vm::state::LuaState;
use rilua::{LuaResult, Table, Val};

use crate::registry::{argument, error};
use crate::{numbers, slot, values, watch};

/// What scripts run on: a node, whose commands they call.
pub trait Host: Send + 'static {
    /// `redis.call` and `redis.pcall`: executes a command that a script calls at this line. `None` if an argument is
    /// neither a string nor a number. Returns its reply, and whether the script must see its elements sorted.
    fn call(&mut self, words: Option<Vec<Vec<u8>>>, line: u32) -> (Vec<u8>, bool);

    /// `redis.log(level, word …)`, its words joined.
    fn log(&mut self, level: Level, text: String);

    /// `redis.replicate_commands()`: a seed for `math.random`, unless it is too late.
    fn replicate_commands(&mut self) -> Option<i32>;

    /// `redis.set_repl(flags)`: returns the error, if any.
    fn set_repl(&mut self, flags: i64) -> Option<&'static str>;
}

/// The level of a line of `redis.log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `redis.LOG_DEBUG`.
    Debug,
    /// `redis.LOG_VERBOSE`.
    Verbose,
    /// `redis.LOG_NOTICE`.
    Notice,
    /// `redis.LOG_WARNING`, and any higher number.
    Warning,
}

fn ask<H: Host, R>(state: &mut LuaState, question: impl FnOnce(&mut H) -> R) -> LuaResult<R> {
    let mut host = slot::take_host::<H>(state).ok_or_else(|| error("no node"))?;
    let answer = question(&mut host);
    slot::put_host(state, host);
    Ok(answer)
}

/// `redis.call`
pub(super) fn call<H: Host>(state: &mut LuaState) -> LuaResult<u32> {
    request::<H>(state, true)
}

/// `redis.pcall`
pub(super) fn pcall<H: Host>(state: &mut LuaState) -> LuaResult<u32> {
    request::<H>(state, false)
}

fn request<H: Host>(state: &mut LuaState, raise: bool) -> LuaResult<u32> {
    // Replies become garbage, and the collector only runs when Lua code allocates.
    state.gc_check()?;
    let line = watch::line_here(state).unwrap_or_else(|| slot::line(state));
    slot::set_line(state, line);
    let words: Option<Vec<Vec<u8>>> =
        (state.base..state.top).map(|at| values::argument(state, state.stack_get(at))).collect();
    let (reply, sort) = ask(state, |host: &mut H| host.call(words, line))?;
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
pub(super) fn log<H: Host>(state: &mut LuaState) -> LuaResult<u32> {
    let level = if let Val::Num(level) = argument(state, 0) { level as usize } else { 0 };
    let words: Vec<Vec<u8>> =
        (state.base + 1..state.top).filter_map(|at| values::text(state, state.stack_get(at))).collect();
    let levels = [Level::Debug, Level::Verbose, Level::Notice, Level::Warning];
    let text = String::from_utf8_lossy(&words.join(&b' ')).into_owned();
    ask(state, |host: &mut H| host.log(levels[level.min(3)], text))?;
    Ok(0)
}

/// `redis.replicate_commands()`
pub(super) fn replicate_commands<H: Host>(state: &mut LuaState) -> LuaResult<u32> {
    let seed = ask(state, H::replicate_commands)?;
    state.push(Val::Bool(seed.is_some()));
    if let Some(seed) = seed {
        // Only the effects are propagated, so each script may have its own seed.
        numbers::seed(state, seed);
    }
    Ok(1)
}

/// `redis.set_repl(flags)`, with its argument present: returns an error, or nil.
pub(super) fn set_repl<H: Host>(state: &mut LuaState) -> LuaResult<u32> {
    let flags = if let Val::Num(flags) = argument(state, 0) { flags as i64 } else { 0 };
    let refused = ask(state, |host: &mut H| host.set_repl(flags))?;
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
