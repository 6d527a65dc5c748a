//! `psyncscope`: the lab without a browser. It replays a saved run and prints its log; `psyncscope serve` is the
//! engine on real TCP.
//!
//! **This crate contains no rules of Redis: every line printed comes from the lab, every byte sent from the engine.**

#![allow(clippy::print_stdout, reason = "printing is what a command-line program is for")]

mod args;
mod branches;
mod compare;
mod log_lines;
mod serve;
mod show;
mod trace;
mod why;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use args::{Command, Drawing, RunFile, USAGE};
use psyncscope_lab::diagram::{Diagram, Stretch};
use psyncscope_lab::index::Index;
use psyncscope_lab::narration::Note;
use psyncscope_lab::sim::frame::HostId;
use psyncscope_lab::{ActionLog, Branches, Lab, LabError, examples};

/// A dataset is millions of small allocations: a file of them loads in half the time that glibc's allocator takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == "serve") {
        // The remaining arguments are those of redis-server.
        return serve::run(words.collect());
    }
    let command = match args::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => return failed(&error),
    };
    match text_of(command) {
        Ok(text) => match io::stdout().write_all(text.as_bytes()) {
            // Whoever reads, such as `head`, has seen enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&error.to_string()),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => failed(&error),
    }
}

fn failed(error: &str) -> ExitCode {
    eprintln!("psyncscope: {error}");
    ExitCode::FAILURE
}

/// What a command prints.
fn text_of(command: Command) -> Result<String, String> {
    Ok(match command {
        Command::Help => format!("{USAGE}\n"),
        Command::Version => format!("psyncscope {}\n", env!("CARGO_PKG_VERSION")),
        Command::Example => examples::opening().to_json() + "\n",
        Command::Branches { file } => branches::text(&read(&file)?),
        Command::Compare { file, branches: [first, second], at } => {
            let session = read(&file)?;
            let replayed = |name: &str| session.find(name).and_then(|branch| session.replay(branch));
            let one = replayed(&first).map_err(in_file(&file))?;
            // A branch beside itself is replayed once.
            let other = (second != first).then(|| replayed(&second)).transpose().map_err(in_file(&file))?;
            let labs = [&one, other.as_ref().unwrap_or(&one)];
            let at = at.unwrap_or_else(|| labs[0].now().min(labs[1].now()));
            compare::text(&psyncscope_lab::compare::compare(labs, at), [&first, &second])
        }
        Command::Run { run, digest_only } => {
            let lab = replay(&run)?;
            let lines = log_lines::lines(&lab).filter(|_| !digest_only);
            let digest = format!("digest {}", lab.digest());
            lines.chain([digest]).map(|line| line + "\n").collect()
        }
        Command::Narrate { run, lang } => {
            let mut index = Index::default();
            let lab = replay(&run)?;
            index.extend(&lab);
            let line = |note: &Note| format!("{:>9.3} s  {}\n", note.at.0 as f64 / 1e6, note.text(lang));
            index.narration().map(|(_, note)| line(note)).collect()
        }
        Command::Show { run, view, at } => {
            let lab = replay(&run)?;
            show::text(&lab, at.unwrap_or_else(|| lab.now()), &view)?
        }
        Command::Diagram { run, wanted: Drawing { detail, from, to, lang, mermaid } } => {
            let mut index = Index::default();
            let lab = replay(&run)?;
            index.extend(&lab);
            if from.is_some_and(|from| from > lab.now()) {
                return Err(format!("--from lies beyond the end of the run, {} seconds", lab.now().0 as f64 / 1e6));
            }
            let stretch = Stretch { from: from.unwrap_or_default(), to: to.unwrap_or_else(|| lab.now()), detail };
            let diagram = Diagram::new(&lab, &index, stretch, lang);
            if mermaid { diagram.mermaid() } else { diagram.svg() }
        }
        Command::Why { run, node, at, lang } => {
            let lab = replay(&run)?;
            why::text(&lab, node.as_deref(), at.unwrap_or_else(|| lab.now()), lang)?
        }
        Command::Check { run, lang } => why::check(&log(&run)?, lang).map_err(in_file(&run.file))?,
        Command::Trace { run, wanted } => trace::text(&replay(&run)?, &wanted)?,
    })
}

/// Reads a saved session, or the log of a single run.
fn read(file: &Path) -> Result<Branches, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("{}: {error}; give the path of a saved run", file.display()))?;
    Branches::from_json(&text).map_err(in_file(file))
}

/// The log of the run of a file.
fn log(RunFile { file, branch }: &RunFile) -> Result<ActionLog, String> {
    let session = read(file)?;
    let branch = branch.as_ref().map_or(Ok(session.current()), |name| session.find(name));
    branch.and_then(|branch| session.log(branch)).map_err(in_file(file))
}

/// Replays the run of a file to its end.
fn replay(run: &RunFile) -> Result<Lab, String> {
    Lab::replay(&log(run)?).map_err(in_file(&run.file))
}

/// Says of an error in which file it is.
fn in_file(file: &Path) -> impl Fn(LabError) -> String {
    move |error| format!("{}: {error}", file.display())
}

/// The host of this name, which may have been removed.
fn host_named(lab: &Lab, name: &str) -> Result<HostId, String> {
    lab.host_ever(name).ok_or_else(|| format!("there was never a node {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::sim::frame::SimTime;
    use std::path::PathBuf;

    fn file() -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "../lab/tests/logs/version-2.json"].iter().collect()
    }

    #[test]
    fn a_diagram_from_beyond_the_end_is_refused() {
        let diagram = |from_us: u64| {
            let run = RunFile { file: file(), branch: Some("main".to_owned()) };
            let wanted = Drawing { from: Some(SimTime(from_us)), mermaid: true, ..Drawing::default() };
            text_of(Command::Diagram { run, wanted })
        };
        assert!(diagram(6_000_000).expect("the end itself is there").starts_with("sequenceDiagram"));
        assert_eq!(diagram(6_000_001), Err("--from lies beyond the end of the run, 6 seconds".to_owned()));
    }

    #[test]
    fn branches_are_compared_by_their_names() {
        let compare = |second: &str| {
            let branches = ["main".to_owned(), second.to_owned()];
            text_of(Command::Compare { file: file(), branches, at: None })
        };
        let itself = compare("main").expect("it is there");
        assert!(itself.starts_with("at 6.000 s\n") && !itself.contains("\n* "), "{itself}");
        assert!(compare("b as master").expect("it is there").contains("\n* "));
        let unknown = compare("nobody").expect_err("no such branch");
        assert!(
            unknown.contains("version-2.json: ") && unknown.contains("\"nobody\": there are \"main\", "),
            "{unknown}"
        );
    }
}
