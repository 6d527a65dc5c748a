//! A hash (t_hash.c).

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Approximate bytes per field besides its name and value: a `dictEntry` and two sds headers.
const FIELD_OVERHEAD_BYTES: usize = 40;

/// Fields with values, in an order that depends only on the history of changes.
///
/// Redis has two encodings and shows which one it uses. In a `ziplist` fields are in insertion order; a `hashtable`
/// has the same order here until a removal, which moves the last field into the gap.
#[derive(Clone, Debug, Default)]
pub struct Hash {
    fields: IndexMap<Box<[u8]>, Vec<u8>, FxBuildHasher>,
    /// Whether it was converted from a ziplist; it is never converted back.
    table: bool,
    bytes: usize,
}

impl Hash {
    /// The most fields of a ziplist unless `hash-max-ziplist-entries` says otherwise.
    pub const ZIPLIST_ENTRIES_MAX: usize = 512;
    /// The longest field or value in a ziplist, in bytes, unless `hash-max-ziplist-value` says otherwise.
    pub const ZIPLIST_VALUE_MAX: usize = 64;

    /// Fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The encoding's name, as OBJECT ENCODING replies it.
    #[must_use]
    pub const fn encoding_name(&self) -> &'static str {
        if self.table { "hashtable" } else { "ziplist" }
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.fields.get(field).map(Vec::as_slice)
    }

    /// The field at `index` in the hash's order, with its value.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<(&[u8], &[u8])> {
        self.fields.get_index(index).map(|(field, value)| (field.as_ref(), value.as_slice()))
    }

    /// All fields with their values, in the hash's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(field, value)| (field.as_ref(), value.as_slice()))
    }

    /// Sets a field with the default limits. Returns whether it is new.
    pub fn insert(&mut self, field: &[u8], value: Vec<u8>) -> bool {
        self.convert_if_too_long([field.len(), value.len()], Self::ZIPLIST_VALUE_MAX);
        self.insert_within(field, value, Self::ZIPLIST_ENTRIES_MAX)
    }

    /// Converts the ziplist if a field or value of one of these lengths is too long for it (`hashTypeTryConversion`).
    pub fn convert_if_too_long(&mut self, lens: impl IntoIterator<Item = usize>, value_max: usize) {
        self.table = self.table || lens.into_iter().any(|len| len > value_max);
    }

    /// Sets a field of any length; returns whether it is new (`hashTypeSet`). With more than `entries_max` fields a
    /// ziplist is converted.
    pub fn insert_within(&mut self, field: &[u8], value: Vec<u8>, entries_max: usize) -> bool {
        self.bytes += value.len();
        let new = match self.fields.get_mut(field) {
            Some(old) => {
                self.bytes -= old.len();
                *old = value;
                false
            }
            None => {
                self.bytes += field.len() + FIELD_OVERHEAD_BYTES;
                self.fields.insert(field.into(), value);
                true
            }
        };
        self.table = self.table || self.len() > entries_max;
        new
    }

    /// Removes a field and returns its value.
    pub fn remove(&mut self, field: &[u8]) -> Option<Vec<u8>> {
        let value = if self.table { self.fields.swap_remove(field) } else { self.fields.shift_remove(field) }?;
        self.bytes -= field.len() + value.len() + FIELD_OVERHEAD_BYTES;
        Some(value)
    }
}

impl PartialEq for Hash {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}
