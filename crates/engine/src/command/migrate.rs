//! MIGRATE (cluster.c): keys go to another server, and are deleted here once it has confirmed them.
//!
//! In Redis the whole server waits for the other one (`syncWrite`, `syncReadLine`). Here the migration is a state of the
//! node, with deadlines where Redis waits: until it ends, the node has no cron and writes to nobody, and every other
//! input is held ([`state::Held`]) and handled afterwards, in its order. So clients see what they see of Redis.
//!
//! * the state: [`state`]; the bytes on the connection, and what becomes of them: [`exchange`]

mod exchange;
pub(crate) mod state;

use psyncscope_resp::{Reply, errors, parse_i64_strict};

use self::state::{CACHED_MAX, Held, Migration, Options, Phase, Target};
use super::propagation::Suspended;
use crate::io::{CloseReason, ConnId, Input, Output};
use crate::node::Node;
use rand_core::RngCore as _;

/// `MIGRATE_SOCKET_CACHE_TTL`: how long a connection is kept after its last use, in seconds.
const CACHED_S: i64 = 10;
/// The timeout if none above 0 is given, in milliseconds.
const TIMEOUT_MS: i64 = 1000;

impl Node {
    /// MIGRATE host port key|"" destination-db timeout [COPY] [REPLACE] [AUTH password] [KEYS key …]
    pub(crate) fn migrate_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let begun = self.begin_migration(conn, argv);
        match begun {
            Ok(migration) => self.try_migration(migration),
            Err(reply) => self.add_reply(conn, &reply),
        }
    }

    /// The migration, ready to connect; or the reply if there is nothing to do.
    fn begin_migration(&mut self, conn: ConnId, argv: &[Vec<u8>]) -> Result<Box<Migration>, Vec<u8>> {
        let error = |text: &str| {
            let mut reply = Reply::default();
            reply.error(text);
            reply.take()
        };
        let mut options = Options { db: 0, timeout_ms: 0, copy: false, replace: false, password: None };
        let keys = options.parse(argv).map_err(error)?;
        let timeout_ms = parse_i64_strict(&argv[5]).ok_or_else(|| error(errors::NOT_AN_INTEGER))?;
        options.db = parse_i64_strict(&argv[4]).ok_or_else(|| error(errors::NOT_AN_INTEGER))?;
        options.timeout_ms = u64::try_from(if timeout_ms > 0 { timeout_ms } else { TIMEOUT_MS }).unwrap_or_default();
        if conn == ConnId::SCRIPT || conn == ConnId::LOADER {
            return Err(error("ERR MIGRATE cannot wait for the other server inside a script"));
        }
        let db = self.selected_db(conn);
        let (keys, effects) = self.run_data(conn, db, argv, false, |call| {
            let there = keys.iter().filter(|key| call.lookup_read(key).is_some());
            there.cloned().collect::<Vec<_>>()
        });
        self.propagate_expired(effects.expired);
        if keys.is_empty() {
            return Err(b"+NOKEY\r\n".to_vec());
        }
        let target = Target::new(&argv[1], &argv[2])
            .ok_or_else(|| error("ERR Can't connect to target node: Servname not supported for ai_socktype"))?;
        Ok(Box::new(Migration::new(conn, db, target, options, keys)))
    }

    /// `migrateGetSocket`, and the exchange if there is a connection already.
    fn try_migration(&mut self, mut migration: Box<Migration>) {
        let (now, unix_s) = (self.busy_until(), self.now.unix_s());
        let name = &migration.target.name;
        if let Some(socket) = self.migrations.socket_named(name) {
            if socket.is_open {
                socket.last_use = unix_s;
                self.begin_exchange(migration);
                return;
            }
            // Redis notices now that the other side has closed it, and tries again once.
            migration.may_retry = false;
            self.migrations.forget(name);
        }
        if self.migrations.sockets.len() >= CACHED_MAX {
            let random = self.rng.next_u32() as usize % self.migrations.sockets.len();
            let dropped = self.migrations.sockets.swap_remove(random);
            self.close_migrate_socket(dropped.conn, dropped.is_open);
        }
        let conn = self.repl.upstream.new_conn();
        let Target { host, port, .. } = &migration.target;
        self.out.outputs.push(Output::Connect { conn, host: host.clone(), port: *port });
        migration.phase = Phase::Connecting(conn);
        migration.deadline = now.plus_ms(migration.options.timeout_ms);
        self.migrations.running = Some(migration);
    }

    fn close_migrate_socket(&mut self, conn: ConnId, is_open: bool) {
        if is_open {
            self.out.outputs.push(Output::Close { conn });
        }
    }

    /// The command is done: its reply, then what waited for it.
    pub(super) fn end_migration(&mut self, reply: &[u8], deleted: Vec<Vec<u8>>) {
        let Some(migration) = self.migrations.running.take() else { return };
        let Migration { caller, db, suspended, held, .. } = *migration;
        let ended = self.resume_calls(caller, suspended, |node| {
            for key in &deleted {
                node.keyspace.delete(db, key);
            }
            node.dirty += deleted.len() as u64;
            if !deleted.is_empty() {
                // Redis propagates what is gone from here, whatever the reply is.
                node.propagation.rewritten = Some([b"DEL".to_vec()].into_iter().chain(deleted).collect());
            }
            node.add_reply(caller, reply);
        });
        if ended {
            self.migrate_executed(caller);
        }
        self.release_held_by_migration(held);
    }

    /// Handles the input that was held, in its order, until another migration begins.
    fn release_held_by_migration(&mut self, mut held: std::collections::VecDeque<Held>) {
        while self.migrations.running.is_none()
            && let Some(next) = held.pop_front()
        {
            if self.exited {
                return;
            }
            next.pass(|input| self.dispatch(input));
        }
        if let Some(next) = &mut self.migrations.running {
            // What this call did not come to precedes what came meanwhile.
            held.append(&mut next.held);
            next.held = held;
        }
    }

    /// Whether MIGRATE runs for this client.
    pub(crate) fn migrates_for(&self, conn: ConnId) -> bool {
        self.migrations.running.as_ref().is_some_and(|migration| migration.caller == conn)
    }

    /// The second half of a call is delayed until the migration has ended.
    pub(crate) fn suspend_call_for_migration(&mut self, suspended: Suspended) {
        if let Some(migration) = &mut self.migrations.running {
            migration.suspended.push(suspended);
        }
    }

    /// The client of a transaction disconnected before its MIGRATE began.
    pub(crate) fn hang_up_after_migration(&mut self, conn: ConnId, reason: CloseReason) {
        if let Some(migration) = &mut self.migrations.running {
            migration.held.push_back(Held::Closed { conn, reason });
        }
    }

    /// Takes an input that is about migrations, or that must wait for one; any other is handed back.
    pub(crate) fn pass_to_migration<'a>(&mut self, input: Input<'a>) -> Option<Input<'a>> {
        if self.migrations.is_unused() {
            return Some(input);
        }
        match input {
            Input::Connected { conn, room } if self.migrations.is_connecting(conn) => self.migration_connected(room),
            Input::ConnectFailed { conn, error } if self.migrations.is_connecting(conn) => {
                self.migration_not_connected(error);
            }
            Input::Received { conn, bytes } if self.migrations.has(conn) => self.migration_received(conn, bytes),
            Input::Writable { conn, room } if self.migrations.has(conn) => self.migration_writable(conn, room),
            Input::Closed { conn, reason } if self.migrations.has(conn) => self.migration_closed(conn, reason),
            // The result of a file operation belongs to the turn that is being held up.
            Input::Timer | Input::Disk(_) => return Some(input),
            _ => match &mut self.migrations.running {
                Some(migration) => migration.held.push_back(Held::from(input)),
                None => return Some(input),
            },
        }
        None
    }

    /// `migrateCloseTimedoutSockets`.
    pub(crate) fn migrate_close_timed_out_sockets(&mut self) {
        let now = self.now.unix_s();
        let (old, kept) = std::mem::take(&mut self.migrations.sockets)
            .into_iter()
            .partition(|socket: &state::CachedSocket| now - socket.last_use > CACHED_S);
        self.migrations.sockets = kept;
        for socket in old {
            self.close_migrate_socket(socket.conn, socket.is_open);
        }
    }
}
