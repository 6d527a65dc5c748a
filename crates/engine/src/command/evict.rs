//! Eviction of keys when `maxmemory` is reached (evict.c).

use psyncscope_commands::lfu::frequency;
use psyncscope_commands::{Events, Policy};
use psyncscope_keyspace::{Db, Key};
use rand_core::RngCore;

use crate::info::Buffers;
use crate::node::Node;

/// Memory of an empty process, about as much as Redis needs.
pub(crate) const STARTUP_BYTES: u64 = 860_000;
/// Memory of a connection, about as much as in Redis.
pub(crate) const CLIENT_BYTES: u64 = 17_000;

impl Node {
    /// `zmalloc_used_memory`, approximately.
    pub(crate) fn memory_in_use(&self) -> u64 {
        self.memory_with(&self.buffers())
    }

    /// [`Node::memory_in_use`] with these buffers of the clients.
    pub(crate) fn memory_with(&self, buffers: &Buffers) -> u64 {
        let backlog = self.repl.downstream.backlog_size();
        STARTUP_BYTES + self.append_only_buffers() + self.keyspace.approximate_bytes() + backlog + buffers.used
    }

    /// Bytes buffered for the append-only file.
    pub(crate) fn append_only_buffers(&self) -> u64 {
        (self.aof.buf.len() + self.aof.rewrite_buf.len()) as u64
    }

    /// `freeMemoryGetNotCountedMemory`: buffers for replicas and the append-only file are not counted, or eviction
    /// would never end because of its own DELs.
    pub(crate) fn memory_not_counted(&self, buffers: &Buffers) -> u64 {
        buffers.replica_output + self.append_only_buffers()
    }

    /// `freeMemoryIfNeededAndSafe`: evicts keys; returns whether memory is within `maxmemory` afterwards.
    pub(crate) fn free_memory_if_needed(&mut self) -> bool {
        if self.config.data.eviction.maxmemory == 0 || self.loading.is_some() || self.scripts.timed_out() {
            return true;
        }
        if (self.repl.is_replica() && self.config.replica_ignore_maxmemory) || self.clients_are_paused() {
            return true;
        }
        let buffers = self.buffers();
        let used = self.memory_with(&buffers) - self.memory_not_counted(&buffers);
        let mut too_much = used.saturating_sub(self.config.data.eviction.maxmemory);
        while too_much > 0 {
            let Some((db, key)) = self.key_to_evict() else { return false };
            let before = self.keyspace.approximate_bytes();
            self.propagate_deletion(db, &key, self.config.data.eviction.lazy);
            self.keyspace.delete(db, &key);
            too_much = too_much.saturating_sub(before - self.keyspace.approximate_bytes());
            self.stats.evicted_keys += 1;
            self.notify_keyspace_event(Events::EVICTED, "evicted", db, &key);
            for replica in self.repl.downstream.replicas.clone() {
                if self.clients.get(&replica).is_some_and(|client| client.may_write()) {
                    self.write_to_client(replica);
                }
            }
        }
        true
    }

    /// The best of a few keys of each database, or any key if the policy is random.
    fn key_to_evict(&mut self) -> Option<(usize, Vec<u8>)> {
        let policy = self.config.data.eviction.policy;
        let mut best: Option<(i64, usize, Key)> = None;
        for number in 0..self.keyspace.databases() {
            let db = match policy {
                Policy::NoEviction => return None,
                Policy::AllKeysRandom | Policy::VolatileRandom => {
                    self.next_evicted_db = (self.next_evicted_db + 1) % self.keyspace.databases();
                    self.next_evicted_db
                }
                _ => number,
            };
            for key in sample(self.keyspace.db(db), policy, self.config.data.eviction.samples, &mut self.rng) {
                let worth = self.worth_evicting(db, &key);
                if best.as_ref().is_none_or(|(most, ..)| worth > *most) {
                    best = Some((worth, db, key));
                }
            }
            if best.is_some() && matches!(policy, Policy::AllKeysRandom | Policy::VolatileRandom) {
                break;
            }
        }
        best.map(|(_, db, key)| (db, key.to_vec()))
    }

    /// The greater, the sooner it is evicted (`idle` of `evictionPoolPopulate`).
    fn worth_evicting(&self, db: usize, key: &[u8]) -> i64 {
        let Some(entry) = self.keyspace.get(db, key) else { return i64::MIN };
        let idle_s = self.keyspace.idle_s(entry, self.now.unix_s());
        match self.config.data.eviction.policy {
            Policy::VolatileTtl => entry.expire_ms().unwrap_or(i64::MAX).saturating_neg(),
            policy if policy.is_lfu() => 255 - i64::from(frequency(entry, idle_s, &self.config.data.eviction)),
            _ => idle_s,
        }
    }
}

/// Keys that the policy allows: some consecutive ones from a random place. Keys with a time to live are ordered by
/// it, so the one that expires first is known.
fn sample(db: &Db, policy: Policy, samples: usize, rng: &mut impl RngCore) -> Vec<Key> {
    let len = if policy.is_for_all_keys() { db.len() } else { db.expires_len() };
    if len == 0 {
        return Vec::new();
    }
    let wanted = match policy {
        Policy::AllKeysRandom | Policy::VolatileRandom | Policy::VolatileTtl => 1,
        _ => samples.min(len),
    };
    if policy.is_for_all_keys() {
        let start = (rng.next_u64() % len as u64) as usize;
        let places = (0..wanted).map(|step| (start + step) % len);
        return places.filter_map(|place| db.at(place)).map(|(key, _)| Key::clone(key)).collect();
    }
    let random = if policy == Policy::VolatileTtl { 0 } else { rng.next_u64() };
    db.expires_from(random).take(wanted).map(Key::clone).collect()
}
