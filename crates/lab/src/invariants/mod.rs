//! What always holds of every world, checked while it runs: section by section what Redis's replication promises, each
//! with the numbers that show it. Data for the page, JavaScript and the command line; the tests' own checker, which also
//! sees every byte on the wires, uses the same rules.

mod frames;
mod node;
mod rule;
mod watch;

pub use frames::{between, of_frame};
pub use node::{LinkSeen, NodeSeen};
pub use rule::Rule;
pub use watch::Watch;

use psyncscope_sim::frame::{HostId, SimTime};

use crate::lang::{Bilingual, Lang};
use crate::template::fill;

/// The rules that are checked while a world runs, in the order in which they are shown: what replication promises of
/// one node, of two nodes, and of what happens between two moments.
pub const LIVE: [Rule; 9] = [
    Rule::LinkAgrees,
    Rule::BacklogEndsAtOffset,
    Rule::BytesAgree,
    Rule::SecondHistoryInPast,
    Rule::ResyncIsExact,
    Rule::StreamIsContiguous,
    Rule::OffsetMovesByBytes,
    Rule::OnlyHeadProduces,
    Rule::DataAgrees,
];

/// A rule at one place, with its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The node.
    pub host: HostId,
    /// The other node, if it is about two.
    pub other: Option<HostId>,
    /// Whether it holds.
    pub holds: bool,
    /// The sentence with the numbers.
    pub words: Bilingual,
    /// The numbers, by the names of the sentence's slots.
    pub numbers: Vec<(&'static str, String)>,
}

impl Finding {
    /// The numbers in a sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let numbers: Vec<(&str, &str)> = self.numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fill(self.words.get(lang), &numbers)
    }
}

/// A rule that does not hold, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// When it was seen first.
    pub at: SimTime,
    /// The frame that shows it.
    pub seq: u64,
    /// The rule and its numbers.
    pub finding: Finding,
}
