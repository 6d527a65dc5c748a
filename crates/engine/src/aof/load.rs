//! `loadAppendOnlyFile`: a client without a connection executes the commands of the file.

use std::sync::Arc;

use psyncscope_rdb::{LoadOptions, Loader, Progress, RdbError};

use super::reader::{Found, command_at};
use super::state::{Aof, AofState, For, Load};
use crate::client::{Client, ReplyMode, Role};
use crate::command::propagation::Propagate;
use crate::command::table::{self, CommandSpec, Flags, Handler};
use crate::event::{Event, LogLevel};
use crate::io::{ConnId, DiskRequest, Fsync, Output, Peer};
use crate::loading::state::INTERVAL;
use crate::node::Node;

/// A fatal error: the log lines before the process exits.
type Fatal = Vec<String>;

/// The result of a step.
enum Step {
    More,
    Done,
    /// The file is truncated; it is valid up to this offset.
    Cut {
        valid: usize,
    },
}

impl Node {
    /// `loadDataFromDisk`, with the append-only file turned on.
    ///
    /// # Errors
    /// What redis-server prints before it exits, if a file that is small enough to be loaded at once cannot be.
    #[inline(never)]
    pub(crate) fn start_from_append_only_file(&mut self, file: Option<Arc<[u8]>>) -> Result<(), String> {
        self.aof.state = AofState::On;
        self.aof.last_fsync = self.now.unix_s();
        match file {
            Some(file) if !file.is_empty() => self.load_append_only_file(file, For::Start).map_err(|fatal| {
                let last = fatal.last().cloned().unwrap_or_default();
                self.log_fatal(fatal);
                last
            }),
            _ => {
                // From now on the file exists.
                let name = self.config.aof.appendfilename.clone();
                self.out.outputs.push(Output::Disk(DiskRequest::Append { name, bytes: Vec::new(), fsync: Fsync::No }));
                self.log(LogLevel::Notice, || "Ready to accept connections".into());
                Ok(())
            }
        }
    }

    /// DEBUG LOADAOF: writes what is buffered, empties the dataset, and asks the driver for the file. The reply is
    /// sent when it is loaded.
    pub(crate) fn debug_loadaof(&mut self, conn: ConnId) {
        if self.clients.get(&conn).is_none_or(|client| client.multi.is_some()) {
            self.add_reply(conn, b"-ERR DEBUG LOADAOF cannot wait for the file inside a transaction\r\n");
            return;
        }
        if self.aof.is_on() {
            self.flush_append_only_file();
        }
        self.keyspace.flush_all();
        (self.aof.reading, self.aof.held) = (Some(conn), Some(conn));
        self.out.outputs.push(Output::Disk(DiskRequest::Read { name: self.config.aof.appendfilename.clone() }));
    }

    /// The driver delivers the file of [`DiskRequest::Read`].
    #[inline(never)]
    pub(crate) fn append_only_file_read(&mut self, result: Result<Arc<[u8]>, String>) {
        let Some(conn) = self.aof.reading.take() else { return };
        let loaded = match result {
            Ok(file) if file.is_empty() => {
                (self.aof.current_size, self.aof.fsync_offset) = (0, 0);
                self.add_reply(conn, b"-ERR\r\n");
                self.release_held();
                Ok(())
            }
            Ok(file) => self.load_append_only_file(file, For::Debug(conn)),
            Err(error) => Err(vec![format!("Fatal error: can't open the append log file for reading: {error}")]),
        };
        if let Err(fatal) = loaded {
            self.log_fatal(fatal);
            self.exit(1);
        }
    }

    fn load_append_only_file(&mut self, file: Arc<[u8]>, purpose: For) -> Result<(), Fatal> {
        let mut preamble = None;
        if file.starts_with(b"REDIS") {
            self.log(LogLevel::Notice, || "Reading RDB preamble from AOF file...".into());
            let options = LoadOptions {
                max_version: self.config.limits.rdb_version_max,
                databases: self.config.databases,
                // Later commands may access expired keys.
                drop_expired_before: None,
                encodings: self.config.data.encodings,
            };
            preamble = Some(Loader::new(Arc::clone(&file), options).map_err(|error| bad_preamble(&error))?);
        }
        let total = file.len();
        let mut client = Client::new(ConnId::LOADER, 0, Peer { ip: String::new(), port: 0 }, 0, self.now.unix_s());
        (client.authenticated, client.role, client.reply_mode) = (true, Role::Script, ReplyMode::Off);
        let begun = self.now.mono;
        let client = Box::new(client);
        let load = Load { file, at: 0, preamble, client, valid: 0, valid_before_multi: 0, purpose, begun };
        if total < INTERVAL {
            return self.append_only_load_step(load, usize::MAX);
        }
        self.begin_append_only_loading(total);
        self.aof.load = Some(Box::new(load));
        Ok(())
    }

    /// The driver says that the time for a step has passed.
    #[inline(never)]
    pub(crate) fn step_append_only_load(&mut self) {
        let Some(load) = self.aof.load.take() else { return };
        if let Err(fatal) = self.append_only_load_step(*load, INTERVAL) {
            self.loading = None;
            self.log_fatal(fatal);
            self.exit(1);
        }
    }

    /// Reads about this many bytes, at least one command.
    fn append_only_load_step(&mut self, mut load: Load, bytes_max: usize) -> Result<(), Fatal> {
        let until = load.at.saturating_add(bytes_max);
        if let Some(loader) = load.preamble.take() {
            match loader.step(bytes_max).map_err(|error| bad_preamble(&error))? {
                Progress::More(loader) => {
                    load.at = loader.loaded_bytes();
                    load.preamble = Some(loader);
                    self.keep_append_only_load(load);
                    return Ok(());
                }
                Progress::Done(loaded) => {
                    // Redis would also cut off the RDB if a broken command follows it directly.
                    (load.at, load.valid) = (loaded.bytes, loaded.bytes);
                    self.keyspace.replace_data(loaded.keyspace);
                    self.load_scripts(&loaded.scripts);
                    self.log(LogLevel::Notice, || "Reading the remaining AOF tail...".into());
                }
            }
        }
        let client = std::mem::replace(&mut load.client, new_placeholder());
        self.clients.insert(ConnId::LOADER, client);
        self.aof.replaying = true;
        let step = self.replay(&mut load, until);
        self.aof.replaying = false;
        if let Some(client) = self.clients.remove(&ConnId::LOADER) {
            load.client = client;
        }
        match step? {
            Step::More => self.keep_append_only_load(load),
            Step::Done => self.append_only_file_loaded(&load, load.at),
            Step::Cut { valid } => {
                self.cut_append_only_file(&load, valid)?;
                self.append_only_file_loaded(&load, valid);
            }
        }
        Ok(())
    }

    fn keep_append_only_load(&mut self, load: Load) {
        self.continue_append_only_load(load.at);
        self.aof.load = Some(Box::new(load));
    }

    fn replay(&mut self, load: &mut Load, until: usize) -> Result<Step, Fatal> {
        let file = Arc::clone(&load.file);
        loop {
            let (argv, next) = match command_at(&file, load.at) {
                Found::Command(argv, next) => (argv, next),
                Found::BadFormat => return Err(bad_format()),
                // Redis leaves the MULTI if a broken command follows it, and commands appended later are lost in it.
                Found::Truncated | Found::End if self.loader_is_in_multi() => {
                    self.log(LogLevel::Warning, || "Revert incomplete MULTI/EXEC transaction in AOF file".into());
                    return Ok(Step::Cut { valid: load.valid_before_multi });
                }
                Found::Truncated => return Ok(Step::Cut { valid: load.valid }),
                Found::End => return Ok(Step::Done),
            };
            let Some(spec) = table::lookup_renamed(&self.config.renamed_commands, &argv[0]) else {
                let name = String::from_utf8_lossy(&argv[0]).into_owned();
                return Err(vec![format!("Unknown command '{name}' reading the append only file")]);
            };
            if !spec.takes(argv.len()) {
                return Err(bad_format());
            }
            if spec.name == "multi" {
                load.valid_before_multi = load.valid;
            }
            self.replay_one(spec, argv);
            (load.at, load.valid) = (next, next);
            if load.at >= until {
                return Ok(Step::More);
            }
        }
    }

    fn loader_is_in_multi(&self) -> bool {
        self.clients.get(&ConnId::LOADER).is_some_and(|client| client.multi.is_some())
    }

    fn replay_one(&mut self, spec: &'static CommandSpec, argv: Vec<Vec<u8>>) {
        if !is_replayed(spec) {
            self.log(LogLevel::Warning, || {
                format!("Skipping '{}' in the append only file: it changes no data", spec.name)
            });
        } else if self.loader_is_in_multi() && spec.name != "exec" {
            self.queue_multi_command(ConnId::LOADER, spec, argv);
        } else {
            self.call(ConnId::LOADER, spec, &argv, Propagate::No);
        }
    }

    /// Cuts off the incomplete tail (`uxeof`), if `aof-load-truncated` allows it.
    fn cut_append_only_file(&mut self, load: &Load, valid: usize) -> Result<(), Fatal> {
        if !self.config.aof.aof_load_truncated {
            return Err(vec![
                "Unexpected end of file reading the append only file. You can: 1) Make a backup of your AOF file, then \
                 use ./redis-check-aof --fix <filename>. 2) Alternatively you can set the 'aof-load-truncated' \
                 configuration option to yes and restart the server."
                    .into(),
            ]);
        }
        self.log(LogLevel::Warning, || "!!! Warning: short read while loading the AOF file !!!".into());
        self.log(LogLevel::Warning, || format!("!!! Truncating the AOF at offset {valid} !!!"));
        let bytes: Arc<[u8]> = Arc::from(&load.file[..valid]);
        self.out.outputs.push(Output::Disk(DiskRequest::Write { name: self.config.aof.appendfilename.clone(), bytes }));
        self.log(LogLevel::Warning, || "AOF loaded anyway because aof-load-truncated is enabled".into());
        Ok(())
    }

    fn append_only_file_loaded(&mut self, load: &Load, size: usize) {
        self.loading = None;
        let Aof { current_size, base_size, fsync_offset, .. } = &mut self.aof;
        (*current_size, *base_size, *fsync_offset) = (size as u64, size as u64, size as u64);
        let keys = self.keyspace.total_keys();
        self.event(|| Event::Loaded { keys });
        match load.purpose {
            For::Start => {
                let seconds = self.now.mono.since_us(load.begun) as f64 / 1_000_000.0;
                self.log(LogLevel::Notice, || format!("DB loaded from append only file: {seconds:.3} seconds"));
                self.log(LogLevel::Notice, || "Ready to accept connections".into());
            }
            For::Debug(conn) => {
                self.dirty = 0;
                self.log(LogLevel::Warning, || "Append Only File loaded by DEBUG LOADAOF".into());
                self.add_reply(conn, b"+OK\r\n");
                self.release_held();
            }
        }
    }

    /// Input of the client after its DEBUG LOADAOF is processed before the turn ends.
    fn release_held(&mut self) {
        if let Some(conn) = self.aof.held.take() {
            self.queue_client_for_reprocessing(conn);
        }
    }

    fn log_fatal(&mut self, lines: Fatal) {
        for line in lines {
            self.log(LogLevel::Warning, || line);
        }
    }
}

/// Commands that may be in a file: those that change data, and those around them. Redis executes any command,
/// including SHUTDOWN.
fn is_replayed(spec: &CommandSpec) -> bool {
    matches!(spec.run, Handler::Data(_))
        || spec.flags.has(Flags::WRITE)
        || matches!(spec.name, "select" | "multi" | "exec" | "discard" | "eval" | "evalsha" | "script" | "ping")
}

/// The connection of the loader's client.
fn new_placeholder() -> Box<Client> {
    Box::new(Client::new(ConnId::LOADER, 0, Peer { ip: String::new(), port: 0 }, 0, 0))
}

fn bad_format() -> Fatal {
    vec![
        "Bad file format reading the append only file: make a backup of your AOF file, then use ./redis-check-aof \
         --fix <filename>"
            .into(),
    ]
}

fn bad_preamble(error: &RdbError) -> Fatal {
    vec![
        format!("Bad file format reading the RDB file: {error}"),
        "Error reading the RDB preamble of the AOF file, AOF loading aborted".into(),
    ]
}
