//! Scripts: a session as a text that one writes by hand, with narration and with expectations that are checked.
//!
//! * [`Script::parse`] and [`Script::to_text`]: everything that a session can say is read from a script and written to
//!   one. Comments are not kept.
//! * [`Script::check`]: plays a branch, checks what is expected in it and what always holds; [`Play`]: the same in parts.
//! * [`Script::text_with`]: what has been done since is put into its text, in which everything else stays as it is.
//!
//! The grammar is in `docs/script.md`.
//!
//! * `words`: a line as words; `value`: numbers with units; `parse`, `statement`: lines as a script; `print`: the other
//!   way; `insert`: lines into a text
//! * [`EXAMPLES`]: scripts to begin with
//! * [`expect`]: what can be expected of a node; `play`: checks it

pub(crate) mod error;
mod examples;
pub mod expect;
mod insert;
mod parse;
mod play;
mod print;
pub(crate) mod statement;
pub(crate) mod value;
pub(crate) mod words;

use crate::branches::Branches;
use crate::lang::Lang;

pub use error::{ScriptError, ScriptErrors, Wrong};
pub use examples::{EXAMPLES, Example};
pub use expect::Expectation;
pub use play::{Checked, Play, Unmet};

/// A session, and what its author says and expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    session: Branches,
    /// For each branch, in order.
    remarks: Vec<Vec<Remark>>,
    /// Where in the text each branch is; nothing if the script was not read from one.
    places: Vec<BranchLines>,
}

/// Where in a script's text a branch is. Lines are counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct BranchLines {
    /// The line of its head; main has none.
    head: Option<usize>,
    /// The line of its end, if it says one.
    end: Option<usize>,
    /// The line of each action.
    actions: Vec<usize>,
}

/// A line of a script that has a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The line, from 1.
    pub line: usize,
    /// Its branch.
    pub branch: usize,
    /// Its time, in microseconds.
    pub at_us: u64,
}

/// Something in a script that is no action.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// When, in microseconds.
    pub at_us: u64,
    /// How many of the branch's own actions come before it.
    pub after: usize,
    /// Its line in the text, from 1; 0 if it was not read from a text.
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
        Self { session, remarks, places: Vec::new() }
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

    /// Expects something at the end of a branch. Does nothing if there is no such branch.
    pub fn expect_at_end(&mut self, branch: usize, expectation: Expectation) {
        let Some(remarks) = self.remarks.get_mut(branch) else { return };
        let of = &self.session.list()[branch];
        let what = Said::Expectation(expectation);
        remarks.push(Remark { at_us: of.end_us, after: of.actions.len(), line: 0, what });
    }

    /// What is said and expected in a branch, in order; nothing if there is no such branch.
    #[must_use]
    pub fn remarks(&self, branch: usize) -> &[Remark] {
        self.remarks.get(branch).map_or(&[], Vec::as_slice)
    }

    /// The lines of the script's text that have a time, in their order.
    #[must_use]
    pub fn moments(&self) -> Vec<Moment> {
        let mut moments = Vec::new();
        for (branch, places) in self.places.iter().enumerate() {
            let done = self.session.list()[branch].actions.iter().zip(&places.actions);
            moments.extend(done.map(|(action, &line)| Moment { line, branch, at_us: action.at_us }));
            moments.extend(self.remarks(branch).iter().map(|said| Moment {
                line: said.line,
                branch,
                at_us: said.at_us,
            }));
        }
        moments.sort_by_key(|moment| moment.line);
        moments
    }

    /// The line of each action of a branch, those that it has from its ancestors first; nothing if there is no text.
    fn action_lines(&self, branch: usize) -> Vec<usize> {
        let Some(own) = self.places.get(branch) else { return Vec::new() };
        let mut lines = match self.session.list()[branch].leaves {
            Some(leaves) => self.action_lines(leaves.branch),
            None => Vec::new(),
        };
        lines.truncate(self.session.inherited(branch));
        lines.extend(&own.actions);
        lines
    }

    /// What the script's author says last, up to and including a time of a branch, to readers of a language.
    #[must_use]
    pub fn said(&self, branch: usize, at_us: u64, lang: Lang) -> Option<(u64, &str)> {
        let own = self.remarks(branch).iter().rev().filter(|remark| remark.at_us <= at_us);
        let said = own.filter_map(|remark| match &remark.what {
            Said::Narration { lang: only, text } if only.is_none_or(|only| only == lang) => {
                Some((remark, text.as_str()))
            }
            _ => None,
        });
        // Of what is said at one time, what is said in this language alone comes first.
        let is_exact = |remark: &Remark| matches!(remark.what, Said::Narration { lang: Some(_), .. });
        let found = said.fold(None, |best: Option<(&Remark, &str)>, next| match best {
            Some(best) if next.0.at_us < best.0.at_us || is_exact(best.0) || !is_exact(next.0) => Some(best),
            _ => Some(next),
        });
        found.map(|(remark, text)| (remark.at_us, text)).or_else(|| {
            let leaves = self.session.list().get(branch)?.leaves?;
            self.said(leaves.branch, leaves.at_us.min(at_us), lang)
        })
    }
}
