//! A sorted set (t_zset.c).

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Bytes that one member costs beyond its content: a `dictEntry`, a skip-list node and an sds header.
const MEMBER_OVERHEAD_BYTES: usize = 80;

/// Members with scores, ordered by score and, where scores are equal, by the members' bytes.
#[derive(Clone, Debug, Default)]
pub struct Zset {
    scores: IndexMap<Arc<[u8]>, f64, FxBuildHasher>,
    /// The same members in order.
    sorted: Vec<(f64, Arc<[u8]>)>,
    bytes: usize,
}

impl Zset {
    /// Members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// A rough size in bytes.
    #[must_use]
    pub const fn approximate_bytes(&self) -> usize {
        self.bytes
    }

    /// The score of a member.
    #[must_use]
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// The member at `rank`, counted from the lowest score, with its score.
    #[must_use]
    pub fn at(&self, rank: usize) -> Option<(&[u8], f64)> {
        self.sorted.get(rank).map(|(score, member)| (member.as_ref(), *score))
    }

    /// All members with their scores, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], f64)> + ExactSizeIterator {
        self.sorted.iter().map(|(score, member)| (member.as_ref(), *score))
    }

    /// Gives a member a score, which must be a number. Says whether the member is new.
    pub fn insert(&mut self, member: &[u8], score: f64) -> bool {
        debug_assert!(!score.is_nan(), "commands refuse scores that are no number");
        let old = self.remove(member);
        let member: Arc<[u8]> = member.into();
        let at = self.position(&member, score).unwrap_or_else(|at| at);
        self.bytes += member.len() + MEMBER_OVERHEAD_BYTES;
        self.sorted.insert(at, (score, Arc::clone(&member)));
        self.scores.insert(member, score);
        old.is_none()
    }

    /// Removes a member and returns its score.
    pub fn remove(&mut self, member: &[u8]) -> Option<f64> {
        let score = self.scores.swap_remove(member)?;
        if let Ok(at) = self.position(member, score) {
            self.sorted.remove(at);
        }
        self.bytes -= member.len() + MEMBER_OVERHEAD_BYTES;
        Some(score)
    }

    fn position(&self, member: &[u8], score: f64) -> Result<usize, usize> {
        self.sorted.binary_search_by(|(other_score, other)| order((*other_score, other), (score, member)))
    }
}

fn order(one: (f64, &[u8]), other: (f64, &[u8])) -> Ordering {
    one.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal).then_with(|| one.1.cmp(other.1))
}

impl PartialEq for Zset {
    fn eq(&self, other: &Self) -> bool {
        self.sorted == other.sorted
    }
}
