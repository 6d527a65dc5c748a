//! The numbers of the format (rdb.h), which reading and writing share.

/// The version that Redis 5 writes and the newest it reads (`RDB_VERSION`).
pub const VERSION: u32 = 9;

/// The replication ID and offset of a saved dataset: the auxiliary fields `repl-stream-db`, `repl-id` and
/// `repl-offset`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplInfo {
    /// The database in which the stream continues.
    pub stream_db: i64,
    /// The ID of the history: 40 characters in what is read. A node whose `master_replid` is an empty string saves none.
    pub id: Vec<u8>,
    /// The last byte of it that the dataset contains; -1 if that is not known.
    pub offset: i64,
}

/// The opcodes of elements other than keys (`RDB_OPCODE_…`).
pub(crate) mod opcode {
    /// Slot sizes of a cluster node, three lengths; since version 12.
    pub const SLOT_INFO: u8 = 244;
    /// A library of functions, one string; since version 10.
    pub const FUNCTION2: u8 = 245;
    /// Data of a module that belongs to no key.
    pub const MODULE_AUX: u8 = 247;
    /// Idle time of the next key: a length, in seconds.
    pub const IDLE: u8 = 248;
    /// Access frequency of the next key: one byte.
    pub const FREQ: u8 = 249;
    /// An auxiliary field: two strings.
    pub const AUX: u8 = 250;
    /// Number of keys and of keys with a time to live: two lengths, only a hint.
    pub const RESIZE_DB: u8 = 251;
    /// When the next key expires: milliseconds since the Unix epoch, 8 bytes, little endian.
    pub const EXPIRE_MS: u8 = 252;
    /// When the next key expires: seconds since the Unix epoch, 4 bytes, little endian.
    pub const EXPIRE_S: u8 = 253;
    /// The database of the keys that follow: a length.
    pub const SELECT_DB: u8 = 254;
    /// The end.
    pub const EOF: u8 = 255;
}

/// The value types, which begin a key (`RDB_TYPE_…`).
pub(crate) mod value_type {
    /// A string.
    pub const STRING: u8 = 0;
    /// A list: a length and as many strings.
    pub const LIST: u8 = 1;
    /// A set: a length and as many strings.
    pub const SET: u8 = 2;
    /// A sorted set: a length and as many pairs of a string and a score in text.
    pub const ZSET: u8 = 3;
    /// A hash: a length and as many pairs of strings.
    pub const HASH: u8 = 4;
    /// A sorted set: a length and as many pairs of a string and a double, little endian.
    pub const ZSET_2: u8 = 5;
    /// A hash: a zipmap.
    pub const HASH_ZIPMAP: u8 = 9;
    /// A list: a ziplist.
    pub const LIST_ZIPLIST: u8 = 10;
    /// A set: an intset.
    pub const SET_INTSET: u8 = 11;
    /// A sorted set: a ziplist of members and scores.
    pub const ZSET_ZIPLIST: u8 = 12;
    /// A hash: a ziplist of fields and values.
    pub const HASH_ZIPLIST: u8 = 13;
    /// A list: a length and as many ziplists.
    pub const LIST_QUICKLIST: u8 = 14;
    /// A stream: nodes, each the ID of its master entry and a listpack; how many entries, the last ID; consumer groups.
    pub const STREAM_LISTPACKS: u8 = 15;
    /// A hash: a listpack of fields and values; since version 10, as the next two.
    pub const HASH_LISTPACK: u8 = 16;
    /// A sorted set: a listpack of members and scores.
    pub const ZSET_LISTPACK: u8 = 17;
    /// A list: a length and that many nodes, each a length for its kind and a string.
    pub const LIST_QUICKLIST_2: u8 = 18;
    /// A stream with the numbers that Redis 7 keeps of it; since version 10.
    pub const STREAM_LISTPACKS_2: u8 = 19;
    /// A set: a listpack; since version 11.
    pub const SET_LISTPACK: u8 = 20;
    /// A stream whose consumers have a time of their last read as well; since version 11.
    pub const STREAM_LISTPACKS_3: u8 = 21;
    /// The largest type that any version up to 12 writes.
    pub const LAST: u8 = 25;
}

/// String encodings other than a length and bytes (`RDB_ENC_…`).
pub(crate) mod encoding {
    /// The two top bits of a length byte that mark an encoding.
    pub const MARK: u8 = 0xc0;
    /// A signed byte.
    pub const INT8: u8 = 0;
    /// Two bytes, little endian, signed.
    pub const INT16: u8 = 1;
    /// Four bytes, little endian, signed.
    pub const INT32: u8 = 2;
    /// Two lengths (compressed, plain) and LZF data.
    pub const LZF: u8 = 3;
}

/// The checksum of the trailer: CRC-64 with the Jones polynomial, reflected, starting from 0.
pub(crate) static CRC: crc::Crc<u64, Table> = crc::Crc::<u64, Table>::new(&crc::CRC_64_REDIS);

/// One that is being computed.
pub(crate) type Digest = crc::Digest<'static, u64, Table>;

/// A table of 32 KiB makes it several times as fast.
#[cfg(not(target_arch = "wasm32"))]
type Table = crc::Table<16>;
/// Bytes to download matter more where files are small.
#[cfg(target_arch = "wasm32")]
type Table = crc::Table<1>;
