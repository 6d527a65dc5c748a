//! Receiving the RDB: `readSyncBulkPayload` and what follows it.

use std::sync::Arc;

use psyncscope_rdb::{Loaded, RdbError};
use psyncscope_resp::strtol;

use super::Upstream;
use super::link::{Link, Payload, Size};
use crate::event::{Event, IdChange, LinkChange, LogLevel};
use crate::io::{CloseReason, DiskRequest, Output};
use crate::loading::state::Source;
use crate::node::{Context, Node};
use crate::steps::step::ReadSyncBulkPayload as Step;
use crate::steps::{Field, Function, Steps};

/// Bytes that Redis reads at once; only the last bytes of each read are compared with the EOF mark.
const READ_MAX: usize = 4096;

/// What one read of the transfer gave.
enum Read {
    /// There is nothing to read now.
    Nothing,
    /// Some bytes.
    Some,
    /// The last bytes of the payload.
    Whole(Vec<u8>),
}

impl Upstream {
    /// `readSyncBulkPayload` up to the end of the payload: one read.
    fn read_payload(&mut self, context: &mut Context<'_>) -> Read {
        let Link::Transfer(socket, transfer) = &mut self.link else { return Read::Nothing };
        let Payload::Incomplete(file) = &mut transfer.payload else { return Read::Nothing };
        let size = transfer.size.shown();
        context.check(Step::IsSizeKnown, !matches!(transfer.size, Size::Unknown), |v| {
            v.saw(Field::ReplTransferSize, size)
        });
        let (n, whole) = match transfer.size {
            Size::Unknown => {
                let Some(line) = self.take_line(context) else { return Read::Nothing };
                self.take_bulk_header(&line, context);
                return Read::Some;
            }
            Size::Bytes(size @ ..=0) => {
                if !socket.rx.is_empty() {
                    // read(2) with a length of 0 returns 0, like the end of the connection; a negative length is an
                    // invalid buffer.
                    let error = if size == 0 { LinkChange::EmptyFile } else { LinkChange::NegativeLength };
                    context.log(LogLevel::Warning, || format!("I/O error trying to sync with MASTER: {error}"));
                    context.calls(Step::Cancel);
                    self.cancel_replication_handshake(error, context);
                }
                return Read::Nothing;
            }
            Size::Bytes(size) => {
                let left = size - file.len() as i64;
                let n = usize::try_from(left).unwrap_or(usize::MAX).min(socket.rx.len());
                file.extend(socket.rx.drain(..n));
                (n, file.len() as i64 == size)
            }
            Size::Mark(mark) => {
                let n = READ_MAX.min(socket.rx.len());
                file.extend(socket.rx.drain(..n));
                let whole = file.ends_with(&mark);
                if whole {
                    file.truncate(file.len() - mark.len());
                }
                (n, whole)
            }
        };
        let before = transfer.read;
        transfer.read += n;
        if n > 0 {
            socket.last_io = context.now.unix_s();
        }
        context.act(Step::ReadBytes, |v| v.changed(Field::ReplTransferRead, before, transfer.read));
        context.check(Step::IsComplete, n > 0 && whole, |v| {
            v.saw(Field::ReplTransferRead, transfer.read).saw(Field::ReplTransferSize, size)
        });
        match (n, whole) {
            (0, _) => Read::Nothing,
            (_, false) => Read::Some,
            (_, true) => Read::Whole(std::mem::take(file)),
        }
    }

    /// The first line: `$<n>`, `$EOF:<mark>`, an error, or an empty keep-alive. Like Redis, this reads the line as a C
    /// string and the number by `strtol`: `$ 128` is 128, `$abc` is 0, and `$-1` means that the line is still to come.
    fn take_bulk_header(&mut self, line: &[u8], context: &mut Context<'_>) {
        let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
        let shown = String::from_utf8_lossy(line).into_owned();
        let Some((first, text)) = line.split_first() else { return };
        if *first == b'-' {
            context.log(LogLevel::Warning, || format!("MASTER aborted replication with an error: {}", &shown[1..]));
            context.calls(Step::Cancel);
            self.cancel_replication_handshake(LinkChange::Reply(shown), context);
            return;
        }
        if *first != b'$' {
            context.log(LogLevel::Warning, || {
                format!(
                    "Bad protocol from MASTER, the first byte is not '$' (we received '{shown}'), are you sure the \
                     host and port are right?"
                )
            });
            context.calls(Step::Cancel);
            self.cancel_replication_handshake(LinkChange::BadProtocol, context);
            return;
        }
        let mark = text.strip_prefix(b"EOF:").and_then(|mark| mark.get(..40)).and_then(|mark| mark.try_into().ok());
        let size = match mark {
            Some(mark) => {
                context.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: receiving streamed RDB from master".into());
                Size::Mark(mark)
            }
            None => {
                let n = strtol(text);
                context.log(LogLevel::Notice, || format!("MASTER <-> REPLICA sync: receiving {n} bytes from master"));
                // In Redis a repl_transfer_size of -1 means that the size was not received yet.
                if n == -1 { Size::Unknown } else { Size::Bytes(n) }
            }
        };
        if let Link::Transfer(_, transfer) = &mut self.link {
            transfer.size = size;
            context.act(Step::TakeSize, |v| v.changed(Field::ReplTransferSize, -1_i64, transfer.size.shown()));
        }
    }
}

/// What also concerns the dataset, the files and the child.
impl Node {
    /// `readSyncBulkPayload`: one read. False if there is nothing to read now.
    pub(super) fn read_sync_bulk_payload(&mut self) -> bool {
        self.within(Function::ReadSyncBulkPayload, |node| {
            let (repl, mut context) = node.replication();
            match repl.upstream.read_payload(&mut context) {
                Read::Nothing => return false,
                Read::Some => {}
                Read::Whole(file) => node.full_sync_received(file.into()),
            }
            true
        })
    }

    /// The payload is complete: it replaces `dbfilename`, then the dataset. A payload of a later version may contain
    /// what cannot be loaded, so both are kept until it is loaded.
    fn full_sync_received(&mut self, file: Arc<[u8]>) {
        let keeps_old_data = self.config.limits.allows_later_master();
        if let Link::Transfer(_, transfer) = &mut self.repl.upstream.link {
            transfer.payload = Payload::Loading { unsaved: keeps_old_data.then(|| Arc::clone(&file)) };
        }
        if let Some(child) = self.child.take() {
            self.log(LogLevel::Notice, || {
                "Replica is about to load the RDB file received from the master, but there is a pending RDB child \
                 running. Killing it."
                    .into()
            });
            self.out.outputs.push(Output::Kill { child: child.id });
        }
        if !keeps_old_data {
            self.replace_dump(Arc::clone(&file));
            self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: Flushing old data".into());
        }
        if self.aof.is_on() {
            self.stop_append_only_for_sync();
        }
        if self.keyspace.total_keys() > 0 {
            let (repl, mut context) = self.replication();
            repl.upstream.replication_send_newline_to_master(&mut context);
        }
        let keys = self.keyspace.total_keys() as i64;
        if !keeps_old_data {
            self.keyspace.flush_all();
            self.act(Step::FlushOldData, |v| v.changed(Field::Keys, keys, 0_i64));
        }
        self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: Loading DB in memory".into());
        self.act(Step::Load, |v| v.saw(Field::Bytes, file.len()));
        if let Err(error) = self.start_loading(file, Source::Master) {
            self.full_sync_failed(&error);
        }
    }

    /// The master's file cannot be loaded. The old dataset is already gone, unless the file is of a later version.
    pub(crate) fn full_sync_failed(&mut self, error: &RdbError) {
        let later = self.config.limits.allows_later_master();
        if error.is_refusal() || later && error.is_unsupported() {
            self.log(LogLevel::Warning, || format!("{error}"));
            self.log(LogLevel::Warning, || "Failed trying to load the MASTER synchronization DB from disk".into());
            let (repl, mut context) = self.replication();
            context.calls(Step::Cancel);
            repl.upstream.cancel_replication_handshake(LinkChange::LoadFailed, &mut context);
            repl.upstream.refuse_file(error, &repl.history, &mut context);
            if self.aof.is_stopped_for_sync() {
                self.restart_append_only_after_sync();
            }
        } else {
            // Redis exits here too: the new dataset is incomplete.
            self.log(LogLevel::Warning, || {
                format!("Short read or OOM loading DB. Unrecoverable error, aborting now. ({error})")
            });
            self.exit(1);
        }
    }

    /// After a load that took several turns: handles the end of the link meanwhile.
    pub(crate) fn after_load_from_master(&mut self, link_ended: Option<CloseReason>) {
        if let (Some(conn), Some(reason)) = (self.repl.upstream.master_conn(), link_ended) {
            self.closed(conn, reason);
        }
    }

    fn replace_dump(&mut self, bytes: Arc<[u8]>) {
        self.out.outputs.push(Output::Disk(DiskRequest::Write { name: self.config.dbfilename.clone(), bytes }));
    }

    /// The master's dataset was loaded: its history becomes this node's.
    pub(crate) fn full_sync_loaded(&mut self, loaded: Loaded) {
        // It goes on where it began to load, which may have been some turns ago.
        self.within(Function::ReadSyncBulkPayload, |node| node.take_dataset(loaded));
    }

    fn take_dataset(&mut self, loaded: Loaded) {
        let Link::Transfer(_, transfer) = &mut self.repl.upstream.link else { return };
        if let Payload::Loading { unsaved } = &mut transfer.payload
            && let Some(file) = unsaved.take()
        {
            self.replace_dump(file);
        }
        let keys = loaded.keyspace.total_keys();
        let db = loaded.stream_db.and_then(|db| usize::try_from(db).ok()).unwrap_or(0).min(self.config.databases - 1);
        self.touch_watched_keys_on_flush();
        self.keyspace.replace_data(loaded.keyspace);
        self.load_scripts(&loaded.scripts);
        self.rewatch_keys();
        self.event(|| Event::Loaded { keys });
        self.calls(Step::CreateMasterClient);
        let unread = self.replication_create_master_client(db);
        let (repl, mut context) = self.replication();
        let before = repl.history;
        repl.history.replid = repl.upstream.master_replid;
        repl.history.master_repl_offset = repl.upstream.master_initial_offset;
        context.act(Step::AdoptHistory, |v| {
            v.changed(Field::Replid, before.replid, repl.history.replid).changed(
                Field::MasterReplOffset,
                before.master_repl_offset,
                repl.history.master_repl_offset,
            )
        });
        context.calls(Step::ClearId2);
        repl.history.clear_replication_id2(&mut context);
        repl.history.ids_changed(IdChange::FullResync, &mut context);
        context.calls(Step::CreateBacklog);
        repl.downstream.create_replication_backlog(&repl.history, &mut context);
        self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: Finished with success".into());
        if self.aof.is_stopped_for_sync() {
            self.restart_append_only_after_sync();
        }
        self.stream_begins(&unread);
    }
}
