//! Containers: encodings of small collections in one string of bytes, in memory and in RDB files.

use psyncscope_resp::parse_double;

use crate::error::RdbErrorKind;

/// An element of a container: bytes, or an integer that represents its decimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element<'a> {
    Bytes(&'a [u8]),
    Integer(i64),
}

impl Element<'_> {
    /// Its bytes.
    pub(super) fn to_vec(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Integer(value) => value.to_string().into_bytes(),
        }
    }

    /// Its value as a score.
    pub(super) fn score(self) -> Option<f64> {
        match self {
            Self::Bytes(text) => parse_double(text),
            Self::Integer(value) => Some(value as f64),
        }
    }
}

/// A fault in a container, and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

/// A kind of container.
#[derive(Clone, Copy)]
pub(super) struct Container {
    pub(super) name: &'static str,
    /// Reads all elements; fields and values, or members and scores, alternate.
    pub(super) read: fn(&[u8]) -> Result<Vec<Element<'_>>, Fault>,
}

impl Container {
    pub(super) fn elements(self, bytes: &[u8]) -> Result<Vec<Element<'_>>, RdbErrorKind> {
        (self.read)(bytes).map_err(|fault| self.damaged(fault))
    }

    /// The elements of a container of pairs.
    pub(super) fn pairs(self, bytes: &[u8]) -> Result<Vec<Element<'_>>, RdbErrorKind> {
        let elements = self.elements(bytes)?;
        if elements.len().is_multiple_of(2) {
            Ok(elements)
        } else {
            Err(self.damaged(Fault { at: bytes.len(), why: "an element without its partner" }))
        }
    }

    const fn damaged(self, fault: Fault) -> RdbErrorKind {
        RdbErrorKind::Container { name: self.name, at: fault.at, why: fault.why }
    }
}

/// Reads a container's bytes from `at` on.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn fault(&self, why: &'static str) -> Fault {
        Fault { at: self.at, why }
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Fault> {
        let taken = self.bytes[self.at..].get(..len).ok_or_else(|| self.fault("it ends within an element"))?;
        self.at += len;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        Ok(self.take(1)?[0])
    }

    /// The next byte, without consuming it.
    pub(super) fn peek(&self) -> Result<u8, Fault> {
        self.bytes.get(self.at).copied().ok_or_else(|| self.fault("it ends without an end mark"))
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        Ok(self.integer(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        Ok(self.integer(4)? as u32)
    }

    /// A signed integer of `len` bytes, at most 8, little endian.
    pub(super) fn integer(&mut self, len: usize) -> Result<i64, Fault> {
        let taken = self.take(len)?;
        let value = taken.iter().rev().fold(0, |value: i64, &byte| value << 8 | i64::from(byte));
        let unused = 64 - 8 * len as u32;
        Ok(value << unused >> unused)
    }
}

/// A size in a container's format. Sizes always fit.
pub(super) const fn little_endian(size: usize) -> [u8; 4] {
    (size as u32).to_le_bytes()
}
