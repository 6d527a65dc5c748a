//! What the steps that functions report cost while nobody asks for them: the instructions that a program takes with the
//! engine's feature `steps` and without it. Counted by Valgrind: they are the same each time.

use std::fs;
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
    let mut built = Vec::new();
    for measured in &MEASURED {
        built.push((measured, build(shell, measured, true)?, build(shell, measured, false)?));
    }
    println!("{:<44} {:>12} {:>12} {:>8}", "millions of instructions", "with", "without", "ratio");
    for (Measured { what, argument, .. }, with, without) in &built {
        let (with, without) = (instructions(&valgrind, with, argument)?, instructions(&valgrind, without, argument)?);
        let ratio = with as f64 / without as f64;
        let verdict = if ratio > RATIO_MAX { format!("  above {RATIO_MAX}") } else { String::new() };
        let millions = |count: u64| count as f64 / 1e6;
        println!("{what:<44} {:>12.1} {:>12.1} {ratio:>8.4}{verdict}", millions(with), millions(without));
    }
    Ok(())
}

/// Builds the program with or without the feature. Answers where it is.
fn build(shell: &Shell, measured: &Measured, with: bool) -> Result<PathBuf> {
    let Measured { package, example, .. } = measured;
    let mut cargo = shell.command("cargo");
    cargo.args(["build", "--release", "--package", package, "--example", example, "--no-default-features"]);
    if with {
        // A crate's own feature is named without the crate.
        cargo.args(["--features", FEATURE.strip_prefix(&format!("{package}/")).unwrap_or(FEATURE)]);
    }
    shell.run(&mut cargo, "see its messages above")?;
    // Both builds leave it at the same place.
    let built = shell.project.target_dir().join("release/examples").join(example);
    let kept = built.with_file_name(format!("{example}-{}", if with { "steps" } else { "no-steps" }));
    fs::copy(&built, &kept).context(format!("{} was not built", built.display()), "see cargo's messages above")?;
    Ok(kept)
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
    let count = told.lines().find_map(|line| line.split_once("I refs:").or_else(|| line.split_once("I   refs:")));
    let digits: String = count.map(|(_, count)| count.replace(',', "").trim().to_owned()).unwrap_or_default();
    match digits.parse() {
        Ok(count) if output.status.success() => Ok(count),
        _ => Err(Error::new(format!("{} was not measured:\n{told}", program.display()), "run it by hand")),
    }
}
