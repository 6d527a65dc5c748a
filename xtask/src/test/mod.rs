//! `cargo xtask test`: every check there is, part by part.

mod browser;
mod export;
mod npm;
mod parts;
mod wasm;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use parts::{Context, Lane, PARTS, Part};

use crate::error::{Error, Result, ResultExt};
use crate::setup::{self, Need};
use crate::shell::{Shell, duration};

/// What became of one part.
struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result<()>,
}

/// Runs the named parts, or all. A part that fails does not stop the others.
pub fn run(shell: &mut Shell, names: &[String]) -> Result<ExitCode> {
    let started = Instant::now();
    let chosen = choose(names)?;
    let (ready, mut outcomes) = set_up(shell, &chosen);
    let lanes = Lane::ALL.map(|lane| ready.iter().copied().filter(|part| part.lane == lane).collect::<Vec<_>>());
    // With nothing beside it, a part's output is shown as it comes.
    let live = lanes.iter().filter(|lane| !lane.is_empty()).count() <= 1;
    let shell = &*shell;
    thread::scope(|scope| {
        let lanes = lanes.map(|lane| scope.spawn(move || run_lane(shell, &lane, live)));
        for lane in lanes {
            outcomes.extend(lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    outcomes.sort_by_key(|outcome| PARTS.iter().position(|part| part.name == outcome.name));
    Ok(summarise(&outcomes, started.elapsed()))
}

/// The parts to run, in their own order, each once.
fn choose(names: &[String]) -> Result<Vec<&'static Part>> {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|part| part.name != name.as_str())) {
        let known: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        return Err(Error::new(
            format!("there is no test part `{unknown}`"),
            format!("the parts are: {}", known.join(" ")),
        ));
    }
    Ok(PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)).collect())
}

/// Installs what the parts need. Answers the parts that can run; those whose tools cannot be installed have failed.
fn set_up(shell: &mut Shell, chosen: &[&'static Part]) -> (Vec<&'static Part>, Vec<Outcome>) {
    let needs: Vec<Need> = chosen.iter().flat_map(|part| part.needs).copied().collect();
    let missing = setup::prepare_each(shell, &needs);
    let mut ready = Vec::new();
    let mut failed = Vec::new();
    for part in chosen {
        match missing.iter().find(|(need, _)| part.needs.contains(need)) {
            None => ready.push(*part),
            Some((_, error)) => {
                println!("\n== {}\n{error}", part.name);
                failed.push(Outcome { name: part.name, took: Duration::ZERO, result: Err(error.clone()) });
            }
        }
    }
    (ready, failed)
}

/// Runs parts one after another.
fn run_lane(shell: &Shell, parts: &[&'static Part], live: bool) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for part in parts {
        let page_is_fresh = outcomes.iter().any(|done| done.name == "page" && done.result.is_ok());
        let context = Context { page_is_fresh };
        let started = Instant::now();
        let result = if live { run_live(shell, part, &context) } else { run_logged(shell, part, &context) };
        outcomes.push(Outcome { name: part.name, took: started.elapsed(), result });
    }
    outcomes
}

/// Runs a part that has the terminal to itself.
fn run_live(shell: &Shell, part: &Part, context: &Context) -> Result<()> {
    println!("\n== {}: {} ({})", part.name, part.what, part.typical);
    let result = (part.run)(shell, context);
    if let Err(error) = &result {
        println!("\n{error}");
    }
    result
}

/// Runs a part while others run: its output goes to a file, and is shown whole when the part has ended.
fn run_logged(shell: &Shell, part: &Part, context: &Context) -> Result<()> {
    const HINT: &str = "check the rights of the target folder and the space on its disk";
    let path = log_path(shell, part);
    let creating = || format!("creating {}", path.display());
    fs::create_dir_all(path.parent().unwrap_or(&path)).context(creating(), HINT)?;
    let log = File::create(&path).context(creating(), HINT)?;
    println!("-- {} has begun ({}): {}", part.name, part.typical, path.display());
    let result = (part.run)(&shell.with_log(log), context);

    // Both lanes print: this one's lines stay together.
    let mut terminal = io::stdout().lock();
    let shown = (|| {
        writeln!(terminal, "\n== {}: {}", part.name, part.what)?;
        io::copy(&mut File::open(&path)?, &mut terminal)?;
        match &result {
            Ok(()) => writeln!(terminal, "-- {} has passed", part.name),
            Err(error) => writeln!(terminal, "\n{error}\n-- {} has FAILED", part.name),
        }
    })();
    result.and(shown.context(format!("showing {}", path.display()), HINT))
}

/// Where the output of a part lies that runs while others run.
fn log_path(shell: &Shell, part: &Part) -> PathBuf {
    shell.project.target_dir().join("checks").join(part.name).with_extension("log")
}

/// Prints the table, then `N passed, M failed` alone on the last line of standard output.
fn summarise(outcomes: &[Outcome], took: Duration) -> ExitCode {
    println!("\nPart        Time          Result");
    for Outcome { name, took, result } in outcomes {
        let verdict = match result {
            Ok(()) => "passed".to_owned(),
            Err(error) => format!("FAILED: {}", error.what()),
        };
        println!("{name:<11} {:<13} {verdict}", duration(*took));
    }
    println!("{:<11} {}", "in all", duration(took));
    let failed: Vec<_> = outcomes.iter().filter(|done| done.result.is_err()).map(|done| done.name).collect();
    println!("\n{} passed, {} failed", outcomes.len() - failed.len(), failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    fn chosen(names: &[&str]) -> Option<Vec<&'static str>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        choose(&names).ok().map(|parts| parts.iter().map(|part| part.name).collect())
    }

    #[test]
    fn parts_run_in_their_own_order() {
        let all = [
            "fmt", "clippy", "native", "peers", "recorder", "deny", "wasm", "npm", "page", "browser", "book", "export",
        ];
        assert_eq!(chosen(&[]).unwrap(), all);
        assert_eq!(chosen(&["native", "fmt", "native"]).unwrap(), ["fmt", "native"]);
        assert_eq!(chosen(&["fmt", "nonesuch"]), None);
    }

    #[test]
    fn the_help_names_every_part() {
        for part in PARTS {
            assert!(crate::cli::HELP.contains(part.name), "{}", part.name);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_part_beside_others_prints_into_its_own_file() {
        let root = std::env::temp_dir().join(format!("psyncscope-lane-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        let shell = Shell::new(Project { root: root.clone(), cache: root.clone() });
        let part = Part {
            name: "none-of-these",
            what: "a part",
            typical: "at once",
            lane: Lane::Dev,
            needs: &[],
            run: |shell, _| {
                shell.say("said");
                shell.run(shell.command("sh").args(["-c", "echo out; echo err >&2; exit 3"]), "none")
            },
        };
        let result = run_logged(&shell, &part, &Context { page_is_fresh: false });
        let log = fs::read_to_string(log_path(&shell, &part)).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(log, "said\n$ sh -c 'echo out; echo err >&2; exit 3'\nout\nerr\n");
        assert!(result.unwrap_err().what().contains("exit status: 3"));
    }
}
