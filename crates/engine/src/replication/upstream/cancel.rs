//! Giving up a handshake or a transfer.

use super::Upstream;
use super::link::Link;
use crate::event::LinkChange;
use crate::io::Output;
use crate::node::Context;

impl Upstream {
    /// `slaveIsInHandshakeState`: called by the function below and by cron.
    pub(crate) const fn slave_is_in_handshake_state(&self) -> bool {
        matches!(self.link, Link::Handshake(..))
    }

    /// `cancelReplicationHandshake`: called when the master changes, when a handshake or a transfer times out, and
    /// when a transfer fails. Does nothing if there is none; otherwise the next cron connects again.
    pub(crate) fn cancel_replication_handshake(&mut self, why: LinkChange, context: &mut Context<'_>) {
        if matches!(self.link, Link::Transfer(..)) {
            self.replication_abort_sync_transfer(why, context);
        } else if matches!(self.link, Link::Connecting { .. }) || self.slave_is_in_handshake_state() {
            self.undo_connect_with_master(why, context);
        }
    }

    /// `replicationAbortSyncTransfer`: closes the connection and drops the temporary file, which exists in state
    /// TRANSFER only.
    fn replication_abort_sync_transfer(&mut self, why: LinkChange, context: &mut Context<'_>) {
        self.undo_connect_with_master(why, context);
    }

    /// `undoConnectWithMaster`, and the state after it: closes the connection of the handshake. Called when a
    /// handshake or a transfer is aborted.
    pub(crate) fn undo_connect_with_master(&mut self, why: LinkChange, context: &mut Context<'_>) {
        if let Some(conn) = self.link.conn() {
            context.push(Output::Close { conn });
        }
        self.set_link(Link::Connect, why, context);
    }
}
