//! The arguments of `psyncscope sweep`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};
use psyncscope_sweep::{Part, Seeds};

/// What `psyncscope sweep --help` prints.
pub const USAGE: &str = "\
psyncscope sweep --seeds FROM..TO [--shard K/N] [--minutes M] [--json] [--script FILE]
                 makes a random world of each seed (hosts, wires, commands, faults, then repairs) and checks after each
                 event what always holds of replication; stops at the first failure, and makes a script of it that is as
                 short as possible

  --seeds FROM..TO   the seeds from FROM up to, not including, TO; or one seed
  --shard K/N        only the part K of N, counted from 0: 0/16 to 15/16; a part is a contiguous piece of the seeds
  --minutes M        no world begins after so many minutes; the summary says how far it came
  --json             the summary as JSON, on one line
  --script FILE      where to put the script of a failure, beside what is printed

psyncscope sweep --merge FILE... [--json]
                 the JSON summaries of several parts as one; - is standard input, a file may have several

Exit status: 0 every rule held in what was checked, 1 a failure, 2 wrong usage or a file that cannot be used.";

/// The longest that can be asked for, in minutes: a year.
const MINUTES_MAX: f64 = 366.0 * 24.0 * 60.0;

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Wanted {
    /// Print [`USAGE`].
    Help,
    /// Check seeds.
    Sweep {
        /// Which.
        seeds: Seeds,
        /// Which of them.
        part: Part,
        /// For how long.
        time: Option<Duration>,
        /// The summary as JSON.
        json: bool,
        /// Where a script is put.
        script: Option<PathBuf>,
    },
    /// Merge summaries.
    Merge {
        /// The files.
        files: Vec<PathBuf>,
        /// The summary as JSON.
        json: bool,
    },
}

/// Reads the arguments that follow `sweep`.
///
/// # Errors
/// What is wrong, and what would be right.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Wanted, String> {
    let mut parser = lexopt::Parser::from_args(args);
    let (mut seeds, mut part, mut time, mut script) = (None, None, None, None);
    let (mut json, mut merge, mut files) = (false, false, Vec::new());
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Short('h') | Long("help") => return Ok(Wanted::Help),
            Long("seeds") => {
                seeds = Some(text(&mut parser)?.parse::<Seeds>().map_err(|error| format!("--seeds: {error}"))?)
            }
            Long("shard") => {
                part = Some(text(&mut parser)?.parse::<Part>().map_err(|error| format!("--shard: {error}"))?)
            }
            Long("minutes") => time = Some(minutes(&text(&mut parser)?)?),
            Long("script") => script = Some(PathBuf::from(parser.value().map_err(|error| error.to_string())?)),
            Long("json") => json = true,
            Long("merge") => merge = true,
            Value(file) if merge => files.push(PathBuf::from(file)),
            other => return Err(format!("{}; see psyncscope sweep --help", other.unexpected())),
        }
    }
    if merge {
        let others = [
            ("--seeds", seeds.is_some()),
            ("--shard", part.is_some()),
            ("--minutes", time.is_some()),
            ("--script", script.is_some()),
        ];
        if let Some((name, _)) = others.iter().find(|(_, given)| *given) {
            return Err(format!("{name} says nothing to --merge; see psyncscope sweep --help"));
        }
        if files.is_empty() {
            return Err("--merge takes at least one summary: psyncscope sweep --merge FILE...".to_owned());
        }
        return Ok(Wanted::Merge { files, json });
    }
    let seeds = seeds.ok_or("which seeds? psyncscope sweep --seeds 0..1000; see psyncscope sweep --help")?;
    Ok(Wanted::Sweep { seeds, part: part.unwrap_or(Part::WHOLE), time, json, script })
}

fn text(parser: &mut lexopt::Parser) -> Result<String, String> {
    parser.value().and_then(|value| value.string()).map_err(|error| error.to_string())
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes = text.parse::<f64>().ok().filter(|minutes| *minutes > 0.0 && *minutes <= MINUTES_MAX);
    let minutes =
        minutes.ok_or_else(|| format!("--minutes: \"{text}\" is no number of minutes above 0, up to a year"))?;
    Ok(Duration::from_secs_f64(minutes * 60.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wanted, String> {
        parse(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let seeds = Seeds { from: 0, to: 1_000_000 };
        let wanted = Wanted::Sweep { seeds, part: Part::WHOLE, time: None, json: false, script: None };
        assert_eq!(read("--seeds 0..1000000"), Ok(wanted));
        let wanted = Wanted::Sweep {
            seeds,
            part: Part { index: 3, of: 16 },
            time: Some(Duration::from_secs(90)),
            json: true,
            script: Some("failure.psync".into()),
        };
        assert_eq!(read("--seeds=0..1000000 --shard 3/16 --minutes 1.5 --json --script failure.psync"), Ok(wanted));
        let files = ["a.json", "-"].map(PathBuf::from).to_vec();
        assert_eq!(read("--merge a.json - --json"), Ok(Wanted::Merge { files, json: true }));
        assert_eq!(
            read("--seeds nonsense --help"),
            Err("--seeds: \"nonsense\" is no seed: a whole number from 0 to 18446744073709551615".to_owned())
        );
        assert_eq!(read("--help"), Ok(Wanted::Help));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (line, part) in [
            ("", "which seeds?"),
            ("--shard 1/2", "which seeds?"),
            ("--seeds", "missing argument"),
            ("--seeds 5..5", "--seeds: 5..5 has no seeds"),
            ("--seeds 0..9 --shard 16/16", "--shard: 16/16: parts are counted from 0, so of 16 the last is 15/16"),
            ("--seeds 0..9 --minutes 0", "--minutes: \"0\" is no number of minutes above 0"),
            ("--seeds 0..9 --minutes NaN", "--minutes: \"NaN\""),
            ("--seeds 0..9 --minutes soon", "--minutes: \"soon\""),
            ("--seeds 0..9 --json=yes", "unexpected argument"),
            ("--seeds 0..9 a.json", "unexpected argument"),
            ("--merge", "at least one summary"),
            ("--merge a.json --seeds 0..9", "--seeds says nothing to --merge"),
            ("--seeds 0..9 --sheds 1", "see psyncscope sweep --help"),
        ] {
            let error = read(line).expect_err(line);
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
