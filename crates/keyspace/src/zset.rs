//! A sorted set (t_zset.c).

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::ranked::Ranked;

/// Approximate bytes per member besides its content: a `dictEntry`, a skip-list node and an sds header.
const MEMBER_OVERHEAD_BYTES: usize = 80;

/// Members with scores, ordered by score and, for equal scores, by their bytes.
///
/// Ranks count from 0 at the lowest score.
#[derive(Clone, Debug, Default)]
pub struct Zset {
    scores: IndexMap<Arc<[u8]>, f64, FxBuildHasher>,
    /// The same members in order.
    ranked: Ranked,
    bytes: usize,
    /// Whether it was converted from a ziplist; it is never converted back.
    skiplist: bool,
}

impl Zset {
    /// The most members of a ziplist unless `zset-max-ziplist-entries` says otherwise.
    pub const ZIPLIST_ENTRIES_MAX: usize = 128;
    /// The longest member in a ziplist, in bytes, unless `zset-max-ziplist-value` says otherwise.
    pub const ZIPLIST_VALUE_MAX: usize = 64;

    /// Members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// An approximate size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The encoding's name, as OBJECT ENCODING replies it.
    #[must_use]
    pub const fn encoding_name(&self) -> &'static str {
        if self.skiplist { "skiplist" } else { "ziplist" }
    }

    /// The score of a member.
    #[must_use]
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// Number of members lower than `member`.
    #[must_use]
    pub fn rank(&self, member: &[u8]) -> Option<usize> {
        self.ranked.rank(self.score(member)?, member)
    }

    /// The member at `rank`, with its score.
    #[must_use]
    pub fn at(&self, rank: usize) -> Option<(&[u8], f64)> {
        self.iter_ranks(rank..self.len()).next()
    }

    /// The member at `index`, with its score, in an order that changes only by removals (they move the last member
    /// into the gap).
    #[must_use]
    pub fn at_index(&self, index: usize) -> Option<(&[u8], f64)> {
        self.scores.get_index(index).map(|(member, score)| (member.as_ref(), *score))
    }

    /// All members with their scores, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], f64)> {
        self.iter_ranks(0..self.len())
    }

    /// The members of these ranks, which must be within [`Zset::len`], with their scores, lowest first.
    pub fn iter_ranks(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = (&[u8], f64)> {
        self.ranked.iter(ranks).map(|(score, member)| (member.as_ref(), *score))
    }

    /// Number of lowest members that are `below`, which must be monotonic.
    #[must_use]
    pub fn count_while(&self, below: &dyn Fn(f64, &[u8]) -> bool) -> usize {
        self.ranked.partition_point(&|(score, member)| below(*score, member))
    }

    /// [`Zset::insert_within`] the default limits.
    pub fn insert(&mut self, member: &[u8], score: f64) -> bool {
        self.insert_within(member, score, Self::ZIPLIST_ENTRIES_MAX, Self::ZIPLIST_VALUE_MAX)
    }

    /// Sets the score of a member, which must not be NaN. Returns whether the member is new. With more members than
    /// `entries_max` or a new one longer than `value_max`, a ziplist is converted.
    pub fn insert_within(&mut self, member: &[u8], score: f64, entries_max: usize, value_max: usize) -> bool {
        debug_assert!(!score.is_nan(), "commands refuse scores that are no number");
        if let Some((_, shared, old)) = self.scores.get_full_mut(member) {
            let shared = Arc::clone(shared);
            let old = std::mem::replace(old, score);
            self.ranked.remove(old, member);
            self.ranked.insert(score, shared);
            return false;
        }
        let shared: Arc<[u8]> = member.into();
        self.bytes += member.len() + MEMBER_OVERHEAD_BYTES;
        self.ranked.insert(score, Arc::clone(&shared));
        self.scores.insert(shared, score);
        self.skiplist |= self.len() > entries_max || member.len() > value_max;
        true
    }

    /// Converts a ziplist, as SORT does with its input.
    pub const fn convert_to_skiplist(&mut self) {
        self.skiplist = true;
    }

    /// Removes a member and returns its score.
    pub fn remove(&mut self, member: &[u8]) -> Option<f64> {
        let score = self.scores.swap_remove(member)?;
        self.ranked.remove(score, member);
        self.bytes -= member.len() + MEMBER_OVERHEAD_BYTES;
        Some(score)
    }

    /// Removes the members of these ranks, which must be within [`Zset::len`], and returns them, lowest first.
    pub fn remove_ranks(&mut self, ranks: Range<usize>) -> Vec<(f64, Arc<[u8]>)> {
        let removed = self.ranked.remove_range(ranks);
        for (_, member) in &removed {
            self.scores.swap_remove(member);
            self.bytes -= member.len() + MEMBER_OVERHEAD_BYTES;
        }
        removed
    }
}

impl PartialEq for Zset {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}
