//! What a lab refuses, and where the fault is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::format::shown_name;

/// Why something was refused. The names are stable: pages translate by them, programs match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The text is not JSON.
    BadJson,
    /// A value has the wrong type or is out of range.
    BadValue,
    /// An unknown field.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// The log is of a version that this program does not read.
    UnsupportedVersion,
    /// An action's time lies before the one before it, or after the log's end.
    OutOfOrder,
    /// More actions, nodes, consoles, bytes or virtual time than a lab takes.
    TooMuch,
    /// There is no node of that name, or no longer.
    UnknownNode,
    /// A node of that name exists or existed.
    DuplicateNode,
    /// A name that no node may have.
    BadNodeName,
    /// A line of a node's configuration is refused.
    BadConfig,
    /// A command line that is not well quoted (redis-cli's `Invalid argument(s)`) or empty.
    BadCommand,
    /// The two ends of a wire are the same node.
    SameNode,
    /// The node's process does not run (it is paused, it ended, or its host is off), and must for this.
    NotRunning,
    /// The node's process is not paused.
    NotPaused,
    /// The node's process runs, and must not for this.
    AlreadyRunning,
    /// The node's process did not start: a damaged `dump.rdb`.
    StartFailed,
    /// A moment that lies outside what this lab has recorded or may run to.
    BadTime,
    /// There is no such branch.
    UnknownBranch,
    /// A branch of that name exists.
    DuplicateBranch,
    /// The text is no link, or a damaged one.
    BadLink,
    /// A line of a script cannot be read.
    BadScript,
    /// The text has no output of INFO about replication and no such line of a log.
    BadInfo,
}

impl ErrorCode {
    /// Every code, for tables of translations.
    pub const ALL: [Self; 23] = [
        Self::BadJson,
        Self::BadValue,
        Self::UnknownField,
        Self::MissingField,
        Self::UnsupportedVersion,
        Self::OutOfOrder,
        Self::TooMuch,
        Self::UnknownNode,
        Self::DuplicateNode,
        Self::BadNodeName,
        Self::BadConfig,
        Self::BadCommand,
        Self::SameNode,
        Self::NotRunning,
        Self::NotPaused,
        Self::AlreadyRunning,
        Self::StartFailed,
        Self::BadTime,
        Self::UnknownBranch,
        Self::DuplicateBranch,
        Self::BadLink,
        Self::BadScript,
        Self::BadInfo,
    ];

    /// The stable name: `unknown-node`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadJson => "bad-json",
            Self::BadValue => "bad-value",
            Self::UnknownField => "unknown-field",
            Self::MissingField => "missing-field",
            Self::UnsupportedVersion => "unsupported-version",
            Self::OutOfOrder => "out-of-order",
            Self::TooMuch => "too-much",
            Self::UnknownNode => "unknown-node",
            Self::DuplicateNode => "duplicate-node",
            Self::BadNodeName => "bad-node-name",
            Self::BadConfig => "bad-config",
            Self::BadCommand => "bad-command",
            Self::SameNode => "same-node",
            Self::NotRunning => "not-running",
            Self::NotPaused => "not-paused",
            Self::AlreadyRunning => "already-running",
            Self::StartFailed => "start-failed",
            Self::BadTime => "bad-time",
            Self::UnknownBranch => "unknown-branch",
            Self::DuplicateBranch => "duplicate-branch",
            Self::BadLink => "bad-link",
            Self::BadScript => "bad-script",
            Self::BadInfo => "bad-info",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the fault is, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct ErrorAt {
    /// The line of the text, or of the node's configuration if `node` is set, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column of the text, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The path of the field: `config.wire.loss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The index of the action in the log, or among its branch's own, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<usize>,
    /// The index of the branch in the session, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<usize>,
    /// The node's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// A refusal: nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabError {
    /// Why, for programs.
    pub code: ErrorCode,
    /// Why, for people: an English sentence that names the place too.
    pub message: String,
    /// Where, if there is a where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Box<ErrorAt>>,
}

impl LabError {
    /// A refusal without a place.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }

    /// The same, about a field: its path, such as `message.at_ms`.
    #[must_use]
    pub fn of_field(self, path: &str) -> Self {
        self.place(|at| at.field = Some(path.to_owned()))
    }

    /// There is no node of this name.
    #[must_use]
    pub fn unknown_node(name: &str) -> Self {
        Self::new(ErrorCode::UnknownNode, format!("there is no node {}", shown_name(name))).of_node(name)
    }

    /// The same refusal, of the node of this name.
    #[must_use]
    pub(crate) fn of_node(self, name: &str) -> Self {
        self.place(|at| at.node = Some(name.to_owned()))
    }

    /// The same refusal with more said about the place.
    #[must_use]
    pub(crate) fn place(mut self, tell: impl FnOnce(&mut ErrorAt)) -> Self {
        tell(self.at.get_or_insert_default());
        self
    }

    /// The same refusal, of the action with this index in a log.
    #[must_use]
    pub(crate) fn in_action(mut self, index: usize) -> Self {
        self.message = format!("action {index}: {}", self.message);
        self.place(|at| at.action = Some(index))
    }

    /// The same refusal, of the branch with this index in a session.
    #[must_use]
    pub(crate) fn in_branch(mut self, index: usize) -> Self {
        self.message = format!("branch {index}: {}", self.message);
        self.place(|at| at.branch = Some(index))
    }

    /// The same refusal of an action, whose index is counted from the action `first` on.
    #[must_use]
    pub(crate) fn later_action(mut self, first: usize) -> Self {
        let Some(at) = &mut self.at else { return self };
        let Some(index) = at.action.filter(|&index| first > 0 && index >= first) else { return self };
        at.action = Some(index - first);
        let counted = |rest: &str| format!("action {}: {rest}", index - first);
        if let Some(rest) = self.message.strip_prefix(&format!("action {index}: ")) {
            self.message = counted(rest);
        }
        self
    }
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for LabError {}
