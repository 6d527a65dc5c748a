//! Administrative commands.

use psyncscope_engine::io::DiskRequest;
use psyncscope_engine::{Config, Node, Outbox, Output};

use crate::common::solo::Solo;

#[test]
fn client_reply() {
    let mut solo = Solo::new(&[]);
    let conn = solo.accept();
    solo.say(conn, b"CLIENT REPLY SKIP\r\nSET a 1\r\nPING\r\n");
    solo.expect(conn, "+PONG\r\n");
    solo.say(conn, b"CLIENT REPLY OFF\r\nSET a 2\r\nCLIENT REPLY SKIP\r\nPING\r\nNONSENSE\r\n");
    solo.expect(conn, "");
    solo.say(conn, b"CLIENT REPLY ON\r\nGET a\r\n");
    solo.expect(conn, "+OK\r\n$1\r\n2\r\n");
    solo.say(conn, b"CLIENT REPLY MAYBE\r\n");
    solo.expect(conn, "-ERR syntax error\r\n");
}

#[test]
fn client_pause_delays_all_clients() {
    let mut solo = Solo::new(&[]);
    let (one, other) = (solo.accept(), solo.accept());
    solo.say(one, b"CLIENT PAUSE x\r\nCLIENT PAUSE -1\r\n");
    solo.expect(one, "-ERR timeout is not an integer or out of range\r\n-ERR timeout is negative\r\n");
    solo.say(one, b"CLIENT PAUSE 1000\r\nPING\r\n");
    solo.expect(one, "+OK\r\n");
    solo.say(other, b"SET a 1\r\n");
    solo.run_ms(900);
    solo.expect(other, "");
    solo.run_ms(300);
    solo.expect(one, "+PONG\r\n");
    solo.expect(other, "+OK\r\n");
}

#[test]
fn monitors_get_executed_commands() {
    let mut solo = Solo::new(&[]);
    let monitor = solo.accept();
    solo.say(monitor, b"MONITOR\r\n");
    solo.expect(monitor, "+OK\r\n");
    solo.cmd("SELECT 3");
    solo.cmd("SET a \"x\\n\\\"\\x01\"");
    solo.cmd("CONFIG GET port");
    solo.cmd("NONSENSE");
    let time = format!("+{}.000000", solo.now.unix_s());
    solo.expect(
        monitor,
        &format!(
            "{time} [0 10.0.0.9:4000] \"SELECT\" \"3\"\r\n{time} [3 10.0.0.9:4000] \"SET\" \"a\" \"x\\n\\\"\\x01\"\r\n"
        ),
    );
    assert!(solo.cmd("CLIENT LIST").contains(" flags=O "));
}

#[test]
fn command_getkeys() {
    let mut solo = Solo::new(&[]);
    for (words, reply) in [
        ("GET a", "*1\r\n$1\r\na\r\n"),
        ("MSET a 1 b 2", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
        ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nd\r\n"),
        ("SORT a BY x GET y STORE d LIMIT 0 1", "*2\r\n$1\r\na\r\n$1\r\nd\r\n"),
        ("MEMORY USAGE a", "-ERR The command has no key arguments\r\n"),
        ("NONSENSE", "-ERR Invalid command specified\r\n"),
        ("PING", "-ERR The command has no key arguments\r\n"),
        ("GET", "-ERR Invalid number of arguments specified for command\r\n"),
        ("ZUNIONSTORE d 9 a b", "-ERR Invalid arguments specified for command\r\n"),
    ] {
        assert_eq!(solo.cmd(&format!("COMMAND GETKEYS {words}")), reply, "{words}");
    }
    assert!(solo.cmd("COMMAND INFO zunionstore").contains("+movablekeys\r\n"));
}

#[test]
fn slowlog_and_latency_are_empty() {
    let mut solo = Solo::new(&[]);
    for (words, reply) in [
        ("SLOWLOG GET", "*0\r\n"),
        ("SLOWLOG GET 10", "*0\r\n"),
        ("SLOWLOG GET x", "-ERR value is not an integer or out of range\r\n"),
        ("SLOWLOG LEN", ":0\r\n"),
        ("SLOWLOG RESET", "+OK\r\n"),
        ("LATENCY RESET", ":0\r\n"),
        ("LATENCY LATEST", "*0\r\n"),
        ("LATENCY HISTORY command", "*0\r\n"),
    ] {
        assert_eq!(solo.cmd(words), reply, "{words}");
    }
}

#[test]
fn info_commandstats_counts_calls() {
    let mut solo = Solo::new(&[]);
    solo.cmd("SET a 1");
    solo.cmd("SET a 1");
    solo.cmd("GET a");
    let sections = |info: &str| {
        info.lines().filter_map(|line| line.strip_prefix("# ")).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let all = solo.cmd("INFO all");
    assert!(all.contains("cmdstat_set:calls=2,usec=0,usec_per_call=0.00\r\n"), "{all}");
    assert!(all.contains("cmdstat_get:calls=1,"), "{all}");
    assert_eq!(sections(&all), "Server Clients Memory Persistence Stats Replication CPU Commandstats Cluster Keyspace");
    assert_eq!(sections(&solo.cmd("INFO")), "Server Clients Memory Persistence Stats Replication CPU Cluster Keyspace");
    assert_eq!(sections(&solo.cmd("INFO commandstats")), "Commandstats");
    solo.cmd("CONFIG RESETSTAT");
    assert!(!solo.cmd("INFO commandstats").contains("cmdstat_set"));
}

#[test]
fn every_command_with_subcommands_has_help() {
    let mut solo = Solo::new(&[]);
    for command in ["CLIENT", "COMMAND", "CONFIG", "DEBUG", "LATENCY", "MEMORY", "OBJECT", "SLOWLOG"] {
        let help = solo.cmd(&format!("{command} HELP"));
        assert!(help.contains(&format!("+{command} <subcommand> arg arg ... arg. Subcommands are:\r\n")), "{help}");
        // Two commands have their own wording.
        let point = if matches!(command, "CLIENT" | "MEMORY") { "" } else { "." };
        assert_eq!(
            solo.cmd(&format!("{command} NONSENSE")),
            format!(
                "-ERR Unknown subcommand or wrong number of arguments for 'NONSENSE'. Try {command} HELP{point}\r\n"
            )
        );
    }
}

#[test]
fn config_rewrite_needs_a_file_and_keeps_its_content() {
    let mut solo = Solo::new(&[]);
    assert_eq!(solo.cmd("CONFIG REWRITE"), "-ERR The server is running without a config file\r\n");
    let config = Config { file: Some(("/etc/r.conf".into(), b"# mine\nhz 10\n".to_vec())), ..Config::default() };
    let mut solo = Solo::new(&[]);
    solo.node = Node::start(solo.now, config, 7, None, &mut Outbox::new()).unwrap();
    solo.cmd("CONFIG SET hz 50");
    assert_eq!(solo.cmd("CONFIG REWRITE"), "+OK\r\n");
    let written = solo.outputs.iter().find_map(|output| match output {
        Output::Disk(DiskRequest::Write { name, bytes }) if name == "/etc/r.conf" => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        _ => None,
    });
    let written = written.expect("the file is written");
    assert!(written.starts_with("# mine\nhz 50\n# Generated by CONFIG REWRITE\n"), "{written}");
    assert!(solo.cmd("INFO server").contains("config_file:/etc/r.conf\r\n"));
}
