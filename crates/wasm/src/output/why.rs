//! What would happen, and what would have to be changed, as plain objects.

use std::sync::Arc;

use psyncscope_lab::explain;
use psyncscope_lab::sim::frame::Frame;
use psyncscope_lab::topology;
use psyncscope_lab::trial::{Change, NoChange, Turned};
use serde::Serialize;
use tsify::Tsify;

use super::explanation::{Explanation, Verdict};
use super::ms;

/// What would happen if one node asked another for a partial resync.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct MatrixCell<'a> {
    /// The node that would ask.
    #[tsify(type = "string")]
    from: Arc<str>,
    /// The node that would be asked.
    #[tsify(type = "string")]
    to: Arc<str>,
    /// The one of the two whose process does not run, if one does not.
    #[tsify(type = "string | null")]
    not_running: Option<Arc<str>>,
    /// It would answer `-NOMASTERLINK`, whatever the verdict: a replica whose own link is not up.
    no_master_link: bool,
    verdict: Verdict<'a>,
    explanation: Explanation,
}

impl<'a> MatrixCell<'a> {
    pub fn of(cell: &'a explain::MatrixCell, frame: &Frame) -> Self {
        let name = |host| topology::name(frame, host);
        Self {
            from: name(cell.from),
            to: name(cell.to),
            not_running: cell.not_running.map(name),
            no_master_link: cell.no_master_link,
            verdict: Verdict::of(&cell.verdict),
            explanation: Explanation::of(&cell.verdict),
        }
    }
}

/// What a user could have changed, or why nothing.
#[derive(Serialize, Tsify)]
#[serde(untagged)]
pub enum TurningChange {
    /// Made at `at_ms`, it gives the other answer at `answered_at_ms`.
    Turned { at_ms: f64, change: Change, answered_at_ms: f64 },
    /// Why there is none.
    None { none: NoChange },
}

impl TurningChange {
    pub fn of(found: Result<Turned, NoChange>) -> Self {
        match found {
            Ok(Turned { at, change, answered_at }) => {
                Self::Turned { at_ms: ms(at), change, answered_at_ms: ms(answered_at) }
            }
            Err(none) => Self::None { none },
        }
    }
}
