//! A script's text, what it says, and what came of playing it.

use std::rc::Rc;

use litemap::LiteMap;
use psyncscope_lab::script::{Moment, Said, ScriptError, Unmet};
use psyncscope_lab::{Branches, Lang, Script};
use yew::AttrValue;

use crate::script::gutter::Mark;

/// A script's text, what it says, and what came of playing it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text, as it stands in the editor.
    pub text: AttrValue,
    /// What of it is on the page: what the text said when it could last be read.
    pub script: Rc<Script>,
    /// The lines that have a time.
    moments: Rc<[Moment]>,
    /// What is wrong with the text.
    pub errors: Rc<[ScriptError]>,
    /// For each branch that was played: what it expects and what is not so.
    played: Rc<LiteMap<usize, Vec<Unmet>>>,
    /// Whether the session went another way than the text says.
    pub parted: bool,
}

impl Document {
    /// A text that was read as this script.
    #[must_use]
    pub fn new(text: &str, script: Script) -> Self {
        Self {
            text: AttrValue::from(text.to_owned()),
            moments: script.moments().into(),
            script: Rc::new(script),
            errors: Rc::from([]),
            played: Rc::default(),
            parted: false,
        }
    }

    /// A session, written as a script.
    #[must_use]
    pub fn of(session: Branches) -> Self {
        let text = Script::of(session.clone()).to_text();
        // What is written can be read: a test of the lab's.
        let script = Script::parse(&text).unwrap_or_else(|_| Script::of(session));
        Self::new(&text, script)
    }

    /// The document with what a session has beyond it; `None` if that went another way.
    #[must_use]
    pub fn with(&self, session: &Branches) -> Option<Self> {
        let text = self.script.text_with(&self.text, session)?;
        let script = Script::parse(&text).ok()?;
        // Lines have moved: what was checked is found again by its order.
        let lines = |script: &Script, branch| -> Vec<usize> {
            script.remarks(branch).iter().map(|remark| remark.line).collect()
        };
        let moved = |(&branch, unmet): (&usize, &Vec<Unmet>)| {
            let (old, new) = (lines(&self.script, branch), lines(&script, branch));
            let line =
                |unmet: &Unmet| old.iter().position(|&line| line == unmet.line).and_then(|at| new.get(at).copied());
            let unmet = unmet.iter().map(|one| Unmet { line: line(one).unwrap_or(one.line), ..one.clone() });
            (branch, unmet.collect())
        };
        let played = self.played.iter().map(moved).collect();
        Some(Self { played: Rc::new(played), ..Self::new(&text, script) })
    }

    /// Notes what came of playing a branch.
    pub fn note(&mut self, branch: usize, unmet: Vec<Unmet>) {
        Rc::make_mut(&mut self.played).insert(branch, unmet);
    }

    /// The same text, of which other branches were played too.
    pub fn keep_played(&mut self, other: &Self) {
        self.played = Rc::clone(&other.played);
    }

    /// The moment of a line.
    #[must_use]
    pub fn moment(&self, line: usize) -> Option<Moment> {
        self.moments.iter().copied().find(|moment| moment.line == line)
    }

    /// The last line of a branch that has happened at `at_us`; of its ancestors', if none of its own has.
    #[must_use]
    pub fn line_at(&self, branch: usize, at_us: u64) -> Option<usize> {
        let own = self.moments.iter().rev().find(|moment| moment.branch == branch && moment.at_us <= at_us);
        own.map(|moment| moment.line).or_else(|| {
            let leaves = self.script.session().list().get(branch)?.leaves?;
            self.line_at(leaves.branch, leaves.at_us.min(at_us))
        })
    }

    /// What the author says last at a moment of a branch, and when.
    #[must_use]
    pub fn said(&self, branch: usize, at_us: u64, lang: Lang) -> Option<(u64, AttrValue)> {
        self.script.said(branch, at_us, lang).map(|(at_us, text)| (at_us, AttrValue::from(text.to_owned())))
    }

    /// What stands beside the numbers of lines.
    #[must_use]
    pub fn marks(&self) -> LiteMap<usize, Mark> {
        let mut marks: LiteMap<usize, Mark> = self.moments.iter().map(|moment| (moment.line, Mark::Moment)).collect();
        for (branch, unmet) in self.played.iter() {
            for line in self.expectations(*branch) {
                let is_met = !unmet.iter().any(|unmet| unmet.line == line);
                marks.insert(line, if is_met { Mark::Met } else { Mark::Unmet });
            }
        }
        marks.extend(self.errors.iter().map(|error| (error.line, Mark::Error)));
        marks
    }

    /// What is not as expected, in the branches that were played.
    pub fn unmet(&self) -> impl Iterator<Item = &Unmet> {
        self.played.values().flatten()
    }

    /// How many expectations were checked, and how many there are.
    #[must_use]
    pub fn expectations_checked(&self) -> (usize, usize) {
        let count = |branch| self.expectations(branch).count();
        let all = (0..self.script.session().list().len()).map(count).sum();
        (self.played.keys().map(|&branch| count(branch)).sum(), all)
    }

    fn expectations(&self, branch: usize) -> impl Iterator<Item = usize> {
        let expected = self.script.remarks(branch).iter().filter(|remark| matches!(remark.what, Said::Expectation(_)));
        expected.map(|remark| remark.line)
    }
}
