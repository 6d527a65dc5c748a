//! The lessons that the page has, and what their reader has done in them.

use std::rc::Rc;

use litemap::LiteMap;
use psyncscope_lab::Lesson;
use psyncscope_lab::lesson::Graded;
use psyncscope_lab::lesson::course::COURSE;
use yew::AttrValue;

use crate::lesson::kept::Kept;
use crate::ui::error::UiError;

/// A lesson that was fetched and its text, or why it is not here.
pub type Fetched = Result<(Rc<Lesson>, AttrValue), UiError>;

/// The lessons that were fetched.
#[derive(Default)]
pub struct Course {
    /// By their names; `None` of one that is on its way.
    pub known: LiteMap<String, Option<Fetched>>,
    /// What is done with a lesson once it has come.
    pub wanted: Option<(String, Wanted)>,
    /// What its reader has done.
    pub kept: Kept,
    /// What the sessions of the report are worth, as far as they were replayed.
    pub graded: LiteMap<String, Rc<Graded>>,
}

impl Course {
    /// A course, with what the browser has stored.
    #[must_use]
    pub fn stored() -> Self {
        Self { kept: Kept::stored().unwrap_or_default(), ..Self::default() }
    }

    /// A lesson, if it is here.
    #[must_use]
    pub fn known(&self, id: &str) -> Option<&Rc<Lesson>> {
        self.known.get(id)?.as_ref()?.as_ref().ok().map(|(lesson, _)| lesson)
    }

    /// Whether a lesson was asked for and did not come.
    #[must_use]
    pub fn has_failed(&self, id: &str) -> bool {
        matches!(self.known.get(id), Some(Some(Err(_))))
    }

    /// The text of a lesson that is here.
    #[must_use]
    pub fn text(&self, lesson: &Rc<Lesson>) -> AttrValue {
        let known = self.known.get(&lesson.id).and_then(|known| known.as_ref()?.as_ref().ok());
        known.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Notes a lesson that was opened from elsewhere. Returns whether it is what its name says: one that bears the name of
    /// the course's, but is another, is not.
    pub fn note_own(&mut self, lesson: &Rc<Lesson>, text: &AttrValue) -> bool {
        if COURSE.contains(&&*lesson.id) {
            return self.known(&lesson.id).is_some_and(|known| known == lesson);
        }
        self.known.insert(lesson.id.clone(), Some(Ok((Rc::clone(lesson), text.clone()))));
        true
    }
}

/// What is done with a lesson once it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It begins.
    Open,
    /// A link's session is opened in it.
    Link(String),
}
