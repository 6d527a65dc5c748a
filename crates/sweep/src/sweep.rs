//! Many worlds, one after the other.

use std::ops::ControlFlow;

use psyncscope_lab::LabError;

use crate::invariants::Violation;
use crate::run::{check, fails};
use crate::scenario::Scenario;
use crate::seeds::{Part, Seeds};
use crate::session::session_of_failure;
use crate::shrink::shrink;
use crate::summary::Summary;

/// How often a failing scenario is run to make it shorter, at most.
const SHRINKING_RUNS_MAX: u64 = 1500;

/// Checks the worlds of a part of the seeds, up to the first that violates a rule. `next` is called before each of them,
/// with what was found so far; the sweep ends where it breaks.
pub fn sweep(seeds: Seeds, part: Part, mut next: impl FnMut(&Summary) -> ControlFlow<()>) -> Summary {
    let mut summary = Summary::new(seeds, part);
    let Seeds { from, to } = part.of_seeds(seeds);
    for seed in from..to {
        if !summary.failures.is_empty() || next(&summary).is_break() {
            break;
        }
        summary.add(check(&Scenario::of_seed(seed)));
    }
    summary
}

/// A failure made short.
#[derive(Debug)]
pub struct Shortened {
    /// The script's text.
    pub script: String,
    /// What the script violates.
    pub violation: Violation,
    /// Actions of the scenario that the script was made of, and of the whole one.
    pub actions: [usize; 2],
}

/// Makes the failure of a seed short: removes the actions without which the same rule is violated, no later. `run` is
/// called before each run of the world, with its number and how many actions are left. `None` if the seed does not fail.
///
/// # Errors
/// What is left is too long for a session of the lab.
pub fn shorten(seed: u64, mut run: impl FnMut(u64, usize)) -> Result<Option<Shortened>, LabError> {
    let whole = Scenario::of_seed(seed);
    let Err(failure) = check(&whole) else { return Ok(None) };
    let (rule, at) = (failure.violation.rule, failure.violation.at);
    let mut runs = 0;
    // Without the actions after it, first of all: they are many, and shorten each of the other runs.
    let mut scenario = whole.clone();
    scenario.actions.retain(|(at_us, _)| *at_us <= at.0);
    let mut still_fails = |scenario: &Scenario| {
        runs += 1;
        if runs > SHRINKING_RUNS_MAX {
            return false;
        }
        run(runs, scenario.actions.len());
        fails(scenario, rule, at)
    };
    if !still_fails(&scenario) {
        scenario = whole.clone();
    }
    let short = shrink(&scenario, still_fails);
    let Some((script, violation)) = session_of_failure(&short)? else { return Ok(None) };
    Ok(Some(Shortened { script: script.to_text(), violation, actions: [short.actions.len(), whole.actions.len()] }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_log;
    use crate::invariants::Rule;
    use psyncscope_engine::known_bugs::{Bug, enable};
    use psyncscope_lab::Script;

    #[test]
    fn a_part_is_swept_and_told() {
        let seeds = Seeds { from: 0, to: 12 };
        let part = Part { index: 1, of: 4 };
        let mut asked = Vec::new();
        let summary = sweep(seeds, part, |so_far| {
            asked.push(so_far.totals.worlds);
            ControlFlow::Continue(())
        });
        assert_eq!((asked, summary.totals.worlds), (vec![0, 1, 2], 3));
        assert_eq!((summary.parts[0].done, summary.left()), (Seeds { from: 3, to: 6 }, vec![]));
        let totals = summary.totals;
        assert!(totals.events > 1000 && totals.virtual_us > 60_000_000 && totals.full_resyncs > 0, "{totals:?}");
        assert!(summary.failures.is_empty());
        // As each alone.
        let alone: Vec<Summary> = (3..6)
            .map(|seed| sweep(Seeds { from: seed, to: seed + 1 }, Part::WHOLE, |_| ControlFlow::Continue(())))
            .collect();
        let merged = Summary::merged(alone).expect("they fit").expect("there are three");
        assert_eq!(merged.totals, totals);
    }

    #[test]
    fn a_sweep_that_is_stopped_says_how_far_it_came() {
        let seeds = Seeds { from: 10, to: 1_000_000 };
        let stop_after = |worlds: u64| {
            sweep(seeds, Part::WHOLE, |so_far| {
                if so_far.totals.worlds == worlds { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        };
        let summary = stop_after(2);
        assert_eq!(summary.parts[0].done, Seeds { from: 10, to: 12 });
        assert_eq!(summary.left(), [Seeds { from: 12, to: 1_000_000 }]);
        assert_eq!(stop_after(0).totals.worlds, 0);
    }

    /// Each known bug is found, made short, and found again by its rule in the script.
    #[test]
    fn a_bug_is_found_and_its_script_shows_it() {
        for bug in [Bug::SecondReplidOffset, Bug::SkippedSelect, Bug::BacklogOff, Bug::StreamGap] {
            enable(Some(bug));
            let seeds = Seeds { from: 0, to: 100 };
            let summary = sweep(seeds, Part::WHOLE, |_| ControlFlow::Continue(()));
            let [failure] = &summary.failures[..] else { panic!("{bug:?} is not found: {summary:?}") };
            assert_eq!(summary.parts[0].done.to, failure.seed + 1, "nothing is done after a failure");
            let mut runs = 0;
            let short = shorten(failure.seed, |run, _| runs = run).expect("short enough").expect("it failed before");
            let [left, whole] = short.actions;
            assert!(left < whole / 4 && runs > 1, "{bug:?}: {left} of {whole} actions in {runs} runs");
            assert_eq!(short.violation.rule.name(), failure.rule, "{bug:?}");
            let script = Script::parse(&short.script).unwrap_or_else(|errors| panic!("{bug:?}: {errors}"));
            let log = script.session().log(0).expect("a branch");
            let again = check_log(&log).expect("a run").expect("it is violated again");
            assert_eq!(again, short.violation, "{bug:?}:\n{}", short.script);
            enable(None);
            assert_eq!(check_log(&log).expect("a run"), None, "{bug:?} is the reason");
        }
    }

    #[test]
    fn a_seed_that_holds_is_not_shortened() {
        assert!(shorten(3, |_, _| panic!("nothing is run")).expect("a run").is_none());
        assert!(!fails(&Scenario::of_seed(3), Rule::BytesAgree, psyncscope_sim::frame::SimTime(u64::MAX)));
    }
}
