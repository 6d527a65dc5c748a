//! DUMP and RESTORE (cluster.c, where they were first needed).

use super::call::Call;
use super::strings::integer;
use crate::keyspace::Value;
use crate::rdb;
use crate::resp::errors;

/// DUMP key.
pub fn dump(call: &mut Call<'_>) {
    match call.lookup_read(&call.argv[1]) {
        Some(value) => call.reply.bulk(rdb::dump(&value, call.config.rdbcompression)),
        None => call.reply.null(),
    }
}

/// `RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds | FREQ frequency]`. It is propagated as it came, so a
/// relative time to live begins anew at each replica.
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
    let value = match rdb::restore(&argv[3], call.config.limits.rdb_version_max, &rdb::EncodingLimits::of(call.config))
    {
        Ok(value) => value,
        Err(error) => {
            call.reply.error(format!("ERR {error}"));
            return;
        }
    };
    // dbAdd: clients may be blocked for a list or a sorted set.
    if matches!(value, Value::List(_) | Value::Zset(_)) {
        call.signal_key_as_ready(key);
    }
    call.keyspace.set(call.db, key, value);
    if ttl > 0 {
        let from = if options.absttl { 0 } else { call.now.unix_ms() };
        call.set_expire(key, ttl.wrapping_add(from));
    }
    call.dirty += 1;
    call.reply.ok();
}

/// The words after the payload. Idle times and frequencies are checked and forgotten: nothing here is evicted by them.
#[derive(Default)]
struct Options {
    replace: bool,
    absttl: bool,
}

impl Options {
    fn parse(call: &mut Call<'_>, mut words: &[Vec<u8>]) -> Option<Self> {
        let mut options = Self::default();
        let (mut idle, mut frequency) = (false, false);
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
                [_, ..] if word.eq_ignore_ascii_case(b"idletime") && !frequency => {
                    idle = true;
                    (i64::MAX, "ERR Invalid IDLETIME value, must be >= 0")
                }
                [_, ..] if word.eq_ignore_ascii_case(b"freq") && !idle => {
                    frequency = true;
                    (255, "ERR Invalid FREQ value, must be >= 0 and <= 255")
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
            words = &rest[1..];
        }
        Some(options)
    }
}

#[cfg(test)]
mod tests;
