//! One database.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::key::Key;
use crate::table::{Pages, Table};
use crate::value::Value;

/// The initial use counter of a new key (`LFU_INIT_VAL`).
pub const LFU_INIT: u8 = 5;

/// Approximate bytes per entry besides its key and value: a `dictEntry` and two object headers in Redis.
const ENTRY_OVERHEAD_BYTES: usize = 64;

/// What stands for "no time to live". A negative time is none for Redis as well.
const NEVER: i64 = i64::MIN;

fn stored(expire_ms: Option<i64>) -> i64 {
    expire_ms.map_or(NEVER, |when| when.max(NEVER + 1))
}

/// A key's value and metadata.
#[derive(Debug)]
pub struct Entry {
    value: Value,
    /// [`NEVER`] if the key does not expire.
    expire_ms: i64,
    version: u64,
    /// Last access (`lru`), in Unix seconds. Set through a shared reference, as it is not a change; snapshots share
    /// it.
    accessed: AtomicU32,
    /// Access frequency, likewise.
    uses: AtomicU8,
}

impl Clone for Entry {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            expire_ms: self.expire_ms,
            version: self.version,
            accessed: AtomicU32::new(self.accessed.load(Ordering::Relaxed)),
            uses: AtomicU8::new(self.uses()),
        }
    }
}

impl Entry {
    pub(super) fn new(value: Value, expire_ms: Option<i64>, version: u64) -> Self {
        let expire_ms = stored(expire_ms);
        Self { value, expire_ms, version, accessed: AtomicU32::new(0), uses: AtomicU8::new(LFU_INIT) }
    }

    /// The value.
    #[inline]
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value, shared.
    #[inline]
    #[must_use]
    pub fn shared(&self) -> Value {
        self.value.clone()
    }

    /// When the key expires, in milliseconds since the Unix epoch; `None` if it does not.
    #[inline]
    #[must_use]
    pub const fn expire_ms(&self) -> Option<i64> {
        if self.expire_ms == NEVER { None } else { Some(self.expire_ms) }
    }

    /// The keyspace's version at the key's last change.
    #[inline]
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Last access, in Unix seconds; 0 if there was none since it was loaded.
    #[inline]
    #[must_use]
    pub fn accessed(&self) -> i64 {
        i64::from(self.accessed.load(Ordering::Relaxed))
    }

    /// Records an access.
    #[inline]
    pub fn touch(&self, unix_s: i64) {
        let unix_s = u32::try_from(unix_s.max(0)).unwrap_or(u32::MAX);
        self.accessed.store(unix_s, Ordering::Relaxed);
    }

    /// Access frequency (the counter of LFU) at the last access.
    #[inline]
    #[must_use]
    pub fn uses(&self) -> u8 {
        self.uses.load(Ordering::Relaxed)
    }

    /// Sets the access frequency.
    #[inline]
    pub fn set_uses(&self, uses: u8) {
        self.uses.store(uses, Ordering::Relaxed);
    }

    /// Whether the key is expired (`keyIsExpired`): strictly after `expire_ms`. A negative time means never.
    #[inline]
    #[must_use]
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.expire_ms >= 0 && now_ms > self.expire_ms
    }
}

/// One database: its keys in insertion order (a deletion moves the last key into the gap), and an index of those with
/// a time to live.
///
/// The order depends only on the history of changes, so the same commands give the same KEYS and the same RDB file.
/// It is that of a vector: a new key is appended, a changed one keeps its place, and a deletion moves at most the
/// last key, towards the front. So SCAN may use an index as its cursor if it walks from the end to the front: no
/// unvisited key moves behind the cursor.
#[derive(Clone, Debug, Default)]
pub struct Db {
    entries: Table,
    /// Every key with a time to live, soonest first.
    expires: BTreeSet<(i64, Key)>,
    /// The sum of all times in `expires`.
    expires_sum: i128,
    bytes: usize,
}

impl Db {
    /// Number of keys, including expired ones that were not deleted yet (DBSIZE).
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keys with a time to live.
    #[must_use]
    pub fn expires_len(&self) -> usize {
        self.expires.len()
    }

    /// The mean remaining time to live, in milliseconds, at least 0.
    #[must_use]
    pub fn average_ttl_ms(&self, now_ms: i64) -> i64 {
        let Some(mean) = self.expires_sum.checked_div(self.expires.len() as i128) else { return 0 };
        i64::try_from(mean - i128::from(now_ms)).unwrap_or(i64::MAX).max(0)
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The entry of `key`, expired or not.
    #[inline]
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key).map(|(_, entry)| entry)
    }

    /// All entries, in the database's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Entry)> {
        self.entries.pages().iter()
    }

    /// The keys that expire and when, soonest first.
    pub fn expires(&self) -> impl ExactSizeIterator<Item = (i64, &Key)> {
        self.expires.iter().map(|(when, key)| (*when, key))
    }

    /// The keys with a time to live, starting at a random point in the order of their times and wrapping around.
    pub fn expires_from(&self, random: u64) -> impl Iterator<Item = &Key> {
        let ends = self.expires.first().zip(self.expires.last());
        let (first, last) = ends.map_or((0, 0), |((first, _), (last, _))| (*first, *last));
        let span = u128::from(last.abs_diff(first)) + 1;
        let start = first.saturating_add(((u128::from(random) * span) >> 64) as i64);
        let from = (start, Key::from(&[][..]));
        self.expires.range(from.clone()..).chain(self.expires.range(..from)).map(|(_, key)| key)
    }

    /// The entry at `index` in the database's order, for RANDOMKEY and sampling.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<(&Key, &Entry)> {
        self.entries.pages().at(index)
    }

    /// Sets `key`, its time to live, its version and its last access (0 for none). Returns whether the key is new.
    pub fn insert(&mut self, key: &[u8], value: Value, expire_ms: Option<i64>, version: u64, accessed: i64) -> bool {
        let entry = Entry::new(value, expire_ms, version);
        entry.touch(accessed);
        let (bytes, expire_ms) = (entry.value.approximate_bytes(), entry.expire_ms());
        let Some((key, old)) = self.entries.insert(key, entry) else {
            self.count_newest();
            return true;
        };
        self.bytes += bytes;
        self.bytes -= old.value.approximate_bytes();
        self.reindex(key, old.expire_ms(), expire_ms);
        false
    }

    /// Adds a new key.
    fn put(&mut self, key: Key, entry: Entry) {
        self.entries.push(key, entry);
        self.count_newest();
    }

    /// Counts the key that was added last, and lists it among those that expire if it does.
    fn count_newest(&mut self) {
        let Some((key, entry)) = self.entries.pages().at(self.len() - 1) else { return };
        self.bytes += key.len() + entry.value.approximate_bytes() + ENTRY_OVERHEAD_BYTES;
        if let Some(when) = entry.expire_ms() {
            let key = key.clone();
            self.reindex(key, None, Some(when));
        }
    }

    /// Applies `change` to the value in place.
    pub(crate) fn modify<R>(&mut self, key: &[u8], version: u64, change: impl FnOnce(&mut Value) -> R) -> Option<R> {
        let (_, entry) = self.entries.get_mut(key)?;
        entry.version = version;
        let value = &mut entry.value;
        let before = value.approximate_bytes();
        let result = change(value);
        self.bytes = self.bytes - before + value.approximate_bytes();
        Some(result)
    }

    /// Sets or removes the time to live. Returns whether the key exists.
    pub(crate) fn set_expire(&mut self, key: &[u8], expire_ms: Option<i64>, version: u64) -> bool {
        let Some((key, entry)) = self.entries.get_mut(key) else { return false };
        let old = entry.expire_ms();
        entry.expire_ms = stored(expire_ms);
        entry.version = version;
        let (key, new) = (key.clone(), entry.expire_ms());
        self.reindex(key, old, new);
        true
    }

    /// Moves the value and the time to live of `from` to `to`. Returns whether `from` exists.
    pub(crate) fn rename(&mut self, from: &[u8], to: &[u8], version: u64) -> bool {
        let Some(entry) = self.remove(from) else { return false };
        self.place(to, entry, version);
        true
    }

    /// Sets `key` to the value and the time to live of `entry`, replacing what it held.
    pub(crate) fn place(&mut self, key: &[u8], entry: Entry, version: u64) {
        self.remove(key);
        self.put(Key::from(key), Entry { version, ..entry });
    }

    /// Removes the key. `None` if there is no such key.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let (key, entry) = self.entries.swap_remove(key)?;
        self.bytes -= key.len() + entry.value.approximate_bytes() + ENTRY_OVERHEAD_BYTES;
        self.reindex(key, entry.expire_ms(), None);
        Some(entry)
    }

    /// The key that expires first, if it is expired.
    pub(crate) fn first_expired(&self, now_ms: i64) -> Option<Key> {
        let (when, key) = self.expires.first()?;
        (now_ms > *when).then(|| Key::clone(key))
    }

    /// A snapshot. Costs a reference count for each 256 keys; a later change copies the 256 entries around it, and
    /// the value that it changes.
    pub(super) fn snapshot(&self) -> DbSnapshot {
        DbSnapshot { pages: self.entries.pages().clone(), expires_len: self.expires_len(), bytes: self.bytes }
    }

    fn reindex(&mut self, key: Key, old: Option<i64>, new: Option<i64>) {
        if old == new {
            return;
        }
        self.expires_sum += i128::from(new.unwrap_or_default()) - i128::from(old.unwrap_or_default());
        match (old, new) {
            (Some(old), Some(new)) => {
                self.expires.remove(&(old, Key::clone(&key)));
                self.expires.insert((new, key));
            }
            (Some(old), None) => {
                self.expires.remove(&(old, key));
            }
            (None, Some(new)) => {
                self.expires.insert((new, key));
            }
            (None, None) => {}
        }
    }
}

/// Equal keys with equal values and times to live, in any order.
impl PartialEq for Db {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, entry)| {
                other.get(key).is_some_and(|twin| twin.expire_ms == entry.expire_ms && twin.value == entry.value)
            })
    }
}

/// One database at one moment.
#[derive(Clone, Debug)]
pub struct DbSnapshot {
    pages: Pages,
    expires_len: usize,
    bytes: usize,
}

impl DbSnapshot {
    /// Keys.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether there are no keys.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keys with a time to live.
    #[must_use]
    pub const fn expires_len(&self) -> usize {
        self.expires_len
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// All entries, in the database's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Entry)> {
        self.pages.iter()
    }
}
