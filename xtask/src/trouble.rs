//! The one error type: what went wrong, and how to mend it.

use std::fmt;

/// A failure told to a person: one line of what, one line of what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    what: String,
    mend: String,
}

/// What every fallible step returns.
pub type Result<T> = std::result::Result<T, Trouble>;

impl Trouble {
    /// A failure with its mend. Both are whole phrases without a full stop.
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }

    /// What went wrong, for those who want to try another way first.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n mend: {}", self.what, self.mend)
    }
}

/// Turns another crate's error into a [`Trouble`].
pub trait OrTrouble<T> {
    /// `what` says what was being done; the original error follows it.
    fn or_trouble(self, what: impl fmt::Display, mend: impl Into<String>) -> Result<T>;
}

impl<T, E: fmt::Display> OrTrouble<T> for std::result::Result<T, E> {
    fn or_trouble(self, what: impl fmt::Display, mend: impl Into<String>) -> Result<T> {
        self.map_err(|error| Trouble::new(format!("{what}: {error}"), mend))
    }
}
