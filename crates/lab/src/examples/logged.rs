//! For each known line of a server's log a run that is about to write it.

use psyncscope_engine::event::Event;
use psyncscope_sim::frame::{SimTime, What};

use super::entry::{self, BeforeEntry};
use super::scenarios::SCENARIOS;
use crate::error::{ErrorCode, LabError};
use crate::lab::Lab;
use crate::observed::Kind;

impl Kind {
    /// Whether there is a run that shows this.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        place(self).is_some() || self.function().is_some()
    }
}

/// The run that shows a line of a log: it is about to write the line or, where no prepared run has it, to enter the
/// function that writes it.
///
/// # Errors
/// No run shows it: [`Kind::is_shown`] says so. None else: a test opens all of them.
pub fn before(kind: &Kind) -> Result<BeforeEntry, LabError> {
    let missing = || LabError::new(ErrorCode::BadValue, format!("no run shows {}", kind.name));
    let Some(scenario) = place(kind) else { return entry::before(kind.function().ok_or_else(missing)?) };
    let lab = SCENARIOS[scenario].run()?;
    let at = logged(&lab, kind).ok_or_else(missing)?;
    Ok(BeforeEntry { log: lab.action_log(), at: SimTime(at.0.saturating_sub(1)) })
}

/// When a run writes such a line first.
fn logged(lab: &Lab, kind: &Kind) -> Option<SimTime> {
    let written = |what: &What| matches!(what, What::Node(Event::Log { text, .. }) if kind.matches(text));
    lab.timeline().iter().find(|entry| written(&entry.what)).map(|entry| entry.at)
}

/// The first scenario that has such a line.
fn place(kind: &Kind) -> Option<usize> {
    PLACES.iter().find(|(name, _)| *name == kind.name).map(|(_, place)| *place)
}

/// The lines that scenarios have, in the order of the kinds, each with the first scenario.
const PLACES: &[(&str, usize)] = &[
    ("lack-of-backlog", 0),
    ("offset-ahead", 10),
    ("id-mismatch", 2),
    ("second-offset", 1),
    ("full-requested", 0),
    ("partial-accepted", 0),
    ("asks", 0),
    ("save-for-sync", 0),
    ("wait-for-save", 1),
    ("wait-for-next-save", 3),
    ("diskless-delay", 2),
    ("save-began", 0),
    ("save-ended", 0),
    ("save-failed", 3),
    ("sync-succeeded", 0),
    ("streamed", 2),
    ("replica-lost", 0),
    ("replica-timeout", 0),
    ("backlog-freed", 9),
    ("secondary-id", 1),
    ("promoted", 1),
    ("follows", 1),
    ("connecting", 0),
    ("sync-started", 0),
    ("connected", 0),
    ("ping", 0),
    ("ping-error", 5),
    ("trying-partial", 0),
    ("no-cached-master", 0),
    ("full-resync", 0),
    ("partial-resync", 0),
    ("id-changed", 1),
    ("discarded", 0),
    ("cached", 0),
    ("synthesized", 1),
    ("master-lost", 0),
    ("master-timeout", 0),
    ("handshake-timeout", 0),
    ("receiving", 0),
    ("receiving-stream", 2),
    ("loading", 0),
    ("finished", 0),
    ("unable-to-psync", 1),
    ("no-psync", 5),
    ("retry-sync", 5),
    ("connection-error", 3),
    ("auth", 4),
    ("replconf", 5),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_a_scenario_writes_has_its_run() {
        let labs: Vec<Lab> = SCENARIOS.iter().map(|scenario| scenario.run().expect("it runs")).collect();
        let places: Vec<(&str, usize)> = Kind::all()
            .iter()
            .filter_map(|kind| Some((kind.name, labs.iter().position(|lab| logged(lab, kind).is_some())?)))
            .collect();
        assert_eq!(places, PLACES);
    }

    #[test]
    fn every_run_is_shortly_before_what_it_shows() {
        for kind in Kind::all().iter().filter(|kind| kind.is_shown()) {
            let run = before(kind).expect("it is shown");
            assert!(run.at.0 < run.log.end_us, "{}", kind.name);
        }
    }
}
