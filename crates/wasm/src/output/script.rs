//! What came of playing a script, as plain objects.

use psyncscope_lab::script;
use psyncscope_lab::{Lang, script::Checked};
use serde::Serialize;
use tsify::Tsify;

use super::ms;
use super::why::Broken;

/// What came of playing a branch of a script.
#[derive(Serialize, Tsify)]
pub struct BranchChecked {
    /// The branch's name.
    branch: String,
    /// How many expectations it has.
    expectations: usize,
    /// Those that are not met.
    unmet: Vec<Unmet>,
    /// The rules that began not to hold.
    broken: Vec<Broken>,
}

impl BranchChecked {
    pub fn of(branch: String, checked: &Checked, lang: Lang) -> Self {
        let frame = checked.lab.frame_at(checked.lab.now());
        Self {
            branch,
            expectations: checked.expectations,
            unmet: checked.unmet.iter().map(Unmet::of).collect(),
            broken: checked.broken.iter().map(|broken| Broken::of(broken, &frame, lang)).collect(),
        }
    }
}

/// An expectation that is not met.
#[derive(Serialize, Tsify)]
struct Unmet {
    /// Its line in the script, from 1.
    line: usize,
    at_ms: f64,
    /// What was expected, as the script has it.
    expected: String,
    /// What is so instead.
    found: String,
}

impl Unmet {
    fn of(script::Unmet { line, at, expected, found }: &script::Unmet) -> Self {
        Self { line: *line, at_ms: ms(*at), expected: expected.clone(), found: found.clone() }
    }
}
