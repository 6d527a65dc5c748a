//! Client output: queued by commands, written at the end of the turn.

use super::Node;
use crate::io::{ConnId, Output};

impl Node {
    /// `beforeSleep`: writes queued output to the kernel, as far as there is room.
    pub(super) fn before_sleep(&mut self) {
        if self.migrations.is_running() {
            return;
        }
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
        while let Some(conn) = self.clients.next_pending_write() {
            self.write_to_client(conn);
        }
    }

    /// `writeToClient` and `sendBulkToSlave`.
    pub(crate) fn write_to_client(&mut self, conn: ConnId) {
        let (repl, clients, mut context) = self.replication_and_clients();
        repl.downstream.send_bulk_to_replica(clients, conn, &mut context);
        let Some(client) = self.clients.get_mut(&conn) else { return };
        if !client.out.is_empty() && client.room > 0 && !client.mute {
            let bytes = client.out.take(client.room);
            client.room -= bytes.len();
            if !client.is_master() {
                client.last_interaction = self.now.unix_s();
            }
            if let Some(link) = client.replica_mut() {
                link.sent += bytes.len();
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
        let (_, clients, mut context) = self.replication_and_clients();
        clients.add_reply(conn, bytes, &mut context);
    }
}
