//! One of our nodes on real TCP: its inputs come from sockets and the real clock, its outputs go there.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psyncscope_engine::event::Event;
use psyncscope_engine::io::{ChildFile, CloseReason, DiskRequest};
use psyncscope_engine::{ChildId, Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};
use psyncscope_resp::encode_command;

/// Bytes that a socket is said to take: writes simply wait.
const ROOM: usize = 1 << 30;

/// What is waited for happens within this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The connection from which a test types commands.
const CONSOLE: ConnId = ConnId(1);

/// Both clocks, so many microseconds after the node's start.
pub fn now(mono_us: u64) -> Now {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    Now { mono: Instant(mono_us), unix_us: unix.as_micros() as i64 }
}

/// What the socket threads report.
enum SocketEvent {
    Accepted(TcpStream),
    Received(ConnId, Vec<u8>),
    Closed(ConnId),
}

/// A node, its sockets and its files.
pub struct Ours {
    node: Node,
    started: std::time::Instant,
    port: u16,
    socket_events: Receiver<SocketEvent>,
    socket_sender: Sender<SocketEvent>,
    sockets: BTreeMap<ConnId, TcpStream>,
    connects: VecDeque<(ConnId, String, u16)>,
    children: VecDeque<(ChildId, Arc<[u8]>)>,
    /// Children that wrote to sockets, and whom they reached.
    streamed: VecDeque<(ChildId, Vec<ConnId>)>,
    /// A step of loading is due.
    loads: bool,
    files: BTreeMap<String, Arc<[u8]>>,
    events: Vec<Event>,
    replies: Vec<u8>,
    next_conn: u32,
}

impl Ours {
    /// Starts a node that listens on a port of its own.
    pub fn start(config: Config, dump: Option<&[u8]>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("127.0.0.1 has ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let (socket_sender, socket_events) = channel();
        let accepted = socket_sender.clone();
        // Ends with the process; it is not joined.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepted.send(SocketEvent::Accepted(stream)).is_err() {
                    return;
                }
            }
        });
        let mut out = Outbox::new();
        let config = Config { port, ..config };
        let node = Node::start(now(0), config, 7, dump.map(Into::into), &mut out).expect("the node starts");
        let mut ours = Self {
            node,
            started: std::time::Instant::now(),
            port,
            socket_events,
            socket_sender,
            sockets: BTreeMap::new(),
            connects: VecDeque::new(),
            children: VecDeque::new(),
            streamed: VecDeque::new(),
            loads: false,
            files: BTreeMap::new(),
            events: Vec::new(),
            replies: Vec::new(),
            next_conn: CONSOLE.0 + 1,
        };
        ours.carry_out(out);
        let peer = Peer { ip: "127.0.0.1".into(), port: 1 };
        ours.turn(Input::Accepted { conn: CONSOLE, peer, room: ROOM });
        ours
    }

    /// The node.
    pub const fn node(&self) -> &Node {
        &self.node
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its log so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// A file that it wrote.
    pub fn file(&self, name: &str) -> Option<Arc<[u8]>> {
        self.files.get(name).cloned()
    }

    /// Types a command, which must not fail.
    #[track_caller]
    pub fn command(&mut self, words: &[impl AsRef<[u8]>]) {
        let bytes = encode_command(words);
        self.turn(Input::Received { conn: CONSOLE, bytes: &bytes });
        let reply = std::mem::take(&mut self.replies);
        assert!(!reply.starts_with(b"-"), "{}", String::from_utf8_lossy(&reply));
        while let Ok(event) = self.socket_events.try_recv() {
            self.take(event);
        }
    }

    /// Lets the node run until something is so.
    ///
    /// # Panics
    /// If it does not come to be so.
    #[track_caller]
    pub fn run_until(&mut self, what: &str, mut is_so: impl FnMut(&Node) -> bool) {
        let begun = std::time::Instant::now();
        while !is_so(&self.node) {
            assert!(begun.elapsed() < PATIENCE, "it never came to be that {what}; the log:\n{}", self.log());
            let due = self
                .node
                .next_timeout()
                .map_or(PATIENCE, |due| Duration::from_micros(due.0.saturating_sub(self.mono_us())));
            match self.socket_events.recv_timeout(due) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => self.turn(Input::Timer),
                Err(RecvTimeoutError::Disconnected) => unreachable!("this node holds a sender itself"),
            }
        }
    }

    fn log(&self) -> String {
        let lines = self.events.iter().filter_map(|event| match event {
            Event::Log { text, .. } => Some(text.as_str()),
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn mono_us(&self) -> u64 {
        self.started.elapsed().as_micros() as u64
    }

    fn take(&mut self, event: SocketEvent) {
        match event {
            SocketEvent::Accepted(stream) => {
                let conn = ConnId(self.next_conn);
                self.next_conn += 1;
                let peer = stream.peer_addr().map_or(0, |peer| peer.port());
                self.hold(conn, stream);
                let peer = Peer { ip: "127.0.0.1".into(), port: peer };
                self.turn(Input::Accepted { conn, peer, room: ROOM });
            }
            SocketEvent::Received(conn, bytes) if self.sockets.contains_key(&conn) => {
                self.turn(Input::Received { conn, bytes: &bytes });
            }
            SocketEvent::Closed(conn) if self.sockets.remove(&conn).is_some() => {
                self.turn(Input::Closed { conn, reason: CloseReason::Eof });
            }
            // Of connections that the node closed itself.
            SocketEvent::Received(..) | SocketEvent::Closed(_) => {}
        }
    }

    /// Reads a socket in a thread of its own.
    fn hold(&mut self, conn: ConnId, stream: TcpStream) {
        stream.set_nodelay(true).expect("a TCP socket");
        let mut reader = stream.try_clone().expect("a socket can be held twice");
        self.sockets.insert(conn, stream);
        let socket_sender = self.socket_sender.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let event = match reader.read(&mut buffer) {
                    Ok(n) if n > 0 => SocketEvent::Received(conn, buffer[..n].to_vec()),
                    _ => SocketEvent::Closed(conn),
                };
                let is_over = matches!(event, SocketEvent::Closed(_));
                if socket_sender.send(event).is_err() || is_over {
                    return;
                }
            }
        });
    }

    /// One turn, and those that it causes at once.
    fn turn(&mut self, input: Input<'_>) {
        let mut out = Outbox::new();
        self.node.handle(now(self.mono_us()), input, &mut out);
        self.carry_out(out);
        loop {
            if let Some((child, file)) = self.children.pop_front() {
                self.turn(Input::ChildDone { child, result: Ok(ChildFile::Bytes(file)) });
            } else if let Some((child, reached)) = self.streamed.pop_front() {
                self.turn(Input::ChildStreamed { child, reached: &reached });
                for conn in reached {
                    self.turn(Input::Writable { conn, room: ROOM });
                }
            } else if std::mem::take(&mut self.loads) {
                self.turn(Input::LoadStep);
            } else if let Some((conn, host, port)) = self.connects.pop_front() {
                match TcpStream::connect((host.as_str(), port)) {
                    Ok(stream) => {
                        self.hold(conn, stream);
                        self.turn(Input::Connected { conn, room: ROOM });
                    }
                    Err(error) => self.turn(Input::ConnectFailed { conn, error: &error.to_string() }),
                }
            } else {
                return;
            }
        }
    }

    fn carry_out(&mut self, out: Outbox) {
        self.events.extend(out.events);
        for output in out.outputs {
            match output {
                Output::Connect { conn, host, port } => self.connects.push_back((conn, host, port)),
                Output::Send { conn: CONSOLE, bytes } => self.replies.extend(bytes),
                Output::Send { conn, bytes } => {
                    if let Some(socket) = self.sockets.get_mut(&conn) {
                        // A failed write is detected by the end of the reader.
                        let _ = socket.write_all(&bytes);
                    }
                }
                Output::Close { conn } => {
                    if let Some(socket) = self.sockets.remove(&conn) {
                        // Already closed by the other side, perhaps.
                        let _ = socket.shutdown(Shutdown::Both);
                    }
                }
                Output::Spawn { child, job } => self.children.push_back((child, job.run().into())),
                Output::SpawnToSockets { child, job, mark, conns, .. } => {
                    let bytes = job.run_with_eof_mark(&mark);
                    let mut reached = conns;
                    reached.retain(|conn| self.sockets.get_mut(conn).is_some_and(|s| s.write_all(&bytes).is_ok()));
                    self.streamed.push_back((child, reached));
                }
                Output::SpawnRewrite { child, job } => self.children.push_back((child, job.run().into())),
                Output::Kill { child } => self.children.retain(|(other, _)| *other != child),
                Output::Disk(DiskRequest::Write { name, bytes }) => {
                    self.files.insert(name, bytes);
                }
                Output::Disk(DiskRequest::Append { name, bytes, .. }) => {
                    let file = self.files.entry(name).or_insert_with(|| [].into());
                    *file = [file, &*bytes].concat().into();
                }
                Output::Disk(DiskRequest::TakeRewritten { name, file, tail, .. }) => {
                    self.files.insert(name, [&**file.bytes().expect("children deliver bytes"), &tail].concat().into());
                }
                Output::Load { .. } => self.loads = true,
                Output::Sleep { .. }
                | Output::Exit { .. }
                | Output::Crash
                | Output::Restart { .. }
                | Output::Disk(DiskRequest::ChangeDir { .. })
                | Output::Disk(DiskRequest::Read { .. }) => {
                    panic!("nobody here asks for {output:?}")
                }
            }
        }
    }
}
