//! A set (t_set.c).

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// Bytes that one member costs beyond its content: a `dictEntry` and an sds header.
const MEMBER_OVERHEAD_BYTES: usize = 32;

/// Members without order. They are kept in the order of insertion (a removal moves the last into the gap), which depends
/// on nothing but the history of changes.
#[derive(Clone, Debug, Default)]
pub struct Set {
    members: IndexSet<Box<[u8]>, FxBuildHasher>,
    bytes: usize,
}

impl Set {
    /// Members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// A rough size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// Whether `member` is one.
    #[must_use]
    pub fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    /// The member at `index` in the set's order.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&[u8]> {
        self.members.get_index(index).map(AsRef::as_ref)
    }

    /// All members, in the set's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.members.iter().map(AsRef::as_ref)
    }

    /// Adds a member. Says whether it is new.
    pub fn insert(&mut self, member: &[u8]) -> bool {
        let new = !self.contains(member) && self.members.insert(member.into());
        if new {
            self.bytes += cost(member);
        }
        new
    }

    /// Removes a member. Says whether it was one.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let was = self.members.swap_remove(member);
        if was {
            self.bytes -= cost(member);
        }
        was
    }
}

fn cost(member: &[u8]) -> usize {
    member.len() + MEMBER_OVERHEAD_BYTES
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}
