//! The steps that functions of replication report: in the order of the code, properly nested, all of them.

use std::collections::BTreeMap;

use psyncscope_lab::engine::steps::{Function, Step, StepEvent, StepKind};
use psyncscope_lab::sim::TurnSteps;
use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Action, Lab, LabConfig, NodeSpec};

const MS: u64 = 1_000;

/// A run: the configuration, what is done and when, and how long it takes, in milliseconds.
struct Scenario {
    name: &'static str,
    nodes: &'static [(&'static str, &'static [&'static str])],
    /// Whether saving takes seconds.
    slow_disk: bool,
    actions: &'static [(u64, Do)],
    end: u64,
}

enum Do {
    /// A command on a console of a node. `{x}` and `{x2}` are the replid and replid2 of node `x`.
    Type(&'static str, u32, &'static str),
    Cut(&'static str, &'static str),
    Heal(&'static str, &'static str),
    Pause(&'static str),
    Crash(&'static str),
}
use Do::{Crash, Cut, Heal, Pause, Type};

const MASTER: &[&str] = &["repl-backlog-size 64", "repl-timeout 7"];
const REPLICA: &[&str] = &["repl-backlog-size 64", "repl-timeout 7", "replicaof a 6379"];
/// A command whose form in the stream is longer than the backlog.
const LONG: &str =
    "SET long aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a short and a long outage",
        nodes: &[("a", MASTER), ("b", REPLICA)],
        slow_disk: false,
        actions: &[
            (0, Type("a", 0, "SET before anybody")),
            (3_000, Type("a", 0, "SET k v")),
            (3_100, Type("a", 0, "SET k w")),
            (3_200, Type("a", 0, "SELECT 3")),
            (3_300, Type("a", 0, "SET k x")),
            (5_000, Cut("a", "b")),
            (6_000, Type("a", 0, "SET k y")),
            (20_000, Heal("a", "b")),
            (30_000, Cut("a", "b")),
            (31_000, Type("a", 0, LONG)),
            (45_000, Heal("a", "b")),
        ],
        end: 60_000,
    },
    Scenario {
        name: "a failover with siblings, sub-replicas and the old master",
        nodes: &[("a", MASTER), ("b", REPLICA), ("c", REPLICA), ("d", &["replicaof c 6379"])],
        slow_disk: false,
        actions: &[
            (5_000, Type("a", 0, "SET k v")),
            (6_000, Type("b", 0, "REPLICAOF NO ONE")),
            (7_000, Type("b", 0, "SET k w")),
            (7_500, Type("c", 0, "REPLICAOF b 6379")),
            (8_000, Type("a", 1, "BLPOP list 0")),
            (9_000, Type("a", 0, "REPLICAOF b 6379")),
            (14_000, Type("b", 1, "PSYNC {b2} 999999")),
            (15_000, Type("c", 0, "REPLICAOF NO ONE")),
        ],
        end: 20_000,
    },
    Scenario {
        name: "diskless, with one that comes too late",
        nodes: &[
            (
                "a",
                &[
                    "repl-diskless-sync yes",
                    "repl-diskless-sync-delay 1",
                    "min-replicas-to-write 1",
                    "min-replicas-max-lag 3",
                ],
            ),
            ("b", REPLICA),
            ("c", MASTER),
        ],
        slow_disk: true,
        actions: &[
            (0, Type("a", 0, "DEBUG POPULATE 20000")),
            (3_700, Type("c", 0, "REPLICAOF a 6379")),
            (20_000, Cut("a", "b")),
        ],
        end: 26_000,
    },
    Scenario {
        name: "a save in progress: attached to, and killed",
        nodes: &[("a", MASTER), ("b", REPLICA), ("c", MASTER)],
        slow_disk: true,
        actions: &[
            (0, Type("a", 0, "DEBUG POPULATE 20000")),
            (0, Type("b", 0, "SET old data")),
            (1_500, Type("c", 0, "REPLICAOF a 6379")),
            (1_700, Type("a", 1, "SYNC")),
            (2_500, Type("c", 0, "REPLICAOF NO ONE")),
            (3_000, Type("a", 0, "FLUSHALL")),
        ],
        end: 9_000,
    },
    Scenario {
        name: "a master that asks for a password",
        nodes: &[
            ("a", &["requirepass secret"]),
            ("b", &["replicaof a 6379", "masterauth secret", "replica-announce-ip 10.0.0.77"]),
            ("c", &["replicaof a 6379", "masterauth wrong"]),
        ],
        slow_disk: false,
        actions: &[],
        end: 4_000,
    },
    Scenario {
        name: "a master without PSYNC and REPLCONF",
        nodes: &[
            ("a", &["rename-command PSYNC \"\"", "rename-command REPLCONF \"\""]),
            ("b", &["replicaof a 6379", "replica-announce-ip 10.0.0.77"]),
            ("c", &["rename-command PING \"\""]),
            ("d", &["replicaof c 6379"]),
        ],
        slow_disk: false,
        actions: &[(3_000, Type("a", 0, "SET k v"))],
        end: 6_000,
    },
    Scenario {
        name: "a chain whose top is gone",
        nodes: &[("a", MASTER), ("b", REPLICA), ("c", &["replicaof b 6379"])],
        slow_disk: false,
        actions: &[
            (6_000, Crash("a")),
            (8_000, Type("c", 0, "REPLICAOF NO ONE")),
            (9_000, Type("c", 0, "REPLICAOF b 6379")),
        ],
        end: 14_000,
    },
    Scenario {
        name: "handshakes that are given up",
        nodes: &[("a", MASTER), ("b", REPLICA), ("c", MASTER), ("d", MASTER)],
        slow_disk: false,
        actions: &[
            (4_000, Pause("a")),
            (4_100, Type("c", 0, "REPLICAOF a 6379")),
            (6_500, Type("c", 0, "REPLICAOF b 6379")),
            (7_000, Cut("c", "d")),
            (7_100, Type("d", 0, "REPLICAOF c 6379")),
            (20_000, Type("d", 0, "REPLICAOF NO ONE")),
        ],
        end: 22_000,
    },
    Scenario {
        name: "WAIT",
        nodes: &[("a", MASTER), ("b", REPLICA)],
        slow_disk: false,
        actions: &[
            (4_000, Type("a", 0, "SET k v")),
            (4_001, Type("a", 0, "WAIT 1 0")),
            (4_001, Type("a", 1, "WAIT 2 1000")),
        ],
        end: 7_000,
    },
    Scenario {
        name: "a backlog without replicas",
        nodes: &[("a", &["repl-backlog-ttl 2", "lua-replicate-commands no"]), ("b", REPLICA)],
        slow_disk: false,
        actions: &[
            (3_000, Type("a", 0, "SCRIPT LOAD \"return redis.call('set', 'k', 'v')\"")),
            (3_100, Type("a", 0, "EVALSHA 2d991be581da74a0c0c441c4beb92ae41c2e1eb9 0")),
            (4_000, Crash("b")),
            (4_500, Type("a", 0, "SET k w")),
        ],
        end: 9_000,
    },
    Scenario {
        name: "what a client may ask",
        nodes: &[("a", MASTER), ("b", REPLICA), ("c", MASTER)],
        slow_disk: false,
        actions: &[
            (0, Type("a", 0, "MULTI")),
            (10, Type("a", 0, "SYNC")),
            (20, Type("a", 0, "EXEC")),
            (30, Type("b", 1, "PSYNC {b} 1")),
            (100, Type("c", 0, "PSYNC {c} 1")),
            (4_000, Type("a", 2, "PSYNC {a} 999999")),
            (4_100, Type("a", 3, "PSYNC {a} x")),
            (4_200, Type("a", 4, "PSYNC ffffffffffffffffffffffffffffffffffffffff 1")),
            (4_300, Type("a", 5, "SYNC")),
            (5_000, Type("a", 5, "SYNC")),
            (5_100, Type("a", 6, "REPLCONF listening-port")),
            (5_200, Type("a", 6, "REPLCONF listening-port 1 capa eof")),
        ],
        end: 8_000,
    },
];

/// The configuration of a scenario, and its actions done.
fn run(scenario: &Scenario) -> Lab {
    let nodes = scenario.nodes.iter().map(|(name, config)| NodeSpec {
        name: (*name).into(),
        config: config.iter().map(|&line| line.into()).collect(),
    });
    let mut config = LabConfig { seed: 1, nodes: nodes.collect(), ..LabConfig::default() };
    if scenario.slow_disk {
        config.disk_bps = 200_000;
    }
    let mut lab = Lab::new(config).expect("a good configuration");
    for (at, action) in scenario.actions {
        lab.run_until(SimTime(at * MS));
        let action = match *action {
            Type(node, console, command) => {
                Action::Exec { node: node.into(), console, command: with_ids(&lab, command) }
            }
            Cut(from, to) => Action::Cut { from: from.into(), to: to.into(), one_way: false },
            Heal(from, to) => Action::Heal { from: from.into(), to: to.into(), one_way: false },
            Pause(node) => Action::Pause { node: node.into() },
            Crash(node) => Action::Crash { node: node.into() },
        };
        lab.act(action).unwrap_or_else(|error| panic!("{}: at {at} ms: {error}", scenario.name));
    }
    lab.run_until(SimTime(scenario.end * MS));
    lab
}

fn with_ids(lab: &Lab, command: &str) -> String {
    let mut command = command.to_owned();
    for host in lab.frame_at(lab.now()).hosts.iter() {
        let Some(node) = &host.node else { continue };
        command = command.replace(&format!("{{{}}}", host.name), &node.replid.to_string());
        command = command.replace(&format!("{{{}2}}", host.name), &node.replid2.to_string());
    }
    command
}

/// Checks the steps of a turn, and counts each.
fn check(turn: &TurnSteps, place: &str, taken: &mut BTreeMap<Step, [usize; 2]>) {
    // Of each function that runs: its last step.
    let mut running: Vec<(Function, Option<Step>)> = Vec::new();
    let mut called = None;
    for report in &turn.steps {
        let expected = called.take();
        match &report.event {
            StepEvent::Entered(function) => {
                assert!(expected.is_none_or(|callee| callee == *function), "{place}: {function:?} instead");
                running.push((*function, None));
            }
            StepEvent::Left(function) => {
                assert_eq!(expected, None, "{place}: not entered");
                assert_eq!(running.pop().map(|(function, _)| function), Some(*function), "{place}");
            }
            StepEvent::Taken(step) => {
                assert_eq!(expected, None, "{place}: not entered");
                let info = step.step.info();
                let Some((function, last)) = running.last_mut() else { panic!("{place}: {info:?} outside") };
                assert_eq!(*function, step.step.function, "{place}: {info:?} within another function");
                if let Some(last) = *last {
                    let again = match info.kind {
                        StepKind::Each => true,
                        StepKind::Call(_) => step.step == last,
                        StepKind::Check | StepKind::Act => false,
                    };
                    assert!(step.step > last || again, "{place}: {info:?} after {:?}", last.info());
                }
                *last = Some(step.step);
                let is_condition = matches!(info.kind, StepKind::Check | StepKind::Each);
                assert_eq!(step.holds.is_some(), is_condition, "{place}: {info:?}");
                assert_eq!(step.values.is_empty(), matches!(info.kind, StepKind::Call(_)), "{place}: {info:?}");
                let changes = step.values.iter().any(|value| value.changed_to.is_some());
                assert!(!(is_condition && changes), "{place}: a condition changes nothing: {info:?}");
                if let StepKind::Call(callee) = info.kind {
                    called = Some(callee);
                }
                taken.entry(step.step).or_default()[usize::from(step.holds == Some(false))] += 1;
            }
        }
    }
    assert!(running.is_empty() && called.is_none(), "{place}: the turn ends within {running:?}");
}

#[test]
fn steps_come_in_the_order_of_the_code_and_every_step_is_taken() {
    let mut taken = BTreeMap::new();
    for scenario in SCENARIOS {
        let lab = run(scenario);
        let turns = lab.steps_between(None, lab.now()).expect("it runs again");
        for turn in &turns {
            let place = format!("{}, host {} at {} us", scenario.name, turn.host.0, turn.at.0);
            check(turn, &place, &mut taken);
        }
    }
    let mut missing = Vec::new();
    for &function in Function::ALL {
        for (index, info) in function.steps().iter().enumerate() {
            let step = Step { function, index: index as u8 };
            let [held, did_not] = taken.get(&step).copied().unwrap_or_default();
            let wanted = match info.kind {
                StepKind::Check | StepKind::Each => [("true", held), ("false", did_not)].to_vec(),
                StepKind::Act | StepKind::Call(_) => [("", held)].to_vec(),
            };
            for (holds, count) in wanted {
                let cannot_be = CANNOT_BE.contains(&(function.name(), info.name, holds));
                if (count == 0) != cannot_be {
                    missing.push(format!("{} {} {holds}: {count} times", function.name(), info.name));
                }
            }
        }
    }
    assert!(missing.is_empty(), "taken though they cannot be, or not taken:\n{}", missing.join("\n"));
}

/// What no scenario can take, and why.
const CANNOT_BE: &[(&str, &str, &str)] = &[
    // REPLICAOF NO ONE of a master does not call it.
    ("replicationUnsetMaster", "HasMaster", "false"),
    // The kernel's buffer holds every request, and Redis sends each reply in one piece.
    ("sendSynchronousCommand", "Fits", "false"),
    ("sendSynchronousCommand", "LineIsComplete", "false"),
    // A fork does not fail here.
    ("startBgsaveForReplication", "Failed", "true"),
    ("startBgsaveForReplication", "RefuseWaiting", ""),
    // A replica is only attached where there is a backlog, which lasts as long as it.
    ("feedReplicationBacklog", "HasBacklog", "false"),
    // Whoever calls it has looked.
    ("replicationSendAck", "HasMaster", "false"),
    // Redis sends no file that Redis refuses.
    ("readSyncBulkPayload", "Cancel", ""),
];
