//! LPOP and RPOP with a count, and LMOVE.

use crate::command::call::Call;
use crate::command::lists::{self, End, move_one, notify_popped, pop_one};
use crate::command::strings::integer;
use psyncscope_keyspace::List;
use psyncscope_resp::errors;

/// LPOP key [count].
pub(super) fn lpop(call: &mut Call<'_>) {
    pop_generic(call, End::Head);
}

/// RPOP key [count].
pub(super) fn rpop(call: &mut Call<'_>) {
    pop_generic(call, End::Tail);
}

/// `popGenericCommand`. For Redis 5 a pop with a count is rewritten to LTRIM.
fn pop_generic(call: &mut Call<'_>, end: End) {
    let argv = call.argv;
    let key = &argv[1];
    let count = match (&argv[2..], end) {
        ([], End::Head) => return lists::lpop(call),
        ([], End::Tail) => return lists::rpop(call),
        ([count], _) => count,
        _ => {
            let name = argv[0].to_ascii_lowercase();
            call.reply.error([b"ERR wrong number of arguments for '", name.as_slice(), b"' command"].concat());
            return;
        }
    };
    let Some(count) = integer(call, count) else { return };
    let Ok(count) = usize::try_from(count) else {
        call.reply.error("ERR value is out of range, must be positive");
        return;
    };
    let pop = |list: &mut List| (0..count).map_while(|_| pop_one(list, end)).collect::<Vec<_>>();
    let Ok(popped) = call.change(key, pop) else { return };
    let Some(popped) = popped else {
        call.reply.null_array();
        return;
    };
    call.reply.array(popped.len());
    for element in &popped {
        call.reply.bulk(element);
    }
    if popped.is_empty() {
        return;
    }
    notify_popped(call, key, end);
    call.dirty += popped.len() as u64;
    match end {
        End::Head => call.rewrite(&[b"LTRIM", key, popped.len().to_string().as_bytes(), b"-1"]),
        End::Tail => call.rewrite(&[b"LTRIM", key, b"0", format!("-{}", popped.len() + 1).as_bytes()]),
    }
}

/// `LMOVE source destination LEFT|RIGHT LEFT|RIGHT`.
pub(super) fn lmove(call: &mut Call<'_>) {
    let [_, source, destination, from, to] = call.argv else { return };
    let (Some(from), Some(to)) = (end(from), end(to)) else {
        call.reply.error(errors::SYNTAX);
        return;
    };
    let Ok(moved) = move_one(call, (source, from), (destination, to)) else { return };
    let Some(element) = moved else {
        call.reply.null();
        return;
    };
    let (pop, push): (&[u8], &[u8]) = match (from, to) {
        (End::Head, End::Head) => (b"LPOP", b"LPUSH"),
        (End::Head, End::Tail) => (b"LPOP", b"RPUSH"),
        (End::Tail, End::Head) => (b"RPOP", b"LPUSH"),
        (End::Tail, End::Tail) => (b"RPOP", b"RPUSH"),
    };
    call.rewrite(&[pop, source]);
    call.also_propagate(&[push, destination, &element]);
    call.reply.bulk(element);
}

/// `getListPositionFromObjectOrReply`.
fn end(word: &[u8]) -> Option<End> {
    match word.to_ascii_lowercase().as_slice() {
        b"left" => Some(End::Head),
        b"right" => Some(End::Tail),
        _ => None,
    }
}
