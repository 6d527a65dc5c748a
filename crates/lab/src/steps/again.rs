//! A lab made again from its log, unrecorded, that reports the steps it takes.

use psyncscope_sim::TurnSteps;
use psyncscope_sim::frame::SimTime;

use crate::error::LabError;
use crate::lab::Lab;

/// The same world as that of another lab, at a time of its past, with its steps observed from there on. It goes on
/// without beginning again: only a step backwards costs a replay.
pub(crate) struct Again {
    lab: Lab,
    /// How many of the other lab's actions are done.
    done: usize,
}

impl Again {
    /// At `after`; `None` is before the start.
    pub(crate) fn new(of: &Lab, after: Option<SimTime>) -> Result<Self, LabError> {
        let mut again = Self { lab: Lab::unrecorded(of.config().clone())?, done: 0 };
        if let Some(after) = after {
            again.run(of, after)?;
        }
        again.lab.observe_steps();
        Ok(again)
    }

    /// How far it has come.
    pub(crate) fn now(&self) -> SimTime {
        self.lab.now()
    }

    /// Goes on until `to`, at most to the other lab's present. Gives the turns that took steps on the way.
    pub(crate) fn turns_until(&mut self, of: &Lab, to: SimTime) -> Result<Vec<TurnSteps>, LabError> {
        self.run(of, to.min(of.now()))?;
        Ok(self.lab.take_steps())
    }

    fn run(&mut self, of: &Lab, to: SimTime) -> Result<(), LabError> {
        while let Some(next) = of.actions().get(self.done).filter(|next| next.at_us <= to.0) {
            self.lab.run_until(SimTime(next.at_us));
            self.lab.act(next.action.clone()).map_err(|error| error.in_action(self.done))?;
            self.done += 1;
        }
        self.lab.run_until(to);
        Ok(())
    }
}
