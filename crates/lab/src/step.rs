//! Steps through time: what a reader takes for "the next thing".

use serde::{Deserialize, Serialize};

/// How large a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepBy {
    /// To the next instant at which a packet leaves or arrives.
    Packet,
    /// To the next instant at which a node executes a command, or a console sends one or gets its answer.
    Command,
    /// To the next instant at which something a card shows changes: a handshake state, a replica's state, an ID, the
    /// cached master, a verdict, a connection, a process, a cut.
    StateChange,
}

/// What is recorded: the frames that can be shown, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FrameRange {
    /// The first recorded frame's number.
    pub first: u64,
    /// The newest frame's number.
    pub last: u64,
    /// The first recorded frame's time.
    pub from: psyncscope_sim::frame::SimTime,
    /// How far the world has run: the present, at or after the newest frame's time.
    pub to: psyncscope_sim::frame::SimTime,
}
