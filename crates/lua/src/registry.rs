//! Values that are hidden from scripts, and what functions for Lua need: their arguments and errors.

use rilua::vm::state::LuaState;
use rilua::{LuaError, LuaResult, RuntimeError, Val};

/// Stores a value in the registry, hidden from scripts.
pub(super) fn keep(state: &mut LuaState, name: &str, value: Val) -> LuaResult<()> {
    let key = Val::Str(state.gc.intern_string(name.as_bytes()));
    let registry = state.registry;
    // The collector may have passed this table: without a barrier it would collect the value.
    state.gc.barrier_back(registry);
    match state.gc.tables.get_mut(registry) {
        Some(table) => table.raw_set(key, value, &state.gc.string_arena),
        None => Ok(()),
    }
}

/// The value stored by [`keep`], nil if none.
pub(super) fn kept(state: &mut LuaState, name: &str) -> Val {
    let key = state.gc.intern_string(name.as_bytes());
    state.gc.tables.get(state.registry).map_or(Val::Nil, |table| table.get_str(key, &state.gc.string_arena))
}

/// An error that a function raises.
pub(super) fn error(message: impl Into<String>) -> LuaError {
    LuaError::Runtime(RuntimeError { message: message.into(), level: 0, traceback: Vec::new() })
}

/// The argument at `n`, counted from 0; nil if it is missing.
pub(super) fn argument(state: &LuaState, n: usize) -> Val {
    if state.base + n < state.top { state.stack_get(state.base + n) } else { Val::Nil }
}
