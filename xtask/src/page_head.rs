//! Puts elements into the head of a page that Trunk has built.

use crate::error::{Error, Result};

/// What they go behind, as it is written and as Trunk's minifier leaves it: a policy holds for what stands after it, and
/// the encoding is to be the first.
const BEFORE: [&str; 2] = ["<meta charset=\"utf-8\" />", "<meta charset=utf-8>"];

/// The page with one element more in its head.
pub fn with(page: &str, element: &str) -> Result<String> {
    let split = BEFORE.iter().find_map(|before| Some((before, page.split_once(before)?)));
    let (before, (head, tail)) = split
        .ok_or_else(|| Error::new(format!("index.html has no {}", BEFORE[0]), "restore it from version control"))?;
    Ok(format!("{head}{before}\n    {element}{tail}"))
}
