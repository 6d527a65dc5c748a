//! The node, turn by turn: inputs from sockets, timers, children and signals; outputs to sockets and files.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psyncscope_engine::config::AppendFsync;
use psyncscope_engine::event::{Event, LogLevel};
use psyncscope_engine::io::{CloseReason, Fsync};
use psyncscope_engine::{ChildId, Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};
use tokio::runtime::LocalOptions;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::append_only::AppendOnly;
use super::connection::{Connection, READ_MAX, ROOM, Sent};
use super::diskless::{self, Stream};
use super::log::{Log, Role};
use super::settings::Settings;
use super::{facts, files, heart, listen};

/// How old what INFO tells of the process may be.
const FACTS_EVERY: Duration = Duration::from_secs(1);

/// The server could not start; the log says why.
pub struct Logged;

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With this exit status.
    Exit(i32),
    /// The program is to begin again after so long.
    Restart(Duration),
}

/// A child that runs.
enum Child {
    /// On a thread, into a file: a background save, or a rewrite of the append-only file.
    Disk { unwanted: Arc<AtomicBool>, temporary: String, is_rewrite: bool },
    /// To the sockets of replicas.
    Sockets { task: AbortHandle, connections: Vec<Rc<Connection>> },
}

/// What a background save's thread tells: the file, or why there is none.
pub type ChildNews = (ChildId, Result<Arc<[u8]>, String>);

/// The node and what the driver keeps for it.
struct Server {
    node: Node,
    out: Outbox,
    connections: BTreeMap<ConnId, Rc<Connection>>,
    /// Connections that are being made.
    connecting: BTreeMap<ConnId, AbortHandle>,
    children: BTreeMap<ChildId, Child>,
    tell_child_done: UnboundedSender<ChildNews>,
    /// The file that a child wrote last: the node, which reaps the child later, asks for it once more.
    saved: Option<(String, Arc<[u8]>)>,
    /// Files that could not be written, and why.
    failed: Vec<(String, String)>,
    append_only: AppendOnly,
    /// A file that the node asked for, to be brought before anything else.
    file_read: Option<Result<Arc<[u8]>, String>>,
    /// A rewritten append-only file that could not take the old one's place, and why.
    not_taken: Option<(ChildId, String)>,
    /// Connections found broken while writing.
    broken: Vec<(ConnId, CloseReason)>,
    /// Connections whose credit was renewed.
    renewed: Vec<ConnId>,
    next_conn: u32,
}

/// What all tasks share. They run on one thread, one at a time.
pub struct Shared {
    server: RefCell<Server>,
    started: std::time::Instant,
    /// When the node was last told of the process.
    facts_read: Cell<Option<std::time::Instant>>,
    log: Log,
    /// `bind`'s first address, if it was given: connections to a master come from there.
    pub source: Option<std::net::IpAddr>,
    pub tcp_keepalive_s: u64,
    buffer: RefCell<Box<[u8]>>,
    /// Something happened in this turn, and its end is to come.
    pub dirty: Cell<bool>,
    /// Wakes the task that ends turns.
    pub heart: RefCell<Option<Waker>>,
    /// The node does nothing until then (DEBUG SLEEP).
    pub sleeps_until: Cell<Option<Instant>>,
    woken: Notify,
    /// How the node ended, once it has.
    pub exit: Cell<Option<End>>,
}

/// Runs a server until its node ends; nothing of it is open then.
pub fn run(settings: Settings) -> Result<End, Logged> {
    let log = Log::new(settings.logfile.clone());
    let level = settings.config.clone();
    let say = |role, wanted: LogLevel, text: &str| {
        if level.logs(wanted) {
            log.line(role, wanted, text);
        }
    };
    let fail = |text: String| {
        log.line(Role::Child, LogLevel::Warning, &text);
        Logged
    };
    let pid = std::process::id();
    say(Role::Child, LogLevel::Warning, "Psyncscope is starting");
    let version = psyncscope_engine::REDIS_VERSION;
    say(
        Role::Child,
        LogLevel::Warning,
        &format!("Redis version={version}, bits={}, pid={pid}, just started", usize::BITS),
    );
    if settings.configured {
        say(Role::Child, LogLevel::Warning, "Configuration loaded");
    } else {
        say(Role::Child, LogLevel::Warning, "Warning: no config file specified, using the default config.");
    }
    if !settings.without_effect.is_empty() {
        let names: Vec<&str> = settings.without_effect.iter().map(String::as_str).collect();
        say(Role::Child, LogLevel::Notice, &format!("Accepted, but changing nothing here: {}", names.join(", ")));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .map_err(|error| fail(format!("Error creating the event loop: {}", files::strerror(&error))))?;
    let status = runtime.block_on(async {
        // Before anybody is told that we are ready: who waits for that may send one at once.
        let signals = heart::Signals::new()
            .map_err(|error| fail(format!("Error watching for signals: {}", files::strerror(&error))))?;
        let listeners = listen::listeners(&settings.config, settings.tcp_backlog).map_err(fail)?;
        let role = if settings.config.replicaof.is_some() { Role::Replica } else { Role::Master };
        if let Some(file) = &settings.pidfile {
            // createPidFile: without one it runs all the same.
            let _ = std::fs::write(file, format!("{pid}\n"));
        }
        say(role, LogLevel::Notice, &format!("Running mode=standalone, port={}.", settings.config.port));
        say(role, LogLevel::Notice, &format!("PID: {pid}"));
        let file = files::read(settings.config.start_file()).map_err(fail)?;
        let (shared, children) = Shared::start(&settings, file.as_deref(), log.clone())?;
        drop(file);
        for listener in listeners {
            tokio::task::spawn_local(listen::accept(listener, Rc::clone(&shared)));
        }
        let ended = heart::beat(&shared, children, signals).await;
        ended.map_err(|error| fail(format!("The event loop broke: {}", files::strerror(&error))))
    });
    if let Some(file) = &settings.pidfile {
        // Somebody may have removed it.
        let _ = std::fs::remove_file(file);
    }
    status
}

impl Shared {
    fn start(
        settings: &Settings,
        file: Option<&[u8]>,
        log: Log,
    ) -> Result<(Rc<Self>, UnboundedReceiver<ChildNews>), Logged> {
        let started = std::time::Instant::now();
        let mut out = Outbox::new();
        // Everything random in the node comes from this; two servers must not be given the same.
        let seed = RandomState::new().build_hasher().finish();
        let node = Node::start(now(started), settings.config.clone(), seed, file, &mut out);
        let (tell_child_done, children) = unbounded_channel();
        let Ok(mut node) = node else {
            print_log(&log, Role::Child, &settings.config, out.events);
            return Err(Logged);
        };
        // The first lines came before the node could be told what is wanted.
        print_log(&log, role(&node), &settings.config, out.events.drain(..));
        node.observe_log();
        let server = Server {
            node,
            out,
            connections: BTreeMap::new(),
            connecting: BTreeMap::new(),
            children: BTreeMap::new(),
            tell_child_done,
            saved: None,
            failed: Vec::new(),
            append_only: AppendOnly::default(),
            file_read: None,
            not_taken: None,
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
            dirty: Cell::new(true),
            heart: RefCell::default(),
            sleeps_until: Cell::new(None),
            woken: Notify::new(),
            exit: Cell::new(None),
        };
        Ok((Rc::new(shared), children))
    }

    /// The buffer that every read uses.
    pub fn read_buffer(&self) -> RefMut<'_, Box<[u8]>> {
        self.buffer.borrow_mut()
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        now(self.started)
    }

    /// When the node wants a timer, on the runtime's clock.
    pub fn due(&self) -> Option<tokio::time::Instant> {
        let due = self.server.borrow().node.next_timeout()?;
        Some(self.at(due))
    }

    /// Whether a script runs that does not keep others from being served any more.
    pub fn is_busy(&self) -> bool {
        self.server.borrow().node.is_busy()
    }

    /// A moment of the node's on the runtime's clock.
    pub fn at(&self, moment: Instant) -> tokio::time::Instant {
        (self.started + Duration::from_micros(moment.0)).into()
    }

    // ---- inputs -------------------------------------------------------------------------------------------------

    /// A connection was accepted.
    pub fn accepted(self: &Rc<Self>, stream: tokio::net::TcpStream, peer: Peer) {
        let conn = {
            let mut server = self.server.borrow_mut();
            let conn = ConnId(server.next_conn);
            server.next_conn += 1;
            conn
        };
        // A socket that the runtime cannot watch is closed as it goes out of scope.
        let Ok(connection) = Connection::new(conn, stream, self.tcp_keepalive_s) else { return };
        self.hold(conn, &connection);
        self.bring(Input::Accepted { conn, peer, room: ROOM });
        if self.server.borrow().connections.contains_key(&conn) {
            connection.listen(self);
        }
    }

    /// A connection that the node asked for is up, or is not.
    pub fn connected(self: &Rc<Self>, conn: ConnId, result: std::io::Result<tokio::net::TcpStream>) {
        if self.server.borrow_mut().connecting.remove(&conn).is_none() {
            return;
        }
        match result.and_then(|stream| Connection::new(conn, stream, 0)) {
            Ok(connection) => {
                self.hold(conn, &connection);
                self.bring(Input::Connected { conn, room: ROOM });
                connection.listen(self);
            }
            Err(error) => self.bring(Input::ConnectFailed { conn, error: &files::strerror(&error) }),
        }
    }

    fn hold(&self, conn: ConnId, connection: &Rc<Connection>) {
        self.server.borrow_mut().connections.insert(conn, Rc::clone(connection));
    }

    /// Bytes arrived.
    pub fn received(self: &Rc<Self>, conn: ConnId, bytes: &[u8]) {
        self.bring(Input::Received { conn, bytes });
    }

    /// The kernel has taken all that it had been handed.
    pub fn writable(self: &Rc<Self>, conn: ConnId) {
        self.bring(Input::Writable { conn, room: ROOM });
    }

    /// The connection ended. What earlier bytes of it caused goes out first.
    pub fn closed(self: &Rc<Self>, conn: ConnId, reason: CloseReason) {
        self.end_turn();
        let connection = self.server.borrow_mut().connections.remove(&conn);
        if let Some(connection) = connection {
            connection.hang_up();
            self.bring(Input::Closed { conn, reason });
        }
    }

    /// A child's thread ended.
    pub fn child_done(self: &Rc<Self>, (child, result): ChildNews) {
        let mut server = self.server.borrow_mut();
        let Some(ended) = server.children.remove(&child) else { return };
        let is_rewrite = matches!(ended, Child::Disk { is_rewrite: true, .. });
        if let Ok(bytes) = &result
            && !is_rewrite
        {
            server.saved = Some((server.node.config().dbfilename.clone(), Arc::clone(bytes)));
        }
        drop(server);
        match &result {
            Ok(_) if is_rewrite => {
                self.log.line(Role::Child, LogLevel::Notice, "SYNC append only file rewrite performed");
            }
            Ok(_) => self.log.line(Role::Child, LogLevel::Notice, "DB saved on disk"),
            Err(error) => self.log.line(Role::Child, LogLevel::Warning, error),
        }
        self.bring(Input::ChildDone { child, result });
    }

    /// A child that wrote to sockets ended.
    pub fn child_streamed(self: &Rc<Self>, child: ChildId, reached: &[ConnId]) {
        if self.server.borrow_mut().children.remove(&child).is_some() {
            self.bring(Input::ChildStreamed { child, reached });
        }
    }

    /// One of a turn's inputs.
    pub fn bring(self: &Rc<Self>, input: Input<'_>) {
        if self.exit.get().is_some() {
            return;
        }
        let mut server = self.server.borrow_mut();
        let Server { node, out, .. } = &mut *server;
        if matches!(input, Input::Timer) && self.facts_read.get().is_none_or(|read| read.elapsed() >= FACTS_EVERY) {
            self.facts_read.set(Some(std::time::Instant::now()));
            if let Some(facts) = facts::read() {
                node.tell_host_facts(facts);
            }
        }
        node.handle_ready(self.now(), input, out);
        self.carry_out(&mut server);
        if !self.dirty.replace(true)
            && let Some(heart) = &*self.heart.borrow()
        {
            heart.wake_by_ref();
        }
    }

    /// The end of a turn: output that it caused goes to the kernel.
    pub fn end_turn(self: &Rc<Self>) {
        self.dirty.set(false);
        if self.is_asleep() {
            return;
        }
        let mut server = self.server.borrow_mut();
        loop {
            let Server { node, out, .. } = &mut *server;
            node.end_turn(self.now(), out);
            self.carry_out(&mut server);
            let renewed = std::mem::take(&mut server.renewed);
            let broken = std::mem::take(&mut server.broken);
            if (renewed.is_empty() && broken.is_empty()) || self.exit.get().is_some() {
                return;
            }
            let now = self.now();
            let Server { node, out, connections, .. } = &mut *server;
            for conn in renewed {
                node.handle_ready(now, Input::Writable { conn, room: ROOM }, out);
            }
            for (conn, reason) in broken {
                if let Some(connection) = connections.remove(&conn) {
                    connection.hang_up();
                    node.handle_ready(now, Input::Closed { conn, reason }, out);
                }
            }
        }
    }

    /// Writes a warning into the log.
    pub fn warn(&self, text: &str) {
        self.log.line(role(&self.server.borrow().node), LogLevel::Warning, text);
    }

    // ---- sleep --------------------------------------------------------------------------------------------------

    /// Whether the node does nothing now.
    pub fn is_asleep(&self) -> bool {
        self.sleeps_until.get().is_some()
    }

    /// Waits until the node no longer sleeps.
    pub async fn awake(&self) {
        while self.is_asleep() {
            self.woken.notified().await;
        }
    }

    /// Waits until no script runs for this client.
    pub async fn script_ended(&self, conn: ConnId) {
        while self.server.borrow().node.runs_script_for(conn) {
            self.woken.notified().await;
        }
    }

    /// Tells who waits for it that a script may have ended.
    pub fn maybe_script_ended(&self) {
        if !self.is_busy() {
            self.woken.notify_waiters();
        }
    }

    /// The node wakes.
    pub fn wake(&self) {
        self.sleeps_until.set(None);
        self.woken.notify_waiters();
    }

    // ---- outputs ------------------------------------------------------------------------------------------------

    fn carry_out(self: &Rc<Self>, server: &mut Server) {
        if !server.out.events.is_empty() {
            let role = role(&server.node);
            print_log(&self.log, role, server.node.config(), server.out.events.drain(..));
        }
        if server.out.outputs.is_empty() {
            return;
        }
        let mut outputs = std::mem::take(&mut server.out.outputs);
        for output in outputs.drain(..) {
            if self.exit.get().is_some() {
                break;
            }
            self.carry_out_one(server, output);
        }
        server.out.outputs = outputs;
        for (name, error) in std::mem::take(&mut server.failed) {
            let Server { node, out, .. } = &mut *server;
            node.handle_ready(self.now(), Input::FileFailed { name: &name, error: &error }, out);
            self.carry_out(server);
        }
        self.tell_of_files(server);
    }

    /// What the node is to be told of its files before anything else.
    fn tell_of_files(self: &Rc<Self>, server: &mut Server) {
        let now = self.now();
        if let Some(error) = server.append_only.error.take() {
            let unwritten = std::mem::take(&mut server.append_only.unwritten);
            let input = Input::Appended { unwritten: &unwritten, error: Some(&error) };
            server.node.handle_ready(now, input, &mut server.out);
        } else if std::mem::take(&mut server.append_only.recovered) {
            server.node.handle_ready(now, Input::Appended { unwritten: &[], error: None }, &mut server.out);
        } else if let Some((child, error)) = server.not_taken.take() {
            server.node.handle_ready(now, Input::ChildDone { child, result: Err(error) }, &mut server.out);
        } else if let Some(result) = server.file_read.take() {
            let result = result.as_ref().map(Arc::clone).map_err(String::as_str);
            server.node.handle_ready(now, Input::FileRead { result }, &mut server.out);
        } else {
            return;
        }
        self.carry_out(server);
    }

    fn carry_out_one(self: &Rc<Self>, server: &mut Server, output: Output) {
        match output {
            Output::Send { conn, bytes } => {
                let Some(connection) = server.connections.get(&conn) else { return };
                match connection.send(&bytes, self) {
                    Sent::All if connection.renews_credit() => server.renewed.push(conn),
                    Sent::All | Sent::Some => {}
                    Sent::Broken(reason) => server.broken.push((conn, reason)),
                }
            }
            Output::Close { conn } => {
                if let Some(connection) = server.connections.remove(&conn) {
                    connection.hang_up();
                }
                if let Some(task) = server.connecting.remove(&conn) {
                    task.abort();
                }
            }
            Output::Connect { conn, host, port } => {
                let task = tokio::task::spawn_local(listen::connect(conn, host, port, Rc::clone(self)));
                server.connecting.insert(conn, task.abort_handle());
            }
            Output::Spawn { child, job } => {
                let name = server.node.config().dbfilename.clone();
                let temporary = format!("temp-{}-{}.rdb", std::process::id(), child.0);
                let unwanted = Arc::new(AtomicBool::new(false));
                let tell = server.tell_child_done.clone();
                let kept = (Arc::clone(&unwanted), temporary.clone());
                server.children.insert(child, Child::Disk { unwanted: kept.0, temporary: kept.1, is_rewrite: false });
                std::thread::spawn(move || {
                    let bytes: Arc<[u8]> = job.run().into();
                    let result = files::replace(&name, &temporary, &bytes, &unwanted).map(|()| bytes);
                    // Nobody listens any more when the process ends.
                    let _ = tell.send((child, result));
                });
            }
            Output::SpawnRewrite { child, job } => {
                let temporary = rewritten_name(child);
                let unwanted = Arc::new(AtomicBool::new(false));
                let tell = server.tell_child_done.clone();
                let kept = (Arc::clone(&unwanted), temporary.clone());
                server.children.insert(child, Child::Disk { unwanted: kept.0, temporary: kept.1, is_rewrite: true });
                std::thread::spawn(move || {
                    let bytes: Arc<[u8]> = job.run().into();
                    let result = files::write_temporary(&temporary, &bytes, &unwanted).map(|()| bytes);
                    // Nobody listens any more when the process ends.
                    let _ = tell.send((child, result));
                });
            }
            Output::SpawnToSockets { child, job, mark, conns, timeout_s } => {
                let held = conns.iter().filter_map(|conn| Some((*conn, Rc::clone(server.connections.get(conn)?))));
                let connections: Vec<_> = held.collect();
                let lent: Vec<_> = connections.iter().map(|(_, connection)| Rc::clone(connection)).collect();
                lent.iter().for_each(|connection| connection.lend(true));
                let timeout = Duration::from_secs(u64::try_from(timeout_s).unwrap_or(0));
                let stream = Stream { child, connections, timeout };
                let make = move || job.run_with_eof_mark(&mark);
                let task = tokio::task::spawn_local(diskless::run(stream, make, Rc::clone(self))).abort_handle();
                server.children.insert(child, Child::Sockets { task, connections: lent });
            }
            Output::Kill { child } => {
                match server.children.remove(&child) {
                    Some(Child::Disk { unwanted, temporary, .. }) => {
                        unwanted.store(true, Ordering::Relaxed);
                        // rdbRemoveTempFile: its thread may not have come so far as to make one.
                        let _ = std::fs::remove_file(temporary);
                    }
                    Some(Child::Sockets { task, connections }) => {
                        task.abort();
                        connections.iter().for_each(|connection| connection.lend(false));
                    }
                    // It ended, and the node did not look yet. Of a background save nothing is left.
                    None => drop(std::fs::remove_file(rewritten_name(child))),
                }
            }
            Output::WriteFile { name, bytes } => {
                server.append_only.replaced(&name);
                self.write_file(server, &name, &bytes);
            }
            Output::Append { name, bytes, fsync } => self.append(server, &name, &bytes, fsync),
            Output::TakeRewritten { child, name, tail, fsync, .. } => {
                let temporary = rewritten_name(child);
                if let Err(error) = server.append_only.take_rewritten(&name, &temporary, &tail, fsync) {
                    self.log.line(role(&server.node), LogLevel::Warning, &error);
                    // It may be what could not be found.
                    let _ = std::fs::remove_file(temporary);
                    server.not_taken = Some((child, error));
                }
            }
            Output::ReadFile { name } => {
                let read = std::fs::read(name).map(Arc::from);
                server.file_read = Some(read.map_err(|error| files::strerror(&error)));
            }
            Output::Sleep { until } => self.sleeps_until.set(Some(until)),
            Output::Load { .. } => {
                // The step itself takes the time; between two of them the event loop is entered once.
                let shared = Rc::clone(self);
                tokio::task::spawn_local(async move {
                    tokio::task::yield_now().await;
                    shared.bring(Input::LoadStep);
                });
            }
            Output::Exit { status } => self.exit.set(Some(End::Exit(status))),
            Output::Restart { after_ms } => {
                self.exit.set(Some(End::Restart(Duration::from_millis(after_ms))));
                // The kernel closes sockets only when the other program begins, and that may be a while.
                server.connections.values().for_each(|connection| connection.hang_up());
                server.connections.clear();
            }
        }
    }

    fn append(&self, server: &mut Server, name: &str, bytes: &[u8], fsync: Fsync) {
        let done = server.append_only.append(name, bytes, fsync);
        if !server.node.config().aof.appendonly {
            server.append_only.close();
        }
        let always = server.node.config().aof.appendfsync == AppendFsync::Always;
        match done {
            Ok(()) => {
                let append_only = &mut server.append_only;
                append_only.recovered |= std::mem::take(&mut append_only.failing);
            }
            Err(error) if always && !bytes.is_empty() => {
                let role = role(&server.node);
                let text = format!("Error writing to the AOF file: {}", files::strerror(&error));
                self.log.line(role, LogLevel::Warning, &text);
                let text = "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...";
                self.log.line(role, LogLevel::Warning, text);
                self.exit.set(Some(End::Exit(1)));
            }
            Err(_) => server.append_only.failing = true,
        }
    }

    fn write_file(&self, server: &mut Server, name: &str, bytes: &Arc<[u8]>) {
        if let Some((saved_name, saved)) = server.saved.take()
            && saved_name == name
            && Arc::ptr_eq(&saved, bytes)
        {
            return;
        }
        // Beside the file whose place it takes, for a rename does not cross file systems.
        let temporary = match name.rsplit_once('/') {
            Some((folder, file)) => format!("{folder}/temp-{}-{file}", std::process::id()),
            None => format!("temp-{}.rdb", std::process::id()),
        };
        if let Err(error) = files::replace(name, &temporary, bytes, &AtomicBool::new(false)) {
            self.log.line(role(&server.node), LogLevel::Warning, &error);
            // The last words of it are the system's own.
            let reason = error.rsplit_once(": ").map_or(error.as_str(), |(_, reason)| reason).to_owned();
            server.failed.push((name.to_owned(), reason));
        }
    }
}

/// The temporary file of a child that rewrites the append-only file.
fn rewritten_name(child: ChildId) -> String {
    format!("temp-rewriteaof-bg-{}-{}.aof", std::process::id(), child.0)
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
