//! Functions of Lua's own libraries that produce numbers: with the same results everywhere, as in Redis.
//!
//! The Lua engine reads numbers with the C library where there is one, and differently in a browser.

use psyncscope_resp::{is_space, parse_lua_number};
use rilua::vm::state::LuaState;
use rilua::{LuaResult, Val};

use crate::registry::{argument, error};
use crate::{slot, values};

/// The exclusive bound of [`lrand48`].
const LRAND48_END: u64 = 0x7fff_ffff;

fn number(state: &LuaState, at: usize, function: &str) -> LuaResult<f64> {
    let value = argument(state, at);
    let number = match value {
        Val::Num(number) => Some(number),
        value => values::bytes(state, value).and_then(parse_lua_number),
    };
    number.ok_or_else(|| error(format!("bad argument #{} to '{function}' (number expected)", at + 1)))
}

/// `luaL_checkint`
fn int(state: &LuaState, at: usize, function: &str) -> LuaResult<i32> {
    Ok(number(state, at, function)? as i64 as i32)
}

/// `tonumber(value, base)`
pub(super) fn tonumber(state: &mut LuaState) -> LuaResult<u32> {
    if state.top == state.base {
        return Err(error("bad argument #1 to 'tonumber' (value expected)"));
    }
    let base = if argument(state, 1) == Val::Nil { 10 } else { int(state, 1, "tonumber")? };
    let value = argument(state, 0);
    let text = values::text(state, value);
    let number = match (base, value, text) {
        (10, Val::Num(number), _) => Some(number),
        (10, _, text) => text.and_then(|text| parse_lua_number(&text)),
        (2..=36, _, Some(text)) => in_base(&text, base as u32),
        (2..=36, ..) => return Err(error("bad argument #1 to 'tonumber' (string expected)")),
        _ => return Err(error("bad argument #2 to 'tonumber' (base out of range)")),
    };
    state.push(number.map_or(Val::Nil, Val::Num));
    Ok(1)
}

/// `strtoul`, with trailing spaces.
fn in_base(text: &[u8], base: u32) -> Option<f64> {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    let spaces = text.iter().take_while(|&&byte| is_space(byte)).count();
    let (negative, rest) = match &text[spaces..] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let is_digit = |byte: u8| char::from(byte).to_digit(base);
    let rest = match rest {
        [b'0', b'x' | b'X', rest @ ..] if base == 16 && rest.first().is_some_and(|&byte| is_digit(byte).is_some()) => {
            rest
        }
        rest => rest,
    };
    let (mut value, mut digits) = (Some(0_u64), 0);
    while let Some(digit) = rest.get(digits).and_then(|&byte| is_digit(byte)) {
        value = value.and_then(|value| value.checked_mul(base.into())?.checked_add(digit.into()));
        digits += 1;
    }
    let ends = digits > 0 && rest[digits..].iter().all(|&byte| is_space(byte));
    // Out of range gives the maximum for either sign; smaller negative numbers wrap.
    let value = value.map_or(u64::MAX, |value| if negative { value.wrapping_neg() } else { value });
    ends.then_some(value as f64)
}

/// `redisSrand48`
pub(super) fn seed(state: &mut LuaState, seed: i32) {
    if let Some(random) = slot::random(state) {
        *random = u64::from(seed as u32) << 16 | 0x330e;
    }
}

/// `redisLrand48`
fn lrand48(state: &mut LuaState) -> u64 {
    let Some(random) = slot::random(state) else { return 0 };
    *random = random.wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) & 0xffff_ffff_ffff;
    *random >> 17
}

/// `math.randomseed(n)`
pub(super) fn randomseed(state: &mut LuaState) -> LuaResult<u32> {
    let n = int(state, 0, "randomseed")?;
    seed(state, n);
    Ok(0)
}

/// `math.random(low, high)` (`redis_math_random`)
pub(super) fn random(state: &mut LuaState) -> LuaResult<u32> {
    let part = (lrand48(state) % LRAND48_END) as f64 / LRAND48_END as f64;
    let number = match state.top - state.base {
        0 => part,
        1 => {
            let high = int(state, 0, "random")?;
            if high < 1 {
                return Err(error("bad argument #1 to 'random' (interval is empty)"));
            }
            (part * f64::from(high)).floor() + 1.0
        }
        2 => {
            let (low, high) = (int(state, 0, "random")?, int(state, 1, "random")?);
            if low > high {
                return Err(error("bad argument #2 to 'random' (interval is empty)"));
            }
            (part * f64::from(high.wrapping_sub(low).wrapping_add(1))).floor() + f64::from(low)
        }
        _ => return Err(error("wrong number of arguments")),
    };
    state.push(Val::Num(number));
    Ok(1)
}
