//! Scripts: what is wrong with one, and whether what it expects is so.

use std::fmt::Write as _;
use std::path::Path;

use psyncscope_lab::script::{ScriptErrors, Unmet};
use psyncscope_lab::{Lang, Script};
use psyncscope_sweep::{can_check_log, check_log};

use crate::{in_file, why};

/// Plays branches; prints which rules hold, and how many expectations are met.
///
/// # Errors
/// A rule does not hold, an expectation is not met, or a run is refused. All of them are told, expectations each with its
/// line.
pub fn check(script: &Script, branches: &[usize], file: &Path, lang: Lang) -> Result<String, String> {
    let mut out = String::new();
    let mut unmet = String::new();
    let (mut broken, mut failed, mut all) = (0, 0, 0);
    for &branch in branches {
        let checked = script.check(branch).map_err(|error| match error.at.as_ref().and_then(|at| at.line) {
            Some(_) => errors_text(&ScriptErrors::from(error), file),
            None => in_file(file)(error),
        })?;
        if branches.len() > 1 {
            let _ = writeln!(out, "branch \"{}\"", script.session().list()[branch].name);
        }
        // What needs every byte on the wires is found by another replay, without frames.
        let log = checked.lab.action_log();
        let strictly = can_check_log(&log);
        let violation = if strictly { check_log(&log).map_err(in_file(file))? } else { None };
        if violation.is_some() || !checked.broken.is_empty() {
            broken += 1;
            out.push_str(&why::violations(&checked.lab, &checked.broken, violation.as_ref(), lang));
        } else {
            out.push_str(&why::rules_that_hold(strictly, lang));
        }
        all += checked.expectations;
        failed += checked.unmet.len();
        for Unmet { line, at, expected, found } in &checked.unmet {
            let at = why::seconds(*at);
            let _ = write!(unmet, "\n{}:{line}: at {}: expected {expected}: {found}", file.display(), at.trim_end());
        }
    }
    if failed > 0 {
        unmet.insert_str(0, &format!("{failed} of {all} expectations are not met"));
    }
    if broken > 0 {
        let separator = if failed > 0 { "\n" } else { "" };
        return Err(format!("rules do not hold\n{}{separator}{unmet}", out.trim_end()));
    }
    if failed > 0 {
        return Err(unmet);
    }
    if all > 0 {
        let _ = writeln!(out, "all {all} expectations are met");
    }
    Ok(out)
}

/// What is wrong with a script, a line each, as compilers print it.
pub fn errors_text(errors: &ScriptErrors, file: &Path) -> String {
    let lines: Vec<String> = errors.list().iter().map(|error| format!("{}: {error}", file.display())).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::invariants::Rule;
    use psyncscope_lab::{Branches, examples};

    #[test]
    fn everything_holds_of_the_opening() {
        let script = Script::of(Branches::of(examples::opening()));
        let text = check(&script, &[0], Path::new("run.json"), Lang::En).expect("it is a run");
        assert_eq!(text.lines().filter(|line| line.starts_with('✓')).count(), Rule::ALL.len() - 2, "{text}");
        assert_eq!(text.lines().count(), Rule::ALL.len() - 2, "nothing is expected, nothing is said of it: {text}");
    }
}
