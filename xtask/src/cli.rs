//! The command line.

use std::ffi::OsString;

use lexopt::Arg;

use crate::trouble::{OrTrouble, Result, Trouble};

/// What `cargo xtask` without a command, or with `--help`, prints.
pub const HELP: &str = "\
Psyncscope's chores. Each command installs what it lacks, once.

  cargo xtask serve [--port N]   build the page and serve it on http://127.0.0.1:8080/ (or port N)
  cargo xtask test [PART...]     every check there is, or the named parts:
                                 fmt clippy native wasm npm page browser peers recorder
  cargo xtask dist               build the site into dist/ for any static host, and check its size
  cargo xtask bench              the benchmarks, native and in a browser
  cargo xtask setup              only install what the other commands need

Tools are kept in $PSYNCSCOPE_CACHE, $XDG_CACHE_HOME/psyncscope or ~/.cache/psyncscope.
PSYNCSCOPE_CHROMIUM, PSYNCSCOPE_CHROMEDRIVER, PSYNCSCOPE_REDIS_SERVER, PSYNCSCOPE_REDIS_BENCHMARK and PSYNCSCOPE_PYTHON
name programs that are not on PATH.";

/// The port that `serve` takes when none is named.
pub const DEFAULT_PORT: u16 = 8080;

/// A parsed command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say what there is.
    Help,
    /// Install everything.
    Setup,
    /// Build the page, serve it, and rebuild it when a source file changes.
    Serve {
        /// The loopback port to listen on.
        port: u16,
    },
    /// Not for people: `serve` starts this beside the server to say when the page is ready.
    Announce {
        /// The port the server will listen on.
        port: u16,
    },
    /// Run checks.
    Test {
        /// The parts to run; all of them when empty. Not yet checked against the parts that exist.
        parts: Vec<String>,
    },
    /// Build the site.
    Dist,
    /// Run the benchmarks.
    Bench,
}

/// Reads the command line, program name first.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command> {
    const SEE_HELP: &str = "`cargo xtask --help` lists the commands";
    let mut name = None;
    let mut port = None;
    let mut parts = Vec::new();
    let mut parser = lexopt::Parser::from_iter(args);
    while let Some(arg) = parser.next().or_trouble("reading the command line", SEE_HELP)? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('p') | Arg::Long("port") => {
                let value = parser.value().or_trouble("--port", "give it a number, as in `--port 8081`")?;
                port = Some(parse_port(&value.to_string_lossy())?);
            }
            Arg::Value(value) => {
                let value = value.to_string_lossy().into_owned();
                match name {
                    None => name = Some(value),
                    Some(_) => parts.push(value),
                }
            }
            other => return Err(Trouble::new(other.unexpected().to_string(), SEE_HELP)),
        }
    }
    let Some(name) = name else {
        return Ok(Command::Help);
    };
    if port.is_some() && !matches!(name.as_str(), "serve" | "announce") {
        return Err(Trouble::new(format!("`{name}` takes no --port"), "leave it out: only `serve` listens"));
    }
    if let (Some(extra), false) = (parts.first(), name == "test") {
        return Err(Trouble::new(format!("`{name}` takes no argument `{extra}`"), SEE_HELP));
    }
    let port = port.unwrap_or(DEFAULT_PORT);
    match name.as_str() {
        "help" => Ok(Command::Help),
        "setup" => Ok(Command::Setup),
        "serve" => Ok(Command::Serve { port }),
        "announce" => Ok(Command::Announce { port }),
        "test" => Ok(Command::Test { parts }),
        "dist" => Ok(Command::Dist),
        "bench" => Ok(Command::Bench),
        _ => Err(Trouble::new(format!("there is no command `{name}`"), SEE_HELP)),
    }
}

fn parse_port(text: &str) -> Result<u16> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(Trouble::new(
            format!("`{text}` is no port"),
            "give a whole number from 1 to 65535, as in `--port 8081`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(std::iter::once("xtask").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn commands() {
        let part = |name: &str| name.to_owned();
        let cases = [
            ("", Command::Help),
            ("--help", Command::Help),
            ("serve -h", Command::Help),
            ("setup", Command::Setup),
            ("serve", Command::Serve { port: 8080 }),
            ("serve --port 1", Command::Serve { port: 1 }),
            ("serve --port=65535", Command::Serve { port: 65535 }),
            ("test", Command::Test { parts: vec![] }),
            ("test fmt native", Command::Test { parts: vec![part("fmt"), part("native")] }),
            ("dist", Command::Dist),
            ("bench", Command::Bench),
        ];
        for (line, wanted) in cases {
            assert_eq!(parsed(line), Ok(wanted), "{line:?}");
        }
    }

    #[test]
    fn mistakes() {
        for line in [
            "srve",
            "serve --port",
            "serve --port 0",
            "serve --port 65536",
            "serve --port x",
            "serve 9090",
            "dist --port 8080",
            "test --all",
        ] {
            assert!(parsed(line).is_err(), "{line:?}");
        }
    }
}
