//! Running a script: it starts, runs in slices, calls commands, and ends.

use psyncscope_lua::{CHUNK, SLICE_INSTRUCTIONS, Step};
use psyncscope_resp::Reply;
use rand_core::RngCore as _;

use super::state::Running;
use crate::client::{Client, Role};
use crate::command::dispatch::OUT_OF_MEMORY;
use crate::command::propagation::{Propagate, Suspended};
use crate::command::table::Flags;
use crate::event::LogLevel;
use crate::io::{CloseReason, ConnId, Output, Peer};
use crate::node::Node;

/// Flags of `redis.set_repl`: none, append-only file, replicas.
const REPL_AOF: i64 = 1;
const REPL_REPLICA: i64 = 2;

/// The most instructions in metamethods and the like, where a script cannot yield; the second is about a minute of a
/// real processor, for drivers in which a script does not delay other nodes.
const BOUND: u64 = 50_000_000;
const BOUND_OF_THE_CLOCK: u64 = 10_000_000_000;

/// The parameters of a script's start.
pub(super) struct Start<'a> {
    pub(super) conn: ConnId,
    pub(super) sha: &'a str,
    pub(super) evalsha: bool,
    pub(super) keys: &'a [Vec<u8>],
    pub(super) args: &'a [Vec<u8>],
}

impl Node {
    /// Starts a known script and runs its first slice.
    pub(super) fn start_script(&mut self, start: &Start<'_>) {
        let Some(client) = self.clients.get(&start.conn) else { return };
        let db = client.db;
        let bound = match self.config.limits.script_instructions_per_ms {
            0 => BOUND_OF_THE_CLOCK,
            _ => BOUND,
        };
        let begun = self.script_engine().and_then(|engine| engine.start(start.sha, start.keys, start.args, bound));
        if let Err(error) = begun {
            self.add_reply(start.conn, format!("-ERR {error}\r\n").as_bytes());
            return;
        }
        self.scripts.running = Some(Box::new(Running {
            caller: start.conn,
            sha: start.sha.to_owned(),
            evalsha: start.evalsha,
            effects: self.config.lua_replicate_commands,
            repl: REPL_AOF | REPL_REPLICA,
            multi_emitted: false,
            wrote: false,
            random: false,
            replayed_slices: 0,
            db,
            started: self.now,
            dirty_before: self.dirty,
            timed_out: false,
            killed: false,
            next_slice: None,
            hung_up: None,
            suspended: Vec::new(),
        }));
        self.script_caller = Some(start.conn);
        self.script_time = Some(self.now);
        self.run_script();
    }

    /// Whether the script of this client yielded and will continue.
    pub(crate) fn script_yielded(&self, conn: ConnId) -> bool {
        self.scripts.running().is_some_and(|running| running.is_for(conn) && running.next_slice.is_some())
    }

    /// The part of `call` after EVAL, or after the EXEC around it, is delayed until the script has ended.
    pub(crate) fn suspend_call_for_script(&mut self, suspended: Suspended) {
        if let Some(running) = self.scripts.running.as_deref_mut() {
            running.suspended.push(suspended);
        }
    }

    /// Runs the next slice of the running script, if it is due.
    pub(crate) fn script_timer(&mut self) {
        let now = self.now.mono;
        let Some(running) = self.scripts.running.as_deref_mut() else { return };
        if running.next_slice.is_none_or(|at| at > now) {
            return;
        }
        running.next_slice = None;
        let (suspended, hung_up) = (std::mem::take(&mut running.suspended), running.hung_up);
        let caller = running.caller;
        if !self.resume_calls(caller, suspended, Self::run_script) {
            if let Some(reason) = hung_up {
                // A transaction's next command has the same caller.
                self.hang_up_later(caller, reason);
            }
            return;
        }
        self.after_script(caller);
        if let Some(reason) = hung_up {
            // Input received before still counts.
            self.process_input_and_replicate(caller);
            self.closed(caller, reason);
        }
    }

    /// Whether a script runs for the client that disconnected now: it is freed when the script has ended.
    pub(crate) fn defer_close_until_script_ends(&mut self, conn: ConnId, reason: CloseReason) -> bool {
        let Some(running) = self.scripts.running.as_deref_mut().filter(|running| running.caller == conn) else {
            return false;
        };
        running.hung_up = Some(reason);
        if let Some(client) = self.clients.get_mut(&conn) {
            client.mute = true;
        }
        true
    }

    /// The same, if the script ended and the transaction's next command takes several turns as well.
    fn hang_up_later(&mut self, conn: ConnId, reason: CloseReason) {
        if !self.defer_close_until_script_ends(conn, reason) {
            self.hang_up_after_migration(conn, reason);
        }
    }

    /// The part of `processCommand` after the command, and the clients that waited for the script.
    fn after_script(&mut self, caller: ConnId) {
        self.command_executed(caller);
        self.scripts.ended_for_master = self.repl.upstream.master_conn() == Some(caller);
        self.queue_client_for_reprocessing(caller);
        if let Some(master) = self.repl.upstream.master_conn() {
            self.queue_client_for_reprocessing(master);
        }
    }

    /// Runs the script until it ends or yields.
    fn run_script(&mut self) {
        while !self.exited {
            let Some(mut engine) = self.scripts.engine.take() else { return };
            let step = engine.go(self);
            self.scripts.engine = Some(engine);
            match step {
                Step::Done(bytes) => return self.end_script(Ok(bytes)),
                Step::Failed(error) => return self.end_script(Err(error)),
                Step::Slice if self.yield_script() => return,
                Step::Slice => {}
            }
        }
    }

    /// `redis.replicate_commands()`: a seed for `math.random`, unless it is too late.
    pub(super) fn script_replicates_commands(&mut self) -> Option<i32> {
        self.scripts.running.as_deref_mut().filter(|running| !running.wrote)?.effects = true;
        Some(self.rng.next_u32() as i32)
    }

    /// `redis.set_repl(flags)`: returns the error, if any.
    pub(super) fn script_set_repl(&mut self, flags: i64) -> Option<&'static str> {
        let running = self.scripts.running.as_deref_mut()?;
        if !running.effects {
            return Some(
                "You can set the replication policy only after turning on single commands replication with \
                 redis.replicate_commands().",
            );
        }
        if flags & !(REPL_AOF | REPL_REPLICA) != 0 {
            return Some("Invalid replication flags. Please use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }
        running.repl = flags;
        None
    }

    /// `luaMaskCountHook`: a slice is used up. Returns whether the script yields now.
    ///
    /// During the time of a slice no client is served until `lua-time-limit` has passed; then clients get -BUSY.
    /// serverCron waits until the script has ended.
    fn yield_script(&mut self) -> bool {
        let per_slice_us = match self.config.limits.script_instructions_per_ms {
            0 => 0,
            per_ms => (SLICE_INSTRUCTIONS as u64 * 1000 / per_ms).max(1),
        };
        let (now, limit_ms) = (self.now.mono, self.config.lua_time_limit);
        let Some(running) = self.scripts.running.as_deref_mut() else { return true };
        if running.caller == ConnId::LOADER {
            running.replayed_slices += 1;
            // It was compiled before.
            let is_stuck = running.replayed_slices > BOUND_OF_THE_CLOCK / SLICE_INSTRUCTIONS as u64;
            if is_stuck {
                self.fail_script(b"Script ended: it does not end by itself");
            }
            return is_stuck;
        }
        if running.killed {
            self.fail_script(b"Script killed by user with SCRIPT KILL...");
            return true;
        }
        let until = now.plus_us(per_slice_us);
        running.next_slice = Some(until);
        let ran_ms = now.since_us(running.started.mono) / 1000;
        if !running.timed_out && limit_ms > 0 && ran_ms >= limit_ms {
            running.timed_out = true;
            self.log(LogLevel::Warning, || {
                format!(
                    "Lua slow script detected: still in execution after {ran_ms} milliseconds. You can try killing the \
                     script using the SCRIPT KILL command."
                )
            });
        }
        if !self.scripts.timed_out() {
            self.asleep_until = Some(until);
            self.out.outputs.push(Output::Sleep { until });
        }
        true
    }

    fn fail_script(&mut self, message: &[u8]) {
        let placed = self.scripts.engine.as_mut().map(|engine| engine.placed(message));
        self.end_script(Err(placed.unwrap_or_default()));
    }

    /// The end of `evalGenericCommand`: the reply, and the propagation of the script.
    fn end_script(&mut self, result: Result<Vec<u8>, Vec<u8>>) {
        if let Some(engine) = self.scripts.engine.as_mut() {
            engine.stop();
        }
        let Some(running) = self.scripts.running.take() else { return };
        (self.script_caller, self.script_time) = (None, None);
        let conn = running.caller;
        let reply = result.unwrap_or_else(|error| {
            let mut reply = Reply::default();
            let name = format!("ERR Error running script (call to f_{}): ", running.sha);
            reply.error([name.as_bytes(), &error, b"\n"].concat());
            reply.take()
        });
        self.add_reply(conn, &reply);
        if running.effects {
            self.propagation.prevented = true;
            if running.multi_emitted {
                let db = self.clients.get(&conn).map_or(0, |client| client.db);
                self.propagation.also.push((db, vec![b"EXEC".to_vec()]));
            }
        } else if running.evalsha && !self.scripts.replication_script_cache_exists(&running.sha) {
            self.propagate_whole_script(&running);
        }
    }

    /// EVALSHA of a script that some replica may not have: its source; afterwards all have it.
    fn propagate_whole_script(&mut self, running: &Running) {
        let Some(body) = self.scripts.sources.get(&running.sha).map(|body| body.to_vec()) else { return };
        self.scripts.replication_script_cache_add(&running.sha);
        (self.propagation.forced, self.propagation.forced_aof) = (true, true);
        self.propagation.whole_script = Some(body);
        self.propagation.script_wrote = self.dirty != running.dirty_before;
    }

    /// `luaRedisGenericCommand`: executes a command that a script calls at this line. Returns its reply, and whether
    /// the script must see its elements sorted.
    pub(super) fn script_call(&mut self, argv: Option<Vec<Vec<u8>>>, line: u32) -> (Vec<u8>, bool) {
        // luaPushError
        let refuse = |error: &str| (format!("-{CHUNK}: {line}: {error}\r\n").into_bytes(), false);
        let Some(argv) = argv else {
            return refuse("Lua redis() command arguments must be strings or integers");
        };
        if argv.is_empty() {
            return refuse("Please specify at least one argument for redis.call()");
        }
        let Some(spec) = self.find_command(ConnId::SCRIPT, &argv[0]) else {
            self.script_of_master_cannot_run(&argv[0]);
            return refuse("Unknown Redis command called from Lua script");
        };
        if !spec.takes(argv.len()) {
            return refuse("Wrong number of args calling Redis command From Lua script");
        }
        if spec.flags.has(Flags::NOSCRIPT) {
            return refuse("This Redis command is not allowed from scripts");
        }
        let writes = spec.flags.has(Flags::WRITE);
        let Some(running) = self.scripts.running.as_deref() else { return refuse("no script") };
        if writes && running.random && !running.effects {
            return refuse(
                "Write commands not allowed after non deterministic commands. Call redis.replicate_commands() at the \
                 start of your script in order to switch to single commands replication mode.",
            );
        }
        if writes && self.repl.is_replica() && self.config.replica_read_only && !self.acts_for_master(ConnId::SCRIPT) {
            return refuse("-READONLY You can't write against a read only replica.\r\n");
        }
        if writes && let Some(error) = self.write_commands_denied_by_disk_error() {
            return refuse(&format!("-{error}\r\n"));
        }
        let first_write = !self.scripts.running.as_deref().is_some_and(|running| running.wrote);
        if self.scripts.out_of_memory && spec.flags.has(Flags::DENYOOM) && first_write && !self.repl.is_replica() {
            return refuse(&format!("-{OUT_OF_MEMORY}\r\n"));
        }
        let (db, propagate) = self.prepare_script_call(spec.flags);
        let peer = Peer { ip: String::new(), port: 0 };
        let mut client = Client::new(ConnId::SCRIPT, 0, peer, 0, self.now.unix_s());
        (client.db, client.authenticated, client.role) = (db, true, Role::Script);
        self.clients.insert(ConnId::SCRIPT, Box::new(client));
        self.call(ConnId::SCRIPT, spec, &argv, propagate);
        let client = self.clients.remove(&ConnId::SCRIPT);
        let effects = self.scripts.running.as_deref_mut().is_some_and(|running| {
            running.db = client.as_ref().map_or(db, |client| client.db);
            running.effects
        });
        let reply = client.map(|mut client| client.out.take(usize::MAX)).unwrap_or_default();
        (reply, spec.flags.has(Flags::SORT_FOR_SCRIPT) && !effects)
    }

    /// Records the command that the script is about to call; before the first write, propagates MULTI.
    fn prepare_script_call(&mut self, flags: Flags) -> (usize, Propagate) {
        let in_exec = self
            .script_caller
            .and_then(|caller| self.clients.get(&caller))
            .is_some_and(|client| client.multi.is_some());
        let caller_db = self.script_caller.and_then(|caller| self.clients.get(&caller)).map_or(0, |client| client.db);
        let Some(running) = self.scripts.running.as_deref_mut() else { return (0, Propagate::No) };
        running.random |= flags.has(Flags::RANDOM);
        running.wrote |= flags.has(Flags::WRITE);
        let db = running.db;
        let propagate = match running.repl & (REPL_AOF | REPL_REPLICA) {
            _ if !running.effects => Propagate::No,
            0 => Propagate::No,
            REPL_AOF => Propagate::ToFile,
            REPL_REPLICA => Propagate::ToReplicas,
            _ => Propagate::Yes,
        };
        let begins = running.effects && !running.multi_emitted && !in_exec && running.wrote && running.repl != 0;
        if begins {
            running.multi_emitted = true;
            self.propagate(caller_db, &["MULTI"]);
        }
        (db, propagate)
    }
}
