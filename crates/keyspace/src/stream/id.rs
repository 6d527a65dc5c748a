//! IDs of a stream's entries.

use std::fmt;

/// The ID of an entry: milliseconds since the Unix epoch, and a sequence number among those of one millisecond. Shown
/// as `ms-seq`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Milliseconds since the Unix epoch.
    pub ms: u64,
    /// The sequence number.
    pub seq: u64,
}

impl StreamId {
    /// `0-0`, which no entry has.
    pub const MIN: Self = Self { ms: 0, seq: 0 };
    /// The last possible ID.
    pub const MAX: Self = Self { ms: u64::MAX, seq: u64::MAX };

    /// The ID after this one (`streamIncrID`); after the last one, `0-0`.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.seq.checked_add(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => Self { ms: self.ms.wrapping_add(1), seq: 0 },
        }
    }

    /// The ID of an entry that is added at this time after the entry with the ID `last` (`streamNextID`): the time, or
    /// the next ID if the clock stands still or was moved back.
    #[must_use]
    pub const fn generate(last: Self, now_ms: u64) -> Self {
        if now_ms > last.ms { Self { ms: now_ms, seq: 0 } } else { last.next() }
    }

    /// Both numbers, big endian (`streamEncodeID`).
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.ms) << 64 | u128::from(self.seq)).to_be_bytes()
    }

    /// The reverse of [`StreamId::to_bytes`] (`streamDecodeID`).
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        let both = u128::from_be_bytes(bytes);
        Self { ms: (both >> 64) as u64, seq: both as u64 }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}
