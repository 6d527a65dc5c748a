//! SCAN, SSCAN, HSCAN, ZSCAN (`scanGenericCommand`).
//!
//! Elements that exist during a whole iteration are returned. Redis gets this from walking the buckets of a hash
//! table in the order of their reversed numbers. Here elements are in a vector: new ones are appended, and a removal
//! moves the last one into the gap. So the walk goes from the end to the front, and the cursor is the number of
//! elements still to visit. A removal only moves elements towards the front: an element may be returned twice, but
//! none is missed.

use std::ops::Range;

use psyncscope_keyspace::{Hash, Set, Zset};
use psyncscope_resp::{errors, format_double};

use crate::call::Call;
use crate::glob;
use crate::strings::integer;

/// Elements visited by one call without COUNT.
const COUNT: usize = 10;

/// SCAN cursor [MATCH pattern] [COUNT count].
pub fn scan(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(cursor) = cursor(call, &argv[1]) else { return };
    let Some(options) = Options::parse(call, &argv[2..]) else { return };
    let (part, next) = step(cursor, call.keyspace.db(call.db).len(), options.count);
    let keys: Vec<_> = part.rev().filter_map(|index| Some(call.keyspace.db(call.db).at(index)?.0.clone())).collect();
    // A master deletes expired keys here and leaves them out.
    let found: Vec<_> = keys.into_iter().filter(|key| options.fits(key) && !call.expire_if_needed(key)).collect();
    reply(call, next, found);
}

/// SSCAN key cursor [MATCH pattern] [COUNT count].
pub fn sscan(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(cursor) = cursor(call, &argv[2]) else { return };
    let Ok(set) = call.read::<Set>(&argv[1]) else { return };
    let Some(set) = set else { return reply(call, 0, Vec::<Vec<u8>>::new()) };
    let Some(options) = Options::parse(call, &argv[3..]) else { return };
    if set.encoding_name() == "intset" {
        let found: Vec<_> = set.iter().filter(|member| options.fits(member)).collect();
        return reply(call, 0, found);
    }
    let (part, next) = step(cursor, set.len(), options.count);
    let found = part.rev().filter_map(|index| set.at(index)).filter(|member| options.fits(member)).collect();
    reply(call, next, found);
}

/// HSCAN key cursor [MATCH pattern] [COUNT count].
pub fn hscan(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(cursor) = cursor(call, &argv[2]) else { return };
    let Ok(hash) = call.read::<Hash>(&argv[1]) else { return };
    let Some(hash) = hash else { return reply(call, 0, Vec::<Vec<u8>>::new()) };
    let Some(options) = Options::parse(call, &argv[3..]) else { return };
    let (fields, next): (Vec<_>, _) = if hash.encoding_name() == "ziplist" {
        (hash.iter().collect(), 0)
    } else {
        let (part, next) = step(cursor, hash.len(), options.count);
        (part.rev().filter_map(|index| hash.at(index)).collect(), next)
    };
    let fields = fields.into_iter().filter(|(field, _)| options.fits(field));
    reply(call, next, fields.flat_map(|(field, value)| [field, value]).collect());
}

/// ZSCAN key cursor [MATCH pattern] [COUNT count].
pub fn zscan(call: &mut Call<'_>) {
    let argv = call.argv;
    let Some(cursor) = cursor(call, &argv[2]) else { return };
    let Ok(zset) = call.read::<Zset>(&argv[1]) else { return };
    let Some(zset) = zset else { return reply(call, 0, Vec::<Vec<u8>>::new()) };
    let Some(options) = Options::parse(call, &argv[3..]) else { return };
    let (members, next): (Vec<_>, _) = if zset.encoding_name() == "ziplist" {
        (zset.iter().collect(), 0)
    } else {
        let (part, next) = step(cursor, zset.len(), options.count);
        (part.rev().filter_map(|index| zset.at_index(index)).collect(), next)
    };
    let members = members.into_iter().filter(|(member, _)| options.fits(member));
    reply(call, next, members.flat_map(|(member, score)| [member.to_vec(), format_double(score).into()]).collect());
}

struct Options<'a> {
    count: usize,
    pattern: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    fn parse(call: &mut Call<'_>, mut words: &'a [Vec<u8>]) -> Option<Self> {
        let mut options = Self { count: COUNT, pattern: None };
        while !words.is_empty() {
            match words {
                [word, count, rest @ ..] if word.eq_ignore_ascii_case(b"count") => {
                    let count = integer(call, count)?;
                    if count < 1 {
                        call.reply.error(errors::SYNTAX);
                        return None;
                    }
                    options.count = usize::try_from(count).unwrap_or(usize::MAX);
                    words = rest;
                }
                [word, pattern, rest @ ..] if word.eq_ignore_ascii_case(b"match") => {
                    options.pattern = Some(pattern.as_slice()).filter(|pattern| *pattern != b"*");
                    words = rest;
                }
                _ => {
                    call.reply.error(errors::SYNTAX);
                    return None;
                }
            }
        }
        Some(options)
    }

    fn fits(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, name, false))
    }
}

/// `parseScanCursorOrReply`: what `strtoul` accepts, including the empty string (0) and negative numbers.
fn cursor(call: &mut Call<'_>, text: &[u8]) -> Option<u64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let cursor = match text {
        [] => Some(0),
        _ if digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok())
        }
        _ => None,
    };
    if cursor.is_none() {
        call.reply.error("ERR invalid cursor");
    }
    cursor.map(|cursor| if negative { cursor.wrapping_neg() } else { cursor })
}

/// The indexes to visit, from the last to the first, and the next cursor.
fn step(cursor: u64, len: usize, count: usize) -> (Range<usize>, usize) {
    let end = if cursor == 0 { len } else { usize::try_from(cursor).unwrap_or(len).min(len) };
    let start = end.saturating_sub(count);
    (start..end, start)
}

fn reply(call: &mut Call<'_>, next: usize, found: Vec<impl AsRef<[u8]>>) {
    call.reply.array(2);
    call.reply.bulk_integer(next as i64);
    call.reply.array(found.len());
    for element in found {
        call.reply.bulk(element);
    }
}

#[cfg(test)]
mod tests;
