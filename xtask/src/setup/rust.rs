//! The Rust toolchain: one with a standard library for wasm, and its linters.

use std::io::Write as _;
use std::process::Stdio;

use super::report;
use crate::error::{Error, Result};
use crate::project::WASM_TARGET;
use crate::shell::Shell;

/// Makes sure that `cargo build --target wasm32-unknown-unknown` works, and says with which compiler.
pub fn ensure_wasm_target(shell: &Shell) -> Result<()> {
    if !compiles_wasm(shell) {
        install_wasm_target(shell)?;
        if !compiles_wasm(shell) {
            return Err(Error::new(
                format!("rustc still cannot compile for {WASM_TARGET}"),
                "make sure that the rustc on PATH is rustup's (`rustup which rustc`)",
            ));
        }
    }
    let version = shell.capture(shell.command("rustc").arg("--version")).unwrap_or_default();
    report("wasm target", format!("with {}", version.trim()));
    Ok(())
}

fn install_wasm_target(shell: &Shell) -> Result<()> {
    if shell.find("rustup").is_none() {
        return Err(Error::new(
            format!("rustc has no standard library for {WASM_TARGET}, and there is no rustup to install it"),
            "install Rust from https://rustup.rs, or your distribution's package of that library",
        ));
    }
    println!("  adding the wasm target to the active Rust toolchain (a few seconds)");
    shell.run(
        // What went wrong matters here, not where in rustup.
        shell.command("rustup").args(["target", "add", WASM_TARGET]).env("RUST_BACKTRACE", "0"),
        "check the network connection",
    )
}

/// Can the active compiler compile a library that uses `std` to wasm?
///
/// Compiling one line also finds what a look for files would not: a library left by another compiler version.
fn compiles_wasm(shell: &Shell) -> bool {
    let mut command = shell.command("rustc");
    command.args(["--target", WASM_TARGET, "--crate-type=lib", "--emit=metadata", "-o", "-", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        // A compiler that has already given up closes the pipe; its exit status says so better.
        let _ = input.write_all(b"pub fn probe() -> String { String::new() }");
    }
    child.wait().is_ok_and(|status| status.success())
}

/// Makes sure that `cargo fmt` and `cargo clippy` work.
pub fn ensure_linters(shell: &mut Shell) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let works = |shell: &Shell| shell.capture(shell.command("cargo").args([subcommand, "--version"]));
        if works(shell).is_none() {
            let by_hand = format!("install {component} for the active Rust toolchain");
            shell.run(shell.command("rustup").args(["component", "add", component]), &by_hand)?;
        }
        let Some(version) = works(shell) else {
            return Err(Error::new(
                format!("`cargo {subcommand}` does not work"),
                format!("run `rustup component add {component}`"),
            ));
        };
        report(component, version.trim());
    }
    Ok(())
}
