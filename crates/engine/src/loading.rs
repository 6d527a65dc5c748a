//! Loading an RDB file, at the start or from a master, in steps between which the event loop runs.

pub(crate) mod state;

use std::sync::Arc;

use psyncscope_rdb::{self as rdb, LoadOptions, Loaded, Loader, Progress, RdbError};

use self::state::{INTERVAL, Loading, Source};
use crate::event::{Event, LogLevel};
use crate::io::Output;
use crate::node::Node;

impl Node {
    /// `startLoading` and `rdbLoadRio`: loads a small file at once, a large one in steps between which the driver
    /// passes inputs.
    ///
    /// The first step fails. Later failures go to [`Node::loading_failed`].
    pub(crate) fn start_loading(&mut self, file: Arc<[u8]>, source: Source) -> Result<(), RdbError> {
        let is_replica = self.repl.is_replica();
        let options = LoadOptions {
            max_version: self.config.limits.rdb_version_max,
            databases: self.config.databases,
            drop_expired_before: (!is_replica).then_some(self.now.unix_ms()),
            encodings: self.config.data.encodings,
        };
        let total_bytes = file.len();
        if total_bytes < INTERVAL {
            let loaded = rdb::load(&file, &options)?;
            self.loading_ended(loaded, source);
            return Ok(());
        }
        let loader = Some(Loader::new(file, options)?);
        let started = self.now.unix_s();
        self.loading = Some(Loading { loader, source, started, loaded_bytes: 0, total_bytes, link_ended: None });
        self.ask_for_load_step();
        Ok(())
    }

    fn ask_for_load_step(&mut self) {
        let Some(loading) = &self.loading else { return };
        let bytes = (loading.total_bytes - loading.loaded_bytes).min(INTERVAL);
        self.out.outputs.push(Output::Load { bytes });
    }

    /// The driver says that the time for a step has passed (`rdbLoadProgressCallback`).
    pub(crate) fn load_step(&mut self) {
        let Some(loading) = &mut self.loading else { return };
        let source = loading.source;
        if source == Source::AppendOnly {
            self.step_append_only_load();
            return;
        }
        let Some(loader) = loading.loader.take() else { return };
        match loader.step(INTERVAL) {
            Ok(Progress::More(loader)) => {
                loading.loaded_bytes = loader.loaded_bytes();
                loading.loader = Some(loader);
                if source == Source::Master {
                    let (repl, mut context) = self.replication();
                    repl.upstream.replication_send_newline_to_master(&mut context);
                }
                self.ask_for_load_step();
            }
            Ok(Progress::Done(loaded)) => {
                let link_ended = self.loading.take().and_then(|loading| loading.link_ended);
                self.loading_ended(loaded, source);
                if source == Source::Master {
                    self.after_load_from_master(link_ended);
                }
            }
            Err(error) => {
                self.loading = None;
                self.loading_failed(&error, source);
            }
        }
    }

    /// `stopLoading`, and what follows it.
    fn loading_ended(&mut self, loaded: Loaded, source: Source) {
        match source {
            Source::Disk => self.loaded_from_disk(loaded),
            Source::Master => self.full_sync_loaded(loaded),
            Source::AppendOnly => {}
        }
    }

    /// Drops the data of a file that turned out to be damaged.
    fn loading_failed(&mut self, error: &RdbError, source: Source) {
        match source {
            Source::Disk => {
                self.log(LogLevel::Warning, || format!("Bad file format reading the RDB file: {error}"));
                self.exit(1);
            }
            Source::Master => self.full_sync_failed(error),
            Source::AppendOnly => {}
        }
    }

    /// A load of the append-only file that takes several steps.
    pub(crate) fn begin_append_only_loading(&mut self, total_bytes: usize) {
        let (source, started) = (Source::AppendOnly, self.now.unix_s());
        self.loading = Some(Loading { loader: None, source, started, loaded_bytes: 0, total_bytes, link_ended: None });
        self.ask_for_load_step();
    }

    /// Bytes read.
    pub(crate) fn continue_append_only_load(&mut self, loaded_bytes: usize) {
        if let Some(loading) = &mut self.loading {
            loading.loaded_bytes = loaded_bytes;
        }
        self.ask_for_load_step();
    }

    /// The end of `loadDataFromDisk`. A node configured as a replica also takes the replication ID and offset of the
    /// file (spec 4.12), for a partial resync.
    fn loaded_from_disk(&mut self, loaded: Loaded) {
        let (keys, repl) = (loaded.keyspace.total_keys(), loaded.repl);
        self.keyspace.replace_data(loaded.keyspace);
        self.load_scripts(&loaded.scripts);
        self.event(|| Event::Loaded { keys });
        self.log(LogLevel::Notice, || "DB loaded from disk".into());
        if self.repl.is_replica()
            && let Some(info) = repl
        {
            self.restore_history(&info);
        }
        self.log(LogLevel::Notice, || "Ready to accept connections".into());
    }
}
