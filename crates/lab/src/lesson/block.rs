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

impl Block {
    /// Every text of it.
    #[must_use]
    pub fn texts(&self) -> Vec<&Prose> {
        let mut texts = vec![&self.text];
        texts.extend(Some(&self.notes).filter(|notes| !notes.is_empty()));
        match &self.kind {
            BlockKind::Step { .. } => {}
            BlockKind::Task(task) => texts.extend(&task.hints),
            BlockKind::Question(question) => {
                texts.push(&question.because);
                match &question.answering {
                    Answering::Choose(choices) => {
                        texts.extend(choices.iter().map(|choice| &choice.text));
                        let instead = choices.iter().filter(|choice| !choice.instead.is_empty());
                        texts.extend(instead.map(|choice| &choice.instead_text));
                    }
                    Answering::Number { mistakes, .. } => texts.extend(mistakes.iter().map(|mistake| &mistake.text)),
                }
            }
        }
        texts
    }

    /// What is done to the world when the reader goes on from it.
    #[must_use]
    pub fn then(&self) -> &[Later] {
        match &self.kind {
            BlockKind::Step { then } => then,
            BlockKind::Question(question) => &question.then,
            BlockKind::Task(_) => &[],
        }
    }

    /// All actions that it has.
    pub(super) fn actions(&self) -> Vec<&Later> {
        let mut all: Vec<&Later> = self.then().iter().collect();
        match &self.kind {
            BlockKind::Task(task) => all.extend(&task.solution),
            BlockKind::Question(Question { answering: Answering::Choose(choices), .. }) => {
                all.extend(choices.iter().flat_map(|choice| &choice.instead));
            }
            BlockKind::Step { .. } | BlockKind::Question(_) => {}
        }
        all
    }

    /// The nodes that it speaks of, but for its actions.
    pub(super) fn nodes(&self) -> Vec<&str> {
        let mut conditions: Vec<&Condition> = self.when.iter().collect();
        let mut nodes: Vec<&str> = Vec::new();
        match &self.kind {
            BlockKind::Step { .. } => {}
            BlockKind::Task(task) => conditions.extend(task.goals.iter().chain(&task.never)),
            BlockKind::Question(question) => {
                conditions.extend(&question.until);
                match &question.answering {
                    Answering::Choose(choices) => conditions.extend(choices.iter().flat_map(|choice| &choice.holds_if)),
                    Answering::Number { answer, point, mistakes } => {
                        nodes.push(&answer.node);
                        nodes.extend(mistakes.iter().map(|mistake| mistake.number.node.as_str()));
                        if let Some(Look::Panel(_, Some(node))) = point {
                            nodes.push(node);
                        }
                    }
                }
            }
        }
        for look in &self.look {
            match look {
                Look::Card(node) | Look::Panel(_, Some(node)) => nodes.push(node),
                Look::Wire(one, other) => nodes.extend([one.as_str(), other]),
                Look::Panel(_, None) | Look::Caption | Look::Transport => {}
            }
        }
        nodes.extend(conditions.into_iter().flat_map(Condition::nodes));
        nodes.extend(self.texts().into_iter().flat_map(Prose::quantities).map(|quantity| quantity.node.as_str()));
        nodes
    }
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
