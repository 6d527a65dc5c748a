//! Zipmaps (zipmap.c): the encoding of small hashes before Redis 2.6. Later versions only read them.
//!
//! One byte of count, fields with values, 255. A field is a length and its bytes; a value is a length, one byte that
//! says how many unused bytes follow it, its bytes, and those. A length is one byte, or 254 and four bytes, little
//! endian.
//!
//! A count of 254 (`ZIPMAP_BIGLEN`) means "254 or more: count them". Redis stops counting up at 254 and does not count
//! down from it (`zipmapSet`, `zipmapDel`), so a map that shrank keeps a count of 254 with any number of fields, and
//! all versions load it. No version writes a count of 255. 5.0 does not read the count when it loads; like later
//! versions (`zipmapValidateIntegrity`), this refuses a count that is wrong.

use crate::container::{Container, Cursor, Element, Fault};

pub(super) const ZIPMAP: Container = Container { name: "zipmap", read };

const END: u8 = 255;
/// `ZIPMAP_BIGLEN`: a length that is followed by the real one, or a count that is not kept.
const BIG: u8 = 254;

fn read(bytes: &[u8]) -> Result<Vec<Element<'_>>, Fault> {
    let mut cursor = Cursor { bytes, at: 0 };
    let count = cursor.byte()?;
    let mut elements = Vec::new();
    while cursor.peek()? != END {
        let field_len = len(&mut cursor)?;
        elements.push(Element::Bytes(cursor.take(field_len)?));
        let value_len = len(&mut cursor)?;
        let unused = cursor.byte()?;
        elements.push(Element::Bytes(cursor.take(value_len)?));
        cursor.take(unused.into())?;
    }
    if cursor.at + 1 != bytes.len() {
        return Err(cursor.fault("an end mark before its end"));
    }
    if count != BIG && usize::from(count) != elements.len() / 2 {
        return Err(Fault { at: 0, why: "its count is another" });
    }
    Ok(elements)
}

fn len(cursor: &mut Cursor<'_>) -> Result<usize, Fault> {
    match cursor.byte()? {
        END => Err(Fault { at: cursor.at - 1, why: "an end mark where a value must stand" }),
        BIG => Ok(cursor.u32()? as usize),
        small => Ok(small.into()),
    }
}
