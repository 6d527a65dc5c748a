//! The handshake ladder: what the sixteen states have seen of the attempt under way, and where the last one failed.

use psyncscope_engine::event::Event;
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Entry, SimTime, StreamBytes, What};

use crate::stream_bytes;

/// How a rung stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The attempt went through it.
    Passed,
    /// The attempt stands here.
    Current,
    /// The last attempt ended here, and no other is under way.
    Failed,
    /// The attempt went past it without stopping.
    Skipped,
    /// Not yet.
    Pending,
}

/// Bytes of the handshake and when they were sent or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: SimTime,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// The byte of a stream that a PSYNC or the answer to it is about.
    pub stream: Option<StreamBytes>,
}

/// An attempt that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: SimTime,
    /// Why, in the node's own words.
    pub why: String,
}

/// One state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The state.
    pub state: ReplState,
    /// How it stands.
    pub status: Status,
    /// When the attempt came here.
    pub at: Option<SimTime>,
    /// What was sent in it.
    pub sent: Vec<Said>,
    /// What was read in it.
    pub received: Vec<Said>,
    /// The last attempt that ended here, until one goes on from here.
    pub failed: Option<Failure>,
}

/// All sixteen, and how many attempts there were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The states in order.
    pub rungs: Vec<Rung>,
    /// Attempts to connect so far.
    pub attempts: usize,
}

/// The ladder of a node in state `now`, from its handshake's entries in order.
#[must_use]
pub fn ladder<'a>(entries: impl Iterator<Item = &'a Entry>, now: ReplState) -> Ladder {
    let mut rungs: Vec<Rung> = ReplState::ALL.iter().map(|&state| blank(state)).collect();
    let mut visited = [false; 16];
    let mut attempts = 0;
    let mut under_way = false;
    let mut last_end = None;
    let mut asked = None;
    for entry in entries {
        let What::Node(event) = &entry.what else { continue };
        match event {
            Event::ReplState { from, to, why } => {
                if *to == ReplState::Connecting {
                    attempts += 1;
                    under_way = true;
                    visited = [false; 16];
                    visited[ReplState::Connect as usize] = true;
                    for rung in &mut rungs {
                        (rung.at, rung.sent, rung.received) = (None, Vec::new(), Vec::new());
                    }
                }
                if *from > ReplState::Connect && *to <= ReplState::Connect {
                    under_way = false;
                    visited[*from as usize] = true;
                    if *to == ReplState::Connect {
                        rungs[*from as usize].failed = Some(Failure { at: entry.at, why: why.to_string() });
                        last_end = Some(*from);
                    }
                } else {
                    visited[*to as usize] = true;
                    rungs[*to as usize].at = Some(entry.at);
                    // Where an earlier attempt ended, this one went on.
                    rungs[*from as usize].failed = None;
                }
            }
            Event::HandshakeSent { state, bytes } => {
                visited[*state as usize] = true;
                let stream = stream_bytes::asked(bytes);
                asked = stream.or(asked);
                rungs[*state as usize].sent.push(Said { at: entry.at, bytes: bytes.clone(), stream });
            }
            Event::HandshakeReceived { state, bytes } => {
                visited[*state as usize] = true;
                let stream = stream_bytes::answered(bytes, asked);
                rungs[*state as usize].received.push(Said { at: entry.at, bytes: bytes.clone(), stream });
            }
            _ => {}
        }
    }
    // What ended and was not tried again is shown with the last attempt's bytes and its end marked.
    let reached = if under_way { now } else { last_end.unwrap_or(now) };
    for (i, rung) in rungs.iter_mut().enumerate() {
        rung.status = if rung.state == now {
            Status::Current
        } else if now == ReplState::None {
            Status::Pending
        } else if !under_way && last_end == Some(rung.state) {
            Status::Failed
        } else if i == 0 || (i < reached as usize && visited[i]) {
            Status::Passed
        } else if i < reached as usize {
            Status::Skipped
        } else {
            Status::Pending
        };
    }
    Ladder { rungs, attempts }
}

fn blank(state: ReplState) -> Rung {
    Rung { state, status: Status::Pending, at: None, sent: Vec::new(), received: Vec::new(), failed: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReplState::{Connect, Connected, Connecting, None, ReceivePong, ReceivePsync, SendPsync, Transfer};
    use psyncscope_engine::event::{HandshakeRequest, LinkChange};
    use psyncscope_sim::TurnId;

    fn moved(from: ReplState, to: ReplState, why: LinkChange) -> Entry {
        Entry {
            at: SimTime(to as u64),
            host: Option::None,
            what: What::Node(Event::ReplState { from, to, why }),
            turn: TurnId(0),
        }
    }

    #[track_caller]
    fn check(entries: &[Entry], now: ReplState, expect: &[(ReplState, Status)]) -> Ladder {
        let made = ladder(entries.iter(), now);
        for &(state, status) in expect {
            assert_eq!(made.rungs[state as usize].status, status, "{}", state.name());
        }
        made
    }

    #[test]
    fn a_master_stands_at_none() {
        check(&[], None, &[(None, Status::Current), (Connect, Status::Pending), (Connected, Status::Pending)]);
    }

    #[test]
    fn a_partial_resync_skips_the_transfer() {
        let entries = [
            moved(None, Connect, LinkChange::ReplicaOf),
            moved(Connect, Connecting, LinkChange::Cron),
            moved(Connecting, ReceivePong, LinkChange::Established),
            moved(ReceivePong, SendPsync, LinkChange::Reply("+PONG".into())),
            moved(SendPsync, ReceivePsync, LinkChange::Sent(HandshakeRequest::Psync)),
            moved(ReceivePsync, Connected, LinkChange::Continue),
        ];
        let made = check(
            &entries,
            Connected,
            &[
                (Connect, Status::Passed),
                (ReceivePong, Status::Passed),
                (ReplState::SendAuth, Status::Skipped),
                (Transfer, Status::Skipped),
                (Connected, Status::Current),
            ],
        );
        assert_eq!(made.attempts, 1);
    }

    #[test]
    fn a_failure_stays_marked_until_the_next_attempt_and_noted_until_one_goes_on() {
        let mut entries = vec![
            moved(Connect, Connecting, LinkChange::Cron),
            moved(Connecting, ReceivePong, LinkChange::Established),
            moved(ReceivePong, Connect, LinkChange::Reply("-LOADING".into())),
        ];
        check(
            &entries,
            Connect,
            &[(ReceivePong, Status::Failed), (Connecting, Status::Passed), (Connect, Status::Current)],
        );
        entries.push(moved(Connect, Connecting, LinkChange::Cron));
        let made = check(&entries, Connecting, &[(ReceivePong, Status::Pending), (Connecting, Status::Current)]);
        assert_eq!(made.rungs[ReceivePong as usize].failed.as_ref().map(|f| f.why.as_str()), Some("-LOADING"));
        assert_eq!(made.attempts, 2);
        entries.push(moved(Connecting, ReceivePong, LinkChange::Established));
        entries.push(moved(ReceivePong, ReplState::SendAuth, LinkChange::Reply("+PONG".into())));
        let made = check(&entries, ReplState::SendAuth, &[(ReceivePong, Status::Passed)]);
        assert_eq!(made.rungs[ReceivePong as usize].failed, Option::None);
    }

    #[test]
    fn the_bytes_of_an_older_attempt_are_forgotten() {
        let sent = |bytes: &[u8]| Entry {
            at: SimTime(0),
            host: Option::None,
            what: What::Node(Event::HandshakeSent { state: Connecting, bytes: bytes.to_vec() }),
            turn: TurnId(0),
        };
        let entries = [
            moved(Connect, Connecting, LinkChange::Cron),
            sent(b"one"),
            moved(Connecting, Connect, LinkChange::Timeout),
            moved(Connect, Connecting, LinkChange::Cron),
            sent(b"two"),
        ];
        let made = check(&entries, Connecting, &[]);
        let said: Vec<_> = made.rungs[Connecting as usize].sent.iter().map(|s| s.bytes.as_slice()).collect();
        assert_eq!(said, [b"two"]);
    }
}
