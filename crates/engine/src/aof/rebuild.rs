//! `rewriteAppendOnlyFileRio`: the commands that rebuild a dataset.

use psyncscope_keyspace::{Entry, Snapshot, Value};
use psyncscope_resp::{encode_command_into, format_double};

/// The most elements in one command (`AOF_REWRITE_ITEMS_PER_CMD`).
const ITEMS_PER_COMMAND: usize = 64;

/// Database after database, key after key.
pub(super) fn rebuild(snapshot: &Snapshot) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, db) in snapshot.dbs().iter().enumerate().filter(|(_, db)| !db.is_empty()) {
        encode_command_into(&mut out, &["SELECT", &index.to_string()]);
        for (key, entry) in db.iter() {
            push_key(&mut out, key, entry);
        }
    }
    out
}

fn push_key(out: &mut Vec<u8>, key: &[u8], entry: &Entry) {
    match entry.value() {
        Value::String(text) => encode_command_into(out, &[b"SET", key, text]),
        Value::List(list) => push_elements(out, b"RPUSH", key, 1, list.iter().map(Vec::from)),
        Value::Set(set) => push_elements(out, b"SADD", key, 1, set.iter().map(Vec::from)),
        Value::Zset(zset) => {
            let pairs = zset.iter().flat_map(|(member, score)| [format_double(score).into_bytes(), member.to_vec()]);
            push_elements(out, b"ZADD", key, 2, pairs);
        }
        Value::Hash(hash) => {
            let pairs = hash.iter().flat_map(|(field, value)| [field.to_vec(), value.to_vec()]);
            push_elements(out, b"HMSET", key, 2, pairs);
        }
    }
    // -1 is what `getExpire` returns for "never".
    if let Some(when) = entry.expire_ms().filter(|&when| when != -1) {
        encode_command_into(out, &[b"PEXPIREAT", key, when.to_string().as_bytes()]);
    }
}

/// Writes as many commands as needed; an element has this many words.
fn push_elements(
    out: &mut Vec<u8>,
    name: &[u8],
    key: &[u8],
    words_per_element: usize,
    words: impl Iterator<Item = Vec<u8>>,
) {
    let full = 2 + ITEMS_PER_COMMAND * words_per_element;
    let mut command = vec![name.to_vec(), key.to_vec()];
    for word in words {
        command.push(word);
        if command.len() == full {
            encode_command_into(out, &command);
            command.truncate(2);
        }
    }
    if command.len() > 2 {
        encode_command_into(out, &command);
    }
}
