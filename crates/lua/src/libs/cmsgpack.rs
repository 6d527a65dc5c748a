//! `cmsgpack`: MessagePack in and out.

use rilua::vm::gc::arena::GcRef;
use rilua::vm::state::LuaState;
use rilua::vm::table::Table;
use rilua::{LuaError, LuaResult, RustFn, Val};

use super::{arguments, error, give, number_at, string, table, text_at};

/// Deeper nested tables are packed as nil.
const NESTING_MAX: usize = 16;
/// Deeper nesting is not unpacked.
const DEPTH_MAX: usize = 1000;

pub(super) const FUNCTIONS: &[(&str, RustFn)] =
    &[("pack", pack), ("unpack", unpack), ("unpack_one", unpack_one), ("unpack_limit", unpack_limit)];

fn pack(state: &mut LuaState) -> LuaResult<u32> {
    let values = arguments(state);
    if values.is_empty() {
        return Err(error("bad argument #0 to 'pack' (MessagePack pack needs input.)"));
    }
    let mut out = Vec::new();
    for value in values {
        write(state, &mut out, value, 0)?;
    }
    give(state, &out)
}

fn write(state: &LuaState, out: &mut Vec<u8>, value: Val, level: usize) -> LuaResult<()> {
    match value {
        Val::Bool(yes) => out.push(if yes { 0xc3 } else { 0xc2 }),
        Val::Num(number) => write_number(out, number),
        Val::Str(_) => {
            let text = string(state, value).unwrap_or_default();
            match text.len() {
                len @ ..32 => out.push(0xa0 | len as u8),
                len @ ..0x100 => out.extend([0xd9, len as u8]),
                len => write_len(out, len, 0xda),
            }
            out.extend(text);
        }
        Val::Table(table) if level < NESTING_MAX => return write_table(state, out, table, level + 1),
        _ => out.push(0xc0),
    }
    Ok(())
}

/// A length of two bytes after `short`, or of four after the code that follows it.
fn write_len(out: &mut Vec<u8>, len: usize, short: u8) {
    if let Ok(len) = u16::try_from(len) {
        out.push(short);
        out.extend(len.to_be_bytes());
    } else {
        out.push(short + 1);
        out.extend((len as u32).to_be_bytes());
    }
}

/// The shortest form without loss.
fn write_number(out: &mut Vec<u8>, number: f64) {
    let integer = number as i64;
    if integer as f64 == number && integer != i64::MAX {
        let (code, bytes) = match integer {
            -32..0x80 => {
                out.push(integer as u8);
                return;
            }
            0x80..0x100 => (0xcc, 1),
            0x100..0x1_0000 => (0xcd, 2),
            0x1_0000..0x1_0000_0000 => (0xce, 4),
            0x1_0000_0000.. => (0xcf, 8),
            -0x80.. => (0xd0, 1),
            -0x8000.. => (0xd1, 2),
            -0x8000_0000.. => (0xd2, 4),
            _ => (0xd3, 8),
        };
        out.push(code);
        out.extend_from_slice(&integer.to_be_bytes()[8 - bytes..]);
    } else if f64::from(number as f32) == number {
        out.push(0xca);
        out.extend((number as f32).to_be_bytes());
    } else {
        out.push(0xcb);
        out.extend(number.to_be_bytes());
    }
}

fn write_table(state: &LuaState, out: &mut Vec<u8>, table: GcRef<Table>, level: usize) -> LuaResult<()> {
    let Some(table) = state.gc.tables.get(table) else { return Ok(()) };
    let mut entries = Vec::new();
    let mut key = Val::Nil;
    while let Some((next, value)) = table.next(key, &state.gc.string_arena)? {
        entries.push((next, value));
        key = next;
    }
    let len = entries.len();
    // Distinct indexes up to the number of elements: there are no holes.
    let is_place = |key: &Val| matches!(*key, Val::Num(n) if n >= 1.0 && n.fract() == 0.0 && n <= len as f64);
    if entries.iter().all(|(key, _)| is_place(key)) {
        if len < 16 {
            out.push(0x90 | len as u8)
        } else {
            write_len(out, len, 0xdc)
        }
        for i in 1..=len {
            write(state, out, table.get_int(i as i64), level)?;
        }
    } else {
        if len < 16 {
            out.push(0x80 | len as u8)
        } else {
            write_len(out, len, 0xde)
        }
        for (key, value) in entries {
            write(state, out, key, level)?;
            write(state, out, value, level)?;
        }
    }
    Ok(())
}

fn unpack(state: &mut LuaState) -> LuaResult<u32> {
    unpack_some(state, "unpack", 0, 0)
}

fn unpack_one(state: &mut LuaState) -> LuaResult<u32> {
    let offset = optional(state, 1, "unpack_one")?;
    unpack_some(state, "unpack_one", 1, offset)
}

fn unpack_limit(state: &mut LuaState) -> LuaResult<u32> {
    let limit = number_at(state, 1, "unpack_limit")? as i64;
    let offset = optional(state, 2, "unpack_limit")?;
    unpack_some(state, "unpack_limit", limit, offset)
}

/// An optional integer, 0 by default.
fn optional(state: &LuaState, at: usize, function: &str) -> LuaResult<i64> {
    match arguments(state).get(at) {
        None | Some(Val::Nil) => Ok(0),
        Some(_) => Ok(number_at(state, at, function)? as i64),
    }
}

/// Up to `limit` values from `offset` on, preceded by the offset of the rest, which is -1 at the end; all values,
/// without an offset, if both are 0.
fn unpack_some(state: &mut LuaState, function: &str, limit: i64, offset: i64) -> LuaResult<u32> {
    let text = text_at(state, 0, function)?;
    let (Ok(count_max), Ok(start)) = (usize::try_from(limit), usize::try_from(offset)) else {
        return Err(error(format!("Invalid request to unpack with offset of {offset} and limit of {}.", text.len())));
    };
    let all = limit == 0 && offset == 0;
    if start > text.len() {
        return Err(error(format!("Start offset {offset} greater than input length {}.", text.len())));
    }
    let mut reader = MsgpackReader { text: &text, at: start };
    let mut values = Vec::new();
    while reader.at < text.len() && (all || values.len() < count_max) {
        values.push(reader.value(state, 0)?);
    }
    if !all {
        let rest = if reader.at == text.len() { -1.0 } else { reader.at as f64 };
        values.insert(0, Val::Num(rest));
    }
    let count = values.len() as u32;
    values.into_iter().for_each(|value| state.push(value));
    Ok(count)
}

struct MsgpackReader<'a> {
    text: &'a [u8],
    at: usize,
}

impl MsgpackReader<'_> {
    fn take(&mut self, len: usize) -> LuaResult<&[u8]> {
        let taken = self.text[self.at..].get(..len).ok_or_else(|| error("Missing bytes in input."))?;
        self.at += len;
        Ok(taken)
    }

    /// A big-endian unsigned number of this many bytes.
    fn bits(&mut self, bytes: usize) -> LuaResult<u64> {
        Ok(self.take(bytes)?.iter().fold(0, |bits, &byte| bits << 8 | u64::from(byte)))
    }

    fn len(&mut self, bytes: usize) -> LuaResult<usize> {
        // Beyond the address space, so beyond the data.
        Ok(usize::try_from(self.bits(bytes)?).unwrap_or(usize::MAX))
    }

    fn signed(&mut self, bytes: usize) -> LuaResult<Val> {
        let unused = 64 - 8 * bytes as u32;
        Ok(Val::Num((self.bits(bytes)?.cast_signed() << unused >> unused) as f64))
    }

    fn value(&mut self, state: &mut LuaState, depth: usize) -> LuaResult<Val> {
        let code = self.bits(1)? as u8;
        Ok(match code {
            0x00..=0x7f => Val::Num(code.into()),
            0x80..=0x8f => self.map(state, usize::from(code & 15), depth)?,
            0x90..=0x9f => self.array(state, usize::from(code & 15), depth)?,
            0xa0..=0xbf => self.string(state, usize::from(code & 31))?,
            0xc0 => Val::Nil,
            0xc2 => Val::Bool(false),
            0xc3 => Val::Bool(true),
            0xca => Val::Num(f32::from_bits(self.bits(4)? as u32).into()),
            0xcb => Val::Num(f64::from_bits(self.bits(8)?)),
            0xcc..=0xcf => Val::Num(self.bits(1 << (code - 0xcc))? as f64),
            0xd0..=0xd3 => self.signed(1 << (code - 0xd0))?,
            0xd9..=0xdb => {
                let len = self.len(1 << (code - 0xd9))?;
                self.string(state, len)?
            }
            0xdc | 0xdd => {
                let len = self.len(2 << (code - 0xdc))?;
                self.array(state, len, depth)?
            }
            0xde | 0xdf => {
                let len = self.len(2 << (code - 0xde))?;
                self.map(state, len, depth)?
            }
            0xe0..=0xff => Val::Num(code.cast_signed().into()),
            _ => return Err(bad()),
        })
    }

    fn string(&mut self, state: &mut LuaState, len: usize) -> LuaResult<Val> {
        let text = self.take(len)?;
        Ok(Val::Str(state.gc.intern_string(text)))
    }

    fn array(&mut self, state: &mut LuaState, len: usize, depth: usize) -> LuaResult<Val> {
        if depth >= DEPTH_MAX {
            return Err(bad());
        }
        let mut pairs = Vec::new();
        for i in 1..=len {
            pairs.push((Val::Num(i as f64), self.value(state, depth + 1)?));
        }
        table(state, pairs)
    }

    fn map(&mut self, state: &mut LuaState, len: usize, depth: usize) -> LuaResult<Val> {
        if depth >= DEPTH_MAX {
            return Err(bad());
        }
        let mut pairs = Vec::new();
        for _ in 0..len {
            let key = self.value(state, depth + 1)?;
            pairs.push((key, self.value(state, depth + 1)?));
        }
        table(state, pairs)
    }
}

fn bad() -> LuaError {
    error("Bad data format in input.")
}
