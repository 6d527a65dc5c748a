//! Error replies that many commands share (`createSharedObjects` in server.c), each as [`super::Reply::error`] takes
//! it: without the leading `-` and without the CRLF.

/// The key holds another type.
pub const WRONGTYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
/// An argument or a value is not a 64-bit integer.
pub const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";
/// An argument or a value is not a floating-point number.
pub const NOT_A_FLOAT: &str = "ERR value is not a valid float";
/// Invalid arguments.
pub const SYNTAX: &str = "ERR syntax error";
/// The key does not exist.
pub const NO_SUCH_KEY: &str = "ERR no such key";
/// An index is outside the list.
pub const INDEX_OUT_OF_RANGE: &str = "ERR index out of range";
/// Source and destination are the same object.
pub const SAME_OBJECT: &str = "ERR source and destination objects are the same";
/// An increment would overflow 64 bits.
pub const INCR_OVERFLOW: &str = "ERR increment or decrement would overflow";
/// A sum of floating-point numbers would be NaN or infinite.
pub const INCR_NOT_FINITE: &str = "ERR increment would produce NaN or Infinity";
/// SETRANGE before the string's start.
pub const OFFSET_OUT_OF_RANGE: &str = "ERR offset is out of range";
/// A string would exceed 512 MiB.
pub const STRING_TOO_LONG: &str = "ERR string exceeds maximum allowed size (512MB)";
/// The database number is out of range.
pub const DB_INDEX_OUT_OF_RANGE: &str = "ERR DB index is out of range";
/// The time to live is not positive; the caller fills in the command's name.
pub const INVALID_EXPIRE_PREFIX: &str = "ERR invalid expire time in ";
/// The reply of protected mode to a remote client (`acceptCommonHandler`), ready to be sent.
pub const PROTECTED_MODE: &[u8] = b"-DENIED Redis is running in protected mode because protected mode is enabled, no \
bind address was specified, no authentication password is requested to clients. In this mode connections are only \
accepted from the loopback interface. If you want to connect from external computers to Redis you may adopt one of the \
following solutions: 1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the \
loopback interface by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not \
publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you \
can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to \
'no', and then restarting the server. 3) If you started the server manually just for testing, restart it with the \
'--protected-mode no' option. 4) Setup a bind address or an authentication password. NOTE: You only need to do one of \
the above things in order for the server to start accepting connections from the outside.\r\n";
