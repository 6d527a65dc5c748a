//! The lab as JavaScript meets it, in a browser.

use js_sys::{Array, JSON, Object, Reflect, Uint8Array, eval};
use psyncscope::Lab;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const NOT_GIVEN: JsValue = JsValue::UNDEFINED;

/// The value of a JavaScript expression.
fn js(source: &str) -> JsValue {
    eval(&format!("({source})")).expect("the test's own JavaScript")
}

/// A member of an object, by a path such as `hosts.0.node`.
#[track_caller]
fn at(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| {
        Reflect::get(&value, &key.into()).unwrap_or_else(|_| panic!("{path}: {key} of no object"))
    })
}

fn text(value: &JsValue, path: &str) -> String {
    at(value, path).as_string().unwrap_or_else(|| panic!("{path} is no string"))
}

fn number(value: &JsValue, path: &str) -> f64 {
    at(value, path).as_f64().unwrap_or_else(|| panic!("{path} is no number"))
}

/// A master `a` and its replica `b`.
fn two() -> Lab {
    Lab::new(js(r#"{ seed: 7, nodes: [
            { name: "a", config: ["repl-backlog-size 64"] },
            { name: "b", config: ["replicaof a 6379", "repl-backlog-size 64"] },
        ] }"#))
    .expect("a good configuration")
}

fn execute(lab: &mut Lab, node: &str, command: &str) -> JsValue {
    lab.execute(node.into(), command.into(), NOT_GIVEN).expect("a reply")
}

/// What was thrown must be an Error with this code, a message that contains `part`, and no hidden member.
#[track_caller]
fn thrown<T>(result: Result<T, JsValue>, code: &str, part: &str) -> JsValue {
    let Err(error) = result else { panic!("it must throw {code}: {part}") };
    assert!(error.is_instance_of::<js_sys::Error>());
    let message = text(&error, "message");
    assert_eq!(text(&error, "code"), code, "{message}");
    assert!(message.contains(part), "{message}");
    let json = String::from(JSON::stringify(&error).expect("plain data"));
    assert!(json.contains("\"code\"") && json.contains("\"message\""), "{json}");
    error
}

#[wasm_bindgen_test]
fn a_write_replicates_and_is_read_back() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    let set = execute(&mut lab, "a", "SET user:1 \"ada l\"");
    assert_eq!((text(&set, "reply"), text(&set, "text")), ("OK".into(), "OK".into()));
    lab.run_for(1000.5.into()).expect("a good time");
    assert_eq!(text(&execute(&mut lab, "b", "GET user:1"), "reply"), "ada l");
    assert!(text(&execute(&mut lab, "b", "INFO replication"), "text").contains("role:slave\r\n"));

    let frame = lab.frame().expect("a frame");
    assert_eq!(number(&frame, "at_ms"), 4000.5);
    assert_eq!(text(&frame, "hosts.0.status.kind"), "master");
    assert_eq!(number(&frame, "hosts.0.status.online"), 1.0);
    assert_eq!(text(&frame, "hosts.1.status.state"), "CONNECTED");
    assert_eq!(number(&frame, "hosts.0.node.master_repl_offset"), number(&frame, "hosts.1.node.master_repl_offset"));
    assert_eq!(text(&frame, "hosts.0.node.replid").len(), 40);
    let ring = at(&frame, "hosts.0.node.backlog.bytes");
    let ring: Uint8Array = ring.dyn_into().expect("bytes are a Uint8Array");
    assert_eq!(f64::from(ring.length()), number(&frame, "hosts.0.node.backlog.histlen"));
    assert!(at(&frame, "hosts.0.node.upstream").is_null());
    assert_eq!(at(&frame, "wires.0.cut_ab").as_bool(), Some(false));
    assert_eq!(text(&frame, "hosts.1.node.upstream.host"), "a");

    let past = lab.frame_at(0.into()).expect("a frame");
    assert!(number(&past, "seq") < number(&frame, "seq"));
}

#[wasm_bindgen_test]
fn every_kind_of_reply_has_its_value() {
    let mut lab = two();
    assert_eq!(number(&execute(&mut lab, "a", "INCR n"), "reply"), 1.0);
    assert!(at(&execute(&mut lab, "a", "GET none"), "reply").is_null());
    assert_eq!(text(&execute(&mut lab, "a", "GET none"), "text"), "(nil)");
    let error = execute(&mut lab, "a", "NOSUCH");
    assert!(text(&error, "reply.error").starts_with("ERR unknown command"));
    assert!(text(&error, "text").starts_with("(error) ERR"));
    execute(&mut lab, "a", "SET bytes \"\\xff\\x00\"");
    let bytes = at(&execute(&mut lab, "a", "GET bytes"), "reply");
    assert_eq!(bytes.dyn_into::<Uint8Array>().expect("no text").to_vec(), [0xff, 0]);
    execute(&mut lab, "a", "SET big 9223372036854775806");
    assert_eq!(text(&execute(&mut lab, "a", "INCR big"), "reply"), "9223372036854775807");
    let role: Array = at(&execute(&mut lab, "a", "ROLE"), "reply").dyn_into().expect("an array");
    assert_eq!(role.get(0).as_string().as_deref(), Some("master"));
}

#[wasm_bindgen_test]
fn replies_are_those_to_the_command_even_when_others_are_due() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    lab.act(js(r#"{ do: "exec", node: "a", command: "DEBUG SLEEP 2" }"#)).expect("taken");
    let ping = execute(&mut lab, "a", "PING");
    assert_eq!(text(&ping, "reply"), "PONG");
    assert_eq!(number(&ping, "at_ms"), 5000.0, "after the two seconds of sleep");
    let other = lab.execute("a".into(), "PING".into(), js("{ console: 1 }")).expect("a reply");
    assert_eq!(text(&other, "reply"), "PONG");
    let lines: Array = lab.transcript("a".into(), NOT_GIVEN).expect("a transcript").dyn_into().expect("an array");
    assert_eq!(lines.length(), 4);
    assert_eq!(text(&lines.get(0), "text"), "DEBUG SLEEP 2");
    assert_eq!(text(&lines.get(3), "text"), "PONG\n(2.00s)");
}

#[wasm_bindgen_test]
fn without_a_reply_it_says_so_and_time_has_passed() {
    let mut lab = two();
    lab.act(js(r#"{ do: "pause", node: "a" }"#)).expect("taken");
    let options = js("{ max_ms: 250 }");
    thrown(lab.execute("a".into(), "PING".into(), options), "no-reply", "250 ms");
    assert_eq!(lab.now(), 250.0);
    lab.act(js(r#"{ do: "resume", node: "a" }"#)).expect("taken");
    assert_eq!(text(&execute(&mut lab, "a", "ECHO hi"), "reply"), "hi");
    thrown(lab.execute("a".into(), "SHUTDOWN NOSAVE".into(), NOT_GIVEN), "no-reply", "closed the connection");
    thrown(lab.execute("a".into(), "PING".into(), NOT_GIVEN), "not-running", "Could not connect");
}

#[wasm_bindgen_test]
fn a_saved_log_makes_the_same_world_again() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    execute(&mut lab, "a", "SET k 1");
    lab.act(js(r#"{ do: "cut", from: "a", to: "b" }"#)).expect("taken");
    lab.run_for(1234.567.into()).expect("a good time");
    let again = Lab::load_log(lab.save_log().into()).expect("its own log");
    assert_eq!((again.digest(), again.now()), (lab.digest(), lab.now()));
    assert_eq!(lab.digest().len(), 16);
    let fork = lab.fork_at(3000.into()).expect("in the past");
    assert_eq!(fork.now(), 3000.0);
    assert_ne!(fork.digest(), lab.digest());
    thrown(lab.fork_at(60_000.into()), "bad-time", "beyond the present");
}

#[wasm_bindgen_test]
fn the_timeline_is_complete() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    execute(&mut lab, "a", "SET k 1");
    let entries: Array = lab.timeline(NOT_GIVEN).expect("a timeline").dyn_into().expect("an array");
    let find = |kind: &str| {
        entries.iter().find(|entry| text(entry, "kind") == kind).unwrap_or_else(|| panic!("there is no {kind}"))
    };
    let verdict = find("verdict");
    assert_eq!(at(&verdict, "verdict.granted").as_bool(), Some(false));
    assert_eq!(text(&verdict, "verdict.refusal"), "full-requested");
    assert_eq!(text(&verdict, "explanation.counterfactual.kind"), "ask-with-history");
    assert_eq!(number(&verdict, "explanation.decided_by"), 1.0);
    assert_eq!(text(&verdict, "explanation.conditions.1.kind"), "id-known");
    assert_eq!(text(&verdict, "explanation.conditions.1.outcome"), "failed");
    assert_eq!(text(&find("ids"), "why"), "startup");
    assert_eq!(text(&find("repl-state"), "from"), "CONNECT");
    assert_eq!(text(&find("psync-outcome"), "outcome"), "full-resync");
    assert!(at(&find("handshake-sent"), "bytes").is_instance_of::<Uint8Array>());
    assert_eq!(text(&find("console-sent"), "argv.0"), "SET");
    assert_eq!(number(&find("tcp-opened"), "peer"), 0.0);

    let rest: Array = lab.timeline((entries.length() - 1).into()).expect("one entry").dyn_into().expect("an array");
    assert_eq!(rest.length(), 1);
    let none: Array = lab.timeline(1e9.into()).expect("no entry").dyn_into().expect("an array");
    assert_eq!(none.length(), 0);
    // Nothing in it is a Map, an undefined or a symbol: it survives a copy.
    let copy = JSON::parse(&String::from(JSON::stringify(&entries).expect("plain data"))).expect("plain data");
    assert_eq!(Array::from(&copy).length(), entries.length());
}

/// Numbers beyond what JavaScript counts exactly must not make the timeline unreadable.
#[wasm_bindgen_test]
fn a_psync_for_an_absurd_byte_is_told_too() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    let replid = text(&lab.frame().expect("a frame"), "hosts.0.node.replid");
    let command = format!("PSYNC {replid} 9223372036854775807");
    lab.act(js(&format!("{{ do: 'exec', node: 'a', command: '{command}' }}"))).expect("taken");
    lab.run_for(100.into()).expect("a good time");
    let entries: Array = lab.timeline(NOT_GIVEN).expect("a timeline").dyn_into().expect("an array");
    let verdicts: Vec<_> = entries.iter().filter(|entry| text(entry, "kind") == "verdict").collect();
    let last = verdicts.last().expect("the master decided");
    assert_eq!(text(last, "verdict.refusal"), "future");
    assert_eq!(text(last, "explanation.counterfactual.kind"), "master-ahead");
    assert!(number(last, "explanation.counterfactual.bytes") > 9e18);
}

#[wasm_bindgen_test]
fn what_tcp_sent_again_is_told() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    lab.act(js("{ do: 'cut', from: 'a', to: 'b' }")).expect("taken");
    execute(&mut lab, "a", "SET k 1");
    lab.run_for(3000.into()).expect("a good time");
    lab.act(js("{ do: 'heal', from: 'a', to: 'b' }")).expect("taken");
    lab.run_for(10_000.into()).expect("a good time");
    let entries: Array = lab.timeline(NOT_GIVEN).expect("a timeline").dyn_into().expect("an array");
    let recovered = |entry: &JsValue| text(entry, "kind") == "tcp-recovered" && number(entry, "host") == 0.0;
    let entry = entries.iter().find(recovered).expect("the write of a came after all");
    assert_eq!((at(&entry, "cut").as_bool(), number(&entry, "peer")), (Some(true), 1.0));
    assert!(number(&entry, "bytes") > 0.0 && number(&entry, "waited_ms") > 3000.0);
}

#[wasm_bindgen_test]
fn steps_go_both_ways() {
    let mut lab = two();
    assert!(lab.step());
    let first = lab.step_forward(0.into(), "packet".into()).expect("a step");
    let second = lab.step_forward(first.into(), "packet".into()).expect("a step");
    assert!(first > 0.0 && second > first);
    assert_eq!(lab.step_back(second.into(), "packet".into()).expect("a step"), first);
    assert!(lab.next_event_at().is_some());
}

#[wasm_bindgen_test]
fn big_seeds_and_undefined_members_are_fine() {
    Lab::new(NOT_GIVEN).expect("an empty world");
    Lab::new(js("{ seed: 18446744073709551615n }")).expect("the largest seed");
    Lab::new(js("{ seed: undefined, nodes: [{ name: 'a', config: undefined }] }")).expect("as if not given");
    Lab::new(js("Object.assign(Object.create(null), { seed: 1 })")).expect("an object without a prototype");
}

#[wasm_bindgen_test]
fn bad_configurations_are_thrown_as_errors() {
    #[track_caller]
    fn bad(source: &str, code: &str, part: &str) -> JsValue {
        thrown(Lab::new(js(source)), code, part)
    }
    for source in ["null", "7", "'x'", "true", "[]", "() => 1", "Symbol()", "1n", "NaN", "new Map()", "new Date()"] {
        bad(source, "bad-value", "");
    }
    bad("{ sead: 1 }", "unknown-field", "sead");
    for seed in ["-1", "1.5", "NaN", "Infinity", "'1'", "null", "{}", "18446744073709551616n", "() => 1", "Symbol()"] {
        bad(&format!("{{ seed: {seed} }}"), "bad-value", "seed");
    }
    bad("{ wire: { loss: 2 } }", "bad-value", "probability");
    bad("{ wire: { loss: NaN } }", "bad-value", "config.wire.loss");
    let error = bad("{ wire: { latncy_us: 2 } }", "unknown-field", "latncy_us");
    assert_eq!(text(&error, "at.field"), "config.wire.latncy_us");
    let error = bad("{ nodes: [{ name: 'a', config: ['port 1', 2] }] }", "bad-value", "string");
    assert_eq!(text(&error, "at.field"), "config.nodes[0].config[1]");
    bad("{ nodes: {} }", "bad-value", "nodes");
    bad("{ nodes: [{}] }", "missing-field", "name");
    bad("{ nodes: [{ name: 'a' }, { name: 'a' }] }", "duplicate-node", "a");
    bad("{ nodes: [{ name: 'a b' }] }", "bad-node-name", "a b");
    bad("{ nodes: Array.from({ length: 17 }, (_, i) => ({ name: 'n' + i })) }", "too-much", "16");
    let error = bad("{ nodes: [{ name: 'a', config: ['port 1', 'nosuch 1'] }] }", "bad-config", "line 2");
    assert_eq!((text(&error, "at.node"), number(&error, "at.line")), ("a".into(), 2.0));
    // Values that contain themselves are read only as deep as the types go.
    bad("(() => { const o = {}; o.nodes = o; return o })()", "bad-value", "nodes");
    bad("(() => { const o = {}; o.other = o; return o })()", "unknown-field", "other");
    bad("(() => { const a = []; a.push(a); return { nodes: a } })()", "bad-value", "nodes[0]");
    bad(
        "(() => { const a = []; a.push(a); return { nodes: [{ name: 'a', config: a }] } })()",
        "bad-value",
        "config[0]",
    );
    bad("{ get seed() { throw new Error('mine') } }", "bad-value", "cannot be read");
    bad("new Proxy({}, { ownKeys() { throw new Error('mine') } })", "bad-value", "cannot be read");
    bad("{ nodes: [undefined] }", "bad-value", "nodes[0]");
    bad("{ nodes: [null] }", "bad-value", "null");
    bad("{ nodes: 'ab' }", "bad-value", "nodes");
    bad("{ nodes: new Set([{ name: 'a' }]) }", "bad-value", "nodes");
    bad("{ nodes: new Proxy([1], { get() { throw new Error('mine') } }) }", "bad-value", "nodes");
}

#[wasm_bindgen_test]
fn bad_actions_are_thrown_as_errors_and_change_nothing() {
    let mut lab = two();
    let before = (lab.digest(), lab.save_log());
    for (source, code) in [
        ("undefined", "bad-value"),
        ("null", "bad-value"),
        ("'crash a'", "bad-value"),
        ("[]", "bad-value"),
        ("{}", "missing-field"),
        ("{ do: 7 }", "bad-value"),
        ("{ do: 'explode', node: 'a' }", "bad-value"),
        ("{ do: 'crash' }", "missing-field"),
        ("{ do: 'crash', node: 7 }", "bad-value"),
        ("{ do: 'crash', node: 'a', force: true }", "unknown-field"),
        ("{ do: 'crash', node: 'z' }", "unknown-node"),
        ("{ do: 'exec', node: 'a', command: 'SET \"' }", "bad-command"),
        ("{ do: 'exec', node: 'a', command: '', console: 0 }", "bad-command"),
        ("{ do: 'exec', node: 'a', command: 'PING', console: -1 }", "bad-value"),
        ("{ do: 'exec', node: 'a', command: 'PING', console: 64 }", "too-much"),
        ("{ do: 'exec', node: 'a', command: 'x'.repeat(100000) }", "too-much"),
        ("{ do: 'cut', from: 'a', to: 'a' }", "same-node"),
        ("{ do: 'cut', from: 'a', to: 'b', one_way: 1 }", "bad-value"),
        ("{ do: 'set-wire', from: 'a', to: 'b', settings: { loss: -1 } }", "bad-value"),
        ("{ do: 'set-wire', from: 'a', to: 'b', settings: { latency_us: NaN } }", "bad-value"),
        ("{ do: 'set-wire', from: 'a', to: 'b' }", "missing-field"),
        ("{ do: 'move-clock', node: 'a', by_ms: 1.5 }", "bad-value"),
        ("{ do: 'move-clock', node: 'a', by_ms: 1e15 }", "too-much"),
        ("{ do: 'add-node', name: 'a' }", "duplicate-node"),
        ("{ do: 'add-node', name: 'n', config: 'port 1' }", "bad-value"),
        ("{ do: 'add-node', name: 'n', config: ['nosuch 1'] }", "bad-config"),
        ("{ do: 'resume', node: 'a' }", "not-paused"),
        ("{ do: 'restart', node: 'a' }", "already-running"),
    ] {
        thrown(lab.act(js(source)), code, "");
        assert_eq!((lab.digest(), lab.save_log()), before, "{source}");
    }
}

#[wasm_bindgen_test]
fn bad_arguments_are_thrown_as_errors_and_change_nothing() {
    let mut lab = two();
    let before = (lab.digest(), lab.now());
    for source in ["undefined", "null", "NaN", "-1", "Infinity", "-Infinity", "1e18", "'5'", "{}", "[]", "5n", "true"] {
        let value = js(source);
        thrown(lab.run_for(value.clone()), "bad-value", "ms");
        thrown(lab.run_until(value.clone()), "bad-value", "ms");
        thrown(lab.frame_at(value.clone()), "bad-value", "ms");
        thrown(lab.fork_at(value.clone()), "bad-value", "ms");
        thrown(lab.step_forward(value.clone(), "packet".into()), "bad-value", "ms");
        thrown(lab.step_back(value.clone(), "packet".into()), "bad-value", "ms");
        if source != "undefined" {
            thrown(lab.timeline(value.clone()), "bad-value", "from");
            thrown(lab.transcript("a".into(), value.clone()), "bad-value", "console");
            if source != "{}" {
                thrown(lab.execute("a".into(), "PING".into(), value.clone()), "bad-value", "options");
            }
        }
        if source != "'5'" {
            thrown(lab.execute(value.clone(), "PING".into(), NOT_GIVEN), "bad-value", "node");
            thrown(lab.execute("a".into(), value.clone(), NOT_GIVEN), "bad-value", "command");
            thrown(lab.transcript(value.clone(), NOT_GIVEN), "bad-value", "node");
            thrown(Lab::load_log(value.clone()), "bad-value", "text");
        }
        thrown(lab.step_forward(0.into(), value.clone()), "bad-value", "by");
    }
    thrown(lab.timeline(1.5.into()), "bad-value", "whole number");
    thrown(lab.execute("z".into(), "PING".into(), NOT_GIVEN), "unknown-node", "z");
    thrown(lab.transcript("z".into(), NOT_GIVEN), "unknown-node", "z");
    thrown(lab.execute("a".into(), "".into(), NOT_GIVEN), "bad-command", "empty");
    thrown(lab.execute("a".into(), "PING".into(), js("{ maxMs: 1 }")), "unknown-field", "maxMs");
    thrown(lab.execute("a".into(), "PING".into(), js("{ max_ms: NaN }")), "bad-value", "max_ms");
    thrown(lab.execute("a".into(), "PING".into(), js("{ console: 99 }")), "too-much", "console");
    assert_eq!((lab.digest(), lab.now()), before);
}

#[wasm_bindgen_test]
fn bad_logs_are_thrown_as_errors() {
    thrown(Lab::load_log("".into()), "bad-json", "line 1");
    thrown(Lab::load_log("{\n oops".into()), "bad-json", "line 2");
    thrown(Lab::load_log("{}".into()), "missing-field", "version");
    thrown(Lab::load_log(r#"{"version":9}"#.into()), "unsupported-version", "9");
    let log = |actions: &str| {
        format!(r#"{{"version":1,"config":{{"nodes":[{{"name":"a"}}]}},"actions":[{actions}],"end_us":9}}"#)
    };
    Lab::load_log(log("").into()).expect("a good log");
    let crash = r#"{"at_us":1,"do":"crash","node":"a"}"#;
    let error = thrown(Lab::load_log(log(&format!("{crash},{crash}")).into()), "not-running", "action 1");
    assert_eq!(number(&error, "at.action"), 1.0);
    thrown(Lab::load_log(log("").replace(":9", ":99999999999999").into()), "too-much", "microseconds");
}

#[wasm_bindgen_test]
fn errors_are_plain_enough_to_be_copied() {
    let error = thrown(Lab::new(js("7")), "bad-value", "expected an object");
    assert_eq!(text(&error, "name"), "PsyncscopeError");
    let keys: Vec<_> = Object::keys(error.unchecked_ref::<Object>()).iter().filter_map(|key| key.as_string()).collect();
    assert!(keys.contains(&"code".to_owned()) && keys.contains(&"message".to_owned()), "{keys:?}");
}

/// A script must mean the same in a browser as on a machine with a C library.
#[wasm_bindgen_test]
fn scripts_run() {
    let mut lab = Lab::new(js("{ nodes: [{ name: 'a' }] }")).expect("a lab");
    lab.run_for(100.into()).expect("time passes");
    for (script, reply) in [
        ("return {0x10, 0xfF - 5, 3.0e2 + .5, 10/4 == 2.5, tostring(10/2), tostring(1e15)}", "1) (integer) 16"),
        ("return {tonumber('0x20'), loadstring('return 0x21')(), tostring(0/0 ~= 0/0)}", "2) (integer) 33"),
        ("return string.format('%5.2f|%d|%x|%q|%g', 1/3, 7, 255, 'a', 1e100)", "0.33|7|ff|"),
        ("redis.call('set', KEYS[1], ARGV[1]); return redis.call('incrbyfloat', KEYS[1], '0.25')", "10.5"),
    ] {
        let command = format!("EVAL \"{script}\" 1 key 10.25");
        let answer = lab.execute("a".into(), command.as_str().into(), NOT_GIVEN).expect("an answer");
        let words = text(&answer, "text");
        assert!(words.contains(reply), "{script}: {words}");
    }
}

/// The index of the first entry of this kind.
fn entry_of(lab: &Lab, kind: &str) -> u32 {
    let entries: Array = lab.timeline(NOT_GIVEN).expect("a timeline").dyn_into().expect("an array");
    entries.iter().position(|entry| text(&entry, "kind") == kind).unwrap_or_else(|| panic!("no {kind}")) as u32
}

#[wasm_bindgen_test]
fn the_steps_of_an_entrys_turn() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    let verdict = entry_of(&lab, "verdict");
    let steps = lab.steps(verdict.into(), "zh-CN".into()).expect("it runs again");
    assert_eq!(text(&steps, "node"), "a");
    let lines: Array = at(&steps, "lines").dyn_into().expect("an array");
    let asks = lines.iter().find(|line| at(line, "step").as_string().as_deref() == Some("AsksForEverything"));
    let asks = asks.expect("b asks for everything");
    assert_eq!(
        (text(&asks, "function"), text(&asks, "event")),
        ("masterTryPartialResynchronization".into(), "step".into())
    );
    assert_eq!((at(&asks, "holds").as_bool(), text(&asks, "values.0.field")), (Some(true), "psync_replid".into()));
    assert_eq!((text(&asks, "values.0.value"), at(&asks, "values.0.changed_to").is_null()), ("?".into(), true));
    assert!(!text(&asks, "text").is_ascii());
    thrown(lab.steps(1_000_000.into(), NOT_GIVEN), "bad-value", "there is no entry 1000000");
    thrown(lab.steps("verdict".into(), NOT_GIVEN), "bad-value", "entry");
}

#[wasm_bindgen_test]
fn the_sequence_diagram_as_data_and_as_files() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    let diagram = lab.diagram(NOT_GIVEN).expect("a diagram");
    assert_eq!((text(&diagram, "nodes.0"), text(&diagram, "nodes.1")), ("a".into(), "b".into()));
    let items: Array = at(&diagram, "items").dyn_into().expect("an array");
    let of_kind = |kind: &str| items.iter().filter(|item| text(item, "kind") == kind).collect::<Vec<_>>();
    let (arrows, marks) = (of_kind("arrow"), of_kind("mark"));
    let ping = arrows.iter().find(|arrow| text(arrow, "label") == "PING").expect("b's first word");
    assert_eq!((number(ping, "from"), number(ping, "to")), (1.0, 0.0));
    assert_eq!((text(ping, "carries"), text(ping, "fate")), ("message".into(), "arrives".into()));
    assert!(number(ping, "arrives_ms") > number(ping, "at_ms") && at(ping, "replid").is_null());
    assert!(marks.iter().any(|mark| text(mark, "label") == "CONNECTED" && number(mark, "node") == 1.0));
    let options = |json: &str| JSON::parse(json).expect("JSON");
    let all = lab.diagram_mermaid(options(r#"{"detail":"segments"}"#)).expect("text");
    let none = lab.diagram_mermaid(options(r#"{"detail":"segments","from_ms":2999,"to_ms":2999}"#)).expect("text");
    assert!(all.starts_with("sequenceDiagram\n") && all.contains("SYN") && !none.contains("SYN"), "{all} {none}");
    let svg = lab.diagram_svg(options(r#"{"lang":"zh-CN"}"#)).expect("a picture");
    assert!(svg.starts_with("<svg xmlns=") && svg.contains("请求全部数据"), "{svg}");
    thrown(lab.diagram(options(r#"{"from_ms":2,"to_ms":1}"#)), "bad-value", "options.from_ms");
    thrown(lab.diagram(options(r#"{"detail":"all"}"#)), "bad-value", "options");
    thrown(lab.diagram(options(r#"{"lang":"fr"}"#)), "bad-value", "options.lang");
}

#[wasm_bindgen_test]
fn what_the_page_derives_is_there_for_scripts() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("a good time");
    execute(&mut lab, "a", "SET k v");
    lab.run_for(1000.into()).expect("a good time");

    let told: Array = lab.narration(NOT_GIVEN).expect("a narration").dyn_into().expect("an array");
    let told: Vec<String> = told.iter().map(|note| text(&note, "text")).collect();
    assert!(told.contains(&"Typed at a: SET k v".to_owned()), "{told:?}");
    let chinese = lab.narration("zh-CN".into()).expect("a narration");
    assert_eq!(text(&chinese, "0.weight"), text(&lab.narration("en".into()).expect("a narration"), "0.weight"));
    assert!(!text(&chinese, "0.text").is_ascii());
    let caption = lab.caption(NOT_GIVEN, NOT_GIVEN).expect("a caption");
    assert!(text(&caption, "headline").contains("in sync"), "{caption:?}");
    assert!(at(&lab.caption(0.into(), NOT_GIVEN).expect("a caption"), "headline").is_null());

    let ladder = lab.ladder("b".into(), NOT_GIVEN).expect("a ladder");
    assert_eq!((number(&ladder, "attempts"), number(&ladder, "rungs.length")), (1.0, 16.0));
    assert_eq!(text(&ladder, "rungs.15.status"), "current");
    assert_eq!(number(&lab.ladder("b".into(), 0.into()).expect("a ladder"), "attempts"), 0.0);

    let ring = lab.ring("a".into(), NOT_GIVEN).expect("a ring");
    assert_eq!((number(&ring, "size"), text(&ring, "readers.0.standing")), (64.0, "served".into()));
    assert_eq!(text(&ring, "readers.0.nodes.0"), "b");
    assert_eq!(number(&ring, "offsets.length"), 64.0);
    assert!(lab.ring("a".into(), 0.into()).expect("none yet").is_null());

    let ruler = lab.ruler(NOT_GIVEN).expect("a ruler");
    assert_eq!(number(&ruler, "rows.0.offset"), number(&ruler, "rows.1.offset"));
    let topology = lab.topology(NOT_GIVEN).expect("a topology");
    assert_eq!((text(&topology, "links.0.replica"), text(&topology, "links.0.master")), ("b".into(), "a".into()));
    assert_eq!(text(&topology, "wires.0.carries"), "stream");

    thrown(lab.ladder("z".into(), NOT_GIVEN), "unknown-node", "there is no node z");
    thrown(lab.narration("fr".into()), "bad-value", "\"en\" or \"zh-CN\"");
    thrown(lab.ruler("now".into()), "bad-value", "ms");
}

#[wasm_bindgen_test]
fn acting_in_the_past_starts_a_branch_that_is_saved_and_comes_back() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("time passes");
    execute(&mut lab, "a", "SET k main");
    let main = lab.digest();
    let crash = || js(r#"{ do: "crash", node: "a" }"#);
    assert_eq!(lab.act_at(1500.into(), crash(), NOT_GIVEN).expect("the past"), 1);
    assert_eq!(lab.now(), 1500.0);
    let branches = lab.branches().expect("a list");
    assert_eq!((text(&branches, "0.name"), text(&branches, "1.name")), ("main".into(), "crash a at 1.5 s".into()));
    assert_eq!((at(&branches, "0.parent"), number(&branches, "1.parent")), (JsValue::NULL, 0.0));
    assert_eq!((number(&branches, "1.leaves_ms"), number(&branches, "0.actions")), (1500.0, 1.0));
    assert_eq!((at(&branches, "0.current"), at(&branches, "1.current")), (false.into(), true.into()));
    assert_eq!(text(&branches, "1.first_difference.action.do"), "crash");
    assert_eq!(text(&branches, "1.first_difference.instead.action.command"), "SET k main");
    lab.rename_branch(1.into(), "a crash".into()).expect("a good name");

    let mut again = Lab::load_log(lab.save_session().into()).expect("its own writing");
    assert_eq!(again.digest(), lab.digest());
    again.switch_to("main".into()).expect("a branch");
    assert_eq!(again.digest(), main);
    assert_eq!(text(&again.branches().expect("a list"), "1.name"), "a crash");

    let before = lab.save_session();
    thrown(lab.act_at(500.into(), js(r#"{ do: "crash", node: "z" }"#), NOT_GIVEN), "unknown-node", "z");
    thrown(lab.act_at(9000.into(), crash(), NOT_GIVEN), "bad-time", "beyond the present");
    thrown(lab.switch_to("nowhere".into()), "unknown-branch", "nowhere");
    thrown(lab.switch_to(2.into()), "unknown-branch", "there are 2");
    thrown(lab.rename_branch(0.into(), "a crash".into()), "duplicate-branch", "a crash");
    assert_eq!(lab.save_session(), before);
}

#[wasm_bindgen_test]
fn a_link_has_the_session_and_what_is_shown() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("time passes");
    lab.act_at(1500.into(), js(r#"{ do: "crash", node: "a" }"#), NOT_GIVEN).expect("the past");
    lab.run_for(1000.into()).expect("time passes");
    let shown = js(r#"{ at_ms: 2000.001, node: "b", panel: "handshake", lang: "zh-CN" }"#);
    let link = JsValue::from(lab.link(shown).expect("it is of this session"));
    let mut again = Lab::from_link(link.clone()).expect("its own writing");
    assert_eq!((again.digest(), again.save_session()), (lab.digest(), lab.save_session()));
    let view = Lab::view_of_link(link).expect("its own writing");
    assert_eq!((number(&view, "at_ms"), text(&view, "node")), (2000.001, "b".into()));
    assert_eq!((text(&view, "panel"), text(&view, "lang")), ("handshake".into(), "zh-CN".into()));
    let view = Lab::view_of_link(lab.link(NOT_GIVEN).expect("the present").into()).expect("its own writing");
    assert_eq!((at(&view, "at_ms"), at(&view, "node")), (JsValue::NULL, JsValue::NULL));

    thrown(lab.link(js("{ at_ms: 2501 }")), "bad-time", "after the end of the branch");
    thrown(lab.link(js(r#"{ node: "z" }"#)), "unknown-node", "there is no node z");
    thrown(lab.link(js(r#"{ panel: "moon" }"#)), "bad-value", "moon");
    thrown(Lab::from_link("#v1.a%".into()), "bad-link", "character 6");
    thrown(Lab::from_link(7.into()), "bad-value", "text");
}

#[wasm_bindgen_test]
fn a_script_is_a_session_and_is_checked() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("time passes");
    lab.act_at(1500.into(), js(r#"{ do: "crash", node: "a" }"#), NOT_GIVEN).expect("the past");
    let script = lab.to_script();
    let mut again = Lab::from_script(script.clone().into()).expect("its own writing");
    assert_eq!((again.digest(), again.save_session()), (lab.digest(), lab.save_session()));

    let expecting = "node a\nat 1s expect a keys = 0\nat 1s expect a role replica\n";
    let checked = Lab::check_script(expecting.into(), NOT_GIVEN).expect("a script");
    assert_eq!((text(&checked, "0.branch"), number(&checked, "0.expectations")), ("main".into(), 2.0));
    assert_eq!((number(&checked, "0.unmet.0.line"), number(&checked, "0.unmet.0.at_ms")), (3.0, 1000.0));
    assert_eq!(text(&checked, "0.unmet.0.found"), "a is a master");
    assert_eq!((number(&checked, "0.unmet.length"), number(&checked, "0.broken.length")), (1.0, 0.0));

    let error = thrown(Lab::from_script("node a\nat 1s crush a".into()), "bad-script", "did you mean crash?");
    assert_eq!((number(&error, "at.line"), number(&error, "at.column")), (2.0, 7.0));
    thrown(Lab::check_script("node a\nat 1s resume a".into(), NOT_GIVEN), "not-paused", "line 2: ");
    thrown(Lab::from_script(7.into()), "bad-value", "text");
}

#[wasm_bindgen_test]
fn a_lesson_is_checked_and_graded() {
    let lesson = "lesson x\n  title en T\nnode a\ntask\n  en W\n  goal a key k\n  solution\n    at +1s a> SET k v\n";
    let checked = Lab::check_lesson(lesson.into()).expect("a lesson");
    assert_eq!((number(&checked, "tasks"), number(&checked, "faults.length")), (1.0, 0.0));
    let idle = lesson.replace("goal a key k", "goal a role master");
    let faults = Lab::check_lesson(idle.into()).expect("a lesson");
    assert_eq!(number(&faults, "faults.0.line"), 4.0);
    thrown(Lab::check_lesson("lesson x\nnode a\n".into()), "bad-script", "no title");

    let report =
        |commands: &str| js(&format!(r#"{{ lesson: "x", session: "node a\n{commands}end 3s", answers: [] }}"#));
    let graded = Lab::grade_lesson(lesson.into(), report("at 1s a> SET k v\\n")).expect("a report");
    assert_eq!((number(&graded, "tasks_met"), text(&graded, "blocks.0.verdict")), (1.0, "met".into()));
    let graded = Lab::grade_lesson(lesson.into(), report("")).expect("a report");
    assert_eq!((number(&graded, "tasks_met"), text(&graded, "blocks.0.verdict")), (0.0, "not-met".into()));
    thrown(Lab::grade_lesson(lesson.into(), js(r#"{ lesson: "x" }"#)), "missing-field", "session");
}

#[wasm_bindgen_test]
fn another_branchs_world_is_not_checked_against_the_one_before() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("time passes");
    assert_eq!(lab.run_until_broken(6000.into(), NOT_GIVEN).expect("a good time"), JsValue::NULL);
    let command = format!(r#"{{ do: "exec", node: "a", command: "SET k {}" }}"#, "x".repeat(1000));
    lab.act_at(2000.into(), js(&command), NOT_GIVEN).expect("the past");
    assert_eq!(lab.run_until_broken(20_000.into(), NOT_GIVEN).expect("a good time"), JsValue::NULL);
}

#[wasm_bindgen_test]
fn the_world_runs_until_something_happens() {
    let mut lab = two();
    let verdict = || js(r#"{ until: "verdict" }"#);
    let found = lab.run_until_next(verdict(), NOT_GIVEN).expect("good");
    assert_eq!(number(&found, "at_ms"), lab.now());
    let online = js(r#"{ until: "replica-state", node: "b", state: "ONLINE" }"#);
    let found = lab.run_until_next(online, NOT_GIVEN).expect("good");
    assert!(number(&found, "at_ms") > 0.0);
    let entered = js(r#"{ until: "function", function: "syncCommand" }"#);
    let now = lab.now();
    let found = lab.run_until_next(entered, js("{ from_ms: 0, max_ms: 0 }")).expect("good");
    assert!(number(&found, "at_ms") < now, "it is recorded");
    assert_eq!(lab.run_until_next(verdict(), js("{ max_ms: 5000 }")).expect("good"), JsValue::NULL);
    assert_eq!(lab.now(), now + 5000.0);
    thrown(lab.run_until_next(js(r#"{ until: "offset", node: "z", offset: 1 }"#), NOT_GIVEN), "unknown-node", "z");
    thrown(lab.run_until_next(js(r#"{ until: "dinner" }"#), NOT_GIVEN), "bad-value", "dinner");
    let bad = js(r#"{ until: "repl-state", node: "b", state: "DONE" }"#);
    thrown(lab.run_until_next(bad, NOT_GIVEN), "bad-value", "RECEIVE_PONG");
}

#[wasm_bindgen_test]
fn branches_are_compared_at_one_moment() {
    let mut lab = two();
    lab.run_for(3000.into()).expect("time passes");
    lab.act_at(2500.into(), js(r#"{ do: "exec", node: "a", command: "SET k v" }"#), NOT_GIVEN).expect("the past");
    lab.run_for(1000.into()).expect("time passes");
    let found = lab.compare("main".into(), 1.into(), 3000.into()).expect("two branches");
    assert_eq!((number(&found, "at_ms"), at(&found, "ended_ms.0")), (3000.0, JsValue::NULL));
    assert_eq!(text(&found, "nodes.0.name"), "a");
    let fields = Array::from(&at(&found, "nodes.0.fields"));
    let differing: Vec<String> =
        fields.iter().filter(|pair| at(pair, "differs") == JsValue::TRUE).map(|pair| text(&pair, "field")).collect();
    assert_eq!(differing, ["offset", "backlog", "keys"]);
    assert_eq!(number(&found, "nodes.0.fields.6.values.0.size"), 64.0);
    assert_eq!(text(&found, "totals.2.field"), "bytes_sent");
    thrown(lab.compare(0.into(), 7.into(), 0.into()), "unknown-branch", "7");
}
