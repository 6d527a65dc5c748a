//! The error type of every command: what went wrong, and a hint how to fix it.

use std::fmt;

/// A failure shown to the user: one line says what failed, one line what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    what: String,
    hint: String,
}

/// The result of every fallible step.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with its hint. Both are whole phrases without a full stop.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }

    /// What went wrong, for callers that try something else first.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n hint: {}", self.what, self.hint)
    }
}

impl std::error::Error for Error {}

/// Turns the errors of libraries into an [`Error`].
pub trait ResultExt<T> {
    /// `what` says what was being done; the original error follows it.
    fn context(self, what: impl fmt::Display, hint: impl Into<String>) -> Result<T>;
}

impl<T, E: fmt::Display> ResultExt<T> for std::result::Result<T, E> {
    fn context(self, what: impl fmt::Display, hint: impl Into<String>) -> Result<T> {
        self.map_err(|error| Error::new(format!("{what}: {error}"), hint))
    }
}
