//! For the tests of the ring.

use psyncscope_engine::ids::Offset;
use psyncscope_engine::replication::backlog::Backlog;

/// A backlog of this size after a whole stream, from offset 1 on.
pub fn backlog_of(size: usize, stream: &[u8]) -> Backlog {
    let mut backlog = Backlog::new(size, Offset(0));
    backlog.feed(stream, Offset(stream.len() as i64));
    backlog
}
