//! SLOWLOG, LATENCY, and command statistics.

use crate::common::solo::Solo;

/// Runs DEBUG SLEEP, and lets its time pass.
fn sleep(solo: &mut Solo, conn: psyncscope_engine::ConnId, ms: u64) {
    solo.say(conn, format!("DEBUG SLEEP 0.{ms:03}\r\n").as_bytes());
    solo.run_ms(ms);
    assert_eq!(solo.sent(conn), "+OK\r\n");
}

fn node(lines: &[&str]) -> (Solo, psyncscope_engine::ConnId) {
    let mut solo = Solo::new(lines);
    solo.run_ms(2);
    let conn = solo.accept();
    (solo, conn)
}

#[test]
fn slow_commands_are_logged() {
    let (mut solo, conn) = node(&["slowlog-log-slower-than 100000"]);
    solo.ask(conn, "CLIENT SETNAME me", "+OK|");
    solo.ask(conn, "PING", "+PONG|");
    solo.ask(conn, "SLOWLOG LEN", ":0|");
    sleep(&mut solo, conn, 200);
    sleep(&mut solo, conn, 50);
    solo.ask(conn, "SLOWLOG LEN", ":1|");
    let entry = "*1|*6|:0|:1800000000|:200000|*3|$5|DEBUG|$5|SLEEP|$5|0.200|$13|10.0.0.9:4000|$2|me|";
    solo.ask(conn, "SLOWLOG GET", entry);
    solo.ask(conn, "SLOWLOG RESET", "+OK|");
    solo.ask(conn, "SLOWLOG GET", "*0|");
    solo.ask(conn, "SLOWLOG GET x", "-ERR value is not an integer or out of range|");
    let stats = solo.cmd("INFO commandstats");
    assert!(stats.contains("cmdstat_debug:calls=2,usec=250000,usec_per_call=125000.00\r\n"), "{stats}");
    assert!(stats.contains("cmdstat_ping:calls=1,usec=0,usec_per_call=0.00\r\n"), "{stats}");
}

#[test]
fn sleeps_of_one_turn_follow_each_other_and_other_commands_take_no_time() {
    let (mut solo, conn) = node(&["slowlog-log-slower-than 100000"]);
    solo.say(conn, b"DEBUG SLEEP 0.2\r\nDEBUG SLEEP 0.1\r\nPING\r\n");
    solo.run_ms(299);
    assert_eq!(solo.sent(conn), "");
    solo.run_ms(1);
    assert_eq!(solo.sent(conn), "+OK\r\n+OK\r\n+PONG\r\n");
    let stats = solo.cmd("INFO commandstats");
    assert!(stats.contains("cmdstat_debug:calls=2,usec=300000,usec_per_call=150000.00\r\n"), "{stats}");
    assert!(stats.contains("cmdstat_ping:calls=1,usec=0,usec_per_call=0.00\r\n"), "{stats}");
    solo.ask(conn, "SLOWLOG LEN", ":2|");
}

#[test]
fn the_slow_log_threshold_may_be_zero_or_negative() {
    let (mut solo, conn) = node(&["slowlog-log-slower-than 0", "slowlog-max-len 3"]);
    solo.say(conn, b"MULTI\r\nSET a 1\r\nEXEC\r\n");
    solo.sent(conn);
    // The commands of a transaction, not the EXEC around them.
    let log = solo.cmd("SLOWLOG GET 10");
    let names: Vec<&str> = ["SET", "MULTI", "EXEC"].into_iter().filter(|name| log.contains(name)).collect();
    assert_eq!(names, ["SET", "MULTI"], "{log}");
    for _ in 0..5 {
        solo.cmd("PING");
    }
    solo.ask(conn, "SLOWLOG LEN", ":3|");
    let long = format!("ECHO {}", "x".repeat(130));
    solo.say(conn, format!("{long}\r\n").as_bytes());
    solo.sent(conn);
    assert!(solo.cmd("SLOWLOG GET 1").contains(&format!("{}... (2 more bytes)\r\n", "x".repeat(128))));
    solo.cmd(&format!("SADD s {}", ["y"; 40].join(" ")));
    let log = solo.cmd("SLOWLOG GET 1");
    assert!(log.contains("*32\r\n$4\r\nSADD\r\n") && log.contains("... (11 more arguments)\r\n"), "{log}");
    assert_eq!(solo.cmd("CONFIG SET slowlog-log-slower-than -1"), "+OK\r\n");
    solo.cmd("SLOWLOG RESET");
    solo.ask(conn, "PING", "+PONG|");
    solo.ask(conn, "SLOWLOG LEN", ":0|");
}

#[test]
fn latency_is_monitored_above_a_threshold() {
    let (mut solo, conn) = node(&[]);
    sleep(&mut solo, conn, 300);
    solo.ask(conn, "LATENCY LATEST", "*0|");
    solo.ask(conn, "CONFIG SET latency-monitor-threshold 200", "+OK|");
    sleep(&mut solo, conn, 300);
    solo.run_ms(1100);
    sleep(&mut solo, conn, 500);
    solo.run_ms(1100);
    sleep(&mut solo, conn, 400);
    sleep(&mut solo, conn, 100);
    let history = solo.cmd("LATENCY HISTORY command");
    let samples: Vec<&str> =
        history.split("*2\r\n").skip(1).map(|sample| sample.split("\r\n").nth(1).unwrap_or("")).collect();
    assert_eq!(samples, [":300", ":500", ":400"]);
    let latest = solo.cmd("LATENCY LATEST");
    assert!(latest.starts_with("*1\r\n*4\r\n$7\r\ncommand\r\n:") && latest.ends_with(":400\r\n:500\r\n"), "{latest}");
    assert!(solo.cmd("LATENCY DOCTOR").contains("command: 3 spikes, 400 ms on average, 500 ms at most."));
    let dashes = "-".repeat(80);
    let graph = [
        "command - high 500 ms, low 300 ms (all time high 500 ms)",
        &dashes,
        " # ",
        " |_",
        " ||",
        "_||",
        "   ",
        "320",
        "sss",
        "",
    ];
    let graph = graph.join("\n");
    solo.ask(conn, "LATENCY GRAPH command", &format!("${}|{graph}|", graph.len()));
    solo.ask(conn, "LATENCY HISTORY none", "*0|");
    solo.ask(conn, "LATENCY RESET none", ":0|");
    solo.ask(conn, "LATENCY RESET", ":1|");
    solo.ask(conn, "LATENCY LATEST", "*0|");
}

#[test]
fn a_graph_has_eighty_columns_and_ages_in_their_largest_unit() {
    let (mut solo, conn) = node(&["latency-monitor-threshold 1"]);
    sleep(&mut solo, conn, 10);
    for seconds in [2 * 86_400, 5 * 3600, 70] {
        solo.now.unix_us += seconds * 1_000_000;
        sleep(&mut solo, conn, 10);
    }
    let graph = solo.cmd("LATENCY GRAPH command");
    assert!(graph.ends_with("\n____\n    \n2510\ndhms\n\r\n"), "{graph}");
    for _ in 0..81 {
        solo.now.unix_us += 1_000_000;
        sleep(&mut solo, conn, 20);
    }
    let graph = solo.cmd("LATENCY GRAPH command");
    let widths: Vec<usize> = graph.lines().skip(3).map(str::len).collect();
    assert_eq!(widths, [80, 80, 80, 80, 80, 80, 80, 80, 0, 5, 5, 5, 5, 5, 5, 5, 0], "{graph}");
}

#[test]
fn commands_are_timed_by_the_clock_of_the_driver() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    let (mut solo, conn) = node(&["slowlog-log-slower-than 1", "latency-monitor-threshold 1"]);
    solo.ask(conn, "SLOWLOG LEN", ":0|");
    // Each look at this clock is 1.5 ms after the last, so that each command takes as long.
    let clock = Arc::new(AtomicU64::new(10_000));
    let seen = Arc::clone(&clock);
    solo.node.time_commands_by(move || psyncscope_engine::Instant(seen.fetch_add(1500, Ordering::Relaxed)));
    solo.ask(conn, "SET a 1", "+OK|");
    solo.ask(conn, "SLOWLOG GET 1", "*1|*6|:0|:1800000000|:1500|*3|$3|SET|$1|a|$1|1|$13|10.0.0.9:4000|$0||");
    solo.ask(conn, "LATENCY LATEST", "*1|*4|$7|command|:1800000000|:1|:1|");
    let stats = solo.cmd("INFO commandstats");
    assert!(stats.contains("cmdstat_set:calls=1,usec=1500,usec_per_call=1500.00\r\n"), "{stats}");
    // What sleeps takes that time too, and EXEC that of its commands.
    solo.ask(conn, "SLOWLOG RESET", "+OK|");
    solo.say(conn, b"MULTI\r\nSET a 2\r\nSET a 3\r\nEXEC\r\nDEBUG SLEEP 0.1\r\n");
    solo.run_ms(500);
    solo.sent(conn);
    let stats = solo.cmd("INFO commandstats");
    assert!(stats.contains("cmdstat_exec:calls=1,usec=7500,"), "{stats}");
    // The clock was looked at when the sleep began, too.
    assert!(stats.contains("cmdstat_debug:calls=1,usec=101500,"), "{stats}");
}

#[test]
fn unauthenticated_clients_may_send_only_small_commands() {
    let (mut solo, _) = node(&["requirepass secret"]);
    for (bytes, answer) in [
        ("*10\r\n", ""),
        ("*11\r\n", "-ERR Protocol error: unauthenticated multibulk length\r\n"),
        ("*1\r\n$16384\r\n", ""),
        ("*1\r\n$16385\r\n", "-ERR Protocol error: unauthenticated bulk length\r\n"),
    ] {
        let conn = solo.accept();
        solo.say(conn, bytes.as_bytes());
        assert_eq!(solo.sent(conn), answer, "{bytes:?}");
        assert_eq!(solo.has_closed(conn), !answer.is_empty(), "{bytes:?}");
    }
    let conn = solo.accept();
    solo.ask(conn, "AUTH secret", "+OK|");
    solo.say(conn, b"*11\r\n$20000\r\n");
    assert!(!solo.has_closed(conn));
}

#[test]
fn client_list_counts_the_bytes_of_its_own_command() {
    let (mut solo, conn) = node(&[]);
    solo.accept();
    solo.say(conn, b"*2\r\n$6\r\nclient\r\n$4\r\nlist\r\n");
    let list = solo.sent(conn);
    let sizes: Vec<&str> = list.split(' ').filter(|word| word.starts_with("qbuf=")).collect();
    assert_eq!(sizes, ["qbuf=26", "qbuf=0"], "{list}");
}

#[test]
fn module_lolwut_and_http_requests() {
    let (mut solo, conn) = node(&[]);
    solo.ask(conn, "MODULE LIST", "*0|");
    solo.ask(conn, "MODULE LOAD /x.so", "-ERR Error loading the extension. Please check the server logs.|");
    solo.ask(conn, "MODULE UNLOAD x", "-ERR Error unloading module: no such module with that name|");
    solo.ask(conn, "MEMORY PURGE", "+OK|");
    let picture = solo.cmd("LOLWUT 3 2");
    assert!(picture.starts_with("$27\r\n|||\n") && picture.ends_with("\nRedis ver. 5.0.14\n\r\n"), "{picture}");
    solo.ask(conn, "LOLWUT x", "-ERR value is not an integer or out of range|");
    // An HTTP request closes the connection.
    solo.say(conn, b"POST / HTTP/1.1\r\nHost: x\r\nSET a 1\r\n");
    solo.run_ms(200);
    assert!(solo.has_closed(conn));
    assert_eq!(solo.cmd("EXISTS a"), ":0\r\n");
}

#[test]
fn the_watchdog_logs_commands_that_block_the_event_loop() {
    let (mut solo, conn) = node(&[]);
    let said = |solo: &Solo| {
        let lines = solo.events.iter().filter_map(|event| match event {
            psyncscope_engine::event::Event::Log { text, .. } => Some(text),
            _ => None,
        });
        lines.filter(|text| text.contains("debugCommand")).count()
    };
    sleep(&mut solo, conn, 500);
    solo.ask(conn, "CONFIG SET watchdog-period 200", "+OK|");
    sleep(&mut solo, conn, 100);
    assert_eq!(said(&solo), 0);
    sleep(&mut solo, conn, 500);
    assert_eq!(said(&solo), 1);
}

#[test]
fn errors_of_client() {
    let (mut solo, conn) = node(&[]);
    for line in ["CLIENT foo", "CLIENT id x", "CLIENT setname a b"] {
        let word = line.split(' ').nth(1).unwrap_or_default();
        let answer = format!("-ERR Unknown subcommand or wrong number of arguments for '{word}'. Try CLIENT HELP|");
        solo.ask(conn, line, &answer);
    }
    solo.ask(conn, "CLIENT KILL", "-ERR syntax error|");
    solo.ask(conn, "READWRITE", "+OK|");
    solo.ask(conn, "READONLY", "-ERR This instance has cluster support disabled|");
}
