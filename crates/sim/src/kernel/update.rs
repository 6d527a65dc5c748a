//! What follows from sockets that changed: connections that ended, handshakes that finished, peers that are given up.

use psyncscope_engine::ConnId;
use psyncscope_engine::io::CloseReason;
use smoltcp::socket::tcp::State;

use super::Kernel;
use super::conn::Phase;
use super::sorted::Sorted;

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
        self.update_connections(now);
        self.update_half_open(now, &mut first);
        let aborted = self.update_orphans(now, &mut first);
        if let Some((deadline, _)) = self.deadlines.first() {
            first.add(deadline);
        }
        self.next_give_up = first.0;
        aborted
    }

    /// Connections that a process holds: resets, timeouts, connects that fail. Only those whose sockets changed or whose
    /// time has come can have become anything else.
    fn update_connections(&mut self, now: u64) {
        if self.sockets.changed_conns().is_empty() && self.deadlines.first().is_none_or(|(at, _)| at > now) {
            return;
        }
        let mut concerned = std::mem::replace(&mut self.concerned, Sorted::new());
        self.sockets.changed_conns().iter().for_each(|&conn| concerned.insert(conn));
        self.sockets.forget_changed_conns();
        self.deadlines.to((now, ConnId(u32::MAX))).iter().for_each(|&(_, conn)| concerned.insert(conn));
        for &id in concerned.as_slice() {
            let Some(conn) = self.conns.get_mut(&id) else { continue };
            self.maybe_ready.insert(id);
            let deadline = match (conn.phase, conn.socket) {
                (Phase::Failing(at, error), _) if at <= now => {
                    conn.phase = Phase::Failed(error);
                    self.ended_some = true;
                    None
                }
                (Phase::Failing(at, _), _) => Some(at),
                (_, None) => None,
                (_, Some(handle)) => {
                    let socket = self.sockets.get(handle);
                    let acked = conn.sent - socket.send_queue() as u64;
                    if socket.state() == State::Closed {
                        // This side closed nothing, so it was the peer's RST.
                        conn.end(&mut self.sockets, CloseReason::Reset);
                        None
                    } else {
                        let deadline = conn.give_up_timer.deadline(now, socket, acked, false);
                        if deadline.is_some_and(|deadline| deadline <= now) {
                            conn.end(&mut self.sockets, CloseReason::TimedOut);
                            self.ended_some = true;
                        }
                        deadline.filter(|&deadline| deadline > now)
                    }
                }
            };
            if deadline != conn.deadline {
                if let Some(before) = conn.deadline {
                    self.deadlines.remove((before, id));
                }
                if let Some(deadline) = deadline {
                    self.deadlines.insert((deadline, id));
                }
                conn.deadline = deadline;
            }
        }
        concerned.clear();
        self.concerned = concerned;
    }

    /// Connections in their handshake: those that are established wait to be accepted, others may be over.
    fn update_half_open(&mut self, now: u64, first: &mut FirstDeadline) {
        let (sockets, to_accept) = (&mut self.sockets, &mut self.to_accept);
        self.half_open.retain_mut(|incoming| {
            let socket = sockets.get(incoming.socket);
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
            if sockets.get(orphan.socket).can_recv() {
                // Nobody will ever read this.
                let socket = sockets.get_mut(orphan.socket);
                aborted |= socket.state() != State::Closed;
                socket.abort();
            }
            let socket = sockets.get(orphan.socket);
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
