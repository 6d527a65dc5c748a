//! One value as bytes: the payload of DUMP and RESTORE.
//!
//! Its type, the value, two bytes of RDB version and eight of checksum over all before, both little endian.

use std::fmt;

use psyncscope_keyspace::Value;

use crate::encodings::EncodingLimits;
use crate::error::RdbError;
use crate::format::{CRC, VERSION};
use crate::reader::RdbReader;
use crate::writer::{RdbWriter, value_type};

/// Bytes of version and checksum.
const FOOTER: usize = 10;

/// Why a payload was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// It is too short, of an unsupported version, or its checksum is wrong (`verifyDumpPayload`).
    Footer,
    /// No value can be read from it.
    Format(RdbError),
    /// It holds an empty collection, which no key may hold.
    Empty,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Footer => "DUMP payload version or checksum are wrong",
            Self::Format(_) | Self::Empty => "Bad data format",
        })
    }
}

impl std::error::Error for RestoreError {}

/// `createDumpPayload`. `compress` is `rdbcompression`.
#[must_use]
pub fn dump(value: &Value, compress: bool) -> Vec<u8> {
    let mut out = RdbWriter::new(value.approximate_bytes() / 2, compress);
    out.bytes.push(value_type(value));
    out.value(value);
    out.bytes.extend_from_slice(&(VERSION as u16).to_le_bytes());
    let checksum = CRC.checksum(&out.bytes);
    out.bytes.extend_from_slice(&checksum.to_le_bytes());
    out.bytes
}

/// The value in a payload of a version up to `max_version`, encoded as `limits` say. Bytes between the value and the
/// footer are ignored.
///
/// # Errors
/// See [`RestoreError`].
pub fn restore(payload: &[u8], max_version: u32, limits: &EncodingLimits) -> Result<Value, RestoreError> {
    let split = payload.len().checked_sub(FOOTER).ok_or(RestoreError::Footer)?;
    let mut footer = RdbReader { bytes: payload, at: split };
    let version = footer.array().map(u16::from_le_bytes).map_err(|_| RestoreError::Footer)?.into();
    let checked = footer.at;
    let checksum = footer.array().map(u64::from_le_bytes).map_err(|_| RestoreError::Footer)?;
    if version > max_version || checksum != CRC.checksum(&payload[..checked]) {
        return Err(RestoreError::Footer);
    }
    let mut reader = RdbReader { bytes: &payload[..split], at: 0 };
    let value = reader
        .byte()
        .and_then(|value_type| reader.value(value_type, version, limits, 0))
        .map_err(RestoreError::Format)?;
    if value.is_empty_collection() { Err(RestoreError::Empty) } else { Ok(value) }
}
