//! Listpacks (listpack.c): the encoding of a stream's nodes, and of small collections in Redis 7, in files of version 10
//! and later.
//!
//! Four bytes of size, two bytes of count, entries, 255. An entry is an encoding with its content, and then the length
//! of these two, written so that it can be read backwards. All is little endian but a length of 12 bits and integers of
//! 13.

use psyncscope_resp::parse_i64_strict;

use crate::container::{Container, Cursor, Element, Fault, little_endian};

pub(super) const LISTPACK: Container = Container { name: "listpack", read };

const END: u8 = 255;
/// An unknown count: too many elements for two bytes.
const COUNT_UNKNOWN: usize = 65535;
/// The longest decimal text of a 64-bit integer.
const INTEGER_TEXT_MAX: usize = 20;

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
    let at = cursor.at;
    for expected in BackLen::new(at - start).bytes() {
        if cursor.byte()? != expected {
            return Err(Fault { at, why: "the length behind an entry is wrong" });
        }
    }
    Ok(())
}

/// The length behind an entry.
struct BackLen {
    len: usize,
    bytes: u32,
}

impl BackLen {
    const fn new(len: usize) -> Self {
        // The limits are listpack.c's own, one less than seven bits a byte would hold, but for the first.
        let bytes = match len {
            ..128 => 1,
            128..16_383 => 2,
            16_383..2_097_151 => 3,
            2_097_151..268_435_455 => 4,
            _ => 5,
        };
        Self { len, bytes }
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        (0..self.bytes).rev().map(move |index| {
            let seven = (self.len as u64 >> (7 * index) & 0x7f) as u8;
            if index + 1 == self.bytes { seven } else { seven | 0x80 }
        })
    }
}

/// A listpack under construction, as `lpAppend` builds it.
#[derive(Default)]
pub(super) struct ListpackWriter {
    entries: Vec<u8>,
    count: usize,
}

impl ListpackWriter {
    /// Adds an element; the text of an integer becomes one.
    pub(super) fn push(&mut self, element: &[u8]) {
        if let Some(value) = Some(element).filter(|text| text.len() <= INTEGER_TEXT_MAX).and_then(parse_i64_strict) {
            return self.integer(value);
        }
        let start = self.entries.len();
        match element.len() {
            len @ ..64 => self.entries.push(0x80 | len as u8),
            len @ 64..4096 => self.entries.extend_from_slice(&(0xe000 | len as u16).to_be_bytes()),
            len => {
                self.entries.push(0xf0);
                self.entries.extend_from_slice(&little_endian(len));
            }
        }
        self.entries.extend_from_slice(element);
        self.end(start);
    }

    pub(super) fn integer(&mut self, value: i64) {
        let start = self.entries.len();
        let (encoding, len) = match value {
            0..=127 => (value as u8, 0),
            -4096..=4095 => {
                let bits = (value as u16 & 0x1fff) | 0xc000;
                self.entries.extend_from_slice(&bits.to_be_bytes());
                return self.end(start);
            }
            -32_768..=32_767 => (0xf1, 2),
            -8_388_608..=8_388_607 => (0xf2, 3),
            -2_147_483_648..=2_147_483_647 => (0xf3, 4),
            _ => (0xf4, 8),
        };
        self.entries.push(encoding);
        self.entries.extend_from_slice(&value.to_le_bytes()[..len]);
        self.end(start);
    }

    fn end(&mut self, start: usize) {
        self.entries.extend(BackLen::new(self.entries.len() - start).bytes());
        self.count += 1;
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let count = self.count.min(COUNT_UNKNOWN) as u16;
        let header = [&little_endian(self.entries.len() + 7)[..], &count.to_le_bytes()].concat();
        [&header[..], &self.entries, &[END]].concat()
    }
}
