//! A child that writes one stream of bytes to several sockets (Redis's `rioFdset`).

use std::sync::Arc;

use psyncscope_engine::ConnId;
use psyncscope_engine::io::SOCKET_CHILD_CHUNK;

/// The child's work.
pub(crate) struct SocketTransfer {
    bytes: Arc<[u8]>,
    targets: Vec<Target>,
    /// Bytes up to here go to every socket before any gets more.
    chunk_end: usize,
    /// Not begun yet: the fork is not finished.
    pub waits_for_fork: bool,
    timeout_us: u64,
}

struct Target {
    conn: ConnId,
    sent: usize,
    /// When it took bytes last, or was given new ones, in microseconds.
    since: u64,
    given_up: bool,
}

/// Where a child stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It waits for room; at this time the first socket will have been stuck for too long.
    Blocked { until: u64 },
    /// It is done: these got everything.
    Done(Vec<ConnId>),
}

impl SocketTransfer {
    pub(crate) fn new(bytes: Arc<[u8]>, conns: Vec<ConnId>, timeout_us: u64) -> Self {
        let targets = conns.into_iter().map(|conn| Target { conn, sent: 0, since: 0, given_up: false }).collect();
        let chunk_end = bytes.len().min(SOCKET_CHILD_CHUNK);
        Self { bytes, targets, chunk_end, waits_for_fork: true, timeout_us }
    }

    /// Begins to write.
    pub(crate) fn begin(&mut self, now: u64) {
        self.waits_for_fork = false;
        self.targets.iter_mut().for_each(|target| target.since = now);
    }

    /// Writes what the sockets take. `send` hands bytes to one and says how many it took, `None` if it is over.
    pub(crate) fn write(&mut self, now: u64, mut send: impl FnMut(ConnId, &[u8]) -> Option<usize>) -> Progress {
        loop {
            for target in self.targets.iter_mut().filter(|target| !target.given_up && target.sent < self.chunk_end) {
                match send(target.conn, &self.bytes[target.sent..self.chunk_end]) {
                    None => target.given_up = true,
                    Some(0) => target.given_up = now.saturating_sub(target.since) > self.timeout_us,
                    Some(taken) => {
                        target.sent += taken;
                        target.since = now;
                    }
                }
            }
            let behind = self.targets.iter().filter(|target| !target.given_up && target.sent < self.chunk_end);
            if let Some(since) = behind.map(|target| target.since).min() {
                return Progress::Blocked { until: since.saturating_add(self.timeout_us).saturating_add(1) };
            }
            let reached: Vec<ConnId> =
                self.targets.iter().filter(|target| !target.given_up).map(|target| target.conn).collect();
            if self.chunk_end == self.bytes.len() || reached.is_empty() {
                return Progress::Done(reached);
            }
            self.chunk_end = self.bytes.len().min(self.chunk_end + SOCKET_CHILD_CHUNK);
            self.targets.iter_mut().for_each(|target| target.since = now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: ConnId = ConnId(1);
    const SLOW: ConnId = ConnId(2);

    fn transfer(len: usize) -> SocketTransfer {
        let mut transfer = SocketTransfer::new(vec![7; len].into(), vec![FAST, SLOW], 3_000_000);
        transfer.begin(0);
        transfer
    }

    #[test]
    fn the_slowest_sets_the_pace() {
        let mut transfer = transfer(SOCKET_CHILD_CHUNK * 2 + 5);
        let mut fast = 0;
        let send = |conn, bytes: &[u8]| if conn == FAST { Some(bytes.len()) } else { Some(0) };
        let progress = transfer.write(10, |conn, bytes| {
            fast += if conn == FAST { bytes.len() } else { 0 };
            send(conn, bytes)
        });
        assert_eq!(progress, Progress::Blocked { until: 3_000_001 });
        assert_eq!(fast, SOCKET_CHILD_CHUNK, "not a byte beyond the chunk that the other has not taken");
        assert_eq!(transfer.write(20, |_, bytes| Some(bytes.len())), Progress::Done(vec![FAST, SLOW]));
    }

    #[test]
    fn one_that_is_over_or_stuck_is_given_up() {
        let mut one = transfer(100);
        let progress = one.write(10, |conn, bytes| (conn == FAST).then_some(bytes.len()));
        assert_eq!(progress, Progress::Done(vec![FAST]));
        let mut one = transfer(100);
        let mut send = |conn, bytes: &[u8]| Some(if conn == FAST { bytes.len() } else { 0 });
        assert_eq!(
            one.write(3_000_000, &mut send),
            Progress::Blocked { until: 3_000_001 },
            "not longer than the limit"
        );
        assert_eq!(one.write(3_000_001, &mut send), Progress::Done(vec![FAST]));
        assert_eq!(transfer(100).write(0, |_, _| None), Progress::Done(vec![]), "nobody is left");
    }
}
