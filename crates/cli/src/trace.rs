//! The steps of the functions of replication, as text or JSON.

use std::fmt::Write as _;

use psyncscope_lab::Lab;
use psyncscope_lab::engine::steps::{Function, StepKind, StepTaken, StepValue, Value};
use psyncscope_lab::format::escape;
use psyncscope_lab::sim::TurnSteps;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::steps::{Line, LineKind, lines};
use serde::Serialize;

/// All steps of a run, or those of one function or one node.
///
/// # Errors
/// There was never a node of that name; or the run cannot be made again.
pub fn text(lab: &Lab, function: Option<Function>, node: Option<&str>, json: bool) -> Result<String, String> {
    let host = node.map(|name| lab.host(name).ok_or_else(|| format!("there is no node {name}"))).transpose()?;
    let turns = lab.steps_between(None, lab.now()).map_err(|error| error.to_string())?;
    let mut out = String::new();
    for turn in turns.iter().filter(|turn| host.is_none_or(|host| turn.host == host)) {
        let name = name_of(lab, turn.host);
        for line in lines(turn, function) {
            if json {
                write_json(&mut out, turn, &name, &line)?;
            } else {
                write_text(&mut out, turn, &name, &line);
            }
        }
    }
    Ok(out)
}

fn name_of(lab: &Lab, host: HostId) -> String {
    lab.world().name(host).map_or_else(|| format!("host {}", host.0), str::to_owned)
}

fn write_text(out: &mut String, turn: &TurnSteps, node: &str, line: &Line<'_>) {
    let indent = "  ".repeat(line.depth);
    let _ = match line.what {
        LineKind::Entered if line.depth == 0 => {
            writeln!(out, "{:>11.6} s  {node}  {}", turn.at.0 as f64 / 1e6, line.function.name())
        }
        // The step that calls it is the line before.
        LineKind::Entered => Ok(()),
        LineKind::Left => Ok(()),
        LineKind::Step(step) => writeln!(out, "{:15}{indent}{}", "", step_text(step)),
    };
}

fn step_text(step: &StepTaken) -> String {
    let info = step.step.info();
    let mut text = match info.kind {
        StepKind::Call(callee) => format!("{}: calls {}", info.name, callee.name()),
        _ => info.name.to_owned(),
    };
    if let Some(holds) = step.holds {
        text += if holds { "? yes" } else { "? no" };
    }
    let values: Vec<String> = step.values.iter().map(value_text).collect();
    if !values.is_empty() {
        let _ = write!(text, "  [{}]", values.join(", "));
    }
    text
}

fn value_text(value: &StepValue) -> String {
    let shown = |value: &Value| match value {
        Value::Nothing => "none".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => escape(text.as_bytes()),
    };
    match &value.changed_to {
        Some(after) => format!("{}: {} -> {}", value.field.name(), shown(&value.value), shown(after)),
        None => format!("{} {}", value.field.name(), shown(&value.value)),
    }
}

/// A line as JSON.
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

fn write_json(out: &mut String, turn: &TurnSteps, node: &str, line: &Line<'_>) -> Result<(), String> {
    let (event, step) = match line.what {
        LineKind::Entered => ("entered", None),
        LineKind::Left => ("left", None),
        LineKind::Step(taken) => {
            let info = taken.step.info();
            let calls = match info.kind {
                StepKind::Call(callee) => Some(callee),
                _ => None,
            };
            ("step", Some(JsonStep { step: info.name, calls, holds: taken.holds, values: &taken.values }))
        }
    };
    let (at_us, function, depth, next_entry) = (turn.at.0, line.function, line.depth, line.next_entry);
    let line = JsonLine { at_us, node, depth, function, event, next_entry, step };
    *out += &serde_json::to_string(&line).map_err(|error| error.to_string())?;
    out.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_openings_first_ring_write_in_text_and_json() {
        let lab = Lab::replay(&psyncscope_lab::examples::opening()).expect("it is good");
        let feed = Some(Function::FeedReplicationBacklog);
        let shown = text(&lab, feed, Some("a"), false).expect("it runs");
        let first: Vec<&str> = shown.lines().take(2).collect();
        assert!(first[0].ends_with("a  feedReplicationBacklog"), "{first:?}");
        assert!(first[1].contains("HasBacklog? yes  [repl_backlog_size 96]"), "{first:?}");
        assert!(shown.contains("AdvanceOffset  [master_repl_offset: 0 -> "), "{shown}");
        let json = text(&lab, feed, Some("a"), true).expect("it runs");
        let second: serde_json::Value = serde_json::from_str(json.lines().nth(1).expect("a line")).expect("JSON");
        assert_eq!(second["function"], "feedReplicationBacklog");
        assert_eq!(second["step"], "HasBacklog");
        assert_eq!(second["holds"], true);
        assert_eq!(second["values"][0]["field"], "repl_backlog_size");
        assert_eq!(text(&lab, None, Some("z"), false), Err("there is no node z".into()));
    }
}
