//! Scripts: whatever a session says can be written as one and read again; what is wrong is told with its place; what
//! is expected is checked.

use psyncscope_lab::script::{EXAMPLES, Example, Play, Said, ScriptErrors};
use psyncscope_lab::sim::TcpSettings;
use psyncscope_lab::sim::frame::{SimTime, WireSettings};
use psyncscope_lab::{Action, Branches, ErrorCode, Lab, LabConfig, LabError, Lang, NodeSpec, Script, examples};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

mod random;
mod sessions;

use sessions::{SETTINGS, any_session, node_actions, saved, session_of, wire_actions};

#[track_caller]
fn parsed(text: &str) -> Script {
    Script::parse(text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// A session is the same after it was a script, and the script is written the same again.
#[track_caller]
fn comes_back(session: &Branches) -> String {
    let text = Script::of(session.clone()).to_text();
    let script = parsed(&text);
    assert_eq!(script.session(), session, "{text}");
    assert_eq!(script.to_text(), text);
    text
}

#[test]
fn a_saved_session_comes_back() {
    let text = comes_back(&saved());
    // As a teacher would write it.
    let expected = "\
version 1
seed 7
current \"b as master\"

node a
  repl-backlog-size 64
node b
  replicaof a 6379

at 3s  a> SET greeting hello
at 4s  cut a b
end 6s

branch \"crash a at 3.5 s\" from \"main\" at 3.5s
  at 3.5s  crash a
  at 4s  restart a
  end 5s

branch \"b as master\" from \"crash a at 3.5 s\" at 4s
  at 4.2s  b> REPLICAOF NO ONE
  end 4.5s

branch \"nothing more\" from \"main\" at 4s
  end 5.5s
";
    assert_eq!(text, expected);
    let mut renamed = saved();
    renamed.rename(0, "what \"really\" happened").expect("a good name");
    comes_back(&renamed);
    comes_back(&Branches::of(Lab::new(LabConfig::default()).expect("a world without nodes").action_log()));
}

#[test]
fn every_action_and_setting_comes_back() {
    let commands = [
        "SET k \"a\\x00 b\" 中文",
        " PING ",
        "PING\n",
        "PING\u{0}junk",
        "SORT k GET #",
        "SET k \"# no comment\"",
        "SET k 'it\\'s # no comment'",
        "\"SET\" k v#1",
        "\tPING\tx",
    ];
    let commands =
        commands.map(|command| Action::Exec { node: "a".to_owned(), console: 63, command: command.to_owned() });
    let config = ["repl-timeout 5", "", " hz 10", "# kept", "requirepass \"a # b\"", "port\t6379"].map(str::to_owned);
    let mut actions = node_actions();
    // Names that are words of the language too.
    actions.extend([
        Action::AddNode { node: NodeSpec { name: "rules".to_owned(), config: vec![] } },
        Action::AddNode { node: NodeSpec { name: "-".to_owned(), config: vec![] } },
        Action::Cut { from: "-".to_owned(), to: "rules".to_owned(), one_way: true },
        Action::Exec { node: "-".to_owned(), console: 0, command: "PING".to_owned() },
    ]);
    actions.extend(commands);
    actions.extend(wire_actions(&[SETTINGS, WireSettings::default(), WireSettings { loss: 1.0 / 3.0, ..SETTINGS }]));
    let config = LabConfig {
        seed: u64::MAX,
        nodes: ["a", "b"].map(|name| NodeSpec { name: name.to_owned(), config: config.to_vec() }).to_vec(),
        wire: SETTINGS,
        classroom_limits: false,
        disk_bps: 0,
        fork_us: 1,
        tcp: TcpSettings { receive_buffer: 1024, send_buffer: 1 << 20, mtu: 576, backlog: 1 },
    };
    comes_back(&session_of(config, actions));
}

/// Whatever is done, on whatever branches.
#[test]
fn any_session_comes_back() {
    for seed in 0..30 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let branches = any_session(seed, &mut rng);
        let text = comes_back(&branches);
        assert_eq!(parsed(&text).session().to_json(), branches.to_json(), "seed {seed}");
    }
}

#[test]
fn what_is_said_and_expected_comes_back() {
    for Example { file: name, text, .. } in EXAMPLES {
        let script = parsed(text);
        let again = parsed(&script.to_text());
        assert_eq!(again.session(), script.session(), "{name}");
        assert_eq!(again.to_text(), script.to_text(), "{name}");
        for branch in 0..script.session().list().len() {
            let said = |script: &Script| -> Vec<(u64, usize, Said)> {
                script.remarks(branch).iter().map(|remark| (remark.at_us, remark.after, remark.what.clone())).collect()
            };
            assert_eq!(said(&again), said(&script), "{name}");
        }
    }
}

#[test]
fn everything_that_can_be_expected_is_so_or_not() {
    let head = "node a\n  repl-backlog-size 128\nnode b\n  replicaof a 6379\nat 3s cut a -> b\nat 3.5s a> SET k v\n";
    for (holds, does_not) in [
        ("b link up", "b link down"),
        ("a link down", "a link up"),
        ("a wire b cut", "a wire b whole"),
        ("b wire a whole", "b wire a cut"),
        ("a offset >= b offset", "b offset >= a offset"),
        ("a offset = 50", "a offset = b offset"),
        ("b next = 1", "b next = 2"),
        ("a next = 51", "a next = 50"),
        ("a backlog-size = 128", "a backlog-size = 0"),
        ("a histlen = 50", "a histlen = 0"),
        ("a first-byte = 1", "a first-byte = 0"),
        ("a idx = 50", "a idx = 0"),
        ("a refused-resyncs = 0", "b asked = 1"),
    ] {
        for (expected, unmet) in [(holds, 0), (does_not, 1)] {
            let script = parsed(&format!("{head}at 4s expect {expected}\n"));
            assert_eq!(parsed(&script.to_text()).to_text(), script.to_text(), "{expected}");
            let checked = script.check(0).expect("a world");
            assert_eq!(checked.unmet.len(), unmet, "{expected}: {:?}", checked.unmet);
        }
    }
}

#[test]
fn examples_hold_and_fail_when_a_number_is_changed() {
    for Example { file: name, text, .. } in EXAMPLES {
        let unmet = |text: &str| -> usize {
            let script = parsed(text);
            let of = |branch| {
                let checked = script.check(branch).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(checked.broken, [], "{name}");
                checked.unmet.iter().for_each(|unmet| println!("{name}: {unmet:?}"));
                checked.unmet.len()
            };
            (0..script.session().list().len()).map(of).sum()
        };
        assert_eq!(unmet(text), 0, "{name}");
        let (from, to) = match name {
            "first-sync.psync" => ("offset = 61", "offset = 62"),
            "cut-too-long.psync" => ("repl-backlog-size 128", "repl-backlog-size 1280"),
            "failover.psync" => ("second-offset = 55", "second-offset = 54"),
            "chain.psync" => ("replicaof b 6379", "replicaof a 6379"),
            _ => ("SET balance 100", "SET balance 101"),
        };
        assert!(text.contains(from), "{name}");
        assert!(unmet(&text.replacen(from, to, 1)) > 0, "{name} with {to}");
    }
}

#[test]
fn the_documentation_has_the_examples() {
    let chapters = [include_str!("../../../docs/script.md"), include_str!("../../../docs/zh/script.md")];
    for Example { file: name, text, .. } in EXAMPLES {
        for docs in chapters {
            assert!(docs.contains(&format!("```\n{text}```")), "{name} is not in script.md as it is");
        }
    }
}

/// Nothing that one may come to while typing makes it panic.
#[test]
fn no_damage_panics() {
    for Example { file: name, text, .. } in EXAMPLES {
        let mut read = 0;
        for (at, _) in text.char_indices() {
            let shorter = format!("{}{}", &text[..at], text[at..].chars().skip(1).collect::<String>());
            for damaged in [&text[..at], &shorter] {
                match Script::parse(damaged) {
                    Ok(script) => {
                        parsed(&script.to_text());
                        read += 1;
                    }
                    Err(errors) => places_exist(&errors, damaged),
                }
            }
        }
        assert!(read > text.lines().count(), "{name}: a comment may be another one");
    }
}

/// Each error is at a line that is there, at most one character behind its end.
#[track_caller]
fn places_exist(errors: &ScriptErrors, text: &str) {
    assert!(!errors.list().is_empty());
    for error in errors.list() {
        let line = text.lines().nth(error.line - 1).unwrap_or_default();
        assert!(error.column <= line.chars().count() + 1, "{error}\n{text}");
    }
}

/// The only thing that is wrong with a text, below a good beginning of six lines.
#[track_caller]
fn wrong(text: &str, error: &str) {
    let text = format!("version 1\nseed 7\nnode a\nnode bob\n  replicaof a 6379\n\n{text}");
    let errors = Script::parse(&text).expect_err("it is wrong");
    places_exist(&errors, &text);
    assert_eq!(errors.to_string(), error);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    wrong(
        "at 3s hael a bob",
        "line 7, column 7: found hael, expected a command (NODE> COMMAND) or one of these: cut, \
           heal, wire, crash, terminate, restart, pause, resume, power-off, add, remove, configure, clock, hang-up, exec, \
           say, expect; did you mean heal?",
    );
    wrong(
        "at 3 cut a bob",
        "line 7, column 4: found 3, expected a time such as 3s, 2.5s or 150ms, or one after the line \
           before: +500ms",
    );
    wrong("at 3s cut a", "line 7, column 12: the line ends, expected the name of a node");
    wrong("at 3s cut a bob both", "line 7, column 17: found both, expected the end of the line");
    wrong("at 3s cut a bab", "line 7, column 13: there is no node bab; the script has a, bob");
    wrong("at 3s expect bbo state CONNECT", "line 7, column 14: found bbo, expected a node: a, bob; did you mean bob?");
    wrong("at 3s expect bob replid same as z", "line 7, column 33: found z, expected a node: a, bob");
    wrong("at 3s expect bob role slave", "line 7, column 23: found slave, expected a role: master, replica");
    wrong("at 3s say hello", "line 7, column 11: found hello, expected a text in straight quotes: \"…\"");
    wrong("at 3s say “hello”", "line 7, column 11: found “hello”, expected a text in straight quotes: \"…\"");
    wrong(
        "at 3s say \"hello",
        "line 7, column 17: the line ends, expected a closing quote (\") before the end of the line",
    );
    wrong("at 3s a>  # nothing", "line 7, column 20: the line ends, expected a command, as one types it in redis-cli");
    wrong("at 3s a> SET k \"v", "line 7, column 7: Invalid argument(s)");
    wrong("at 3s a#99> PING", "line 7, column 7: console 99: their numbers lie below 64");
    wrong("at 3s wire a bob loss 200%", "line 7, column 23: found 200%, expected a probability such as 5% or 0.05");
    wrong("at 3s clock a 5s", "line 7, column 15: found 5s, expected whole milliseconds with a sign: +5s, -200ms");
    wrong("at 3s pause a\nat 2s resume a", "line 8, column 4: 2s lies before 3s");
    wrong("at 3s pause a\nend 2s", "line 8, column 1: the branch ends at 2s, before its last line, at 3s");
    wrong(
        "at 3s pause a\nseed 8",
        "line 8, column 1: what the world starts as is said before the first line with a time",
    );
    wrong("seed 8", "line 7, column 1: this was said already, in line 2");
    wrong(
        "  at 3s pause a\n  at 3s",
        "line 7, column 3: node bob, line 2 of its configuration: Bad directive or wrong \
           number of arguments",
    );
    wrong(
        "node c\n  repl-backlog-sise 64",
        "line 8, column 3: node c, line 1 of its configuration: Bad directive or wrong \
           number of arguments",
    );
    wrong(
        "at 1s add node c\n  repl-backlog-size x",
        "line 8, column 3: node c, line 1 of its configuration: argument must \
           be a memory value",
    );
    wrong(
        "at 1s configure a\n  repl-backlog-size x",
        "line 8, column 3: node a, line 1 of its configuration: argument must \
           be a memory value",
    );
    wrong("at 1s configure c", "line 7, column 17: there is no node c; the script has a, bob");
    wrong("at 1s hang-up a#64", "line 7, column 15: console 64: their numbers lie below 64");
    wrong("fork 11m", "line 7, column 6: found 11m, expected a time such as 3s, 2.5s, 150ms or 20us");
    wrong("fork 601s", "line 7, column 1: a fork takes at most 600000000 microseconds");
    wrong("tcp mtu 575", "line 7, column 1: mtu lies from 576 to 65535, not at 575");
    wrong(
        "tcp",
        "line 7, column 4: the line ends, expected a setting of TCP: receive-buffer, send-buffer, mtu, backlog",
    );
    wrong("node a", "line 7, column 6: two nodes have the name a");
    wrong("current \"x\"", "line 7, column 9: found \"x\", expected the name of a branch: \"main\"");
    wrong(
        "end 5s\nbranch \"x\" from \"mian\" at 3s",
        "line 8, column 17: found \"mian\", expected the name of a branch: \
           \"main\"; did you mean \"main\"?",
    );
    wrong(
        "end 5s\nbranch \"x\" from \"main\" at 5s",
        "line 8, column 1: at 5s no branch can leave \"main\", which begins \
           at 0s and ends at 5s",
    );
    wrong(
        "end 5s\nbranch \"x\" from \"main\" at 4s\nat 4s pause a",
        "line 9, column 1: the lines of a branch are further in \
           than its head; those of main stand before it",
    );
    wrong(
        "vresion 1",
        "line 7, column 1: found vresion, expected one of these (and a node's configuration further in): \
           version, seed, wire, limits, disk, fork, tcp, main, current, node, at, branch, end; did you mean version?",
    );
}

#[test]
fn several_errors_are_told_at_once() {
    let text = "node a\nat 3s foo\nat 4s cut a\nbranch \"x\" form \"main\" at 1s\n  at 2s pawse a\n";
    let errors = Script::parse(text).expect_err("it is wrong");
    let lines: Vec<usize> = errors.list().iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3, 4, 5], "{errors}");
    let error = LabError::from(errors);
    let at = error.at.clone().expect("a place");
    assert_eq!((error.code, at.line, at.column), (ErrorCode::BadScript, Some(2), Some(7)), "{error}");
    assert!(error.message.contains("did you mean pause?"), "{error}");
    // Not without end.
    assert_eq!(Script::parse(&"x\n".repeat(1000)).expect_err("it is wrong").list().len(), 20);
}

#[test]
fn a_text_without_a_line_is_no_script() {
    for text in ["", "\n\n", "# only a comment\n"] {
        let errors = Script::parse(text).expect_err("nothing is there");
        assert!(errors.to_string().contains("expected a script"), "{errors}");
    }
    let other = Script::parse("version 2").expect_err("another version");
    assert_eq!(LabError::from(other).code, ErrorCode::UnsupportedVersion);
}

#[test]
fn expectations_see_what_stands_before_them() {
    let text = "node a\nat 1s a> SET k 1\nat 1.5s expect a key k = 1\nat 2s pause a\nat 2s expect a process paused\n\
                at 2s resume a\nat 2s expect a process paused\n";
    let script = parsed(text);
    let checked = script.check(0).expect("it runs");
    let unmet: Vec<(usize, &str)> = checked.unmet.iter().map(|unmet| (unmet.line, unmet.found.as_str())).collect();
    assert_eq!((checked.expectations, unmet), (3, vec![(7, "a is running")]));
    // What is checked changes nothing.
    assert_eq!(checked.lab.digest(), script.session().replay(0).expect("it runs").digest());
}

#[test]
fn the_opening_is_a_script_of_a_screen() {
    let text = comes_back(&Branches::of(examples::opening()));
    assert!(text.lines().count() < 30, "{text}");
}

/// What is done after a script was read goes into its text; what its author wrote stays.
#[test]
fn what_is_done_goes_into_the_text() {
    let text = "# two nodes\nnode a\nnode b   # the replica\n  replicaof a 6379\n\nat 1s  a> SET k 1   # first\nend 2s   # over\n\n\
                # another future\nbranch \"x\" from \"main\" at 1.5s\n    at 1.6s  crash a\n    end 3s\n";
    let script = parsed(text);
    let mut session = script.session().clone();
    assert_eq!(script.text_with(text, &session).as_deref(), Some(text), "nothing is new");

    let mut lab = session.replay(0).expect("it runs");
    lab.run_until(SimTime(4_000_000));
    let cut = Action::Cut { from: "a".to_owned(), to: "b".to_owned(), one_way: false };
    lab.act(cut).expect("there is a wire");
    session.record(&lab);
    let longer = script.text_with(text, &session).expect("the script goes on");
    let expected = text.replace("end 2s   # over\n", "at 4s  cut a b\nend 4s\n");
    assert_eq!(longer, expected);

    // In the other branch, with its indentation; and a new one.
    let script = parsed(&longer);
    session.switch_to(1).expect("a branch");
    let mut lab = session.replay(1).expect("it runs");
    lab.act(Action::Restart { node: "a".to_owned() }).expect("it has crashed");
    session.record(&lab);
    lab = session
        .replay(1)
        .expect("it runs")
        .branch_at(SimTime(2_000_000))
        .expect("in its past")
        .finish()
        .expect("it runs");
    lab.act(Action::PowerOff { node: "b".to_owned() }).expect("it runs");
    session.leave(SimTime(2_000_000), &lab, Lang::En).expect("a branch");
    let longest = script.text_with(&longer, &session).expect("the script goes on");
    let with_restart = longer.replace("    end 3s\n", "    at 3s  restart a\n    end 3s\n");
    let added = "\nbranch \"power off b at 2.0 s\" from \"x\" at 2s\n  at 2s  power-off b\n  end 2s\n";
    assert!(longest.starts_with(&with_restart), "{longest}");
    assert_eq!(&longest[with_restart.len()..], added);
    assert_eq!(parsed(&longest).session().list()[1..], session.list()[1..]);

    // Between what is there, above the comment of the next line, and beside an expectation of its time.
    let text = "node a\nat 1s  a> SET k 1\nat 2s  expect a key k = 1\n# the end of it\nat 3s  crash a\nend 4s\n";
    let between = parsed(text);
    let mut more = Script::parse(&text.replace("# the end", "at 2s  a> SET k 2\nat 2.5s  a> SET k 3\n# the end"))
        .expect("a script");
    assert_eq!(
        between.text_with(text, more.session()),
        Some(text.replace("# the end", "at 2s  a> SET k 2\nat 2.5s  a> SET k 3\n# the end"))
    );
    // A time after the line before stays the time that it was.
    let relative = text.replace("at 3s  crash a", "at +1s  crash a  # down");
    let expected = text
        .replace("# the end", "at 2s  a> SET k 2\nat 2.5s  a> SET k 3\n# the end")
        .replace("crash a", "crash a  # down");
    assert_eq!(parsed(&relative).text_with(&relative, more.session()), Some(expected));
    more = parsed(&text.replace("at 1s  a> SET k 1\n", ""));
    assert_eq!(between.text_with(text, more.session()), None, "something is not done any more");

    // Another past, another name, another world: that is not this script.
    session.rename(1, "y").expect("a good name");
    assert_eq!(script.text_with(&longer, &session), None);
    assert_eq!(script.text_with(&longer, &Branches::of(examples::opening())), None);
    assert_eq!(parsed("node a\nend 1s").text_with(&longer, script.session()), None);
}

/// Whatever is done, on whatever branches, is put into the text of how it began.
#[test]
fn any_session_grows_in_its_text() {
    for seed in 0..30 {
        let session = any_session(seed, &mut Xoshiro256PlusPlus::seed_from_u64(seed));
        let config = session.config().clone();
        let start = Branches::of(Lab::new(config).expect("a world").action_log());
        // Of the first branch, a part.
        let text = Script::of(start).to_text();
        let grown = parsed(&text).text_with(&text, &session);
        let grown = grown.unwrap_or_else(|| panic!("seed {seed}: {text}\n{}", Script::of(session.clone()).to_text()));
        let actions = |session: &Branches| -> Vec<_> { session.list().iter().map(|b| b.actions.clone()).collect() };
        assert_eq!(actions(parsed(&grown).session()), actions(&session), "seed {seed}");
    }
}

#[test]
fn lines_have_their_moments_and_sentences_their_readers() {
    let text = "node a\nat 1s a> SET k 1\nat 1s say \"one\"\nat 1s say zh \"一\"\nat 3s say en \"three\"\nat 4s crash a\nend 5s\n\
                branch \"x\" from \"main\" at 2s\n  at 2.5s say \"x\"\n";
    let script = parsed(text);
    let moments: Vec<_> = script.moments().iter().map(|m| (m.line, m.branch, m.at_us / 1000)).collect();
    assert_eq!(moments, [(2, 0, 1000), (3, 0, 1000), (4, 0, 1000), (5, 0, 3000), (6, 0, 4000), (9, 1, 2500)]);
    let said = |branch, ms: u64, lang| script.said(branch, ms * 1000, lang).map(|(_, text)| text);
    assert_eq!(said(0, 999, Lang::En), None);
    assert_eq!([said(0, 1000, Lang::En), said(0, 1000, Lang::Zh)], [Some("one"), Some("一")]);
    assert_eq!([said(0, 9000, Lang::En), said(0, 9000, Lang::Zh)], [Some("three"), Some("一")]);
    assert_eq!([said(1, 2000, Lang::En), said(1, 2000, Lang::Zh)], [Some("one"), Some("一")]);
    assert_eq!([said(1, 9000, Lang::En), said(1, 9000, Lang::Zh)], [Some("x"), Some("x")]);
    assert_eq!(Script::of(script.session().clone()).moments(), []);
}

#[test]
fn what_the_world_refuses_has_its_line() {
    let text = "node a\nat 1s pause a\nat 2s resume a\nat 3s resume a\nend 5s\nbranch \"x\" from \"main\" at 4s\n  at 4.5s crash a\n";
    let script = parsed(text);
    for branch in [0, 1] {
        let error = script.check(branch).err().expect("a is not paused");
        assert_eq!((error.code, error.at.and_then(|at| at.line)), (ErrorCode::NotPaused, Some(4)));
        assert!(error.message.starts_with("line 4: "), "{}", error.message);
    }
}

/// It does not matter in which parts a branch is played.
#[test]
fn playing_in_parts_is_playing() {
    for Example { file: name, text, .. } in EXAMPLES {
        let script = parsed(text);
        for branch in 0..script.session().list().len() {
            let mut play = Play::new(&script, branch).expect("a branch");
            while !play.advance(7).expect("it runs") {}
            assert_eq!(play.now(), play.end(), "{name}");
            let (parts, whole) = (play.finish().expect("it runs"), script.check(branch).expect("it runs"));
            assert_eq!(parts.lab.digest(), whole.lab.digest(), "{name}");
            assert_eq!(parts.expectations, whole.expectations, "{name}");
        }
    }
}
