//! All databases.

use std::collections::BTreeSet;

use crate::db::{Db, DbSnapshot, Entry};
use crate::key::Key;
use crate::value::Value;

/// Databases unless `databases` says otherwise.
pub const DATABASES: usize = 16;

/// Counters for INFO's Stats section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// `keyspace_hits`: lookups for reading that found the key.
    pub hits: u64,
    /// `keyspace_misses`: lookups for reading that did not.
    pub misses: u64,
    /// `expired_keys`: keys deleted because they expired.
    pub expired: u64,
}

/// All databases.
///
/// * read: [`Keyspace::db`], [`Keyspace::get`], [`Keyspace::iter`], [`Keyspace::counts`], [`Keyspace::version`]
/// * change: [`Keyspace::set`], [`Keyspace::modify`], [`Keyspace::set_expire`], [`Keyspace::persist`],
///   [`Keyspace::rename`], [`Keyspace::delete`], [`Keyspace::flush_db`], [`Keyspace::flush_all`],
///   [`Keyspace::swap_db`], [`Keyspace::replace_data`]
/// * expire: [`Keyspace::active_expire`], [`Keyspace::expire_local`]
/// * save: [`Keyspace::snapshot`]
///
/// A database index must be below [`Keyspace::databases`]: methods panic otherwise, as SELECT has checked it.
#[derive(Clone, Debug)]
pub struct Keyspace {
    dbs: Vec<Db>,
    version: u64,
    /// The version at which all content was replaced: no key changed before it.
    replaced_at: u64,
    /// (database, key), in the type of the expiry index of [`Db`].
    local_expires: BTreeSet<(i64, Key)>,
    /// The time of [`Keyspace::set_clock`], and its value when all content was replaced; in Unix seconds.
    clock: i64,
    replaced_clock: i64,
    /// Counters for INFO; CONFIG RESETSTAT sets them to default.
    pub stats: Stats,
}

impl Default for Keyspace {
    fn default() -> Self {
        Self::new(DATABASES)
    }
}

impl Keyspace {
    /// `databases` empty databases.
    #[must_use]
    pub fn new(databases: usize) -> Self {
        Self {
            dbs: vec![Db::default(); databases],
            version: 0,
            replaced_at: 0,
            local_expires: BTreeSet::new(),
            clock: 0,
            replaced_clock: 0,
            stats: Stats::default(),
        }
    }

    /// A keyspace of these databases.
    #[must_use]
    pub fn from_dbs(dbs: Vec<Db>) -> Self {
        Self { dbs, ..Self::new(0) }
    }

    /// How many databases there are.
    #[inline]
    #[must_use]
    pub fn databases(&self) -> usize {
        self.dbs.len()
    }

    /// One database.
    #[inline]
    #[must_use]
    pub fn db(&self, db: usize) -> &Db {
        &self.dbs[db]
    }

    /// Incremented with every change, also by those that restore an earlier content.
    #[inline]
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Databases that have keys, as INFO's Keyspace section: (database, keys, keys with a time to live).
    #[must_use]
    pub fn counts(&self) -> Vec<(u32, u64, u64)> {
        (0..)
            .zip(&self.dbs)
            .filter(|(_, db)| !db.is_empty())
            .map(|(index, db)| (index, db.len() as u64, db.expires_len() as u64))
            .collect()
    }

    /// Keys in all databases.
    #[must_use]
    pub fn total_keys(&self) -> u64 {
        self.dbs.iter().map(|db| db.len() as u64).sum()
    }

    /// The mean remaining time to live in `db`, in milliseconds, 0 without such keys: INFO's `avg_ttl`, which Redis
    /// estimates from samples.
    #[must_use]
    pub fn average_ttl_ms(&self, db: usize, now_ms: i64) -> i64 {
        self.dbs[db].average_ttl_ms(now_ms)
    }

    /// An approximate size in bytes.
    #[must_use]
    pub fn approximate_bytes(&self) -> u64 {
        self.dbs.iter().map(|db| db.approximate_bytes() as u64).sum()
    }

    /// The entries of one database, in its order.
    pub fn iter(&self, db: usize) -> impl ExactSizeIterator<Item = (&Key, &Entry)> {
        self.dbs[db].iter()
    }

    /// The entry of `key`, expired or not; no counter is changed.
    #[inline]
    #[must_use]
    pub fn get(&self, db: usize, key: &[u8]) -> Option<&Entry> {
        self.dbs[db].get(key)
    }

    /// The version at which `key` last changed, `None` if it does not exist. A key that was deleted and set again has
    /// a new version, so WATCH detects it.
    #[must_use]
    pub fn key_version(&self, db: usize, key: &[u8]) -> Option<u64> {
        self.get(db, key).map(|entry| entry.version().max(self.replaced_at))
    }

    /// Sets the clock (in Unix seconds) for access times.
    pub fn set_clock(&mut self, unix_s: i64) {
        self.clock = unix_s;
    }

    /// Idle time of an entry in seconds (`estimateObjectIdleTime`).
    #[must_use]
    pub fn idle_s(&self, entry: &Entry, unix_s: i64) -> i64 {
        (unix_s - entry.accessed().max(self.replaced_clock)).max(0)
    }

    /// Sets `key` and removes its time to live. Returns whether the key is new.
    pub fn set(&mut self, db: usize, key: &[u8], value: impl Into<Value>) -> bool {
        let version = self.changed();
        let accessed = self.clock;
        self.db_mut(db).insert(key, value.into(), None, version, accessed)
    }

    /// Applies `change` to the value in place; keeps the time to live. `None` if the key does not exist.
    pub fn modify<R>(&mut self, db: usize, key: &[u8], change: impl FnOnce(&mut Value) -> R) -> Option<R> {
        self.dbs[db].get(key)?;
        let version = self.changed();
        self.db_mut(db).modify(key, version, change)
    }

    /// [`Keyspace::modify`] that changes only how the value is stored, which does not count as a change.
    pub fn convert(&mut self, db: usize, key: &[u8], change: impl FnOnce(&mut Value)) {
        if let Some(version) = self.get(db, key).map(Entry::version) {
            self.db_mut(db).modify(key, version, change);
        }
    }

    /// [`Keyspace::modify`] that keeps the key's version: a change that Redis does not signal to WATCH.
    pub fn modify_unsignalled<R>(&mut self, db: usize, key: &[u8], change: impl FnOnce(&mut Value) -> R) -> Option<R> {
        let version = self.get(db, key)?.version();
        self.changed();
        self.db_mut(db).modify(key, version, change)
    }

    /// Sets the time to live of `key`, in milliseconds since the Unix epoch (`setExpire`). Returns whether the key
    /// exists.
    pub fn set_expire(&mut self, db: usize, key: &[u8], expire_ms: i64) -> bool {
        if self.dbs[db].get(key).is_none() {
            return false;
        }
        let version = self.changed();
        self.db_mut(db).set_expire(key, Some(expire_ms), version)
    }

    /// Removes the time to live of `key` (`removeExpire`). Returns whether it had one.
    ///
    /// The key's version is kept: Redis does not signal PERSIST to WATCH.
    pub fn persist(&mut self, db: usize, key: &[u8]) -> bool {
        let Some(version) = self.get(db, key).filter(|entry| entry.expire_ms().is_some()).map(Entry::version) else {
            return false;
        };
        self.changed();
        self.db_mut(db).set_expire(key, None, version)
    }

    /// Moves the value and the time to live of `from` to `to`, replacing what it held (for RENAME). Returns whether
    /// `from` exists.
    pub fn rename(&mut self, db: usize, from: &[u8], to: &[u8]) -> bool {
        if self.dbs[db].get(from).is_none() {
            return false;
        }
        let version = self.changed();
        self.db_mut(db).rename(from, to, version)
    }

    /// Moves `key` with its time to live to another database, where it must not exist (for MOVE). Returns whether it
    /// existed.
    pub fn move_key(&mut self, from: usize, to: usize, key: &[u8]) -> bool {
        if self.dbs[from].get(key).is_none() {
            return false;
        }
        let version = self.changed();
        let entry = self.db_mut(from).remove(key);
        entry.is_some_and(|entry| {
            self.db_mut(to).place(key, entry, version);
            true
        })
    }

    /// Removes `key`. Returns whether it existed.
    pub fn delete(&mut self, db: usize, key: &[u8]) -> bool {
        if self.dbs[db].get(key).is_none() {
            return false;
        }
        self.changed();
        self.db_mut(db).remove(key).is_some()
    }

    /// Empties one database; returns the number of keys it had (`emptyDb` with its number).
    pub fn flush_db(&mut self, db: usize) -> u64 {
        self.changed();
        std::mem::take(&mut self.dbs[db]).len() as u64
    }

    /// Empties all databases; returns the number of keys they had (`emptyDb` with -1).
    pub fn flush_all(&mut self) -> u64 {
        self.local_expires.clear();
        (0..self.databases()).map(|db| self.flush_db(db)).sum()
    }

    /// Exchanges two databases (`dbSwapDatabases`).
    pub fn swap_db(&mut self, one: usize, other: usize) {
        self.changed();
        self.dbs.swap(one, other);
    }

    /// Replaces all content by that of `loaded` (an RDB file's). Counters are kept.
    ///
    /// Databases that `loaded` does not have become empty; it must not have more than this keyspace.
    pub fn replace_data(&mut self, loaded: Self) {
        debug_assert!(loaded.databases() <= self.databases(), "rdb::load checks database numbers");
        let databases = self.databases();
        self.dbs = loaded.dbs;
        self.dbs.resize(databases, Db::default());
        self.local_expires.clear();
        self.replaced_at = self.changed();
        self.replaced_clock = self.clock;
    }

    /// Deletes at most `limit` expired keys and returns them: databases in order, in each the earliest first
    /// (`activeExpireCycle`, which samples at random; here the order is known).
    pub fn active_expire(&mut self, now_ms: i64, limit: usize) -> Vec<(usize, Vec<u8>)> {
        let mut deleted = Vec::new();
        for db in 0..self.databases() {
            while deleted.len() < limit {
                let Some(key) = self.dbs[db].first_expired(now_ms) else { break };
                self.delete(db, &key);
                self.stats.expired += 1;
                deleted.push((db, key.to_vec()));
            }
        }
        deleted
    }

    /// Registers a key to which a client of this writable replica gave a time to live, so that
    /// [`Keyspace::expire_local`] deletes it: the master will never send a DEL for it (`rememberSlaveKeyWithExpire`).
    pub fn remember_local_expire(&mut self, db: usize, key: &[u8]) {
        self.local_expires.insert((db as i64, Key::from(key)));
    }

    /// Forgets the keys of [`Keyspace::remember_local_expire`] (`flushSlaveKeysWithExpireList`).
    pub fn forget_local_expires(&mut self) {
        self.local_expires.clear();
    }

    /// Deletes the expired keys of [`Keyspace::remember_local_expire`], and unregisters those without a time to live
    /// (`expireSlaveKeys`). Not replicated.
    pub fn expire_local(&mut self, now_ms: i64) -> Vec<(usize, Vec<u8>)> {
        let mut deleted = Vec::new();
        let mut kept = BTreeSet::new();
        for (number, key) in std::mem::take(&mut self.local_expires) {
            let db = number as usize;
            match self.get(db, &key) {
                Some(entry) if entry.is_expired(now_ms) => {
                    self.delete(db, &key);
                    self.stats.expired += 1;
                    deleted.push((db, key.to_vec()));
                }
                Some(entry) if entry.expire_ms().is_some() => {
                    kept.insert((number, key));
                }
                _ => {}
            }
        }
        self.local_expires = kept;
        deleted
    }

    /// A snapshot for a background save. Costs a reference count for each 256 keys. A change while the snapshot
    /// exists copies what it touches, once: 256 entries (not their values), and the changed value. Of a large
    /// collection that is all of it, where Redis's fork would copy a page of memory.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { dbs: self.dbs.iter().map(Db::snapshot).collect() }
    }

    /// Whether both hold the same keys with the same values and times to live.
    #[must_use]
    pub fn equal_data(&self, other: &Self) -> bool {
        let empty = Db::default();
        (0..self.databases().max(other.databases())).all(|db| {
            let [one, twin] = [self, other].map(|keyspace| keyspace.dbs.get(db).map_or(&empty, |db| db));
            one == twin
        })
    }

    fn changed(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    fn db_mut(&mut self, db: usize) -> &mut Db {
        &mut self.dbs[db]
    }
}

/// The dataset at one moment (what a forked child sees).
#[derive(Clone, Debug)]
pub struct Snapshot {
    dbs: Vec<DbSnapshot>,
}

impl Snapshot {
    /// The databases.
    #[must_use]
    pub fn dbs(&self) -> &[DbSnapshot] {
        &self.dbs
    }
}

#[cfg(test)]
mod tests;
