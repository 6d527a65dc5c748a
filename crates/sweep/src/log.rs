//! Checking the runs of a lab.

use std::ops::ControlFlow;

use psyncscope_lab::{Action, ActionLog, Lab, LabError, NodeSpec};

use crate::invariants::{Checker, Violation};

/// Whether a [`Checker`] follows the run of a log. It reads REPLCONF, PSYNC and their answers on the wires, and so does not
/// where a node renames commands (`rename-command`): a master without PSYNC is asked for SYNC, which names no history.
#[must_use]
pub fn can_check_log(log: &ActionLog) -> bool {
    let later = log.actions.iter().filter_map(|timed| match &timed.action {
        Action::AddNode { node } | Action::Configure { node } => Some(node),
        _ => None,
    });
    let renames = |line: &String| line.trim_start().to_ascii_lowercase().starts_with("rename-command");
    !log.config.nodes.iter().chain(later).any(|NodeSpec { config, .. }| config.iter().any(renames))
}

/// Replays a log of a lab with a [`Checker`]: beside what [`Lab::check_log`] sees in frames, every byte on the wires, and
/// nodes after each event rather than each instant. The first rule that does not hold, if there is one; for logs that [`can_check_log`] accepts.
///
/// # Errors
/// As [`Lab::replay`].
pub fn check_log(log: &ActionLog) -> Result<Option<Violation>, LabError> {
    let mut checker = Checker::new();
    let mut found = None;
    Lab::replay_each_event(log, |world| match checker.look(world) {
        Ok(()) => ControlFlow::Continue(()),
        Err(violation) => {
            found = Some(violation);
            ControlFlow::Break(())
        }
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::{Script, examples};

    /// Scripts that are not made by the planner.
    #[test]
    fn everything_holds_of_the_examples() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/examples/scripts");
        let mut logs = vec![("the opening".to_owned(), examples::opening())];
        for entry in std::fs::read_dir(folder).expect("the examples") {
            let path = entry.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("a script");
            let session = Script::parse(&text).expect("a good script").into_session();
            for branch in 0..session.list().len() {
                logs.push((path.display().to_string(), session.log(branch).expect("a branch")));
            }
        }
        for scenario in examples::scenarios::SCENARIOS {
            logs.push((scenario.name.to_owned(), scenario.run().expect("a run").action_log()));
        }
        assert!(logs.len() > 15, "{} logs", logs.len());
        let violated: Vec<String> = logs
            .iter()
            .filter(|(_, log)| can_check_log(log))
            .filter_map(|(name, log)| Some(format!("{name}: {}", check_log(log).expect("a run")?)))
            .collect();
        let not_checked: Vec<&str> =
            logs.iter().filter(|(_, log)| !can_check_log(log)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(not_checked, ["a master without PSYNC and REPLCONF"]);
        assert!(violated.is_empty(), "{}", violated.join("\n"));
    }
}
