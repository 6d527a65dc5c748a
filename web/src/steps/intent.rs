//! What a reader wants of the steps.

use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::engine::steps::Function;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use psyncscope_lab::steps::{Side, Target};

/// A way from one step to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// To the next step, into a function that is called.
    Into,
    /// To the next step of this function.
    Over,
    /// To the end of this function.
    Out,
    /// To the step before.
    Back,
    /// To where the chosen function is entered next.
    Next,
    /// To where it was entered last.
    Previous,
}

/// What a reader wants of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepsIntent {
    /// Show or hide them.
    Show(bool),
    /// Show them if they are hidden, and the other way round.
    Toggle,
    /// Go on from here.
    Walk(Walk),
    /// Go to these steps.
    At(Target),
    /// Go to where a node's handshake came to a state at that time.
    State(HostId, ReplState, SimTime),
    /// Go to where this packet was sent.
    Packet(u64),
    /// Open a run that is about to enter this function.
    ShowOne(Function),
    /// Run to this function.
    Choose(Function),
    /// Run to it on any node, or on the one shown.
    AnyNode(bool),
    /// Show the lines of the function at this depth of the stack.
    Depth(usize),
    /// Show the nodes as they were at this side of the turn.
    Side(Side),
    /// Show the list of functions, or the place.
    List(bool),
}
