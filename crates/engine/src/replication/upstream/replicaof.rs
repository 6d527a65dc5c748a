//! REPLICAOF: the master is set, changed or unset.

use psyncscope_resp::parse_i64_strict;

use super::link::Link;
use super::state::MasterAddress;
use crate::event::{CachedMasterChange, LinkChange, LogLevel};
use crate::io::ConnId;
use crate::node::Node;

impl Node {
    /// `replicaofCommand`: REPLICAOF and SLAVEOF.
    pub(crate) fn replicaof_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        if argv[1].eq_ignore_ascii_case(b"no") && argv[2].eq_ignore_ascii_case(b"one") {
            if self.repl.is_replica() {
                self.replication_unset_master();
                let who = self.clients.get(&conn).map(|client| client.addr()).unwrap_or_default();
                self.log(LogLevel::Notice, || format!("MASTER MODE enabled (user request from '{who}')"));
            }
            self.add_reply(conn, b"+OK\r\n");
            return;
        }
        if self.clients.get(&conn).is_some_and(|client| client.is_replica()) {
            self.add_reply(conn, b"-ERR Command is not valid when client is a replica.\r\n");
            return;
        }
        // Redis accepts any integer and fails at connect; here an invalid port is refused at once.
        let Some(port) = parse_i64_strict(&argv[2]).and_then(|port| u16::try_from(port).ok()) else {
            self.add_reply(conn, b"-ERR value is not an integer or out of range\r\n");
            return;
        };
        let host = String::from_utf8_lossy(&argv[1]).into_owned();
        let master = &self.repl.upstream.master;
        if master.as_ref().is_some_and(|now| now.host.eq_ignore_ascii_case(&host) && now.port == port) {
            self.log(LogLevel::Notice, || {
                "REPLICAOF would result into synchronization with the master we are already connected with. No \
                 operation performed."
                    .into()
            });
            self.add_reply(conn, b"+OK Already connected to specified master\r\n");
            return;
        }
        self.replication_set_master(host.clone(), port);
        let who = self.clients.get(&conn).map(|client| client.addr()).unwrap_or_default();
        self.log(LogLevel::Notice, || format!("REPLICAOF {host}:{port} enabled (user request from '{who}')"));
        self.add_reply(conn, b"+OK\r\n");
    }

    /// `replicationSetMaster` (spec 4.10). Offsets, IDs and backlog stay: the first PSYNC uses them.
    fn replication_set_master(&mut self, host: String, port: u16) {
        let was_master = self.repl.upstream.master.replace(MasterAddress { host, port }).is_none();
        self.repl.upstream.refusal = None;
        if let Some(master) = self.repl.upstream.master_conn() {
            self.free_client(master, true);
        }
        self.disconnect_all_blocked_clients();
        self.disconnect_slaves();
        let (repl, mut context) = self.replication();
        repl.upstream.cancel_replication_handshake(LinkChange::NewMaster, &mut context);
        if was_master {
            repl.upstream.replication_discard_cached_master(&mut context);
            let change = CachedMasterChange::Synthesized;
            repl.upstream.replication_cache_master_using_myself(&repl.history, 0, change, &mut context);
        }
        repl.upstream.set_link(Link::Connect, LinkChange::ReplicaOf, &mut context);
    }

    /// `replicationUnsetMaster` (spec 4.11). The IDs shift before the master is freed; the backlog stays, so that
    /// siblings and the old master can resync partially.
    fn replication_unset_master(&mut self) {
        if self.repl.upstream.master.take().is_none() {
            return;
        }
        let (repl, mut context) = self.replication();
        repl.history.shift_replication_id(&mut context);
        if let Some(master) = self.repl.upstream.master_conn() {
            self.free_client(master, true);
        }
        let (repl, mut context) = self.replication();
        repl.upstream.replication_discard_cached_master(&mut context);
        repl.upstream.cancel_replication_handshake(LinkChange::Promoted, &mut context);
        self.disconnect_slaves();
        let (repl, mut context) = self.replication();
        repl.upstream.set_link(Link::None, LinkChange::ReplicaOfNoOne, &mut context);
        repl.downstream.slaveseldb = None;
        repl.downstream.repl_no_slaves_since = context.now.unix_s();
    }
}
