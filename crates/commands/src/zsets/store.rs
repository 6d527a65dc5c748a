//! ZUNIONSTORE and ZINTERSTORE (`zunionInterGenericCommand`).

use indexmap::IndexMap;
use psyncscope_keyspace::{Value, Zset};
use psyncscope_resp::{errors, parse_double};
use rustc_hash::FxBuildHasher;

use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// ZUNIONSTORE destination numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE SUM|MIN|MAX].
pub fn zunionstore(call: &mut Call<'_>) {
    store(call, "zunionstore", union);
}

/// ZINTERSTORE destination numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE SUM|MIN|MAX].
pub fn zinterstore(call: &mut Call<'_>) {
    store(call, "zinterstore", intersection);
}

/// An input: a sorted set, or a set whose members all have score 1.
struct Source {
    value: Option<Value>,
    weight: f64,
}

impl Source {
    fn len(&self) -> usize {
        match self.value.as_ref() {
            Some(Value::Zset(zset)) => zset.len(),
            Some(Value::Set(set)) => set.len(),
            _ => 0,
        }
    }

    /// All members with their unweighted scores.
    fn members(&self) -> Vec<(&[u8], f64)> {
        match self.value.as_ref() {
            Some(Value::Zset(zset)) => zset.iter().collect(),
            Some(Value::Set(set)) => set.iter().map(|member| (member, 1.0)).collect(),
            _ => Vec::new(),
        }
    }

    fn score(&self, member: &[u8]) -> Option<f64> {
        match self.value.as_ref()? {
            Value::Zset(zset) => zset.score(member),
            Value::Set(set) => set.contains(member).then_some(1.0),
            _ => None,
        }
    }

    /// The first score of a member; NaN (zero times infinity) counts as zero.
    fn weighted(&self, score: f64) -> f64 {
        number_or_zero(self.weight * score)
    }
}

fn number_or_zero(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

/// How the scores of a member are combined (`zunionInterAggregate`).
#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    /// In MIN and MAX a NaN in `other` is ignored.
    fn join(self, score: f64, other: f64) -> f64 {
        match self {
            // Infinity minus infinity counts as zero.
            Self::Sum => number_or_zero(score + other),
            Self::Min if other < score => other,
            Self::Max if other > score => other,
            Self::Min | Self::Max => score,
        }
    }
}

fn store(call: &mut Call<'_>, event: &'static str, combine: fn(&[Source], Aggregate) -> Scores<'_>) {
    let destination = &call.argv[1];
    let Some((mut sources, aggregate)) = parse(call) else { return };
    // Smallest set first. The order of additions affects the last digits of the scores.
    sources.sort_by_key(Source::len);
    let mut result = Zset::default();
    for (member, score) in combine(&sources, aggregate) {
        let (entries_max, value_max) =
            (call.config.encodings.zset_max_ziplist_entries, call.config.encodings.zset_max_ziplist_value);
        result.insert_within(member, score, entries_max, value_max);
    }
    drop(sources);
    let replaced = call.keyspace.delete(call.db, destination);
    let len = result.len();
    if len > 0 {
        call.keyspace.set(call.db, destination, result);
        call.signal_key_as_ready(destination);
        call.notify(Events::ZSET, event, destination);
    } else if replaced {
        call.notify(Events::GENERIC, "del", destination);
    }
    call.dirty += u64::from(replaced || len > 0);
    call.reply.integer(len as i64);
}

/// The inputs and the aggregate; `None` after an error reply.
fn parse(call: &mut Call<'_>) -> Option<(Vec<Source>, Aggregate)> {
    let argv = call.argv;
    let keys = integer(call, &argv[2])?;
    if keys < 1 {
        call.reply.error("ERR at least 1 input key is needed for ZUNIONSTORE/ZINTERSTORE");
        return None;
    }
    let Some(keys) = usize::try_from(keys).ok().filter(|&keys| keys <= argv.len() - 3) else {
        call.reply.error(errors::SYNTAX);
        return None;
    };
    let (names, mut rest) = argv[3..].split_at(keys);
    let mut sources = Vec::with_capacity(keys);
    for name in names {
        let value = call.lookup_write(name);
        if !matches!(value.as_ref(), None | Some(Value::Zset(_) | Value::Set(_))) {
            call.wrong_type();
            return None;
        }
        sources.push(Source { value, weight: 1.0 });
    }
    let mut aggregate = Aggregate::Sum;
    while let [word, tail @ ..] = rest {
        if word.eq_ignore_ascii_case(b"weights") && tail.len() >= keys {
            let (weights, tail) = tail.split_at(keys);
            for (source, weight) in sources.iter_mut().zip(weights) {
                let Some(weight) = parse_double(weight) else {
                    call.reply.error("ERR weight value is not a float");
                    return None;
                };
                source.weight = weight;
            }
            rest = tail;
        } else if let (true, [kind, tail @ ..]) = (word.eq_ignore_ascii_case(b"aggregate"), tail) {
            aggregate = match kind.to_ascii_lowercase().as_slice() {
                b"sum" => Aggregate::Sum,
                b"min" => Aggregate::Min,
                b"max" => Aggregate::Max,
                _ => {
                    call.reply.error(errors::SYNTAX);
                    return None;
                }
            };
            rest = tail;
        } else {
            call.reply.error(errors::SYNTAX);
            return None;
        }
    }
    Some((sources, aggregate))
}

/// Members with their combined scores.
type Scores<'a> = IndexMap<&'a [u8], f64, FxBuildHasher>;

fn union(sources: &[Source], aggregate: Aggregate) -> Scores<'_> {
    let mut scores = Scores::default();
    for source in sources {
        for (member, score) in source.members() {
            let weighted = source.weighted(score);
            scores.entry(member).and_modify(|score| *score = aggregate.join(*score, weighted)).or_insert(weighted);
        }
    }
    scores
}

fn intersection(sources: &[Source], aggregate: Aggregate) -> Scores<'_> {
    let mut result = Scores::default();
    let [first, others @ ..] = sources else { return result };
    for (member, score) in first.members() {
        let mut joined = Some(first.weighted(score));
        for other in others {
            joined =
                joined.zip(other.score(member)).map(|(joined, score)| aggregate.join(joined, score * other.weight));
        }
        if let Some(score) = joined {
            result.insert(member, score);
        }
    }
    result
}
