//! Limits of the compact encodings, for loading.

use psyncscope_keyspace::{Hash, Set, Zset};

/// The directives that decide the encoding of a loaded collection. The default is Redis's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodingLimits {
    /// `hash-max-ziplist-entries`: a hash with more fields is a hash table.
    pub hash_max_ziplist_entries: usize,
    /// `hash-max-ziplist-value`: a hash with a field or value of more bytes is a hash table.
    pub hash_max_ziplist_value: usize,
    /// `set-max-intset-entries`: a set of more integers is a hash table.
    pub set_max_intset_entries: usize,
    /// `zset-max-ziplist-entries`: a sorted set with more members is a skip list.
    pub zset_max_ziplist_entries: usize,
    /// `zset-max-ziplist-value`: a sorted set with a member of more bytes is a skip list.
    pub zset_max_ziplist_value: usize,
}

impl Default for EncodingLimits {
    fn default() -> Self {
        Self {
            hash_max_ziplist_entries: Hash::ZIPLIST_ENTRIES_MAX,
            hash_max_ziplist_value: Hash::ZIPLIST_VALUE_MAX,
            set_max_intset_entries: Set::INTEGERS_MAX,
            zset_max_ziplist_entries: Zset::ZIPLIST_ENTRIES_MAX,
            zset_max_ziplist_value: Zset::ZIPLIST_VALUE_MAX,
        }
    }
}
