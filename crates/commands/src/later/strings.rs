//! SET with the options of Redis 6.2, GETEX and GETDEL.

use psyncscope_keyspace::Entry;
use psyncscope_resp::errors;

use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// `SET key value [NX | XX] [GET]
/// [EX seconds | PX milliseconds | EXAT unix-seconds | PXAT unix-milliseconds | KEEPTTL]`.
pub fn set(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, value) = (&argv[1], &argv[2]);
    let Some(options) = Options::parse(call, &argv[3..], true) else { return };
    let expire_ms = match options.expire {
        None => None,
        Some(expire) => match expire.expire_ms(call, "set") {
            Some(expire_ms) => Some(expire_ms),
            None => return,
        },
    };
    let old = if options.get {
        let Ok(old) = call.lookup_read_string(key) else { return };
        Some(old)
    } else {
        None
    };
    let holds = match options.condition {
        None => true,
        Some(Condition::IfAbsent) => call.lookup_write(key).is_none(),
        Some(Condition::IfPresent) => call.lookup_write(key).is_some(),
    };
    if holds {
        let kept_ms = call.keyspace.get(call.db, key).and_then(Entry::expire_ms).filter(|_| options.keep_ttl);
        call.set_key(key, value.as_slice());
        call.dirty += 1;
        call.rewrite(&[b"SET", key, value]);
        call.notify(Events::STRING, "set", key);
        if let Some(expire_ms) = expire_ms.or(kept_ms) {
            call.set_expire(key, expire_ms);
            call.also_propagate(&[b"PEXPIREAT", key, expire_ms.to_string().as_bytes()]);
        }
        if expire_ms.is_some() {
            call.notify(Events::GENERIC, "expire", key);
        }
    }
    match old {
        Some(Some(old)) => call.reply.bulk(&*old),
        Some(None) => call.reply.null(),
        None if holds => call.reply.ok(),
        None => call.reply.null(),
    }
}

/// `GETEX key [EX seconds | PX milliseconds | EXAT unix-seconds | PXAT unix-milliseconds | PERSIST]`.
pub fn getex(call: &mut Call<'_>) {
    let argv = call.argv;
    let key = &argv[1];
    let Some(options) = Options::parse(call, &argv[2..], false) else { return };
    let Ok(value) = call.lookup_read_string(key) else { return };
    let Some(value) = value else {
        call.reply.null();
        return;
    };
    if let Some(expire) = options.expire {
        let Some(expire_ms) = expire.expire_ms(call, "getex") else { return };
        call.set_expire(key, expire_ms);
        call.rewrite(&[b"PEXPIREAT", key, expire_ms.to_string().as_bytes()]);
        call.notify(Events::GENERIC, "expire", key);
        call.dirty += 1;
    } else if options.persist && call.keyspace.persist(call.db, key) {
        call.rewrite(&[b"PERSIST", key]);
        call.notify(Events::GENERIC, "persist", key);
        call.dirty += 1;
    }
    call.reply.bulk(&*value);
}

/// GETDEL key.
pub fn getdel(call: &mut Call<'_>) {
    let key = &call.argv[1];
    let Ok(value) = call.lookup_read_string(key) else { return };
    let Some(value) = value else {
        call.reply.null();
        return;
    };
    call.reply.bulk(&*value);
    call.keyspace.delete(call.db, key);
    call.rewrite(&[b"DEL", key]);
    call.notify(Events::GENERIC, "del", key);
    call.dirty += 1;
}

#[derive(Clone, Copy, PartialEq)]
enum Condition {
    IfAbsent,
    IfPresent,
}

/// A time to live as given in the command.
#[derive(Clone, Copy)]
struct Expire<'a> {
    number: &'a [u8],
    unit_ms: i64,
    /// Relative to now, not to the Unix epoch.
    relative: bool,
}

impl Expire<'_> {
    /// When the key expires, in milliseconds since the Unix epoch. Replies an error if that is out of range.
    fn expire_ms(self, call: &mut Call<'_>, name: &str) -> Option<i64> {
        let number = integer(call, self.number)?;
        let base_ms = if self.relative { call.now_ms } else { 0 };
        let expire_ms = number.checked_mul(self.unit_ms).and_then(|ms| ms.checked_add(base_ms));
        let expire_ms = expire_ms.filter(|_| number > 0);
        if expire_ms.is_none() {
            call.reply.error(format!("{}{name}", errors::INVALID_EXPIRE_PREFIX));
        }
        expire_ms
    }
}

/// The options of SET and GETEX.
#[derive(Default)]
struct Options<'a> {
    condition: Option<Condition>,
    get: bool,
    keep_ttl: bool,
    persist: bool,
    expire: Option<Expire<'a>>,
}

impl<'a> Options<'a> {
    /// `parseExtendedStringArgumentsOrReply`: `None` after an error reply: an option is unknown or conflicts with
    /// another.
    fn parse(call: &mut Call<'_>, words: &'a [Vec<u8>], of_set: bool) -> Option<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            // At most one of these options is allowed.
            let free = options.expire.is_none() && !options.keep_ttl && !options.persist;
            let expire = match word.to_ascii_lowercase().as_slice() {
                b"nx" if of_set && options.condition != Some(Condition::IfPresent) => {
                    options.condition = Some(Condition::IfAbsent);
                    continue;
                }
                b"xx" if of_set && options.condition != Some(Condition::IfAbsent) => {
                    options.condition = Some(Condition::IfPresent);
                    continue;
                }
                b"get" if of_set => {
                    options.get = true;
                    continue;
                }
                b"keepttl" if of_set && free => {
                    options.keep_ttl = true;
                    continue;
                }
                b"persist" if !of_set && free => {
                    options.persist = true;
                    continue;
                }
                b"ex" => Some((1000, true)),
                b"px" => Some((1, true)),
                b"exat" => Some((1000, false)),
                b"pxat" => Some((1, false)),
                _ => None,
            };
            let (Some((unit_ms, relative)), true, Some(number)) = (expire, free, words.next()) else {
                call.reply.error(errors::SYNTAX);
                return None;
            };
            options.expire = Some(Expire { number, unit_ms, relative });
        }
        Some(options)
    }
}
