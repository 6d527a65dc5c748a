//! The steps of the functions of replication, as plain objects.

use std::sync::Arc;

use psyncscope_lab::Lang;
use psyncscope_lab::engine::steps::{self, Function};
use psyncscope_lab::sim::TurnSteps;
use psyncscope_lab::steps::{Line, LineKind, lines, step_text};
use serde::Serialize;
use tsify::Tsify;

use super::ms;

/// What the functions of replication did in one turn of a node's event loop.
#[derive(Serialize, Tsify)]
pub struct Steps<'a> {
    at_ms: f64,
    node: Arc<str>,
    lines: Vec<StepLine<'a>>,
}

/// A line of a trace: a function is entered or left, or takes a step.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct StepLine<'a> {
    event: StepLineEvent,
    /// How many functions call each other to get here.
    depth: usize,
    /// The function, by its name in Redis.
    function: &'static str,
    /// The index of the timeline entry that comes next.
    next_entry: usize,
    /// The name of the step.
    step: Option<&'static str>,
    /// What the step does; of a condition, the question that it answers.
    text: Option<&'static str>,
    /// What else is to be said about it.
    note: Option<&'static str>,
    /// How far the text is indented below the function's: by the conditions and loops that the step depends on.
    indent: u8,
    /// The function that the step calls.
    calls: Option<&'static str>,
    /// Of a condition: whether it holds.
    holds: Option<bool>,
    /// What was compared or changed.
    values: Vec<StepValue<'a>>,
}

/// What a line is about.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum StepLineEvent {
    Entered,
    Step,
    Left,
}

/// A value that a step compared, or changed.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct StepValue<'a> {
    /// Redis's name for it.
    field: &'static str,
    /// The value; before the step, if the step changed it.
    #[tsify(type = "string | number | boolean | null")]
    value: Value<'a>,
    /// The value after a step that changed it.
    #[tsify(type = "string | number | boolean | null")]
    changed_to: Option<Value<'a>>,
}

/// A value as JavaScript has it. Offsets above 2^53, which a client may ask for, are rounded.
#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Nothing,
    Flag(bool),
    Number(f64),
    Text(&'a str),
}

impl<'a> From<&'a steps::Value> for Value<'a> {
    fn from(value: &'a steps::Value) -> Self {
        match value {
            steps::Value::Nothing => Self::Nothing,
            steps::Value::Flag(flag) => Self::Flag(*flag),
            steps::Value::Number(number) => Self::Number(*number as f64),
            steps::Value::Text(text) => Self::Text(text),
        }
    }
}

impl<'a> Steps<'a> {
    pub fn of(turn: &'a TurnSteps, node: Arc<str>, lang: Lang) -> Self {
        let lines = lines(turn, None).map(|line| StepLine::of(line, lang)).collect();
        Self { at_ms: ms(turn.at), node, lines }
    }
}

impl<'a> StepLine<'a> {
    fn of(line: Line<'a>, lang: Lang) -> Self {
        let (event, taken) = match line.what {
            LineKind::Entered => (StepLineEvent::Entered, None),
            LineKind::Step(taken) => (StepLineEvent::Step, Some(taken)),
            LineKind::Left => (StepLineEvent::Left, None),
        };
        let info = taken.map(|taken| taken.step.info());
        let words = taken.map(|taken| step_text(taken.step));
        Self {
            event,
            depth: line.depth,
            function: line.function.name(),
            next_entry: line.next_entry,
            step: info.map(|info| info.name),
            text: words.map(|words| words.text.get(lang)),
            note: words.and_then(|words| words.note).map(|note| note.get(lang)),
            indent: words.map_or(0, |words| words.depth),
            calls: info.and_then(|info| info.kind.callee()).map(Function::name),
            holds: taken.and_then(|taken| taken.holds),
            values: taken.map(|taken| taken.values.iter().map(StepValue::of).collect()).unwrap_or_default(),
        }
    }
}

impl<'a> StepValue<'a> {
    fn of(value: &'a steps::StepValue) -> Self {
        Self {
            field: value.field.name(),
            value: (&value.value).into(),
            changed_to: value.changed_to.as_ref().map(Value::from),
        }
    }
}
