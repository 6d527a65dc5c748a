//! A node of a stream: entries that Redis keeps in one listpack.

use psyncscope_resp::parse_i64_strict;

use super::id::StreamId;

/// Bytes of an empty listpack: its size, its count, its end mark.
const EMPTY_LISTPACK: usize = 7;
/// The longest decimal text of a 64-bit integer.
const INTEGER_TEXT_MAX: usize = 20;

/// Fields or values.
type Texts = Box<[Box<[u8]>]>;

/// Entries of a stream that follow each other, and the fields of the first one, which entries with the same fields do
/// not repeat (`master entry`).
///
/// An entry that was deleted keeps its place, marked, until the node has no other left.
#[derive(Clone, Debug)]
pub struct StreamNode {
    master: StreamId,
    fields: Vec<Box<[u8]>>,
    entries: Vec<StreamEntry>,
    live: usize,
    /// Bytes of the listpack but for the two counts at its beginning.
    bytes: usize,
}

/// An entry in its node.
#[derive(Clone, Debug)]
pub struct StreamEntry {
    /// Its ID.
    pub id: StreamId,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Its own fields, or `None` if it has those of the node.
    fields: Option<Texts>,
    values: Texts,
}

impl StreamNode {
    /// A node without entries. Its first entry normally has the ID `master` and these fields.
    #[must_use]
    pub fn new(master: StreamId, fields: Vec<Box<[u8]>>) -> Self {
        let names: usize = fields.iter().map(|field| element_len(field)).sum();
        let bytes = EMPTY_LISTPACK + integer_len(fields.len() as i64) + names + integer_len(0);
        Self { master, fields, entries: Vec::new(), live: 0, bytes }
    }

    /// The ID that its key in the radix tree has, and to which the IDs of its entries are relative.
    #[must_use]
    pub const fn master(&self) -> StreamId {
        self.master
    }

    /// The fields of the master entry.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.fields.iter().map(AsRef::as_ref)
    }

    /// All entries, deleted ones too.
    #[must_use]
    pub fn entries(&self) -> &[StreamEntry] {
        &self.entries
    }

    /// Entries that are not deleted.
    #[must_use]
    pub const fn live(&self) -> usize {
        self.live
    }

    /// Entries that are deleted.
    #[must_use]
    pub fn deleted(&self) -> usize {
        self.entries.len() - self.live
    }

    /// Bytes of its listpack (`lpBytes`).
    #[must_use]
    pub fn listpack_bytes(&self) -> usize {
        self.bytes + integer_len(self.live as i64) + integer_len(self.deleted() as i64)
    }

    /// Adds an entry at the end. With `None` for its fields it has those of the node, and as many values.
    pub fn push(&mut self, id: StreamId, fields: Option<Texts>, values: Texts, deleted: bool) {
        let entry = StreamEntry { id, deleted, fields, values };
        self.bytes += integer_len(entry.flags()) + entry.deltas(self.master).map(integer_len).iter().sum::<usize>();
        if let Some(fields) = &entry.fields {
            self.bytes += integer_len(fields.len() as i64);
            self.bytes += fields.iter().map(|field| element_len(field)).sum::<usize>();
        }
        self.bytes += entry.values.iter().map(|value| element_len(value)).sum::<usize>();
        self.bytes += integer_len(entry.elements());
        self.live += usize::from(!deleted);
        self.entries.push(entry);
    }

    /// Whether an entry with these fields, in this order, does not repeat them.
    pub(super) fn has_fields<'a>(&self, fields: impl ExactSizeIterator<Item = &'a [u8]>) -> bool {
        self.fields().eq(fields)
    }

    /// Marks the entry that is not deleted and has this ID. Returns whether there is one.
    pub(super) fn delete(&mut self, id: StreamId) -> bool {
        let Some(entry) = self.entries.iter_mut().find(|entry| !entry.deleted && entry.id == id) else { return false };
        entry.deleted = true;
        self.live -= 1;
        true
    }

    /// Marks the first so many entries that are not deleted.
    pub(super) fn delete_first(&mut self, count: usize) {
        for entry in self.entries.iter_mut().filter(|entry| !entry.deleted).take(count) {
            entry.deleted = true;
            self.live -= 1;
        }
    }

    /// The entries that are not deleted.
    pub(super) fn live_entries(&self) -> impl DoubleEndedIterator<Item = (StreamId, EntryFields<'_>)> {
        let live = self.entries.iter().filter(|entry| !entry.deleted);
        live.map(|entry| (entry.id, EntryFields { node: self, entry }))
    }
}

impl StreamEntry {
    /// Its own fields, or `None` if it has those of its node.
    pub fn own_fields(&self) -> Option<impl ExactSizeIterator<Item = &[u8]>> {
        self.fields.as_ref().map(|fields| fields.iter().map(AsRef::as_ref))
    }

    /// Its values, in the order of the fields.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.values.iter().map(AsRef::as_ref)
    }

    /// The flags in the listpack: 1 if it is deleted, 2 if it has the fields of its node (`STREAM_ITEM_FLAG_*`).
    #[must_use]
    pub const fn flags(&self) -> i64 {
        self.deleted as i64 | (self.fields.is_none() as i64) << 1
    }

    /// Its ID as in the listpack: the differences to the node's milliseconds and sequence number.
    #[must_use]
    pub const fn deltas(&self, master: StreamId) -> [i64; 2] {
        [self.id.ms.wrapping_sub(master.ms) as i64, self.id.seq.wrapping_sub(master.seq) as i64]
    }

    /// How many elements of the listpack it has before the one that says this number (`lp-count`).
    #[must_use]
    pub fn elements(&self) -> i64 {
        let named = self.fields.as_ref().map_or(0, |fields| fields.len() + 1);
        (3 + named + self.values.len()) as i64
    }
}

/// The fields and values of an entry.
#[derive(Clone, Copy, Debug)]
pub struct EntryFields<'a> {
    node: &'a StreamNode,
    entry: &'a StreamEntry,
}

impl<'a> EntryFields<'a> {
    /// How many fields it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entry.values.len()
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its fields with their values, in the order in which they were added; a field can occur more than once.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])> {
        let fields = self.entry.fields.as_deref().unwrap_or(&self.node.fields);
        fields.iter().map(AsRef::as_ref).zip(self.entry.values.iter().map(AsRef::as_ref))
    }
}

impl PartialEq for EntryFields<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Bytes of an element of a listpack with the length behind it. A text that is an integer is stored as one.
fn element_len(element: &[u8]) -> usize {
    let integer = if element.len() <= INTEGER_TEXT_MAX { parse_i64_strict(element) } else { None };
    integer.map_or_else(
        || {
            let header = match element.len() {
                ..64 => 1,
                64..4096 => 2,
                _ => 5,
            };
            with_back_len(header + element.len())
        },
        integer_len,
    )
}

/// Bytes of an integer in a listpack with the length behind it.
const fn integer_len(value: i64) -> usize {
    with_back_len(match value {
        0..=127 => 1,
        -4096..=4095 => 2,
        -32_768..=32_767 => 3,
        -8_388_608..=8_388_607 => 4,
        -2_147_483_648..=2_147_483_647 => 5,
        _ => 9,
    })
}

/// `lpEncodeBacklen`: seven bits a byte; its limits are one less than that but for the first.
const fn with_back_len(len: usize) -> usize {
    len + match len {
        ..128 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}
