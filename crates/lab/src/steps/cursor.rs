//! A place among the steps that a world took, and ways from it to another, as in a debugger.

use std::sync::Arc;

use psyncscope_engine::event::Event;
use psyncscope_engine::steps::{Function, StepEvent, StepKind, StepReport};
use psyncscope_sim::TurnSteps;
use psyncscope_sim::frame::{Frame, HostId, SimTime, What};

use super::again::Again;
use super::picture::{Picture, pictures};
use super::shown::{Shown, shown};
use crate::error::LabError;
use crate::lab::{Lab, STEP_HORIZON_US};

/// Steps are made in pieces of so much virtual time, in microseconds.
pub(crate) const PIECE_US: u64 = 1_000_000;
/// The first piece of the past that is made at once, in microseconds. Each is a replay: they double.
const BACK_US: u64 = 4_000_000;
/// More turns than this are not kept.
const TURNS_MAX: usize = 2048;

/// A lab whose time can pass.
pub trait Runs {
    /// The lab.
    fn lab(&self) -> &Lab;
    /// Lets the next thing happen that is due. `false` at the end of time.
    fn advance(&mut self) -> bool;
}

impl Runs for Lab {
    fn lab(&self) -> &Lab {
        self
    }

    fn advance(&mut self) -> bool {
        self.step()
    }
}

/// A function, on one node or on any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The function.
    pub function: Function,
    /// The node; `None` for any.
    pub host: Option<HostId>,
}

impl Wanted {
    /// Where the turn enters it first, from report `from` on.
    pub(crate) fn first_in(self, turn: &TurnSteps, from: usize) -> Option<usize> {
        let mut reports = turn.steps.iter().enumerate().skip(from).filter(|_| self.is_of(turn));
        reports.find(|(_, report)| self.is_entry(&report.event)).map(|(place, _)| place)
    }

    /// Where the turn enters it last, before report `until`.
    fn last_in(self, turn: &TurnSteps, until: usize) -> Option<usize> {
        let mut reports = turn.steps.iter().enumerate().take(until).filter(|_| self.is_of(turn));
        reports.rfind(|(_, report)| self.is_entry(&report.event)).map(|(place, _)| place)
    }

    fn is_of(self, turn: &TurnSteps) -> bool {
        self.host.is_none_or(|host| host == turn.host)
    }

    fn is_entry(self, event: &StepEvent) -> bool {
        *event == StepEvent::Entered(self.function)
    }
}

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// To the next step, into a function if it is called.
    Into,
    /// To the next step of this function or its caller.
    Over,
    /// To the next step after this function has ended.
    Out,
    /// To the step before.
    Back,
    /// To where this function is entered next.
    Next(Wanted),
    /// To where it was entered last.
    Previous(Wanted),
}

impl Go {
    const fn is_forward(self) -> bool {
        !matches!(self, Self::Back | Self::Previous(_))
    }
}

/// What steps are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The step that was under way when this entry of the timeline was made. If none was, the next one on its node.
    Entry(usize),
    /// The first step at this time or later; with a node, of that node.
    Time(SimTime, Option<HostId>),
    /// Where a function is entered first at this time or later.
    Entered(Wanted, SimTime),
}

/// Which of the two states around a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that the turn began with.
    Before,
    /// The one that it ended with.
    After,
}

/// A place among the steps of one lab, which is to be the same one at every call. It keeps the turns around it, so that
/// a step is found at once.
///
/// A place is the report that came last: a function that was just entered, or a step that was just taken.
pub struct StepCursor {
    /// The lab made again, from which the next turns come; at `to`, or ahead of it after a search.
    again: Again,
    /// The turns kept are all those after this time (`None`: from the start on) ...
    after: Option<SimTime>,
    /// ... and up to this.
    to: SimTime,
    turns: Vec<TurnSteps>,
    /// The turn, among those kept.
    turn: usize,
    /// The report in it.
    report: usize,
    /// What was looked for up to `again` and not found.
    searched: Option<Wanted>,
}

impl StepCursor {
    /// Looks for steps. What is not recorded yet is waited for, for at most [`STEP_HORIZON_US`]; `None` if it does not
    /// come.
    ///
    /// # Errors
    /// The world cannot be made again.
    pub fn find(run: &mut impl Runs, target: Target) -> Result<Option<Self>, LabError> {
        match target {
            Target::Entry(entry) => {
                let Some((at, host)) = run.lab().timeline().get(entry).map(|entry| (entry.at, entry.host)) else {
                    return Ok(None);
                };
                let verdict = is_verdict(run.lab(), entry);
                let of_entry = |turn: &TurnSteps| {
                    if Some(turn.host) == host { of_entry(turn, entry, verdict) } else { None }
                };
                match Self::first(run, at, false, of_entry)? {
                    Some(found) => Ok(Some(found)),
                    None => Self::find(run, Target::Time(at, host)),
                }
            }
            Target::Time(at, host) => Self::first(run, at, true, |turn| {
                (host.is_none_or(|host| turn.host == host) && turn.at >= at).then_some(0)
            }),
            Target::Entered(wanted, at) => {
                let Some(mut found) = Self::find(run, Target::Time(at, None))? else { return Ok(None) };
                let is_there = wanted.is_of(found.turn()) && wanted.is_entry(&found.turn().steps[0].event);
                Ok(if is_there || found.go(run, Go::Next(wanted))? { Some(found) } else { None })
            }
        }
    }

    /// The first place at `at` or, if it may wait, later, that `pick` takes.
    fn first(
        run: &mut impl Runs,
        at: SimTime,
        wait: bool,
        pick: impl Fn(&TurnSteps) -> Option<usize>,
    ) -> Result<Option<Self>, LabError> {
        let horizon = run.lab().now().0.saturating_add(STEP_HORIZON_US);
        let at = at.min(run.lab().now());
        let after = at.0.checked_sub(BACK_US).map(SimTime);
        let mut again = Again::new(run.lab(), after)?;
        let (mut turns, mut end) = (Vec::new(), at);
        loop {
            let searched = turns.len();
            turns.extend(again.turns_until(run.lab(), end)?);
            let found = turns.iter().enumerate().skip(searched).find_map(|(turn, steps)| Some((turn, pick(steps)?)));
            if let Some((turn, report)) = found {
                let to = again.now();
                return Ok(Some(Self { again, after, to, turns, turn, report, searched: None }));
            }
            if !wait {
                return Ok(None);
            }
            let now = run.lab().now();
            end = if end < now {
                SimTime(end.0 + PIECE_US).min(now)
            } else if now.0 < horizon && run.advance() {
                run.lab().now()
            } else {
                return Ok(None);
            };
        }
    }

    /// The turn.
    #[must_use]
    pub fn turn(&self) -> &TurnSteps {
        &self.turns[self.turn]
    }

    /// The place in the turn: the index of the report that came last.
    #[must_use]
    pub const fn report(&self) -> usize {
        self.report
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> SimTime {
        self.turn().at
    }

    /// Whether this is the last place in its turn.
    #[must_use]
    pub fn is_last(&self) -> bool {
        next_stop(self.turn(), self.report + 1).is_none()
    }

    /// What there is to show here, of the function at this depth of the stack: 0 is the one that nobody called, `None`
    /// the one that runs.
    #[must_use]
    pub fn shown(&self, depth: Option<usize>) -> Shown {
        shown(self.turn(), self.report, depth)
    }

    /// The pictures of the function that runs here, if it has any.
    #[must_use]
    pub fn pictures(&self, lab: &Lab) -> Vec<Picture> {
        let before = self.frame(lab, Side::Before);
        let host = before.hosts.iter().find(|host| host.id == self.turn().host);
        let node = host.and_then(|host| host.node.as_ref());
        node.map(|node| pictures(self.turn(), self.report, node)).unwrap_or_default()
    }

    /// The frame at one side of the turn.
    #[must_use]
    pub fn frame(&self, lab: &Lab, side: Side) -> Arc<Frame> {
        let turn = self.turn();
        let frames = lab.world().frames();
        let of_instant = frames.before(turn.at)..frames.until(turn.at);
        // A turn without an entry changed nothing that is told; it is shown as the last that its instant left.
        let with_entries = frames.with_entries((turn.first_entry + turn.entries).saturating_sub(1));
        let after = if turn.entries > 0 { with_entries } else { of_instant.end.saturating_sub(1) };
        let index = match side {
            Side::After => after,
            Side::Before if of_instant.contains(&after) => after.saturating_sub(1),
            Side::Before => after,
        };
        frames.get(index).map_or_else(|| lab.frame_at(turn.at), Arc::new)
    }

    /// Goes there. What is not recorded yet is waited for, for at most [`STEP_HORIZON_US`]. `false` if there is no such
    /// place: then the cursor stays where it is.
    ///
    /// # Errors
    /// The world cannot be made again.
    pub fn go(&mut self, run: &mut impl Runs, go: Go) -> Result<bool, LabError> {
        let end = run.lab().now().0.saturating_add(STEP_HORIZON_US);
        loop {
            if self.try_go(run.lab(), go)? {
                return Ok(true);
            }
            if !go.is_forward() || run.lab().now().0 >= end || !run.advance() {
                return Ok(false);
            }
        }
    }

    fn try_go(&mut self, lab: &Lab, go: Go) -> Result<bool, LabError> {
        let here = self.turn();
        let found = match go {
            Go::Into => next_stop(here, self.report + 1),
            Go::Over => over(here, self.report),
            Go::Out => out(here, self.report),
            Go::Back => last_stop(here, self.report),
            Go::Next(wanted) => return self.next_entry(lab, wanted),
            Go::Previous(wanted) => return self.previous_entry(lab, wanted),
        };
        if let Some(report) = found {
            self.report = report;
            return Ok(true);
        }
        if go == Go::Back { self.enter_last_turn(lab) } else { self.enter_next_turn(lab) }
    }

    fn enter_next_turn(&mut self, lab: &Lab) -> Result<bool, LabError> {
        if self.turn + 1 == self.turns.len() && !self.fetch_next(lab)? {
            return Ok(false);
        }
        self.turn += 1;
        self.report = 0;
        Ok(true)
    }

    fn enter_last_turn(&mut self, lab: &Lab) -> Result<bool, LabError> {
        if self.turn == 0 && !self.fetch_previous(lab)? {
            return Ok(false);
        }
        self.turn -= 1;
        self.report = last_stop(self.turn(), usize::MAX).unwrap_or_default();
        Ok(true)
    }

    fn next_entry(&mut self, lab: &Lab, wanted: Wanted) -> Result<bool, LabError> {
        let kept = self.turns.iter().enumerate().skip(self.turn).find_map(|(place, turn)| {
            let from = if place == self.turn { self.report + 1 } else { 0 };
            Some((place, wanted.first_in(turn, from)?))
        });
        if let Some((turn, report)) = kept {
            (self.turn, self.report) = (turn, report);
            return Ok(true);
        }
        if self.searched != Some(wanted) {
            self.return_to_end(lab)?;
        }
        loop {
            let after = self.again.now();
            let turns = self.again.turns_until(lab, SimTime(after.0 + PIECE_US))?;
            let found = turns.iter().enumerate().find_map(|(place, turn)| Some((place, wanted.first_in(turn, 0)?)));
            if let Some((turn, report)) = found {
                (self.after, self.to, self.turns) = (Some(after), self.again.now(), turns);
                (self.turn, self.report, self.searched) = (turn, report, None);
                return Ok(true);
            }
            self.searched = Some(wanted);
            if self.again.now() >= lab.now() {
                return Ok(false);
            }
        }
    }

    fn previous_entry(&mut self, lab: &Lab, wanted: Wanted) -> Result<bool, LabError> {
        let kept = self.turns.iter().enumerate().take(self.turn + 1).rev().find_map(|(place, turn)| {
            let until = if place == self.turn { self.report } else { usize::MAX };
            Some((place, wanted.last_in(turn, until)?))
        });
        if let Some((turn, report)) = kept {
            (self.turn, self.report) = (turn, report);
            return Ok(true);
        }
        // One replay of all that came before; of its pieces, the last one that has it is kept.
        let Some(end) = self.after else { return Ok(false) };
        let mut again = Again::new(lab, None)?;
        let (mut after, mut found) = (None, None);
        while after.is_none_or(|after| after < end) {
            let to = SimTime(again.now().0 + PIECE_US).min(end);
            let turns = again.turns_until(lab, to)?;
            let place =
                turns.iter().enumerate().rev().find_map(|(n, turn)| Some((n, wanted.last_in(turn, usize::MAX)?)));
            if let Some(place) = place {
                found = Some((after, to, turns, place));
            }
            after = Some(to);
        }
        let Some((after, to, turns, (turn, report))) = found else { return Ok(false) };
        (self.again, self.searched) = (again, None);
        (self.after, self.to, self.turns, self.turn, self.report) = (after, to, turns, turn, report);
        Ok(true)
    }

    /// Puts `again` back to the end of what is kept, if a search went on from there.
    fn return_to_end(&mut self, lab: &Lab) -> Result<(), LabError> {
        if self.again.now() != self.to {
            self.again = Again::new(lab, Some(self.to))?;
            self.searched = None;
        }
        Ok(())
    }

    /// Makes the turns that come next. `false` if there are none up to the present.
    fn fetch_next(&mut self, lab: &Lab) -> Result<bool, LabError> {
        self.return_to_end(lab)?;
        loop {
            let turns = self.again.turns_until(lab, SimTime(self.to.0 + PIECE_US))?;
            self.to = self.again.now();
            if !turns.is_empty() {
                self.turns.extend(turns);
                self.forget_first();
                return Ok(true);
            }
            if self.to >= lab.now() {
                return Ok(false);
            }
        }
    }

    /// Makes the turns before those kept. `false` if there are none.
    fn fetch_previous(&mut self, lab: &Lab) -> Result<bool, LabError> {
        let mut back = BACK_US;
        while let Some(after) = self.after {
            let from = after.0.checked_sub(back).map(SimTime);
            let mut turns = Again::new(lab, from)?.turns_until(lab, after)?;
            self.after = from;
            if !turns.is_empty() {
                self.turn += turns.len();
                turns.append(&mut self.turns);
                self.turns = turns;
                self.forget_last();
                return Ok(true);
            }
            back *= 2;
        }
        Ok(false)
    }

    /// Forgets the oldest turns, whole instants of them, if there are too many.
    fn forget_first(&mut self) {
        if self.turns.len() > TURNS_MAX {
            let first = self.turns[(self.turns.len() - TURNS_MAX / 2).min(self.turn)].at;
            let forgotten = self.turns.partition_point(|turn| turn.at < first);
            self.turns.drain(..forgotten);
            self.turn -= forgotten;
            self.after = first.0.checked_sub(1).map(SimTime);
        }
    }

    /// Forgets the newest turns, whole instants of them, if there are too many.
    fn forget_last(&mut self) {
        if self.turns.len() > TURNS_MAX {
            let last = self.turns[(TURNS_MAX / 2).max(self.turn)].at;
            self.turns.truncate(self.turns.partition_point(|turn| turn.at <= last));
            (self.to, self.searched) = (last, None);
        }
    }
}

/// Whether the entry is a decision about a PSYNC.
fn is_verdict(lab: &Lab, entry: usize) -> bool {
    matches!(lab.timeline().get(entry).map(|entry| &entry.what), Some(What::Node(Event::Verdict { .. })))
}

/// The place in a turn at which it made an entry; for a decision, where the deciding function is entered.
fn of_entry(turn: &TurnSteps, entry: usize, verdict: bool) -> Option<usize> {
    let nth = entry.checked_sub(turn.first_entry).filter(|nth| *nth < turn.entries)?;
    let until = turn.steps.partition_point(|report| report.events_before <= nth);
    let decided = Wanted { function: Function::MasterTryPartialResynchronization, host: None };
    let decided = if verdict { decided.last_in(turn, until) } else { None };
    // An effect is reported once it has happened: the entries that it made come before its report.
    let is_effect = |report: &StepReport| match &report.event {
        StepEvent::Taken(taken) => taken.step.info().kind == StepKind::Act,
        StepEvent::Entered(_) | StepEvent::Left(_) => false,
    };
    let effect = turn.steps.get(until).filter(|report| is_effect(report)).map(|_| until);
    decided.or(effect).or_else(|| last_stop(turn, until)).or_else(|| next_stop(turn, 0))
}

const fn is_stop(event: &StepEvent) -> bool {
    !matches!(event, StepEvent::Left(_))
}

/// The first place from report `from` on.
fn next_stop(turn: &TurnSteps, from: usize) -> Option<usize> {
    (from..turn.steps.len()).find(|&at| is_stop(&turn.steps[at].event))
}

/// The last place before report `until`.
fn last_stop(turn: &TurnSteps, until: usize) -> Option<usize> {
    (0..until.min(turn.steps.len())).rfind(|&at| is_stop(&turn.steps[at].event))
}

/// The next place that is in the function that runs at `from`, or after it has ended.
fn over(turn: &TurnSteps, from: usize) -> Option<usize> {
    // How many functions are entered since, less those that ended.
    let mut depth = 0_isize;
    for (at, report) in turn.steps.iter().enumerate().skip(from + 1) {
        match report.event {
            StepEvent::Entered(_) if depth < 0 => return Some(at),
            StepEvent::Entered(_) => depth += 1,
            StepEvent::Left(_) => depth -= 1,
            StepEvent::Taken(_) if depth <= 0 => return Some(at),
            StepEvent::Taken(_) => {}
        }
    }
    None
}

/// The next place after the function that runs at `from` has ended.
fn out(turn: &TurnSteps, from: usize) -> Option<usize> {
    let mut depth = 0_isize;
    for (at, report) in turn.steps.iter().enumerate().skip(from + 1) {
        match report.event {
            StepEvent::Entered(_) => depth += 1,
            StepEvent::Left(_) => depth -= 1,
            StepEvent::Taken(_) => {}
        }
        if depth < 0 {
            return next_stop(turn, at + 1);
        }
    }
    None
}
