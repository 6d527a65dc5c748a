//! The steps of the functions of replication, reported as they are taken.
//!
//! [`Function`] lists the functions and, of each, its [`Step`]s in the order of the code. When a driver asks for them
//! ([`crate::Node::observe_steps`]), each function reports where it is entered and left, each condition with whether it
//! holds and what it compared, and each effect with the values before and after:
//! [`crate::Node::take_steps`]. What a step means
//! in words is for others to say; what happened is only said here, by the code that does it.

mod functions;
mod values;

use serde::{Deserialize, Serialize};

pub use functions::{Function, step};
pub use values::{Field, StepValue, Value, Values};

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A condition: it holds or not.
    Check,
    /// The head of a loop: a condition that is checked again after each round.
    Each,
    /// An effect.
    Act,
    /// A call of another function that has steps.
    Call(Function),
}

impl StepKind {
    /// The function that is called.
    #[must_use]
    pub const fn callee(self) -> Option<Function> {
        match self {
            Self::Call(callee) => Some(callee),
            Self::Check | Self::Each | Self::Act => None,
        }
    }
}

/// A step of a function, as the code declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepInfo {
    /// Its name: what the code does there.
    pub name: &'static str,
    /// What it is.
    pub kind: StepKind,
}

/// A step of a function: `steps()[index]` of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Step {
    /// The function.
    pub function: Function,
    /// Its place among the function's steps.
    pub index: u8,
}

impl Step {
    /// How the code declares it.
    ///
    /// # Panics
    /// If the function has no such step: one that was reported exists.
    #[must_use]
    pub const fn info(self) -> StepInfo {
        self.function.steps()[self.index as usize]
    }
}

/// A report, and where it belongs among the events of its turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// How many events of this turn were recorded before it.
    pub events_before: usize,
    /// What happened.
    pub event: StepEvent,
}

/// What a function that runs reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StepEvent {
    /// The function begins.
    Entered(Function),
    /// It takes a step.
    Taken(Box<StepTaken>),
    /// It ends.
    Left(Function),
}

/// A step that was taken, with what it looked at and changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepTaken {
    /// Which.
    pub step: Step,
    /// Of a condition: whether it holds.
    pub holds: Option<bool>,
    /// The values that it compared, or that it changed.
    pub values: Vec<StepValue>,
}

/// What reports steps: a [`crate::node::Context`], a [`crate::Node`], or [`Unreported`].
pub(crate) trait Steps {
    /// Reports, if somebody asked for it.
    fn report(&mut self, make: impl FnOnce() -> StepEvent);

    /// Reports that a step is taken. `holds` is `None` unless it is a condition.
    #[inline]
    fn take(&mut self, step: Step, holds: Option<bool>, values: impl FnOnce(&mut Values) -> &mut Values) {
        self.report(|| {
            let mut seen = Values::default();
            values(&mut seen);
            StepEvent::Taken(Box::new(StepTaken { step, holds, values: seen.into_vec() }))
        });
    }

    /// A condition. Returns whether it holds.
    #[inline]
    fn check(&mut self, step: impl Into<Step>, holds: bool, values: impl FnOnce(&mut Values) -> &mut Values) -> bool {
        self.take(step.into(), Some(holds), values);
        holds
    }

    /// An effect, reported once it has happened.
    #[inline]
    fn act(&mut self, step: impl Into<Step>, values: impl FnOnce(&mut Values) -> &mut Values) {
        self.take(step.into(), None, values);
    }

    /// A call of another function, which reports itself.
    #[inline]
    fn calls(&mut self, step: impl Into<Step>) {
        self.take(step.into(), None, |values| values);
    }

    /// Runs a function: reports where it is entered and left.
    #[inline]
    fn within<R>(&mut self, function: Function, run: impl FnOnce(&mut Self) -> R) -> R {
        self.report(|| StepEvent::Entered(function));
        let result = run(self);
        self.report(|| StepEvent::Left(function));
        result
    }
}

/// Reports nothing.
pub(crate) struct Unreported;

impl Steps for Unreported {
    fn report(&mut self, _: impl FnOnce() -> StepEvent) {}
}
