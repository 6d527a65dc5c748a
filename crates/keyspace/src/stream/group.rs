//! Consumer groups of a stream.

use std::sync::Arc;

use super::id::StreamId;
use super::id_map::IdMap;

/// Approximate bytes of a group or a consumer besides its name: its structure and its radix trees.
const NAMED_OVERHEAD_BYTES: usize = 96;
/// Approximate bytes of a pending entry: a `streamNACK` and its places in two radix trees.
const PENDING_BYTES: usize = 64;

/// A consumer group: the last entry that was delivered, and what its consumers have not acknowledged.
///
/// Each pending entry belongs to one consumer.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The last delivered ID: consumers that ask for new entries get later ones.
    pub last_id: StreamId,
    pending: IdMap<Pending>,
    /// In the order of their names.
    consumers: Vec<Consumer>,
    bytes: usize,
}

/// An entry that was delivered and is not acknowledged (`streamNACK`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// When it was last delivered, in milliseconds since the Unix epoch.
    pub delivered_ms: i64,
    /// How often it was delivered.
    pub deliveries: u64,
    /// The consumer that it was last delivered to.
    pub consumer: Arc<[u8]>,
}

/// A consumer of a group.
#[derive(Clone, Debug)]
pub struct Consumer {
    name: Arc<[u8]>,
    /// When it was last active, in milliseconds since the Unix epoch.
    pub seen_ms: i64,
    pending: IdMap<()>,
}

impl Group {
    /// A group that gets the entries after `last_id`.
    #[must_use]
    pub fn new(last_id: StreamId) -> Self {
        Self { last_id, ..Self::default() }
    }

    /// An approximate size in bytes.
    pub(super) const fn approximate_bytes(&self) -> usize {
        NAMED_OVERHEAD_BYTES + self.bytes
    }

    /// Entries that no consumer has acknowledged.
    #[must_use]
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// What is known of a pending entry.
    #[must_use]
    pub fn pending(&self, id: StreamId) -> Option<&Pending> {
        self.pending.get(id)
    }

    /// The pending entries from `start` on, in the order of their IDs.
    pub fn pending_from(&self, start: StreamId) -> impl DoubleEndedIterator<Item = (StreamId, &Pending)> {
        self.pending.iter_from(start)
    }

    /// The consumers, in the order of their names.
    #[must_use]
    pub fn consumers(&self) -> &[Consumer] {
        &self.consumers
    }

    fn find(&self, name: &[u8]) -> Result<usize, usize> {
        self.consumers.binary_search_by(|consumer| (*consumer.name).cmp(name))
    }

    /// The consumer of this name.
    #[must_use]
    pub fn consumer(&self, name: &[u8]) -> Option<&Consumer> {
        self.find(name).ok().map(|at| &self.consumers[at])
    }

    /// Notes that a consumer is active at this time; one that is not there is created (`streamLookupConsumer`).
    /// Returns its name, shared.
    pub fn see_consumer(&mut self, name: &[u8], now_ms: i64) -> Arc<[u8]> {
        let at = self.find(name).unwrap_or_else(|at| {
            self.bytes += name.len() + NAMED_OVERHEAD_BYTES;
            let consumer = Consumer { name: name.into(), seen_ms: now_ms, pending: IdMap::default() };
            self.consumers.insert(at, consumer);
            at
        });
        self.consumers[at].seen_ms = now_ms;
        Arc::clone(&self.consumers[at].name)
    }

    /// Removes a consumer with its pending entries, which are lost (`streamDelConsumer`). Returns how many it had;
    /// `None` if there is no such consumer.
    pub fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let consumer = self.consumers.remove(self.find(name).ok()?);
        for (id, ()) in consumer.pending.iter_from(StreamId::MIN) {
            self.pending.remove(id);
        }
        self.bytes -= name.len() + NAMED_OVERHEAD_BYTES + consumer.pending.len() * PENDING_BYTES;
        Some(consumer.pending.len())
    }

    /// Makes an entry pending, for this consumer, which must be there: whoever it was pending for loses it.
    pub fn assign(&mut self, id: StreamId, pending: Pending) {
        let owner = Arc::clone(&pending.consumer);
        match self.pending.insert(id, pending) {
            // Most often the same consumer again.
            Some(old) if old.consumer == owner => return,
            Some(old) => self.of_consumer(&old.consumer, |ids| _ = ids.remove(id)),
            None => self.bytes += PENDING_BYTES,
        }
        self.of_consumer(&owner, |ids| _ = ids.insert(id, ()));
    }

    /// Notes that a pending entry was delivered once more to its consumer. Returns whether it is pending.
    pub fn deliver_again(&mut self, id: StreamId, now_ms: i64) -> bool {
        let Some(pending) = self.pending.get_mut(id) else { return false };
        pending.delivered_ms = now_ms;
        pending.deliveries = pending.deliveries.wrapping_add(1);
        true
    }

    /// Removes a pending entry, as an acknowledgement does. Returns whether it was pending.
    pub fn acknowledge(&mut self, id: StreamId) -> bool {
        let Some(pending) = self.pending.remove(id) else { return false };
        self.of_consumer(&pending.consumer, |ids| _ = ids.remove(id));
        self.bytes -= PENDING_BYTES;
        true
    }

    fn of_consumer(&mut self, name: &[u8], change: impl FnOnce(&mut IdMap<()>)) {
        if let Ok(at) = self.find(name) {
            change(&mut self.consumers[at].pending);
        }
    }
}

impl PartialEq for Group {
    fn eq(&self, other: &Self) -> bool {
        let names =
            |group: &Self| group.consumers.iter().map(|consumer| Arc::clone(&consumer.name)).collect::<Vec<_>>();
        self.last_id == other.last_id && self.pending == other.pending && names(self) == names(other)
    }
}

impl Consumer {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Entries that were delivered to it and that it has not acknowledged.
    #[must_use]
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Whether it has this entry.
    #[must_use]
    pub fn has_pending(&self, id: StreamId) -> bool {
        self.pending.get(id).is_some()
    }

    /// The IDs of these entries from `start` on.
    pub fn pending_from(&self, start: StreamId) -> impl DoubleEndedIterator<Item = StreamId> {
        self.pending.iter_from(start).map(|(id, ())| id)
    }
}
