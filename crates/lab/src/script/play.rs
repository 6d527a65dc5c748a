//! Plays a script and checks what is expected in it.

use psyncscope_sim::frame::SimTime;

use super::{Remark, Said, Script};
use crate::action::ActionLog;
use crate::error::LabError;
use crate::invariants::{Broken, Watch};
use crate::lab::Lab;

/// An expectation that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Its line in the text, from 1.
    pub line: usize,
    /// When it was checked.
    pub at: SimTime,
    /// What was expected, as the script has it.
    pub expected: String,
    /// What is so instead.
    pub found: String,
}

/// What came of playing a branch.
pub struct Checked {
    /// Its world, at the branch's end.
    pub lab: Lab,
    /// How many expectations the branch has.
    pub expectations: usize,
    /// Those that are not met, in order.
    pub unmet: Vec<Unmet>,
    /// The rules that began not to hold, in order.
    pub broken: Vec<Broken>,
}

/// A branch that is being played. [`Play::advance`] does a part of it, so that a page can render in between.
pub struct Play {
    log: ActionLog,
    remarks: Vec<Remark>,
    /// How many actions the branch has from its ancestors.
    inherited: usize,
    /// The line of each action, theirs too; nothing if the script was not read from a text.
    lines: Vec<usize>,
    /// How many actions are done.
    done: usize,
    /// How many remarks were come to.
    said: usize,
    watch: Watch,
    checked: Checked,
}

impl Script {
    /// Plays a branch from time zero to its end and checks its own expectations (not its parent's), and after each event
    /// what always holds.
    ///
    /// # Errors
    /// As [`Play::new`] and [`Play::advance`].
    pub fn check(&self, branch: usize) -> Result<Checked, LabError> {
        Play::new(self, branch)?.finish()
    }
}

impl Play {
    /// A branch at time zero.
    ///
    /// # Errors
    /// `unknown-branch`; as [`Lab::new`].
    pub fn new(script: &Script, branch: usize) -> Result<Self, LabError> {
        let log = script.session.log(branch)?;
        let lab = Lab::new(log.config.clone())?;
        Ok(Self {
            remarks: script.remarks(branch).to_vec(),
            inherited: script.session.inherited(branch),
            lines: script.action_lines(branch),
            done: 0,
            said: 0,
            watch: Watch::default(),
            checked: Checked { lab, expectations: 0, unmet: Vec::new(), broken: Vec::new() },
            log,
        })
    }

    /// How far the world has run.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.checked.lab.now()
    }

    /// How far it will run.
    #[must_use]
    pub const fn end(&self) -> SimTime {
        SimTime(self.log.end_us)
    }

    /// Goes on for about `instants` instants at which something happens. `true` once the end is reached.
    ///
    /// An expectation sees what the actions of its time that stand before it have done at once, and nothing that those
    /// behind it do.
    ///
    /// # Errors
    /// The world refuses an action; the error names its line, or its index if there is no text. Nothing more can be
    /// played then.
    pub fn advance(&mut self, instants: usize) -> Result<bool, LabError> {
        for _ in 0..instants {
            let action = self.log.actions.get(self.done);
            let said = self.remarks.get(self.said).filter(|remark| {
                // Behind the last action, or before the next one.
                action.is_none() || self.inherited + remark.after <= self.done
            });
            let stop = said.map(|remark| remark.at_us).or(action.map(|action| action.at_us));
            let stop = SimTime(stop.unwrap_or(self.log.end_us));
            let Checked { lab, broken, .. } = &mut self.checked;
            if lab.next_event_at().is_some_and(|event| event <= stop) {
                lab.step();
                broken.extend(std::iter::from_fn(|| self.watch.look(lab)));
                continue;
            }
            lab.run_until(stop);
            if let Some(remark) = said {
                self.checked.check(remark.line, &remark.what);
                self.said += 1;
            } else if let Some(next) = action {
                lab.act(next.action.clone()).map_err(|error| self.placed(error))?;
                self.done += 1;
            } else {
                broken.extend(std::iter::from_fn(|| self.watch.look(lab)));
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The refusal of the next action.
    fn placed(&self, error: LabError) -> LabError {
        match self.lines.get(self.done) {
            Some(&line) => {
                let message = format!("line {line}: {}", error.message);
                LabError { message, ..error }.place(|at| at.line = Some(line))
            }
            None => error.in_action(self.done).later_action(self.inherited),
        }
    }

    /// Does all that is left and gives what came of it.
    ///
    /// # Errors
    /// As [`Play::advance`].
    pub fn finish(mut self) -> Result<Checked, LabError> {
        while !self.advance(usize::MAX)? {}
        Ok(self.checked)
    }
}

impl Checked {
    fn check(&mut self, line: usize, said: &Said) {
        let Said::Expectation(expectation) = said else { return };
        self.expectations += 1;
        if let Err(found) = expectation.check(&self.lab) {
            let (at, expected) = (self.lab.now(), expectation.to_string());
            self.unmet.push(Unmet { line, at, expected, found });
        }
    }
}
