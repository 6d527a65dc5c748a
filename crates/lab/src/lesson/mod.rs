//! Lessons: a world, and blocks of text that lead a reader through it: steps to read, tasks to do, questions to answer
//! before the answer is seen.
//!
//! A lesson is a text file (`docs/lesson.md`). What it waits for and what it grades by is looked at in the world:
//!
//! * [`Lesson::parse`]: a text as a lesson; `tree`: its lines by their indentation; `block`: the blocks
//! * [`Prose`]: what it says, with terms of the [`GLOSSARY`] and numbers of the world
//! * [`Condition`]: what it waits for
//! * [`Progress`]: how far a world has come in it, a pure function of the lesson and the log of the world
//! * [`Lesson::check`]: plays it, answering right and wrong
//! * [`Report`]: what a student hands in; [`Lesson::grade`] replays it

mod block;
mod condition;
pub mod course;
mod glossary;
mod parse;
mod play;
mod progress;
mod prose;
mod report;
mod tree;
mod words;

pub use block::{Answering, Block, BlockKind, Choice, Later, Look, Mistake, Question, Task};
pub use condition::{Condition, Happening};
pub use glossary::{GLOSSARY, Term};
pub use play::{Fault, Played, still_due, timed};
pub use progress::{Broken, Mark, Progress, Truth};
pub use prose::{Paragraph, Prose, Quantity, Span, SpanKind, plain};
pub use report::{Answer, Graded, GradedBlock, LessonReport, Report, Verdict};

use crate::action::LabConfig;

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// What it is called in addresses and reports: letters, digits and `-`.
    pub id: String,
    /// Its title: a paragraph.
    pub title: Prose,
    /// What it is about.
    pub about: Prose,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// The world that it begins with.
    pub config: LabConfig,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
}

impl Lesson {
    /// The word that begins a lesson's file, behind comments.
    pub const KEYWORD: &'static str = "lesson";

    /// Whether a text is a lesson, and not a script: a line of it begins with `lesson`.
    #[must_use]
    pub fn is_lesson(text: &str) -> bool {
        let begins = |line: &str| line.strip_prefix(Self::KEYWORD).is_some_and(|rest| rest.starts_with([' ', '\t']));
        text.trim_start_matches('\u{feff}').lines().any(begins)
    }

    /// Whether it is nothing but tasks and what leads to them: there is a task with a limit or a par.
    #[must_use]
    pub fn is_challenge(&self) -> bool {
        self.tasks().any(|task| task.par.is_some())
    }

    /// How many questions it has.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Question(_))).count()
    }

    /// Its tasks, in order.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::Task(task) => Some(task),
            _ => None,
        })
    }
}
