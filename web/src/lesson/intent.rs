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
    /// The byte that is pointed at, or was last, is the answer to be given.
    Point,
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
    /// Begin the lesson again, in a new world.
    Restart,
    /// Edit the lesson's text.
    Edit,
    /// This is the text now.
    EditText(String),
    /// Begin what the text says.
    Try,
    /// Save the text as a file.
    SaveText,
    /// Put the text away.
    EndEdit,
    /// Present the lesson to an audience, or end that.
    Present(bool),
    /// Show the audience nothing, or the page again.
    Blank,
    /// Open the presenter's second window.
    Notes,
    /// That window wants to know what is shown.
    NotesAsked,
    /// Show the report.
    Report,
    /// This is the student's name.
    Student(String),
    /// Save the report as a file.
    SaveReport,
    /// Print what is shown.
    Print,
    /// Forget what was done in all lessons.
    Forget,
    /// Leave the lesson; its world stays.
    Leave,
}
