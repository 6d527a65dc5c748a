//! XLEN, XRANGE, XREVRANGE.

use psyncscope_keyspace::Stream;
use psyncscope_resp::errors;

use super::id::any_id;
use super::{integer, push_entry};
use crate::call::Call;

/// XLEN key
pub fn xlen(call: &mut Call<'_>) {
    if let Ok(stream) = call.read::<Stream>(&call.argv[1]) {
        call.reply.integer(stream.map_or(0, |stream| stream.len() as i64));
    }
}

/// XRANGE key start end \[COUNT count\]
pub fn xrange(call: &mut Call<'_>) {
    range(call, false);
}

/// XREVRANGE key end start \[COUNT count\]
pub fn xrevrange(call: &mut Call<'_>) {
    range(call, true);
}

/// `xrangeGenericCommand`.
fn range(call: &mut Call<'_>, reverse: bool) {
    let argv = call.argv;
    let (start, end) = if reverse { (&argv[3], &argv[2]) } else { (&argv[2], &argv[3]) };
    let Some(start) = any_id(call, start, 0) else { return };
    let Some(end) = any_id(call, end, u64::MAX) else { return };
    let mut count = None;
    for option in argv[4..].chunks(2) {
        let [word, number] = option else {
            call.reply.error(errors::SYNTAX);
            return;
        };
        if !word.eq_ignore_ascii_case(b"count") {
            call.reply.error(errors::SYNTAX);
            return;
        }
        let Some(number) = integer(call, number) else { return };
        count = Some(usize::try_from(number.max(0)).unwrap_or(usize::MAX));
    }
    let Ok(stream) = call.read::<Stream>(&argv[1]) else { return };
    let Some(stream) = stream else { return call.reply.empty_array() };
    if count == Some(0) {
        return call.reply.null_array();
    }
    let mut entries = stream.range(start..=end);
    let next = || if reverse { entries.next_back() } else { entries.next() };
    let found: Vec<_> = std::iter::from_fn(next).take(count.unwrap_or(usize::MAX)).collect();
    call.reply.array(found.len());
    for (id, fields) in found {
        push_entry(call.reply, id, fields);
    }
}
