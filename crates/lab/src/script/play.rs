//! Plays a script and checks what is expected in it.

use psyncscope_sim::frame::SimTime;

use super::{Said, Script};
use crate::action::TimedAction;
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

impl Script {
    /// Plays a branch from time zero to its end and checks its own expectations (not its parent's), and after each event
    /// what always holds.
    ///
    /// An expectation sees what the actions of its time that stand before it have done at once, and nothing that those
    /// behind it do.
    ///
    /// # Errors
    /// `unknown-branch`; as [`Lab::replay`].
    pub fn check(&self, branch: usize) -> Result<Checked, LabError> {
        let log = self.session.log(branch)?;
        let inherited = self.session.inherited(branch);
        let mut checked =
            Checked { lab: Lab::new(log.config)?, expectations: 0, unmet: Vec::new(), broken: Vec::new() };
        let mut watch = Watch::default();
        let mut remarks = self.remarks(branch).iter().peekable();
        for (index, TimedAction { at_us, action }) in log.actions.into_iter().enumerate() {
            while let Some(remark) = remarks.next_if(|remark| inherited + remark.after <= index) {
                checked.run_until(SimTime(remark.at_us), &mut watch);
                checked.check(remark.line, &remark.what);
            }
            checked.run_until(SimTime(at_us), &mut watch);
            checked.lab.act(action).map_err(|error| error.in_action(index).later_action(inherited))?;
        }
        for remark in remarks {
            checked.run_until(SimTime(remark.at_us), &mut watch);
            checked.check(remark.line, &remark.what);
        }
        checked.run_until(SimTime(log.end_us), &mut watch);
        Ok(checked)
    }
}

impl Checked {
    fn run_until(&mut self, t: SimTime, watch: &mut Watch) {
        self.lab.watch_until(t, watch, &mut self.broken);
    }

    fn check(&mut self, line: usize, said: &Said) {
        let Said::Expectation(expectation) = said else { return };
        self.expectations += 1;
        if let Err(found) = expectation.check(&self.lab) {
            let (at, expected) = (self.lab.now(), expectation.to_string());
            self.unmet.push(Unmet { line, at, expected, found });
        }
    }
}
