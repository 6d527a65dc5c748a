//! Listpacks (listpack.c): the encoding of small collections in Redis 7, in files of version 10 and later.
//!
//! Four bytes of size, two bytes of count, entries, 255. An entry is an encoding with its content, and then the length
//! of these two, written so that it can be read backwards. All is little endian but a length of 12 bits and integers of
//! 13.

use crate::container::{Container, Cursor, Element, Fault};

pub(super) const LISTPACK: Container = Container { name: "listpack", read };

const END: u8 = 255;
/// An unknown count: too many elements for two bytes.
const COUNT_UNKNOWN: usize = 65535;

/// Checks every rule that readers rely on: a listpack may be walked from either end.
fn read(bytes: &[u8]) -> Result<Vec<Element<'_>>, Fault> {
    let mut cursor = Cursor { bytes, at: 0 };
    let (size, count) = (cursor.u32()? as usize, usize::from(cursor.u16()?));
    if size != bytes.len() {
        return Err(Fault { at: 0, why: "its size is another" });
    }
    let mut elements = Vec::new();
    while cursor.peek()? != END {
        let start = cursor.at;
        elements.push(content(&mut cursor)?);
        back_len(&mut cursor, start)?;
    }
    if cursor.at + 1 != bytes.len() {
        return Err(cursor.fault("an end mark before its end"));
    }
    if count != COUNT_UNKNOWN && count != elements.len() {
        return Err(Fault { at: 4, why: "its count is another" });
    }
    Ok(elements)
}

fn content<'a>(cursor: &mut Cursor<'a>) -> Result<Element<'a>, Fault> {
    let start = cursor.at;
    let first = cursor.byte()?;
    let len = match first {
        ..0x80 => return Ok(Element::Integer(first.into())),
        0x80..0xc0 => usize::from(first & 0x3f),
        0xc0..0xe0 => {
            let value = i16::from_be_bytes([first << 3, 0]) | i16::from(cursor.byte()?) << 3;
            return Ok(Element::Integer((value >> 3).into()));
        }
        0xe0..0xf0 => usize::from(first & 15) << 8 | usize::from(cursor.byte()?),
        0xf0 => cursor.u32()? as usize,
        0xf1..=0xf3 => return cursor.integer(usize::from(first - 0xf1) + 2).map(Element::Integer),
        0xf4 => return cursor.integer(8).map(Element::Integer),
        _ => return Err(Fault { at: start, why: "an encoding that does not exist" }),
    };
    cursor.take(len).map(Element::Bytes)
}

/// The length of the entry that began at `start` (`lpEncodeBacklen`): seven bits a byte, the lowest last; all bytes but
/// the first have the top bit set.
fn back_len(cursor: &mut Cursor<'_>, start: usize) -> Result<(), Fault> {
    let len = cursor.at - start;
    // The limits are listpack.c's own, one less than seven bits a byte would hold, but for the first.
    let bytes = match len {
        ..128 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    };
    let at = cursor.at;
    for index in (0..bytes).rev() {
        let seven = (len as u64 >> (7 * index) & 0x7f) as u8;
        let mark = if index + 1 == bytes { 0 } else { 0x80 };
        if cursor.byte()? != seven | mark {
            return Err(Fault { at, why: "the length behind an entry is wrong" });
        }
    }
    Ok(())
}
