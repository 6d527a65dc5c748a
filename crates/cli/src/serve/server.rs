//! The node and its inputs from sockets, timers, children and signals. [`start`]: starting it; `outputs`: carrying
//! out its outputs.

mod outputs;
mod start;

use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Waker;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psyncscope_engine::event::{Event, LogLevel};
use psyncscope_engine::io::{ChildFile, CloseReason, DiskReply};
use psyncscope_engine::{ChildId, Config, ConnId, Input, Instant, Node, Now, Outbox, Peer, Turn};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::append_only::AppendOnly;
use super::connection::{Connection, READ_MAX, ROOM, Stream};
use super::log::{Log, Role};
use super::settings::Settings;
use super::{facts, files};

pub use start::run;

/// How often the process's numbers for INFO are read.
const FACTS_EVERY: Duration = Duration::from_secs(1);

/// The server could not start; the log says why.
pub struct Logged;

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With this exit status.
    Exit(i32),
    /// By a crash, which DEBUG asked for.
    Crash,
    /// Restart the program after this delay.
    Restart(Duration),
}

/// A running child.
enum Child {
    /// A thread that writes a file: a background save, or a rewrite of the append-only file.
    Disk { unwanted: Arc<AtomicBool>, temporary: String },
    /// A task that writes to the sockets of replicas.
    Sockets { task: AbortHandle, connections: Vec<Rc<Connection>> },
}

/// The result of a child's thread: the file, or an error.
pub type ChildResult = (ChildId, Result<Written, String>);

/// What a child's thread wrote.
#[derive(Debug)]
pub enum Written {
    /// An RDB file that has taken the place of the old one, open for reading.
    Saved(std::fs::File),
    /// A rewritten append-only file, still in its temporary file: its size in bytes.
    Rewritten(u64),
}

/// The node and the state of its driver.
struct Server {
    node: Node,
    out: Outbox,
    /// The turn in progress: it had input and has to be ended.
    turn: Option<Turn>,
    connections: BTreeMap<ConnId, Rc<Connection>>,
    /// Connections being established.
    connecting: BTreeMap<ConnId, AbortHandle>,
    children: BTreeMap<ChildId, Child>,
    child_results: UnboundedSender<ChildResult>,
    /// The last file that a child wrote: the node writes it again when it reaps the child, which is skipped.
    saved: Option<(String, Arc<[u8]>)>,
    append_only: AppendOnly,
    /// Replies to the node's disk requests, to be delivered before any other input.
    disk_replies: VecDeque<DiskReply>,
    /// Connections whose write failed.
    broken: Vec<(ConnId, CloseReason)>,
    /// Connections whose credit was renewed, to be reported as writable.
    renewed: Vec<ConnId>,
    next_conn: u32,
}

impl Server {
    /// Passes an input to the node, in the turn in progress or as the first of a new one.
    fn handle(&mut self, now: Now, input: Input<'_>) {
        let turn = self.turn.get_or_insert_with(|| self.node.begin_turn());
        self.node.handle_ready(turn, now, input, &mut self.out);
    }
}

/// The state shared by all tasks, which run on one thread.
pub struct Shared {
    server: RefCell<Server>,
    started: std::time::Instant,
    /// When the process's numbers were last read.
    facts_read: Cell<Option<std::time::Instant>>,
    log: Log,
    /// `bind`'s first address, if given: the source address of connections to a master.
    pub source: Option<std::net::IpAddr>,
    pub tcp_keepalive_s: u64,
    buffer: RefCell<Box<[u8]>>,
    /// Wakes the event loop.
    pub event_loop: RefCell<Option<Waker>>,
    /// End of DEBUG SLEEP.
    pub sleeps_until: Cell<Option<Instant>>,
    woken: Notify,
    /// How the node ended, once it has.
    pub exit: Cell<Option<End>>,
}

impl Shared {
    fn start(
        settings: &Settings,
        file: Option<Arc<[u8]>>,
        log: Log,
    ) -> Result<(Rc<Self>, UnboundedReceiver<ChildResult>), Logged> {
        let started = std::time::Instant::now();
        let mut out = Outbox::new();
        // The seed of all randomness in the node; it must differ between servers.
        let seed = RandomState::new().build_hasher().finish();
        let node = Node::start(now(started), settings.config.clone(), seed, file, &mut out);
        let (child_results, children) = unbounded_channel();
        let Ok(mut node) = node else {
            print_log(&log, Role::Child, &settings.config, out.events);
            return Err(Logged);
        };
        // Lines of the start, before events could be restricted to the log.
        print_log(&log, role(&node), &settings.config, out.events.drain(..));
        node.observe_log();
        node.time_commands_by(move || now(started).mono);
        let turn = node.begin_turn();
        let server = Server {
            node,
            out,
            turn: Some(turn),
            connections: BTreeMap::new(),
            connecting: BTreeMap::new(),
            children: BTreeMap::new(),
            child_results,
            saved: None,
            append_only: AppendOnly::default(),
            disk_replies: VecDeque::new(),
            broken: Vec::new(),
            renewed: Vec::new(),
            next_conn: 1,
        };
        let shared = Self {
            server: RefCell::new(server),
            started,
            facts_read: Cell::new(None),
            log,
            source: settings.source,
            tcp_keepalive_s: settings.tcp_keepalive_s,
            buffer: RefCell::new(vec![0; READ_MAX].into()),
            event_loop: RefCell::default(),
            sleeps_until: Cell::new(None),
            woken: Notify::new(),
            exit: Cell::new(None),
        };
        Ok((Rc::new(shared), children))
    }

    /// The buffer for reads.
    pub fn read_buffer(&self) -> RefMut<'_, Box<[u8]>> {
        self.buffer.borrow_mut()
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        now(self.started)
    }

    /// When the node's timer is due, on the runtime's clock.
    pub fn due(&self) -> Option<tokio::time::Instant> {
        let due = self.server.borrow().node.next_timeout()?;
        Some(self.at(due))
    }

    /// Whether a script runs that exceeded its time limit.
    pub fn is_busy(&self) -> bool {
        self.server.borrow().node.is_busy()
    }

    /// An instant of the node on the runtime's clock.
    pub fn at(&self, moment: Instant) -> tokio::time::Instant {
        (self.started + Duration::from_micros(moment.0)).into()
    }

    // ---- inputs -------------------------------------------------------------------------------------------------

    /// Handles an accepted connection.
    pub fn accepted(self: &Rc<Self>, stream: Stream, peer: Peer) {
        let conn = {
            let mut server = self.server.borrow_mut();
            let conn = ConnId(server.next_conn);
            server.next_conn += 1;
            conn
        };
        // On failure the socket is dropped and thereby closed.
        let Ok(connection) = Connection::new(conn, stream, self.tcp_keepalive_s) else { return };
        self.hold(conn, &connection);
        self.handle_input(Input::Accepted { conn, peer, room: ROOM });
        if self.server.borrow().connections.contains_key(&conn) {
            connection.listen(self);
        }
    }

    /// Handles a connection that the node requested: established, or failed.
    pub fn connected(self: &Rc<Self>, conn: ConnId, result: std::io::Result<tokio::net::TcpStream>) {
        if self.server.borrow_mut().connecting.remove(&conn).is_none() {
            return;
        }
        match result.and_then(|stream| Connection::new(conn, Stream::Tcp(stream), 0)) {
            Ok(connection) => {
                self.hold(conn, &connection);
                self.handle_input(Input::Connected { conn, room: ROOM });
                connection.listen(self);
            }
            Err(error) => self.handle_input(Input::ConnectFailed { conn, error: &files::strerror(&error) }),
        }
    }

    fn hold(&self, conn: ConnId, connection: &Rc<Connection>) {
        self.server.borrow_mut().connections.insert(conn, Rc::clone(connection));
    }

    /// Handles received bytes.
    pub fn received(self: &Rc<Self>, conn: ConnId, bytes: &[u8]) {
        self.handle_input(Input::Received { conn, bytes });
    }

    /// All bytes were passed to the kernel.
    pub fn writable(self: &Rc<Self>, conn: ConnId) {
        self.handle_input(Input::Writable { conn, room: ROOM });
    }

    /// The connection ended. Output caused by its earlier input is written first.
    pub fn closed(self: &Rc<Self>, conn: ConnId, reason: CloseReason) {
        self.end_turn();
        let connection = self.server.borrow_mut().connections.remove(&conn);
        if let Some(connection) = connection {
            connection.close();
            self.handle_input(Input::Closed { conn, reason });
        }
    }

    /// The thread of a child ended.
    pub fn child_done(self: &Rc<Self>, (child, result): ChildResult) {
        let mut server = self.server.borrow_mut();
        if server.children.remove(&child).is_none() {
            return;
        }
        let result = match result {
            Ok(Written::Rewritten(size)) => {
                self.log.line(Role::Child, LogLevel::Notice, "SYNC append only file rewrite performed");
                Ok(ChildFile::OnDisk(size))
            }
            Ok(Written::Saved(file)) => {
                self.log.line(Role::Child, LogLevel::Notice, "DB saved on disk");
                if server.node.replicas_wait_for_save() {
                    let bytes = files::read_whole(file);
                    if let Ok(bytes) = &bytes {
                        server.saved = Some((server.node.config().dbfilename.clone(), Arc::clone(bytes)));
                    }
                    bytes.map(ChildFile::Bytes)
                } else {
                    Ok(ChildFile::OnDisk(file.metadata().map_or(0, |metadata| metadata.len())))
                }
            }
            Err(error) => Err(error),
        };
        drop(server);
        if let Err(error) = &result {
            self.log.line(Role::Child, LogLevel::Warning, error);
        }
        self.handle_input(Input::ChildDone { child, result });
    }

    /// A child that writes to sockets ended.
    pub fn child_streamed(self: &Rc<Self>, child: ChildId, reached: &[ConnId]) {
        if self.server.borrow_mut().children.remove(&child).is_some() {
            self.handle_input(Input::ChildStreamed { child, reached });
        }
    }

    /// Passes an input to the node.
    pub fn handle_input(self: &Rc<Self>, input: Input<'_>) {
        if self.exit.get().is_some() {
            return;
        }
        let mut server = self.server.borrow_mut();
        if matches!(input, Input::Timer) && self.facts_read.get().is_none_or(|read| read.elapsed() >= FACTS_EVERY) {
            self.facts_read.set(Some(std::time::Instant::now()));
            if let Some(facts) = facts::read() {
                server.node.set_host_facts(facts);
            }
        }
        let is_first = server.turn.is_none();
        self.deliver_disk_replies(&mut server);
        let migrated = server.node.awaited_by_migration().is_some();
        server.handle(self.now(), input);
        self.carry_out(&mut server);
        if migrated && server.node.awaited_by_migration().is_none() {
            self.woken.notify_waiters();
        }
        if is_first && let Some(event_loop) = &*self.event_loop.borrow() {
            event_loop.wake_by_ref();
        }
    }

    /// Whether a turn had input and has to be ended.
    pub fn is_in_turn(&self) -> bool {
        self.server.borrow().turn.is_some()
    }

    /// Ends the turn in progress, if there is one: writes its output.
    pub fn end_turn(self: &Rc<Self>) {
        if self.is_asleep() {
            return;
        }
        let mut server = self.server.borrow_mut();
        while let Some(turn) = server.turn.take() {
            let Server { node, out, .. } = &mut *server;
            node.end_turn(turn, self.now(), out);
            self.carry_out(&mut server);
            if self.exit.get().is_none() {
                self.report_written(&mut server);
            }
        }
    }

    /// Reports connections whose credit was renewed or whose write failed when output was written.
    fn report_written(self: &Rc<Self>, server: &mut Server) {
        if server.renewed.is_empty() && server.broken.is_empty() {
            return;
        }
        self.deliver_disk_replies(server);
        let now = self.now();
        for conn in std::mem::take(&mut server.renewed) {
            server.handle(now, Input::Writable { conn, room: ROOM });
        }
        for (conn, reason) in std::mem::take(&mut server.broken) {
            if let Some(connection) = server.connections.remove(&conn) {
                connection.close();
                server.handle(now, Input::Closed { conn, reason });
            }
        }
    }

    /// Logs a warning.
    pub fn warn(&self, text: &str) {
        self.log.line(role(&self.server.borrow().node), LogLevel::Warning, text);
    }

    // ---- waiting ------------------------------------------------------------------------------------------------

    /// Whether the node sleeps (DEBUG SLEEP).
    pub fn is_asleep(&self) -> bool {
        self.sleeps_until.get().is_some()
    }

    /// Waits until the node is awake.
    pub async fn awake(&self) {
        while self.is_asleep() {
            self.woken.notified().await;
        }
    }

    /// Whether the node takes input of this connection, or new ones: not while it sleeps, nor while MIGRATE waits for
    /// another one.
    pub fn reads(&self, conn: Option<ConnId>) -> bool {
        !self.is_asleep()
            && self.server.borrow().node.awaited_by_migration().is_none_or(|awaited| conn == Some(awaited))
    }

    /// Waits until the node takes input of this connection, or new ones.
    pub async fn may_read(&self, conn: Option<ConnId>) {
        while !self.reads(conn) {
            self.woken.notified().await;
        }
    }

    /// Waits until no script runs for this client.
    pub async fn script_ended(&self, conn: ConnId) {
        while self.server.borrow().node.runs_script_for(conn) {
            self.woken.notified().await;
        }
    }

    /// Notifies waiting tasks, if no script runs.
    pub fn notify_if_script_ended(&self) {
        if !self.is_busy() {
            self.woken.notify_waiters();
        }
    }

    /// Ends the sleep.
    pub fn wake(&self) {
        self.sleeps_until.set(None);
        self.woken.notify_waiters();
    }
}

fn now(started: std::time::Instant) -> Now {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    Now { mono: Instant(micros(started.elapsed())), unix_us: i64::try_from(micros(unix)).unwrap_or(i64::MAX) }
}

fn role(node: &Node) -> Role {
    if node.master_address().is_some() { Role::Replica } else { Role::Master }
}

fn print_log(log: &Log, role: Role, config: &Config, events: impl IntoIterator<Item = Event>) {
    for event in events {
        if let Event::Log { level, text } = event
            && config.logs(level)
        {
            log.line(role, level, &text);
        }
    }
}
