//! The cached master: a lost link to a master, kept so that a partial resync can continue it.

use crate::client::{Client, MasterLink, Role};
use crate::event::{CachedMasterChange, Event, IdChange, LogLevel, NextRequest};
use crate::ids::{Offset, ReplId};
use crate::io::{ConnId, Output, Peer};
use crate::node::Node;
use crate::replication::replica::ReplState;
use crate::replication::state::CachedMaster;
use psyncscope_rdb::ReplInfo;
use psyncscope_resp::encode_command;

impl Node {
    fn cached_master_changed(&mut self, change: CachedMasterChange) {
        let cached = self.repl.cached_master.as_ref();
        let next_request = cached.map(|c| NextRequest { replid: c.replid, next: c.reploff.next() });
        self.event(|| Event::CachedMaster { change, next_request });
    }

    /// `replicationCacheMaster`: suspends the link. Bytes received but not applied are dropped: the next PSYNC asks
    /// for them again.
    pub(crate) fn replication_cache_master(&mut self, link: MasterLink, db: usize) {
        self.log(LogLevel::Notice, || "Caching the disconnected master state.".into());
        self.repl.cached_master =
            Some(CachedMaster { replid: link.replid, reploff: link.reploff, db, pre_psync: link.pre_psync });
        self.cached_master_changed(CachedMasterChange::Cached);
    }

    /// `replicationHandleMasterDisconnection`: the next cron reconnects. Sub-replicas stay connected.
    pub(crate) fn replication_handle_master_disconnection(&mut self) {
        self.repl.master = None;
        self.repl.repl_down_since = self.now.unix_s();
        self.set_repl_state(ReplState::Connect, "link lost");
    }

    /// `replicationCacheMasterUsingMyself`: makes a cached master from this node's own history, so that a former
    /// master can ask its new master for a partial resync. `change` says when: at REPLICAOF or at start.
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

    /// `replicationDiscardCachedMaster`: called on promotion, when a master becomes a replica, at `+FULLRESYNC` and
    /// when PSYNC is not supported. The next request will be `PSYNC ? -1`.
    pub(crate) fn replication_discard_cached_master(&mut self) {
        if self.repl.cached_master.take().is_some() {
            self.log(LogLevel::Notice, || "Discarding previously cached master state.".into());
            self.cached_master_changed(CachedMasterChange::Discarded);
        }
    }

    /// `replicationResurrectCachedMaster`: the connection of the handshake becomes the connection of the cached
    /// master; its database and offset continue.
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

    /// `replicationCreateMasterClient`, called at the end of a full sync: the link becomes a client with the role of
    /// master, at the offset of `+FULLRESYNC`. Without an offset (after SYNC) no periodic ACKs are sent.
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

    /// Makes the connection of the handshake a client with the role of master.
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

    /// Startup as a replica with an RDB that has a replication ID and offset (spec 4.12): the first PSYNC continues
    /// from there.
    pub(crate) fn restore_history(&mut self, info: &ReplInfo) {
        let (id, offset) = (ReplId::from_bytes(&info.id), Offset(info.offset));
        let Some(id) = id.filter(|_| offset != Offset::UNKNOWN && info.stream_db >= 0) else { return };
        self.repl.replid = id;
        self.repl.master_repl_offset = offset;
        self.ids_changed(IdChange::Restored);
        let db = usize::try_from(info.stream_db).unwrap_or(0).min(self.config.databases - 1);
        self.replication_cache_master_using_myself(db, CachedMasterChange::Restored);
    }

    /// `replicationSendAck`, called by cron and for GETACK: the applied offset, queued although masters get no replies.
    ///
    /// After a protocol error in the stream (`*abc`) the link is to be closed after its reply. The ACK is then not
    /// queued (`_addReplyToBuffer` ignores such clients), but the link is in the list of clients to write to, and
    /// closed there: within a second, and without being cached, so the next request is `PSYNC ? -1`. A link that came
    /// by SYNC sends no ACKs: it stays open and ignores the stream until the master is silent for `repl-timeout`.
    pub(crate) fn replication_send_ack(&mut self) {
        let Some(conn) = self.repl.master else { return };
        let Some(client) = self.clients.get_mut(&conn) else { return };
        let Some(link) = client.master() else { return };
        if !client.close_after_reply {
            let ack = encode_command(&["REPLCONF", "ACK", &link.reploff.to_string()]);
            client.out.push(&ack);
        }
        self.queue_write(conn);
    }

    /// Step 5 of replicationCron. Links with an unknown offset send no ACK.
    pub(crate) fn replication_send_periodic_ack(&mut self) {
        let pre_psync = self.master_link().is_some_and(|link| link.pre_psync);
        if !pre_psync {
            self.replication_send_ack();
        }
    }

    /// `replicationSendNewlineToMaster`: at most once a second, while the dataset is emptied or loaded.
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
