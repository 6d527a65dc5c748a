//! SYNC and PSYNC.

use psyncscope_resp::parse_i64_strict;

use super::Downstream;
use crate::clients::Clients;
use crate::event::{Event, IdChange, LogLevel, PsyncReply, ReplicaState};
use crate::ids::NextByte;
use crate::io::ConnId;
use crate::node::{Context, Node};
use crate::replication::ReplState;
use crate::replication::psync::{self, Decision, History, PsyncRequest, Refusal};
use crate::steps::step::{self, MasterTryPartialResynchronization as TryStep, SyncCommand as Step};
use crate::steps::{Field, Function, Steps};

impl Node {
    /// `syncCommand`: SYNC, and PSYNC with its two arguments.
    pub(crate) fn sync_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        self.within(Function::SyncCommand, |node| {
            if node.may_sync(conn) {
                let is_psync = argv[0].eq_ignore_ascii_case(b"psync");
                node.check(Step::IsPsync, is_psync, |v| v.saw(Field::Request, argv[0].as_slice()));
                if !(is_psync && node.try_partial_resync(conn, argv)) {
                    node.begin_full_resync(conn, !is_psync);
                }
            }
        });
    }

    /// Whether a client may become a replica now; it gets an error if not, and nothing if it is one already.
    fn may_sync(&mut self, conn: ConnId) -> bool {
        let Some(client) = self.clients.get(&conn) else { return false };
        let (is_replica, name) = (client.is_replica(), client.replica_name());
        if self.check(Step::IsReplicaAlready, is_replica, |v| v.saw(Field::Client, name.as_str())) {
            return false;
        }
        let state = self.repl.upstream.state();
        let is_not_connected = self.repl.is_replica() && state != ReplState::Connected;
        if self.check(Step::IsNotConnected, is_not_connected, |v| v.saw(Field::ReplState, state)) {
            self.add_reply(conn, b"-NOMASTERLINK Can't SYNC while not connected with my master\r\n");
            return false;
        }
        self.calls(Step::AskForPending);
        if self.client_has_pending_replies(conn) {
            self.add_reply(conn, b"-ERR SYNC and PSYNC are invalid with pending output\r\n");
            return false;
        }
        self.log(LogLevel::Notice, || format!("Replica {name} asks for synchronization"));
        true
    }

    /// PSYNC: true if the resync is partial, and done.
    fn try_partial_resync(&mut self, conn: ConnId, argv: &[Vec<u8>]) -> bool {
        let (repl, clients, mut context) = self.replication_and_clients();
        let next = parse_i64_strict(&argv[2]).map(NextByte);
        let request = PsyncRequest { replid: argv[1].clone(), next };
        let has_history = !request.asks_for_everything();
        let downstream = &mut repl.downstream;
        context.calls(Step::TryPartial);
        if downstream.master_try_partial_resynchronization(&repl.history, clients, conn, request, &mut context) {
            context.stats.sync_partial_ok += 1;
            return true;
        }
        if has_history {
            context.stats.sync_partial_err += 1;
        }
        if next.is_none() {
            self.add_reply(conn, b"-ERR value is not an integer or out of range\r\n");
        }
        false
    }

    fn begin_full_resync(&mut self, conn: ConnId, pre_psync: bool) {
        let (repl, clients, mut context) = self.replication_and_clients();
        context.stats.sync_full += 1;
        let state = ReplicaState::WaitBgsaveStart;
        repl.downstream.become_replica(clients, conn, state, pre_psync, Step::SetStateWaitStart, &mut context);
        let count = repl.downstream.replicas.len();
        let has_backlog = repl.downstream.backlog.is_some();
        if context.check(Step::IsFirstWithoutBacklog, count == 1 && !has_backlog, |v| {
            v.saw(Field::Count, count).saw(Field::ReplBacklogSize, repl.downstream.size())
        }) {
            // Writes before this were not kept in a backlog. Under a new ID no replica can ask for them.
            context.calls(Step::ChangeId);
            repl.history.change_replication_id(&mut context);
            context.calls(Step::ClearId2);
            repl.history.clear_replication_id2(&mut context);
            repl.history.ids_changed(IdChange::BacklogCreated, &mut context);
            context.calls(Step::CreateBacklog);
            repl.downstream.create_replication_backlog(&repl.history, &mut context);
        }
        self.attach_to_bgsave(conn);
    }

    /// `clientHasPendingReplies`: SYNC and PSYNC are refused if there are, since nothing may precede their reply.
    fn client_has_pending_replies(&mut self, conn: ConnId) -> bool {
        use step::ClientHasPendingReplies as Step;
        self.within(Function::ClientHasPendingReplies, |node| {
            let usage = node.clients.get(&conn).map(|client| client.out.usage());
            let (bufpos, blocks, _) = usage.unwrap_or_default();
            let has_pending = node.check(Step::IsBufferUsed, bufpos > 0, |v| v.saw(Field::Bufpos, bufpos))
                || node.check(Step::AnyBlock, blocks > 0, |v| v.saw(Field::ReplyBlocks, blocks));
            node.act(Step::Return, |v| v.saw(Field::Result, usize::from(has_pending)));
            has_pending
        })
    }
}

impl Downstream {
    /// `masterTryPartialResynchronization`: true if the partial resync was accepted. The decision itself is
    /// [`psync::decide`].
    fn master_try_partial_resynchronization(
        &mut self,
        history: &History,
        clients: &mut Clients,
        conn: ConnId,
        request: PsyncRequest,
        context: &mut Context<'_>,
    ) -> bool {
        context.within(Function::MasterTryPartialResynchronization, |context| {
            let verdict = psync::decide_reporting(request, *history, self.window(), context);
            let name = clients.get(&conn).map(|client| client.replica_name()).unwrap_or_default();
            log_verdict(&verdict, &name, context);
            let next = verdict.request.next.filter(|_| verdict.is_continue());
            context.event(|| Event::Verdict { conn, verdict: Box::new(verdict) });
            if let Some(next) = next {
                self.accept_partial_resync(history, clients, conn, next, context);
            }
            context.act(TryStep::Return, |v| v.saw(Field::Result, if next.is_some() { "C_OK" } else { "C_ERR" }));
            next.is_some()
        })
    }

    /// Accepts a partial resync: `+CONTINUE`, then the tail of the backlog.
    fn accept_partial_resync(
        &mut self,
        history: &History,
        clients: &mut Clients,
        conn: ConnId,
        next: NextByte,
        context: &mut Context<'_>,
    ) {
        self.become_replica(clients, conn, ReplicaState::Online, false, TryStep::SetStateOnline, context);
        let Some(client) = clients.get_mut(&conn) else { return };
        let (name, psync2) = (client.replica_name(), client.capa.psync2);
        if let Some(link) = client.replica_mut() {
            link.initial_offset = next.had();
        }
        let replid = psync2.then_some(history.replid);
        let line = replid.map_or_else(|| "+CONTINUE\r\n".to_owned(), |replid| format!("+CONTINUE {replid}\r\n"));
        if !clients.write_direct(conn, line.as_bytes(), context) {
            clients.abort_direct_write(conn);
            return;
        }
        context.act(TryStep::SendContinue, |v| v.saw(Field::Reply, line.trim_end()));
        context.calls(TryStep::SendBacklog);
        let sent = self.add_reply_replication_backlog(clients, conn, next, context);
        context.event(|| Event::PsyncReplied { conn, reply: PsyncReply::Continue { replid, bytes: sent } });
        context.log(LogLevel::Notice, || {
            format!(
                "Partial resynchronization request from {name} accepted. Sending {sent} bytes of backlog starting from \
                 offset {next}."
            )
        });
        context.calls(TryStep::RefreshCount);
        self.refresh_good_slaves_count(clients, context);
    }

    /// `addReplyReplicationBacklog`: queues the backlog from this byte on for one replica and returns its length, 0
    /// if nothing is missing. Called when a PSYNC is accepted, after `+CONTINUE`.
    fn add_reply_replication_backlog(
        &self,
        clients: &mut Clients,
        conn: ConnId,
        next: NextByte,
        context: &mut Context<'_>,
    ) -> usize {
        context.within(Function::AddReplyReplicationBacklog, |context| {
            let tail = self.backlog.as_ref().and_then(|backlog| backlog.tail_reporting(next, context));
            let tail = tail.unwrap_or_default();
            clients.add_reply(conn, &tail, context);
            tail.len()
        })
    }
}

fn log_verdict(verdict: &psync::PsyncVerdict, name: &str, context: &mut Context<'_>) {
    let asked = String::from_utf8_lossy(&verdict.request.replid).into_owned();
    let next = verdict.request.next.map_or(0, |next| next.0);
    let history = verdict.history;
    match verdict.decision {
        Decision::Continue { .. } | Decision::Full(Refusal::BadOffset) => {}
        Decision::Full(Refusal::FullRequested) => {
            context.log(LogLevel::Notice, || format!("Full resync requested by replica {name}"));
        }
        Decision::Full(Refusal::IdMismatch) => context.log(LogLevel::Notice, || {
            format!(
                "Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '{asked}', my \
                 replication IDs are '{}' and '{}')",
                history.replid, history.replid2
            )
        }),
        Decision::Full(Refusal::PastSecondOffset) => context.log(LogLevel::Notice, || {
            format!(
                "Partial resynchronization not accepted: Requested offset for second ID was {next}, but I can reply \
                 up to {}",
                history.second_replid_offset
            )
        }),
        Decision::Full(Refusal::NoBacklog | Refusal::Overwritten | Refusal::Future) => {
            context.log(LogLevel::Notice, || {
                format!(
                    "Unable to partial resync with replica {name} for lack of backlog (Replica request was: {next})."
                )
            });
            if next > history.master_repl_offset.0 {
                context.log(LogLevel::Warning, || {
                    format!(
                        "Warning: replica {name} tried to PSYNC with an offset that is greater than the master \
                         replication offset."
                    )
                });
            }
        }
    }
}
