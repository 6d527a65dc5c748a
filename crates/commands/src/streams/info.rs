//! XINFO.

use psyncscope_keyspace::{Stream, StreamId, radix_nodes};
use psyncscope_resp::{Reply, errors};

use super::{push_entry, push_id};
use crate::call::Call;

const HELP: &[&str] = &[
    "CONSUMERS <key> <group> -- The consumers of a group.",
    "GROUPS <key> -- The consumer groups of a stream.",
    "STREAM <key> -- The stream itself.",
    "HELP -- These lines.",
];

/// XINFO CONSUMERS key group, XINFO GROUPS key, XINFO STREAM key, XINFO HELP
pub fn xinfo(call: &mut Call<'_>) {
    let argv = call.argv;
    if argv[1].eq_ignore_ascii_case(b"help") {
        return call.reply.help("XINFO", HELP);
    }
    let [_, subcommand, key, rest @ ..] = argv else {
        return call.reply.error("ERR syntax error, try 'XINFO HELP'");
    };
    // As for a command that writes.
    let Ok(stream) = call.read_for_write::<Stream>(key) else { return };
    let Some(stream) = stream else { return call.reply.error(errors::NO_SUCH_KEY) };
    match (subcommand.to_ascii_lowercase().as_slice(), rest) {
        (b"consumers", [name]) => consumers(call, &stream, key, name),
        (b"groups", []) => groups(call.reply, &stream),
        (b"stream", []) => describe(call.reply, &stream),
        _ => call.reply.subcommand_error(argv),
    }
}

fn consumers(call: &mut Call<'_>, stream: &Stream, key: &[u8], name: &[u8]) {
    let Some(group) = stream.group(name) else {
        let text = [b"NOGROUP No such consumer group '", name, b"' for key name '", key, b"'"];
        return call.reply.error(text.concat());
    };
    let reply = &mut *call.reply;
    reply.array(group.consumers().len());
    for consumer in group.consumers() {
        reply.array(6);
        reply.bulk("name");
        reply.bulk(consumer.name());
        reply.bulk("pending");
        reply.integer(consumer.pending_len() as i64);
        reply.bulk("idle");
        reply.integer(call.now_ms.saturating_sub(consumer.seen_ms).max(0));
    }
}

fn groups(reply: &mut Reply, stream: &Stream) {
    reply.array(stream.groups().len());
    for (name, group) in stream.groups() {
        reply.array(8);
        reply.bulk("name");
        reply.bulk(name);
        reply.bulk("consumers");
        reply.integer(group.consumers().len() as i64);
        reply.bulk("pending");
        reply.integer(group.pending_len() as i64);
        reply.bulk("last-delivered-id");
        push_id(reply, group.last_id);
    }
}

fn describe(reply: &mut Reply, stream: &Stream) {
    reply.array(14);
    for (name, value) in [
        ("length", stream.len()),
        ("radix-tree-keys", stream.nodes().len()),
        ("radix-tree-nodes", radix_nodes(stream.nodes().map(|node| node.master()))),
        ("groups", stream.groups().len()),
    ] {
        reply.bulk(name);
        reply.integer(value as i64);
    }
    reply.bulk("last-generated-id");
    push_id(reply, stream.last_id());
    let all = || stream.range(StreamId::MIN..=StreamId::MAX);
    for (name, entry) in [("first-entry", all().next()), ("last-entry", all().next_back())] {
        reply.bulk(name);
        match entry {
            Some((id, fields)) => push_entry(reply, id, fields),
            None => reply.null(),
        }
    }
}
