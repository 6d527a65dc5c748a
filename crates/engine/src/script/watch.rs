//! The functions that Lua code calls in Rust, and the hook that watches over what scripts use up.

use rilua::vm::closure::Closure;
use rilua::vm::gc::arena::GcRef;
use rilua::vm::instructions::{Instruction, OpCode};
use rilua::vm::state::{LuaState, LuaThread, MASK_COUNT};
use rilua::{LuaError, LuaResult, RuntimeError, Val};

use super::engine::{CHUNK, HOST};

/// Instructions that a script executes before the node is asked whether it may go on.
pub(super) const SLICE: i32 = 100_000;

/// Where a script must not be left, the hook looks again so many instructions later.
const AGAIN: i32 = 50;

/// Instructions in places where a script must not be left, after which it is ended: it would hold the node up for ever.
const STUCK: f64 = 10_000_000.0;

/// What is kept in the registry.
pub(super) const HOOK: &str = "hook";
pub(super) const THREAD: &str = "thread";
const RAISE: &str = "raise";
const HELD: &str = "held";

/// Keeps a value in the registry, out of the scripts' reach.
pub(super) fn keep(state: &mut LuaState, name: &str, value: Val) -> LuaResult<()> {
    let key = Val::Str(state.gc.intern_string(name.as_bytes()));
    let registry = state.registry;
    match state.gc.tables.get_mut(registry) {
        Some(table) => table.raw_set(key, value, &state.gc.string_arena),
        None => Ok(()),
    }
}

/// What [`keep`] was given, nil if nothing.
pub(super) fn kept(state: &mut LuaState, name: &str) -> Val {
    let key = state.gc.intern_string(name.as_bytes());
    state.gc.tables.get(state.registry).map_or(Val::Nil, |table| table.get_str(key, &state.gc.string_arena))
}

fn error(message: impl Into<String>) -> LuaError {
    LuaError::Runtime(RuntimeError { message: message.into(), level: 0, traceback: Vec::new() })
}

fn argument(state: &LuaState, n: usize) -> Val {
    if state.base + n < state.top { state.stack_get(state.base + n) } else { Val::Nil }
}

/// `arm(co)`: the hook watches this coroutine too, and what is left of the slice is shared.
pub(super) fn arm(state: &mut LuaState) -> LuaResult<u32> {
    let (hook, left) = (kept(state, HOOK), state.hook.hook_count);
    if let Val::Thread(thread) = argument(state, 0)
        && let Some(thread) = state.gc.threads.get_mut(thread)
    {
        thread.hook.hook_func = hook;
        thread.hook.hook_mask = MASK_COUNT;
        thread.hook.base_hook_count = SLICE;
        thread.hook.hook_count = if left > 0 { left } else { SLICE };
    }
    Ok(0)
}

/// `hooked(co)`: whether this coroutine stopped because its slice is used up. It may go on then. What it used counts for
/// whoever asks.
pub(super) fn hooked(state: &mut LuaState) -> LuaResult<u32> {
    let mut stopped = false;
    if let Val::Thread(thread) = argument(state, 0)
        && let Some(thread) = state.gc.threads.get_mut(thread)
    {
        stopped = thread.yielded_in_hook;
        let left = thread.hook.hook_count;
        if stopped {
            thread.hook.yield_on_hook = false;
            thread.hook.hook_count = SLICE;
        } else if state.hook.hook_count > left && left > 1 {
            state.hook.hook_count = left;
        }
    }
    if stopped {
        if state.hook.hook_mask != 0 {
            state.hook.hook_count = SLICE;
        }
        keep(state, HELD, Val::Num(0.0))?;
    }
    state.push(Val::Bool(stopped));
    Ok(1)
}

/// `registers(co)`: what a coroutine that its hook stopped has in its registers. To be resumed it must be given just this,
/// since what it is given goes into its registers.
pub(super) fn registers(state: &mut LuaState) -> LuaResult<u32> {
    let Val::Thread(thread) = argument(state, 0) else { return Ok(0) };
    let Some(thread) = state.gc.threads.get(thread) else { return Ok(0) };
    let frame = &thread.call_stack[thread.ci];
    let values = thread.stack.get(frame.base..frame.top.min(thread.stack.len())).unwrap_or_default().to_vec();
    state.ensure_stack(state.top + values.len() + 1);
    for &value in &values {
        state.push(value);
    }
    Ok(values.len() as u32)
}

/// The next thing this thread does is to raise `error`: a function that yielded cannot fail any more.
pub(super) fn raise_in(state: &mut LuaState, thread: GcRef<LuaThread>, error: Val) -> LuaResult<()> {
    keep(state, RAISE, error)?;
    if let Some(thread) = state.gc.threads.get_mut(thread) {
        thread.hook.hook_count = 1;
    }
    Ok(())
}

/// The count hook: raises what is to be raised, and has the script stop where it can be stopped.
pub(super) fn hook(state: &mut LuaState) -> LuaResult<u32> {
    let raise = kept(state, RAISE);
    if let Val::Str(text) = raise {
        keep(state, RAISE, Val::Nil)?;
        let message = state.gc.string_arena.get(text).map(|text| text.data().to_vec()).unwrap_or_default();
        state.error_object = Some(raise);
        return Err(error(String::from_utf8_lossy(&message)));
    }
    if may_stop_here(state) {
        // At the very next instruction, which belongs to the same function.
        state.hook.yield_on_hook = true;
        state.hook.hook_count = 1;
        return Ok(0);
    }
    let held = if let Val::Num(held) = kept(state, HELD) { held } else { 0.0 } + f64::from(AGAIN);
    keep(state, HELD, Val::Num(held))?;
    if held > STUCK {
        return Err(error("script ended: too long in a function that cannot be interrupted"));
    }
    state.hook.hook_count = AGAIN;
    Ok(0)
}

/// Whether all that this thread runs can be left and entered again: no Rust function and no iterator of a `for` is under
/// way, and the instruction that comes first calls nothing.
fn may_stop_here(state: &LuaState) -> bool {
    // This hook is itself one call of a Rust function.
    if state.n_ccalls != 1 || state.ci < 2 {
        return false;
    }
    let interrupted = state.ci - 1;
    (1..=interrupted).all(|at| match instruction(state, at) {
        None => false,
        Some(op) if at == interrupted => matches!(
            op,
            OpCode::Move | OpCode::LoadK | OpCode::LoadBool | OpCode::LoadNil | OpCode::Jmp | OpCode::ForLoop
        ),
        Some(op) => matches!(op, OpCode::Call | OpCode::TailCall),
    })
}

/// The instruction that the frame at `at` executes.
fn instruction(state: &LuaState, at: usize) -> Option<OpCode> {
    let frame = state.call_stack.get(at)?;
    let Val::Function(closure) = state.stack_get(frame.func) else { return None };
    let Closure::Lua(closure) = state.gc.closures.get(closure)? else { return None };
    let raw = *closure.proto.code.get(frame.saved_pc.checked_sub(1)?)?;
    Some(Instruction::from_raw(raw).opcode())
}

/// `redis.call`
pub(super) fn call(state: &mut LuaState) -> LuaResult<u32> {
    request(state, true)
}

/// `redis.pcall`
pub(super) fn pcall(state: &mut LuaState) -> LuaResult<u32> {
    request(state, false)
}

/// Yields to the node: the thread, whether to raise, the line, and the words.
fn request(state: &mut LuaState, raise: bool) -> LuaResult<u32> {
    let calls_only = (1..state.ci).all(|at| matches!(instruction(state, at), Some(OpCode::Call | OpCode::TailCall)));
    let Some(thread) = state.current_thread.filter(|_| calls_only && state.n_ccalls == 0) else {
        return Err(error("redis.call() from a metamethod or an iterator is not supported"));
    };
    let words: Vec<Val> = (state.base..state.top).map(|at| state.stack_get(at)).collect();
    let line = line_of_frames(state, &state.call_stack, state.ci, &state.stack).unwrap_or(0);
    let kind = Val::Str(state.gc.intern_string(b"call"));
    let head = [HOST, kind, Val::Thread(thread), Val::Bool(raise), Val::Num(f64::from(line))];
    state.ensure_stack(state.top + head.len() + words.len() + 1);
    for &value in head.iter().chain(&words) {
        state.push(value);
    }
    Err(LuaError::Yield((head.len() + words.len()) as u32))
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

/// What `loadstring` is given, with every number in decimal.
pub(super) fn in_decimal(state: &mut LuaState) -> LuaResult<u32> {
    let given = argument(state, 0);
    let text = match given {
        Val::Str(text) => state.gc.string_arena.get(text).map(|text| super::hex::in_decimal(text.data()).into_owned()),
        _ => None,
    };
    let plain = text.map_or(given, |text| Val::Str(state.gc.intern_string(&text)));
    state.push(plain);
    Ok(1)
}

/// The line of the script that a thread is at: one that is suspended, or that failed there.
pub(super) fn line_of(state: &LuaState, thread: Val) -> Option<u32> {
    let Val::Thread(thread) = thread else { return None };
    let thread = state.gc.threads.get(thread)?;
    line_of_frames(state, &thread.call_stack, thread.ci, &thread.stack)
}

/// The line of the innermost frame that belongs to the script.
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
