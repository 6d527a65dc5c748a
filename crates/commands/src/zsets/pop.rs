//! Commands that remove members from an end.

use psyncscope_keyspace::Zset;
use psyncscope_resp::{errors, format_double};

use crate::block::ZsetEnd;
use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// `ZPOPMIN key [count]`.
pub fn zpopmin(call: &mut Call<'_>) {
    zpop(call, ZsetEnd::Min);
}

/// `ZPOPMAX key [count]`.
pub fn zpopmax(call: &mut Call<'_>) {
    zpop(call, ZsetEnd::Max);
}

fn zpop(call: &mut Call<'_>, end: ZsetEnd) {
    let argv = call.argv;
    let count = match &argv[2..] {
        [] => 1,
        [count] => match integer(call, count) {
            Some(count) => count,
            None => return,
        },
        _ => {
            call.reply.error(errors::SYNTAX);
            return;
        }
    };
    match usize::try_from(count) {
        Ok(count) if count > 0 => {
            if pop(call, &argv[1..2], end, false, count) == Some(false) {
                call.reply.empty_array();
            }
        }
        _ => call.reply.empty_array(),
    }
}

/// `genericZpopCommand`: pops up to `count` members of the first existing one of `keys`, and replies them with their
/// scores, for the blocking commands after the key. Returns false, with no reply, if there is none; `None` if the
/// error for another type was replied.
pub fn pop(call: &mut Call<'_>, keys: &[Vec<u8>], end: ZsetEnd, with_key: bool, count: usize) -> Option<bool> {
    for key in keys {
        let Some(len) = call.read_for_write::<Zset>(key).ok()?.map(|zset| zset.len()) else { continue };
        let count = count.min(len);
        let ranks = match end {
            ZsetEnd::Min => 0..count,
            ZsetEnd::Max => len - count..len,
        };
        let mut popped = call.change::<Zset, _>(key, |zset| zset.remove_ranks(ranks)).ok()?.unwrap_or_default();
        if end == ZsetEnd::Max {
            popped.reverse();
        }
        call.notify(Events::ZSET, if end == ZsetEnd::Min { "zpopmin" } else { "zpopmax" }, key);
        call.notify_if_gone(key);
        call.dirty += popped.len() as u64;
        call.reply.array(popped.len() * 2 + usize::from(with_key));
        if with_key {
            call.reply.bulk(key);
        }
        for (score, member) in popped {
            call.reply.bulk(member);
            call.reply.bulk(format_double(score));
        }
        return Some(true);
    }
    Some(false)
}
