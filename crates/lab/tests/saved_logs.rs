//! Saved logs are read strictly, and say where they are wrong.

use psyncscope_lab::{Action, ActionLog, ErrorCode, LabConfig, NodeSpec, TimedAction, examples, limits};

fn log(actions: &str) -> String {
    format!(
        r#"{{"version":1,"config":{{"nodes":[{{"name":"a"}},{{"name":"b","config":["replicaof a 6379"]}}]}},
"actions":[{actions}],
"end_us":1000}}"#
    )
}

/// Reads `text`, which must be refused with `code`; `part` must be in the message.
#[track_caller]
fn refused(text: &str, code: ErrorCode, part: &str) -> psyncscope_lab::ErrorAt {
    let error = ActionLog::from_json(text).expect_err("it is not a good log");
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(part), "{error}");
    *error.at.unwrap_or_default()
}

#[test]
fn every_action_comes_back_as_it_went() {
    let node = || "a".to_owned();
    let wire = || ("a".to_owned(), "b".to_owned());
    let actions = vec![
        Action::Exec { node: node(), console: 3, command: "SET k \"a\\x00 b\" 中文".to_owned() },
        Action::AddNode { node: NodeSpec { name: "d".to_owned(), config: vec!["repl-timeout 5".to_owned()] } },
        Action::Cut { from: wire().0, to: wire().1, one_way: true },
        Action::Heal { from: wire().0, to: wire().1, one_way: false },
        Action::SetWire {
            from: wire().0,
            to: wire().1,
            one_way: false,
            settings: psyncscope_lab::sim::frame::WireSettings { loss: 0.1, ..Default::default() },
        },
        Action::Crash { node: node() },
        Action::Restart { node: node() },
        Action::Pause { node: node() },
        Action::Resume { node: node() },
        Action::PowerOff { node: node() },
        Action::MoveClock { node: node(), by_ms: -5 },
        Action::Terminate { node: node() },
        Action::Configure { node: NodeSpec { name: node(), config: vec!["hz 50".to_owned()] } },
        Action::HangUp { node: node(), console: 2 },
        Action::RemoveNode { node: "d".to_owned() },
    ];
    let log = ActionLog {
        version: 1,
        config: LabConfig {
            seed: u64::MAX,
            nodes: ["a", "b"].map(|name| NodeSpec { name: name.to_owned(), config: vec![] }).to_vec(),
            ..LabConfig::default()
        },
        actions: actions.into_iter().zip(0..).map(|(action, at_us)| TimedAction { at_us, action }).collect(),
        end_us: 1_000_000,
    };
    let text = log.to_json();
    assert_eq!(ActionLog::from_json(&text).expect("its own writing"), log);
    assert_eq!(text.lines().count(), 4 + log.actions.len() + 3, "one action a line:\n{text}");
}

/// Logs are kept in files and links: every version of this program must write and read the same.
#[test]
fn the_format_stays() {
    let text = r#"{
  "version": 1,
  "config": {"seed":18446744073709551615,"nodes":[{"name":"a","config":["repl-backlog-size 64"]},{"name":"b","config":[]}],"wire":{"latency_us":500,"jitter_us":0,"bandwidth_bps":0,"loss":0.0,"duplicate":0.25,"reorder":1.0},"classroom_limits":true,"disk_bps":50000000,"fork_us":20000},
  "actions": [
    {"at_us":0,"do":"exec","node":"a","console":3,"command":"SET k \"\\x00 b\" 中文"},
    {"at_us":1,"do":"add-node","name":"d","config":["repl-timeout 5"]},
    {"at_us":2,"do":"cut","from":"a","to":"b","one_way":true},
    {"at_us":2,"do":"heal","from":"a","to":"b","one_way":false},
    {"at_us":2,"do":"set-wire","from":"a","to":"b","one_way":false,"settings":{"latency_us":500,"jitter_us":0,"bandwidth_bps":0,"loss":0.1,"duplicate":0.0,"reorder":0.0}},
    {"at_us":3,"do":"crash","node":"a"},
    {"at_us":3,"do":"restart","node":"a"},
    {"at_us":3,"do":"pause","node":"a"},
    {"at_us":3,"do":"resume","node":"a"},
    {"at_us":3,"do":"power-off","node":"a"},
    {"at_us":3,"do":"move-clock","node":"a","by_ms":-5},
    {"at_us":3,"do":"terminate","node":"a"},
    {"at_us":3,"do":"configure","name":"a","config":["hz 50"]},
    {"at_us":3,"do":"hang-up","node":"a","console":2},
    {"at_us":3,"do":"remove-node","node":"d"}
  ],
  "end_us": 1000000
}
"#;
    assert_eq!(ActionLog::from_json(text).expect("a good log").to_json(), text);
}

#[test]
fn the_opening_comes_back_as_it_went() {
    let log = examples::opening();
    assert_eq!(ActionLog::from_json(&log.to_json()).expect("its own writing"), log);
}

#[test]
fn what_is_no_json_says_line_and_column() {
    for text in ["", "null", "[]", "7", "\u{0}"] {
        let error = ActionLog::from_json(text).expect_err("no log");
        assert!(matches!(error.code, ErrorCode::BadJson | ErrorCode::BadValue), "{text:?}: {error}");
    }
    let at = refused("{\n  \"version\": 1,\n  oops }", ErrorCode::BadJson, "line 3, column 3");
    assert_eq!((at.line, at.column), (Some(3), Some(3)));
    refused(&(log("") + "x"), ErrorCode::BadJson, "trailing");
    refused(&"[".repeat(100_000), ErrorCode::BadJson, "recursion limit");
    refused(&log("").replace("1000", &"[".repeat(100_000)), ErrorCode::BadJson, "recursion limit");
}

#[test]
fn other_versions_are_named_as_such() {
    refused(r#"{"version":3,"frames":[]}"#, ErrorCode::UnsupportedVersion, "version 3 is not read here, only 1 and 2");
    refused(r#"{"version":0}"#, ErrorCode::UnsupportedVersion, "version 0");
    refused(r#"{"version":"1"}"#, ErrorCode::BadValue, "version");
    refused(r#"{"config":{},"actions":[],"end_us":0}"#, ErrorCode::MissingField, "version");
}

#[test]
fn unknown_missing_and_wrong_fields_are_named() {
    let at = refused(&log(r#"{"at_us":1,"do":"crash","node":"a","force":true}"#), ErrorCode::UnknownField, "force");
    assert_eq!((at.action, at.line), (Some(0), Some(2)));
    let good = r#"{"at_us":1,"do":"crash","node":"a"},"#;
    let at = refused(&log(&format!("{good}{}", r#"{"at_us":2,"do":"explode"}"#)), ErrorCode::BadValue, "explode");
    assert_eq!(at.action, Some(1));
    refused(&log(r#"{"at_us":1,"node":"a"}"#), ErrorCode::MissingField, "do");
    refused(&log(r#"{"do":"crash","node":"a"}"#), ErrorCode::MissingField, "at_us");
    refused(&log(r#"{"at_us":1,"do":"crash"}"#), ErrorCode::MissingField, "node");
    refused(&log(r#"{"at_us":1,"do":"crash","node":7}"#), ErrorCode::BadValue, "string");
    refused(&log(r#"{"at_us":1.5,"do":"crash","node":"a"}"#), ErrorCode::BadValue, "1.5");
    refused(&log(r#"{"at_us":-1,"do":"crash","node":"a"}"#), ErrorCode::BadValue, "-1");
    refused(&log(r#"{"at_us":1,"do":"crash","node":"a","node":"b"}"#), ErrorCode::BadValue, "duplicate");
    refused(&log(r#"{"at_us":1,"do":"add-node","name":"x","cnfig":[]}"#), ErrorCode::UnknownField, "cnfig");
    refused(
        &log(r#"{"at_us":1,"do":"set-wire","from":"a","to":"b","settings":{"latncy_us":1}}"#),
        ErrorCode::UnknownField,
        "latncy_us",
    );
    for (fields, code, field) in [
        (r#""at_us":2,"do":"crash","node":7"#, ErrorCode::BadValue, "actions[1].node"),
        (r#""at_us":2,"do":"crash","node":null"#, ErrorCode::BadValue, "actions[1].node"),
        (r#""at_us":-2,"do":"crash","node":"a""#, ErrorCode::BadValue, "actions[1].at_us"),
        (r#""at_us":2,"do":"explode""#, ErrorCode::BadValue, "actions[1].do"),
        (r#""at_us":2,"do":"crash""#, ErrorCode::MissingField, "actions[1]"),
        (r#""at_us":2,"do":"crash","node":"a","force":true"#, ErrorCode::UnknownField, "actions[1].force"),
        (r#""at_us":2,"do":"crash","node":"a","by_ms":1"#, ErrorCode::UnknownField, "actions[1].by_ms"),
        (r#""at_us":2,"do":"cut","from":"a","to":"b","one_way":1"#, ErrorCode::BadValue, "actions[1].one_way"),
        (r#""at_us":2,"do":"add-node","name":"x","config":[7]"#, ErrorCode::BadValue, "actions[1].config[0]"),
        (
            r#""at_us":2,"do":"set-wire","from":"a","to":"b","settings":{"loss":"1"}"#,
            ErrorCode::BadValue,
            "actions[1].settings.loss",
        ),
        (
            r#""at_us":2,"do":"set-wire","from":"a","to":"b","settings":{"lag":1}"#,
            ErrorCode::UnknownField,
            "actions[1].settings.lag",
        ),
        (r#""at_us":2,"do":"set-wire","from":"a","to":"b","settings":[]"#, ErrorCode::BadValue, "actions[1].settings"),
    ] {
        let at = refused(&log(&format!("{good}\n{{{fields}}}")), code, field);
        assert_eq!((at.field.as_deref(), at.action, at.line), (Some(field), Some(1), Some(3)), "{fields}");
    }
    refused(&log(r#"[1,"crash"]"#), ErrorCode::BadValue, "actions[0]");
    refused(&log("").replace("\"nodes\"", "\"knots\""), ErrorCode::UnknownField, "knots");
    refused(&log("").replace("\"end_us\"", "\"end\""), ErrorCode::UnknownField, "end");
    refused(&log("").replace("{\"name\":\"a\"}", "{\"nome\":\"a\"}"), ErrorCode::UnknownField, "nome");
    for (object, array) in [(r#"{"name":"a"}"#, r#"["a",[]]"#), (r#""end_us":1000}"#, r#""end_us":1000,"config":[]}"#)]
    {
        refused(&log("").replace(object, array), ErrorCode::BadValue, "");
    }
    refused(r#"[1,{},[],0]"#, ErrorCode::BadValue, "an object");
    refused(r#"{"version":1,"config":[],"actions":[],"end_us":0}"#, ErrorCode::BadValue, "an object");
    refused(r#"{"version":1,"config":{"wire":[]},"actions":[],"end_us":0}"#, ErrorCode::BadValue, "an object");
    let wire = r#""config":{"wire":{"lag":1},"#;
    let at =
        refused(&log("").replace("\"config\":{\"nodes\"", &format!("{wire}\"nodes\"")), ErrorCode::UnknownField, "lag");
    assert_eq!(at.field.as_deref(), Some("config.wire.lag"));
}

#[test]
fn times_are_in_order_and_within_the_end() {
    let two = |first: u64, second: u64| {
        log(&format!(r#"{{"at_us":{first},"do":"pause","node":"a"}},{{"at_us":{second},"do":"resume","node":"a"}}"#))
    };
    ActionLog::from_json(&two(5, 5)).expect("the same instant is in order");
    ActionLog::from_json(&two(5, 1000)).expect("the end counts");
    assert_eq!(refused(&two(5, 4), ErrorCode::OutOfOrder, "action 1").action, Some(1));
    assert_eq!(refused(&two(5, 1001), ErrorCode::OutOfOrder, "after the log's end").action, Some(1));
}

#[test]
fn nodes_must_exist_and_names_be_good() {
    let crash = |name: &str| format!(r#"{{"at_us":5,"do":"crash","node":"{name}"}}"#);
    let at = refused(&log(&crash("z")), ErrorCode::UnknownNode, "action 0: there is no node z");
    assert_eq!(at.node.as_deref(), Some("z"));
    let remove = r#"{"at_us":1,"do":"remove-node","node":"a"},"#;
    refused(&log(&format!("{remove}{}", crash("a"))), ErrorCode::UnknownNode, "removed");
    let add = |name: &str| format!(r#"{{"at_us":2,"do":"add-node","name":"{name}"}}"#);
    refused(&log(&add("a")), ErrorCode::DuplicateNode, "already");
    refused(&log(&format!("{remove}{}", add("a"))), ErrorCode::DuplicateNode, "before");
    ActionLog::from_json(&log(&format!("{},{}", add("n"), crash("n")))).expect("a node that was added");
    for name in ["", "a b", "ä", "a.b", "seventeen-letters", "\\n"] {
        refused(&log(&add(name)), ErrorCode::BadNodeName, "1 to 16");
    }
    ActionLog::from_json(&log(&add("sixteen-letters_"))).expect("16 letters");
    refused(&log("").replace("{\"name\":\"a\"}", "{\"name\":\"b\"}"), ErrorCode::DuplicateNode, "two nodes");
    for verb in ["cut", "heal"] {
        let same = format!(r#"{{"at_us":1,"do":"{verb}","from":"a","to":"a"}}"#);
        refused(&log(&same), ErrorCode::SameNode, "two ends");
    }
}

#[test]
fn values_have_limits() {
    let exec = |console: u32, command: &str| {
        let command = serde_json::to_string(command).expect("text");
        format!(r#"{{"at_us":1,"do":"exec","node":"a","console":{console},"command":{command}}}"#)
    };
    ActionLog::from_json(&log(&exec(63, "PING"))).expect("within the limits");
    refused(&log(&exec(64, "PING")), ErrorCode::TooMuch, "console 64");
    refused(&log(&exec(0, "SET k \"open")), ErrorCode::BadCommand, "Invalid argument(s)");
    refused(&log(&exec(0, "  ")), ErrorCode::BadCommand, "empty");
    let long = |len: usize| format!("ECHO {}", "x".repeat(len - 5));
    ActionLog::from_json(&log(&exec(0, &long(limits::COMMAND_BYTES_MAX)))).expect("just short enough");
    refused(&log(&exec(0, &long(limits::COMMAND_BYTES_MAX + 1))), ErrorCode::TooMuch, "command line");
    let many = vec![exec(0, &long(limits::COMMAND_BYTES_MAX)); 65].join(",");
    assert_eq!(refused(&log(&many), ErrorCode::TooMuch, "together").action, Some(64));
    let many = vec![exec(0, "PING"); limits::ACTIONS_MAX + 1].join(",");
    refused(&log(&many), ErrorCode::TooMuch, "at most 10000 actions");
    let end = |end: u64| log("").replace("\"end_us\":1000", &format!("\"end_us\":{end}"));
    ActionLog::from_json(&end(limits::END_MAX_US)).expect("the last instant");
    refused(&end(limits::END_MAX_US + 1), ErrorCode::TooMuch, "at most");
    refused(&end(u64::MAX), ErrorCode::TooMuch, "at most");
    let wire = |settings: &str| {
        log(&format!(r#"{{"at_us":1,"do":"set-wire","from":"a","to":"b","settings":{{{settings}}}}}"#))
    };
    ActionLog::from_json(&wire(r#""loss":1,"latency_us":600000000"#)).expect("at the limits");
    refused(&wire(r#""loss":1.01"#), ErrorCode::BadValue, "probability");
    refused(&wire(r#""reorder":-0.1"#), ErrorCode::BadValue, "probability");
    refused(&wire(r#""latency_us":600000001"#), ErrorCode::TooMuch, "latency_us");
    refused(
        &log(r#"{"at_us":1,"do":"move-clock","node":"a","by_ms":9223372036854775807}"#),
        ErrorCode::TooMuch,
        "clock",
    );
    refused(
        &log(r#"{"at_us":1,"do":"move-clock","node":"a","by_ms":-9223372036854775808}"#),
        ErrorCode::TooMuch,
        "clock",
    );
}
