//! What follows from sockets that changed: connections that ended, handshakes that finished, peers that are given up.

use psyncscope_engine::io::CloseReason;
use smoltcp::socket::tcp::{Socket, State};

use super::Kernel;
use super::conn::Phase;

/// The first of several deadlines.
#[derive(Default)]
struct FirstDeadline(Option<u64>);

impl FirstDeadline {
    fn add(&mut self, deadline: u64) {
        self.0 = Some(self.0.map_or(deadline, |first| first.min(deadline)));
    }
}

impl Kernel {
    /// Brings everything up to date with the sockets. Answers whether a reset waits to be sent.
    pub(super) fn update(&mut self, now: u64) -> bool {
        let mut first = FirstDeadline::default();
        self.update_connections(now, &mut first);
        self.update_half_open(now, &mut first);
        let aborted = self.update_orphans(now, &mut first);
        self.next_give_up = first.0;
        aborted
    }

    /// Connections that a process holds: resets, timeouts, connects that fail.
    fn update_connections(&mut self, now: u64, first: &mut FirstDeadline) {
        for conn in self.conns.values_mut() {
            if let Phase::Failing(at, error) = conn.phase {
                if at <= now {
                    conn.phase = Phase::Failed(error);
                    self.ended_some = true;
                } else {
                    first.add(at);
                }
            }
            let Some(handle) = conn.socket else { continue };
            let socket = self.sockets.get::<Socket<'_>>(handle);
            let acked = conn.sent - socket.send_queue() as u64;
            if socket.state() == State::Closed {
                // This side closed nothing, so it was the peer's RST.
                conn.end(&mut self.sockets, CloseReason::Reset);
            } else if let Some(deadline) = conn.give_up_timer.deadline(now, socket, acked, false) {
                if deadline <= now {
                    conn.end(&mut self.sockets, CloseReason::TimedOut);
                    self.ended_some = true;
                } else {
                    first.add(deadline);
                }
            }
        }
    }

    /// Connections in their handshake: those that are established wait to be accepted, others may be over.
    fn update_half_open(&mut self, now: u64, first: &mut FirstDeadline) {
        let (sockets, to_accept) = (&mut self.sockets, &mut self.to_accept);
        self.half_open.retain_mut(|incoming| {
            let socket = sockets.get::<Socket<'_>>(incoming.socket);
            match socket.state() {
                State::SynReceived => match incoming.give_up_timer.deadline(now, socket, 0, false) {
                    Some(deadline) if deadline <= now => {}
                    deadline => {
                        deadline.into_iter().for_each(|deadline| first.add(deadline));
                        return true;
                    }
                },
                // The SYN was none after all, or a RST took it back.
                State::Listen | State::Closed => {}
                _ => {
                    to_accept.push_back(incoming.socket);
                    return false;
                }
            }
            sockets.remove(incoming.socket);
            false
        });
    }

    /// Connections that no process holds any more. Answers whether one of them is to be reset.
    fn update_orphans(&mut self, now: u64, first: &mut FirstDeadline) -> bool {
        let sockets = &mut self.sockets;
        let mut aborted = false;
        self.orphans.retain_mut(|orphan| {
            let socket = sockets.get_mut::<Socket<'_>>(orphan.socket);
            if socket.can_recv() {
                // Nobody will ever read this.
                aborted |= socket.state() != State::Closed;
                socket.abort();
            }
            let over = match socket.state() {
                State::Closed => socket.remote_endpoint().is_none(),
                State::TimeWait => false,
                _ => {
                    // Anything that shortens an orphan's queue is progress.
                    let queued = socket.send_queue() as u64;
                    match orphan.give_up_timer.deadline(now, socket, u64::MAX - queued, true) {
                        Some(deadline) if deadline > now => {
                            first.add(deadline);
                            false
                        }
                        other => other.is_some(),
                    }
                }
            };
            if over {
                sockets.remove(orphan.socket);
            }
            !over
        });
        aborted
    }
}
