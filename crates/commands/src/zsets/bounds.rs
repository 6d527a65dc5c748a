//! Ranges of scores, of members and of ranks.

use std::ops::Range;

use psyncscope_keyspace::Zset;
use psyncscope_resp::parse_double_leniently;

/// A range over a sorted set in its order.
pub(crate) trait Bounds: Sized {
    /// The error for an invalid bound.
    const ERROR: &'static str;

    /// Parses two arguments, the lower bound first.
    fn parse(min: &[u8], max: &[u8]) -> Option<Self>;

    /// Whether a member is before the range, and whether it is before the range's end.
    fn is_below(&self, score: f64, member: &[u8]) -> bool;
    fn is_before_end(&self, score: f64, member: &[u8]) -> bool;

    /// The ranks within the range.
    fn ranks(&self, zset: &Zset) -> Range<usize> {
        self.ranks_by_bisection(zset)
    }

    /// The ranks that a command finds which goes from the highest score down.
    fn ranks_reversed(&self, zset: &Zset) -> Range<usize> {
        self.ranks(zset)
    }

    /// The ranks within a range that agrees with the order of the set.
    fn ranks_by_bisection(&self, zset: &Zset) -> Range<usize> {
        let start = zset.count_while(&|score, member| self.is_below(score, member));
        let end = zset.count_while(&|score, member| self.is_before_end(score, member));
        start..end.max(start)
    }
}

/// Scores between two (`zrangespec`).
pub(crate) struct Scores {
    min: ScoreEnd,
    max: ScoreEnd,
}

struct ScoreEnd {
    value: f64,
    /// `(`: exclusive.
    open: bool,
}

impl ScoreEnd {
    fn parse(text: &[u8]) -> Option<Self> {
        let (open, number) = match text {
            [b'(', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        Some(Self { value: parse_double_leniently(number)?, open })
    }
}

impl Bounds for Scores {
    const ERROR: &'static str = "ERR min or max is not a float";

    /// `zslParseRange`.
    fn parse(min: &[u8], max: &[u8]) -> Option<Self> {
        Some(Self { min: ScoreEnd::parse(min)?, max: ScoreEnd::parse(max)? })
    }

    fn is_below(&self, score: f64, _: &[u8]) -> bool {
        score < self.min.value || self.min.open && score <= self.min.value
    }

    fn is_before_end(&self, score: f64, _: &[u8]) -> bool {
        score < self.max.value || !self.max.open && score <= self.max.value
    }
}

/// A range of members, in a set with equal scores (`zlexrangespec`).
pub(crate) struct Members {
    min: MemberEnd,
    max: MemberEnd,
}

impl Members {
    /// `zzlIsInLexRange`: whether the last member is not below the range, and the first not beyond its end.
    fn may_be_in(&self, zset: &Zset) -> bool {
        let (first, last) = (zset.at(0), zset.len().checked_sub(1).and_then(|last| zset.at(last)));
        first
            .zip(last)
            .is_some_and(|((first, low), (last, high))| self.is_before_end(low, first) && !self.is_below(high, last))
    }
}

enum MemberEnd {
    /// `-`: below all.
    Lowest,
    /// `+`: above all.
    Highest,
    /// `[`.
    With(Vec<u8>),
    /// `(`.
    Without(Vec<u8>),
}

impl MemberEnd {
    /// `zslParseLexRangeItem`.
    fn parse(text: &[u8]) -> Option<Self> {
        match text {
            [b'-'] | [b'-', 0, ..] => Some(Self::Lowest),
            [b'+'] | [b'+', 0, ..] => Some(Self::Highest),
            [b'[', member @ ..] => Some(Self::With(member.to_vec())),
            [b'(', member @ ..] => Some(Self::Without(member.to_vec())),
            _ => None,
        }
    }
}

impl Bounds for Members {
    const ERROR: &'static str = "ERR min or max not valid string range item";

    /// `zslParseLexRange`.
    fn parse(min: &[u8], max: &[u8]) -> Option<Self> {
        Some(Self { min: MemberEnd::parse(min)?, max: MemberEnd::parse(max)? })
    }

    /// Redis goes through a ziplist member by member, which shows where scores differ (`zzlFirstInLexRange`): the range
    /// begins with the first member that is not below it, and ends before the next that is beyond its end. Where scores
    /// differ in a skip list, the answer depends on its random levels.
    fn ranks(&self, zset: &Zset) -> Range<usize> {
        if zset.encoding_name() != "ziplist" {
            return self.ranks_by_bisection(zset);
        }
        if !self.may_be_in(zset) {
            return 0..0;
        }
        let start = zset.iter().position(|(member, score)| !self.is_below(score, member)).unwrap_or(zset.len());
        let within = zset.iter_ranks(start..zset.len());
        start..start + within.take_while(|(member, score)| self.is_before_end(*score, member)).count()
    }

    /// `zzlLastInLexRange`: from the last member that is not beyond the range's end, back to the next that is below it.
    fn ranks_reversed(&self, zset: &Zset) -> Range<usize> {
        if zset.encoding_name() != "ziplist" {
            return self.ranks_by_bisection(zset);
        }
        if !self.may_be_in(zset) {
            return 0..0;
        }
        let beyond = zset.iter().rev().position(|(member, score)| self.is_before_end(score, member));
        let end = zset.len() - beyond.unwrap_or(zset.len());
        let within = zset.iter_ranks(0..end).rev();
        end - within.take_while(|(member, score)| !self.is_below(*score, member)).count()..end
    }

    fn is_below(&self, _: f64, member: &[u8]) -> bool {
        match &self.min {
            MemberEnd::Lowest => false,
            MemberEnd::Highest => true,
            MemberEnd::With(end) => member < end.as_slice(),
            MemberEnd::Without(end) => member <= end.as_slice(),
        }
    }

    fn is_before_end(&self, _: f64, member: &[u8]) -> bool {
        match &self.max {
            MemberEnd::Lowest => false,
            MemberEnd::Highest => true,
            MemberEnd::With(end) => member <= end.as_slice(),
            MemberEnd::Without(end) => member < end.as_slice(),
        }
    }
}

/// The ranks from `start` to `end`, both inclusive, in a set of `len` members; negative ones count from the highest.
pub(crate) fn ranks(start: i64, end: i64, len: usize) -> Range<usize> {
    let len = len as i64;
    let from_front = |rank: i64| if rank < 0 { rank.saturating_add(len) } else { rank };
    let (start, end) = (from_front(start).max(0), from_front(end).min(len - 1));
    if start > end { 0..0 } else { start as usize..end as usize + 1 }
}
