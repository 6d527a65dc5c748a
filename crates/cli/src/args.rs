//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value};

/// What `--help` prints.
pub const USAGE: &str = "\
Redis replication, running for real in a virtual world.

psyncscope run FILE [--digest]   replay a saved run; print what happened, then the world's digest
psyncscope example               print the run that the page opens with, as a file to start from
psyncscope serve [redis.conf] [--directive value ...]
                                 a server on real TCP, with redis-server's command line; see psyncscope serve --help
psyncscope --help | --version";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`USAGE`].
    Help,
    /// Print the version.
    Version,
    /// Print the opening example.
    Example,
    /// Replay a saved run.
    Run {
        /// The file.
        file: PathBuf,
        /// Print nothing but the digest.
        digest_only: bool,
    },
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// What is wrong, and what would be right.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut words: Vec<OsString> = Vec::new();
    let mut digest_only = false;
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("digest") => digest_only = true,
            Value(word) => words.push(word),
            other => return Err(format!("{}; see psyncscope --help", other.unexpected())),
        }
    }
    let word = |n: usize| words.get(n).and_then(|word| word.to_str());
    match (word(0), words.len()) {
        (Some("run"), 2) => Ok(Command::Run { file: PathBuf::from(&words[1]), digest_only }),
        (Some("run"), _) => Err("run takes one file: psyncscope run FILE [--digest]".into()),
        (Some("example"), 1) if !digest_only => Ok(Command::Example),
        (None, 0) => Ok(Command::Help),
        _ => {
            let shown: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
            Err(format!("I do not know '{}'; see psyncscope --help", shown.join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Result<Command, &str>) {
        let got = parse(line.split_whitespace().map(OsString::from));
        match (got, expect) {
            (Ok(got), Ok(expect)) => assert_eq!(got, expect),
            (Err(got), Err(part)) => assert!(got.contains(part), "{got:?} does not say {part:?}"),
            (got, expect) => panic!("{line:?}: {got:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn valid_and_invalid_command_lines() {
        check("", Ok(Command::Help));
        check("--help", Ok(Command::Help));
        check("-V", Ok(Command::Version));
        check("example", Ok(Command::Example));
        check("run a.json", Ok(Command::Run { file: "a.json".into(), digest_only: false }));
        check("run --digest a.json", Ok(Command::Run { file: "a.json".into(), digest_only: true }));
        check("run", Err("one file"));
        check("run a b", Err("one file"));
        check("fly", Err("I do not know 'fly'"));
        check("--fly", Err("see psyncscope --help"));
    }
}
