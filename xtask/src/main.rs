//! The project's development commands: `cargo xtask serve`, `test`, `dist`, `bench` and `setup`.
//!
//! Each command gets what it needs by itself (see [`setup`]), says what it runs, and on failure says in one line what
//! went wrong and in one more how to fix it. A second run finds everything in place and starts at once.

#![allow(clippy::print_stdout, reason = "a command-line program prints to standard output")]

mod bench;
mod book;
mod cli;
mod dist;
mod error;
mod finish;
mod http;
mod offline;
mod page_head;
mod policy;
mod process_group;
mod project;
mod serve;
mod setup;
mod shell;
mod size;
mod test;
mod version;

use std::process::ExitCode;

use cli::Command;
use error::Result;
use project::Project;
use shell::Shell;

/// The exit status of a command that a signal stopped: that of a program ended by SIGINT, as a shell reports it.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let command = cli::parse(std::env::args_os())?;
    // Being stopped is how `serve` ends; everything else is interrupted by it.
    process_group::stop_on_signals(if matches!(command, Command::Serve(_)) { 0 } else { INTERRUPTED })?;
    let mut shell = Shell::new(Project::find()?);
    match command {
        Command::Help => println!("{}", cli::HELP),
        Command::Setup => setup::run(&mut shell)?,
        Command::Serve(options) => serve::run(&mut shell, &options)?,
        Command::Test { parts } => return test::run(&mut shell, &parts),
        Command::Dist => dist::run(&mut shell)?,
        Command::Book => book::run(&mut shell)?,
        Command::Finish => finish::run()?,
        Command::Bench { parts } => bench::run(&mut shell, &parts)?,
    }
    Ok(ExitCode::SUCCESS)
}
