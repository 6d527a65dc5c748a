//! Scripts: a session as a text that one writes by hand, with narration and with expectations that are checked.
//!
//! * [`Script::parse`] and [`Script::to_text`]: everything that a session can say is read from a script and written to
//!   one. Comments are not kept.
//! * [`Script::check`]: plays a branch, checks what is expected in it and what always holds.
//!
//! The grammar is in `docs/script.md`.
//!
//! * `words`: a line as words; `value`: numbers with units; `parse`, `statement`: lines as a script; `print`: the other
//!   way
//! * [`expect`]: what can be expected of a node; `play`: checks it

mod error;
pub mod expect;
mod parse;
mod play;
mod print;
mod statement;
mod value;
mod words;

use crate::branches::Branches;
use crate::lang::Lang;

pub use error::{ScriptError, ScriptErrors, Wrong};
pub use expect::Expectation;
pub use play::{Checked, Unmet};

/// A session, and what its author says and expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    session: Branches,
    /// For each branch, in order.
    remarks: Vec<Vec<Remark>>,
}

/// Something in a script that is no action.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// When, in microseconds.
    pub at_us: u64,
    /// How many of the branch's own actions come before it.
    pub after: usize,
    /// Its line in the text, from 1.
    pub line: usize,
    /// What.
    pub what: Said,
}

/// What a remark says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A sentence for the reader.
    Narration {
        /// Its language; `None` if it is for readers of every language.
        lang: Option<Lang>,
        /// The sentence.
        text: String,
    },
    /// What is expected to be so.
    Expectation(Expectation),
}

impl Script {
    /// The version of the language that is read and written.
    pub const VERSION: u32 = 1;

    /// A session without remarks.
    #[must_use]
    pub fn of(session: Branches) -> Self {
        let remarks = vec![Vec::new(); session.list().len()];
        Self { session, remarks }
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Branches {
        &self.session
    }

    /// The session alone.
    #[must_use]
    pub fn into_session(self) -> Branches {
        self.session
    }

    /// What is said and expected in a branch, in order; nothing if there is no such branch.
    #[must_use]
    pub fn remarks(&self, branch: usize) -> &[Remark] {
        self.remarks.get(branch).map_or(&[], Vec::as_slice)
    }
}
