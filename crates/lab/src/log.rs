//! Saved logs: JSON, strictly read.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::de::DeserializeOwned;
use serde_path_to_error::Track;

use crate::action::{Action, ActionLog, LabConfig, NodeSpec, TimedAction};
use crate::error::{ErrorCode, LabError};
use crate::limits;
use crate::strict::object;
use crate::validate;

impl ActionLog {
    /// The version of the format that this program writes and reads.
    pub const VERSION: u32 = 1;

    /// The log as JSON, one action a line, so that a difference between two logs can be read.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"version\": {},\n  \"config\": {},\n", self.version, line(&self.config));
        out.push_str("  \"actions\": [");
        for (index, action) in self.actions.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(out, "{comma}\n    {}", line(action));
        }
        if !self.actions.is_empty() {
            out.push_str("\n  ");
        }
        let _ = write!(out, "],\n  \"end_us\": {}\n}}\n", self.end_us);
        out
    }

    /// Reads a log and checks it (see [`ActionLog::check`]).
    ///
    /// # Errors
    /// Anything that is not exactly a log of this version: what is no JSON, a field unknown, missing or of a wrong type,
    /// and all that `check` refuses. The error says where: line and column, the field's path, the action's index.
    pub fn from_json(text: &str) -> Result<Self, LabError> {
        if text.len() > limits::LOG_BYTES_MAX {
            let message = format!("the log has {} bytes; at most {} are read", text.len(), limits::LOG_BYTES_MAX);
            return Err(LabError::new(ErrorCode::TooMuch, message));
        }
        // A log of another version may look different anywhere, so its version is told before anything else about it.
        #[derive(serde::Deserialize)]
        struct Versioned {
            version: Option<u64>,
        }
        if let Ok(Versioned { version: Some(version) }) = serde_json::from_str(text) {
            check_version(version)?;
        }
        let log: Self = read_json(text)?;
        log.check()?;
        Ok(log)
    }

    /// Checks all that can be checked without a world: version, order of times, names, quoting, sizes, limits.
    ///
    /// # Errors
    /// The first thing that is wrong, with the index of the action.
    pub fn check(&self) -> Result<(), LabError> {
        check_version(u64::from(self.version))?;
        validate::config(&self.config)?;
        validate::end(self.end_us).map_err(|error| error.place(|at| at.field = Some("end_us".to_owned())))?;
        if self.actions.len() > limits::ACTIONS_MAX {
            return Err(too_many_actions());
        }
        let mut names = Names::of(&self.config.nodes);
        let mut last_us = 0;
        let mut command_bytes = 0;
        for (index, TimedAction { at_us, action }) in self.actions.iter().enumerate() {
            let wrong_time = if *at_us < last_us {
                Some(format!("time {at_us} lies before the action before it, at {last_us}"))
            } else if *at_us > self.end_us {
                Some(format!("time {at_us} lies after the log's end, at {}", self.end_us))
            } else {
                None
            };
            if let Some(message) = wrong_time {
                return Err(LabError::new(ErrorCode::OutOfOrder, message).in_action(index));
            }
            last_us = *at_us;
            names.check(action).map_err(|error| error.in_action(index))?;
            names.note(action);
            command_bytes += validate::action(action).map_err(|error| error.in_action(index))?;
            if command_bytes > limits::COMMANDS_BYTES_MAX {
                return Err(too_many_bytes().in_action(index));
            }
        }
        Ok(())
    }
}

pub(crate) fn too_many_actions() -> LabError {
    LabError::new(ErrorCode::TooMuch, format!("a log has at most {} actions", limits::ACTIONS_MAX))
}

pub(crate) fn too_many_bytes() -> LabError {
    let message = format!("the commands of a log have at most {} bytes together", limits::COMMANDS_BYTES_MAX);
    LabError::new(ErrorCode::TooMuch, message)
}

fn check_version(version: u64) -> Result<(), LabError> {
    if version == u64::from(ActionLog::VERSION) {
        return Ok(());
    }
    let message = format!("version {version} is not read here, only version {}", ActionLog::VERSION);
    Err(LabError::new(ErrorCode::UnsupportedVersion, message).place(|at| at.field = Some("version".to_owned())))
}

/// JSON on one line. The types of a log always serialise: they have string keys and finite numbers only.
fn line(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// Reads one JSON value, strictly, and says where it is wrong.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, LabError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = Track::new();
    let value = object(serde_path_to_error::Deserializer::new(&mut json, &mut track))
        .map_err(|error: serde_json::Error| data_error(&error, &track.path().to_string()))?;
    json.end().map_err(|error| data_error(&error, "."))?;
    Ok(value)
}

/// A reader's error in a lab's words.
fn data_error(error: &serde_json::Error, path: &str) -> LabError {
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    let code = if error.is_data() { code_of(reason) } else { ErrorCode::BadJson };
    let field = (path != ".").then(|| path.to_owned());
    let action = path.strip_prefix("actions[").and_then(|rest| rest.split(']').next()).and_then(|i| i.parse().ok());
    let mut message = match &field {
        Some(field) => format!("{field}: {reason}"),
        None => reason.to_owned(),
    };
    if line > 0 {
        let _ = write!(message, " (line {line}, column {column})");
    }
    LabError::new(code, message).place(|at| {
        at.line = (line > 0).then_some(line);
        at.column = (line > 0).then_some(column);
        at.field = field;
        at.action = action;
    })
}

/// Serde tells what is wrong only in words, always these.
fn code_of(reason: &str) -> ErrorCode {
    if reason.starts_with("unknown field") {
        ErrorCode::UnknownField
    } else if reason.starts_with("missing field") {
        ErrorCode::MissingField
    } else {
        ErrorCode::BadValue
    }
}

impl Action {
    /// Reads an action from a JSON value, strictly. `{"do":"crash","node":"a"}`.
    ///
    /// # Errors
    /// A field unknown, missing or of a wrong type. Whether the world takes the action, [`crate::Lab::act`] says.
    pub fn from_value(value: &serde_json::Value) -> Result<Self, LabError> {
        read_value(value)
    }
}

impl LabConfig {
    /// Reads a configuration from a JSON value, strictly; what is not given has its default.
    ///
    /// # Errors
    /// A field unknown or of a wrong type. Whether names and lines are good, [`crate::Lab::new`] says.
    pub fn from_value(value: &serde_json::Value) -> Result<Self, LabError> {
        read_value(value)
    }
}

/// Reads a value by way of its text: a second set of readers, straight from values, would be 13 KB more to download.
fn read_value<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, LabError> {
    let read = read_json(&value.to_string());
    read.map_err(|error: LabError| {
        // Nobody has seen that text.
        let message = error.message.rsplit_once(" (line ").map(|(message, _)| message.to_owned());
        let error = LabError { message: message.unwrap_or(error.message), ..error };
        error.place(|at| (at.line, at.column) = (None, None))
    })
}

/// The names of nodes, as far as a log alone tells: who exists when.
pub(crate) struct Names {
    present: BTreeSet<String>,
    /// Everyone who ever was: names are not used again, so that a name always means the same node.
    ever: BTreeSet<String>,
}

impl Names {
    pub(crate) fn of(nodes: &[NodeSpec]) -> Self {
        let present: BTreeSet<String> = nodes.iter().map(|node| node.name.clone()).collect();
        Self { ever: present.clone(), present }
    }

    /// Whether everyone that `action` names exists, or may come to exist.
    pub(crate) fn check(&self, action: &Action) -> Result<(), LabError> {
        match action {
            Action::AddNode { node } => self.may_add(&node.name),
            Action::Cut { from, to, .. } | Action::Heal { from, to, .. } | Action::SetWire { from, to, .. } => {
                self.must_have(from)?;
                self.must_have(to)?;
                if from == to {
                    let message = format!("a wire has two ends, not {from} twice");
                    return Err(LabError::new(ErrorCode::SameNode, message).place(|at| at.node = Some(from.clone())));
                }
                Ok(())
            }
            Action::Exec { node, .. }
            | Action::RemoveNode { node }
            | Action::Crash { node }
            | Action::Pause { node }
            | Action::Resume { node }
            | Action::PowerOff { node }
            | Action::Restart { node }
            | Action::MoveClock { node, .. } => self.must_have(node),
        }
    }

    /// Notes who comes and goes by an action that was taken.
    pub(crate) fn note(&mut self, action: &Action) {
        match action {
            Action::AddNode { node } => {
                self.present.insert(node.name.clone());
                self.ever.insert(node.name.clone());
            }
            Action::RemoveNode { node } => {
                self.present.remove(node);
            }
            _ => {}
        }
    }

    fn must_have(&self, name: &str) -> Result<(), LabError> {
        if self.present.contains(name) {
            return Ok(());
        }
        // The name may be anything at all: it is shown escaped and not at any length.
        let shown: String = name.escape_debug().take(40).collect();
        let message = if self.ever.contains(name) {
            format!("node {shown} was removed")
        } else {
            format!("there is no node {shown}")
        };
        Err(LabError::new(ErrorCode::UnknownNode, message).place(|at| at.node = Some(name.to_owned())))
    }

    fn may_add(&self, name: &str) -> Result<(), LabError> {
        let refuse = |code, message| Err(LabError::new(code, message).place(|at| at.node = Some(name.to_owned())));
        if self.ever.contains(name) {
            let when = if self.present.contains(name) { "is there already" } else { "was there before" };
            return refuse(ErrorCode::DuplicateNode, format!("a node {name} {when}"));
        }
        if self.present.len() >= limits::NODES_MAX {
            return refuse(ErrorCode::TooMuch, format!("at most {} nodes at a time", limits::NODES_MAX));
        }
        if self.ever.len() >= limits::NODES_EVER_MAX {
            let message = format!("at most {} nodes in all", limits::NODES_EVER_MAX);
            return refuse(ErrorCode::TooMuch, message);
        }
        Ok(())
    }
}
