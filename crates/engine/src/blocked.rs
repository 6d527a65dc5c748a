//! Blocked clients: blocked.c. They get no reply until what they wait for is available or their timeout expires;
//! their input is not processed meanwhile.

pub(crate) mod state;

use psyncscope_commands::blocking::pop_name;
use psyncscope_commands::lists::{move_last, notify_popped, pop_one};
use psyncscope_commands::{BlockedOn, ListEnd, ZsetEnd, streams, zsets};
use psyncscope_keyspace::{List, Value};
use psyncscope_resp::Reply;

use self::state::{DbKey, Waiting, WaitingFor};
use crate::client::Client;
use crate::io::ConnId;
use crate::node::Node;
use crate::steps::{Field, Function, Steps, step};

impl Node {
    /// `blockForKeys`, `blockForReplication` and `blockClient`.
    pub(crate) fn block_client(&mut self, conn: ConnId, db: usize, waiting: Waiting) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        for key in waiting.keys() {
            let key = (db, key.clone());
            match self.blocked.keys.get_mut(&key) {
                // A key given twice counts once.
                Some(clients) if clients.contains(&conn) => {}
                Some(clients) => clients.push(conn),
                None => {
                    self.blocked.keys.insert(key, vec![conn]);
                }
            }
        }
        client.blocked = Some(Box::new(waiting));
    }

    /// `unblockClient`: the client's buffered input is processed at the end of the turn.
    pub(crate) fn unblock_client(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.blocked.take().is_none() {
            return;
        }
        self.blocked.keys.retain(|_, waiting| {
            waiting.retain(|&other| other != conn);
            !waiting.is_empty()
        });
        self.queue_client_for_reprocessing(conn);
    }

    /// `queueClientForReprocessing`.
    pub(crate) fn queue_client_for_reprocessing(&mut self, conn: ConnId) {
        if !self.blocked.unblocked.contains(&conn) {
            self.blocked.unblocked.push(conn);
        }
    }

    /// `processUnblockedClients`, in beforeSleep.
    pub(crate) fn process_unblocked_clients(&mut self) {
        while !self.blocked.unblocked.is_empty() && !self.migrations.is_running() {
            let conn = self.blocked.unblocked.remove(0);
            if self.clients.get(&conn).is_some_and(|client| client.blocked.is_none()) {
                self.process_input_and_replicate(conn);
            }
        }
    }

    /// `replyToBlockedClientTimedOut`.
    pub(crate) fn reply_to_blocked_client_timed_out(&mut self, conn: ConnId) {
        let Some(waiting) = self.clients.get(&conn).and_then(|client| client.blocked.as_ref()) else { return };
        let mut reply = Reply::default();
        match waiting.on {
            WaitingFor::Keys(_) => reply.null_array(),
            WaitingFor::Acks { offset, .. } => {
                reply.integer(self.repl.downstream.replication_count_acks_by_offset(&self.clients, offset));
            }
        }
        self.add_reply(conn, &reply.take());
    }

    /// The part of `clientsCronHandleTimeout` for blocked clients: strictly after their timeout.
    pub(crate) fn blocked_clients_cron(&mut self) {
        let now_ms = self.now.unix_ms();
        let over = |client: &Client| {
            client.blocked.as_ref().and_then(|waiting| waiting.deadline_ms).is_some_and(|deadline| deadline < now_ms)
        };
        let over: Vec<ConnId> = self.clients.values().filter(|client| over(client)).map(|client| client.conn).collect();
        for conn in over {
            self.reply_to_blocked_client_timed_out(conn);
            self.unblock_client(conn);
        }
    }

    /// `disconnectAllBlockedClients`, when a master becomes a replica: what they wait for may never happen.
    pub(crate) fn disconnect_all_blocked_clients(&mut self) {
        use step::DisconnectAllBlockedClients as Step;
        const ERROR: &[u8] =
            b"-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n";
        self.within(Function::DisconnectAllBlockedClients, |node| {
            let blocked = node.clients.values().filter(|client| client.blocked.is_some());
            let blocked: Vec<(ConnId, String)> = blocked.map(|client| (client.conn, client.addr())).collect();
            let count = blocked.len();
            for (i, (conn, name)) in blocked.into_iter().enumerate() {
                node.check(Step::AnyLeft, true, |v| v.saw(Field::Count, count - i));
                node.add_reply(conn, ERROR);
                node.act(Step::ReplyWithError, |v| v.saw(Field::Client, name.as_str()).saw(Field::Reply, ERROR));
                node.unblock_client(conn);
                node.close_after_reply(conn);
                node.act(Step::CloseAfterReply, |v| v.saw(Field::Client, name));
            }
            node.check(Step::AnyLeft, false, |v| v.saw(Field::Count, 0_usize));
        });
    }

    /// `signalKeyAsReady`: `key` has data. Clients are served after the command.
    pub(crate) fn signal_key_as_ready(&mut self, db: usize, key: Vec<u8>) {
        let key = (db, key);
        if self.blocked.keys.contains_key(&key) && !self.blocked.ready.contains(&key) {
            self.blocked.ready.push(key);
        }
    }

    /// `scanDatabaseForReadyLists`: after SWAPDB, keys that clients wait for may exist.
    pub(crate) fn scan_databases_for_ready_keys(&mut self) {
        let there: Vec<DbKey> =
            self.blocked.keys.keys().filter(|(db, key)| self.keyspace.get(*db, key).is_some()).cloned().collect();
        for (db, key) in there {
            self.signal_key_as_ready(db, key);
        }
    }

    /// `handleClientsBlockedOnKeys`, after each command, transaction and script: keys in the order in which they became
    /// ready; for each, clients in the order in which they blocked.
    pub(crate) fn handle_clients_blocked_on_keys(&mut self) {
        if self.blocked.ready.is_empty() {
            return;
        }
        // Serving BRPOPLPUSH can make further keys ready; they are handled after the current ones.
        while !self.blocked.ready.is_empty() {
            for (db, key) in std::mem::take(&mut self.blocked.ready) {
                match self.keyspace.get(db, &key).map(|entry| entry.value()) {
                    Some(Value::List(_)) => self.serve_clients_blocked_on_list(db, &key),
                    Some(Value::Zset(_)) => self.serve_clients_blocked_on_zset(db, &key),
                    Some(Value::Stream(_)) => self.serve_clients_blocked_on_stream(db, &key),
                    _ => {}
                }
            }
        }
        self.touch_watched_keys();
    }

    /// The clients blocked for one kind of value, in order. Those blocked for another kind move to the tail, as in
    /// Redis.
    fn waiting_for(&mut self, db: usize, key: &[u8], kind: fn(&BlockedOn) -> bool) -> Vec<(ConnId, BlockedOn)> {
        let Some(waiting) = self.blocked.keys.get_mut(&(db, key.to_vec())) else { return Vec::new() };
        let clients = &self.clients;
        let on = |conn: &ConnId| match &clients.get(conn)?.blocked.as_ref()?.on {
            WaitingFor::Keys(on) => Some(on),
            WaitingFor::Acks { .. } => None,
        };
        let (fit, other): (Vec<_>, Vec<_>) = waiting.iter().partition(|conn| on(conn).is_some_and(kind));
        let served = fit.iter().filter_map(|conn| Some((*conn, on(conn)?.clone()))).collect();
        *waiting = fit.into_iter().chain(other).collect();
        served
    }

    fn serve_clients_blocked_on_list(&mut self, db: usize, key: &[u8]) {
        for (conn, on) in self.waiting_for(db, key, |on| matches!(on, BlockedOn::List { .. })) {
            let BlockedOn::List { end, target, .. } = on else { continue };
            let still_there = matches!(self.keyspace.get(db, key).map(|entry| entry.value()), Some(Value::List(_)));
            if !still_there {
                return;
            }
            self.unblock_client(conn);
            match target {
                None => self.serve_list_pop(conn, db, key, end),
                Some(target) => self.serve_list_move(conn, db, key, &target),
            }
        }
    }

    /// `serveClientBlockedOnList` for BLPOP and BRPOP.
    fn serve_list_pop(&mut self, conn: ConnId, db: usize, key: &[u8], end: ListEnd) {
        let (_, effects) = self.run_data(conn, db, &[], false, |call| {
            if let Ok(Some(Some(element))) = call.change(key, |list: &mut List| pop_one(list, end)) {
                call.reply.array(2);
                call.reply.bulk(key);
                call.reply.bulk(element);
                notify_popped(call, key, end);
            }
        });
        self.propagate_expired(effects.expired);
        if !effects.reply.is_empty() {
            self.propagate(db, &[pop_name(end), key]);
        }
        self.add_reply(conn, &effects.reply);
    }

    /// `serveClientBlockedOnList` for BRPOPLPUSH. If the target has another type, the element is not moved.
    fn serve_list_move(&mut self, conn: ConnId, db: usize, key: &[u8], target: &[u8]) {
        let (moved, effects) = self.run_data(conn, db, &[], false, |call| {
            let moved = move_last(call, key, target).ok().flatten()?;
            call.reply.bulk(&moved);
            Some(moved)
        });
        self.propagate_expired(effects.expired);
        if let Some(element) = moved {
            self.propagate(db, &[&b"RPOP"[..], key]);
            self.propagate(db, &[&b"LPUSH"[..], target, &element]);
        }
        for (db, key) in effects.ready {
            self.signal_key_as_ready(db, key);
        }
        self.add_reply(conn, &effects.reply);
    }

    fn serve_clients_blocked_on_zset(&mut self, db: usize, key: &[u8]) {
        for (conn, on) in self.waiting_for(db, key, |on| matches!(on, BlockedOn::Zset { .. })) {
            let BlockedOn::Zset { end, .. } = on else { continue };
            if self.keyspace.get(db, key).is_none() {
                return;
            }
            self.unblock_client(conn);
            let keys = [key.to_vec()];
            let (popped, effects) = self.run_data(conn, db, &[], false, |call| zsets::pop(call, &keys, end, true, 1));
            self.propagate_expired(effects.expired);
            self.add_reply(conn, &effects.reply);
            if popped == Some(true) {
                // Named as in the table, in lower case; a pop that did not block is propagated in upper case.
                self.propagate(db, &[if end == ZsetEnd::Min { b"zpopmin" } else { &b"zpopmax"[..] }, key]);
            }
        }
    }

    /// All clients that wait for less than the last entry get what there is for them; nobody changes their order.
    fn serve_clients_blocked_on_stream(&mut self, db: usize, key: &[u8]) {
        for (conn, on) in self.waiting_for_stream(db, key) {
            let BlockedOn::Stream { keys, after, count, reader } = on else { continue };
            // The first, for a key that was given twice.
            let Some((_, after)) = keys.iter().zip(after).find(|(known, _)| *known == key) else { continue };
            let (served, effects) = self.run_data(conn, db, &[], false, |call| {
                streams::serve_blocked(call, key, after, count, reader.as_ref())
            });
            if !served {
                continue;
            }
            self.add_reply(conn, &effects.reply);
            self.propagate_each(&effects.at_once);
            self.unblock_client(conn);
        }
    }

    /// The clients blocked for streams at `key`, in order.
    fn waiting_for_stream(&self, db: usize, key: &[u8]) -> Vec<(ConnId, BlockedOn)> {
        let waiting = self.blocked.keys.get(&(db, key.to_vec())).map(Vec::as_slice).unwrap_or_default();
        let on = |conn: &ConnId| match &self.clients.get(conn)?.blocked.as_ref()?.on {
            WaitingFor::Keys(on @ BlockedOn::Stream { .. }) => Some((*conn, on.clone())),
            _ => None,
        };
        waiting.iter().filter_map(on).collect()
    }
}
