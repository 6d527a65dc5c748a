use super::*;

/// Parses a command line, with `stdin` to read.
fn parsed(line: &[&str], stdin: &str) -> Result<Settings, String> {
    match parse(line.iter().map(OsString::from).collect(), &mut stdin.as_bytes())? {
        Invocation::Serve(settings) => Ok(*settings),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check_refused(line: &[&str], stdin: &str, expect: &str) {
    assert_eq!(parsed(line, stdin).map(|settings| settings.config).unwrap_err(), expect, "{line:?} {stdin:?}");
}

#[test]
fn options_are_directives() {
    let settings = parsed(&["--port", "7000", "--replicaof", "127.0.0.1", "6379", "--save", ""], "").unwrap();
    assert_eq!(settings.config.port, 7000);
    assert_eq!(settings.config.replicaof, Some(("127.0.0.1".into(), 6379)));
    assert_eq!(settings.config.save, []);
    let settings = parsed(&["--replicaof", "localhost 6380", "--PORT", "1"], "").unwrap();
    assert_eq!(settings.config.replicaof, Some(("localhost".into(), 6380)));
    assert_eq!(settings.config.port, 1);
}

#[test]
fn a_file_comes_first_and_options_win() {
    let text = "# a comment\n  port 7001\r\nrequirepass \"a \\x41\"\n\nsave 60 1\nsave 10 5\n";
    let settings = parsed(&["-", "--port", "7002", "--hz", "20"], text).unwrap();
    assert_eq!(settings.config.port, 7002);
    assert_eq!(settings.config.hz, 20);
    assert_eq!(settings.config.requirepass, b"a A");
    assert_eq!(settings.config.save, [(60, 1), (10, 5)]);
}

#[test]
fn directives_without_effect_are_accepted_and_named() {
    let text = "always-show-logo yes\nappendonly no\ndaemonize NO\ndynamic-hz no\nmaxmemory 0\ntcp-backlog 5\n";
    let settings = parsed(&["-"], text).unwrap();
    let named: Vec<_> = settings.without_effect.iter().map(String::as_str).collect();
    assert_eq!(named, ["always-show-logo", "dynamic-hz"]);
    assert_eq!(settings.tcp_backlog, 5);
}

#[test]
fn errors_have_their_line_in_redis_words() {
    let at = |line: usize, text: &str, reason: &str| {
        format!(
            "\n*** FATAL CONFIG FILE ERROR ***\nReading the configuration file, at line {line}\n>>> '{text}'\n{reason}"
        )
    };
    check_refused(&["-"], "port 1\n\n nonesuch 1 \n", &at(3, "nonesuch 1", BAD));
    check_refused(&["--nonesuch"], "", &at(2, "nonesuch", BAD));
    check_refused(&["-"], "port \"1\n", &at(1, "port \"1", "Unbalanced quotes in configuration line"));
    check_refused(
        &["--activedefrag", "yes"],
        "",
        &at(2, "activedefrag \"yes\"", "psyncscope does not do this: activedefrag can only be 'no'"),
    );
    check_refused(
        &["-"],
        "loadmodule x.so",
        &at(1, "loadmodule x.so", "psyncscope does not do this: leave loadmodule out"),
    );
    check_refused(
        &["--rdb-version-max", "13"],
        "",
        &at(2, "rdb-version-max \"13\"", "rdb-version-max must be between 9 and 12"),
    );
    check_refused(&["--dynamic-hz"], "", &at(2, "dynamic-hz", BAD));
    check_refused(
        &["/nonexistent/redis.conf"],
        "",
        "Fatal error, can't open config file '/nonexistent/redis.conf': No such file or directory",
    );
}

#[test]
fn it_listens_on_loopback_by_default() {
    let settings = parsed(&[], "").unwrap();
    assert_eq!(settings.config.bind, ["127.0.0.1"]);
    assert!(settings.config.protected_mode);
    assert_eq!(settings.config.save.len(), 3, "the save points that hold without a configuration");
    assert_eq!(settings.source, None);
    let settings = parsed(&["--bind", "127.0.0.2", "::1", "--rdb-version-max", "12"], "").unwrap();
    assert_eq!(settings.config.bind, ["127.0.0.2", "::1"]);
    assert_eq!(settings.source, Some([127, 0, 0, 2].into()));
    assert_eq!(settings.config.limits.rdb_version_max, 12);
}

#[test]
fn help_and_version_are_the_first_argument() {
    let asked = |word: &str| parse(vec![word.into()], &mut std::io::empty()).unwrap();
    assert!(matches!(asked("--help"), Invocation::Help));
    assert!(matches!(asked("-v"), Invocation::Version));
}

#[test]
fn quoting_round_trips() {
    for word in ["", "a", "a b", "\"\\", "\n\r\t\u{7}\u{8}\u{1}", "中文", "'"] {
        assert_eq!(split_args(quoted(word).as_bytes()), Some(vec![word.as_bytes().to_vec()]), "{word:?}");
    }
}
