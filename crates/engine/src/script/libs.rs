//! The libraries that Redis gives to scripts besides Lua's own.

use rilua::{Lua, LuaResult};

/// Makes them known.
pub(super) fn open(_lua: &mut Lua) -> LuaResult<()> {
    Ok(())
}
