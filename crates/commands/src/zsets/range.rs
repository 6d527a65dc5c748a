//! Commands that read ranges.

use std::ops::Range;

use psyncscope_keyspace::Zset;
use psyncscope_resp::{errors, format_double};

use super::bounds::{Bounds, Members, Scores, ranks};
use crate::call::Call;
use crate::strings::integer;

/// `ZRANGE key start stop [WITHSCORES]`.
pub fn zrange(call: &mut Call<'_>) {
    range_by_rank(call, false);
}

/// `ZREVRANGE key start stop [WITHSCORES]`: ranks counted from the highest.
pub fn zrevrange(call: &mut Call<'_>) {
    range_by_rank(call, true);
}

/// `zrangeGenericCommand`.
fn range_by_rank(call: &mut Call<'_>, reverse: bool) {
    let argv = call.argv;
    let Some(start) = integer(call, &argv[2]) else { return };
    let Some(end) = integer(call, &argv[3]) else { return };
    let with_scores = match &argv[4..] {
        [] => false,
        [word] if word.eq_ignore_ascii_case(b"withscores") => true,
        _ => {
            call.reply.error(errors::SYNTAX);
            return;
        }
    };
    reply_ranks(call, Shown { reverse, with_scores }, |zset| {
        let ranks = ranks(start, end, zset.len());
        if reverse { zset.len() - ranks.end..zset.len() - ranks.start } else { ranks }
    });
}

/// `ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]`.
pub fn zrangebyscore(call: &mut Call<'_>) {
    range_by::<Scores>(call, false);
}

/// `ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]`.
pub fn zrevrangebyscore(call: &mut Call<'_>) {
    range_by::<Scores>(call, true);
}

/// ZRANGEBYLEX key min max [LIMIT offset count].
pub fn zrangebylex(call: &mut Call<'_>) {
    range_by::<Members>(call, false);
}

/// ZREVRANGEBYLEX key max min [LIMIT offset count].
pub fn zrevrangebylex(call: &mut Call<'_>) {
    range_by::<Members>(call, true);
}

/// `genericZrangebyscoreCommand` and `genericZrangebylexCommand`; only the former can reply scores.
fn range_by<B: Bounds + Scored>(call: &mut Call<'_>, reverse: bool) {
    let argv = call.argv;
    let (min, max) = if reverse { (&argv[3], &argv[2]) } else { (&argv[2], &argv[3]) };
    let Some(bounds) = parse::<B>(call, min, max) else { return };
    let (mut with_scores, mut offset, mut count) = (false, 0, -1);
    let mut rest = &argv[4..];
    loop {
        match rest {
            [] => break,
            [word, tail @ ..] if B::SCORED && word.eq_ignore_ascii_case(b"withscores") => {
                with_scores = true;
                rest = tail;
            }
            [word, skip, take, tail @ ..] if word.eq_ignore_ascii_case(b"limit") => {
                let Some(skip) = integer(call, skip) else { return };
                let Some(take) = integer(call, take) else { return };
                (offset, count, rest) = (skip, take, tail);
            }
            _ => {
                call.reply.error(errors::SYNTAX);
                return;
            }
        }
    }
    reply_ranks(call, Shown { reverse, with_scores }, |zset| {
        let ranks = if reverse { bounds.ranks_reversed(zset) } else { bounds.ranks(zset) };
        limit(ranks, reverse, offset, count)
    });
}

/// Whether a range's members can be shown with their scores.
trait Scored {
    const SCORED: bool;
}

impl Scored for Scores {
    const SCORED: bool = true;
}

impl Scored for Members {
    const SCORED: bool = false;
}

/// LIMIT. A negative offset skips everything, a negative count returns everything.
pub(crate) fn limit(ranks: Range<usize>, reverse: bool, offset: i64, count: i64) -> Range<usize> {
    let skipped = usize::try_from(offset).map_or(ranks.len(), |offset| offset.min(ranks.len()));
    let left = ranks.len() - skipped;
    let taken = usize::try_from(count).map_or(left, |count| count.min(left));
    if reverse {
        let end = ranks.end - skipped;
        end - taken..end
    } else {
        let start = ranks.start + skipped;
        start..start + taken
    }
}

/// How members are shown.
#[derive(Clone, Copy)]
struct Shown {
    reverse: bool,
    with_scores: bool,
}

/// Replies the members at the ranks that `choose` selects in the set at `argv[1]`.
fn reply_ranks(call: &mut Call<'_>, shown: Shown, choose: impl FnOnce(&Zset) -> Range<usize>) {
    let Ok(zset) = call.read::<Zset>(&call.argv[1]) else { return };
    let Some(zset) = zset else {
        call.reply.empty_array();
        return;
    };
    let ranks = choose(&zset);
    call.reply.array(ranks.len() * if shown.with_scores { 2 } else { 1 });
    let mut show = |(member, score): (&[u8], f64)| {
        call.reply.bulk(member);
        if shown.with_scores {
            call.reply.bulk(format_double(score));
        }
    };
    let members = zset.iter_ranks(ranks);
    if shown.reverse {
        members.rev().for_each(&mut show);
    } else {
        members.for_each(&mut show);
    }
}

/// ZCOUNT key min max.
pub fn zcount(call: &mut Call<'_>) {
    count_by::<Scores>(call);
}

/// ZLEXCOUNT key min max.
pub fn zlexcount(call: &mut Call<'_>) {
    count_by::<Members>(call);
}

fn count_by<B: Bounds>(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(bounds) = parse::<B>(call, &argv[2], &argv[3]) else { return };
    if let Ok(zset) = call.read::<Zset>(&argv[1]) {
        call.reply.integer(zset.map_or(0, |zset| bounds.ranks(&zset).len() as i64));
    }
}

/// The bounds of a command, or the error for an invalid one.
pub(crate) fn parse<B: Bounds>(call: &mut Call<'_>, min: &[u8], max: &[u8]) -> Option<B> {
    let bounds = B::parse(min, max);
    if bounds.is_none() {
        call.reply.error(B::ERROR);
    }
    bounds
}
