//! Plays a script and checks what is expected in it.

use psyncscope_sim::frame::SimTime;

use super::{Remark, Said, Script};
use crate::error::LabError;
use crate::invariants::{Broken, Watch};
use crate::lab::Lab;
use crate::replay::{Next, Replay};

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
    replay: Replay,
    remarks: Vec<Remark>,
    /// How many actions the branch has from its ancestors.
    inherited: usize,
    /// The line of each action, theirs too; nothing if the script was not read from a text.
    lines: Vec<usize>,
    /// How many remarks were come to.
    said: usize,
    watch: Watch,
    expectations: usize,
    unmet: Vec<Unmet>,
    broken: Vec<Broken>,
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
    /// `unknown-branch`; as [`Replay::new`].
    pub fn new(script: &Script, branch: usize) -> Result<Self, LabError> {
        Ok(Self {
            replay: Replay::new(script.session.log(branch)?)?,
            remarks: script.remarks(branch).to_vec(),
            inherited: script.session.inherited(branch),
            lines: script.action_lines(branch),
            said: 0,
            watch: Watch::default(),
            expectations: 0,
            unmet: Vec::new(),
            broken: Vec::new(),
        })
    }

    /// How far the world has run.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.replay.now()
    }

    /// How far it will run.
    #[must_use]
    pub const fn end(&self) -> SimTime {
        self.replay.end()
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
            let (done, actions) = self.replay.done();
            // Behind the last action, or before the next one.
            let comes = |remark: &&Remark| done == actions || self.inherited + remark.after <= done;
            let pause = self.remarks.get(self.said).filter(comes).map(|remark| SimTime(remark.at_us));
            let next = self.replay.next(pause).map_err(|error| self.placed(error))?;
            let lab = self.replay.lab();
            self.broken.extend(std::iter::from_fn(|| self.watch.look(lab)));
            match next {
                Next::Pause => self.check(),
                Next::End => return Ok(true),
                Next::Event | Next::Action => {}
            }
        }
        Ok(false)
    }

    /// Checks the remark that was come to, if it expects something.
    fn check(&mut self) {
        let Some(Remark { line, what, .. }) = self.remarks.get(self.said) else { return };
        self.said += 1;
        let Said::Expectation(expectation) = what else { return };
        self.expectations += 1;
        if let Err(found) = expectation.check(self.replay.lab()) {
            let (at, expected) = (self.replay.now(), expectation.to_string());
            self.unmet.push(Unmet { line: *line, at, expected, found });
        }
    }

    /// The refusal of the next action.
    fn placed(&self, error: LabError) -> LabError {
        let (done, _) = self.replay.done();
        match self.lines.get(done) {
            Some(&line) => {
                let message = format!("line {line}: {}", error.message);
                LabError { message, ..error }.place(|at| at.line = Some(line))
            }
            None => error.in_action(done).later_action(self.inherited),
        }
    }

    /// Does all that is left and gives what came of it.
    ///
    /// # Errors
    /// As [`Play::advance`].
    pub fn finish(mut self) -> Result<Checked, LabError> {
        while !self.advance(usize::MAX)? {}
        let Self { replay, expectations, unmet, broken, .. } = self;
        Ok(Checked { lab: replay.finish()?, expectations, unmet, broken })
    }
}
