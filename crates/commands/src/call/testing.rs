//! A dataset, a clock and a role, to test single commands.

use psyncscope_keyspace::Keyspace;
use psyncscope_resp::{Reply, split_args};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Call, ExpiryRole};
use crate::settings::Settings;

pub(crate) struct Bench {
    pub(crate) keyspace: Keyspace,
    pub(crate) now_ms: i64,
    pub(crate) expiry: ExpiryRole,
    pub(crate) readonly: bool,
    pub(crate) config: Settings,
    pub(crate) rdb_version_max: u32,
    pub(crate) rng: Xoshiro256PlusPlus,
}

/// The effects of a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// Its reply, with `|` for CRLF.
    pub(crate) reply: String,
    pub(crate) dirty: u64,
    pub(crate) rewritten: Option<String>,
    pub(crate) expired: Vec<String>,
    /// What is propagated after or instead of the command, with spaces between the arguments.
    pub(crate) also: Vec<String>,
    pub(crate) ready: Vec<String>,
    /// What is propagated at once, likewise.
    pub(crate) at_once: Vec<String>,
}

impl Bench {
    /// A master at one million milliseconds after the epoch.
    pub(crate) fn new() -> Self {
        Self {
            keyspace: Keyspace::default(),
            now_ms: 1_000_000,
            expiry: ExpiryRole::Master,
            readonly: false,
            config: Settings::default(),
            rdb_version_max: psyncscope_rdb::VERSION,
            rng: Xoshiro256PlusPlus::seed_from_u64(1),
        }
    }

    /// The same dataset as a replica's.
    pub(crate) fn into_replica(self, expiry: ExpiryRole, readonly: bool) -> Self {
        Self { expiry, readonly, ..self }
    }

    /// Runs a line, quoted as in redis-cli.
    pub(crate) fn run(&mut self, handler: fn(&mut Call<'_>), line: &str) -> Done {
        let argv = split_args(line.as_bytes()).expect("a test's line is well quoted");
        let mut reply = Reply::default();
        let mut call = Call {
            argv: &argv,
            keyspace: &mut self.keyspace,
            db: 0,
            now_ms: self.now_ms,
            expiry: self.expiry,
            readonly: self.readonly,
            config: &self.config,
            rdb_version_max: self.rdb_version_max,
            rng: &mut self.rng,
            deny_blocking: false,
            from_script: false,
            reply: &mut reply,
            dirty: 0,
            block: None,
            rewritten: None,
            prevented: false,
            also: Vec::new(),
            at_once: Vec::new(),
            ready: Vec::new(),
            expired: Vec::new(),
            notices: Vec::new(),
        };
        handler(&mut call);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (dirty, rewritten, expired) = (call.dirty, call.rewritten, call.expired);
        let (also, ready, at_once) = (call.also, call.ready, call.at_once);
        Done {
            reply: text(&reply.take()).replace("\r\n", "|"),
            dirty,
            rewritten: rewritten.map(|words| text(&words.join(&b' '))),
            expired: expired.iter().map(|(_, key)| text(key)).collect(),
            also: also.iter().map(|(_, words)| text(&words.join(&b' '))).collect(),
            ready: ready.iter().map(|(_, key)| text(key)).collect(),
            at_once: at_once.iter().map(|(_, words)| text(&words.join(&b' '))).collect(),
        }
    }

    /// Asserts that these lines, run on an empty dataset, give the same content and size. `seed` is shown on failure.
    #[track_caller]
    pub(crate) fn check_rebuilt(&self, handler: fn(&mut Call<'_>), lines: impl IntoIterator<Item = String>, seed: u64) {
        let mut fresh = Self::new();
        for line in lines {
            fresh.run(handler, &line);
        }
        assert!(fresh.keyspace.equal_data(&self.keyspace), "seed {seed}");
        assert_eq!(fresh.keyspace.approximate_bytes(), self.keyspace.approximate_bytes(), "seed {seed}");
    }

    /// Runs a line and compares the reply (without its last CRLF) and the number of changes. Asserts that no key
    /// expired and nothing was rewritten; does not check what else was propagated or became ready.
    #[track_caller]
    pub(crate) fn check(&mut self, handler: fn(&mut Call<'_>), line: &str, reply: &str, dirty: u64) {
        let done = self.run(handler, line);
        assert_eq!((done.reply, done.dirty), (format!("{reply}|"), dirty), "{line}");
        assert_eq!((done.rewritten, done.expired), (None, Vec::new()), "{line}");
    }
}
