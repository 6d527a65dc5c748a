//! RDB files of Redis: the dataset as bytes, on disk and on a replication link.
//!
//! **The contract: what is written is, byte for byte, what Redis 5.0.14 writes of the same dataset in the same order. What
//! is read is checked whole before it is used: damaged bytes give an [`RdbError`] that says where and why, and never a
//! panic, nor more memory than the bytes can represent.**
//!
//! * write: [`SaveJob`], [`SaveInfo`], [`ReplInfo`]
//! * one value: [`dump`], [`restore`]
//! * read: [`load`], or [`Loader`] in steps; [`LoadOptions`], [`EncodingLimits`], [`Loaded`], [`RdbError`]
//! * how Redis would store a value, for DEBUG and MEMORY: [`quicklist_nodes`], [`ziplist_of`], [`ziplist_entries`]
//!
//! A file is `REDIS` and four digits of version; elements, each begun by an opcode or a value type; the end
//! opcode; and a checksum of all before it. See rdb.c and rdb.h.

mod container;
mod dump;
mod encodings;
mod error;
mod format;
mod intset;
mod listpack;
mod load;
mod lzf;
mod object;
mod reader;
mod save;
mod stream;
mod writer;
mod ziplist;
mod zipmap;

pub use dump::{RestoreError, dump, restore};
pub use encodings::EncodingLimits;
pub use error::{RdbError, RdbErrorKind};
pub use format::{ReplInfo, VERSION};
pub use load::{LoadOptions, Loaded, Loader, Progress, load};
pub use save::{SaveInfo, SaveJob};
pub use writer::{quicklist_nodes, ziplist_of};
pub use ziplist::entries_of as ziplist_entries;

#[cfg(test)]
mod tests;
