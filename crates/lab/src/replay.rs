//! Replaying a log, all at once or in parts.

use std::collections::VecDeque;

use psyncscope_sim::Recorded;
use psyncscope_sim::frame::SimTime;

use crate::action::{ActionLog, TimedAction};
use crate::error::{ErrorCode, LabError};
use crate::lab::Lab;

/// What happened next in a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Something in the world.
    Event,
    /// An action.
    Action,
    /// Nothing: the time to pause at has come.
    Pause,
    /// Nothing: the log is over.
    End,
}

/// A replay in progress. [`Replay::advance`] does a part of it, so that a page can render in between.
pub struct Replay {
    lab: Lab,
    /// How many actions are done.
    done: usize,
    /// Those that are not, in order of time.
    remaining: VecDeque<TimedAction>,
    /// How far it will run.
    end: SimTime,
    /// What another lab recorded up to the end, unless this one records it itself.
    recorded: Option<Recorded>,
}

impl Replay {
    /// A replay at time zero.
    ///
    /// # Errors
    /// What [`ActionLog::check`] finds.
    pub fn new(log: ActionLog) -> Result<Self, LabError> {
        log.check()?;
        let lab = Lab::new(log.config.clone())?;
        Ok(Self::go_on(log, lab, 0))
    }

    /// A replay of what another lab recorded: nothing is recorded before its end.
    pub(crate) fn after(log: ActionLog, recorded: Recorded) -> Result<Self, LabError> {
        let lab = Lab::unrecorded(log.config.clone())?;
        Ok(Self { recorded: Some(recorded), ..Self::go_on(log, lab, 0) })
    }

    /// The beginning of the same world as `of`, to be led on by [`Replay::redirect`]. It records nothing: before it is
    /// finished it must be given what was recorded, see [`Replay::continue_record`].
    ///
    /// # Errors
    /// The configuration is refused, which it was not when `of` was made.
    pub fn beginning(of: &Lab) -> Result<Self, LabError> {
        let lab = Lab::unrecorded(of.config().clone())?;
        Ok(Self { lab, done: 0, remaining: VecDeque::new(), end: SimTime(0), recorded: None })
    }

    /// Leads a branch of `of` that has not been finished to another time at which it leaves. Of the actions, only those
    /// are copied that it had not been given.
    ///
    /// # Errors
    /// `bad-time` if `t` lies beyond the present of `of`, or before the time that this replay has come to. Nothing has
    /// changed then.
    pub fn redirect(&mut self, of: &Lab, t: SimTime) -> Result<(), LabError> {
        if t < self.now() {
            let message = format!("{} lies before the time that the replay has come to, {}", t.0, self.now().0);
            return Err(LabError::new(ErrorCode::BadTime, message));
        }
        of.check_past(t)?;
        let past = of.actions().partition_point(|action| action.at_us <= t.0);
        self.remaining.truncate(past - self.done);
        let given = self.done + self.remaining.len();
        self.remaining.extend(of.actions()[given..past].iter().cloned());
        self.end = t;
        Ok(())
    }

    /// At its end, the world of this replay goes on with what `of` recorded until then. `of` is the lab that it is a
    /// branch of.
    pub fn continue_record(&mut self, of: &Lab) {
        self.recorded = Some(of.world().recorded_until(self.end()));
    }

    /// Goes on with a log whose first `done` actions a lab has carried out.
    pub(crate) fn go_on(log: ActionLog, lab: Lab, done: usize) -> Self {
        let remaining = log.actions.into_iter().skip(done).collect();
        Self { lab, done, remaining, end: SimTime(log.end_us), recorded: None }
    }

    /// How far the world has run.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.lab.now()
    }

    /// How far it will run.
    #[must_use]
    pub const fn end(&self) -> SimTime {
        self.end
    }

    /// Goes on for about `instants` instants at which something happens. `true` once the end is reached.
    ///
    /// # Errors
    /// The world refuses an action; the error names its index. The replay cannot go on then.
    pub fn advance(&mut self, instants: usize) -> Result<bool, LabError> {
        for _ in 0..instants {
            if self.next(None).map_err(|error| error.in_action(self.done))? == Next::End {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lets the next thing happen, but nothing after `pause`, nor an action at that time.
    ///
    /// # Errors
    /// The world refuses the next action, which [`Replay::done`] counts.
    pub(crate) fn next(&mut self, pause: Option<SimTime>) -> Result<Next, LabError> {
        let action_at = self.remaining.front().map(|next| SimTime(next.at_us));
        let stop = pause.or(action_at).unwrap_or(self.end);
        if self.lab.next_event_at().is_some_and(|event| event <= stop) {
            self.lab.step();
            return Ok(Next::Event);
        }
        self.lab.run_until(stop);
        if pause.is_some() {
            return Ok(Next::Pause);
        }
        let Some(next) = self.remaining.pop_front() else { return Ok(Next::End) };
        self.lab.act(next.action)?;
        self.done += 1;
        Ok(Next::Action)
    }

    /// How many actions are done, and how many there are.
    pub(crate) fn done(&self) -> (usize, usize) {
        (self.done, self.done + self.remaining.len())
    }

    /// The world as far as it has come.
    pub(crate) const fn lab(&self) -> &Lab {
        &self.lab
    }

    /// Does all that is left and gives the world.
    ///
    /// # Errors
    /// As [`Replay::advance`].
    pub fn finish(mut self) -> Result<Lab, LabError> {
        while !self.advance(usize::MAX)? {}
        if let Some(recorded) = self.recorded.take() {
            self.lab.record_after(recorded);
        }
        Ok(self.lab)
    }
}
