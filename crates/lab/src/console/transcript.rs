//! A console as it stood at a moment, from the timeline.

use std::collections::VecDeque;
use std::sync::Arc;

use psyncscope_sim::frame::{Entry, HostId, SimTime, What};
use serde::Serialize;

use super::reply::{Replies, Reply, prints_raw, repr};

/// Shorter waits are not shown: redis-cli's own limit, in microseconds.
const TELL_WAIT_US: u64 = 500_000;

/// Bytes of a replication stream shown for one arrival: a dataset would drown the console.
const STREAM_SHOWN: usize = 256;

/// What a console line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// A command that the user typed.
    Command,
    /// A reply.
    Reply,
    /// An error reply.
    Error,
    /// Something that redis-cli itself says: the connection was closed.
    Notice,
}

/// One block of a console: what was typed, or what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsoleLine {
    /// When it appeared.
    pub at: SimTime,
    /// What it is.
    pub kind: LineKind,
    /// For a command: the database selected, which redis-cli shows in its prompt (`[2]`) unless it is 0.
    pub db: u32,
    /// The text, with `\n` between its lines and none at the end. A command is quoted where it needs to be.
    pub text: Arc<str>,
    /// For a command: when its answer came, if it came. For a reply: when its command was sent, if one was.
    pub other: Option<SimTime>,
}

/// A command that waits for its answer.
struct Waiting {
    argv: Vec<Vec<u8>>,
    sent: SimTime,
    /// Where its line stands.
    line: usize,
}

/// One console, read from the timeline as it grows.
pub struct Transcript {
    host: HostId,
    console: u32,
    /// Entries of the timeline that were read.
    seen: usize,
    lines: Vec<ConsoleLine>,
    /// For each line, the index of the timeline entry that brought it.
    places: Vec<usize>,
    waiting: VecDeque<Waiting>,
    replies: Replies,
    db: u32,
    /// After SYNC or PSYNC, what comes is no reply any more but a replication stream.
    streaming: bool,
    /// The bytes stopped making sense: nothing more can be read until a new connection.
    broken: bool,
}

/// The lines of one console, from the timeline's first entries: pass `&timeline[..frame.entries]` to see the console of
/// a frame's moment.
#[must_use]
pub fn transcript(entries: &[Entry], host: HostId, console: u32) -> Vec<ConsoleLine> {
    let mut transcript = Transcript::new(host, console);
    transcript.extend(entries);
    transcript.lines
}

impl Transcript {
    /// The empty transcript of a console.
    #[must_use]
    pub fn new(host: HostId, console: u32) -> Self {
        Self {
            host,
            console,
            seen: 0,
            lines: Vec::new(),
            places: Vec::new(),
            waiting: VecDeque::new(),
            replies: Replies::default(),
            db: 0,
            streaming: false,
            broken: false,
        }
    }

    /// Reads what is new in a timeline: each entry is read once.
    pub fn extend(&mut self, timeline: &[Entry]) {
        let start = self.seen.min(timeline.len());
        for entry in &timeline[start..] {
            if entry.host == Some(self.host) {
                match &entry.what {
                    What::ConsoleSent { console, argv } if *console == self.console => self.sent(entry.at, argv),
                    What::ConsoleReceived { console, bytes } if *console == self.console => {
                        self.received(entry.at, bytes);
                    }
                    What::ConsoleClosed { console } if *console == self.console => self.closed(entry.at),
                    _ => {}
                }
            }
            self.seen += 1;
        }
    }

    /// All lines so far.
    #[must_use]
    pub fn lines(&self) -> &[ConsoleLine] {
        &self.lines
    }

    /// The lines that the first `entries` entries of the timeline brought. A command's `other` may be later than that.
    #[must_use]
    pub fn lines_at(&self, entries: usize) -> &[ConsoleLine] {
        &self.lines[..self.places.partition_point(|&place| place < entries)]
    }

    /// The place in the timeline of the entry that brought a line.
    #[must_use]
    pub fn entry_of(&self, line: usize) -> Option<usize> {
        self.places.get(line).copied()
    }

    fn sent(&mut self, at: SimTime, argv: &[Vec<u8>]) {
        let words = super::join(argv);
        self.waiting.push_back(Waiting { argv: argv.to_vec(), sent: at, line: self.lines.len() });
        self.say(at, LineKind::Command, words, None);
    }

    fn received(&mut self, at: SimTime, bytes: &[u8]) {
        if self.broken {
            return;
        }
        if self.streaming {
            self.stream(at, bytes);
            return;
        }
        self.replies.push(bytes);
        loop {
            if self.waiting.front().is_some_and(|waiting| starts_stream(&waiting.argv)) {
                let rest = self.replies.rest().to_vec();
                self.replies = Replies::default();
                // An error is still a reply: `-NOMASTERLINK`.
                if !rest.starts_with(b"-") {
                    self.streaming = true;
                    self.answer(at);
                    self.say(at, LineKind::Notice, "Entering replica output mode...".to_owned(), None);
                    self.stream(at, &rest);
                    return;
                }
                self.replies.push(&rest);
            }
            match self.replies.next_reply() {
                Ok(Some(reply)) => self.reply(at, &reply),
                Ok(None) => return,
                Err(error) => {
                    self.broken = true;
                    self.say(at, LineKind::Notice, error.to_string(), None);
                    return;
                }
            }
        }
    }

    /// Bytes of a replication stream, shown as they are.
    fn stream(&mut self, at: SimTime, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let shown = bytes.get(..STREAM_SHOWN).unwrap_or(bytes);
        let more = bytes.len() - shown.len();
        let mut text = repr(shown);
        if more > 0 {
            text.push_str(&format!(" (+{more} bytes)"));
        }
        self.say(at, LineKind::Reply, text, None);
    }

    /// Marks the oldest waiting command as answered.
    fn answer(&mut self, at: SimTime) -> Option<Waiting> {
        let waiting = self.waiting.pop_front()?;
        if let Some(line) = self.lines.get_mut(waiting.line) {
            line.other = Some(at);
        }
        Some(waiting)
    }

    fn reply(&mut self, at: SimTime, reply: &Reply) {
        let command = self.answer(at);
        let is_error = matches!(reply, Reply::Error(_));
        let raw = command.as_ref().is_some_and(|command| prints_raw(&command.argv));
        let mut text = if raw { reply.to_raw().replace("\r\n", "\n") } else { reply.to_tty() };
        while text.ends_with('\n') {
            text.pop();
        }
        if let Some(command) = &command {
            let waited = at.0.saturating_sub(command.sent.0);
            if waited >= TELL_WAIT_US {
                text.push_str(&format!("\n({}.{:02}s)", waited / 1_000_000, waited % 1_000_000 / 10_000));
            }
            if !is_error {
                self.follow_select(&command.argv);
            }
        }
        let kind = if is_error { LineKind::Error } else { LineKind::Reply };
        self.say(at, kind, text, command.map(|command| command.sent));
    }

    /// redis-cli's prompt shows the database of the last SELECT that was not answered with an error.
    fn follow_select(&mut self, argv: &[Vec<u8>]) {
        if let [name, db] = argv
            && name.eq_ignore_ascii_case(b"select")
        {
            self.db = std::str::from_utf8(db).ok().and_then(|db| db.parse().ok()).unwrap_or(0);
        }
    }

    fn closed(&mut self, at: SimTime) {
        let unanswered = !self.waiting.is_empty();
        self.waiting.clear();
        self.replies = Replies::default();
        self.streaming = false;
        self.broken = false;
        // The next command goes over a new connection, which starts in database 0.
        self.db = 0;
        let text = if unanswered { "Error: Server closed the connection" } else { "not connected" };
        self.say(at, LineKind::Notice, text.to_owned(), None);
    }

    fn say(&mut self, at: SimTime, kind: LineKind, text: String, other: Option<SimTime>) {
        self.lines.push(ConsoleLine { at, kind, db: self.db, text: text.into(), other });
        self.places.push(self.seen);
    }
}

/// Whether redis-cli turns into a replica after this command.
fn starts_stream(argv: &[Vec<u8>]) -> bool {
    argv.first().is_some_and(|name| name.eq_ignore_ascii_case(b"sync") || name.eq_ignore_ascii_case(b"psync"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_sim::TurnId;

    const HOST: HostId = HostId(3);

    fn sent(at: u64, line: &str) -> Entry {
        let argv = crate::console::split(line).expect("well quoted");
        Entry { at: SimTime(at), host: Some(HOST), what: What::ConsoleSent { console: 0, argv }, turn: TurnId(0) }
    }

    fn received(at: u64, bytes: &[u8]) -> Entry {
        let what = What::ConsoleReceived { console: 0, bytes: bytes.to_vec() };
        Entry { at: SimTime(at), host: Some(HOST), what, turn: TurnId(0) }
    }

    fn closed(at: u64) -> Entry {
        Entry { at: SimTime(at), host: Some(HOST), what: What::ConsoleClosed { console: 0 }, turn: TurnId(0) }
    }

    /// Checks the lines as a screen shows them, and that reading the entries as they come gives the same lines.
    #[track_caller]
    fn check(entries: &[Entry], expect: &[&str]) {
        check_growing(entries);
        let screen: Vec<String> = transcript(entries, HOST, 0)
            .iter()
            .map(|line| match (line.kind, line.db) {
                (LineKind::Command, 0) => format!("> {}", line.text),
                (LineKind::Command, db) => format!("[{db}]> {}", line.text),
                _ => line.text.to_string(),
            })
            .collect();
        assert_eq!(screen, expect);
    }

    /// A timeline that grows by one entry at a time: each entry is read once, and earlier lines stay.
    #[track_caller]
    fn check_growing(entries: &[Entry]) {
        let mut growing = Transcript::new(HOST, 0);
        for end in 0..=entries.len() {
            growing.extend(&entries[..end]);
            assert_eq!(growing.seen, end);
            assert_eq!(growing.lines(), transcript(&entries[..end], HOST, 0), "{end} entries");
        }
        growing.extend(entries);
        assert_eq!(growing.seen, entries.len());
        let texts = |lines: &[ConsoleLine]| lines.iter().map(|line| Arc::clone(&line.text)).collect::<Vec<_>>();
        for end in 0..=entries.len() {
            assert_eq!(texts(growing.lines_at(end)), texts(&transcript(&entries[..end], HOST, 0)), "{end} entries");
        }
    }

    #[test]
    fn commands_and_replies_are_paired() {
        let entries = [
            sent(10, "SET k \"a b\""),
            received(20, b"+OK\r\n"),
            sent(30, "GET k"),
            sent(31, "GET none"),
            received(40, b"$3\r\na b\r\n$-"),
            received(50, b"1\r\n"),
        ];
        check(&entries, &["> SET k \"a b\"", "OK", "> GET k", "> GET none", "\"a b\"", "(nil)"]);
        let lines = transcript(&entries, HOST, 0);
        assert_eq!(lines[3].other, Some(SimTime(50)));
        assert_eq!(lines[5].other, Some(SimTime(31)));
        check(&entries[..5], &["> SET k \"a b\"", "OK", "> GET k", "> GET none", "\"a b\""]);
        assert!(transcript(&entries, HOST, 1).is_empty(), "another console");
        assert!(transcript(&entries, HostId(0), 0).is_empty(), "another host");
    }

    #[test]
    fn the_prompt_follows_select() {
        check(
            &[
                sent(1, "select 99"),
                received(2, b"-ERR DB index is out of range\r\n"),
                sent(3, "SELECT 2"),
                received(4, b"+OK\r\n"),
                sent(5, "PING"),
            ],
            &["> select 99", "(error) ERR DB index is out of range", "> SELECT 2", "OK", "[2]> PING"],
        );
    }

    #[test]
    fn long_waits_are_told_and_short_ones_not() {
        check(
            &[
                sent(0, "WAIT 1 1000"),
                received(1_020_000, b":0\r\n"),
                sent(2_000_000, "PING"),
                received(2_499_999, b"+PONG\r\n"),
                sent(3_000_000, "PING"),
                received(3_500_000, b"+PONG\r\n"),
            ],
            &["> WAIT 1 1000", "(integer) 0\n(1.02s)", "> PING", "PONG", "> PING", "PONG\n(0.50s)"],
        );
    }

    #[test]
    fn info_is_raw() {
        check(
            &[sent(0, "INFO x"), received(1, b"$21\r\n# X\r\nrole:master\r\na\r\n\r\n")],
            &["> INFO x", "# X\nrole:master\na"],
        );
    }

    #[test]
    fn a_closed_connection_forgets_everything() {
        check(
            &[
                sent(0, "SELECT 3"),
                received(1, b"+OK\r\n"),
                sent(2, "DEBUG SEGFAULT"),
                closed(3),
                sent(4, "PING"),
                received(5, b"+PONG\r\n"),
                closed(6),
            ],
            &[
                "> SELECT 3",
                "OK",
                "[3]> DEBUG SEGFAULT",
                "Error: Server closed the connection",
                "> PING",
                "PONG",
                "not connected",
            ],
        );
    }

    #[test]
    fn psync_turns_the_console_into_a_replica() {
        check(
            &[
                sent(0, "PSYNC ? -1"),
                received(1, b"-NOMASTERLINK Can't SYNC while not connected with my master\r\n"),
                sent(2, "PSYNC ? -1"),
                received(3, b"+FULLRESYNC abc 0\r\n"),
                received(4, b"$3\r\nxyz*1\r\n"),
            ],
            &[
                "> PSYNC ? -1",
                "(error) NOMASTERLINK Can't SYNC while not connected with my master",
                "> PSYNC ? -1",
                "Entering replica output mode...",
                "\"+FULLRESYNC abc 0\\r\\n\"",
                "\"$3\\r\\nxyz*1\\r\\n\"",
            ],
        );
    }

    #[test]
    fn nonsense_ends_the_reading_until_a_new_connection() {
        check(
            &[
                sent(0, "PING"),
                received(1, b"?what\r\n"),
                received(2, b"+OK\r\n"),
                closed(3),
                sent(4, "PING"),
                received(5, b"+PONG\r\n"),
            ],
            &[
                "> PING",
                "Error: Protocol error, got \"?\" as reply type byte",
                "Error: Server closed the connection",
                "> PING",
                "PONG",
            ],
        );
    }
}
