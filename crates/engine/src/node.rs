//! The node: its state, one turn of the event loop, serverCron and the life of connections.

use std::sync::Arc;

use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::blocked::Blocked;
use crate::client::{Client, MasterLink, ReplicaLink, Role};
use crate::command::execute::Propagation;
use crate::command::pubsub::PubSub;
use crate::config::Config;
use crate::event::{Event, LogLevel};
use crate::ids::ReplId;
use crate::io::{ChildId, CloseReason, ConnId, Input, Outbox, Output, Peer};
use crate::keyspace::Keyspace;
use crate::loading::{Loading, Source};
use crate::replication::state::Replication;
use crate::script::Scripts;
use crate::sorted::SortedMap;
use crate::time::{Instant, Now};

/// Keys that one turn of the active expire cycle deletes at most: more would hold the event loop up.
const EXPIRE_LIMIT: usize = 1000;

/// The running background save.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) id: ChildId,
    pub(crate) started: i64,
    pub(crate) dirty_at_start: u64,
    /// Where it writes (`rdb_child_type`).
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

/// Where a child writes, and what came of it.
#[derive(Debug)]
pub(crate) enum Target {
    /// To a file: its bytes once it is whole.
    Disk { file: Result<Arc<[u8]>, String> },
    /// To the sockets of replicas: those it reached.
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
    pub(crate) sync_full: u64,
    pub(crate) sync_partial_ok: u64,
    pub(crate) sync_partial_err: u64,
    /// Calls of each command (`calls`), for INFO commandstats.
    pub(crate) calls: crate::command::table::Calls,
    /// Samples of (commands, input bytes, output bytes) at the last 17 sampling points, 100 ms apart.
    pub(crate) samples: std::collections::VecDeque<(u64, u64, u64)>,
}

/// Which events are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    Everything,
    /// Lines of the log, as far as `loglevel` lets them through.
    Log,
    Nothing,
}

/// One Redis process: an event loop without the loop.
///
/// * start: [`Node::start`]
/// * act: [`Node::handle`], one turn; or a turn of several inputs, [`Node::handle_ready`] and [`Node::end_turn`]
/// * ask: [`Node::next_timeout`], [`Node::wants_write`], [`Node::view`] and the getters
/// * set: [`Node::observe`], [`Node::observe_log`]
#[derive(Debug)]
pub struct Node {
    pub(crate) config: Config,
    pub(crate) rng: Xoshiro256PlusPlus,
    /// `runid`.
    pub(crate) run_id: ReplId,
    pub(crate) now: Now,
    pub(crate) started: i64,
    pub(crate) keyspace: Keyspace,
    /// Boxed, so that a search touches little memory.
    pub(crate) clients: SortedMap<ConnId, Box<Client>>,
    pub(crate) repl: Replication,
    pub(crate) stats: Stats,
    /// `server.dirty`: changes since the last save.
    pub(crate) dirty: u64,
    pub(crate) last_save: i64,
    pub(crate) last_bgsave_ok: bool,
    pub(crate) last_bgsave_seconds: i64,
    pub(crate) child: Option<Child>,
    /// `server.loading`.
    pub(crate) loading: Option<Loading>,
    /// `active_expire_enabled` (DEBUG SET-ACTIVE-EXPIRE).
    pub(crate) active_expire: bool,
    /// `clients_pending_write`: in the order of queueing; written newest first, as Redis does.
    pub(crate) pending_writes: Vec<ConnId>,
    /// Who waits for what (blocked.c).
    pub(crate) blocked: Blocked,
    /// Clients that WATCH keys.
    pub(crate) watching: usize,
    /// What the running command says of its own propagation.
    pub(crate) propagation: Propagation,
    pub(crate) pubsub: PubSub,
    pub(crate) scripts: Scripts,
    /// Who runs a script (`server.lua_caller`).
    pub(crate) script_caller: Option<ConnId>,
    /// When the running script began: what it touches sees no time pass (`lua_time_start`).
    pub(crate) script_time: Option<Now>,
    /// What this turn leaves.
    pub(crate) out: Outbox,
    watch: Watch,
    /// `clients_pause_end_time`: CLIENT PAUSE holds clients up to this time, in milliseconds since the Unix epoch.
    pub(crate) paused_until: Option<i64>,
    /// Until when DEBUG SLEEP holds the event loop.
    pub(crate) asleep_until: Option<Instant>,
    next_cron: Instant,
    /// `cronloops`.
    cronloops: u64,
    next_client_id: u64,
    next_outbound: u32,
    next_child: u32,
    pub(crate) exited: bool,
}

impl Node {
    /// Starts a process. `dump` is the content of `dbfilename`, if the file exists. Everything random comes from `seed`.
    /// What the start causes (log lines, for one; a first [`Output::Load`] if the file is large) is left in `out`.
    ///
    /// # Errors
    /// What redis-server prints before it exits: a damaged RDB file.
    pub fn start(now: Now, config: Config, seed: u64, dump: Option<&[u8]>, out: &mut Outbox) -> Result<Self, String> {
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
            clients: SortedMap::new(),
            repl,
            stats: Stats::default(),
            dirty: 0,
            last_save: now.unix_s(),
            last_bgsave_ok: true,
            last_bgsave_seconds: -1,
            child: None,
            loading: None,
            active_expire: true,
            pending_writes: Vec::new(),
            blocked: Blocked::default(),
            watching: 0,
            propagation: Propagation::default(),
            pubsub: PubSub::default(),
            scripts: Scripts::default(),
            script_caller: None,
            script_time: None,
            out: std::mem::take(out),
            watch: Watch::Everything,
            paused_until: None,
            asleep_until: None,
            // aeCreateTimeEvent(el, 1, serverCron, ...)
            next_cron: now.mono.plus_ms(1),
            cronloops: 0,
            next_client_id: 1,
            next_outbound: ConnId::OUTBOUND,
            next_child: 1,
            exited: false,
        };
        node.keyspace.set_clock(now.unix_s());
        node.ids_changed(crate::event::IdChange::Startup);
        node.log(LogLevel::Notice, || "Server initialized".into());
        let loaded = match dump {
            Some(bytes) => node.start_loading(Arc::from(bytes), Source::Disk),
            None => {
                node.log(LogLevel::Notice, || "Ready to accept connections".into());
                Ok(())
            }
        };
        let loaded = loaded.map_err(|error| {
            let text = format!("Bad file format reading the RDB file: {error}");
            node.log(LogLevel::Warning, || text.clone());
            text
        });
        *out = std::mem::take(&mut node.out);
        loaded.map(|()| node)
    }

    /// Whether events are gathered (they are unless told otherwise). Without, [`Outbox::events`] stays empty and nothing
    /// is spent on them.
    pub fn observe(&mut self, on: bool) {
        self.watch = if on { Watch::Everything } else { Watch::Nothing };
    }

    /// Gathers the lines of the log that `loglevel` lets through, and no other events: what a server wants that nobody
    /// looks into.
    pub fn observe_log(&mut self) {
        self.watch = Watch::Log;
    }

    /// When the node wants [`Input::Timer`] next; `None` once it has exited.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        // No time events while a file is being loaded.
        if self.exited || self.loading.is_some() {
            return None;
        }
        if let Some(running) = self.scripts.running() {
            return running.next_slice();
        }
        let others = [self.repl.line_deadline, self.asleep_until];
        Some(others.into_iter().flatten().fold(self.next_cron, Instant::min))
    }

    /// Whether output is waiting for room on `conn`.
    #[must_use]
    pub fn wants_write(&self, conn: ConnId) -> bool {
        self.clients.get(&conn).is_some_and(|client| {
            client.replica().is_some_and(|link| link.bulk.is_some()) || (!client.out.is_empty() && client.may_write())
        })
    }

    /// One turn of the event loop: one input, then everything that Redis's `beforeSleep` does. After an
    /// [`Output::Exit`] or [`Output::Restart`] the node ignores whatever comes.
    pub fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        self.handle_ready(now, input, out);
        self.end_turn(now, out);
    }

    /// One of several inputs of one turn: what was ready when the driver looked. Once it has brought them all it calls
    /// [`Node::end_turn`]; until then replies and the stream gather, so that each connection is written to once.
    pub fn handle_ready(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        if self.exited {
            return;
        }
        self.now = now;
        self.keyspace.set_clock(now.unix_s());
        std::mem::swap(&mut self.out, out);
        self.dispatch(input);
        std::mem::swap(&mut self.out, out);
    }

    /// The end of a turn whose inputs came by [`Node::handle_ready`] (`beforeSleep`).
    pub fn end_turn(&mut self, now: Now, out: &mut Outbox) {
        if self.exited {
            return;
        }
        self.now = now;
        std::mem::swap(&mut self.out, out);
        self.before_sleep();
        std::mem::swap(&mut self.out, out);
    }

    fn dispatch(&mut self, input: Input<'_>) {
        match input {
            Input::Accepted { conn, peer, room } => self.accept(conn, peer, room),
            Input::Connected { conn, room } => self.link_connected(conn, room),
            Input::ConnectFailed { conn, error } => self.link_failed(conn, error),
            Input::Received { conn, bytes } => self.received(conn, bytes),
            Input::Writable { conn, room } => self.writable(conn, room),
            Input::Closed { conn, reason } => self.closed(conn, reason),
            Input::Timer => self.timer(),
            Input::LoadStep => self.load_step(),
            Input::ChildDone { child, result } => {
                if let Some(running) = self.child.as_mut().filter(|running| running.id == child) {
                    running.target = Target::Disk { file: result };
                    running.ended = true;
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
                self.prepare_for_shutdown(None);
                self.exit(0);
            }
        }
    }

    fn accept(&mut self, conn: ConnId, peer: Peer, room: usize) {
        let id = self.next_client_id;
        self.next_client_id += 1;
        let mut client = Client::new(conn, id, peer, room, self.now.unix_s());
        if self.clients.len() >= self.config.maxclients {
            self.stats.rejected_connections += 1;
            self.out.outputs.push(Output::Send { conn, bytes: b"-ERR max number of clients reached\r\n".to_vec() });
            self.out.outputs.push(Output::Close { conn });
            return;
        }
        if self.config.denies(&client.peer) {
            self.stats.rejected_connections += 1;
            self.out.outputs.push(Output::Send { conn, bytes: crate::resp::errors::PROTECTED_MODE.to_vec() });
            self.out.outputs.push(Output::Close { conn });
            return;
        }
        client.authenticated = self.config.requirepass.is_empty();
        self.stats.connections_received += 1;
        self.log(LogLevel::Verbose, || format!("Accepted {}:{}", client.peer.ip, client.peer.port));
        self.clients.insert(conn, Box::new(client));
    }

    fn received(&mut self, conn: ConnId, bytes: &[u8]) {
        self.stats.net_input_bytes += bytes.len() as u64;
        if self.repl.link == Some(conn) {
            self.link_received(bytes);
            return;
        }
        let unix_s = self.now.unix_s();
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.last_interaction = unix_s;
        if client.close_after_reply || client.close_asap {
            return;
        }
        if client.is_master() {
            self.stream_received(conn, bytes);
        } else {
            client.query.push(bytes);
            self.process_input(conn);
        }
    }

    fn writable(&mut self, conn: ConnId, room: usize) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.room = room;
            if self.wants_write(conn) {
                self.queue_write(conn);
            }
        }
    }

    pub(crate) fn closed(&mut self, conn: ConnId, reason: CloseReason) {
        if self.repl.link == Some(conn) {
            self.link_closed(reason);
        } else if self.clients.contains_key(&conn) {
            self.log(LogLevel::Verbose, || match reason {
                CloseReason::Eof => "Client closed connection".into(),
                CloseReason::Reset => "Reading from client: Connection reset by peer".into(),
                CloseReason::TimedOut => "Reading from client: Connection timed out".into(),
            });
            self.free_client(conn, false);
        }
    }

    fn timer(&mut self) {
        if self.loading.is_some() {
            return;
        }
        if self.scripts.running().is_some() {
            self.script_timer();
            return;
        }
        if self.repl.line_deadline.is_some_and(|deadline| deadline <= self.now.mono) {
            self.link_line_timed_out();
        }
        while self.next_cron <= self.now.mono && !self.exited {
            let period_ms = (1000 / u64::from(self.config.hz)).max(1);
            // A driver that comes late (a process that was stopped) gets one turn, not all that it missed.
            self.next_cron = self.now.mono.plus_ms(period_ms);
            self.server_cron();
        }
    }

    /// `serverCron`: the parts that exist here, in Redis's order (spec 0).
    fn server_cron(&mut self) {
        self.track_instantaneous_metrics();
        self.end_pause();
        self.clients_cron();
        self.databases_cron();
        self.reap_child();
        self.start_save_at_save_point();
        self.free_clients_in_async_free_queue();
        let every = (1000 / (1000 / u64::from(self.config.hz)).max(1)).max(1);
        if self.cronloops.is_multiple_of(every) {
            self.replication_cron();
        }
        self.cronloops += 1;
    }

    fn track_instantaneous_metrics(&mut self) {
        let stats = &mut self.stats;
        stats.samples.push_back((stats.commands_processed, stats.net_input_bytes, stats.net_output_bytes));
        if stats.samples.len() > 17 {
            stats.samples.pop_front();
        }
    }

    /// `clientsCron`: clients blocked for long enough, and those idle for longer than `timeout`.
    fn clients_cron(&mut self) {
        self.blocked_clients_cron();
        if self.config.timeout == 0 {
            return;
        }
        let oldest = self.now.unix_s() - self.config.timeout;
        let idle: Vec<ConnId> = self
            .clients
            .values()
            .filter(|client| {
                matches!(client.role, Role::Normal)
                    && client.blocked.is_none()
                    && !client.is_subscriber()
                    && client.last_interaction < oldest
            })
            .map(|client| client.conn)
            .collect();
        for conn in idle {
            self.log(LogLevel::Verbose, || "Closing idle client".into());
            self.free_client(conn, true);
        }
    }

    /// `databasesCron`: the active expire cycle. Only masters expire; a replica waits for its master's DEL.
    fn databases_cron(&mut self) {
        if self.repl.masterhost.is_some() {
            self.keyspace.expire_local(self.now.unix_ms());
            return;
        }
        if !self.active_expire || self.clients_are_paused() {
            return;
        }
        for (db, key) in self.keyspace.active_expire(self.now.unix_ms(), EXPIRE_LIMIT) {
            self.propagate_expire(db, key);
        }
    }

    fn free_clients_in_async_free_queue(&mut self) {
        let doomed: Vec<ConnId> =
            self.clients.values().filter(|client| client.close_asap).map(|client| client.conn).collect();
        for conn in doomed {
            self.free_client(conn, true);
        }
    }

    /// `beforeSleep`: output that this turn caused goes to the kernel, as far as there is room.
    fn before_sleep(&mut self) {
        if self.asleep_until.is_some_and(|until| until > self.now.mono) {
            return;
        }
        self.asleep_until = None;
        if self.scripts.running().is_none() {
            self.serve_clients_waiting_acks();
            self.process_unblocked_clients();
        }
        while let Some(conn) = self.pending_writes.pop() {
            if let Some(client) = self.clients.get_mut(&conn) {
                client.write_queued = false;
            }
            self.write_to_client(conn);
        }
    }

    /// `writeToClient` and `sendBulkToSlave`.
    pub(crate) fn write_to_client(&mut self, conn: ConnId) {
        self.send_bulk_to_replica(conn);
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if !client.out.is_empty() && client.room > 0 && !client.mute {
            let bytes = client.out.take(client.room);
            client.room -= bytes.len();
            if !client.is_master() {
                client.last_interaction = self.now.unix_s();
            }
            self.stats.net_output_bytes += bytes.len() as u64;
            self.out.outputs.push(Output::Send { conn, bytes });
        }
        if self.clients.get(&conn).is_some_and(|client| client.close_after_reply && client.out.is_empty()) {
            self.free_client(conn, true);
        }
    }

    // ---- helpers for the whole engine ---------------------------------------------------------------------------

    /// Records an event, if anybody watches.
    pub(crate) fn event(&mut self, make: impl FnOnce() -> Event) {
        if self.watch == Watch::Everything {
            self.out.events.push(make());
        }
    }

    /// Writes a line of the log.
    pub(crate) fn log(&mut self, level: LogLevel, text: impl FnOnce() -> String) {
        let wanted = match self.watch {
            Watch::Everything => true,
            Watch::Log => self.config.logs(level),
            Watch::Nothing => false,
        };
        if wanted {
            self.out.events.push(Event::Log { level, text: text() });
        }
    }

    /// `addReply`: queues output for a client. The master gets no replies, except those that replication forces.
    pub(crate) fn add_reply(&mut self, conn: ConnId, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.is_master() {
            if bytes[0] == b'-' {
                let error = String::from_utf8_lossy(&bytes[1..]).trim_end().to_owned();
                self.log(LogLevel::Warning, || {
                    format!("== CRITICAL == This replica is sending an error to its master: '{error}'")
                });
            }
            return;
        }
        if client.close_after_reply || client.reply_mode.is_silent() {
            return;
        }
        client.out.push(bytes);
        self.output_was_added(conn);
    }

    /// [`Node::add_reply`] of several pieces, for a client that is no master.
    pub(crate) fn add_pieces(&mut self, conn: ConnId, pieces: &[&[u8]]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.is_master() || client.close_after_reply || client.reply_mode.is_silent() {
            return;
        }
        for piece in pieces {
            client.out.push(piece);
        }
        self.output_was_added(conn);
    }

    /// `prepareClientToWrite` and `asyncCloseClientOnOutputBufferLimitReached`.
    fn output_was_added(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        // A replica's stream waits until it is online.
        if client.may_write() && !client.write_queued {
            client.write_queued = true;
            self.pending_writes.push(conn);
        }
        if client.out.has_blocks() {
            self.close_on_output_limit(conn);
        }
    }

    pub(crate) fn queue_write(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn)
            && !client.write_queued
        {
            client.write_queued = true;
            self.pending_writes.push(conn);
        }
    }

    /// Writes straight to the socket, before anything queued: `+FULLRESYNC`, `+CONTINUE`, keep-alive newlines.
    /// Returns false, as a short write does, if the kernel has no room.
    #[must_use]
    pub(crate) fn write_direct(&mut self, conn: ConnId, bytes: &[u8]) -> bool {
        let Some(client) = self.clients.get_mut(&conn) else { return false };
        if client.room < bytes.len() {
            return false;
        }
        client.room -= bytes.len();
        self.stats.net_output_bytes += bytes.len() as u64;
        self.out.outputs.push(Output::Send { conn, bytes: bytes.to_vec() });
        true
    }

    /// `freeClient`. `close` is false when the connection is already gone. Losing the master's link this way suspends it
    /// for a partial resync; losing a replica takes it off the list.
    pub(crate) fn free_client(&mut self, conn: ConnId, close: bool) {
        let was_blocked = self.clients.get(&conn).is_some_and(|client| client.blocked.is_some());
        self.unblock_client(conn);
        self.unwatch_all_keys(conn);
        self.unsubscribe_all(conn);
        let Some(mut client) = self.clients.remove(&conn) else { return };
        if close {
            self.out.outputs.push(Output::Close { conn });
        }
        match std::mem::replace(&mut client.role, Role::Normal) {
            Role::Normal | Role::Script => {}
            Role::Master(link) => {
                self.log(LogLevel::Warning, || "Connection with master lost.".into());
                if !client.close_after_reply && !client.close_asap && !was_blocked {
                    self.replication_cache_master(link, client.db);
                }
                self.replication_handle_master_disconnection();
            }
            Role::Replica(_) => self.replica_freed(&client),
        }
    }

    /// The attached replicas, in order of attachment.
    pub(crate) fn replicas(&self) -> impl Iterator<Item = (&Client, &ReplicaLink)> {
        let clients = self.repl.replicas.iter().filter_map(|conn| self.clients.get(conn).map(|client| &**client));
        clients.filter_map(|client| Some((client, client.replica()?)))
    }

    /// Those of the attached replicas that fit, in order of attachment.
    pub(crate) fn replicas_where(&self, fits: impl Fn(&ReplicaLink) -> bool) -> Vec<ConnId> {
        self.replicas().filter(|(_, link)| fits(link)).map(|(client, _)| client.conn).collect()
    }

    /// The live link to the master.
    pub(crate) fn master_link(&self) -> Option<&MasterLink> {
        self.clients.get(&self.repl.master?)?.master()
    }

    pub(crate) fn new_outbound(&mut self) -> ConnId {
        let conn = ConnId(self.next_outbound);
        self.next_outbound += 1;
        conn
    }

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

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }
}
