//! Where a script can yield and be resumed.

use rilua::Val;
use rilua::vm::callinfo::CallInfo;
use rilua::vm::closure::{Closure, LuaClosure};
use rilua::vm::instructions::{Instruction, OpCode};
use rilua::vm::state::LuaState;

/// Registers above this are constants.
const CONSTANT: u32 = 256;

/// Whether the hook may yield here: no Rust function, metamethod or iterator of a `for` is active in any coroutine,
/// and the next instruction depends only on the registers.
pub(super) fn may_stop_here(state: &LuaState) -> bool {
    // The hook itself is one call of a Rust function.
    if state.n_ccalls != 1 || state.ci < 2 {
        return false;
    }
    let interrupted = state.ci - 1;
    // The first thread is the engine's own; the others wait in `resume`, their last frame.
    let resumers = state.saved_threads.get(1..).unwrap_or_default();
    calls_only(state, &state.call_stack, &state.stack, interrupted)
        && resumers
            .iter()
            .all(|thread| thread.n_ccalls == 0 && calls_only(state, &thread.call_stack, &thread.stack, thread.ci))
        && ends_well(state, interrupted).unwrap_or(false)
}

/// Whether the frame at `at` waits for a call with a fixed number of results. With a variable number the end of the
/// results matters more than that of the registers.
pub(super) fn wants_its_registers(state: &LuaState, at: usize) -> bool {
    let waits_for = instruction(state, &state.call_stack, &state.stack, at);
    waits_for.is_some_and(|(_, executed)| executed.opcode() == OpCode::Call && executed.c() != 0)
}

/// Whether all frames below `top` are Lua functions that wait for a call and nothing else.
fn calls_only(state: &LuaState, frames: &[CallInfo], stack: &[Val], top: usize) -> bool {
    (1..top).all(|at| {
        let executed = instruction(state, frames, stack, at).map(|(_, executed)| executed.opcode());
        matches!(executed, Some(OpCode::Call | OpCode::TailCall))
    })
}

/// Whether the instruction of the frame at `at` completes without Rust calling Lua, and leaves no open list of
/// values.
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

/// The instruction of the Lua function in the frame at `at`.
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
