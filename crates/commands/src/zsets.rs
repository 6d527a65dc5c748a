//! Commands on sorted sets (t_zset.c).
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.
//!
//! * here: commands on single members
//! * `bounds`: ranges of scores, of members and of ranks
//! * `range`: commands that read ranges; `remove`: those that remove them; `pop`: those that remove from an end
//! * `store`: unions and intersections

pub(super) mod bounds;
mod pop;
pub(super) mod range;
mod remove;
mod store;

use std::cmp::Ordering;

use psyncscope_keyspace::Zset;
use psyncscope_resp::{errors, format_double, parse_double};

use crate::call::Call;
use crate::events::Events;

pub use pop::{pop, zpopmax, zpopmin};
pub use range::{zcount, zlexcount, zrange, zrangebylex, zrangebyscore, zrevrange, zrevrangebylex, zrevrangebyscore};
pub use remove::{zrem, zremrangebylex, zremrangebyrank, zremrangebyscore};
pub use store::{zinterstore, zunionstore};

/// The options of ZADD.
#[derive(Clone, Copy, Default)]
pub(super) struct AddOptions {
    /// NX: only new members.
    pub(super) if_absent: bool,
    /// XX: only existing members.
    pub(super) if_present: bool,
    /// CH: reply the number of changed members instead of new ones.
    pub(super) count_changed: bool,
    /// INCR: add to the score.
    pub(super) increment: bool,
    /// GT or LT, which ZADD has since Redis 6.2: update a member only if its score becomes greater, or less.
    pub(super) only_if: Option<Ordering>,
}

/// The result of `zsetAdd` for a member.
#[derive(Clone, Copy, PartialEq)]
enum Added {
    /// NX or XX forbids it.
    Not,
    /// It already has that score.
    Same(f64),
    Updated(f64),
    New(f64),
}

impl AddOptions {
    /// Takes a word of `ZADD` that is an option of Redis 5. False if it is none.
    pub(super) fn take(&mut self, word: &[u8]) -> bool {
        match word.to_ascii_lowercase().as_slice() {
            b"nx" => self.if_absent = true,
            b"xx" => self.if_present = true,
            b"ch" => self.count_changed = true,
            b"incr" => self.increment = true,
            _ => return false,
        }
        true
    }

    /// The result of adding `score` for `member`; `None` if the sum is NaN.
    fn judge(self, zset: Option<&Zset>, member: &[u8], score: f64) -> Option<Added> {
        let Some(old) = zset.and_then(|zset| zset.score(member)) else {
            return Some(if self.if_present { Added::Not } else { Added::New(score) });
        };
        if self.if_absent {
            return Some(Added::Not);
        }
        let score = if self.increment { old + score } else { score };
        if score.is_nan() {
            return None;
        }
        if self.only_if.is_some_and(|wanted| score.partial_cmp(&old) != Some(wanted)) {
            return Some(Added::Not);
        }
        #[allow(clippy::float_cmp, reason = "the question is whether anything changes")]
        Some(if score == old { Added::Same(old) } else { Added::Updated(score) })
    }
}

/// `ZADD key [NX|XX] [CH] [INCR] score member [score member …]`.
pub fn zadd(call: &mut Call<'_>) {
    zadd_generic(call, AddOptions::default());
}

/// ZINCRBY key increment member: ZADD with INCR.
pub fn zincrby(call: &mut Call<'_>) {
    zadd_generic(call, AddOptions { increment: true, ..AddOptions::default() });
}

/// `zaddGenericCommand`.
fn zadd_generic(call: &mut Call<'_>, mut options: AddOptions) {
    let argv = call.argv;
    let mut rest = &argv[2..];
    while let [word, tail @ ..] = rest
        && options.take(word)
    {
        rest = tail;
    }
    add_words(call, options, rest);
}

/// The scores and members behind the options of ZADD.
pub(super) fn add_words(call: &mut Call<'_>, options: AddOptions, rest: &[Vec<u8>]) {
    let error = if rest.is_empty() || !rest.len().is_multiple_of(2) {
        errors::SYNTAX
    } else if options.if_absent && options.if_present {
        "ERR XX and NX options at the same time are not compatible"
    } else if options.increment && rest.len() > 2 {
        "ERR INCR option supports a single increment-element pair"
    } else {
        ""
    };
    if !error.is_empty() {
        call.reply.error(error);
        return;
    }
    let mut pairs = Vec::with_capacity(rest.len() / 2);
    for [score, member] in rest.as_chunks::<2>().0 {
        let Some(score) = double(call, score) else { return };
        pairs.push((score, member.as_slice()));
    }
    add_pairs(call, options, pairs);
}

/// Sets the scores of members of the set at `argv[1]`, in order, and replies.
pub(super) fn add_pairs(call: &mut Call<'_>, options: AddOptions, pairs: Vec<(f64, &[u8])>) {
    let key = &call.argv[1];
    let Ok(known) = call.read_for_write::<Zset>(key) else { return };
    let is_new = known.is_none();
    // Each pair is checked against the current set; a pair that changes nothing does not touch the key for WATCH.
    let judge = |(score, member): &(f64, &[u8])| options.judge(known.as_deref(), member, *score);
    let unchanged = pairs.iter().all(|pair| matches!(judge(pair), Some(Added::Not | Added::Same(_))));
    let last = pairs.last().and_then(judge);
    drop(known);
    let Some(last) = last else {
        // Only with INCR, so there is one pair and nothing was changed before.
        call.reply.error("ERR resulting score is not a number (NaN)");
        return;
    };
    let (mut added, mut updated) = (0, 0);
    if !unchanged {
        let limits = (call.config.encodings.zset_max_ziplist_entries, call.config.encodings.zset_max_ziplist_value);
        let changed = call.create_or_change::<Zset, _>(key, |zset| {
            for (score, member) in pairs {
                match options.judge(Some(zset), member, score) {
                    Some(Added::New(score)) => {
                        zset.insert_within(member, score, limits.0, limits.1);
                        added += 1;
                    }
                    Some(Added::Updated(score)) => {
                        zset.insert(member, score);
                        updated += 1;
                    }
                    _ => {}
                }
            }
        });
        if changed.is_err() {
            return;
        }
        if is_new {
            call.signal_key_as_ready(key);
        }
    }
    if added + updated > 0 {
        call.notify(Events::ZSET, if options.increment { "zincr" } else { "zadd" }, key);
    }
    call.dirty += added + updated;
    match (options.increment, last) {
        (true, Added::Not) => call.reply.null(),
        (true, Added::Same(score) | Added::Updated(score) | Added::New(score)) => call.reply.bulk(format_double(score)),
        (false, _) if options.count_changed => call.reply.integer((added + updated) as i64),
        (false, _) => call.reply.integer(added as i64),
    }
}

/// ZCARD key.
pub fn zcard(call: &mut Call<'_>) {
    if let Ok(zset) = call.read::<Zset>(&call.argv[1]) {
        call.reply.integer(zset.map_or(0, |zset| zset.len() as i64));
    }
}

/// ZSCORE key member.
pub fn zscore(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    match zset.and_then(|zset| zset.score(&argv[2])) {
        Some(score) => call.reply.bulk(format_double(score)),
        None => call.reply.null(),
    }
}

/// ZRANK key member.
pub fn zrank(call: &mut Call<'_>) {
    rank(call, |rank, _| rank);
}

/// ZREVRANK key member: counted from the highest score.
pub fn zrevrank(call: &mut Call<'_>) {
    rank(call, |rank, len| len - 1 - rank);
}

fn rank(call: &mut Call<'_>, count: fn(usize, usize) -> usize) {
    let argv = call.argv;
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    match zset.and_then(|zset| Some(count(zset.rank(&argv[2])?, zset.len()))) {
        Some(rank) => call.reply.integer(rank as i64),
        None => call.reply.null(),
    }
}

/// `getDoubleFromObjectOrReply`.
pub(super) fn double(call: &mut Call<'_>, text: &[u8]) -> Option<f64> {
    let value = parse_double(text);
    if value.is_none() {
        call.reply.error(errors::NOT_A_FLOAT);
    }
    value
}

#[cfg(test)]
mod tests;
