//! Saved logs: JSON, strictly read.

use std::fmt::Write;
use std::sync::Arc;

use psyncscope_sim::frame::HostId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::action::{Action, ActionLog, NodeSpec, TimedAction};
use crate::branches::Branches;
use crate::error::{ErrorCode, LabError};
use crate::format::shown_name;
use crate::limits;
use crate::read::read;
use crate::validate;

impl ActionLog {
    /// The version of the format of a single run. [`Branches::VERSION`] is that of a session.
    pub const VERSION: u32 = 1;

    /// The log as JSON, one action a line, so that a difference between two logs can be read.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"version\": {},\n  \"config\": {},\n", self.version, json(&self.config));
        out.push_str("  \"actions\": [");
        for (index, action) in self.actions.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(out, "{comma}\n    {}", json(action));
        }
        if !self.actions.is_empty() {
            out.push_str("\n  ");
        }
        let _ = write!(out, "],\n  \"end_us\": {}\n}}\n", self.end_us);
        out
    }

    /// Reads a log and checks it (see [`ActionLog::check`]). Of a saved session ([`Branches`]), that is the current
    /// branch's.
    ///
    /// # Errors
    /// Anything that is not exactly a log of this version: what is no JSON, a field unknown, missing or of a wrong
    /// type, and all that `check` refuses. The error says where: line and column, the field's path, the action's index.
    pub fn from_json(text: &str) -> Result<Self, LabError> {
        match version_of(text)? {
            Some(version) if version == u64::from(Branches::VERSION) => {
                let session = Branches::read(text)?;
                session.log(session.current())
            }
            version => Self::of_version(version, text),
        }
    }

    /// Reads a log that says to have this version. Another one, in which any field may differ, is refused as such before
    /// any field is read.
    pub(crate) fn of_version(version: Option<u64>, text: &str) -> Result<Self, LabError> {
        version.map_or(Ok(()), check_version)?;
        let log: Self = read_text(text)?;
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
    let message = format!("version {version} is not read here, only {} and {}", ActionLog::VERSION, Branches::VERSION);
    Err(LabError::new(ErrorCode::UnsupportedVersion, message).place(|at| at.field = Some("version".to_owned())))
}

/// The version that a saved text says to have, if it is a number. Text that is not JSON, or too long, is refused.
pub(crate) fn version_of(text: &str) -> Result<Option<u64>, LabError> {
    if text.len() > limits::LOG_BYTES_MAX {
        let message = format!("the log has {} bytes; at most {} are read", text.len(), limits::LOG_BYTES_MAX);
        return Err(LabError::new(ErrorCode::TooMuch, message));
    }
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| in_text(LabError::new(ErrorCode::BadJson, reason(&error)), (error.line(), error.column())))?;
    Ok(value.get("version").and_then(serde_json::Value::as_u64))
}

/// Reads a saved text; an error has its line and column.
pub(crate) fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, LabError> {
    let mut position = (0, 0);
    read(&mut serde_json::Deserializer::from_str(text), "", |error| {
        position = (error.line(), error.column());
        reason(error)
    })
    .map_err(|refusal| in_text(refusal, position))
}

/// What serde_json says without the position.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let shown = error.to_string();
    shown.rsplit_once(" at line ").map_or(shown.as_str(), |(reason, _)| reason).to_owned()
}

/// The same refusal, with the line and the column of the text at which it was found.
fn in_text(refusal: LabError, (line, column): (usize, usize)) -> LabError {
    let message = format!("{} (line {line}, column {column})", refusal.message);
    LabError { message, ..refusal }.place(|at| (at.line, at.column) = (Some(line), Some(column)))
}

/// Compact JSON.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data with string keys always serialises")
}

/// The names of nodes that exist, as far as a log alone shows.
pub(crate) struct Names {
    present: Vec<String>,
    /// Everyone who ever was, in the order of the hosts' numbers: names are not used again, so that a name always means the
    /// same node.
    ever: Vec<Arc<str>>,
}

impl Names {
    pub(crate) fn of(nodes: &[NodeSpec]) -> Self {
        Self {
            present: nodes.iter().map(|node| node.name.clone()).collect(),
            ever: nodes.iter().map(|node| node.name.as_str().into()).collect(),
        }
    }

    /// The name of a host that is there or was.
    pub(crate) fn of_host(&self, host: HostId) -> Option<&Arc<str>> {
        self.ever.get(usize::from(host.0))
    }

    /// The host that has or had this name.
    pub(crate) fn host(&self, name: &str) -> Option<HostId> {
        self.ever.iter().position(|known| **known == *name).map(|place| HostId(place as u16))
    }

    /// Whether everyone that `action` names exists, or may come to exist.
    pub(crate) fn check(&self, action: &Action) -> Result<(), LabError> {
        if let Action::AddNode { node } = action {
            return self.may_add(&node.name);
        }
        action.nodes().into_iter().try_for_each(|node| self.must_have(node))?;
        match action.nodes()[..] {
            [from, to] if from == to => {
                let message = format!("a wire has two ends, not {from} twice");
                Err(LabError::new(ErrorCode::SameNode, message).of_node(from))
            }
            _ => Ok(()),
        }
    }

    /// Notes who comes and goes by an action that was taken.
    pub(crate) fn note(&mut self, action: &Action) {
        match action {
            Action::AddNode { node } => {
                self.present.push(node.name.clone());
                self.ever.push(node.name.as_str().into());
            }
            Action::RemoveNode { node } => {
                self.present.retain(|name| name != node);
            }
            _ => {}
        }
    }

    fn must_have(&self, name: &str) -> Result<(), LabError> {
        if has(&self.present, name) {
            return Ok(());
        }
        if has(&self.ever, name) {
            let message = format!("node {} was removed", shown_name(name));
            return Err(LabError::new(ErrorCode::UnknownNode, message).of_node(name));
        }
        Err(LabError::unknown_node(name))
    }

    fn may_add(&self, name: &str) -> Result<(), LabError> {
        let refuse = |code, message| Err(LabError::new(code, message).of_node(name));
        if has(&self.ever, name) {
            let when = if has(&self.present, name) { "is there already" } else { "was there before" };
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

fn has(names: &[impl AsRef<str>], name: &str) -> bool {
    names.iter().any(|known| known.as_ref() == name)
}
