//! The engine with a host that only notes what scripts ask for.

#![allow(clippy::unwrap_used, reason = "tests")]

use psyncscope_lua::{Engine, Host, Level, Step};

/// Answers every command with its own words, joined.
#[derive(Default)]
struct Echo {
    log: Vec<(Level, String)>,
    lines: Vec<u32>,
}

impl Host for Echo {
    fn call(&mut self, words: Option<Vec<Vec<u8>>>, line: u32) -> (Vec<u8>, bool) {
        self.lines.push(line);
        match words.map(|words| words.join(&b' ')) {
            None => (b"-no words\r\n".to_vec(), false),
            Some(words) if words == b"sorted" => (b"*2\r\n$1\r\nb\r\n$1\r\na\r\n".to_vec(), true),
            Some(words) if words == b"fail" => (b"-ERR told to\r\n".to_vec(), false),
            Some(words) => (format!("${}\r\n{}\r\n", words.len(), words.escape_ascii()).into_bytes(), false),
        }
    }

    fn log(&mut self, level: Level, text: String) {
        self.log.push((level, text));
    }

    fn replicate_commands(&mut self) -> Option<i32> {
        Some(7)
    }

    fn set_repl(&mut self, flags: i64) -> Option<&'static str> {
        (flags > 3).then_some("too large")
    }
}

/// How many slices a script took, its last step, and what it asked the host for.
fn run(script: &str) -> (usize, Step, Echo) {
    let (mut engine, mut echo) = (Engine::new(Box::new(Echo::default())).unwrap(), Echo::default());
    engine.compile("sha", script.as_bytes()).unwrap();
    engine.start("sha", &[b"k".to_vec()], &[b"v".to_vec()], 1_000_000).unwrap();
    let mut slices = 0;
    loop {
        match engine.go(&mut echo) {
            Step::Slice => slices += 1,
            step => return (slices, step, echo),
        }
    }
}

#[track_caller]
fn check(script: &str, reply: &str) {
    assert_eq!(run(script).1, Step::Done(reply.as_bytes().to_vec()), "{script}");
}

#[test]
fn values_are_replies() {
    check("return 3.9", ":3\r\n");
    check("return {1, 'a', false, true}", "*4\r\n:1\r\n$1\r\na\r\n$-1\r\n:1\r\n");
    check("return {ok = 'FINE'}", "+FINE\r\n");
    check("return KEYS[1] .. ARGV[1]", "$2\r\nkv\r\n");
    check("return cjson.encode({1, 2})", "$5\r\n[1,2]\r\n");
}

#[test]
fn commands_are_executed_by_the_host() {
    check("return redis.call('set', 'k', 1)", "$7\r\nset k 1\r\n");
    check("return redis.call('sorted')", "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    check("return redis.pcall('fail').err", "$11\r\nERR told to\r\n");
    check("return redis.pcall({}).err", "$8\r\nno words\r\n");
    let (_, step, echo) = run("local a = 1\nredis.call('fail')");
    assert_eq!(step, Step::Failed(b"@user_script:2: ERR told to".to_vec()));
    assert_eq!(echo.lines, [2]);
    let (_, _, echo) = run("redis.log(redis.LOG_WARNING, 'a', 'b')");
    assert_eq!(echo.log, [(Level::Warning, "a b".to_owned())]);
}

#[test]
fn the_seed_of_random_numbers_is_the_hosts() {
    check("return {math.random(100), redis.replicate_commands(), math.random(100)}", "*3\r\n:18\r\n:1\r\n:27\r\n");
}

#[test]
fn a_long_script_runs_in_slices() {
    let (slices, step, _) = run("local n = 0 for i = 1, 1000000 do n = n + i end return n");
    assert_eq!(step, Step::Done(b":500000500000\r\n".to_vec()));
    assert!(slices > 10, "{slices}");
}

#[test]
fn what_cannot_yield_has_a_bound() {
    let (_, step, _) = run("return setmetatable({}, {__index = function() while true do end end}).x");
    let Step::Failed(error) = step else { panic!("{step:?}") };
    assert!(String::from_utf8_lossy(&error).contains("too long in a function that cannot be interrupted"));
}

#[test]
fn what_does_not_compile_says_why() {
    let mut engine = Engine::new(Box::new(Echo::default())).unwrap();
    assert!(engine.compile("sha", b"return (").unwrap_err().contains("user_script:1:"));
    assert!(engine.compile("sha", b"\x1bLua").unwrap_err().contains("precompiled"));
}
