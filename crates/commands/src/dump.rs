//! DUMP and RESTORE (cluster.c).

use psyncscope_keyspace::Value;
use psyncscope_rdb as rdb;
use psyncscope_resp::errors;

use crate::call::{Call, ExpiryRole};
use crate::events::Events;
use crate::strings::integer;

/// DUMP key.
pub fn dump(call: &mut Call<'_>) {
    match call.lookup_read(&call.argv[1]) {
        Some(value) => call.reply.bulk(rdb::dump(&value, call.config.rdbcompression)),
        None => call.reply.null(),
    }
}

/// `RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds | FREQ frequency]`. Propagated unchanged, so a
/// relative time to live starts again on each replica. An already expired key is not created.
pub fn restore(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(options) = Options::parse(call, &argv[4..]) else { return };
    let key = &argv[1];
    if !options.replace && call.lookup_write(key).is_some() {
        call.reply.error("BUSYKEY Target key name already exists.");
        return;
    }
    let Some(ttl) = integer(call, &argv[2]) else { return };
    if ttl < 0 {
        call.reply.error("ERR Invalid TTL value, must be >= 0");
        return;
    }
    let value = match rdb::restore(&argv[3], call.rdb_version_max, &call.config.encodings) {
        Ok(value) => value,
        Err(error) => {
            call.reply.error(format!("ERR {error}"));
            return;
        }
    };
    let deleted = options.replace && call.keyspace.delete(call.db, key);
    let from = if options.absttl { 0 } else { call.now_ms };
    let when = (ttl > 0).then(|| ttl.wrapping_add(from));
    if when.is_some_and(|when| when <= call.now_ms) && call.expiry == ExpiryRole::Master {
        if deleted {
            call.notify(Events::GENERIC, "del", key);
            call.rewrite(&[b"DEL", key]);
            call.dirty += 1;
        }
        call.reply.ok();
        return;
    }
    // dbAdd: clients may be blocked for a list or a sorted set.
    if matches!(value, Value::List(_) | Value::Zset(_)) {
        call.signal_key_as_ready(key);
    }
    call.keyspace.set(call.db, key, value);
    if let Some(when) = when {
        call.set_expire(key, when);
    }
    options.set_lru_or_lfu(call, key);
    call.dirty += 1;
    call.reply.ok();
}

/// The arguments after the payload.
#[derive(Default)]
struct Options {
    replace: bool,
    absttl: bool,
    /// Seconds since the key was last accessed.
    idle_s: Option<i64>,
    /// Its access frequency.
    frequency: Option<u8>,
}

impl Options {
    fn parse(call: &mut Call<'_>, mut words: &[Vec<u8>]) -> Option<Self> {
        let mut options = Self::default();
        while let [word, rest @ ..] = words {
            words = rest;
            if word.eq_ignore_ascii_case(b"replace") {
                options.replace = true;
                continue;
            }
            if word.eq_ignore_ascii_case(b"absttl") {
                options.absttl = true;
                continue;
            }
            let (largest, wrong) = match rest {
                [_, ..] if word.eq_ignore_ascii_case(b"idletime") && options.frequency.is_none() => {
                    (i64::MAX, "ERR Invalid IDLETIME value, must be >= 0")
                }
                [_, ..] if word.eq_ignore_ascii_case(b"freq") && options.idle_s.is_none() => {
                    (i64::from(u8::MAX), "ERR Invalid FREQ value, must be >= 0 and <= 255")
                }
                _ => {
                    call.reply.error(errors::SYNTAX);
                    return None;
                }
            };
            let value = integer(call, &rest[0])?;
            if !(0..=largest).contains(&value) {
                call.reply.error(wrong);
                return None;
            }
            match u8::try_from(value) {
                Ok(frequency) if word.eq_ignore_ascii_case(b"freq") => options.frequency = Some(frequency),
                _ => options.idle_s = Some(value),
            }
            words = &rest[1..];
        }
        Some(options)
    }

    /// `objectSetLRUOrLFU`: the value that the eviction policy uses.
    fn set_lru_or_lfu(&self, call: &mut Call<'_>, key: &[u8]) {
        let (now_s, is_lfu) = (call.now_s(), call.config.eviction.policy.is_lfu());
        let Some(entry) = call.keyspace.get(call.db, key) else { return };
        if let Some(frequency) = self.frequency.filter(|_| is_lfu) {
            entry.set_uses(frequency);
            entry.touch(now_s);
        } else if let Some(idle_s) = self.idle_s.filter(|_| !is_lfu) {
            // 0 means that the key was not accessed yet.
            entry.touch(now_s.saturating_sub(idle_s).max(1));
        }
    }
}

#[cfg(test)]
mod tests;
