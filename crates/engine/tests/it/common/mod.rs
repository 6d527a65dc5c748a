//! A few nodes on a perfect network: bytes sent in one turn arrive in the next. For protocol tests; real networks are
//! simulated by the simulator.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

pub mod solo;

use std::collections::{BTreeMap, VecDeque};

use psyncscope_engine::event::Event;
use psyncscope_engine::io::{ChildFile, CloseReason, DiskReply, DiskRequest};
use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};

/// The room of a kernel's buffer in these tests.
const ROOM: usize = 1 << 30;

struct Wire {
    /// (node, its number for the connection) at both ends.
    ends: [(usize, ConnId); 2],
    /// Bytes sent by end 0 and by end 1.
    log: [Vec<u8>; 2],
    open: bool,
}

/// The result of a child.
enum Saved {
    File(std::sync::Arc<[u8]>),
    Streamed(Vec<ConnId>, Vec<u8>),
}

enum Pending {
    Connected(usize, ConnId),
    Refused(usize, ConnId),
    Accepted(usize, ConnId, Peer),
    Bytes(usize, ConnId, Vec<u8>),
    Writable(usize, ConnId),
    LoadStep(usize),
    FileRead(usize, String),
    Closed(usize, ConnId),
}

/// The nodes listen on ports 7000, 7001, ... of every host name.
pub struct Net {
    pub nodes: Vec<Option<Node>>,
    pub now: Now,
    wires: Vec<Wire>,
    queue: VecDeque<Pending>,
    children: Vec<(u64, usize, psyncscope_engine::ChildId, Saved)>,
    pub refuse: Vec<bool>,
    pub files: BTreeMap<(usize, String), std::sync::Arc<[u8]>>,
    pub events: Vec<(usize, Event)>,
    next_conn: u32,
    replies: BTreeMap<(usize, ConnId), Vec<u8>>,
    consoles: BTreeMap<usize, ConnId>,
    /// How long a background save takes, in microseconds.
    pub save_us: u64,
}

impl Net {
    pub fn new(configs: &[&[&str]]) -> Self {
        let mut net = Self {
            nodes: Vec::new(),
            now: Now { mono: Instant(0), unix_us: 1_800_000_000_000_000 },
            wires: Vec::new(),
            queue: VecDeque::new(),
            children: Vec::new(),
            refuse: Vec::new(),
            files: BTreeMap::new(),
            events: Vec::new(),
            next_conn: 1,
            replies: BTreeMap::new(),
            consoles: BTreeMap::new(),
            save_us: 20_000,
        };
        for (i, lines) in configs.iter().enumerate() {
            net.nodes.push(None);
            net.refuse.push(false);
            net.start(i, lines, None);
        }
        net
    }

    pub fn config(i: usize, lines: &[&str]) -> Config {
        let mut config = Config { port: 7000 + i as u16, ..Config::default() };
        config.set_directive("save", &[""]).unwrap();
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            config.set_directive(words[0], &words[1..]).unwrap();
        }
        config
    }

    pub fn start(&mut self, i: usize, lines: &[&str], dump: Option<&[u8]>) {
        let mut out = Outbox::new();
        let node =
            Node::start(self.now, Self::config(i, lines), 1000 + i as u64, dump.map(Into::into), &mut out).unwrap();
        self.nodes[i] = Some(node);
        self.carry_out(i, out);
    }

    /// The process ends; its kernel closes its connections.
    pub fn kill(&mut self, i: usize) {
        self.nodes[i] = None;
        self.consoles.remove(&i);
        for w in 0..self.wires.len() {
            for end in 0..2 {
                if self.wires[w].open && self.wires[w].ends[end].0 == i {
                    self.wires[w].open = false;
                    let (peer, conn) = self.wires[w].ends[1 - end];
                    self.queue.push_back(Pending::Closed(peer, conn));
                }
            }
        }
    }

    /// Every connection between two nodes breaks.
    pub fn cut(&mut self, a: usize, b: usize) {
        for w in &mut self.wires {
            let nodes = (w.ends[0].0, w.ends[1].0);
            if w.open && (nodes == (a, b) || nodes == (b, a)) {
                w.open = false;
                for (node, conn) in w.ends {
                    self.queue.push_back(Pending::Closed(node, conn));
                }
            }
        }
        self.settle();
    }

    /// The bytes on the newest connection that `from` opened to `to`: (sent by `from`, sent by `to`).
    pub fn link(&self, from: usize, to: usize) -> (String, String) {
        let wire = self.wires.iter().rfind(|w| w.ends[0].0 == from && w.ends[1].0 == to).expect("a connection");
        let text = |bytes: &[u8]| bytes.iter().map(|&b| if b < 128 { b as char } else { '?' }).collect();
        (text(&wire.log[0]), text(&wire.log[1]))
    }

    fn node_input(&mut self, i: usize, input: Input<'_>) {
        let mut out = Outbox::new();
        if let Some(node) = &mut self.nodes[i] {
            node.handle(self.now, input, &mut out);
        }
        self.carry_out(i, out);
    }

    fn carry_out(&mut self, i: usize, out: Outbox) {
        self.events.extend(out.events.into_iter().map(|event| (i, event)));
        for output in out.outputs {
            match output {
                Output::Connect { conn, port, .. } => {
                    let to = usize::from(port - 7000);
                    if self.nodes.get(to).is_some_and(Option::is_some) && !self.refuse[to] {
                        let accepted = ConnId(self.next_conn);
                        self.next_conn += 1;
                        self.wires.push(Wire {
                            ends: [(i, conn), (to, accepted)],
                            log: [Vec::new(), Vec::new()],
                            open: true,
                        });
                        let peer = Peer { ip: "10.0.0.9".into(), port: 40_000 };
                        self.queue.push_back(Pending::Accepted(to, accepted, peer));
                        self.queue.push_back(Pending::Connected(i, conn));
                    } else {
                        self.queue.push_back(Pending::Refused(i, conn));
                    }
                }
                Output::Send { conn, bytes } => {
                    if !self.wires.iter().any(|w| w.ends.contains(&(i, conn))) {
                        self.replies.entry((i, conn)).or_default().extend(bytes);
                    } else {
                        self.send(i, conn, &bytes);
                    }
                }
                Output::Close { conn } => {
                    for w in &mut self.wires {
                        for end in 0..2 {
                            if w.open && w.ends[end] == (i, conn) {
                                w.open = false;
                                let (peer, peer_conn) = w.ends[1 - end];
                                self.queue.push_back(Pending::Closed(peer, peer_conn));
                            }
                        }
                    }
                }
                Output::Spawn { child, job } => {
                    self.children.push((self.now.mono.0 + self.save_us, i, child, Saved::File(job.run().into())));
                }
                Output::SpawnToSockets { child, job, mark, conns, .. } => {
                    let saved = Saved::Streamed(conns, job.run_with_eof_mark(&mark));
                    self.children.push((self.now.mono.0 + self.save_us, i, child, saved));
                }
                Output::Kill { child } => self.children.retain(|c| (c.1, c.2) != (i, child)),
                Output::Disk(DiskRequest::Write { name, bytes }) => {
                    self.files.insert((i, name), bytes);
                }
                Output::SpawnRewrite { child, job } => {
                    self.children.push((self.now.mono.0 + self.save_us, i, child, Saved::File(job.run().into())));
                }
                Output::Disk(DiskRequest::Append { name, bytes, .. }) => {
                    let file = self.files.entry((i, name)).or_insert_with(|| [].into());
                    *file = [file, &*bytes].concat().into();
                }
                Output::Disk(DiskRequest::TakeRewritten { name, file, tail, .. }) => {
                    let file = file.bytes().expect("children deliver bytes");
                    self.files.insert((i, name), [&**file, &tail].concat().into());
                }
                Output::Disk(DiskRequest::Read { name }) => self.queue.push_front(Pending::FileRead(i, name)),
                Output::Sleep { .. } | Output::Disk(DiskRequest::ChangeDir { .. }) => {}
                Output::Load { .. } => self.queue.push_back(Pending::LoadStep(i)),
                Output::Exit { .. } | Output::Crash | Output::Restart { .. } => self.kill(i),
            }
        }
    }

    /// Sends bytes; returns whether the connection is open. A restarted process starts its connection numbers again:
    /// the newest is used.
    fn send(&mut self, i: usize, conn: ConnId, bytes: &[u8]) -> bool {
        let mut wires = self.wires.iter_mut().rev();
        let found = wires.find_map(|w| (0..2).find(|&end| w.ends[end] == (i, conn)).map(|end| (w, end)));
        let Some((wire, end)) = found.filter(|(wire, _)| wire.open) else { return false };
        wire.log[end].extend_from_slice(bytes);
        let (peer, peer_conn) = wire.ends[1 - end];
        self.queue.push_back(Pending::Bytes(peer, peer_conn, bytes.to_vec()));
        true
    }

    /// Delivers everything in flight.
    pub fn settle(&mut self) {
        while let Some(pending) = self.queue.pop_front() {
            match pending {
                Pending::Connected(i, conn) => self.node_input(i, Input::Connected { conn, room: ROOM }),
                Pending::Refused(i, conn) => {
                    self.node_input(i, Input::ConnectFailed { conn, error: "Connection refused" });
                }
                Pending::Accepted(i, conn, peer) => self.node_input(i, Input::Accepted { conn, peer, room: ROOM }),
                Pending::Bytes(i, conn, bytes) => self.node_input(i, Input::Received { conn, bytes: &bytes }),
                Pending::LoadStep(i) => self.node_input(i, Input::LoadStep),
                Pending::Writable(i, conn) => self.node_input(i, Input::Writable { conn, room: ROOM }),
                Pending::FileRead(i, name) => {
                    let result =
                        self.files.get(&(i, name)).cloned().ok_or_else(|| "No such file or directory".to_owned());
                    self.node_input(i, Input::Disk(DiskReply::Read { result }));
                }
                Pending::Closed(i, conn) => self.node_input(i, Input::Closed { conn, reason: CloseReason::Eof }),
            }
        }
    }

    /// Lets time pass, in steps of the nodes' timers.
    pub fn run_ms(&mut self, ms: u64) {
        let end = self.now.mono.plus_ms(ms);
        self.settle();
        loop {
            let timer = self.nodes.iter().flatten().filter_map(Node::next_timeout).min();
            let child = self.children.iter().map(|c| Instant(c.0)).min();
            let next = timer.into_iter().chain(child).min().filter(|&at| at <= end);
            let at = next.unwrap_or(end);
            self.now.unix_us += at.since_us(self.now.mono) as i64;
            self.now.mono = self.now.mono.max(at);
            if next.is_none() {
                return;
            }
            let due: Vec<_> = {
                let (done, rest) = std::mem::take(&mut self.children).into_iter().partition(|c| c.0 <= at.0);
                self.children = rest;
                done
            };
            for (_, i, child, saved) in due {
                match saved {
                    Saved::File(bytes) => {
                        self.node_input(i, Input::ChildDone { child, result: Ok(ChildFile::Bytes(bytes)) })
                    }
                    Saved::Streamed(mut conns, bytes) => {
                        conns.retain(|&conn| self.send(i, conn, &bytes));
                        self.node_input(i, Input::ChildStreamed { child, reached: &conns });
                        for conn in conns {
                            self.queue.push_back(Pending::Writable(i, conn));
                        }
                    }
                }
            }
            for i in 0..self.nodes.len() {
                if self.nodes[i].as_ref().and_then(Node::next_timeout).is_some_and(|t| t <= at) {
                    self.node_input(i, Input::Timer);
                }
            }
            self.settle();
        }
    }

    /// Sends a command to a node and returns the raw reply.
    pub fn cmd(&mut self, i: usize, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        self.raw(i, &psyncscope_resp::encode_command(&words))
    }

    /// Sends raw bytes from the node's console and returns the reply.
    pub fn raw(&mut self, i: usize, bytes: &[u8]) -> String {
        let conn = match self.consoles.get(&i) {
            Some(&conn) => conn,
            None => {
                let conn = ConnId(self.next_conn);
                self.next_conn += 1;
                self.consoles.insert(i, conn);
                let peer = Peer { ip: "127.0.0.1".into(), port: 50_000 };
                self.node_input(i, Input::Accepted { conn, peer, room: ROOM });
                conn
            }
        };
        self.node_input(i, Input::Received { conn, bytes });
        let reply = self.replies.remove(&(i, conn)).unwrap_or_default();
        self.settle();
        String::from_utf8_lossy(&reply).into_owned()
    }

    /// What a node's console received since its last reply.
    pub fn late_reply(&mut self, i: usize) -> String {
        let reply = self.consoles.get(&i).and_then(|&conn| self.replies.remove(&(i, conn)));
        String::from_utf8_lossy(&reply.unwrap_or_default()).into_owned()
    }

    /// A field of INFO.
    pub fn info(&mut self, i: usize, field: &str) -> String {
        let text = self.cmd(i, "INFO");
        let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no {field} in INFO:\n{text}")).to_owned()
    }

    /// Runs until the node's link is up.
    #[track_caller]
    pub fn wait_up(&mut self, i: usize) {
        for _ in 0..300 {
            if self.info(i, "master_link_status") == "up" {
                return;
            }
            self.run_ms(50);
        }
        panic!("the link of node {i} did not come up");
    }
}
