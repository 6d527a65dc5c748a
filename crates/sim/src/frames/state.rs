//! The world as one frame has it, kept as words so that frames can be compared and changed cheaply.

use std::sync::{Arc, OnceLock};

use psyncscope_engine::ids::{NextByte, Offset};
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::view::{BacklogView, NodeView};
use psyncscope_engine::words::{WordReader, Words};
use psyncscope_resp::describe;

use super::bytes::{Reader, apply_difference, put, put_bytes, put_difference};
use crate::frame::{ConnFrame, Frame, HostFrame, HostId, PacketFrame, Power, SimTime, WireFrame};
use crate::kernel::{ConnState, STATE_NAMES};

/// The world at one frame.
#[derive(Clone)]
pub(super) struct State {
    /// In order of number.
    pub hosts: Vec<HostState>,
    pub wires: Arc<[Arc<WireFrame>]>,
    /// Under way, in order of departure and of number.
    pub packets: Vec<Arc<PacketState>>,
}

/// A host at one frame.
#[derive(Clone)]
pub(super) struct HostState {
    pub id: HostId,
    name: Arc<str>,
    ip: Arc<str>,
    /// What [`HostFrame`] has beside the node.
    host: Arc<Vec<u64>>,
    /// What [`NodeView`] has beside the backlog; `None` as long as no process ran.
    node: Option<Arc<Vec<u64>>>,
    backlog: Option<Arc<BacklogView>>,
    /// The node as it was shown last: what is equal is shared with it.
    shown_node: Option<Arc<NodeView>>,
    /// The node as it is shown, once somebody looked.
    view: OnceLock<Arc<NodeView>>,
    /// The host as it is shown, once somebody looked.
    frame: OnceLock<Arc<HostFrame>>,
}

/// A packet under way.
pub(super) struct PacketState {
    /// The packet without its label.
    pub packet: PacketFrame,
    /// The packet as it is shown, once somebody looked.
    frame: OnceLock<Arc<PacketFrame>>,
}

impl State {
    pub(super) fn new() -> Self {
        Self { hosts: Vec::new(), wires: Arc::from([]), packets: Vec::new() }
    }

    /// The same without what was made for showing it.
    pub(super) fn bare(&self) -> Self {
        Self {
            hosts: self.hosts.iter().map(HostState::bare).collect(),
            wires: Arc::clone(&self.wires),
            packets: self.packets.clone(),
        }
    }

    /// Takes over what was shown of `last`: what is equal in both will be shared.
    pub(super) fn share_with(&mut self, last: &Self) {
        for host in &mut self.hosts {
            if let Some(last) = last.host(host.id) {
                host.shown_node = last.view.get().or(last.shown_node.as_ref()).cloned();
            }
        }
    }

    /// About how many bytes a copy of it takes.
    pub(super) fn weight(&self) -> usize {
        let host = |host: &HostState| (host.host.len() + host.node.as_ref().map_or(0, |node| node.len())) * 8 + 200;
        self.hosts.iter().map(host).sum::<usize>() + self.packets.len() * 8
    }

    pub(super) fn place(&self, id: HostId) -> Result<usize, usize> {
        self.hosts.binary_search_by_key(&id, |host| host.id)
    }

    pub(super) fn host(&self, id: HostId) -> Option<&HostState> {
        self.place(id).ok().map(|at| &self.hosts[at])
    }

    /// The packet with this number, and its place.
    pub(super) fn packet(&self, id: u64) -> Option<usize> {
        self.packets.binary_search_by_key(&id, |packet| packet.packet.id).ok()
    }

    /// The frame that shows it.
    pub(super) fn frame(&self, seq: u64, at: SimTime, entries: usize) -> Frame {
        Frame {
            seq,
            at,
            entries,
            hosts: self.hosts.iter().map(HostState::frame).collect(),
            wires: Arc::clone(&self.wires),
            packets: self.packets.iter().map(|packet| packet.frame()).collect(),
        }
    }
}

impl PacketState {
    pub(super) const fn new(packet: PacketFrame) -> Self {
        Self { packet, frame: OnceLock::new() }
    }

    fn frame(&self) -> Arc<PacketFrame> {
        let make = || {
            let label = if self.packet.payload.is_empty() { String::new() } else { describe(&self.packet.payload) };
            Arc::new(PacketFrame { label: label.into(), ..self.packet.clone() })
        };
        Arc::clone(self.frame.get_or_init(make))
    }
}

impl HostState {
    pub(super) fn new(id: HostId, name: Arc<str>, ip: Arc<str>) -> Self {
        Self {
            id,
            name,
            ip,
            host: Arc::default(),
            node: None,
            backlog: None,
            shown_node: None,
            view: OnceLock::new(),
            frame: OnceLock::new(),
        }
    }

    fn bare(&self) -> Self {
        Self { shown_node: None, view: OnceLock::new(), frame: OnceLock::new(), ..self.clone() }
    }

    // ---- changes, and the bytes that tell of them ----

    /// Takes the host's words. Appends the difference to `bytes` if there is one, and answers whether.
    pub(super) fn change_host(&mut self, words: &[u64], bytes: &mut Vec<u8>) -> bool {
        if *self.host == words {
            return false;
        }
        put_difference(&self.host, words, bytes);
        replace(&mut self.host, words);
        self.frame.take();
        true
    }

    /// As [`HostState::change_host`], of the node.
    pub(super) fn change_node(&mut self, words: &[u64], bytes: &mut Vec<u8>) -> bool {
        let node = self.node.get_or_insert_default();
        if **node == words {
            return false;
        }
        put_difference(node, words, bytes);
        replace(node, words);
        self.forget_view();
        true
    }

    /// As [`HostState::change_host`], of the node's backlog.
    pub(super) fn change_backlog(&mut self, backlog: Option<&Backlog>, bytes: &mut Vec<u8>) -> bool {
        match (&mut self.backlog, backlog) {
            (None, None) => return false,
            (Some(_), None) => {
                put(BacklogChange::Freed as u64, bytes);
                self.backlog = None;
            }
            (Some(old), Some(new)) if numbers(&old.0) == numbers(new) => return false,
            (Some(old), Some(new)) if let Some((fed, end)) = fed(&old.0, new) => {
                put(BacklogChange::Fed as u64, bytes);
                put_bytes(&fed, bytes);
                Arc::make_mut(old).0.feed(&fed, end);
            }
            (_, Some(new)) => {
                put(BacklogChange::Replaced as u64, bytes);
                put(new.size() as u64, bytes);
                put(new.idx() as u64, bytes);
                put(new.off().0 as u64, bytes);
                put_bytes(&new.tail(new.off()).unwrap_or_default(), bytes);
                self.backlog = Some(Arc::new(BacklogView(new.clone())));
            }
        }
        self.forget_view();
        true
    }

    /// Makes the change that [`HostState::change_host`] told of.
    pub(super) fn apply_host(&mut self, bytes: &mut Reader<'_>) {
        apply_difference(Arc::make_mut(&mut self.host), bytes);
        self.frame.take();
    }

    /// Makes the change that [`HostState::change_node`] told of.
    pub(super) fn apply_node(&mut self, bytes: &mut Reader<'_>) {
        apply_difference(Arc::make_mut(self.node.get_or_insert_default()), bytes);
        self.forget_view();
    }

    /// Makes the change that [`HostState::change_backlog`] told of.
    pub(super) fn apply_backlog(&mut self, bytes: &mut Reader<'_>) {
        let change = bytes.number();
        if change == BacklogChange::Fed as u64 {
            let fed = bytes.bytes();
            if let Some(backlog) = &mut self.backlog {
                let end = backlog.0.end().had().plus(fed.len());
                Arc::make_mut(backlog).0.feed(fed, end);
            }
        } else if change == BacklogChange::Replaced as u64 {
            let [size, idx, off] = std::array::from_fn(|_| bytes.number());
            let backlog = Backlog::restored(size as usize, idx as usize, NextByte(off as i64), bytes.bytes());
            self.backlog = Some(Arc::new(BacklogView(backlog)));
        } else {
            self.backlog = None;
        }
        self.forget_view();
    }

    fn forget_view(&mut self) {
        self.frame.take();
        if let Some(view) = self.view.take() {
            self.shown_node = Some(view);
        }
    }

    // ---- what is shown ----

    /// The node as it is shown.
    pub(super) fn view(&self) -> Option<Arc<NodeView>> {
        let words = self.node.as_ref()?;
        let make = || {
            let view = NodeView::take(&mut WordReader::new(words), self.backlog.clone());
            Arc::new(view.shared_with(self.shown_node.as_deref()))
        };
        Some(Arc::clone(self.view.get_or_init(make)))
    }

    fn frame(&self) -> Arc<HostFrame> {
        let make = || {
            let words = &mut WordReader::new(&self.host);
            let time = |us: u64| SimTime(us);
            Arc::new(HostFrame {
                id: self.id,
                name: Arc::clone(&self.name),
                ip: Arc::clone(&self.ip),
                port: words.value(),
                power: Power::ALL[words.value::<usize>() % Power::ALL.len()],
                since: SimTime(words.value()),
                sleeps_until: words.value::<Option<u64>>().map(time),
                child: words.value::<Option<(u64, u64)>>().map(|(started, ends)| (time(started), time(ends))),
                dump_bytes: words.value(),
                conns: (0..words.value::<usize>())
                    .map(|_| ConnFrame {
                        conn: words.value(),
                        peer: HostId(words.value()),
                        outbound: words.value(),
                        tcp_state: STATE_NAMES[words.value::<usize>() % STATE_NAMES.len()],
                    })
                    .collect(),
                node: self.view(),
            })
        };
        Arc::clone(self.frame.get_or_init(make))
    }
}

/// A host's own state as words: what [`HostState::frame`] reads.
pub(crate) struct HostWords {
    pub port: u16,
    pub power: Power,
    pub since: u64,
    pub sleeps_until: Option<u64>,
    pub child: Option<(u64, u64)>,
    pub dump_bytes: Option<u64>,
}

impl HostWords {
    /// Appends the words. `conns` are those of the connections ([`put_conns`]).
    pub(crate) fn put(&self, conns: &[u64], words: &mut Vec<u64>) {
        self.port.put(words);
        words.push(self.power as u64);
        words.push(self.since);
        self.sleeps_until.put(words);
        self.child.put(words);
        self.dump_bytes.put(words);
        words.push((conns.len() / CONN_WORDS) as u64);
        words.extend_from_slice(conns);
    }
}

/// How many words a connection has.
const CONN_WORDS: usize = 4;

/// Appends the connections with other hosts, with those.
pub(crate) fn put_conns(conns: impl Iterator<Item = (ConnState, HostId)>, words: &mut Vec<u64>) {
    for (state, peer) in conns {
        state.conn.put(words);
        peer.0.put(words);
        state.conn.is_outbound().put(words);
        words.push(state.tcp_state as u64);
    }
}

/// What became of a backlog.
enum BacklogChange {
    Freed,
    Fed,
    Replaced,
}

fn replace(old: &mut Arc<Vec<u64>>, new: &[u64]) {
    let old = Arc::make_mut(old);
    old.clear();
    old.extend_from_slice(new);
}

fn numbers(backlog: &Backlog) -> (usize, usize, usize, i64) {
    (backlog.size(), backlog.idx(), backlog.histlen(), backlog.off().0)
}

/// The bytes that made `new` of `old`, and the offset of the last: `None` if they are not all there, or if it is another
/// backlog.
fn fed(old: &Backlog, new: &Backlog) -> Option<(Vec<u8>, Offset)> {
    let (old_end, new_end) = (old.end().had(), new.end().had());
    let fed = usize::try_from(new_end.0 - old_end.0).ok().filter(|&fed| fed <= new.histlen())?;
    let size = old.size();
    let histlen = (old.histlen() + fed).min(size);
    let expected = (size, (old.idx() + fed) % size, histlen, new_end.0 - histlen as i64 + 1);
    if expected != numbers(new) {
        return None;
    }
    new.tail(old_end.next()).map(|bytes| (bytes, new_end))
}
