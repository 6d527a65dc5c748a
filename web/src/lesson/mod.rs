//! Lessons: the course, and the panel in which one is read.
//!
//! * [`reading`]: where a reader is in a lesson, and what he has answered; [`shown`]: what the panel shows
//! * [`panel`]: the panel; `contents`, `task`, `question`, `answers`, `prose`: its parts
//! * [`library`]: the lessons that are here; [`address`]: what the page's address says
//! * [`presenter`]: one before an audience; [`notes`]: the presenter's second window
//! * [`draft`], [`editor`]: its text, to be edited
//! * [`course`]: the dialog with all lessons; [`kept`]: what was done in them; [`report`]: the dialog with that

pub mod address;
pub mod contents;
pub mod course;
pub mod draft;
pub mod editor;
pub mod intent;
pub mod kept;
pub mod library;
pub mod notes;
pub mod panel;
pub mod presenter;
mod prose;
pub mod question;
pub mod reading;
pub mod report;
pub mod shown;
mod task;
mod term;
