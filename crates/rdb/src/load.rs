//! Reading: `rdbLoadRio`.

use std::fmt;
use std::sync::Arc;

use psyncscope_keyspace::{DATABASES, Db, Keyspace};
use psyncscope_resp::strtol;

use crate::encodings::EncodingLimits;
use crate::error::{RdbError, RdbErrorKind};
use crate::format::{CRC, Digest, ReplInfo, VERSION, opcode, value_type};
use crate::reader::RdbReader;

/// Characters of a replication ID (`CONFIG_RUN_ID_SIZE`).
const ID_LEN: usize = 40;

/// How to read an RDB file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// The newest version to accept: 9 as in Redis 5, up to 12 for newer files that use no unsupported types.
    pub max_version: u32,
    /// How many databases there are.
    pub databases: usize,
    /// Skip keys that expired before this time (milliseconds since the Unix epoch), as a master does. A replica keeps
    /// them until its master sends DEL.
    pub drop_expired_before: Option<i64>,
    /// The limits of compact encodings.
    pub encodings: EncodingLimits,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            max_version: VERSION,
            databases: DATABASES,
            drop_expired_before: None,
            encodings: EncodingLimits::default(),
        }
    }
}

/// The content of an RDB file.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The dataset, for [`Keyspace::replace_data`].
    pub keyspace: Keyspace,
    /// The replication ID and offset of the dataset, if all three fields are present (the test of
    /// `loadDataFromDisk`): a restarted replica uses it for a partial resync.
    pub repl: Option<ReplInfo>,
    /// `repl-stream-db`, even if the other two fields are missing.
    pub stream_db: Option<i64>,
    /// Keys skipped by [`LoadOptions::drop_expired_before`].
    pub expired: u64,
    /// The file's version.
    pub version: u32,
    /// `redis-ver`, if present.
    pub redis_ver: Option<String>,
    /// `lua`: the bodies of scripts that EVALSHA must know, in the file's order.
    pub scripts: Vec<Vec<u8>>,
    /// Bytes read, including the trailer. Further bytes are ignored.
    pub bytes: usize,
}

/// Reads an RDB file.
///
/// See [`RdbErrorKind`]. No more memory is allocated than the bytes can represent.
pub fn load(bytes: &[u8], options: &LoadOptions) -> Result<Loaded, RdbError> {
    let mut state = LoadState::begin(bytes, *options)?;
    state.step(bytes, usize::MAX)?;
    Ok(state.loaded())
}

/// Reads an RDB file in steps, so that a node can do other things between them.
#[derive(Clone)]
pub struct Loader {
    bytes: Arc<[u8]>,
    state: LoadState,
}

/// The result of a step.
#[derive(Debug)]
pub enum Progress {
    /// There is more to read.
    More(Loader),
    /// The file is read.
    Done(Loaded),
}

impl Loader {
    /// Reads the header.
    ///
    /// # Errors
    /// See [`RdbErrorKind`].
    pub fn new(bytes: Arc<[u8]>, options: LoadOptions) -> Result<Self, RdbError> {
        let state = LoadState::begin(&bytes, options)?;
        Ok(Self { bytes, state })
    }

    /// Reads at least `bytes_max` bytes, up to the end of an element (a collection is one element, whatever its
    /// size).
    ///
    /// See [`RdbErrorKind`]. The data read before is lost.
    pub fn step(mut self, bytes_max: usize) -> Result<Progress, RdbError> {
        let done = self.state.step(&self.bytes, bytes_max)?;
        Ok(if done { Progress::Done(self.state.loaded()) } else { Progress::More(self) })
    }

    /// Bytes read (`loading_loaded_bytes`).
    #[must_use]
    pub const fn loaded_bytes(&self) -> usize {
        self.state.at
    }

    /// Bytes in total (`loading_total_bytes`).
    #[must_use]
    pub fn total_bytes(&self) -> usize {
        self.bytes.len()
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loader({} of {} bytes)", self.loaded_bytes(), self.total_bytes())
    }
}

/// The state of `rdbLoadRio` between two elements.
#[derive(Clone)]
struct LoadState {
    options: LoadOptions,
    /// Where the next element begins.
    at: usize,
    version: u32,
    dbs: Vec<Db>,
    /// The database of the keys that follow.
    db: usize,
    /// When the next key expires. -1 means never in `rdbLoadRio`.
    expire_ms: Option<i64>,
    expired: u64,
    aux: Aux,
    /// The checksum of all bytes before `at`.
    checksum: Digest,
}

impl LoadState {
    /// `REDIS` and four digits.
    fn begin(bytes: &[u8], options: LoadOptions) -> Result<Self, RdbError> {
        let mut reader = RdbReader { bytes, at: 0 };
        let header = reader.take(9)?;
        if !header.starts_with(b"REDIS") {
            return Err(RdbErrorKind::Signature.at(0));
        }
        let version = strtol(&header[5..]);
        let version = u32::try_from(version)
            .ok()
            .filter(|version| (1..=options.max_version).contains(version))
            .ok_or_else(|| RdbErrorKind::Version(version).at(5))?;
        let mut checksum = CRC.digest();
        checksum.update(header);
        Ok(Self {
            options,
            at: reader.at,
            version,
            dbs: vec![Db::default(); options.databases.max(1)],
            db: 0,
            expire_ms: None,
            expired: 0,
            aux: Aux::default(),
            checksum,
        })
    }

    /// Reads elements until `bytes_max` bytes are read. Returns true at the end of the file.
    fn step(&mut self, bytes: &[u8], bytes_max: usize) -> Result<bool, RdbError> {
        let from = self.at;
        let mut reader = RdbReader { bytes, at: from };
        let mut done = false;
        while !done && (reader.at - from < bytes_max || reader.at == from) {
            done = self.element(&mut reader)?;
        }
        self.checksum.update(&bytes[from..reader.at]);
        if done && self.version >= 5 {
            self.trailer(&mut reader)?;
        }
        self.at = reader.at;
        Ok(done)
    }

    /// Reads one element. Returns true if it was the end.
    fn element(&mut self, reader: &mut RdbReader<'_>) -> Result<bool, RdbError> {
        let start = reader.at;
        match reader.byte()? {
            opcode::EOF => return Ok(true),
            opcode::SELECT_DB => {
                let index = reader.len()?;
                let databases = self.options.databases;
                self.db = usize::try_from(index)
                    .ok()
                    .filter(|&index| index < self.dbs.len())
                    .ok_or_else(|| RdbErrorKind::Database { db: index, databases }.at(start))?;
            }
            opcode::RESIZE_DB => reader.skip_lens(2)?,
            opcode::EXPIRE_MS => self.expire_ms = Some(i64::from_le_bytes(reader.array()?)),
            opcode::EXPIRE_S => self.expire_ms = Some(i64::from(i32::from_le_bytes(reader.array()?)) * 1000),
            opcode::IDLE => reader.skip_lens(1)?,
            opcode::FREQ => {
                reader.byte()?;
            }
            opcode::AUX => {
                let name = reader.string()?;
                self.aux.set(&name, reader.string()?);
            }
            opcode::MODULE_AUX => return Err(RdbErrorKind::ModuleAux.at(start)),
            opcode::FUNCTION2 if self.version >= 10 => return Err(RdbErrorKind::Functions.at(start)),
            opcode::SLOT_INFO if self.version >= 12 => reader.skip_lens(3)?,
            value_type => self.key_value(reader, value_type, start)?,
        }
        Ok(false)
    }

    fn key_value(&mut self, reader: &mut RdbReader<'_>, value_type: u8, start: usize) -> Result<(), RdbError> {
        if value_type > value_type::LAST {
            return Err(RdbErrorKind::UnknownType(value_type).at(start));
        }
        let key = reader.string()?;
        let value = reader.value(value_type, self.version, &self.options.encodings, start)?;
        let when = self.expire_ms.take().filter(|&when| when != -1);
        // Redis never writes an empty collection; 5.0 would load it, 7 skips it.
        if value.is_empty_collection() {
            return Ok(());
        }
        if self.options.drop_expired_before.zip(when).is_some_and(|(now, when)| when < now) {
            self.expired += 1;
        } else if !self.dbs[self.db].insert(&key, value, when, 0, 0) {
            return Err(RdbErrorKind::DuplicateKey(key).at(start));
        }
        Ok(())
    }

    /// The checksum of all bytes so far; 0 if the writer did not compute it.
    fn trailer(&self, reader: &mut RdbReader<'_>) -> Result<(), RdbError> {
        let start = reader.at;
        let found = u64::from_le_bytes(reader.array()?);
        let computed = self.checksum.clone().finalize();
        if found == 0 || found == computed {
            return Ok(());
        }
        Err(RdbErrorKind::Checksum { computed, found }.at(start))
    }

    fn loaded(self) -> Loaded {
        Loaded {
            repl: self.aux.repl(),
            keyspace: Keyspace::from_dbs(self.dbs),
            stream_db: self.aux.stream_db,
            expired: self.expired,
            version: self.version,
            redis_ver: self.aux.redis_ver,
            scripts: self.aux.scripts,
            bytes: self.at,
        }
    }
}

/// The supported auxiliary fields. Others are skipped, as the format requires.
#[derive(Clone, Default)]
struct Aux {
    stream_db: Option<i64>,
    id: Option<Vec<u8>>,
    offset: Option<i64>,
    redis_ver: Option<String>,
    scripts: Vec<Vec<u8>>,
}

impl Aux {
    fn set(&mut self, name: &[u8], value: Vec<u8>) {
        if name.eq_ignore_ascii_case(b"repl-stream-db") {
            self.stream_db = Some(strtol(&value));
        } else if name.eq_ignore_ascii_case(b"repl-id") {
            // An ID of another length is ignored and does not replace an earlier one.
            if value.len() == ID_LEN {
                self.id = Some(value);
            }
        } else if name.eq_ignore_ascii_case(b"repl-offset") {
            self.offset = Some(strtol(&value));
        } else if name.eq_ignore_ascii_case(b"redis-ver") {
            self.redis_ver = Some(String::from_utf8_lossy(&value).into_owned());
        } else if name.eq_ignore_ascii_case(b"lua") {
            self.scripts.push(value);
        }
    }

    fn repl(&self) -> Option<ReplInfo> {
        let (stream_db, id, offset) = (self.stream_db?, self.id.as_ref()?, self.offset?);
        (stream_db != -1 && offset != -1).then(|| ReplInfo { stream_db, id: id.clone(), offset })
    }
}
