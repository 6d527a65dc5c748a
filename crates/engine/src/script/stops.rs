//! Where a script can be left, to be entered again later.

use rilua::Val;
use rilua::vm::callinfo::CallInfo;
use rilua::vm::closure::{Closure, LuaClosure};
use rilua::vm::instructions::{Instruction, OpCode};
use rilua::vm::state::LuaState;

/// Registers above this are constants.
const CONSTANT: u32 = 256;

/// Whether all that runs can be left and entered again, as the count hook sees it: no function written in Rust, metamethod or
/// iterator of a `for` is under way in any coroutine, and the instruction that comes first ends in a place where the
/// registers are all there is to know.
pub(super) fn may_stop_here(state: &LuaState) -> bool {
    // The hook is itself one call of a Rust function.
    if state.n_ccalls != 1 || state.ci < 2 {
        return false;
    }
    let interrupted = state.ci - 1;
    // The first thread is the engine's own; the others wait in `resume`, the last of their frames.
    let resumers = state.saved_threads.get(1..).unwrap_or_default();
    calls_only(state, &state.call_stack, &state.stack, interrupted)
        && resumers
            .iter()
            .all(|thread| thread.n_ccalls == 0 && calls_only(state, &thread.call_stack, &thread.stack, thread.ci))
        && ends_well(state, interrupted).unwrap_or(false)
}

/// Whether the frame at `at` waits for a call that returns a certain number of values. If it wants all there are, where they
/// end matters more than where its registers do.
pub(super) fn wants_its_registers(state: &LuaState, at: usize) -> bool {
    let waits_for = instruction(state, &state.call_stack, &state.stack, at);
    waits_for.is_some_and(|(_, executed)| executed.opcode() == OpCode::Call && executed.c() != 0)
}

/// Whether all frames below `top` are Lua functions that wait for what they called, and for nothing else.
fn calls_only(state: &LuaState, frames: &[CallInfo], stack: &[Val], top: usize) -> bool {
    (1..top).all(|at| {
        let executed = instruction(state, frames, stack, at).map(|(_, executed)| executed.opcode());
        matches!(executed, Some(OpCode::Call | OpCode::TailCall))
    })
}

/// Whether what the frame at `at` executes comes to its end without Rust calling Lua, and leaves no open list of values.
fn ends_well(state: &LuaState, at: usize) -> Option<bool> {
    let (closure, executed) = instruction(state, &state.call_stack, &state.stack, at)?;
    let base = state.call_stack.get(at)?.base;
    let register = |n: u32| state.stack_get(base + n as usize);
    let either = |n: u32| match n.checked_sub(CONSTANT) {
        Some(constant) => closure.proto.constants.get(constant as usize).copied().unwrap_or(Val::Nil),
        None => register(n),
    };
    let numbers = |a: Val, b: Val| matches!((a, b), (Val::Num(_), Val::Num(_)));
    let plain = |table: Val| match table {
        Val::Table(table) => state.gc.tables.get(table).is_some_and(|table| table.metatable().is_none()),
        _ => false,
    };
    let (a, b, c) = (executed.a(), executed.b(), executed.c());
    Some(match executed.opcode() {
        OpCode::Move
        | OpCode::LoadK
        | OpCode::LoadBool
        | OpCode::LoadNil
        | OpCode::GetUpval
        | OpCode::SetUpval
        | OpCode::NewTable
        | OpCode::Closure
        | OpCode::Not
        | OpCode::Test
        | OpCode::TestSet
        | OpCode::Jmp
        | OpCode::ForLoop => true,
        OpCode::Add | OpCode::Sub | OpCode::Mul | OpCode::Div | OpCode::Mod | OpCode::Pow => {
            numbers(either(b), either(c))
        }
        OpCode::Eq | OpCode::Lt | OpCode::Le => {
            numbers(either(b), either(c)) || matches!((either(b), either(c)), (Val::Str(_), Val::Str(_)))
        }
        OpCode::GetTable => plain(register(b)),
        OpCode::SetTable => plain(register(a)),
        OpCode::Call => match register(a) {
            Val::Function(function) => matches!(state.gc.closures.get(function), Some(Closure::Lua(_))),
            _ => false,
        },
        OpCode::Return => wants_its_registers(state, at.checked_sub(1)?),
        _ => false,
    })
}

/// What the Lua function of the frame at `at` executes.
fn instruction<'a>(
    state: &'a LuaState,
    frames: &[CallInfo],
    stack: &[Val],
    at: usize,
) -> Option<(&'a LuaClosure, Instruction)> {
    let frame = frames.get(at)?;
    let Val::Function(closure) = *stack.get(frame.func)? else { return None };
    let Closure::Lua(closure) = state.gc.closures.get(closure)? else { return None };
    let raw = *closure.proto.code.get(frame.saved_pc.checked_sub(1)?)?;
    Some((closure, Instruction::from_raw(raw)))
}
