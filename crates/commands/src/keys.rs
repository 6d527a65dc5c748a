//! Commands on keys of any type (db.c, expire.c).
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.

use psyncscope_keyspace::{Entry, Key, Value};
use psyncscope_resp::{errors, parse_i64_strict};
use rand_core::RngCore;

use crate::call::{Call, ExpiryRole};
use crate::events::Events;
use crate::glob;
use crate::strings::integer;

/// How many random keys a replica tries if all keys have a time to live (`dbRandomKey`).
const RANDOM_KEY_TRIES: u32 = 100;

/// DEL key [key …].
pub fn del(call: &mut Call<'_>) {
    let mut deleted = 0;
    for key in &call.argv[1..] {
        // An expired key is deleted here and does not count.
        call.expire_if_needed(key);
        if call.keyspace.delete(call.db, key) {
            call.notify(Events::GENERIC, "del", key);
            deleted += 1;
        }
    }
    call.dirty += deleted;
    call.reply.integer(deleted as i64);
}

/// UNLINK key [key …]: like DEL; where memory is freed makes no visible difference.
pub fn unlink(call: &mut Call<'_>) {
    del(call);
}

/// EXISTS key [key …]: the number that exist; a key given twice counts twice.
pub fn exists(call: &mut Call<'_>) {
    let count = call.argv[1..].iter().filter(|key| call.lookup_read(key).is_some()).count();
    call.reply.integer(count as i64);
}

/// TOUCH key [key …]: like EXISTS.
pub fn touch(call: &mut Call<'_>) {
    exists(call);
}

/// EXPIRE key seconds.
pub fn expire(call: &mut Call<'_>) {
    expire_generic(call, call.now_ms, 1000);
}

/// PEXPIRE key milliseconds.
pub fn pexpire(call: &mut Call<'_>) {
    expire_generic(call, call.now_ms, 1);
}

/// EXPIREAT key unix-seconds.
pub fn expireat(call: &mut Call<'_>) {
    expire_generic(call, 0, 1000);
}

/// PEXPIREAT key unix-milliseconds.
pub fn pexpireat(call: &mut Call<'_>) {
    expire_generic(call, 0, 1);
}

/// `expireGenericCommand`: `argv[2]` times `unit_ms` after `base_ms` (milliseconds since the Unix epoch). A time too
/// far ahead wraps around, as in 5.0, which does not check.
///
/// A time that is not in the future deletes the key at once, and DEL is propagated. A replica keeps the key, with a
/// time in the past, until its master sends DEL.
fn expire_generic(call: &mut Call<'_>, base_ms: i64, unit_ms: i64) {
    let argv = call.argv;
    let key = &argv[1];
    let Some(time) = integer(call, &argv[2]) else { return };
    let when = time.wrapping_mul(unit_ms).wrapping_add(base_ms);
    if call.lookup_write(key).is_none() {
        call.reply.integer(0);
        return;
    }
    if when <= call.now_ms && call.expiry == ExpiryRole::Master {
        call.keyspace.delete(call.db, key);
        call.notify(Events::GENERIC, "del", key);
        call.rewrite(&[if call.config.lazyfree_lazy_expire { b"UNLINK" } else { b"DEL" }, key]);
    } else {
        call.set_expire(key, when);
        call.notify(Events::GENERIC, "expire", key);
    }
    call.dirty += 1;
    call.reply.integer(1);
}

/// TTL key: seconds left, rounded; -1 without a time to live, -2 without a key.
pub fn ttl(call: &mut Call<'_>) {
    ttl_generic(call, |ms| (ms + 500) / 1000);
}

/// PTTL key: milliseconds left.
pub fn pttl(call: &mut Call<'_>) {
    ttl_generic(call, |ms| ms);
}

/// `ttlGenericCommand`.
fn ttl_generic(call: &mut Call<'_>, round: impl FnOnce(i64) -> i64) {
    let key = &call.argv[1];
    let left = match call.lookup_read_untouched(key) {
        None => -2,
        // -1 is what `getExpire` returns for "never".
        Some(_) => match call.keyspace.get(call.db, key).and_then(|entry| entry.expire_ms()) {
            None | Some(-1) => -1,
            Some(when) => round(when.saturating_sub(call.now_ms).clamp(0, i64::MAX - 500)),
        },
    };
    call.reply.integer(left);
}

/// PERSIST key: 1 if it had a time to live.
pub fn persist(call: &mut Call<'_>) {
    let key = &call.argv[1];
    call.expire_if_needed(key);
    let persisted = call.keyspace.persist(call.db, key);
    call.dirty += u64::from(persisted);
    call.reply.integer(persisted.into());
}

/// KEYS pattern. Expired keys are left out, but not deleted.
pub fn keys(call: &mut Call<'_>) {
    let pattern = &call.argv[1];
    let now_ms = call.now_ms;
    // This pattern matches the empty key too, unlike in `glob`.
    let all = pattern == b"*";
    let found: Vec<_> = call
        .keyspace
        .iter(call.db)
        .filter(|(key, entry)| (all || glob::matches(pattern, key, false)) && !entry.is_expired(now_ms))
        .map(|(key, _)| key)
        .collect();
    call.reply.array(found.len());
    for key in found {
        call.reply.bulk(key);
    }
}

/// DBSIZE: keys of the selected database, including expired ones that were not deleted yet.
pub fn dbsize(call: &mut Call<'_>) {
    call.reply.integer(call.keyspace.db(call.db).len() as i64);
}

/// TYPE key.
pub fn type_of(call: &mut Call<'_>) {
    let name = call.lookup_read_untouched(&call.argv[1]).map_or("none", |value| value.type_name());
    call.reply.status(name);
}

/// `FLUSHALL [ASYNC]`. Always counts as a change: replicas may have keys.
///
/// The caller does the rest of `flushallCommand` (killing a background save, writing an empty RDB file).
pub fn flushall(call: &mut Call<'_>) {
    if flush_options(call) {
        call.dirty += call.keyspace.flush_all() + 1;
        call.reply.ok();
    }
}

/// `FLUSHDB [ASYNC]`. A change only if there were keys.
pub fn flushdb(call: &mut Call<'_>) {
    if flush_options(call) {
        call.dirty += call.keyspace.flush_db(call.db);
        call.reply.ok();
    }
}

/// `getFlushCommandFlags`: whether the arguments are valid; if not, an error was replied.
fn flush_options(call: &mut Call<'_>) -> bool {
    let right = match &call.argv[1..] {
        [] => true,
        [option] => option.eq_ignore_ascii_case(b"async"),
        _ => false,
    };
    if !right {
        call.reply.error(errors::SYNTAX);
    }
    right
}

/// RENAME key newkey.
pub fn rename(call: &mut Call<'_>) {
    if rename_generic(call, false).is_some() {
        call.reply.ok();
    }
}

/// RENAMENX key newkey: 1 if `newkey` did not exist.
pub fn renamenx(call: &mut Call<'_>) {
    if let Some(renamed) = rename_generic(call, true) {
        call.reply.integer(renamed.into());
    }
}

/// `renameGenericCommand`: whether the key was renamed. `None` if it does not exist; the error was replied.
fn rename_generic(call: &mut Call<'_>, if_absent: bool) -> Option<bool> {
    let argv = call.argv;
    let (from, to) = (&argv[1], &argv[2]);
    if call.lookup_write(from).is_none() {
        call.reply.error(errors::NO_SUCH_KEY);
        return None;
    }
    if from == to || (call.lookup_write(to).is_some() && if_absent) {
        return Some(false);
    }
    call.keyspace.rename(call.db, from, to);
    if let Some(when) = call.keyspace.get(call.db, to).and_then(|entry| entry.expire_ms()) {
        call.set_expire(to, when);
    }
    if let Some(Value::List(_) | Value::Zset(_)) = call.keyspace.get(call.db, to).map(|entry| entry.value()) {
        call.signal_key_as_ready(to);
    }
    call.notify(Events::GENERIC, "rename_from", from);
    call.notify(Events::GENERIC, "rename_to", to);
    call.dirty += 1;
    Some(true)
}

/// RANDOMKEY (`dbRandomKey`). Expired keys are skipped, except on a replica whose keys all have a time to live, after
/// some attempts.
pub fn randomkey(call: &mut Call<'_>) {
    for tries in 1.. {
        let db = call.keyspace.db(call.db);
        let all_expire = db.len() == db.expires_len();
        let index = if db.is_empty() { 0 } else { call.rng.next_u64() % db.len() as u64 };
        let Some(key) = db.at(index as usize).map(|(key, _)| Key::clone(key)) else { break };
        let give_up = all_expire && call.expiry != ExpiryRole::Master && tries == RANDOM_KEY_TRIES;
        if give_up || !call.expire_if_needed(&key) {
            call.reply.bulk(key);
            return;
        }
    }
    call.reply.null();
}

/// MOVE key db: 1 if the key existed, and did not in the other database.
pub fn move_key(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, from) = (&argv[1], call.db);
    let to = parse_i64_strict(&argv[2]).and_then(|db| usize::try_from(db).ok());
    let Some(to) = to.filter(|&db| db < call.keyspace.databases()) else {
        call.reply.error(errors::INDEX_OUT_OF_RANGE);
        return;
    };
    if from == to {
        call.reply.error(errors::SAME_OBJECT);
        return;
    }
    let there = call.lookup_write(key).is_some();
    if there {
        call.db = to;
    }
    let free = there && call.lookup_write(key).is_none();
    let moved = free && call.keyspace.move_key(from, to, key);
    if moved {
        if let Some(when) = call.keyspace.get(to, key).and_then(Entry::expire_ms) {
            call.set_expire(key, when);
        }
        if matches!(call.peek(key).as_ref(), Some(Value::List(_) | Value::Zset(_))) {
            call.signal_key_as_ready(key);
        }
    }
    call.db = from;
    call.dirty += u64::from(moved);
    call.reply.integer(moved.into());
}

/// SWAPDB db db.
pub fn swapdb(call: &mut Call<'_>) {
    let argv = call.argv;
    let mut dbs = [0; 2];
    for (db, (word, error)) in
        dbs.iter_mut().zip(argv[1..].iter().zip(["ERR invalid first DB index", "ERR invalid second DB index"]))
    {
        let Some(number) = parse_i64_strict(word) else {
            call.reply.error(error);
            return;
        };
        *db = usize::try_from(number).unwrap_or(usize::MAX);
    }
    let [one, other] = dbs;
    if one.max(other) >= call.keyspace.databases() {
        call.reply.error(errors::DB_INDEX_OUT_OF_RANGE);
        return;
    }
    if one != other {
        call.keyspace.swap_db(one, other);
    }
    call.dirty += 1;
    call.reply.ok();
}

#[cfg(test)]
mod tests;
