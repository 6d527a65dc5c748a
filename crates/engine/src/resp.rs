//! The wire protocol (RESP2): queries in, replies out, and labels for bytes on a link.
//!
//! * in: [`QueryBuf`], [`Parsed`], [`split_args`]
//! * out: [`Reply`], [`encode_command`], [`errors`]
//! * numbers: [`parse_i64_strict`], [`parse_double`], [`format_double`]
//! * labels: [`describe`]

mod describe;
pub mod errors;
mod float;
mod inline;
mod number;
mod query;
mod reply;

pub use describe::{describe, escape};
pub use float::{format_double, parse_double, parse_double_leniently};
pub(crate) use float::{is_space, parse_lua_number};
pub use inline::split_args;
pub use number::parse_i64_strict;
pub(crate) use number::strtol;
pub use query::{BULK_LEN_MAX, INLINE_LEN_MAX, MULTIBULK_ARGS_MAX, Parsed, QueryBuf};
pub use reply::{Reply, encode_command, encode_command_into};
