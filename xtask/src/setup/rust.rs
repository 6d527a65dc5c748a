//! The Rust toolchain: one with a standard library for wasm, and its linters.

use std::io::Write as _;
use std::process::Stdio;

use super::{debian, report};
use crate::error::{Error, Result};
use crate::project::WASM_TARGET;
use crate::shell::Shell;
use crate::version::Version;

/// The oldest compiler that the project's code is written for: `rust-version` in the workspace's manifest.
pub const OLDEST_RUSTC: Version = Version(1, 95, 0);

/// Uses the linked Debian toolchain where the active one knows no wasm; installs nothing.
pub fn choose_toolchain(shell: &mut Shell) {
    if shell.toolchain().is_none() && !compiles_wasm(shell, None) && compiles_wasm(shell, Some(debian::TOOLCHAIN)) {
        shell.use_toolchain(debian::TOOLCHAIN);
    }
}

/// Makes sure that `cargo build --target wasm32-unknown-unknown` works, and says with which compiler.
pub fn ensure_wasm_target(shell: &mut Shell) -> Result<()> {
    choose_toolchain(shell);
    if !compiles_wasm(shell, shell.toolchain()) {
        install_wasm_target(shell)?;
        choose_toolchain(shell);
    }
    if !compiles_wasm(shell, shell.toolchain()) {
        return Err(Error::new(
            format!("rustc still cannot compile for {WASM_TARGET}"),
            format!("try `rustup target add {WASM_TARGET}`, or `rustup toolchain uninstall {}`", debian::TOOLCHAIN),
        ));
    }
    report("wasm target", format!("with {}", compiler(shell)));
    Ok(())
}

fn compiler(shell: &Shell) -> String {
    let version = shell.capture(shell.command("rustc").arg("--version")).unwrap_or_default();
    let version = version.trim();
    match shell.toolchain() {
        Some(name) => format!("{version}, toolchain {name}"),
        None => version.to_owned(),
    }
}

fn install_wasm_target(shell: &mut Shell) -> Result<()> {
    let by_rustup = match shell.find("rustup") {
        Some(_) => {
            println!("  adding the wasm target to the active Rust toolchain (a few seconds)");
            shell.run(
                // What went wrong matters here, not where in rustup.
                shell.command("rustup").args(["target", "add", WASM_TARGET]).env("RUST_BACKTRACE", "0"),
                "check the network connection",
            )
        }
        None => Err(Error::new("rustup is not installed", "install Rust from https://rustup.rs")),
    };
    let Err(no_rustup) = by_rustup else {
        return Ok(());
    };
    if shell.find("apt-get").is_none() {
        return Err(Error::new(
            format!("the standard library for {WASM_TARGET} cannot be installed: {}", no_rustup.what()),
            format!("install Rust with rustup, connect to the network and run `rustup target add {WASM_TARGET}`"),
        ));
    }
    println!("  rustup could not do it; building the library with Debian's compiler instead");
    debian::install(shell)
}

/// Can the compiler of `toolchain` (the active one when `None`) compile a library that uses `std` to wasm?
///
/// Compiling one line also finds what a look for files would not: a library left by another compiler version.
fn compiles_wasm(shell: &Shell, toolchain: Option<&str>) -> bool {
    let mut command = shell.command("rustc");
    command.args(["--target", WASM_TARGET, "--crate-type=lib", "--emit=metadata", "-o", "-", "-"]);
    if let Some(toolchain) = toolchain {
        command.env("RUSTUP_TOOLCHAIN", toolchain).env_remove("RUSTC");
    }
    // A toolchain that does not exist must count as one, not be installed on the spot.
    command.env("RUSTUP_AUTO_INSTALL", "0");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_compiler_is_the_manifests() {
        let Version(major, minor, _) = OLDEST_RUSTC;
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("rust-version = \"{major}.{minor}\"")));
    }
}
