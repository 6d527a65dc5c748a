//! Saves: BGSAVE and its end, SAVE, save points, SHUTDOWN.

pub(crate) mod unwritten;

use std::sync::Arc;

use psyncscope_rdb::{ReplInfo, SaveInfo, SaveJob};
use unwritten::state::Before;

use crate::event::{Event, LogLevel, ReplicaState};
use crate::ids::random_hex_chars;
use crate::io::{ChildFile, ChildId, ConnId, DiskRequest, Output};
use crate::node::{Child, Node, Target};
use crate::replication::downstream::bgsave::SaveEnd;

/// After a failed background save, a save point waits this long (`CONFIG_BGSAVE_RETRY_DELAY`), in seconds.
const RETRY_DELAY_S: i64 = 5;

impl Node {
    /// Whether a replica waits for the file of the background save that runs.
    #[must_use]
    pub fn replicas_wait_for_save(&self) -> bool {
        self.replicas().any(|(_, link)| link.state == ReplicaState::WaitBgsaveEnd)
    }

    /// `rdbPopulateSaveInfo`: the replication ID and offset of the dataset, on a master with a backlog or on a
    /// replica with a live or cached master.
    pub(crate) fn rdb_populate_save_info(&self) -> Option<ReplInfo> {
        let repl = &self.repl;
        let stream_db = if !repl.is_replica() {
            repl.downstream.backlog.as_ref()?;
            // No SELECT was sent yet, so the next command will be preceded by one: any value will do.
            repl.downstream.slaveseldb.unwrap_or(0)
        } else if let Some(conn) = repl.upstream.master_conn() {
            self.clients.get(&conn)?.db
        } else {
            repl.upstream.cached_master.as_ref()?.db
        };
        Some(ReplInfo {
            stream_db: stream_db as i64,
            id: repl.history.replid.as_bytes().to_vec(),
            offset: repl.history.master_repl_offset.0,
        })
    }

    pub(crate) fn save_job(&self) -> SaveJob {
        let info = SaveInfo {
            unix_s: self.now.unix_s(),
            used_mem: self.used_memory(),
            repl: self.rdb_populate_save_info(),
            scripts: self.scripts.sources().cloned().collect(),
            compress: self.config.data.rdbcompression,
            checksum: self.config.rdbchecksum,
        };
        SaveJob::new(&self.keyspace, info)
    }

    /// `rdbSaveBackground`: forks a child that writes the dataset as it is now.
    ///
    /// # Errors
    /// If one runs already.
    pub(crate) fn bgsave(&mut self) -> Result<(), String> {
        if self.has_child() {
            return Err("Background save already in progress".into());
        }
        let job = self.save_job();
        let keys = job.keys();
        let id = self.new_child();
        self.fork(id, Target::Disk { file: Err("not ended".into()) });
        self.out.outputs.push(Output::Spawn { child: id, job });
        self.event(|| Event::SaveStarted { keys });
        self.log(LogLevel::Notice, || format!("Background saving started by pid {}", id.0));
        Ok(())
    }

    /// `rdbSaveToSlavesSockets`: forks a child that writes the dataset to the sockets of these replicas.
    ///
    /// # Errors
    /// If one runs already.
    pub(crate) fn rdb_save_to_slaves_sockets(&mut self, conns: &[ConnId]) -> Result<(), String> {
        if self.has_child() {
            return Err("Background save already in progress".into());
        }
        let job = self.save_job();
        let keys = job.keys();
        let id = self.new_child();
        let mark = random_hex_chars(&mut self.rng);
        self.fork(id, Target::Sockets { reached: Vec::new() });
        for conn in conns {
            if let Some(client) = self.clients.get_mut(conn) {
                client.room = 0;
            }
        }
        let timeout_s = self.config.repl_timeout;
        self.out.outputs.push(Output::SpawnToSockets { child: id, job, mark, conns: conns.to_vec(), timeout_s });
        self.event(|| Event::SaveStarted { keys });
        self.log(LogLevel::Notice, || format!("Background RDB transfer started by pid {}", id.0));
        Ok(())
    }

    fn fork(&mut self, id: ChildId, target: Target) {
        let (started, dirty_at_start) = (self.now.unix_s(), self.dirty);
        self.child = Some(Child { id, started, dirty_at_start, target, ended: false });
    }

    /// `backgroundSaveDoneHandler`, called from serverCron once the child has ended.
    pub(crate) fn reap_child(&mut self) {
        let Some(child) = self.child.take_if(|child| child.ended) else { return };
        let end = match child.target {
            Target::Disk { file } => self.disk_save_ended(child.started, child.dirty_at_start, file),
            Target::Sockets { reached } => self.socket_save_ended(&reached),
        };
        self.update_slaves_waiting_bgsave(&end);
    }

    /// `backgroundSaveDoneHandlerDisk`.
    fn disk_save_ended(&mut self, started: i64, dirty_at_start: u64, file: Result<ChildFile, String>) -> SaveEnd {
        self.last_bgsave_seconds = self.now.unix_s() - started;
        match file {
            Ok(file) => {
                self.log(LogLevel::Notice, || "Background saving terminated with success".into());
                self.dirty = self.dirty.saturating_sub(dirty_at_start);
                self.last_save = self.now.unix_s();
                self.last_bgsave_ok = true;
                let size = file.size();
                let end = match file {
                    ChildFile::Bytes(bytes) => {
                        let name = self.config.dbfilename.clone();
                        self.out.outputs.push(Output::Disk(DiskRequest::Write { name, bytes: Arc::clone(&bytes) }));
                        SaveEnd::File(bytes)
                    }
                    // Nobody waits for it, or the driver has broken its contract.
                    ChildFile::OnDisk(_) => SaveEnd::Failed,
                };
                self.event(|| Event::SaveEnded { result: Ok(size) });
                end
            }
            Err(error) => {
                self.log(LogLevel::Warning, || "Background saving error".into());
                self.last_bgsave_ok = false;
                self.event(|| Event::SaveEnded { result: Err(error) });
                SaveEnd::Failed
            }
        }
    }

    /// `backgroundSaveDoneHandlerSocket`: replicas that the child did not reach are freed; they reconnect.
    fn socket_save_ended(&mut self, reached: &[ConnId]) -> SaveEnd {
        if reached.is_empty() {
            self.log(LogLevel::Warning, || "Background transfer error".into());
            self.event(|| Event::SaveEnded { result: Err("no replica was reached".into()) });
        } else {
            self.log(LogLevel::Notice, || "Background RDB transfer terminated with success".into());
            self.event(|| Event::SaveEnded { result: Ok(0) });
        }
        for conn in self.repl.downstream.replicas_in(&self.clients, ReplicaState::WaitBgsaveEnd) {
            let name = self.clients.get(&conn).map(|client| client.replica_name()).unwrap_or_default();
            if reached.contains(&conn) {
                self.log(LogLevel::Warning, || format!("Slave {name} correctly received the streamed RDB file."));
            } else {
                self.log(LogLevel::Warning, || format!("Closing slave {name}: child->slave RDB transfer failed."));
                self.free_client(conn, true);
            }
        }
        SaveEnd::Streamed
    }

    /// What FLUSHALL does besides emptying the dataset (`flushallCommand`): kills the child that saves the old
    /// dataset (replicas that waited for its file are dropped when serverCron reaps it), and saves the empty dataset
    /// at once if there are save points.
    pub(crate) fn flushed_all(&mut self) {
        if let Some(child) = &mut self.child
            && !child.ended
        {
            child.ended = true;
            if let Target::Disk { file } = &mut child.target {
                *file = Err("killed by FLUSHALL".into());
            }
            let id = child.id;
            self.out.outputs.push(Output::Kill { child: id });
        }
        if !self.config.save.is_empty() {
            let dirty = self.dirty;
            self.save_now();
            // The flush itself still counts as a change, so that it is propagated and seen by the next save point.
            self.dirty = dirty;
        }
    }

    /// A save point: so many changes within so many seconds (`save`).
    pub(crate) fn start_save_at_save_point(&mut self) {
        if self.has_child() {
            return;
        }
        let since = self.now.unix_s() - self.last_save;
        let due = self.config.save.iter().find(|(seconds, changes)| self.dirty >= *changes && since > *seconds);
        if let Some(&(seconds, changes)) = due
            && self.dirty > 0
            && (self.last_bgsave_ok || since > RETRY_DELAY_S)
        {
            self.log(LogLevel::Notice, || format!("{changes} changes in {seconds} seconds. Saving..."));
            // Cannot fail: no child is running.
            let _ = self.bgsave();
        }
    }

    /// `rdbSave`: writes the file at once, and returns it.
    pub(crate) fn save_now(&mut self) -> Arc<[u8]> {
        let job = self.save_job();
        let keys = job.keys();
        self.event(|| Event::SaveStarted { keys });
        let bytes: Arc<[u8]> = job.run().into();
        let size = bytes.len() as u64;
        let file = Arc::clone(&bytes);
        let name = self.config.dbfilename.clone();
        self.expect_file(name.clone(), Before::Save(self.dirty, self.last_save, self.last_bgsave_ok));
        self.out.outputs.push(Output::Disk(DiskRequest::Write { name, bytes: file }));
        self.dirty = 0;
        self.last_save = self.now.unix_s();
        self.last_bgsave_ok = true;
        self.event(|| Event::SaveEnded { result: Ok(size) });
        self.log(LogLevel::Notice, || "DB saved on disk".into());
        bytes
    }

    /// SAVE.
    pub(crate) fn save_command(&mut self, conn: ConnId) {
        if self.child.is_some() {
            self.add_reply(conn, b"-ERR Background save already in progress\r\n");
            return;
        }
        self.save_now();
        self.reply_of_written_file(conn, b"+OK\r\n");
    }

    /// BGSAVE [SCHEDULE].
    pub(crate) fn bgsave_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let schedule = match argv {
            [_] => false,
            [_, word] if word.eq_ignore_ascii_case(b"schedule") => true,
            _ => {
                self.add_reply(conn, b"-ERR syntax error\r\n");
                return;
            }
        };
        if self.aof.rewrite.is_some() {
            self.aof.bgsave_scheduled |= schedule;
            let reply: &[u8] = if schedule {
                b"+Background saving scheduled\r\n"
            } else {
                b"-ERR An AOF log rewriting in progress: can't BGSAVE right now. Use BGSAVE SCHEDULE in order to \
                  schedule a BGSAVE whenever possible.\r\n"
            };
            self.add_reply(conn, reply);
            return;
        }
        match self.bgsave() {
            Ok(()) => self.add_reply(conn, b"+Background saving started\r\n"),
            Err(error) => self.add_reply(conn, format!("-ERR {error}\r\n").as_bytes()),
        }
    }

    /// SHUTDOWN [NOSAVE|SAVE]: no reply when it succeeds.
    pub(crate) fn shutdown_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let save = match argv {
            [_] => None,
            [_, word] if word.eq_ignore_ascii_case(b"nosave") => Some(false),
            [_, word] if word.eq_ignore_ascii_case(b"save") => Some(true),
            _ => {
                self.add_reply(conn, b"-ERR syntax error\r\n");
                return;
            }
        };
        if !self.shut_down(save, Output::Exit { status: 0 }) {
            self.add_reply(conn, b"-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
        } else if self.is_ending() {
            self.reply_of_written_file(conn, b"");
        }
    }

    /// `restartServer`: the process ends and starts again. `gracefully` rewrites the configuration file and does what
    /// SHUTDOWN does first.
    pub(crate) fn restart_server(&mut self, conn: ConnId, gracefully: bool, after_ms: u64) {
        if gracefully {
            // Without a configuration file there is nothing to write.
            let _ = self.config_rewrite();
            if self.shut_down(None, Output::Restart { after_ms }) {
                self.reply_of_written_file(conn, b"");
            } else {
                self.log(LogLevel::Warning, || "Can't restart: error preparing for shutdown".into());
                self.add_reply(conn, b"-ERR failed to restart the server. Check server logs.\r\n");
            }
        } else {
            self.end_process(Output::Restart { after_ms });
        }
    }

    /// `prepareForShutdown`: saves if `save` says so, or if there are save points and it does not forbid it. The
    /// process ends by `last` unless something prevents it; `false` if it must not end yet because its data is not on
    /// disk.
    #[must_use]
    pub(crate) fn shut_down(&mut self, save: Option<bool>, last: Output) -> bool {
        // Files written earlier in this turn do not decide whether it may end.
        self.unwritten.clear();
        self.log(LogLevel::Warning, || "User requested shutdown...".into());
        if let Some(child) = self.child.take() {
            self.log(LogLevel::Warning, || "There is a child saving an .rdb. Killing it!".into());
            self.out.outputs.push(Output::Kill { child: child.id });
        }
        if !self.finish_append_only_file() {
            return false;
        }
        // A partly loaded dataset must not replace the file it is loaded from.
        if save.unwrap_or(!self.config.save.is_empty()) && self.loading.is_none() {
            self.log(LogLevel::Notice, || "Saving the final RDB snapshot before exiting.".into());
            self.save_now();
        }
        self.end_with_file(last);
        true
    }

    /// The second half of `prepareForShutdown`, and the exit.
    pub(crate) fn finish_shutdown(&mut self, last: Output) {
        // flushSlavesOutputBuffers: sends the replicas' pending output as far as possible.
        for conn in self.repl.downstream.replicas.clone() {
            if self.clients.get(&conn).is_some_and(|client| client.may_write()) {
                self.write_to_client(conn);
            }
        }
        self.log(LogLevel::Warning, || "Redis is now ready to exit, bye bye...".into());
        self.end_process(last);
    }

    /// The process ends.
    pub(crate) fn exit(&mut self, status: i32) {
        self.end_process(Output::Exit { status });
    }

    /// The process crashes. Nothing that is buffered is written.
    pub(crate) fn crash(&mut self) {
        self.end_process(Output::Crash);
    }

    fn end_process(&mut self, last: Output) {
        self.out.outputs.push(last);
        self.exited = true;
        self.clients.drop_pending_writes();
    }

    /// Whether a background save runs.
    pub(crate) fn is_saving(&self) -> bool {
        self.child.is_some()
    }
}
