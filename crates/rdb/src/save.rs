//! Writing an RDB file, in the child of a background save.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use psyncscope_keyspace::{DbSnapshot, Entry, Keyspace, Snapshot};

use crate::format::{CRC, Digest, ReplInfo, VERSION, opcode};
use crate::writer::{RdbWriter, value_type};

/// The version in `redis-ver`.
const REDIS_VERSION: &[u8] = b"5.0.14";

/// Bytes that are passed on together.
const PIECE: usize = 64 * 1024;

/// What a save needs besides the dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveInfo {
    /// The wall clock, for `ctime`: seconds since the Unix epoch.
    pub unix_s: i64,
    /// The memory in use, for `used-mem`: bytes.
    pub used_mem: u64,
    /// The replication ID and offset of the dataset, if known (`rdbPopulateSaveInfo`).
    pub repl: Option<ReplInfo>,
    /// The scripts for EVALSHA. Written only with `repl`: they are needed for the stream that follows.
    pub scripts: Vec<Arc<[u8]>>,
    /// `rdbcompression`: LZF for strings longer than 20 bytes.
    pub compress: bool,
    /// `rdbchecksum`: without it the trailer is 0, which readers do not check.
    pub checksum: bool,
}

/// A snapshot of the dataset, ready to be written as an RDB file by a child process.
#[derive(Clone)]
pub struct SaveJob {
    snapshot: Snapshot,
    info: SaveInfo,
    is_preamble: bool,
}

impl SaveJob {
    /// The dataset as it is now.
    #[must_use]
    pub fn new(keyspace: &Keyspace, info: SaveInfo) -> Self {
        Self { snapshot: keyspace.snapshot(), info, is_preamble: false }
    }

    /// The preamble of an append-only file (`RDB_SAVE_AOF_PREAMBLE`): without replication information and scripts.
    #[must_use]
    pub fn for_append_only_file(mut self) -> Self {
        (self.info.repl, self.info.scripts) = (None, Vec::new());
        Self { is_preamble: true, ..self }
    }

    /// Writes the RDB file (`rdbSaveRio`).
    #[must_use]
    pub fn run(&self) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.file_size_guess());
        let Ok(()) = self.write_to(|bytes| {
            file.extend_from_slice(bytes);
            Ok::<(), Infallible>(())
        });
        file
    }

    /// [`SaveJob::run`] for a file that need not fit into memory: `sink` gets it piece by piece.
    ///
    /// # Errors
    /// The first error of `sink`; it gets nothing more then.
    pub fn write_to<E>(&self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut out = PieceWriter {
            writer: RdbWriter::new(self.file_size_guess().min(PIECE + PIECE / 8), self.info.compress),
            checksum: self.info.checksum.then(|| CRC.digest()),
            sink,
        };
        out.writer.bytes.extend_from_slice(format!("REDIS{:04}", VERSION).as_bytes());
        out.writer.aux_fields(&self.info, self.is_preamble);
        for (index, db) in self.snapshot.dbs().iter().enumerate() {
            if !db.is_empty() {
                out.database(index, db)?;
            }
        }
        if self.info.repl.is_some() {
            self.info.scripts.iter().for_each(|body| out.writer.aux(b"lua", body));
        }
        out.writer.bytes.push(opcode::EOF);
        out.end()
    }

    /// Writes the RDB for the sockets of replicas, between a line with the mark and the mark itself
    /// (`rdbSaveRioWithEOFMark`).
    #[must_use]
    pub fn run_with_eof_mark(&self, mark: &[u8; 40]) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.file_size_guess() + 2 * mark.len());
        let Ok(()) = self.write_with_eof_mark(mark, |bytes| {
            file.extend_from_slice(bytes);
            Ok::<(), Infallible>(())
        });
        file
    }

    /// [`SaveJob::run_with_eof_mark`] piece by piece.
    ///
    /// # Errors
    /// As [`SaveJob::write_to`].
    pub fn write_with_eof_mark<E>(
        &self,
        mark: &[u8; 40],
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        sink(&[&b"$EOF:"[..], mark, b"\r\n"].concat())?;
        self.write_to(&mut sink)?;
        sink(mark)
    }

    /// Keys in the snapshot.
    #[must_use]
    pub fn keys(&self) -> u64 {
        self.snapshot.dbs().iter().map(|db| db.len() as u64).sum()
    }

    /// The approximate size of the dataset in bytes, from which a simulated disk computes the child's duration.
    #[must_use]
    pub fn approximate_bytes(&self) -> u64 {
        self.snapshot.dbs().iter().map(|db| db.approximate_bytes() as u64).sum()
    }

    /// The dataset that it writes.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    fn file_size_guess(&self) -> usize {
        256 + self.snapshot.dbs().iter().map(|db| db.approximate_bytes()).sum::<usize>() / 2
    }
}

impl fmt::Debug for SaveJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveJob").field("keys", &self.keys()).field("info", &self.info).finish()
    }
}

/// Passes a file on in pieces.
struct PieceWriter<S> {
    writer: RdbWriter,
    /// The checksum of all pieces that were passed on, if it is wanted.
    checksum: Option<Digest>,
    sink: S,
}

impl<E, S: FnMut(&[u8]) -> Result<(), E>> PieceWriter<S> {
    fn database(&mut self, index: usize, db: &DbSnapshot) -> Result<(), E> {
        self.writer.database_header(index, db);
        for (key, entry) in db.iter() {
            self.writer.key_value(key, entry);
            if self.writer.bytes.len() >= PIECE {
                self.pass_on()?;
            }
        }
        Ok(())
    }

    fn pass_on(&mut self) -> Result<(), E> {
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&self.writer.bytes);
        }
        (self.sink)(&self.writer.bytes)?;
        self.writer.bytes.clear();
        Ok(())
    }

    fn end(mut self) -> Result<(), E> {
        self.pass_on()?;
        let checksum = self.checksum.map_or(0, Digest::finalize);
        (self.sink)(&checksum.to_le_bytes())
    }
}

impl RdbWriter {
    /// `rdbSaveInfoAuxFields`, in its order.
    fn aux_fields(&mut self, info: &SaveInfo, is_preamble: bool) {
        self.aux(b"redis-ver", REDIS_VERSION);
        self.aux_number(b"redis-bits", 64);
        self.aux_number(b"ctime", info.unix_s);
        self.aux_number(b"used-mem", i64::try_from(info.used_mem).unwrap_or(i64::MAX));
        if let Some(repl) = &info.repl {
            self.aux_number(b"repl-stream-db", repl.stream_db);
            self.aux(b"repl-id", &repl.id);
            self.aux_number(b"repl-offset", repl.offset);
        }
        self.aux_number(b"aof-preamble", i64::from(is_preamble));
    }

    fn aux(&mut self, name: &[u8], value: &[u8]) {
        self.bytes.push(opcode::AUX);
        self.string(name);
        self.string(value);
    }

    fn aux_number(&mut self, name: &[u8], value: i64) {
        self.aux(name, value.to_string().as_bytes());
    }

    fn database_header(&mut self, index: usize, db: &DbSnapshot) {
        self.bytes.push(opcode::SELECT_DB);
        self.len(index);
        self.bytes.push(opcode::RESIZE_DB);
        self.len(db.len());
        self.len(db.expires_len());
    }

    /// `rdbSaveKeyValuePair`.
    fn key_value(&mut self, key: &[u8], entry: &Entry) {
        // -1 is what `getExpire` returns for "never".
        if let Some(expire_ms) = entry.expire_ms().filter(|&when| when != -1) {
            self.bytes.push(opcode::EXPIRE_MS);
            self.bytes.extend_from_slice(&expire_ms.to_le_bytes());
        }
        self.bytes.push(value_type(entry.value()));
        self.string(key);
        self.value(entry.value());
    }
}
