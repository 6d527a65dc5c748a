//! The libraries that Redis gives to scripts besides Lua's own: `bit`, `cjson`, `cmsgpack` and `struct`.

mod bit;
mod cjson;
mod cmsgpack;
mod structs;

use rilua::vm::state::LuaState;
use rilua::vm::table::Table;
use rilua::{Lua, LuaApiMut, LuaResult, RustFn, Val};

use crate::registry::error;
use crate::values;

/// Registers them.
pub(super) fn open(lua: &mut Lua) -> LuaResult<()> {
    library(lua, "bit", bit::FUNCTIONS)?;
    library(lua, "cmsgpack", cmsgpack::FUNCTIONS)?;
    library(lua, "struct", structs::FUNCTIONS)?;
    let cjson = library(lua, "cjson", cjson::FUNCTIONS)?;
    let name = lua.create_string(b"null");
    lua.table_raw_set(&cjson, name, cjson::NULL)
}

fn library(lua: &mut Lua, name: &str, functions: &[(&str, RustFn)]) -> LuaResult<rilua::Table> {
    let table = lua.create_table();
    for &(name, function) in functions {
        lua.table_set_function(&table, name, function)?;
    }
    lua.set_global_val(name, Val::Table(table.gc_ref()))?;
    Ok(table)
}

fn arguments(state: &LuaState) -> Vec<Val> {
    (state.base..state.top).map(|at| state.stack_get(at)).collect()
}

fn string(state: &LuaState, value: Val) -> Option<Vec<u8>> {
    values::bytes(state, value).map(<[u8]>::to_vec)
}

/// The result of a function: a string.
fn give(state: &mut LuaState, text: &[u8]) -> LuaResult<u32> {
    let text = values::intern(state, text);
    state.push(text);
    Ok(1)
}

/// The argument at `at`, counted from 0, as a string; numbers are converted (`luaL_checklstring`).
fn text_at(state: &LuaState, at: usize, function: &str) -> LuaResult<Vec<u8>> {
    let text = arguments(state).get(at).and_then(|&value| values::text(state, value));
    text.ok_or_else(|| error(format!("bad argument #{} to '{function}' (string expected)", at + 1)))
}

/// The argument at `at`, counted from 0, as a number; numeric strings are converted (`luaL_checknumber`).
fn number_at(state: &LuaState, at: usize, function: &str) -> LuaResult<f64> {
    let number = arguments(state).get(at).and_then(|&value| match value {
        Val::Num(number) => Some(number),
        value => string(state, value).and_then(|text| psyncscope_resp::parse_double(&text)),
    });
    number.ok_or_else(|| error(format!("bad argument #{} to '{function}' (number expected)", at + 1)))
}

/// A new table of these pairs.
fn table(state: &mut LuaState, pairs: Vec<(Val, Val)>) -> LuaResult<Val> {
    let table = state.gc.alloc_table(Table::new());
    if let Some(table) = state.gc.tables.get_mut(table) {
        for (key, value) in pairs {
            table.raw_set(key, value, &state.gc.string_arena)?;
        }
    }
    Ok(Val::Table(table))
}
