//! RDB files: the dataset as bytes, on disk and on a replication link.
//!
//! * write: [`SaveJob`]
//! * read: [`load`], [`LoadOptions`], [`Loaded`], [`RdbError`]

use std::fmt;
use std::sync::Arc;

use crate::ids::{Offset, ReplId};
use crate::keyspace::{Db, Keyspace, Snapshot};

/// Where the saved dataset stands in a replication history: the auxiliary fields `repl-stream-db`, `repl-id` and
/// `repl-offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplInfo {
    /// The database in which the stream goes on.
    pub stream_db: i64,
    /// The history.
    pub id: ReplId,
    /// The last byte that the dataset contains.
    pub offset: Offset,
}

/// What a save needs to know beside the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaveInfo {
    /// The wall clock, for `ctime`: seconds since the Unix epoch.
    pub unix_s: i64,
    /// The memory in use, for `used-mem`: bytes.
    pub used_mem: u64,
    /// Where the dataset stands in its history, if it may be said (`rdbPopulateSaveInfo`).
    pub repl: Option<ReplInfo>,
    /// `rdbcompression`: LZF for strings longer than 20 bytes.
    pub compress: bool,
    /// `rdbchecksum`: without it the trailer is zero, which readers do not check.
    pub checksum: bool,
}

/// A snapshot of the dataset, ready to be written as an RDB file by a child process.
#[derive(Clone)]
pub struct SaveJob {
    snapshot: Snapshot,
    info: SaveInfo,
}

impl SaveJob {
    /// The dataset as it is now.
    #[must_use]
    pub fn new(keyspace: &Keyspace, info: SaveInfo) -> Self {
        Self { snapshot: keyspace.snapshot(), info }
    }

    /// Writes the RDB file.
    #[must_use]
    pub fn run(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Keys in the snapshot.
    #[must_use]
    pub fn keys(&self) -> u64 {
        self.snapshot.dbs().iter().map(|db| db.len() as u64).sum()
    }

    /// A rough size of the dataset in bytes, from which a simulated disk works out how long the child takes.
    #[must_use]
    pub fn approximate_bytes(&self) -> u64 {
        self.snapshot.dbs().iter().map(|db| db.approximate_bytes() as u64).sum()
    }
}

impl fmt::Debug for SaveJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveJob").field("keys", &self.keys()).field("info", &self.info).finish()
    }
}

/// How to read an RDB file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// The newest version to accept; Redis 5 accepts 9.
    pub max_version: u32,
    /// How many databases there are.
    pub databases: usize,
    /// Skip keys that expired before this time (milliseconds since the Unix epoch): what a master does. A replica keeps
    /// them until its master's DEL comes.
    pub drop_expired_before: Option<i64>,
    /// `rdbchecksum`: whether to verify the trailer.
    pub checksum: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self { max_version: 9, databases: crate::keyspace::DATABASES, drop_expired_before: None, checksum: true }
    }
}

/// What an RDB file holds.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The databases, for [`Keyspace::install`].
    pub dbs: Vec<Arc<Db>>,
    /// Keys loaded.
    pub keys: u64,
    /// Keys left out by [`LoadOptions::drop_expired_before`].
    pub expired: u64,
    /// The file's version.
    pub version: u32,
    /// `redis-ver`, if the file tells.
    pub redis_ver: Option<String>,
    /// `repl-stream-db`, if the file tells.
    pub repl_stream_db: Option<i64>,
    /// `repl-id`, if the file tells one of 40 characters.
    pub repl_id: Option<ReplId>,
    /// `repl-offset`, if the file tells.
    pub repl_offset: Option<Offset>,
    /// Bytes read: up to and with the trailer.
    pub bytes: usize,
}

impl Loaded {
    /// The three replication fields, if all are there and usable (`loadDataFromDisk`): what lets a restarted replica ask
    /// for a partial resync.
    #[must_use]
    pub fn repl(&self) -> Option<ReplInfo> {
        let (stream_db, id, offset) = (self.repl_stream_db?, self.repl_id?, self.repl_offset?);
        (stream_db != -1 && offset != Offset::UNKNOWN).then_some(ReplInfo { stream_db, id, offset })
    }
}

/// Why bytes are no RDB file, and where they stop being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdbError {
    /// Bytes read before the fault.
    pub offset: usize,
    /// The fault.
    pub kind: RdbErrorKind,
}

/// What is wrong with an RDB file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RdbErrorKind {
    /// It does not begin with `REDIS`.
    Signature,
    /// A version outside the accepted range.
    Version(i64),
}

impl fmt::Display for RdbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at byte {}", self.kind, self.offset)
    }
}

impl std::error::Error for RdbError {}

/// Reads an RDB file.
///
/// # Errors
/// See [`RdbErrorKind`]. Bytes after the end are left alone: [`Loaded::bytes`] says where it is.
pub fn load(bytes: &[u8], options: &LoadOptions) -> Result<Loaded, RdbError> {
    let _ = (bytes, options);
    Err(RdbError { offset: 0, kind: RdbErrorKind::Signature })
}
