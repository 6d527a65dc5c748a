//! WAIT: a client blocks until its writes have reached a number of replicas.

use psyncscope_resp::{Reply, errors, parse_i64_strict};

use super::Downstream;
use crate::blocked::state::{Waiting, WaitingFor};
use crate::client::ReplicaLink;
use crate::clients::Clients;
use crate::event::{FeedKind, ReplicaState};
use crate::ids::Offset;
use crate::io::ConnId;
use crate::node::Node;
use crate::steps::step::ProcessClientsWaitingReplicas as Step;
use crate::steps::{Field, Function, Steps};

impl Node {
    /// `waitCommand`: WAIT numreplicas timeout. Waits for the stream offset after this client's last command of any
    /// kind.
    pub(crate) fn wait_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        let now_ms = self.now.unix_ms();
        let offset = self.clients.get(&conn).map_or(Offset(0), |client| client.woff);
        let timeout = parse_i64_strict(&argv[2]);
        let replicas = match (parse_i64_strict(&argv[1]), timeout) {
            _ if self.repl.is_replica() => {
                reply.error(
                    "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a \
                     replica is configured to be writable (which is not the default) writes to replicas are just local \
                     and are not propagated.",
                );
                None
            }
            (None, _) => {
                reply.error(errors::NOT_AN_INTEGER);
                None
            }
            (_, None) => {
                reply.error("ERR timeout is not an integer or out of range");
                None
            }
            (_, Some(timeout)) if timeout < 0 => {
                reply.error("ERR timeout is negative");
                None
            }
            (replicas, _) => replicas,
        };
        let (Some(replicas), Some(timeout)) = (replicas, timeout) else {
            self.add_reply(conn, &reply.take());
            return;
        };
        let acknowledged = self.repl.downstream.replication_count_acks_by_offset(&self.clients, offset);
        // No blocking inside a transaction.
        if acknowledged >= replicas || self.clients.get(&conn).is_none_or(|client| client.multi.is_some()) {
            reply.integer(acknowledged);
            self.add_reply(conn, &reply.take());
            return;
        }
        let deadline_ms = (timeout > 0).then(|| now_ms.saturating_add(timeout));
        self.repl.downstream.clients_waiting_acks.retain(|&other| other != conn);
        self.repl.downstream.clients_waiting_acks.push(conn);
        self.block_client(conn, 0, Waiting { on: WaitingFor::Acks { replicas, offset }, deadline_ms });
        // `replicationRequestAckFromSlaves`.
        self.repl.downstream.get_ack_from_slaves = true;
    }

    /// The part of `beforeSleep` for WAIT: one GETACK for all clients that began to wait in this turn, then replies
    /// to those that are satisfied. The ACKs arrive in later turns.
    pub(crate) fn serve_clients_waiting_acks(&mut self) {
        if std::mem::take(&mut self.repl.downstream.get_ack_from_slaves) {
            self.replication_feed_slaves(None, &["REPLCONF", "GETACK", "*"], FeedKind::GetAck);
        }
        if !self.repl.downstream.clients_waiting_acks.is_empty() {
            self.process_clients_waiting_replicas();
        }
    }

    /// `processClientsWaitingReplicas`: in the order in which they began to wait. A client whose offset is less than
    /// that of a satisfied client before it, and that waits for fewer replicas, gets the same count.
    fn process_clients_waiting_replicas(&mut self) {
        self.within(Function::ProcessClientsWaitingReplicas, |node| {
            let mut satisfied: Option<(Offset, i64)> = None;
            let mut still_waiting = Vec::new();
            for conn in std::mem::take(&mut node.repl.downstream.clients_waiting_acks) {
                let block = node.clients.get(&conn).and_then(|client| client.blocked.as_deref());
                // The others were unblocked otherwise: timed out or disconnected.
                let Some(&Waiting { on: WaitingFor::Acks { replicas, offset }, .. }) = block else { continue };
                node.check(Step::AnyLeft, true, |v| v.saw(Field::WaitOffset, offset));
                let count = match satisfied {
                    Some((before, count)) if before > offset && count > replicas => count,
                    _ => node.repl.downstream.replication_count_acks_by_offset(&node.clients, offset),
                };
                if !node.check(Step::IsEnough, count >= replicas, |v| {
                    v.saw(Field::Count, count).saw(Field::WaitReplicas, replicas)
                }) {
                    still_waiting.push(conn);
                    continue;
                }
                satisfied =
                    satisfied.filter(|(before, known)| *before > offset && *known > replicas).or(Some((offset, count)));
                node.unblock_client(conn);
                node.add_reply(conn, format!(":{count}\r\n").as_bytes());
                node.act(Step::Serve, |v| v.saw(Field::Reply, count));
            }
            node.check(Step::AnyLeft, false, |v| v.saw(Field::Count, still_waiting.len()));
            node.repl.downstream.clients_waiting_acks = still_waiting;
        });
    }
}

impl Downstream {
    /// `replicationCountAcksByOffset`: online replicas that acknowledged this offset.
    pub(crate) fn replication_count_acks_by_offset(&self, clients: &Clients, offset: Offset) -> i64 {
        let has_it = |link: &ReplicaLink| link.state == ReplicaState::Online && link.ack_off >= offset;
        self.replicas(clients).filter(|(_, link)| has_it(link)).count() as i64
    }
}
