//! Ziplists (ziplist.c): what Redis up to 6 keeps small lists, hashes and sorted sets in.
//!
//! Four bytes of size, four bytes that say where the last entry begins, two bytes of count, entries, 255. An entry is the
//! size of the one before it (one byte, or 254 and four bytes), an encoding, and the content. All is little endian but
//! the lengths of strings.

use super::container::{Container, Cursor, Element, Fault};

pub(super) const ZIPLIST: Container = Container { name: "ziplist", read };

const HEADER: usize = 10;
const END: u8 = 255;
/// A count that says nothing: too many to be counted in two bytes.
const COUNT_UNKNOWN: usize = 65535;
/// A size of the entry before that is followed by the real one.
const BIG_PREVIOUS: u8 = 254;

/// Every rule that readers of the ziplist rely on is checked: it may be walked from either end.
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
