//! ZADD with GT and LT, ZRANGESTORE and ZDIFFSTORE.

use std::cmp::Ordering;
use std::ops::Range;

use psyncscope_keyspace::{Value, Zset};
use psyncscope_resp::{errors, format_double};

use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;
use crate::zsets::bounds::{Bounds, Members, Scores, ranks};
use crate::zsets::range::{self, limit};
use crate::zsets::{AddOptions, add_words};

/// `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member …]`.
pub fn zadd(call: &mut Call<'_>) {
    let argv = call.argv;
    let (mut options, mut rest, mut greater, mut less) = (AddOptions::default(), &argv[2..], false, false);
    while let [word, tail @ ..] = rest {
        if word.eq_ignore_ascii_case(b"gt") {
            greater = true;
        } else if word.eq_ignore_ascii_case(b"lt") {
            less = true;
        } else if !options.take(word) {
            break;
        }
        rest = tail;
    }
    if greater && less || options.if_absent && (greater || less) {
        call.reply.error("ERR GT, LT, and/or NX options at the same time are not compatible");
        return;
    }
    options.only_if = match (greater, less) {
        (true, _) => Some(Ordering::Greater),
        (_, true) => Some(Ordering::Less),
        _ => None,
    };
    add_words(call, options, rest);
    if call.dirty > 0 && options.only_if.is_some() {
        rewrite_as_scores(call, rest);
    }
}

/// Rewrites to Redis 5's ZADD with the scores that these members have now.
fn rewrite_as_scores(call: &mut Call<'_>, pairs: &[Vec<u8>]) {
    let key = &call.argv[1];
    let Some(value) = call.peek(key) else { return };
    let Value::Zset(zset) = &value else { return };
    let mut words = vec![b"ZADD".to_vec(), key.clone()];
    for member in pairs.iter().skip(1).step_by(2) {
        if let Some(score) = zset.score(member) {
            words.extend([format_double(score).into_bytes(), member.clone()]);
        }
    }
    call.rewritten = Some(words);
}

/// Finds the ranks of the members to store.
type ChooseRanks = Box<dyn FnOnce(&Zset) -> Range<usize>>;

/// `ZRANGESTORE destination source min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]`.
pub fn zrangestore(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(options) = RangeOptions::parse(call) else { return };
    let (min, max) = match options.by {
        By::Score | By::Member if options.reverse => (&argv[4], &argv[3]),
        _ => (&argv[3], &argv[4]),
    };
    let choose: ChooseRanks = match options.by {
        By::Rank => {
            let Some(start) = integer(call, min) else { return };
            let Some(end) = integer(call, max) else { return };
            Box::new(move |zset| {
                let ranks = ranks(start, end, zset.len());
                if options.reverse { zset.len() - ranks.end..zset.len() - ranks.start } else { ranks }
            })
        }
        By::Score => {
            let Some(bounds) = range::parse::<Scores>(call, min, max) else { return };
            Box::new(move |zset| options.limit(&bounds, zset))
        }
        By::Member => {
            let Some(bounds) = range::parse::<Members>(call, min, max) else { return };
            Box::new(move |zset| options.limit(&bounds, zset))
        }
    };
    let Ok(source) = call.read::<Zset>(&argv[2]) else { return };
    let mut result = Zset::default();
    if let Some(source) = source {
        let limits = (call.config.encodings.zset_max_ziplist_entries, call.config.encodings.zset_max_ziplist_value);
        for (member, score) in source.iter_ranks(choose(&source)) {
            result.insert_within(member, score, limits.0, limits.1);
        }
    }
    store(call, result, "zrangestore", |_| 1);
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    Rank,
    Score,
    Member,
}

#[derive(Clone, Copy)]
struct RangeOptions {
    by: By,
    reverse: bool,
    /// How many members are skipped, and the maximal number of results (-1: all).
    limit: (i64, i64),
}

impl RangeOptions {
    /// The options of `zrangeGenericCommand`.
    fn parse(call: &mut Call<'_>) -> Option<Self> {
        let mut options = Self { by: By::Rank, reverse: false, limit: (0, -1) };
        let mut rest = &call.argv[5..];
        while let [word, tail @ ..] = rest {
            rest = match (word.to_ascii_lowercase().as_slice(), tail) {
                (b"limit", [offset, count, tail @ ..]) => {
                    options.limit = (integer(call, offset)?, integer(call, count)?);
                    tail
                }
                (b"rev", _) if !options.reverse => {
                    options.reverse = true;
                    tail
                }
                (by @ (b"byscore" | b"bylex"), _) if options.by == By::Rank => {
                    options.by = if by == b"byscore" { By::Score } else { By::Member };
                    tail
                }
                _ => {
                    call.reply.error(errors::SYNTAX);
                    return None;
                }
            };
        }
        if options.limit.1 != -1 && options.by == By::Rank {
            call.reply.error("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
            return None;
        }
        Some(options)
    }

    fn limit(self, bounds: &impl Bounds, zset: &Zset) -> Range<usize> {
        let ranks = if self.reverse { bounds.ranks_reversed(zset) } else { bounds.ranks(zset) };
        limit(ranks, self.reverse, self.limit.0, self.limit.1)
    }
}

/// `ZDIFFSTORE destination numkeys key [key …]`: members of the first key, with their scores, that no other key has.
pub fn zdiffstore(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(numkeys) = integer(call, &argv[2]) else { return };
    if numkeys < 1 {
        call.reply.error("ERR at least 1 input key is needed for 'zdiffstore' command");
        return;
    }
    if usize::try_from(numkeys) != Ok(argv.len() - 3) {
        call.reply.error(errors::SYNTAX);
        return;
    }
    let mut sources = Vec::with_capacity(argv.len() - 3);
    for key in &argv[3..] {
        let value = call.lookup_read(key);
        if !matches!(value.as_ref(), None | Some(Value::Zset(_) | Value::Set(_))) {
            call.wrong_type();
            return;
        }
        sources.push(value);
    }
    let others = &sources[1..];
    let is_elsewhere = |member: &[u8]| {
        others.iter().any(|other| match other.as_ref() {
            Some(Value::Zset(zset)) => zset.score(member).is_some(),
            Some(Value::Set(set)) => set.contains(member),
            _ => false,
        })
    };
    let limits = (call.config.encodings.zset_max_ziplist_entries, call.config.encodings.zset_max_ziplist_value);
    let mut result = Zset::default();
    let mut take = |member: &[u8], score: f64| {
        if !is_elsewhere(member) {
            result.insert_within(member, score, limits.0, limits.1);
        }
    };
    match sources[0].as_ref() {
        Some(Value::Zset(zset)) => zset.iter().for_each(|(member, score)| take(member, score)),
        Some(Value::Set(set)) => set.iter().for_each(|member| take(member, 1.0)),
        _ => {}
    }
    store(call, result, "zdiffstore", |_| 1);
}

/// Stores `result` at `argv[1]` and replies how many members it has. `changes` gives the number of changes (`dirty`) if
/// there are any.
pub(super) fn store(call: &mut Call<'_>, result: Zset, event: &'static str, changes: fn(usize) -> u64) {
    let destination = &call.argv[1];
    store_at(call, destination, result, event, changes);
}

/// [`store`] at another key. Rewritten to Redis 5's DEL and ZADD.
pub(super) fn store_at(
    call: &mut Call<'_>,
    destination: &[u8],
    result: Zset,
    event: &'static str,
    changes: fn(usize) -> u64,
) {
    let len = result.len();
    call.rewrite(&[b"DEL", destination]);
    if len > 0 {
        let mut words = vec![b"ZADD".to_vec(), destination.to_vec()];
        for (member, score) in result.iter() {
            words.extend([format_double(score).into_bytes(), member.to_vec()]);
        }
        call.set_key(destination, result);
        call.also.push((call.db, words));
        call.signal_key_as_ready(destination);
        call.notify(Events::ZSET, event, destination);
        call.dirty += changes(len);
    } else if call.keyspace.delete(call.db, destination) {
        call.notify(Events::GENERIC, "del", destination);
        call.dirty += 1;
    }
    call.reply.integer(len as i64);
}
