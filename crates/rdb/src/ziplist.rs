//! Ziplists (ziplist.c): the encoding of small lists, hashes and sorted sets up to Redis 6.
//!
//! Four bytes of size, four bytes that say where the last entry begins, two bytes of count, entries, 255. An entry is
//! the size of the one before it (one byte, or 254 and four bytes), an encoding, and the content. All is little endian
//! but the lengths of strings.

use psyncscope_resp::parse_i64_strict;

use crate::container::{Container, Cursor, Element, Fault, little_endian};

pub(super) const ZIPLIST: Container = Container { name: "ziplist", read };

const HEADER: usize = 10;
const END: u8 = 255;
/// An unknown count: too many elements for two bytes.
const COUNT_UNKNOWN: usize = 65535;
/// Marks a size of the previous entry that follows in four bytes.
const BIG_PREVIOUS: u8 = 254;
/// Longer texts are not encoded as integers (`zipTryEncoding`).
const INTEGER_TEXT_MAX: usize = 31;

/// Checks every rule that readers rely on: a ziplist may be walked from either end.
fn read(bytes: &[u8]) -> Result<Vec<Element<'_>>, Fault> {
    let mut cursor = Cursor { bytes, at: 0 };
    let (size, tail, count) = (cursor.u32()? as usize, cursor.u32()? as usize, usize::from(cursor.u16()?));
    if size != bytes.len() {
        return Err(Fault { at: 0, why: "its size is another" });
    }
    let mut elements = Vec::new();
    let mut previous = 0;
    let mut last = HEADER;
    while cursor.peek()? != END {
        let start = cursor.at;
        let claimed = match cursor.byte()? {
            BIG_PREVIOUS => cursor.u32()? as usize,
            small => small.into(),
        };
        if claimed != previous {
            return Err(Fault { at: start, why: "the entry before it has another size" });
        }
        elements.push(content(&mut cursor)?);
        previous = cursor.at - start;
        last = start;
    }
    if cursor.at + 1 != bytes.len() {
        return Err(cursor.fault("an end mark before its end"));
    }
    if tail != last {
        return Err(Fault { at: 4, why: "its last entry stands elsewhere" });
    }
    if count != COUNT_UNKNOWN && count != elements.len() {
        return Err(Fault { at: 8, why: "its count is another" });
    }
    Ok(elements)
}

/// Where each entry of a ziplist begins and ends, and its content, for DEBUG ZIPLIST.
#[must_use]
pub fn entries_of(bytes: &[u8]) -> Vec<(std::ops::Range<usize>, Vec<u8>)> {
    let mut cursor = Cursor { bytes, at: HEADER };
    let mut entries = Vec::new();
    while cursor.peek().is_ok_and(|byte| byte != END) {
        let start = cursor.at;
        let previous =
            cursor.byte().and_then(|first| if first == BIG_PREVIOUS { cursor.u32().map(drop) } else { Ok(()) });
        match previous.and_then(|()| content(&mut cursor)) {
            Ok(element) => entries.push((start..cursor.at, element.to_vec())),
            Err(_) => break,
        }
    }
    entries
}

fn content<'a>(cursor: &mut Cursor<'a>) -> Result<Element<'a>, Fault> {
    let start = cursor.at;
    let first = cursor.byte()?;
    let low = usize::from(first & 0x3f);
    let len = match first {
        ..0x40 => low,
        0x40..0x80 => low << 8 | usize::from(cursor.byte()?),
        0x80 => (cursor.u32()?).swap_bytes() as usize,
        0xc0 => return cursor.integer(2).map(Element::Integer),
        0xd0 => return cursor.integer(4).map(Element::Integer),
        0xe0 => return cursor.integer(8).map(Element::Integer),
        0xf0 => return cursor.integer(3).map(Element::Integer),
        0xfe => return cursor.integer(1).map(Element::Integer),
        // 0 to 12 in the encoding itself.
        0xf1..=0xfd => return Ok(Element::Integer(i64::from(first & 15) - 1)),
        _ => return Err(Fault { at: start, why: "an encoding that does not exist" }),
    };
    cursor.take(len).map(Element::Bytes)
}

/// Writes a ziplist, element by element (`ziplistPush`).
#[derive(Default)]
pub(super) struct ZiplistWriter {
    entries: Vec<u8>,
    count: usize,
    /// Where the last entry begins.
    last: usize,
}

impl ZiplistWriter {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The size of the ziplist with one more element that is not an integer, as a quicklist computes it
    /// (`_quicklistNodeAllowInsert`).
    pub(super) const fn len_with(&self, element: &[u8]) -> usize {
        let header = match element.len() {
            ..64 => 1,
            64..16_384 => 2,
            _ => 5,
        };
        let previous = if element.len() < BIG_PREVIOUS as usize { 1 } else { 5 };
        HEADER + self.entries.len() + 1 + previous + header + element.len()
    }

    pub(super) fn push(&mut self, element: &[u8]) {
        let previous = self.entries.len() - self.last;
        self.last = self.entries.len();
        self.count += 1;
        match u8::try_from(previous) {
            Ok(small @ ..BIG_PREVIOUS) => self.entries.push(small),
            _ => {
                self.entries.push(BIG_PREVIOUS);
                self.entries.extend_from_slice(&little_endian(previous));
            }
        }
        match parse_i64_strict(element).filter(|_| element.len() <= INTEGER_TEXT_MAX) {
            Some(value) => self.integer(value),
            None => self.string(element),
        }
    }

    fn integer(&mut self, value: i64) {
        let bits = 65 - (value ^ value >> 63).leading_zeros();
        let (encoding, len) = match (value, bits) {
            (0..=12, _) => (0xf1 + value as u8, 0),
            (_, ..=8) => (0xfe, 1),
            (_, 9..=16) => (0xc0, 2),
            (_, 17..=24) => (0xf0, 3),
            (_, 25..=32) => (0xd0, 4),
            _ => (0xe0, 8),
        };
        self.entries.push(encoding);
        self.entries.extend_from_slice(&value.to_le_bytes()[..len]);
    }

    fn string(&mut self, bytes: &[u8]) {
        match bytes.len() {
            len @ ..64 => self.entries.push(len as u8),
            len @ 64..16_384 => self.entries.extend_from_slice(&(0x4000 | len as u16).to_be_bytes()),
            len => {
                self.entries.push(0x80);
                self.entries.extend_from_slice(&(len as u32).to_be_bytes());
            }
        }
        self.entries.extend_from_slice(bytes);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let count = self.count.min(COUNT_UNKNOWN) as u16;
        let size = HEADER + self.entries.len() + 1;
        let header = [&little_endian(size)[..], &little_endian(HEADER + self.last), &count.to_le_bytes()].concat();
        [&header[..], &self.entries, &[END]].concat()
    }
}
