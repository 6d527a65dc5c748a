//! A hash (t_hash.c).

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Bytes that one field costs beyond its name and value: a `dictEntry` and two sds headers.
const FIELD_OVERHEAD_BYTES: usize = 40;

/// Fields with values. They are kept in the order of insertion, which depends on nothing but the history of changes.
#[derive(Clone, Debug, Default)]
pub struct Hash {
    fields: IndexMap<Box<[u8]>, Vec<u8>, FxBuildHasher>,
    bytes: usize,
}

impl Hash {
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

    /// A rough size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.fields.get(field).map(Vec::as_slice)
    }

    /// All fields with their values, in the hash's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(field, value)| (field.as_ref(), value.as_slice()))
    }

    /// Sets a field. Says whether it is new.
    pub fn insert(&mut self, field: &[u8], value: Vec<u8>) -> bool {
        self.bytes += value.len();
        if let Some(old) = self.fields.get_mut(field) {
            self.bytes -= old.len();
            *old = value;
            return false;
        }
        self.bytes += field.len() + FIELD_OVERHEAD_BYTES;
        self.fields.insert(field.into(), value);
        true
    }

    /// Removes a field and returns its value.
    pub fn remove(&mut self, field: &[u8]) -> Option<Vec<u8>> {
        let value = self.fields.swap_remove(field)?;
        self.bytes -= field.len() + value.len() + FIELD_OVERHEAD_BYTES;
        Some(value)
    }
}

impl PartialEq for Hash {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}
