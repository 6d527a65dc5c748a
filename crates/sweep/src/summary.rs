//! What a sweep found: one part's, or several parts' together.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::run::{Failure, Report, digest_of_seed};
use crate::scenario::host_name;
use crate::seeds::{Part, Seeds};

/// The version of the format.
const VERSION: u32 = 1;

/// What a sweep found. Summaries of parts can be merged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The version of the format: 1.
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// The digest of the world of seed 0: two programs with the same make the same worlds.
    pub engine: String,
    /// What was asked for and done, part by part, in the order of the seeds.
    pub parts: Vec<PartSummary>,
    /// Sums over all worlds without a failure.
    pub totals: Totals,
    /// Worlds that violated a rule, in the order of their seeds.
    pub failures: Vec<FailureSummary>,
}

/// What became of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartSummary {
    /// The whole range of which it is a part.
    pub seeds: Seeds,
    /// Which part.
    pub part: Part,
    /// Its seeds that were checked: from its first seed on. One that failed is the last of them.
    pub done: Seeds,
}

impl PartSummary {
    /// Its seeds that were not checked.
    #[must_use]
    pub fn left(&self) -> Seeds {
        Seeds { from: self.done.to, to: self.part.of_seeds(self.seeds).to }
    }
}

/// Sums over worlds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Worlds.
    pub worlds: u64,
    /// Events after which all invariants were checked.
    pub events: u64,
    /// Virtual time in microseconds.
    pub virtual_us: u64,
    /// Commands and faults.
    pub actions: u64,
    /// PSYNCs answered with `+CONTINUE`.
    pub partial_resyncs: u64,
    /// PSYNCs answered with `+FULLRESYNC`.
    pub full_resyncs: u64,
    /// Replicas that became masters.
    pub promotions: u64,
    /// Bytes fed into backlogs.
    pub bytes_fed: u64,
    /// Pairs of datasets that were compared.
    pub datasets_compared: u64,
}

impl Totals {
    fn add(&mut self, other: Self) {
        let Self {
            worlds,
            events,
            virtual_us,
            actions,
            partial_resyncs,
            full_resyncs,
            promotions,
            bytes_fed,
            datasets_compared,
        } = other;
        for (sum, more) in [
            (&mut self.worlds, worlds),
            (&mut self.events, events),
            (&mut self.virtual_us, virtual_us),
            (&mut self.actions, actions),
            (&mut self.partial_resyncs, partial_resyncs),
            (&mut self.full_resyncs, full_resyncs),
            (&mut self.promotions, promotions),
            (&mut self.bytes_fed, bytes_fed),
            (&mut self.datasets_compared, datasets_compared),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    fn of(report: &Report) -> Self {
        let tally = report.tally;
        Self {
            worlds: 1,
            events: tally.events,
            virtual_us: report.virtual_us,
            actions: report.actions_done as u64,
            partial_resyncs: tally.partial,
            full_resyncs: tally.full,
            promotions: tally.promotions,
            bytes_fed: tally.bytes_fed,
            datasets_compared: tally.data_pairs,
        }
    }
}

/// A world that violated a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureSummary {
    /// Its seed.
    pub seed: u64,
    /// The rule's name.
    pub rule: String,
    /// When, in microseconds of virtual time.
    pub at_us: u64,
    /// The node, if it is about one.
    pub node: Option<String>,
    /// The numbers that show it.
    pub why: String,
    /// A script of the lab in which the same rule is violated, made as short as possible; nothing if no script can be
    /// made of it.
    pub script: Option<String>,
}

impl Summary {
    /// A sweep that has not begun.
    #[must_use]
    pub fn new(seeds: Seeds, part: Part) -> Self {
        let from = part.of_seeds(seeds).from;
        Self {
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            engine: digest_of_seed(0),
            parts: vec![PartSummary { seeds, part, done: Seeds { from, to: from } }],
            totals: Totals::default(),
            failures: Vec::new(),
        }
    }

    /// Adds the next world.
    pub(crate) fn add(&mut self, outcome: Result<Report, Failure>) {
        if let Some(last) = self.parts.last_mut() {
            last.done.to += 1;
        }
        match outcome {
            Ok(report) => self.totals.add(Totals::of(&report)),
            Err(Failure { seed, violation, .. }) => self.failures.push(FailureSummary {
                seed,
                rule: violation.rule.name().to_owned(),
                at_us: violation.at.0,
                node: violation.host.map(|host| host_name(usize::from(host.0))),
                why: violation.why,
                script: None,
            }),
        }
    }

    /// The seeds of its parts that were not checked, as ranges in order.
    #[must_use]
    pub fn left(&self) -> Vec<Seeds> {
        self.not_done(self.parts.iter().map(PartSummary::left).collect())
    }

    /// As [`Summary::left`], with the seeds of parts that are not here.
    #[must_use]
    pub fn missing(&self) -> Vec<Seeds> {
        self.not_done(self.parts.iter().map(|part| part.seeds).collect())
    }

    /// What was not done of some ranges.
    fn not_done(&self, mut left: Vec<Seeds>) -> Vec<Seeds> {
        // What one part left, another may have done: a part that ran out of time and was asked for again.
        for part in &self.parts {
            left = left
                .into_iter()
                .flat_map(|Seeds { from, to }| {
                    let Seeds { from: done_from, to: done_to } = part.done;
                    [Seeds { from, to: to.min(done_from) }, Seeds { from: from.max(done_to), to }]
                })
                .filter(|seeds| seeds.count() > 0)
                .collect();
        }
        left.sort_unstable();
        // Parts of several ranges may have left the same.
        let mut apart: Vec<Seeds> = Vec::new();
        for seeds in left {
            match apart.last_mut() {
                Some(last) if seeds.from <= last.to => last.to = last.to.max(seeds.to),
                _ => apart.push(seeds),
            }
        }
        apart
    }

    /// Several summaries as one.
    ///
    /// # Errors
    /// Two of them do not fit together; the error names them by their place.
    pub fn merged(summaries: impl IntoIterator<Item = Self>) -> Result<Option<Self>, MergeError> {
        let mut merged: Option<Self> = None;
        // The seeds that were done, and in which summary.
        let mut done: Vec<(Seeds, usize)> = Vec::new();
        for (index, summary) in summaries.into_iter().enumerate() {
            if summary.version != VERSION {
                return Err(MergeError::Version { index, version: summary.version });
            }
            for part in &summary.parts {
                let overlap = done.iter().find(|(other, _)| other.common(part.done).count() > 0);
                if let Some(&(other, first)) = overlap {
                    return Err(MergeError::Overlap { first, index, seeds: other.common(part.done) });
                }
                done.push((part.done, index));
            }
            let Some(all) = &mut merged else {
                merged = Some(summary);
                continue;
            };
            if (&all.engine, &all.program) != (&summary.engine, &summary.program) {
                return Err(MergeError::Engine { index });
            }
            all.parts.extend(summary.parts);
            all.totals.add(summary.totals);
            all.failures.extend(summary.failures);
        }
        if let Some(all) = &mut merged {
            all.parts.sort_by_key(|part| part.done);
            all.failures.sort_by_key(|failure| failure.seed);
        }
        Ok(merged)
    }
}

/// Why summaries do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeError {
    /// One has another version of the format.
    Version {
        /// Its place.
        index: usize,
        /// Its version.
        version: u32,
    },
    /// One is of another program than the first.
    Engine {
        /// Its place.
        index: usize,
    },
    /// Two of them checked the same seeds.
    Overlap {
        /// The first one's place.
        first: usize,
        /// The other one's.
        index: usize,
        /// The seeds.
        seeds: Seeds,
    },
}

impl MergeError {
    /// The place of the summary that does not fit.
    #[must_use]
    pub const fn index(&self) -> usize {
        match self {
            Self::Version { index, .. } | Self::Engine { index } | Self::Overlap { index, .. } => *index,
        }
    }

    /// The place of the summary that it does not fit with.
    #[must_use]
    pub const fn other(&self) -> usize {
        match self {
            Self::Overlap { first, .. } => *first,
            Self::Version { .. } | Self::Engine { .. } => 0,
        }
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { version, .. } => write!(f, "a summary of version {version}; {VERSION} is read here"),
            Self::Engine { .. } => f.write_str("the summary of another version of the program, whose worlds differ"),
            Self::Overlap { seeds, .. } => write!(f, "seeds {seeds} were checked in both"),
        }
    }
}

impl std::error::Error for MergeError {}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Seeds = Seeds { from: 0, to: 100 };

    /// A part of [`ALL`] with so many worlds done.
    fn summary(index: u64, of: u64, worlds: u64) -> Summary {
        let mut summary = Summary { engine: "one".to_owned(), ..Summary::new(ALL, Part { index, of }) };
        summary.parts[0].done.to += worlds;
        summary.totals = Totals { worlds, events: 10 * worlds, ..Totals::default() };
        summary
    }

    fn merged(summaries: &[Summary]) -> Result<Summary, MergeError> {
        Summary::merged(summaries.to_vec()).map(|merged| merged.expect("there are some"))
    }

    #[test]
    fn parts_add_up_in_any_order_and_in_steps() {
        let parts: Vec<Summary> = (0..4).map(|index| summary(index, 4, 25)).collect();
        let all = merged(&parts).expect("they fit");
        assert_eq!((all.totals.worlds, all.totals.events, all.left()), (100, 1000, vec![]));
        let backwards: Vec<Summary> = parts.iter().rev().cloned().collect();
        assert_eq!(merged(&backwards).expect("they fit"), all);
        let halves = [&parts[..2], &parts[2..]].map(|half| merged(half).expect("they fit"));
        assert_eq!(merged(&halves).expect("they fit"), all);
        assert_eq!(Summary::merged([]), Ok(None));
    }

    #[test]
    fn what_is_left_is_told_until_another_does_it() {
        let parts = [summary(0, 2, 50), summary(1, 2, 20)];
        let all = merged(&parts).expect("they fit");
        assert_eq!(all.left(), [Seeds { from: 70, to: 100 }]);
        let first = &parts[0];
        assert_eq!((first.left(), first.missing()), (vec![], vec![Seeds { from: 50, to: 100 }]));
        let mut rest = summary(0, 1, 0);
        rest.parts[0] =
            PartSummary { seeds: Seeds { from: 70, to: 100 }, part: Part::WHOLE, done: Seeds { from: 70, to: 90 } };
        let all = merged(&[all, rest]).expect("they fit");
        assert_eq!(all.left(), [Seeds { from: 90, to: 100 }]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (one, other) = (summary(0, 2, 50), summary(1, 2, 50));
        let stranger = Summary { engine: "two".to_owned(), ..other.clone() };
        assert_eq!(merged(&[one.clone(), stranger]), Err(MergeError::Engine { index: 1 }));
        let newer = Summary { version: 2, ..other.clone() };
        assert_eq!(merged(&[newer]), Err(MergeError::Version { index: 0, version: 2 }));
        let again = merged(&[other, one, summary(0, 4, 3)]);
        assert_eq!(again, Err(MergeError::Overlap { first: 1, index: 2, seeds: Seeds { from: 0, to: 3 } }));
    }

    #[test]
    fn a_summary_is_read_as_it_was_written() {
        let mut written = summary(1, 2, 7);
        let (rule, why) = ("bytes-agree".to_owned(), "byte 3 is 0x61 and 0x62".to_owned());
        let (node, script) = (Some("b".to_owned()), Some("version 1\n".to_owned()));
        written.failures.push(FailureSummary { seed: 56, rule, at_us: 12, node, why, script });
        let text = serde_json::to_string(&written).expect("plain data");
        assert_eq!(serde_json::from_str::<Summary>(&text).expect("its own writing"), written);
        let unknown = text.replacen("\"totals\"", "\"sums\":1,\"totals\"", 1);
        assert!(serde_json::from_str::<Summary>(&unknown).expect_err("unknown").to_string().contains("sums"));
    }
}
