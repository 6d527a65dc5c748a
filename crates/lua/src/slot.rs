//! What a Lua state keeps for its functions: the host, while a script runs, and how far the script is.

use std::any::Any;

use rilua::vm::state::LuaState;
use rilua::vm::value::Userdata;
use rilua::{LuaResult, Val};

use crate::registry::{keep, kept};

/// The registry key of the [`Slot`].
const SLOT: &str = "host";

/// One of each Lua state.
struct Slot {
    /// The host, while a script runs; otherwise an unused one. `None` during a call of the host.
    host: Option<Box<dyn Any + Send>>,
    /// The line of the script's last command.
    line: u32,
    /// The state of `math.random`.
    random: u64,
}

/// Creates the slot, with an unused host.
pub(super) fn open(state: &mut LuaState, idle: Box<dyn Any + Send>) -> LuaResult<()> {
    let slot = state.gc.alloc_userdata(Userdata::new(Box::new(Slot { host: Some(idle), line: 0, random: 0 })));
    keep(state, SLOT, Val::Userdata(slot))
}

fn slot(state: &mut LuaState) -> Option<&mut Slot> {
    let Val::Userdata(slot) = kept(state, SLOT) else { return None };
    state.gc.userdata.get_mut(slot)?.downcast_mut()
}

/// Swaps the given host and the stored one.
pub(super) fn exchange<H: 'static>(state: &mut LuaState, host: &mut H) {
    if let Some(kept) = slot(state).and_then(|slot| slot.host.as_mut()?.downcast_mut()) {
        std::mem::swap(kept, host);
    }
}

/// Takes the host out; [`put_host`] must follow.
pub(super) fn take_host<H: 'static>(state: &mut LuaState) -> Option<Box<H>> {
    slot(state)?.host.take()?.downcast().ok()
}

/// Puts the host back.
pub(super) fn put_host(state: &mut LuaState, host: Box<dyn Any + Send>) {
    if let Some(slot) = slot(state) {
        slot.host = Some(host);
    }
}

/// The line of the last command; cleared when a script starts.
pub(super) fn line(state: &mut LuaState) -> u32 {
    slot(state).map_or(0, |slot| slot.line)
}

/// Sets [`line`].
pub(super) fn set_line(state: &mut LuaState, line: u32) {
    if let Some(slot) = slot(state) {
        slot.line = line;
    }
}

/// The state of `math.random` (`redisLrand48`).
pub(super) fn random(state: &mut LuaState) -> Option<&mut u64> {
    slot(state).map(|slot| &mut slot.random)
}
