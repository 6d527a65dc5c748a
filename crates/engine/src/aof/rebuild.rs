//! `rewriteAppendOnlyFileRio`: the commands that rebuild a dataset.

use psyncscope_keyspace::{Entry, Snapshot, Value};
use psyncscope_resp::{encode_command_into, format_double};

/// The most elements in one command (`AOF_REWRITE_ITEMS_PER_CMD`).
const ITEMS_PER_COMMAND: usize = 64;

/// Bytes that are passed on together.
const PIECE: usize = 64 * 1024;

/// Passes the commands to `sink`, database after database, key after key.
pub(super) fn rebuild<E>(snapshot: &Snapshot, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let mut out = CommandWriter { bytes: Vec::new(), sink };
    for (index, db) in snapshot.dbs().iter().enumerate().filter(|(_, db)| !db.is_empty()) {
        out.command(&["SELECT", &index.to_string()])?;
        for (key, entry) in db.iter() {
            out.key(key, entry)?;
        }
    }
    out.pass_on()
}

/// Passes commands on in pieces.
struct CommandWriter<S> {
    bytes: Vec<u8>,
    sink: S,
}

impl<E, S: FnMut(&[u8]) -> Result<(), E>> CommandWriter<S> {
    fn command(&mut self, words: &[impl AsRef<[u8]>]) -> Result<(), E> {
        encode_command_into(&mut self.bytes, words);
        if self.bytes.len() >= PIECE { self.pass_on() } else { Ok(()) }
    }

    fn pass_on(&mut self) -> Result<(), E> {
        (self.sink)(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    fn key(&mut self, key: &[u8], entry: &Entry) -> Result<(), E> {
        match entry.value() {
            Value::String(text) => self.command(&[b"SET", key, text])?,
            Value::List(list) => self.elements(b"RPUSH", key, 1, list.iter().map(Vec::from))?,
            Value::Set(set) => self.elements(b"SADD", key, 1, set.iter().map(Vec::from))?,
            Value::Zset(zset) => {
                let pairs =
                    zset.iter().flat_map(|(member, score)| [format_double(score).into_bytes(), member.to_vec()]);
                self.elements(b"ZADD", key, 2, pairs)?;
            }
            Value::Hash(hash) => {
                let pairs = hash.iter().flat_map(|(field, value)| [field.to_vec(), value.to_vec()]);
                self.elements(b"HMSET", key, 2, pairs)?;
            }
        }
        // -1 is what `getExpire` returns for "never".
        match entry.expire_ms().filter(|&when| when != -1) {
            Some(when) => self.command(&[b"PEXPIREAT", key, when.to_string().as_bytes()]),
            None => Ok(()),
        }
    }

    /// Writes as many commands as needed; an element has this many words.
    fn elements(
        &mut self,
        name: &[u8],
        key: &[u8],
        words_per_element: usize,
        words: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), E> {
        let full = 2 + ITEMS_PER_COMMAND * words_per_element;
        let mut command = vec![name.to_vec(), key.to_vec()];
        for word in words {
            command.push(word);
            if command.len() == full {
                self.command(&command)?;
                command.truncate(2);
            }
        }
        if command.len() > 2 { self.command(&command) } else { Ok(()) }
    }
}
