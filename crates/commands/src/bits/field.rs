//! BITFIELD: integers of any width up to 64 bits, at any bit of a string.

use psyncscope_resp::{errors, parse_i64_strict};

use super::{grow, offset_or_reply};
use crate::call::Call;
use crate::events::Events;
use crate::strings::{change, integer};

const BAD_TYPE: &str =
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";

/// The position, width and sign of a field.
#[derive(Clone, Copy)]
struct Field {
    signed: bool,
    bits: u32,
    offset: u64,
}

/// What to do with a number that does not fit its field.
#[derive(Clone, Copy)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

#[derive(Clone, Copy)]
enum Operation {
    Get,
    Set(i64, Overflow),
    Add(i64, Overflow),
}

/// Nothing is done if an argument is invalid. Each SET and INCRBY counts as a change, even a failed one.
pub fn bitfield(call: &mut Call<'_>) {
    let key = &call.argv[1];
    let Some(operations) = parse(call) else { return };
    let writes = |(_, operation): &&(Field, Operation)| !matches!(operation, Operation::Get);
    let last_bit = operations.iter().filter(writes).map(|(field, _)| field.offset + u64::from(field.bits) - 1).max();
    let results: Vec<Option<i64>> = match last_bit {
        None => {
            let Ok(value) = call.lookup_read_string(key) else { return };
            let bytes = value.as_deref().unwrap_or_default();
            operations.iter().map(|(field, _)| Some(field.get(bytes) as i64)).collect()
        }
        Some(last_bit) => {
            let Ok(()) = grow(call, key, last_bit) else { return };
            let mut results = Vec::new();
            change(call, key, |bytes| {
                results = operations.iter().map(|(field, operation)| field.run(*operation, bytes)).collect();
            });
            call.notify(Events::STRING, "setbit", key);
            call.dirty += operations.iter().filter(writes).count() as u64;
            results
        }
    };
    call.reply.array(results.len());
    for result in results {
        match result {
            Some(number) => call.reply.integer(number),
            None => call.reply.null(),
        }
    }
}

/// The arguments after the key; `None` if they are invalid and the error was replied.
fn parse(call: &mut Call<'_>) -> Option<Vec<(Field, Operation)>> {
    let mut words = &call.argv[2..];
    let mut overflow = Overflow::Wrap;
    let mut operations = Vec::new();
    while let [name, rest @ ..] = words {
        let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
        let (operation, tail) = match rest {
            [width, offset, rest @ ..] if is(b"get") => ((field(call, width, offset)?, Operation::Get), rest),
            [width, offset, value, rest @ ..] if is(b"set") => {
                let field = field(call, width, offset)?;
                ((field, Operation::Set(integer(call, value)?, overflow)), rest)
            }
            [width, offset, by, rest @ ..] if is(b"incrby") => {
                let field = field(call, width, offset)?;
                ((field, Operation::Add(integer(call, by)?, overflow)), rest)
            }
            [kind, rest @ ..] if is(b"overflow") => {
                overflow = overflow_or_reply(call, kind)?;
                words = rest;
                continue;
            }
            _ => {
                call.reply.error(errors::SYNTAX);
                return None;
            }
        };
        operations.push(operation);
        words = tail;
    }
    Some(operations)
}

fn overflow_or_reply(call: &mut Call<'_>, kind: &[u8]) -> Option<Overflow> {
    let is = |wanted: &[u8]| kind.eq_ignore_ascii_case(wanted);
    let overflow = if is(b"wrap") {
        Some(Overflow::Wrap)
    } else if is(b"sat") {
        Some(Overflow::Saturate)
    } else {
        is(b"fail").then_some(Overflow::Fail)
    };
    if overflow.is_none() {
        call.reply.error("ERR Invalid OVERFLOW type specified");
    }
    overflow
}

/// `getBitfieldTypeFromArgument` and the offset: `i5`, `u63`, but no `u64`, as RESP has no such integers.
fn field(call: &mut Call<'_>, width: &[u8], offset: &[u8]) -> Option<Field> {
    let (signed, digits) = match width {
        [b'i', digits @ ..] => (true, digits),
        [b'u', digits @ ..] => (false, digits),
        _ => (false, &b""[..]),
    };
    let bits_max = if signed { 64 } else { 63 };
    let Some(bits) = parse_i64_strict(digits).filter(|bits| (1..=bits_max).contains(bits)) else {
        call.reply.error(BAD_TYPE);
        return None;
    };
    let bits = bits as u32;
    let offset = offset_or_reply(call, offset, Some(bits))?;
    Some(Field { signed, bits, offset })
}

impl Field {
    /// The number; bits beyond the string's end are 0.
    fn get(self, bytes: &[u8]) -> i128 {
        let mut value: i128 = 0;
        for position in self.positions() {
            let byte = bytes.get((position >> 3) as usize).copied().unwrap_or(0);
            value = value << 1 | i128::from(byte << (position & 7) >> 7);
        }
        self.signed_value(value)
    }

    /// Writes the lowest bits of `value`. The string must be long enough.
    fn set(self, bytes: &mut [u8], value: i128) {
        for (position, shift) in self.positions().zip((0..self.bits).rev()) {
            let (byte, mask) = (&mut bytes[(position >> 3) as usize], 0x80 >> (position & 7));
            *byte = if value >> shift & 1 == 1 { *byte | mask } else { *byte & !mask };
        }
    }

    fn positions(self) -> std::ops::Range<u64> {
        self.offset..self.offset + u64::from(self.bits)
    }

    /// The number that these bits represent.
    fn signed_value(self, bits: i128) -> i128 {
        let negative = self.signed && bits >> (self.bits - 1) & 1 == 1;
        if negative { bits - (1 << self.bits) } else { bits }
    }

    /// The value stored for `value`, `None` if it fails.
    fn fit(self, value: i128, overflow: Overflow) -> Option<i128> {
        let (min, max) = match self.signed {
            true => (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1),
            false => (0, (1 << self.bits) - 1),
        };
        match overflow {
            _ if (min..=max).contains(&value) => Some(value),
            Overflow::Wrap => Some(self.signed_value(value & ((1 << self.bits) - 1))),
            Overflow::Saturate => Some(value.clamp(min, max)),
            Overflow::Fail => None,
        }
    }

    /// Executes an operation and returns the reply: the old number, after INCRBY the new one, `None` if it failed.
    fn run(self, operation: Operation, bytes: &mut [u8]) -> Option<i64> {
        let old = self.get(bytes);
        let (new, reply) = match operation {
            Operation::Get => return Some(old as i64),
            Operation::Set(value, overflow) => {
                // In an unsigned field a negative number is a very large one.
                let value = if self.signed { value.into() } else { i128::from(value as u64) };
                (self.fit(value, overflow)?, old)
            }
            Operation::Add(by, overflow) => {
                let new = self.fit(old + i128::from(by), overflow)?;
                (new, new)
            }
        };
        self.set(bytes, new);
        Some(reply as i64)
    }
}
