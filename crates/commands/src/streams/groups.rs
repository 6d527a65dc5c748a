//! XGROUP, XACK, XPENDING.

use psyncscope_keyspace::{Group, Stream, StreamId};
use psyncscope_resp::errors;

use super::id::{any_id, strict_id};
use super::{change_unsignalled, integer, push_id};
use crate::call::Call;
use crate::events::Events;

const HELP: &[&str] = &[
    "CREATE <key> <group> <id or $> [MKSTREAM] -- Add a group that gets the entries after this ID; MKSTREAM also makes a \
     missing stream.",
    "SETID <key> <group> <id or $> -- Set the last ID that the group was given.",
    "DESTROY <key> <group> -- Remove a group.",
    "DELCONSUMER <key> <group> <consumer> -- Remove a consumer with its pending entries.",
    "HELP -- These lines.",
];

/// Replies that there is no such key or group.
pub(super) fn no_group(call: &mut Call<'_>, key: &[u8], group: &[u8]) {
    call.reply.error([b"NOGROUP No such key '", key, b"' or consumer group '", group, b"'"].concat());
}

/// XGROUP CREATE key group id|$ \[MKSTREAM\], XGROUP SETID key group id|$, XGROUP DESTROY key group,
/// XGROUP DELCONSUMER key group consumer, XGROUP HELP
pub fn xgroup(call: &mut Call<'_>) {
    group_command(call, call.argv);
}

/// XGROUP with these arguments.
pub(crate) fn group_command(call: &mut Call<'_>, argv: &[Vec<u8>]) {
    let subcommand = argv[1].to_ascii_lowercase();
    let make = argv.len() == 6 && subcommand == b"create";
    if make && !argv[5].eq_ignore_ascii_case(b"mkstream") {
        return call.reply.subcommand_error(argv);
    }
    // All but HELP have a key and a group.
    let mut known = None;
    if let [_, _, key, name, ..] = argv {
        let Ok(stream) = call.read_for_write::<Stream>(key) else { return };
        known = stream.map(|stream| (stream.last_id(), stream.group(name).is_some()));
        match (known, subcommand.as_slice()) {
            _ if make => {}
            (None, _) => {
                return call.reply.error(
                    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use \
                     the MKSTREAM option to create an empty stream automatically.",
                );
            }
            (Some((_, false)), b"setid" | b"delconsumer") => {
                let text = [b"NOGROUP No such consumer group '", name.as_slice(), b"' for key name '", key, b"'"];
                return call.reply.error(text.concat());
            }
            _ => {}
        }
    }
    let last_id = known.map_or(StreamId::MIN, |(last_id, _)| last_id);
    let has_group = known.is_some_and(|(_, has_group)| has_group);
    match (subcommand.as_slice(), &argv[2..]) {
        (b"create", [key, name, id] | [key, name, id, _]) => {
            let id = if id == b"$" { Some(last_id) } else { strict_id(call, id) };
            let Some(id) = id else { return };
            if has_group {
                return call.reply.error("BUSYGROUP Consumer Group name already exists");
            }
            create(call, key, name, id, known.is_some());
        }
        (b"setid", [key, name, id]) => {
            let id = if id == b"$" { Some(last_id) } else { any_id(call, id, 0) };
            let Some(id) = id else { return };
            change_group(call, key, name, |group| group.last_id = id);
            call.reply.ok();
            call.dirty += 1;
            call.notify(Events::STREAM, "xgroup-setid", key);
        }
        (b"destroy", [key, name]) => {
            if has_group {
                change_unsignalled(call, key, |stream| stream.remove_group(name));
                call.dirty += 1;
                call.notify(Events::STREAM, "xgroup-destroy", key);
            }
            call.reply.integer(i64::from(has_group));
        }
        (b"delconsumer", [key, name, consumer]) => {
            let lost = change_group(call, key, name, |group| group.remove_consumer(consumer)).flatten();
            call.reply.integer(lost.unwrap_or_default() as i64);
            call.dirty += 1;
            call.notify(Events::STREAM, "xgroup-delconsumer", key);
        }
        (b"help", _) => call.reply.help("XGROUP", HELP),
        _ => call.reply.subcommand_error(argv),
    }
}

fn create(call: &mut Call<'_>, key: &[u8], name: &[u8], last_id: StreamId, exists: bool) {
    if exists {
        change_unsignalled(call, key, |stream| stream.add_group(name, Group::new(last_id)));
    } else {
        let mut stream = Stream::default();
        stream.add_group(name, Group::new(last_id));
        call.keyspace.set(call.db, key, stream);
    }
    call.reply.ok();
    call.dirty += 1;
    call.notify(Events::STREAM, "xgroup-create", key);
}

fn change_group<R>(call: &mut Call<'_>, key: &[u8], name: &[u8], change: impl FnOnce(&mut Group) -> R) -> Option<R> {
    change_unsignalled(call, key, |stream| stream.change_group(name, change)).flatten()
}

/// XACK key group id \[id ...\]: how many were pending. An invalid ID ends it, and the ones before stay acknowledged.
pub fn xack(call: &mut Call<'_>) {
    let argv = call.argv;
    let [_, key, name, ids @ ..] = argv else { return };
    let Ok(stream) = call.read::<Stream>(key) else { return };
    if stream.is_none_or(|stream| stream.group(name).is_none()) {
        return call.reply.integer(0);
    }
    let mut acknowledged = 0;
    for word in ids {
        let Some(id) = strict_id(call, word) else { return };
        if change_group(call, key, name, |group| group.acknowledge(id)) == Some(true) {
            acknowledged += 1;
            call.dirty += 1;
        }
    }
    call.reply.integer(acknowledged);
}

/// XPENDING key group \[start end count \[consumer\]\]
pub fn xpending(call: &mut Call<'_>) {
    let argv = call.argv;
    let [_, key, name, options @ ..] = argv else { return };
    let range = match options {
        [] => None,
        [start, end, count, consumer @ ..] if consumer.len() <= 1 => {
            let Some(count) = integer(call, count) else { return };
            let Some(start) = any_id(call, start, 0) else { return };
            let Some(end) = any_id(call, end, u64::MAX) else { return };
            Some((start, end, usize::try_from(count.max(0)).unwrap_or(usize::MAX), consumer.first()))
        }
        _ => return call.reply.error(errors::SYNTAX),
    };
    let Ok(stream) = call.read::<Stream>(key) else { return };
    let Some(group) = stream.as_ref().and_then(|stream| stream.group(name)) else { return no_group(call, key, name) };
    let Some((start, end, count, consumer)) = range else { return summary(call, group) };
    let of_consumer = match consumer.map(|name| group.consumer(name)) {
        Some(None) => return call.reply.empty_array(),
        Some(Some(consumer)) => Some(consumer),
        None => None,
    };
    let ids: Vec<StreamId> = match of_consumer {
        Some(consumer) => consumer.pending_from(start).take_while(|id| *id <= end).take(count).collect(),
        None => group.pending_from(start).map(|(id, _)| id).take_while(|id| *id <= end).take(count).collect(),
    };
    call.reply.array(ids.len());
    for (id, pending) in ids.into_iter().filter_map(|id| Some((id, group.pending(id)?))) {
        call.reply.array(4);
        push_id(call.reply, id);
        call.reply.bulk(&pending.consumer);
        call.reply.integer(call.now_ms.saturating_sub(pending.delivered_ms).max(0));
        call.reply.integer(pending.deliveries as i64);
    }
}

/// XPENDING without a range: how many entries are pending, the first and the last of them, and whose they are.
fn summary(call: &mut Call<'_>, group: &Group) {
    let reply = &mut *call.reply;
    reply.array(4);
    reply.integer(group.pending_len() as i64);
    let mut ids = group.pending_from(StreamId::MIN).map(|(id, _)| id);
    let Some(first) = ids.next() else {
        reply.null();
        reply.null();
        return reply.null_array();
    };
    push_id(reply, first);
    push_id(reply, ids.next_back().unwrap_or(first));
    let busy = || group.consumers().iter().filter(|consumer| consumer.pending_len() > 0);
    reply.array(busy().count());
    for consumer in busy() {
        reply.array(2);
        reply.bulk(consumer.name());
        reply.bulk_integer(consumer.pending_len() as i64);
    }
}
