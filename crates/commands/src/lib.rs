//! The commands on data of Redis 5.0.14, without connections, replication and scripts.
//!
//! **The contract: a command is a function of one [`Call`]: its arguments, the dataset, the time, the node's settings and
//! its random numbers. It changes the dataset and says in the call what else has to happen: the reply, the number of changes,
//! what is propagated instead or besides, which keys got data or expired, keyspace events, and what it waits for. Whoever
//! made the call carries that out.**
//!
//! * a call: [`Call`], [`ExpiryRole`], [`Settings`]; what a blocking command waits for: [`Block`], [`BlockedOn`]
//! * commands, by the file of Redis that they are in: [`strings`], [`bits`], [`hyperloglog`], [`lists`], [`sets`], [`zsets`],
//!   [`geo`], [`hashes`], [`streams`], [`sort`], [`keys`], [`scan`], [`objects`], [`dump`], [`blocking`], [`cluster`]
//! * [`later`]: what only masters of Redis 6.2 and 7 send
//! * keyspace events: [`Events`], [`Notice`]; eviction: [`Eviction`], [`Policy`], [`lfu`]; patterns: [`glob`]

pub mod bits;
mod block;
pub mod blocking;
mod call;
pub mod cluster;
pub mod dump;
mod events;
mod eviction;
pub mod geo;
pub mod glob;
pub mod hashes;
pub mod hyperloglog;
pub mod keys;
pub mod later;
pub mod lfu;
pub mod lists;
mod long_double;
pub mod objects;
pub mod scan;
pub mod sets;
mod settings;
pub mod sort;
pub mod streams;
pub mod strings;
pub mod zsets;

pub use block::{Block, BlockedOn, GroupReader, ListEnd, ZsetEnd};
pub use call::{Call, ExpiryRole, Shared, StringValue, WrongType};
pub use events::{Events, Notice};
pub use eviction::{Eviction, Policy};
pub use settings::Settings;
