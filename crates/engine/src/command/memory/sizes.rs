//! What a 64-bit Redis 5.0.14 needs for a key and its value: `objectComputeSize`, and the structures that it counts.
//!
//! Like Redis, this counts the structures, not what the allocator rounds them up to. The one exception is a node of a
//! skip list, whose size Redis gets from the allocator.

use psyncscope_keyspace::{Stream, StreamId, Value, radix_nodes};
use psyncscope_rdb::{quicklist_nodes, ziplist_of};
use psyncscope_resp::parse_i64_strict;

/// `sizeof(robj)`.
pub(crate) const ROBJ: usize = 16;
/// `sizeof(dictEntry)`.
pub(crate) const DICT_ENTRY: usize = 24;
/// `sizeof(dictEntry*)`.
pub(crate) const SLOT: usize = 8;
/// `sizeof` of each sds header: `sdshdr5`, `sdshdr8`, `sdshdr16`, `sdshdr32`, `sdshdr64`.
pub(crate) const SDS_HEADERS: [usize; 5] = [1, 3, 5, 9, 17];
/// `sizeof(dict)`.
const DICT: usize = 96;
/// `sizeof(quicklist)`.
const QUICKLIST: usize = 40;
/// `sizeof(quicklistNode)`.
const QUICKLIST_NODE: usize = 32;
/// `sizeof(intset)` without its integers.
const INTSET: usize = 8;
/// `sizeof(zset)`.
const ZSET: usize = 16;
/// `zmalloc_size` of a `zskiplistNode` of one level (40 bytes), which three of four nodes have.
const SKIPLIST_NODE: usize = 48;
/// `sizeof(streamID)`.
const STREAM_ID: usize = 16;
/// `sizeof(raxNode)`, and what Redis adds for its pointers: 30 words.
const RAX_NODE: usize = 4 + 30 * 8;
/// `sizeof(streamCG)`.
const STREAM_GROUP: usize = 32;
/// `sizeof(streamNACK)`.
const STREAM_PENDING: usize = 24;
/// `sizeof(streamConsumer)`.
const STREAM_CONSUMER: usize = 24;
/// The fewest slots of a hash table that is not empty (`DICT_HT_INITIAL_SIZE`).
const SLOTS_MIN: usize = 4;

/// Bytes that MEMORY USAGE replies for a key. `samples` is the number of elements of a collection that are measured;
/// the others count as much as the mean of these.
pub(crate) fn usage(key: &[u8], value: &Value, samples: usize) -> usize {
    object_size(value, samples) + sds_alloc_size(key.len()) + DICT_ENTRY
}

/// `sdsAllocSize` of a string without spare room: its header, its bytes and a NUL.
pub(crate) fn sds_alloc_size(len: usize) -> usize {
    let header = match len {
        // An empty string is expected to grow, so it gets a header with a field for free space.
        1..32 => SDS_HEADERS[0],
        0 | 32..256 => SDS_HEADERS[1],
        256..65_536 => SDS_HEADERS[2],
        _ if (len as u64) < 1 << 32 => SDS_HEADERS[3],
        _ => SDS_HEADERS[4],
    };
    header + len + 1
}

/// `dictSlots`: a hash table that only grew has the next power of two.
pub(crate) fn dict_slots(used: usize) -> usize {
    if used == 0 { 0 } else { used.next_power_of_two().max(SLOTS_MIN) }
}

/// `objectComputeSize`.
fn object_size(value: &Value, samples: usize) -> usize {
    if let Some(ziplist) = ziplist_of(value) {
        return ROBJ + ziplist.len();
    }
    match value {
        Value::String(string) => match string.encoding_name() {
            "int" => ROBJ,
            // Redis counts the smallest header here, though an embedded string has the next larger one.
            "embstr" => ROBJ + string.len() + 2,
            _ => ROBJ + sds_alloc_size(string.len()),
        },
        Value::List(list) => {
            let nodes = quicklist_nodes(list);
            let sizes = nodes.iter().map(|node| QUICKLIST_NODE + node.len());
            ROBJ + QUICKLIST + estimate(sizes, nodes.len(), samples)
        }
        Value::Set(set) if set.encoding_name() == "intset" => {
            let width = set.iter().filter_map(parse_i64_strict).map(integer_width).max().unwrap_or(2);
            ROBJ + INTSET + width * set.len()
        }
        Value::Set(set) => {
            let sizes = set.iter().map(|member| DICT_ENTRY + sds_alloc_size(member.len()));
            ROBJ + hash_table(set.len()) + estimate(sizes, set.len(), samples)
        }
        Value::Zset(zset) => {
            let sizes = zset.iter().map(|(member, _)| sds_alloc_size(member.len()) + DICT_ENTRY + SKIPLIST_NODE);
            // Redis does not count the `dict` itself here.
            ROBJ + ZSET + SLOT * dict_slots(zset.len()) + estimate(sizes, zset.len(), samples)
        }
        Value::Hash(hash) => {
            let sizes = hash
                .iter()
                .map(|(field, value)| sds_alloc_size(field.len()) + sds_alloc_size(value.len()) + DICT_ENTRY);
            ROBJ + hash_table(hash.len()) + estimate(sizes, hash.len(), samples)
        }
        Value::Stream(stream) => ROBJ + stream_size(stream, samples),
    }
}

/// The part of `objectComputeSize` for streams. The names of groups do not count, and the last listpack always does.
fn stream_size(stream: &Stream, samples: usize) -> usize {
    let nodes = stream.nodes().len();
    let sampled: usize = stream.nodes().take(samples).map(|node| node.listpack_bytes()).sum();
    let last = || stream.nodes().next_back().map_or(0, |node| node.listpack_bytes());
    let listpacks = if nodes <= samples {
        sampled
    } else {
        sampled.checked_div(samples).unwrap_or_default() * (nodes - 1) + last()
    };
    let groups = stream.groups().map(|(_, group)| {
        let consumers = group
            .consumers()
            .iter()
            .map(|consumer| STREAM_CONSUMER + consumer.name().len() + radix_tree(consumer.pending_from(StreamId::MIN)));
        let pending = group.pending_from(StreamId::MIN).map(|(id, _)| id);
        STREAM_GROUP + radix_tree(pending) + STREAM_PENDING * group.pending_len() + consumers.sum::<usize>()
    });
    radix_tree(stream.nodes().map(|node| node.master())) + listpacks + groups.sum::<usize>()
}

/// `streamRadixTreeMemoryUsage` of a tree with these keys.
fn radix_tree(ids: impl Iterator<Item = StreamId>) -> usize {
    let ids: Vec<StreamId> = ids.collect();
    ids.len() * STREAM_ID + radix_nodes(ids.into_iter()) * RAX_NODE
}

fn hash_table(used: usize) -> usize {
    DICT + SLOT * dict_slots(used)
}

/// Bytes of an integer of an intset that needs this many (`_intsetValueEncoding`).
fn integer_width(integer: i64) -> usize {
    match integer {
        _ if i16::try_from(integer).is_ok() => 2,
        _ if i32::try_from(integer).is_ok() => 4,
        _ => 8,
    }
}

/// What `len` elements need if they need as much as the first `samples` of them do on average.
fn estimate(sizes: impl Iterator<Item = usize>, len: usize, samples: usize) -> usize {
    let sampled: Vec<usize> = sizes.take(samples).collect();
    let sum: usize = sampled.iter().sum();
    if sampled.is_empty() { 0 } else { (sum as f64 / sampled.len() as f64 * len as f64) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_keyspace::{Hash, List, RedisString, Set, Zset};

    #[track_caller]
    fn check(key: &str, value: impl Into<Value>, bytes: usize) {
        assert_eq!(usage(key.as_bytes(), &value.into(), 5), bytes);
    }

    /// Key `k`: 3 bytes of sds and 24 of `dictEntry`.
    const KEY: usize = 27;

    #[test]
    fn strings() {
        check("k", &b"1"[..], KEY + 16);
        check("k", &b"9223372036854775807"[..], KEY + 16);
        check("sixkey", &b"1"[..], 48);
        check("foo", &b"bar"[..], 50);
        check("", &b""[..], 4 + 24 + 16 + 2);
        check("k", vec![b'x'; 44], KEY + 16 + 46);
        check("k", vec![b'x'; 45], KEY + 16 + 3 + 46);
        check("k", vec![b'x'; 255], KEY + 16 + 3 + 256);
        check("k", vec![b'x'; 256], KEY + 16 + 5 + 257);
        check("k", vec![b'x'; 65_535], KEY + 16 + 5 + 65_536);
        check("k", vec![b'x'; 65_536], KEY + 16 + 9 + 65_537);
        check("k", RedisString::raw(b"12".to_vec()), KEY + 16 + 1 + 3);
        check(&"k".repeat(31), &b"1"[..], 33 + 24 + 16);
        check(&"k".repeat(32), &b"1"[..], 36 + 24 + 16);
    }

    #[test]
    fn lists() {
        let mut list = List::default();
        list.push_back(b"a".to_vec());
        // An empty ziplist is 11 bytes, an element of one byte 3.
        check("k", list.clone(), KEY + 16 + 40 + 32 + 14);
        list.pop_back();
        for _ in 0..6 {
            list.push_back(vec![b'x'; 8000]);
        }
        list.push_back(b"a".to_vec());
        // Six nodes, the last one with one more element; the first five are measured.
        let node = 32 + 11 + 3 + 8000;
        check("k", list.clone(), KEY + 16 + 40 + 6 * node);
        // 8000 bytes need five bytes for the length of the entry before the next.
        assert_eq!(usage(b"k", &list.into(), usize::MAX), KEY + 16 + 40 + 6 * node + 7);
    }

    #[test]
    fn sets() {
        let of = |members: &[&str]| {
            let mut set = Set::default();
            for member in members {
                set.insert(member.as_bytes());
            }
            set
        };
        check("k", of(&["1", "2", "3"]), KEY + 16 + 8 + 3 * 2);
        check("k", of(&["1", "40000"]), KEY + 16 + 8 + 2 * 4);
        check("k", of(&["1", "-2147483649"]), KEY + 16 + 8 + 2 * 8);
        check("k", of(&["a"]), KEY + 16 + 96 + 4 * 8 + 24 + 3);
        check("k", of(&["a", "b", "c", "d", "e"]), KEY + 16 + 96 + 8 * 8 + 5 * (24 + 3));
        // The sixth is not measured.
        let long = "x".repeat(100);
        check("k", of(&["a", "b", "c", "d", "e", &long]), KEY + 16 + 96 + 8 * 8 + 6 * (24 + 3));
    }

    #[test]
    fn hashes_and_sorted_sets() {
        let mut hash = Hash::default();
        hash.insert(b"f", b"v".to_vec());
        check("k", hash.clone(), KEY + 16 + 11 + 2 * 3);
        hash.insert(b"g", vec![b'x'; 65]);
        check("k", hash, KEY + 16 + 96 + 4 * 8 + (3 + 3 + 24) + (3 + 69 + 24));
        let mut zset = Zset::default();
        zset.insert(b"a", 1.0);
        // A small integer is in the encoding byte.
        check("k", zset.clone(), KEY + 16 + 11 + 3 + 2);
        zset.insert(&[b'x'; 65], 2.0);
        check("k", zset, KEY + 16 + 16 + 4 * 8 + (3 + 24 + 48) + (69 + 24 + 48));
    }
}
