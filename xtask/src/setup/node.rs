//! Node, npm, and wasm-opt, which npm has prebuilt for every system.

use super::report;
use crate::error::{Error, Result};
use crate::shell::Shell;
use crate::version::{Fit, Version};

/// The browser tests use Node's own test runner, as it is from this version on.
const OLDEST_NODE: Version = Version(20, 0, 0);

/// The `binaryen` that wasm-opt is taken from. Older ones know too little of what today's compiler emits.
const BINARYEN: Fit = Fit::AtLeast(Version(132, 0, 0));

/// Makes sure that Node and npm are there.
pub fn ensure(shell: &mut Shell) -> Result<()> {
    let hint = format!("install Node {} or later, from https://nodejs.org or your package manager", OLDEST_NODE.0);
    let text = shell.capture(shell.command("node").arg("--version"));
    let Some(version) = text.and_then(|text| Version::in_text(&text)) else {
        return Err(Error::new("Node is not installed", hint));
    };
    if version < OLDEST_NODE {
        return Err(Error::new(format!("Node is {version}, which is too old"), hint));
    }
    if shell.find("npm").is_none() {
        return Err(Error::new("npm is not installed", hint));
    }
    report("node", version);
    Ok(())
}

/// Makes sure that wasm-opt is there, and puts it on the shell's PATH.
pub fn ensure_wasm_opt(shell: &mut Shell) -> Result<()> {
    let wanted = BINARYEN.pinned();
    let dir = shell.project.tool_dir("binaryen", wanted);
    if found(shell).is_none() {
        // npm's global layout: programs in `bin`, on Windows in the folder itself.
        shell.add_tools(if cfg!(windows) { dir.clone() } else { dir.join("bin") });
    }
    if found(shell).is_none() {
        println!("  installing binaryen {wanted} with npm (a few seconds)");
        let mut command = shell.command("npm");
        command
            .args(["install", "--global", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(&dir)
            .arg(format!("binaryen@{wanted}"));
        shell.run(&mut command, "check that the npm registry can be reached, or put wasm-opt on PATH yourself")?;
    }
    let (Some(version), Some(path)) = (found(shell), shell.find("wasm-opt")) else {
        return Err(Error::new(
            format!("wasm-opt was installed to {} but does not run", dir.display()),
            "remove that folder and run `cargo xtask setup` again",
        ));
    };
    report("wasm-opt", format!("{} ({})", version.0, path.display()));
    Ok(())
}

/// The version of the wasm-opt that the shell would run, if it fits.
fn found(shell: &Shell) -> Option<Version> {
    shell.find("wasm-opt")?;
    let text = shell.capture(shell.command("wasm-opt").arg("--version"))?;
    Version::in_text(&text).filter(|version| BINARYEN.accepts(*version))
}
