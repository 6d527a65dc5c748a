//! Intsets (intset.c): what Redis keeps small sets of integers in.
//!
//! Four bytes that say how many bytes an integer has (2, 4 or 8), four bytes of count, the integers in ascending order.
//! All is little endian.

use super::container::{Container, Cursor, Element, Fault};

pub(super) const INTSET: Container = Container { name: "intset", read };

fn read(bytes: &[u8]) -> Result<Vec<Element<'_>>, Fault> {
    let mut cursor = Cursor { bytes, at: 0 };
    let (width, count) = (cursor.u32()? as usize, cursor.u32()? as usize);
    if !matches!(width, 2 | 4 | 8) {
        return Err(Fault { at: 0, why: "integers of a size that does not exist" });
    }
    if count.checked_mul(width) != Some(bytes.len() - cursor.at) {
        return Err(Fault { at: 4, why: "its count is another" });
    }
    let mut elements = Vec::with_capacity(count);
    let mut last = None;
    for _ in 0..count {
        let at = cursor.at;
        let value = cursor.integer(width)?;
        // Redis looks for members by halves, so it would not find those out of order.
        if last.replace(value).is_some_and(|last| last >= value) {
            return Err(Fault { at, why: "integers out of order" });
        }
        elements.push(Element::Integer(value));
    }
    Ok(elements)
}
