//! SLOWLOG and LATENCY. Both measure how long commands take, and inside the engine no time passes while one runs: their logs are
//! truly empty.

use crate::io::ConnId;
use crate::node::Node;
use crate::resp::{Reply, errors, parse_i64_strict};

const SLOWLOG_HELP: &[&str] = &[
    "GET [<count>] -- The slowest commands of late: none, for no time passes while a command runs here.",
    "LEN -- How many there are.",
    "RESET -- Forget them.",
];

const LATENCY_HELP: &[&str] = &[
    "DOCTOR -- A report in words.",
    "GRAPH <event> -- A picture of an event's latency.",
    "HISTORY <event> -- Samples of an event's latency: none, for no time passes while a command runs here.",
    "LATEST -- The latest sample of each event.",
    "RESET [<event> ...] -- Forget the samples.",
];

impl Node {
    /// SLOWLOG GET | LEN | RESET | HELP.
    pub(crate) fn slowlog_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("SLOWLOG", SLOWLOG_HELP),
            (b"reset", []) => reply.ok(),
            (b"len", []) => reply.integer(0),
            (b"get", [count]) if parse_i64_strict(count).is_none() => reply.error(errors::NOT_AN_INTEGER),
            (b"get", [] | [_]) => reply.empty_array(),
            _ => reply.subcommand_error(argv),
        }
        self.add_reply(conn, &reply.take());
    }

    /// LATENCY DOCTOR | GRAPH | HISTORY | LATEST | RESET | HELP.
    pub(crate) fn latency_command(&mut self, conn: ConnId, argv: &[Vec<u8>]) {
        let mut reply = Reply::default();
        match (argv[1].to_ascii_lowercase().as_slice(), &argv[2..]) {
            (b"help", []) => reply.help("LATENCY", LATENCY_HELP),
            (b"history", [_]) | (b"latest", []) => reply.empty_array(),
            (b"graph", [event]) => {
                reply.error(format!("ERR No samples available for event '{}'", String::from_utf8_lossy(event)));
            }
            (b"doctor", []) => reply.bulk("No latency was observed: no time passes while a command runs here.\n"),
            (b"reset", _) => reply.integer(0),
            _ => reply.subcommand_error(argv),
        }
        self.add_reply(conn, &reply.take());
    }
}
