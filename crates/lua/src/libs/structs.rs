//! `struct`: numbers and strings in C's layout.

use rilua::vm::state::LuaState;
use rilua::{LuaResult, RustFn, Val};

use super::{arguments, error, give, number_at, text_at};

pub(super) const FUNCTIONS: &[(&str, RustFn)] = &[("pack", pack), ("unpack", unpack), ("size", size)];

/// The widest integer, in bytes.
const INTEGER_SIZE_MAX: usize = 32;
/// The alignment of `!` alone: the largest of C's types.
const ALIGN_MAX: usize = 8;

/// One option of a format.
struct Item {
    option: u8,
    /// Bytes; 0 for an option without data, and for `c0`.
    size: usize,
    /// Bytes of padding before it.
    padding: usize,
}

/// Reads a format, option by option.
struct Format {
    text: Vec<u8>,
    at: usize,
    big_endian: bool,
    align: usize,
}

impl Format {
    fn of(state: &LuaState, function: &str) -> LuaResult<Self> {
        Ok(Self { text: text_at(state, 0, function)?, at: 0, big_endian: false, align: 1 })
    }

    /// The number that is next, or `default`.
    fn number(&mut self, default: usize) -> LuaResult<usize> {
        let digits = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Ok(default);
        }
        let number =
            std::str::from_utf8(&self.text[self.at..self.at + digits]).ok().and_then(|text| text.parse::<i32>().ok());
        self.at += digits;
        number.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| error("integral size overflow"))
    }

    /// The next item, at byte `offset`. Options without data are applied.
    fn next(&mut self, offset: usize) -> LuaResult<Option<Item>> {
        while let Some(&option) = self.text.get(self.at) {
            self.at += 1;
            let size = match option {
                b'b' | b'B' | b'x' => 1,
                b'h' | b'H' => 2,
                b'f' => 4,
                b'l' | b'L' | b'T' | b'd' => 8,
                b's' => 0,
                b'c' => self.number(1)?,
                b'i' | b'I' => self.integer_size()?,
                _ => {
                    self.control(option)?;
                    continue;
                }
            };
            let aligned = if option == b'c' { 0 } else { size.min(self.align) };
            let padding = match aligned {
                0 => 0,
                // As in C, only powers of two are alignments.
                size => (size - (offset & (size - 1))) & (size - 1),
            };
            return Ok(Some(Item { option, size, padding }));
        }
        Ok(None)
    }

    fn integer_size(&mut self) -> LuaResult<usize> {
        match self.number(4)? {
            size if size > INTEGER_SIZE_MAX => {
                Err(error(format!("integral size {size} is larger than limit of {INTEGER_SIZE_MAX}")))
            }
            size => Ok(size),
        }
    }

    fn control(&mut self, option: u8) -> LuaResult<()> {
        match option {
            b' ' => {}
            b'<' => self.big_endian = false,
            b'>' => self.big_endian = true,
            b'!' => {
                self.align = self.number(ALIGN_MAX)?;
                if !self.align.is_power_of_two() {
                    return Err(error(format!("alignment {} is not a power of 2", self.align)));
                }
            }
            _ => return Err(error(format!("invalid format option '{}'", char::from(option)))),
        }
        Ok(())
    }

    /// Reorders little-endian bytes to the byte order of the format.
    fn ordered(&self, mut little: Vec<u8>) -> Vec<u8> {
        if self.big_endian {
            little.reverse();
        }
        little
    }
}

fn pack(state: &mut LuaState) -> LuaResult<u32> {
    let mut format = Format::of(state, "pack")?;
    let mut out = Vec::new();
    let mut arg = 1;
    while let Some(item) = format.next(out.len())? {
        out.resize(out.len() + item.padding, 0);
        if item.option == b'x' {
            out.push(0);
            continue;
        }
        match item.option {
            b'f' => out.extend(format.ordered((number_at(state, arg, "pack")? as f32).to_le_bytes().to_vec())),
            b'd' => out.extend(format.ordered(number_at(state, arg, "pack")?.to_le_bytes().to_vec())),
            b'c' | b's' => {
                let text = text_at(state, arg, "pack")?;
                let size = if item.size == 0 { text.len() } else { item.size };
                let taken = text.get(..size);
                out.extend_from_slice(
                    taken.ok_or_else(|| error(format!("bad argument #{} to 'pack' (string too short)", arg + 1)))?,
                );
                if item.option == b's' {
                    out.push(0);
                }
            }
            _ => {
                let number = number_at(state, arg, "pack")?;
                let bits = if number < 0.0 { (number as i64).cast_unsigned() } else { number as u64 };
                let mut bytes = bits.to_le_bytes().to_vec();
                bytes.resize(item.size, 0);
                out.extend(format.ordered(bytes));
            }
        }
        arg += 1;
    }
    give(state, &out)
}

fn unpack(state: &mut LuaState) -> LuaResult<u32> {
    let mut format = Format::of(state, "unpack")?;
    let data = text_at(state, 1, "unpack")?;
    let start = if arguments(state).len() > 2 { number_at(state, 2, "unpack")? } else { 1.0 };
    if start < 1.0 {
        return Err(error("bad argument #3 to 'unpack' (offset must be 1 or greater)"));
    }
    let mut at = start as usize - 1;
    let mut values = Vec::new();
    let short = || error("bad argument #2 to 'unpack' (data string too short)");
    while let Some(mut item) = format.next(at)? {
        at = at.saturating_add(item.padding);
        if item.option == b'c' && item.size == 0 {
            match values.pop() {
                Some(Val::Num(size)) if size < 0.0 => return Err(short()),
                Some(Val::Num(size)) => item.size = size as usize,
                _ => return Err(error("format 'c0' needs a previous size")),
            }
        }
        let end = at.checked_add(item.size).ok_or_else(short)?;
        let bytes = data.get(at..end).ok_or_else(short)?;
        at = end;
        match item.option {
            b'x' => {}
            b'c' => values.push(Val::Str(state.gc.intern_string(bytes))),
            b's' => {
                let len = data[at..].iter().position(|&byte| byte == 0);
                let len = len.ok_or_else(|| error("unfinished string in data"))?;
                values.push(Val::Str(state.gc.intern_string(&data[at..at + len])));
                at += len + 1;
            }
            option => {
                let little = format.ordered(bytes.to_vec());
                values.push(Val::Num(number(option, &little)));
            }
        }
    }
    let count = values.len() as u32 + 1;
    values.into_iter().for_each(|value| state.push(value));
    state.push(Val::Num(at as f64 + 1.0));
    Ok(count)
}

/// The value of little-endian bytes. Of a wide integer the lowest eight count.
fn number(option: u8, little: &[u8]) -> f64 {
    let bits = little.iter().take(8).rev().fold(0, |bits: u64, &byte| bits << 8 | u64::from(byte));
    match option {
        b'f' => f32::from_bits(bits as u32).into(),
        b'd' => f64::from_bits(bits),
        b'b' | b'h' | b'l' | b'i' => {
            let unused = 64 - 8 * little.len().clamp(1, 8) as u32;
            (bits.cast_signed() << unused >> unused) as f64
        }
        _ => bits as f64,
    }
}

fn size(state: &mut LuaState) -> LuaResult<u32> {
    let mut format = Format::of(state, "size")?;
    let mut total: usize = 0;
    while let Some(item) = format.next(total)? {
        match item {
            Item { option: b's', .. } => {
                return Err(error("bad argument #1 to 'size' (variable-size format in method)"));
            }
            Item { option: b'c', size: 0, .. } => {
                return Err(error("bad argument #1 to 'size' (variable-length format in method)"));
            }
            Item { size, padding, .. } => total = total.saturating_add(size).saturating_add(padding),
        }
    }
    state.push(Val::Num(total as f64));
    Ok(1)
}
