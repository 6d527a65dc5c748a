//! The processes of a scenario: nodes, and a scripted master.

use std::collections::BTreeMap;

use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::view::StreamView;
use psyncscope_engine::{Config, ConnId, Input, Instant, Node, Now, Outbox, Output};
use psyncscope_sim::Process;

/// A process of a scenario.
pub enum GoldenProcess {
    /// A node.
    Node(Box<Node>),
    /// A peer that sends the bytes given by the scenario.
    ScriptedPeer(ScriptedPeer),
}

/// What a [`GoldenProcess`] is started with.
#[derive(Clone)]
pub enum ProcessConfig {
    /// A node with this configuration.
    Node(Box<Config>),
    /// A scripted peer that listens on this port.
    ScriptedPeer(u16),
}

impl GoldenProcess {
    /// The node, if it is one.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        match self {
            Self::Node(node) => Some(node),
            Self::ScriptedPeer(_) => None,
        }
    }

    /// The scripted peer, if it is one.
    #[must_use]
    pub const fn peer(&self) -> Option<&ScriptedPeer> {
        match self {
            Self::Node(_) => None,
            Self::ScriptedPeer(peer) => Some(peer),
        }
    }
}

/// A peer that obeys its console: `s` and bytes sends these on the connection accepted last, `c` closes it. All
/// received bytes are kept.
#[derive(Default)]
pub struct ScriptedPeer {
    received: BTreeMap<ConnId, Received>,
    console: Option<ConnId>,
}

/// What was received on a connection.
#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    closed: bool,
}

impl ScriptedPeer {
    /// How many connections it accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.received.len()
    }

    /// Everything received on its connection of this number, from 0, and whether the other side has closed it.
    #[must_use]
    pub fn received(&self, nth: usize) -> (&[u8], bool) {
        self.received.values().nth(nth).map_or((&[], false), |received| (&received.bytes, received.closed))
    }

    fn obey(&mut self, bytes: &[u8], out: &mut Outbox) {
        let conn = *self.received.last_key_value().expect("a connection").0;
        match bytes.split_first().expect("a command") {
            (b's', bytes) => out.outputs.push(Output::Send { conn, bytes: bytes.to_vec() }),
            _ => out.outputs.push(Output::Close { conn }),
        }
    }
}

/// The room of a console; no TCP connection has as much.
const CONSOLE_ROOM: usize = 1 << 30;

impl Process for GoldenProcess {
    type Config = ProcessConfig;

    fn start(
        now: Now,
        config: ProcessConfig,
        seed: u64,
        dump: Option<&[u8]>,
        out: &mut Outbox,
    ) -> Result<Self, String> {
        Ok(match config {
            ProcessConfig::Node(config) => {
                Self::Node(Box::new(Node::start(now, *config, seed, dump.map(Into::into), out)?))
            }
            ProcessConfig::ScriptedPeer(_) => Self::ScriptedPeer(ScriptedPeer::default()),
        })
    }

    fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Outbox) {
        let peer = match self {
            Self::Node(node) => return node.handle(now, input, out),
            Self::ScriptedPeer(peer) => peer,
        };
        match input {
            Input::Accepted { conn, room: CONSOLE_ROOM, .. } => peer.console = Some(conn),
            Input::Accepted { conn, .. } => {
                peer.received.insert(conn, Received::default());
            }
            Input::Received { conn, bytes } if peer.console == Some(conn) => peer.obey(bytes, out),
            Input::Received { conn, bytes } => {
                peer.received.entry(conn).or_default().bytes.extend_from_slice(bytes);
            }
            Input::Closed { conn, .. } => peer.received.entry(conn).or_default().closed = true,
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

    fn writers(&self) -> impl Iterator<Item = ConnId> {
        self.node().into_iter().flat_map(Process::writers)
    }

    fn put_view(&self, words: &mut Vec<u64>) -> bool {
        self.node().is_some_and(|node| Process::put_view(node, words))
    }

    fn backlog(&self) -> Option<&Backlog> {
        self.node()?.backlog()
    }

    fn stream_on(&self, conn: ConnId) -> Option<StreamView> {
        self.node()?.stream_on(conn)
    }

    fn port(config: &ProcessConfig) -> u16 {
        match config {
            ProcessConfig::Node(config) => config.port,
            ProcessConfig::ScriptedPeer(port) => *port,
        }
    }

    fn dump_name(config: &ProcessConfig) -> &str {
        match config {
            ProcessConfig::Node(config) => &config.dbfilename,
            ProcessConfig::ScriptedPeer(_) => "",
        }
    }
}
