//! REPLICAOF: the master is set, changed or unset.

use psyncscope_resp::parse_i64_strict;

use super::link::Link;
use super::state::MasterAddress;
use crate::event::{CachedMasterChange, LinkChange, LogLevel};
use crate::io::ConnId;
use crate::node::Node;
use crate::steps::{Field, Function, Step, Steps, Value, step};

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
        use step::ReplicationSetMaster as Step;
        self.within(Function::ReplicationSetMaster, |node| {
            let before = node.repl.upstream.master.replace(MasterAddress { host, port });
            let was_master = before.is_none();
            let (repl, mut context) = node.replication();
            context.act(Step::SetMaster, |v| {
                v.changed(Field::Masterhost, shown(before.as_ref()), shown(repl.upstream.master.as_ref()))
            });
            repl.upstream.refusal = None;
            node.free_master_if_connected(Step::IsConnected, Step::FreeMaster);
            node.calls(Step::DisconnectBlocked);
            node.disconnect_all_blocked_clients();
            node.calls(Step::DisconnectReplicas);
            node.disconnect_slaves();
            let (repl, mut context) = node.replication();
            context.calls(Step::CancelHandshake);
            repl.upstream.cancel_replication_handshake(LinkChange::NewMaster, &mut context);
            if context.check(Step::WasMaster, was_master, |v| v.saw(Field::Masterhost, shown(before.as_ref()))) {
                context.calls(Step::DiscardCachedMaster);
                repl.upstream.replication_discard_cached_master(&mut context);
                let change = CachedMasterChange::Synthesized;
                context.calls(Step::CacheItself);
                repl.upstream.replication_cache_master_using_myself(&repl.history, 0, change, &mut context);
            }
            let state = repl.upstream.state();
            repl.upstream.set_link(Link::Connect, LinkChange::ReplicaOf, &mut context);
            context.act(Step::SetStateConnect, |v| v.changed(Field::ReplState, state, repl.upstream.state()));
        });
    }

    /// `replicationUnsetMaster` (spec 4.11). The IDs shift before the master is freed; the backlog stays, so that
    /// siblings and the old master can resync partially.
    fn replication_unset_master(&mut self) {
        use step::ReplicationUnsetMaster as Step;
        self.within(Function::ReplicationUnsetMaster, |node| {
            let before = node.repl.upstream.master.take();
            if !node.check(Step::HasMaster, before.is_some(), |v| v.saw(Field::Masterhost, shown(before.as_ref()))) {
                return;
            }
            let (repl, mut context) = node.replication();
            context.act(Step::ForgetMaster, |v| v.changed(Field::Masterhost, shown(before.as_ref()), Value::Nothing));
            context.calls(Step::ShiftId);
            repl.history.shift_replication_id(&mut context);
            node.free_master_if_connected(Step::IsConnected, Step::FreeMaster);
            let (repl, mut context) = node.replication();
            context.calls(Step::DiscardCachedMaster);
            repl.upstream.replication_discard_cached_master(&mut context);
            context.calls(Step::CancelHandshake);
            repl.upstream.cancel_replication_handshake(LinkChange::Promoted, &mut context);
            node.calls(Step::DisconnectReplicas);
            node.disconnect_slaves();
            let (repl, mut context) = node.replication();
            let state = repl.upstream.state();
            repl.upstream.set_link(Link::None, LinkChange::ReplicaOfNoOne, &mut context);
            context.act(Step::SetStateNone, |v| v.changed(Field::ReplState, state, repl.upstream.state()));
            repl.downstream.force_select(Step::ForceSelect, &mut context);
            let since = repl.downstream.repl_no_slaves_since;
            repl.downstream.repl_no_slaves_since = context.now.unix_s();
            context.act(Step::StartWithoutReplicas, |v| {
                v.changed(Field::ReplNoSlavesSince, since, repl.downstream.repl_no_slaves_since)
            });
        });
    }

    /// Frees the link to the master, if it carries the stream: it is cached (`freeClient`).
    fn free_master_if_connected(&mut self, is_connected: impl Into<Step>, free: impl Into<Step>) {
        let master = self.repl.upstream.master_conn();
        let state = self.repl.upstream.state();
        self.check(is_connected, master.is_some(), |v| v.saw(Field::ReplState, state));
        if let Some(master) = master {
            self.free_client(master, true);
            let (repl, mut context) = self.replication();
            context.act(free, |v| {
                v.changed(Field::ReplState, state, repl.upstream.state());
                v.saw(Field::CachedMaster, repl.upstream.cached_master.as_ref().map(|cached| cached.replid))
            });
        }
    }
}

/// `masterhost` and `masterport`, as steps show them.
fn shown(master: Option<&MasterAddress>) -> Option<String> {
    master.map(|master| format!("{}:{}", master.host, master.port))
}
