//! What a reader has done in lessons: in memory, and in the browser's storage where that is allowed.

use litemap::LiteMap;
use psyncscope_lab::lesson::{LessonReport, Report};

use crate::lesson::course::Standing;
use crate::ui::dom;

/// Where the report is stored: what was answered and done.
const REPORT: &str = "psyncscope.report";
/// Where it is stored how far each lesson was taken: a line each.
const REACHED: &str = "psyncscope.lessons";

/// What a reader has done in lessons.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What he can hand in.
    pub report: Report,
    /// How many blocks of each lesson have been met, and how many it has.
    reached: LiteMap<String, (usize, usize)>,
}

impl Default for Kept {
    fn default() -> Self {
        let report = Report { psyncscope_report: Report::VERSION, ..Report::default() };
        Self { report, reached: LiteMap::new_vec() }
    }
}

impl Kept {
    /// What is stored; what is not can be read is left alone until something is kept.
    #[must_use]
    pub fn stored() -> Option<Self> {
        let report = Report::from_json(&dom::remembered(REPORT)?).ok()?;
        let reached = dom::remembered(REACHED).unwrap_or_default();
        Some(Self { report, reached: read_reached(&reached) })
    }

    /// Another page may have kept something meanwhile.
    pub fn refresh(&mut self) {
        if let Some(stored) = Self::stored() {
            *self = stored;
        }
    }

    fn store(&self) {
        dom::remember(REPORT, &self.report.to_json());
        dom::remember(REACHED, &write_reached(&self.reached));
    }

    /// Notes what was done in a lesson, of whose `all` blocks `met` have been met.
    pub fn note(&mut self, lesson: LessonReport, met: usize, all: usize) {
        self.refresh();
        self.add(lesson, met, all);
        self.store();
    }

    /// Of two sessions the one stays that came further; of two answers to a question the one that was given first.
    fn add(&mut self, lesson: LessonReport, met: usize, all: usize) {
        let before = self.reached.get(&lesson.lesson).map_or(0, |(met, _)| *met);
        let LessonReport { lesson: id, session, answers } = lesson;
        match self.report.lessons.iter_mut().find(|known| known.lesson == id) {
            None => self.report.lessons.push(LessonReport { lesson: id.clone(), session, answers }),
            Some(known) => {
                for answer in answers {
                    if !known.answers.iter().any(|first| first.block == answer.block) {
                        known.answers.push(answer);
                    }
                }
                if met >= before {
                    known.session = session;
                }
            }
        }
        self.reached.insert(id, (met.max(before), all));
    }

    /// What was done in a lesson.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&LessonReport> {
        self.report.lessons.iter().find(|lesson| lesson.lesson == id)
    }

    /// How far a lesson was taken.
    #[must_use]
    pub fn standing(&self, id: &str) -> Standing {
        match self.reached.get(id) {
            None => Standing::New,
            Some((met, all)) if met < all => Standing::Begun,
            Some(_) => Standing::Done,
        }
    }

    /// Whose report it is.
    pub fn set_student(&mut self, student: String) {
        self.refresh();
        self.report.student = student;
        self.store();
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        *self = Self::default();
        dom::forget(REPORT);
        dom::forget(REACHED);
    }
}

fn write_reached(reached: &LiteMap<String, (usize, usize)>) -> String {
    reached.iter().map(|(id, (met, all))| format!("{id} {met} {all}\n")).collect()
}

fn read_reached(text: &str) -> LiteMap<String, (usize, usize)> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let id = words.next()?.to_owned();
        Some((id, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use psyncscope_lab::lesson::Answer;

    use super::*;

    fn done(session: &str, answers: &[(usize, usize)]) -> LessonReport {
        let answer = |&(block, choice): &(usize, usize)| Answer { block, choice: Some(choice), number: None };
        LessonReport {
            lesson: "ring".to_owned(),
            session: session.to_owned(),
            answers: answers.iter().map(answer).collect(),
        }
    }

    #[test]
    fn the_first_answer_and_the_session_that_came_further_stay() {
        let mut kept = Kept::default();
        assert_eq!(kept.standing("ring"), Standing::New);
        kept.add(done("first", &[(2, 0)]), 3, 5);
        assert_eq!(kept.standing("ring"), Standing::Begun);
        kept.add(done("shorter", &[(2, 1), (3, 1)]), 2, 5);
        let of = |kept: &Kept| kept.of("ring").cloned();
        assert_eq!(of(&kept), Some(done("first", &[(2, 0), (3, 1)])));
        kept.add(done("whole", &[]), 5, 5);
        assert_eq!(of(&kept), Some(done("whole", &[(2, 0), (3, 1)])));
        assert_eq!(kept.standing("ring"), Standing::Done);
    }

    #[test]
    fn how_far_lessons_were_taken_can_be_written_and_read() {
        let mut kept = Kept::default();
        kept.add(done("s", &[]), 3, 5);
        assert_eq!(read_reached(&write_reached(&kept.reached)), kept.reached);
        assert!(read_reached("nothing\nof that 1\n").is_empty());
    }
}
