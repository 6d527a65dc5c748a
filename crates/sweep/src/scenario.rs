//! The actions on a world, as plain data.

use std::fmt;

use psyncscope_engine::Config;
use psyncscope_resp::escape;
use psyncscope_sim::WorldConfig;
use psyncscope_sim::frame::WireSettings;

/// One action on a world. Hosts are numbers in [`Scenario::hosts`].
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A command is typed at a node.
    Command {
        /// The node's host.
        host: usize,
        /// Which of its consoles.
        console: u32,
        /// The command's words.
        words: Vec<Vec<u8>>,
    },
    /// A console closes its connection.
    HangUp {
        /// The node's host.
        host: usize,
        /// Which of its consoles.
        console: u32,
    },
    /// One direction of a wire is cut.
    Cut(usize, usize),
    /// One direction of a wire is healed.
    Heal(usize, usize),
    /// One direction of a wire gets other settings.
    Wire(usize, usize, WireSettings),
    /// SIGKILL.
    Crash(usize),
    /// SIGTERM.
    Terminate(usize),
    /// SIGSTOP.
    Pause(usize),
    /// SIGCONT.
    Resume(usize),
    /// The power fails.
    PowerOff(usize),
    /// The process is started again, with this `replicaof` in its configuration file.
    Restart {
        /// The host.
        host: usize,
        /// Its master, by the file.
        replicaof: Option<usize>,
    },
    /// The wall clock is moved by so many milliseconds.
    MoveClock(usize, i64),
}

impl fmt::Display for Action {
    /// On one line: `b> SET k3 12`, `cut a -> c`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |host: &usize| host_name(*host);
        match self {
            Self::Command { host, console, words } => {
                write!(f, "{}.{console}>", name(host))?;
                for word in words {
                    let shown: String = escape(word).chars().take(40).collect();
                    write!(f, " {shown}")?;
                }
                Ok(())
            }
            Self::HangUp { host, console } => write!(f, "{}.{console} hangs up", name(host)),
            Self::Cut(from, to) => write!(f, "cut {} -> {}", name(from), name(to)),
            Self::Heal(from, to) => write!(f, "heal {} -> {}", name(from), name(to)),
            Self::Wire(from, to, settings) => write!(f, "wire {} -> {}: {settings:?}", name(from), name(to)),
            Self::Crash(host) => write!(f, "crash {}", name(host)),
            Self::Terminate(host) => write!(f, "terminate {}", name(host)),
            Self::Pause(host) => write!(f, "pause {}", name(host)),
            Self::Resume(host) => write!(f, "resume {}", name(host)),
            Self::PowerOff(host) => write!(f, "power off {}", name(host)),
            Self::Restart { host, replicaof: None } => write!(f, "restart {}", name(host)),
            Self::Restart { host, replicaof: Some(master) } => {
                write!(f, "restart {} as a replica of {}", name(host), name(master))
            }
            Self::MoveClock(host, by_ms) => write!(f, "move the clock of {} by {by_ms} ms", name(host)),
        }
    }
}

/// A host's name: `a` is the first.
#[must_use]
pub fn host_name(host: usize) -> String {
    char::from(b'a' + (host % 26) as u8).to_string()
}

/// A host and its place at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPlan {
    /// What its node is started with.
    pub config: Config,
    /// Whom it replicates from when everything is mended; the one without is everybody's master.
    pub finally: Option<usize>,
}

/// A world and everything that is done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The seed it was made of.
    pub seed: u64,
    /// What the world starts as.
    pub world: WorldConfig,
    /// Its hosts.
    pub hosts: Vec<HostPlan>,
    /// What is done, in order, each at its time in microseconds.
    pub actions: Vec<(u64, Action)>,
    /// When mending begins.
    pub ends_us: u64,
}

impl fmt::Display for Scenario {
    /// One line for each host and each action.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, wires {:?}", self.seed, self.world.wire)?;
        for (host, plan) in self.hosts.iter().enumerate() {
            let Config { repl_backlog_size, repl_backlog_ttl, repl_timeout, repl_ping_replica_period, .. } =
                plan.config;
            writeln!(
                f,
                "{}: replicaof {:?}, backlog {repl_backlog_size} B, ttl {repl_backlog_ttl} s, timeout {repl_timeout} \
                 s, ping every {repl_ping_replica_period} s, finally {:?}",
                host_name(host),
                plan.config.replicaof,
                plan.finally.map(host_name),
            )?;
        }
        for (at, action) in &self.actions {
            writeln!(f, "{}.{:06} {action}", at / 1_000_000, at % 1_000_000)?;
        }
        writeln!(f, "{}.{:06} mend everything", self.ends_us / 1_000_000, self.ends_us % 1_000_000)
    }
}
