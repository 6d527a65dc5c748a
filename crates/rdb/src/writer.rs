//! Writing: lengths, strings and values (`rdbSaveObject`).

use psyncscope_keyspace::{Hash, List, Value, Zset};
use psyncscope_resp::{format_double, parse_i64_strict};

use crate::format::{encoding, value_type as ty};
use crate::lzf::Compressor;
use crate::{intset, ziplist};

/// The longest text that `rdbSaveRawString` tries to write as an integer: `-2147483648`.
const INTEGER_TEXT_MAX: usize = 11;
/// Shorter strings are not compressed (`rdbSaveRawString`).
const COMPRESS_LEN_MIN: usize = 21;
/// `rdbSaveLzfStringObject` gives liblzf a buffer that is this many bytes shorter than the string.
const COMPRESS_SAVES_MIN: usize = 4;
/// The largest node of a list, in bytes (`list-max-ziplist-size -2`).
const LIST_NODE_MAX: usize = 8192;

/// An RDB file being written, or a part of one.
pub(super) struct RdbWriter {
    pub(super) bytes: Vec<u8>,
    compress: bool,
    /// Created for the first string that is compressed.
    compressor: Option<Compressor>,
}

/// The type of a value in the file (`rdbSaveObjectType`): small collections are written in their compact encoding.
pub(super) fn value_type(value: &Value) -> u8 {
    match value {
        Value::String(_) => ty::STRING,
        Value::List(_) => ty::LIST_QUICKLIST,
        Value::Set(set) if set.encoding_name() == "intset" => ty::SET_INTSET,
        Value::Set(_) => ty::SET,
        Value::Zset(zset) if zset.encoding_name() == "ziplist" => ty::ZSET_ZIPLIST,
        Value::Zset(_) => ty::ZSET_2,
        Value::Hash(hash) if hash.encoding_name() == "ziplist" => ty::HASH_ZIPLIST,
        Value::Hash(_) => ty::HASH,
        Value::Stream(_) => ty::STREAM_LISTPACKS,
    }
}

/// The ziplists of the nodes of a list, as pushes at the tail cut them (`_quicklistNodeAllowInsert`). In Redis the
/// nodes also depend on the list's history.
#[must_use]
pub fn quicklist_nodes(list: &List) -> Vec<Vec<u8>> {
    let mut nodes = Vec::new();
    let mut node = ziplist::ZiplistWriter::default();
    for element in list.iter() {
        if !node.is_empty() && node.len_with(element) > LIST_NODE_MAX {
            nodes.push(std::mem::take(&mut node).finish());
        }
        node.push(element);
    }
    nodes.push(node.finish());
    nodes
}

/// The ziplist that Redis keeps a small sorted set or hash in; `None` for other values and encodings.
#[must_use]
pub fn ziplist_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        _ if value.encoding_name() != "ziplist" => None,
        Value::Zset(zset) => Some(zset_ziplist(zset)),
        Value::Hash(hash) => Some(hash_ziplist(hash)),
        _ => None,
    }
}

fn zset_ziplist(zset: &Zset) -> Vec<u8> {
    let scores: Vec<String> = zset.iter().map(|(_, score)| format_double(score)).collect();
    let pairs = zset.iter().zip(&scores);
    ziplist(pairs.flat_map(|((member, _), score)| [member, score.as_bytes()]))
}

fn hash_ziplist(hash: &Hash) -> Vec<u8> {
    ziplist(hash.iter().flat_map(|(field, value)| [field, value]))
}

fn ziplist<'a>(elements: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut ziplist = ziplist::ZiplistWriter::default();
    elements.for_each(|element| ziplist.push(element));
    ziplist.finish()
}

impl RdbWriter {
    pub(super) fn new(capacity: usize, compress: bool) -> Self {
        Self { bytes: Vec::with_capacity(capacity), compress, compressor: None }
    }

    /// `rdbSaveObject`: what follows the type and the key.
    pub(super) fn value(&mut self, value: &Value) {
        if let Value::String(bytes) = value { self.string(bytes) } else { self.collection(value) }
    }

    /// A value other than a string.
    #[inline(never)]
    fn collection(&mut self, value: &Value) {
        match (value, value_type(value)) {
            (Value::String(_), _) => {}
            (Value::List(list), _) => self.quicklist(list),
            (Value::Set(set), ty::SET_INTSET) => {
                let integers: Vec<i64> = set.iter().filter_map(parse_i64_strict).collect();
                self.string(&intset::write(&integers));
            }
            (Value::Set(set), _) => {
                self.len(set.len());
                set.iter().for_each(|member| self.string(member));
            }
            (Value::Zset(zset), ty::ZSET_ZIPLIST) => self.string(&zset_ziplist(zset)),
            (Value::Zset(zset), _) => {
                self.len(zset.len());
                // Highest first, as in Redis.
                for (member, score) in zset.iter().rev() {
                    self.string(member);
                    self.bytes.extend_from_slice(&score.to_le_bytes());
                }
            }
            (Value::Hash(hash), ty::HASH_ZIPLIST) => self.string(&hash_ziplist(hash)),
            (Value::Hash(hash), _) => {
                self.len(hash.len());
                for (field, value) in hash.iter() {
                    self.string(field);
                    self.string(value);
                }
            }
            (Value::Stream(stream), _) => self.stream(stream),
        }
    }

    fn quicklist(&mut self, list: &List) {
        let nodes = quicklist_nodes(list);
        self.len(nodes.len());
        nodes.iter().for_each(|node| self.string(node));
    }

    /// `rdbSaveRawString`: as an integer, compressed or as it is.
    pub(super) fn string(&mut self, bytes: &[u8]) {
        if !self.integer(bytes) && !self.compressed(bytes) {
            self.len(bytes.len());
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// `rdbTryIntegerEncoding`.
    fn integer(&mut self, text: &[u8]) -> bool {
        if text.len() > INTEGER_TEXT_MAX {
            return false;
        }
        let Some(value) = parse_i64_strict(text) else { return false };
        if let Ok(value) = i8::try_from(value) {
            self.encoded(encoding::INT8, &value.to_le_bytes());
        } else if let Ok(value) = i16::try_from(value) {
            self.encoded(encoding::INT16, &value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.encoded(encoding::INT32, &value.to_le_bytes());
        } else {
            return false;
        }
        true
    }

    /// `rdbSaveLzfStringObject`.
    fn compressed(&mut self, bytes: &[u8]) -> bool {
        if !self.compress || bytes.len() < COMPRESS_LEN_MIN {
            return false;
        }
        let compressor = self.compressor.get_or_insert_with(Compressor::new);
        let Some(compressed) = compressor.compress(bytes, bytes.len() - COMPRESS_SAVES_MIN) else { return false };
        self.encoded(encoding::LZF, &[]);
        self.len(compressed.len());
        self.len(bytes.len());
        self.bytes.extend_from_slice(&compressed);
        true
    }

    fn encoded(&mut self, encoding: u8, bytes: &[u8]) {
        self.bytes.push(encoding::MARK | encoding);
        self.bytes.extend_from_slice(bytes);
    }

    /// `rdbSaveLen`: 6 bits, 14 bits, or a mark and 32 or 64 bits, big endian.
    pub(super) fn len(&mut self, len: usize) {
        self.number(len as u64);
    }

    /// A number in the form of a length.
    pub(super) fn number(&mut self, len: u64) {
        if len < 1 << 6 {
            self.bytes.push(len as u8);
        } else if len < 1 << 14 {
            self.bytes.extend_from_slice(&(len as u16 | 0x4000).to_be_bytes());
        } else if let Ok(len) = u32::try_from(len) {
            self.bytes.push(0x80);
            self.bytes.extend_from_slice(&len.to_be_bytes());
        } else {
            self.bytes.push(0x81);
            self.bytes.extend_from_slice(&len.to_be_bytes());
        }
    }
}
