//! `bit`: operations on 32 bits (the BitOp library). Results are signed.

use rilua::vm::state::LuaState;
use rilua::{LuaResult, RustFn, Val};

use super::{arguments, error, give, string};

pub(super) const FUNCTIONS: &[(&str, RustFn)] = &[
    ("tobit", |state| unary(state, |x| x)),
    ("bnot", |state| unary(state, |x| !x)),
    ("bswap", |state| unary(state, u32::swap_bytes)),
    ("band", |state| fold(state, |x, y| x & y)),
    ("bor", |state| fold(state, |x, y| x | y)),
    ("bxor", |state| fold(state, |x, y| x ^ y)),
    ("lshift", |state| shift(state, |x, n| x << n)),
    ("rshift", |state| shift(state, |x, n| x >> n)),
    ("arshift", |state| shift(state, |x, n| (x.cast_signed() >> n).cast_unsigned())),
    ("rol", |state| shift(state, u32::rotate_left)),
    ("ror", |state| shift(state, u32::rotate_right)),
    ("tohex", tohex),
];

/// The arguments, each modulo 2^32; fractions are rounded to even, as in the library.
fn numbers(state: &LuaState) -> LuaResult<Vec<u32>> {
    let number = |(n, value): (usize, Val)| {
        let parsed = match value {
            Val::Num(number) => Some(number),
            value => string(state, value).and_then(|text| psyncscope_resp::parse_double(&text)),
        };
        let number = parsed.ok_or_else(|| error(format!("bad argument #{} (number expected)", n + 1)))?;
        Ok(number.round_ties_even().rem_euclid(4_294_967_296.0) as u32)
    };
    let numbers: LuaResult<Vec<u32>> = arguments(state).into_iter().enumerate().map(number).collect();
    numbers.and_then(
        |numbers| if numbers.is_empty() { Err(error("bad argument #1 (number expected)")) } else { Ok(numbers) },
    )
}

fn answer(state: &mut LuaState, bits: u32) -> LuaResult<u32> {
    state.push(Val::Num(f64::from(bits.cast_signed())));
    Ok(1)
}

fn unary(state: &mut LuaState, operation: fn(u32) -> u32) -> LuaResult<u32> {
    let bits = operation(numbers(state)?[0]);
    answer(state, bits)
}

fn fold(state: &mut LuaState, operation: fn(u32, u32) -> u32) -> LuaResult<u32> {
    let bits = numbers(state)?.into_iter().reduce(operation).unwrap_or_default();
    answer(state, bits)
}

fn shift(state: &mut LuaState, operation: fn(u32, u32) -> u32) -> LuaResult<u32> {
    match numbers(state)?[..] {
        [bits, by, ..] => answer(state, operation(bits, by % 32)),
        _ => Err(error("bad argument #2 (number expected)")),
    }
}

/// `bit.tohex(x [, digits])`: negative digits for upper case.
fn tohex(state: &mut LuaState) -> LuaResult<u32> {
    let numbers = numbers(state)?;
    let digits = numbers.get(1).map_or(8, |digits| digits.cast_signed());
    let hex = if digits < 0 { format!("{:08X}", numbers[0]) } else { format!("{:08x}", numbers[0]) };
    let kept = 8 - digits.unsigned_abs().min(8) as usize;
    give(state, &hex.as_bytes()[kept..])
}
