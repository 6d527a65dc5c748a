//! Turning the file on and off, and writing it.

use super::state::AofState;
use crate::config::AppendFsync;
use crate::event::LogLevel;
use crate::io::{DiskRequest, Fsync, Output};
use crate::node::Node;

/// A failing write is logged at most once in this many seconds (`AOF_WRITE_LOG_ERROR_RATE`).
const ERROR_RATE_S: i64 = 30;

impl Node {
    /// Applies CONFIG SET appendonly.
    pub(crate) fn switch_append_only(&mut self) {
        match (self.config.aof.appendonly, self.aof.is_on()) {
            (true, false) => self.start_append_only(),
            (false, true) => self.stop_append_only(),
            _ => {}
        }
    }

    /// `startAppendOnly`: starts a rewrite and buffers changes for it; once it ends they are appended.
    pub(super) fn start_append_only(&mut self) {
        self.config.aof.appendonly = true;
        // Creates the file if there is none.
        self.append(Vec::new(), Fsync::No);
        if self.child.is_some() {
            self.aof.rewrite_scheduled = true;
            self.log(LogLevel::Warning, || {
                "AOF was enabled but there is already a child process saving an RDB file on disk. An AOF background \
                 was scheduled to start when possible."
                    .into()
            });
        } else {
            if self.aof.rewrite.is_some() {
                self.log(LogLevel::Warning, || {
                    "AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and \
                     starting a rewrite now."
                        .into()
                });
                self.kill_append_only_child();
            }
            self.rewrite_append_only_file();
        }
        self.aof.state = AofState::WaitRewrite;
        self.aof.last_fsync = self.now.unix_s();
    }

    /// `stopAppendOnly`: writes and syncs what is buffered.
    pub(super) fn stop_append_only(&mut self) {
        self.config.aof.appendonly = false;
        let rest = std::mem::take(&mut self.aof.buf);
        self.append(rest, Fsync::Now);
        self.aof.selected_db = None;
        self.aof.state = AofState::Off;
        self.kill_append_only_child();
    }

    /// `flushAppendOnlyFile`, when the turn ends and its replies have not gone out yet.
    #[inline(never)]
    pub(crate) fn flush_append_only_file(&mut self) {
        let (aof, now) = (&self.aof, self.now.unix_s());
        let mode = self.config.aof.appendfsync;
        let due = mode == AppendFsync::Everysec && now > aof.last_fsync;
        // Sync data of the last second also if no change follows.
        let overdue = due && aof.fsync_offset != aof.current_size;
        if aof.buf.is_empty() && !overdue {
            return;
        }
        let held_off = self.config.aof.no_appendfsync_on_rewrite && self.has_child();
        let fsync = match mode {
            _ if held_off => Fsync::No,
            AppendFsync::Always => Fsync::Now,
            AppendFsync::Everysec if due => Fsync::Background,
            AppendFsync::Everysec | AppendFsync::No => Fsync::No,
        };
        let bytes = std::mem::take(&mut self.aof.buf);
        if bytes.is_empty() && fsync == Fsync::No {
            return;
        }
        self.append(bytes, fsync);
    }

    fn append(&mut self, bytes: Vec<u8>, fsync: Fsync) {
        self.aof.current_size += bytes.len() as u64;
        if fsync != Fsync::No {
            self.aof.fsync_offset = self.aof.current_size;
            self.aof.last_fsync = self.now.unix_s();
        }
        let name = self.config.aof.appendfilename.clone();
        self.out.outputs.push(Output::Disk(DiskRequest::Append { name, bytes, fsync }));
    }

    /// A write succeeded after one that failed.
    #[inline(never)]
    pub(crate) fn append_recovered(&mut self) {
        if self.aof.is_on() && self.aof.write_error.take().is_some() {
            self.log(LogLevel::Warning, || "AOF write error looks solved, Redis can write again.".into());
        }
    }

    /// A write failed. Unwritten bytes stay buffered, and until they are written no client may change the dataset.
    #[inline(never)]
    pub(crate) fn append_failed(&mut self, unwritten: &[u8], error: &str) {
        if !self.aof.is_on() {
            return;
        }
        if unwritten.is_empty() && self.aof.state == AofState::WaitRewrite {
            let (name, dir) = (&self.config.aof.appendfilename, &self.config.dir);
            let line = format!(
                "Redis needs to enable the AOF but can't open the append only file {name} (in server root dir {dir}): \
                 {error}"
            );
            self.log(LogLevel::Warning, || line);
            self.config.aof.appendonly = false;
            self.aof.state = AofState::Off;
            self.kill_append_only_child();
            return;
        }
        let now = self.now.unix_s();
        if now - self.aof.error_logged > ERROR_RATE_S {
            self.aof.error_logged = now;
            self.log(LogLevel::Warning, || format!("Error writing to the AOF file: {error}"));
        }
        if self.config.aof.appendfsync == AppendFsync::Always {
            self.log(LogLevel::Warning, || {
                "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...".into()
            });
            self.exit(1);
            return;
        }
        self.aof.current_size = self.aof.current_size.saturating_sub(unwritten.len() as u64);
        self.aof.buf.splice(..0, unwritten.iter().copied());
        self.aof.write_error = Some(error.to_owned());
    }

    /// The part of `prepareForShutdown` for the file. `false` if the process must not end yet because its data is not
    /// on disk.
    #[inline(never)]
    #[must_use]
    pub(crate) fn finish_append_only_file(&mut self) -> bool {
        if !self.aof.is_on() {
            return true;
        }
        if let Some(id) = self.aof.rewrite.as_ref().map(|rewrite| rewrite.id) {
            if self.aof.state == AofState::WaitRewrite {
                self.log(LogLevel::Warning, || "Writing initial AOF, can't exit.".into());
                return false;
            }
            self.log(LogLevel::Warning, || "There is a child rewriting the AOF. Killing it!".into());
            self.aof.rewrite = None;
            self.aof.rewrite_buf = Vec::new();
            self.out.outputs.push(Output::Kill { child: id });
        }
        self.log(LogLevel::Notice, || "Calling fsync() on the AOF file.".into());
        let rest = std::mem::take(&mut self.aof.buf);
        self.append(rest, Fsync::Now);
        true
    }

    /// Before a master's dataset replaces ours (`readSyncBulkPayload`).
    #[inline(never)]
    pub(crate) fn stop_append_only_for_sync(&mut self) {
        self.stop_append_only();
        self.aof.restart_after_sync = true;
    }

    /// `restartAOFAfterSYNC`.
    #[inline(never)]
    pub(crate) fn restart_append_only_after_sync(&mut self) {
        if std::mem::take(&mut self.aof.restart_after_sync) && !self.aof.is_on() {
            self.start_append_only();
        }
    }
}
