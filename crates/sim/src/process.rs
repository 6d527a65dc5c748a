//! What runs on a host: [`psyncscope_engine::Node`], or a test's own process.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::steps::StepReport;
use psyncscope_engine::view::StreamView;
use psyncscope_engine::{ChildId, ConnId, Input, Instant, Node, Now, Outbox};

use crate::causes::TurnId;
use crate::queue::Key;
use crate::socket_transfer::SocketTransfer;

/// A process in the world: an event loop that is driven from outside, as [`Node`] is.
///
/// One [`Input`] is one turn. A process is a function of its inputs and its seed: it has no other clock and no other
/// random numbers.
pub trait Process: Sized {
    /// What it is started with, and started again with after a crash.
    type Config: Clone;

    /// Starts it. `file` is the content of [`Process::start_file`] on the host's disk, if there is such a file.
    ///
    /// # Errors
    /// What it prints if it refuses to start.
    fn start(now: Now, config: Self::Config, seed: u64, file: Option<&[u8]>, out: &mut Outbox) -> Result<Self, String>;

    /// One turn.
    fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox);

    /// When it needs [`Input::Timer`].
    fn next_timeout(&self) -> Option<Instant>;

    /// Sets whether its events are recorded. Nothing else may depend on it.
    fn observe(&mut self, on: bool) {
        let _ = on;
    }

    /// Reports the steps of its functions from now on, if it can. Nothing else may depend on it.
    fn observe_steps(&mut self) {}

    /// The steps since the last call.
    fn take_steps(&mut self) -> Vec<StepReport> {
        Vec::new()
    }

    /// Whether it waits for room to send on `conn`.
    fn wants_write(&self, conn: ConnId) -> bool;

    /// All connections on which it waits for room to send.
    fn writers(&self) -> impl Iterator<Item = ConnId>;

    /// Appends its state for frames, as [`psyncscope_engine::view::NodeView::take`] reads it. `false` if it is not a
    /// Redis node.
    fn put_view(&self, words: &mut Vec<u64>) -> bool {
        let _ = words;
        false
    }

    /// Its replication backlog, if it has one.
    fn backlog(&self) -> Option<&Backlog> {
        None
    }

    /// The stream that an online replica gets on this connection.
    fn stream_on(&self, conn: ConnId) -> Option<StreamView> {
        let _ = conn;
        None
    }

    /// The port it listens on.
    fn port(config: &Self::Config) -> u16;

    /// The file that holds its dataset, unless it keeps another too.
    fn dump_name(config: &Self::Config) -> &str;

    /// The file it reads at the start.
    fn start_file(config: &Self::Config) -> &str {
        Self::dump_name(config)
    }
}

impl Process for Node {
    type Config = psyncscope_engine::Config;

    fn start(now: Now, config: Self::Config, seed: u64, file: Option<&[u8]>, out: &mut Outbox) -> Result<Self, String> {
        Self::start(now, config, seed, file.map(Arc::from), out)
    }

    fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        self.handle(now, input, out);
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.next_timeout()
    }

    fn observe(&mut self, on: bool) {
        self.observe(on);
    }

    fn observe_steps(&mut self) {
        self.observe_steps();
    }

    fn take_steps(&mut self) -> Vec<StepReport> {
        self.take_steps()
    }

    fn wants_write(&self, conn: ConnId) -> bool {
        self.wants_write(conn)
    }

    fn writers(&self) -> impl Iterator<Item = ConnId> {
        self.writers()
    }

    fn put_view(&self, words: &mut Vec<u64>) -> bool {
        self.put_view(words);
        true
    }

    fn backlog(&self) -> Option<&Backlog> {
        self.backlog()
    }

    fn stream_on(&self, conn: ConnId) -> Option<StreamView> {
        self.stream_on(conn)
    }

    fn port(config: &Self::Config) -> u16 {
        config.port
    }

    fn dump_name(config: &Self::Config) -> &str {
        &config.dbfilename
    }

    fn start_file(config: &Self::Config) -> &str {
        config.start_file()
    }
}

/// A running process, and what its host keeps for it.
pub(crate) struct Running<P> {
    pub process: P,
    /// Inputs that did not come over the network, in order.
    /// Each with the turn that caused it.
    pub inbox: VecDeque<(Pending, TurnId)>,
    /// The number that the next accepted connection gets.
    pub next_conn: u32,
    pub children: LiteMap<ChildId, Child>,
    /// It takes no input until then (DEBUG SLEEP, or a step of loading), in microseconds.
    pub sleeps_until: Option<u64>,
    /// [`Input::LoadStep`] is due: the disk has had its time. The turn that asked for it.
    pub loads: Option<TurnId>,
    /// It had a turn since its kernel was told on which connections it waits for room.
    pub had_turn: bool,
    /// When it got [`Input::Timer`] last: never twice in one microsecond.
    pub timer_told_at: Option<u64>,
}

/// A child process.
pub(crate) struct Child {
    pub started: u64,
    /// When it ends, or, of one that writes to sockets, when it next looks whether one of them is stuck.
    pub ends: u64,
    pub key: Key,
    pub work: Work,
    /// The turn that started it.
    pub by: TurnId,
}

/// What a child does.
pub(crate) enum Work {
    /// It writes a file, whose bytes are known from the start; it ends after the time that takes.
    File(Arc<[u8]>),
    /// It writes to sockets.
    Sockets(SocketTransfer),
}

/// An input that waits for the process to take it.
#[derive(Debug)]
pub(crate) enum Pending {
    /// Bytes from a console, at most as many as one read takes.
    Console(u32, Vec<u8>),
    /// A console closed its connection.
    ConsoleGone(ConnId),
    ChildDone(ChildId, Arc<[u8]>),
    ChildStreamed(ChildId, Vec<ConnId>),
    /// A file that it asked for.
    FileRead(Option<Arc<[u8]>>),
    Terminate,
}

impl<P: Process> Running<P> {
    pub(crate) const fn new(process: P) -> Self {
        Self {
            process,
            inbox: VecDeque::new(),
            next_conn: 1,
            children: LiteMap::new_vec(),
            sleeps_until: None,
            loads: None,
            had_turn: false,
            timer_told_at: None,
        }
    }

    /// When [`Input::Timer`] is due, in microseconds.
    pub(crate) fn timer_due(&self) -> Option<u64> {
        let due = self.process.next_timeout()?.0;
        Some(self.timer_told_at.map_or(due, |told| due.max(told + 1)))
    }

    pub(crate) fn new_conn(&mut self) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        conn
    }
}
