//! Runs that together take every step of every function of replication.

use psyncscope_sim::frame::SimTime;

use crate::action::{Action, LabConfig, NodeSpec};
use crate::error::LabError;
use crate::lab::Lab;

const MS: u64 = 1_000;

/// A run: the configuration, what is done and when, and how long it takes, in milliseconds.
pub struct Scenario {
    /// What happens in it.
    pub name: &'static str,
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
/// A command whose reply goes past the static buffer of a client: its one piece is longer.
const LONG_REPLY: &str = "EVAL \"return redis.status_reply(string.rep('x', 20000))\" 0";

/// All of them. A test sees that they take every step of every function.
pub const SCENARIOS: &[Scenario] = &[
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
            // Paused clients are read once the pause ends: both commands in one turn.
            (7_000, Type("a", 6, "CLIENT PAUSE 50")),
            (7_010, Type("a", 7, LONG_REPLY)),
            (7_020, Type("a", 7, "SYNC")),
        ],
        end: 8_000,
    },
];

impl Scenario {
    /// The whole run.
    ///
    /// # Errors
    /// The lab refuses an action, which none of these is made for.
    pub fn run(&self) -> Result<Lab, LabError> {
        self.run_until(SimTime(self.end * MS))
    }

    /// The run until `end`, or until its own end.
    pub(super) fn run_until(&self, end: SimTime) -> Result<Lab, LabError> {
        let nodes = self.nodes.iter().map(|(name, config)| NodeSpec {
            name: (*name).into(),
            config: config.iter().map(|&line| line.into()).collect(),
        });
        let mut config = LabConfig { seed: 1, nodes: nodes.collect(), ..LabConfig::default() };
        if self.slow_disk {
            config.disk_bps = 200_000;
        }
        let mut lab = Lab::new(config)?;
        for (at, action) in self.actions.iter().take_while(|(at, _)| at * MS <= end.0) {
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
            lab.act(action)?;
        }
        lab.run_until(end.min(SimTime(self.end * MS)));
        Ok(lab)
    }
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
