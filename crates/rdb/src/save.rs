//! Writing an RDB file, in the child of a background save.

use std::fmt;
use std::sync::Arc;

use crate::format::{CRC, ReplInfo, VERSION, opcode};
use crate::writer::{RdbWriter, value_type};
use psyncscope_keyspace::{DbSnapshot, Entry, Keyspace, Snapshot};

/// The version in `redis-ver`.
const REDIS_VERSION: &[u8] = b"5.0.14";

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
        let mut out = RdbWriter::new(self.file_size_guess(), self.info.compress);
        out.bytes.extend_from_slice(format!("REDIS{:04}", VERSION).as_bytes());
        out.aux_fields(&self.info, self.is_preamble);
        for (index, db) in self.snapshot.dbs().iter().enumerate() {
            if !db.is_empty() {
                out.database(index, db);
            }
        }
        if self.info.repl.is_some() {
            self.info.scripts.iter().for_each(|body| out.aux(b"lua", body));
        }
        out.bytes.push(opcode::EOF);
        let checksum = if self.info.checksum { CRC.checksum(&out.bytes) } else { 0 };
        out.bytes.extend_from_slice(&checksum.to_le_bytes());
        out.bytes
    }

    /// Writes the RDB for the sockets of replicas, between a line with the mark and the mark itself
    /// (`rdbSaveRioWithEOFMark`).
    #[must_use]
    pub fn run_with_eof_mark(&self, mark: &[u8; 40]) -> Vec<u8> {
        [&b"$EOF:"[..], mark, b"\r\n", &self.run(), mark].concat()
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

    fn database(&mut self, index: usize, db: &DbSnapshot) {
        self.bytes.push(opcode::SELECT_DB);
        self.len(index);
        self.bytes.push(opcode::RESIZE_DB);
        self.len(db.len());
        self.len(db.expires_len());
        for (key, entry) in db.iter() {
            self.key_value(key, entry);
        }
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
