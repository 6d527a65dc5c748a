//! From bytes to executions: `processInputBuffer`, the gates of `processCommand`, and `call` with its propagation.

use super::call::{Call, ExpiryRole};
use super::table::{self, CommandSpec, Flags, Run};
use crate::event::{Event, FeedKind, LogLevel};
use crate::io::ConnId;
use crate::node::Node;
use crate::replication::replica::ReplState;
use crate::resp::{Parsed, Reply};

impl Node {
    /// Bytes of our master's stream: `processInputBufferAndReplicate`. What of them became *applied* goes on to our own
    /// replicas, byte for byte.
    pub(crate) fn stream_received(&mut self, conn: ConnId, bytes: &[u8]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.query.push(bytes);
        let Some(link) = client.master_mut() else { return };
        link.read_reploff = link.read_reploff.plus(bytes.len());
        link.pending_querybuf.extend_from_slice(bytes);
        let before = link.reploff;
        self.process_input(conn);
        let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.master_mut()) else { return };
        let applied = usize::try_from(link.reploff.0 - before.0).unwrap_or(0).min(link.pending_querybuf.len());
        if applied > 0 {
            let bytes: Vec<u8> = link.pending_querybuf.drain(..applied).collect();
            self.replication_feed_slaves_from_master_stream(&bytes);
        }
    }

    /// `processInputBuffer`: every whole command that has arrived.
    pub(crate) fn process_input(&mut self, conn: ConnId) {
        loop {
            if self.exited {
                return;
            }
            let unix_s = self.now.unix_s();
            let Some(client) = self.clients.get_mut(&conn) else { return };
            if client.close_after_reply || client.close_asap {
                return;
            }
            match client.query.next() {
                Parsed::NeedMore => return,
                Parsed::Empty => {}
                Parsed::Newline => {
                    // A replica's newline is its sign of life while it loads.
                    if let Some(link) = client.replica_mut() {
                        link.ack_time = unix_s;
                    }
                }
                Parsed::ProtocolError(error) => {
                    self.log(LogLevel::Verbose, || error.clone());
                    self.add_reply(conn, format!("-{error}\r\n").as_bytes());
                    self.close_after_reply(conn);
                    return;
                }
                Parsed::Command(argv) => {
                    self.process_command(conn, argv);
                    self.advance_reploff(conn);
                }
            }
        }
    }

    /// After a command of the stream: `reploff = read_reploff - what is not parsed yet`.
    fn advance_reploff(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let unparsed = client.query.unparsed() as i64;
        if let Some(link) = client.master_mut() {
            // An open MULTI, once there is MULTI, holds the offset back here.
            link.reploff.0 = link.read_reploff.0 - unparsed;
        }
    }

    /// `CLIENT_CLOSE_AFTER_REPLY`.
    pub(crate) fn close_after_reply(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.close_after_reply = true;
            self.queue_write(conn);
        }
    }

    /// `processCommand`: the gates in Redis's order (spec 4.13), then `call`.
    fn process_command(&mut self, conn: ConnId, argv: Vec<Vec<u8>>) {
        if argv[0].eq_ignore_ascii_case(b"quit") {
            self.add_reply(conn, b"+OK\r\n");
            self.close_after_reply(conn);
            return;
        }
        match self.gate(conn, &argv) {
            Ok(spec) => self.call(conn, spec, &argv),
            Err(error) => {
                if self.clients.get(&conn).is_some_and(|client| client.is_master()) {
                    self.log(LogLevel::Warning, || {
                        format!("== CRITICAL == This replica is sending an error to its master: '{error}'")
                    });
                }
                self.add_reply(conn, format!("-{error}\r\n").as_bytes());
            }
        }
    }

    /// Whether a command may run now; the error reply otherwise.
    fn gate(&self, conn: ConnId, argv: &[Vec<u8>]) -> Result<&'static CommandSpec, String> {
        let spec =
            table::lookup_renamed(&self.config.renamed_commands, &argv[0]).ok_or_else(|| unknown_command(argv))?;
        if !spec.takes(argv.len()) {
            return Err(format!("ERR wrong number of arguments for '{}' command", spec.name));
        }
        let Some(client) = self.clients.get(&conn) else { return Ok(spec) };
        if !client.authenticated && !self.config.requirepass.is_empty() && spec.name != "auth" {
            return Err("NOAUTH Authentication required.".into());
        }
        let is_replica = self.repl.masterhost.is_some();
        let writes = spec.flags.has(Flags::WRITE);
        if !is_replica
            && self.config.min_replicas_to_write > 0
            && self.config.min_replicas_max_lag > 0
            && writes
            && self.repl.good_replicas < self.config.min_replicas_to_write
        {
            return Err("NOREPLICAS Not enough good replicas to write.".into());
        }
        if client.is_master() {
            return Ok(spec);
        }
        if is_replica && self.config.replica_read_only && writes {
            return Err("READONLY You can't write against a read only replica.".into());
        }
        if is_replica
            && self.repl.state != ReplState::Connected
            && !self.config.replica_serve_stale_data
            && !spec.flags.has(Flags::STALE)
        {
            return Err("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.".into());
        }
        if self.loading.is_some() && !spec.flags.has(Flags::LOADING) {
            return Err("LOADING Redis is loading the dataset in memory".into());
        }
        // -BUSY has its place here: a script takes no time yet.
        Ok(spec)
    }

    /// `call`: executes, then propagates what changed the dataset.
    fn call(&mut self, conn: ConnId, spec: &'static CommandSpec, argv: &[Vec<u8>]) {
        self.stats.commands_processed += 1;
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.last_cmd = spec.name;
        let (db, from_master) = (client.db, client.is_master());
        match spec.run {
            Run::Node(run) => {
                self.event(|| Event::Command { conn, from_master, db: db as u32, argv: argv.to_vec(), dirty: 0 });
                run(self, conn, argv);
            }
            Run::Data(run) => self.call_data(conn, spec, run, argv, db, from_master),
        }
    }

    fn call_data(
        &mut self,
        conn: ConnId,
        spec: &'static CommandSpec,
        run: fn(&mut Call<'_>),
        argv: &[Vec<u8>],
        db: usize,
        from_master: bool,
    ) {
        let expiry = match (self.repl.masterhost.is_some(), from_master) {
            (false, _) => ExpiryRole::Master,
            (true, false) => ExpiryRole::ReplicaForClient,
            (true, true) => ExpiryRole::ReplicaForMaster,
        };
        let mut reply = Reply::default();
        let mut call = Call {
            argv,
            keyspace: &mut self.keyspace,
            db,
            now: self.now,
            expiry,
            readonly: spec.flags.has(Flags::READONLY),
            config: &self.config,
            rng: &mut self.rng,
            reply: &mut reply,
            dirty: 0,
            rewritten: None,
            prevented: false,
            also: Vec::new(),
            ready: Vec::new(),
            expired: Vec::new(),
        };
        run(&mut call);
        let (dirty, rewritten, expired) = (call.dirty, call.rewritten, call.expired);
        let (prevented, also) = (call.prevented, call.also);
        if spec.name == "flushall" {
            self.flushed_all();
        }
        self.event(|| Event::Command { conn, from_master, db: db as u32, argv: argv.to_vec(), dirty });
        for (db, key) in expired {
            self.propagate_expire(db, key);
        }
        if dirty > 0 {
            self.dirty += dirty;
            if !prevented {
                self.replication_feed_slaves(Some(db), rewritten.as_deref().unwrap_or(argv), FeedKind::Command);
            }
        }
        for (db, words) in also {
            self.replication_feed_slaves(Some(db), &words, FeedKind::Command);
        }
        let reply = reply.take();
        if from_master && reply.first() == Some(&b'-') {
            let text = String::from_utf8_lossy(&reply).trim_end().to_owned();
            self.log(LogLevel::Warning, || {
                format!("== CRITICAL == This replica is sending an error to its master: '{text}'")
            });
        }
        self.add_reply(conn, &reply);
    }

    /// `propagateExpire`: the DEL of a key that expired here.
    pub(crate) fn propagate_expire(&mut self, db: usize, key: Vec<u8>) {
        self.dirty += 1;
        self.replication_feed_slaves(Some(db), &[&b"DEL"[..], &key], FeedKind::Expire);
        self.event(|| Event::Expired { db: db as u32, key });
    }
}

/// The first 128 bytes or so of the arguments help whoever mistyped.
fn unknown_command(argv: &[Vec<u8>]) -> String {
    let mut args = String::new();
    for arg in &argv[1..] {
        if args.len() >= 128 {
            break;
        }
        let shown = &arg[..arg.len().min(128 - args.len())];
        args.push_str(&format!("`{}`, ", String::from_utf8_lossy(shown)));
    }
    let name = String::from_utf8_lossy(&argv[0]);
    format!("ERR unknown command `{name}`, with args beginning with: {args}").replace(['\r', '\n'], " ")
}
