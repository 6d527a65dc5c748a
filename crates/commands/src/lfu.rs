//! The access frequency of keys, for eviction by LFU (evict.c).

use psyncscope_keyspace::{Entry, LFU_INIT};
use rand_core::RngCore;

use crate::eviction::Eviction;

/// `LFUDecrAndReturn`: the access frequency of an entry, on a logarithmic scale.
#[must_use]
pub fn frequency(entry: &Entry, idle_s: i64, eviction: &Eviction) -> u8 {
    let decay = eviction.lfu_decay_time;
    let periods = if decay > 0 { idle_s / 60 / decay } else { 0 };
    entry.uses().saturating_sub(u8::try_from(periods).unwrap_or(u8::MAX))
}

/// `LFULogIncr`: the higher the counter, the less likely it is incremented.
pub fn increment_frequency(uses: u8, eviction: &Eviction, rng: &mut impl RngCore) -> u8 {
    let base = f64::from(uses.saturating_sub(LFU_INIT));
    let chance = 1.0 / (base * eviction.lfu_log_factor as f64 + 1.0);
    let drawn = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    if drawn < chance { uses.saturating_add(1) } else { uses }
}
