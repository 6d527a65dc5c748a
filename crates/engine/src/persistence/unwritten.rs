//! Failed file writes: SAVE, SHUTDOWN and CONFIG REWRITE wait for their file, as in Redis, and fail with it; CONFIG
//! SET dir likewise waits for its directory.
//!
//! The driver carries out a [`DiskRequest`] before the turn ends, and replies are sent only then; a
//! [`DiskReply::Failed`](crate::io::DiskReply::Failed) in between replaces the reply.

pub(crate) mod state;

use std::borrow::Cow;

use self::state::{Before, Unwritten};
use crate::event::{Event, LogLevel};
use crate::io::{ConnId, DiskRequest, Output};
use crate::node::Node;

/// The text of `-MISCONF` for a background save that failed (`shared.bgsaveerr`).
pub(crate) const BGSAVE_ERROR: &str = "MISCONF Redis is configured to save RDB snapshots, but it is currently not able \
                                       to persist on disk. Commands that may modify the data set are disabled, because \
                                       this instance is configured to report errors during writes if RDB snapshotting \
                                       fails (stop-writes-on-bgsave-error option). Please check the Redis logs for \
                                       details about the RDB error.";

impl Node {
    /// `writeCommandsDeniedByDiskError`.
    pub(crate) fn write_commands_denied_by_disk_error(&self) -> Option<Cow<'static, str>> {
        if self.config.stop_writes_on_bgsave_error && !self.config.save.is_empty() && !self.last_bgsave_ok {
            return Some(BGSAVE_ERROR.into());
        }
        let error = self.aof.write_error.as_ref().filter(|_| !self.aof.is_replaying());
        error.map(|error| format!("MISCONF Errors writing to the AOF file: {error}").into())
    }

    /// Whether the process has ended, or will end with this turn if its last file can be written.
    pub(crate) fn is_ending(&self) -> bool {
        self.exited || self.unwritten.iter().any(|unwritten| unwritten.end.is_some())
    }

    /// Registers a file whose write may fail.
    pub(crate) fn expect_file(&mut self, name: String, before: Before) {
        self.unwritten.push(Unwritten { name, before, reply: None, end: None });
    }

    /// CONFIG SET dir.
    pub(crate) fn change_dir(&mut self, conn: ConnId, dir: &[u8]) {
        let dir = String::from_utf8_lossy(dir).into_owned();
        if !self.config.limits.has_folders {
            self.add_reply(conn, b"-ERR Changing directory: No such file or directory\r\n");
            return;
        }
        // getcwd returns the absolute path.
        let whole = match dir.as_str() {
            path if path.starts_with('/') => dir.clone(),
            "" | "." => self.config.dir.clone(),
            path => format!("{}/{path}", self.config.dir.trim_end_matches('/')),
        };
        let before = Before::Dir(std::mem::replace(&mut self.config.dir, whole));
        self.expect_file(dir.clone(), before);
        self.out.outputs.push(Output::Disk(DiskRequest::ChangeDir { path: dir }));
        self.reply_of_written_file(conn, b"+OK\r\n");
    }

    /// Replies to a command that wrote a file; `reply` is empty if it replies only on failure.
    pub(crate) fn reply_of_written_file(&mut self, conn: ConnId, reply: &[u8]) {
        let waiting = |node: &Self| node.clients.get(&conn).map_or(0, |client| client.out.len());
        let at = waiting(self);
        self.add_reply(conn, reply);
        let len = waiting(self) - at;
        if let Some(unwritten) = self.unwritten.last_mut() {
            unwritten.reply = Some((conn, at, len));
        }
    }

    /// The process ends by `last`: now, or at the end of the turn if a file is being written whose failure would
    /// prevent it.
    pub(crate) fn end_with_file(&mut self, last: Output) {
        match self.unwritten.last_mut() {
            Some(unwritten) => unwritten.end = Some(last),
            None => self.finish_shutdown(last),
        }
    }

    /// The end of the turn: all writes succeeded.
    pub(crate) fn files_are_written(&mut self) {
        for unwritten in std::mem::take(&mut self.unwritten) {
            if let Some(last) = unwritten.end {
                self.finish_shutdown(last);
                return;
            }
        }
    }

    /// [`DiskReply::Failed`](crate::io::DiskReply::Failed).
    pub(crate) fn file_failed(&mut self, name: &str, error: &str) {
        let Some(at) = self.unwritten.iter().position(|unwritten| unwritten.name == name) else { return };
        let unwritten = self.unwritten.remove(at);
        let reply = match unwritten.before {
            Before::Rewrite => {
                self.log(LogLevel::Warning, || format!("CONFIG REWRITE failed: {error}"));
                format!("-ERR Rewriting config file: {error}\r\n")
            }
            Before::Dir(dir) => {
                self.config.dir = dir;
                format!("-ERR Changing directory: {error}\r\n")
            }
            Before::Save(dirty, last_save, ok) => {
                self.dirty += dirty;
                self.last_save = last_save;
                self.last_bgsave_ok = ok;
                // Later writes of the same turn build on this one.
                for later in &mut self.unwritten[at..] {
                    if let Before::Save(_, later_save, later_ok) = &mut later.before {
                        (*later_save, *later_ok) = (last_save, ok);
                    }
                }
                self.event(|| Event::SaveEnded { result: Err(error.to_owned()) });
                "-ERR\r\n".into()
            }
        };
        if unwritten.end.is_none() {
            self.change_reply(unwritten.reply, reply.as_bytes());
            return;
        }
        self.log(LogLevel::Warning, || "Error trying to save the DB, can't exit.".into());
        match unwritten.reply {
            Some((conn, ..)) => {
                self.change_reply(unwritten.reply, b"-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
                self.process_input(conn);
            }
            None => self.log(LogLevel::Warning, || {
                "SIGTERM received but errors trying to shut down the server, check the logs for more information".into()
            }),
        }
    }

    /// Replaces a queued reply.
    fn change_reply(&mut self, old: Option<(ConnId, usize, usize)>, new: &[u8]) {
        let Some((conn, at, len)) = old else { return };
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.reply_mode.is_silent() {
            return;
        }
        let waiting = client.out.take(usize::MAX);
        let (head, tail) = waiting.split_at(at.min(waiting.len()));
        for piece in [head, new, tail.get(len..).unwrap_or_default()] {
            client.out.push(piece);
        }
        for (other, place, _) in self.unwritten.iter_mut().filter_map(|unwritten| unwritten.reply.as_mut()) {
            if *other == conn && *place > at {
                *place = *place + new.len() - len;
            }
        }
        self.clients.queue_write(conn);
    }
}
