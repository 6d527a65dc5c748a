//! The steps of a run as JSON Lines: what is documented of them is what they have.

use std::collections::BTreeMap;

use psyncscope_lab::{Lab, examples};
use serde_json::Value;

const DOCS: &str = include_str!("../../../docs/trace.md");

/// The fields that the documentation has in its tables, and the types that it gives them.
fn documented() -> BTreeMap<&'static str, &'static str> {
    let rows = DOCS.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(field, after)| (field, after.split(" | ").next().unwrap_or_default())).collect()
}

#[track_caller]
fn fits(documented: &BTreeMap<&str, &str>, field: &str, value: &Value) {
    let Some(kind) = documented.get(field) else { panic!("{field} is not documented") };
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        other => panic!("{field} is {other}"),
    };
    let kind = if *kind == "the same" { documented["value"] } else { kind };
    assert!(kind.contains(name), "{field} is {value}: documented as {kind}");
}

#[test]
fn every_field_is_documented_and_every_documented_field_is_there() {
    let documented = documented();
    let lab = Lab::replay(&examples::opening()).expect("it is good");
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for line in lab.trace_json().expect("it runs").lines() {
        let line: BTreeMap<String, Value> = serde_json::from_str(line).expect("JSON");
        for (field, value) in &line {
            fits(&documented, field, value);
            *seen.entry(field.clone()).or_default() += 1;
        }
        let values = line.get("values").and_then(Value::as_array).into_iter().flatten();
        for (field, value) in values.filter_map(Value::as_object).flatten() {
            fits(&documented, field, value);
            *seen.entry(field.clone()).or_default() += 1;
        }
    }
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), documented.keys().copied().collect::<Vec<_>>());
}

#[test]
fn the_lines_of_the_documentation_are_those_of_the_opening() {
    let lab = Lab::replay(&examples::opening()).expect("it is good");
    let trace = lab.trace_json().expect("it runs");
    let shown = DOCS.split("```").nth(1).expect("an example").trim();
    assert_eq!(shown.lines().count(), 3);
    assert!(trace.contains(shown), "the example of docs/trace.md is not what is written:\n{shown}");
}
