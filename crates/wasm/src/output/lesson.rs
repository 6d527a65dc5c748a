//! What came of taking and of grading a lesson, as plain objects.

use psyncscope_lab::Lesson;
use psyncscope_lab::lesson::{Fault, Graded, GradedBlock, Played, Verdict};
use serde::Serialize;
use tsify::Tsify;

/// What came of taking a lesson.
#[derive(Serialize, Tsify)]
pub struct LessonChecked {
    /// The lesson's name.
    lesson: String,
    blocks: usize,
    tasks: usize,
    questions: usize,
    /// What is wrong with it, in order of its lines.
    faults: Vec<LessonFault>,
}

impl LessonChecked {
    pub fn of(lesson: &Lesson, played: &Played) -> Self {
        let fault = |Fault { line, message }: &Fault| LessonFault { line: *line, message: message.clone() };
        Self {
            lesson: lesson.id.clone(),
            blocks: lesson.blocks.len(),
            tasks: played.tasks,
            questions: played.questions,
            faults: played.faults.iter().map(fault).collect(),
        }
    }
}

/// Something that is wrong with a lesson.
#[derive(Serialize, Tsify)]
struct LessonFault {
    /// The line in its text, from 1.
    line: usize,
    message: String,
}

/// What a student's report of a lesson is worth.
#[derive(Serialize, Tsify)]
pub struct LessonGraded {
    /// The lesson's name.
    lesson: String,
    /// Whether all of it was done, right or wrong.
    complete: bool,
    tasks_met: usize,
    tasks: usize,
    questions_right: usize,
    questions: usize,
    /// Each task and question, in order.
    blocks: Vec<LessonBlockGraded>,
    /// Why nothing can be said, or null.
    error: Option<String>,
}

/// What a task or a question is worth.
#[derive(Serialize, Tsify)]
struct LessonBlockGraded {
    /// The block, from 0.
    block: usize,
    #[tsify(type = "'met' | 'not-met' | 'right' | 'wrong' | 'not-answered'")]
    verdict: Verdict,
    /// How many actions a task took, or null.
    actions: Option<usize>,
    /// How many a good solution takes, or null.
    par: Option<usize>,
}

impl LessonGraded {
    pub fn of(graded: &Graded) -> Self {
        let block = |of: &GradedBlock| {
            let GradedBlock { block, verdict, actions, par } = *of;
            LessonBlockGraded { block, verdict, actions, par }
        };
        Self {
            lesson: graded.lesson.clone(),
            complete: graded.complete,
            tasks_met: graded.tasks.0,
            tasks: graded.tasks.1,
            questions_right: graded.questions.0,
            questions: graded.questions.1,
            blocks: graded.blocks.iter().map(block).collect(),
            error: graded.error.clone(),
        }
    }
}
