//! Forwarders on 127.0.0.1, and the connections of the world by their ends.
//!
//! Recordings of real clusters on one machine are made through TCP proxies: each node connects to a port on 127.0.0.1,
//! and a small program passes the bytes on. A [`Forward`] gives a virtual node the same addresses without a program in
//! between: the connection goes straight to the target's host, over the wire between the two.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::ConnId;

use crate::causes::TurnId;
use crate::frame::HostId;

/// A direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// From the end that opened it to the end that accepted it: replica to master.
    Up,
    /// From the end that accepted it to the end that opened it: master to replica.
    Down,
}

impl Flow {
    /// The other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// A forwarder.
pub(crate) struct Forward {
    pub name: Arc<str>,
    pub listens_on: (Ipv4Addr, u16),
    pub target: (HostId, u16),
    pub refuses: bool,
    pub held: [Held; 2],
    /// Connections so far.
    pub count: u32,
}

/// One direction's hold: packets with bytes or FIN wait here.
#[derive(Default)]
pub(crate) struct Held {
    pub on: bool,
    pub packets: VecDeque<(HostId, Vec<u8>)>,
}

/// The two ends of a connection: who opened it, from which port, to whom, to which port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ends {
    pub opener: (HostId, u16),
    pub acceptor: (HostId, u16),
}

/// What is known of a connection.
pub(crate) struct Link {
    /// The forwarder it goes through.
    pub forward: Option<Arc<str>>,
    /// Its number among the connections of its forwarder, or from this host to that one; 0 until it is established.
    pub nth: u32,
    /// The opener's number for it, while it holds it.
    pub opener: Option<ConnId>,
    /// The acceptor's number for it, while it holds it.
    pub acceptor: Option<ConnId>,
    /// Whether the acceptor may still accept it.
    pub may_be_accepted: bool,
    /// The turn that opened it.
    pub opened_by: TurnId,
    /// The turn since which its opener holds it no more, and its acceptor: it closed it, gave it up, lost it or ended.
    pub closed_by: [TurnId; 2],
    /// Who sent what, upwards and downwards.
    pub sent: [SentBytes; 2],
}

impl Link {
    /// The end that sends this way holds it no more, since `turn` or since an earlier one.
    fn release(&mut self, flow: Flow, turn: TurnId) {
        match flow {
            Flow::Up => self.opener = None,
            Flow::Down => self.acceptor = None,
        }
        let known = &mut self.closed_by[flow.index()];
        if *known == TurnId::NONE {
            *known = turn;
        }
    }

    /// Neither end holds it, and it will not be accepted.
    const fn is_over(&self) -> bool {
        self.opener.is_none() && self.acceptor.is_none() && !self.may_be_accepted
    }
}

/// Which turns sent the bytes of one direction that were not read yet.
#[derive(Default)]
pub(crate) struct SentBytes {
    sent: u64,
    read: u64,
    /// Each turn with the number of bytes that were sent after it.
    turns: VecDeque<(u64, TurnId)>,
}

impl SentBytes {
    fn send(&mut self, bytes: usize, turn: TurnId) {
        self.sent += bytes as u64;
        match self.turns.back_mut() {
            Some(last) if last.1 == turn => last.0 = self.sent,
            _ => self.turns.push_back((self.sent, turn)),
        }
    }

    /// The turn that sent the last of the next bytes.
    fn read(&mut self, bytes: usize) -> TurnId {
        self.read += bytes as u64;
        while self.turns.front().is_some_and(|&(end, _)| end < self.read) {
            self.turns.pop_front();
        }
        self.turns.front().map_or(TurnId::NONE, |&(_, turn)| turn)
    }
}

/// All connections of the world.
#[derive(Default)]
pub(crate) struct Links {
    links: BTreeMap<Ends, Link>,
    /// Connections established so far, by opener and acceptor.
    counts: LiteMap<(HostId, HostId), u32>,
}

impl Links {
    pub(crate) fn open(&mut self, ends: Ends, opener: ConnId, forward: Option<Arc<str>>, opened_by: TurnId) {
        let link = Link {
            forward,
            nth: 0,
            opener: Some(opener),
            acceptor: None,
            may_be_accepted: true,
            opened_by,
            closed_by: [TurnId::NONE; 2],
            sent: Default::default(),
        };
        self.links.insert(ends, link);
    }

    /// A turn sent bytes.
    pub(crate) fn sent(&mut self, ends: &Ends, flow: Flow, bytes: usize, turn: TurnId) {
        if let Some(link) = self.links.get_mut(ends) {
            link.sent[flow.index()].send(bytes, turn);
        }
    }

    /// The turn that sent bytes which are read now.
    pub(crate) fn read(&mut self, ends: &Ends, flow: Flow, bytes: usize) -> TurnId {
        self.links.get_mut(ends).map_or(TurnId::NONE, |link| link.sent[flow.index()].read(bytes))
    }

    /// The connection is established at the first of its ends: it gets its number.
    pub(crate) fn establish(&mut self, ends: &Ends, forwards: &mut [Forward]) {
        let Some(link) = self.links.get_mut(ends).filter(|link| link.nth == 0) else { return };
        let forward = forwards.iter_mut().find(|forward| Some(&forward.name) == link.forward.as_ref());
        let count = match forward {
            Some(forward) => &mut forward.count,
            None => self.counts.entry((ends.opener.0, ends.acceptor.0)).or_insert(0),
        };
        *count += 1;
        link.nth = *count;
    }

    pub(crate) fn get(&self, ends: &Ends) -> Option<&Link> {
        self.links.get(ends)
    }

    /// The connection to which a packet from `src` to `dst` belongs, and its direction.
    pub(crate) fn of_packet(&self, src: (HostId, u16), dst: (HostId, u16)) -> Option<(Ends, Flow, &Link)> {
        let up = Ends { opener: src, acceptor: dst };
        let down = Ends { opener: dst, acceptor: src };
        let found = self.links.get(&up).map(|link| (up, Flow::Up, link));
        found.or_else(|| self.links.get(&down).map(|link| (down, Flow::Down, link)))
    }

    /// The ends of the connections through a forwarder.
    pub(crate) fn through(&self, name: &str) -> Vec<Ends> {
        let all = self.links.iter();
        all.filter(|(_, link)| link.forward.as_deref() == Some(name)).map(|(&ends, _)| ends).collect()
    }

    /// A process accepted a connection. Answers whether it came through a forwarder.
    pub(crate) fn accept(&mut self, ends: &Ends, acceptor: ConnId) -> bool {
        let Some(link) = self.links.get_mut(ends) else { return false };
        link.acceptor = Some(acceptor);
        link.may_be_accepted = false;
        link.forward.is_some()
    }

    /// The end that sends this way holds a connection no more, since `turn`. It is removed once neither does, or once
    /// it cannot be accepted any more.
    pub(crate) fn release(&mut self, ends: &Ends, flow: Flow, turn: TurnId) {
        let Some(link) = self.links.get_mut(ends) else { return };
        // Before it was established nothing is waiting to be accepted.
        if link.nth == 0 {
            link.may_be_accepted = false;
        }
        link.release(flow, turn);
        if link.is_over() {
            self.links.remove(ends);
        }
    }

    /// A process ended in `turn`: it holds no connection and will accept none.
    pub(crate) fn release_all_of(&mut self, host: HostId, turn: TurnId) {
        self.links.retain(|ends, link| {
            if ends.opener.0 == host {
                link.release(Flow::Up, turn);
            }
            if ends.acceptor.0 == host {
                link.release(Flow::Down, turn);
                link.may_be_accepted = false;
            }
            !link.is_over()
        });
    }
}
