//! The npm packages that the browser tests use.

use std::fs;

use super::report;
use crate::error::{Result, ResultExt};
use crate::project::BROWSER_DIR;
use crate::shell::Shell;

/// Makes sure that `node_modules` holds what the lock file says.
pub fn ensure(shell: &mut Shell) -> Result<()> {
    let dir = shell.project.root.join(BROWSER_DIR);
    let lock = fs::read_to_string(dir.join("package-lock.json"))
        .context(format!("reading {BROWSER_DIR}/package-lock.json"), "restore it from version control")?;
    // A copy of the lock file that `npm ci` last followed: the same one needs no second installation.
    let followed = dir.join("node_modules").join(".followed-lock.json");
    if fs::read_to_string(&followed).is_ok_and(|text| text == lock) {
        report("browser tests", "npm packages in place");
        return Ok(());
    }
    println!("  installing the browser tests' npm packages (a few seconds)");
    let mut command = shell.command("npm");
    command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&dir);
    shell.run(&mut command, "check that the npm registry can be reached, then run `cargo xtask setup` again")?;
    fs::write(&followed, lock).context(format!("writing {}", followed.display()), "check the folder's rights")?;
    report("browser tests", "npm packages installed");
    Ok(())
}
