//! Error replies that many commands share (`createSharedObjects` in server.c), each as [`super::Reply::error`] takes
//! it: without the leading `-` and without the CRLF.

/// The key holds another type.
pub const WRONGTYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
/// An argument or a value is no 64-bit integer.
pub const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";
/// An argument or a value is no floating point number.
pub const NOT_A_FLOAT: &str = "ERR value is not a valid float";
/// The words do not fit together.
pub const SYNTAX: &str = "ERR syntax error";
/// The key must exist and does not.
pub const NO_SUCH_KEY: &str = "ERR no such key";
/// An index lies outside the list.
pub const INDEX_OUT_OF_RANGE: &str = "ERR index out of range";
/// Source and destination are one object.
pub const SAME_OBJECT: &str = "ERR source and destination objects are the same";
/// An increment would leave 64 bits.
pub const INCR_OVERFLOW: &str = "ERR increment or decrement would overflow";
/// SETRANGE before the string's start.
pub const OFFSET_OUT_OF_RANGE: &str = "ERR offset is out of range";
/// A string would outgrow 512 MiB.
pub const STRING_TOO_LONG: &str = "ERR string exceeds maximum allowed size (512MB)";
/// The database number is out of range.
pub const DB_INDEX_OUT_OF_RANGE: &str = "ERR DB index is out of range";
/// The time to live is no positive number; the command's name is the caller's to fill in.
pub const INVALID_EXPIRE_PREFIX: &str = "ERR invalid expire time in ";
