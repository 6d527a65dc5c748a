//! The node: its state and one turn of the event loop.

mod connections;
mod context;
mod cron;
mod output;
mod output_limits;

use std::sync::Arc;

pub(crate) use context::Context;
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::aof::state::Aof;
use crate::blocked::state::Blocked;
use crate::client::Client;
use crate::clients::Clients;
use crate::command::logs::state::{CommandClock, SlowLog};
use crate::command::migrate::state::Migrations;
use crate::command::propagation::Propagation;
use crate::command::pubsub::state::PubSub;
use crate::config::Config;
use crate::event::{IdChange, LogLevel};
use crate::ids::ReplId;
use crate::io::{ChildFile, ChildId, ConnId, DiskReply, HostFacts, Input, Outbox, Output};
use crate::loading::state::{Loading, Source};
use crate::persistence::unwritten::state::Unwritten;
use crate::replication::state::Replication;
use crate::script::state::Scripts;
use crate::steps::StepReport;
use crate::time::{Instant, Now};
use psyncscope_keyspace::Keyspace;

/// The most keys that one turn of the active expire cycle deletes, so that it does not block the event loop for long.
const EXPIRE_LIMIT: usize = 1000;

/// The running background save.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) id: ChildId,
    pub(crate) started: i64,
    pub(crate) dirty_at_start: u64,
    /// What it writes to (`rdb_child_type`).
    pub(crate) target: Target,
    /// Whether it has ended; serverCron reaps it, at most one turn later.
    pub(crate) ended: bool,
}

impl Child {
    /// `RDB_CHILD_TYPE_SOCKET`.
    pub(crate) const fn to_sockets(&self) -> bool {
        matches!(self.target, Target::Sockets { .. })
    }
}

/// What a child writes to, and its result.
#[derive(Debug)]
pub(crate) enum Target {
    /// To a file: its bytes once it is complete.
    Disk { file: Result<ChildFile, String> },
    /// To the sockets of replicas: those that got all of it.
    Sockets { reached: Vec<ConnId> },
}

/// Counters for INFO.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) connections_received: u64,
    pub(crate) commands_processed: u64,
    pub(crate) net_input_bytes: u64,
    pub(crate) net_output_bytes: u64,
    pub(crate) rejected_connections: u64,
    /// `stat_evictedkeys`.
    pub(crate) evicted_keys: u64,
    pub(crate) sync_full: u64,
    pub(crate) sync_partial_ok: u64,
    pub(crate) sync_partial_err: u64,
    /// Commands of our master that failed (`stat_unexpected_error_replies` of Redis 7).
    pub(crate) unexpected_error_replies: u64,
    /// Calls of each command (`calls`), for INFO commandstats.
    pub(crate) calls: crate::command::table::Calls,
    /// Samples of (commands, input bytes, output bytes) at the last 17 sampling points, 100 ms apart.
    pub(crate) samples: std::collections::VecDeque<(u64, u64, u64)>,
}

/// A turn in progress, from [`Node::begin_turn`] to [`Node::end_turn`]. It is the proof that inputs are handled within
/// a turn, and that a turn is ended once.
#[derive(Debug)]
#[must_use = "queued output is written by `Node::end_turn`"]
pub struct Turn(());

/// Which events are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    Everything,
    /// Log lines that `loglevel` lets through.
    Log,
    Nothing,
}

impl Watch {
    /// Whether log lines of this level are recorded.
    fn wants_line(self, config: &Config, level: LogLevel) -> bool {
        match self {
            Self::Everything => true,
            Self::Log => config.logs(level),
            Self::Nothing => false,
        }
    }
}

/// One Redis process, without the event loop that calls it.
///
/// * start: [`Node::start`]
/// * act: [`Node::handle`], one turn; or a turn of several inputs, [`Node::begin_turn`],
///   [`Node::handle_ready`] and [`Node::end_turn`]
/// * ask: [`Node::next_timeout`], [`Node::wants_write`], [`Node::view`] and the getters
/// * set: [`Node::observe`], [`Node::observe_log`], [`Node::time_commands_by`]
///
/// ```
/// use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output, Peer};
///
/// let now = Now { mono: Instant(0), unix_us: 1_700_000_000_000_000 };
/// let mut out = Outbox::new();
/// let mut node = Node::start(now, Config::default(), 42, None, &mut out)?;
///
/// // A client connects and sends a command. The driver chooses the number of an accepted connection.
/// let conn = ConnId(1);
/// let peer = Peer { ip: "10.0.0.9".into(), port: 40_000 };
/// node.handle(now, Input::Accepted { conn, peer, room: 64 * 1024 }, &mut out);
/// node.handle(now, Input::Received { conn, bytes: b"SET greeting hello\r\n" }, &mut out);
/// assert_eq!(node.keyspace().total_keys(), 1);
///
/// // The reply is an output, which the driver writes to the socket.
/// let reply = out.outputs.drain(..).find_map(|output| match output {
///     Output::Send { conn: to, bytes } if to == conn => Some(bytes),
///     _ => None,
/// });
/// assert_eq!(reply.as_deref(), Some(&b"+OK\r\n"[..]));
///
/// // Timers are inputs as well: the driver calls at the time of `next_timeout`.
/// let due = node.next_timeout().expect("serverCron is always due at some time");
/// let then = Now { mono: due, unix_us: now.unix_us + due.0 as i64 };
/// node.handle(then, Input::Timer, &mut out);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct Node {
    pub(crate) config: Config,
    pub(crate) rng: Xoshiro256PlusPlus,
    /// `runid`.
    pub(crate) run_id: ReplId,
    pub(crate) now: Now,
    pub(crate) started: i64,
    pub(crate) keyspace: Keyspace,
    pub(crate) clients: Clients,
    pub(crate) repl: Replication,
    pub(crate) stats: Stats,
    /// SLOWLOG and LATENCY.
    pub(crate) slow_log: SlowLog,
    /// What commands are timed by; time stands still during a turn without it.
    pub(crate) command_clock: Option<CommandClock>,
    /// The next database to evict from under a random policy (`next_db`).
    pub(crate) next_evicted_db: usize,
    /// Peak memory (`stat_peak_memory`).
    pub(crate) peak_memory: u64,
    /// The driver's facts about the process.
    pub(crate) host_facts: Option<HostFacts>,
    /// `server.dirty`: changes since the last save.
    pub(crate) dirty: u64,
    pub(crate) last_save: i64,
    pub(crate) last_bgsave_ok: bool,
    pub(crate) last_bgsave_seconds: i64,
    pub(crate) child: Option<Child>,
    /// Files written in this turn whose result is not known yet.
    pub(crate) unwritten: Vec<Unwritten>,
    /// The append-only file.
    pub(crate) aof: Aof,
    /// `server.loading`.
    pub(crate) loading: Option<Loading>,
    /// `active_expire_enabled` (DEBUG SET-ACTIVE-EXPIRE).
    pub(crate) active_expire: bool,
    /// Blocked clients (blocked.c).
    pub(crate) blocked: Blocked,
    /// Clients that WATCH keys.
    pub(crate) watching: usize,
    /// How the running command is propagated.
    pub(crate) propagation: Propagation,
    pub(crate) pubsub: PubSub,
    pub(crate) scripts: Scripts,
    pub(crate) migrations: Migrations,
    /// The client that runs a script (`server.lua_caller`).
    pub(crate) script_caller: Option<ConnId>,
    /// When the running script began; its commands see this time (`lua_time_start`).
    pub(crate) script_time: Option<Now>,
    /// The outputs and events of this turn.
    pub(crate) out: Outbox,
    watch: Watch,
    /// The steps of this turn, if they are observed.
    steps: Option<Vec<StepReport>>,
    /// `clients_pause_end_time`: end of CLIENT PAUSE, in milliseconds since the Unix epoch.
    pub(crate) paused_until: Option<i64>,
    /// End of DEBUG SLEEP.
    pub(crate) asleep_until: Option<Instant>,
    next_cron: Instant,
    /// `cronloops`.
    cronloops: u64,
    next_client_id: u64,
    next_child: u32,
    pub(crate) exited: bool,
}

impl Node {
    /// Starts a process. `file` is the content of [`Config::start_file`], if it exists. All randomness comes from
    /// `seed`. Outputs and events of the start (log lines; a first [`Output::Load`] if the file is large) are left in
    /// `out`.
    ///
    /// # Errors
    /// What redis-server prints before it exits: a damaged file.
    pub fn start(
        now: Now,
        config: Config,
        seed: u64,
        file: Option<Arc<[u8]>>,
        out: &mut Outbox,
    ) -> Result<Self, String> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let run_id = ReplId::random(&mut rng);
        let repl = Replication::new(&config, ReplId::random(&mut rng), now.unix_s());
        let mut node = Self {
            keyspace: Keyspace::new(config.databases),
            config,
            rng,
            run_id,
            now,
            started: now.unix_s(),
            clients: Clients::default(),
            repl,
            stats: Stats::default(),
            slow_log: SlowLog::default(),
            command_clock: None,
            next_evicted_db: 0,
            peak_memory: 0,
            host_facts: None,
            dirty: 0,
            last_save: now.unix_s(),
            last_bgsave_ok: true,
            last_bgsave_seconds: -1,
            child: None,
            unwritten: Vec::new(),
            aof: Aof::default(),
            loading: None,
            active_expire: true,
            blocked: Blocked::default(),
            watching: 0,
            propagation: Propagation::default(),
            pubsub: PubSub::default(),
            scripts: Scripts::default(),
            migrations: Migrations::default(),
            script_caller: None,
            script_time: None,
            out: std::mem::take(out),
            watch: Watch::Everything,
            steps: None,
            paused_until: None,
            asleep_until: None,
            // aeCreateTimeEvent(el, 1, serverCron, ...)
            next_cron: now.mono.plus_ms(1),
            cronloops: 0,
            next_client_id: 1,
            next_child: 1,
            exited: false,
        };
        node.keyspace.set_clock(now.unix_s());
        let (repl, mut context) = node.replication();
        repl.history.ids_changed(IdChange::Startup, &mut context);
        node.log(LogLevel::Notice, || "Server initialized".into());
        let loaded = if node.config.aof.appendonly {
            node.start_from_append_only_file(file)
        } else {
            node.start_from_dump(file)
        };
        *out = std::mem::take(&mut node.out);
        loaded.map(|()| node)
    }

    fn start_from_dump(&mut self, dump: Option<Arc<[u8]>>) -> Result<(), String> {
        let loaded = match dump {
            Some(bytes) => self.start_loading(bytes, Source::Disk),
            None => {
                self.log(LogLevel::Notice, || "Ready to accept connections".into());
                Ok(())
            }
        };
        loaded.map_err(|error| {
            let text = format!("Bad file format reading the RDB file: {error}");
            self.log(LogLevel::Warning, || text.clone());
            text
        })
    }

    /// Turns events on or off; they are on by default. When off, [`Outbox::events`] stays empty and no time is spent
    /// on them.
    pub fn observe(&mut self, on: bool) {
        self.watch = if on { Watch::Everything } else { Watch::Nothing };
    }

    /// Records only the log lines that `loglevel` lets through, for servers without an observer.
    pub fn observe_log(&mut self) {
        self.watch = Watch::Log;
    }

    /// Reports the steps of the functions of replication from now on: [`Node::take_steps`]. Nothing is reported without
    /// the feature `steps`.
    pub fn observe_steps(&mut self) {
        self.steps.get_or_insert_default();
    }

    /// The steps since the last call; to be called after each turn, since they are kept until then. Empty unless they
    /// are observed.
    pub fn take_steps(&mut self) -> Vec<StepReport> {
        self.steps.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Sets the driver's facts about the process, for INFO.
    pub fn set_host_facts(&mut self, facts: HostFacts) {
        self.host_facts = Some(facts);
    }

    /// When the node needs [`Input::Timer`] next; `None` once it has exited.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        // No time events while a file is being loaded.
        if self.exited || self.loading.is_some() {
            return None;
        }
        if let Some(running) = self.scripts.running() {
            return running.next_slice();
        }
        if self.migrations.is_running() {
            return self.migrations.deadline();
        }
        let others = [self.repl.upstream.line_deadline(), self.asleep_until];
        Some(others.into_iter().flatten().fold(self.next_cron, Instant::min))
    }

    /// Whether a script has run for longer than `lua-time-limit`: it continues, but clients get -BUSY meanwhile.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.scripts.timed_out()
    }

    /// Whether a script runs for this client; its input must wait until the script has ended (`protectClient`).
    #[must_use]
    pub fn runs_script_for(&self, conn: ConnId) -> bool {
        self.scripts.running().is_some_and(|running| running.is_for(conn))
    }

    /// The connection that MIGRATE waits for: until it is done, any other input has no effect, and a driver may leave it
    /// where it is.
    #[must_use]
    pub fn awaited_by_migration(&self) -> Option<ConnId> {
        self.migrations.awaited()
    }

    /// Whether output waits for room on `conn`.
    #[must_use]
    pub fn wants_write(&self, conn: ConnId) -> bool {
        if self.migrations.is_running() {
            return self.migrations.writer() == Some(conn);
        }
        self.clients.get(&conn).is_some_and(Client::wants_write)
    }

    /// All connections on which output waits for room.
    pub fn writers(&self) -> impl Iterator<Item = ConnId> + '_ {
        let is_migrating = self.migrations.is_running();
        let clients = self.clients.values().filter(move |client| client.wants_write() && !is_migrating);
        clients.map(|client| client.conn).chain(self.migrations.writer())
    }

    /// One turn of the event loop: one input, then everything that Redis's `beforeSleep` does. After
    /// [`Output::Exit`], [`Output::Crash`] or [`Output::Restart`] the node ignores all input.
    pub fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        let mut turn = self.begin_turn();
        self.handle_ready(&mut turn, now, input, out);
        self.end_turn(turn, now, out);
    }

    /// Begins a turn of several inputs. The driver ends it before it begins another.
    pub fn begin_turn(&mut self) -> Turn {
        Turn(())
    }

    /// One of several inputs of one turn: events that were ready at the same time. The driver carries out the outputs
    /// of each before it passes the next. Bytes for connections are queued until the turn ends, so that each connection
    /// is written to once.
    pub fn handle_ready(&mut self, _turn: &mut Turn, now: Now, input: Input<'_>, out: &mut Outbox) {
        if self.exited {
            return;
        }
        self.now = now;
        self.keyspace.set_clock(now.unix_s());
        std::mem::swap(&mut self.out, out);
        self.dispatch(input);
        std::mem::swap(&mut self.out, out);
    }

    /// Ends a turn (`beforeSleep`). By then the replies to the turn's [`crate::io::DiskRequest`]s were delivered.
    pub fn end_turn(&mut self, turn: Turn, now: Now, out: &mut Outbox) {
        let Turn(()) = turn;
        if self.exited {
            return;
        }
        self.now = now;
        std::mem::swap(&mut self.out, out);
        self.files_are_written();
        if !self.exited {
            self.before_sleep();
        }
        std::mem::swap(&mut self.out, out);
    }

    pub(crate) fn dispatch(&mut self, input: Input<'_>) {
        let Some(input) = self.pass_to_migration(input) else { return };
        match input {
            Input::Accepted { conn, peer, room } => self.accept(conn, peer, room),
            Input::Connected { conn, room } => {
                let (repl, mut context) = self.replication();
                repl.upstream.link_connected(conn, room, &mut context);
            }
            Input::ConnectFailed { conn, error } => {
                let (repl, mut context) = self.replication();
                repl.upstream.link_failed(conn, error, &mut context);
            }
            Input::Received { conn, bytes } => self.received(conn, bytes),
            Input::Writable { conn, room } => self.writable(conn, room),
            Input::Closed { conn, reason } => self.closed(conn, reason),
            Input::Timer => self.timer(),
            Input::LoadStep => self.load_step(),
            Input::ChildDone { child, result } => {
                if let Some(running) = self.child.as_mut().filter(|running| running.id == child) {
                    running.target = Target::Disk { file: result };
                    running.ended = true;
                } else {
                    self.append_only_child_done(child, result);
                }
            }
            Input::ChildStreamed { child, reached } => {
                if let Some(running) = self.child.as_mut().filter(|running| running.id == child) {
                    running.target = Target::Sockets { reached: reached.to_vec() };
                    running.ended = true;
                }
            }
            Input::Terminate => {
                self.log(LogLevel::Warning, || "Received SIGTERM scheduling shutdown...".into());
                if !self.shut_down(None, Output::Exit { status: 0 }) {
                    self.log(LogLevel::Warning, || {
                        "SIGTERM received but errors trying to shut down the server, check the logs for more \
                         information"
                            .into()
                    });
                }
            }
            Input::Disk(DiskReply::Failed { name, error }) => self.file_failed(&name, &error),
            Input::Disk(DiskReply::AppendFailed { unwritten, error }) => self.append_failed(&unwritten, &error),
            Input::Disk(DiskReply::AppendRecovered) => self.append_recovered(),
            Input::Disk(DiskReply::TakeFailed { child }) => self.append_only_take_failed(child),
            Input::Disk(DiskReply::Read { result }) => self.append_only_file_read(result),
        }
    }

    // ---- helpers for the whole engine ---------------------------------------------------------------------------

    pub(crate) fn new_child(&mut self) -> ChildId {
        let child = ChildId(self.next_child);
        self.next_child += 1;
        child
    }

    pub(crate) fn new_client_id(&mut self) -> u64 {
        let id = self.next_client_id;
        self.next_client_id += 1;
        id
    }

    // ---- getters ------------------------------------------------------------------------------------------------

    /// The dataset.
    #[must_use]
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }

    /// The current configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }
}
