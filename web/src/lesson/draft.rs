//! The text of a lesson that is being edited.

use std::rc::Rc;

use litemap::LiteMap;
use psyncscope_lab::lesson::Lesson;
use psyncscope_lab::script::ScriptError;
use yew::AttrValue;

use crate::script::gutter::Mark;

/// The text of a lesson that is being edited.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The text, as it stands in the editor.
    pub text: AttrValue,
    /// What is wrong with it.
    pub errors: Rc<[ScriptError]>,
    /// What it said when it could last be read.
    pub lesson: Rc<Lesson>,
}

impl Draft {
    /// The text of a lesson.
    #[must_use]
    pub fn new(text: AttrValue, lesson: Rc<Lesson>) -> Self {
        Self { text, errors: Rc::from([]), lesson }
    }

    /// The text is another.
    pub fn edit(&mut self, text: String) {
        match Lesson::parse(&text) {
            Ok(lesson) => (self.lesson, self.errors) = (Rc::new(lesson), Rc::from([])),
            Err(errors) => self.errors = errors.list().into(),
        }
        self.text = text.into();
    }

    /// What stands beside the numbers of lines.
    #[must_use]
    pub fn marks(&self) -> LiteMap<usize, Mark> {
        self.errors.iter().map(|error| (error.line, Mark::Error)).collect()
    }
}
