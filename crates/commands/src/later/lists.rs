//! LPOP and RPOP with a count, and LMOVE.

use psyncscope_keyspace::List;
use psyncscope_resp::errors;

use crate::block::ListEnd;
use crate::call::Call;
use crate::lists::{self, move_one, notify_popped, pop_one};
use crate::strings::integer;

/// `LPOP key [count]`.
pub fn lpop(call: &mut Call<'_>) {
    pop_generic(call, ListEnd::Head);
}

/// `RPOP key [count]`.
pub fn rpop(call: &mut Call<'_>) {
    pop_generic(call, ListEnd::Tail);
}

/// `popGenericCommand`. For Redis 5 a pop with a count is rewritten to LTRIM.
fn pop_generic(call: &mut Call<'_>, end: ListEnd) {
    let argv = call.argv;
    let key = &argv[1];
    let count = match (&argv[2..], end) {
        ([], ListEnd::Head) => return lists::lpop(call),
        ([], ListEnd::Tail) => return lists::rpop(call),
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
        ListEnd::Head => call.rewrite(&[b"LTRIM", key, popped.len().to_string().as_bytes(), b"-1"]),
        ListEnd::Tail => call.rewrite(&[b"LTRIM", key, b"0", format!("-{}", popped.len() + 1).as_bytes()]),
    }
}

/// `LMOVE source destination LEFT|RIGHT LEFT|RIGHT`.
pub fn lmove(call: &mut Call<'_>) {
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
        (ListEnd::Head, ListEnd::Head) => (b"LPOP", b"LPUSH"),
        (ListEnd::Head, ListEnd::Tail) => (b"LPOP", b"RPUSH"),
        (ListEnd::Tail, ListEnd::Head) => (b"RPOP", b"LPUSH"),
        (ListEnd::Tail, ListEnd::Tail) => (b"RPOP", b"RPUSH"),
    };
    call.rewrite(&[pop, source]);
    call.also_propagate(&[push, destination, &element]);
    call.reply.bulk(element);
}

/// `getListPositionFromObjectOrReply`.
fn end(word: &[u8]) -> Option<ListEnd> {
    match word.to_ascii_lowercase().as_slice() {
        b"left" => Some(ListEnd::Head),
        b"right" => Some(ListEnd::Tail),
        _ => None,
    }
}
