//! `cargo xtask test`: every check there is, part by part.

mod export;
mod parts;
mod wasm;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::setup::{self, Need};
use crate::shell::{Shell, duration};

use parts::{PARTS, Part};

/// What became of one part.
struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result<()>,
}

/// Runs the named parts, or all, in their own order. A part that fails does not stop the others.
pub fn run(shell: &mut Shell, names: &[String]) -> Result<ExitCode> {
    let chosen = choose(names)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut met: Vec<Need> = Vec::new();
    for part in chosen {
        println!("\n== {}: {} ({})", part.name, part.what, part.typical);
        let started = Instant::now();
        let page_is_fresh = outcomes.iter().any(|done| done.name == "page" && done.result.is_ok());
        // Set-up belongs to the part: if its tools cannot be installed, that part alone fails.
        let unmet: Vec<Need> = part.needs.iter().filter(|need| !met.contains(need)).copied().collect();
        let result = setup::get(shell, &unmet).and_then(|()| {
            met.extend(unmet);
            (part.run)(shell, &parts::Context { page_is_fresh })
        });
        if let Err(error) = &result {
            println!("\n{error}");
        }
        outcomes.push(Outcome { name: part.name, took: started.elapsed(), result });
    }
    setup::clean_up(shell);
    Ok(summarise(&outcomes))
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

/// Prints the table, then `N passed, M failed` alone on the last line of standard output.
fn summarise(outcomes: &[Outcome]) -> ExitCode {
    println!("\nPart        Time          Result");
    for Outcome { name, took, result } in outcomes {
        let verdict = match result {
            Ok(()) => "passed".to_owned(),
            Err(error) => format!("FAILED: {}", error.what()),
        };
        println!("{name:<11} {:<13} {verdict}", duration(*took));
    }
    let failed: Vec<_> = outcomes.iter().filter(|done| done.result.is_err()).map(|done| done.name).collect();
    println!("\n{} passed, {} failed", outcomes.len() - failed.len(), failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Option<Vec<&'static str>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        choose(&names).ok().map(|parts| parts.iter().map(|part| part.name).collect())
    }

    #[test]
    fn parts_run_in_their_own_order() {
        let all = ["fmt", "clippy", "native", "peers", "recorder", "deny", "wasm", "npm", "page", "browser", "export"];
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
}
