//! Client output: queued by commands, written at the end of the turn.

use super::Node;
use crate::io::{ConnId, Output};

impl Node {
    /// `beforeSleep`: writes queued output to the kernel, as far as there is room.
    pub(super) fn before_sleep(&mut self) {
        if self.asleep_until.is_some_and(|until| until > self.now.mono) {
            return;
        }
        self.asleep_until = None;
        if self.scripts.running().is_none() && !self.aof.is_reading() {
            self.serve_clients_waiting_acks();
            self.process_unblocked_clients();
        }
        if self.aof.is_on() {
            self.flush_append_only_file();
        }
        while let Some(conn) = self.pending_writes.pop() {
            if let Some(client) = self.clients.get_mut(&conn) {
                client.write_queued = false;
            }
            self.write_to_client(conn);
        }
    }

    /// `writeToClient` and `sendBulkToSlave`.
    pub(crate) fn write_to_client(&mut self, conn: ConnId) {
        self.send_bulk_to_replica(conn);
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if !client.out.is_empty() && client.room > 0 && !client.mute {
            let bytes = client.out.take(client.room);
            client.room -= bytes.len();
            if !client.is_master() {
                client.last_interaction = self.now.unix_s();
            }
            self.stats.net_output_bytes += bytes.len() as u64;
            self.out.outputs.push(Output::Send { conn, bytes });
        }
        if self.clients.get(&conn).is_some_and(|client| client.close_after_reply && client.out.is_empty()) {
            self.free_client(conn, true);
        }
    }

    /// `addReply`: queues output for a client. A master gets no replies except ACKs.
    pub(crate) fn add_reply(&mut self, conn: ConnId, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.is_master() {
            if let Some(error) = bytes.strip_prefix(b"-") {
                let name = client.last_cmd;
                self.master_command_failed(conn, name, error);
            }
            return;
        }
        if client.close_after_reply || client.reply_mode.is_silent() {
            return;
        }
        client.out.push(bytes);
        self.output_was_added(conn);
    }

    /// [`Node::add_reply`] in several pieces, for clients other than the master.
    pub(crate) fn add_pieces(&mut self, conn: ConnId, pieces: &[&[u8]]) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if client.is_master() || client.close_after_reply || client.reply_mode.is_silent() {
            return;
        }
        for piece in pieces {
            client.out.push(piece);
        }
        self.output_was_added(conn);
    }

    /// `prepareClientToWrite` and `asyncCloseClientOnOutputBufferLimitReached`.
    fn output_was_added(&mut self, conn: ConnId) {
        let Some(client) = self.clients.get_mut(&conn) else { return };
        // A replica's output is held back until it is online.
        if client.may_write() && !client.write_queued {
            client.write_queued = true;
            self.pending_writes.push(conn);
        }
        if client.out.has_blocks() {
            self.close_on_output_limit(conn);
        }
    }

    pub(crate) fn queue_write(&mut self, conn: ConnId) {
        if let Some(client) = self.clients.get_mut(&conn)
            && !client.write_queued
        {
            client.write_queued = true;
            self.pending_writes.push(conn);
        }
    }

    /// Writes directly to the socket, before queued output: `+FULLRESYNC`, `+CONTINUE`, keep-alive newlines. Returns
    /// false if the kernel has no room for all of it, as a short write does in Redis.
    #[must_use]
    pub(crate) fn write_direct(&mut self, conn: ConnId, bytes: &[u8]) -> bool {
        let Some(client) = self.clients.get_mut(&conn) else { return false };
        if client.room < bytes.len() {
            return false;
        }
        client.room -= bytes.len();
        self.stats.net_output_bytes += bytes.len() as u64;
        self.out.outputs.push(Output::Send { conn, bytes: bytes.to_vec() });
        true
    }
}
