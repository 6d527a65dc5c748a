//! Everything that a user can do, as one enum: console, fault handles, JavaScript and saved logs all go through it.

use psyncscope_sim::TcpSettings;
use psyncscope_sim::frame::WireSettings;
use serde::{Deserialize, Serialize};

use crate::fields::ActionFields;
use crate::read;

/// One thing that a user does, at one instant.
///
/// Nodes are named by name. In JSON: `{"do":"exec","node":"a","command":"SET k v"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(tag = "do", rename_all = "kebab-case", try_from = "ActionFields")]
pub enum Action {
    /// Type a command in a node's console.
    Exec {
        /// The node.
        node: String,
        /// Which of the node's consoles; each is a client of its own, with its own selected database. 0 is the page's.
        #[cfg_attr(feature = "tsify", tsify(optional))]
        console: u32,
        /// The command line, quoted as redis-cli does.
        command: String,
    },
    /// Add a host with a node.
    AddNode {
        /// The new node; in JSON its fields are the action's own.
        #[serde(flatten)]
        node: NodeSpec,
    },
    /// Remove a host and its node for good.
    RemoveNode {
        /// The node.
        node: String,
    },
    /// Cut the wire from one node to another.
    Cut {
        /// Packets from this node
        from: String,
        /// to this one vanish,
        to: String,
        /// and back, unless this is true.
        #[cfg_attr(feature = "tsify", tsify(optional))]
        one_way: bool,
    },
    /// Mend a wire.
    Heal {
        /// From this node
        from: String,
        /// to this one,
        to: String,
        /// and back, unless this is true.
        #[cfg_attr(feature = "tsify", tsify(optional))]
        one_way: bool,
    },
    /// Change a wire's settings, both ways unless `one_way`.
    SetWire {
        /// From this node
        from: String,
        /// to this one.
        to: String,
        /// Only in this direction.
        #[cfg_attr(feature = "tsify", tsify(optional))]
        one_way: bool,
        /// The new settings, all of them: what is not given has its default.
        settings: WireSettings,
    },
    /// Kill a process (SIGKILL): its host's kernel closes the sockets.
    Crash {
        /// The node.
        node: String,
    },
    /// Ask a process to shut down (SIGTERM): it saves first if it has save points.
    Terminate {
        /// The node.
        node: String,
    },
    /// Stop a process (SIGSTOP): its host's kernel still acknowledges.
    Pause {
        /// The node.
        node: String,
    },
    /// Let a paused process go on (SIGCONT).
    Resume {
        /// The node.
        node: String,
    },
    /// Cut a host's power: it neither sends nor answers any more.
    PowerOff {
        /// The node.
        node: String,
    },
    /// Start the process again, with its disk; after a power cut, the host first.
    Restart {
        /// The node.
        node: String,
    },
    /// Give a node another configuration file: it is read when the process starts next.
    Configure {
        /// The node's name and the new lines; in JSON its fields are the action's own.
        #[serde(flatten)]
        node: NodeSpec,
    },
    /// Close the connection of a console. It connects again with its next command.
    HangUp {
        /// The node.
        node: String,
        /// Which of the node's consoles.
        #[cfg_attr(feature = "tsify", tsify(optional))]
        console: u32,
    },
    /// Move a host's wall clock.
    MoveClock {
        /// The node.
        node: String,
        /// Forward if positive, in milliseconds.
        by_ms: i64,
    },
}

impl Action {
    /// The names of the nodes that it is about: one, or the two ends of a wire.
    pub(crate) fn nodes(&self) -> Vec<&str> {
        match self {
            Self::Cut { from, to, .. } | Self::Heal { from, to, .. } | Self::SetWire { from, to, .. } => vec![from, to],
            Self::AddNode { node } | Self::Configure { node } => vec![&node.name],
            Self::Exec { node, .. }
            | Self::RemoveNode { node }
            | Self::Crash { node }
            | Self::Terminate { node }
            | Self::HangUp { node, .. }
            | Self::Pause { node }
            | Self::Resume { node }
            | Self::PowerOff { node }
            | Self::Restart { node }
            | Self::MoveClock { node, .. } => vec![node],
        }
    }
}

/// A node to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct NodeSpec {
    /// Its name, which is also its host's: 1 to 16 letters, digits, `-` and `_`. A name is never used twice in a world.
    pub name: String,
    /// Lines of redis.conf: `repl-backlog-size 64`, `replicaof a 6379`.
    #[serde(default)]
    pub config: Vec<String>,
}

/// What a world starts as. With the actions, it determines every byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(default, deny_unknown_fields)]
pub struct LabConfig {
    /// The seed of everything random: a whole number from 0 on. Default 0.
    #[cfg_attr(feature = "tsify", tsify(type = "number | bigint"))]
    pub seed: u64,
    /// The nodes at the start, at most 16.
    #[serde(deserialize_with = "read::objects")]
    pub nodes: Vec<NodeSpec>,
    /// Every wire's settings at the start.
    #[serde(deserialize_with = "read::object")]
    pub wire: WireSettings,
    /// Limits small enough for a screen (a backlog of 16 bytes and up) instead of Redis's own. Default true.
    pub classroom_limits: bool,
    /// The disk's speed in bytes a second, 0 for no time at all: how long a background save takes.
    pub disk_bps: u64,
    /// How long the fork of a background save takes at least, in microseconds.
    pub fork_us: u64,
    /// Every host's TCP.
    #[serde(deserialize_with = "read::object", skip_serializing_if = "is_default_tcp")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub tcp: TcpSettings,
}

/// Logs from before these settings have none, and are written again as they were.
fn is_default_tcp(tcp: &TcpSettings) -> bool {
    *tcp == TcpSettings::default()
}

impl Default for LabConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            nodes: Vec::new(),
            wire: WireSettings::default(),
            classroom_limits: true,
            disk_bps: 50_000_000,
            fork_us: 20_000,
            tcp: TcpSettings::default(),
        }
    }
}

/// An action and when it was taken, in microseconds of virtual time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ActionFields")]
pub struct TimedAction {
    /// When.
    pub at_us: u64,
    /// What; in JSON its fields stand beside the time.
    #[serde(flatten)]
    pub action: Action,
}

/// A whole run: from this, the same world comes again, byte for byte.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionLog {
    /// The format's version: 1.
    pub version: u32,
    /// What the world starts as.
    #[serde(deserialize_with = "read::object")]
    pub config: LabConfig,
    /// The actions in order.
    #[serde(deserialize_with = "read::objects")]
    pub actions: Vec<TimedAction>,
    /// How far the world ran.
    pub end_us: u64,
}
