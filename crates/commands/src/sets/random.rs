//! Random members. The node's random numbers differ from Redis's.

use indexmap::IndexSet;
use psyncscope_keyspace::Set;
use psyncscope_resp::{BULK_LEN_MAX, errors};
use rand_core::RngCore;
use rustc_hash::FxBuildHasher;

use super::reply_members;
use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// SPOP removes members one by one if more than a fifth as many remain (`SPOP_MOVE_STRATEGY_MUL`); otherwise the set
/// is rebuilt from the remaining ones.
const SPOP_REBUILD_RATIO: usize = 5;

/// From a third of the members on, SRANDMEMBER shuffles them instead of drawing until all drawn are different
/// (`SRANDMEMBER_SUB_STRATEGY_MUL`).
const SRANDMEMBER_SHUFFLE_RATIO: usize = 3;

/// `SPOP key [count]`. Propagated as the removal of the popped members.
pub fn spop(call: &mut Call<'_>) {
    let argv = call.argv;
    match argv {
        [_, key] => spop_one(call, key),
        [_, key, count] => spop_many(call, key, count),
        _ => call.reply.error(errors::SYNTAX),
    }
}

fn spop_one(call: &mut Call<'_>, key: &[u8]) {
    let Ok(set) = call.read_for_write::<Set>(key) else { return };
    let Some(len) = set.map(|set| set.len()) else {
        call.reply.null();
        return;
    };
    let index = below(call.rng, len);
    let Ok(Some(Some(member))) = call.change(key, |set: &mut Set| set.take(index)) else { return };
    call.notify(Events::SET, "spop", key);
    call.notify_if_gone(key);
    call.rewrite(&[b"SREM", key, &member]);
    call.dirty += 1;
    call.reply.bulk(&member);
}

/// `spopWithCountCommand`. Counts `count` changes, and one for the command.
fn spop_many(call: &mut Call<'_>, key: &[u8], count: &[u8]) {
    let Some(count) = integer(call, count) else { return };
    let Ok(count) = u64::try_from(count) else {
        call.reply.error(errors::INDEX_OUT_OF_RANGE);
        return;
    };
    let Ok(set) = call.read::<Set>(key) else { return };
    let Some(set) = set.filter(|_| count > 0) else {
        call.reply.empty_array();
        return;
    };
    // Saturating: `count` may be any number.
    call.dirty += 1 + count.min(u32::MAX.into());
    if count >= set.len() as u64 {
        reply_members(call, &set);
        drop(set);
        call.keyspace.delete(call.db, key);
        call.notify(Events::SET, "spop", key);
        call.notify(Events::GENERIC, "del", key);
        call.rewrite(&[b"DEL", key]);
        return;
    }
    let (count, len) = (count as usize, set.len());
    drop(set);
    let indexes: Vec<usize> = (0..count).map(|taken| below(call.rng, len - taken)).collect();
    let integers_max = call.config.encodings.set_max_intset_entries;
    let take = |set: &mut Set| {
        let taken: Vec<_> = indexes.iter().filter_map(|&index| set.take(index)).collect();
        if (len - count) * SPOP_REBUILD_RATIO <= count {
            let mut rest = Set::default();
            for member in set.iter() {
                rest.insert_within(member, integers_max);
            }
            *set = rest;
        }
        taken
    };
    let Ok(Some(taken)) = call.change(key, take) else { return };
    call.notify(Events::SET, "spop", key);
    call.prevented = true;
    call.reply.array(taken.len());
    for member in taken {
        call.reply.bulk(&member);
        call.also_propagate(&[b"SREM", key, &member]);
    }
}

/// `SRANDMEMBER key [count]`. With a negative count members may repeat.
pub fn srandmember(call: &mut Call<'_>) {
    let argv = call.argv;
    match argv {
        [_, key] => srandmember_one(call, key),
        [_, key, count] => srandmember_many(call, key, count),
        _ => call.reply.error(errors::SYNTAX),
    }
}

fn srandmember_one(call: &mut Call<'_>, key: &[u8]) {
    let Ok(set) = call.read::<Set>(key) else { return };
    let Some(set) = set else {
        call.reply.null();
        return;
    };
    let index = below(call.rng, set.len());
    call.reply.bulk(set.at(index).unwrap_or_default());
}

/// `srandmemberWithCountCommand`.
fn srandmember_many(call: &mut Call<'_>, key: &[u8], count: &[u8]) {
    let Some(signed_count) = integer(call, count) else { return };
    let Ok(set) = call.read::<Set>(key) else { return };
    let Some(set) = set.filter(|_| signed_count != 0) else {
        call.reply.empty_array();
        return;
    };
    let len = set.len();
    if signed_count >= len as i64 {
        reply_members(call, &set);
        return;
    }
    // Redis would build a reply of any size and run out of memory; here that is refused.
    let reply_len = (signed_count.unsigned_abs()).saturating_mul((set.approximate_bytes() / len) as u64);
    if reply_len > BULK_LEN_MAX as u64 {
        call.reply.error("ERR value is out of range");
        return;
    }
    let count = signed_count.unsigned_abs() as usize;
    let indexes: Vec<usize> = if signed_count < 0 {
        (0..count).map(|_| below(call.rng, len)).collect()
    } else if count.saturating_mul(SRANDMEMBER_SHUFFLE_RATIO) > len {
        shuffled(call.rng, len, count)
    } else {
        let mut drawn = IndexSet::<usize, FxBuildHasher>::default();
        while drawn.len() < count {
            drawn.insert(below(call.rng, len));
        }
        drawn.into_iter().collect()
    };
    call.reply.array(indexes.len());
    for index in indexes {
        call.reply.bulk(set.at(index).unwrap_or_default());
    }
}

/// The first `count` of the numbers below `len` after a shuffle.
fn shuffled(rng: &mut impl RngCore, len: usize, count: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..len).collect();
    for at in 0..count {
        numbers.swap(at, at + below(rng, len - at));
    }
    numbers.truncate(count);
    numbers
}

/// A random number below `limit`, which must not be 0.
fn below(rng: &mut impl RngCore, limit: usize) -> usize {
    ((u128::from(rng.next_u64()) * limit as u128) >> 64) as usize
}
