//! The subcommands of DEBUG that show how Redis would store data: HTSTATS, SDSLEN, STRUCTSIZE, ZIPLIST (debug.c).
//!
//! The data is stored otherwise here, so the structures are those that Redis 5.0.14 would have on a 64-bit machine.

use std::hash::Hasher as _;

use psyncscope_keyspace::Value;
use psyncscope_rdb as rdb;
use psyncscope_resp::{Reply, errors, parse_i64_strict};
use rustc_hash::FxHasher;

use super::memory::sizes::{self, dict_slots, sds_alloc_size};
use crate::event::LogLevel;
use crate::node::Node;

/// Longer chains are counted together (`DICT_STATS_VECTLEN`).
const CHAIN_LENGTHS: usize = 50;

/// DEBUG STRUCTSIZE.
pub(super) fn struct_sizes() -> String {
    let [sdshdr5, sdshdr8, sdshdr16, sdshdr32, sdshdr64] = sizes::SDS_HEADERS;
    format!(
        "bits:64 robj:{} dictentry:{} sdshdr5:{sdshdr5} sdshdr8:{sdshdr8} sdshdr16:{sdshdr16} sdshdr32:{sdshdr32} \
         sdshdr64:{sdshdr64} ",
        sizes::ROBJ,
        sizes::DICT_ENTRY
    )
}

impl Node {
    /// DEBUG HTSTATS: the tables of keys and of times to live of a database.
    pub(super) fn debug_htstats(&self, reply: &mut Reply, db: &[u8]) {
        let Some(db) = parse_i64_strict(db) else { return reply.error(errors::NOT_AN_INTEGER) };
        let Some(db) = usize::try_from(db).ok().filter(|&db| db < self.config.databases) else {
            return reply.error("ERR Out of range database");
        };
        let db = self.keyspace.db(db);
        let keys = table_stats(db.iter().map(|(key, _)| &**key));
        let expires = table_stats(db.expires().map(|(_, key)| &**key));
        reply.bulk(format!("[Dictionary HT]\n{keys}[Expires HT]\n{expires}"));
    }

    /// DEBUG HTSTATS-KEY: the table of a set, a hash or a sorted set.
    pub(super) fn debug_htstats_key(&self, reply: &mut Reply, db: usize, key: &[u8]) {
        let Some(entry) = self.keyspace.get(db, key) else { return reply.error(errors::NO_SUCH_KEY) };
        let value = entry.value();
        match value {
            Value::Set(set) if value.encoding_name() == "hashtable" => reply.bulk(table_stats(set.iter())),
            Value::Hash(hash) if value.encoding_name() == "hashtable" => {
                reply.bulk(table_stats(hash.iter().map(|(field, _)| field)));
            }
            Value::Zset(zset) if value.encoding_name() == "skiplist" => {
                reply.bulk(table_stats(zset.iter().map(|(member, _)| member)));
            }
            _ => reply.error("ERR The value stored at the specified key is not represented using an hash table"),
        }
    }

    /// DEBUG SDSLEN: a key and its string. There is never spare room.
    pub(super) fn debug_sdslen(&self, reply: &mut Reply, db: usize, key: &[u8]) {
        let Some(entry) = self.keyspace.get(db, key) else { return reply.error(errors::NO_SUCH_KEY) };
        match entry.value() {
            Value::String(string) if string.encoding_name() != "int" => reply.status(format!(
                "key_sds_len:{}, key_sds_avail:0, key_zmalloc: {}, val_sds_len:{}, val_sds_avail:0, val_zmalloc: {}",
                key.len(),
                sds_alloc_size(key.len()),
                string.len(),
                sds_alloc_size(string.len()),
            )),
            _ => reply.error("ERR Not an sds encoded string."),
        }
    }

    /// DEBUG ZIPLIST. Redis prints the ziplist to its standard output; a node has none, so the log takes it.
    pub(super) fn debug_ziplist(&mut self, reply: &mut Reply, db: usize, key: &[u8]) {
        let Some(entry) = self.keyspace.get(db, key) else { return reply.error(errors::NO_SUCH_KEY) };
        // The words of Redis, which are those of DEBUG SDSLEN.
        let Some(ziplist) = rdb::ziplist_of(entry.value()) else {
            return reply.error("ERR Not an sds encoded string.");
        };
        let entries = rdb::ziplist_entries(&ziplist);
        let tail = entries.last().map_or(10, |(bytes, _)| bytes.start);
        self.log(LogLevel::Notice, || {
            format!("{{total bytes {}}} {{num entries {}}} {{tail offset {tail}}}", ziplist.len(), entries.len())
        });
        for (index, (bytes, content)) in entries.iter().enumerate() {
            self.log(LogLevel::Notice, || {
                format!(
                    "{{index {index}, offset {}, entry len {}, content {}}}",
                    bytes.start,
                    bytes.len(),
                    content.escape_ascii()
                )
            });
        }
        reply.status("Ziplist structure printed in the log");
    }
}

/// `dictGetStats` of a table with these keys. Which key has which slot depends on the hash function; Redis's own is
/// seeded at random.
fn table_stats<'a>(keys: impl Iterator<Item = &'a [u8]>) -> String {
    let hashes: Vec<u64> = keys.map(hash).collect();
    if hashes.is_empty() {
        return "No stats available for empty dictionaries\n".into();
    }
    let size = dict_slots(hashes.len());
    let mut chains = vec![0_usize; size];
    for hash in &hashes {
        chains[(*hash % size as u64) as usize] += 1;
    }
    let slots = chains.iter().filter(|&&len| len > 0).count();
    let mut lengths = [0_usize; CHAIN_LENGTHS];
    for len in &chains {
        lengths[(*len).min(CHAIN_LENGTHS - 1)] += 1;
    }
    let mut text = format!(
        "Hash table 0 stats (main hash table):\n table size: {size}\n number of elements: {}\n different slots: \
         {slots}\n max chain length: {}\n avg chain length (counted): {:.02}\n avg chain length (computed): {:.02}\n \
         Chain length distribution:\n",
        hashes.len(),
        chains.iter().max().unwrap_or(&0),
        hashes.len() as f64 / slots as f64,
        hashes.len() as f64 / slots as f64,
    );
    for (len, count) in lengths.iter().enumerate().filter(|(_, count)| **count > 0) {
        let share = *count as f64 / size as f64 * 100.0;
        let more = if len == CHAIN_LENGTHS - 1 { ">= " } else { "" };
        text.push_str(&format!("   {more}{len}: {count} ({share:.02}%)\n"));
    }
    text
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(key);
    hasher.finish()
}
