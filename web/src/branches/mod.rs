//! The branches of the session: the tree at the scrubber, the dialog with all that is to be said about them, and two of
//! them side by side.

pub mod compare;
pub mod dialog;
mod row;
pub mod tree;
