//! The dataset of a Redis 5 node: databases, keys, values and times to live.
//!
//! **The contract: the content and its order are a function of the history of changes alone. Nothing here reads a
//! clock or a random source, and nothing knows a command, a client or replication: callers pass the time in, and count
//! and propagate what they changed.**
//!
//! * all databases: [`Keyspace`], [`Snapshot`] for a background save, [`Stats`]
//! * one database: [`Db`], which has an index of the keys that expire, [`Entry`], [`Key`], [`DbSnapshot`]
//! * values: [`Value`], [`RedisString`], [`List`], [`Set`], [`Zset`], [`Hash`](struct@Hash), [`Stream`], [`Collection`]
//! * of a stream: [`StreamId`], [`StreamNode`], [`EntryFields`], [`NodeLimits`], [`Group`], [`Consumer`], [`Pending`]
//! * fingerprints: [`Digest`]

mod db;
mod digest;
mod hash;
mod key;
mod keyspace;
mod list;
mod ranked;
mod set;
mod stream;
mod string;
mod table;
mod value;
mod zset;

pub use db::{Db, DbSnapshot, Entry, LFU_INIT};
pub use digest::Digest;
pub use hash::Hash;
pub use key::Key;
pub use keyspace::{DATABASES, Keyspace, Snapshot, Stats};
pub use list::List;
pub use set::Set;
pub use stream::{
    Consumer, EntryFields, Group, NodeLimits, Pending, Stream, StreamEntry, StreamId, StreamNode, radix_nodes,
};
pub use string::RedisString;
pub use value::{Collection, Value};
pub use zset::Zset;
