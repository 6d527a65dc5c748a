//! What is wrong with a script, and where.

use std::fmt;

use crate::error::{ErrorCode, LabError};
use crate::format::shortened;

/// Characters of what stands somewhere that a message shows.
const FOUND_CHARS: usize = 40;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Something else was expected there.
    Unexpected {
        /// What stands there; `None` at the end of the line.
        found: Option<String>,
        /// What was expected.
        expected: String,
        /// The known word that `found` is most like.
        nearest: Option<String>,
    },
    /// The line can be read, but what it says is refused.
    Refused(LabError),
}

/// One thing that is wrong with a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What.
    pub wrong: Wrong,
}

impl ScriptError {
    /// Where and why, without the place.
    fn message(&self) -> String {
        match &self.wrong {
            Wrong::Unexpected { found, expected, nearest } => {
                let found = match found {
                    Some(found) => {
                        let shown: String =
                            found.chars().take(FOUND_CHARS + 1).map(|c| if c.is_control() { '·' } else { c }).collect();
                        format!("found {}", shortened(&shown, FOUND_CHARS))
                    }
                    None => "the line ends".to_owned(),
                };
                let nearest = nearest.as_ref().map_or_else(String::new, |word| format!("; did you mean {word}?"));
                format!("{found}, expected {expected}{nearest}")
            }
            Wrong::Refused(error) => error.message.clone(),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message())
    }
}

/// All that is wrong with a script, in the order of its lines: at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptErrors(pub(crate) Vec<ScriptError>);

impl ScriptErrors {
    /// Each of them.
    #[must_use]
    pub fn list(&self) -> &[ScriptError] {
        &self.0
    }
}

impl fmt::Display for ScriptErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ScriptErrors {}

impl From<LabError> for ScriptErrors {
    /// A refusal of what a script does, at the line that it names.
    fn from(mut error: LabError) -> Self {
        let line = error.at.as_ref().and_then(|at| at.line).unwrap_or(1);
        if let Some(message) = error.message.strip_prefix(&format!("line {line}: ")) {
            error.message = message.to_owned();
        }
        Self(vec![ScriptError { line, column: 1, wrong: Wrong::Refused(error) }])
    }
}

impl From<ScriptErrors> for LabError {
    /// The place is that of the first; the message has all of them.
    fn from(errors: ScriptErrors) -> Self {
        let message = errors.to_string();
        let Some(ScriptError { line, column, wrong }) = errors.0.into_iter().next() else {
            return Self::new(ErrorCode::BadScript, message);
        };
        let refusal = match wrong {
            Wrong::Unexpected { .. } => Self::new(ErrorCode::BadScript, message),
            Wrong::Refused(error) => Self { message, ..error },
        };
        refusal.place(|at| (at.line, at.column) = (Some(line), Some(column)))
    }
}

/// The word among `known` that is most like `found`, if one is like it.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let found = found.to_lowercase();
    let length = found.chars().count();
    // Of a long text the distance takes long, and it is like nothing.
    if length > 40 {
        return None;
    }
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&found, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= (length.min(word.chars().count()) + 1) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        let known = ["cut", "heal", "restart", "resume", "CONNECTED"];
        for (found, word) in
            [("hael", "heal"), ("Cut", "cut"), ("restrat", "restart"), ("connected", "CONNECTED"), ("heall", "heal")]
        {
            assert_eq!(nearest(found, known).as_deref(), Some(word));
        }
        for found in ["", "x", "explode", &"x".repeat(100_000)] {
            assert_eq!(nearest(found, known), None);
        }
    }
}
