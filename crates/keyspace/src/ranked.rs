//! Scored members in order, searchable by value and by rank.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

/// A score and its member.
pub(super) type Ranking = (f64, Arc<[u8]>);

/// The most members of a chunk. About the square root of a million, so that both the walk over the chunks and the
/// moves within one are short.
const CHUNK_LEN_MAX: usize = 512;

/// Members ordered by score and, for equal scores, by their bytes, in chunks that are vectors: a search is two binary
/// searches, a rank the sum of the lengths of the chunks before.
///
/// No chunk is ever empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranked {
    chunks: Vec<Vec<Ranking>>,
}

impl Ranked {
    /// Number of lower members, `None` if this one does not exist.
    pub(super) fn rank(&self, score: f64, member: &[u8]) -> Option<usize> {
        let (chunk, at) = self.find(score, member).ok()?;
        Some(self.start_of(chunk) + at)
    }

    /// The members of these ranks, lowest first.
    pub(super) fn iter(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = &Ranking> {
        let (first, first_at) = self.locate(ranks.start);
        let (last, last_at) = self.locate(ranks.end.max(ranks.start));
        // Part of the first chunk, all chunks between, and part of the last.
        let slice = |chunk: usize, part: Range<usize>| self.chunks.get(chunk).map_or(&[][..], |chunk| &chunk[part]);
        let (head, middle, tail) = if first == last {
            (slice(first, first_at..last_at), 0..0, &[][..])
        } else {
            (slice(first, first_at..self.chunks[first].len()), first + 1..last, slice(last, 0..last_at))
        };
        head.iter().chain(self.chunks[middle].iter().flatten()).chain(tail)
    }

    /// How many of the first members are `below`.
    pub(super) fn partition_point(&self, below: &dyn Fn(&Ranking) -> bool) -> usize {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(below));
        self.start_of(chunk) + self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(below))
    }

    /// Adds a new member.
    pub(super) fn insert(&mut self, score: f64, member: Arc<[u8]>) {
        let (Ok((chunk, at)) | Err((chunk, at))) = self.find(score, &member);
        let Some(members) = self.chunks.get_mut(chunk) else {
            self.chunks.push(vec![(score, member)]);
            return;
        };
        members.insert(at, (score, member));
        if members.len() > CHUNK_LEN_MAX {
            // When filled in ascending order, which is common, chunks stay full.
            let half = if at + 1 == members.len() { at } else { members.len() / 2 };
            let rest = members.split_off(half);
            self.chunks.insert(chunk + 1, rest);
        }
    }

    /// Removes a member, if it exists.
    pub(super) fn remove(&mut self, score: f64, member: &[u8]) {
        if let Ok((chunk, at)) = self.find(score, member) {
            self.chunks[chunk].remove(at);
            self.merge_or_remove(chunk);
        }
    }

    /// Removes the members of these ranks and returns them, lowest first.
    pub(super) fn remove_range(&mut self, ranks: Range<usize>) -> Vec<Ranking> {
        let mut removed = Vec::with_capacity(ranks.len());
        let (first, mut at) = self.locate(ranks.start);
        let mut chunk = first;
        while removed.len() < ranks.len() && chunk < self.chunks.len() {
            let members = &mut self.chunks[chunk];
            let end = members.len().min(at + ranks.len() - removed.len());
            removed.extend(members.drain(at..end));
            (chunk, at) = (chunk + 1, 0);
        }
        // Of the affected chunks only the first and the last can have members left.
        let emptied = self.chunks[first..chunk].iter().any(Vec::is_empty);
        if emptied {
            let mut index = 0;
            self.chunks.retain(|members| {
                index += 1;
                !members.is_empty() || !(first..chunk).contains(&(index - 1))
            });
        }
        if first < self.chunks.len() {
            self.merge_or_remove(first);
        }
        removed
    }

    /// Drops a chunk that became empty; joins one that became small with the next.
    fn merge_or_remove(&mut self, chunk: usize) {
        let len = self.chunks[chunk].len();
        if len == 0 {
            self.chunks.remove(chunk);
        } else if len < CHUNK_LEN_MAX / 4
            && self.chunks.get(chunk + 1).is_some_and(|next| len + next.len() < CHUNK_LEN_MAX / 2)
        {
            let next = self.chunks.remove(chunk + 1);
            self.chunks[chunk].extend(next);
        }
    }

    /// Members before this chunk.
    fn start_of(&self, chunk: usize) -> usize {
        self.chunks[..chunk].iter().map(Vec::len).sum()
    }

    /// The chunk of a rank, and the index in it; past the end, the chunk is one past the last.
    fn locate(&self, rank: usize) -> (usize, usize) {
        let mut left = rank;
        for (chunk, members) in self.chunks.iter().enumerate() {
            if left < members.len() {
                return (chunk, left);
            }
            left -= members.len();
        }
        (self.chunks.len(), 0)
    }

    /// The position of a member, or where it would be inserted: at the end of a chunk rather than the start of the
    /// next.
    fn find(&self, score: f64, member: &[u8]) -> Result<(usize, usize), (usize, usize)> {
        let before = |other: &Ranking| order(other, score, member);
        let chunk =
            self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| before(last) == Ordering::Less));
        match self.chunks.get(chunk) {
            Some(members) => match members.binary_search_by(before) {
                Ok(at) => Ok((chunk, at)),
                Err(0) if chunk > 0 => Err((chunk - 1, self.chunks[chunk - 1].len())),
                Err(at) => Err((chunk, at)),
            },
            None => match self.chunks.last() {
                Some(members) => Err((chunk - 1, members.len())),
                None => Err((0, 0)),
            },
        }
    }
}

fn order(one: &Ranking, score: f64, member: &[u8]) -> Ordering {
    one.0.partial_cmp(&score).unwrap_or(Ordering::Equal).then_with(|| one.1.as_ref().cmp(member))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model in one vector, and the same changes to both.
    #[test]
    fn it_behaves_like_a_sorted_vector() {
        let mut rng = 2025_u32;
        let mut next = |below: u32| {
            rng = rng.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (rng >> 8) % below
        };
        let (mut ranked, mut model) = (Ranked::default(), Vec::<Ranking>::new());
        for step in 0..20_000_u32 {
            // Grows to thousands of members, then shrinks, twice.
            let grows = (step / 5000).is_multiple_of(2);
            match next(100) {
                0 if !grows => {
                    let start = next(model.len() as u32 + 1) as usize;
                    let end = (start + next(700) as usize).min(model.len());
                    assert_eq!(ranked.remove_range(start..end), model.drain(start..end).collect::<Vec<_>>());
                }
                kind => {
                    let (score, member) = (f64::from(next(50)), next(3000).to_string());
                    let at = model.binary_search_by(|other| order(other, score, member.as_bytes()));
                    match at {
                        Err(at) if grows || kind < 30 => {
                            ranked.insert(score, member.as_bytes().into());
                            model.insert(at, (score, member.as_bytes().into()));
                        }
                        Ok(at) if !grows || kind < 20 => {
                            assert_eq!(ranked.rank(score, member.as_bytes()), Some(at));
                            ranked.remove(score, member.as_bytes());
                            model.remove(at);
                        }
                        other => assert_eq!(ranked.rank(score, member.as_bytes()), other.ok()),
                    }
                }
            }
            assert!(ranked.chunks.iter().all(|chunk| (1..=CHUNK_LEN_MAX).contains(&chunk.len())));
            if step.is_multiple_of(97) {
                assert!(ranked.iter(0..model.len()).eq(&model));
                assert!(ranked.iter(0..model.len()).rev().eq(model.iter().rev()));
                let start = next(model.len() as u32 + 1) as usize;
                let end = start + next((model.len() - start) as u32 + 1) as usize;
                assert!(ranked.iter(start..end).eq(&model[start..end]));
                assert!(ranked.iter(start..end).rev().eq(model[start..end].iter().rev()));
                let score = f64::from(next(50));
                let below = ranked.partition_point(&|member| member.0 < score);
                assert_eq!(below, model.partition_point(|member| member.0 < score));
            }
        }
    }

    #[test]
    fn ranks_among_a_million_members() {
        let mut ranked = Ranked::default();
        // Out of order, as hashes come; 7 has no factor in common with the number of members.
        for i in 0..1_000_000_u32 {
            ranked.insert(f64::from(i * 7 % 1_000_000), i.to_string().as_bytes().into());
        }
        for i in (0..1_000_000_u32).step_by(999) {
            assert_eq!(
                ranked.rank(f64::from(i * 7 % 1_000_000), i.to_string().as_bytes()),
                Some((i * 7 % 1_000_000) as usize)
            );
        }
        for i in 0..1_000_000_u32 {
            ranked.remove(f64::from(i * 7 % 1_000_000), i.to_string().as_bytes());
        }
        assert!(ranked.chunks.is_empty());
    }
}
