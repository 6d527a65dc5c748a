//! What a text is that somebody opens: a saved session, a script, or a link.

use crate::branches::Branches;
use crate::error::LabError;
use crate::lesson::Lesson;
use crate::link::{Link, View};
use crate::script::Script;

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A link to an instant, or an address with one.
    Link,
    /// A saved session, or the log of a single run: JSON.
    Saved,
    /// A script.
    Script,
    /// A lesson.
    Lesson,
}

/// A text that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it was.
    pub source: Source,
    /// The session, and what a script says and expects.
    pub script: Script,
    /// What a link shows of it.
    pub view: View,
}

impl Source {
    /// What a text begins like. Whatever is neither a link nor JSON is a script, whose errors say best what is wrong.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim();
        // A script can begin with a comment, but not consist of one.
        if !text.contains('\n') && Link::is_link(text) {
            Self::Link
        } else if text.starts_with(['{', '[']) {
            Self::Saved
        } else if Lesson::is_lesson(text) {
            Self::Lesson
        } else {
            Self::Script
        }
    }
}

impl Opened {
    /// Opens a text, whatever it is.
    ///
    /// # Errors
    /// As [`Link::parse`], [`Branches::from_json`], [`Script::parse`], [`Lesson::parse`] and [`Lesson::solved`].
    pub fn read(text: &str) -> Result<Self, LabError> {
        let source = Source::of(text);
        let (script, view) = match source {
            Source::Link => {
                let (session, view) = Link::parse(text.trim())?.into_parts();
                (Script::of(session), view)
            }
            Source::Saved => (Script::of(Branches::from_json(text)?), View::default()),
            Source::Script => (Script::parse(text)?, View::default()),
            Source::Lesson => return Self::of_lesson(&Lesson::parse(text)?),
        };
        Ok(Self { source, script, view })
    }

    /// The session of somebody who does everything right in a lesson.
    ///
    /// # Errors
    /// As [`Lesson::solved`].
    pub fn of_lesson(lesson: &Lesson) -> Result<Self, LabError> {
        let script = Script::of(Branches::of(lesson.solved()?));
        Ok(Self { source: Source::Lesson, script, view: View::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        for (text, source) in [
            ("#v1.abc", Source::Link),
            (" https://example.com/lab/#v1.abc\n", Source::Link),
            ("\u{feff}{\"version\":2}", Source::Saved),
            ("[]", Source::Saved),
            ("# a comment\nnode a\n", Source::Script),
            ("node a", Source::Script),
            ("", Source::Script),
            ("# a comment\nlesson first\n", Source::Lesson),
            ("node a\n  lesson first\n", Source::Script),
        ] {
            assert_eq!(Source::of(text), source, "{text}");
        }
    }

    #[test]
    fn each_is_opened_or_says_what_is_wrong() {
        let script = Script::parse("node a\nend 1s").expect("a script");
        let json = script.session().to_json();
        let link = Link::new(script.session().clone(), View::default()).expect("a link").to_text();
        for text in [&json, &link, &script.to_text()] {
            let opened = Opened::read(text).expect("it is one of them");
            assert_eq!(opened.script.session(), script.session());
        }
        for text in ["{", "#v1.!", "nod a"] {
            assert!(Opened::read(text).is_err(), "{text}");
        }
    }
}
