//! HyperLogLogs: estimates of the number of distinct elements (hyperloglog.c).
//!
//! They are strings in Redis's own format, byte for byte, so that GET and an RDB file show the same. Crates with the
//! algorithm have other hashes, other register widths and no sparse encoding.

mod count;
mod debug;
mod dense;
mod format;
mod sparse;

use crate::call::{Call, StringValue, WrongType};
use crate::events::Events;
use crate::strings::change;
pub use debug::{pfdebug, pfselftest};
use format::{Corrupted, Registers};
use psyncscope_keyspace::RedisString;

const INVALID: &str = "INVALIDOBJ Corrupted HLL object detected";

/// PFADD key [element …]: 1 if the estimate may have changed, or the key is new.
pub fn pfadd(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, elements) = (&argv[1], &argv[2..]);
    let old = call.lookup_write_string(key);
    let Ok(old) = checked(call, old) else { return };
    let exists = old.is_some();
    // On a copy, since the key is not touched if nothing changes.
    let mut bytes = old.map_or_else(format::empty, |old| old.to_vec());
    let mut updated = !exists;
    for element in elements {
        match format::add(&mut bytes, element, call.config.hll_sparse_max_bytes) {
            Ok(changed) => updated |= changed,
            Err(Corrupted) => {
                call.reply.error(INVALID);
                return;
            }
        }
    }
    if updated {
        format::invalidate_count(&mut bytes);
        put(call, key, bytes, exists);
    }
    call.reply.integer(updated.into());
}

/// Stores a changed HyperLogLog; keeps the time to live.
fn put(call: &mut Call<'_>, key: &[u8], bytes: Vec<u8>, exists: bool) {
    if exists {
        change(call, key, |value| *value = bytes);
    } else {
        call.keyspace.set(call.db, key, RedisString::raw(bytes));
    }
    call.notify(Events::STRING, "pfadd", key);
    call.dirty += 1;
}

/// `isHLLObjectOrReply`: the string, if it is missing or looks like a HyperLogLog.
fn checked(
    call: &mut Call<'_>,
    looked_up: Result<Option<StringValue>, WrongType>,
) -> Result<Option<StringValue>, WrongType> {
    let value = looked_up?;
    if value.as_deref().is_some_and(|bytes| !format::is_valid(bytes)) {
        call.reply.error("WRONGTYPE Key is not a valid HyperLogLog string value.");
        return Err(WrongType);
    }
    Ok(value)
}

/// PFCOUNT key [key …]: the estimate for one, or for the union of several.
///
/// The estimate of a single key is cached in the string. Computing it again is a change, although the command is
/// read-only.
pub fn pfcount(call: &mut Call<'_>) {
    let argv = call.argv;
    if argv.len() > 2 {
        let mut registers = Registers::default();
        if merge(call, &argv[1..], &mut registers).is_some() {
            call.reply.integer(count::estimate(&registers.histogram()) as i64);
        }
        return;
    }
    let key = &argv[1];
    let value = call.lookup_write_string(key);
    let Ok(value) = checked(call, value) else { return };
    let Some(value) = value else {
        call.reply.integer(0);
        return;
    };
    if let Some(count) = format::kept_count(&value) {
        call.reply.integer(count as i64);
        return;
    }
    let Ok(histogram) = format::histogram(&value) else {
        call.reply.error(INVALID);
        return;
    };
    drop(value);
    let count = count::estimate(&histogram);
    change(call, key, |bytes| format::keep_count(bytes, count));
    call.dirty += 1;
    call.reply.integer(count as i64);
}

/// Merges these keys; returns also whether one of them is dense. `None` if one is not a HyperLogLog; the error was
/// replied.
fn merge(call: &mut Call<'_>, keys: &[Vec<u8>], registers: &mut Registers) -> Option<bool> {
    let mut any_dense = false;
    for key in keys {
        let value = call.lookup_read_string(key);
        let Some(value) = checked(call, value).ok()? else { continue };
        any_dense |= format::is_dense(&value);
        if registers.merge(&value).is_err() {
            call.reply.error(INVALID);
            return None;
        }
    }
    Some(any_dense)
}

/// PFMERGE destkey [sourcekey …]: stores the union of the sources and the destination.
pub fn pfmerge(call: &mut Call<'_>) {
    let argv = call.argv;
    let destination = &argv[1];
    let mut registers = Registers::default();
    let Some(any_dense) = merge(call, &argv[1..], &mut registers) else { return };
    let Ok(old) = call.lookup_write_string(destination) else { return };
    let exists = old.is_some();
    let mut bytes = old.map_or_else(format::empty, |old| old.to_vec());
    if format::store(&mut bytes, &registers, any_dense, call.config.hll_sparse_max_bytes).is_err() {
        call.reply.error(INVALID);
        return;
    }
    put(call, destination, bytes, exists);
    call.reply.ok();
}

#[cfg(test)]
mod tests;
