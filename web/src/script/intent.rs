//! What a reader wants of the script.

/// What a reader wants of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptIntent {
    /// Show it.
    Open,
    /// This is the text now.
    Edit(String),
    /// Show the moment of this line, from 1.
    GoTo(usize),
    /// Open the example with this place in the list.
    Example(usize),
    /// Write the text anew, from what was done.
    WriteAnew,
}
