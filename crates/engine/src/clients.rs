//! The connections of a node, and their output: queued by commands, written at the end of the turn (networking.c).

use std::collections::BTreeMap;

use crate::client::Client;
use crate::io::{ConnId, Output};
use crate::node::Context;

/// The connections of a node.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    /// Boxed, to keep the map's nodes small.
    by_conn: BTreeMap<ConnId, Box<Client>>,
    /// `clients_pending_write`: in the order of queueing; written newest first, as in Redis.
    pending_writes: Vec<ConnId>,
}

impl Clients {
    pub(crate) fn get(&self, conn: &ConnId) -> Option<&Client> {
        self.by_conn.get(conn).map(|client| &**client)
    }

    pub(crate) fn get_mut(&mut self, conn: &ConnId) -> Option<&mut Client> {
        self.by_conn.get_mut(conn).map(|client| &mut **client)
    }

    pub(crate) fn contains_key(&self, conn: &ConnId) -> bool {
        self.by_conn.contains_key(conn)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_conn.len()
    }

    /// All clients, by number of their connection.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Client> {
        self.by_conn.values().map(|client| &**client)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Client> {
        self.by_conn.values_mut().map(|client| &mut **client)
    }

    pub(crate) fn insert(&mut self, conn: ConnId, client: Box<Client>) {
        self.by_conn.insert(conn, client);
    }

    pub(crate) fn remove(&mut self, conn: &ConnId) -> Option<Box<Client>> {
        self.by_conn.remove(conn)
    }

    /// `addReply`: queues output. The master gets none.
    pub(crate) fn add_reply(&mut self, conn: ConnId, bytes: &[u8], context: &mut Context<'_>) {
        if !bytes.is_empty() {
            self.add_pieces(conn, &[bytes], context);
        }
    }

    /// [`Clients::add_reply`] in several pieces.
    pub(crate) fn add_pieces(&mut self, conn: ConnId, pieces: &[&[u8]], context: &mut Context<'_>) {
        let Some(client) = self.get_mut(&conn) else { return };
        if client.is_master() || client.close_after_reply || client.reply_mode.is_silent() {
            return;
        }
        client.out.reserve(pieces.iter().map(|piece| piece.len()).sum());
        for piece in pieces {
            client.out.push(piece);
        }
        let has_blocks = client.out.has_blocks();
        // `prepareClientToWrite`: a replica's output is held back until it is online.
        if client.may_write() {
            self.queue_write(conn);
        }
        if has_blocks {
            self.close_on_output_limit(conn, context);
        }
    }

    /// Lists a client among those that are written to at the end of the turn.
    pub(crate) fn queue_write(&mut self, conn: ConnId) {
        if let Some(client) = self.by_conn.get_mut(&conn)
            && !client.write_queued
        {
            client.write_queued = true;
            self.pending_writes.push(conn);
        }
    }

    /// The next client to write to.
    pub(crate) fn next_pending_write(&mut self) -> Option<ConnId> {
        let conn = self.pending_writes.pop()?;
        if let Some(client) = self.get_mut(&conn) {
            client.write_queued = false;
        }
        Some(conn)
    }

    /// The process ends: nothing more is written.
    pub(crate) fn drop_pending_writes(&mut self) {
        self.pending_writes.clear();
    }

    /// Writes directly to the socket, before queued output: `+FULLRESYNC`, `+CONTINUE`, keep-alive newlines. Returns
    /// false if the kernel has no room for all of it, as a short write does in Redis.
    #[must_use]
    pub(crate) fn write_direct(&mut self, conn: ConnId, bytes: &[u8], context: &mut Context<'_>) -> bool {
        let Some(client) = self.get_mut(&conn) else { return false };
        if client.room < bytes.len() {
            return false;
        }
        client.room -= bytes.len();
        context.stats.net_output_bytes += bytes.len() as u64;
        context.push(Output::Send { conn, bytes: bytes.to_vec() });
        true
    }

    /// A line that must precede the stream could not be sent: the replica is closed and gets nothing until then.
    pub(crate) fn abort_direct_write(&mut self, conn: ConnId) {
        if let Some(client) = self.get_mut(&conn) {
            client.mute = true;
            client.close_asap = true;
        }
    }
}
