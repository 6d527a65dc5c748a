//! A stream (t_stream.c).

mod group;
mod id;
mod id_map;
mod node;
mod rax;

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use group::{Consumer, Group, Pending};
pub use id::StreamId;
pub use node::{EntryFields, StreamEntry, StreamNode};
pub use rax::radix_nodes;

use crate::value::{Collection, Value};

/// No listpack grows beyond this, whatever the limits are (`STREAM_LISTPACK_MAX_SIZE`).
const LISTPACK_BYTES_MAX: usize = 1 << 30;

/// When an entry begins a new node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeLimits {
    /// `stream-node-max-bytes`: a node that would reach so many bytes takes no more entries.
    pub bytes_max: usize,
    /// `stream-node-max-entries`: nor one with so many entries that are not deleted; 0: any number.
    pub entries_max: usize,
}

impl Default for NodeLimits {
    fn default() -> Self {
        Self { bytes_max: 4096, entries_max: 100 }
    }
}

/// Entries in the order of their IDs, and consumer groups. Unlike a collection a stream may be empty: its last ID and
/// its groups stay.
///
/// Entries are in nodes, whose boundaries are seen in RDB files and where trimming is approximate.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// In the order of their IDs; each has an entry that is not deleted.
    nodes: VecDeque<Arc<StreamNode>>,
    len: usize,
    last_id: StreamId,
    /// In the order of their names.
    groups: Vec<(Arc<[u8]>, Group)>,
    bytes: usize,
}

impl Stream {
    /// Entries that are not deleted.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The last ID that an entry was given, deleted or not; a new one must be greater.
    #[must_use]
    pub const fn last_id(&self) -> StreamId {
        self.last_id
    }

    /// Sets the last ID. It must not be less than [`Stream::last_entry_id`].
    pub const fn set_last_id(&mut self, id: StreamId) {
        self.last_id = id;
    }

    /// The ID of the last entry that is not deleted (`streamLastValidID`).
    #[must_use]
    pub fn last_entry_id(&self) -> Option<StreamId> {
        self.range(StreamId::MIN..=StreamId::MAX).next_back().map(|(id, _)| id)
    }

    /// Its nodes, in order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &StreamNode> + ExactSizeIterator {
        self.nodes.iter().map(AsRef::as_ref)
    }

    /// The entries with these IDs.
    pub fn range(
        &self,
        ids: RangeInclusive<StreamId>,
    ) -> impl DoubleEndedIterator<Item = (StreamId, EntryFields<'_>)> + use<'_> {
        let end = self.nodes.partition_point(|node| node.master() <= *ids.end());
        let start = self.nodes.partition_point(|node| node.master() <= *ids.start()).saturating_sub(1).min(end);
        let nodes = self.nodes.range(start..end);
        nodes.flat_map(|node| node.live_entries()).filter(move |(id, _)| ids.contains(id))
    }

    /// The entry with this ID.
    #[must_use]
    pub fn get(&self, id: StreamId) -> Option<EntryFields<'_>> {
        self.range(id..=id).next().map(|(_, fields)| fields)
    }

    /// Adds an entry of these fields and values, which alternate (`streamAppendItem`). Its ID must be greater than the
    /// last one.
    pub fn append(&mut self, id: StreamId, pairs: &[Vec<u8>], limits: NodeLimits) {
        debug_assert!(id > self.last_id, "commands refuse IDs that are not greater");
        let fields = || pairs.iter().step_by(2).map(Vec::as_slice);
        let adds: usize = pairs.iter().map(Vec::len).sum();
        let bytes_max =
            if (1..=LISTPACK_BYTES_MAX).contains(&limits.bytes_max) { limits.bytes_max } else { LISTPACK_BYTES_MAX };
        let has_room = self.nodes.back().is_some_and(|node| {
            let bytes = node.listpack_bytes();
            let full = limits.entries_max != 0 && node.live() >= limits.entries_max;
            // The last condition makes a node of each entry if the limit is 0.
            bytes + adds < bytes_max && !full && bytes < limits.bytes_max
        });
        if !has_room {
            let names = fields().map(Box::from).collect();
            self.nodes.push_back(Arc::new(StreamNode::new(id, names)));
        } else if let Some(node) = self.nodes.back() {
            self.bytes -= node.listpack_bytes();
        }
        let Some(node) = self.nodes.back_mut().map(Arc::make_mut) else { return };
        let own = (!node.has_fields(fields())).then(|| fields().map(Box::from).collect());
        let values = pairs.iter().skip(1).step_by(2).map(|value| Box::from(value.as_slice())).collect();
        node.push(id, own, values, false);
        self.bytes += node.listpack_bytes();
        self.len += 1;
        self.last_id = id;
    }

    /// Deletes an entry (`streamDeleteItem`). Returns whether it was there.
    pub fn delete(&mut self, id: StreamId) -> bool {
        let Some(at) = self.nodes.partition_point(|node| node.master() <= id).checked_sub(1) else { return false };
        // Not changed before it is found: the change of a shared node copies it.
        let node = &self.nodes[at];
        if !node.live_entries().any(|(known, _)| known == id) {
            return false;
        }
        self.bytes -= node.listpack_bytes();
        self.len -= 1;
        if node.live() == 1 {
            self.nodes.remove(at);
        } else {
            let node = Arc::make_mut(&mut self.nodes[at]);
            node.delete(id);
            self.bytes += node.listpack_bytes();
        }
        true
    }

    /// Deletes the first entries until `len_max` are left, or if it is `approximate` as many whole nodes as leave at
    /// least so many (`streamTrimByLength`). Returns the number of deleted entries.
    pub fn trim(&mut self, len_max: usize, approximate: bool) -> usize {
        let before = self.len;
        while self.len > len_max {
            let surplus = self.len - len_max;
            let Some(first) = self.nodes.front_mut() else { break };
            self.bytes -= first.listpack_bytes();
            if first.live() <= surplus {
                self.len -= first.live();
                self.nodes.pop_front();
                continue;
            }
            if !approximate {
                Arc::make_mut(first).delete_first(surplus);
                self.len -= surplus;
            }
            self.bytes += first.listpack_bytes();
            break;
        }
        before - self.len
    }

    /// Adds a node, as it was read from a file.
    ///
    /// # Errors
    /// What is wrong with it: all its entries are deleted, or their IDs are not in order. Deleted ones may be: after
    /// XDEL and XSETID an ID can be given again.
    pub fn push_node(&mut self, node: StreamNode) -> Result<(), &'static str> {
        let mut last = self.last_entry_id();
        if last.is_some_and(|last| last >= node.master()) {
            return Err("a node out of order");
        }
        if node.live() == 0 {
            return Err("a node whose entries are all deleted");
        }
        for (id, _) in node.live_entries() {
            if id < node.master() || last.is_some_and(|last| last >= id) {
                return Err("an entry out of order");
            }
            last = Some(id);
        }
        self.len += node.live();
        self.bytes += node.listpack_bytes();
        self.last_id = self.last_id.max(last.unwrap_or_default());
        self.nodes.push_back(Arc::new(node));
        Ok(())
    }

    /// The consumer groups, in the order of their names.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&[u8], &Group)> {
        self.groups.iter().map(|(name, group)| (name.as_ref(), group))
    }

    fn find_group(&self, name: &[u8]) -> Result<usize, usize> {
        self.groups.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// The consumer group of this name (`streamLookupCG`).
    #[must_use]
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.find_group(name).ok().map(|at| &self.groups[at].1)
    }

    /// Adds a group (`streamCreateCG`). Returns whether the name was free.
    pub fn add_group(&mut self, name: &[u8], group: Group) -> bool {
        let Err(at) = self.find_group(name) else { return false };
        self.bytes += name.len() + group.approximate_bytes();
        self.groups.insert(at, (name.into(), group));
        true
    }

    /// Removes a group. Returns whether there was one.
    pub fn remove_group(&mut self, name: &[u8]) -> bool {
        let Ok(at) = self.find_group(name) else { return false };
        let (name, group) = self.groups.remove(at);
        self.bytes -= name.len() + group.approximate_bytes();
        true
    }

    /// Changes a group. `None` if there is none of this name.
    pub fn change_group<R>(&mut self, name: &[u8], change: impl FnOnce(&mut Group) -> R) -> Option<R> {
        let at = self.find_group(name).ok()?;
        let group = &mut self.groups[at].1;
        self.bytes -= group.approximate_bytes();
        let result = change(group);
        self.bytes += group.approximate_bytes();
        Some(result)
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        let all = StreamId::MIN..=StreamId::MAX;
        self.last_id == other.last_id && self.groups == other.groups && self.range(all.clone()).eq(other.range(all))
    }
}

impl From<Stream> for Value {
    fn from(stream: Stream) -> Self {
        Self::Stream(Arc::new(stream))
    }
}

impl Collection for Stream {
    fn of(value: &Value) -> Option<&Self> {
        if let Value::Stream(stream) = value { Some(&**stream) } else { None }
    }

    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        if let Value::Stream(stream) = value { Some(Arc::make_mut(stream)) } else { None }
    }

    fn len(&self) -> usize {
        Self::len(self)
    }

    /// Never: a key keeps a stream without entries.
    fn is_empty(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
