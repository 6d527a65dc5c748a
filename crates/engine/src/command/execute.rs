//! `call`: executes a command and propagates it.

use psyncscope_commands::{Block, Call, ExpiryRole};
use psyncscope_resp::Reply;

use super::propagation::{Propagate, Propagation, Suspended};
use super::table::{CommandSpec, Flags, Handler};
use crate::event::{Event, FeedKind};
use crate::io::ConnId;
use crate::node::Node;

/// The effects of a data command besides the changed data.
pub(crate) struct Effects {
    pub(crate) dirty: u64,
    pub(crate) reply: Vec<u8>,
    block: Option<Block>,
    propagation: Propagation,
    pub(crate) expired: Vec<(usize, Vec<u8>)>,
    /// To be propagated after what expired.
    pub(crate) at_once: Vec<(usize, Vec<Vec<u8>>)>,
    pub(crate) ready: Vec<(usize, Vec<u8>)>,
}

impl Node {
    /// `call`: executes a command, then propagates it if it changed the dataset or is forced. Calls nest: EXEC and
    /// scripts call commands.
    pub(crate) fn call(&mut self, conn: ConnId, spec: &'static CommandSpec, argv: &[Vec<u8>], propagate: Propagate) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.last_cmd = spec.name;
        let (mut db, from_master) = (client.db, self.acts_for_master(conn));
        let outer = std::mem::take(&mut self.propagation);
        let (dirty_before, version_before, began) = (self.dirty, self.keyspace.version(), self.busy_until());
        if !spec.flags.has(Flags::SKIP_MONITOR) && !spec.flags.has(Flags::ADMIN) {
            self.feed_monitors(conn, argv);
        }
        match spec.run {
            Handler::Node(run) => {
                self.event(|| Event::Command { conn, from_master, db: db as u32, argv: argv.to_vec(), dirty: 0 });
                run(self, conn, argv);
                // A SELECT inside EXEC also applies to the propagated EXEC.
                db = self.clients.get(&conn).map_or(db, |client| client.db);
            }
            Handler::Data(run) => self.call_data(conn, spec, run, argv),
        }
        let propagation = std::mem::replace(&mut self.propagation, outer);
        // A save may reset `dirty` meanwhile.
        let half =
            Suspended { conn, spec, argv: Vec::new(), propagate, db, dirty_before, version_before, began, propagation };
        if self.is_suspended(conn) {
            self.suspend_call(Suspended { argv: argv.to_vec(), ..half });
        } else {
            self.end_call(half, argv);
        }
    }

    /// Whether the command of this client takes further turns: a script that yielded, or MIGRATE.
    pub(crate) fn is_suspended(&self, conn: ConnId) -> bool {
        self.script_yielded(conn) || self.migrates_for(conn)
    }

    /// The second half of a call, or of the EXEC around it, is delayed until the command has ended.
    fn suspend_call(&mut self, suspended: Suspended) {
        if self.migrations.is_running() {
            self.suspend_call_for_migration(suspended);
        } else {
            self.suspend_call_for_script(suspended);
        }
    }

    /// Completes the calls that a command suspended: its own, after `finish`, then that of the EXEC around it. False if
    /// the transaction's next command suspends them again.
    pub(crate) fn resume_calls(
        &mut self,
        caller: ConnId,
        suspended: Vec<Suspended>,
        finish: impl FnOnce(&mut Self),
    ) -> bool {
        let outer = std::mem::take(&mut self.propagation);
        let mut finish = Some(finish);
        let mut halves = suspended.into_iter();
        while let Some(mut half) = halves.next() {
            self.propagation = std::mem::take(&mut half.propagation);
            match finish.take() {
                Some(finish) => finish(self),
                None => self.continue_exec(caller),
            }
            half.propagation = std::mem::take(&mut self.propagation);
            if self.is_suspended(caller) {
                self.suspend_call(half);
                halves.for_each(|half| self.suspend_call(half));
                self.propagation = outer;
                return false;
            }
            half.db = self.clients.get(&caller).map_or(half.db, |client| client.db);
            let argv = std::mem::take(&mut half.argv);
            self.end_call(half, &argv);
        }
        self.propagation = outer;
        true
    }

    /// The second half of `call`.
    pub(crate) fn end_call(&mut self, half: Suspended, argv: &[Vec<u8>]) {
        let Suspended { conn, spec, propagate, db, dirty_before, version_before, began, propagation: mine, .. } = half;
        if self.keyspace.version() != version_before {
            if spec.name == "swapdb" {
                // Redis watches a name in a database, and SWAPDB touches no watched key.
                self.rewatch_keys();
                self.scan_databases_for_ready_keys();
            } else {
                self.touch_watched_keys();
            }
        }
        let dirty = self.dirty.saturating_sub(dirty_before);
        if propagate != Propagate::No {
            if !mine.prevented {
                let replicas = (dirty > 0 || mine.forced) && propagate.reaches_replicas();
                let file = (dirty > 0 || mine.forced_aof) && propagate.reaches_file();
                if replicas || file {
                    self.propagate_command(db, argv, &mine, Propagate::of(replicas, file));
                }
            }
            for (db, words) in mine.also {
                self.propagate_to(db, &words, propagate);
            }
        }
        if conn == ConnId::SCRIPT {
            // A forced command in a script (PUBLISH) forces the propagation of the script.
            self.propagation.forced |= mine.forced;
            self.propagation.forced_aof |= mine.forced_aof;
        }
        if !self.aof.is_replaying() {
            self.stats.commands_processed += 1;
            let us = self.command_us(began);
            self.note_slow_command(conn, spec, argv, us);
            self.stats.calls.count(spec, us);
        }
    }

    /// Propagates the command, or its replacement.
    fn propagate_command(&mut self, db: usize, argv: &[Vec<u8>], mine: &Propagation, to: Propagate) {
        match &mine.whole_script {
            Some(body) if mine.script_wrote => {
                let words: Vec<&[u8]> =
                    [&b"EVAL"[..], body].into_iter().chain(argv[2..].iter().map(Vec::as_slice)).collect();
                self.propagate_to(db, &words, to);
            }
            Some(body) => self.propagate_to(db, &[&b"SCRIPT"[..], b"LOAD", body], to),
            None => self.propagate_to(db, mine.rewritten.as_deref().unwrap_or(argv), to),
        }
    }

    /// `propagate`: sends a command to replicas and the append-only file.
    pub(crate) fn propagate(&mut self, db: usize, words: &[impl AsRef<[u8]>]) {
        self.propagate_to(db, words, Propagate::Yes);
    }

    fn propagate_to(&mut self, db: usize, words: &[impl AsRef<[u8]>], to: Propagate) {
        // While it loads the file, Redis feeds each MULTI to replicas, but no EXEC; here nothing is fed.
        if self.aof.is_replaying() {
            return;
        }
        if to.reaches_file() && self.aof.is_on() {
            self.feed_append_only_file(db, words);
        }
        if to.reaches_replicas() {
            self.replication_feed_slaves(Some(db), words, FeedKind::Command);
        }
    }

    /// Whether commands of this connection have the master's rights: those of the link, of a script that the link
    /// runs, and of the append-only file.
    pub(crate) fn acts_for_master(&self, conn: ConnId) -> bool {
        if self.aof.is_replaying() {
            return true;
        }
        let conn = if conn == ConnId::SCRIPT { self.script_caller } else { Some(conn) };
        conn.and_then(|conn| self.clients.get(&conn)).is_some_and(|client| client.is_master())
    }

    fn call_data(&mut self, conn: ConnId, spec: &'static CommandSpec, run: fn(&mut Call<'_>), argv: &[Vec<u8>]) {
        let Some(client) = self.clients.get(&conn) else { return };
        let db = client.db;
        let ((), effects) = self.run_data(conn, db, argv, spec.flags.has(Flags::READONLY), run);
        if spec.name == "flushall" && !self.aof.is_replaying() {
            self.flushed_all();
        }
        let (from_master, dirty) = (self.acts_for_master(conn), effects.dirty);
        self.event(|| Event::Command { conn, from_master, db: db as u32, argv: argv.to_vec(), dirty });
        self.propagate_expired(effects.expired);
        self.propagate_each(&effects.at_once);
        self.dirty += dirty;
        self.propagation = effects.propagation;
        for (db, key) in effects.ready {
            self.signal_key_as_ready(db, key);
        }
        self.add_reply(conn, &effects.reply);
        if let Some(block) = effects.block {
            self.block_client(conn, db, block.into());
        }
    }

    /// Runs `run` on the data as a command of this connection. The caller handles the effects; expired keys must be
    /// propagated before anything else ([`Node::propagate_expired`]).
    pub(crate) fn run_data<R>(
        &mut self,
        conn: ConnId,
        db: usize,
        argv: &[Vec<u8>],
        readonly: bool,
        run: impl FnOnce(&mut Call<'_>) -> R,
    ) -> (R, Effects) {
        let from_master = self.acts_for_master(conn);
        let expiry = match (self.repl.is_replica() || self.aof.is_replaying(), from_master) {
            (false, _) => ExpiryRole::Master,
            (true, false) => ExpiryRole::ReplicaForClient,
            (true, true) => ExpiryRole::ReplicaForMaster,
        };
        let mut reply = Reply::default();
        let mut call = Call {
            argv,
            keyspace: &mut self.keyspace,
            db,
            now_ms: self.script_time.unwrap_or(self.now).unix_ms(),
            expiry,
            readonly,
            config: &self.config.data,
            rdb_version_max: self.config.limits.rdb_version_max,
            rng: &mut self.rng,
            from_script: conn == ConnId::SCRIPT,
            deny_blocking: conn == ConnId::LOADER
                || self.clients.get(&conn).is_none_or(|client| client.multi.is_some()),
            reply: &mut reply,
            dirty: 0,
            block: None,
            rewritten: None,
            prevented: false,
            also: Vec::new(),
            at_once: Vec::new(),
            ready: Vec::new(),
            expired: Vec::new(),
            notices: Vec::new(),
        };
        let result = run(&mut call);
        let (dirty, block, expired, ready) = (call.dirty, call.block, call.expired, call.ready);
        let (notices, at_once) = (call.notices, call.at_once);
        let (rewritten, prevented, also) = (call.rewritten, call.prevented, call.also);
        let propagation = Propagation { rewritten, prevented, also, ..Propagation::default() };
        for notice in notices {
            self.publish_notice(&notice);
        }
        (result, Effects { dirty, reply: reply.take(), block, propagation, expired, at_once, ready })
    }

    pub(crate) fn propagate_expired(&mut self, expired: Vec<(usize, Vec<u8>)>) {
        for (db, key) in expired {
            self.propagate_expire(db, key);
        }
    }

    /// Propagates what a command propagates at once, each in its database.
    pub(crate) fn propagate_each(&mut self, commands: &[(usize, Vec<Vec<u8>>)]) {
        for (db, words) in commands {
            self.propagate(*db, words);
        }
    }

    /// `propagateExpire`: the DEL of a key that expired here. Clients that WATCH it are not affected.
    pub(crate) fn propagate_expire(&mut self, db: usize, key: Vec<u8>) {
        self.propagate_deletion(db, &key, self.config.data.lazyfree_lazy_expire);
        self.event(|| Event::Expired { db: db as u32, key });
    }

    /// Propagates the DEL, or UNLINK, of a key that expired or was evicted.
    pub(super) fn propagate_deletion(&mut self, db: usize, key: &[u8], lazy: bool) {
        let word: &[u8] = if lazy { b"UNLINK" } else { b"DEL" };
        if self.aof.is_on() {
            self.feed_append_only_file(db, &[word, key]);
        }
        self.replication_feed_slaves(Some(db), &[word, key], FeedKind::Expire);
        self.watched_key_expired(db, key);
    }
}
