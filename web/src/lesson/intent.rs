//! What a reader wants of a lesson.

use psyncscope_lab::lesson::Answer;

/// What a reader wants of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonIntent {
    /// Show the course.
    Course,
    /// Begin the lesson of this name.
    Open(String),
    /// Go on to the next block.
    Next,
    /// Go back to the block before.
    Back,
    /// Show this block, which was read already.
    GoTo(usize),
    /// This is the answer to the question.
    Answer(Answer),
    /// Show the next hint.
    Hint,
    /// Let time pass, or not.
    TogglePlay,
    /// Let time pass at once, up to where the lesson goes on.
    Skip,
    /// Go back to the moment at which the block began, to do it again.
    Again,
    /// Show what would have had to be true for the choice that was made.
    Instead,
    /// Back from there.
    Return,
    /// Leave the lesson; its world stays.
    Leave,
}
