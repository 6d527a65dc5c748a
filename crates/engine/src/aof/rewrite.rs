//! The rewrite: a child writes the shortest file that rebuilds the dataset, and the changes made meanwhile are
//! appended.

use super::job::RewriteJob;
use super::state::{AofState, Rewrite};
use crate::event::LogLevel;
use crate::io::{ChildFile, ChildId, ConnId, DiskRequest, Fsync, Output};
use crate::node::Node;

/// Delay of a scheduled background save after a failed one (`CONFIG_BGSAVE_RETRY_DELAY`), in seconds.
const RETRY_DELAY_S: i64 = 5;

/// `%.2f MB`.
fn megabytes(bytes: usize) -> String {
    format!("{:.2} MB", bytes as f64 / f64::from(1 << 20))
}

impl Node {
    /// Whether a child is running: there is never more than one (`rdb_child_pid`, `aof_child_pid`).
    pub(crate) fn has_child(&self) -> bool {
        self.child.is_some() || self.aof.rewrite.is_some()
    }

    /// BGREWRITEAOF.
    pub(crate) fn bgrewriteaof_command(&mut self, conn: ConnId) {
        let reply: &[u8] = if self.aof.rewrite.is_some() {
            b"-ERR Background append only file rewriting already in progress\r\n"
        } else if self.child.is_some() {
            self.aof.rewrite_scheduled = true;
            b"+Background append only file rewriting scheduled\r\n"
        } else {
            self.rewrite_append_only_file();
            b"+Background append only file rewriting started\r\n"
        };
        self.add_reply(conn, reply);
    }

    /// `rewriteAppendOnlyFileBackground`, if no child is running. Changes from now on begin with a SELECT, so that
    /// they can follow the child's file; and scripts count as unknown to it.
    pub(super) fn rewrite_append_only_file(&mut self) {
        let dataset = self.save_job().for_append_only_file();
        let job = RewriteJob { dataset, as_rdb: self.config.aof.aof_use_rdb_preamble };
        let id = self.new_child();
        self.log(LogLevel::Notice, || format!("Background append only file rewriting started by pid {}", id.0));
        self.aof.rewrite = Some(Rewrite { id, started: self.now.unix_s(), result: None });
        self.aof.rewrite_scheduled = false;
        self.aof.selected_db = None;
        self.replication_script_cache_flush();
        self.out.outputs.push(Output::SpawnRewrite { child: id, job });
    }

    /// `killAppendOnlyChild`.
    pub(super) fn kill_append_only_child(&mut self) {
        let Some(rewrite) = self.aof.rewrite.take() else { return };
        self.log(LogLevel::Notice, || format!("Killing running AOF rewrite child: {}", rewrite.id.0));
        self.aof.rewrite_buf = Vec::new();
        self.out.outputs.push(Output::Kill { child: rewrite.id });
    }

    /// The part of serverCron before children are reaped: starts a rewrite that waited for a background save.
    #[inline(never)]
    pub(crate) fn start_scheduled_append_only_rewrite(&mut self) {
        if self.aof.rewrite_scheduled && !self.has_child() {
            self.rewrite_append_only_file();
        }
    }

    /// The part after: reaps the child, or starts one if the file has grown enough (`auto-aof-rewrite-percentage`).
    #[inline(never)]
    pub(crate) fn append_only_rewrite_cron(&mut self) {
        if self.aof.rewrite.as_ref().is_some_and(|rewrite| rewrite.result.is_some()) {
            self.append_only_rewrite_ended();
            return;
        }
        let settings = &self.config.aof;
        let (size, percentage) = (self.aof.current_size, settings.auto_aof_rewrite_percentage);
        if self.aof.state != AofState::On
            || self.has_child()
            || percentage == 0
            || size <= settings.auto_aof_rewrite_min_size
        {
            return;
        }
        let growth = (u128::from(size) * 100 / u128::from(self.aof.base_size.max(1))) as i64 - 100;
        if growth >= percentage {
            self.log(LogLevel::Notice, || format!("Starting automatic rewriting of AOF on {growth}% growth"));
            self.rewrite_append_only_file();
        }
    }

    /// `backgroundRewriteDoneHandler`.
    fn append_only_rewrite_ended(&mut self) {
        let Some(Rewrite { id, started, result: Some(result) }) = self.aof.rewrite.take() else { return };
        let tail = std::mem::take(&mut self.aof.rewrite_buf);
        match result {
            Ok(file) => {
                self.log(LogLevel::Notice, || "Background AOF rewrite terminated with success".into());
                let residue = megabytes(tail.len());
                self.log(LogLevel::Notice, || {
                    format!("Residual parent diff successfully flushed to the rewritten AOF ({residue})")
                });
                self.replace_append_only_file(id, file, tail);
                self.aof.last_rewrite_ok = true;
                self.log(LogLevel::Notice, || "Background AOF rewrite finished successfully".into());
                if self.aof.state == AofState::WaitRewrite {
                    self.aof.state = AofState::On;
                }
            }
            Err(_) => {
                self.aof.last_rewrite_ok = false;
                self.log(LogLevel::Warning, || "Background AOF rewrite terminated with error".into());
            }
        }
        self.aof.last_rewrite_seconds = self.now.unix_s() - started;
        // Turned on, but without a complete file.
        if self.aof.state == AofState::WaitRewrite {
            self.aof.rewrite_scheduled = true;
        }
    }

    /// The child's file and the changes since replace the old file. The bytes for the next write are among them.
    fn replace_append_only_file(&mut self, child: ChildId, file: ChildFile, tail: Vec<u8>) {
        let size = file.size() + tail.len() as u64;
        let is_on = self.aof.is_on();
        // If that fails, the old file stays in use.
        if !self.aof.buf.is_empty() {
            let bytes = std::mem::take(&mut self.aof.buf);
            let name = self.config.aof.appendfilename.clone();
            self.out.outputs.push(Output::Disk(DiskRequest::Append { name, bytes, fsync: Fsync::No }));
        }
        self.aof.taken = Some((child, self.aof.state == AofState::WaitRewrite));
        let fsync = match self.config.aof.appendfsync {
            _ if !is_on => Fsync::No,
            crate::config::AppendFsync::Always => Fsync::Now,
            crate::config::AppendFsync::Everysec => Fsync::Background,
            crate::config::AppendFsync::No => Fsync::No,
        };
        let name = self.config.aof.appendfilename.clone();
        self.out.outputs.push(Output::Disk(DiskRequest::TakeRewritten { child, name, file, tail, fsync }));
        if is_on {
            self.aof.selected_db = None;
            (self.aof.current_size, self.aof.base_size, self.aof.fsync_offset) = (size, size, size);
        }
    }

    /// A child other than a background save ended.
    #[inline(never)]
    pub(crate) fn append_only_child_done(&mut self, child: ChildId, result: Result<ChildFile, String>) {
        if let Some(rewrite) = self.aof.rewrite.as_mut().filter(|rewrite| rewrite.id == child) {
            rewrite.result = Some(result);
        }
    }

    /// The file of a child could not replace the old one.
    #[inline(never)]
    pub(crate) fn append_only_take_failed(&mut self, child: ChildId) {
        if let Some((_, was_waited_for)) = self.aof.taken.take_if(|(taken, _)| *taken == child) {
            self.aof.last_rewrite_ok = false;
            if was_waited_for && self.aof.is_on() {
                (self.aof.state, self.aof.rewrite_scheduled) = (AofState::WaitRewrite, true);
            }
        }
    }

    /// The end of serverCron: starts a BGSAVE SCHEDULE that waited for a rewrite.
    #[inline(never)]
    pub(crate) fn start_scheduled_bgsave(&mut self) {
        let since = self.now.unix_s() - self.last_save;
        if !self.has_child() && (self.last_bgsave_ok || since > RETRY_DELAY_S) {
            self.aof.bgsave_scheduled = self.bgsave().is_err();
        }
    }
}
