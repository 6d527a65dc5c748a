//! Accepting, reading and freeing clients, and lists of clients by role.

use super::Node;
use crate::client::{Client, MasterLink, Role};
use crate::event::LogLevel;
use crate::io::{CloseReason, ConnId, Output, Peer};

impl Node {
    pub(super) fn accept(&mut self, conn: ConnId, peer: Peer, room: usize) {
        let id = self.next_client_id;
        self.next_client_id += 1;
        let mut client = Client::new(conn, id, peer, room, self.now.unix_s());
        if self.clients.len() >= self.config.maxclients {
            self.stats.rejected_connections += 1;
            self.out.outputs.push(Output::Send { conn, bytes: b"-ERR max number of clients reached\r\n".to_vec() });
            self.out.outputs.push(Output::Close { conn });
            return;
        }
        if self.config.denies(&client.peer) {
            self.stats.rejected_connections += 1;
            self.out.outputs.push(Output::Send { conn, bytes: psyncscope_resp::errors::PROTECTED_MODE.to_vec() });
            self.out.outputs.push(Output::Close { conn });
            return;
        }
        client.authenticated = self.config.requirepass.is_empty();
        self.stats.connections_received += 1;
        let is_unix = self.config.is_unix_socket(&client.peer);
        self.log(LogLevel::Verbose, || match is_unix {
            true => format!("Accepted connection to {}", client.peer.ip),
            false => format!("Accepted {}:{}", client.peer.ip, client.peer.port),
        });
        self.clients.insert(conn, Box::new(client));
    }

    pub(super) fn received(&mut self, conn: ConnId, bytes: &[u8]) {
        self.stats.net_input_bytes += bytes.len() as u64;
        if self.repl.upstream.is_handshake_of(conn) {
            self.link_received(bytes);
            return;
        }
        let unix_s = self.now.unix_s();
        let Some(client) = self.clients.get_mut(&conn) else { return };
        client.last_interaction = unix_s;
        if client.close_after_reply || client.close_asap {
            return;
        }
        if client.is_master() {
            self.stream_received(conn, bytes);
        } else {
            client.query.push(bytes);
            self.process_input(conn);
        }
    }

    pub(super) fn writable(&mut self, conn: ConnId, room: usize) {
        if let Some(client) = self.clients.get_mut(&conn) {
            client.room = room;
            if self.wants_write(conn) {
                self.clients.queue_write(conn);
            }
        }
    }

    pub(crate) fn closed(&mut self, conn: ConnId, reason: CloseReason) {
        if self.defer_close_until_script_ends(conn, reason) {
            return;
        }
        if self.repl.upstream.is_handshake_of(conn) {
            self.link_closed(reason);
        } else if self.clients.contains_key(&conn) {
            self.log(LogLevel::Verbose, || match reason {
                CloseReason::Eof => "Client closed connection".into(),
                CloseReason::Reset => "Reading from client: Connection reset by peer".into(),
                CloseReason::TimedOut => "Reading from client: Connection timed out".into(),
            });
            self.free_client(conn, false);
        }
    }

    /// `freeClient`. `close` is false if the connection is already closed. The master's link is cached for a partial
    /// resync; a replica is removed from the list.
    pub(crate) fn free_client(&mut self, conn: ConnId, close: bool) {
        let was_blocked = self.clients.get(&conn).is_some_and(|client| client.blocked.is_some());
        self.unblock_client(conn);
        self.unwatch_all_keys(conn);
        self.unsubscribe_all(conn);
        let Some(mut client) = self.clients.remove(&conn) else { return };
        if close {
            self.out.outputs.push(Output::Close { conn });
        }
        match std::mem::replace(&mut client.role, Role::Normal) {
            Role::Normal | Role::Script => {}
            Role::Master(link) => {
                self.log(LogLevel::Warning, || "Connection with master lost.".into());
                let (repl, mut context) = self.replication();
                if !client.close_after_reply && !client.close_asap && !was_blocked {
                    repl.upstream.replication_cache_master(&link, client.db, &mut context);
                }
                repl.upstream.replication_handle_master_disconnection(&mut context);
            }
            Role::Replica(_) => {
                let (repl, clients, mut context) = self.replication_and_clients();
                repl.downstream.replica_freed(&client, clients, &mut context);
            }
        }
    }

    /// The link to the master, if connected.
    pub(crate) fn master_link(&self) -> Option<&MasterLink> {
        self.clients.get(&self.repl.upstream.master_conn()?)?.master()
    }
}
