//! Time. The node has no clock: its driver passes the time with each call.

use serde::{Deserialize, Serialize};

/// A point on the driver's monotonic clock, in microseconds since the driver's own zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub u64);

impl Instant {
    /// The instant `us` microseconds later.
    #[must_use]
    pub const fn plus_us(self, us: u64) -> Self {
        Self(self.0.saturating_add(us))
    }

    /// The instant `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        self.plus_us(ms.saturating_mul(1000))
    }

    /// Microseconds from `earlier` to `self`, 0 if `earlier` is later.
    #[must_use]
    pub const fn since_us(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The two clocks of a host at one moment.
///
/// Timers use `mono`; key expiry and all "seconds ago" of replication use the wall clock, as in Redis, so moving the
/// clock affects them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The monotonic clock.
    pub mono: Instant,
    /// The wall clock: microseconds since the Unix epoch.
    pub unix_us: i64,
}

impl Now {
    /// Wall-clock milliseconds (Redis's `mstime()`).
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.unix_us.div_euclid(1000)
    }

    /// Wall-clock seconds (Redis's `server.unixtime`).
    #[must_use]
    pub const fn unix_s(self) -> i64 {
        self.unix_us.div_euclid(1_000_000)
    }
}
