//! Commands on hashes (t_hash.c).
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.

use psyncscope_keyspace::Hash;
use psyncscope_resp::{errors, parse_i64_strict};

use crate::call::{Call, WrongType};
use crate::events::Events;
use crate::long_double::LongDouble;
use crate::strings::{integer, long_double};

/// A stored value of this many bytes is not a number for HINCRBYFLOAT (`MAX_LONG_DOUBLE_CHARS`).
const FLOAT_LEN_MAX: usize = 5 * 1024;

/// HSET key field value [field value …]: the number of new fields. HMSET is the same and replies OK. Counts as one
/// change, even if all values were the same.
pub fn hset(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, pairs) = (&argv[1], &argv[2..]);
    if !pairs.len().is_multiple_of(2) {
        call.reply.error("ERR wrong number of arguments for HMSET");
        return;
    }
    let (entries_max, value_max) =
        (call.config.encodings.hash_max_ziplist_entries, call.config.encodings.hash_max_ziplist_value);
    let set = |hash: &mut Hash| {
        hash.convert_if_too_long(pairs.iter().map(Vec::len), value_max);
        let insert = |[field, value]: &&[Vec<u8>; 2]| hash.insert_within(field, value.clone(), entries_max);
        pairs.as_chunks().0.iter().filter(insert).count()
    };
    let Ok(created) = call.create_or_change(key, set) else { return };
    call.notify(Events::HASH, "hset", key);
    call.dirty += 1;
    if argv[0].get(1).is_some_and(|byte| byte.eq_ignore_ascii_case(&b's')) {
        call.reply.integer(created as i64);
    } else {
        call.reply.ok();
    }
}

/// HSETNX key field value: 1 if the field is new.
pub fn hsetnx(call: &mut Call<'_>) {
    let [_, key, field, value] = call.argv else { return };
    let Ok(hash) = call.read_for_write::<Hash>(key) else { return };
    if hash.is_some_and(|hash| hash.get(field).is_some()) {
        call.reply.integer(0);
        return;
    }
    let (entries_max, value_max) =
        (call.config.encodings.hash_max_ziplist_entries, call.config.encodings.hash_max_ziplist_value);
    let set = |hash: &mut Hash| {
        hash.convert_if_too_long([field.len(), value.len()], value_max);
        hash.insert_within(field, value.clone(), entries_max);
    };
    if call.create_or_change(key, set).is_ok() {
        call.notify(Events::HASH, "hset", key);
        call.dirty += 1;
        call.reply.integer(1);
    }
}

/// HGET key field.
pub fn hget(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(hash) = call.read::<Hash>(&argv[1]) else { return };
    match hash.as_ref().and_then(|hash| hash.get(&argv[2])) {
        Some(value) => call.reply.bulk(value),
        None => call.reply.null(),
    }
}

/// HMGET key field [field …]. A missing key has no fields.
pub fn hmget(call: &mut Call<'_>) {
    let argv = call.argv;
    let Ok(hash) = call.read::<Hash>(&argv[1]) else { return };
    call.reply.array(argv.len() - 2);
    for field in &argv[2..] {
        match hash.as_ref().and_then(|hash| hash.get(field)) {
            Some(value) => call.reply.bulk(value),
            None => call.reply.null(),
        }
    }
}

/// HINCRBY key field increment. A missing field counts from 0.
pub fn hincrby(call: &mut Call<'_>) {
    let [_, key, field, by] = call.argv else { return };
    let Some(by) = integer(call, by) else { return };
    let Ok(old) = old_value(call, key, field) else { return };
    let Some(old) = old.map_or(Some(0), |old| parse_i64_strict(&old)) else {
        call.reply.error("ERR hash value is not an integer");
        return;
    };
    let Some(new) = old.checked_add(by) else {
        call.reply.error(errors::INCR_OVERFLOW);
        return;
    };
    set_number(call, key, field, new.to_string().into_bytes());
    call.notify(Events::HASH, "hincrby", key);
    call.reply.integer(new);
}

/// HINCRBYFLOAT key field increment. Propagated as HSET of the sum.
pub fn hincrbyfloat(call: &mut Call<'_>) {
    let [_, key, field, by] = call.argv else { return };
    let Some(by) = long_double(call, by) else { return };
    let Ok(old) = old_value(call, key, field) else { return };
    let parse = |old: Vec<u8>| if old.len() < FLOAT_LEN_MAX { LongDouble::parse(&old) } else { None };
    let Some(old) = old.map_or(Some(LongDouble::ZERO), parse) else {
        call.reply.error("ERR hash value is not a float");
        return;
    };
    let Some(sum) = old.plus(by) else {
        call.reply.error(errors::INCR_NOT_FINITE);
        return;
    };
    let text = sum.to_text().into_bytes();
    call.rewrite(&[b"HSET", key, field, &text]);
    call.reply.bulk(&text);
    set_number(call, key, field, text);
    call.notify(Events::HASH, "hincrbyfloat", key);
}

fn old_value(call: &mut Call<'_>, key: &[u8], field: &[u8]) -> Result<Option<Vec<u8>>, WrongType> {
    let hash = call.read_for_write::<Hash>(key)?;
    Ok(hash.and_then(|hash| hash.get(field).map(<[u8]>::to_vec)))
}

/// Sets a field to a number. 5.0 does not check the length of the field's name here.
fn set_number(call: &mut Call<'_>, key: &[u8], field: &[u8], number: Vec<u8>) {
    let entries_max = call.config.encodings.hash_max_ziplist_entries;
    let _ = call.create_or_change(key, |hash: &mut Hash| hash.insert_within(field, number, entries_max));
    call.dirty += 1;
}

/// HDEL key field [field …]: the number of fields removed.
pub fn hdel(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, fields) = (&argv[1], &argv[2..]);
    let Ok(hash) = call.read_for_write::<Hash>(key) else { return };
    // If no field exists, the key must not count as touched for WATCH.
    if !hash.is_some_and(|hash| fields.iter().any(|field| hash.get(field).is_some())) {
        call.reply.integer(0);
        return;
    }
    let delete = |hash: &mut Hash| fields.iter().filter(|field| hash.remove(field).is_some()).count();
    let Ok(deleted) = call.change(key, delete) else { return };
    let deleted = deleted.unwrap_or(0);
    call.notify(Events::HASH, "hdel", key);
    call.notify_if_gone(key);
    call.dirty += deleted as u64;
    call.reply.integer(deleted as i64);
}

/// HLEN key.
pub fn hlen(call: &mut Call<'_>) {
    if let Ok(hash) = call.read::<Hash>(&call.argv[1]) {
        call.reply.integer(hash.map_or(0, |hash| hash.len()) as i64);
    }
}

/// HSTRLEN key field: the length of the value in bytes.
pub fn hstrlen(call: &mut Call<'_>) {
    let argv = call.argv;
    if let Ok(hash) = call.read::<Hash>(&argv[1]) {
        let len = hash.as_ref().and_then(|hash| hash.get(&argv[2])).map_or(0, <[u8]>::len);
        call.reply.integer(len as i64);
    }
}

/// HKEYS key: the fields, in the hash's order.
pub fn hkeys(call: &mut Call<'_>) {
    hgetall_generic(call, true, false);
}

/// HVALS key: the values, in the order of the fields.
pub fn hvals(call: &mut Call<'_>) {
    hgetall_generic(call, false, true);
}

/// HGETALL key: each field followed by its value.
pub fn hgetall(call: &mut Call<'_>) {
    hgetall_generic(call, true, true);
}

/// `genericHgetallCommand`.
fn hgetall_generic(call: &mut Call<'_>, fields: bool, values: bool) {
    let Ok(hash) = call.read::<Hash>(&call.argv[1]) else { return };
    let Some(hash) = hash else {
        call.reply.empty_array();
        return;
    };
    call.reply.array(hash.len() * (usize::from(fields) + usize::from(values)));
    for (field, value) in hash.iter() {
        if fields {
            call.reply.bulk(field);
        }
        if values {
            call.reply.bulk(value);
        }
    }
}

/// HEXISTS key field.
pub fn hexists(call: &mut Call<'_>) {
    let argv = call.argv;
    if let Ok(hash) = call.read::<Hash>(&argv[1]) {
        call.reply.integer(hash.is_some_and(|hash| hash.get(&argv[2]).is_some()).into());
    }
}

#[cfg(test)]
mod tests;
