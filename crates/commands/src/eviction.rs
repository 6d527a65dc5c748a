//! Settings of eviction: when it begins, and which keys it chooses.

/// `maxmemory-policy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// No key is evicted: commands that need more memory are refused.
    #[default]
    NoEviction,
    /// The key with the longest idle time.
    AllKeysLru,
    /// The key with the lowest access frequency.
    AllKeysLfu,
    /// Any key.
    AllKeysRandom,
    /// As [`Policy::AllKeysLru`], among keys with a time to live.
    VolatileLru,
    /// As [`Policy::AllKeysLfu`], among keys with a time to live.
    VolatileLfu,
    /// Any key with a time to live.
    VolatileRandom,
    /// The key that expires first.
    VolatileTtl,
}

impl Policy {
    /// Every policy with its name in redis.conf.
    pub const NAMES: [(Self, &'static str); 8] = [
        (Self::VolatileLru, "volatile-lru"),
        (Self::VolatileLfu, "volatile-lfu"),
        (Self::VolatileRandom, "volatile-random"),
        (Self::VolatileTtl, "volatile-ttl"),
        (Self::AllKeysLru, "allkeys-lru"),
        (Self::AllKeysLfu, "allkeys-lfu"),
        (Self::AllKeysRandom, "allkeys-random"),
        (Self::NoEviction, "noeviction"),
    ];

    /// Its name in redis.conf.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(policy, _)| *policy == self).map_or("", |(_, name)| name)
    }

    /// Whether it uses access frequencies.
    #[must_use]
    pub const fn is_lfu(self) -> bool {
        matches!(self, Self::AllKeysLfu | Self::VolatileLfu)
    }

    /// Whether it uses access times or frequencies.
    #[must_use]
    pub const fn uses_access_data(self) -> bool {
        self.is_lfu() || matches!(self, Self::AllKeysLru | Self::VolatileLru)
    }

    /// Whether any key may be evicted, not only those with a time to live.
    #[must_use]
    pub const fn is_for_all_keys(self) -> bool {
        matches!(self, Self::AllKeysLru | Self::AllKeysLfu | Self::AllKeysRandom)
    }
}

/// The directives on memory limits and eviction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eviction {
    /// `maxmemory` in bytes, 0 for no limit.
    pub maxmemory: u64,
    /// `maxmemory-policy`.
    pub policy: Policy,
    /// `maxmemory-samples`: keys sampled for each eviction.
    pub samples: usize,
    /// `lfu-log-factor`: how slowly access counters grow.
    pub lfu_log_factor: i64,
    /// `lfu-decay-time`: minutes without access after which a counter is decremented.
    pub lfu_decay_time: i64,
    /// `lazyfree-lazy-eviction`: evictions are propagated as UNLINK.
    pub lazy: bool,
}

impl Default for Eviction {
    fn default() -> Self {
        Self {
            maxmemory: 0,
            policy: Policy::NoEviction,
            samples: 5,
            lfu_log_factor: 10,
            lfu_decay_time: 1,
            lazy: false,
        }
    }
}
