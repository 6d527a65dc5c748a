//! Streams.
//!
//! What Redis 7 counts of a stream besides (entries ever added, the greatest deleted ID, entries that a group has read)
//! is read and not kept, as in RDB files.

use psyncscope_keyspace::{Collection, Stream, StreamId};
use psyncscope_resp::errors;

use crate::call::Call;
use crate::events::Events;
use crate::streams::add::{add, set_id, trim};
use crate::streams::change_unsignalled;
use crate::streams::claim::claim;
use crate::streams::groups::group_command;
use crate::streams::id::strict_id;

/// The options of XADD and XTRIM.
struct Options {
    /// The same arguments as Redis 5 has them: without NOMKSTREAM, MINID and LIMIT.
    words: Vec<Vec<u8>>,
    nomkstream: bool,
    /// MINID, and whether only whole nodes go.
    min_id: Option<(StreamId, bool)>,
}

/// `streamParseAddOrTrimArgsOrReply`. LIMIT is for the master alone: what it propagates is what it did. `None` if an ID
/// is invalid and an error was replied.
fn options(call: &mut Call<'_>) -> Option<Options> {
    let argv = call.argv;
    let mut options = Options { words: argv[..2].to_vec(), nomkstream: false, min_id: None };
    let mut at = 2;
    while at < argv.len() {
        let more = argv.len() - at - 1;
        match argv[at].to_ascii_lowercase().as_slice() {
            b"nomkstream" => {
                options.nomkstream = true;
                at += 1;
            }
            b"limit" if more > 0 => at += 2,
            word @ (b"maxlen" | b"minid") if more > 0 => {
                let signed = more > 1 && matches!(argv[at + 1].as_slice(), b"~" | b"=");
                let end = at + 2 + usize::from(signed);
                if word == b"maxlen" {
                    options.words.extend_from_slice(&argv[at..end]);
                } else {
                    options.min_id = Some((strict_id(call, &argv[end - 1])?, argv[at + 1] == b"~"));
                }
                at = end;
            }
            _ => break,
        }
    }
    options.words.extend_from_slice(&argv[at..]);
    Some(options)
}

/// XADD key \[NOMKSTREAM\] \[MAXLEN|MINID \[=|~\] threshold \[LIMIT count\]\] *|id field value \[field value ...\]
pub fn xadd(call: &mut Call<'_>) {
    let Some(options) = options(call) else { return };
    let key = &call.argv[1];
    if options.nomkstream && call.lookup_write(key).is_none() {
        return call.reply.null();
    }
    let Some(id) = add(call, &options.words) else { return };
    if let Some((min_id, approximate)) = options.min_id {
        let len = trim_before(call, min_id, approximate).1;
        let id = id.to_string();
        let mut words = options.words;
        words[2] = id.into_bytes();
        words.splice(2..2, [b"MAXLEN".to_vec(), b"=".to_vec(), len.to_string().into_bytes()]);
        call.rewritten = Some(words);
    }
}

/// XTRIM key MAXLEN|MINID \[=|~\] threshold \[LIMIT count\]
pub fn xtrim(call: &mut Call<'_>) {
    let Some(options) = options(call) else { return };
    let Some((min_id, approximate)) = options.min_id else {
        trim(call, &options.words);
        if call.rewritten.is_none() {
            call.rewritten = Some(options.words);
        }
        return;
    };
    let key = &call.argv[1];
    if options.words.len() > 2 {
        return call.reply.error(errors::SYNTAX);
    }
    let Ok(found) = call.read_for_write::<Stream>(key) else { return };
    if found.is_none() {
        return call.reply.integer(0);
    }
    drop(found);
    let (removed, len) = trim_before(call, min_id, approximate);
    call.reply.integer(removed as i64);
    call.dirty += removed as u64;
    call.rewrite(&[b"XTRIM", key, b"MAXLEN", b"=", len.to_string().as_bytes()]);
}

/// Deletes the entries before an ID, or if it is `approximate` the nodes that have only such. Returns how many went, and
/// how many are left.
fn trim_before(call: &mut Call<'_>, min_id: StreamId, approximate: bool) -> (usize, usize) {
    let key = &call.argv[1];
    let change = |value: &mut _| {
        let stream = Stream::of_mut(value)?;
        let before = stream.range(StreamId::MIN..=min_id).take_while(|(id, _)| *id < min_id).count();
        Some((stream.trim(stream.len() - before, approximate), stream.len()))
    };
    let (removed, len) = call.keyspace.modify(call.db, key, change).flatten().unwrap_or_default();
    if removed > 0 {
        call.notify(Events::STREAM, "xtrim", key);
    }
    (removed, len)
}

/// XSETID key id \[ENTRIESADDED count\] \[MAXDELETEDID id\]
pub fn xsetid(call: &mut Call<'_>) {
    let argv = call.argv;
    let known = |[name, _]: &[Vec<u8>; 2]| {
        name.eq_ignore_ascii_case(b"entriesadded") || name.eq_ignore_ascii_case(b"maxdeletedid")
    };
    if !argv[3..].len().is_multiple_of(2) || !argv[3..].as_chunks().0.iter().all(known) {
        return call.reply.error(errors::SYNTAX);
    }
    set_id(call, &argv[..3]);
    call.rewritten = Some(argv[..3].to_vec());
}

/// XGROUP CREATE key group id|$ \[MKSTREAM\] \[ENTRIESREAD count\], XGROUP SETID key group id|$ \[ENTRIESREAD count\], XGROUP
/// CREATECONSUMER key group consumer, and those of Redis 5
pub fn xgroup(call: &mut Call<'_>) {
    let argv = call.argv;
    if argv.len() == 5 && argv[1].eq_ignore_ascii_case(b"createconsumer") {
        return create_consumer(call);
    }
    let mut words = argv.to_vec();
    if let Some(at) = argv.iter().skip(5).position(|word| word.eq_ignore_ascii_case(b"entriesread")) {
        words.drain(5 + at..argv.len().min(7 + at));
    }
    group_command(call, &words);
    call.rewritten = Some(words);
}

/// Redis 5 has no word for it: there a consumer without pending entries is not in the append-only file.
fn create_consumer(call: &mut Call<'_>) {
    let [_, _, key, name, consumer] = call.argv else { return };
    let Ok(stream) = call.read_for_write::<Stream>(key) else { return };
    let known = stream.as_ref().and_then(|stream| Some(stream.group(name)?.consumer(consumer).is_some()));
    drop(stream);
    let Some(known) = known else {
        let text = [b"NOGROUP No such consumer group '", name.as_slice(), b"' for key name '", key, b"'"];
        return call.reply.error(text.concat());
    };
    call.prevented = true;
    if !known {
        let now_ms = call.now_ms;
        change_unsignalled(call, key, |stream| {
            stream.change_group(name, |group| drop(group.see_consumer(consumer, now_ms)));
        });
        call.dirty += 1;
        call.notify(Events::STREAM, "xgroup-createconsumer", key);
    }
    call.reply.integer(i64::from(!known));
}

/// XCLAIM: of entries that were deleted Redis 7 forgets that they were pending.
pub fn xclaim(call: &mut Call<'_>) {
    claim(call, true);
}
