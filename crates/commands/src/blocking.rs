//! BLPOP, BRPOP, BRPOPLPUSH, BZPOPMIN, BZPOPMAX. Blocked clients are served in `blocked`.

use psyncscope_keyspace::List;
use psyncscope_resp::parse_i64_strict;

use crate::block::{Block, BlockedOn, ListEnd, ZsetEnd};
use crate::call::Call;
use crate::lists::{move_last, notify_popped, pop_one};
use crate::zsets;

/// BLPOP key [key ...] timeout
pub fn blpop(call: &mut Call<'_>) {
    blocking_pop(call, ListEnd::Head);
}

/// BRPOP key [key ...] timeout
pub fn brpop(call: &mut Call<'_>) {
    blocking_pop(call, ListEnd::Tail);
}

/// `blockingPopGenericCommand`: pops from the first existing list, or blocks.
fn blocking_pop(call: &mut Call<'_>, end: ListEnd) {
    let argv = call.argv;
    let (keys, timeout) = (&argv[1..argv.len() - 1], &argv[argv.len() - 1]);
    let Some(deadline_ms) = deadline(call, timeout) else { return };
    for key in keys {
        match call.change(key, |list: &mut List| pop_one(list, end)) {
            Err(_) => return,
            Ok(Some(Some(element))) => {
                call.reply.array(2);
                call.reply.bulk(key);
                call.reply.bulk(element);
                notify_popped(call, key, end);
                call.dirty += 1;
                call.rewrite(&[pop_name(end), key]);
                return;
            }
            Ok(_) => {}
        }
    }
    if call.deny_blocking {
        call.reply.null_array();
    } else {
        let on = BlockedOn::List { keys: keys.to_vec(), end, target: None };
        call.block = Some(Block { on, deadline_ms });
    }
}

/// BRPOPLPUSH source destination timeout
pub fn brpoplpush(call: &mut Call<'_>) {
    let argv = call.argv;
    let (source, target) = (&argv[1], &argv[2]);
    let Some(deadline_ms) = deadline(call, &argv[3]) else { return };
    match move_last(call, source, target) {
        Err(_) => {}
        Ok(Some(element)) => {
            call.reply.bulk(element);
            call.rewrite(&[b"RPOPLPUSH", source, target]);
        }
        Ok(None) if call.deny_blocking => call.reply.null(),
        Ok(None) => {
            let on = BlockedOn::List { keys: vec![source.clone()], end: ListEnd::Tail, target: Some(target.clone()) };
            call.block = Some(Block { on, deadline_ms });
        }
    }
}

/// BZPOPMIN key [key ...] timeout
pub fn bzpopmin(call: &mut Call<'_>) {
    blocking_zpop(call, ZsetEnd::Min);
}

/// BZPOPMAX key [key ...] timeout
pub fn bzpopmax(call: &mut Call<'_>) {
    blocking_zpop(call, ZsetEnd::Max);
}

/// `blockingGenericZpopCommand`.
fn blocking_zpop(call: &mut Call<'_>, end: ZsetEnd) {
    let argv = call.argv;
    let (keys, timeout) = (&argv[1..argv.len() - 1], &argv[argv.len() - 1]);
    let Some(deadline_ms) = deadline(call, timeout) else { return };
    for key in keys {
        match zsets::pop(call, std::slice::from_ref(key), end, true, 1) {
            None => return,
            Some(true) => {
                call.rewrite(&[if end == ZsetEnd::Min { b"ZPOPMIN" } else { b"ZPOPMAX" }, key]);
                return;
            }
            Some(false) => {}
        }
    }
    if call.deny_blocking {
        call.reply.null_array();
    } else {
        call.block = Some(Block { on: BlockedOn::Zset { keys: keys.to_vec(), end }, deadline_ms });
    }
}

/// The command with which a pop at this end is propagated.
#[must_use]
pub const fn pop_name(end: ListEnd) -> &'static [u8] {
    match end {
        ListEnd::Head => b"LPOP",
        ListEnd::Tail => b"RPOP",
    }
}

/// `getTimeoutFromObjectOrReply`, in seconds: the time of the timeout, `Some(None)` for never. `None` if it is
/// invalid and an error was replied.
fn deadline(call: &mut Call<'_>, timeout: &[u8]) -> Option<Option<i64>> {
    match parse_i64_strict(timeout).map(|seconds| (seconds, seconds.checked_mul(1000))) {
        Some((0, _)) => Some(None),
        Some((..0, _)) => {
            call.reply.error("ERR timeout is negative");
            None
        }
        Some((_, Some(ms))) => Some(Some(call.now_ms.saturating_add(ms))),
        _ => {
            call.reply.error("ERR timeout is not an integer or out of range");
            None
        }
    }
}
