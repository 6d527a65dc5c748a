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
        match &self.child {
            Some(child) if child.to_sockets() => self
                .log(LogLevel::Notice, || "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC".into()),
            Some(_) => {
                let (repl, clients, mut context) = self.replication_and_clients();
                repl.downstream.attach_to_disk_bgsave(&repl.history, clients, conn, &mut context);
            }
            None if self.config.repl_diskless_sync && capa.eof => {
                // Left for cron, so that replicas that arrive before it share the transfer.
                if self.config.repl_diskless_sync_delay > 0 {
                    self.log(LogLevel::Notice, || "Delay next BGSAVE for diskless SYNC".into());
                }
            }
            None if self.aof.rewrite.is_some() => self.log(LogLevel::Notice, || {
                "No BGSAVE in progress, but an AOF rewrite is active. BGSAVE for replication delayed".into()
            }),
            // On failure all waiting replicas have their error already.
            None => drop(self.start_bgsave_for_replication(capa)),
        }
    }

    /// `startBgsaveForReplication`: one save for all replicas that wait for one, to disk or (diskless, if all of them
    /// understand the EOF mark) to their sockets. Called by SYNC and PSYNC, by cron, and at the end of a save if
    /// replicas wait. If it cannot start, all of them get an error and are closed.
    pub(crate) fn start_bgsave_for_replication(&mut self, mincapa: Capa) -> Result<(), String> {
        let to_sockets = self.config.repl_diskless_sync && mincapa.eof;
        let target = if to_sockets { "replicas sockets" } else { "disk" };
        self.log(LogLevel::Notice, || format!("Starting BGSAVE for SYNC with target: {target}"));
        let waiting = self.repl.downstream.replicas_in(&self.clients, ReplicaState::WaitBgsaveStart);
        let started = match (self.rdb_populate_save_info(), to_sockets) {
            (None, _) => Err("replication information not available, can't generate the RDB file".into()),
            (Some(_), false) => self.bgsave(),
            (Some(_), true) => {
                // rdbSaveToSlavesSockets sends +FULLRESYNC before it forks: the child's bytes follow at once.
                self.setup_slaves_for_full_resync(&waiting);
                self.rdb_save_to_slaves_sockets(&waiting)
            }
        };
        if let Err(error) = started {
            let (repl, clients, mut context) = self.replication_and_clients();
            context.log(LogLevel::Warning, || format!("BGSAVE for replication failed: {error}"));
            for conn in waiting {
                repl.downstream.refuse_replica(clients, conn, &mut context);
            }
            return Err(error);
        }
        if !to_sockets {
            self.setup_slaves_for_full_resync(&waiting);
        }
        self.scripts.replication_script_cache_flush();
        Ok(())
    }

    fn setup_slaves_for_full_resync(&mut self, waiting: &[ConnId]) {
        let (repl, clients, mut context) = self.replication_and_clients();
        let offset = repl.history.master_repl_offset;
        for &conn in waiting {
            let downstream = &mut repl.downstream;
            downstream.replication_setup_slave_for_full_resync(&repl.history, clients, conn, offset, &mut context);
        }
    }

    /// `updateSlavesWaitingBgsave`: called when a save ended. Replicas that waited for it get the file (or already
    /// have it); if others wait for the next save, it starts.
    pub(crate) fn update_slaves_waiting_bgsave(&mut self, end: &SaveEnd) {
        for conn in self.repl.downstream.replicas_in(&self.clients, ReplicaState::WaitBgsaveEnd) {
            let (_, clients, mut context) = self.replication_and_clients();
            match end {
                SaveEnd::Failed => {
                    context.log(LogLevel::Warning, || "SYNC failed. BGSAVE child returned an error".into());
                    self.free_client(conn, true);
                }
                SaveEnd::File(file) => begin_bulk(clients, conn, file, &mut context),
                SaveEnd::Streamed => replica_was_streamed_to(clients, conn, &mut context),
            }
        }
        if let Some(mincapa) = self.repl.downstream.waiting_capa(&self.clients) {
            // On failure all waiting replicas have their error already.
            let _ = self.start_bgsave_for_replication(mincapa);
        }
    }

    /// 11 of replicationCron: starts a save for the replicas that wait for one. A diskless save waits for more replicas
    /// to arrive: a delay of 5 means more than 5 whole seconds since the last byte of the replica that has waited
    /// longest.
    pub(crate) fn start_bgsave_for_waiting(&mut self) {
        if self.has_child() {
            return;
        }
        let Some(mincapa) = self.repl.downstream.waiting_capa(&self.clients) else { return };
        let now = self.now.unix_s();
        let waiting = self.replicas().filter(|(_, link)| link.state == ReplicaState::WaitBgsaveStart);
        let max_idle = waiting.map(|(client, _)| now - client.last_interaction).max().unwrap_or(0);
        if !self.config.repl_diskless_sync || max_idle > self.config.repl_diskless_sync_delay {
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
        self.slaveseldb = None;
        let replid = history.replid;
        let line = format!("+FULLRESYNC {replid} {offset}\r\n");
        let Some(link) = clients.get_mut(&conn).and_then(Client::replica_mut) else { return };
        link.initial_offset = offset;
        let pre_psync = link.pre_psync;
        set_replica_state(clients, conn, ReplicaState::WaitBgsaveEnd, context);
        if pre_psync {
            return;
        }
        if clients.write_direct(conn, line.as_bytes(), context) {
            context.event(|| Event::PsyncReplied { conn, reply: PsyncReply::FullResync { replid, offset } });
        } else {
            clients.abort_direct_write(conn);
        }
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
    set_replica_state(clients, conn, ReplicaState::SendBulk, context);
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
    set_replica_state(clients, conn, ReplicaState::Online, context);
    context.log(LogLevel::Notice, || {
        format!(
            "Streamed RDB transfer with replica {name} succeeded (socket). Waiting for REPLCONF ACK from slave to \
             enable streaming"
        )
    });
}
