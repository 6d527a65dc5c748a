//! How much a lab takes: a log from anywhere may be wrong, but it may not make the page hang.

use std::ops::RangeInclusive;

/// Nodes in a world at one time.
pub const NODES_MAX: usize = 16;

/// Nodes in a world's whole life, the removed ones counted.
pub const NODES_EVER_MAX: usize = 256;

/// Actions in a log.
pub const ACTIONS_MAX: usize = 10_000;

/// Branches of a session.
pub const BRANCHES_MAX: usize = 64;

/// Characters in a branch's name.
pub const BRANCH_NAME_CHARS_MAX: usize = 80;

/// Bytes in one command line.
pub const COMMAND_BYTES_MAX: usize = 64 * 1024;

/// Bytes in all command lines of a log together.
pub const COMMANDS_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Consoles of a node: their numbers lie below this.
pub const CONSOLES_MAX: u32 = 64;

/// Lines in a node's configuration.
pub const CONFIG_LINES_MAX: usize = 128;

/// Bytes in one line of a node's configuration.
pub const CONFIG_LINE_BYTES_MAX: usize = 1024;

/// Bytes in a saved log.
pub const LOG_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Characters of a link that can still be put into a mail or a chat; one that is longer is better saved as a file.
pub const LINK_CHARS_MAX: usize = 8000;

/// Where virtual time ends: four hours, in microseconds. A world does not run past it.
pub const END_MAX_US: u64 = 4 * 3600 * 1_000_000;

/// The longest latency and jitter: ten minutes, in microseconds.
pub const WIRE_DELAY_MAX_US: u64 = 600 * 1_000_000;

/// How far a clock may be moved at once, either way: a hundred years, in milliseconds.
pub const CLOCK_MOVE_MAX_MS: i64 = 100 * 366 * 86_400 * 1000;

/// The longest a fork may take: ten minutes, in microseconds.
pub const FORK_MAX_US: u64 = 600 * 1_000_000;

/// Bytes in a socket's buffer: a packet of the smallest size fits, and a thousand sockets fit in the page's memory.
pub const TCP_BUFFER: RangeInclusive<usize> = 1024..=1024 * 1024;

/// Bytes in the largest packet: what IPv4 promises to carry, and what fits its length field.
pub const TCP_MTU: RangeInclusive<usize> = 576..=65535;

/// Connections that wait to be accepted.
pub const TCP_BACKLOG: RangeInclusive<usize> = 1..=1024;

/// Bytes of a pasted text with INFO or a log.
pub const OBSERVED_BYTES_MAX: usize = 1024 * 1024;

/// Nodes whose INFO a pasted text may have.
pub const OBSERVED_NODES_MAX: usize = 32;
