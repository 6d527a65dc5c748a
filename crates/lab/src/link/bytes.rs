//! The numbers and texts of a link as bytes: numbers of variable length (LEB128), texts with their length before them.

use integer_encoding::VarInt;

use crate::error::{ErrorCode, LabError};
use crate::validate;

/// Writes bytes.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    names: Vec<String>,
}

impl Writer {
    pub(super) fn number(&mut self, number: u64) {
        self.bytes.extend(number.encode_var_vec());
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.bytes.extend(number.encode_var_vec());
    }

    /// A span of time in microseconds. Most of those that people write are whole milliseconds: they are shorter.
    pub(super) fn span(&mut self, us: u64) {
        self.number(if us.is_multiple_of(1000) { us / 1000 * 2 + 1 } else { us * 2 });
    }

    pub(super) fn fraction(&mut self, number: f64) {
        self.bytes.extend(number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    /// A node's name: 0 and the name the first time, later its number among those that came before.
    pub(super) fn name(&mut self, name: &str) {
        match self.names.iter().position(|known| known == name) {
            Some(place) => self.number(place as u64 + 1),
            None => {
                self.number(0);
                self.text(name);
                self.names.push(name.to_owned());
            }
        }
    }
}

/// Reads bytes. Each method takes what it reads in words, for the error.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    names: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, names: Vec::new() }
    }

    /// Refuses what was just read.
    pub(super) fn refuse<T>(&self, reason: &str) -> Result<T, LabError> {
        let message = format!("{reason} (byte {} of {})", self.at, self.bytes.len());
        Err(LabError::new(ErrorCode::BadLink, message))
    }

    fn cut_off<T>(&self, what: &str) -> Result<T, LabError> {
        self.refuse(&format!("the link ends where {what} should be"))
    }

    fn var_int<T: VarInt>(&mut self, what: &str) -> Result<T, LabError> {
        let remaining = &self.bytes[self.at..];
        let len = remaining.iter().position(|byte| byte & 0x80 == 0);
        let Some(len) = len.map(|last| last + 1) else { return self.cut_off(what) };
        match T::decode_var(&remaining[..len]) {
            // As short as it can be: a number is written in one way.
            Some((number, read)) if read == len && (len == 1 || remaining[len - 1] != 0) => {
                self.at += len;
                Ok(number)
            }
            _ => self.refuse(&format!("{what} is no number")),
        }
    }

    pub(super) fn number(&mut self, what: &str) -> Result<u64, LabError> {
        self.var_int(what)
    }

    pub(super) fn signed(&mut self, what: &str) -> Result<i64, LabError> {
        self.var_int(what)
    }

    /// How many things follow, at most `max`. Each takes a byte at least, so that more than are left are refused at once.
    pub(super) fn count(&mut self, max: usize, what: &str) -> Result<usize, LabError> {
        let count = self.number(what)?;
        let left = self.bytes.len() - self.at;
        match usize::try_from(count) {
            Ok(count) if count > max => self
                .refuse(&format!("{what} is {count}; at most {max}"))
                .map_err(|error| LabError { code: ErrorCode::TooMuch, ..error }),
            Ok(count) if count <= left => Ok(count),
            _ => self.refuse(&format!("{what} is {count}, but only {left} bytes follow")),
        }
    }

    pub(super) fn span(&mut self, what: &str) -> Result<u64, LabError> {
        let number = self.number(what)?;
        let us = if number % 2 == 0 { Some(number / 2) } else { (number / 2).checked_mul(1000) };
        us.map_or_else(|| self.refuse(&format!("{what} is too long a time")), Ok)
    }

    pub(super) fn fraction(&mut self, what: &str) -> Result<f64, LabError> {
        match self.bytes[self.at..].first_chunk() {
            Some(bytes) => {
                self.at += bytes.len();
                Ok(f64::from_le_bytes(*bytes))
            }
            None => self.cut_off(what),
        }
    }

    pub(super) fn text(&mut self, what: &str) -> Result<String, LabError> {
        let len = self.number(what)?;
        let remaining = &self.bytes[self.at..];
        let Some(bytes) = usize::try_from(len).ok().and_then(|len| remaining.get(..len)) else {
            return self.cut_off(&format!("the end of {what}"));
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.at += bytes.len();
                Ok(text.to_owned())
            }
            Err(_) => self.refuse(&format!("{what} is not UTF-8")),
        }
    }

    pub(super) fn name(&mut self, what: &str) -> Result<String, LabError> {
        match self.number(what)? {
            0 => {
                let name = self.text(what)?;
                // Before it is copied wherever it stands for.
                validate::name(&name)?;
                self.names.push(name.clone());
                Ok(name)
            }
            number => match usize::try_from(number - 1).ok().and_then(|place| self.names.get(place)) {
                Some(name) => Ok(name.clone()),
                None => self.refuse(&format!("{what} is name {number}; there are {} so far", self.names.len())),
            },
        }
    }

    /// Refuses bytes that nothing reads.
    pub(super) fn end(&self) -> Result<(), LabError> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            left => self.refuse(&format!("{left} bytes follow the end of the link")),
        }
    }
}
