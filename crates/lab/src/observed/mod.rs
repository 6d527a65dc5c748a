//! What a real server says of itself: the output of INFO of one or several nodes, and lines of a server's log.
//!
//! * [`Observed::read`]: a pasted text, as [`NodeInfo`]s and [`Finding`]s; what was not understood is in
//!   [`Observed::unread`].
//! * [`answers`]: what each node would answer each other's PSYNC, by the engine's own decision; [`Promotion`]: the same
//!   after one of them is promoted.
//! * [`remarks`]: what else the numbers say. [`Observed::ruler`]: the nodes on the offset ruler.
//!
//! Redis 4 to 8 and Valkey 7.2 to 8 are known. Nothing is decided here: every answer is a verdict of
//! [`decide`](psyncscope_engine::replication::psync::decide).

mod answers;
mod fields;
mod heading;
mod log;
mod node;
mod promotion;
mod reader;
mod remarks;
mod text;

use psyncscope_sim::frame::HostId;

use crate::error::{ErrorCode, LabError};
use crate::histories::Histories;
use crate::limits::{OBSERVED_BYTES_MAX, OBSERVED_NODES_MAX};
use crate::ruler::{self, Asks, Ruler};

pub use answers::{Answer, Cell, advice, answers, shown_size};
pub use log::{Finding, Group, Kind, Severity, groups};
pub use node::{Backlog, Follows, NodeInfo, ReplicaLine, Upstream};
pub use promotion::{Promotion, promotions};
pub use remarks::{Remark, remarks};
pub use text::Said;

/// What a pasted text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The nodes whose INFO it has, in its order.
    pub nodes: Vec<NodeInfo>,
    /// The lines of a log that are about replication, in its order.
    pub findings: Vec<Finding>,
    /// How many lines of a log are about something else.
    pub other_log_lines: usize,
    /// How many fields of INFO say nothing about replication.
    pub other_fields: usize,
    /// What was not understood, the first of it.
    pub unread: Vec<Unread>,
    /// How many lines more were not understood.
    pub unread_more: usize,
}

/// A line that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its number, from 1.
    pub line: usize,
    /// The line, shortened.
    pub text: String,
    /// Why.
    pub why: Said,
}

impl Observed {
    /// Reads a pasted text: outputs of INFO one after another, lines of a log, or both.
    ///
    /// # Errors
    /// The text is longer than [`OBSERVED_BYTES_MAX`], has more nodes than [`OBSERVED_NODES_MAX`], or says nothing of
    /// replication.
    pub fn read(text: &str) -> Result<Self, LabError> {
        if text.len() > OBSERVED_BYTES_MAX {
            let message = format!("{} bytes; INFO and logs are read up to {OBSERVED_BYTES_MAX} bytes", text.len());
            return Err(LabError::new(ErrorCode::TooMuch, message));
        }
        let observed = reader::read(text);
        if let Some(node) = observed.nodes.get(OBSERVED_NODES_MAX) {
            let message = format!("line {}: more than {OBSERVED_NODES_MAX} nodes", node.line);
            let error = LabError::new(ErrorCode::TooMuch, message);
            return Err(error.place(|at| at.line = Some(node.line)));
        }
        if observed.nodes.is_empty() && observed.findings.is_empty() {
            return Err(observed.nothing());
        }
        Ok(observed)
    }

    /// Says that there is nothing about replication, and what was found instead.
    fn nothing(&self) -> LabError {
        let wanted = "no field of INFO replication (role, master_replid, master_repl_offset, ...) and no line about \
                      replication of a server's log";
        let first = self.unread.first();
        let found = match first {
            Some(Unread { line, text, .. }) => format!("; line {line} is {text}"),
            None if self.other_fields > 0 => format!("; {} other fields of INFO", self.other_fields),
            None if self.other_log_lines > 0 => format!("; {} other lines of a log", self.other_log_lines),
            None => "; the text is empty".to_owned(),
        };
        let error = LabError::new(ErrorCode::BadInfo, format!("{wanted}{found}"));
        match first {
            Some(unread) => error.place(|at| at.line = Some(unread.line)),
            None => error,
        }
    }

    /// The histories of all nodes, in order of appearance.
    #[must_use]
    pub fn histories(&self) -> Histories {
        let mut histories = Histories::default();
        for node in &self.nodes {
            node.replid.into_iter().chain(node.replid2).for_each(|id| histories.note(id));
        }
        histories
    }

    /// The nodes on the offset ruler. A host's ID is the node's place in the list.
    #[must_use]
    pub fn ruler(&self) -> Ruler {
        let lines = self.nodes.iter().enumerate().filter_map(|(place, node)| {
            let link_is_down = node.upstream.as_ref().is_some_and(|upstream| !upstream.link_up);
            let asks = match node.request() {
                Ok(request) if link_is_down && request.asks_for_everything() => Some(Asks::Everything),
                Ok(request) if link_is_down => node.replid.zip(request.next).map(|(id, next)| Asks::Byte(id, next)),
                _ => None,
            };
            Some(ruler::Line {
                host: HostId(place as u16),
                name: node.name.as_str().into(),
                dead: false,
                offset: node.offset?,
                backlog: node.window().map(|window| (window.off, window.end())),
                eras: node.eras()?,
                asks,
            })
        });
        ruler::of_lines(lines.collect())
    }
}

/// Whether a text begins like outputs of INFO or a server's log. Reads no more than its first 64 KiB.
#[must_use]
pub fn looks_observed(text: &str) -> bool {
    const LOOKED_AT: usize = 64 * 1024;
    let end = (0..=LOOKED_AT.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let observed = reader::read(&text[..end]);
    !observed.nodes.is_empty() || !observed.findings.is_empty() || observed.other_log_lines > 0
}
