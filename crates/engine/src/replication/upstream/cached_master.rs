//! The cached master: a lost link to a master, kept so that a partial resync can continue it.

use psyncscope_rdb::ReplInfo;
use psyncscope_resp::encode_command;

use super::Upstream;
use super::link::{Link, Socket};
use super::state::CachedMaster;
use crate::client::{Client, MasterLink, Role};
use crate::event::{CachedMasterChange, Event, IdChange, LinkChange, LogLevel, NextRequest};
use crate::ids::{Offset, ReplId};
use crate::io::{Output, Peer};
use crate::node::{Context, Node};
use crate::replication::psync::History;
use crate::steps::{Field, Function, Step, Steps, Value, step};

impl Upstream {
    fn cached_master_changed(&self, change: CachedMasterChange, context: &mut Context<'_>) {
        let cached = self.cached_master.as_ref();
        let next_request = cached.map(|c| NextRequest { replid: c.replid, next: c.reploff.next() });
        context.event(|| Event::CachedMaster { change, next_request });
    }

    /// `replicationCacheMaster`: suspends the link. Bytes received but not applied are dropped: the next PSYNC asks
    /// for them again.
    pub(crate) fn replication_cache_master(&mut self, link: &MasterLink, db: usize, context: &mut Context<'_>) {
        context.log(LogLevel::Notice, || "Caching the disconnected master state.".into());
        self.cached_master =
            Some(CachedMaster { replid: link.replid, reploff: link.reploff, db, pre_psync: link.pre_psync });
        self.cached_master_changed(CachedMasterChange::Cached, context);
    }

    /// `replicationHandleMasterDisconnection`: the next cron reconnects. Sub-replicas stay connected.
    pub(crate) fn replication_handle_master_disconnection(&mut self, context: &mut Context<'_>) {
        self.repl_down_since = context.now.unix_s();
        self.set_link(Link::Connect, LinkChange::LinkLost, context);
    }

    /// `replicationCacheMasterUsingMyself`: makes a cached master from this node's own history, so that a former
    /// master can ask its new master for a partial resync. `change` says when: at REPLICAOF or at start.
    pub(crate) fn replication_cache_master_using_myself(
        &mut self,
        history: &History,
        db: usize,
        change: CachedMasterChange,
        context: &mut Context<'_>,
    ) {
        use step::ReplicationCacheMasterUsingMyself as Step;
        context.within(Function::ReplicationCacheMasterUsingMyself, |context| {
            let (before, offset) = (self.master_initial_offset, history.master_repl_offset);
            self.master_initial_offset = offset;
            context.act(Step::SetInitialOffset, |v| v.changed(Field::MasterInitialOffset, before, offset));
            // As replicationCreateMasterClient does, which needs a connection here.
            let mut master =
                CachedMaster { replid: self.master_replid, reploff: offset, db, pre_psync: offset == Offset::UNKNOWN };
            context.act(Step::MakeMaster, |v| v.saw(Field::Reploff, offset).saw(Field::Db, db));
            master.replid = history.replid;
            context.act(Step::TakeId, |v| v.saw(Field::Replid, history.replid));
            self.cached_master = Some(master);
            context.act(Step::MakeCachedMaster, |v| {
                v.changed(Field::CachedMaster, Value::Nothing, history.replid).saw(Field::Reploff, offset)
            });
            self.cached_master_changed(change, context);
            context.log(LogLevel::Notice, || {
                "Before turning into a replica, using my master parameters to synthesize a cached master: I may be \
                 able to synchronize with the new master with just a partial transfer."
                    .into()
            });
        });
    }

    /// `replicationDiscardCachedMaster`: called on promotion, when a master becomes a replica, at `+FULLRESYNC` and
    /// when PSYNC is not supported. The next request will be `PSYNC ? -1`.
    pub(crate) fn replication_discard_cached_master(&mut self, context: &mut Context<'_>) {
        use step::ReplicationDiscardCachedMaster as Step;
        context.within(Function::ReplicationDiscardCachedMaster, |context| {
            let cached = self.cached_master.take();
            let replid = cached.as_ref().map(|cached| cached.replid);
            context.check(Step::HasCachedMaster, cached.is_some(), |v| v.saw(Field::CachedMaster, replid));
            let Some(CachedMaster { reploff, db, .. }) = cached else { return };
            context.log(LogLevel::Notice, || "Discarding previously cached master state.".into());
            context.act(Step::Free, |v| {
                v.changed(Field::Reploff, reploff, Value::Nothing).changed(Field::Db, db, Value::Nothing)
            });
            self.cached_master_changed(CachedMasterChange::Discarded, context);
            context.act(Step::Discard, |v| v.changed(Field::CachedMaster, replid, Value::Nothing));
        });
    }

    /// The link is up: the stream comes on the connection of the handshake, which is a client now. Returns the bytes
    /// that were received and not yet read.
    fn link_is_up(&mut self, why: LinkChange, step: impl Into<Step>, context: &mut Context<'_>) -> Vec<u8> {
        let Some(conn) = self.link.conn() else { return Vec::new() };
        self.repl_down_since = 0;
        let state = self.link.state();
        let before = self.set_link(Link::Connected(conn), why, context);
        context.act(step, |v| v.changed(Field::ReplState, state, self.link.state()));
        match before {
            Link::Handshake(_, socket) | Link::Transfer(socket, _) => socket.rx,
            _ => Vec::new(),
        }
    }

    /// `replicationSendNewlineToMaster`: at most once a second, while the dataset is emptied or loaded.
    pub(crate) fn replication_send_newline_to_master(&mut self, context: &mut Context<'_>) {
        let now = context.now.unix_s();
        if self.newline_sent == now {
            return;
        }
        self.newline_sent = now;
        if let Some(socket) = self.link.socket_mut()
            && socket.room > 0
        {
            socket.room -= 1;
            context.push(Output::Send { conn: socket.conn, bytes: b"\n".to_vec() });
        }
    }
}

/// What also concerns clients.
impl Node {
    /// `replicationResurrectCachedMaster`: the connection of the handshake becomes the connection of the cached
    /// master; its database and offset continue. Returns the bytes received behind `+CONTINUE`.
    pub(super) fn replication_resurrect_cached_master(&mut self, cached: CachedMaster) -> Vec<u8> {
        use step::ReplicationResurrectCachedMaster as Step;
        self.within(Function::ReplicationResurrectCachedMaster, |node| {
            let CachedMaster { replid, reploff, db, .. } = cached;
            node.install_master(cached);
            let (repl, mut context) = node.replication();
            context.act(Step::TakeConnection, |v| v.changed(Field::CachedMaster, replid, Value::Nothing));
            context.act(Step::ContinueAtOffset, |v| v.saw(Field::Reploff, reploff).saw(Field::Db, db));
            repl.upstream.cached_master_changed(CachedMasterChange::Resurrected, &mut context);
            repl.upstream.link_is_up(LinkChange::Continue, Step::SetStateConnected, &mut context)
        })
    }

    /// `replicationCreateMasterClient`, called at the end of a full sync: the link becomes a client with the role of
    /// master, at the offset of `+FULLRESYNC`. Without an offset (after SYNC) no periodic ACKs are sent. Returns the
    /// bytes received behind the RDB.
    pub(super) fn replication_create_master_client(&mut self, db: usize) -> Vec<u8> {
        use step::ReplicationCreateMasterClient as Step;
        self.within(Function::ReplicationCreateMasterClient, |node| {
            let (offset, replid) = (node.repl.upstream.master_initial_offset, node.repl.upstream.master_replid);
            let pre_psync = offset == Offset::UNKNOWN;
            node.install_master(CachedMaster { replid, reploff: offset, db, pre_psync });
            let (repl, mut context) = node.replication();
            context.act(Step::MakeClient, |v| v.saw(Field::MasterReplid, replid));
            context.act(Step::SetOffset, |v| v.saw(Field::Reploff, offset));
            context.check(Step::IsPrePsync, pre_psync, |v| v.saw(Field::MasterInitialOffset, offset));
            context.act(Step::SelectDb, |v| v.saw(Field::Db, db));
            repl.upstream.link_is_up(LinkChange::Loaded, Step::SetStateConnected, &mut context)
        })
    }

    /// Makes the connection of the handshake a client with the role of master, at this point of a stream.
    fn install_master(&mut self, CachedMaster { replid, reploff, db, pre_psync }: CachedMaster) {
        let Some(&Socket { conn, room, .. }) = self.repl.upstream.link.socket() else { return };
        let (ip, port) = self.repl.upstream.master.clone().map(|master| (master.host, master.port)).unwrap_or_default();
        let id = self.new_client_id();
        let mut client = Client::new(conn, id, Peer { ip, port }, room, self.now.unix_s());
        client.authenticated = true;
        client.db = db;
        client.role = Role::Master(MasterLink {
            reploff,
            read_reploff: reploff,
            replid,
            pending_querybuf: Vec::new(),
            pre_psync,
            refused: None,
        });
        self.clients.insert(conn, Box::new(client));
    }

    /// Startup as a replica with an RDB that has a replication ID and offset (spec 4.12): the first PSYNC continues
    /// from there.
    pub(crate) fn restore_history(&mut self, info: &ReplInfo) {
        let (id, offset) = (ReplId::from_bytes(&info.id), Offset(info.offset));
        let Some(id) = id.filter(|_| offset != Offset::UNKNOWN && info.stream_db >= 0) else { return };
        let (repl, mut context) = self.replication();
        repl.history.replid = id;
        repl.history.master_repl_offset = offset;
        repl.history.ids_changed(IdChange::Restored, &mut context);
        let db = usize::try_from(info.stream_db).unwrap_or(0).min(context.config.databases - 1);
        let change = CachedMasterChange::Restored;
        repl.upstream.replication_cache_master_using_myself(&repl.history, db, change, &mut context);
    }

    /// `replicationSendAck`, called by cron and for GETACK: the applied offset, queued although masters get no replies.
    ///
    /// After a protocol error in the stream (`*abc`) the link is to be closed after its reply. The ACK is then not
    /// queued (`_addReplyToBuffer` ignores such clients), but the link is in the list of clients to write to, and
    /// closed there: within a second, and without being cached, so the next request is `PSYNC ? -1`. A link that came
    /// by SYNC sends no ACKs: it stays open and ignores the stream until the master is silent for `repl-timeout`.
    pub(crate) fn replication_send_ack(&mut self) {
        use step::ReplicationSendAck as Step;
        self.within(Function::ReplicationSendAck, |node| {
            let (repl, clients, mut context) = node.replication_and_clients();
            let master = repl.upstream.master_conn();
            context.check(Step::HasMaster, master.is_some(), |v| v.saw(Field::ReplState, repl.upstream.state()));
            let Some(conn) = master else { return };
            let Some(client) = clients.get_mut(&conn) else { return };
            let Some(reploff) = client.master().map(|link| link.reploff) else { return };
            let is_closing = client.close_after_reply;
            if !context.check(Step::IsClosing, is_closing, |v| v.saw(Field::CloseAfterReply, is_closing)) {
                let bytes = encode_command(&["REPLCONF", "ACK", &reploff.to_string()]);
                client.out.push(&bytes);
                context.act(Step::QueueAck, |v| v.saw(Field::Reploff, reploff).saw(Field::Bytes, bytes.len()));
            }
            clients.queue_write(conn);
            context.act(Step::QueueWrite, |v| v.saw(Field::Bytes, clients.get(&conn).map(|client| client.out.len())));
        });
    }

    /// Step 5 of replicationCron. Links with an unknown offset send no ACK.
    pub(crate) fn replication_send_periodic_ack(&mut self) {
        use step::ReplicationCron as Step;
        if self.master_link().is_some_and(|link| !link.pre_psync) {
            self.calls(Step::SendAck);
            self.replication_send_ack();
        }
    }
}
