//! The master that is not there: how a broken link is kept so that it can go on where it stopped.

use crate::client::{Client, MasterLink, Role};
use crate::event::{CachedMasterChange, Event, IdChange, LogLevel, NextRequest};
use crate::ids::Offset;
use crate::io::{ConnId, Output, Peer};
use crate::node::Node;
use crate::rdb::ReplInfo;
use crate::replication::replica::ReplState;
use crate::replication::state::CachedMaster;
use crate::resp::encode_command;

impl Node {
    fn cached_master_changed(&mut self, change: CachedMasterChange) {
        let cached = self.repl.cached_master.as_ref();
        let next_request = cached.map(|c| NextRequest { replid: c.replid, next: c.reploff.next() });
        self.event(|| Event::CachedMaster { change, next_request });
    }

    /// `replicationCacheMaster`: the link is put aside. What was received but not applied is forgotten: it will be asked
    /// for again.
    pub(crate) fn replication_cache_master(&mut self, link: MasterLink, db: usize) {
        self.log(LogLevel::Notice, || "Caching the disconnected master state.".into());
        self.repl.cached_master =
            Some(CachedMaster { replid: link.replid, reploff: link.reploff, db, pre_psync: link.pre_psync });
        self.cached_master_changed(CachedMasterChange::Cached);
    }

    /// `replicationHandleMasterDisconnection`: reconnect at the next cron. Sub-replicas stay.
    pub(crate) fn replication_handle_master_disconnection(&mut self) {
        self.repl.master = None;
        self.repl.repl_down_since = self.now.unix_s();
        self.set_repl_state(ReplState::Connect, "link lost");
    }

    /// `replicationCacheMasterUsingMyself`: this node's own history, as if it were that of a master it had followed, so
    /// that a former master can ask its new one for a partial resync. `change` says when: at REPLICAOF or at start.
    pub(crate) fn replication_cache_master_using_myself(&mut self, db: usize, change: CachedMasterChange) {
        self.repl.master_initial_offset = self.repl.master_repl_offset;
        self.repl.cached_master = Some(CachedMaster {
            replid: self.repl.replid,
            reploff: self.repl.master_repl_offset,
            db,
            pre_psync: self.repl.master_repl_offset == Offset::UNKNOWN,
        });
        self.cached_master_changed(change);
        self.log(LogLevel::Notice, || {
            "Before turning into a replica, using my master parameters to synthesize a cached master: I may be able to \
             synchronize with the new master with just a partial transfer."
                .into()
        });
    }

    /// `replicationDiscardCachedMaster`: called on promotion, when a master becomes a replica, at `+FULLRESYNC` and when PSYNC
    /// is not supported. The next request will be `PSYNC ? -1`.
    pub(crate) fn replication_discard_cached_master(&mut self) {
        if self.repl.cached_master.take().is_some() {
            self.log(LogLevel::Notice, || "Discarding previously cached master state.".into());
            self.cached_master_changed(CachedMasterChange::Discarded);
        }
    }

    /// `replicationResurrectCachedMaster`: the handshake's connection takes the suspended link's place; database and
    /// offset go on where they were.
    pub(crate) fn replication_resurrect_cached_master(&mut self, conn: ConnId, cached: CachedMaster) {
        self.install_master(
            conn,
            MasterLink {
                reploff: cached.reploff,
                read_reploff: cached.reploff,
                replid: cached.replid,
                pending_querybuf: Vec::new(),
                pre_psync: cached.pre_psync,
                refused: None,
            },
            cached.db,
        );
        self.cached_master_changed(CachedMasterChange::Resurrected);
        self.repl.repl_down_since = 0;
        self.set_repl_state(ReplState::Connected, "+CONTINUE");
    }

    /// `replicationCreateMasterClient`, called at the end of a full sync: the link becomes the master's client, at the offset
    /// that `+FULLRESYNC` told; without one (after SYNC) it never acknowledges of itself.
    pub(crate) fn replication_create_master_client(&mut self, conn: ConnId, db: usize) {
        let offset = self.repl.master_initial_offset;
        self.install_master(
            conn,
            MasterLink {
                reploff: offset,
                read_reploff: offset,
                replid: self.repl.master_replid,
                pending_querybuf: Vec::new(),
                pre_psync: offset == Offset::UNKNOWN,
                refused: None,
            },
            db,
        );
    }

    /// The handshake's connection becomes a client with the role of master.
    fn install_master(&mut self, conn: ConnId, link: MasterLink, db: usize) {
        let peer = Peer { ip: self.repl.masterhost.clone().unwrap_or_default(), port: self.repl.masterport };
        let id = self.new_client_id();
        let mut client = Client::new(conn, id, peer, self.repl.link_room, self.now.unix_s());
        client.authenticated = true;
        client.db = db;
        client.role = Role::Master(link);
        self.clients.insert(conn, Box::new(client));
        self.repl.master = Some(conn);
        self.repl.link = None;
        self.repl.line_deadline = None;
    }

    /// Startup as a replica with an RDB that names its history (spec 4.12): ask for what came after it.
    pub(crate) fn restore_history(&mut self, info: &ReplInfo) {
        if info.offset == Offset::UNKNOWN || info.stream_db < 0 {
            return;
        }
        self.repl.replid = info.id;
        self.repl.master_repl_offset = info.offset;
        self.ids_changed(IdChange::Restored);
        let db = usize::try_from(info.stream_db).unwrap_or(0).min(self.config.databases - 1);
        self.replication_cache_master_using_myself(db, CachedMasterChange::Restored);
    }

    /// `replicationSendAck`, called by cron and for GETACK: the applied offset, queued although masters get no replies.
    pub(crate) fn replication_send_ack(&mut self) {
        let Some(conn) = self.repl.master else { return };
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let Some(link) = client.master() else { return };
        let ack = encode_command(&["REPLCONF", "ACK", &link.reploff.to_string()]);
        client.out.push(&ack);
        self.queue_write(conn);
    }

    /// Step 5 of replicationCron: not for a link whose offset is unknown.
    pub(crate) fn replication_send_periodic_ack(&mut self) {
        let pre_psync = self.master_link().is_some_and(|link| link.pre_psync);
        if !pre_psync {
            self.replication_send_ack();
        }
    }

    /// `replicationSendNewlineToMaster`: at most one a second, while the dataset is emptied or loaded.
    pub(crate) fn replication_send_newline_to_master(&mut self) {
        let now = self.now.unix_s();
        if self.repl.newline_sent == now {
            return;
        }
        self.repl.newline_sent = now;
        if let Some(conn) = self.repl.link
            && self.repl.link_room > 0
        {
            self.repl.link_room -= 1;
            self.out.outputs.push(Output::Send { conn, bytes: b"\n".to_vec() });
        }
    }
}
