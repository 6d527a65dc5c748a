//! Worlds to begin with.

use crate::action::{Action, ActionLog, LabConfig, NodeSpec, TimedAction};
use psyncscope_sim::frame::WireSettings;

/// The world that the page opens with: a master `a` with two replicas, wires slow enough to follow, a backlog that fits
/// a ring on a screen, and a few writes within the first ten seconds.
#[must_use]
pub fn opening() -> ActionLog {
    let node = |name: &str, lines: &[&str]| NodeSpec {
        name: name.to_owned(),
        config: lines.iter().map(|&line| line.to_owned()).collect(),
    };
    let exec = |at_us, command: &str| TimedAction {
        at_us,
        action: Action::Exec { node: "a".to_owned(), console: 0, command: command.to_owned() },
    };
    ActionLog {
        version: ActionLog::VERSION,
        config: LabConfig {
            seed: 1,
            nodes: vec![
                node("a", &["repl-backlog-size 64"]),
                node("b", &["repl-backlog-size 64", "replicaof a 6379"]),
                node("c", &["repl-backlog-size 64", "replicaof a 6379"]),
            ],
            wire: WireSettings { latency_us: 150_000, ..WireSettings::default() },
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
