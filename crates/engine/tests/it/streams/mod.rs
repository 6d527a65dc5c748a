//! Commands on streams.

mod blocked;
mod recorded;
mod replicated;
