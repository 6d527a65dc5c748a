//! What a reader wants of INFO and logs of real servers.

use psyncscope_lab::observed::Kind;

/// What a reader wants of INFO and logs of real servers.
#[derive(Clone, Debug)]
pub enum ObservedIntent {
    /// The text is this now.
    Text(String),
    /// Look at what the second node would answer the first: their places in the list.
    Ask(usize, usize),
    /// Look at this node: its place in the list.
    Select(usize),
    /// Open a run that is about to write such a line of a log.
    ShowOne(&'static Kind),
}
