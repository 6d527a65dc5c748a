//! The steps of a run as JSON Lines. The format is in `docs/trace.md`.

use psyncscope_engine::steps::{Function, StepValue};
use psyncscope_sim::TurnSteps;
use serde::Serialize;

use super::{Line, LineKind, lines};
use crate::error::LabError;
use crate::lab::Lab;

/// A line.
#[derive(Serialize)]
struct JsonLine<'a> {
    at_us: u64,
    node: &'a str,
    depth: usize,
    function: Function,
    event: &'static str,
    /// The index of the timeline's next entry.
    next_entry: usize,
    #[serde(flatten)]
    step: Option<JsonStep<'a>>,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<Function>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<bool>,
    values: &'a [StepValue],
}

/// A line of a turn as a line of JSON, with its line feed.
#[must_use]
pub fn json_line(turn: &TurnSteps, node: &str, line: &Line<'_>) -> String {
    let (event, step) = match line.what {
        LineKind::Entered => ("entered", None),
        LineKind::Left => ("left", None),
        LineKind::Step(taken) => {
            let info = taken.step.info();
            let calls = info.kind.callee();
            ("step", Some(JsonStep { step: info.name, calls, holds: taken.holds, values: &taken.values }))
        }
    };
    let (at_us, function, depth, next_entry) = (turn.at.0, line.function, line.depth, line.next_entry);
    let line = JsonLine { at_us, node, depth, function, event, next_entry, step };
    // Numbers, texts and lists of them: there is nothing that JSON cannot hold.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

impl Lab {
    /// All steps of the run so far, one JSON object a line.
    ///
    /// # Errors
    /// The run cannot be made again.
    pub fn trace_json(&self) -> Result<String, LabError> {
        let mut out = String::new();
        for turn in self.steps_between(None, self.now())? {
            let name = self.name_of(turn.host);
            for line in lines(&turn, None) {
                out += &json_line(&turn, &name, &line);
            }
        }
        Ok(out)
    }
}
