//! Receiving the RDB: `readSyncBulkPayload` and what follows it.

use std::sync::Arc;

use crate::event::{Event, IdChange, LogLevel};
use crate::io::{CloseReason, Output};
use crate::loading::Source;
use crate::node::Node;
use crate::replication::replica::ReplState;
use psyncscope_rdb::{Loaded, RdbError};
use psyncscope_resp::strtol;

/// Bytes that Redis reads at once; only the last bytes of each read are compared with the EOF mark.
const READ_MAX: usize = 4096;

/// How the end of the payload is recognised (`repl_transfer_size`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// The first line has not arrived: -1.
    #[default]
    Unknown,
    /// `$<n>`: so many bytes. Redis takes any number; no payload has 0 or fewer, and the next read fails.
    Bytes(i64),
    /// `$EOF:<mark>`: until the mark.
    Mark([u8; 40]),
}

/// A transfer in progress.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transfer {
    pub(crate) size: Size,
    /// The payload so far (the temporary file); empty once it is being loaded.
    pub(crate) file: Vec<u8>,
    /// The payload while it is being loaded, if it replaces `dbfilename` only afterwards.
    pub(crate) unsaved: Option<Arc<[u8]>>,
    /// `repl_transfer_read`: bytes of payload read, including an EOF mark.
    pub(crate) read: usize,
}

impl Node {
    /// `replicationAbortSyncTransfer`: closes the connection and drops the temporary file.
    pub(crate) fn replication_abort_sync_transfer(&mut self) {
        self.undo_connect_with_master();
        self.repl.transfer = None;
    }

    /// `readSyncBulkPayload`: one read. False if there is nothing to read now.
    pub(crate) fn read_sync_bulk_payload(&mut self) -> bool {
        let Some(transfer) = &mut self.repl.transfer else { return false };
        let rx = &mut self.repl.link_rx;
        match transfer.size {
            Size::Unknown => {
                let Some(line) = self.take_line() else { return false };
                self.take_bulk_header(&line);
                true
            }
            Size::Bytes(size @ ..=0) => {
                if rx.is_empty() {
                    return false;
                }
                // read(2) with a length of 0 returns 0, like the end of the connection; a negative length is an invalid
                // buffer.
                let error = if size == 0 { "connection lost" } else { "Bad address" };
                self.log(LogLevel::Warning, || format!("I/O error trying to sync with MASTER: {error}"));
                self.cancel_replication_handshake(error);
                false
            }
            Size::Bytes(size) => {
                let left = size - transfer.file.len() as i64;
                let n = usize::try_from(left).unwrap_or(usize::MAX).min(rx.len());
                transfer.file.extend(rx.drain(..n));
                transfer.read += n;
                let whole = transfer.file.len() as i64 == size;
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

    /// The first line: `$<n>`, `$EOF:<mark>`, an error, or an empty keep-alive. Like Redis, this reads the line as a C
    /// string and the number by `strtol`: `$ 128` is 128, `$abc` is 0, and `$-1` means that the line is still to come.
    fn take_bulk_header(&mut self, line: &[u8]) {
        let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
        let shown = String::from_utf8_lossy(line).into_owned();
        let Some((first, text)) = line.split_first() else { return };
        if *first == b'-' {
            self.log(LogLevel::Warning, || format!("MASTER aborted replication with an error: {}", &shown[1..]));
            self.cancel_replication_handshake(&shown);
            return;
        }
        if *first != b'$' {
            self.log(LogLevel::Warning, || {
                format!(
                    "Bad protocol from MASTER, the first byte is not '$' (we received '{shown}'), are you sure the \
                     host and port are right?"
                )
            });
            self.cancel_replication_handshake("bad protocol");
            return;
        }
        let mark = text.strip_prefix(b"EOF:").and_then(|mark| mark.get(..40)).and_then(|mark| mark.try_into().ok());
        let size = match mark {
            Some(mark) => {
                self.log(LogLevel::Notice, || "MASTER <-> REPLICA sync: receiving streamed RDB from master".into());
                Size::Mark(mark)
            }
            None => {
                let n = strtol(text);
                self.log(LogLevel::Notice, || format!("MASTER <-> REPLICA sync: receiving {n} bytes from master"));
                // In Redis a repl_transfer_size of -1 means that the size was not received yet.
                if n == -1 { Size::Unknown } else { Size::Bytes(n) }
            }
        };
        if let Some(transfer) = &mut self.repl.transfer {
            transfer.size = size;
        }
    }

    /// The payload is complete: it replaces `dbfilename`, then the dataset. A payload of a later version may contain
    /// what cannot be loaded, so both are kept until it is loaded.
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

    /// The master's file cannot be loaded. The old dataset is already gone, unless the file is of a later version.
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
            // Redis exits here too: the new dataset is incomplete.
            self.log(LogLevel::Warning, || {
                format!("Short read or OOM loading DB. Unrecoverable error, aborting now. ({error})")
            });
            self.exit(1);
        }
    }

    /// After a load that took several turns: handles the input received meanwhile, and the end of the link.
    pub(crate) fn after_load_from_master(&mut self, link_ended: Option<CloseReason>) {
        self.link_progress();
        if let (Some(conn), Some(reason)) = (self.repl.master, link_ended) {
            self.closed(conn, reason);
        }
    }

    fn replace_dump(&mut self, bytes: Arc<[u8]>) {
        self.out.outputs.push(Output::WriteFile { name: self.config.dbfilename.clone(), bytes });
    }

    /// The master's dataset was loaded: its history becomes this node's.
    pub(crate) fn full_sync_loaded(&mut self, loaded: Loaded) {
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
