//! What the page's address says about lessons.

/// The parameter that names a lesson.
pub const LESSON: &str = "lesson";
/// The parameter that asks for the presenter's second window.
pub const NOTES: &str = "notes";
