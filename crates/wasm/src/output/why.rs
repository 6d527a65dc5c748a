//! What would happen, and what would have to be changed, as plain objects.

use std::sync::Arc;

use psyncscope_lab::causes::{self, began_text, entry_text};
use psyncscope_lab::invariants::{self, Finding};
use psyncscope_lab::sim::frame::Frame;
use psyncscope_lab::trial::{Change, NoChange, Turned};
use psyncscope_lab::{Lab, Lang, explain, topology};
use serde::Serialize;
use tsify::Tsify;

use super::explanation::{Explanation, Verdict};
use super::ms;
use super::names::Began;

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

/// A rule that always holds, at one node or between two, with its numbers.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Invariant {
    /// The rule's name: `backlog-ends-at-offset`.
    rule: &'static str,
    /// The rule in words.
    rule_text: &'static str,
    #[tsify(type = "string")]
    node: Arc<str>,
    /// The other node, if it is about two.
    #[tsify(type = "string | null")]
    other: Option<Arc<str>>,
    holds: bool,
    /// The numbers in a sentence.
    text: String,
}

impl Invariant {
    pub fn of(finding: &Finding, frame: &Frame, lang: Lang) -> Self {
        let name = |host| topology::name(frame, host);
        Self {
            rule: finding.rule.name(),
            rule_text: finding.rule.text(lang),
            node: name(finding.host),
            other: finding.other.map(name),
            holds: finding.holds,
            text: finding.text(lang),
        }
    }
}

/// A rule that began not to hold.
#[derive(Serialize, Tsify)]
pub struct Broken {
    at_ms: f64,
    invariant: Invariant,
}

impl Broken {
    pub fn of(broken: &invariants::Broken, frame: &Frame, lang: Lang) -> Self {
        Self { at_ms: ms(broken.at), invariant: Invariant::of(&broken.finding, frame, lang) }
    }
}

/// A turn of a node, or an action, in a chain of causes.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Cause {
    at_ms: f64,
    #[tsify(type = "string | null")]
    node: Option<Arc<str>>,
    /// What began it.
    began: Began,
    began_text: &'static str,
    /// Of an action: its place in the log.
    action: Option<usize>,
    /// The timeline entry that tells most of it.
    entry: Option<usize>,
    /// That entry in a few words.
    text: Option<String>,
}

impl Cause {
    pub fn of(cause: &causes::Cause, lab: &Lab, lang: Lang) -> Self {
        let entry = cause.entry.and_then(|entry| lab.timeline().get(entry));
        Self {
            at_ms: ms(cause.at),
            node: cause.host.map(|host| lab.name_of(host)),
            began: cause.began.into(),
            began_text: began_text(cause, lang),
            action: cause.action,
            entry: cause.entry,
            text: entry.map(|entry| entry_text(entry, lang)),
        }
    }
}
