//! What a user does with a world: actions, history and branches, consoles, explanations, examples.
//!
//! **Everything that a user can do to a world is an [`Action`], and the world is a pure function of its
//! [`ActionLog`]:** replaying a log makes the same world again, byte for byte.

pub mod action;
pub mod branches;
pub mod causes;
pub mod checkpoints;
pub mod compare;
pub mod console;
pub mod diagram;
pub mod drawing;
pub mod embed;
pub mod error;
pub mod examples;
pub mod explain;
mod fields;
pub mod format;
pub mod histories;
pub mod index;
pub mod invariants;
pub mod invitation;
pub mod lab;
pub mod ladder;
mod lang;
pub mod lesson;
pub mod limits;
pub mod link;
mod log;
pub mod narration;
pub mod observed;
pub mod pcap;
mod read;
pub mod replay;
pub mod ring;
pub mod ruler;
pub mod run_until;
pub mod rungs;
pub mod script;
pub mod source;
pub mod step;
#[cfg(feature = "steps")]
pub mod steps;
pub mod stream_bytes;
pub mod template;
pub mod timers;
pub mod topology;
pub mod trial;
mod validate;
pub mod walkthrough;

pub use action::{Action, ActionLog, LabConfig, NodeSpec, TimedAction};
pub use branches::{Branch, Branches};
pub use error::{ErrorAt, ErrorCode, LabError};
pub use lab::Lab;
pub use lang::{Bilingual, Lang};
pub use lesson::Lesson;
pub use link::Link;
pub use read::read;
pub use replay::Replay;
pub use run_until::{Reached, Until};
pub use script::Script;
pub use source::{Opened, Source};
pub use step::{FrameRange, StepBy};

// Frames and timeline entries have these crates' types.
pub use psyncscope_engine as engine;
pub use psyncscope_resp as resp;
pub use psyncscope_sim as sim;
