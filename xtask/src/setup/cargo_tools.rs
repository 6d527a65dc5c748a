//! Tools that are Rust programs: taken from PATH, from the cache, as a prebuilt binary, or built.

use std::fs;
use std::path::Path;

use super::report;
use crate::error::{Error, Result, ResultExt};
use crate::project::Project;
use crate::shell::Shell;
use crate::version::{Fit, Version};

/// A tool from crates.io.
#[derive(Debug, PartialEq, Eq)]
pub struct CargoTool {
    /// The crate that it is published as.
    krate: &'static str,
    /// The program to ask for its version.
    program: &'static str,
    /// The versions that do.
    fit: Fit,
    /// Arguments to `cargo install` beyond the usual.
    install_args: &'static [&'static str],
    /// How long building it takes on two cores.
    build_time: &'static str,
}

/// Writes the JavaScript beside the wasm. Must be the very version of the `wasm-bindgen` crate.
pub static WASM_BINDGEN: CargoTool = CargoTool {
    krate: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    fit: Fit::Exactly(Version(0, 2, 126)),
    install_args: &[],
    build_time: "1 to 5 min",
};

/// Bundles and serves the page. Its later versions want a later compiler.
pub static TRUNK: CargoTool = CargoTool {
    krate: "trunk",
    program: "trunk",
    fit: Fit::SameMinor(Version(0, 21, 14)),
    // Without the features that download tools and look for updates: set-up installs the tools.
    install_args: &["--no-default-features"],
    build_time: "2 to 5 min",
};

/// Makes the npm package, and runs tests in a browser.
pub static WASM_PACK: CargoTool = CargoTool {
    krate: "wasm-pack",
    program: "wasm-pack",
    fit: Fit::AtLeast(Version(0, 15, 1)),
    install_args: &[],
    build_time: "1 to 2 min",
};

/// Runs native tests.
pub static NEXTEST: CargoTool = CargoTool {
    krate: "cargo-nextest",
    program: "cargo-nextest",
    fit: Fit::AtLeast(Version(0, 9, 143)),
    install_args: &[],
    build_time: "3 to 6 min",
};

/// Checks the licences and sources of dependencies.
pub static CARGO_DENY: CargoTool = CargoTool {
    krate: "cargo-deny",
    program: "cargo-deny",
    fit: Fit::AtLeast(Version(0, 20, 2)),
    install_args: &[],
    build_time: "3 to 5 min",
};

/// Builds the handbook.
pub static MDBOOK: CargoTool = CargoTool {
    krate: "mdbook",
    program: "mdbook",
    fit: Fit::SameMinor(Version(0, 5, 4)),
    // Without a server and what watches files.
    install_args: &["--no-default-features", "--features", "search"],
    build_time: "1 min",
};

/// Makes sure that a tool is there, and puts it on the shell's PATH.
pub fn ensure(shell: &mut Shell, tool: &CargoTool) -> Result<()> {
    let wanted = tool.fit.pinned();
    let dir = shell.project.tool_dir(tool.krate, wanted);
    let bin = dir.join("bin");
    if found(shell, tool).is_none() {
        // One that an earlier run installed; once on PATH it is judged like any other.
        shell.add_tools(bin);
    }
    if found(shell, tool).is_none() {
        if !binstall(shell, tool) {
            build(shell, tool)?;
        }
        if found(shell, tool).is_none() {
            return Err(Error::new(
                format!("{} {wanted} was installed to {} but does not run", tool.krate, dir.display()),
                "remove that folder and run `cargo xtask setup` again",
            ));
        }
    }
    if let (Some(version), Some(path)) = (found(shell, tool), shell.find(tool.program)) {
        report(tool.krate, format!("{version} ({})", path.display()));
        if *tool == WASM_PACK && path.starts_with(&dir) {
            disable_update_check(&path, version)?;
        }
    }
    Ok(())
}

/// Keeps wasm-pack from asking a server for newer versions, and from a warning when it gets no answer.
///
/// It has no option for that, but it asks only when the last answer, which it keeps beside its program, is a day old.
fn disable_update_check(program: &Path, version: Version) -> Result<()> {
    let answer = program.with_extension("stamp");
    fs::write(&answer, format!("created 2100-01-01T00:00:00+00:00\nversion {version}"))
        .context(format!("writing {}", answer.display()), "check the folder's rights")
}

/// The version of the tool that the shell would run, if it fits.
fn found(shell: &Shell, tool: &CargoTool) -> Option<Version> {
    shell.find(tool.program)?;
    let text = shell.capture(shell.command(tool.program).arg("--version"))?;
    Version::in_text(&text).filter(|version| tool.fit.accepts(*version))
}

/// Takes a prebuilt binary, where cargo-binstall is at hand and finds one.
fn binstall(shell: &Shell, tool: &CargoTool) -> bool {
    if shell.find("cargo-binstall").is_none() {
        return false;
    }
    let wanted = tool.fit.pinned();
    let mut command = shell.command("cargo");
    command
        .args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"])
        .arg(shell.project.tool_dir(tool.krate, wanted))
        .arg(format!("{}@{wanted}", tool.krate));
    match shell.run(&mut command, "") {
        Ok(()) => found(shell, tool).is_some(),
        Err(error) => {
            println!("  {}; building it instead", error.what());
            false
        }
    }
}

/// Builds a tool from its source, without optimisation: that is several times quicker, and these tools mostly wait
/// for others.
fn build(shell: &Shell, tool: &CargoTool) -> Result<()> {
    let wanted = tool.fit.pinned();
    println!("  building {} {wanted} (about {})", tool.krate, tool.build_time);
    let mut command = shell.command("cargo");
    command
        .args(["install", tool.krate, "--version", &wanted.to_string(), "--locked", "--quiet"])
        .args(tool.install_args)
        .arg("--root")
        .arg(shell.project.tool_dir(tool.krate, wanted))
        // Outside the repository, so that none of its settings apply.
        .current_dir(std::env::temp_dir())
        .env_remove("RUSTFLAGS")
        // One folder for all tools: much of what one depends on is compiled for another already.
        .env("CARGO_TARGET_DIR", shell.project.tool_build_dir())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    shell.run(
        &mut command,
        &format!("check that crates.io can be reached, or put {} {wanted} on PATH yourself", tool.krate),
    )
}

/// Removes what building tools has left, unless another xtask builds there at this moment.
pub fn remove_build_dir(project: &Project) {
    let folder = project.tool_build_dir();
    let in_use = fs::File::open(folder.join("release/.cargo-lock")).is_ok_and(|lock| lock.try_lock().is_err());
    if !in_use {
        // It may not be there.
        let _ = fs::remove_dir_all(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wasm_bindgen_tool_matches_the_library() {
        let manifest = include_str!("../../../Cargo.toml");
        let pin = WASM_BINDGEN.fit.pinned();
        assert!(manifest.contains(&format!("wasm-bindgen = \"={pin}\"")), "the workspace pins another than {pin}");
    }
}
