//! Puts elements into the head of a page that Trunk has built.

use crate::error::{Error, Result};

/// What they go behind: a policy holds for what stands after it, and the encoding is to be the first.
const BEFORE: &str = "<meta charset=\"utf-8\" />";

/// The page with one element more in its head.
pub fn with(page: &str, element: &str) -> Result<String> {
    let (head, tail) = page
        .split_once(BEFORE)
        .ok_or_else(|| Error::new(format!("index.html has no {BEFORE}"), "restore it from version control"))?;
    Ok(format!("{head}{BEFORE}\n    {element}{tail}"))
}
