//! Functions that Lua code calls in Rust, and the hook that counts instructions.

use rilua::vm::closure::Closure;
use rilua::vm::state::{LuaState, LuaThread, MASK_COUNT, MASK_RET};
use rilua::{LuaResult, Val};

use crate::registry::{argument, error, keep, kept};
use crate::stops::{may_stop_here, wants_its_registers};
use crate::{hex, values};

/// The name of a script in errors.
pub const CHUNK: &str = "@user_script";

/// Instructions before the caller decides whether the script continues.
pub const SLICE_INSTRUCTIONS: i32 = 100_000;

/// Where a script cannot yield, the hook runs again after this many instructions.
const AGAIN: i32 = 50;

/// After this many instructions it runs less often.
const PATIENCE: f64 = 200_000.0;
const AGAIN_LATER: i32 = 1009;

/// Registry keys.
pub(super) const HOOK: &str = "hook";
pub(super) const THREAD: &str = "thread";
/// The rest of the slice while registers are restored.
const REST: &str = "rest";
/// Instructions since the end of the slice.
const HELD: &str = "held";
/// After this many the script is aborted: it would block the node for ever.
const BOUND: &str = "bound";

/// Starts a script; `bound` is the most instructions where it cannot yield.
pub(super) fn begin(state: &mut LuaState, bound: u64) -> LuaResult<()> {
    keep(state, HELD, Val::Num(0.0))?;
    keep(state, REST, Val::Nil)?;
    keep(state, BOUND, Val::Num(bound as f64))
}

/// `arm(co)`: installs the hook in this coroutine too.
pub(super) fn arm(state: &mut LuaState) -> LuaResult<u32> {
    let hook = kept(state, HOOK);
    if let Val::Thread(thread) = argument(state, 0)
        && let Some(thread) = state.gc.threads.get_mut(thread)
    {
        thread.hook.hook_func = hook;
        thread.hook.hook_mask = MASK_COUNT;
        thread.hook.base_hook_count = SLICE_INSTRUCTIONS;
        thread.hook.hook_count = SLICE_INSTRUCTIONS;
    }
    Ok(0)
}

/// `enter(co)`: passes the rest of the slice to a coroutine that is about to be resumed. Returns the number of active
/// calls from Rust to Lua there.
pub(super) fn enter(state: &mut LuaState) -> LuaResult<u32> {
    let left = state.hook.hook_count.max(1);
    if let Val::Thread(thread) = argument(state, 0)
        && let Some(thread) = state.gc.threads.get_mut(thread)
    {
        thread.hook.hook_count = left;
        watch_returns(thread);
    }
    state.push(Val::Num(f64::from(state.n_ccalls)));
    Ok(1)
}

/// A coroutine is about to be resumed. When one of its waiting functions is returned to, the interpreter does not
/// restore the size of its registers, and calls of the hook or the garbage collector would write into them. So the
/// hook also runs on returns and stops the coroutine: resuming it restores the registers.
fn watch_returns(thread: &mut LuaThread) {
    // A function that yields is one call itself; its caller is restored.
    let looked_after = if thread.yielded_in_hook { 1 } else { 2 };
    let waits = thread.ci > looked_after;
    thread.hook.hook_mask = if waits { MASK_COUNT | MASK_RET } else { MASK_COUNT };
    // The hook sets the count whenever it runs, so the value can hold the number of frames.
    thread.hook.base_hook_count = i32::try_from(thread.ci).unwrap_or(i32::MAX);
}

/// The hook for returns.
fn returns(state: &mut LuaState) -> LuaResult<u32> {
    // The hook has a frame too.
    let returning = state.ci.saturating_sub(1);
    if returning > usize::try_from(state.hook.base_hook_count).unwrap_or(0) {
        return Ok(0);
    }
    let caller = returning.saturating_sub(1);
    state.hook.base_hook_count = i32::try_from(caller).unwrap_or(0);
    if caller <= 1 {
        state.hook.hook_mask = MASK_COUNT;
    }
    if wants_its_registers(state, caller) {
        keep(state, REST, Val::Num(f64::from(state.hook.hook_count)))?;
        state.hook.yield_on_hook = true;
        state.hook.hook_count = 1;
    }
    Ok(0)
}

/// `stopped(co)`: why this coroutine stopped: its slice is used up (1), or its registers must be restored (0). Nil if
/// it did not stop. The rest of the slice returns to the caller.
pub(super) fn stopped(state: &mut LuaState) -> LuaResult<u32> {
    let Val::Thread(thread) = argument(state, 0) else { return Ok(0) };
    let stopped = state.gc.threads.get(thread).is_some_and(|thread| thread.yielded_in_hook);
    let rest = if stopped { kept(state, REST) } else { Val::Nil };
    if let Some(thread) = state.gc.threads.get_mut(thread) {
        if stopped {
            thread.hook.yield_on_hook = false;
            thread.hook.hook_count = if let Val::Num(rest) = rest { (rest as i32).max(1) } else { SLICE_INSTRUCTIONS };
        }
        if state.hook.hook_mask != 0 {
            state.hook.hook_count = thread.hook.hook_count.max(1);
        }
    }
    if !stopped {
        return Ok(0);
    }
    let slice = rest == Val::Nil;
    keep(state, if slice { HELD } else { REST }, if slice { Val::Num(0.0) } else { Val::Nil })?;
    state.push(Val::Num(if slice { 1.0 } else { 0.0 }));
    Ok(1)
}

/// `again(co)`: the values to resume a coroutine with: those in its registers if its hook stopped it, as the
/// arguments of resume go there; none if it yielded.
pub(super) fn again(state: &mut LuaState) -> LuaResult<u32> {
    let Val::Thread(thread) = argument(state, 0) else { return Ok(0) };
    let Some(thread) = state.gc.threads.get_mut(thread) else { return Ok(0) };
    watch_returns(thread);
    if !thread.yielded_in_hook {
        return Ok(0);
    }
    let frame = &thread.call_stack[thread.ci];
    let values = thread.stack.get(frame.base..frame.top.min(thread.stack.len())).unwrap_or_default().to_vec();
    state.ensure_stack(state.top + values.len() + 1);
    for &value in &values {
        state.push(value);
    }
    Ok(values.len() as u32)
}

/// The count hook: stops the script where that is possible.
pub(super) fn hook(state: &mut LuaState) -> LuaResult<u32> {
    match values::bytes(state, argument(state, 0)) {
        Some(b"return") => return returns(state),
        Some(b"count") => {}
        _ => return Ok(0),
    }
    if may_stop_here(state) {
        // At the next instruction of a function of the same coroutine.
        state.hook.yield_on_hook = true;
        state.hook.hook_count = 1;
        return Ok(0);
    }
    let number = |value| if let Val::Num(number) = value { number } else { 0.0 };
    let (held, bound) = (number(kept(state, HELD)), number(kept(state, BOUND)));
    // A varying number: a loop might have exactly that length.
    let again = if held < PATIENCE { AGAIN } else { AGAIN_LATER } + (held % 31.0) as i32;
    keep(state, HELD, Val::Num(held + f64::from(again)))?;
    if held > bound {
        return Err(error("script ended: too long in a function that cannot be interrupted"));
    }
    state.hook.hook_count = again;
    Ok(0)
}

/// `redis.sha1hex`
pub(super) fn sha1hex(state: &mut LuaState) -> LuaResult<u32> {
    if state.top - state.base != 1 {
        return Err(error("wrong number of arguments"));
    }
    let text = match argument(state, 0) {
        Val::Str(text) => state.gc.string_arena.get(text).map(|text| text.data().to_vec()).unwrap_or_default(),
        Val::Num(number) => format!("{}", Val::Num(number)).into_bytes(),
        _ => Vec::new(),
    };
    let digest = sha1_smol::Sha1::from(text).digest().to_string();
    let digest = state.gc.intern_string(digest.as_bytes());
    state.push(Val::Str(digest));
    Ok(1)
}

/// The argument of `loadstring`, with every number in decimal.
pub(super) fn in_decimal(state: &mut LuaState) -> LuaResult<u32> {
    let given = argument(state, 0);
    let text = match given {
        Val::Str(text) => state.gc.string_arena.get(text).map(|text| hex::in_decimal(text.data()).into_owned()),
        _ => None,
    };
    let plain = text.map_or(given, |text| Val::Str(state.gc.intern_string(&text)));
    state.push(plain);
    Ok(1)
}

/// The script line of a thread that is suspended, or that failed.
pub(super) fn line_of(state: &LuaState, thread: Val) -> Option<u32> {
    let Val::Thread(thread) = thread else { return None };
    let thread = state.gc.threads.get(thread)?;
    line_of_frames(state, &thread.call_stack, thread.ci, &thread.stack)
}

/// The script line that calls the current function.
pub(super) fn line_here(state: &LuaState) -> Option<u32> {
    line_of_frames(state, &state.call_stack, state.ci, &state.stack)
}

/// The line of the innermost frame of the script.
fn line_of_frames(
    state: &LuaState,
    frames: &[rilua::vm::callinfo::CallInfo],
    top: usize,
    stack: &[Val],
) -> Option<u32> {
    frames.get(..=top)?.iter().rev().find_map(|frame| {
        let Val::Function(closure) = *stack.get(frame.func)? else { return None };
        let Closure::Lua(closure) = state.gc.closures.get(closure)? else { return None };
        let line = *closure.proto.line_info.get(frame.saved_pc.saturating_sub(1))?;
        (closure.proto.source == CHUNK).then_some(line)
    })
}
