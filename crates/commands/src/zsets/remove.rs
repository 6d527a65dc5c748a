//! Commands that remove members, by name and by range.

use std::ops::Range;

use psyncscope_keyspace::Zset;

use super::bounds::{Bounds, Members, Scores, ranks};
use super::range::parse;
use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// ZREM key member [member …].
pub fn zrem(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, members) = (&argv[1], &argv[2..]);
    let Ok(zset) = call.read_for_write::<Zset>(key) else { return };
    let any = zset.is_some_and(|zset| members.iter().any(|member| zset.score(member).is_some()));
    let mut removed = 0;
    if any {
        let remove = |zset: &mut Zset| members.iter().filter(|member| zset.remove(member).is_some()).count();
        removed = call.change(key, remove).ok().flatten().unwrap_or(0);
        call.notify(Events::ZSET, "zrem", key);
        call.notify_if_gone(key);
    }
    call.dirty += removed as u64;
    call.reply.integer(removed as i64);
}

/// ZREMRANGEBYRANK key start stop.
pub fn zremrangebyrank(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(start) = integer(call, &argv[2]) else { return };
    let Some(end) = integer(call, &argv[3]) else { return };
    remove_ranks(call, "zremrangebyrank", |zset| ranks(start, end, zset.len()));
}

/// ZREMRANGEBYSCORE key min max.
pub fn zremrangebyscore(call: &mut Call<'_>) {
    remove_by::<Scores>(call, "zremrangebyscore");
}

/// ZREMRANGEBYLEX key min max.
pub fn zremrangebylex(call: &mut Call<'_>) {
    remove_by::<Members>(call, "zremrangebylex");
}

fn remove_by<B: Bounds>(call: &mut Call<'_>, event: &'static str) {
    let argv = call.argv;
    if let Some(bounds) = parse::<B>(call, &argv[2], &argv[3]) {
        remove_ranks(call, event, |zset| bounds.ranks(zset));
    }
}

/// `zremrangeGenericCommand`: removes the ranks that `choose` selects in the set at `argv[1]`.
fn remove_ranks(call: &mut Call<'_>, event: &'static str, choose: impl FnOnce(&Zset) -> Range<usize>) {
    let key = &call.argv[1];
    let Ok(zset) = call.read_for_write::<Zset>(key) else { return };
    let ranks = zset.map_or(0..0, |zset| choose(&zset));
    let removed = ranks.len();
    if removed > 0 {
        // It exists and has this type, as was just checked.
        let _ = call.change::<Zset, _>(key, |zset| drop(zset.remove_ranks(ranks)));
        call.notify(Events::ZSET, event, key);
        call.notify_if_gone(key);
    }
    call.dirty += removed as u64;
    call.reply.integer(removed as i64);
}
