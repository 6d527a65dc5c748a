//! INFO and logs of real servers, and of the lab's own worlds, read back.

use psyncscope_lab::engine::event::Event;
use psyncscope_lab::engine::ids::Offset;
use psyncscope_lab::engine::replication::psync::{Decision, Refusal};
use psyncscope_lab::examples::scenarios::SCENARIOS;
use psyncscope_lab::explain::psync_matrix;
use psyncscope_lab::limits::{OBSERVED_BYTES_MAX, OBSERVED_NODES_MAX};
use psyncscope_lab::observed::{
    Answer, Cell, Kind, NodeInfo, Observed, Severity, advice, answers, groups, looks_observed, promotions, remarks,
};
use psyncscope_lab::sim::frame::{Power, SimTime, What};
use psyncscope_lab::{ErrorCode, Lang, template};

const REDIS_7: &str = include_str!("observed/redis-7.0-info.txt");
const REDIS_7_LOG: &str = include_str!("observed/redis-7.0-log.txt");

fn read(text: &str) -> Observed {
    Observed::read(text).expect("it says something")
}

fn names(observed: &Observed) -> Vec<&str> {
    observed.nodes.iter().map(|node| node.name.as_str()).collect()
}

/// The answer of a pair of nodes.
fn cell(nodes: &[NodeInfo], from: &str, to: &str) -> Cell {
    let place = |name| nodes.iter().position(|node| node.name == name).expect("it is there");
    let (from, to) = (place(from), place(to));
    answers(nodes).into_iter().find(|cell| (cell.from, cell.to) == (from, to)).expect("a pair")
}

fn said(cell: &Cell, nodes: &[NodeInfo], lang: Lang) -> String {
    advice(cell, nodes).iter().map(|said| said.text(lang)).collect::<Vec<_>>().join(" ")
}

/// A node of a text.
fn info(more: &str) -> String {
    format!(
        "# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_replid:{a}\r\nmaster_replid2:{none}\r\n\
         master_repl_offset:200\r\nsecond_repl_offset:-1\r\nrepl_backlog_active:1\r\nrepl_backlog_size:100\r\n\
         repl_backlog_first_byte_offset:101\r\nrepl_backlog_histlen:100\r\n{more}",
        a = "a".repeat(40),
        none = "0".repeat(40),
    )
}

/// What one INFO says with some fields changed.
fn changed(fields: &[(&str, &str)]) -> String {
    let line = |line: &str| {
        let key = line.split(':').next().unwrap_or_default();
        let value = fields.iter().find(|(name, _)| *name == key);
        value.map_or_else(|| line.to_owned(), |(name, value)| format!("{name}:{value}"))
    };
    info("").lines().map(|text| line(text) + "\n").collect()
}

/// A replica of 10.0.0.1:6379 that has lost its link.
fn replica(applied: i64) -> String {
    let upstream = format!(
        "slave\nmaster_host:10.0.0.1\nmaster_port:6379\nmaster_link_status:down\nmaster_link_down_since_seconds:30\n\
         slave_repl_offset:{applied}"
    );
    changed(&[("role", &upstream), ("master_repl_offset", &applied.to_string())])
}

/// A real Redis 7.0.15 was asked next, for byte 82, and answered what is said here: `redis-7.0-log.txt` has the line.
#[test]
fn the_answer_is_that_of_the_real_server() {
    let observed = read(REDIS_7);
    let nodes = &observed.nodes;
    assert_eq!(names(&observed), ["127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003", "127.0.0.1:7004"]);
    assert_eq!(nodes[0].version.as_deref(), Some("Redis 7.0.15"));
    assert!(observed.unread.is_empty() && observed.other_fields > 400, "{:?}", observed.unread);
    let refused = cell(nodes, "127.0.0.1:7003", "127.0.0.1:7001");
    assert_eq!(refused.answer.decision(), Some(Decision::Full(Refusal::Overwritten)));
    assert!(REDIS_7_LOG.contains("for lack of backlog (Replica request was: 82)"));
    let text = said(&refused, nodes, Lang::En);
    assert!(text.contains("wants byte 82, and the backlog of 127.0.0.1:7001 begins at byte 20441"), "{text}");
    assert!(text.contains("repl-backlog-size 48kb (at least 41254 bytes)") && text.contains("20359 bytes"), "{text}");
    assert!(said(&refused, nodes, Lang::Zh).contains("请求") || said(&refused, nodes, Lang::Zh).contains("要字节 82"));
    for (from, to) in [("127.0.0.1:7002", "127.0.0.1:7001"), ("127.0.0.1:7004", "127.0.0.1:7002")] {
        assert!(matches!(cell(nodes, from, to).answer.decision(), Some(Decision::Continue { .. })), "{from}");
    }
    let not_now = cell(nodes, "127.0.0.1:7001", "127.0.0.1:7003").answer;
    assert!(matches!(not_now, Answer::NotNow(..)), "{not_now:?}");
}

#[test]
fn the_best_candidate_is_first() {
    let observed = read(REDIS_7);
    let nodes = &observed.nodes;
    let all = promotions(nodes);
    assert_eq!((all[0].node, all[0].is_master, &all[0].partial[..], all[0].lost), (0, true, &[1, 3][..], 0));
    let worst = all.last().expect("four");
    assert_eq!((worst.node, worst.lost), (2, 41_335 - 81));
    let text: Vec<String> = worst.said(nodes).iter().map(|said| said.text(Lang::En)).collect();
    assert_eq!(text.last().map(String::as_str), Some("41254 bytes of writes that others have would be lost."));
}

#[test]
fn what_else_the_numbers_say() {
    let observed = read(REDIS_7);
    let all = remarks(&observed.nodes);
    let text = |lang| all.iter().map(|remark| remark.said.text(lang)).collect::<Vec<_>>().join("\n");
    let en = text(Lang::En);
    assert!(en.contains("127.0.0.1:7003 lost its link to 127.0.0.1:7999 4 seconds ago."), "{en}");
    assert!(en.contains("127.0.0.1:7002 is a replica with replicas of its own (1)"), "{en}");
    assert!(!en.contains('{') && !text(Lang::Zh).contains('{'));
    assert!(all.iter().any(|remark| remark.severity == Severity::Problem));
}

/// The lab's own worlds say the same by their INFO as by their frames.
#[test]
fn a_worlds_info_gives_the_matrix_of_its_frame() {
    let (mut compared, mut decided) = (0, [false; 2]);
    for scenario in SCENARIOS {
        let lab = scenario.run().expect("it runs");
        for at in (0..lab.now().0).step_by(500_000) {
            let frame = lab.frame_at(SimTime(at));
            let running = frame.hosts.iter().filter(|host| host.power == Power::Running);
            let of_host = |host: &std::sync::Arc<psyncscope_lab::sim::frame::HostFrame>| {
                let node = host.node.as_ref()?;
                Some((host.id, format!("--- {}\r\n{}", host.name, node.info.sections().join("\r\n"))))
            };
            let (ids, texts): (Vec<_>, Vec<_>) = running.filter_map(of_host).unzip();
            if texts.is_empty() {
                continue;
            }
            let observed = read(&texts.join("\n"));
            assert!(observed.unread.is_empty() && observed.nodes.len() == ids.len(), "{:?}", observed.unread);
            let matrix = psync_matrix(&frame);
            for Cell { from, to, answer } in answers(&observed.nodes) {
                let pair = (ids[from], ids[to]);
                let theirs = matrix.iter().find(|cell| (cell.from, cell.to) == pair).expect("the same pairs");
                let Some(verdict) = answer.verdict() else { panic!("{}: {answer:?}", scenario.name) };
                assert_eq!(verdict, &theirs.verdict, "{} at {at}: {pair:?}", scenario.name);
                assert_eq!(matches!(answer, Answer::NotNow(..)), theirs.no_master_link, "{} at {at}", scenario.name);
                decided[usize::from(verdict.is_continue())] = true;
                compared += 1;
            }
        }
    }
    assert!(compared > 500 && decided == [true; 2], "{compared}");
}

#[test]
fn nodes_are_told_apart_in_every_form() {
    let (a, b) = (info(""), replica(150));
    let check = |text: String, expected: &[&str]| {
        let observed = read(&text);
        assert_eq!(names(&observed), expected, "{text}");
        assert!(observed.unread.is_empty(), "{:?}", observed.unread);
        assert_eq!(observed.nodes.iter().filter(|node| node.is_master()).count(), 1);
    };
    check(format!("127.0.0.1:1> info\n{a}\n127.0.0.1:2> INFO replication\n{b}"), &["127.0.0.1:1", "127.0.0.1:2"]);
    check(format!("--- db-1\n{a}--- db-2\n{b}"), &["db-1", "db-2"]);
    check(format!("10.0.0.1:6379\n{a}\n10.0.0.2:6379:\n{b}"), &["10.0.0.1:6379", "10.0.0.2:6379"]);
    check(format!("10.0.0.1:6379: {a}10.0.0.2:6379: {b}"), &["10.0.0.1:6379", "10.0.0.2:6379"]);
    // One after the other: the replica names its master.
    check(format!("{a}{b}"), &["10.0.0.1:6379", "node 2"]);
    check(format!("# Server\ntcp_port:1\n\n{a}\n# Server\ntcp_port:2\n{b}"), &["port 1", "port 2"]);
    check(format!("# Server\ntcp_port:1\n\n{a}\n# Server\ntcp_port:1\n{b}"), &["port 1", "port 1 (2)"]);
    // Bulk headers and verbatim texts.
    check(format!("${}\r\n{a}\r\n=500\r\ntxt:{b}\r\n", a.len()), &["10.0.0.1:6379", "node 2"]);
    // Without headers, quoted in one line, and old line ends.
    let bare = |text: &str| text.replace("# Replication", "");
    check(format!("{}{}", bare(&a), bare(&b)), &["10.0.0.1:6379", "node 2"]);
    let quoted = |text: &str| format!("\"{}\"\n", text.replace("\r\n", "\n").replace('\n', "\\r\\n"));
    check(format!("{}{}", quoted(&a), quoted(&b)), &["10.0.0.1:6379", "node 2"]);
    check(format!("{a}{b}").replace("\r\n", "\n").replace('\n', "\r"), &["10.0.0.1:6379", "node 2"]);
    check(
        format!("redis-1  | {}", a.replace("\r\n", "\r\nredis-1  | ")) + "\nredis-2  | " + &b,
        &["redis-1", "redis-2"],
    );
}

#[test]
fn servers_of_other_versions() {
    let valkey = format!(
        "# Server\nredis_version:7.2.4\nserver_name:valkey\nvalkey_version:8.0.1\ntcp_port:6379\n{}\
         replicas_waiting_psync:0\nslave0:ip=10.0.0.2,port=6379,state=online,offset=195,lag=1,type=replica\n",
        info("")
    );
    let observed = read(&valkey);
    assert_eq!(observed.nodes[0].version.as_deref(), Some("Valkey 8.0.1"));
    let listed = &observed.nodes[0].replicas[0];
    assert_eq!((listed.ip.as_str(), listed.offset, listed.lag_s), ("10.0.0.2", Offset(195), Some(1)));
    let text: Vec<String> = remarks(&observed.nodes).iter().map(|remark| remark.said.text(Lang::En)).collect();
    assert!(
        text.iter().any(|text| text.contains("10.0.0.2:6379 (its INFO is not here) has acknowledged 195, 5 bytes"))
    );
    // Redis 2.8 and 3 have no replication IDs.
    let old =
        read("role:master\nmaster_repl_offset:9\nrole:slave\nmaster_host:h\nmaster_port:1\nslave_repl_offset:9\n");
    let answer = &answers(&old.nodes)[1].answer;
    let Answer::Unknown(why) = answer else { panic!("{answer:?}") };
    assert_eq!(why.text(Lang::En), "INFO of node 2 has no master_replid, so what it would ask for cannot be told.");
}

#[test]
fn each_refusal_names_its_change() {
    let check = |replica: String, master: String, expected: Option<Refusal>, words: &str| {
        let observed = read(&format!("--- m\n{master}\n--- r\n{replica}"));
        let cell = cell(&observed.nodes, "r", "m");
        let decision = cell.answer.decision().expect("it can be told");
        assert_eq!(
            match decision {
                Decision::Full(refusal) => Some(refusal),
                _ => None,
            },
            expected
        );
        let text = said(&cell, &observed.nodes, Lang::En);
        assert!(text.contains(words), "{text}");
        assert!(!said(&cell, &observed.nodes, Lang::Zh).contains('{'));
    };
    let (b, c) = ("b".repeat(40), "c".repeat(40));
    check(replica(100), info(""), None, "It stays so for 0 more bytes of writes");
    check(replica(99), info(""), Some(Refusal::Overwritten), "repl-backlog-size 16kb (at least 101 bytes) on m before");
    check(replica(201), info(""), Some(Refusal::Future), "m lacks 1 byte that r has. Promoted in place of m, r would");
    check(replica(1), info(""), Some(Refusal::FullRequested), "slave_repl_offset is 1");
    check(replica(150), changed(&[("repl_backlog_active", "0")]), Some(Refusal::NoBacklog), "repl-backlog-ttl 0");
    check(replica(150), changed(&[("master_replid", &b)]), Some(Refusal::IdMismatch), "only a node that is or was");
    let promoted =
        |second| changed(&[("master_replid", &b), ("master_replid2", &"a".repeat(40)), ("second_repl_offset", second)]);
    check(replica(150), promoted("151"), None, "up to byte 151 (master_replid2)");
    check(replica(150), promoted("150"), Some(Refusal::PastSecondOffset), "1 byte of r are in no common history");
    let emptied = changed(&[("repl_backlog_first_byte_offset", "190"), ("repl_backlog_histlen", "11")]);
    check(replica(150), emptied, Some(Refusal::Overwritten), "No size would help");
    // A former master asks with its own history.
    check(changed(&[("master_replid", &c)]), info(""), Some(Refusal::IdMismatch), "is in history cccc");
}

/// Over a link that is up no replica is ahead: the texts are of different times.
#[test]
fn a_replica_that_is_ahead_over_a_live_link_is_newer() {
    let live = replica(230).replace("status:down", "status:up");
    let observed = read(&format!("10.0.0.1:6379\n{}\n--- r\n{live}", info("")));
    let answer = cell(&observed.nodes, "r", "10.0.0.1:6379").answer;
    assert!(matches!(&answer, Answer::Unknown(why) if why.text(Lang::En).contains("taken after")), "{answer:?}");
}

#[test]
fn the_same_node_twice_tells_its_rate() {
    let at = |uptime: i64, offset: i64| {
        let run = format!("# Server\nrun_id:{}\nuptime_in_seconds:{uptime}\n", "f".repeat(40));
        run + &changed(&[("master_repl_offset", &offset.to_string()), ("repl_backlog_size", "1048576")])
    };
    for text in [at(100, 1000) + &at(110, 6000), at(110, 6000) + &at(100, 1000)] {
        let observed = read(&text);
        assert_eq!((observed.nodes.len(), observed.nodes[0].offset), (1, Some(Offset(6000))));
        let text: Vec<String> = remarks(&observed.nodes).iter().map(|remark| remark.said.text(Lang::En)).collect();
        assert!(
            text.iter().any(|text| text.contains("500 bytes a second") && text.contains("2097 seconds")),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_not_understood_is_listed() {
    let text = format!(
        "--- lost\n--- m\n{}NOAUTH Authentication required.\nslave0:10.0.0.2,6379,online\nrepl_backlog_sizes:1\n",
        changed(&[("repl_backlog_histlen", "many"), ("second_repl_offset", "-2"), ("master_replid", "xyz")])
    );
    let observed = read(&text);
    let unread: Vec<String> = observed
        .unread
        .iter()
        .map(|unread| format!("{}: {}: {}", unread.line, unread.text, unread.why.text(Lang::En)))
        .collect();
    let expected = [
        "1: lost: no INFO follows",
        "6: master_replid:xyz: master_replid is xyz, expected 40",
        "9: second_repl_offset:-2: second_repl_offset is -2, expected -1..",
        "13: repl_backlog_histlen:many: ",
        "14: NOAUTH Authentication required.: neither",
        "15: slave0:10.0.0.2,6379,online: ",
    ];
    assert_eq!(unread.len(), expected.len(), "{unread:#?}");
    for (unread, expected) in unread.iter().zip(expected) {
        assert!(unread.starts_with(expected), "{unread} is not {expected}");
    }
    assert_eq!(observed.other_fields, 1);
}

#[test]
fn a_text_without_replication_is_an_error() {
    let check = |text: &str, code, words: &str| {
        let error = Observed::read(text).expect_err("nothing of replication");
        assert!(error.code == code && error.message.contains(words), "{error}");
        error.at.and_then(|at| at.line)
    };
    assert_eq!(check("", ErrorCode::BadInfo, "the text is empty"), None);
    assert_eq!(check("\nhello world\n", ErrorCode::BadInfo, "line 2 is hello world"), Some(2));
    assert_eq!(check("redis_mode:standalone", ErrorCode::BadInfo, "1 other fields of INFO"), None);
    assert_eq!(check("# Server\nredis_version:7.0.0", ErrorCode::BadInfo, "line 2 is redis_version:7.0.0"), Some(2));
    assert_eq!(check(&"x".repeat(OBSERVED_BYTES_MAX + 1), ErrorCode::TooMuch, "1048577 bytes"), None);
    let many = "role:master\n".repeat(OBSERVED_NODES_MAX + 1);
    assert_eq!(check(&many, ErrorCode::TooMuch, "more than 32 nodes"), Some(33));
    assert!(looks_observed(REDIS_7) && looks_observed(REDIS_7_LOG) && !looks_observed("node a\n{}\n# Title\n"));
}

#[test]
fn a_log_tells_what_happened() {
    let observed = read(REDIS_7_LOG);
    assert!(observed.nodes.is_empty() && observed.unread.is_empty(), "{:?}", observed.unread);
    let found = |name| observed.findings.iter().filter(|finding| finding.kind.name == name).collect::<Vec<_>>();
    let [lack] = found("lack-of-backlog")[..] else { panic!("one") };
    assert_eq!(lack.time.as_deref(), Some("30 Nov 2026 07:20:12.990"));
    assert_eq!((lack.node.as_deref(), lack.kind.written_by), (Some("7001/log"), "masterTryPartialResynchronization"));
    let text = lack.said.text(Lang::En);
    assert!(text.contains("(127.0.0.1:7003) came back and asked for byte 82"), "{text}");
    assert_eq!(found("connection-error").len(), REDIS_7_LOG.matches("Error condition on socket").count());
    assert!(observed.other_log_lines > 20, "{}", observed.other_log_lines);
    let groups = groups(&observed.findings);
    assert_eq!(groups.iter().map(|group| group.findings.len()).sum::<usize>(), observed.findings.len());
    assert!(REDIS_7_LOG.lines().nth(lack.line - 1).is_some_and(|line| line.contains("lack of backlog")));
}

/// Messages as servers of other versions write them.
#[test]
fn lines_of_every_version_are_known() {
    for (name, message) in [
        (
            "lack-of-backlog",
            "Unable to partial resync with slave 10.0.0.2:6379 for lack of backlog (Slave request was: 12).",
        ),
        (
            "lack-of-backlog",
            "Unable to partial resync with replica a:1 for lack of backlog (Replica request was: 12), and some",
        ),
        ("full-requested", "Full resync requested by slave 10.0.0.2:6379"),
        ("replica-lost", "Connection with slave 10.0.0.2:6379 lost."),
        ("replica-lost", "Connection with replica client id #12 lost."),
        ("replica-timeout", "Disconnecting timedout slave: 10.0.0.2:6379"),
        ("replica-timeout", "Disconnecting timedout replica (streaming sync): 10.0.0.2:6379"),
        (
            "output-buffer",
            "Client id=5 addr=1.2.3.4:5 fd=8 name= flags=S omem=999 cmd=psync scheduled to be closed ASAP for overcoming of output buffer limits.",
        ),
        ("finished", "MASTER <-> SLAVE sync: Finished with success"),
        ("finished", "PRIMARY <-> REPLICA sync: Finished with success"),
        ("connecting", "Connecting to PRIMARY 10.0.0.1:6379"),
        ("follows", "SLAVE OF 10.0.0.1:6379 enabled (user request from 'id=2')"),
        (
            "synthesized",
            "Before turning into a slave, using my master parameters to synthesize a cached master: I may be able",
        ),
        (
            "secondary-id",
            "Setting secondary replication ID to aaaa, valid up to offset: 78. New replication ID is bbbb",
        ),
        ("backlog-freed", "Replication backlog freed after 3600 seconds without connected slaves."),
        (
            "unable-to-psync",
            "Master is currently unable to PSYNC but should be in the future: -LOADING Redis is loading",
        ),
        (
            "second-offset",
            "Partial resynchronization not accepted: Requested offset for second ID was 99, but I can reply up to 78",
        ),
        (
            "offset-ahead",
            "Warning: slave 10.0.0.2:6379 tried to PSYNC with an offset that is greater than the master replication offset.",
        ),
    ] {
        for line in [format!("7:M 30 Nov 07:00:00.123 # {message}"), message.to_owned()] {
            let observed = read(&line);
            let [finding] = &observed.findings[..] else { panic!("{line}: {observed:?}") };
            assert_eq!(finding.kind.name, name, "{line}");
            for lang in Lang::ALL {
                assert!(!finding.said.text(lang).contains(['{', '}']), "{}", finding.said.text(lang));
            }
        }
    }
    let client = read(
        "7:M 30 Nov 07:00:00.123 # Client id=5 addr=1.2.3.4:5 fd=8 name= flags=S omem=9 scheduled to be closed ASAP for overcoming of output buffer limits.",
    );
    assert!(client.findings[0].said.text(Lang::En).contains("(addr=1.2.3.4:5 flags=S omem=9)"));
    let unknown = read(
        "1:S 30 Nov 07:00:00.1 * Connection with master lost.\n1:S 30 Nov 07:00:00.1 * Replication of cheese began\n",
    );
    assert_eq!((unknown.unread[0].line, unknown.findings.len()), (2, 1));
}

/// What the engine writes about replication is known.
#[test]
fn the_engines_own_log_is_known() {
    let mut unknown = Vec::new();
    let mut kinds = Vec::new();
    for scenario in SCENARIOS {
        let lab = scenario.run().expect("it runs");
        for entry in lab.timeline() {
            let What::Node(Event::Log { text, .. }) = &entry.what else { continue };
            let observed =
                read(&format!("1:M 30 Nov 07:00:00.1 * Connection with master lost.\n1:M 30 Nov 07:00:00.1 * {text}"));
            kinds.extend(observed.findings.iter().map(|finding| finding.kind.name));
            unknown.extend(observed.unread.into_iter().map(|unread| unread.text));
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    assert_eq!(unknown, [""; 0]);
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() > 30, "{kinds:?}");
}

#[test]
fn kinds_have_names_of_their_own_and_the_same_slots_in_each_language() {
    for (place, kind) in Kind::all().iter().enumerate() {
        assert_eq!(Kind::all().iter().position(|other| other.name == kind.name), Some(place));
        assert_eq!(Kind::named(kind.name), Some(kind));
        let slots = |lang| template::slots(kind.template(lang));
        assert_eq!(slots(Lang::En), slots(Lang::Zh), "{}", kind.name);
    }
}

/// A damaged text is read as far as it goes: no panic, and nothing lost.
#[test]
fn damaged_texts_are_read_or_refused() {
    let all = format!("{REDIS_7}{REDIS_7_LOG}");
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..300 {
        let lines: Vec<&str> = all.split('\n').collect();
        let from = random(lines.len());
        let mut bytes = lines[from..(from + 40).min(lines.len())].join("\n").into_bytes();
        for _ in 0..random(6) + 1 {
            let at = random(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match random(3) {
                0 => bytes[at] = b" 9:-\r\n#>\xe9"[random(9)],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b'9'),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let Ok(observed) = Observed::read(&text) else { continue };
        for cell in answers(&observed.nodes) {
            assert!(!advice(&cell, &observed.nodes).is_empty());
        }
        let _ = (promotions(&observed.nodes), remarks(&observed.nodes), observed.ruler(), observed.histories());
    }
}
