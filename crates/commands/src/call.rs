//! The context of a data command, without connections and replication.

use std::marker::PhantomData;
use std::ops::Deref;

use psyncscope_keyspace::{Collection, Entry, Keyspace, Value};
use psyncscope_resp::{Reply, errors};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::block::Block;
use crate::events::{Events, Notice};
use crate::lfu::{frequency, increment_frequency};
use crate::settings::Settings;

/// How this node treats expired keys (`expireIfNeeded`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryRole {
    /// A master: accessing the key deletes it.
    Master,
    /// A replica serving a normal client: reads treat it as missing, nothing is deleted.
    ReplicaForClient,
    /// A replica applying its master's stream: the key exists until the master's DEL arrives.
    ReplicaForMaster,
}

/// One execution of a data command.
///
/// * read: [`Call::lookup_read`], [`Call::lookup_write`], their `_string` forms and [`Call::read`], which reply
///   WRONGTYPE
/// * change: [`Call::set_key`], [`Call::set_expire`], [`Call::change`], [`Call::create_or_change`], and the methods
///   of `keyspace`. None of them counts in `dirty`: as in Redis, each command does
/// * report: `reply`, `dirty`, [`Call::rewrite`], [`Call::also_propagate`], [`Call::signal_key_as_ready`]
pub struct Call<'a> {
    /// The arguments; `argv[0]` is the command's name as the client spelt it.
    pub argv: &'a [Vec<u8>],
    /// All databases.
    pub keyspace: &'a mut Keyspace,
    /// The client's selected database.
    pub db: usize,
    /// The node's wall clock, in milliseconds since the Unix epoch (`mstime`).
    pub now_ms: i64,
    /// How to treat expired keys.
    pub expiry: ExpiryRole,
    /// Whether the command is flagged readonly in the table.
    pub readonly: bool,
    /// The node's settings.
    pub config: &'a Settings,
    /// The newest version of a DUMP payload that RESTORE accepts.
    pub rdb_version_max: u32,
    /// The node's random numbers.
    pub rng: &'a mut Xoshiro256PlusPlus,
    /// Inside EXEC or a script no client can block: a blocking command replies as if it had timed out.
    pub deny_blocking: bool,
    /// A script calls it (`CLIENT_LUA`).
    pub from_script: bool,
    /// The reply.
    pub reply: &'a mut Reply,
    /// Number of changes to the dataset (`server.dirty`); with 0 the command is not propagated.
    pub dirty: u64,
    /// Set by a blocking command that found nothing: the client blocks, and the reply is dropped.
    pub block: Option<Block>,
    /// Propagated instead of `argv` (`rewriteClientCommandVector`).
    pub rewritten: Option<Vec<Vec<u8>>>,
    /// `argv` is not propagated, regardless of `dirty` (`preventCommandPropagation`).
    pub prevented: bool,
    /// Propagated after the command itself (`alsoPropagate`), each in its database.
    pub also: Vec<(usize, Vec<Vec<u8>>)>,
    /// Propagated before the command and whatever becomes of it ([`Call::propagate_at_once`]), each in its database.
    pub at_once: Vec<(usize, Vec<Vec<u8>>)>,
    /// Keys that got data and that clients may be blocked on (`signalKeyAsReady`), in order.
    pub ready: Vec<(usize, Vec<u8>)>,
    /// Expired keys that this call deleted, in order: each is fed as a DEL before the command.
    pub expired: Vec<(usize, Vec<u8>)>,
    /// Keyspace events ([`Call::notify`]).
    pub notices: Vec<Notice>,
}

/// The key holds another type; the error was replied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongType;

impl Call<'_> {
    /// The node's wall clock, in seconds since the Unix epoch (`server.unixtime`).
    #[must_use]
    pub const fn now_s(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// The value of `key` for reading (`lookupKeyRead`). Counts a hit or a miss.
    ///
    /// An expired key: deleted and `None` on a master; `None` for a read-only command of a replica's client;
    /// otherwise returned.
    pub fn lookup_read(&mut self, key: &[u8]) -> Option<Value> {
        let found = self.lookup_read_untouched(key);
        self.touch(key);
        found
    }

    /// [`Call::lookup_read`] that does not count as an access (`LOOKUP_NOTOUCH`).
    pub fn lookup_read_untouched(&mut self, key: &[u8]) -> Option<Value> {
        let expired = self.expire_if_needed(key);
        let hidden = expired && self.readonly && self.expiry == ExpiryRole::ReplicaForClient;
        let found = if hidden { None } else { self.peek(key) };
        match found {
            Some(_) => self.keyspace.stats.hits += 1,
            None => self.keyspace.stats.misses += 1,
        }
        found
    }

    /// The value of `key` for changing (`lookupKeyWrite`). A master first deletes it if it is expired; a replica
    /// returns it.
    ///
    /// Drop what this returns before changing the key, or the change copies the value.
    pub fn lookup_write(&mut self, key: &[u8]) -> Option<Value> {
        self.expire_if_needed(key);
        self.touch(key);
        self.peek(key)
    }

    /// Records an access to `key`.
    fn touch(&mut self, key: &[u8]) {
        if let Some(entry) = self.keyspace.get(self.db, key) {
            if self.config.eviction.policy.is_lfu() {
                let idle_s = self.keyspace.idle_s(entry, self.now_s());
                let eviction = &self.config.eviction;
                entry.set_uses(increment_frequency(frequency(entry, idle_s, eviction), eviction, self.rng));
            }
            entry.touch(self.now_s());
        }
    }

    /// [`Call::lookup_read`] of a string. On another type replies WRONGTYPE.
    ///
    /// # Errors
    /// The key holds another type.
    pub fn lookup_read_string(&mut self, key: &[u8]) -> Result<Option<StringValue>, WrongType> {
        let value = self.lookup_read(key);
        self.string(value)
    }

    /// [`Call::lookup_write`] of a string. On another type replies WRONGTYPE.
    ///
    /// # Errors
    /// The key holds another type.
    pub fn lookup_write_string(&mut self, key: &[u8]) -> Result<Option<StringValue>, WrongType> {
        let value = self.lookup_write(key);
        self.string(value)
    }

    /// The value of `key`, expired or not, without counting an access.
    #[must_use]
    pub fn peek(&self, key: &[u8]) -> Option<Value> {
        self.keyspace.get(self.db, key).map(Entry::shared)
    }

    /// `expireIfNeeded`: whether `key` is expired; a master deletes it and records it in `expired`.
    pub fn expire_if_needed(&mut self, key: &[u8]) -> bool {
        if !self.keyspace.get(self.db, key).is_some_and(|entry| entry.is_expired(self.now_ms)) {
            return false;
        }
        if self.expiry == ExpiryRole::Master {
            self.keyspace.delete(self.db, key);
            self.keyspace.stats.expired += 1;
            self.expired.push((self.db, key.to_vec()));
            self.notify(Events::EXPIRED, "expired", key);
        }
        true
    }

    /// Sets `key`, replacing any value and time to live (`setKey`).
    pub fn set_key(&mut self, key: &[u8], value: impl Into<Value>) {
        self.expire_if_needed(key);
        let old = self.keyspace.get(self.db, key).map(Entry::uses);
        self.keyspace.set(self.db, key, value);
        if let (Some(uses), Some(entry)) = (old, self.keyspace.get(self.db, key)) {
            entry.set_uses(uses);
        }
    }

    /// Sets the time to live of an existing key, in milliseconds since the Unix epoch (`setExpire`). Redis reads a
    /// negative time as "no time to live".
    ///
    /// On a writable replica, a client's command registers the key for the replica's own expiry.
    pub fn set_expire(&mut self, key: &[u8], expire_ms: i64) {
        self.keyspace.set_expire(self.db, key, expire_ms);
        if self.expiry == ExpiryRole::ReplicaForClient {
            self.keyspace.remember_local_expire(self.db, key);
        }
    }

    /// Propagates these arguments instead of `argv`.
    pub fn rewrite(&mut self, words: &[&[u8]]) {
        self.rewritten = Some(words.iter().map(|word| word.to_vec()).collect());
    }

    /// Propagates this command after the command itself, or without it if that is [`Call::prevented`].
    pub fn also_propagate(&mut self, words: &[&[u8]]) {
        self.also.push((self.db, words.iter().map(|word| word.to_vec()).collect()));
    }

    /// Propagates this command where the command is, which need not be propagated itself (`propagate`). A script that is
    /// propagated as a whole sends it nevertheless.
    pub fn propagate_at_once(&mut self, words: &[&[u8]]) {
        self.at_once.push((self.db, words.iter().map(|word| word.to_vec()).collect()));
    }

    /// Signals that `key` has data that clients may be blocked on.
    pub fn signal_key_as_ready(&mut self, key: &[u8]) {
        self.ready.push((self.db, key.to_vec()));
    }

    /// [`Call::lookup_read`] of a collection. On another type replies WRONGTYPE.
    ///
    /// # Errors
    /// The key holds another type.
    pub fn read<T: Collection>(&mut self, key: &[u8]) -> Result<Option<Shared<T>>, WrongType> {
        let value = self.lookup_read(key);
        self.shared(value)
    }

    /// [`Call::lookup_write`] of a collection. On another type replies WRONGTYPE.
    ///
    /// Drop what this returns before changing the key, or the change copies the value.
    ///
    /// # Errors
    /// The key holds another type.
    pub fn read_for_write<T: Collection>(&mut self, key: &[u8]) -> Result<Option<Shared<T>>, WrongType> {
        let value = self.lookup_write(key);
        self.shared(value)
    }

    /// Applies `change` to the collection at `key`, and deletes the key if it is empty afterwards. `None` if the key
    /// does not exist. On another type replies WRONGTYPE.
    ///
    /// # Errors
    /// The key holds another type.
    pub fn change<T: Collection, R>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<Option<R>, WrongType> {
        // A `match` would hold a reference to the value, and the change would copy the collection.
        if self.read_for_write::<T>(key)?.is_none() {
            return Ok(None);
        }
        Ok(self.change_known(key, change))
    }

    /// [`Call::change`], creating a missing key. A collection that `change` leaves empty is not stored.
    ///
    /// # Errors
    /// The key holds another type.
    pub fn create_or_change<T: Collection, R>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, WrongType> {
        if self.read_for_write::<T>(key)?.is_some() {
            return self.change_known(key, change).ok_or(WrongType);
        }
        let mut collection = T::default();
        let result = change(&mut collection);
        if !collection.is_empty() {
            self.keyspace.set(self.db, key, collection);
        }
        Ok(result)
    }

    fn change_known<T: Collection, R>(&mut self, key: &[u8], change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let (result, emptied) = self.keyspace.modify(self.db, key, |value| {
            let result = T::of_mut(value).map(change);
            (result, value.is_empty_collection())
        })?;
        if emptied {
            self.keyspace.delete(self.db, key);
        }
        result
    }

    fn shared<T: Collection>(&mut self, value: Option<Value>) -> Result<Option<Shared<T>>, WrongType> {
        match value {
            None => Ok(None),
            Some(value) if T::of(&value).is_some() => Ok(Some(Shared { value, of: PhantomData })),
            Some(_) => Err(self.wrong_type()),
        }
    }

    /// Replies WRONGTYPE.
    pub fn wrong_type(&mut self) -> WrongType {
        self.reply.error(errors::WRONGTYPE);
        WrongType
    }

    /// `notifyKeyspaceEvent`: published after the command, in this order.
    pub fn notify(&mut self, class: Events, event: &'static str, key: &[u8]) {
        if self.config.notify_keyspace_events.any(class) {
            self.notices.push(Notice { event, db: self.db, key: key.to_vec() });
        }
    }

    /// [`Call::notify`] of a `del` if the command left nothing at `key`.
    pub fn notify_if_gone(&mut self, key: &[u8]) {
        if self.config.notify_keyspace_events.any(Events::GENERIC) && self.keyspace.get(self.db, key).is_none() {
            self.notify(Events::GENERIC, "del", key);
        }
    }

    fn string(&mut self, value: Option<Value>) -> Result<Option<StringValue>, WrongType> {
        match value {
            None => Ok(None),
            Some(value) if value.as_string().is_some() => Ok(Some(StringValue(value))),
            Some(_) => Err(self.wrong_type()),
        }
    }
}

/// A key's value that is a string. Derefs to its bytes.
#[derive(Clone, Debug)]
pub struct StringValue(Value);

impl Deref for StringValue {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_string().unwrap_or_default()
    }
}

/// A key's value that is a collection of this type. Derefs to it.
#[derive(Clone, Debug)]
pub struct Shared<T> {
    value: Value,
    of: PhantomData<T>,
}

impl<T: Collection> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match T::of(&self.value) {
            Some(collection) => collection,
            None => unreachable!("made for this type only"),
        }
    }
}

#[cfg(test)]
pub(super) mod testing;
