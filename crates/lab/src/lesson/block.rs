//! The blocks of a lesson.

use super::condition::Condition;
use super::prose::{Prose, Quantity};
use crate::action::Action;
use crate::link::Panel;

/// A part of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its line in the text, from 1.
    pub line: usize,
    /// What has to be so before it is shown: time passes until then.
    pub when: Vec<Condition>,
    /// What it says.
    pub text: Prose,
    /// What only the one who presents it sees.
    pub notes: Prose,
    /// What it asks the reader to look at.
    pub look: Vec<Look>,
    /// What is to be done with it.
    pub kind: BlockKind,
}

/// What is to be done with a block.
#[derive(Clone, Debug, PartialEq)]
pub enum BlockKind {
    /// To be read.
    Step {
        /// What is done to the world when the reader goes on.
        then: Vec<Later>,
    },
    /// Something that the reader does.
    Task(Task),
    /// A question that the reader answers before time passes.
    Question(Question),
}

/// What a reader does with his own hands.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What has to be so, all at one moment.
    pub goals: Vec<Condition>,
    /// What may not be at any moment until then.
    pub never: Vec<Condition>,
    /// How many actions may be taken.
    pub actions_max: Option<usize>,
    /// How many a good solution takes.
    pub par: Option<usize>,
    /// Hints, each more than the one before.
    pub hints: Vec<Prose>,
    /// One way to do it.
    pub solution: Vec<Later>,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// How it is answered.
    pub answering: Answering,
    /// What is done to the world once it is answered.
    pub then: Vec<Later>,
    /// When the answer can be seen: time passes until then. At once if there is nothing.
    pub until: Vec<Condition>,
    /// Why it is so, with the numbers of that moment.
    pub because: Prose,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answering {
    /// By choosing one of these.
    Choose(Vec<Choice>),
    /// By a number.
    Number {
        /// The right one.
        answer: Quantity,
        /// Where it can be pointed at; it can always be typed.
        point: Option<Look>,
        /// Wrong ones that are told apart.
        mistakes: Vec<Mistake>,
    },
}

/// A choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its line in the text, from 1.
    pub line: usize,
    /// It is right if all of this holds once the answer can be seen.
    pub holds_if: Vec<Condition>,
    /// What it says.
    pub text: Prose,
    /// What would have had to be done at the moment of the question, before all else, for it to be right.
    pub instead: Vec<Later>,
    /// What this shows.
    pub instead_text: Prose,
}

/// A wrong number that has a reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The number.
    pub number: Quantity,
    /// What is wrong with it.
    pub text: Prose,
}

/// An action, some time after a block began.
#[derive(Clone, Debug, PartialEq)]
pub struct Later {
    /// Its line in the text, from 1.
    pub line: usize,
    /// How long after, in microseconds.
    pub after_us: u64,
    /// The action.
    pub action: Action,
}

/// What a block asks the reader to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// A node's card.
    Card(String),
    /// The wire between two nodes.
    Wire(String, String),
    /// A panel, of this node if it is of one.
    Panel(Panel, Option<String>),
    /// The sentence about what happens.
    Caption,
    /// The buttons that let time pass.
    Transport,
}
