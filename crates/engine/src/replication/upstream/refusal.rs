//! Input of the master that this node cannot apply: a command that fails here but did not fail there, or a file.
//!
//! Redis 5 only logs it, and the datasets differ from then on. Here such commands are counted as by Redis 7
//! (`unexpected_error_replies` in INFO, once there is one), and each gives an [`Event::MasterCommandFailed`].
//!
//! If the master may be of a later version (`rdb-version-max`), such commands are expected and end the link:
//!
//! * everything before the command is applied and forwarded; the command and everything after it are not
//! * `master_link_status` is down, `master_link_down_reason` has the reason
//! * after [`RETRY_S`] the node requests a full resync: a partial one would deliver the same command again
//! * a file with unsupported data ends the transfer in the same way, and the old data is kept

use psyncscope_rdb::RdbError;
use psyncscope_resp::escape;

use super::Upstream;
use super::state::Refusal;
use crate::command::dispatch::shown_name;
use crate::event::{Consequence, Event, LogLevel};
use crate::ids::Offset;
use crate::io::ConnId;
use crate::node::{Context, Node};
use crate::replication::psync::History;
use crate::time::Now;

/// Seconds from the end of the link to the next attempt. Each attempt makes the master do a background save.
pub(crate) const RETRY_S: i64 = 60;

impl Node {
    /// A command of the master's stream failed with `error`, a reply without its `-` and line end (the part of
    /// `addReplyErrorLength` for masters).
    pub(crate) fn master_command_failed(&mut self, conn: ConnId, name: &str, error: &[u8]) {
        let later = self.config.limits.allows_later_master();
        let Some(link) = self.clients.get_mut(&conn).and_then(|client| client.master_mut()) else { return };
        let after = link.reploff;
        let error = escape(error.trim_ascii_end());
        let consequence = match name {
            // Redis 5 propagates a script as a whole even if it failed: it may have failed there at the same command.
            "eval" | "evalsha" if !error.starts_with("NOSCRIPT") => Consequence::PerhapsMissing,
            _ if later => Consequence::LinkEnds,
            _ => Consequence::Missing,
        };
        if consequence == Consequence::LinkEnds && link.refused.is_none() {
            link.refused = Some(format!("cannot apply '{name}' of the master after offset {after}: {error}"));
        }
        self.stats.unexpected_error_replies += 1;
        self.log(LogLevel::Warning, || {
            format!(
                "== CRITICAL == This replica is sending an error to its master: '{error}' after processing the command \
                 '{name}'"
            )
        });
        let (command, error) = (name.to_owned(), error.clone());
        self.event(|| Event::MasterCommandFailed { command, error, after, consequence });
    }

    /// A script of the master calls an unknown command; the script may hide the error.
    pub(crate) fn script_of_master_cannot_run(&mut self, name: &[u8]) {
        if let Some(conn) = self.script_caller.filter(|_| self.obeys_later_master(ConnId::SCRIPT)) {
            self.master_command_failed(conn, &shown_name(name), b"ERR Unknown Redis command called from Lua script");
        }
    }

    /// Closes the link if one of its commands was refused. To be called after everything applied before was forwarded.
    pub(crate) fn end_refused_link(&mut self, conn: ConnId) {
        if self.runs_script_for(conn) {
            return;
        }
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let Some(reason) = client.master_mut().and_then(|link| link.refused.take()) else { return };
        // As after a protocol error, the link is not cached for a partial resync.
        client.close_after_reply = true;
        let (repl, mut context) = self.replication();
        repl.upstream.note_refusal(reason, &repl.history, &mut context);
        self.free_client(conn, true);
    }
}

impl Upstream {
    /// A file of the master contains data that cannot be loaded.
    pub(super) fn refuse_file(&mut self, error: &RdbError, history: &History, context: &mut Context<'_>) {
        if context.config.limits.allows_later_master() {
            self.note_refusal(format!("cannot load the RDB file of the master: {error}"), history, context);
        }
    }

    fn note_refusal(&mut self, reason: String, history: &History, context: &mut Context<'_>) {
        let Offset(offset) = history.master_repl_offset;
        context.log(LogLevel::Warning, || {
            format!(
                "The link with the master ends: {reason}. The data stay as of offset {offset}; a full resync is tried \
                 in {RETRY_S} seconds."
            )
        });
        self.refusal = Some(Refusal { reason: reason.into(), retry_at: context.now.unix_s() + RETRY_S });
    }

    /// Whether the node waits before it connects again after a refusal.
    pub(crate) fn waits_after_refusal(&self, now: Now) -> bool {
        self.refusal.as_ref().is_some_and(|refusal| now.unix_s() < refusal.retry_at)
    }
}
