//! A dataset, a clock and a role to run single commands against.

use super::{Call, ExpiryRole};
use crate::keyspace::Keyspace;
use crate::resp::{Reply, split_args};
use crate::time::{Instant, Now};

pub(in crate::command) struct Bench {
    pub(in crate::command) keyspace: Keyspace,
    pub(in crate::command) now_ms: i64,
    pub(in crate::command) expiry: ExpiryRole,
    pub(in crate::command) readonly: bool,
}

/// What a command left.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::command) struct Done {
    /// Its reply, with `|` for CRLF.
    pub(in crate::command) reply: String,
    pub(in crate::command) dirty: u64,
    pub(in crate::command) rewritten: Option<String>,
    pub(in crate::command) expired: Vec<String>,
}

impl Bench {
    /// A master at one million milliseconds after the epoch.
    pub(in crate::command) fn new() -> Self {
        Self { keyspace: Keyspace::default(), now_ms: 1_000_000, expiry: ExpiryRole::Master, readonly: false }
    }

    /// The same dataset as a replica's.
    pub(in crate::command) fn into_replica(self, expiry: ExpiryRole, readonly: bool) -> Self {
        Self { expiry, readonly, ..self }
    }

    /// Runs a line of words, quoted as in redis-cli.
    pub(in crate::command) fn run(&mut self, handler: fn(&mut Call<'_>), line: &str) -> Done {
        let argv = split_args(line.as_bytes()).expect("a test's line is well quoted");
        let mut reply = Reply::default();
        let mut call = Call {
            argv: &argv,
            keyspace: &mut self.keyspace,
            db: 0,
            now: Now { mono: Instant(0), unix_us: self.now_ms * 1000 },
            expiry: self.expiry,
            readonly: self.readonly,
            reply: &mut reply,
            dirty: 0,
            rewritten: None,
            expired: Vec::new(),
        };
        handler(&mut call);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (dirty, rewritten, expired) = (call.dirty, call.rewritten, call.expired);
        Done {
            reply: text(&reply.take()).replace("\r\n", "|"),
            dirty,
            rewritten: rewritten.map(|words| text(&words.join(&b' '))),
            expired: expired.iter().map(|(_, key)| text(key)).collect(),
        }
    }

    /// Runs a line and compares the reply (without its last CRLF) and the number of changes. Nothing may have expired
    /// or been rewritten.
    #[track_caller]
    pub(in crate::command) fn check(&mut self, handler: fn(&mut Call<'_>), line: &str, reply: &str, dirty: u64) {
        let expect = Done { reply: format!("{reply}|"), dirty, rewritten: None, expired: Vec::new() };
        assert_eq!(self.run(handler, line), expect, "{line}");
    }
}
