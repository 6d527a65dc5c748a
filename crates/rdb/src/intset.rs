//! Intsets (intset.c): the encoding of small sets of integers.
//!
//! Four bytes that say how many bytes an integer has (2, 4 or 8), four bytes of count, the integers in ascending order.
//! All is little endian.

use crate::container::{Container, Cursor, Element, Fault, little_endian};

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
        // Redis searches by bisection, so it would not find members out of order.
        if last.replace(value).is_some_and(|last| last >= value) {
            return Err(Fault { at, why: "integers out of order" });
        }
        elements.push(Element::Integer(value));
    }
    Ok(elements)
}

/// The intset of these integers, which must be ascending.
pub(super) fn write(integers: &[i64]) -> Vec<u8> {
    let fits = |bits: u32| integers.iter().all(|value| value << (64 - bits) >> (64 - bits) == *value);
    let width = if fits(16) {
        2
    } else if fits(32) {
        4
    } else {
        8
    };
    let mut bytes = [little_endian(width), little_endian(integers.len())].concat();
    integers.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()[..width]));
    bytes
}
