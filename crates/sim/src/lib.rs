//! The simulated world: hosts with a real TCP stack, wires with faults, a virtual clock, and a record of what happened.
//!
//! **The one contract: a world is a pure function of its configuration (with its seed) and of the calls made on it.**
//! The same calls at the same virtual times give the same bytes on every platform; [`World::digest`] shows it. There is
//! no wall clock, no thread and no shared random generator; recording changes nothing.
//!
//! Time passes only in calls: [`World::step`] does the next event, [`World::run_until`] all events up to a time.
//! Between events nothing is left to do: each process has taken all inputs it can and each kernel has sent all it may.
//!
//! ```
//! use psyncscope_sim::{World, WorldConfig, frame::SimTime};
//!
//! let mut world = World::new(WorldConfig { seed: 7, ..WorldConfig::default() });
//! let a = world.add_host("a", psyncscope_engine::Config::default())?;
//! let b = world.add_host("b", psyncscope_engine::Config::default())?;
//! world.console_send(b, 0, &["REPLICAOF", "a", "6379"])?;
//! world.run_for(2_000_000);
//! assert_eq!(world.now(), SimTime(2_000_000));
//! world.cut(a, b)?;
//! # Ok::<(), psyncscope_sim::WorldError>(())
//! ```
//!
//! # TCP
//!
//! Each host runs smoltcp, and these of its rules stand: an initial retransmission timeout of 1 s that doubles up to
//! 60 s and is never shorter than 1 s (Linux: 200 ms); fast retransmit after three duplicate ACKs; no congestion
//! control; TIME-WAIT of 10 s. As on Linux are: no Nagle delay (Redis sets `TCP_NODELAY`), ACKs without data after
//! 40 ms, the backlog, resets for bytes that will not be read, and when a connection times out: after 127 s without
//! an answer to SYN, after 924.6 s without an ACK of data, never while idle. There are no keep-alive probes.
//!
//! # Wires
//!
//! Latency, jitter and bandwidth keep packets in order; only `reorder` lets later ones overtake. What is sent while a
//! wire is cut vanishes half way, what is under way at that moment arrives.
//!
//! # Absent, deliberately
//!
//! Faults inside a TCP stream (only packets are lost, doubled, delayed), ICMP, routers, damaged packets, CPU time (a
//! turn of a process takes none; only DEBUG SLEEP and children take time).

mod causes;
mod config;
mod device;
mod digest;
mod disk;
mod error;
mod flows;
mod forward;
pub mod frame;
mod frames;
mod host;
mod kernel;
mod packet;
mod pcap;
mod process;
mod queue;
mod recorder;
mod seed;
mod socket_transfer;
mod tap;
mod wire;
mod world;

pub use causes::{Began, Turn, TurnId};
pub use config::{TcpSettings, UNIX_START_US, WorldConfig};
pub use error::WorldError;
pub use forward::Flow;
pub use frames::{Frames, PacketChanges};
pub use pcap::Pcap;
pub use process::Process;
pub use recorder::Recorded;
pub use tap::{Captured, Side};
pub use world::{TurnSteps, WirePacket, World};
