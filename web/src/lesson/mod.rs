//! Lessons: the course, and the panel in which one is read.
//!
//! * [`reading`]: where a reader is in a lesson, and what he has answered; [`shown`]: what the panel shows
//! * [`panel`]: the panel; `contents`, `task`, `question`, `answers`, `prose`: its parts
//! * [`course`]: the dialog with all lessons

mod contents;
pub mod course;
pub mod intent;
pub mod panel;
mod prose;
mod question;
pub mod reading;
pub mod shown;
mod task;
mod term;
