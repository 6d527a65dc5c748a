//! `rewriteAppendOnlyFileRio`: the commands that rebuild a dataset.

use psyncscope_keyspace::{Entry, Snapshot, Stream, StreamId, Value};
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
            Value::Stream(stream) => self.stream(key, stream)?,
        }
        // -1 is what `getExpire` returns for "never".
        match entry.expire_ms().filter(|&when| when != -1) {
            Some(when) => self.command(&[b"PEXPIREAT", key, when.to_string().as_bytes()]),
            None => Ok(()),
        }
    }

    /// `rewriteStreamObject`: entries, the last ID, groups and what is pending. Consumers without pending entries are
    /// left out.
    fn stream(&mut self, key: &[u8], stream: &Stream) -> Result<(), E> {
        let last_id = stream.last_id().to_string();
        for (id, fields) in stream.range(StreamId::MIN..=StreamId::MAX) {
            let id = id.to_string();
            let pairs = fields.iter().flat_map(|(field, value)| [field, value]);
            self.command(&[&b"XADD"[..], key, id.as_bytes()].into_iter().chain(pairs).collect::<Vec<_>>())?;
        }
        if stream.is_empty() {
            // An entry that is trimmed at once leaves an empty stream.
            self.command(&[&b"XADD"[..], key, b"MAXLEN", b"0", last_id.as_bytes(), b"x", b"y"])?;
        }
        self.command(&[&b"XSETID"[..], key, last_id.as_bytes()])?;
        for (name, group) in stream.groups() {
            let last_id = group.last_id.to_string();
            self.command(&[&b"XGROUP"[..], b"CREATE", key, name, last_id.as_bytes()])?;
            for consumer in group.consumers() {
                for id in consumer.pending_from(StreamId::MIN) {
                    let Some(pending) = group.pending(id) else { continue };
                    let [id, time, count] =
                        [id.to_string(), pending.delivered_ms.to_string(), pending.deliveries.to_string()];
                    self.command(&[
                        &b"XCLAIM"[..],
                        key,
                        name,
                        consumer.name(),
                        b"0",
                        id.as_bytes(),
                        b"TIME",
                        time.as_bytes(),
                        b"RETRYCOUNT",
                        count.as_bytes(),
                        b"JUSTID",
                        b"FORCE",
                    ])?;
                }
            }
        }
        Ok(())
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
