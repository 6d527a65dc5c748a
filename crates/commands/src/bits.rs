//! Strings as arrays of bits (bitops.c). Bit 0 is the highest of the first byte.
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.

mod field;

use psyncscope_keyspace::RedisString;
use psyncscope_resp::{BULK_LEN_MAX, errors, parse_i64_strict};

use crate::call::{Call, StringValue, WrongType};
use crate::events::Events;
use crate::strings::{change, integer};

pub use field::bitfield;

const BAD_OFFSET: &str = "ERR bit offset is not an integer or out of range";
const BAD_BIT: &str = "ERR bit is not an integer or out of range";

/// SETBIT key offset value: the bit's old value.
pub fn setbit(call: &mut Call<'_>) {
    let [_, key, offset, on] = call.argv else { return };
    let Some(offset) = offset_or_reply(call, offset, None) else { return };
    let on = match on.as_slice() {
        b"0" => false,
        b"1" => true,
        _ => {
            call.reply.error(BAD_BIT);
            return;
        }
    };
    let Ok(()) = grow(call, key, offset) else { return };
    let (at, mask) = ((offset >> 3) as usize, 0x80 >> (offset & 7));
    let mut was = false;
    change(call, key, |bytes| {
        was = bytes[at] & mask != 0;
        bytes[at] = if on { bytes[at] | mask } else { bytes[at] & !mask };
    });
    call.notify(Events::STRING, "setbit", key);
    call.dirty += 1;
    call.reply.integer(was.into());
}

/// GETBIT key offset. Bits beyond the end are 0.
pub fn getbit(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(offset) = offset_or_reply(call, &argv[2], None) else { return };
    let Ok(value) = call.lookup_read_string(&argv[1]) else { return };
    let byte = value.as_deref().and_then(|bytes| bytes.get((offset >> 3) as usize)).copied().unwrap_or(0);
    call.reply.integer((byte << (offset & 7) >> 7).into());
}

/// `getBitOffsetFromArgument`: below 2³², which is 512 MiB. With `bits` (BITFIELD) a `#` before the number counts
/// fields of that width.
fn offset_or_reply(call: &mut Call<'_>, text: &[u8], bits: Option<u32>) -> Option<u64> {
    let (unit, number) = match (bits, text) {
        (Some(bits), [b'#', number @ ..]) => (bits, number),
        _ => (1, text),
    };
    let offset = parse_i64_strict(number)
        .and_then(|number| number.checked_mul(unit.into()))
        .and_then(|offset| u64::try_from(offset).ok())
        .filter(|offset| offset >> 3 < BULK_LEN_MAX as u64);
    if offset.is_none() {
        call.reply.error(BAD_OFFSET);
    }
    offset
}

/// `lookupStringForBitCommand`: creates the string, or extends it with zero bytes, so that it has bit `offset`. On
/// another type replies WRONGTYPE.
fn grow(call: &mut Call<'_>, key: &[u8], offset: u64) -> Result<(), WrongType> {
    let needed = (offset >> 3) as usize + 1;
    let len = call.lookup_write_string(key)?.map(|value| value.len());
    match len {
        None => {
            call.keyspace.set(call.db, key, RedisString::raw(vec![0; needed]));
        }
        Some(len) if len < needed => change(call, key, |bytes| bytes.resize(needed, 0)),
        Some(_) => {}
    }
    Ok(())
}

/// BITCOUNT key [start end]: the number of bits that are 1 in these bytes.
pub fn bitcount(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(value) = call.lookup_read_string(&argv[1]) else { return };
    let Some(value) = value else {
        call.reply.integer(0);
        return;
    };
    let counted = match argv {
        [_, _] => Some(&*value),
        [_, _, start, end] => {
            let Some(start) = integer(call, start) else { return };
            let Some(end) = integer(call, end) else { return };
            let backwards = start < 0 && end < 0 && start > end;
            range(value.len(), start, end).filter(|_| !backwards).map(|(start, end)| &value[start..=end])
        }
        _ => {
            call.reply.error(errors::SYNTAX);
            return;
        }
    };
    let count: u64 = counted.unwrap_or_default().iter().map(|byte| u64::from(byte.count_ones())).sum();
    call.reply.integer(count as i64);
}

/// Bytes from `start` to `end`, both inclusive, negative ones counted from the end; `None` if there are none.
/// Positions before the first byte are clamped to it.
fn range(len: usize, start: i64, end: i64) -> Option<(usize, usize)> {
    let len = len as i64;
    let from_front = |position: i64| if position < 0 { (len + position).max(0) } else { position };
    let (start, end) = (from_front(start), from_front(end).min(len - 1));
    (start <= end).then_some((start as usize, end as usize))
}

/// `BITPOS key bit [start [end]]`: the position of the first such bit, -1 if there is none. Without `end` the string
/// counts as followed by zeros.
pub fn bitpos(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(bit) = integer(call, &argv[2]) else { return };
    if bit != 0 && bit != 1 {
        call.reply.error("ERR The bit argument must be 1 or 0.");
        return;
    }
    let Ok(value) = call.lookup_read_string(&argv[1]) else { return };
    let Some(value) = value else {
        call.reply.integer(-bit);
        return;
    };
    let Some((start, end)) = bitpos_bounds(call) else { return };
    let Some((first, last)) = range(value.len(), start, end.unwrap_or(-1)) else {
        call.reply.integer(-1);
        return;
    };
    let skipped = if bit == 1 { 0x00 } else { 0xff };
    let found = value[first..=last].iter().position(|byte| *byte != skipped).map(|at| {
        let byte = value[first + at] ^ skipped;
        (first + at) as i64 * 8 + i64::from(byte.leading_zeros())
    });
    let behind = (bit == 0 && end.is_none()).then_some((last as i64 + 1) * 8);
    call.reply.integer(found.or(behind).unwrap_or(-1));
}

/// The optional arguments of BITPOS; `None` if they are invalid and the error was replied.
fn bitpos_bounds(call: &mut Call<'_>) -> Option<(i64, Option<i64>)> {
    match &call.argv[3..] {
        [] => Some((0, None)),
        [start] => Some((integer(call, start)?, None)),
        [start, end] => {
            let start = integer(call, start)?;
            Some((start, Some(integer(call, end)?)))
        }
        _ => {
            call.reply.error(errors::SYNTAX);
            None
        }
    }
}

/// BITOP operation destkey key [key …]: replies the length of the result, which is that of the longest source. Always
/// counts as a change.
pub fn bitop(call: &mut Call<'_>) {
    let argv = call.argv;
    let (operation, destination, sources) = (&argv[1], &argv[2], &argv[3..]);
    let is = |name: &[u8]| operation.eq_ignore_ascii_case(name);
    let combine: fn(u8, u8) -> u8 = if is(b"and") {
        |one, other| one & other
    } else if is(b"or") {
        |one, other| one | other
    } else if is(b"xor") || is(b"not") {
        |one, other| one ^ other
    } else {
        call.reply.error(errors::SYNTAX);
        return;
    };
    if is(b"not") && sources.len() != 1 {
        call.reply.error("ERR BITOP NOT must be called with a single source key.");
        return;
    }
    let looked_up: Result<Vec<_>, _> = sources.iter().map(|key| call.lookup_read_string(key)).collect();
    let Ok(values) = looked_up else { return };
    let mut result = bitop_result(&values, combine);
    if is(b"not") {
        result.iter_mut().for_each(|byte| *byte = !*byte);
    }
    let len = result.len();
    if len > 0 {
        call.set_key(destination, RedisString::raw(result));
        call.notify(Events::STRING, "set", destination);
    } else if call.keyspace.delete(call.db, destination) {
        call.notify(Events::GENERIC, "del", destination);
    }
    call.dirty += 1;
    call.reply.integer(len as i64);
}

/// Shorter strings are padded with zeros.
fn bitop_result(values: &[Option<StringValue>], combine: fn(u8, u8) -> u8) -> Vec<u8> {
    let len = values.iter().flatten().map(|value| value.len()).max().unwrap_or(0);
    let mut values = values.iter().map(|value| value.as_deref().unwrap_or_default());
    let mut result = values.next().unwrap_or_default().to_vec();
    result.resize(len, 0);
    for value in values {
        let (both, rest) = result.split_at_mut(value.len());
        both.iter_mut().zip(value).for_each(|(byte, other)| *byte = combine(*byte, *other));
        rest.iter_mut().for_each(|byte| *byte = combine(*byte, 0));
    }
    result
}

#[cfg(test)]
mod tests;
