//! COPY, and new options of the EXPIRE commands, FLUSHDB and FLUSHALL.

use psyncscope_keyspace::{Entry, Value};
use psyncscope_rdb as rdb;
use psyncscope_resp::errors;

use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// `EXPIRE key seconds [NX | XX | GT | LT]`.
pub fn expire(call: &mut Call<'_>) {
    expire_generic(call, call.now_ms, 1000);
}

/// `PEXPIRE key milliseconds [NX | XX | GT | LT]`.
pub fn pexpire(call: &mut Call<'_>) {
    expire_generic(call, call.now_ms, 1);
}

/// `EXPIREAT key unix-seconds [NX | XX | GT | LT]`.
pub fn expireat(call: &mut Call<'_>) {
    expire_generic(call, 0, 1000);
}

/// `PEXPIREAT key unix-milliseconds [NX | XX | GT | LT]`.
pub fn pexpireat(call: &mut Call<'_>) {
    expire_generic(call, 0, 1);
}

/// Whether a new time to live is accepted, compared with the key's current one; no time to live counts as infinite.
#[derive(Default)]
struct Conditions {
    /// NX: only if the key has none.
    if_none: bool,
    /// XX: only if it has one.
    if_some: bool,
    /// GT: only if the new time is later.
    if_later: bool,
    /// LT: only if the new time is earlier.
    if_sooner: bool,
}

impl Conditions {
    /// `parseExtendedExpireArgumentsOrReply`.
    fn parse(call: &mut Call<'_>) -> Option<Self> {
        let mut conditions = Self::default();
        for word in &call.argv[3..] {
            match word.to_ascii_lowercase().as_slice() {
                b"nx" => conditions.if_none = true,
                b"xx" => conditions.if_some = true,
                b"gt" => conditions.if_later = true,
                b"lt" => conditions.if_sooner = true,
                _ => {
                    call.reply.error([b"ERR Unsupported option ", word.as_slice()].concat());
                    return None;
                }
            }
        }
        let Self { if_none, if_some, if_later, if_sooner } = conditions;
        if if_none && (if_some || if_later || if_sooner) {
            call.reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
            return None;
        }
        if if_later && if_sooner {
            call.reply.error("ERR GT and LT options at the same time are not compatible");
            return None;
        }
        Some(conditions)
    }

    fn hold(&self, new_ms: i64, current_ms: Option<i64>) -> bool {
        let current_or_never = current_ms.unwrap_or(i64::MAX);
        !(self.if_none && current_ms.is_some()
            || self.if_some && current_ms.is_none()
            || self.if_later && (current_ms.is_none() || new_ms <= current_or_never)
            || self.if_sooner && current_ms.is_some() && new_ms >= current_or_never)
    }
}

/// `expireGenericCommand`: `argv[2]` times `unit_ms` after `base_ms` (milliseconds since the Unix epoch). A time in the
/// past deletes nothing: the master propagates DEL.
fn expire_generic(call: &mut Call<'_>, base_ms: i64, unit_ms: i64) {
    let argv = call.argv;
    let key = &argv[1];
    let Some(conditions) = Conditions::parse(call) else { return };
    let Some(time) = integer(call, &argv[2]) else { return };
    let Some(new_ms) = time.checked_mul(unit_ms).and_then(|ms| ms.checked_add(base_ms)) else {
        call.reply.error([errors::INVALID_EXPIRE_PREFIX.as_bytes(), &argv[0]].concat());
        return;
    };
    let there = call.lookup_write(key).is_some();
    // `getExpire` returns -1 for a key without a time to live.
    let current_ms = call.keyspace.get(call.db, key).and_then(Entry::expire_ms).filter(|&ms| ms != -1);
    if !there || !conditions.hold(new_ms, current_ms) {
        call.reply.integer(0);
        return;
    }
    call.set_expire(key, new_ms);
    call.rewrite(&[b"PEXPIREAT", key, new_ms.to_string().as_bytes()]);
    call.notify(Events::GENERIC, "expire", key);
    call.dirty += 1;
    call.reply.integer(1);
}

/// `COPY source destination [DB number] [REPLACE]`: with its time to live.
pub fn copy(call: &mut Call<'_>) {
    let argv = call.argv;
    let (source, destination, from) = (&argv[1], &argv[2], call.db);
    let Some((to, replace)) = copy_options(call) else { return };
    if from == to && source == destination {
        call.reply.error(errors::SAME_OBJECT);
        return;
    }
    let Some(value) = call.lookup_read(source) else {
        call.reply.integer(0);
        return;
    };
    let expire_ms = call.keyspace.get(from, source).and_then(Entry::expire_ms);
    call.db = to;
    if call.lookup_write(destination).is_some() && !replace {
        call.db = from;
        call.reply.integer(0);
        return;
    }
    call.keyspace.set(to, destination, Value::clone(&value));
    if let Some(expire_ms) = expire_ms {
        call.set_expire(destination, expire_ms);
    }
    if matches!(value, Value::List(_) | Value::Zset(_)) {
        call.signal_key_as_ready(destination);
    }
    call.notify(Events::GENERIC, "copy_to", destination);
    call.prevented = true;
    let (ttl, payload) = (expire_ms.unwrap_or(0).to_string(), rdb::dump(&value, call.config.rdbcompression));
    call.also_propagate(&[b"RESTORE", destination, ttl.as_bytes(), &payload, b"REPLACE", b"ABSTTL"]);
    call.db = from;
    call.dirty += 1;
    call.reply.integer(1);
}

/// The target database, and whether an existing key is replaced. `None` after an error reply.
fn copy_options(call: &mut Call<'_>) -> Option<(usize, bool)> {
    let (mut to, mut replace) = (call.db, false);
    let mut words = call.argv[3..].iter();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case(b"replace") {
            replace = true;
        } else if let (true, Some(number)) = (word.eq_ignore_ascii_case(b"db"), words.next()) {
            let number = usize::try_from(integer(call, number)?).ok();
            let Some(number) = number.filter(|&db| db < call.keyspace.databases()) else {
                call.reply.error(errors::DB_INDEX_OUT_OF_RANGE);
                return None;
            };
            to = number;
        } else {
            call.reply.error(errors::SYNTAX);
            return None;
        }
    }
    Some((to, replace))
}

/// `FLUSHALL [ASYNC | SYNC]`.
pub fn flushall(call: &mut Call<'_>) {
    if flush_options(call) {
        call.dirty += call.keyspace.flush_all() + 1;
        call.rewrite(&[b"FLUSHALL"]);
        call.reply.ok();
    }
}

/// `FLUSHDB [ASYNC | SYNC]`.
pub fn flushdb(call: &mut Call<'_>) {
    if flush_options(call) {
        call.dirty += call.keyspace.flush_db(call.db);
        call.rewrite(&[b"FLUSHDB"]);
        call.reply.ok();
    }
}

/// `getFlushCommandFlags`: whether the options are valid; otherwise replies an error.
fn flush_options(call: &mut Call<'_>) -> bool {
    let right = match &call.argv[1..] {
        [] => true,
        [option] => option.eq_ignore_ascii_case(b"async") || option.eq_ignore_ascii_case(b"sync"),
        _ => false,
    };
    if !right {
        call.reply.error(errors::SYNTAX);
    }
    right
}
