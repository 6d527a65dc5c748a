//! The lines of a console at one moment.

use std::cell::RefCell;
use std::rc::Rc;

use psyncscope_lab::console::{ConsoleLine, Transcript};

/// The first lines of a transcript, shared with the run that goes on writing it.
#[derive(Clone)]
pub struct ConsoleLines {
    transcript: Rc<RefCell<Transcript>>,
    count: usize,
}

impl ConsoleLines {
    /// The lines of `transcript` that the first `entries` entries of the timeline brought.
    #[must_use]
    pub fn of(transcript: &Rc<RefCell<Transcript>>, entries: usize) -> Self {
        let count = transcript.borrow().lines_at(entries).len();
        Self { transcript: Rc::clone(transcript), count }
    }

    /// Tells this transcript from those of other nodes and runs.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{:p}", Rc::as_ptr(&self.transcript))
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Calls `look` with the lines.
    pub fn with<R>(&self, look: impl FnOnce(&[ConsoleLine]) -> R) -> R {
        let transcript = self.transcript.borrow();
        look(&transcript.lines()[..self.count])
    }

    /// The line with this number.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<ConsoleLine> {
        self.with(|lines| lines.get(index).cloned())
    }

    /// The place in the timeline of the entry that brought the line with this number.
    #[must_use]
    pub fn entry_of(&self, index: usize) -> Option<usize> {
        self.transcript.borrow().entry_of(index)
    }

    /// The newest line.
    #[must_use]
    pub fn last(&self) -> Option<ConsoleLine> {
        self.with(|lines| lines.last().cloned())
    }
}

impl PartialEq for ConsoleLines {
    /// What a line shows never changes, so the same transcript and number are the same lines.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.transcript, &other.transcript) && self.count == other.count
    }
}
