//! `client-output-buffer-limit`: clients whose peer does not keep up are closed.

use crate::client::{Client, Role};
use crate::clients::Clients;
use crate::event::LogLevel;
use crate::io::ConnId;
use crate::node::Context;
use crate::outbuf::{OutputLimit, OutputLimits};

impl OutputLimits {
    fn of(&self, client: &Client) -> OutputLimit {
        match client.role {
            Role::Replica(_) => self.replica,
            _ if client.is_subscriber() => self.pubsub,
            Role::Normal | Role::Master(_) | Role::Script => self.normal,
        }
    }
}

impl Clients {
    /// `asyncCloseClientOnOutputBufferLimitReached`, after output was added: a client whose peer does not keep up is
    /// closed by the next serverCron, up to 100 ms later. Redis 5 keeps writing to it until then
    /// (`handleClientsWithPendingWrites` skips clients with CLIENT_CLOSE_ASAP only since 6.0).
    ///
    /// So how a replica returns that is closed for one large value depends on its network, not on the backlog alone. A
    /// value of 3 MB with a limit of 2 MB overwrites a backlog of 1 MB:
    ///
    /// * If the kernel accepts all 3 MB before the close, the replica applies the whole command. It asks for the byte
    ///   after it, which is `master_repl_offset + 1`, and gets `+CONTINUE` with nothing missing.
    /// * If anything was not sent, the replica applied nothing of the command. It asks for the command's first byte,
    ///   which is no longer in the backlog, and gets a full resync.
    ///
    /// Redis 7 sends nothing more after the limit is exceeded, so there it is always a full resync.
    pub(crate) fn close_on_output_limit(&mut self, conn: ConnId, context: &mut Context<'_>) {
        let now = context.now.unix_s();
        let limits = context.config.client_output_buffer_limit;
        let Some(client) = self.get_mut(&conn) else { return };
        if client.close_asap {
            return;
        }
        if client.is_over(limits.of(client), now) {
            let line = client.line(now, context.config);
            context.log(LogLevel::Warning, || {
                format!("Client {line} scheduled to be closed ASAP for overcoming of output buffer limits.")
            });
            client.close_asap = true;
        }
    }
}

impl Client {
    /// `checkClientOutputBufferLimits`.
    fn is_over(&mut self, limit: OutputLimit, now: i64) -> bool {
        let used = self.out.usage().2 as u64;
        let is_reached = |limit: u64| limit > 0 && used >= limit;
        let soft = if is_reached(limit.soft) {
            let since = *self.soft_limit_since.get_or_insert(now);
            // Strictly longer: with 0 seconds one whole second passes.
            now - since > limit.soft_seconds
        } else {
            self.soft_limit_since = None;
            false
        };
        soft || is_reached(limit.hard)
    }
}
