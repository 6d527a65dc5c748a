//! Golden transcripts: what a real Redis 5.0.14 said, and what the engine says when the same happens to it.
//!
//! * [`transcript`]: a recording as bytes per connection and direction
//! * [`compare`]: whether two recordings agree, with what is random masked
//! * [`rdb`]: an RDB file field by field, read by other code than the engine's
//! * [`actor`]: who takes part
//! * [`stage`]: the recorder's moves (nodes, proxies, clients), made in the simulated world
//! * [`scenarios`]: the recorded scenarios, step by step

pub mod actor;
pub mod compare;
pub mod rdb;
pub mod scenarios;
pub mod stage;
pub mod transcript;
