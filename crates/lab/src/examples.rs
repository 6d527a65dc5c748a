//! Worlds to begin with, and runs that show one thing.

#[cfg(feature = "steps")]
pub mod entry;
#[cfg(feature = "steps")]
pub mod logged;
pub mod scenarios;

use psyncscope_sim::frame::WireSettings;

use crate::action::{Action, ActionLog, LabConfig, NodeSpec, TimedAction};

/// Of every node of the opening. A backlog that fits a ring on a screen; timeouts of seconds instead of a minute, so
/// that a cut wire is noticed while one watches. PINGs are as rare as that timeout allows, since each takes 14 bytes of
/// the backlog: a cut that is mended when it has been noticed still ends with a partial resync.
const OPENING_CONFIG: [&str; 3] = ["repl-backlog-size 96", "repl-timeout 7", "repl-ping-replica-period 4"];

/// The world that the page opens with: a master `a` with two replicas, wires slow enough to follow, and a few writes
/// within the first ten seconds.
#[must_use]
pub fn opening() -> ActionLog {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: OPENING_CONFIG.iter().chain(lines).map(|&line| line.to_owned()).collect(),
    };
    let exec = |at_us, command: &str| TimedAction {
        at_us,
        action: Action::Exec { node: "a".to_owned(), console: 0, command: command.to_owned() },
    };
    ActionLog {
        version: ActionLog::VERSION,
        config: LabConfig {
            seed: 1,
            nodes: vec![node("a", &[]), node("b", &["replicaof a 6379"]), node("c", &["replicaof a 6379"])],
            wire: WireSettings { latency_us: 150_000, ..WireSettings::default() },
            // Long enough to see that a replica waits for the save.
            fork_us: 200_000,
            ..LabConfig::default()
        },
        actions: vec![
            exec(3_000_000, "SET user:1 ada"),
            exec(4_500_000, "SET user:2 grace"),
            exec(6_000_000, "INCR visits"),
            exec(8_000_000, "SET user:1 lovelace"),
        ],
        end_us: 10_000_000,
    }
}
