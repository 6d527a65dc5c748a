//! The steps of the functions of replication, as text or JSON.

use std::fmt::Write as _;

use psyncscope_lab::engine::steps::{Function, StepTaken, StepValue, Value};
use psyncscope_lab::format::escape;
use psyncscope_lab::sim::TurnSteps;
use psyncscope_lab::steps::{Line, LineKind, lines, step_text, trace};
use psyncscope_lab::{Lab, Lang};

use crate::host_named;

/// What is printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of this function only, with what it calls.
    pub function: Option<Function>,
    /// Of this node only.
    pub node: Option<String>,
    /// The language; `None` for JSON, one object a line.
    pub lang: Option<Lang>,
}

/// All steps of a run, or those of one function or one node.
///
/// # Errors
/// There was never a node of that name; or the run cannot be made again.
pub fn text(lab: &Lab, wanted: &Wanted) -> Result<String, String> {
    let host = wanted.node.as_ref().map(|name| host_named(lab, name)).transpose()?;
    let turns = lab.steps_between(None, lab.now()).map_err(|error| error.to_string())?;
    let mut out = String::new();
    for turn in turns.iter().filter(|turn| host.is_none_or(|host| turn.host == host)) {
        let name = lab.name_of(turn.host);
        for line in lines(turn, wanted.function) {
            match wanted.lang {
                Some(lang) => write_text(&mut out, turn, &name, &line, lang),
                None => out += &trace::json_line(turn, &name, &line),
            }
        }
    }
    Ok(out)
}

fn write_text(out: &mut String, turn: &TurnSteps, node: &str, line: &Line<'_>, lang: Lang) {
    let _ = match line.what {
        LineKind::Entered if line.depth == 0 => {
            writeln!(out, "{:>11.6} s  {node}  {}", turn.at.0 as f64 / 1e6, line.function.name())
        }
        LineKind::Step(step) => {
            let text = step_text(step.step);
            let indent = 4 * line.depth + 2 * usize::from(text.depth);
            writeln!(out, "{:indent$}{}{}", "", text.text.get(lang), outcome(step, lang))
        }
        // The step that calls a function is the line before it is entered.
        LineKind::Entered | LineKind::Left => Ok(()),
    };
}

/// Whether a condition holds, and the values.
fn outcome(step: &StepTaken, lang: Lang) -> String {
    let mut text = match (step.holds, lang) {
        (None, _) => String::new(),
        (Some(true), Lang::En) => " Yes.".to_owned(),
        (Some(false), Lang::En) => " No.".to_owned(),
        (Some(true), Lang::Zh) => "是。".to_owned(),
        (Some(false), Lang::Zh) => "否。".to_owned(),
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::Action;

    fn wanted(function: Option<Function>, node: &str, lang: Option<Lang>) -> Wanted {
        Wanted { function, node: Some(node.to_owned()), lang }
    }

    #[test]
    fn the_openings_first_ring_write_in_text_and_json() {
        let lab = Lab::replay(&psyncscope_lab::examples::opening()).expect("it is good");
        let feed = Some(Function::FeedReplicationBacklog);
        let shown = text(&lab, &wanted(feed, "a", Some(Lang::En))).expect("it runs");
        let first: Vec<&str> = shown.lines().take(2).collect();
        assert!(first[0].ends_with("a  feedReplicationBacklog"), "{first:?}");
        assert!(first[1].contains(" Yes.  [repl_backlog_size 96]"), "{first:?}");
        assert!(shown.contains("[master_repl_offset: 0 -> "), "{shown}");
        let chinese = text(&lab, &wanted(feed, "a", Some(Lang::Zh))).expect("it runs");
        assert!(chinese.contains("是。  [repl_backlog_size 96]"), "{chinese}");
        let json = text(&lab, &wanted(feed, "a", None)).expect("it runs");
        let second: serde_json::Value = serde_json::from_str(json.lines().nth(1).expect("a line")).expect("JSON");
        assert_eq!(second["function"], "feedReplicationBacklog");
        assert_eq!(second["step"], "HasBacklog");
        assert_eq!(second["holds"], true);
        assert_eq!(second["values"][0]["field"], "repl_backlog_size");
        let unknown = text(&lab, &wanted(None, "z", None));
        assert_eq!(unknown, Err("there was never a node z".into()));
    }

    #[test]
    fn a_node_that_was_removed_still_has_its_steps() {
        let mut lab = Lab::replay(&psyncscope_lab::examples::opening()).expect("it is good");
        lab.act(Action::RemoveNode { node: "b".to_owned() }).expect("it is there");
        let shown = text(&lab, &wanted(None, "b", Some(Lang::En))).expect("it was there");
        assert!(shown.contains("  b  syncWithMaster"), "{shown}");
    }
}
