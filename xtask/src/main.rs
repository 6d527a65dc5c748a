//! The project's chores: `cargo xtask serve`, `cargo xtask test` and their like.
//!
//! Each command gets what it needs by itself (see [`setup`]), says what it runs, and on failure says in one line what
//! went wrong and in one more how to mend it. A second run finds everything in place and starts at once.

#![allow(clippy::print_stdout, reason = "a command-line program speaks on standard output")]

mod bench;
mod cli;
mod dist;
mod lean;
mod project;
mod serve;
mod setup;
mod shell;
mod size;
mod test;
mod trouble;
mod version;

use std::process::ExitCode;

use cli::Command;
use project::Project;
use shell::Shell;
use trouble::Result;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("\n{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let command = cli::parse(std::env::args_os())?;
    let mut shell = Shell::new(Project::find()?);
    match command {
        Command::Help => println!("{}", cli::HELP),
        Command::Setup => setup::run(&mut shell)?,
        Command::Serve { port } => serve::run(&mut shell, port)?,
        Command::Announce { port } => serve::announce(port)?,
        Command::Test { parts } => return test::run(&mut shell, &parts),
        Command::Dist => dist::run(&mut shell)?,
        Command::Bench => bench::run(&mut shell)?,
    }
    Ok(ExitCode::SUCCESS)
}
