//! What the steps that functions report cost while nobody asks for them: the instructions that a program takes with the
//! engine's feature `steps` and without it. Counted by Valgrind: they are the same each time.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result, ResultExt};
use crate::setup::VALGRIND;
use crate::shell::Shell;

/// How many times the instructions may become at most.
const RATIO_MAX: f64 = 1.01;

/// The feature under which functions report their steps.
const FEATURE: &str = "psyncscope-engine/steps";

/// A program that is measured: an example of a crate.
struct Measured {
    what: &'static str,
    package: &'static str,
    example: &'static str,
    argument: &'static str,
}

const MEASURED: [Measured; 2] = [
    Measured {
        what: "20000 writes of a master with a replica",
        package: "psyncscope-engine",
        example: "replicate",
        argument: "20000",
    },
    Measured {
        what: "30 random worlds, each event checked",
        package: "psyncscope-sweep",
        example: "check_seeds",
        argument: "30",
    },
];

/// Prints one row for each program: its instructions with the feature, without it, the ratio.
pub fn run(shell: &Shell) -> Result<()> {
    let valgrind = VALGRIND.path(shell)?;
    let mut counts = Vec::new();
    for measured in &MEASURED {
        let count = |with| instructions(&valgrind, &build(shell, measured, with)?, measured.argument);
        counts.push((measured.what, count(true)? as f64, count(false)? as f64));
    }
    println!("{:<44} {:>12} {:>12} {:>8}", "millions of instructions", "with", "without", "ratio");
    for (what, with, without) in counts {
        let ratio = with / without;
        let verdict = if ratio > RATIO_MAX { format!("  above {RATIO_MAX}") } else { String::new() };
        println!("{what:<44} {:>12.1} {:>12.1} {ratio:>8.4}{verdict}", with / 1e6, without / 1e6);
    }
    Ok(())
}

/// Builds the program with or without the feature. Answers where it is until the next build.
fn build(shell: &Shell, measured: &Measured, with: bool) -> Result<PathBuf> {
    let Measured { package, example, .. } = measured;
    let mut cargo = shell.command("cargo");
    cargo.args(["build", "--release", "--package", package, "--example", example, "--no-default-features"]);
    if with {
        // A crate's own feature is named without the crate.
        cargo.args(["--features", FEATURE.strip_prefix(&format!("{package}/")).unwrap_or(FEATURE)]);
    }
    shell.run(&mut cargo, "see its messages above")?;
    Ok(shell.project.example(example, true))
}

/// How many instructions the program takes.
fn instructions(valgrind: &Path, program: &Path, argument: &str) -> Result<u64> {
    let output = Command::new(valgrind)
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .arg(argument)
        .output()
        .context("valgrind does not start", "try it by hand")?;
    let told = String::from_utf8_lossy(&output.stderr);
    let count = told.lines().find_map(|line| line.split_once("refs:")?.1.replace(',', "").trim().parse().ok());
    match count {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(Error::new(format!("{} was not measured:\n{told}", program.display()), "run it by hand")),
    }
}
