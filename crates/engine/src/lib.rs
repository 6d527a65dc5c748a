//! One Redis 5.0.14 node as a pure state machine.
pub mod command;
pub mod config;
pub mod event;
pub mod ids;
pub mod io;
pub mod keyspace;
pub mod rdb;
pub mod replication;
pub mod resp;
pub mod time;
pub mod view;

pub use config::Config;
pub use io::{ChildId, ConnId, Input, Outbox, Output, Peer};
pub use time::{Instant, Now};

/// One Redis process: an event loop without the loop.
///
/// * construct: [`Node::start`]
/// * `handle`: [`Node::handle`], one turn
/// * ask: [`Node::next_timeout`], [`Node::wants_write`], [`Node::view`]
pub struct Node {}

impl Node {
    /// Starts a process. `dump` is the content of `dbfilename`, if the file exists. Everything random comes from `seed`.
    /// Outputs and events of the start (loading, log) are left in `out`.
    ///
    /// # Errors
    /// What redis-server prints before it exits: a damaged RDB file.
    pub fn start(now: Now, config: Config, seed: u64, dump: Option<&[u8]>, out: &mut Outbox) -> Result<Self, String> {
        let _ = (now, config, seed, dump, out);
        Ok(Self {})
    }
    /// One turn of the event loop.
    pub fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        let _ = (now, input, out);
    }
    /// When the node wants [`Input::Timer`] next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        None
    }
    /// Whether output is waiting for room on `conn`.
    #[must_use]
    pub fn wants_write(&self, conn: ConnId) -> bool {
        let _ = conn;
        false
    }
    /// The node at this moment. Parts equal to those of `last` are shared with it.
    #[must_use]
    pub fn view(&self, now: Now, last: Option<&view::NodeView>) -> view::NodeView {
        let _ = (now, last);
        unimplemented!()
    }
}
