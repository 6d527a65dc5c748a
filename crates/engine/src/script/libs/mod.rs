//! The libraries that Redis gives to scripts besides Lua's own: `bit` and `cjson`.

mod bit;
mod cjson;

use rilua::vm::state::LuaState;
use rilua::{Lua, LuaApiMut, LuaError, LuaResult, RuntimeError, RustFn, Val};

/// Makes them known.
pub(super) fn open(lua: &mut Lua) -> LuaResult<()> {
    library(lua, "bit", bit::FUNCTIONS)?;
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

fn error(message: impl Into<String>) -> LuaError {
    LuaError::Runtime(RuntimeError { message: message.into(), level: 0, traceback: Vec::new() })
}

fn arguments(state: &LuaState) -> Vec<Val> {
    (state.base..state.top).map(|at| state.stack_get(at)).collect()
}

fn string(state: &LuaState, value: Val) -> Option<Vec<u8>> {
    match value {
        Val::Str(text) => state.gc.string_arena.get(text).map(|text| text.data().to_vec()),
        _ => None,
    }
}
