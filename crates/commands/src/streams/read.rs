//! XREAD and XREADGROUP.

use std::sync::Arc;

use psyncscope_keyspace::{Group, Pending, Stream, StreamId};
use psyncscope_resp::{Reply, errors, parse_i64_strict};

use super::claim::{propagate_claim, propagate_group_id};
use super::id::strict_id;
use super::{change_unsignalled, integer, push_entry, push_id};
use crate::block::{Block, BlockedOn, GroupReader};
use crate::call::Call;

/// The most entries that a blocked client gets at once if it named no COUNT (`XREAD_BLOCKED_DEFAULT_COUNT`).
const BLOCKED_COUNT: usize = 1000;

/// XREAD \[COUNT count\] \[BLOCK milliseconds\] STREAMS key \[key ...\] id \[id ...\]
pub fn xread(call: &mut Call<'_>) {
    read(call, false);
}

/// XREADGROUP GROUP group consumer \[COUNT count\] \[BLOCK milliseconds\] \[NOACK\] STREAMS key \[key ...\] id \[id ...\]
pub fn xreadgroup(call: &mut Call<'_>) {
    read(call, true);
    // The effects are propagated as they happen.
    call.prevented = true;
}

/// The options before the keys.
#[derive(Default)]
struct Options {
    /// BLOCK: the time of the timeout, `Some(None)` for never.
    deadline_ms: Option<Option<i64>>,
    /// COUNT; 0: all.
    count: usize,
    /// GROUP: who reads.
    reader: Option<GroupReader>,
    noack: bool,
    /// Where the first key is.
    keys_at: usize,
}

/// `xreadCommand`.
fn read(call: &mut Call<'_>, grouped: bool) {
    let argv = call.argv;
    let Some(options) = options(call, grouped) else { return };
    let streams = (argv.len() - options.keys_at) / 2;
    let (keys, words) = argv[options.keys_at..].split_at(streams);
    let mut after = Vec::with_capacity(streams);
    for (key, word) in keys.iter().zip(words) {
        let Some(id) = start_after(call, key, word, options.reader.as_ref()) else { return };
        after.push(id);
    }
    let mut served = Reply::default();
    let mut count = 0;
    for (key, after) in keys.iter().zip(&mut after) {
        if serve_now(call, &mut served, key, after, &options) {
            count += 1;
        }
    }
    if count > 0 {
        call.reply.array(count);
        call.reply.raw(served.take());
        return;
    }
    match options.deadline_ms {
        Some(deadline_ms) if !call.deny_blocking => {
            let count = if options.count == 0 { BLOCKED_COUNT } else { options.count };
            let on = BlockedOn::Stream { keys: keys.to_vec(), after, count, reader: options.reader };
            call.block = Some(Block { on, deadline_ms });
        }
        _ => call.reply.null_array(),
    }
}

/// `None` if an option is invalid and an error was replied.
fn options(call: &mut Call<'_>, grouped: bool) -> Option<Options> {
    let argv = call.argv;
    let mut options = Options::default();
    let mut at = 1;
    while at < argv.len() && options.keys_at == 0 {
        let more = argv.len() - at - 1;
        match argv[at].to_ascii_lowercase().as_slice() {
            b"block" if more > 0 => {
                at += 1;
                options.deadline_ms = Some(deadline(call, &argv[at])?);
            }
            b"count" if more > 0 => {
                at += 1;
                options.count = usize::try_from(integer(call, &argv[at])?.max(0)).unwrap_or(usize::MAX);
            }
            b"streams" if more > 0 => {
                options.keys_at = at + 1;
                if !more.is_multiple_of(2) {
                    call.reply.error(
                        "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
                    );
                    return None;
                }
            }
            b"group" if more >= 2 => {
                if !grouped {
                    call.reply.error("ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.");
                    return None;
                }
                let (group, consumer) = (argv[at + 1].clone(), argv[at + 2].clone());
                options.reader = Some(GroupReader { group, consumer, noack: false });
                at += 2;
            }
            b"noack" => {
                if !grouped {
                    call.reply.error("ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.");
                    return None;
                }
                options.noack = true;
            }
            _ => {
                call.reply.error(errors::SYNTAX);
                return None;
            }
        }
        at += 1;
    }
    if options.keys_at == 0 {
        call.reply.error(errors::SYNTAX);
        return None;
    }
    if grouped && options.reader.is_none() {
        call.reply.error("ERR Missing GROUP option for XREADGROUP");
        return None;
    }
    if let Some(reader) = &mut options.reader {
        reader.noack = options.noack;
    }
    Some(options)
}

/// `getTimeoutFromObjectOrReply`, in milliseconds: the time of the timeout, `Some(None)` for never. `None` if it is
/// invalid and an error was replied.
fn deadline(call: &mut Call<'_>, timeout: &[u8]) -> Option<Option<i64>> {
    match parse_i64_strict(timeout) {
        None => call.reply.error("ERR timeout is not an integer or out of range"),
        Some(..0) => call.reply.error("ERR timeout is negative"),
        Some(0) => return Some(None),
        Some(ms) => return Some(Some(call.now_ms.saturating_add(ms))),
    }
    None
}

/// The ID after which the client wants entries of `key`; [`StreamId::MAX`] for `>`, those that the group did not
/// deliver yet. `None` if there is none and an error was replied.
fn start_after(call: &mut Call<'_>, key: &[u8], word: &[u8], reader: Option<&GroupReader>) -> Option<StreamId> {
    let stream = call.read::<Stream>(key).ok()?;
    if let Some(reader) = reader
        && stream.as_ref().is_none_or(|stream| stream.group(&reader.group).is_none())
    {
        let text = [b"NOGROUP No such key '", key, b"' or consumer group '", &reader.group];
        call.reply.error([&text.concat()[..], b"' in XREADGROUP with GROUP option"].concat());
        return None;
    }
    match (word, reader) {
        (b"$", Some(_)) => {
            call.reply.error(
                "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this \
                 consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return \
                 an empty result set.",
            );
            None
        }
        (b"$", None) => Some(stream.map_or(StreamId::MIN, |stream| stream.last_id())),
        (b">", Some(_)) => Some(StreamId::MAX),
        (b">", None) => {
            call.reply.error(
                "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
            );
            None
        }
        _ => strict_id(call, word),
    }
}

/// Adds what there is in the stream at `key` to the reply. Returns whether there is something.
fn serve_now(call: &mut Call<'_>, reply: &mut Reply, key: &[u8], after: &mut StreamId, options: &Options) -> bool {
    let Ok(Some(stream)) = call.read::<Stream>(key) else { return false };
    let is_new = |after: StreamId| stream.last_entry_id().is_some_and(|last| last > after);
    let Some(reader) = &options.reader else {
        if !is_new(*after) {
            return false;
        }
        push_stream(reply, key);
        push_entries(reply, &stream, *after, options.count);
        return true;
    };
    let history = *after != StreamId::MAX;
    if !history {
        let Some(last) = stream.group(&reader.group).map(|group| group.last_id).filter(|last| is_new(*last)) else {
            return false;
        };
        *after = last;
    }
    drop(stream);
    push_stream(reply, key);
    if history {
        deliver_again(call, reply, key, *after, options.count, reader);
    } else {
        deliver(call, reply, key, *after, options.count, reader);
    }
    call.dirty += 1;
    true
}

/// The beginning of what a client gets of one stream.
fn push_stream(reply: &mut Reply, key: &[u8]) {
    reply.array(2);
    reply.bulk(key);
}

/// The entries after an ID, at most `count` unless it is 0 (`streamReplyWithRange`). Returns their IDs.
fn push_entries(reply: &mut Reply, stream: &Stream, after: StreamId, count: usize) -> Vec<StreamId> {
    let count = if count == 0 { usize::MAX } else { count };
    let found: Vec<_> = stream.range(after.next()..=StreamId::MAX).take(count).collect();
    reply.array(found.len());
    found.iter().for_each(|(id, fields)| push_entry(reply, *id, *fields));
    found.into_iter().map(|(id, _)| id).collect()
}

/// `streamReplyWithRange` for a group: delivers entries for the first time. They are pending then, unless the client
/// wants no acknowledgement.
fn deliver(call: &mut Call<'_>, reply: &mut Reply, key: &[u8], after: StreamId, count: usize, reader: &GroupReader) {
    let now_ms = call.now_ms;
    let mut delivered = Vec::new();
    change_unsignalled(call, key, |stream| {
        let ids = push_entries(reply, stream, after, count);
        stream.change_group(&reader.group, |group| {
            let consumer = group.see_consumer(&reader.consumer, now_ms);
            for id in ids {
                let is_last = id > group.last_id;
                group.last_id = group.last_id.max(id);
                if !reader.noack {
                    let pending = Pending { delivered_ms: now_ms, deliveries: 1, consumer: Arc::clone(&consumer) };
                    group.assign(id, pending.clone());
                    delivered.push((id, group.last_id, Some(pending)));
                } else if is_last {
                    delivered.push((id, group.last_id, None));
                }
            }
        });
    });
    for (id, last_id, pending) in delivered {
        match pending {
            Some(pending) => propagate_claim(call, key, &reader.group, id.to_string().as_bytes(), &pending, last_id),
            None => propagate_group_id(call, key, &reader.group, last_id),
        }
    }
}

/// `streamReplyWithRangeFromConsumerPEL`: what is pending for the consumer, once more. Of entries that were deleted
/// only the ID is left. Nothing of it is propagated.
fn deliver_again(
    call: &mut Call<'_>,
    reply: &mut Reply,
    key: &[u8],
    after: StreamId,
    count: usize,
    reader: &GroupReader,
) {
    let now_ms = call.now_ms;
    let count = if count == 0 { usize::MAX } else { count };
    change_unsignalled(call, key, |stream| {
        let ids = stream.change_group(&reader.group, |group: &mut Group| {
            group.see_consumer(&reader.consumer, now_ms);
            let consumer = group.consumer(&reader.consumer);
            consumer.map(|consumer| consumer.pending_from(after.next()).take(count).collect::<Vec<_>>())
        });
        let ids = ids.flatten().unwrap_or_default();
        reply.array(ids.len());
        let mut there = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(fields) = stream.get(id) {
                push_entry(reply, id, fields);
                there.push(id);
            } else {
                reply.array(2);
                push_id(reply, id);
                reply.null_array();
            }
        }
        stream.change_group(&reader.group, |group| {
            there.into_iter().for_each(|id| _ = group.deliver_again(id, now_ms));
        });
    });
}

/// Serves a client that is blocked on the stream at `key`, and waits for entries after an ID or for those that a group
/// did not deliver yet (the part of `handleClientsBlockedOnKeys` for streams). Returns whether it got something: if not,
/// it stays blocked.
pub fn serve_blocked(
    call: &mut Call<'_>,
    key: &[u8],
    after: StreamId,
    count: usize,
    reader: Option<&GroupReader>,
) -> bool {
    let Some(psyncscope_keyspace::Value::Stream(stream)) = call.peek(key) else { return false };
    let after = match reader.map(|reader| stream.group(&reader.group)) {
        None => after,
        Some(Some(group)) => group.last_id,
        Some(None) => {
            call.reply.error("NOGROUP the consumer group this client was blocked on no longer exists");
            return true;
        }
    };
    // Entries may have been deleted since: then it gets an empty list.
    if stream.last_id() <= after {
        return false;
    }
    let mut reply = Reply::default();
    reply.array(1);
    push_stream(&mut reply, key);
    if let Some(reader) = reader {
        drop(stream);
        deliver(call, &mut reply, key, after, count, reader);
    } else {
        push_entries(&mut reply, &stream, after, count);
    }
    call.reply.raw(reply.take());
    true
}
