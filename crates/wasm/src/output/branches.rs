//! The branches of a session, as plain objects.

use psyncscope_lab::sim::frame::SimTime;
use psyncscope_lab::{Action, Branches, TimedAction, compare};
use serde::{Serialize, Serializer};
use tsify::Tsify;

use super::names::{Field, Power};
use super::{ReplId, ms};

/// One future of a session.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Branch<'a> {
    name: &'a str,
    /// Whether it is the current one.
    current: bool,
    /// The index of the branch that it leaves; the first one leaves none.
    parent: Option<usize>,
    /// When it leaves its parent; 0 for the first branch.
    leaves_ms: f64,
    /// How far its world ran.
    end_ms: f64,
    /// How many things were done in it after it had left its parent.
    actions: usize,
    /// What was done in it first, and in its parent instead.
    first_difference: Option<FirstDifference<'a>>,
}

/// How a branch begins to differ from its parent.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct FirstDifference<'a> {
    at_ms: f64,
    action: &'a Action,
    /// What was done next in the parent.
    instead: Option<ActionAt<'a>>,
}

/// An action and its time.
#[derive(Serialize, Tsify)]
pub struct ActionAt<'a> {
    at_ms: f64,
    action: &'a Action,
}

impl<'a> Branch<'a> {
    pub fn of(branches: &'a Branches, index: usize) -> Self {
        let branch = &branches.list()[index];
        let difference = |found: psyncscope_lab::branches::FirstDifference<'a>| FirstDifference {
            at_ms: ms(SimTime(found.action.at_us)),
            action: &found.action.action,
            instead: found.instead.map(|TimedAction { at_us, action }| ActionAt { at_ms: ms(SimTime(*at_us)), action }),
        };
        Self {
            name: &branch.name,
            current: index == branches.current(),
            parent: branch.leaves.map(|from| from.branch),
            leaves_ms: ms(branch.begins()),
            end_ms: ms(branch.end()),
            actions: branch.actions.len(),
            first_difference: branches.first_difference(index).map(difference),
        }
    }
}

/// Two branches at one time.
#[derive(Serialize, Tsify)]
pub struct Comparison<'a> {
    at_ms: f64,
    /// For each branch that does not reach that time, how far it ran: it is shown as it was then.
    #[tsify(type = "[number | null, number | null]")]
    ended_ms: [Option<f64>; 2],
    /// Every node that is in either branch.
    nodes: Vec<NodeComparison<'a>>,
    /// Of all nodes together, from the beginning on.
    totals: Vec<Pair<'a>>,
}

/// A node in both branches.
#[derive(Serialize, Tsify)]
pub struct NodeComparison<'a> {
    name: &'a str,
    fields: Vec<Pair<'a>>,
}

/// One thing in both branches.
#[derive(Serialize, Tsify)]
pub struct Pair<'a> {
    field: Field,
    /// Its value in the first and in the second; `null` where it does not exist.
    #[tsify(type = "[ComparedValue | null, ComparedValue | null]")]
    values: [Option<ComparedValue<'a>>; 2],
    differs: bool,
}

/// A value that is compared: a word, a replication ID, a number, or a backlog.
#[derive(Tsify)]
#[tsify(type = "string | number | { off: number; histlen: number; size: number }")]
pub struct ComparedValue<'a>(&'a compare::Value);

/// A backlog without its bytes.
#[derive(Serialize)]
struct ComparedBacklog {
    off: f64,
    histlen: f64,
    size: f64,
}

impl Serialize for ComparedValue<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            compare::Value::Process(power) => Power::from(*power).serialize(s),
            compare::Value::Name(name) => s.serialize_str(name),
            compare::Value::Id(id) => ReplId::from(*id).serialize(s),
            compare::Value::Number(n) => s.serialize_f64(*n as f64),
            compare::Value::Backlog(compared) => {
                let backlog = &compared.0.0;
                let (off, histlen, size) = (backlog.off().0 as f64, backlog.histlen() as f64, backlog.size() as f64);
                ComparedBacklog { off, histlen, size }.serialize(s)
            }
        }
    }
}

impl<'a> Comparison<'a> {
    pub fn of(found: &'a compare::Comparison) -> Self {
        let node = |node: &'a compare::NodeComparison| NodeComparison {
            name: &node.name,
            fields: node.fields.iter().map(Pair::of).collect(),
        };
        Self {
            at_ms: ms(found.at),
            ended_ms: found.ended.map(|ended| ended.map(ms)),
            nodes: found.nodes.iter().map(node).collect(),
            totals: found.totals.iter().map(Pair::of).collect(),
        }
    }
}

impl<'a> Pair<'a> {
    fn of(pair: &'a compare::Pair) -> Self {
        let [first, second] = &pair.values;
        Self {
            field: pair.field.into(),
            values: [first.as_ref().map(ComparedValue), second.as_ref().map(ComparedValue)],
            differs: pair.differs(),
        }
    }
}
