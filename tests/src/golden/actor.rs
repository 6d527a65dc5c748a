//! Who takes part in a scenario: nodes, and a master that is a script.

use std::collections::BTreeMap;

use psyncscope_engine::view::NodeView;
use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output};
use psyncscope_sim::Process;

/// A process of a scenario.
pub enum Actor {
    /// A node.
    Node(Box<Node>),
    /// A peer whose every byte the scenario gives.
    Script(Script),
}

/// What an [`Actor`] is started with.
#[derive(Clone)]
pub enum Part {
    /// A node with this configuration.
    Node(Box<Config>),
    /// A script that listens on this port.
    Script(u16),
}

impl Actor {
    /// The node, if it is one.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        match self {
            Self::Node(node) => Some(node),
            Self::Script(_) => None,
        }
    }

    /// The script, if it is one.
    #[must_use]
    pub const fn script(&self) -> Option<&Script> {
        match self {
            Self::Node(_) => None,
            Self::Script(script) => Some(script),
        }
    }
}

/// A peer that says what its console tells it, on the connection it accepted last: `s` and the bytes to send, or `c`
/// to close. What it hears it keeps.
#[derive(Default)]
pub struct Script {
    heard: BTreeMap<ConnId, Heard>,
    console: Option<ConnId>,
}

/// What came on a connection.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    over: bool,
}

impl Script {
    /// How many connections it accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.heard.len()
    }

    /// Everything that came on its connection of this number, from 0, and whether the other side has closed it.
    #[must_use]
    pub fn heard(&self, nth: usize) -> (&[u8], bool) {
        self.heard.values().nth(nth).map_or((&[], false), |heard| (&heard.bytes, heard.over))
    }

    fn told(&mut self, bytes: &[u8], out: &mut Outbox) {
        let conn = *self.heard.last_key_value().expect("somebody connected").0;
        match bytes.split_first().expect("a command") {
            (b's', bytes) => out.outputs.push(Output::Send { conn, bytes: bytes.to_vec() }),
            _ => out.outputs.push(Output::Close { conn }),
        }
    }
}

/// The room that only a console has.
const CONSOLE_ROOM: usize = 1 << 30;

impl Process for Actor {
    type Config = Part;

    fn start(now: Now, config: Part, seed: u64, dump: Option<&[u8]>, out: &mut Outbox) -> Result<Self, String> {
        Ok(match config {
            Part::Node(config) => Self::Node(Box::new(Node::start(now, *config, seed, dump, out)?)),
            Part::Script(_) => Self::Script(Script::default()),
        })
    }

    fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        let script = match self {
            Self::Node(node) => return node.handle(now, input, out),
            Self::Script(script) => script,
        };
        match input {
            Input::Accepted { conn, room: CONSOLE_ROOM, .. } => script.console = Some(conn),
            Input::Accepted { conn, .. } => {
                script.heard.insert(conn, Heard::default());
            }
            Input::Received { conn, bytes } if script.console == Some(conn) => script.told(bytes, out),
            Input::Received { conn, bytes } => {
                script.heard.entry(conn).or_default().bytes.extend_from_slice(bytes);
            }
            Input::Closed { conn, .. } => script.heard.entry(conn).or_default().over = true,
            _ => {}
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.node().and_then(Node::next_timeout)
    }

    fn observe(&mut self, on: bool) {
        if let Self::Node(node) = self {
            node.observe(on);
        }
    }

    fn wants_write(&self, conn: ConnId) -> bool {
        self.node().is_some_and(|node| node.wants_write(conn))
    }

    fn view(&self, last: Option<&NodeView>) -> Option<NodeView> {
        self.node().map(|node| node.view(last))
    }

    fn port(config: &Part) -> u16 {
        match config {
            Part::Node(config) => config.port,
            Part::Script(port) => *port,
        }
    }

    fn dump_name(config: &Part) -> &str {
        match config {
            Part::Node(config) => &config.dbfilename,
            Part::Script(_) => "",
        }
    }
}
