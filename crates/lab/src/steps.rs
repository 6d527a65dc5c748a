//! The steps that the functions of replication took: made by running the world again up to the turn in question, with
//! the nodes reporting them. Nothing is kept of them otherwise, so that a world that nobody looks into costs nothing.
//!
//! [`StepCursor`] is a place among them, from which one goes on as in a debugger.

pub(crate) mod again;
mod cursor;
mod picture;
mod shown;
pub mod trace;

use again::Again;
pub(crate) use cursor::PIECE_US;
pub use cursor::{Go, Runs, Side, StepCursor, Target, Wanted};
pub use picture::{IdsPicture, MasterPicture, Picture, ReplicaPicture, RingPicture};
pub use shown::{Call, Change, LineState, Shown, ShownLine};

use psyncscope_engine::steps::{Function, Step, StepEvent, StepTaken};
use psyncscope_sim::TurnSteps;
use psyncscope_sim::frame::SimTime;

use crate::error::{ErrorCode, LabError};
use crate::lab::Lab;
use crate::walkthrough::{StepText, walkthrough};

impl Lab {
    /// The turns after `after` and up to `to` in which a function of replication ran, with the steps that it took.
    /// `None` is before the start.
    ///
    /// # Errors
    /// `bad-time` if `to` lies beyond the present.
    pub fn steps_between(&self, after: Option<SimTime>, to: SimTime) -> Result<Vec<TurnSteps>, LabError> {
        self.check_past(to)?;
        if after >= Some(to) {
            return Ok(Vec::new());
        }
        Again::new(self, after)?.turns_until(self, to)
    }

    /// The steps of the turn that made entry `index` of the timeline; `None` if no function of replication ran in it.
    ///
    /// # Errors
    /// `bad-value` if there is no such entry.
    pub fn steps_of_entry(&self, index: usize) -> Result<Option<TurnSteps>, LabError> {
        let Some(entry) = self.timeline().get(index) else {
            let message = format!("there is no entry {index}: there are {}", self.timeline().len());
            return Err(LabError::new(ErrorCode::BadValue, message));
        };
        let before = entry.at.0.checked_sub(1).map(SimTime);
        let turns = self.steps_between(before, entry.at)?;
        let is_its = |turn: &TurnSteps| {
            Some(turn.host) == entry.host && (turn.first_entry..turn.first_entry + turn.entries).contains(&index)
        };
        Ok(turns.into_iter().find(is_its))
    }
}

/// A line of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line<'a> {
    /// How many functions call each other to get here: 0 where a function is entered that no other has called.
    pub depth: usize,
    /// The function.
    pub function: Function,
    /// What it does.
    pub what: LineKind<'a>,
    /// The entry of the timeline that comes next, if the turn makes one.
    pub next_entry: usize,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LineKind<'a> {
    /// The function is entered.
    Entered,
    /// It takes a step.
    Step(&'a StepTaken),
    /// It is left.
    Left,
}

/// What a step does, in words.
///
/// # Panics
/// If the function has no such step: one that was reported has its text.
#[must_use]
pub const fn step_text(step: Step) -> &'static StepText {
    &walkthrough(step.function).steps[step.index as usize]
}

/// The steps of a turn as lines, each with its depth; with `only`, those of that function and what it calls.
pub fn lines(turn: &TurnSteps, only: Option<Function>) -> impl Iterator<Item = Line<'_>> {
    let mut stack: Vec<Function> = Vec::new();
    let all = turn.steps.iter().map(move |report| {
        let next_entry = turn.first_entry + report.events_before;
        let line = |depth, function, what| Line { depth, function, what, next_entry };
        match &report.event {
            StepEvent::Entered(function) => {
                stack.push(*function);
                line(stack.len() - 1, *function, LineKind::Entered)
            }
            StepEvent::Taken(step) => line(stack.len(), step.step.function, LineKind::Step(step)),
            StepEvent::Left(function) => {
                stack.pop();
                line(stack.len(), *function, LineKind::Left)
            }
        }
    });
    // Where the function asked for was entered, while it runs.
    let mut base = None;
    all.filter_map(move |line| {
        let Some(only) = only else { return Some(line) };
        if base.is_none() && line.function == only && line.what == LineKind::Entered {
            base = Some(line.depth);
        }
        let shown = base.map(|base| Line { depth: line.depth - base, ..line });
        if base == Some(line.depth) && line.what == LineKind::Left {
            base = None;
        }
        shown
    })
}
