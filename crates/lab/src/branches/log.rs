//! Saved sessions: JSON, strictly read. Version 2 has all branches; version 1, the log of a single run, is read as a
//! session of one branch.

use std::fmt::Write as _;

use psyncscope_sim::frame::SimTime;
use serde::Deserialize;

use super::{Branch, Branches, Leaves, names, too_many_branches};
use crate::action::{ActionLog, LabConfig};
use crate::error::{ErrorCode, LabError};
use crate::limits;
use crate::log::{json, read_text, version_of};
use crate::read;

/// What a file of version 2 has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSession {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(deserialize_with = "read::object")]
    config: LabConfig,
    #[serde(deserialize_with = "read::objects")]
    branches: Vec<Branch>,
    current: usize,
}

impl Branches {
    /// The session as JSON, one action a line, so that a difference between two files can be read.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"version\": {},\n  \"config\": {},\n", Self::VERSION, json(&self.config));
        out.push_str("  \"branches\": [");
        for (index, branch) in self.list.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let leaves = branch.leaves.map_or_else(String::new, |from| format!(", \"leaves\": {}", json(&from)));
            let Branch { name, end_us, actions, .. } = branch;
            let _ =
                write!(out, "{comma}\n    {{\"name\": {}{leaves}, \"end_us\": {end_us}, \"actions\": [", json(name));
            for (index, action) in actions.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(out, "{comma}\n      {}", json(action));
            }
            out.push_str(if actions.is_empty() { "]}" } else { "\n    ]}" });
        }
        let _ = write!(out, "\n  ],\n  \"current\": {}\n}}\n", self.current);
        out
    }

    /// Reads a saved session, or the log of a single run, and checks all of it.
    ///
    /// # Errors
    /// As [`ActionLog::from_json`]. The error also says in which branch it was found.
    pub fn from_json(text: &str) -> Result<Self, LabError> {
        match version_of(text)? {
            Some(version) if version == u64::from(Self::VERSION) => Self::read(text),
            version => ActionLog::of_version(version, text).map(Self::of),
        }
    }

    /// Reads a text of this version.
    pub(crate) fn read(text: &str) -> Result<Self, LabError> {
        let SavedSession { _version, config, branches, current } = read_text(text)?;
        Self::checked(config, branches, current)
    }

    /// A session of these parts, all of them checked.
    pub(crate) fn checked(config: LabConfig, list: Vec<Branch>, current: usize) -> Result<Self, LabError> {
        let session = Self { config, list, current };
        session.check()?;
        Ok(session)
    }

    fn check(&self) -> Result<(), LabError> {
        if self.list.is_empty() {
            return Err(at_field(LabError::new(ErrorCode::BadValue, "a session has at least one branch"), "branches"));
        }
        if self.list.len() > limits::BRANCHES_MAX {
            return Err(at_field(too_many_branches(), "branches"));
        }
        self.get(self.current).map_err(|error| at_field(error, "current"))?;
        for index in 0..self.list.len() {
            self.check_branch(index).map_err(|error| error.in_branch(index))?;
        }
        Ok(())
    }

    /// Checks a branch; those before it are right.
    fn check_branch(&self, index: usize) -> Result<(), LabError> {
        let branch = &self.list[index];
        names::check(&branch.name)?;
        if self.list[..index].iter().any(|other| other.name == branch.name) {
            return Err(names::taken(&branch.name));
        }
        match branch.leaves {
            None if index > 0 => {
                let message = "only the first branch leaves no other: `leaves` is missing";
                return Err(at_field(LabError::new(ErrorCode::MissingField, message), "leaves"));
            }
            Some(_) if index == 0 => {
                let message = "the first branch has no parent that it could leave";
                return Err(at_field(LabError::new(ErrorCode::BadValue, message), "leaves"));
            }
            Some(from) => self.check_leaves(index, from)?,
            None => {}
        }
        let inherited = self.inherited(index);
        self.log(index)?.check().map_err(|error| error.later_action(inherited))
    }

    fn check_leaves(&self, index: usize, Leaves { branch: parent, at_us }: Leaves) -> Result<(), LabError> {
        let refuse = |code, message| Err(at_field(LabError::new(code, message), "leaves"));
        if parent >= index {
            let message = format!("branch {parent} cannot be left: a parent comes before its children");
            return refuse(ErrorCode::UnknownBranch, message);
        }
        let from = &self.list[parent];
        let begins_us = from.leaves.map_or(0, |leaves| leaves.at_us);
        if !(begins_us..from.end_us).contains(&at_us) {
            let end_us = from.end_us;
            let message =
                format!("{at_us} is not between {begins_us} and {end_us}, where branch {parent} is on its own");
            return refuse(ErrorCode::BadTime, message);
        }
        let branch = &self.list[index];
        if branch.end_us < at_us {
            let message = format!("the branch ends at {}, before it leaves its parent at {at_us}", branch.end_us);
            return refuse(ErrorCode::OutOfOrder, message);
        }
        match branch.actions.first() {
            Some(first) if first.at_us < at_us => {
                let message = format!("time {} lies before the branch leaves its parent, at {at_us}", first.at_us);
                Err(LabError::new(ErrorCode::OutOfOrder, message).in_action(0))
            }
            _ => Ok(()),
        }
    }
}

fn at_field(error: LabError, field: &str) -> LabError {
    error.place(|at| at.field = Some(field.to_owned()))
}

impl Branch {
    /// How far its world ran.
    #[must_use]
    pub const fn end(&self) -> SimTime {
        SimTime(self.end_us)
    }

    /// When it leaves its parent; 0 for the first branch.
    #[must_use]
    pub fn begins(&self) -> SimTime {
        SimTime(self.leaves.map_or(0, |from| from.at_us))
    }
}
