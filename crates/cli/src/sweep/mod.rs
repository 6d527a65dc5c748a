//! `psyncscope sweep`: random worlds, many of them, and what always holds of each.
//!
//! **This module contains no rules**: worlds, rules and summaries come from the crate `psyncscope-sweep`. Here is what that
//! crate must not have: the clock, the terminal and files.

mod args;
mod text;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use args::Wanted;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use psyncscope_sweep::{Part, Seeds, Summary, shorten, sweep};

/// The exit status of wrong usage.
const WRONG_USAGE: u8 = 2;

/// Carries out the arguments that follow `sweep`; returns the program's exit status.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let outcome = args::parse(args).and_then(|wanted| match wanted {
        Wanted::Help => Ok((args::USAGE.to_owned() + "\n", true)),
        Wanted::Sweep { seeds, part, time, json, script } => {
            Ok(swept(seeds, part, time, json, script.as_deref(), &terminal()))
        }
        Wanted::Merge { files, json } => merged(&files).map(|summary| {
            let held = summary.failures.is_empty();
            (if json { json_of(&summary) } else { text::of_parts(&summary) }, held)
        }),
    });
    match outcome {
        Ok((text, held)) => {
            // Whoever reads, such as `head`, may have seen enough: what held is told by the exit status too.
            let _ = io::stdout().write_all(text.as_bytes());
            if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("psyncscope: {error}");
            ExitCode::from(WRONG_USAGE)
        }
    }
}

/// Where progress is drawn: on standard error, if that is a terminal.
fn terminal() -> ProgressDrawTarget {
    if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

/// Sweeps; gives what is printed, and whether every rule held.
fn swept(
    seeds: Seeds,
    part: Part,
    time: Option<Duration>,
    json: bool,
    script_file: Option<&Path>,
    target: &ProgressDrawTarget,
) -> (String, bool) {
    let begun = Instant::now();
    let bar = bar(part.of_seeds(seeds).count(), "{wide_bar} {pos}/{len} worlds, {per_sec}, {eta} left", target);
    let mut summary = sweep(seeds, part, |so_far| {
        bar.set_position(so_far.totals.worlds);
        if time.is_some_and(|time| begun.elapsed() >= time) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let took = begun.elapsed();
    for failure in &mut summary.failures {
        match short_script(failure.seed, target) {
            Ok(script) => {
                if let Some(Err(error)) = script_file.map(|file| std::fs::write(file, &script)) {
                    let file = script_file.unwrap_or(Path::new("")).display();
                    eprintln!("psyncscope: {file}: {error}; the script is in what is printed");
                }
                failure.script = Some(script);
            }
            Err(why) => eprintln!("psyncscope: no script of seed {}: {why}", failure.seed),
        }
    }
    let held = summary.failures.is_empty();
    (if json { json_of(&summary) } else { text::of_part(&summary, took) }, held)
}

/// The script of a failure, with what it shows above it.
fn short_script(seed: u64, target: &ProgressDrawTarget) -> Result<String, String> {
    let bar = bar(0, "{spinner} {msg}", target);
    let shortened = shorten(seed, |run, actions| {
        bar.set_message(format!("making seed {seed} shorter: {actions} actions, run {run}"));
        bar.tick();
    });
    bar.finish_and_clear();
    let shortened = shortened.map_err(|error| error.to_string())?.ok_or("it does not fail again")?;
    Ok(text::script(seed, &shortened))
}

fn bar(len: u64, template: &str, target: &ProgressDrawTarget) -> ProgressBar {
    let target = if target.is_hidden() { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(len), target);
    ProgressStyle::with_template(template).map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

fn json_of(summary: &Summary) -> String {
    serde_json::to_string(summary).expect("a summary is plain data") + "\n"
}

/// The summaries of files as one.
fn merged(files: &[PathBuf]) -> Result<Summary, String> {
    let mut summaries = Vec::new();
    let mut names = Vec::new();
    for file in files {
        let text = read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let before = summaries.len();
        for summary in serde_json::Deserializer::from_str(&text).into_iter::<Summary>() {
            summaries.push(summary.map_err(|error| format!("{}: no summary of a sweep: {error}", file.display()))?);
            names.push(format!("{}, summary {}", file.display(), summaries.len() - before));
        }
        if summaries.len() == before {
            return Err(format!("{}: the file is empty", file.display()));
        }
    }
    let merged = Summary::merged(summaries).map_err(|error| {
        let other =
            if error.other() == error.index() { String::new() } else { format!(" and {}", names[error.other()]) };
        format!("{}{other}: {error}", names[error.index()])
    })?;
    merged.ok_or_else(|| "there is no summary".to_owned())
}

fn read(file: &Path) -> io::Result<String> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        return io::stdin().read_to_string(&mut text).map(|_| text);
    }
    std::fs::read_to_string(file)
}

#[cfg(test)]
mod tests;
