//! What there is to show at a place among the steps of a turn: the stack, the function's lines, and what changed.

use psyncscope_engine::steps::{Field, Function, Step, StepEvent, StepTaken, Value};
use psyncscope_sim::TurnSteps;

/// How a line of a function stands.
#[derive(Clone, Debug, PartialEq)]
pub enum LineState {
    /// Not reached yet.
    NotReached,
    /// What comes after it was reached without it.
    Skipped,
    /// Taken: how often, and what it saw and changed the last time.
    Taken {
        /// How often, in this call.
        times: usize,
        /// The last time.
        taken: Box<StepTaken>,
        /// Whether it is the step taken last in this function.
        current: bool,
    },
}

/// A line of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownLine {
    /// The step.
    pub step: Step,
    /// How it stands.
    pub state: LineState,
}

/// A function that runs, and what called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The function.
    pub function: Function,
    /// The step that called it; `None` if nothing that has steps did.
    pub by: Option<Step>,
}

/// A value that the turn changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub field: Field,
    /// Before the turn, or before the first of several changes.
    pub before: Value,
    /// Now.
    pub after: Value,
    /// Whether the current step changed it.
    pub now: bool,
}

/// What there is to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The functions that run, the outermost first. There is at least one.
    pub stack: Vec<Call>,
    /// Which of them the lines are those of.
    pub depth: usize,
    /// All steps of that function, in order.
    pub lines: Vec<ShownLine>,
    /// What the turn has changed so far, in order.
    pub changes: Vec<Change>,
    /// The step taken last in the turn; `None` where a function was just entered.
    pub current: Option<StepTaken>,
}

impl Shown {
    /// The function that the lines are those of.
    #[must_use]
    pub fn function(&self) -> Function {
        self.stack[self.depth].function
    }

    /// The fields that the current step looks at or changes.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.current.iter().flat_map(|step| step.values.iter().map(|value| value.field))
    }
}

/// A function that runs: which steps it has taken, and how often.
struct Running<'a> {
    call: Call,
    last: Option<Step>,
    taken: Vec<(usize, Option<&'a StepTaken>)>,
}

/// What there is to show when `report` of the turn has come.
pub(super) fn shown(turn: &TurnSteps, report: usize, depth: Option<usize>) -> Shown {
    let mut stack: Vec<Running<'_>> = Vec::new();
    let mut changes: Vec<Change> = Vec::new();
    let mut current = None;
    for report in turn.steps.iter().take(report + 1) {
        current = None;
        match &report.event {
            StepEvent::Entered(function) => {
                let call = Call { function: *function, by: stack.last().and_then(|caller| caller.last) };
                stack.push(Running { call, last: None, taken: vec![(0, None); function.steps().len()] });
            }
            StepEvent::Left(_) => {
                stack.pop();
            }
            StepEvent::Taken(taken) => {
                if let Some(running) = stack.last_mut() {
                    running.last = Some(taken.step);
                    let (times, last) = &mut running.taken[usize::from(taken.step.index)];
                    (*times, *last) = (*times + 1, Some(&**taken));
                }
                note_changes(&mut changes, taken);
                current = Some(&**taken);
            }
        }
    }
    if current.is_none() {
        changes.iter_mut().for_each(|change| change.now = false);
    }
    // What was set to what it was is no change.
    changes.retain(|change| change.before != change.after);
    let depth = depth.unwrap_or(usize::MAX).min(stack.len().saturating_sub(1));
    let lines = stack.get(depth).map(lines).unwrap_or_default();
    Shown {
        stack: stack.iter().map(|running| running.call).collect(),
        depth,
        lines,
        changes,
        current: current.cloned(),
    }
}

fn lines(running: &Running<'_>) -> Vec<ShownLine> {
    let function = running.call.function;
    let reached = running.last.map(|last| last.index);
    let line = |(index, (times, taken)): (u8, &(usize, Option<&StepTaken>))| ShownLine {
        step: Step { function, index },
        state: match taken {
            Some(taken) => {
                LineState::Taken { times: *times, taken: Box::new((*taken).clone()), current: reached == Some(index) }
            }
            None if reached.is_some_and(|last| index < last) => LineState::Skipped,
            None => LineState::NotReached,
        },
    };
    (0_u8..).zip(&running.taken).map(line).collect()
}

/// Notes what a step changed. A field that changes again goes on from where it was, if that is what it was left as: a
/// field of another replica is another line.
fn note_changes(changes: &mut Vec<Change>, taken: &StepTaken) {
    changes.iter_mut().for_each(|change| change.now = false);
    for value in &taken.values {
        let Some(after) = &value.changed_to else { continue };
        let same = changes.iter_mut().rfind(|change| change.field == value.field && change.after == value.value);
        match same {
            Some(change) => (change.after, change.now) = (after.clone(), true),
            None => changes.push(Change {
                field: value.field,
                before: value.value.clone(),
                after: after.clone(),
                now: true,
            }),
        }
    }
}
