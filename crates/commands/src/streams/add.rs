//! XADD, XDEL, XTRIM, XSETID.

use psyncscope_keyspace::{Collection, Stream, StreamId};
use psyncscope_resp::errors;

use super::id::strict_id;
use super::{change_unsignalled, integer, push_id};
use crate::call::{Call, Shared};
use crate::events::Events;

/// The most bytes of fields and values of one entry (`STREAM_LISTPACK_MAX_SIZE`).
const ENTRY_BYTES_MAX: usize = 1 << 30;

/// MAXLEN in the arguments.
#[derive(Clone, Copy)]
struct MaxLen {
    len: usize,
    /// `~`: whole nodes only.
    approximate: bool,
    /// Where the number is.
    at: usize,
}

impl MaxLen {
    /// Reads what follows MAXLEN at `argv[at]`. `None` if it is invalid and an error was replied.
    fn read(call: &mut Call<'_>, argv: &[Vec<u8>], at: usize) -> Option<Self> {
        let (approximate, at) = match argv.get(at + 1).map(Vec::as_slice) {
            Some(sign @ (b"~" | b"=")) if at + 2 < argv.len() => (sign == b"~", at + 2),
            _ => (false, at + 1),
        };
        let len = integer(call, &argv[at])?;
        if len < 0 {
            call.reply.error("ERR The MAXLEN argument must be >= 0.");
            return None;
        }
        Some(Self { len: usize::try_from(len).unwrap_or(usize::MAX), approximate, at })
    }

    /// What is propagated of the arguments: replicas may have other nodes, so they trim to what is left here
    /// (`streamRewriteApproxMaxlen`).
    fn rewrite(self, argv: &mut [Vec<u8>], left: usize) {
        if self.approximate {
            argv[self.at - 1] = b"=".to_vec();
            argv[self.at] = left.to_string().into_bytes();
        }
    }
}

/// XADD key \[MAXLEN \[~|=\] count\] id|* field value \[field value ...\]: the ID.
pub fn xadd(call: &mut Call<'_>) {
    add(call, call.argv);
}

/// XADD with these arguments. Returns the new ID.
pub(crate) fn add(call: &mut Call<'_>, argv: &[Vec<u8>]) -> Option<StreamId> {
    let key = &argv[1];
    let (mut max_len, mut given, mut at) = (None, None, 2);
    while at < argv.len() {
        if argv[at] == b"*" {
            break;
        } else if argv[at].eq_ignore_ascii_case(b"maxlen") && at + 1 < argv.len() {
            let read = MaxLen::read(call, argv, at)?;
            at = read.at + 1;
            max_len = Some(read);
        } else {
            given = Some(strict_id(call, &argv[at])?);
            break;
        }
    }
    let pairs = argv.get(at + 1..).unwrap_or_default();
    if pairs.len() < 2 || !pairs.len().is_multiple_of(2) {
        call.reply.error("ERR wrong number of arguments for XADD");
        return None;
    }
    if given == Some(StreamId::MIN) {
        call.reply.error("ERR The ID specified in XADD must be greater than 0-0");
        return None;
    }
    let Ok(found) = call.read_for_write::<Stream>(key) else { return None };
    let last = found.map(|stream| stream.last_id());
    if last == Some(StreamId::MAX) {
        call.reply.error("ERR The stream has exhausted the last possible ID, unable to add more items");
        return None;
    }
    let now_ms = u64::try_from(call.now_ms).unwrap_or_default();
    let id = given.unwrap_or_else(|| StreamId::generate(last.unwrap_or_default(), now_ms));
    if id <= last.unwrap_or_default() {
        call.reply.error("ERR The ID specified in XADD is equal or smaller than the target stream top item");
        return None;
    }
    if pairs.iter().map(Vec::len).sum::<usize>() > ENTRY_BYTES_MAX {
        call.reply.error("ERR Elements are too large to be stored");
        return None;
    }
    let limits = call.config.stream_nodes;
    let add = |stream: &mut Stream| {
        stream.append(id, pairs, limits);
        let trimmed = max_len.map_or(0, |max| stream.trim(max.len, max.approximate));
        (trimmed, stream.len())
    };
    let (trimmed, len) = if last.is_some() {
        let change = |value: &mut _| Stream::of_mut(value).map(add);
        call.keyspace.modify(call.db, key, change).flatten().unwrap_or_default()
    } else {
        let mut stream = Stream::default();
        let done = add(&mut stream);
        call.keyspace.set(call.db, key, stream);
        done
    };
    push_id(call.reply, id);
    call.notify(Events::STREAM, "xadd", key);
    call.dirty += 1;
    if trimmed > 0 {
        call.notify(Events::STREAM, "xtrim", key);
    }
    let mut words = argv.to_vec();
    words[at] = id.to_string().into_bytes();
    if let Some(max_len) = max_len {
        max_len.rewrite(&mut words, len);
    }
    call.rewritten = Some(words);
    call.signal_key_as_ready(key);
    Some(id)
}

/// XTRIM key MAXLEN [~|=] count: the number of deleted entries.
pub fn xtrim(call: &mut Call<'_>) {
    trim(call, call.argv);
}

/// XTRIM with these arguments.
pub(crate) fn trim(call: &mut Call<'_>, argv: &[Vec<u8>]) {
    let key = &argv[1];
    let Some(stream) = existing(call, key) else { return };
    drop(stream);
    let (mut max_len, mut at) = (None, 2);
    while at < argv.len() {
        if !argv[at].eq_ignore_ascii_case(b"maxlen") || at + 1 == argv.len() {
            call.reply.error(errors::SYNTAX);
            return;
        }
        let Some(read) = MaxLen::read(call, argv, at) else { return };
        at = read.at + 1;
        max_len = Some(read);
    }
    let Some(max_len) = max_len else {
        call.reply.error("ERR XTRIM called without an option to trim the stream");
        return;
    };
    let trimmed = change_if(
        call,
        key,
        |stream| stream.len() > max_len.len,
        |stream| (stream.trim(max_len.len, max_len.approximate), stream.len()),
    );
    let (trimmed, len) = trimmed.unwrap_or_default();
    if trimmed > 0 {
        call.notify(Events::STREAM, "xtrim", key);
        call.dirty += trimmed as u64;
        if max_len.approximate {
            let mut words = argv.to_vec();
            max_len.rewrite(&mut words, len);
            call.rewritten = Some(words);
        }
    }
    call.reply.integer(trimmed as i64);
}

/// XDEL key id \[id ...\]: the number of deleted entries.
pub fn xdel(call: &mut Call<'_>) {
    let argv = call.argv;
    let key = &argv[1];
    let Some(stream) = existing(call, key) else { return };
    let mut ids = Vec::with_capacity(argv.len() - 2);
    for word in &argv[2..] {
        let Some(id) = strict_id(call, word) else { return };
        ids.push(id);
    }
    let any = ids.iter().any(|id| stream.get(*id).is_some());
    drop(stream);
    let delete = |stream: &mut Stream| ids.iter().filter(|id| stream.delete(**id)).count();
    let deleted = if any { change_if(call, key, |_| true, delete).unwrap_or_default() } else { 0 };
    if deleted > 0 {
        call.notify(Events::STREAM, "xdel", key);
        call.dirty += deleted as u64;
    }
    call.reply.integer(deleted as i64);
}

/// XSETID key id: sets the last ID.
pub fn xsetid(call: &mut Call<'_>) {
    set_id(call, call.argv);
}

/// XSETID with these arguments.
pub(crate) fn set_id(call: &mut Call<'_>, argv: &[Vec<u8>]) {
    let key = &argv[1];
    let Ok(stream) = call.read_for_write::<Stream>(key) else { return };
    let Some(stream) = stream else {
        call.reply.error(errors::NO_SUCH_KEY);
        return;
    };
    let Some(id) = strict_id(call, &argv[2]) else { return };
    if stream.last_entry_id().is_some_and(|last| id < last) {
        call.reply.error("ERR The ID specified in XSETID is smaller than the target stream top item");
        return;
    }
    drop(stream);
    change_unsignalled(call, key, |stream| stream.set_last_id(id));
    call.reply.ok();
    call.dirty += 1;
    call.notify(Events::STREAM, "xsetid", key);
}

/// The stream at `key`; without one, 0 or an error was replied.
fn existing(call: &mut Call<'_>, key: &[u8]) -> Option<Shared<Stream>> {
    let found = call.read_for_write::<Stream>(key).ok()?;
    if found.is_none() {
        call.reply.integer(0);
    }
    found
}

/// Changes the stream at `key` if there is something to change: any change is signalled to WATCH.
fn change_if<R>(
    call: &mut Call<'_>,
    key: &[u8],
    wanted: impl FnOnce(&Stream) -> bool,
    change: impl FnOnce(&mut Stream) -> R,
) -> Option<R> {
    let found = call.keyspace.get(call.db, key)?;
    if !Stream::of(found.value()).is_some_and(wanted) {
        return None;
    }
    call.keyspace.modify(call.db, key, |value| Stream::of_mut(value).map(change)).flatten()
}
