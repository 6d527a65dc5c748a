//! A digest of a dataset that does not depend on the order of keys (`computeDatasetDigest` in debug.c): equal for two
//! nodes, or a real Redis, with the same data.
//!
//! It uses two operations: `mix`, which depends on the order, and `xor`, which does not.

use std::fmt;

use psyncscope_resp::format_double;
use sha1_smol::Sha1;

use crate::db::Entry;
use crate::keyspace::Keyspace;
use crate::stream::StreamId;
use crate::value::Value;

/// The marker of a key with a time to live. The time itself is not included: it differs by the network's delay.
const EXPIRES: &[u8] = b"!!expire!!";

/// A digest under construction; its `Display` is what DEBUG DIGEST replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u8; 20]);

impl Digest {
    /// Of a whole dataset. Databases without keys do not count.
    #[must_use]
    pub fn of_dataset(keyspace: &Keyspace) -> Self {
        let mut digest = Self::default();
        for db in (0..keyspace.databases()).filter(|&db| !keyspace.db(db).is_empty()) {
            digest.mix(&(db as u32).to_be_bytes());
            for (key, entry) in keyspace.iter(db) {
                let mut pair = Self::default();
                pair.mix(key);
                pair.add_value(entry);
                digest.xor(&pair.0);
            }
        }
        digest
    }

    /// Of a value, independent of its key.
    #[must_use]
    pub fn of_value(entry: &Entry) -> Self {
        let mut digest = Self::default();
        digest.add_value(entry);
        digest
    }

    /// `xorObjectDigest`.
    fn add_value(&mut self, entry: &Entry) {
        // The numbers of the types in server.h.
        let number: u32 = match entry.value() {
            Value::String(_) => 0,
            Value::List(_) => 1,
            Value::Set(_) => 2,
            Value::Zset(_) => 3,
            Value::Hash(_) => 4,
            Value::Stream(_) => 6,
        };
        self.mix(&number.to_be_bytes());
        match entry.value() {
            Value::String(bytes) => self.mix(bytes),
            Value::List(list) => list.iter().for_each(|element| self.mix(element)),
            Value::Set(set) => set.iter().for_each(|member| self.xor(member)),
            Value::Zset(zset) => {
                for (member, score) in zset.iter() {
                    self.xor_pair(member, format_double(score).as_bytes());
                }
            }
            Value::Hash(hash) => hash.iter().for_each(|(field, value)| self.xor_pair(field, value)),
            Value::Stream(stream) => {
                for (id, fields) in stream.range(StreamId::MIN..=StreamId::MAX) {
                    self.mix(format!("{}.{}", id.ms, id.seq).as_bytes());
                    for (field, value) in fields.iter() {
                        self.mix(field);
                        self.mix(value);
                    }
                }
            }
        }
        if entry.expire_ms().is_some_and(|when| when != -1) {
            self.xor(EXPIRES);
        }
    }

    fn xor_pair(&mut self, one: &[u8], other: &[u8]) {
        let mut pair = Self::default();
        pair.mix(one);
        pair.mix(other);
        self.xor(&pair.0);
    }

    /// `xorDigest`.
    fn xor(&mut self, bytes: &[u8]) {
        for (mine, byte) in self.0.iter_mut().zip(Sha1::from(bytes).digest().bytes()) {
            *mine ^= byte;
        }
    }

    /// `mixDigest`.
    fn mix(&mut self, bytes: &[u8]) {
        self.xor(bytes);
        self.0 = Sha1::from(self.0).digest().bytes();
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
