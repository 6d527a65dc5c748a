//! Which members a command means: ranges of scores, of members and of ranks.

use std::ops::Range;

use crate::keyspace::Zset;
use crate::resp::parse_double_leniently;

/// A range over a sorted set in its order.
pub(in crate::command) trait Bounds: Sized {
    /// The error's text where an end is not one.
    const ERROR: &'static str;

    /// From the two words of a command, the lower first.
    fn parse(min: &[u8], max: &[u8]) -> Option<Self>;

    /// Whether a member lies before the range, and whether it lies before the range's end.
    fn is_below(&self, score: f64, member: &[u8]) -> bool;
    fn is_before_end(&self, score: f64, member: &[u8]) -> bool;

    /// The ranks within the range.
    fn ranks(&self, zset: &Zset) -> Range<usize> {
        let start = zset.count_while(&|score, member| self.is_below(score, member));
        let end = zset.count_while(&|score, member| self.is_before_end(score, member));
        start..end.max(start)
    }
}

/// Scores between two (`zrangespec`).
pub(in crate::command) struct Scores {
    min: ScoreEnd,
    max: ScoreEnd,
}

struct ScoreEnd {
    value: f64,
    /// `(`: without the value itself.
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

/// Members between two, in a set whose scores are all the same (`zlexrangespec`).
pub(in crate::command) struct Members {
    min: MemberEnd,
    max: MemberEnd,
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

/// The ranks that `start` and `end` mean in a set of `len` members: negative ones count from the highest, both ends are
/// included.
pub(in crate::command) fn ranks(start: i64, end: i64, len: usize) -> Range<usize> {
    let len = len as i64;
    let from_front = |rank: i64| if rank < 0 { rank.saturating_add(len) } else { rank };
    let (start, end) = (from_front(start).max(0), from_front(end).min(len - 1));
    if start > end { 0..0 } else { start as usize..end as usize + 1 }
}
