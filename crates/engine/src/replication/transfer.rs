//! Receiving the RDB: `readSyncBulkPayload` and what follows it.

use std::sync::Arc;

use crate::event::{Event, IdChange, LogLevel};
use crate::io::{CloseReason, Output};
use crate::loading::Source;
use crate::node::Node;
use crate::rdb::{self, RdbError};
use crate::replication::replica::ReplState;
use crate::resp::parse_i64_strict;

/// Redis reads so much at a time; only the last bytes of each read are compared with the EOF mark.
const READ_MAX: usize = 4096;

/// How the end of the payload will be known (`repl_transfer_size`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// The first line has not come: -1.
    #[default]
    Unknown,
    /// `$<n>`: so many bytes.
    Bytes(usize),
    /// `$EOF:<mark>`: until the mark.
    Mark([u8; 40]),
}

/// A transfer under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transfer {
    pub(crate) size: Size,
    /// The payload so far (the temporary file); gone once it is being loaded.
    pub(crate) file: Vec<u8>,
    /// The payload while it is being loaded, if it replaces `dbfilename` only afterwards.
    pub(crate) unsaved: Option<Arc<[u8]>>,
    /// `repl_transfer_read`: bytes read of the payload, an EOF mark included.
    pub(crate) read: usize,
}

impl Node {
    /// `replicationAbortSyncTransfer`: closes the connection and drops the temporary file.
    pub(crate) fn replication_abort_sync_transfer(&mut self) {
        self.undo_connect_with_master();
        self.repl.transfer = None;
    }

    /// `readSyncBulkPayload`: one read. False when there is nothing more to read now.
    pub(crate) fn read_sync_bulk_payload(&mut self) -> bool {
        let Some(transfer) = &mut self.repl.transfer else { return false };
        let rx = &mut self.repl.link_rx;
        match transfer.size {
            Size::Unknown => {
                let Some(line) = self.take_line() else { return false };
                self.take_bulk_header(&line);
                true
            }
            Size::Bytes(size) => {
                let n = (size - transfer.file.len()).min(rx.len());
                transfer.file.extend(rx.drain(..n));
                transfer.read += n;
                let whole = transfer.file.len() == size;
                if n > 0 {
                    self.repl.transfer_lastio = self.now.unix_s();
                }
                if whole {
                    self.full_sync_received();
                }
                n > 0
            }
            Size::Mark(mark) => {
                let n = READ_MAX.min(rx.len());
                transfer.file.extend(rx.drain(..n));
                transfer.read += n;
                let whole = transfer.file.ends_with(&mark);
                if whole {
                    transfer.file.truncate(transfer.file.len() - mark.len());
                }
                if n > 0 {
                    self.repl.transfer_lastio = self.now.unix_s();
                }
                if whole {
                    self.full_sync_received();
                }
                n > 0
            }
        }
    }

    /// The first line: `$<n>`, `$EOF:<mark>`, an error, or an empty keep-alive.
    fn take_bulk_header(&mut self, line: &[u8]) {
        let shown = String::from_utf8_lossy(line).into_owned();
        if line.is_empty() {
            return;
        }
        if line.starts_with(b"-") {
            self.log(LogLevel::Warning, || format!("MASTER aborted replication with an error: {shown}"));
            self.cancel_replication_handshake(&shown);
            return;
        }
        let mark = line.strip_prefix(b"$EOF:").and_then(|mark| mark.get(..40)).and_then(|mark| mark.try_into().ok());
        let size = match (mark, line.strip_prefix(b"$")) {
            (Some(mark), _) => Some(Size::Mark(mark)),
            (None, Some(digits)) => {
                parse_i64_strict(digits).and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0).map(Size::Bytes)
            }
            (None, None) => None,
        };
        let Some(size) = size else {
            self.log(LogLevel::Warning, || {
                format!("Bad protocol from MASTER, the first byte is not '$' (we received '{shown}'), are you sure the host and port are right?")
            });
            self.cancel_replication_handshake("bad protocol");
            return;
        };
        match size {
            Size::Bytes(n) => {
                self.log(LogLevel::Notice, || format!("MASTER <-> REPLICA sync: receiving {n} bytes from master"))
            }
            _ => self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: receiving streamed RDB from master".into()),
        }
        if let Some(transfer) = &mut self.repl.transfer {
            transfer.size = size;
        }
    }

    /// The payload is whole: it replaces `dbfilename`, then the dataset. If it is that of a later version, which may hold
    /// what cannot be loaded, both stay until it is loaded.
    fn full_sync_received(&mut self) {
        let Some(transfer) = &mut self.repl.transfer else { return };
        let file: Arc<[u8]> = std::mem::take(&mut transfer.file).into();
        let keeps_old_data = self.config.limits.allows_later_master();
        transfer.unsaved = keeps_old_data.then(|| Arc::clone(&file));
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
            self.replication_send_newline_to_master();
        }
        if !keeps_old_data {
            self.keyspace.flush_all();
        }
        self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: Loading DB in memory".into());
        if let Err(error) = self.start_loading(file, Source::Master) {
            self.full_sync_failed(&error);
        }
    }

    /// The master's file cannot be loaded. The old dataset is gone already, unless the file is that of a later version.
    pub(crate) fn full_sync_failed(&mut self, error: &RdbError) {
        let later = self.config.limits.allows_later_master();
        if error.is_refusal() || later && error.is_unsupported() {
            self.log(LogLevel::Warning, || format!("{error}"));
            self.log(LogLevel::Warning, || "Failed trying to load the MASTER synchronization DB from disk".into());
            self.cancel_replication_handshake("the RDB could not be loaded");
            self.refuse_file(error);
            if self.aof.is_stopped_for_sync() {
                self.restart_append_only_after_sync();
            }
        } else {
            // Redis ends its process here too: the new dataset is broken.
            self.log(LogLevel::Warning, || {
                format!("Short read or OOM loading DB. Unrecoverable error, aborting now. ({error})")
            });
            self.exit(1);
        }
    }

    /// After a load that took several turns: what came on the link meanwhile is read now, its end too.
    pub(crate) fn after_load_from_master(&mut self, link_ended: Option<CloseReason>) {
        self.link_progress();
        if let (Some(conn), Some(reason)) = (self.repl.master, link_ended) {
            self.closed(conn, reason);
        }
    }

    fn replace_dump(&mut self, bytes: Arc<[u8]>) {
        self.out.outputs.push(Output::WriteFile { name: self.config.dbfilename.clone(), bytes });
    }

    /// The master's dataset and history are ours now.
    pub(crate) fn full_sync_loaded(&mut self, loaded: rdb::Loaded) {
        let Some(conn) = self.repl.link else { return };
        if let Some(file) = self.repl.transfer.take().and_then(|transfer| transfer.unsaved) {
            self.replace_dump(file);
        }
        let keys = loaded.keyspace.total_keys();
        let db = loaded.stream_db.and_then(|db| usize::try_from(db).ok()).unwrap_or(0).min(self.config.databases - 1);
        self.touch_watched_keys_on_flush();
        self.keyspace.replace_data(loaded.keyspace);
        self.load_scripts(&loaded.scripts);
        self.rewatch_keys();
        self.event(|| Event::Loaded { keys });
        self.replication_create_master_client(conn, db);
        self.set_repl_state(ReplState::Connected, "RDB loaded");
        self.repl.repl_down_since = 0;
        self.repl.replid = self.repl.master_replid;
        self.repl.master_repl_offset = self.repl.master_initial_offset;
        self.clear_replication_id2();
        self.ids_changed(IdChange::FullResync);
        if self.repl.backlog.is_none() {
            self.create_replication_backlog();
        }
        self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: Finished with success".into());
        if self.aof.is_stopped_for_sync() {
            self.restart_append_only_after_sync();
        }
    }
}
