//! The commands on streams (t_stream.c).
//!
//! What changes only a consumer group, or the last ID, is not signalled to WATCH, as in Redis 5.

pub(crate) mod add;
pub(crate) mod claim;
pub(crate) mod groups;
pub(crate) mod id;
mod info;
mod range;
mod read;

use psyncscope_keyspace::{Collection, EntryFields, Stream, StreamId};
use psyncscope_resp::{Reply, errors, parse_i64_strict};

use crate::call::Call;

pub use add::{xadd, xdel, xsetid, xtrim};
pub use claim::xclaim;
pub use groups::{xack, xgroup, xpending};
pub use info::xinfo;
pub use range::{xlen, xrange, xrevrange};
pub use read::{serve_blocked, xread, xreadgroup};

/// The part of `streamReplyWithRange` for one entry: its ID and its fields.
fn push_entry(reply: &mut Reply, id: StreamId, fields: EntryFields<'_>) {
    reply.array(2);
    push_id(reply, id);
    reply.array(fields.len() * 2);
    for (field, value) in fields.iter() {
        reply.bulk(field);
        reply.bulk(value);
    }
}

/// `addReplyStreamID`.
fn push_id(reply: &mut Reply, id: StreamId) {
    reply.bulk(id.to_string());
}

/// The argument as an integer. `None` if it is none and an error was replied (`getLongLongFromObjectOrReply`).
fn integer(call: &mut Call<'_>, word: &[u8]) -> Option<i64> {
    let value = parse_i64_strict(word);
    if value.is_none() {
        call.reply.error(errors::NOT_AN_INTEGER);
    }
    value
}

/// Changes the stream at `key`, which must exist, without a signal to WATCH.
pub(crate) fn change_unsignalled<R>(
    call: &mut Call<'_>,
    key: &[u8],
    change: impl FnOnce(&mut Stream) -> R,
) -> Option<R> {
    let change = |value: &mut _| Stream::of_mut(value).map(change);
    call.keyspace.modify_unsignalled(call.db, key, change).flatten()
}

#[cfg(test)]
mod tests;
