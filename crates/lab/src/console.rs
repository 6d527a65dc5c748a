//! A redis-cli for each node, as redis-cli 5 prints on a terminal.

use std::sync::Arc;

use psyncscope_sim::frame::{Entry, HostId, SimTime};
use serde::Serialize;

/// What a console line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// A command that the user typed.
    Command,
    /// A reply, or one of its lines.
    Reply,
    /// An error reply.
    Error,
    /// Something that redis-cli itself says: the connection was closed.
    Notice,
}

/// One line of a console: what was typed, or what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsoleLine {
    /// When it appeared.
    pub at: SimTime,
    /// What it is.
    pub kind: LineKind,
    /// The prompt before it: `10.0.0.1:6379>` or with `[1]` for another database; empty but for commands.
    pub prompt: Arc<str>,
    /// The text; a reply of several lines has `\n` between them and none at the end.
    pub text: Arc<str>,
    /// For a command, the time its answer came, if it came.
    pub answered: Option<SimTime>,
}

/// The lines of one console, from the timeline's first entries: pass `&timeline[..frame.entries]` to see the console of
/// a frame's moment.
#[must_use]
pub fn transcript(entries: &[Entry], host: HostId, console: u32) -> Vec<ConsoleLine> {
    let _ = (entries, host, console);
    Vec::new()
}

/// Splits a command line into words as redis-cli does.
///
/// # Errors
/// Unbalanced quotes: redis-cli prints `Invalid argument(s)`.
pub fn split(line: &str) -> Result<Vec<Vec<u8>>, Unbalanced> {
    Ok(line.split_ascii_whitespace().map(|word| word.as_bytes().to_vec()).collect())
}

/// A line whose quotes do not close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced;

impl std::fmt::Display for Unbalanced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invalid argument(s)")
    }
}

/// A command that a console knows: for completion and hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CommandHelp {
    /// The name in capitals, with its subcommand if it has one: `CONFIG GET`.
    pub name: &'static str,
    /// The arguments: `key value [EX seconds] [PX milliseconds]`.
    pub args: &'static str,
}

/// The commands whose names start with `prefix`, whatever its case, in order of name.
#[must_use]
pub fn complete(prefix: &str) -> Vec<&'static CommandHelp> {
    let _ = prefix;
    Vec::new()
}

/// The hint for a line under edit: the arguments of its command that are not yet typed.
#[must_use]
pub fn hint(line: &str) -> Option<String> {
    let _ = line;
    None
}
