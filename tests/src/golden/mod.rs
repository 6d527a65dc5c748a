//! Golden transcripts: what a real Redis 5.0.14 sent, compared with what the engine sends in the same scenario.
//!
//! * [`transcript`]: a recording as bytes per connection and direction
//! * [`compare`]: whether two recordings agree, with random parts masked
//! * [`rdb`]: an RDB file field by field, not read by the engine's code
//! * [`process`]: the processes of a scenario
//! * [`testbed`]: the recorder's operations (nodes, proxies, clients) in the simulated world
//! * [`scenarios`]: the recorded scenarios, step by step

pub mod compare;
pub mod process;
pub mod rdb;
pub mod scenarios;
pub mod testbed;
pub mod transcript;
