//! The branches of a session, as data: what was done in each, and where it leaves its parent.
//!
//! Acting in the past of a branch starts another one; the old future stays. The branches are a tree: each but the first
//! leaves its parent at some time and has actions of its own from then on. No world is here: [`Branches::log`] makes the
//! action log from which a [`Lab`] makes the branch's world again.

mod log;
mod names;

use psyncscope_sim::frame::SimTime;
use serde::{Deserialize, Serialize};

use crate::action::{ActionLog, LabConfig, TimedAction};
use crate::error::{ErrorCode, LabError};
use crate::format::shown_name;
use crate::lab::Lab;
use crate::lang::Lang;
use crate::limits;
use crate::read;

pub use names::{ROOT_NAME, action_text, action_text_within};

/// One future of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Its name, which no other branch has.
    pub name: String,
    /// Where it leaves its parent; the first branch has none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::some_object")]
    pub leaves: Option<Leaves>,
    /// How far its world ran, in microseconds.
    pub end_us: u64,
    /// What was done in it after it had left its parent, in order.
    #[serde(deserialize_with = "read::objects")]
    pub actions: Vec<TimedAction>,
}

/// Where a branch leaves its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaves {
    /// The parent: its index, which is less than the branch's own.
    pub branch: usize,
    /// When: what the parent did up to and including this time belongs to the branch too. In microseconds.
    pub at_us: u64,
}

/// How a branch begins to differ from its parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstDifference<'a> {
    /// What was done in the branch first.
    pub action: &'a TimedAction,
    /// What was done next in the parent, if anything was.
    pub instead: Option<&'a TimedAction>,
}

/// All branches of a session: a tree with at least one branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Branches {
    config: LabConfig,
    list: Vec<Branch>,
    current: usize,
}

impl Branches {
    /// The version of the file format that is written. Version 1, the log of a single run, is read too.
    pub const VERSION: u32 = 2;

    /// A session with one branch: this run.
    #[must_use]
    pub fn of(log: ActionLog) -> Self {
        let root = Branch { name: ROOT_NAME.to_owned(), leaves: None, end_us: log.end_us, actions: log.actions };
        Self { config: log.config, list: vec![root], current: 0 }
    }

    /// What every branch's world starts as.
    #[must_use]
    pub const fn config(&self) -> &LabConfig {
        &self.config
    }

    /// The branches in the order in which they were made: a parent comes before its children.
    #[must_use]
    pub fn list(&self) -> &[Branch] {
        &self.list
    }

    /// The index of the current branch.
    #[must_use]
    pub const fn current(&self) -> usize {
        self.current
    }

    /// The index of the branch of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|branch| branch.name == name)
    }

    /// As [`Branches::named`], of a name that somebody gave.
    ///
    /// # Errors
    /// `unknown-branch` if no branch has it: the error says which names there are.
    pub fn find(&self, name: &str) -> Result<usize, LabError> {
        self.named(name).ok_or_else(|| {
            let names: Vec<String> = self.list.iter().map(|branch| format!("\"{}\"", branch.name)).collect();
            let (shown, names) = (shown_name(name), names.join(", "));
            let message = format!("no branch has the name \"{shown}\": there are {names}");
            LabError::new(ErrorCode::UnknownBranch, message)
        })
    }

    /// Makes the world of a branch again and runs it to the branch's end.
    ///
    /// # Errors
    /// `unknown-branch` if there is no such branch; as [`Lab::replay`].
    pub fn replay(&self, branch: usize) -> Result<Lab, LabError> {
        Lab::replay(&self.log(branch)?)
    }

    /// Everything from which the world of a branch can be made again.
    ///
    /// # Errors
    /// `unknown-branch` if there is no such branch.
    pub fn log(&self, branch: usize) -> Result<ActionLog, LabError> {
        let end_us = self.get(branch)?.end_us;
        Ok(ActionLog {
            version: ActionLog::VERSION,
            config: self.config.clone(),
            actions: self.actions_until(branch, u64::MAX),
            end_us,
        })
    }

    /// All actions of a branch up to and including `at_us`, its ancestors' too.
    fn actions_until(&self, branch: usize, at_us: u64) -> Vec<TimedAction> {
        let Branch { leaves, actions, .. } = &self.list[branch];
        let mut all = leaves.map_or_else(Vec::new, |from| self.actions_until(from.branch, from.at_us.min(at_us)));
        all.extend(actions.iter().take_while(|action| action.at_us <= at_us).cloned());
        all
    }

    /// How many actions a branch has from its ancestors.
    pub(crate) fn inherited(&self, branch: usize) -> usize {
        self.list[branch].leaves.map_or(0, |from| {
            let parent = &self.list[from.branch].actions;
            self.inherited(from.branch) + parent.partition_point(|action| action.at_us <= from.at_us)
        })
    }

    /// Notes what was done in the world of the current branch, and how far it ran.
    pub fn record(&mut self, lab: &Lab) {
        let inherited = self.inherited(self.current);
        let branch = &mut self.list[self.current];
        // What was done stays done: only what is new is copied.
        let known = inherited + branch.actions.len();
        branch.actions.extend_from_slice(lab.actions().get(known..).unwrap_or_default());
        branch.end_us = lab.now().0;
    }

    /// Adds what will still be done in a branch, in order, behind what was done: see [`Branches::record`].
    pub fn plan(&mut self, branch: usize, later: impl IntoIterator<Item = TimedAction>) {
        let Some(branch) = self.list.get_mut(branch) else { return };
        branch.actions.extend(later);
        let last_us = branch.actions.last().map_or(0, |last| last.at_us);
        branch.end_us = branch.end_us.max(last_us);
    }

    /// A new branch, which becomes the current one: `lab` is a world that left the current branch's at `at` (see
    /// [`Lab::branch_at`]) and in which something has been done since. It is named after that. Call
    /// [`Branches::record`] with the old world first.
    ///
    /// # Errors
    /// `too-much` if there are [`limits::BRANCHES_MAX`] branches; `bad-time` if `at` is not in the current branch's
    /// past. Nothing has changed then.
    pub fn leave(&mut self, at: SimTime, lab: &Lab, lang: Lang) -> Result<usize, LabError> {
        self.may_leave(at)?;
        // What is before the point where a branch leaves its parent belongs to the parent.
        let mut parent = self.current;
        while let Some(from) = self.list[parent].leaves.filter(|from| at.0 < from.at_us) {
            parent = from.branch;
        }
        self.list.push(Branch {
            name: String::new(),
            leaves: Some(Leaves { branch: parent, at_us: at.0 }),
            end_us: at.0,
            actions: Vec::new(),
        });
        self.current = self.list.len() - 1;
        self.record(lab);
        let name = self.free_name(names::of_actions(&self.list[self.current].actions, lang));
        self.list[self.current].name = name;
        Ok(self.current)
    }

    /// Whether a branch may leave the current one at `at`.
    ///
    /// # Errors
    /// As [`Branches::leave`].
    pub fn may_leave(&self, at: SimTime) -> Result<(), LabError> {
        if self.list.len() >= limits::BRANCHES_MAX {
            return Err(too_many_branches());
        }
        let end_us = self.list[self.current].end_us;
        if at.0 >= end_us {
            let message = format!("{} is not in the past of this branch, which ends at {end_us}", at.0);
            return Err(LabError::new(ErrorCode::BadTime, message));
        }
        Ok(())
    }

    /// Makes another branch the current one.
    ///
    /// # Errors
    /// `unknown-branch` if there is no such branch.
    pub fn switch_to(&mut self, branch: usize) -> Result<(), LabError> {
        self.get(branch)?;
        self.current = branch;
        Ok(())
    }

    /// Gives a branch another name. Spaces around it are left out.
    ///
    /// # Errors
    /// `unknown-branch`; `duplicate-branch` if another branch has that name; `bad-value` if it is empty, too long or has
    /// control characters.
    pub fn rename(&mut self, branch: usize, name: &str) -> Result<(), LabError> {
        self.get(branch)?;
        let name = name.trim();
        names::check(name)?;
        if self.named(name).is_some_and(|other| other != branch) {
            return Err(names::taken(name));
        }
        self.list[branch].name = name.to_owned();
        Ok(())
    }

    /// How a branch begins to differ from its parent; `None` for the first branch, and for one in which nothing was done.
    #[must_use]
    pub fn first_difference(&self, branch: usize) -> Option<FirstDifference<'_>> {
        let Branch { leaves, actions, .. } = self.list.get(branch)?;
        let from = (*leaves)?;
        let parent = &self.list[from.branch].actions;
        let instead = parent.get(parent.partition_point(|action| action.at_us <= from.at_us));
        Some(FirstDifference { action: actions.first()?, instead })
    }

    fn get(&self, branch: usize) -> Result<&Branch, LabError> {
        self.list.get(branch).ok_or_else(|| {
            let message = format!("there is no branch {branch}: there are {}", self.list.len());
            LabError::new(ErrorCode::UnknownBranch, message)
        })
    }

    /// The name, or with a number after it if another branch has it.
    fn free_name(&self, name: String) -> String {
        if self.named(&name).is_none() {
            return name;
        }
        let numbered = (2..).map(|n| format!("{name} ({n})"));
        numbered.into_iter().find(|name| self.named(name).is_none()).unwrap_or(name)
    }
}

fn too_many_branches() -> LabError {
    LabError::new(ErrorCode::TooMuch, format!("a session has at most {} branches", limits::BRANCHES_MAX))
}
