//! The page's own standard library: built for size, so that a phone has less to download.
//!
//! The library that comes with a compiler is built for speed and can say where and why it panicked. Built anew for size,
//! and with panics that stop at once, it takes a tenth off the whole page. That needs the library's source and two
//! options that stable compilers only take when told that one knows what one does (`RUSTC_BOOTSTRAP`).

use std::path::Path;
use std::process::Command;

use crate::shell::Shell;

/// Prepares a command that builds the page. Without the source, which is fetched if that is possible, the page is built
/// with the ordinary library.
pub fn lean(shell: &Shell, command: &mut Command) {
    if !has_source(shell) && shell.find("rustup").is_some() {
        println!("  adding the standard library's source (a few seconds)");
        // Whether that worked, a second look tells.
        shell.succeeds(shell.command("rustup").args(["component", "add", "rust-src"]));
    }
    if !has_source(shell) {
        println!("  note: no source of the standard library here, so the page will be a tenth larger");
        println!("        (`rustup component add rust-src` brings it)");
        return;
    }
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Clink-arg=--no-merge-data-segments",
        );
}

fn has_source(shell: &Shell) -> bool {
    let sysroot = shell.capture(shell.command("rustc").args(["--print", "sysroot"]));
    sysroot.is_some_and(|root| Path::new(root.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file())
}
