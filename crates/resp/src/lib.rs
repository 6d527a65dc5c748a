//! The wire protocol of Redis 5 (RESP2): queries in, replies out, and labels for bytes on a link.
//!
//! **The contract: bytes in, values out, and the other way round, exactly as networking.c and util.c do it. Nothing
//! here knows a command, a key or a connection, and no input panics.**
//!
//! * in: [`QueryBuf`], [`Parsed`], [`split_args`]
//! * out: [`Reply`], [`encode_command`], [`errors`]
//! * numbers: [`parse_i64_strict`], [`decimal`], [`strtol`], [`parse_double`], [`parse_double_leniently`], [`parse_lua_number`],
//!   [`format_double`]
//! * labels: [`describe`], [`escape`]

mod describe;
pub mod errors;
mod float;
mod inline;
mod number;
mod query;
mod reply;

pub use describe::{describe, escape};
pub use float::{format_double, is_space, parse_double, parse_double_leniently, parse_lua_number};
pub use inline::split_args;
pub use number::{decimal, parse_i64_strict, strtol};
pub use query::{BULK_LEN_MAX, INLINE_LEN_MAX, MULTIBULK_ARGS_MAX, Parsed, QueryBuf};
pub use reply::{Reply, encode_command, encode_command_into};
