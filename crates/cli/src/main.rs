//! `psyncscope`: the lab without a browser. It replays a saved run and prints its log; `psyncscope serve` is the
//! engine on real TCP.
//!
//! **This crate contains no rules of Redis: every line printed comes from the lab, every byte sent from the engine.**

#![allow(clippy::print_stdout, reason = "printing is what a command-line program is for")]

mod args;
mod log_lines;
mod serve;
mod show;

use std::path::Path;
use std::process::ExitCode;

use args::{Command, USAGE};
use psyncscope_lab::index::Index;
use psyncscope_lab::{ActionLog, Lab, examples};

/// A dataset is millions of small allocations: this allocator needs a sixth less memory and time for them than glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == "serve") {
        // The remaining arguments are those of redis-server.
        return serve::run(words.collect());
    }
    match args::parse(std::env::args_os().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("psyncscope: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Help => println!("{USAGE}"),
        Command::Version => println!("psyncscope {}", env!("CARGO_PKG_VERSION")),
        Command::Example => println!("{}", examples::opening().to_json()),
        Command::Run { file, digest_only } => {
            let lab = replay(&file)?;
            if !digest_only {
                for line in log_lines::lines(&lab) {
                    println!("{line}");
                }
            }
            println!("digest {}", lab.digest());
        }
        Command::Narrate { file, lang } => {
            let mut index = Index::default();
            let lab = replay(&file)?;
            index.extend(&lab);
            for (_, note) in index.narration() {
                println!("{:>9.3} s  {}", note.at.0 as f64 / 1e6, note.text(lang));
            }
        }
        Command::Show { file, view, at } => {
            let lab = replay(&file)?;
            print!("{}", show::text(&lab, at.unwrap_or_else(|| lab.now()), &view)?);
        }
    }
    Ok(())
}

/// Replays the run of a file to its end.
fn replay(file: &Path) -> Result<Lab, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("{}: {error}; give the path of a saved run", file.display()))?;
    let log = ActionLog::from_json(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    Lab::replay(&log).map_err(|error| format!("{}: {error}", file.display()))
}
