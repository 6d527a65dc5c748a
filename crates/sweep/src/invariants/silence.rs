//! The link to a silent peer is closed in time: by the replica and by the master.
//!
//! Redis counts whole seconds of the wall clock once a second, so a limit of N seconds is detected after N to N + 2,
//! and only by a process that runs and whose clock does not go back.

use std::collections::BTreeMap;

use psyncscope_engine::ConnId;
use psyncscope_engine::event::{Event, ReplicaState};
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{HostId, What};

/// The tolerance beyond `repl-timeout`, in microseconds.
const GRACE_US: u64 = 3_000_000;

/// The times from which one process waits.
#[derive(Debug, Default)]
struct Waiting {
    /// Time counts from here: since then the process runs and its clock advances.
    counts_from: u64,
    /// When it received bytes from its master last, or its link's state changed.
    received_at: u64,
    /// When each online replica acknowledged last.
    acked_at: BTreeMap<ConnId, u64>,
}

/// The waiting times of all processes, checked against `repl-timeout`.
#[derive(Debug, Default)]
pub struct SilenceLimits(BTreeMap<HostId, Waiting>);

impl SilenceLimits {
    /// Something happened on a host.
    pub fn note(&mut self, at: u64, host: HostId, what: &What) {
        let waiting = self.0.entry(host).or_default();
        match what {
            What::Power(_) => waiting.delay(at, 0),
            What::ClockMoved { by_ms } => waiting.delay(at, (-by_ms).max(0).unsigned_abs() * 1000),
            What::Node(Event::Command { argv, .. }) => {
                if let Some(sleep_us) = sleep_us(argv) {
                    waiting.delay(at, sleep_us);
                }
            }
            What::Node(Event::ReplState { .. }) => waiting.received_at = at,
            What::Node(Event::ReplicaState { conn, to: ReplicaState::Online, .. } | Event::Acked { conn, .. }) => {
                waiting.acked_at.insert(*conn, at);
            }
            What::Node(Event::ReplicaGone { conn, .. }) => {
                waiting.acked_at.remove(conn);
            }
            What::Node(Event::Ids { why: psyncscope_engine::event::IdChange::Startup, .. }) => {
                waiting.acked_at.clear();
            }
            _ => {}
        }
    }

    /// A host's process read bytes from its master.
    pub fn received(&mut self, at: u64, host: HostId) {
        self.0.entry(host).or_default().received_at = at;
    }

    /// A host's process read only newlines from one of its replicas: the keep-alive of a replica that loads. Which one
    /// cannot be seen from outside, so it counts for all.
    pub fn received_newline(&mut self, at: u64, host: HostId) {
        for acked_at in self.0.entry(host).or_default().acked_at.values_mut() {
            *acked_at = at;
        }
    }

    /// Checks a host whose process runs.
    ///
    /// # Errors
    /// It has waited too long.
    pub fn check(&self, now: u64, host: HostId, state: ReplState, repl_timeout_s: i64) -> Result<(), String> {
        let Some(waiting) = self.0.get(&host) else { return Ok(()) };
        let limit = repl_timeout_s.unsigned_abs() * 1_000_000 + GRACE_US;
        let waited = |since: u64| now.saturating_sub(since.max(waiting.counts_from));
        if state >= ReplState::Connecting && waited(waiting.received_at) > limit {
            let seconds = waited(waiting.received_at) / 1_000_000;
            return Err(format!("{} for {seconds} s without a byte; repl-timeout is {repl_timeout_s}", state.name()));
        }
        match waiting.acked_at.iter().find(|(_, at)| waited(**at) > limit) {
            Some((conn, at)) => {
                let seconds = waited(*at) / 1_000_000;
                Err(format!("the replica on {conn:?} silent for {seconds} s; repl-timeout is {repl_timeout_s}"))
            }
            None => Ok(()),
        }
    }
}

impl Waiting {
    /// Time counts from `at` on, or from so much later than before.
    fn delay(&mut self, at: u64, by_us: u64) {
        self.counts_from = self.counts_from.max(at) + by_us;
    }
}

/// How long DEBUG SLEEP sleeps.
fn sleep_us(argv: &[Vec<u8>]) -> Option<u64> {
    let [name, word, seconds] = argv else { return None };
    if !name.eq_ignore_ascii_case(b"debug") || !word.eq_ignore_ascii_case(b"sleep") {
        return None;
    }
    let seconds: f64 = std::str::from_utf8(seconds).ok()?.parse().ok()?;
    Some((seconds * 1e6) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_engine::event::LinkChange;

    const HOST: HostId = HostId(0);
    const S: u64 = 1_000_000;

    /// A replica whose link came up at 10 s, and whose own replica came online then.
    fn replica() -> SilenceLimits {
        let mut silence = SilenceLimits::default();
        let up = Event::ReplState { from: ReplState::Transfer, to: ReplState::Connected, why: LinkChange::Loaded };
        silence.note(10 * S, HOST, &What::Node(up));
        let to = ReplicaState::Online;
        silence.note(10 * S, HOST, &What::Node(Event::ReplicaState { conn: ConnId(4), from: None, to }));
        silence
    }

    fn is_within_limits(silence: &SilenceLimits, at_s: u64, state: ReplState) -> bool {
        silence.check(at_s * S, HOST, state, 5).is_ok()
    }

    fn acked() -> What {
        What::Node(Event::Acked { conn: ConnId(4), offset: psyncscope_engine::ids::Offset(1) })
    }

    #[test]
    fn the_link_to_a_silent_master_is_closed() {
        let mut silence = replica();
        silence.note(17 * S, HOST, &acked());
        assert!(is_within_limits(&silence, 18, ReplState::Connected));
        assert!(!is_within_limits(&silence, 19, ReplState::Connected));
        assert!(!is_within_limits(&silence, 19, ReplState::Connecting));
        assert!(is_within_limits(&silence, 19, ReplState::Connect), "no connection, so no limit");
        silence.received(18 * S, HOST);
        assert!(is_within_limits(&silence, 19, ReplState::Connected));
    }

    #[test]
    fn the_link_to_a_silent_replica_is_closed() {
        let mut silence = replica();
        assert!(is_within_limits(&silence, 18, ReplState::None));
        assert!(!is_within_limits(&silence, 19, ReplState::None));
        silence.note(15 * S, HOST, &acked());
        assert!(is_within_limits(&silence, 23, ReplState::None));
        assert!(!is_within_limits(&silence, 24, ReplState::None));
        silence.received_newline(16 * S, HOST);
        assert!(is_within_limits(&silence, 24, ReplState::None));
        assert!(!is_within_limits(&silence, 25, ReplState::None));
        silence.note(25 * S, HOST, &What::Node(Event::ReplicaGone { conn: ConnId(4), name: String::new() }));
        assert!(is_within_limits(&silence, 99, ReplState::None));
    }

    #[test]
    fn sleeping_and_moved_clocks_extend_the_limit() {
        let later = |what: What| {
            let mut silence = replica();
            silence.note(12 * S, HOST, &what);
            (19..60).take_while(|&at_s| is_within_limits(&silence, at_s, ReplState::Connected)).count()
        };
        assert_eq!(later(What::Removed), 0);
        assert_eq!(later(What::Power(psyncscope_sim::frame::Power::Running)), 2);
        assert_eq!(later(What::ClockMoved { by_ms: 9000 }), 2);
        assert_eq!(later(What::ClockMoved { by_ms: -9000 }), 11);
        let argv = ["DEBUG", "SLEEP", "4.5"].map(|word| word.as_bytes().to_vec()).to_vec();
        let sleep = Event::Command { conn: ConnId(1), from_master: false, db: 0, argv, dirty: 0 };
        assert_eq!(later(What::Node(sleep)), 6);
    }
}
