//! Commands on lists (t_list.c).
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.

use std::ops::RangeInclusive;

use psyncscope_keyspace::List;
use psyncscope_resp::errors;

use crate::block::ListEnd;
use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// Notifies that an element was popped from `key`, and that the key is gone if it was the last.
pub fn notify_popped(call: &mut Call<'_>, key: &[u8], end: ListEnd) {
    call.notify(Events::LIST, end.pop_event(), key);
    call.notify_if_gone(key);
}

/// LPUSH key element [element …].
pub fn lpush(call: &mut Call<'_>) {
    push_generic(call, ListEnd::Head);
}

/// RPUSH key element [element …].
pub fn rpush(call: &mut Call<'_>) {
    push_generic(call, ListEnd::Tail);
}

/// `pushGenericCommand`: the reply is the new length.
fn push_generic(call: &mut Call<'_>, end: ListEnd) {
    let argv = call.argv;
    if let Ok(len) = push(call, &argv[1], &argv[2..], end) {
        call.notify(Events::LIST, end.push_event(), &argv[1]);
        call.dirty += (argv.len() - 2) as u64;
        call.reply.integer(len as i64);
    }
}

/// Pushes elements in order and returns the new length. A created list is signalled to blocked clients (`dbAdd`). On
/// another type replies WRONGTYPE. Does not count in `dirty`.
fn push(call: &mut Call<'_>, key: &[u8], elements: &[Vec<u8>], end: ListEnd) -> Result<usize, crate::call::WrongType> {
    let (len, new) = call.create_or_change(key, |list: &mut List| {
        let new = list.is_empty();
        for element in elements {
            push_one(list, element.clone(), end);
        }
        (list.len(), new)
    })?;
    if new {
        call.signal_key_as_ready(key);
    }
    Ok(len)
}

fn push_one(list: &mut List, element: Vec<u8>, end: ListEnd) {
    match end {
        ListEnd::Head => list.push_front(element),
        ListEnd::Tail => list.push_back(element),
    }
}

/// Pops the element at one end.
pub fn pop_one(list: &mut List, end: ListEnd) -> Option<Vec<u8>> {
    match end {
        ListEnd::Head => list.pop_front(),
        ListEnd::Tail => list.pop_back(),
    }
}

/// LPUSHX key element [element …]: LPUSH if the list exists.
pub fn lpushx(call: &mut Call<'_>) {
    pushx_generic(call, ListEnd::Head);
}

/// RPUSHX key element [element …]: RPUSH if the list exists.
pub fn rpushx(call: &mut Call<'_>) {
    pushx_generic(call, ListEnd::Tail);
}

/// `pushxGenericCommand`.
fn pushx_generic(call: &mut Call<'_>, end: ListEnd) {
    match call.read_for_write::<List>(&call.argv[1]) {
        Ok(None) => call.reply.integer(0),
        Ok(Some(list)) => {
            drop(list);
            push_generic(call, end);
        }
        Err(_) => {}
    }
}

/// LINSERT key BEFORE|AFTER pivot element: next to the first element equal to `pivot`. Replies the new length, -1
/// without such an element, 0 without the list.
pub fn linsert(call: &mut Call<'_>) {
    let [_, key, place, pivot, element] = call.argv else { return };
    let after = place.eq_ignore_ascii_case(b"after");
    if !after && !place.eq_ignore_ascii_case(b"before") {
        call.reply.error(errors::SYNTAX);
        return;
    }
    let Ok(list) = call.read_for_write::<List>(key) else { return };
    let Some(list) = list else {
        call.reply.integer(0);
        return;
    };
    let Some(at) = list.iter().position(|candidate| candidate == pivot) else {
        call.reply.integer(-1);
        return;
    };
    let len = list.len() + 1;
    drop(list);
    let _ = call.change(key, |list: &mut List| list.insert(at + usize::from(after), element.clone()));
    call.notify(Events::LIST, "linsert", key);
    call.dirty += 1;
    call.reply.integer(len as i64);
}

/// LLEN key.
pub fn llen(call: &mut Call<'_>) {
    if let Ok(list) = call.read::<List>(&call.argv[1]) {
        call.reply.integer(list.map_or(0, |list| list.len()) as i64);
    }
}

/// LINDEX key index. A negative index counts from the tail.
pub fn lindex(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(list) = call.read::<List>(&argv[1]) else { return };
    let Some(list) = list else {
        call.reply.null();
        return;
    };
    let Some(index) = integer(call, &argv[2]) else { return };
    match index_from_head(index, list.len()).and_then(|index| list.get(index)) {
        Some(element) => call.reply.bulk(element),
        None => call.reply.null(),
    }
}

/// LSET key index element.
pub fn lset(call: &mut Call<'_>) {
    let [_, key, index, element] = call.argv else { return };
    let Ok(list) = call.read_for_write::<List>(key) else { return };
    let Some(list) = list else {
        call.reply.error(errors::NO_SUCH_KEY);
        return;
    };
    let Some(index) = integer(call, index) else { return };
    let Some(index) = index_from_head(index, list.len()) else {
        call.reply.error(errors::INDEX_OUT_OF_RANGE);
        return;
    };
    drop(list);
    let _ = call.change(key, |list: &mut List| list.replace(index, element.clone()));
    call.notify(Events::LIST, "lset", key);
    call.dirty += 1;
    call.reply.ok();
}

/// An index as the client gave it, counted from the head. `None` if the list has no such element.
fn index_from_head(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { index + len as i64 } else { index };
    usize::try_from(index).ok().filter(|&index| index < len)
}

/// LPOP key.
pub fn lpop(call: &mut Call<'_>) {
    pop_generic(call, ListEnd::Head);
}

/// RPOP key.
pub fn rpop(call: &mut Call<'_>) {
    pop_generic(call, ListEnd::Tail);
}

/// `popGenericCommand`.
fn pop_generic(call: &mut Call<'_>, end: ListEnd) {
    let Ok(popped) = call.change(&call.argv[1], |list: &mut List| pop_one(list, end)) else { return };
    match popped.flatten() {
        Some(element) => {
            notify_popped(call, &call.argv[1], end);
            call.dirty += 1;
            call.reply.bulk(element);
        }
        None => call.reply.null(),
    }
}

/// LRANGE key start stop, both inclusive, negative ones counted from the tail.
pub fn lrange(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some((start, end)) = two_integers(call) else { return };
    let Ok(list) = call.read::<List>(&argv[1]) else { return };
    let range = list.as_ref().and_then(|list| range_from_head(start, end, list.len()));
    let (Some(list), Some(range)) = (list, range) else {
        call.reply.empty_array();
        return;
    };
    let elements = list.range(range);
    call.reply.array(elements.len());
    for element in elements {
        call.reply.bulk(element);
    }
}

/// LTRIM key start stop: keeps what LRANGE would reply. Counts as a change even if all is kept.
pub fn ltrim(call: &mut Call<'_>) {
    let Some((start, end)) = two_integers(call) else { return };
    let trim = |list: &mut List| list.keep(range_from_head(start, end, list.len()));
    let Ok(trimmed) = call.change(&call.argv[1], trim) else { return };
    if trimmed.is_some() {
        call.notify(Events::LIST, "ltrim", &call.argv[1]);
        call.notify_if_gone(&call.argv[1]);
        call.dirty += 1;
    }
    call.reply.ok();
}

/// The second and third argument.
fn two_integers(call: &mut Call<'_>) -> Option<(i64, i64)> {
    let argv = call.argv;
    let start = integer(call, &argv[2])?;
    Some((start, integer(call, &argv[3])?))
}

/// The indexes from `start` to `end` within a list of `len` elements, `None` if there are none.
fn range_from_head(start: i64, end: i64, len: usize) -> Option<RangeInclusive<usize>> {
    let len = len as i64;
    let start = if start < 0 { (start + len).max(0) } else { start };
    let end = if end < 0 { end + len } else { end }.min(len - 1);
    (start <= end).then_some(start as usize..=end as usize)
}

/// LREM key count element: the first `count` equal to `element`, the last if `count` is negative, all if it is 0.
pub fn lrem(call: &mut Call<'_>) {
    let [_, key, count, element] = call.argv else { return };
    let Some(count) = integer(call, count) else { return };
    let Ok(list) = call.read_for_write::<List>(key) else { return };
    // Without such an element the key must not count as touched for WATCH.
    if !list.is_some_and(|list| list.iter().any(|candidate| candidate == element)) {
        call.reply.integer(0);
        return;
    }
    let most = if count == 0 { usize::MAX } else { usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) };
    let Ok(removed) = call.change(key, |list: &mut List| list.remove_equal(element, most, count < 0)) else { return };
    let removed = removed.unwrap_or(0);
    call.notify(Events::LIST, "lrem", key);
    call.notify_if_gone(key);
    call.dirty += removed as u64;
    call.reply.integer(removed as i64);
}

/// RPOPLPUSH source destination.
pub fn rpoplpush(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(moved) = move_last(call, &argv[1], &argv[2]) else { return };
    match moved {
        Some(element) => call.reply.bulk(element),
        None => call.reply.null(),
    }
}

/// Moves the last element of `source` to the head of `destination`, for RPOPLPUSH and BRPOPLPUSH.
///
/// # Errors
/// One of the keys holds another type.
pub fn move_last(
    call: &mut Call<'_>,
    source: &[u8],
    destination: &[u8],
) -> Result<Option<Vec<u8>>, crate::call::WrongType> {
    move_one(call, (source, ListEnd::Tail), (destination, ListEnd::Head))
}

/// Moves the element at one end of a list to one end of a list and returns it; `None` if there is no source. Counts as
/// one change. On another type at either key replies WRONGTYPE.
///
/// # Errors
/// One of the keys holds another type.
pub(super) fn move_one(
    call: &mut Call<'_>,
    (source, from): (&[u8], ListEnd),
    (destination, to): (&[u8], ListEnd),
) -> Result<Option<Vec<u8>>, crate::call::WrongType> {
    let element = match call.read_for_write::<List>(source)? {
        None => return Ok(None),
        Some(list) => match from {
            ListEnd::Head => list.get(0).map(<[u8]>::to_vec),
            ListEnd::Tail => list.len().checked_sub(1).and_then(|last| list.get(last)).map(<[u8]>::to_vec),
        },
    };
    let Some(element) = element else { return Ok(None) };
    if source == destination {
        call.change(source, |list: &mut List| {
            if let Some(element) = pop_one(list, from) {
                push_one(list, element, to);
            }
        })?;
    } else {
        // The destination is created before an empty source is deleted.
        push(call, destination, std::slice::from_ref(&element), to)?;
        call.change(source, |list: &mut List| pop_one(list, from))?;
    }
    call.notify(Events::LIST, to.push_event(), destination);
    notify_popped(call, source, from);
    call.dirty += 1;
    Ok(Some(element))
}

#[cfg(test)]
mod tests;
