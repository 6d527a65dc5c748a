//! The script of the session on the page, edited beside the stage.
//!
//! * [`document`]: the text, what it says, and what came of it; [`intent`]: what its reader wants; [`played`]: it on its way to the page
//! * [`panel`]: the panel; [`editor`]: the text with its lines' numbers and marks; [`findings`]: errors and expectations

pub mod document;
pub mod editor;
pub mod findings;
pub mod gutter;
pub mod intent;
pub mod panel;
pub mod played;
