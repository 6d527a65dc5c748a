//! Reading: `rdbLoadRio`.

use super::{RdbError, RdbErrorKind, ReplInfo, checksum, encoding, opcode, value_type};
use crate::ids::{Offset, ReplId};
use crate::keyspace::{Db, Hash, Keyspace, List, Set, Value, Zset};

/// The most plain bytes that one byte of LZF data can stand for: 264 bytes for a reference of 3.
const LZF_EXPANSION_MAX: usize = 88;

/// How to read an RDB file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// The newest version to accept: 9 as Redis 5, up to 12 to take files of newer ones as long as they hold nothing
    /// new.
    pub max_version: u32,
    /// How many databases there are.
    pub databases: usize,
    /// Leave keys out that expired before this time (milliseconds since the Unix epoch): what a master does. A replica
    /// keeps them until its master's DEL comes.
    pub drop_expired_before: Option<i64>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self { max_version: super::VERSION, databases: crate::keyspace::DATABASES, drop_expired_before: None }
    }
}

/// What an RDB file holds.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The dataset, for [`Keyspace::replace_data`].
    pub keyspace: Keyspace,
    /// Where the dataset stands in a history, if all three fields say so (the test of `loadDataFromDisk`): what a
    /// restarted replica asks for a partial resync with.
    pub repl: Option<ReplInfo>,
    /// `repl-stream-db`, even if the other two fields are missing.
    pub stream_db: Option<i64>,
    /// Keys left out by [`LoadOptions::drop_expired_before`].
    pub expired: u64,
    /// The file's version.
    pub version: u32,
    /// `redis-ver`, if the file tells.
    pub redis_ver: Option<String>,
    /// Bytes read, the trailer included. What follows was left alone.
    pub bytes: usize,
}

/// Reads an RDB file.
///
/// # Errors
/// See [`RdbErrorKind`]. Whatever the bytes are, no more memory is asked for than they can hold.
pub fn load(bytes: &[u8], options: &LoadOptions) -> Result<Loaded, RdbError> {
    let mut reader = Reader { bytes, at: 0 };
    let version = reader.header(options.max_version)?;
    let mut dbs = vec![Db::default(); options.databases.max(1)];
    let mut db = 0;
    let mut expire_ms = None;
    let mut expired = 0;
    let mut aux = Aux::default();
    loop {
        let start = reader.at;
        match reader.byte()? {
            opcode::EOF => break,
            opcode::SELECT_DB => {
                let index = reader.len()?;
                db = usize::try_from(index)
                    .ok()
                    .filter(|&index| index < dbs.len())
                    .ok_or_else(|| RdbErrorKind::Database { db: index, databases: options.databases }.at(start))?;
            }
            opcode::RESIZE_DB => reader.skip_lens(2)?,
            opcode::EXPIRE_MS => expire_ms = Some(i64::from_le_bytes(reader.array()?)),
            opcode::EXPIRE_S => expire_ms = Some(i64::from(i32::from_le_bytes(reader.array()?)) * 1000),
            opcode::IDLE => reader.skip_lens(1)?,
            opcode::FREQ => {
                reader.byte()?;
            }
            opcode::AUX => {
                let name = reader.string()?;
                aux.set(&name, &reader.string()?);
            }
            opcode::MODULE_AUX => return Err(RdbErrorKind::ModuleAux.at(start)),
            opcode::FUNCTION2 if version >= 10 => {
                reader.string()?;
            }
            opcode::SLOT_INFO if version >= 12 => reader.skip_lens(3)?,
            value_type => {
                let key = reader.key(value_type)?;
                let value = reader.value(value_type, start)?;
                // -1 is `rdbLoadRio`'s word for "never".
                let when = expire_ms.take().filter(|&when| when != -1);
                if options.drop_expired_before.zip(when).is_some_and(|(now, when)| when < now) {
                    expired += 1;
                } else if !dbs[db].insert(&key, value, when, 0) {
                    return Err(RdbErrorKind::DuplicateKey(key).at(start));
                }
            }
        }
    }
    if version >= 5 {
        reader.trailer()?;
    }
    Ok(Loaded {
        keyspace: Keyspace::from_dbs(dbs),
        repl: aux.repl(),
        stream_db: aux.stream_db,
        expired,
        version,
        redis_ver: aux.redis_ver,
        bytes: reader.at,
    })
}

/// The auxiliary fields that mean something to us. Others are skipped, as the format wants it.
#[derive(Default)]
struct Aux {
    stream_db: Option<i64>,
    id: Option<ReplId>,
    offset: Option<Offset>,
    redis_ver: Option<String>,
}

impl Aux {
    fn set(&mut self, name: &[u8], value: &[u8]) {
        if name.eq_ignore_ascii_case(b"repl-stream-db") {
            self.stream_db = Some(leading_integer(value));
        } else if name.eq_ignore_ascii_case(b"repl-id") {
            // One of another length is not taken, and does not undo an earlier one.
            self.id = ReplId::from_bytes(value).or(self.id);
        } else if name.eq_ignore_ascii_case(b"repl-offset") {
            self.offset = Some(Offset(leading_integer(value)));
        } else if name.eq_ignore_ascii_case(b"redis-ver") {
            self.redis_ver = Some(String::from_utf8_lossy(value).into_owned());
        }
    }

    fn repl(&self) -> Option<ReplInfo> {
        let (stream_db, id, offset) = (self.stream_db?, self.id?, self.offset?);
        (stream_db != -1 && offset != Offset::UNKNOWN).then_some(ReplInfo { stream_db, id, offset })
    }
}

/// C's `atoi`: spaces, a sign, digits; whatever follows is ignored, and no digits are 0.
fn leading_integer(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let value = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0i64, |value, byte| value.saturating_mul(10).saturating_add(i64::from(byte - b'0')));
    if negative { -value } else { value }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What a length byte announces.
enum Len {
    /// A number.
    Plain(u64),
    /// A string in one of the encodings.
    Encoded(u8),
}

impl<'a> Reader<'a> {
    /// `REDIS` and four digits.
    fn header(&mut self, max_version: u32) -> Result<u32, RdbError> {
        let header = self.take(9)?;
        if !header.starts_with(b"REDIS") {
            return Err(RdbErrorKind::Signature.at(0));
        }
        let version = leading_integer(&header[5..]);
        u32::try_from(version)
            .ok()
            .filter(|version| (1..=max_version).contains(version))
            .ok_or_else(|| RdbErrorKind::Version(version).at(5))
    }

    /// The checksum of all bytes so far; 0 if the writer did not compute it.
    fn trailer(&mut self) -> Result<(), RdbError> {
        let start = self.at;
        let found = u64::from_le_bytes(self.array()?);
        if found == 0 {
            return Ok(());
        }
        let computed = checksum(&self.bytes[..start]);
        if found == computed { Ok(()) } else { Err(RdbErrorKind::Checksum { computed, found }.at(start)) }
    }

    /// The key of a value of `value_type`, after a check that there is such a type.
    fn key(&mut self, value_type: u8) -> Result<Vec<u8>, RdbError> {
        if value_type > value_type::LAST {
            return Err(RdbErrorKind::UnknownType(value_type).at(self.at - 1));
        }
        self.string()
    }

    /// `rdbLoadObject`. `start` is where the key began, for errors.
    fn value(&mut self, value_type: u8, start: usize) -> Result<Value, RdbError> {
        match value_type {
            value_type::STRING => Ok(Value::String(self.string()?)),
            value_type::LIST => {
                let mut list = List::default();
                for _ in 0..self.len()? {
                    list.push_back(self.string()?);
                }
                Ok(list.into())
            }
            value_type::SET => {
                let mut set = Set::default();
                for _ in 0..self.len()? {
                    set.insert(&self.string()?);
                }
                Ok(set.into())
            }
            value_type::HASH => {
                let mut hash = Hash::default();
                for _ in 0..self.len()? {
                    let field = self.string()?;
                    hash.insert(&field, self.string()?);
                }
                Ok(hash.into())
            }
            value_type::ZSET_2 => {
                let mut zset = Zset::default();
                for _ in 0..self.len()? {
                    let member = self.string()?;
                    zset.insert(&member, f64::from_le_bytes(self.array()?));
                }
                Ok(zset.into())
            }
            other => Err(RdbErrorKind::UnsupportedType(other).at(start)),
        }
    }

    /// `rdbLoadStringObject`.
    fn string(&mut self) -> Result<Vec<u8>, RdbError> {
        let start = self.at;
        match self.any_len()? {
            Len::Plain(len) => Ok(self.take_u64(len)?.to_vec()),
            Len::Encoded(encoding::INT8) => Ok(decimal(i8::from_le_bytes(self.array()?))),
            Len::Encoded(encoding::INT16) => Ok(decimal(i16::from_le_bytes(self.array()?))),
            Len::Encoded(encoding::INT32) => Ok(decimal(i32::from_le_bytes(self.array()?))),
            Len::Encoded(encoding::LZF) => self.lzf(start),
            Len::Encoded(encoding) => Err(RdbErrorKind::StringEncoding(encoding).at(start)),
        }
    }

    /// `rdbLoadLzfStringObject`.
    fn lzf(&mut self, start: usize) -> Result<Vec<u8>, RdbError> {
        let compressed_len = self.len()?;
        let plain_len = self.len()?;
        let compressed = self.take_u64(compressed_len)?;
        // The announced length is only a claim: no more memory than the data can fill.
        usize::try_from(plain_len)
            .ok()
            .filter(|&len| len <= compressed.len().saturating_mul(LZF_EXPANSION_MAX))
            .and_then(|len| ::lzf::decompress(compressed, len).ok().filter(|plain| plain.len() == len))
            .ok_or_else(|| RdbErrorKind::Lzf.at(start))
    }

    fn skip_lens(&mut self, count: usize) -> Result<(), RdbError> {
        for _ in 0..count {
            self.len()?;
        }
        Ok(())
    }

    /// A length where no encoding may stand.
    fn len(&mut self) -> Result<u64, RdbError> {
        let start = self.at;
        match self.any_len()? {
            Len::Plain(len) => Ok(len),
            Len::Encoded(encoding) => Err(RdbErrorKind::LengthEncoding(encoding::MARK | encoding).at(start)),
        }
    }

    /// `rdbLoadLenByRef`.
    fn any_len(&mut self) -> Result<Len, RdbError> {
        let start = self.at;
        let first = self.byte()?;
        let low = first & 0x3f;
        match first >> 6 {
            0 => Ok(Len::Plain(u64::from(low))),
            1 => Ok(Len::Plain(u64::from(u16::from_be_bytes([low, self.byte()?])))),
            3 => Ok(Len::Encoded(low)),
            _ if first == 0x80 => Ok(Len::Plain(u64::from(u32::from_be_bytes(self.array()?)))),
            _ if first == 0x81 => Ok(Len::Plain(u64::from_be_bytes(self.array()?))),
            _ => Err(RdbErrorKind::LengthEncoding(first).at(start)),
        }
    }

    fn byte(&mut self) -> Result<u8, RdbError> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], RdbError> {
        let start = self.at;
        self.take(N)?.try_into().map_err(|_| RdbErrorKind::UnexpectedEof.at(start))
    }

    fn take_u64(&mut self, len: u64) -> Result<&'a [u8], RdbError> {
        // On a 32-bit machine a length may not even be a length.
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], RdbError> {
        let taken = self.bytes[self.at..].get(..len).ok_or_else(|| RdbErrorKind::UnexpectedEof.at(self.at))?;
        self.at += len;
        Ok(taken)
    }
}

fn decimal(value: impl Into<i64>) -> Vec<u8> {
    value.into().to_string().into_bytes()
}
