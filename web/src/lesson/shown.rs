//! What the panel of a lesson shows.

use std::rc::Rc;

use psyncscope_lab::lesson::{Answer, Broken, Lesson, Mark, Truth};

use crate::app::run_ref::RunRef;

/// What the panel of a lesson shows.
#[derive(Clone)]
pub struct Shown {
    /// The lesson.
    pub lesson: Rc<Lesson>,
    /// The run, for values of the world.
    pub run: RunRef,
    /// The block; `None` as long as the first one has not begun.
    pub block: Option<usize>,
    /// The last block that can be shown.
    pub reached: usize,
    /// What is to be done with the block.
    pub phase: Phase,
    /// Whether time passes.
    pub playing: bool,
    /// Whether it is presented to an audience.
    pub presenting: bool,
    /// When the block began.
    pub began: Mark,
    /// When it was met.
    pub met: Option<Mark>,
    /// Which goals of a task hold.
    pub goals: Vec<bool>,
    /// How many actions a task took so far.
    pub actions: usize,
    /// How many hints are shown.
    pub hints: usize,
    /// The answer to a question.
    pub given: Option<Answer>,
    /// What is right.
    pub truth: Option<Truth>,
    /// How many tasks were met and questions answered right, once the lesson is over.
    pub over: Option<Over>,
}

impl PartialEq for Shown {
    /// The lesson is the same as before, or another piece of data.
    fn eq(&self, other: &Self) -> bool {
        let of = |shown: &Self| {
            let Self { block, reached, phase, playing, presenting, began, met, actions, hints, given, .. } = shown;
            (*block, *reached, *phase, (*playing, *presenting), *began, *met, *actions, *hints, *given)
        };
        Rc::ptr_eq(&self.lesson, &other.lesson)
            && self.run == other.run
            && of(self) == of(other)
            && self.goals == other.goals
            && self.truth == other.truth
            && self.over == other.over
    }
}

/// What is to be done with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It was read before; the lesson is further on.
    Earlier,
    /// It is to be read.
    Read,
    /// Time passes until the next one begins.
    Waiting,
    /// The task is to be done.
    Task,
    /// It was done.
    TaskMet,
    /// It cannot be done any more.
    TaskBroken(Broken),
    /// The question is to be answered.
    Asked {
        /// Time has passed since it was asked.
        late: bool,
    },
    /// It was answered; time passes until the answer can be seen.
    Answered,
    /// The answer can be seen.
    Told,
    /// What would have had to be true for this choice is being shown.
    Instead {
        /// The choice.
        choice: usize,
        /// Whether it can be seen.
        seen: bool,
    },
}

/// What leads on from a block: the panel's main button, and the key for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onward {
    /// Showing the next block.
    Next,
    /// Letting time pass.
    Play,
    /// Stopping time, while the reader has something to do.
    Pause,
    /// Skipping to the moment at which the lesson goes on.
    Skip,
    /// Beginning at the block again.
    Again,
    /// Giving the answer that is chosen or typed.
    Answer,
    /// Going back from what would have had to be true.
    Return,
}

impl Phase {
    /// What leads on, while time passes (`playing`) or not.
    #[must_use]
    pub const fn onward(self, playing: bool) -> Onward {
        match self {
            Self::Earlier | Self::Read | Self::TaskMet | Self::Told => Onward::Next,
            Self::Waiting | Self::Answered | Self::Instead { seen: false, .. } if playing => Onward::Skip,
            Self::Task if playing => Onward::Pause,
            Self::Waiting | Self::Answered | Self::Instead { seen: false, .. } | Self::Task => Onward::Play,
            Self::TaskBroken(_) => Onward::Again,
            Self::Asked { .. } => Onward::Answer,
            Self::Instead { seen: true, .. } => Onward::Return,
        }
    }
}

/// How a lesson went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// Tasks whose goals were met, and all.
    pub tasks: (usize, usize),
    /// Questions answered right at first, and all.
    pub questions: (usize, usize),
    /// The name of the next lesson of the course.
    pub next: Option<String>,
}
