//! Lessons: whether one can be taken, and what students' reports are worth.

use std::fmt::Write as _;
use std::path::Path;

use psyncscope_lab::Lesson;
use psyncscope_lab::lesson::{Fault, Played};

/// Plays a lesson, answering right and wrong.
///
/// # Errors
/// Everything that is wrong with it, each with its line.
pub fn check(lesson: &Lesson, file: &Path) -> Result<String, String> {
    let Played { log, tasks, questions, alternatives, faults, .. } =
        lesson.check().map_err(|error| format!("{}: {error}", file.display()))?;
    if faults.is_empty() {
        let steps = lesson.blocks.len();
        let seconds = log.end_us as f64 / 1e6;
        return Ok(format!(
            "{}: {steps} blocks, {tasks} tasks and {questions} questions; {alternatives} other worlds of wrong answers; \
             {} actions in {seconds} s\n",
            lesson.id,
            log.actions.len(),
        ));
    }
    let mut text = format!("the lesson has {} faults", faults.len());
    for Fault { line, message } in &faults {
        let _ = write!(text, "\n{}:{line}: {message}", file.display());
    }
    Err(text)
}
