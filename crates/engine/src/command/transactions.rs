//! MULTI, EXEC, DISCARD, WATCH and UNWATCH: multi.c.

pub(crate) mod state;

use psyncscope_resp::{Reply, encode_command};

use self::state::{Exec, WatchedKey};
use super::propagation::Propagate;
use super::table::{CommandSpec, Flags};
use crate::event::FeedKind;
use crate::io::ConnId;
use crate::node::Node;

impl Node {
    pub(crate) fn multi_command(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let reply: &[u8] = if client.multi.is_some() {
            b"-ERR MULTI calls can not be nested\r\n"
        } else {
            client.multi = Some(Box::default());
            b"+OK\r\n"
        };
        self.add_reply(conn, reply);
    }

    /// `queueMultiCommand`.
    pub(crate) fn queue_multi_command(&mut self, conn: ConnId, spec: &'static CommandSpec, argv: Vec<Vec<u8>>) {
        if let Some(multi) = self.clients.get_mut(&conn).and_then(|client| client.multi.as_mut()) {
            multi.queued.push((spec, argv));
            self.add_reply(conn, b"+QUEUED\r\n");
        }
    }

    /// `flagTransaction`: a command was refused between MULTI and EXEC.
    pub(crate) fn flag_transaction(&mut self, conn: ConnId) {
        if let Some(multi) = self.clients.get_mut(&conn).and_then(|client| client.multi.as_mut()) {
            multi.dirty_exec = true;
        }
    }

    /// `discardTransaction`.
    pub(crate) fn discard_transaction(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.multi = None;
        }
        self.unwatch_all_keys(conn);
    }

    pub(crate) fn discard_command(&mut self, conn: ConnId) {
        if self.clients.get(&conn).is_some_and(|client| client.multi.is_some()) {
            self.discard_transaction(conn);
            self.add_reply(conn, b"+OK\r\n");
        } else {
            self.add_reply(conn, b"-ERR DISCARD without MULTI\r\n");
        }
    }

    /// `execCommand`. MULTI is propagated before the first command that is neither readonly nor admin, whether or not
    /// it changes anything; EXEC follows as the propagation of this command.
    pub(crate) fn exec_command(&mut self, conn: ConnId) {
        let obeys = self.acts_for_master(conn);
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let dirty_cas = client.dirty_cas;
        let Some(multi) = &mut client.multi else {
            self.add_reply(conn, b"-ERR EXEC without MULTI\r\n");
            return;
        };
        let dirty_exec = multi.dirty_exec;
        if dirty_exec || dirty_cas {
            self.discard_transaction(conn);
            let reply: &[u8] = if dirty_exec {
                b"-EXECABORT Transaction discarded because of previous errors.\r\n"
            } else {
                b"*-1\r\n"
            };
            self.add_reply(conn, reply);
            return;
        }
        let was_master = !self.repl.is_replica();
        if !was_master
            && self.config.replica_read_only
            && !obeys
            && multi.queued.iter().any(|(spec, _)| spec.flags.has(Flags::WRITE))
        {
            self.discard_transaction(conn);
            self.add_reply(
                conn,
                b"-ERR Transaction contains write commands but instance is now a read-only slave. EXEC aborted.\r\n",
            );
            return;
        }
        self.unwatch_all_keys(conn);
        let Some(multi) = self.clients.get_mut(&conn).and_then(|client| client.multi.as_mut()) else { return };
        multi.exec.was_master = was_master;
        let mut reply = Reply::default();
        reply.array(multi.queued.len());
        self.add_reply(conn, &reply.take());
        self.continue_exec(conn);
    }

    /// Runs the remaining commands of EXEC. Returns early if one of them takes several turns, and is called again when
    /// it has ended.
    pub(crate) fn continue_exec(&mut self, conn: ConnId) {
        let Exec { was_master, must_propagate, .. } = loop {
            let ending = self.is_ending();
            let Some(client) = self.clients.get_mut(&conn) else { return };
            let (db, Some(multi)) = (client.db, client.multi.as_mut()) else { return };
            let Some((spec, argv)) = multi.queued.get_mut(multi.exec.begun).filter(|_| !ending) else {
                break multi.exec;
            };
            let (spec, argv) = (*spec, std::mem::take(argv));
            multi.exec.begun += 1;
            if !multi.exec.must_propagate && !spec.flags.has(Flags::READONLY) && !spec.flags.has(Flags::ADMIN) {
                multi.exec.must_propagate = true;
                self.propagate(db, &["MULTI"]);
            }
            self.call(conn, spec, &argv, Propagate::Yes);
            if self.is_suspended(conn) {
                return;
            }
        };
        self.discard_transaction(conn);
        if must_propagate {
            self.dirty += 1;
            if was_master && self.repl.is_replica() {
                // The node became a replica: MULTI is already in the backlog, and replicas propagate nothing, so add
                // at least the EXEC.
                let (repl, mut context) = self.replication();
                let exec = encode_command(&["EXEC"]);
                let downstream = &mut repl.downstream;
                downstream.feed_replication_backlog(&mut repl.history, &exec, FeedKind::Command, &mut context);
            }
        }
    }

    pub(crate) fn watch_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.multi.is_some() {
            self.add_reply(conn, b"-ERR WATCH inside MULTI is not allowed\r\n");
            return;
        }
        let was_watching = !client.watched.is_empty();
        for key in &argv[1..] {
            let db = client.db;
            if client.watched.iter().all(|watched| watched.db != db || watched.key != *key) {
                let version = self.keyspace.key_version(db, key);
                client.watched.push(WatchedKey { db, key: key.clone(), version });
            }
        }
        if !was_watching {
            self.watching += 1;
        }
        self.add_reply(conn, b"+OK\r\n");
    }

    pub(crate) fn unwatch_command(&mut self, conn: ConnId) {
        self.unwatch_all_keys(conn);
        self.add_reply(conn, b"+OK\r\n");
    }

    /// `unwatchAllKeys`.
    pub(crate) fn unwatch_all_keys(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.dirty_cas = false;
        if !client.watched.is_empty() {
            client.watched.clear();
            self.watching -= 1;
        }
    }

    /// `touchWatchedKey`, for all keys that a command changed. Checked after each command and not only at EXEC: a key
    /// that is created and deleted again counts as touched.
    pub(crate) fn touch_watched_keys(&mut self) {
        if self.watching == 0 {
            return;
        }
        for client in self.clients.values_mut().filter(|client| !client.dirty_cas) {
            client.dirty_cas = client
                .watched
                .iter()
                .any(|watched| self.keyspace.key_version(watched.db, &watched.key) != watched.version);
        }
    }

    /// A key that expired or was evicted does not count as touched in Redis 5.
    pub(crate) fn watched_key_expired(&mut self, db: usize, key: &[u8]) {
        if self.watching == 0 {
            return;
        }
        let clients = self.clients.values_mut();
        for watched in clients.flat_map(|client| &mut client.watched) {
            if watched.db == db && watched.key == key {
                watched.version = None;
            }
        }
    }

    /// `touchWatchedKeysOnFlush` with -1, when a master's dataset replaces ours: existing keys are touched. To be
    /// called before the old dataset is dropped; [`Node::rewatch_keys`] afterwards.
    pub(crate) fn touch_watched_keys_on_flush(&mut self) {
        for client in self.clients.values_mut().filter(|client| !client.dirty_cas) {
            client.dirty_cas =
                client.watched.iter().any(|watched| self.keyspace.get(watched.db, &watched.key).is_some());
        }
    }

    /// Marks the watched keys as untouched in their current state.
    pub(crate) fn rewatch_keys(&mut self) {
        let clients = self.clients.values_mut();
        for watched in clients.flat_map(|client| &mut client.watched) {
            watched.version = self.keyspace.key_version(watched.db, &watched.key);
        }
    }
}
