//! What callers can do wrong.

use std::fmt;

/// Why the world refused a call. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    /// There is no such host: never made, or removed.
    NoSuchHost,
    /// A host's name is letters, digits, `-` and `_`, at least one, and neither `localhost` nor all digits.
    BadName(String),
    /// Another host has this name.
    NameTaken(String),
    /// All addresses of the network are used up; those of removed hosts are never given out again.
    TooManyHosts,
    /// Nothing listens: the process ended or the host is off. Worded as redis-cli does.
    CouldNotConnect {
        /// The host's name.
        host: String,
        /// The port asked for.
        port: u16,
    },
    /// The process has no such console, or it is not connected.
    NoSuchConsole,
    /// The call makes no sense in this state: `a is running`, `a is off`.
    WrongState {
        /// The host's name.
        host: String,
        /// What it is: `running`, `paused`, `stopped`, `off`.
        state: &'static str,
    },
    /// The process did not start; this is what it printed. The host stays, its process stopped.
    StartFailed {
        /// The host's name.
        host: String,
        /// What the process printed.
        message: String,
    },
    /// A wire has two different ends.
    NoSuchWire,
    /// Wire settings out of range: a probability that is not within 0..=1, or a time above an hour.
    BadWire(&'static str),
    /// There is no forwarder of this name.
    NoSuchForward(String),
    /// A forwarder of this name, or one that listens there, exists; or the address is not an IPv4 address.
    BadForward(String),
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchHost => f.write_str("there is no such host"),
            Self::BadName(name) => write!(f, "{name:?} is no name for a host: letters, digits, - and _"),
            Self::NameTaken(name) => write!(f, "there is a host named {name} already"),
            Self::TooManyHosts => f.write_str("the network has no addresses left"),
            Self::CouldNotConnect { host, port } => {
                write!(f, "Could not connect to Redis at {host}:{port}: Connection refused")
            }
            Self::NoSuchConsole => f.write_str("there is no such console"),
            Self::WrongState { host, state } => write!(f, "{host} is {state}"),
            Self::StartFailed { host, message } => write!(f, "{host} did not start: {message}"),
            Self::NoSuchWire => f.write_str("a wire has two different ends"),
            Self::BadWire(why) => f.write_str(why),
            Self::NoSuchForward(name) => write!(f, "there is no forwarder named {name}"),
            Self::BadForward(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for WorldError {}
