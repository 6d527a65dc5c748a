//! Lines of a server's log that are about replication.

mod line;
mod pattern;
mod table;

use psyncscope_engine::steps::Function;
use serde::Serialize;

use super::text::Said;
use crate::lang::Lang;

pub use line::Message;
pub use table::Kind;

/// How much a line or an observation matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is wrong.
    Note,
    /// Worth a look.
    Warning,
    /// A link was lost, or a partial resync refused.
    Problem,
}

/// A line of a log that is about replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its number in the text, from 1.
    pub line: usize,
    /// The node that a heading named before it.
    pub node: Option<String>,
    /// Its time, as the log has it.
    pub time: Option<String>,
    /// What kind of line it is.
    pub kind: &'static Kind,
    /// What happened, with the values of the line.
    pub said: Said,
}

impl Finding {
    /// What the message of a log says, if it is known.
    pub(super) fn of_message(message: &str) -> Option<Self> {
        let (kind, values) = table::find(message)?;
        let said = Said::of(kind.text, values);
        Some(Self { line: 0, node: None, time: None, kind, said })
    }
}

/// The time and the message of a line of a log; `None` if it is none.
pub(super) fn message(line: &str) -> Option<Message<'_>> {
    Message::parse(line)
}

/// Whether a message that is not known speaks of replication.
pub(super) fn speaks_of_replication(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["psync", "<-> replica", "<-> slave", "replication", "resync"].iter().any(|word| message.contains(word))
}

/// The findings of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// The kind.
    pub kind: &'static Kind,
    /// Its findings, in order; at least one.
    pub findings: Vec<&'a Finding>,
}

/// Findings by kind: problems first, then in the order in which the kinds appear.
#[must_use]
pub fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| group.kind == finding.kind) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { kind: finding.kind, findings: vec![finding] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.kind.severity));
    groups
}

impl Kind {
    /// Every kind.
    #[must_use]
    pub fn all() -> &'static [Self] {
        table::KINDS
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        table::KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether a line of the log is of this kind.
    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        table::find(message).is_some_and(|(kind, _)| kind == self)
    }

    /// The function whose walk-through shows this, if no prepared run has the line itself.
    #[must_use]
    pub const fn function(&self) -> Option<Function> {
        self.function
    }

    /// The sentence without the values of a line.
    #[must_use]
    pub const fn template(&self, lang: Lang) -> &'static str {
        self.text.get(lang)
    }
}
