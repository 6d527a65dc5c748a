//! `cargo xtask dist`: the site as any static host can serve it, from any folder.

use std::process::Command;

use crate::error::{Error, Result, ResultExt};
use crate::setup;
use crate::shell::Shell;
use crate::size;

/// Builds the site into `dist/` and checks its weight.
pub fn run(shell: &mut Shell) -> Result<()> {
    setup::prepare(shell, setup::SITE)?;
    build(shell)?;
    size::compress(shell)?;
    println!("\nThe site is in {}: copy it to any static host, under any path.", shell.project.dist().display());
    Ok(())
}

/// Builds the site; the tools must be there.
pub fn build(shell: &Shell) -> Result<()> {
    require_page(shell)?;
    shell.say("\nBuilding the page (a few minutes the first time, then seconds):");
    let mut command = shell.command("trunk");
    // Links relative to the page, so that it works from any path.
    command.args(["build", "--release", "--public-url", "./"]).env("TRUNK_SKIP_VERSION_CHECK", "true");
    // Panics name the file that they come from: without the folder in which this machine keeps its crates, the same
    // source gives the same page anywhere.
    let cargo_home = home::cargo_home().context("finding cargo's home folder", "set CARGO_HOME")?;
    let remap = format!("--remap-path-prefix={}=crates", cargo_home.join("registry").join("src").display());
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", remap);
    prepare_trunk(&mut command);
    shell.run(&mut command, "see the compiler's message above")
}

/// Fails early, and more clearly than trunk would, where there is no page to build.
pub fn require_page(shell: &Shell) -> Result<()> {
    if shell.project.root.join("index.html").is_file() {
        Ok(())
    } else {
        Err(Error::new("there is no index.html at the repository's root", "restore it from version control"))
    }
}

/// Keeps trunk from looking for updates of itself and from printing backtraces; tells its hook what to call.
pub fn prepare_trunk(command: &mut Command) {
    // Its errors carry a backtrace of trunk itself, which buries the compiler's message.
    command.env("TRUNK_SKIP_VERSION_CHECK", "true").env("RUST_BACKTRACE", "0");
    // What its hook calls: see `finish`.
    if let Ok(program) = std::env::current_exe() {
        command.env("PSYNCSCOPE_XTASK", program);
    }
    // It takes only `true` or `false` here, where the convention is any value, usually `1`.
    if std::env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
}
