//! The master's side: replicas, the stream that they get, and the saves that they begin with.
//!
//! [`Downstream`] owns the state. What a replica has and how its link is doing is with its connection
//! ([`crate::client::ReplicaLink`]), so methods take the connections too. What also concerns the dataset or the child,
//! or frees clients, is done by `impl Node` blocks beside them.

pub(crate) mod bgsave;
pub(crate) mod bulk;
pub(crate) mod feed;
pub(crate) mod replconf;
pub(crate) mod state;
pub(crate) mod sync;
pub(crate) mod wait;

use crate::client::{Client, ReplicaLink, Role};
use crate::clients::Clients;
use crate::event::{Event, LogLevel, ReplicaState};
use crate::ids::Offset;
use crate::io::ConnId;
use crate::node::{Context, Node};
use crate::steps::{Field, Function, Step, Steps, Value, step};
pub(crate) use state::Downstream;

impl Downstream {
    /// The attached replicas, in order of attachment.
    pub(crate) fn replicas<'a>(
        &'a self,
        clients: &'a Clients,
    ) -> impl Iterator<Item = (&'a Client, &'a ReplicaLink)> + 'a {
        let attached = self.replicas.iter().filter_map(|conn| clients.get(conn));
        attached.filter_map(|client| Some((client, client.replica()?)))
    }

    /// The attached replicas that match, in order of attachment.
    fn replicas_where(&self, clients: &Clients, fits: impl Fn(&ReplicaLink) -> bool) -> Vec<ConnId> {
        self.replicas(clients).filter(|(_, link)| fits(link)).map(|(client, _)| client.conn).collect()
    }

    /// The attached replicas in one state, in order of attachment.
    pub(crate) fn replicas_in(&self, clients: &Clients, state: ReplicaState) -> Vec<ConnId> {
        self.replicas_where(clients, |link| link.state == state)
    }

    /// Makes a client a replica, appended to the list of replicas.
    fn become_replica(
        &mut self,
        clients: &mut Clients,
        conn: ConnId,
        state: ReplicaState,
        pre_psync: bool,
        step: impl Into<Step>,
        context: &mut Context<'_>,
    ) {
        let Some(client) = clients.get_mut(&conn) else { return };
        client.role = Role::Replica(ReplicaLink {
            state,
            ack_off: Offset(0),
            ack_time: context.now.unix_s(),
            put_online_on_ack: false,
            initial_offset: Offset(0),
            sent: 0,
            pre_psync,
            bulk: None,
        });
        self.replicas.push(conn);
        context.act(step, |v| {
            v.changed(Field::Replstate, Value::Nothing, state).saw(Field::Client, client.replica_name())
        });
        context.event(|| Event::ReplicaState { conn, from: None, to: state });
    }

    /// `refreshGoodSlavesCount`: counts the replicas that are online and have a recent ACK. Called by cron, when a
    /// replica comes online or is lost, and by CONFIG SET. Does nothing unless both options are set.
    pub(crate) fn refresh_good_slaves_count(&mut self, clients: &Clients, context: &mut Context<'_>) {
        use step::RefreshGoodSlavesCount as Step;
        context.within(Function::RefreshGoodSlavesCount, |context| {
            let (to_write, max_lag) = (context.config.min_replicas_to_write, context.config.min_replicas_max_lag);
            if !context.check(Step::IsConfigured, to_write != 0 && max_lag != 0, |v| {
                v.saw(Field::MinReplicasToWrite, to_write).saw(Field::MinReplicasMaxLag, max_lag)
            }) {
                return;
            }
            let now = context.now.unix_s();
            let is_good = |link: &ReplicaLink| link.state == ReplicaState::Online && now - link.ack_time <= max_lag;
            let before = self.good_replicas;
            let mut good = 0;
            for (_, link) in self.replicas(clients) {
                good += i64::from(context.check(Step::IsGood, is_good(link), |v| {
                    v.saw(Field::Replstate, link.state).saw(Field::Seconds, now - link.ack_time)
                }));
            }
            self.good_replicas = good;
            context.act(Step::SetCount, |v| v.changed(Field::ReplGoodSlavesCount, before, good));
        });
    }

    /// The part of `freeClient` for replicas.
    pub(crate) fn replica_freed(&mut self, freed: &Client, clients: &Clients, context: &mut Context<'_>) {
        let (conn, name) = (freed.conn, freed.replica_name());
        context.log(LogLevel::Warning, || format!("Connection with replica {name} lost."));
        self.replicas.retain(|&other| other != conn);
        if self.replicas.is_empty() {
            self.repl_no_slaves_since = context.now.unix_s();
        }
        context.event(|| Event::ReplicaGone { conn, name });
        self.refresh_good_slaves_count(clients, context);
    }
}

/// Changes the state of a replica on its master's side (`replstate`).
fn set_replica_state(
    clients: &mut Clients,
    conn: ConnId,
    to: ReplicaState,
    step: impl Into<Step>,
    context: &mut Context<'_>,
) {
    let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) else { return };
    let from = std::mem::replace(&mut link.state, to);
    context.act(step, |v| v.changed(Field::Replstate, from, to));
    context.event(|| Event::ReplicaState { conn, from: Some(from), to });
}

impl Node {
    /// The attached replicas, in order of attachment.
    pub(crate) fn replicas(&self) -> impl Iterator<Item = (&Client, &ReplicaLink)> {
        self.repl.downstream.replicas(&self.clients)
    }

    /// `disconnectSlaves`: called when the master changes, on promotion, before a full sync and at `+CONTINUE` with
    /// another ID. The replicas have to reconnect. Their unsent output is lost; PSYNC recovers it.
    pub(crate) fn disconnect_slaves(&mut self) {
        use step::DisconnectSlaves as Step;
        self.within(Function::DisconnectSlaves, |node| {
            loop {
                let replicas = &node.repl.downstream.replicas;
                let (first, count) = (replicas.first().copied(), replicas.len());
                node.check(Step::AnyLeft, first.is_some(), |v| v.saw(Field::Count, count));
                let Some(conn) = first else { return };
                let name = node.clients.get(&conn).map(|client| client.replica_name());
                node.act(Step::TakeFirst, |v| v.saw(Field::Client, name));
                node.free_client(conn, true);
                let left = node.repl.downstream.replicas.len();
                node.act(Step::Free, |v| v.changed(Field::Count, count, left));
            }
        });
    }

    /// 8 of replicationCron: disconnects online replicas without a recent ACK. Replicas that came with SYNC send no
    /// ACKs and never time out.
    pub(crate) fn disconnect_timed_out_replicas(&mut self) {
        use step::ReplicationCron as Step;
        let (now, timeout) = (self.now.unix_s(), self.config.repl_timeout);
        for conn in self.repl.downstream.replicas_where(&self.clients, ReplicaLink::times_out) {
            let (_, clients, mut context) = self.replication_and_clients();
            let Some(client) = clients.get(&conn) else { continue };
            let silence = client.replica().map_or(0, |link| now - link.ack_time);
            if context.check(Step::ReplicaTimedOut, silence > timeout, |v| {
                v.saw(Field::Client, client.replica_name())
                    .saw(Field::Seconds, silence)
                    .saw(Field::ReplTimeout, timeout)
            }) {
                let name = client.replica_name();
                self.log(LogLevel::Warning, || format!("Disconnecting timedout replica: {name}"));
                self.free_client(conn, true);
            }
        }
    }
}
