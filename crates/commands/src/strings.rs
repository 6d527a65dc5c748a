//! Commands on strings (t_string.c).
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.

use psyncscope_keyspace::{RedisString, Value};
use psyncscope_resp::{BULK_LEN_MAX, decimal, errors, parse_i64_strict};

use crate::call::Call;
use crate::events::Events;
use crate::long_double::LongDouble;

/// SET key value [EX seconds | PX milliseconds] [NX | XX].
pub fn set(call: &mut Call<'_>) {
    let argv = call.argv;
    let mut condition = Condition::Always;
    let mut expire: Option<(&[u8], Unit)> = None;
    let mut options = argv[3..].iter();
    while let Some(option) = options.next() {
        let is = |name: &[u8]| option.eq_ignore_ascii_case(name);
        if is(b"NX") && condition != Condition::IfPresent {
            condition = Condition::IfAbsent;
        } else if is(b"XX") && condition != Condition::IfAbsent {
            condition = Condition::IfPresent;
        } else if let (true, Some(time)) =
            (is(b"EX") && !has_unit(expire, Unit::Milliseconds), options.as_slice().first())
        {
            expire = Some((time, Unit::Seconds));
            options.next();
        } else if let (true, Some(time)) = (is(b"PX") && !has_unit(expire, Unit::Seconds), options.as_slice().first()) {
            expire = Some((time, Unit::Milliseconds));
            options.next();
        } else {
            call.reply.error(errors::SYNTAX);
            return;
        }
    }
    match set_generic(call, "set", &argv[2], expire, condition) {
        Outcome::Set => call.reply.ok(),
        Outcome::NotSet => call.reply.null(),
        Outcome::Refused => {}
    }
}

/// SETNX key value.
pub fn setnx(call: &mut Call<'_>) {
    let argv = call.argv;
    match set_generic(call, "setnx", &argv[2], None, Condition::IfAbsent) {
        Outcome::Set => call.reply.integer(1),
        Outcome::NotSet => call.reply.integer(0),
        Outcome::Refused => {}
    }
}

/// SETEX key seconds value.
pub fn setex(call: &mut Call<'_>) {
    set_with_time(call, "setex", Unit::Seconds);
}

/// PSETEX key milliseconds value.
pub fn psetex(call: &mut Call<'_>) {
    set_with_time(call, "psetex", Unit::Milliseconds);
}

fn set_with_time(call: &mut Call<'_>, name: &str, unit: Unit) {
    let argv = call.argv;
    if let Outcome::Set = set_generic(call, name, &argv[3], Some((&argv[2], unit)), Condition::Always) {
        call.reply.ok();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

fn has_unit(expire: Option<(&[u8], Unit)>, unit: Unit) -> bool {
    expire.is_some_and(|(_, have)| have == unit)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Always,
    IfAbsent,
    IfPresent,
}

enum Outcome {
    Set,
    /// The condition was not met; nothing was replied.
    NotSet,
    /// An error was replied.
    Refused,
}

/// `setGenericCommand`: sets `argv[1]`. `name` is the command's, for its error.
///
/// The time is checked before the condition: `SET k v NX EX 0` is an error even if `k` exists. A time too far ahead
/// wraps around, as in 5.0, which does not check.
fn set_generic(
    call: &mut Call<'_>,
    name: &str,
    value: &[u8],
    expire: Option<(&[u8], Unit)>,
    condition: Condition,
) -> Outcome {
    let key = &call.argv[1];
    let expire_ms = match expire {
        None => None,
        Some((text, unit)) => {
            let Some(time) = integer(call, text) else { return Outcome::Refused };
            if time <= 0 {
                call.reply.error(format!("{}{name}", errors::INVALID_EXPIRE_PREFIX));
                return Outcome::Refused;
            }
            let milliseconds = if unit == Unit::Seconds { time.wrapping_mul(1000) } else { time };
            Some(call.now_ms.wrapping_add(milliseconds))
        }
    };
    let holds = match condition {
        Condition::Always => true,
        Condition::IfAbsent => call.lookup_write(key).is_none(),
        Condition::IfPresent => call.lookup_write(key).is_some(),
    };
    if !holds {
        return Outcome::NotSet;
    }
    call.set_key(key, value);
    call.dirty += 1;
    call.notify(Events::STRING, "set", key);
    if let Some(when) = expire_ms {
        call.set_expire(key, when);
        call.notify(Events::GENERIC, "expire", key);
    }
    Outcome::Set
}

/// GET key.
pub fn get(call: &mut Call<'_>) {
    let _ = get_generic(call);
}

/// GETSET key value: replies the old value, or null.
pub fn getset(call: &mut Call<'_>) {
    if get_generic(call).is_err() {
        return;
    }
    let argv = call.argv;
    call.set_key(&argv[1], argv[2].as_slice());
    call.notify(Events::STRING, "set", &argv[1]);
    call.dirty += 1;
}

/// `getGenericCommand`.
fn get_generic(call: &mut Call<'_>) -> Result<(), crate::call::WrongType> {
    match call.lookup_read_string(&call.argv[1])? {
        Some(value) => call.reply.bulk(&*value),
        None => call.reply.null(),
    }
    Ok(())
}

/// MGET key [key …]. A key of another type is null like a missing one.
pub fn mget(call: &mut Call<'_>) {
    let keys = &call.argv[1..];
    call.reply.array(keys.len());
    for key in keys {
        match call.lookup_read(key).as_ref().and_then(Value::as_string) {
            Some(value) => call.reply.bulk(value),
            None => call.reply.null(),
        }
    }
}

/// MSET key value [key value …].
pub fn mset(call: &mut Call<'_>) {
    mset_generic(call, false);
}

/// MSETNX key value [key value …]: all or, if one of the keys exists, nothing.
pub fn msetnx(call: &mut Call<'_>) {
    mset_generic(call, true);
}

/// `msetGenericCommand`. Both commands complain about MSET.
fn mset_generic(call: &mut Call<'_>, if_absent: bool) {
    let pairs = &call.argv[1..];
    if !pairs.len().is_multiple_of(2) {
        call.reply.error("ERR wrong number of arguments for MSET");
        return;
    }
    if if_absent && pairs.iter().step_by(2).any(|key| call.lookup_write(key).is_some()) {
        call.reply.integer(0);
        return;
    }
    for [key, value] in pairs.as_chunks::<2>().0 {
        call.set_key(key, value.as_slice());
        call.notify(Events::STRING, "set", key);
    }
    call.dirty += (pairs.len() / 2) as u64;
    if if_absent {
        call.reply.integer(1);
    } else {
        call.reply.ok();
    }
}

/// APPEND key value. Counts as a change even if `value` is empty.
pub fn append(call: &mut Call<'_>) {
    let [_, key, tail, ..] = call.argv else { return };
    let Ok(old) = call.lookup_write_string(key) else { return };
    let old_len = old.map(|value| value.len());
    let len = old_len.unwrap_or(0) + tail.len();
    match old_len {
        // Only growing strings are limited: one argument is always within the limit.
        Some(_) if is_too_long(call, len) => return,
        Some(_) => change(call, key, |value| value.extend_from_slice(tail)),
        None => {
            call.keyspace.set(call.db, key, tail.as_slice());
        }
    }
    call.notify(Events::STRING, "append", key);
    call.dirty += 1;
    call.reply.integer(len as i64);
}

/// STRLEN key.
pub fn strlen(call: &mut Call<'_>) {
    if let Ok(value) = call.lookup_read_string(&call.argv[1]) {
        call.reply.integer(value.map_or(0, |value| value.len() as i64));
    }
}

/// GETRANGE key start end, also known as SUBSTR. Negative positions count from the end; both ends are included.
pub fn getrange(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(start) = integer(call, &argv[2]) else { return };
    let Some(end) = integer(call, &argv[3]) else { return };
    let Ok(value) = call.lookup_read_string(&argv[1]) else { return };
    let value = value.as_deref().unwrap_or_default();
    call.reply.bulk(range(value, start, end));
}

fn range(value: &[u8], start: i64, end: i64) -> &[u8] {
    // Both ends before the start: the clamping below would make them the first byte.
    if start < 0 && end < 0 && start > end {
        return &[];
    }
    let len = value.len() as i64;
    let from_front = |position: i64| if position < 0 { (len + position).max(0) } else { position };
    let (start, end) = (from_front(start), from_front(end).min(len - 1));
    if start > end { &[] } else { &value[start as usize..=end as usize] }
}

/// SETRANGE key offset value. A gap is filled with zero bytes.
pub fn setrange(call: &mut Call<'_>) {
    let [_, key, offset, patch, ..] = call.argv else { return };
    let Some(offset) = integer(call, offset) else { return };
    let Ok(start) = usize::try_from(offset) else {
        call.reply.error(if offset < 0 { errors::OFFSET_OUT_OF_RANGE } else { errors::STRING_TOO_LONG });
        return;
    };
    let Ok(old) = call.lookup_write_string(key) else { return };
    let old_len = old.map(|value| value.len());
    if patch.is_empty() {
        call.reply.integer(old_len.unwrap_or(0) as i64);
        return;
    }
    let end = start.saturating_add(patch.len());
    if is_too_long(call, end) {
        return;
    }
    if old_len.is_none() {
        call.keyspace.set(call.db, key, RedisString::raw(Vec::new()));
    }
    change(call, key, |value| {
        if value.len() < end {
            value.resize(end, 0);
        }
        value[start..end].copy_from_slice(patch);
    });
    call.notify(Events::STRING, "setrange", key);
    call.dirty += 1;
    call.reply.integer(old_len.unwrap_or(0).max(end) as i64);
}

/// INCR key.
pub fn incr(call: &mut Call<'_>) {
    increment(call, 1);
}

/// DECR key.
pub fn decr(call: &mut Call<'_>) {
    increment(call, -1);
}

/// INCRBY key increment.
pub fn incrby(call: &mut Call<'_>) {
    let argv = call.argv;
    if let Some(by) = integer(call, &argv[2]) {
        increment(call, by);
    }
}

/// DECRBY key decrement. The minimum, which has no opposite, stays negative, as in 5.0, which does not check.
pub fn decrby(call: &mut Call<'_>) {
    let argv = call.argv;
    if let Some(by) = integer(call, &argv[2]) {
        increment(call, by.wrapping_neg());
    }
}

/// `incrDecrCommand`. Keeps the time to live.
fn increment(call: &mut Call<'_>, by: i64) {
    let key = &call.argv[1];
    let Ok(old) = call.lookup_write_string(key) else { return };
    let exists = old.is_some();
    let Some(old) = old.map_or(Some(0), |old| integer(call, &old)) else { return };
    let Some(new) = old.checked_add(by) else {
        call.reply.error(errors::INCR_OVERFLOW);
        return;
    };
    replace(call, key, RedisString::from(decimal(new, &mut [0; 20])), exists);
    call.notify(Events::STRING, "incrby", key);
    call.dirty += 1;
    call.reply.integer(new);
}

/// INCRBYFLOAT key increment. Propagated as SET of the sum, which in 5.0 removes the time to live on replicas, while
/// it stays here.
pub fn incrbyfloat(call: &mut Call<'_>) {
    let [_, key, by] = call.argv else { return };
    let Ok(old) = call.lookup_write_string(key) else { return };
    let exists = old.is_some();
    let Some(old) = old.map_or(Some(LongDouble::ZERO), |old| long_double(call, &old)) else { return };
    let Some(by) = long_double(call, by) else { return };
    let Some(sum) = old.plus(by) else {
        call.reply.error(errors::INCR_NOT_FINITE);
        return;
    };
    let text = sum.to_text().into_bytes();
    call.rewrite(&[b"SET", key, &text]);
    call.reply.bulk(&text);
    replace(call, key, RedisString::float(&text), exists);
    call.notify(Events::STRING, "incrbyfloat", key);
    call.dirty += 1;
}

/// Changes the existing string at `key`; keeps the time to live.
pub(super) fn change(call: &mut Call<'_>, key: &[u8], change: impl FnOnce(&mut Vec<u8>)) {
    call.keyspace.modify(call.db, key, |value| {
        if let Value::String(text) = value {
            change(text.unshare());
        }
    });
}

/// Replaces the string at `key`, if it `exists`; keeps the time to live.
fn replace(call: &mut Call<'_>, key: &[u8], text: RedisString, exists: bool) {
    if exists {
        call.keyspace.modify(call.db, key, |value| *value = text.into());
    } else {
        call.keyspace.set(call.db, key, text);
    }
}

/// `checkStringLength`: replies an error if `len` is too long for a string.
pub(super) fn is_too_long(call: &mut Call<'_>, len: usize) -> bool {
    let too_long = len as u64 > BULK_LEN_MAX as u64;
    if too_long {
        call.reply.error(errors::STRING_TOO_LONG);
    }
    too_long
}

/// `getLongLongFromObjectOrReply`.
pub(super) fn integer(call: &mut Call<'_>, text: &[u8]) -> Option<i64> {
    let value = parse_i64_strict(text);
    if value.is_none() {
        call.reply.error(errors::NOT_AN_INTEGER);
    }
    value
}

/// `getLongDoubleFromObjectOrReply`.
pub(super) fn long_double(call: &mut Call<'_>, text: &[u8]) -> Option<LongDouble> {
    let value = LongDouble::parse(text);
    if value.is_none() {
        call.reply.error(errors::NOT_A_FLOAT);
    }
    value
}

#[cfg(test)]
mod tests;
