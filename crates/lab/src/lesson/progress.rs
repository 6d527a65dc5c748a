//! How far a world has come in a lesson.
//!
//! Whoever lets the world run shows it to [`Progress::observe`] after each event and each action. So the moments are
//! those of the world, and the same for everyone who replays its log.

use std::sync::Arc;

use psyncscope_sim::frame::{Frame, SimTime};

use super::block::{Answering, BlockKind};
use super::{Block, Lesson};
use crate::lab::Lab;

/// A moment of a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: SimTime,
    /// How many entries its timeline had.
    pub entries: usize,
    /// How many actions had been taken.
    pub actions: usize,
    /// The frame: at one time there may be several.
    pub seq: u64,
}

impl Mark {
    /// The lab's present.
    fn now(lab: &Lab) -> Self {
        let seq = lab.frame_at(lab.now()).seq;
        Self { at: lab.now(), entries: lab.timeline().len(), actions: lab.actions().len(), seq }
    }

    /// The world at this moment; what happened later at the same time is not in it.
    #[must_use]
    pub fn frame(&self, lab: &Lab) -> Arc<Frame> {
        lab.frame(self.seq).unwrap_or_else(|| lab.frame_at(self.at))
    }
}

/// What is right, once it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// The choices that are, by their index: one, if the lesson is well made.
    Choices(Vec<usize>),
    /// The number; `None` if the world has no such number then.
    Number(Option<i64>),
}

/// Why a task cannot be met any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// What may never be was so: the condition's index.
    Never(usize),
    /// There were more actions than are allowed.
    TooManyActions,
}

/// How far a world has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// When each block began.
    began: Vec<Mark>,
    /// When each was met: a step at once, a task once its goals were, a question once its answer could be seen.
    met: Vec<(Mark, Option<Truth>)>,
    /// The task at hand cannot be met any more.
    broken: Option<(Mark, Broken)>,
}

impl Progress {
    /// Looks at the lab's present. `true` if something is new.
    pub fn observe(&mut self, lesson: &Lesson, lab: &Lab) -> bool {
        let mut new = false;
        while self.go_on(lesson, lab) {
            new = true;
        }
        new
    }

    /// Takes one step, if the present allows it.
    fn go_on(&mut self, lesson: &Lesson, lab: &Lab) -> bool {
        if self.broken.is_some() {
            return false;
        }
        let index = self.met.len();
        let Some(block) = lesson.blocks.get(index) else { return false };
        let Some(began) = self.began.get(index).copied() else {
            // What ends a block and what begins the next one may happen in one turn.
            let since = self.began.last().copied().unwrap_or_default();
            let begins = block.when.iter().all(|condition| condition.holds(lab, &since));
            if begins {
                self.began.push(Mark::now(lab));
            }
            return begins;
        };
        match &block.kind {
            BlockKind::Step { .. } => self.met.push((began, None)),
            BlockKind::Task(task) => {
                if let Some(broken) = broken(block, lab, &began) {
                    self.broken = Some((Mark::now(lab), broken));
                    return true;
                }
                if !task.goals.iter().all(|goal| goal.holds(lab, &began)) {
                    return false;
                }
                self.met.push((Mark::now(lab), None));
            }
            BlockKind::Question(question) => {
                if !question.until.iter().all(|condition| condition.holds(lab, &began)) {
                    return false;
                }
                let truth = truth(&question.answering, lab, &began);
                self.met.push((Mark::now(lab), Some(truth)));
            }
        }
        true
    }

    /// How many blocks have begun.
    #[must_use]
    pub const fn begun(&self) -> usize {
        self.began.len()
    }

    /// How many blocks have been met.
    #[must_use]
    pub const fn met(&self) -> usize {
        self.met.len()
    }

    /// Whether all of the lesson has been.
    #[must_use]
    pub const fn is_over(&self, lesson: &Lesson) -> bool {
        self.met.len() == lesson.blocks.len()
    }

    /// When a block began.
    #[must_use]
    pub fn began_at(&self, block: usize) -> Option<Mark> {
        self.began.get(block).copied()
    }

    /// When a block was met.
    #[must_use]
    pub fn met_at(&self, block: usize) -> Option<Mark> {
        self.met.get(block).map(|(mark, _)| *mark)
    }

    /// What is right, if the block is a question whose answer can be seen.
    #[must_use]
    pub fn truth(&self, block: usize) -> Option<&Truth> {
        self.met.get(block).and_then(|(_, truth)| truth.as_ref())
    }

    /// Since when, and why, the task at hand cannot be met any more.
    #[must_use]
    pub const fn broken(&self) -> Option<(Mark, Broken)> {
        self.broken
    }

    /// A question is asked again: it and what follows have not been met.
    pub(super) fn ask_again(&mut self, block: usize) {
        self.began.truncate(block + 1);
        self.met.truncate(block);
        self.broken = None;
    }

    /// A branch leaves at `t`: what was later has not been.
    pub fn truncate(&mut self, t: SimTime) {
        self.began.retain(|mark| mark.at <= t);
        self.met.retain(|(mark, _)| mark.at <= t);
        self.met.truncate(self.began.len());
        self.broken = self.broken.filter(|(mark, _)| mark.at <= t);
    }
}

/// Why the task cannot be met any more.
fn broken(block: &Block, lab: &Lab, began: &Mark) -> Option<Broken> {
    let BlockKind::Task(task) = &block.kind else { return None };
    if let Some(never) = task.never.iter().position(|never| never.holds(lab, began)) {
        return Some(Broken::Never(never));
    }
    let taken = lab.actions().len().saturating_sub(began.actions);
    task.actions_max.is_some_and(|max| taken > max).then_some(Broken::TooManyActions)
}

fn truth(answering: &Answering, lab: &Lab, began: &Mark) -> Truth {
    match answering {
        Answering::Choose(choices) => {
            let holds = |(index, choice): (usize, &super::Choice)| {
                choice.holds_if.iter().all(|condition| condition.holds(lab, began)).then_some(index)
            };
            Truth::Choices(choices.iter().enumerate().filter_map(holds).collect())
        }
        Answering::Number { answer, .. } => {
            Truth::Number(answer.value(lab, &lab.frame_at(lab.now())).ok().and_then(|text| text.parse().ok()))
        }
    }
}
