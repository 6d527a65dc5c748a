//! The dataset: databases, keys, values and times to live. It knows nothing of commands or replication.

mod db;
mod digest;
mod hash;
mod list;
mod ranked;
mod set;
mod string;
mod table;
mod value;
mod zset;

use std::collections::BTreeSet;

pub(crate) use db::ENTRY_OVERHEAD_BYTES;
pub use db::{Db, DbSnapshot, Entry, Key};
pub use digest::Digest;
pub use hash::Hash;
pub use list::List;
pub use set::Set;
pub use string::RedisString;
pub use value::{Collection, Value};
pub use zset::Zset;

/// Databases unless `databases` says otherwise.
pub const DATABASES: usize = 16;

/// Counters for INFO's Stats section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// `keyspace_hits`: lookups for reading that found the key.
    pub hits: u64,
    /// `keyspace_misses`: lookups for reading that did not.
    pub misses: u64,
    /// `expired_keys`: keys deleted because their time had come.
    pub expired: u64,
}

/// All databases.
///
/// * ask: [`Keyspace::db`], [`Keyspace::get`], [`Keyspace::iter`], [`Keyspace::counts`], [`Keyspace::version`]
/// * change: [`Keyspace::set`], [`Keyspace::modify`], [`Keyspace::set_expire`], [`Keyspace::persist`],
///   [`Keyspace::rename`], [`Keyspace::delete`], [`Keyspace::flush_db`], [`Keyspace::flush_all`],
///   [`Keyspace::swap_db`], [`Keyspace::replace_data`]
/// * expire: [`Keyspace::active_expire`], [`Keyspace::expire_local`]
/// * keep: [`Keyspace::snapshot`]
///
/// A database index must be below [`Keyspace::databases`]; every method that takes one panics otherwise, for SELECT
/// has checked it.
#[derive(Clone, Debug)]
pub struct Keyspace {
    dbs: Vec<Db>,
    version: u64,
    /// The version at which all content was replaced: no key changed before it.
    replaced_at: u64,
    /// Keys to which a client of this writable replica gave a time to live (`slaveKeysWithExpire`).
    /// (database, key): the same type as [`Db`] orders its expiries by, since each other one would be more wasm.
    local_expires: BTreeSet<(i64, Key)>,
    /// The time of [`Keyspace::set_clock`], and what it was when all content was replaced; in Unix seconds.
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

    /// These databases.
    pub(crate) fn from_dbs(dbs: Vec<Db>) -> Self {
        Self { dbs, ..Self::new(0) }
    }

    /// How many databases there are.
    #[must_use]
    pub fn databases(&self) -> usize {
        self.dbs.len()
    }

    /// One database.
    #[must_use]
    pub fn db(&self, db: usize) -> &Db {
        &self.dbs[db]
    }

    /// A number that grows with every change, also with those that restore an earlier content.
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

    /// The mean time left to the keys of `db` that expire, in milliseconds, 0 if there are none: INFO's `avg_ttl`,
    /// which Redis estimates from samples.
    #[must_use]
    pub fn average_ttl_ms(&self, db: usize, now_ms: i64) -> i64 {
        self.dbs[db].average_ttl_ms(now_ms)
    }

    /// A rough size in bytes.
    #[must_use]
    pub fn approximate_bytes(&self) -> u64 {
        self.dbs.iter().map(|db| db.approximate_bytes() as u64).sum()
    }

    /// The entries of one database, in its order.
    pub fn iter(&self, db: usize) -> impl ExactSizeIterator<Item = (&Key, &Entry)> {
        self.dbs[db].iter()
    }

    /// The entry of `key`, expired or not, without touching any counter.
    #[must_use]
    pub fn get(&self, db: usize, key: &[u8]) -> Option<&Entry> {
        self.dbs[db].get(key)
    }

    /// The version at which `key` last changed, `None` if there is no such key. A key that was deleted and set again
    /// has a new one, so WATCH can tell by it whether a key was touched.
    #[must_use]
    pub fn key_version(&self, db: usize, key: &[u8]) -> Option<u64> {
        self.get(db, key).map(|entry| entry.version().max(self.replaced_at))
    }

    /// Sets the clock (in Unix seconds) by which accesses are noted.
    pub fn set_clock(&mut self, unix_s: i64) {
        self.clock = unix_s;
    }

    /// How long the key of an entry was not accessed, in seconds (`estimateObjectIdleTime`).
    #[must_use]
    pub fn idle_s(&self, entry: &Entry, unix_s: i64) -> i64 {
        (unix_s - entry.accessed().max(self.replaced_clock)).max(0)
    }

    /// Sets `key` and removes its time to live. Says whether the key is new.
    pub fn set(&mut self, db: usize, key: &[u8], value: impl Into<Value>) -> bool {
        let version = self.changed();
        let new = self.db_mut(db).insert(key, value.into(), None, version);
        if let Some(entry) = self.get(db, key) {
            entry.touch(self.clock);
        }
        new
    }

    /// Lets `change` alter the value in place; the time to live stays. `None` if there is no such key.
    pub fn modify<R>(&mut self, db: usize, key: &[u8], change: impl FnOnce(&mut Value) -> R) -> Option<R> {
        self.dbs[db].get(key)?;
        let version = self.changed();
        self.db_mut(db).modify(key, version, change)
    }

    /// [`Keyspace::modify`] where only the way changes in which the value is stored: that is no change to anybody.
    pub fn convert(&mut self, db: usize, key: &[u8], change: impl FnOnce(&mut Value)) {
        if let Some(version) = self.get(db, key).map(Entry::version) {
            self.db_mut(db).modify(key, version, change);
        }
    }

    /// Gives `key` a time to live, in milliseconds since the Unix epoch (`setExpire`). Says whether the key exists.
    pub fn set_expire(&mut self, db: usize, key: &[u8], expire_ms: i64) -> bool {
        if self.dbs[db].get(key).is_none() {
            return false;
        }
        let version = self.changed();
        self.db_mut(db).set_expire(key, Some(expire_ms), version)
    }

    /// Takes the time to live of `key` away (`removeExpire`). Says whether it had one.
    ///
    /// The key's own version stays: PERSIST is no change to those who WATCH, as Redis does not signal it.
    pub fn persist(&mut self, db: usize, key: &[u8]) -> bool {
        let Some(version) = self.get(db, key).filter(|entry| entry.expire_ms().is_some()).map(Entry::version) else {
            return false;
        };
        self.changed();
        self.db_mut(db).set_expire(key, None, version)
    }

    /// Gives the value and the time to live of `from` to `to`, whatever that held (the heart of RENAME). Says whether
    /// `from` exists.
    pub fn rename(&mut self, db: usize, from: &[u8], to: &[u8]) -> bool {
        if self.dbs[db].get(from).is_none() {
            return false;
        }
        let version = self.changed();
        self.db_mut(db).rename(from, to, version)
    }

    /// Moves `key` with its time to live to another database, in which there is no such key (the heart of MOVE). Says
    /// whether it was there.
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

    /// Removes `key`. Says whether it was there.
    pub fn delete(&mut self, db: usize, key: &[u8]) -> bool {
        if self.dbs[db].get(key).is_none() {
            return false;
        }
        self.changed();
        self.db_mut(db).remove(key).is_some()
    }

    /// Empties one database and says how many keys it had (`emptyDb` with its number).
    pub fn flush_db(&mut self, db: usize) -> u64 {
        self.changed();
        std::mem::take(&mut self.dbs[db]).len() as u64
    }

    /// Empties all databases and says how many keys they had (`emptyDb` with -1).
    pub fn flush_all(&mut self) -> u64 {
        self.local_expires.clear();
        (0..self.databases()).map(|db| self.flush_db(db)).sum()
    }

    /// Exchanges two databases (`dbSwapDatabases`).
    pub fn swap_db(&mut self, one: usize, other: usize) {
        self.changed();
        self.dbs.swap(one, other);
    }

    /// Puts the content of `loaded` (an RDB file's) in the place of all there was. Counters stay.
    ///
    /// Databases that `loaded` does not have become empty; it must not have more than there are.
    pub fn replace_data(&mut self, loaded: Self) {
        debug_assert!(loaded.databases() <= self.databases(), "rdb::load checks database numbers");
        let databases = self.databases();
        self.dbs = loaded.dbs;
        self.dbs.resize(databases, Db::default());
        self.local_expires.clear();
        self.replaced_at = self.changed();
        self.replaced_clock = self.clock;
    }

    /// Deletes at most `limit` keys whose time has come, and says which: databases in order, in each the longest
    /// overdue first (the work of `activeExpireCycle`, which samples at random where we know the order).
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

    /// Remembers that a client of this writable replica gave `key` a time to live, so that [`Keyspace::expire_local`]
    /// may delete it: no DEL for it will ever come from the master (`rememberSlaveKeyWithExpire`).
    pub fn remember_local_expire(&mut self, db: usize, key: &[u8]) {
        self.local_expires.insert((db as i64, Key::from(key)));
    }

    /// Forgets the keys of [`Keyspace::remember_local_expire`] (`flushSlaveKeysWithExpireList`).
    pub fn forget_local_expires(&mut self) {
        self.local_expires.clear();
    }

    /// Deletes the keys of [`Keyspace::remember_local_expire`] whose time has come, and forgets those that lost their
    /// time to live (`expireSlaveKeys`). Nothing of it is replicated.
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

    /// The dataset as it is now, for a background save. Costs a reference count for each 256 keys. A change made while
    /// the snapshot lives copies what it touches, once: 256 entries (not their values), and the value that it changes.
    /// Of a large collection that is all of it, where Redis's fork would copy a page of memory.
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
