//! Puts elements into the head of a page that Trunk has built.

use crate::error::{Error, Result};

/// What they go behind, however it is written (Trunk's minifier leaves out what may be left out): a policy holds for what
/// stands after it, and the encoding is to be the first.
const BEFORE: &str = "<meta charset=";

/// The page with one element more in its head.
pub fn with(page: &str, element: &str) -> Result<String> {
    let end = page.find(BEFORE).and_then(|start| Some(start + page[start..].find('>')? + 1));
    let end = end.ok_or_else(|| {
        Error::new(format!("index.html has no {BEFORE}\"utf-8\" />"), "restore it from version control")
    })?;
    let (head, tail) = page.split_at(end);
    Ok(format!("{head}\n    {element}{tail}"))
}
