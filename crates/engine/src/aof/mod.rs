//! The append-only file: aof.c.
//!
//! | here | what |
//! |---|---|
//! | `feed` | the form in which changes are written (`feedAppendOnlyFile`) |
//! | `file` | turning the file on and off, writing it (`startAppendOnly`, `stopAppendOnly`, `flushAppendOnlyFile`) |
//! | `rewrite`, `rebuild` | BGREWRITEAOF and its child; the commands that rebuild a dataset |
//! | `reader`, `load` | parsing and loading a file (`loadAppendOnlyFile`) |
//!
//! The node keeps no copy of the file: it appends by [`crate::io::DiskRequest::Append`], once a turn, before the turn's
//! replies are sent.

mod feed;
mod file;
pub(crate) mod job;
mod load;
mod reader;
mod rebuild;
mod rewrite;
pub(crate) mod state;

pub use job::RewriteJob;
