//! IDs in arguments.

use psyncscope_keyspace::StreamId;
use psyncscope_resp::parse_i64_strict;

use crate::call::Call;

/// Longer arguments are no IDs.
const LEN_MAX: usize = 127;

/// An ID that may also be `-` or `+`, the first and the last one. `seq` is the sequence number of an argument without
/// one. `None` if it is invalid and an error was replied (`streamParseIDOrReply`).
pub(super) fn any_id(call: &mut Call<'_>, word: &[u8], seq: u64) -> Option<StreamId> {
    match word {
        b"-" => Some(StreamId::MIN),
        b"+" => Some(StreamId::MAX),
        _ => or_reply(call, parse(word, seq)),
    }
}

/// An ID (`streamParseStrictIDOrReply`).
pub(crate) fn strict_id(call: &mut Call<'_>, word: &[u8]) -> Option<StreamId> {
    or_reply(call, parse(word, 0))
}

fn or_reply(call: &mut Call<'_>, id: Option<StreamId>) -> Option<StreamId> {
    if id.is_none() {
        call.reply.error("ERR Invalid stream ID specified as stream command argument");
    }
    id
}

/// `ms-seq`, or only `ms`.
pub(super) fn parse(word: &[u8], seq: u64) -> Option<StreamId> {
    if word.len() > LEN_MAX {
        return None;
    }
    // For C it ends at a zero byte.
    let word = word.split(|&byte| byte == 0).next().unwrap_or_default();
    match word.iter().position(|&byte| byte == b'-') {
        Some(dash) => Some(StreamId { ms: number(&word[..dash])?, seq: number(&word[dash + 1..])? }),
        None => Some(StreamId { ms: number(word)?, seq }),
    }
}

/// `string2ull`: what `strtoull` takes besides is taken too, as leading zeros and spaces, and a sign before a zero.
fn number(text: &[u8]) -> Option<u64> {
    if let Some(value) = parse_i64_strict(text) {
        return u64::try_from(value).ok();
    }
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value.checked_mul(10)?.checked_add(digit.into())
    })?;
    Some(if negative { value.wrapping_neg() } else { value })
}
