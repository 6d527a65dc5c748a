//! SLOWLOG and LATENCY (slowlog.c, latency.c): slow commands.
//!
//! No time passes inside one turn of the engine, so only what takes several turns can be slow (scripts, DEBUG SLEEP,
//! MIGRATE), unless the driver gave the node a clock to time its commands by ([`Node::time_commands_by`]).

mod graph;
pub(crate) mod state;

use std::collections::VecDeque;

use psyncscope_resp::{Reply, errors, parse_i64_strict};

use self::graph::graph;
use self::state::{CommandClock, Series, Slow};
use super::table::{CommandSpec, Flags};
use crate::io::ConnId;
use crate::node::Node;
use crate::time::Instant;

/// The most arguments kept of a command (`SLOWLOG_ENTRY_MAX_ARGC`), and bytes of each (`SLOWLOG_ENTRY_MAX_STRING`).
const WORDS_MAX: usize = 32;
const WORD_LEN_MAX: usize = 128;
/// Samples per event (`LATENCY_TS_LEN`).
const SAMPLES_MAX: usize = 160;

const SLOWLOG_HELP: &[&str] = &[
    "GET [<count>] -- The slowest commands of late: ID, time, microseconds, words, address and name of the client.",
    "LEN -- How many there are.",
    "RESET -- Forget them.",
];

const LATENCY_HELP: &[&str] = &[
    "DOCTOR -- A report in words.",
    "GRAPH <event> -- A picture of an event's latency.",
    "HISTORY <event> -- Samples of an event's latency.",
    "LATEST -- The latest sample of each event.",
    "RESET [<event> ...] -- Forget the samples.",
];

fn trimmed(argv: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let shown = if argv.len() > WORDS_MAX { WORDS_MAX - 1 } else { argv.len() };
    let word = |word: &Vec<u8>| match word.len().checked_sub(WORD_LEN_MAX).filter(|more| *more > 0) {
        Some(more) => [&word[..WORD_LEN_MAX], format!("... ({more} more bytes)").as_bytes()].concat(),
        None => word.clone(),
    };
    let mut words: Vec<Vec<u8>> = argv[..shown].iter().map(word).collect();
    if shown < argv.len() {
        words.push(format!("... ({} more arguments)", argv.len() - shown).into_bytes());
    }
    words
}

impl Node {
    /// Times commands by this clock, which is that of [`crate::Now::mono`]: SLOWLOG, LATENCY and INFO commandstats then
    /// have the time that each took, which may differ from run to run; nothing else depends on it.
    pub fn time_commands_by(&mut self, clock: impl Fn() -> Instant + Send + 'static) {
        self.command_clock = Some(CommandClock::new(clock));
    }

    /// When the node gets to the next command: now, or when it has slept enough.
    pub(crate) fn busy_until(&self) -> Instant {
        let now = self.command_clock.as_ref().map_or(self.now.mono, |clock| clock.now().max(self.now.mono));
        self.asleep_until.map_or(now, |until| until.max(now))
    }

    /// Duration of a command that began when [`Node::busy_until`] was `began`, in microseconds.
    pub(crate) fn command_us(&self, began: Instant) -> i64 {
        self.busy_until().since_us(began) as i64
    }

    /// `slowlogPushEntryIfNeeded` and `latencyAddSampleIfNeeded`, after a command.
    pub(crate) fn note_slow_command(&mut self, conn: ConnId, spec: &CommandSpec, argv: &[Vec<u8>], us: i64) {
        if spec.name == "exec" {
            return;
        }
        let threshold_ms = self.config.latency_monitor_threshold;
        if threshold_ms > 0 && us / 1000 >= threshold_ms {
            self.add_latency(if spec.flags.has(Flags::FAST) { "fast-command" } else { "command" }, us / 1000);
        }
        let slower_than = self.config.slowlog_log_slower_than;
        if slower_than < 0 || us < slower_than {
            return;
        }
        let client = self.clients.get(&conn);
        let entry = Slow {
            id: self.slow_log.next_id,
            unix_s: self.now.unix_s(),
            us,
            words: trimmed(argv),
            addr: client.map(|client| client.addr()).unwrap_or_default(),
            name: client.map(|client| client.name.clone()).unwrap_or_default(),
        };
        self.slow_log.next_id += 1;
        self.slow_log.entries.push_front(entry);
        self.slow_log.entries.truncate(self.config.slowlog_max_len);
    }

    /// `latencyAddSample`: of several samples in one second the longest is kept.
    fn add_latency(&mut self, event: &'static str, ms: i64) {
        let unix_s = self.now.unix_s();
        let series = self.slow_log.series.entry(event).or_default();
        series.max = series.max.max(ms);
        match series.samples.back_mut() {
            Some((second, longest)) if *second == unix_s => *longest = ms.max(*longest),
            _ => series.samples.push_back((unix_s, ms)),
        }
        if series.samples.len() > SAMPLES_MAX {
            series.samples.pop_front();
        }
    }

    /// SLOWLOG GET | LEN | RESET | HELP.
    pub(crate) fn slowlog_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("SLOWLOG", SLOWLOG_HELP),
            (b"reset", []) => {
                self.slow_log.entries.clear();
                reply.ok();
            }
            (b"len", []) => reply.integer(self.slow_log.entries.len() as i64),
            (b"get", count @ ([] | [_])) => match count.first().map_or(Some(10), |count| parse_i64_strict(count)) {
                None => reply.error(errors::NOT_AN_INTEGER),
                Some(count) => {
                    // A negative count means all.
                    let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.slow_log.entries.len());
                    reply.array(count);
                    for entry in self.slow_log.entries.iter().take(count) {
                        reply.array(6);
                        [entry.id, entry.unix_s, entry.us].into_iter().for_each(|number| reply.integer(number));
                        reply.array(entry.words.len());
                        entry.words.iter().for_each(|word| reply.bulk(word));
                        reply.bulk(&entry.addr);
                        reply.bulk(&entry.name);
                    }
                }
            },
            _ => reply.subcommand_error(argv),
        }
        self.add_reply(conn, &reply.take());
    }

    /// LATENCY DOCTOR | GRAPH | HISTORY | LATEST | RESET | HELP.
    pub(crate) fn latency_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        let series = &mut self.slow_log.series;
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("LATENCY", LATENCY_HELP),
            (b"history", [event]) => {
                let samples = event_named(event).and_then(|event| series.get(event)).map(|series| &series.samples);
                reply.array(samples.map_or(0, VecDeque::len));
                for (unix_s, ms) in samples.into_iter().flatten() {
                    reply.array(2);
                    reply.integer(*unix_s);
                    reply.integer(*ms);
                }
            }
            (b"latest", []) => {
                reply.array(series.len());
                for (event, Series { samples, max }) in series.iter() {
                    let (unix_s, ms) = samples.back().copied().unwrap_or_default();
                    reply.array(4);
                    reply.bulk(event);
                    [unix_s, ms, *max].into_iter().for_each(|number| reply.integer(number));
                }
            }
            (b"graph", [event]) => match event_named(event).and_then(|event| Some((event, series.get(event)?))) {
                Some((event, series)) => reply.bulk(graph(event, series, self.now.unix_s())),
                None => {
                    reply.error(format!("ERR No samples available for event '{}'", String::from_utf8_lossy(event)));
                }
            },
            (b"doctor", []) => {
                let mut report = String::new();
                for (event, Series { samples, max }) in series.iter() {
                    let sum: i64 = samples.iter().map(|(_, ms)| ms).sum();
                    let mean = sum / samples.len().max(1) as i64;
                    report += &format!("{event}: {} spikes, {mean} ms on average, {max} ms at most.\n", samples.len());
                }
                if report.is_empty() {
                    report = match self.config.latency_monitor_threshold {
                        0 => "Latency is not monitored: CONFIG SET latency-monitor-threshold <milliseconds>.\n".into(),
                        ms => format!("No latency of {ms} ms or more was observed.\n"),
                    };
                }
                reply.bulk(report);
            }
            (b"reset", events) => {
                let before = series.len();
                series.retain(|event, _| {
                    !events.is_empty() && !events.iter().any(|name| name.eq_ignore_ascii_case(event.as_bytes()))
                });
                reply.integer((before - series.len()) as i64);
            }
            _ => reply.subcommand_error(argv),
        }
        self.add_reply(conn, &reply.take());
    }
}

fn event_named(word: &[u8]) -> Option<&str> {
    std::str::from_utf8(word).ok()
}
