//! Giving up a handshake or a transfer.

use super::Upstream;
use super::link::{Link, ReplState};
use crate::event::LinkChange;
use crate::io::Output;
use crate::node::Context;
use crate::steps::{Field, Function, Steps, step};

impl Upstream {
    /// `slaveIsInHandshakeState`: called by the function below.
    fn slave_is_in_handshake_state(&self, context: &mut Context<'_>) -> bool {
        use step::SlaveIsInHandshakeState as Step;
        context.within(Function::SlaveIsInHandshakeState, |context| {
            let state = self.link.state();
            let is_from_pong = state >= ReplState::ReceivePong;
            let is_handshake = context.check(Step::IsFromPong, is_from_pong, |v| v.saw(Field::ReplState, state)) && {
                let is_up_to_psync = state <= ReplState::ReceivePsync;
                context.check(Step::IsUpToPsync, is_up_to_psync, |v| v.saw(Field::ReplState, state))
            };
            debug_assert_eq!(is_handshake, state.is_handshake());
            context.act(Step::Return, |v| v.saw(Field::Result, usize::from(is_handshake)));
            is_handshake
        })
    }

    /// `cancelReplicationHandshake`: called when the master changes, when a handshake or a transfer times out, and
    /// when a transfer fails. Does nothing if there is none; otherwise the next cron connects again.
    pub(crate) fn cancel_replication_handshake(&mut self, why: LinkChange, context: &mut Context<'_>) {
        use step::CancelReplicationHandshake as Step;
        context.within(Function::CancelReplicationHandshake, |context| {
            let state = self.link.state();
            let is_transfer = state == ReplState::Transfer;
            if context.check(Step::IsTransfer, is_transfer, |v| v.saw(Field::ReplState, state)) {
                context.calls(Step::AbortTransfer);
                self.replication_abort_sync_transfer(why, context);
            } else if self.is_connecting_or_in_handshake(context) {
                context.calls(Step::UndoConnect);
                self.undo_connect_with_master(why, context);
            }
            context.act(Step::Return, |v| v.saw(Field::Result, usize::from(self.link.state() != state)));
        });
    }

    /// The second condition of `cancelReplicationHandshake`.
    fn is_connecting_or_in_handshake(&self, context: &mut Context<'_>) -> bool {
        use step::CancelReplicationHandshake as Step;
        let state = self.link.state();
        context.check(Step::IsConnecting, state == ReplState::Connecting, |v| v.saw(Field::ReplState, state)) || {
            context.calls(Step::AskWhetherHandshake);
            self.slave_is_in_handshake_state(context)
        }
    }

    /// `replicationAbortSyncTransfer`: closes the connection and drops the temporary file, which exists in state
    /// TRANSFER only.
    fn replication_abort_sync_transfer(&mut self, why: LinkChange, context: &mut Context<'_>) {
        use step::ReplicationAbortSyncTransfer as Step;
        context.within(Function::ReplicationAbortSyncTransfer, |context| {
            let read = match &self.link {
                Link::Transfer(_, transfer) => Some(transfer.read),
                _ => None,
            };
            context.check(Step::IsTransfer, read.is_some(), |v| v.saw(Field::ReplState, self.link.state()));
            context.calls(Step::UndoConnect);
            self.undo_connect_with_master(why, context);
            // The file is dropped with the state that it exists in.
            context.act(Step::DropFile, |v| v.changed(Field::ReplTransferRead, read, 0_usize));
        });
    }

    /// `undoConnectWithMaster`, and the state after it: closes the connection of the handshake. Called when a
    /// handshake or a transfer is aborted.
    pub(crate) fn undo_connect_with_master(&mut self, why: LinkChange, context: &mut Context<'_>) {
        use step::UndoConnectWithMaster as Step;
        context.within(Function::UndoConnectWithMaster, |context| {
            // The connection's events are handled no more: what it brought and nobody read is gone with it.
            let unread = self.link.socket_mut().map_or(0, |socket| std::mem::take(&mut socket.rx).len());
            context.act(Step::StopReading, |v| v.changed(Field::Bytes, unread, 0_usize));
            if let Some(conn) = self.link.conn() {
                context.push(Output::Close { conn });
            }
            context.act(Step::Close, |v| v.saw(Field::ReplState, self.link.state()));
            let before = self.link.state();
            self.set_link(Link::Connect, why, context);
            context.act(Step::SetStateConnect, |v| v.changed(Field::ReplState, before, self.link.state()));
        });
    }
}
