//! Where a reader is in a lesson, and what he has answered.

use std::rc::Rc;

use litemap::LiteMap;
use psyncscope_lab::lesson::{Answer, BlockKind, Broken, Lesson};
use psyncscope_lab::sim::frame::SimTime;
use yew::AttrValue;

use crate::app::run::LabRun;
use crate::lesson::draft::Draft;

/// Where a reader is in a lesson, and what he has answered. How far the world has come is the run's to say.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The lesson.
    pub lesson: Rc<Lesson>,
    /// Its text.
    pub text: AttrValue,
    /// Its text as it is being edited.
    pub draft: Option<Draft>,
    /// Whether what is done is kept: not that in a text of one's own that only bears the name of the course's.
    pub is_kept: bool,
    /// The block shown.
    pub place: usize,
    /// The last block that was shown.
    pub reached: usize,
    /// The reader wants to go on, and the next block has not begun.
    pub going_on: bool,
    /// Time stands still because a block was reached, not because the reader stopped it.
    pub held: bool,
    /// How many hints are shown.
    pub hints: usize,
    /// The first answer to each question that was given before the right one could be seen: those that count.
    pub first: Vec<Answer>,
    /// The answers in the branch on the page, by their blocks.
    pub given: LiteMap<usize, Answer>,
    /// What would have had to be true is shown.
    pub aside: Option<Aside>,
    /// What is done in the branch that is being made.
    pub begins: Option<Begins>,
    /// What was so when this was looked at last: see [`Reading::follow`].
    state: State,
}

/// A branch that shows what would have had to be true for a choice.
#[derive(Clone, Debug)]
pub struct Aside {
    /// The choice.
    pub choice: usize,
    /// The lesson's own branch.
    pub home: usize,
    /// Its present.
    pub home_at: SimTime,
}

/// What is done in a branch once it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Nothing: the block is done again.
    Again,
    /// What would have made this choice right.
    Instead {
        /// The choice.
        choice: usize,
        /// The lesson's own branch.
        home: usize,
        /// Its present.
        home_at: SimTime,
    },
}

/// How far a reader and the world are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    place: usize,
    begun: bool,
    met: bool,
    broken: bool,
}

impl Reading {
    /// A reader at the beginning, who gave these answers when he took the lesson before.
    #[must_use]
    pub const fn new(lesson: Rc<Lesson>, text: AttrValue, first: Vec<Answer>) -> Self {
        Self {
            lesson,
            text,
            draft: None,
            is_kept: true,
            place: 0,
            reached: 0,
            going_on: false,
            held: true,
            hints: 0,
            first,
            given: LiteMap::new_vec(),
            aside: None,
            begins: None,
            state: State { place: 0, begun: false, met: false, broken: false },
        }
    }

    /// A reader at the end, as far as its world goes (see [`Reading::follow`]), who has given these answers.
    #[must_use]
    pub fn at_end(lesson: Rc<Lesson>, text: AttrValue, first: Vec<Answer>) -> Self {
        let last = lesson.blocks.len().saturating_sub(1);
        let given = first.iter().map(|answer| (answer.block, *answer)).collect();
        Self { place: last, reached: last, given, ..Self::new(lesson, text, first) }
    }

    /// A block is shown.
    pub fn go_to(&mut self, block: usize) {
        if block != self.place {
            self.hints = 0;
        }
        self.place = block;
        self.reached = self.reached.max(block);
        self.going_on = false;
    }

    /// Notes an answer to the question shown, given before the right one can be seen. The first one counts.
    pub fn answer(&mut self, answer: Answer) {
        self.given.insert(answer.block, answer);
        if !self.first.iter().any(|first| first.block == answer.block) {
            self.first.push(answer);
        }
    }

    /// Keeps up with a run, which is of this branch. Returns whether something came that time stops for.
    pub fn follow(&mut self, run: &LabRun, branch: usize) -> bool {
        let Some(progress) = run.in_lesson().map(|here| &here.progress) else { return false };
        match self.aside.as_ref().map(|aside| aside.home) {
            Some(home) if home == branch => self.aside = None,
            Some(_) => {}
            None => {
                let last = progress.begun().saturating_sub(1);
                self.going_on &= self.place == self.reached && self.reached <= last;
                self.reached = self.reached.min(last);
                if self.place > self.reached {
                    self.go_to(self.reached);
                }
                // An answer that led to nothing here was given in another branch.
                let lesson = Rc::clone(&self.lesson);
                self.given.retain(|block, _| progress.met() > *block || is_released(&lesson, *block, run));
                if self.going_on && progress.begun() > self.place + 1 {
                    self.go_to(self.place + 1);
                }
            }
        }
        let is_done = match self.lesson.blocks.get(self.place).map(|block| &block.kind) {
            None | Some(BlockKind::Step { .. }) => false,
            Some(BlockKind::Task(_) | BlockKind::Question(_)) => progress.met() > self.place,
        };
        let begun = progress.begun() > self.place;
        let state = State { place: self.place, begun, met: is_done, broken: progress.broken().is_some() };
        let before = self.state;
        let arrives = begun && (state.place, begun) != (before.place, before.begun);
        let stops = arrives || state != before && (state.met && !before.met || state.broken);
        self.state = state;
        self.held |= stops;
        stops
    }

    /// Why the task shown cannot be met any more.
    #[must_use]
    pub fn broken(&self, run: &LabRun) -> Option<Broken> {
        let progress = &run.in_lesson()?.progress;
        let (_, broken) = progress.broken()?;
        (progress.met() == self.place).then_some(broken)
    }
}

/// Whether what is done when the reader goes on from a block was done in a run, or will be as time passes.
#[must_use]
pub fn is_released(lesson: &Lesson, block: usize, run: &LabRun) -> bool {
    let Some(first) = lesson.blocks.get(block).and_then(|block| block.then().first()) else { return true };
    let began = run.in_lesson().and_then(|here| here.progress.began_at(block));
    began.is_some_and(|began| {
        let done = run.lab().actions().iter().skip(began.actions);
        done.chain(run.remaining_script()).any(|timed| timed.action == first.action)
    })
}
