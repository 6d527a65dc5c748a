//! Background saves for full resyncs: when they start, for which replicas, and what happens when they end.

use std::sync::Arc;

use super::{Downstream, set_replica_state};
use crate::client::{Bulk, Capa, Client, Role};
use crate::clients::Clients;
use crate::event::{Event, LogLevel, PsyncReply, ReplicaState};
use crate::ids::Offset;
use crate::io::ConnId;
use crate::node::{Context, Node};
use crate::replication::psync::History;
use crate::steps::step::{
    self, ReplicationCron as CronStep, StartBgsaveForReplication as Step, SyncCommand as SyncStep,
    UpdateSlavesWaitingBgsave as UpdateStep,
};
use crate::steps::{Field, Function, Steps};

/// How a child that saved for replicas ended.
pub(crate) enum SaveEnd {
    /// It wrote this file.
    File(Arc<[u8]>),
    /// It wrote to the sockets of replicas. Replicas that it did not reach were freed already.
    Streamed,
    /// It failed.
    Failed,
}

/// What also concerns the child and the dataset.
impl Node {
    /// The choice at the end of `syncCommand`: attach to the running save, wait for the next, or start one.
    pub(super) fn attach_to_bgsave(&mut self, conn: ConnId) {
        let capa = self.clients.get(&conn).map(|client| client.capa).unwrap_or_default();
        let target = self.child.as_ref().map(|child| if child.to_sockets() { "SOCKET" } else { "DISK" });
        let diskless = self.config.repl_diskless_sync && capa.eof;
        self.act(SyncStep::ChooseSave, |v| v.saw(Field::SaveTarget, target).saw(Field::DisklessSync, diskless));
        match &self.child {
            Some(child) if child.to_sockets() => self
                .log(LogLevel::Notice, || "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC".into()),
            Some(_) => {
                let (repl, clients, mut context) = self.replication_and_clients();
                repl.downstream.attach_to_disk_bgsave(&repl.history, clients, conn, &mut context);
            }
            None if diskless => {
                // Left for cron, so that replicas that arrive before it share the transfer.
                if self.config.repl_diskless_sync_delay > 0 {
                    self.log(LogLevel::Notice, || "Delay next BGSAVE for diskless SYNC".into());
                }
            }
            None if self.aof.rewrite.is_some() => self.log(LogLevel::Notice, || {
                "No BGSAVE in progress, but an AOF rewrite is active. BGSAVE for replication delayed".into()
            }),
            // On failure all waiting replicas have their error already.
            None => {
                self.calls(SyncStep::StartSave);
                drop(self.start_bgsave_for_replication(capa));
            }
        }
    }

    /// `startBgsaveForReplication`: one save for all replicas that wait for one, to disk or (diskless, if all of them
    /// understand the EOF mark) to their sockets. Called by SYNC and PSYNC, by cron, and at the end of a save if
    /// replicas wait. If it cannot start, all of them get an error and are closed.
    pub(crate) fn start_bgsave_for_replication(&mut self, mincapa: Capa) -> Result<(), String> {
        self.within(Function::StartBgsaveForReplication, |node| node.save_for_waiting(mincapa))
    }

    fn save_for_waiting(&mut self, mincapa: Capa) -> Result<(), String> {
        let configured = self.config.repl_diskless_sync;
        let to_sockets = configured && mincapa.eof;
        self.check(Step::IsDiskless, to_sockets, |v| {
            v.saw(Field::DisklessSync, configured).saw(Field::Capa, if mincapa.eof { "eof" } else { "" })
        });
        let target = if to_sockets { "replicas sockets" } else { "disk" };
        self.log(LogLevel::Notice, || format!("Starting BGSAVE for SYNC with target: {target}"));
        let waiting = self.repl.downstream.replicas_in(&self.clients, ReplicaState::WaitBgsaveStart);
        let started = match (self.rdb_populate_save_info(), to_sockets) {
            (None, _) => Err("replication information not available, can't generate the RDB file".into()),
            (Some(_), false) => self.bgsave(),
            (Some(_), true) => {
                // rdbSaveToSlavesSockets sends +FULLRESYNC before it forks: the child's bytes follow at once.
                self.setup_slaves_for_full_resync(&waiting, Step::SetUpForSockets);
                self.rdb_save_to_slaves_sockets(&waiting)
            }
        };
        self.act(Step::StartSave, |v| v.saw(Field::SaveTarget, target).saw(Field::Count, waiting.len()));
        let error = started.as_ref().err().map(String::as_str);
        self.check(Step::Failed, error.is_some(), |v| v.saw(Field::Error, error));
        if let Err(error) = started {
            let (repl, clients, mut context) = self.replication_and_clients();
            context.log(LogLevel::Warning, || format!("BGSAVE for replication failed: {error}"));
            for &conn in &waiting {
                repl.downstream.refuse_replica(clients, conn, &mut context);
            }
            context.act(Step::RefuseWaiting, |v| v.saw(Field::Count, waiting.len()));
            return Err(error);
        }
        if !to_sockets {
            self.setup_slaves_for_full_resync(&waiting, Step::SetUpForDisk);
        }
        self.calls(Step::FlushScriptCache);
        self.replication_script_cache_flush();
        Ok(())
    }

    fn setup_slaves_for_full_resync(&mut self, waiting: &[ConnId], step: Step) {
        let (repl, clients, mut context) = self.replication_and_clients();
        let offset = repl.history.master_repl_offset;
        for &conn in waiting {
            let downstream = &mut repl.downstream;
            context.calls(step);
            downstream.replication_setup_slave_for_full_resync(&repl.history, clients, conn, offset, &mut context);
        }
    }

    /// `updateSlavesWaitingBgsave`: called when a save ended. Replicas that waited for it get the file (or already
    /// have it); if others wait for the next save, it starts.
    pub(crate) fn update_slaves_waiting_bgsave(&mut self, end: &SaveEnd) {
        self.within(Function::UpdateSlavesWaitingBgsave, |node| {
            let waiting = node.repl.downstream.replicas_in(&node.clients, ReplicaState::WaitBgsaveEnd);
            for (i, &conn) in waiting.iter().enumerate() {
                node.check(UpdateStep::AnyLeft, true, |v| v.saw(Field::Count, waiting.len() - i));
                node.save_ended_for(conn, end);
            }
            node.check(UpdateStep::AnyLeft, false, |v| v.saw(Field::Count, 0_usize));
            let next = node.repl.downstream.waiting_capa(&node.clients);
            let count = node.repl.downstream.replicas_in(&node.clients, ReplicaState::WaitBgsaveStart).len();
            node.check(UpdateStep::AnyWaitForNext, next.is_some(), |v| v.saw(Field::Count, count));
            if let Some(mincapa) = next {
                node.calls(UpdateStep::StartSave);
                // On failure all waiting replicas have their error already.
                let _ = node.start_bgsave_for_replication(mincapa);
            }
        });
    }

    /// The save that a replica waited for ended.
    fn save_ended_for(&mut self, conn: ConnId, end: &SaveEnd) {
        let (_, clients, mut context) = self.replication_and_clients();
        let name = clients.get(&conn).map(|client| client.replica_name());
        let failed = matches!(end, SaveEnd::Failed);
        context.check(UpdateStep::Failed, failed, |v| v.saw(Field::Client, name.as_deref()));
        match end {
            SaveEnd::Failed => {
                context.log(LogLevel::Warning, || "SYNC failed. BGSAVE child returned an error".into());
                self.free_client(conn, true);
                self.act(UpdateStep::Free, |v| v.saw(Field::Client, name));
            }
            SaveEnd::File(file) => {
                context.check(UpdateStep::WasStreamed, false, |v| v.saw(Field::SaveTarget, "DISK"));
                begin_bulk(clients, conn, file, &mut context);
            }
            SaveEnd::Streamed => {
                context.check(UpdateStep::WasStreamed, true, |v| v.saw(Field::SaveTarget, "SOCKET"));
                replica_was_streamed_to(clients, conn, &mut context);
            }
        }
    }

    /// 11 of replicationCron: starts a save for the replicas that wait for one. A diskless save waits for more replicas
    /// to arrive: a delay of 5 means more than 5 whole seconds since the last byte of the replica that has waited
    /// longest.
    pub(crate) fn start_bgsave_for_waiting(&mut self) {
        let now = self.now.unix_s();
        let waiting = self.replicas().filter(|(_, link)| link.state == ReplicaState::WaitBgsaveStart);
        let idle: Vec<i64> = waiting.map(|(client, _)| now - client.last_interaction).collect();
        let max_idle = idle.iter().copied().max().unwrap_or(0);
        let (diskless, delay) = (self.config.repl_diskless_sync, self.config.repl_diskless_sync_delay);
        let mincapa = self.repl.downstream.waiting_capa(&self.clients).filter(|_| !self.has_child());
        let due = mincapa.filter(|_| !diskless || max_idle > delay);
        self.check(CronStep::SaveIsDue, due.is_some(), |v| {
            v.saw(Field::Count, idle.len())
                .saw(Field::Seconds, max_idle)
                .saw(Field::DisklessDelay, diskless.then_some(delay))
        });
        if let Some(mincapa) = due {
            self.calls(CronStep::StartSave);
            // On failure all waiting replicas have their error already.
            let _ = self.start_bgsave_for_replication(mincapa);
        }
    }
}

impl Downstream {
    /// Attaches to the running save: the output buffer of the first replica that waits for it is copied, if the new
    /// replica has all its capabilities.
    fn attach_to_disk_bgsave(
        &mut self,
        history: &History,
        clients: &mut Clients,
        conn: ConnId,
        context: &mut Context<'_>,
    ) {
        let capa = clients.get(&conn).map(|client| client.capa).unwrap_or_default();
        let first = self.replicas(clients).find(|(_, link)| link.state == ReplicaState::WaitBgsaveEnd);
        let lent = first
            .filter(|(client, _)| capa.covers(client.capa))
            .map(|(client, link)| (client.out.clone(), link.initial_offset));
        match lent {
            Some((out, offset)) => {
                if let Some(client) = clients.get_mut(&conn) {
                    client.out = out;
                }
                context.calls(SyncStep::AttachToSave);
                self.replication_setup_slave_for_full_resync(history, clients, conn, offset, context);
                context.log(LogLevel::Notice, || "Waiting for end of BGSAVE for SYNC".into());
            }
            None => context.log(LogLevel::Notice, || {
                "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC".into()
            }),
        }
    }

    /// `replicationSetupSlaveForFullResync`: sends `+FULLRESYNC` with the replication ID and the offset of the RDB.
    /// Called for each replica that a save starts for or that attaches to a running one. The next command in the
    /// stream is preceded by SELECT, since the RDB does not say which database is selected.
    fn replication_setup_slave_for_full_resync(
        &mut self,
        history: &History,
        clients: &mut Clients,
        conn: ConnId,
        offset: Offset,
        context: &mut Context<'_>,
    ) {
        use step::ReplicationSetupSlaveForFullResync as Step;
        context.within(Function::ReplicationSetupSlaveForFullResync, |context| {
            let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) else { return };
            let before = std::mem::replace(&mut link.initial_offset, offset);
            let pre_psync = link.pre_psync;
            context.act(Step::SetInitialOffset, |v| v.changed(Field::PsyncInitialOffset, before, offset));
            set_replica_state(clients, conn, ReplicaState::WaitBgsaveEnd, Step::SetStateWaitEnd, context);
            self.force_select(Step::ForceSelect, context);
            let name = clients.get(&conn).map(|client| client.replica_name());
            if context.check(Step::CameWithSync, pre_psync, |v| v.saw(Field::Client, name)) {
                return;
            }
            let replid = history.replid;
            let line = format!("+FULLRESYNC {replid} {offset}\r\n");
            if clients.write_direct(conn, line.as_bytes(), context) {
                context.act(Step::SendFullResync, |v| v.saw(Field::Reply, line.trim_end()));
                context.event(|| Event::PsyncReplied { conn, reply: PsyncReply::FullResync { replid, offset } });
            } else {
                clients.abort_direct_write(conn);
            }
        });
    }

    /// A replica whose save could not start becomes a normal client, gets an error and is closed.
    fn refuse_replica(&mut self, clients: &mut Clients, conn: ConnId, context: &mut Context<'_>) {
        self.replicas.retain(|&other| other != conn);
        if let Some(client) = clients.get_mut(&conn) {
            client.role = Role::Normal;
        }
        clients.add_reply(conn, b"-ERR BGSAVE failed, replication can't continue\r\n", context);
        if let Some(client) = clients.get_mut(&conn) {
            client.close_after_reply = true;
        }
    }

    /// The capabilities that all replicas waiting for a save have (`mincapa`).
    fn waiting_capa(&self, clients: &Clients) -> Option<Capa> {
        let waiting = self.replicas(clients).filter(|(_, link)| link.state == ReplicaState::WaitBgsaveStart);
        waiting.map(|(client, _)| client.capa).reduce(Capa::and)
    }
}

fn begin_bulk(clients: &mut Clients, conn: ConnId, file: &Arc<[u8]>, context: &mut Context<'_>) {
    let preamble = format!("${}\r\n", file.len()).into_bytes();
    let bulk = Bulk { preamble, file: Arc::clone(file), sent: 0 };
    if let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) {
        link.bulk = Some(bulk);
    }
    set_replica_state(clients, conn, ReplicaState::SendBulk, UpdateStep::BeginBulk, context);
    clients.queue_write(conn);
}

/// A replica that got the RDB from the child is online, but its queued output waits for its first ACK: only the ACK
/// shows that the replica has seen the EOF mark, and no byte may follow the mark before that.
fn replica_was_streamed_to(clients: &mut Clients, conn: ConnId, context: &mut Context<'_>) {
    let Some(client) = clients.get_mut(&conn) else { return };
    let name = client.replica_name();
    if let Some(link) = client.replica_mut() {
        link.put_online_on_ack = true;
        link.ack_time = context.now.unix_s();
    }
    set_replica_state(clients, conn, ReplicaState::Online, UpdateStep::SetStateOnline, context);
    context.log(LogLevel::Notice, || {
        format!(
            "Streamed RDB transfer with replica {name} succeeded (socket). Waiting for REPLCONF ACK from slave to \
             enable streaming"
        )
    });
}
