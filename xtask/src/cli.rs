//! The command line.

use std::ffi::OsString;

use lexopt::Arg;

use crate::error::{Error, Result, ResultExt};

/// What `cargo xtask` without a command, or with `--help`, prints.
pub const HELP: &str = "\
Psyncscope's development commands. Each installs what it needs, once.

  cargo xtask serve [--port N] [--open]
                                 build the page, serve it on http://127.0.0.1:8080/ (or port N; 0 is a free one) and
                                 build it again when a source file changes. --open opens it in the browser.
                                 Ctrl-C, SIGTERM or the end of standard input (a pipe, a file, Ctrl-D) stops it
  cargo xtask test [PART...]     every check there is, or the named parts:
                                 fmt clippy native peers recorder deny wasm npm page browser book export
  cargo xtask dist               build the site into dist/ for any static host, and check its size
  cargo xtask book               build the handbook into dist/handbook, beside the page
  cargo xtask bench [PART...]    the benchmarks, or the named parts: native steps throughput dataset page
  cargo xtask setup              only install what the other commands need

Tools are kept in $PSYNCSCOPE_CACHE, $XDG_CACHE_HOME/psyncscope or ~/.cache/psyncscope.
PSYNCSCOPE_CHROMIUM, PSYNCSCOPE_CHROMEDRIVER, PSYNCSCOPE_REDIS_SERVER, PSYNCSCOPE_REDIS_BENCHMARK and PSYNCSCOPE_PYTHON
name programs that are not on PATH.";

/// The port that `serve` takes when none is named.
pub const DEFAULT_PORT: u16 = 8080;

/// How `serve` serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeOptions {
    /// The loopback port to listen on; 0 stands for any free one.
    pub port: u16,
    /// Open the page in the browser once it is there.
    pub open: bool,
}

/// A parsed command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say what there is.
    Help,
    /// Install everything.
    Setup,
    /// Build the page, serve it, and rebuild it when a source file changes.
    Serve(ServeOptions),
    /// Run checks.
    Test {
        /// The parts to run; all of them when empty. Not yet checked against the parts that exist.
        parts: Vec<String>,
    },
    /// Build the site.
    Dist,
    /// Build the handbook.
    Book,
    /// Give a page that Trunk has built what only then can be made.
    Finish,
    /// Run the benchmarks; all of them if none is named.
    Bench { parts: Vec<String> },
}

/// Reads the command line, program name first.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command> {
    const SEE_HELP: &str = "`cargo xtask --help` lists the commands";
    let mut name = None;
    let mut port = None;
    let mut open = false;
    let mut parts = Vec::new();
    let mut parser = lexopt::Parser::from_iter(args);
    while let Some(arg) = parser.next().context("reading the command line", SEE_HELP)? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('p') | Arg::Long("port") => {
                let value = parser.value().context("--port", "give it a number, as in `--port 8081`")?;
                port = Some(parse_port(&value.to_string_lossy())?);
            }
            Arg::Long("open") => open = true,
            Arg::Value(value) => {
                let value = value.to_string_lossy().into_owned();
                match name {
                    None => name = Some(value),
                    Some(_) => parts.push(value),
                }
            }
            other => return Err(Error::new(other.unexpected().to_string(), SEE_HELP)),
        }
    }
    let Some(name) = name else {
        return Ok(Command::Help);
    };
    if name != "serve" && (port.is_some() || open) {
        let option = if open { "--open" } else { "--port" };
        return Err(Error::new(format!("`{name}` takes no {option}"), "leave it out: only `serve` listens"));
    }
    if let (Some(extra), false) = (parts.first(), matches!(name.as_str(), "test" | "bench")) {
        return Err(Error::new(format!("`{name}` takes no argument `{extra}`"), SEE_HELP));
    }
    match name.as_str() {
        "help" => Ok(Command::Help),
        "setup" => Ok(Command::Setup),
        "serve" => Ok(Command::Serve(ServeOptions { port: port.unwrap_or(DEFAULT_PORT), open })),
        "test" => Ok(Command::Test { parts }),
        "dist" => Ok(Command::Dist),
        "book" => Ok(Command::Book),
        "finish" => Ok(Command::Finish),
        "bench" => Ok(Command::Bench { parts }),
        _ => Err(Error::new(format!("there is no command `{name}`"), SEE_HELP)),
    }
}

fn parse_port(text: &str) -> Result<u16> {
    text.parse().map_err(|_| {
        Error::new(
            format!("`{text}` is not a port"),
            "give a whole number from 0 (any free port) to 65535, as in `--port 8081`",
        )
    })
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
        let serve = |port, open| Command::Serve(ServeOptions { port, open });
        let cases = [
            ("", Command::Help),
            ("--help", Command::Help),
            ("serve -h", Command::Help),
            ("setup", Command::Setup),
            ("serve", serve(8080, false)),
            ("serve --port 0", serve(0, false)),
            ("serve --port 1 --open", serve(1, true)),
            ("serve --port=65535", serve(65535, false)),
            ("test", Command::Test { parts: vec![] }),
            ("test fmt native", Command::Test { parts: vec![part("fmt"), part("native")] }),
            ("dist", Command::Dist),
            ("book", Command::Book),
            ("bench", Command::Bench { parts: vec![] }),
            ("bench dataset", Command::Bench { parts: vec![part("dataset")] }),
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
            "serve --port -1",
            "serve --port 65536",
            "dist --open",
            "announce",
            "serve --port x",
            "serve 9090",
            "dist --port 8080",
            "test --all",
        ] {
            assert!(parsed(line).is_err(), "{line:?}");
        }
    }
}
