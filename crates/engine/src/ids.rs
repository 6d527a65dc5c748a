//! Replication IDs and offsets, which together name a byte of a replication stream.

use std::fmt;

use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// `getRandomHexChars`: the characters of a new ID, or of the mark that ends a streamed RDB.
pub(crate) fn random_hex_chars(rng: &mut impl RngCore) -> [u8; 40] {
    std::array::from_fn(|_| b"0123456789abcdef"[(rng.next_u32() >> 28) as usize])
}

/// A replication ID: 40 hexadecimal characters that name one history of writes.
///
/// [`ReplId::NONE`] (forty times `'0'`) is Redis's value for "no history" (`replid2` of a node whose ID never
/// changed).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplId([u8; 40]);

impl ReplId {
    /// Forty `'0'` characters: no history.
    pub const NONE: Self = Self([b'0'; 40]);

    /// No characters: the ID after a malformed `+FULLRESYNC`, or after SYNC on a new node (`master_replid` is an
    /// empty C string then, and INFO shows it so).
    pub const EMPTY: Self = Self([0; 40]);

    /// How many characters there are.
    pub(crate) const LEN: usize = 40;

    /// The characters; of [`ReplId::EMPTY`] forty zero bytes.
    pub(crate) const fn as_array(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A new random ID.
    pub fn random(rng: &mut impl RngCore) -> Self {
        Self(random_hex_chars(rng))
    }

    /// The ID in `bytes`, if there are exactly 40 of them. Redis does not check that they are hexadecimal, nor do we.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The characters: 40, or none for [`ReplId::EMPTY`].
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        if *self == Self::EMPTY { &[] } else { &self.0 }
    }

    /// Whether this is [`ReplId::NONE`].
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// Whether `asked` is this ID, ignoring case as `strcasecmp` does in `masterTryPartialResynchronization`.
    #[must_use]
    pub fn matches(&self, asked: &[u8]) -> bool {
        self.as_bytes().eq_ignore_ascii_case(asked)
    }

    /// The first four characters, enough to distinguish histories on a screen.
    #[must_use]
    pub fn short(&self) -> String {
        String::from_utf8_lossy(self.as_bytes()).chars().take(4).collect()
    }
}

impl fmt::Display for ReplId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl fmt::Debug for ReplId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplId({self})")
    }
}

impl Serialize for ReplId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReplId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        if text.is_empty() {
            return Ok(Self::EMPTY);
        }
        Self::from_bytes(text.as_bytes())
            .ok_or_else(|| serde::de::Error::custom("a replication ID has exactly 40 characters"))
    }
}

/// **The last byte had**: how many bytes of a replication history a node has produced or applied.
///
/// Offsets count from 1: a node at `Offset(50)` has bytes 1..=50 and wants byte 51 next, which is what it asks for
/// in `PSYNC <replid> 51`. `Offset(-1)` is Redis's "unknown".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(pub i64);

impl Offset {
    /// Redis's -1: no offset is known.
    pub const UNKNOWN: Self = Self(-1);

    /// The next byte wanted after this one: `Offset(50).next() == NextByte(51)`.
    #[must_use]
    pub const fn next(self) -> NextByte {
        NextByte(self.0.saturating_add(1))
    }

    /// This offset plus `bytes`.
    #[must_use]
    pub const fn plus(self, bytes: usize) -> Self {
        Self(self.0.saturating_add(bytes as i64))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// **The next byte wanted**: the position a PSYNC asks for, the oldest byte a backlog keeps (`repl_backlog_off`), and
/// the first byte that a second history does *not* share (`second_replid_offset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextByte(pub i64);

impl NextByte {
    /// Redis's -1, the `second_replid_offset` of a node without a second history.
    pub const NONE: Self = Self(-1);

    /// The byte before this one: `NextByte(51).had() == Offset(50)`.
    #[must_use]
    pub const fn had(self) -> Offset {
        Offset(self.0.saturating_sub(1))
    }
}

impl fmt::Display for NextByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
