//! Scripts that run for several turns: replies to other clients meanwhile, and resuming.

use psyncscope_engine::Input;
use psyncscope_engine::io::CloseReason;

use crate::common::solo::{master, say_words as say};

const BUSY: &str = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.|";

#[test]
fn a_script_that_does_not_end() {
    for script in [
        "while true do end",
        "local t = {} while true do t[1] = #t end",
        "while true do pcall(function() while true do end end) end",
        "while true do redis.call('get', 's') end",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "repeat local s = string.gsub('abc', '%w', function(c) return c .. c end) until false",
    ] {
        let mut solo = master(&["lua-time-limit 50"]);
        let (conn, other) = (solo.accept(), solo.accept());
        assert_eq!(say(&mut solo, conn, &["EVAL", script, "0"]), "", "{script}");
        solo.run_ms(100);
        for (words, answer) in [
            (&["PING"][..], BUSY),
            (&["GET", "s"], BUSY),
            (&["SCRIPT", "EXISTS", "x"], BUSY),
            (&["REPLCONF", "listening-port", "1"], "+OK|"),
            (&["AUTH", "x"], "-ERR Client sent AUTH, but no password is set|"),
            (&["SCRIPT", "KILL"], "+OK|"),
        ] {
            assert_eq!(say(&mut solo, other, words), answer, "{script}: {words:?}");
        }
        say(&mut solo, conn, &["PING"]);
        solo.run_ms(50);
        let sha = sha1_smol::Sha1::from(script).digest().to_string();
        let killed = format!(
            "-ERR Error running script (call to f_{sha}): @user_script:1: Script killed by user with SCRIPT KILL... \
             |+PONG|"
        );
        assert_eq!(solo.sent(conn).replace("\r\n", "|"), killed, "{script}");
        assert_eq!(say(&mut solo, other, &["GET", "s"]), "$-1|", "{script}");
    }
}

/// A transaction continues when its script ends, and no client sees it incomplete.
#[test]
fn scripts_inside_exec_run_for_several_turns() {
    let mut solo = master(&["lua-time-limit 50"]);
    let replica = solo.attach_replica();
    let (conn, other) = (solo.accept(), solo.accept());
    let long = "redis.call('incr', KEYS[1]) for i = 1, 3000000 do end return redis.call('incr', KEYS[1])";
    for words in
        [&["MULTI"][..], &["SET", "a", "1"], &["EVAL", long, "1", "n"], &["SELECT", "2"], &["EVAL", long, "1", "n"]]
    {
        say(&mut solo, conn, words);
    }
    say(&mut solo, conn, &["INCR", "n"]);
    assert_eq!(say(&mut solo, conn, &["EXEC"]), "");
    solo.run_ms(100);
    assert_eq!(solo.sent(conn).replace("\r\n", "|"), "*5|+OK|");
    assert_eq!(say(&mut solo, other, &["GET", "a"]), BUSY);
    assert_eq!(say(&mut solo, conn, &["PING"]), "");
    solo.run_ms(350);
    assert_eq!(say(&mut solo, other, &["GET", "a"]), BUSY);
    solo.run_ms(1000);
    assert_eq!(solo.sent(conn).replace("\r\n", "|"), ":2|+OK|:2|:3|+PONG|");
    let sent = ["SELECT 0", "MULTI", "SET a 1", "incr n", "incr n", "SELECT 2", "incr n", "incr n", "INCR n", "EXEC"];
    assert_eq!(solo.stream(replica)[..sent.len()], sent);
}

#[test]
fn a_script_inside_exec_is_killed() {
    let mut solo = master(&["lua-time-limit 50"]);
    let (conn, other) = (solo.accept(), solo.accept());
    for words in [&["MULTI"][..], &["EVAL", "while true do end", "0"], &["SET", "a", "1"], &["EXEC"]] {
        say(&mut solo, conn, words);
    }
    solo.run_ms(100);
    assert_eq!(say(&mut solo, other, &["SCRIPT", "KILL"]), "+OK|");
    solo.run_ms(50);
    let answer = solo.sent(conn);
    assert!(answer.contains("Script killed by user") && answer.ends_with("\r\n+OK\r\n"), "{answer}");
    assert_eq!(say(&mut solo, other, &["GET", "a"]), "$1|1|");
}

/// A client that disconnects while its script runs is freed afterwards; the script completes.
#[test]
fn a_script_whose_caller_disconnects() {
    let mut solo = master(&["lua-time-limit 50"]);
    let (conn, other) = (solo.accept(), solo.accept());
    let script = "for i = 1, 2000000 do end return redis.call('incr', 'n')";
    for words in [&["MULTI"][..], &["EVAL", script, "0"], &["INCR", "n"], &["EVAL", script, "0"], &["EXEC"]] {
        say(&mut solo, conn, words);
    }
    say(&mut solo, conn, &["INCR", "n"]);
    solo.run_ms(100);
    solo.input(Input::Closed { conn, reason: CloseReason::Eof });
    assert_eq!(say(&mut solo, other, &["GET", "n"]), BUSY);
    solo.outputs.clear();
    solo.run_ms(1000);
    assert_eq!(solo.sent(conn), "");
    assert_eq!(say(&mut solo, other, &["GET", "n"]), "$1|4|");
    let clients = say(&mut solo, other, &["CLIENT", "LIST"]);
    assert_eq!(clients.matches("id=").count(), 1, "{clients}");
}

/// A script that cannot yield is aborted at some point, without effect on the next one.
#[test]
fn an_endless_script_that_cannot_yield_is_aborted() {
    let mut solo = master(&[]);
    let conn = solo.accept();
    for script in [
        "for i in function() while true do end end do end",
        "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
        "for i in coroutine.wrap(function() while true do end end) do end",
    ] {
        let answer = say(&mut solo, conn, &["EVAL", script, "0"]);
        assert!(answer.contains("script ended: too long in a function that cannot be interrupted"), "{answer}");
        assert_eq!(say(&mut solo, conn, &["EVAL", "for i = 1, 1000 do end return 1", "0"]), ":1|");
    }
}

/// A script resumes where it was interrupted, in any construct.
#[test]
fn scripts_that_yield_and_resume() {
    for (script, answer) in [
        ("local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end return f(25)", ":75025|"),
        (
            "local n = 0 for x in coroutine.wrap(function() for i = 1, 50000 do coroutine.yield(i) end end) do n = n + \
             x end return n",
            ":1250025000|",
        ),
        (
            "local f = coroutine.wrap(function() for i = 1, 50000 do coroutine.yield(i) end end) local n = 0 for i = \
             1, 50000 do n = n + f() end return n",
            ":1250025000|",
        ),
        (
            "local n = 0 for i = 1, 50000 do local _, x, y = pcall(function(...) return ..., i end, 1) n = n + x + y \
             end return n",
            ":1250075000|",
        ),
        (
            "local n = 0 for i = 1, 20000 do n = n + #string.gsub('abc', '%w', function(c) return c .. c end) end \
             return n",
            ":120000|",
        ),
        (
            "local t = {} for i = 1, 100000 do t[i] = {i, tostring(i)} end local n = 0 for _, p in ipairs(t) do n = n \
             + p[1] + #p[2] end return n",
            ":5000538895|",
        ),
        (
            "local function f(...) local a, b, c = ... return select('#', ...), ... end local n = 0 for i = 1, 100000 \
             do local k, a, b = f(i, 2) n = n + k + a + b end return n",
            ":5000450000|",
        ),
        (
            "local t = {} for i = 1, 20000 do t[i] = (i * 7919) % 20011 end table.sort(t, function(a, b) return a > b \
             end) local n = 0 for i = 2, #t do if t[i - 1] <= t[i] then n = n + 1 end end return n",
            ":0|",
        ),
        (
            "local mt = {__add = function(a, b) return a.v + b end} local n = 0 for i = 1, 50000 do n = n + \
             (setmetatable({v = i}, mt) + 1) end return n",
            ":1250075000|",
        ),
        ("local function t(n) if n == 0 then return 5 end return t(n - 1) end return t(200000)", ":5|"),
    ] {
        // Slices end at different instructions each time.
        for shift in [0, 1, 2, 3, 5, 11, 37, 113] {
            let mut solo = master(&[]);
            let conn = solo.accept();
            let script = format!("for _ = 1, {shift} do end {script}");
            assert_eq!(say(&mut solo, conn, &["EVAL", &script, "0"]), "", "{script}");
            solo.run_ms(5000);
            assert_eq!(solo.sent(conn).replace("\r\n", "|"), answer, "{script}");
        }
    }
}

#[test]
fn a_script_that_has_written_cannot_be_killed() {
    let mut solo = master(&["lua-time-limit 50"]);
    let replica = solo.attach_replica();
    let (conn, other) = (solo.accept(), solo.accept());
    let script = "redis.call('set', 'a', 1) for i = 1, 3000000 do end return redis.call('incr', 'a')";
    assert_eq!(say(&mut solo, conn, &["EVAL", script, "0"]), "");
    solo.run_ms(100);
    let refused = say(&mut solo, other, &["SCRIPT", "KILL"]);
    assert!(refused.starts_with("-UNKILLABLE"), "{refused}");
    solo.run_ms(2000);
    solo.expect(conn, ":2\r\n");
    assert_eq!(solo.stream(replica)[..5], ["SELECT 0", "MULTI", "set a 1", "incr a", "EXEC"]);
    assert_eq!(say(&mut solo, conn, &["EVAL", script, "0"]), "");
    solo.run_ms(100);
    say(&mut solo, other, &["SHUTDOWN", "NOSAVE"]);
    assert!(solo.outputs.iter().any(|output| matches!(output, psyncscope_engine::Output::Exit { .. })));
}
